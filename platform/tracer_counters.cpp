#include "tracer.h"

#include <string>

#include "counters.h"

namespace sqz
{

static const uint64_t UW_PER_FJ_PER_PS = 1000;

/* A counter keeps its value until it gets another one. */
void tracer::show(uint32_t track, uint64_t now, int64_t value)
{
	const auto was = shown.find(track);

	if (!filter.wants(now, now))
		return;
	if (was != shown.end() && was->second == value)
		return;
	shown[track] = value;
	sqz_trace_counter(trace, track, now, value);
}

/* ---- rings ---- */

/* Descriptors that have been handed over and are not done. */
void tracer::show_depth(uint16_t ring, uint64_t now)
{
	if (!sqz_trace_wants(trace, SQZ_TRACE_TILES))
		return;
	if (!depth_counters[ring]) {
		const std::string name =
		    "descriptors in ring " + std::to_string(ring);
		depth_counters[ring] = sqz_trace_counter_track(
		    trace, 0, name.c_str(), "descriptors");
	}
	show(depth_counters[ring], now, depths[ring]);
}

/* ---- power ---- */

/* Mean from the last sample on, where it is written, too; of components that
 * ever took any. */
void tracer::sample_power(uint64_t now)
{
	sqz_tile_counters tiles = {};
	sqz_traffic traffic = {};

	for (uint32_t node = 0; node < layout.nodes; node++)
		if (soc->tile(node))
			add(&tiles, *sqz_tile_total(soc->tile(node)));
	for (const sqz_traffic &part : soc->traffic())
		add(&traffic, part);
	sqz_energy energy = sqz_energy_of(&config, &tiles, &traffic);
	energy.fj[SQZ_ENERGY_DRAM] +=
	    soc->dram_activations() * config.dram.activate_fj;
	for (int i = 0; i < SQZ_ENERGY_COMPONENTS; i++) {
		if (!energy.fj[i])
			continue;
		const uint64_t fj = energy.fj[i] - power_seen.fj[i];
		if (!power_counters[i]) {
			const std::string name =
			    std::string("power, ") +
			    sqz_energy_name((sqz_energy_component)i);
			power_counters[i] = sqz_trace_counter_track(
			    trace, 0, name.c_str(), "uW");
		}
		show(power_counters[i], slow_ps,
		     (int64_t)(fj * UW_PER_FJ_PER_PS / (now - slow_ps)));
	}
	power_seen = energy;
}

} // namespace sqz
