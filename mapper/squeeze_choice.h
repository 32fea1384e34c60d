/*
 * Which layers are squeezed when arrays are read as a whole: each takes what
 * has less of an objective, its planes squeezed or the same weights in all
 * planes.
 *
 * Crossbars: arrays. Time: of one pass as the platform executes it, freed
 * arrays standing idle. Energy: of an image by tile.adc_law at the design's
 * lossless resolution, row shifts read as an index. If both have the same of
 * it: fewer arrays or, if these were the objective, less time; then squeezed.
 */
#ifndef SQZ_MAPPER_SQUEEZE_CHOICE_H
#define SQZ_MAPPER_SQUEEZE_CHOICE_H

#include <stdio.h>

#include "ou_cost.h"
#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_squeeze_option {
	uint64_t arrays;
	uint64_t time_ps; /* of an image */
	uint64_t energy_fj;
};

struct sqz_squeeze_choice {
	bool compared; /* the scheme squeezes this layer */
	bool squeezed; /* what was taken */
	struct sqz_squeeze_option squeeze, all_planes;
};

/* choices[layer_count]. Blocks of layers that are not to be squeezed are
 * replaced; the stored weights stay what they are. 0, or -1 with err set. */
int sqz_squeeze_choose(const struct sqz_config *config, enum sqz_sign_form form,
		       enum sqz_ou_objective objective,
		       struct sqz_quantized *net,
		       struct sqz_squeeze_choice *choices,
		       struct sqz_error *err);

/* One line a layer: what was taken and why. */
void sqz_squeeze_table(const struct sqz_quantized *net,
		       const struct sqz_squeeze_choice *choices,
		       enum sqz_ou_objective objective, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
