/* MaxPool, AveragePool, GlobalAveragePool, Pad. */
#include "onnx_sliding.h"

#include <stdlib.h>

/* True if window `index` covers at least one pixel. */
static bool covers_pixel(const struct sqz_onnx_axis *axis, int64_t index)
{
	int64_t first = index * axis->stride - axis->pad_begin;

	/* First kernel element at or after pixel 0. */
	int64_t skipped =
	    first < 0 ? (-first + axis->dilation - 1) / axis->dilation : 0;

	return skipped < axis->kernel &&
	       first + skipped * axis->dilation < axis->in;
}

/* The maximum (or mean) of nothing does not exist. */
static int check_covered(struct sqz_onnx *ctx, const struct sqz_onnx_axis *axis)
{
	for (int64_t i = 0; i < axis->out && i <= SQZ_MAX_DIMENSION; i++)
		if (!covers_pixel(axis, i))
			return sqz_onnx_fail(ctx,
					     "window %lld covers only "
					     "padding",
					     (long long)i);
	return 0;
}

static int import_pool(struct sqz_onnx *ctx, enum sqz_node_op op,
		       bool count_include_pad)
{
	static const int64_t no_kernel[2] = { 0, 0 };
	struct sqz_onnx_sliding sliding;
	struct sqz_shape shape;
	uint32_t input;

	if (sqz_onnx_ranked_tensor(ctx, 0, 3, &input))
		return -1;
	const struct sqz_shape *in = &ctx->graph->tensors[input].shape;
	if (!sqz_onnx_attribute(ctx, "kernel_shape"))
		return sqz_onnx_fail(ctx, "attribute kernel_shape is missing");
	if (sqz_onnx_read_sliding(ctx, in, no_kernel, &sliding) ||
	    sqz_onnx_finish_sliding(ctx, in, &sliding) ||
	    check_covered(ctx, &sliding.axes[0]) ||
	    check_covered(ctx, &sliding.axes[1]) ||
	    sqz_onnx_shape(ctx, in->channels, sliding.axes[0].out,
			   sliding.axes[1].out, 3, &shape))
		return -1;
	if (sliding.ceil_mode && count_include_pad)
		return sqz_onnx_fail(ctx, "ceil_mode with count_include_pad is "
					  "not supported");
	struct sqz_node node = { .op = op,
				 .window = sqz_onnx_window(&sliding),
				 .count_include_pad = count_include_pad };

	return sqz_onnx_emit(ctx, node, &input, 1, shape);
}

int sqz_onnx_max_pool(struct sqz_onnx *ctx)
{
	return import_pool(ctx, SQZ_NODE_MAX_POOL, false);
}

int sqz_onnx_average_pool(struct sqz_onnx *ctx)
{
	int64_t count_include_pad = 0;

	if (sqz_onnx_int(ctx, "count_include_pad", &count_include_pad))
		return -1;
	return import_pool(ctx, SQZ_NODE_AVERAGE_POOL, count_include_pad != 0);
}

int sqz_onnx_global_average_pool(struct sqz_onnx *ctx)
{
	uint32_t input;

	if (sqz_onnx_ranked_tensor(ctx, 0, 3, &input))
		return -1;
	struct sqz_shape shape = ctx->graph->tensors[input].shape;

	shape.height = shape.width = 1;
	struct sqz_node node = { .op = SQZ_NODE_GLOBAL_AVERAGE_POOL };

	return sqz_onnx_emit(ctx, node, &input, 1, shape);
}

/* Opset 10 and older: attributes. */
static int read_pad_attributes(struct sqz_onnx *ctx, int64_t pads[8],
			       float *value)
{
	if (!sqz_onnx_attribute(ctx, "pads"))
		return sqz_onnx_fail(ctx, "pads are missing");
	return sqz_onnx_float(ctx, "value", value) ||
		       sqz_onnx_read_list(ctx, "pads", 8, 0, pads)
		   ? -1
		   : 0;
}

/* Opset 11 and newer: inputs. */
static int read_pad_inputs(struct sqz_onnx *ctx, int64_t pads[8], float *value)
{
	struct sqz_onnx_array constant;
	size_t count;

	if (sqz_onnx_integers(ctx, 1, "pads", 8, pads, &count))
		return -1;
	if (count != 8)
		return sqz_onnx_fail(ctx, "pads has %zu values, 8 are needed",
				     count);
	if (!sqz_onnx_has_input(ctx, 2))
		return 0;
	if (sqz_onnx_floats(ctx, 2, "value", false, &constant))
		return -1;
	*value = constant.values[0];
	free(constant.values);
	return 0;
}

/* Amounts for N, C, H, W at the begin, then at the end. */
static int read_padding(struct sqz_onnx *ctx, int64_t pads[8])
{
	static const char *const choices[] = { "constant", NULL };
	size_t chosen;
	float value = 0;

	if (sqz_onnx_choice(ctx, "mode", choices, &chosen))
		return -1;
	int result = sqz_onnx_has_input(ctx, 1)
			 ? read_pad_inputs(ctx, pads, &value)
			 : read_pad_attributes(ctx, pads, &value);

	if (!result && value != 0)
		result = sqz_onnx_fail(ctx, "pads with %g, only 0 is supported",
				       (double)value);
	return result;
}

int sqz_onnx_pad(struct sqz_onnx *ctx)
{
	int64_t pads[8] = { 0 };
	struct sqz_shape shape;
	uint32_t input;

	if (sqz_onnx_ranked_tensor(ctx, 0, 3, &input) ||
	    read_padding(ctx, pads))
		return -1;
	for (int i = 0; i < 8; i++)
		if (pads[i] < 0 || pads[i] > SQZ_MAX_DIMENSION ||
		    (pads[i] && i % 4 < 2))
			return sqz_onnx_fail(ctx,
					     "pads %lld at place %d; only "
					     "the borders of the image "
					     "can grow",
					     (long long)pads[i], i);
	const struct sqz_shape *in = &ctx->graph->tensors[input].shape;
	if (sqz_onnx_shape(ctx, in->channels, in->height + pads[2] + pads[6],
			   in->width + pads[3] + pads[7], 3, &shape))
		return -1;
	struct sqz_node node = {
		.op = SQZ_NODE_PAD,
		.window = { .pad_top = (uint32_t)pads[2],
			    .pad_left = (uint32_t)pads[3],
			    .pad_bottom = (uint32_t)pads[6],
			    .pad_right = (uint32_t)pads[7] },
	};

	return sqz_onnx_emit(ctx, node, &input, 1, shape);
}
