/*
 * Synthetic traffic for tests and benchmarks of the mesh: every node creates a
 * packet with probability rate / packet_flits in each cycle (Bernoulli) and
 * puts it into its unbounded source queue.
 */
#ifndef SQZ_TESTS_NOC_TRAFFIC_H
#define SQZ_TESTS_NOC_TRAFFIC_H

#include "noc/noc.h"

enum traffic_pattern {
	TRAFFIC_UNIFORM,   /* any node, the source included */
	TRAFFIC_TRANSPOSE, /* (x, y) -> (y, x) */
	TRAFFIC_HOTSPOT	   /* a tenth to node 5, the rest uniform */
};

struct traffic {
	enum traffic_pattern pattern;
	double rate; /* flits per node and cycle */
	unsigned packet_flits;
	uint64_t seed;
	uint64_t warmup_cycles;
	uint64_t measure_cycles;
	/* After the measured cycles traffic goes on for at most this long,
	 * until all packets created before their end have arrived. */
	uint64_t drain_cycles;
};

/* Means over the packets that arrived, were created before the end of the
 * measured cycles and injected after their begin: so the backlog of the warm-up
 * counts, as it does in the reference. Rates over these cycles. */
struct traffic_result {
	double packet_latency;	/* creation to tail ejection */
	double network_latency; /* head injection to tail ejection */
	double hops;		/* routers visited */
	double offered;		/* flits created per node and cycle */
	double accepted;	/* flits ejected per node and cycle */
	uint64_t packets;
	uint64_t checksum; /* of every ejection: node, cycle, packet */
	uint64_t flit_hops;
	uint64_t cycles;
};

/* Pattern by the name it has in the reference, -1 if there is none. */
int traffic_pattern_named(const char *name);

/* 0, or -1 with err set (bad configuration, violated monitor). */
int traffic_run(const struct sqz_noc_config *config,
		const struct traffic *traffic, struct traffic_result *result,
		struct sqz_error *err);

/* A number in 0..2^64 - 1 of a splitmix64 sequence. */
uint64_t traffic_random(uint64_t *state);

#endif
