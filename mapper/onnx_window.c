/*
 * Operators that slide a window over the image. Everything is computed in
 * int64 from attributes that were first limited to SQZ_MAX_DIMENSION, so
 * nothing overflows.
 */
#include "onnx_internal.h"

#include <stdlib.h>

enum auto_pad { PAD_NOTSET, PAD_SAME_UPPER, PAD_SAME_LOWER, PAD_VALID };

/* One direction of a window: height or width. */
struct axis {
	int64_t in, kernel, stride, dilation, pad_begin, pad_end, out;
};

struct sliding {
	struct axis axes[2]; /* height, width */
	size_t auto_pad;
	int64_t ceil_mode;
};

static int read_list(struct sqz_onnx *ctx, const char *name, size_t count,
		     int64_t least, int64_t *values)
{
	bool present;

	if (sqz_onnx_int_list(ctx, name, count, values, &present))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (values[i] < least || values[i] > SQZ_MAX_DIMENSION)
			return sqz_onnx_fail(ctx,
					     "attribute %s contains %lld, "
					     "outside %lld..%u",
					     name, (long long)values[i],
					     (long long)least,
					     SQZ_MAX_DIMENSION);
	return 0;
}

static int read_pads(struct sqz_onnx *ctx, struct sliding *sliding)
{
	static const char *const choices[] = { "NOTSET", "SAME_UPPER",
					       "SAME_LOWER", "VALID", NULL };
	int64_t pads[4] = { 0 };

	sliding->auto_pad = PAD_NOTSET;
	if (sqz_onnx_choice(ctx, "auto_pad", choices, &sliding->auto_pad) ||
	    read_list(ctx, "pads", 4, 0, pads))
		return -1;
	if (sliding->auto_pad != PAD_NOTSET &&
	    (pads[0] || pads[1] || pads[2] || pads[3]))
		return sqz_onnx_fail(ctx, "has both auto_pad and pads");
	for (int i = 0; i < 2; i++) {
		sliding->axes[i].pad_begin = pads[i];
		sliding->axes[i].pad_end = pads[i + 2];
	}
	return 0;
}

/* All attributes that windows have in common; `kernel` is the default. */
static int read_sliding(struct sqz_onnx *ctx, const struct sqz_shape *input,
			const int64_t kernel[2], struct sliding *sliding)
{
	int64_t sizes[2] = { kernel[0], kernel[1] };
	int64_t strides[2] = { 1, 1 };
	int64_t dilations[2] = { 1, 1 };

	*sliding = (struct sliding){ 0 };
	if (read_list(ctx, "kernel_shape", 2, 1, sizes) ||
	    read_list(ctx, "strides", 2, 1, strides) ||
	    read_list(ctx, "dilations", 2, 1, dilations) ||
	    sqz_onnx_int(ctx, "ceil_mode", &sliding->ceil_mode) ||
	    read_pads(ctx, sliding))
		return -1;
	for (int i = 0; i < 2; i++) {
		struct axis *axis = &sliding->axes[i];

		axis->in = i ? input->width : input->height;
		axis->kernel = sizes[i];
		axis->stride = strides[i];
		axis->dilation = dilations[i];
	}
	return 0;
}

static int64_t extent(const struct axis *axis)
{
	return (axis->kernel - 1) * axis->dilation + 1;
}

/* SAME: as many outputs as strides begin inside the image. */
static void pad_same(struct axis *axis, bool more_at_end)
{
	axis->out = (axis->in + axis->stride - 1) / axis->stride;
	int64_t total =
	    (axis->out - 1) * axis->stride + extent(axis) - axis->in;

	if (total < 0)
		total = 0;
	axis->pad_begin = more_at_end ? total / 2 : total - total / 2;
	axis->pad_end = total - axis->pad_begin;
}

/* Rounding up is expressed by more padding at the end; a window that would
 * begin in that padding is left out. */
static void pad_ceil(struct axis *axis)
{
	int64_t room =
	    axis->in + axis->pad_begin + axis->pad_end - extent(axis);
	int64_t steps = (room + axis->stride - 1) / axis->stride;

	if (steps * axis->stride >= axis->in + axis->pad_begin)
		steps--;
	int64_t extra = steps * axis->stride - room;
	if (extra > 0)
		axis->pad_end += extra;
	axis->out = steps + 1;
}

