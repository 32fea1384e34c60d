/*
 * What the host makes of logits: the best class and how sure the network is.
 *
 * Whole numbers and basic float operations only, so that every machine prints
 * the same digits.
 */
#ifndef SQZ_RUNTIME_LOGITS_H
#define SQZ_RUNTIME_LOGITS_H

#include <stdint.h>

#include "runtime/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Index of the largest of count values; the first one if several are equal.
 * count > 0. */
uint32_t sqz_argmax(const int32_t *values, uint32_t count);

/* Softmax of values * scale at `index`, in 0..1, to 1e-6; all the same unless
 * scale > 0. count > 0. */
float sqz_softmax_at(const int32_t *values, uint32_t count, float scale,
		     uint32_t index);

/* The largest of the logits of the last inference. */
struct sqz_prediction {
	uint32_t class_index;
	float probability;
};

struct sqz_prediction sqz_context_predict(const struct sqz_context *context);

#ifdef __cplusplus
}
#endif

#endif
