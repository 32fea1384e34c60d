/*
 * The network's counters: what links and flows have carried since reset, and
 * what held packets up. `base` is the block's bus address. Reading them puts
 * nothing on the network.
 *
 * A link is named by the router that it leaves and a port: 0 east, 1 west, 2
 * south, 3 north, then one for each node at the router. A flow is all packets
 * of a class from one node to another.
 */
#ifndef SQZ_DRIVER_COUNTERS_H
#define SQZ_DRIVER_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bin b of a flow's histogram counts latencies of 2^b to 2^(b+1) - 1 cycles,
 * bin 0 also 0, the last all that are longer. */
#define SQZ_COUNTERS_BINS 24

struct sqz_counters {
	uint64_t base;
	unsigned routers;
	unsigned ports; /* of a router */
	unsigned classes;
};

struct sqz_link_counters {
	bool exists;
	uint32_t end;	    /* router, or node behind a local port */
	uint64_t flits;	    /* that have crossed the link */
	uint64_t vc_busy;   /* cycles without a virtual channel */
	uint64_t no_credit; /* cycles without room behind the link */
	uint64_t lost;	    /* cycles in which others went first */
};

struct sqz_flow_counters {
	uint64_t packets;
	uint64_t bytes;		     /* with headers */
	uint64_t latency_cycles;     /* sum, with the wait at the source */
	uint32_t max_latency_cycles; /* 2^32 - 1 also if longer */
};

/* Reads the ID first. SQZ_ENODEV, SQZ_EVERSION. */
SQZ_MUST_CHECK enum sqz_result sqz_counters_open(struct sqz_counters *counters,
						 uint64_t base);

/* Cycles of the network's clock, and routers that flits have crossed. */
void sqz_counters_totals(const struct sqz_counters *counters, uint64_t *cycles,
			 uint64_t *flit_hops);

/* SQZ_EINVAL: there is no such router or port. */
SQZ_MUST_CHECK enum sqz_result
sqz_counters_link(const struct sqz_counters *counters, unsigned router,
		  unsigned port, struct sqz_link_counters *link);

/* All 0 if the flow has had no packet. SQZ_EINVAL: no such class, or a node
 * that the block has no number for. */
SQZ_MUST_CHECK enum sqz_result
sqz_counters_flow(const struct sqz_counters *counters, unsigned src,
		  unsigned dst, unsigned msg_class,
		  struct sqz_flow_counters *flow);

/* The latency histogram of the flow that was read last; a bin stops
 * at 2^32 - 1 packets. */
void sqz_counters_latencies(const struct sqz_counters *counters,
			    uint32_t bins[SQZ_COUNTERS_BINS]);

#ifdef __cplusplus
}
#endif

#endif
