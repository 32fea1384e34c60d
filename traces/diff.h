/*
 * Two traces beside each other: the run, each layer and each resource, with
 * what B has more than A. Layers are matched by name; of several layers of one
 * name, the first with the first.
 */
#ifndef SQZ_TRACES_DIFF_H
#define SQZ_TRACES_DIFF_H

#include "traces/breakdown.h"
#include "traces/summary.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_diff_figure {
	SQZ_DIFF_TIME_PS,
	SQZ_DIFF_ENERGY_FJ,
	SQZ_DIFF_NOC_BYTES,
	SQZ_DIFF_FIRST_RESOURCE, /* and so on, by enum sqz_resource */
	SQZ_DIFF_FIGURES = SQZ_DIFF_FIRST_RESOURCE + SQZ_RESOURCES,
};

struct sqz_diff_row {
	char *name; /* of the layer, "all layers" or "run" */
	bool in[2]; /* in A, in B */
	uint64_t values[SQZ_DIFF_FIGURES][2];
};

struct sqz_diff {
	struct sqz_diff_row *rows; /* as in A, then those of B only; then two:
				      all layers, and the run, which has a time
				      only */
	size_t count;
	bool has_resources; /* both traces hold the work of tiles */
};

int sqz_diff_read(const char *a, const char *b, struct sqz_diff *diff,
		  struct sqz_error *err);
void sqz_diff_free(struct sqz_diff *diff);

/* -1 if it cannot be written. */
int sqz_diff_print(const struct sqz_diff *diff, FILE *file);
int sqz_diff_csv(const struct sqz_diff *diff, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
