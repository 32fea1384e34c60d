/* Operators without a window and without weights. */
#include "onnx_internal.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static int emit_same_shape(struct sqz_onnx *ctx, struct sqz_node node)
{
	uint32_t input;

	if (sqz_onnx_tensor(ctx, 0, &input))
		return -1;
	return sqz_onnx_emit(ctx, node, &input, 1,
			     ctx->graph->tensors[input].shape);
}

int sqz_onnx_relu(struct sqz_onnx *ctx)
{
	return emit_same_shape(ctx, (struct sqz_node){ .op = SQZ_NODE_RELU });
}

/* A bound from the attribute (opset < 11) or from input `index`. */
static int read_bound(struct sqz_onnx *ctx, const char *name, size_t index,
		      float *bound)
{
	struct sqz_onnx_array array;

	if (sqz_onnx_float(ctx, name, bound))
		return -1;
	if (!sqz_onnx_has_input(ctx, index))
		return 0;
	if (sqz_onnx_floats(ctx, index, name, true, &array))
		return -1;
	*bound = array.values[0];
	free(array.values);
	return array.count == 1
		   ? 0
		   : sqz_onnx_fail(ctx, "%s has %zu values", name, array.count);
}

int sqz_onnx_clip(struct sqz_onnx *ctx)
{
	struct sqz_node node = { .op = SQZ_NODE_CLIP,
				 .clip_lo = -INFINITY,
				 .clip_hi = INFINITY };

	if (read_bound(ctx, "min", 1, &node.clip_lo) ||
	    read_bound(ctx, "max", 2, &node.clip_hi))
		return -1;
	if (node.clip_lo > node.clip_hi)
		return sqz_onnx_fail(ctx, "min %g is larger than max %g",
				     (double)node.clip_lo,
				     (double)node.clip_hi);
	/* The largest float is how old files say "no bound". */
	if (node.clip_lo <= -FLT_MAX)
		node.clip_lo = -INFINITY;
	if (node.clip_hi >= FLT_MAX)
		node.clip_hi = INFINITY;
	if (isinf(node.clip_lo) && node.clip_lo > 0)
		return sqz_onnx_fail(ctx, "min is infinite");
	if (isinf(node.clip_hi) && node.clip_hi < 0)
		return sqz_onnx_fail(ctx, "max is minus infinity");
	if (node.clip_lo == 0 && isinf(node.clip_hi))
		return sqz_onnx_relu(ctx);
	return emit_same_shape(ctx, node);
}

static int emit_flatten(struct sqz_onnx *ctx, uint32_t input)
{
	const struct sqz_shape *in = &ctx->graph->tensors[input].shape;
	struct sqz_shape shape;

	if (in->rank == 1)
		return sqz_onnx_alias(ctx, 0);
	if (sqz_onnx_shape(ctx, (int64_t)sqz_shape_elements(in), 1, 1, 1,
			   &shape))
		return -1;
	struct sqz_node node = { .op = SQZ_NODE_FLATTEN };

	return sqz_onnx_emit(ctx, node, &input, 1, shape);
}

int sqz_onnx_flatten(struct sqz_onnx *ctx)
{
	int64_t axis = 1;
	uint32_t input;

	if (sqz_onnx_tensor(ctx, 0, &input) || sqz_onnx_int(ctx, "axis", &axis))
		return -1;
	/* Dimensions with the batch: rank + 1. */
	int64_t rank = ctx->graph->tensors[input].shape.rank;
	if (axis != 1 && axis != 1 - (rank + 1))
		return sqz_onnx_fail(ctx,
				     "axis %lld does not keep the batch "
				     "apart",
				     (long long)axis);
	return emit_flatten(ctx, input);
}

/* Does the target shape [batch][features] flatten each image? */
static bool flattens(const struct sqz_onnx *ctx, const int64_t *target,
		     int64_t features)
{
	bool batch_kept = target[0] == 0 || target[0] == 1 ||
			  (ctx->batch && target[0] == ctx->batch);

	if (target[0] == -1)
		return target[1] == features;
	return batch_kept && (target[1] == features || target[1] == -1);
}

