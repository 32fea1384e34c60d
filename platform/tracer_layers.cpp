#include "tracer.h"

#include <string>

namespace sqz
{

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

/* What docs/traces.md says of a layer's end. */
std::vector<sqz_trace_arg> tracer::layer_args(const layer_run &run,
					      uint32_t of_image,
					      const sqz_energy &energy) const
{
	const sqz_image_layer &layer = image.layers[run.layer];
	std::vector<sqz_trace_arg> args = {
		sqz_trace_uint("layer", run.layer),
		sqz_trace_uint("image", of_image),
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
	put_energy(&args, energy);
	return args;
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
	const std::vector<sqz_trace_arg> args =
	    layer_args(run, layers[lane].image, run_energy(run));
	const sqz_trace_extra extra = extra_of(args);

	sqz_trace_end(trace, layers[lane].track, run.end_ps,
		      image.layers[run.layer].name, &extra);
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

} // namespace sqz