static int finish_axis(struct sqz_onnx *ctx, const struct sliding *sliding,
		       struct axis *axis)
{
	if (sliding->auto_pad == PAD_SAME_UPPER ||
	    sliding->auto_pad == PAD_SAME_LOWER) {
		pad_same(axis, sliding->auto_pad == PAD_SAME_UPPER);
		return 0;
	}
	int64_t room =
	    axis->in + axis->pad_begin + axis->pad_end - extent(axis);
	if (room < 0)
		return sqz_onnx_fail(ctx,
				     "a window of %lld does not fit into "
				     "%lld pixels with padding",
				     (long long)extent(axis),
				     (long long)(room + extent(axis)));
	if (sliding->ceil_mode)
		pad_ceil(axis);
	else
		axis->out = room / axis->stride + 1;
	return 0;
}

static int finish_sliding(struct sqz_onnx *ctx, struct sliding *sliding)
{
	return finish_axis(ctx, sliding, &sliding->axes[0]) ||
		       finish_axis(ctx, sliding, &sliding->axes[1])
		   ? -1
		   : 0;
}

static struct sqz_window to_window(const struct sliding *sliding)
{
	const struct axis *h = &sliding->axes[0];
	const struct axis *w = &sliding->axes[1];

	return (struct sqz_window){
		.kernel_h = (uint32_t)h->kernel,
		.kernel_w = (uint32_t)w->kernel,
		.stride_h = (uint32_t)h->stride,
		.stride_w = (uint32_t)w->stride,
		.dilation_h = (uint32_t)h->dilation,
		.dilation_w = (uint32_t)w->dilation,
		.pad_top = (uint32_t)h->pad_begin,
		.pad_left = (uint32_t)w->pad_begin,
		.pad_bottom = (uint32_t)h->pad_end,
		.pad_right = (uint32_t)w->pad_end,
	};
}

/* Weights (and bias, zeros if there is none) of a Conv. */
struct conv_data {
	struct sqz_onnx_array weights;
	float *bias;
	int64_t groups;
};

static int check_conv_weights(struct sqz_onnx *ctx,
			      const struct sqz_shape *input,
			      const struct conv_data *data)
{
	const size_t *dims = data->weights.dims;

	if (data->weights.rank != 4)
		return sqz_onnx_fail(ctx,
				     "weights have %u dimensions, 4 are "
				     "needed",
				     data->weights.rank);
	if (dims[0] > SQZ_MAX_DIMENSION || dims[1] > SQZ_MAX_DIMENSION ||
	    dims[2] > SQZ_MAX_DIMENSION || dims[3] > SQZ_MAX_DIMENSION)
		return sqz_onnx_fail(ctx,
				     "weights of %zu x %zu x %zu x %zu "
				     "are out of range",
				     dims[0], dims[1], dims[2], dims[3]);
	if (data->groups < 1 || data->groups > input->channels ||
	    dims[0] % (size_t)data->groups)
		return sqz_onnx_fail(ctx,
				     "group = %lld does not divide %zu "
				     "output channels",
				     (long long)data->groups, dims[0]);
	if (dims[1] * (size_t)data->groups != input->channels)
		return sqz_onnx_fail(ctx,
				     "weights are for %zu x %lld input "
				     "channels, the input has %u",
				     dims[1], (long long)data->groups,
				     input->channels);
	return 0;
}

static int read_conv_bias(struct sqz_onnx *ctx, struct conv_data *data)
{
	size_t channels = data->weights.dims[0];

	if (!sqz_onnx_has_input(ctx, 2)) {
		data->bias = calloc(channels, sizeof(*data->bias));
		return data->bias ? 0 : sqz_onnx_fail(ctx, "out of memory");
	}
	struct sqz_onnx_array bias;

	if (sqz_onnx_floats(ctx, 2, "bias", false, &bias))
		return -1;
	data->bias = bias.values;
	if (bias.rank != 1 || bias.count != channels)
		return sqz_onnx_fail(ctx,
				     "bias has %zu values, the weights "
				     "have %zu output channels",
				     bias.count, channels);
	return 0;
}

