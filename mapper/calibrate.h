/*
 * Ranges of a float graph's tensors over calibration images.
 */
#ifndef SQZ_MAPPER_CALIBRATE_H
#define SQZ_MAPPER_CALIBRATE_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Real bounds of each of the graph's tensors; 0 is always inside. */
struct sqz_ranges {
	double *low, *high;
	uint32_t count; /* tensors */
};

/* Runs `count` images (C x H x W values each) through the graph. `percentile`
 * is the share of values, in percent, that the range must hold: 100 for
 * minimum and maximum, else 50..100, the rest cut off evenly on both sides.
 * 0, or -1 with err set. */
int sqz_calibrate(const struct sqz_graph *graph, const float *images,
		  size_t count, double percentile, struct sqz_ranges *ranges,
		  struct sqz_error *err);

void sqz_ranges_free(struct sqz_ranges *ranges);

#ifdef __cplusplus
}
#endif

#endif
