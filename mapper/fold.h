/*
 * Simplifies an imported graph without changing what it computes: padding
 * moves into the convolution behind it, a factor and shift per channel (batch
 * normalization, a constant that is added) into the convolution or fully
 * connected layer before it, and nodes that the output does not depend on go.
 */
#ifndef SQZ_MAPPER_FOLD_H
#define SQZ_MAPPER_FOLD_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `file` stands in messages. 0, or -1 with err set: no memory, or weights that
 * are not finite any more. */
int sqz_graph_fold(struct sqz_graph *graph, const char *file,
		   struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
