/* Fully connected layers, sums, and batch normalization. */
#include "onnx_internal.h"

#include <math.h>
#include <stdlib.h>

/* weights [out][in] from [in][out] (or a copy), times alpha. */
static float *to_rows(const struct sqz_onnx_array *from, bool transposed,
		      float alpha)
{
	size_t in = transposed ? from->dims[1] : from->dims[0];
	size_t out = transposed ? from->dims[0] : from->dims[1];
	float *weights = malloc(from->count * sizeof(*weights));

	if (!weights)
		return NULL;
	for (size_t o = 0; o < out; o++)
		for (size_t i = 0; i < in; i++)
			weights[o * in + i] =
			    alpha *
			    from->values[transposed ? o * in + i : i * out + o];
	return weights;
}

/* Bias for `out` features from a constant that may be broadcast; beta times
 * it. */
static int read_gemm_bias(struct sqz_onnx *ctx, size_t out, float beta,
			  float *bias)
{
	struct sqz_onnx_array c;

	if (!sqz_onnx_has_input(ctx, 2))
		return 0;
	if (sqz_onnx_floats(ctx, 2, "bias", false, &c))
		return -1;
	size_t last = c.rank ? c.dims[c.rank - 1] : 1;
	if (c.rank > 2 || c.count != last || (last != 1 && last != out)) {
		free(c.values);
		return sqz_onnx_fail(ctx,
				     "bias of %zu values does not fit "
				     "%zu outputs",
				     c.count, out);
	}
	for (size_t i = 0; i < out; i++)
		bias[i] = beta * c.values[last == 1 ? 0 : i];
	free(c.values);
	return 0;
}

struct gemm {
	int64_t trans_a, trans_b;
	float alpha, beta;
};

static int emit_gemm(struct sqz_onnx *ctx, const struct gemm *gemm,
		     uint32_t input, const struct sqz_onnx_array *matrix)
{
	size_t out = gemm->trans_b ? matrix->dims[0] : matrix->dims[1];
	struct sqz_shape shape;

	if (sqz_onnx_shape(ctx, (int64_t)out, 1, 1, 1, &shape))
		return -1;
	struct sqz_node node = {
		.op = SQZ_NODE_GEMM,
		.weights = to_rows(matrix, gemm->trans_b, gemm->alpha),
		.weight_count = matrix->count,
		.bias = calloc(out, sizeof(*node.bias)),
	};
	if (!node.weights || !node.bias) {
		sqz_node_free(&node);
		return sqz_onnx_fail(ctx, "out of memory for %zu weights",
				     matrix->count);
	}
	if (read_gemm_bias(ctx, out, gemm->beta, node.bias)) {
		sqz_node_free(&node);
		return -1;
	}
	return sqz_onnx_emit(ctx, node, &input, 1, shape);
}

static int import_gemm(struct sqz_onnx *ctx, const struct gemm *gemm)
{
	struct sqz_onnx_array matrix;
	uint32_t input;

	if (gemm->trans_a)
		return sqz_onnx_fail(ctx, "transA is not supported");
	if (sqz_onnx_ranked_tensor(ctx, 0, 1, &input) ||
	    sqz_onnx_floats(ctx, 1, "weights", false, &matrix))
		return -1;
	uint32_t features = ctx->graph->tensors[input].shape.channels;
	size_t in = matrix.dims[gemm->trans_b ? 1 : 0];
	int result;

	if (matrix.rank != 2)
		result = sqz_onnx_fail(ctx,
				       "weights have %u dimensions, 2 are "
				       "needed",
				       matrix.rank);
	else if (in != features)
		result = sqz_onnx_fail(ctx,
				       "weights are for %zu inputs, the "
				       "input has %u",
				       in, features);
	else
		result = emit_gemm(ctx, gemm, input, &matrix);
	free(matrix.values);
	return result;
}

int sqz_onnx_gemm(struct sqz_onnx *ctx)
{
	struct gemm gemm = { .alpha = 1, .beta = 1 };

	if (sqz_onnx_int(ctx, "transA", &gemm.trans_a) ||
	    sqz_onnx_int(ctx, "transB", &gemm.trans_b) ||
	    sqz_onnx_float(ctx, "alpha", &gemm.alpha) ||
	    sqz_onnx_float(ctx, "beta", &gemm.beta))
		return -1;
	return import_gemm(ctx, &gemm);
}

int sqz_onnx_matmul(struct sqz_onnx *ctx)
{
	struct gemm gemm = { .alpha = 1, .beta = 1 };

	return import_gemm(ctx, &gemm);
}

/* True if the constant, aligned at the right as broadcasting does it, varies
 * along the channels only. */
static bool is_per_channel(const struct sqz_onnx_array *constant,
			   const struct sqz_shape *shape)
{
	if (constant->rank > shape->rank + 1)
		return false;
	for (unsigned i = 0; i < constant->rank; i++) {
		unsigned from_right = constant->rank - i;
		bool channel = from_right == shape->rank;

		if (constant->dims[i] != 1 &&
		    !(channel && constant->dims[i] == shape->channels))
			return false;
	}
	return true;
}

