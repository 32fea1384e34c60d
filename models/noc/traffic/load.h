/*
 * Synthetic traffic on the mesh engine: sources offer a load, the packets that
 * arrive are measured.
 *
 * Every node creates packets by chance and puts them into its unbounded source
 * queue. The load is in flits per node and cycle, so that a packet comes with
 * probability rate / mean packet length.
 */
#ifndef SQZ_NOC_LOAD_H
#define SQZ_NOC_LOAD_H

#include "noc/noc.h"
#include "noc/traffic/histogram.h"
#include "noc/traffic/pattern.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As in BookSim2: in every cycle a node that is off goes on with probability
 * `on`, one that is on goes off with probability `off`; one that is on creates
 * a packet with the probability that makes the mean come out. All are off at
 * first. on = 0: Bernoulli, no bursts. */
struct sqz_noc_bursts {
	double on, off;
};

#define SQZ_NOC_SIZES 8

/* Packet lengths, drawn by weight. */
struct sqz_noc_sizes {
	unsigned count;
	unsigned flits[SQZ_NOC_SIZES];
	double weight[SQZ_NOC_SIZES];
};

struct sqz_noc_load {
	enum sqz_noc_pattern pattern;
	unsigned hot_node; /* of hotspot */
	double hot_share;  /* of its traffic beside the uniform one */
	double rate;	   /* flits per node and cycle, 0..1 */
	struct sqz_noc_sizes sizes;
	struct sqz_noc_bursts bursts;
	uint64_t seed;
	uint64_t warmup_cycles;
	uint64_t measure_cycles;
	/* After the measured cycles traffic goes on for at most this long,
	 * until all packets created before their end have arrived. */
	uint64_t drain_cycles;
};

/* Means over the packets that arrived, were created before the end of the
 * measured cycles and injected after their begin: so the backlog of the warm-up
 * counts, as it does in BookSim2. Rates over the measured cycles. */
struct sqz_noc_outcome {
	double packet_latency;	/* creation to tail ejection, cycles */
	double network_latency; /* head injection to tail ejection, cycles */
	double hops;		/* routers visited by a packet */
	double flit_hops;	/* by a flit */
	double offered;		/* flits created per node and cycle */
	double accepted;	/* flits ejected per node and cycle */
	uint64_t packets;
	uint64_t unfinished;	  /* packets that had not arrived at the end */
	uint64_t checksum;	  /* of every ejection: node, cycle, packet */
	uint64_t flit_traversals; /* of routers, in the whole run */
	uint64_t cycles;	  /* of the whole run */
	struct sqz_histogram latency; /* of packets */
};

/* hotspot as in the reference curves, packets of one length, no bursts. */
struct sqz_noc_load sqz_noc_load_default(void);

double sqz_noc_mean_flits(const struct sqz_noc_sizes *sizes);

/* The largest rate that such sources can offer. */
double sqz_noc_load_max_rate(const struct sqz_noc_load *load);

/* Whether the load can be offered on such a mesh. 0, or -1 with err set. */
int sqz_noc_load_check(const struct sqz_noc_load *load, unsigned width,
		       unsigned height, struct sqz_error *err);

/* link_flits, if not NULL: routers x ports numbers of flits that left by the
 * port in the measured cycles. 0, or -1 with err set (bad configuration or
 * load, violated monitor). */
int sqz_noc_load_run(const struct sqz_noc_config *config,
		     const struct sqz_noc_load *load,
		     struct sqz_noc_outcome *outcome, uint64_t *link_flits,
		     struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
