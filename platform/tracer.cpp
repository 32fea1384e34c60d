#include "tracer.h"

#include <string>

#include "interrupted.h"

namespace sqz
{

/* Runs whose flows are remembered: more than can be in flight. */
static const size_t FLOW_SLOTS = 1024;

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
	interrupts_track =
	    sqz_trace_track(trace, controller_track, "interrupts", INT16_MAX);
	if (sqz_trace_wants(trace, SQZ_TRACE_TILES))
		create_counters();
	ring_tails.resize(config.controller.rings);
	ring_images.resize(config.controller.rings);
	depths.resize(config.controller.rings);
	untold.resize(config.controller.rings);
	depth_counters.resize(config.controller.rings);
	run_flows.resize(FLOW_SLOTS);
	energy_seen.resize(image.network->layers);
	for (int i = 0; i < SQZ_ENERGY_COMPONENTS; i++)
		energy_names.push_back(
		    std::string(sqz_energy_name((sqz_energy_component)i)) +
		    "_fj");
	tiles.resize(layout.nodes);
	memories.resize(layout.nodes);
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
	flush_memories();
}

void tracer::attach(chip &virtual_chip, const sqz_elf &program)
{
	soc = &virtual_chip;
	elf = &program;
	if (!trace)
		return;
	soc->cpu().observe(this);
	catch_interrupt();
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
	flush_memories();
	if (result.simulated_ps > slow_ps)
		sample_power(result.simulated_ps);
	sum_links(result.simulated_ps);
	sum_tiles(result.simulated_ps);
	sum_memories(result.simulated_ps);
}

} // namespace sqz