static int emit_shift(struct sqz_onnx *ctx, uint32_t input,
		      const struct sqz_onnx_array *constant)
{
	uint32_t channels = ctx->graph->tensors[input].shape.channels;
	float *scale = malloc(channels * sizeof(*scale));
	float *shift = malloc(channels * sizeof(*shift));

	if (!scale || !shift) {
		free(scale);
		free(shift);
		return sqz_onnx_fail(ctx, "out of memory");
	}
	for (uint32_t c = 0; c < channels; c++) {
		scale[c] = 1;
		shift[c] = constant->values[constant->count == 1 ? 0 : c];
	}
	return sqz_onnx_emit_affine(ctx, input, scale, shift);
}

static int add_constant(struct sqz_onnx *ctx, size_t data, size_t constant)
{
	struct sqz_onnx_array values;
	uint32_t input;

	if (sqz_onnx_tensor(ctx, data, &input) ||
	    sqz_onnx_floats(ctx, constant, "constant", false, &values))
		return -1;
	int result =
	    is_per_channel(&values, &ctx->graph->tensors[input].shape)
		? emit_shift(ctx, input, &values)
		: sqz_onnx_fail(ctx,
				"constant '%.80s' is not one value per "
				"channel",
				ctx->node->input[constant]);

	free(values.values);
	return result;
}

int sqz_onnx_add(struct sqz_onnx *ctx)
{
	uint32_t inputs[2];

	if (sqz_onnx_is_constant(ctx, 1))
		return add_constant(ctx, 0, 1);
	if (sqz_onnx_is_constant(ctx, 0))
		return add_constant(ctx, 1, 0);
	if (sqz_onnx_tensor(ctx, 0, &inputs[0]) ||
	    sqz_onnx_tensor(ctx, 1, &inputs[1]))
		return -1;
	const struct sqz_shape *a = &ctx->graph->tensors[inputs[0]].shape;
	const struct sqz_shape *b = &ctx->graph->tensors[inputs[1]].shape;
	if (a->rank != b->rank || !sqz_shape_equal(a, b))
		return sqz_onnx_fail(ctx,
				     "inputs are %u x %u x %u and "
				     "%u x %u x %u",
				     a->channels, a->height, a->width,
				     b->channels, b->height, b->width);
	struct sqz_node node = { .op = SQZ_NODE_ADD };

	return sqz_onnx_emit(ctx, node, inputs, 2, *a);
}

/* scale, shift, mean, variance */
struct norm {
	struct sqz_onnx_array arrays[4];
	float epsilon;
};

static int read_norm(struct sqz_onnx *ctx, uint32_t channels, struct norm *norm)
{
	static const char *const roles[4] = { "scale", "shift", "mean",
					      "variance" };

	for (size_t i = 0; i < 4; i++) {
		if (sqz_onnx_floats(ctx, i + 1, roles[i], false,
				    &norm->arrays[i]))
			return -1;
		if (norm->arrays[i].count != channels)
			return sqz_onnx_fail(ctx,
					     "%s has %zu values, the "
					     "input %u channels",
					     roles[i], norm->arrays[i].count,
					     channels);
	}
	for (uint32_t c = 0; c < channels; c++)
		if (!(norm->arrays[3].values[c] + norm->epsilon > 0))
			return sqz_onnx_fail(ctx,
					     "variance of channel %u is "
					     "not positive",
					     c);
	return 0;
}

/* In place: scale and shift become those of y = scale * x + shift. */
static void collapse_norm(uint32_t channels, struct norm *norm)
{
	for (uint32_t c = 0; c < channels; c++) {
		double mean = norm->arrays[2].values[c];
		double variance = norm->arrays[3].values[c];
		double scale =
		    norm->arrays[0].values[c] / sqrt(variance + norm->epsilon);
		double shift = norm->arrays[1].values[c] - mean * scale;

		norm->arrays[0].values[c] = (float)scale;
		norm->arrays[1].values[c] = (float)shift;
	}
}

static int check_norm_mode(struct sqz_onnx *ctx, struct norm *norm)
{
	int64_t training = 0;
	int64_t spatial = 1;

	if (sqz_onnx_int(ctx, "training_mode", &training) ||
	    sqz_onnx_int(ctx, "spatial", &spatial) ||
	    sqz_onnx_float(ctx, "epsilon", &norm->epsilon))
		return -1;
	if (training)
		return sqz_onnx_fail(ctx, "training_mode is not supported");
	if (!spatial)
		return sqz_onnx_fail(ctx, "spatial = 0 is not supported");
	return 0;
}

int sqz_onnx_batch_normalization(struct sqz_onnx *ctx)
{
	struct norm norm = { .epsilon = 1e-5f };
	uint32_t input;

	if (sqz_onnx_tensor(ctx, 0, &input) || check_norm_mode(ctx, &norm))
		return -1;
	uint32_t channels = ctx->graph->tensors[input].shape.channels;
	int result = read_norm(ctx, channels, &norm);

	if (!result) {
		collapse_norm(channels, &norm);
		result = sqz_onnx_emit_affine(ctx, input, norm.arrays[0].values,
					      norm.arrays[1].values);
	} else {
		free(norm.arrays[0].values);
		free(norm.arrays[1].values);
	}
	free(norm.arrays[2].values);
	free(norm.arrays[3].values);
	return result;
}
