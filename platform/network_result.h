/*
 * What the network's counters held at the end of a run: links, flows,
 * latencies. A copy, so that reports need no chip.
 */
#ifndef SQZ_PLATFORM_NETWORK_RESULT_H
#define SQZ_PLATFORM_NETWORK_RESULT_H

#include "noc/flows.h"
#include "node/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_link_result {
	unsigned router, x, y; /* that it leaves; x, y: of routers */
	unsigned end;	       /* router, for local ports node */
	char port[8];	       /* sqz_noc_port_name() */
	uint64_t flits;
	struct sqz_noc_stalls stalls;
};

/* An input VC that waits for the next one of a cycle. */
struct sqz_wait_result {
	unsigned router, x, y;
	char port[8]; /* that the VC belongs to */
	unsigned vc;
	bool has_packet; /* of which something lies in front */
	unsigned src, dst;
};

/* Of all packets of a class, in cycles. */
struct sqz_class_latency {
	uint64_t packets;
	uint64_t sum, max;
	uint32_t p50, p99; /* rounded down by less than 1 % */
};

struct sqz_network_result {
	uint64_t cycles; /* of the network's clock, from reset */
	struct sqz_link_result *links;
	size_t link_count;
	/* Ordered by source, destination, class. */
	struct sqz_noc_flow *flows;
	size_t flow_count;
	struct sqz_class_latency latency[SQZ_CLASSES];
	/* VCs that wait for each other in a cycle; none if the run ended. */
	struct sqz_wait_result *waits;
	size_t wait_count;
};

/* All links that there are, all flows that had a packet. To be freed. 0, or -1
 * with err set. */
int sqz_network_collect(const struct sqz_noc *noc,
			const struct sqz_noc_flows *flows, uint64_t cycles,
			struct sqz_network_result *result,
			struct sqz_error *err);
void sqz_network_free(struct sqz_network_result *result);

/* "grant", "response", "result", "partial_sum", "request" */
const char *sqz_class_name(unsigned msg_class);

/* Sums over all links. */
struct sqz_noc_stalls
sqz_network_stalls(const struct sqz_network_result *result);

#ifdef __cplusplus
}
#endif

#endif