int sqz_onnx_reshape(struct sqz_onnx *ctx)
{
	int64_t target[SQZ_ONNX_MAX_RANK];
	int64_t allowzero = 0;
	size_t count;
	uint32_t input;

	if (sqz_onnx_is_constant(ctx, 0))
		return sqz_onnx_reshape_constant(ctx);
	if (sqz_onnx_tensor(ctx, 0, &input) ||
	    sqz_onnx_int(ctx, "allowzero", &allowzero) ||
	    sqz_onnx_integers(ctx, 1, "shape", SQZ_ONNX_MAX_RANK, target,
			      &count))
		return -1;
	int64_t features =
	    (int64_t)sqz_shape_elements(&ctx->graph->tensors[input].shape);
	if (allowzero || count != 2 || !flattens(ctx, target, features))
		return sqz_onnx_fail(ctx,
				     "only a reshape to batch x %lld is "
				     "supported",
				     (long long)features);
	return emit_flatten(ctx, input);
}

static int collect_parts(struct sqz_onnx *ctx, uint32_t *inputs,
			 int64_t *channels)
{
	const struct sqz_tensor *tensors = NULL;

	*channels = 0;
	for (size_t i = 0; i < ctx->node->n_input; i++) {
		if (sqz_onnx_tensor(ctx, i, &inputs[i]))
			return -1;
		tensors = ctx->graph->tensors;
		const struct sqz_shape *first = &tensors[inputs[0]].shape;
		const struct sqz_shape *part = &tensors[inputs[i]].shape;

		if (part->rank != first->rank ||
		    part->height != first->height ||
		    part->width != first->width)
			return sqz_onnx_fail(ctx,
					     "input '%.80s' is %u x %u, "
					     "the first one %u x %u",
					     ctx->node->input[i], part->height,
					     part->width, first->height,
					     first->width);
		*channels += part->channels;
	}
	return 0;
}

static int emit_concat(struct sqz_onnx *ctx, uint32_t *inputs)
{
	struct sqz_shape shape;
	int64_t channels;
	int64_t axis = 1;

	if (collect_parts(ctx, inputs, &channels) ||
	    sqz_onnx_int(ctx, "axis", &axis))
		return -1;
	const struct sqz_shape *first = &ctx->graph->tensors[inputs[0]].shape;
	if (axis != 1 && axis != -(int64_t)first->rank)
		return sqz_onnx_fail(ctx, "axis %lld is not the channels",
				     (long long)axis);
	if (sqz_onnx_shape(ctx, channels, first->height, first->width,
			   first->rank, &shape))
		return -1;
	struct sqz_node node = { .op = SQZ_NODE_CONCAT };

	return sqz_onnx_emit(ctx, node, inputs, (uint32_t)ctx->node->n_input,
			     shape);
}

int sqz_onnx_concat(struct sqz_onnx *ctx)
{
	if (sqz_onnx_is_constant(ctx, 0))
		return sqz_onnx_join_shapes(ctx);
	if (ctx->node->n_input > SQZ_MAX_DIMENSION)
		return sqz_onnx_fail(ctx, "has %zu inputs", ctx->node->n_input);
	uint32_t *inputs = malloc(ctx->node->n_input * sizeof(*inputs));
	if (!inputs)
		return sqz_onnx_fail(ctx, "out of memory");
	int result = emit_concat(ctx, inputs);

	free(inputs);
	return result;
}

int sqz_onnx_identity(struct sqz_onnx *ctx)
{
	return sqz_onnx_alias(ctx, 0);
}

int sqz_onnx_dropout(struct sqz_onnx *ctx)
{
	int64_t training = 0;
	size_t count;

	if (sqz_onnx_has_input(ctx, 2) &&
	    sqz_onnx_integers(ctx, 2, "training_mode", 1, &training, &count))
		return -1;
	if (training)
		return sqz_onnx_fail(ctx, "training_mode is not supported");
	return sqz_onnx_alias(ctx, 0);
}
