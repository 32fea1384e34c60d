/*
 * How far an image's data travel: an estimate from the placement alone. Flits
 * of input, partial sums, residuals and outputs, headers included, times the
 * routers that they visit; requests and acknowledgements are left out. DRAM
 * lies at the mean distance of its controllers, over which it is interleaved.
 */
#ifndef SQZ_MAPPER_TRAFFIC_H
#define SQZ_MAPPER_TRAFFIC_H

#include "layer_time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Routers between a tensor's node, which may be SQZ_TENSOR_IN_DRAM, and
 * another node. */
double sqz_tensor_hops(const struct sqz_chip *chip, uint32_t tensor_node,
		       uint32_t node);

/* Flits times routers of one image. */
double sqz_flit_hops(const struct sqz_pace *pace, const struct sqz_chip *chip,
		     const struct sqz_placement *placement);

#ifdef __cplusplus
}
#endif

#endif
