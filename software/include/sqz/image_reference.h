/*
 * REFERENCE section of the image: the integer network before slicing, with the
 * stored weights. The platform's reference engine reads nothing else, so it
 * cannot share a mistake with slicing, squeezing or placement.
 *
 * Little-endian. The header, then tensors and layers, then the arrays that
 * they point to. Offsets count from the section's first byte and are multiples
 * of 8; 0 stands for an array that is not there. All arithmetic is in
 * docs/arithmetic.md. A tensor is written by one layer, or by COPY layers from
 * its first channel to its last before anybody reads it. Readers check
 * everything, also that no accumulator can leave int32.
 */
#ifndef SQZ_IMAGE_REFERENCE_H
#define SQZ_IMAGE_REFERENCE_H

#include "sqz/image.h"

#define SQZ_REFERENCE_MAGIC   0x46455253u /* "SREF" */
#define SQZ_REFERENCE_VERSION 1

struct sqz_reference_header {
	uint32_t magic;
	uint32_t version;
	uint64_t bytes; /* of the section */
	uint32_t tensor_count;
	uint32_t layer_count;
	uint64_t tensors_offset; /* struct sqz_reference_tensor[] */
	uint64_t layers_offset;	 /* struct sqz_reference_layer[], in order */
	uint32_t input, output;	 /* tensors */
	uint32_t reserved[4];	 /* 0 */
};

/* A feature map, channels innermost. */
struct sqz_reference_tensor {
	uint32_t height, width, channels;
	uint32_t element_bytes; /* 1: uint8; 4: int32 */
	int32_t zero_point;
	float scale;
	uint32_t reserved[2];
};

struct sqz_reference_layer {
	char name[SQZ_NAME_BYTES];
	uint32_t kind;		/* enum sqz_step_kind */
	uint32_t input, output; /* tensors */
	uint32_t residual;	/* tensor, or SQZ_NO_TENSOR */
	uint32_t kernel_h, kernel_w;
	uint32_t stride_y, stride_x;
	uint32_t dilation_y, dilation_x;
	uint32_t pad_top, pad_left;
	uint32_t groups;
	int32_t z_in, z_residual, z_out;
	int32_t low, high;
	uint32_t average_count; /* as in struct sqz_step_header */
	uint32_t first_channel; /* COPY: of the output; else 0 */
	/* int16 [out_channels][in_channels / groups * kernel_h * kernel_w],
	 * row k = (c * kernel_h + ky) * kernel_w + kx */
	uint64_t weights_offset;
	uint64_t bias_offset;	  /* int32 [out_channels] */
	uint64_t scale_offset;	  /* struct sqz_scale [out_channels], COPY:
				     [in_channels] */
	uint64_t residual_offset; /* struct sqz_scale [out_channels] */
	uint64_t average_offset;  /* struct sqz_scale [average_count] */
};

SQZ_IMAGE_ASSERT(struct sqz_reference_header, 64);
SQZ_IMAGE_ASSERT(struct sqz_reference_tensor, 32);
SQZ_IMAGE_ASSERT(struct sqz_reference_layer, 152);

#endif
