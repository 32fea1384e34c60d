/*
 * Fixed-point multipliers and the bounds that keep accumulators in int32.
 */
#ifndef SQZ_MAPPER_REQUANT_H
#define SQZ_MAPPER_REQUANT_H

#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* mult / 2^shift nearest to `factor`: mult in 2^30 .. 2^31 - 1 where the shift
 * allows it (0 .. 62), smaller for factors below 2^-32. -1 with err set if the
 * factor is not finite, negative, or 2^31 and more. */
int sqz_scale_make(double factor, struct sqz_scale *scale,
		   struct sqz_error *err);

/* Rounds to the nearest, halves away from zero, and clamps. */
int32_t sqz_round_clamp(double value, int32_t low, int32_t high);

/* Largest magnitudes that the layer's int32 accumulator of output channel c can
 * reach: all rows driven with 255, bias, residual. */
void sqz_accumulator_bounds(const struct sqz_qnet *net,
			    const struct sqz_qlayer *layer, uint32_t c,
			    int64_t *low, int64_t *high);

#ifdef __cplusplus
}
#endif

#endif
