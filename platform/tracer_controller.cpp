#include "tracer.h"

#include <string>

#include "sqz/memmap.h"

namespace sqz
{

static const char *const DESC_NAMES[] = { "?", "PROGRAM", "RUN", "COPY",
					  "FENCE" };

static const char *descriptor_name(uint8_t type)
{
	return DESC_NAMES[type <= SQZ_DESC_FENCE ? type : 0];
}

uint64_t tracer::flow_of(uint32_t run) const
{
	return run_flows[run % run_flows.size()];
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
	/* The CPU has waited for the chip: their times are the same. */
	sqz_trace_instant(trace, cpu_track, now, "doorbell", "driver", &extra);
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
	run_flows[event.run % run_flows.size()] =
	    descriptor_flow(event.ring, event.sequence);
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
	const sqz_trace_extra extra = { nullptr, &flow, nullptr, 0, 1, 0 };
	std::vector<uint64_t> &flows = untold[event.ring];

	sqz_trace_instant(trace, driver_track, now, "completion", "driver",
			  &extra);
	if (flows.size() < SQZ_TRACE_FLOWS)
		flows.push_back(flow);
}

/* ---- interrupts ---- */

/* Completions that an interrupt tells of; NULL if it tells of none. */
std::vector<uint64_t> *tracer::told_by(unsigned source)
{
	const unsigned ring = source - SQZ_IRQ_RING0;

	return source >= SQZ_IRQ_RING0 && ring < untold.size() ? &untold[ring]
							       : nullptr;
}

void tracer::line(unsigned source, bool level, uint64_t now)
{
	std::vector<uint64_t> *flows = trace ? told_by(source) : nullptr;

	if (!trace)
		return;
	/* Acknowledged: what has no interrupt now does not get one. */
	if (!level && flows)
		flows->clear();
	if (!level)
		return;
	const sqz_trace_extra extra = {
		nullptr, flows ? flows->data() : nullptr,     nullptr,
		0,	 flows ? (uint32_t)flows->size() : 0, 0
	};
	sqz_trace_instant(trace, interrupts_track, now,
			  ("raises " + interrupt_name(source)).c_str(),
			  "driver", &extra);
}

} // namespace sqz
