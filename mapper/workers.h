/* Internal to the placement: a layer cut into workers, before tiles are
 * chosen. */
#ifndef SQZ_MAPPER_WORKERS_H
#define SQZ_MAPPER_WORKERS_H

#include "place.h"

/* Appends the layer's workers. Workers of one column range stand side by side
 * and name the first of them as reducer. */
int sqz_cut_layer(const struct sqz_quantized *net, uint32_t layer,
		  enum sqz_sign_form form, const struct sqz_config *config,
		  struct sqz_placement *placement, struct sqz_error *err);

/* Appends a worker of zeros; NULL when memory is exhausted. */
struct sqz_worker *sqz_add_worker(struct sqz_placement *placement);

#endif
