/*
 * Magnitude pruning of a float graph: the smallest weights of every layer
 * become 0. No retraining; it is the plain starting point of sparsity studies.
 *
 * Each Conv and Gemm layer is pruned by itself to the same share. Of equal
 * magnitudes the one that stands first goes first. Biases stay.
 */
#ifndef SQZ_MAPPER_PRUNE_H
#define SQZ_MAPPER_PRUNE_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_prune_form {
	SQZ_PRUNE_WEIGHTS, /* single weights, by magnitude */
	/* Whole rows of the weight matrix (one input channel and kernel place,
	 * for all output channels of its group), by Euclidean norm. */
	SQZ_PRUNE_ROWS,
};

struct sqz_prune {
	double share; /* 0 .. 1 of the weights, or of the rows, become 0 */
	enum sqz_prune_form form;
};

/* Reads "P" or "P:rows", 0 <= P < 1. */
int sqz_prune_parse(const char *text, struct sqz_prune *prune,
		    struct sqz_error *err);

/* Zeroes round(share * count) weights or rows of every layer. -1 with err set
 * when memory is exhausted. */
int sqz_prune_graph(struct sqz_graph *graph, const struct sqz_prune *prune,
		    struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
