/* Packets, and why they leave: docs/traces.md, "Why packets leave". */
#include "tracer.h"

#include <string>

namespace sqz
{

static const uint64_t PS_PER_NS = 1000;
static const uint16_t NO_LAYER = 0xffff;

/* Annotations of one event. */
struct arguments {
	sqz_trace_arg list[9 + 3 * SQZ_CAUSES];
	uint32_t count = 0;

	void add(const char *name, uint64_t value)
	{
		list[count++] = sqz_trace_uint(name, value);
	}
	sqz_trace_extra extra() const
	{
		return { list, nullptr, nullptr, count, 0, 0 };
	}
};

/* What a timestamp tells of a time. */
static uint64_t whole_ns(uint64_t ps)
{
	return ps / PS_PER_NS * PS_PER_NS;
}

static void put_time(arguments *args, uint64_t at_ps, uint64_t now)
{
	if (at_ps != whole_ns(now))
		args->add("at_ps", at_ps);
}

static void put_causes(arguments *args, const sqz_causes &causes)
{
	static const char *const NAMES[SQZ_CAUSES][3] = {
		{ "after", "delay_ps", "work" },
		{ "after_2", "delay_2_ps", "work_2" },
		{ "after_3", "delay_3_ps", "work_3" },
		{ "after_4", "delay_4_ps", "work_4" },
	};

	for (uint32_t i = 0; i < causes.count; i++) {
		const sqz_cause &cause = causes.of[i];
		args->add(NAMES[i][0], cause.id);
		if (!cause.delay_ps)
			continue;
		args->add(NAMES[i][1], cause.delay_ps);
		if (cause.work != SQZ_WORK_CONTROL)
			args->list[args->count++] = sqz_trace_string(
			    NAMES[i][2],
			    sqz_work_name(static_cast<sqz_work>(cause.work)));
	}
}

/* Each byte costs time: what readers can tell by themselves is left out. */
static void put_sent(arguments *args, const sqz_packet &packet, uint64_t now)
{
	const sqz_causes &causes = packet.causes;

	if (packet.cause != (causes.count ? causes.of[0].id : 0))
		args->add("cause", packet.cause);
	args->add("src", packet.src);
	args->add("dst", packet.dst);
	args->add("payload_bytes", packet.payload_bytes);
	if (packet.layer != NO_LAYER)
		args->add("layer", packet.layer);
	if (packet.created_ps != whole_ns(now))
		args->add("created_ps", packet.created_ps);
	if (causes.count)
		put_causes(args, causes);
	else
		args->add("at_ps", now);
}

uint32_t tracer::packet_track(uint16_t node)
{
	if (!node_tracks[node]) {
		const std::string name =
		    "packets of node " + std::to_string(node);
		node_tracks[node] =
		    sqz_trace_track(trace, 0, name.c_str(),
				    RANK_TILES + (int32_t)layout.nodes + node);
	}
	return node_tracks[node];
}

uint32_t tracer::mark_track(uint16_t node)
{
	if (!mark_tracks[node])
		mark_tracks[node] = sqz_trace_track(
		    trace, packet_track(node),
		    ("marks of node " + std::to_string(node)).c_str(), 0);
	return mark_tracks[node];
}

/* Of the descriptor that a step belongs to; 0: none. */
uint64_t tracer::packet_flow(const sqz_packet &packet) const
{
	switch (packet.type) {
	case SQZ_PKT_PROGRAM:
	case SQZ_PKT_RUN:
	case SQZ_PKT_DONE:
		return packet.run ? flow_of(packet.run) : 0;
	default:
		return 0;
	}
}

void tracer::packet(const sqz_packet *packet, bool arrives, uint64_t now)
{
	if (!filter.wants(now, now) ||
	    !(filter.nodes[packet->src] || filter.nodes[packet->dst]))
		return;
	arguments args;
	args.add("id", packet->id);
	if (arrives)
		put_time(&args, now, now);
	else
		put_sent(&args, *packet, now);
	const uint64_t flow = packet_flow(*packet);
	sqz_trace_extra extra = args.extra();
	extra.flows = &flow;
	extra.flow_count = flow != 0;
	sqz_trace_instant(
	    trace, packet_track(arrives ? packet->dst : packet->src), now,
	    sqz_packet_type_name(static_cast<sqz_packet_type>(packet->type)),
	    arrives ? "arrives" : "sent", &extra);
}

/* Marks may lie ahead, or be made afterwards: on its track it stands where it
 * was made. */
void tracer::mark(uint16_t node, uint64_t id, const sqz_causes &causes,
		  uint64_t now)
{
	if (!filter.wants(now, now) || !filter.nodes[node])
		return;
	arguments args;
	args.add("id", id);
	put_causes(&args, causes);
	if (causes.count)
		put_time(&args, causes.at_ps, now);
	else
		args.add("at_ps", causes.at_ps);
	const sqz_trace_extra extra = args.extra();
	sqz_trace_instant(trace, mark_track(node), now, "mark", "mark", &extra);
}

/* A packet that the node has refused before. */
void tracer::accepted(uint16_t node, uint64_t id, uint64_t now)
{
	if (!filter.wants(now, now) || !filter.nodes[node])
		return;
	arguments args;
	args.add("id", id);
	put_time(&args, now, now);
	const sqz_trace_extra extra = args.extra();
	sqz_trace_instant(trace, packet_track(node), now, "accepted",
			  "accepted", &extra);
}

} // namespace sqz
