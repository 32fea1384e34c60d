/* Internal to the placement: feature maps on buffers. */
#ifndef SQZ_MAPPER_PLACE_TENSORS_H
#define SQZ_MAPPER_PLACE_TENSORS_H

#include "placer.h"

/* Fills placement->tensors and what else says where they lie. */
int sqz_place_tensors(const struct placer *placer, struct sqz_error *err);

/* The same for the scratch tensors, behind the network's, when the placement
 * has named them. The network's stay where they are. */
int sqz_place_scratch(const struct placer *placer, struct sqz_error *err);

/* Moves each of the network's tensors to the buffer with room whose cost is
 * least; costs: [tensors][nodes], bytes times hops. */
int sqz_move_tensors(const struct placer *placer, const double *costs,
		     struct sqz_error *err);

#endif
