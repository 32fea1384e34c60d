/*
 * The integer network: what the chip computes, before it is placed.
 *
 * Layers stand in the order of execution; a tensor is written by one layer, or
 * by several COPY layers from its first channel to its last. Layers are the
 * steps of image.h; every operation on their numbers is in docs/arithmetic.md.
 * Feature maps are HWC: byte (y * width + x) * channels + c. Weight row k = (c
 * * kernel_h + ky) * kernel_w + kx for input channel c of the group.
 */
#ifndef SQZ_MAPPER_QNET_H
#define SQZ_MAPPER_QNET_H

#include "host/error.h"
#include "sqz/image.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* real = (value - zero_point) * scale */
struct sqz_qtensor {
	uint32_t height, width, channels;
	uint32_t element_bytes; /* 1: uint8; 4: int32 logits */
	double scale;
	int32_t zero_point;
	uint32_t graph_tensor; /* whose values it stands for */
};

struct sqz_qlayer {
	char *name; /* of the node in the ONNX file; never NULL */
	enum sqz_step_kind kind;
	uint32_t input, output;	     /* tensors */
	uint32_t residual;	     /* MVM, ADD: tensor, or SQZ_NO_TENSOR */
	uint32_t first_channel;	     /* COPY: of the output; else 0 */
	int32_t node;		     /* of the graph: its weights; MVM only */
	uint32_t kernel_h, kernel_w; /* ADD, COPY: 1 and 1 */
	uint32_t stride_y, stride_x;
	uint32_t dilation_y, dilation_x;
	uint32_t pad_top, pad_left; /* bottom and right follow from the sizes */
	uint32_t groups;
	double clip_low, clip_high; /* real bounds of the output; may be inf */

	/* MVM: stored weights w' [out channel][in channels / groups * kernel_h
	 * * kernel_w], their real unit per output channel, and b'. */
	int16_t *weights;
	size_t weight_count;
	double *weight_scale;
	int32_t *bias;
	/* MVM: mean of the real input at each row of the dense matrix, groups *
	 * group rows; NULL if nobody measured it (bias_correction.h). */
	double *input_means;
	/* Per channel that the layer writes. MVM: of the accumulator. ADD,
	 * COPY: of the input. */
	struct sqz_scale *scale;
	struct sqz_scale *residual_scale; /* MVM, ADD with a residual */
	/* AVGPOOL: as in struct sqz_step_header. */
	struct sqz_scale *average;
	uint32_t average_count;

	int32_t z_in, z_residual, z_out;
	int32_t low, high;  /* bounds of the output, integer */
	uint32_t out_bytes; /* 1 or 4 */
	uint64_t macs;
};

struct sqz_qnet {
	struct sqz_qtensor *tensors;
	uint32_t tensor_count;
	struct sqz_qlayer *layers;
	uint32_t layer_count;
	uint32_t input, output; /* tensors */
};

void sqz_qnet_free(struct sqz_qnet *net);

/* Frees what quantizing made: weights, units, biases, multipliers. */
void sqz_qlayer_drop_numbers(struct sqz_qlayer *layer);

/* A deep copy, so that one lowered network serves many schemes. -1 with err
 * set and an empty copy when memory is exhausted. */
int sqz_qnet_copy(const struct sqz_qnet *net, struct sqz_qnet *copy,
		  struct sqz_error *err);

/* Rows of one group: input channels / groups * kernel area. The virtual dense
 * matrix of the layer has groups times as many. */
uint32_t sqz_qlayer_group_rows(const struct sqz_qnet *net,
			       const struct sqz_qlayer *layer);
uint32_t sqz_qlayer_out_channels(const struct sqz_qnet *net,
				 const struct sqz_qlayer *layer);

/* Output positions of one image. */
uint32_t sqz_qlayer_positions(const struct sqz_qnet *net,
			      const struct sqz_qlayer *layer);

/* Channels that the layer writes: all of its output, or a COPY's share. */
uint32_t sqz_qlayer_written(const struct sqz_qnet *net,
			    const struct sqz_qlayer *layer);

/* Name of the step kind: "mvm", "maxpool", "avgpool", "add", "copy". */
const char *sqz_step_kind_name(enum sqz_step_kind kind);

#ifdef __cplusplus
}
#endif

#endif