static int read_conv_data(struct sqz_onnx *ctx, const struct sqz_shape *input,
			  struct conv_data *data)
{
	data->groups = 1;
	if (sqz_onnx_int(ctx, "group", &data->groups) ||
	    sqz_onnx_floats(ctx, 1, "weights", false, &data->weights) ||
	    check_conv_weights(ctx, input, data) || read_conv_bias(ctx, data))
		return -1;
	return 0;
}

static int conv_window(struct sqz_onnx *ctx, const struct sqz_shape *input,
		       const struct conv_data *data, struct sliding *sliding)
{
	const int64_t kernel[2] = { (int64_t)data->weights.dims[2],
				    (int64_t)data->weights.dims[3] };

	if (read_sliding(ctx, input, kernel, sliding))
		return -1;
	if (sliding->axes[0].kernel != kernel[0] ||
	    sliding->axes[1].kernel != kernel[1])
		return sqz_onnx_fail(ctx,
				     "kernel_shape is %lld x %lld, the "
				     "weights are %lld x %lld",
				     (long long)sliding->axes[0].kernel,
				     (long long)sliding->axes[1].kernel,
				     (long long)kernel[0],
				     (long long)kernel[1]);
	return finish_sliding(ctx, sliding);
}

static int emit_conv(struct sqz_onnx *ctx, uint32_t input,
		     const struct conv_data *data,
		     const struct sliding *sliding, struct sqz_shape shape)
{
	struct sqz_node node = {
		.op = SQZ_NODE_CONV,
		.window = to_window(sliding),
		.groups = (uint32_t)data->groups,
		.weights = data->weights.values,
		.weight_count = data->weights.count,
		.bias = data->bias,
	};

	return sqz_onnx_emit(ctx, node, &input, 1, shape);
}

int sqz_onnx_conv(struct sqz_onnx *ctx)
{
	struct conv_data data = { 0 };
	struct sliding sliding;
	struct sqz_shape shape;
	uint32_t input;

	if (sqz_onnx_ranked_tensor(ctx, 0, 3, &input))
		return -1;
	const struct sqz_shape *in = &ctx->graph->tensors[input].shape;
	if (read_conv_data(ctx, in, &data) ||
	    conv_window(ctx, in, &data, &sliding) ||
	    sqz_onnx_shape(ctx, (int64_t)data.weights.dims[0],
			   sliding.axes[0].out, sliding.axes[1].out, 3,
			   &shape)) {
		free(data.weights.values);
		free(data.bias);
		return -1;
	}
	return emit_conv(ctx, input, &data, &sliding, shape);
}

/* True if window `index` covers at least one pixel. */
static bool covers_pixel(const struct axis *axis, int64_t index)
{
	int64_t first = index * axis->stride - axis->pad_begin;

	/* First kernel element at or after pixel 0. */
	int64_t skipped =
	    first < 0 ? (-first + axis->dilation - 1) / axis->dilation : 0;

	return skipped < axis->kernel &&
	       first + skipped * axis->dilation < axis->in;
}

/* The maximum (or mean) of nothing does not exist. */
static int check_covered(struct sqz_onnx *ctx, const struct axis *axis)
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
	struct sliding sliding;
	struct sqz_shape shape;
	uint32_t input;

	if (sqz_onnx_ranked_tensor(ctx, 0, 3, &input))
		return -1;
	const struct sqz_shape *in = &ctx->graph->tensors[input].shape;
	if (!sqz_onnx_attribute(ctx, "kernel_shape"))
		return sqz_onnx_fail(ctx, "attribute kernel_shape is missing");
	if (read_sliding(ctx, in, no_kernel, &sliding) ||
	    finish_sliding(ctx, &sliding) ||
	    check_covered(ctx, &sliding.axes[0]) ||
	    check_covered(ctx, &sliding.axes[1]) ||
	    sqz_onnx_shape(ctx, in->channels, sliding.axes[0].out,
			   sliding.axes[1].out, 3, &shape))
		return -1;
	if (sliding.ceil_mode && count_include_pad)
		return sqz_onnx_fail(ctx, "ceil_mode with count_include_pad is "
					  "not supported");
	struct sqz_node node = { .op = op,
				 .window = to_window(&sliding),
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
		       read_list(ctx, "pads", 8, 0, pads)
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
