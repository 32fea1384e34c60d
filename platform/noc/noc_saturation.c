#include "noc/noc_sweep.h"

#include <stdlib.h>

#define ALMOST_NO_LOAD 0.005
#define RESOLUTION     1000 /* steps of the load */
#define TIMES_AS_LONG  3

/* One load; the means without the links. */
static int measure(const struct sqz_noc_options *options,
		   const struct sqz_noc_config *settings, double rate,
		   struct sqz_noc_point *point, struct sqz_error *err)
{
	struct sqz_noc_options one = *options;
	struct sqz_noc_sweep sweep;

	one.rates = (struct sqz_noc_rates){ rate, rate, 1 };
	if (sqz_noc_sweep_run(&one, settings, &sweep, err)) {
		sqz_noc_sweep_free(&sweep);
		return -1;
	}
	*point = sweep.points[0];
	point->link_flits = NULL;
	sqz_noc_sweep_free(&sweep);
	return 0;
}

int sqz_noc_find_saturation(const struct sqz_noc_options *options,
			    const struct sqz_noc_config *settings,
			    struct sqz_noc_saturation *found,
			    struct sqz_error *err)
{
	unsigned low = 0;
	unsigned high =
	    1 + (unsigned)(RESOLUTION * sqz_noc_load_max_rate(&options->load));
	struct sqz_noc_point point;

	if (measure(options, settings, ALMOST_NO_LOAD, &found->at, err))
		return -1;
	found->zero_load_latency = found->at.mean.packet_latency;
	while (high - low > 1) {
		unsigned middle = (low + high) / 2;
		if (measure(options, settings, (double)middle / RESOLUTION,
			    &point, err))
			return -1;
		if (point.saturated ||
		    point.mean.packet_latency >
			TIMES_AS_LONG * found->zero_load_latency) {
			high = middle;
		} else {
			low = middle;
			found->at = point;
		}
	}
	return 0;
}
