/*
 * How long packets were on their way, from when the sender made them to when
 * the receiver had them: percentiles for each type, source, destination and
 * flow (packets of one type from one node to another), and the slowest packets.
 * Latencies are in whole ns, of times rounded down.
 */
#ifndef SQZ_TRACES_PACKET_FLOWS_H
#define SQZ_TRACES_PACKET_FLOWS_H

#include "traces/histogram.h"
#include "traces/reader.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the packets of a group have in common. */
enum sqz_packet_group_kind {
	SQZ_GROUP_TYPE,
	SQZ_GROUP_SOURCE,
	SQZ_GROUP_DESTINATION,
	SQZ_GROUP_FLOW, /* all three */
	SQZ_GROUP_KINDS,
};

struct sqz_packet_group {
	uint32_t type; /* index of its name */
	uint16_t source;
	uint16_t destination;
	uint64_t payload_bytes;
	struct histogram latency_ns;
};

struct sqz_packet_groups {
	struct sqz_packet_group *all; /* highest 99th percentile first */
	size_t count;
};

struct sqz_slow_packet {
	uint64_t latency_ns;
	uint64_t id;
	uint64_t created_ps;
	uint64_t layer;
	uint32_t type;
	uint16_t source;
	uint16_t destination;
};

#define SQZ_SLOW_PACKETS 100u

struct sqz_packet_flows {
	char **types; /* names */
	size_t type_count;
	struct sqz_packet_groups groups[SQZ_GROUP_KINDS];
	struct sqz_slow_packet slowest[SQZ_SLOW_PACKETS]; /* slowest first */
	size_t slow_count;
	uint64_t unsent; /* packets left out: the trace lacks their sending */
	struct sqz_trace_result file;
};

/* An error if the trace has no packets. Memory grows with the number of flows,
 * and of packets on their way at a time, not of all packets. */
int sqz_packet_flows_read(const char *path, struct sqz_packet_flows *flows,
			  struct sqz_error *err);
void sqz_packet_flows_free(struct sqz_packet_flows *flows);

/* The first `top` of each kind. CSV has all groups, and no packets. */
int sqz_packet_flows_print(const struct sqz_packet_flows *flows, uint64_t top,
			   FILE *file);
int sqz_packet_flows_csv(const struct sqz_packet_flows *flows, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
