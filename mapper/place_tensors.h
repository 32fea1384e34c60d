/* Internal to the placement: feature maps on buffers. */
#ifndef SQZ_MAPPER_PLACE_TENSORS_H
#define SQZ_MAPPER_PLACE_TENSORS_H

#include "place.h"

/* Fills placement->tensors and dram_pool_bytes. */
int sqz_place_tensors(const struct sqz_qnet *net, const struct sqz_chip *chip,
		      struct sqz_placement *placement, struct sqz_error *err);

/* The same for the scratch tensors, behind the network's, when the placement
 * has named them. The network's stay where they are. */
int sqz_place_scratch(const struct sqz_qnet *net, const struct sqz_chip *chip,
		      struct sqz_placement *placement, struct sqz_error *err);

#endif
