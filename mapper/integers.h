/*
 * What follows from a layer's stored weights: biases, multipliers, bounds.
 */
#ifndef SQZ_MAPPER_INTEGERS_H
#define SQZ_MAPPER_INTEGERS_H

#include "graph.h"
#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills what is not weights. Weights and their units (MVM), the arrays' memory
 * and all activations must be there; `bias` is the float one (MVM) or NULL.
 * Sets the scale of int32 logits. -1 with err set if a number does not fit or
 * an accumulator could leave int32. */
int sqz_layer_integers(struct sqz_qnet *net, struct sqz_qlayer *layer,
		       const float *bias, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
