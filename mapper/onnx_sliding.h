/*
 * What Conv and the pools share: a window that slides over the image. Nothing
 * here is for other libraries. Everything is computed in int64 from attributes
 * that were first limited to SQZ_MAX_DIMENSION, so nothing overflows.
 */
#ifndef SQZ_MAPPER_ONNX_SLIDING_H
#define SQZ_MAPPER_ONNX_SLIDING_H

#include "onnx_internal.h"

/* One direction of a window: height or width. */
struct sqz_onnx_axis {
	int64_t in, kernel, stride, dilation, pad_begin, pad_end, out;
};

struct sqz_onnx_sliding {
	struct sqz_onnx_axis axes[2]; /* height, width */
	size_t auto_pad;
	int64_t ceil_mode;
};

/* Attribute `name`, if present: `count` integers from `least` to
 * SQZ_MAX_DIMENSION. */
int sqz_onnx_read_list(struct sqz_onnx *ctx, const char *name, size_t count,
		       int64_t least, int64_t *values);

/* All attributes that windows have in common; `kernel` (height, width) stands
 * if there is no kernel_shape. */
int sqz_onnx_read_sliding(struct sqz_onnx *ctx, const struct sqz_shape *input,
			  const int64_t kernel[2],
			  struct sqz_onnx_sliding *sliding);

/* Padding and output size of both directions. */
int sqz_onnx_finish_sliding(struct sqz_onnx *ctx, const struct sqz_shape *input,
			    struct sqz_onnx_sliding *sliding);

struct sqz_window sqz_onnx_window(const struct sqz_onnx_sliding *sliding);

#endif
