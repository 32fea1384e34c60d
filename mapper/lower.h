/*
 * Lowering: the operators of the float graph become the layers of the integer
 * network, without numbers.
 *
 * Activations become bounds of the layer before them. An addition becomes the
 * residual of the later one of the Conv or Gemm nodes that it alone reads;
 * without one it is a layer. Flatten moves no data: a Gemm behind it is a
 * convolution whose kernel is the whole feature map. Pad goes into the
 * convolutions behind it where it has no other readers, else it is a copy with
 * padding. Concat is a copy for each input. An activation that cannot be fused
 * is a 1 x 1 max pooling with bounds. If the last layer is an MVM its output is
 * int32.
 */
#ifndef SQZ_MAPPER_LOWER_H
#define SQZ_MAPPER_LOWER_H

#include "graph.h"
#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Free the result with sqz_qnet_free(). -1 with err set (and an empty network)
 * if an operator cannot be mapped, naming the node. */
int sqz_lower(const struct sqz_graph *graph, struct sqz_qnet *net,
	      struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
