/* Many runs of synthetic traffic, each in a process of its own. */
#ifndef SQZ_PLATFORM_NOC_SWEEP_H
#define SQZ_PLATFORM_NOC_SWEEP_H

#include "noc/noc_options.h"

/* One load, averaged over seeds. */
struct sqz_noc_point {
	double rate;
	struct sqz_noc_outcome
	    mean; /* rates, latencies, hops; sums of counts */
	/* At a seed packets took too long, did not arrive, or less than 95 % of
	 * the offered flits did. */
	bool saturated;
	uint64_t *link_flits; /* routers x ports, added up over the seeds */
};

struct sqz_noc_sweep {
	struct sqz_noc_point *points;
	unsigned count;
	unsigned links; /* entries of link_flits */
};

/* Runs the options' rates in their order, up to the first saturated one unless
 * told otherwise. The results do not depend on the number of processes. 0, or
 * -1 with err set. Free with sqz_noc_sweep_free(). */
int sqz_noc_sweep_run(const struct sqz_noc_options *options,
		      const struct sqz_noc_config *settings,
		      struct sqz_noc_sweep *sweep, struct sqz_error *err);
void sqz_noc_sweep_free(struct sqz_noc_sweep *sweep);

/* The last point that is not saturated, else the first; NULL without points. */
const struct sqz_noc_point *
sqz_noc_sweep_settled(const struct sqz_noc_sweep *sweep);

/* The largest load at which packets take at most three times as long as at
 * almost none. */
struct sqz_noc_saturation {
	double zero_load_latency; /* cycles, at load 0.005 */
	struct sqz_noc_point at;  /* link_flits is NULL */
};

/* By bisection, to 0.001. 0, or -1 with err set. */
int sqz_noc_find_saturation(const struct sqz_noc_options *options,
			    const struct sqz_noc_config *settings,
			    struct sqz_noc_saturation *found,
			    struct sqz_error *err);

#endif
