/*
 * A text file with a scheme for each layer: what a search under a budget
 * (budget.h) writes and `sqz eval` and `sqz map` read. A line for each layer
 * that has weights:
 *
 *	LAYER SCHEME NAME
 *
 * LAYER is its place among all layers, NAME the node's in the ONNX file, both
 * checked. Lines that begin with # are left out.
 */
#ifndef SQZ_MAPPER_LAYER_SCHEMES_H
#define SQZ_MAPPER_LAYER_SCHEMES_H

#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A scheme for each of net->layer_count layers, the parts that a name leaves
 * open from `base`; layers without weights get `base`. free(*schemes). */
int sqz_layer_schemes_read(const char *path, const struct sqz_qnet *net,
			   const struct sqz_scheme *base,
			   struct sqz_scheme **schemes, struct sqz_error *err);

/* names[i]: scheme of layer i, looked at only where the layer has weights. */
int sqz_layer_schemes_write(const char *path, const struct sqz_qnet *net,
			    const char *const *names, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
