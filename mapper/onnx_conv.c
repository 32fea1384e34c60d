/* Conv: weights, bias, groups. */
#include "onnx_sliding.h"

#include <stdlib.h>

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
		       const struct conv_data *data,
		       struct sqz_onnx_sliding *sliding)
{
	const int64_t kernel[2] = { (int64_t)data->weights.dims[2],
				    (int64_t)data->weights.dims[3] };

	if (sqz_onnx_read_sliding(ctx, input, kernel, sliding))
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
	return sqz_onnx_finish_sliding(ctx, input, sliding);
}

static int emit_conv(struct sqz_onnx *ctx, uint32_t input,
		     const struct conv_data *data,
		     const struct sqz_onnx_sliding *sliding,
		     struct sqz_shape shape)
{
	struct sqz_node node = {
		.op = SQZ_NODE_CONV,
		.window = sqz_onnx_window(sliding),
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
	struct sqz_onnx_sliding sliding;
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
