/*
 * Bias correction: rounding weights shifts the mean of every output by
 * sum_k (w'_k - w_k) * E[x_k], which the bias can take back.
 *
 * E[x_k] is the mean of the float network's input at matrix row k over the
 * calibration images and all output positions, padding (0) included.
 */
#ifndef SQZ_MAPPER_BIAS_CORRECTION_H
#define SQZ_MAPPER_BIAS_CORRECTION_H

#include "graph.h"
#include "qnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs `count` images (C x H x W values each) through the graph and sets the
 * input_means of all MVM layers of `net`, which was lowered from it. */
int sqz_input_means(const struct sqz_graph *graph, const float *images,
		    size_t count, struct sqz_qnet *net, struct sqz_error *err);

/* *bias becomes the corrected biases of a layer that has its stored weights,
 * units and means; free(). `node` has the real weights. */
int sqz_correct_bias(const struct sqz_qnet *net, const struct sqz_qlayer *layer,
		     const struct sqz_node *node, float **bias,
		     struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
