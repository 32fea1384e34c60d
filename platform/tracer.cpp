#include "tracer.h"

#include <cstring>
#include <string>

namespace sqz
{

/* Runs whose flows are remembered: more than can be in flight. */
static const size_t FLOW_SLOTS = 1024;

static const char *const DESC_NAMES[] = { "?", "PROGRAM", "RUN", "COPY",
					  "FENCE" };

static const char *descriptor_name(uint8_t type)
{
	return DESC_NAMES[type <= SQZ_DESC_FENCE ? type : 0];
}

tracer::tracer(sc_core::sc_module_name name, sqz_trace *out,
	       const sqz_config &settings, const sqz_chip &plan,
	       const sqz_image_file &file, const trace_filter &which)
    : sc_module(name), trace(out), config(settings), layout(plan), image(file),
      filter(which)
{
	if (trace)
		write_settings();
	layers_track = sqz_trace_track(trace, 0, "layers", RANK_LAYERS);
	phases_track = sqz_trace_track(trace, 0, "phases", RANK_PHASES);
	images_track = sqz_trace_track(trace, phases_track, "images", 0);
	cpu_track = sqz_trace_track(trace, 0, "host CPU", RANK_CPU);
	wfi_track = sqz_trace_track(trace, cpu_track, "asleep", RANK_SLEEP);
	controller_track =
	    sqz_trace_track(trace, 0, "controller", RANK_CONTROLLER);
	driver_track = sqz_trace_track(trace, controller_track, "doorbells", 0);
	if (sqz_trace_wants(trace, SQZ_TRACE_TILES))
		create_counters();
	ring_tails.resize(config.controller.rings);
	ring_images.resize(config.controller.rings);
	depths.resize(config.controller.rings);
	depth_counters.resize(config.controller.rings);
	run_flows.resize(FLOW_SLOTS);
	energy_seen.resize(image.network->layers);
	for (int i = 0; i < SQZ_ENERGY_COMPONENTS; i++)
		energy_names.push_back(
		    std::string(sqz_energy_name((sqz_energy_component)i)) +
		    "_fj");
	tiles.resize(layout.nodes);
	node_tracks.resize(layout.nodes);
	mark_tracks.resize(layout.nodes);
	SC_HAS_PROCESS(tracer);
	SC_METHOD(sample);
	sensitive << sample_event;
	dont_initialize();
}

/* A run that gave up has begun more than it ended. */
tracer::~tracer()
{
	flush_tiles();
}

void tracer::attach(chip &virtual_chip, const sqz_elf &program)
{
	soc = &virtual_chip;
	elf = &program;
	if (trace)
		soc->cpu().observe(this);
}

/* ---- layers and phases ---- */

void tracer::image_begin(uint32_t index, uint64_t input, uint64_t now)
{
	const sqz_trace_arg args[] = { sqz_trace_uint("image", index) };
	const sqz_trace_extra extra = { args, nullptr, nullptr, 1, 0, 0 };

	images_at[input] = index;
	sqz_trace_instant(trace, images_track, now, "image", "image", &extra);
}

/* Layers overlap with several images in flight, and in chains: each takes the
 * first free track, mostly the one of all layers. */
void tracer::layer_begin(const sqz_controller_event &event, uint64_t now)
{
	size_t lane = 0;

	while (lane < layers.size() && layers[lane].used)
		lane++;
	if (lane == layers.size()) {
		const std::string name = "beside " + std::to_string(lane);
		const uint32_t track =
		    lane ? sqz_trace_track(trace, layers_track, name.c_str(),
					   (int32_t)lane)
			 : layers_track;
		layers.push_back({ false, 0, 0, track });
	}
	layers[lane].used = true;
	layers[lane].layer = event.layer;
	layers[lane].image = ring_images[event.ring];
	const sqz_trace_arg arg = sqz_trace_uint("layer", event.layer);
	const sqz_trace_extra extra = { &arg, nullptr, nullptr, 1, 0, 0 };
	sqz_trace_begin(trace, layers[lane].track, now,
			image.layers[event.layer].name, "layer", &extra);
}

static sqz_trace_extra extra_of(const std::vector<sqz_trace_arg> &args)
{
	return { args.data(), nullptr, nullptr, (uint32_t)args.size(), 0, 0 };
}

/* By component, as far as there is any. */
void tracer::put_energy(std::vector<sqz_trace_arg> *args,
			const sqz_energy &energy) const
{
	for (int i = 0; i < SQZ_ENERGY_COMPONENTS; i++)
		if (energy.fj[i])
			args->push_back(sqz_trace_uint(energy_names[i].c_str(),
						       energy.fj[i]));
}

/* Of all runs so far, less that of those before: rounded once, as in the
 * report. */
sqz_energy tracer::run_energy(const layer_run &run)
{
	const sqz_energy all =
	    sqz_energy_of(&config, &run.all_tiles, &run.all_traffic);
	sqz_energy more = all;

	for (int i = 0; i < SQZ_ENERGY_COMPONENTS; i++)
		more.fj[i] -= energy_seen[run.layer].fj[i];
	energy_seen[run.layer] = all;
	return more;
}

/* A layer has one RUN open at a time. */
void tracer::layer_end(const layer_run &run)
{
	size_t lane = 0;

	while (lane < layers.size() &&
	       !(layers[lane].used && layers[lane].layer == run.layer))
		lane++;
	if (lane == layers.size())
		return;
	layers[lane].used = false;
	const sqz_image_layer &layer = image.layers[run.layer];
	const sqz_energy energy = run_energy(run);
	const sqz_trace_arg figures[] = {
		sqz_trace_uint("layer", run.layer),
		sqz_trace_uint("image", layers[lane].image),
		sqz_trace_uint("macs", layer.macs),
		sqz_trace_uint("crossbars", layer.crossbars),
		sqz_trace_uint("array_reads", run.tiles.array_reads),
		sqz_trace_uint("adc_conversions", run.tiles.adc_conversions),
		sqz_trace_uint("adc_saturations", run.tiles.adc_saturations),
		sqz_trace_uint("input_cycles", run.tiles.input_cycles),
		sqz_trace_uint("noc_bytes", sqz_traffic_bytes(&run.traffic)),
		sqz_trace_uint("energy_fj", sqz_energy_total(&energy)),
		sqz_trace_uint("array_busy_ps", run.tiles.array_busy_ps),
		sqz_trace_uint("array_read_ps", run.tiles.array_read_ps),
		sqz_trace_uint("fetch_wait_ps", run.tiles.fetch_wait_ps),
		sqz_trace_uint("grant_wait_ps", run.tiles.grant_wait_ps),
		sqz_trace_uint("begin_ps", run.begin_ps),
		sqz_trace_uint("end_ps", run.end_ps),
	};
	std::vector<sqz_trace_arg> args(std::begin(figures), std::end(figures));
	put_energy(&args, energy);
	const sqz_trace_extra extra = extra_of(args);

	sqz_trace_end(trace, layers[lane].track, run.end_ps, layer.name,
		      &extra);
}

/* What the layers' own slices tell is not repeated. */
void tracer::sum_energy(const sqz_run_result &result)
{
	const uint32_t track =
	    sqz_trace_track(trace, 0, "energy", RANK_CONTROLLER + 3);
	const struct {
		const char *name;
		sqz_energy energy;
	} sums[] = {
		{ "whole run", sqz_run_energy(&result) },
		{ "programming", sqz_energy_of(&config, &result.program.tiles,
					       &result.program.traffic) },
		{ "other", sqz_energy_of(&config, &result.other.tiles,
					 &result.other.traffic) },
	};

	for (const auto &sum : sums) {
		std::vector<sqz_trace_arg> args;
		put_energy(&args, sum.energy);
		const sqz_trace_extra extra = extra_of(args);
		sqz_trace_instant(trace, track, result.simulated_ps, sum.name,
				  "energy", &extra);
	}
}

void tracer::finish(const sqz_run_result &result)
{
	const sqz_trace_arg args[] = {
		sqz_trace_uint("simulated_ps", result.simulated_ps),
		sqz_trace_uint("boot_ps", result.boot_ps),
		sqz_trace_uint("program_ps", result.program.time_ps),
		sqz_trace_uint("host_instructions", result.host_instructions),
	};
	const sqz_trace_extra extra = { args, nullptr, nullptr, 4, 0, 0 };

	sqz_trace_instant(trace, phases_track, result.simulated_ps, "end",
			  "end", &extra);
	sum_energy(result);
	if (!sqz_trace_wants(trace, SQZ_TRACE_TILES))
		return;
	flush_tiles();
	if (result.simulated_ps > power_ps)
		sample_power(result.simulated_ps);
	sum_links(result.simulated_ps);
	sum_tiles(result.simulated_ps);
}

/* ---- controller ---- */

uint64_t tracer::flow_of(uint32_t run) const
{
	return run_flows[run % FLOW_SLOTS];
}

static uint64_t descriptor_flow(uint16_t ring, uint32_t sequence)
{
	return ((uint64_t)(ring + 1) << 32) | sequence;
}

void tracer::doorbell(uint16_t ring, uint32_t tail, uint64_t now)
{
	uint64_t flows[SQZ_TRACE_FLOWS];
	uint32_t count = 0;

	if (!trace)
		return;
	for (uint32_t s = ring_tails[ring];
	     s != tail && count < SQZ_TRACE_FLOWS; s++)
		flows[count++] = descriptor_flow(ring, s);
	depths[ring] += tail - ring_tails[ring];
	ring_tails[ring] = tail;
	show_depth(ring, now);
	const sqz_trace_extra extra = { nullptr, flows, nullptr, 0, count, 0 };
	sqz_trace_instant(trace, driver_track, now, "doorbell", "driver",
			  &extra);
}

/* Descriptors overlap: each takes the first free lane. */
void tracer::start_lane(const sqz_controller_event &event, uint64_t now)
{
	size_t lane = 0;

	while (lane < lanes.size() && lanes[lane].used)
		lane++;
	if (lane == lanes.size()) {
		const std::string name = "descriptors " + std::to_string(lane);
		const uint32_t track = sqz_trace_track(
		    trace, controller_track, name.c_str(), (int32_t)lane + 1);
		lanes.push_back({ false, 0, 0, track });
	}
	lanes[lane].used = true;
	lanes[lane].run = event.run;
	lanes[lane].begin = now;
	run_flows[event.run % FLOW_SLOTS] =
	    descriptor_flow(event.ring, event.sequence);
}

void tracer::boot_end(uint64_t now)
{
	const sqz_trace_arg args[] = {
		sqz_trace_uint("begin_ps", 0),
		sqz_trace_uint("end_ps", now),
	};
	const sqz_trace_extra extra = { args, nullptr, nullptr, 2, 0, 0 };

	if (booting)
		sqz_trace_slice(trace, phases_track, 0, now, "boot", "boot",
				&extra);
	booting = false;
}

/* From the first of the PROGRAM descriptors that overlap to the end of the
 * last. */
void tracer::program_begin(uint64_t now)
{
	const sqz_trace_arg arg = sqz_trace_uint("begin_ps", now);
	const sqz_trace_extra extra = { &arg, nullptr, nullptr, 1, 0, 0 };

	if (!open_programs++)
		sqz_trace_begin(trace, phases_track, now, "programming",
				"program", &extra);
}

void tracer::program_end(uint64_t now)
{
	const sqz_trace_arg arg = sqz_trace_uint("end_ps", now);
	const sqz_trace_extra extra = { &arg, nullptr, nullptr, 1, 0, 0 };

	if (!--open_programs)
		sqz_trace_end(trace, phases_track, now, "programming", &extra);
}

void tracer::descriptor_begin(const sqz_controller_event &event, uint64_t now)
{
	if (!trace)
		return;
	start_lane(event, now);
	boot_end(now);
	if (event.type == SQZ_DESC_PROGRAM)
		program_begin(now);
	/* An inference begins with the copy of its input. */
	const auto input = images_at.find(event.src);
	if (event.type == SQZ_DESC_COPY && input != images_at.end())
		ring_images[event.ring] = input->second;
	if (event.type == SQZ_DESC_RUN && event.layer < image.network->layers)
		layer_begin(event, now);
	open_descriptors++;
	if (!sampling && sqz_trace_wants(trace, SQZ_TRACE_TILES)) {
		sampling = true;
		sample_event.notify(sc_core::SC_ZERO_TIME);
	}
}

void tracer::descriptor_end(const sqz_controller_event &event, uint64_t now)
{
	if (!trace)
		return;
	open_descriptors--;
	if (depths[event.ring])
		depths[event.ring]--;
	show_depth(event.ring, now);
	if (event.type == SQZ_DESC_PROGRAM)
		program_end(now);
	for (open_descriptor &lane : lanes) {
		if (!lane.used || lane.run != event.run)
			continue;
		const uint64_t flow = flow_of(event.run);
		const sqz_trace_arg args[] = {
			sqz_trace_uint("cookie", event.cookie),
			sqz_trace_uint("ring", event.ring),
			sqz_trace_uint("run", event.run),
			sqz_trace_uint("status", event.status),
			sqz_trace_uint("layer", event.layer),
		};
		const sqz_trace_extra extra = { args, &flow, nullptr, 5, 1, 0 };
		sqz_trace_slice(trace, lane.track, lane.begin, now,
				descriptor_name(event.type), "descriptor",
				&extra);
		lane.used = false;
		return;
	}
}

void tracer::posted(const sqz_controller_event &event, uint64_t now)
{
	if (!trace)
		return;
	const uint64_t flow = flow_of(event.run);
	const sqz_trace_extra extra = { nullptr, nullptr, &flow, 0, 0, 1 };
	sqz_trace_instant(trace, driver_track, now, "completion", "driver",
			  &extra);
}

/* ---- host CPU ---- */

static bool is_driver_call(const sqz_elf_function *function, uint64_t target,
			   bool all)
{
	if (!function || function->addr != target)
		return false;
	return all || strncmp(function->name, "sqz_", 4) == 0;
}

void tracer::call(uint64_t ps, uint64_t target)
{
	const bool all = sqz_trace_wants(trace, SQZ_TRACE_PACKETS);
	const sqz_elf_function *function = sqz_elf_find(elf, target);
	const bool traced = is_driver_call(function, target, all);

	if (traced)
		sqz_trace_begin(trace, cpu_track, ps, function->name, "call",
				nullptr);
	stack.push_back({ false, traced });
}

void tracer::ret(uint64_t ps, uint64_t target)
{
	(void)target;
	if (stack.empty() || stack.back().is_trap)
		return;
	if (stack.back().traced)
		sqz_trace_end(trace, cpu_track, ps, nullptr, nullptr);
	stack.pop_back();
}

void tracer::trap(uint64_t ps, uint64_t cause, uint64_t pc)
{
	const bool interrupt = cause >> 63;
	const sqz_trace_arg args[] = {
		sqz_trace_uint("cause", cause & INT64_MAX),
		sqz_trace_uint("pc", pc),
	};
	const sqz_trace_extra extra = { args, nullptr, nullptr, 2, 0, 0 };

	sqz_trace_begin(trace, cpu_track, ps,
			interrupt ? "interrupt" : "exception", "trap", &extra);
	stack.push_back({ true, true });
}

/* Leaves everything down to the innermost handler. */
void tracer::trap_return(uint64_t ps)
{
	while (!stack.empty()) {
		const frame last = stack.back();
		stack.pop_back();
		if (last.traced)
			sqz_trace_end(trace, cpu_track, ps, nullptr, nullptr);
		if (last.is_trap)
			return;
	}
}

void tracer::sleep(uint64_t from_ps, uint64_t to_ps)
{
	sqz_trace_slice(trace, wfi_track, from_ps, to_ps, "wfi", "cpu",
			nullptr);
}

} // namespace sqz
