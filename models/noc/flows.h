/*
 * What was carried from node to node, by message class, and how long it took:
 * for each flow that has had a packet its packets, flits, bytes and a histogram
 * of latencies.
 *
 * A packet counts when its tail has arrived. Its latency, in cycles, runs from
 * sqz_noc_inject() on, so waiting in the source queue is included; its time in
 * the network begins when the head leaves that queue. Memory is linear in the
 * flows that there are.
 */
#ifndef SQZ_NOC_FLOWS_H
#define SQZ_NOC_FLOWS_H

#include <stddef.h>

#include "noc/noc.h"
#include "noc/traffic/histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bin b counts latencies of 2^b to 2^(b+1) - 1 cycles, bin 0 also 0, the last
 * all that are longer. */
#define SQZ_NOC_LATENCY_BINS 24

struct sqz_noc_flow {
	unsigned src, dst, msg_class;
	uint64_t packets, flits, bytes;
	uint64_t latency_cycles; /* sum */
	uint64_t network_cycles; /* sum */
	uint64_t max_latency_cycles;
	uint64_t bins[SQZ_NOC_LATENCY_BINS]; /* packets */
};

struct sqz_noc_flows;

/* For nodes 0 to 2^24 - 1. NULL if memory ran out. */
struct sqz_noc_flows *sqz_noc_flows_create(unsigned classes);
void sqz_noc_flows_destroy(struct sqz_noc_flows *flows); /* NULL is fine */

/* Counts a packet whose tail has arrived. 0, or -1 with err set if memory ran
 * out. */
int sqz_noc_flows_add(struct sqz_noc_flows *flows,
		      const struct sqz_noc_packet *packet, uint64_t bytes,
		      struct sqz_error *err);

/* The flow, or NULL if it has had no packet. Valid until the next packet is
 * added, here and below. */
const struct sqz_noc_flow *sqz_noc_flows_find(const struct sqz_noc_flows *flows,
					      unsigned src, unsigned dst,
					      unsigned msg_class);

/* All flows, in the order of their first packets. */
const struct sqz_noc_flow *sqz_noc_flows_all(const struct sqz_noc_flows *flows,
					     size_t *count);

/* Latencies of all packets of a class, finer than a flow's. */
const struct sqz_histogram *
sqz_noc_flows_latencies(const struct sqz_noc_flows *flows, unsigned msg_class);

#ifdef __cplusplus
}
#endif

#endif
