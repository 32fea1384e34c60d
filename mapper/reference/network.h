/*
 * The reference's network in memory: internal to mapper/reference.
 */
#ifndef SQZ_REFERENCE_NETWORK_H
#define SQZ_REFERENCE_NETWORK_H

#include "reference.h"
#include "sqz/image_reference.h"

#include <stdbool.h>

/* Limits that keep sizes in 32 bits and memory within reason. */
#define SQZ_REF_MAX_DIMENSION 65536u
#define SQZ_REF_MAX_ELEMENTS  (1u << 24) /* of a tensor */
#define SQZ_REF_MAX_MAP	      (1u << 25) /* of a padded input */
#define SQZ_REF_MAX_WINDOW    (1u << 22) /* pixels */
#define SQZ_REF_MAX_LAYERS    65536u

/* Output channels that one call of the multiply kernel computes. */
#define SQZ_REF_LANES 16

struct ref_tensor {
	uint32_t height, width, channels;
	uint32_t element_bytes;
	int32_t zero;
};

/* value * mult / 2^shift, arrays per channel; `half` is 2^(shift - 1) or 0. */
struct ref_scale {
	int32_t *mult;
	int64_t *shift, *half;
};

/* A run of neighbouring values of a window in the padded input. */
struct ref_segment {
	uint32_t offset; /* from the window's first value */
	uint32_t pairs;	 /* of values; a last odd one meets a zero weight */
};

struct ref_layer {
	struct sqz_reference_layer info;
	struct ref_tensor in, out;
	struct ref_scale scale, residual, average;
	int32_t *bias;

	/* MVM: the input widened to int16 with z_in around it. */
	uint32_t map_height, map_width;
	struct ref_segment *segments; /* of one group */
	uint32_t segment_count;
	uint32_t pair_count;   /* of all segments */
	uint32_t group_blocks; /* of SQZ_REF_LANES outputs in one group */
	bool depthwise;
	/* [group][block][pair][lane][2], or depthwise [tap][channel] */
	int16_t *packed;
};

struct sqz_reference {
	struct ref_tensor *tensors;
	struct ref_layer *layers;
	uint32_t tensor_count, layer_count;
	uint32_t input, output;
	size_t map_elements; /* of the largest padded input */
	size_t channels;     /* most output channels of a layer */
	size_t matrix_rows;  /* most rows of an MVM's matrix */
};

static inline size_t ref_elements(const struct ref_tensor *tensor)
{
	return (size_t)tensor->height * tensor->width * tensor->channels;
}

/* Brings the weights into the kernels' order and plans the padded input.
 * `weights` are as in the section. */
int ref_layer_prepare(struct ref_layer *layer, const int16_t *weights,
		      struct sqz_error *err);

/* Rows of an MVM's matrix, over all groups. */
static inline size_t ref_matrix_rows(const struct ref_layer *layer)
{
	return (size_t)layer->in.channels * layer->info.kernel_h *
	       layer->info.kernel_w;
}

/* Images that a thread takes through the network together, layer by layer:
 * where a layer has few positions, its weights are read once for all. */
#define REF_IMAGES 8

/* What a thread needs to run up to REF_IMAGES images. */
struct ref_scratch {
	uint32_t images;
	const struct ref_tensor *shapes; /* of the tensors */
	void **tensors;	     /* values of each tensor, of all images */
	int16_t *maps;	     /* padded inputs */
	size_t map_elements; /* of each */
	int32_t *sums;	     /* accumulators of REF_POSITIONS positions */
	int32_t *window;     /* pooling, one pixel of all channels */

	const struct sqz_reference_product *product; /* or NULL: exact */
	uint8_t *rows;				     /* of its windows */
	uint32_t layer;				     /* that runs */
	size_t image; /* the first one's number */
};

/* One image's values of a tensor. */
static inline void *ref_values(const struct ref_scratch *scratch,
			       uint32_t tensor, uint32_t image)
{
	const struct ref_tensor *shape = &scratch->shapes[tensor];

	return (uint8_t *)scratch->tensors[tensor] +
	       image * ref_elements(shape) * shape->element_bytes;
}

/* Output positions whose accumulators are held at a time. */
#define REF_POSITIONS 8

/* Runs one layer from and into the scratch's tensors. */
void ref_layer_run(const struct ref_layer *layer, struct ref_scratch *scratch);

#endif
