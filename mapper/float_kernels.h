/*
 * Kernels of the float engine; nothing here is for other libraries.
 *
 * A group of B images is computed at once. A tensor of the group is stored
 * channel-major, [channels][B][height][width]: so the positions of all images
 * are the columns of one matrix, a convolution is a matrix product whose result
 * already lies in place, and layers with few pixels still fill the vectors.
 */
#ifndef SQZ_MAPPER_FLOAT_KERNELS_H
#define SQZ_MAPPER_FLOAT_KERNELS_H

#include "graph.h"

/* Columns (positions) that one tile computes at once, and its rows (output
 * channels). */
#define SQZ_FLOAT_COLUMNS 16u
#define SQZ_FLOAT_ROWS	  4u
/* Values that a kernel may read (and ignore) behind any buffer. */
#define SQZ_FLOAT_SLACK SQZ_FLOAT_COLUMNS

struct sqz_float_layer {
	const struct sqz_node *node;
	struct sqz_shape in, out; /* of the first input, of the output */
	struct sqz_window window; /* of GEMM: 1 x 1 */
	size_t k;		  /* weights of one output channel */
	size_t row_blocks;	  /* tiles for the channels of one group */
	/* CONV and GEMM: [groups][row_blocks][k][SQZ_FLOAT_ROWS], zeros where
	 * there is no channel. */
	float *packed;
};

/* Buffers of one worker. */
struct sqz_float_scratch {
	float *padded; /* sqz_float_padded_size() */
	float *panel;  /* sqz_float_panel_size(), aligned to 64 bytes */
};

/* Packs the weights of CONV and GEMM. */
int sqz_float_layer_create(const struct sqz_graph *graph,
			   const struct sqz_node *node,
			   struct sqz_float_layer *layer,
			   struct sqz_error *err);
void sqz_float_layer_free(struct sqz_float_layer *layer);

/* Scratch that the layer needs for a group of that many images, in values. */
size_t sqz_float_padded_size(const struct sqz_float_layer *layer,
			     uint32_t images);
size_t sqz_float_panel_size(const struct sqz_float_layer *layer);

/* CONV, GEMM */
void sqz_float_conv(const struct sqz_float_layer *layer, uint32_t images,
		    const float *in, float *out,
		    const struct sqz_float_scratch *scratch);

/* All other operators; `inputs` and `shapes` as in the node. */
void sqz_float_simple(const struct sqz_float_layer *layer, uint32_t images,
		      const float *const *inputs,
		      const struct sqz_shape *const *shapes, float *out);

#endif
