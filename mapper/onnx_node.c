#include "onnx_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ATTRIBUTES 10

/* Attributes outside the list are an error by name: a newer opset may change
 * what an operator means, but it does so by new attributes. */
struct operator
{
	const char *name;
	int (*import)(struct sqz_onnx * ctx);
	size_t min_inputs, max_inputs;
	const char *attributes[MAX_ATTRIBUTES];
};

static const struct operator operators[] = {
	{ "Conv",
	  sqz_onnx_conv,
	  2,
	  3,
	  { "auto_pad", "dilations", "group", "kernel_shape", "pads",
	    "strides" } },
	{ "Gemm",
	  sqz_onnx_gemm,
	  2,
	  3,
	  { "alpha", "beta", "transA", "transB", "broadcast" } },
	{ "MatMul", sqz_onnx_matmul, 2, 2, { NULL } },
	{ "Add", sqz_onnx_add, 2, 2, { NULL } },
	{ "Relu", sqz_onnx_relu, 1, 1, { NULL } },
	{ "Clip", sqz_onnx_clip, 1, 3, { "min", "max" } },
	{ "MaxPool",
	  sqz_onnx_max_pool,
	  1,
	  1,
	  { "auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads",
	    "storage_order", "strides" } },
	{ "AveragePool",
	  sqz_onnx_average_pool,
	  1,
	  1,
	  { "auto_pad", "ceil_mode", "count_include_pad", "dilations",
	    "kernel_shape", "pads", "strides" } },
	{ "GlobalAveragePool", sqz_onnx_global_average_pool, 1, 1, { NULL } },
	{ "Flatten", sqz_onnx_flatten, 1, 1, { "axis" } },
	{ "Reshape", sqz_onnx_reshape, 2, 2, { "allowzero" } },
	{ "BatchNormalization",
	  sqz_onnx_batch_normalization,
	  5,
	  5,
	  { "epsilon", "is_test", "momentum", "spatial", "training_mode" } },
	{ "Identity", sqz_onnx_identity, 1, 1, { NULL } },
	{ "Dropout", sqz_onnx_dropout, 1, 3, { "is_test", "ratio", "seed" } },
	{ "Constant", sqz_onnx_constant, 0, 0, { "value" } },
	{ "Pad", sqz_onnx_pad, 1, 3, { "mode", "pads", "value" } },
	{ "Concat", sqz_onnx_concat, 1, SIZE_MAX, { "axis" } },
	{ "Shape", sqz_onnx_shape_of, 1, 1, { NULL } },
	{ "Gather", sqz_onnx_gather, 2, 2, { "axis" } },
	{ "Unsqueeze", sqz_onnx_unsqueeze, 1, 2, { "axes" } },
	{ "ConstantOfShape", sqz_onnx_constant_of_shape, 1, 1, { "value" } },
	{ "Slice", sqz_onnx_slice, 3, 5, { NULL } },
	{ "Cast", sqz_onnx_cast, 1, 1, { "to" } },
	{ "Transpose", sqz_onnx_transpose, 1, 1, { "perm" } },
};

static const struct operator* find_operator(const Onnx__NodeProto *node)
{
	const char *domain = sqz_onnx_text(node->domain);

	if (*domain && strcmp(domain, "ai.onnx"))
		return NULL;
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (!strcmp(operators[i].name, sqz_onnx_text(node->op_type)))
			return &operators[i];
	return NULL;
}

static int check_attributes(struct sqz_onnx *ctx, const struct operator* op)
{
	for (size_t i = 0; i < ctx->node->n_attribute; i++) {
		const Onnx__AttributeProto *attribute = ctx->node->attribute[i];
		const char *name = sqz_onnx_text(attribute->name);
		size_t k = 0;

		while (k < MAX_ATTRIBUTES && op->attributes[k] &&
		       strcmp(op->attributes[k], name))
			k++;
		if (k == MAX_ATTRIBUTES || !op->attributes[k] ||
		    *sqz_onnx_text(attribute->ref_attr_name))
			return sqz_onnx_fail(ctx,
					     "attribute '%.60s' is not "
					     "supported",
					     name);
	}
	return 0;
}

int sqz_onnx_import_node(struct sqz_onnx *ctx)
{
	const struct operator* op = find_operator(ctx->node);

	if (!op)
		return sqz_onnx_fail(ctx, "the operator is not supported");
	if (ctx->node->n_input < op->min_inputs ||
	    ctx->node->n_input > op->max_inputs)
		return sqz_onnx_fail(ctx, "has %zu inputs", ctx->node->n_input);
	if (ctx->node->n_output < 1)
		return sqz_onnx_fail(ctx, "has no output");
	if (check_attributes(ctx, op))
		return -1;
	return op->import(ctx);
}

bool sqz_onnx_has_input(const struct sqz_onnx *ctx, size_t index)
{
	return index < ctx->node->n_input &&
	       *sqz_onnx_text(ctx->node->input[index]);
}

bool sqz_onnx_is_constant(struct sqz_onnx *ctx, size_t index)
{
	const struct sqz_onnx_value *value = NULL;

	if (sqz_onnx_has_input(ctx, index))
		value = sqz_onnx_find(ctx, ctx->node->input[index]);
	return value && value->constant;
}

int sqz_onnx_tensor(struct sqz_onnx *ctx, size_t index, uint32_t *tensor)
{
	if (!sqz_onnx_has_input(ctx, index))
		return sqz_onnx_fail(ctx, "input %zu is missing", index);
	const char *name = ctx->node->input[index];
	const struct sqz_onnx_value *value = sqz_onnx_find(ctx, name);

	if (!value)
		return sqz_onnx_fail(ctx, "input '%.80s' does not exist", name);
	if (value->constant)
		return sqz_onnx_fail(ctx,
				     "input '%.80s' is a constant where "
				     "a computed tensor is needed",
				     name);
	if (value->tensor < 0)
		return sqz_onnx_fail(ctx,
				     "input '%.80s' is a secondary output "
				     "that is not supported",
				     name);
	*tensor = (uint32_t)value->tensor;
	return 0;
}

int sqz_onnx_ranked_tensor(struct sqz_onnx *ctx, size_t index, uint32_t rank,
			   uint32_t *tensor)
{
	if (sqz_onnx_tensor(ctx, index, tensor))
		return -1;
	uint32_t have = ctx->graph->tensors[*tensor].shape.rank;

	if (have != rank)
		return sqz_onnx_fail(ctx,
				     "input '%.80s' has %u dimensions, %u "
				     "are needed",
				     ctx->node->input[index], have + 1,
				     rank + 1);
	return 0;
}

int sqz_onnx_shape(struct sqz_onnx *ctx, int64_t channels, int64_t height,
		   int64_t width, uint32_t rank, struct sqz_shape *shape)
{
	const int64_t dims[3] = { channels, height, width };

	for (int i = 0; i < 3; i++)
		if (dims[i] < 1 || dims[i] > SQZ_MAX_DIMENSION)
			return sqz_onnx_fail(ctx,
					     "dimension %lld is out of "
					     "range 1..%u",
					     (long long)dims[i],
					     SQZ_MAX_DIMENSION);
	if ((uint64_t)channels * (uint64_t)height * (uint64_t)width >
	    SQZ_MAX_ELEMENTS)
		return sqz_onnx_fail(ctx,
				     "a tensor of %lld x %lld x %lld is "
				     "too large",
				     (long long)channels, (long long)height,
				     (long long)width);
	*shape = (struct sqz_shape){ (uint32_t)channels, (uint32_t)height,
				     (uint32_t)width, rank };
	return 0;
}

int sqz_onnx_add_tensor(struct sqz_onnx *ctx, struct sqz_onnx_value *value,
			struct sqz_shape shape)
{
	ctx->activations += sqz_shape_elements(&shape);
	if (ctx->activations > SQZ_ONNX_MAX_TOTAL)
		return sqz_onnx_fail(ctx, "more than %u activations per image",
				     SQZ_ONNX_MAX_TOTAL);
	value->tensor =
	    sqz_graph_add_tensor(ctx->graph, value->name, shape, ctx->err);
	if (value->tensor < 0)
		return -1;
	sqz_onnx_clean(ctx->graph->tensors[value->tensor].name);
	return 0;
}

/* The output's tensor in graph and name table. */
static int add_output(struct sqz_onnx *ctx, struct sqz_shape shape,
		      uint32_t *index)
{
	struct sqz_onnx_value *value = sqz_onnx_find(ctx, ctx->node->output[0]);

	if (!value)
		return sqz_onnx_fail(ctx, "the output has no name");
	if (sqz_onnx_add_tensor(ctx, value, shape))
		return -1;
	*index = (uint32_t)value->tensor;
	return 0;
}

static int fill_node(struct sqz_onnx *ctx, struct sqz_node *node,
		     const uint32_t *inputs, uint32_t input_count,
		     struct sqz_shape shape)
{
	const char *name = sqz_onnx_text(ctx->node->name);

	if (!*name)
		name = sqz_onnx_text(ctx->node->output[0]);
	node->name = strdup(name);
	node->inputs = malloc(input_count * sizeof(*inputs));
	node->input_count = input_count;
	if (!node->groups)
		node->groups = 1;
	if (!node->name || !node->inputs)
		return sqz_onnx_fail(ctx, "out of memory");
	sqz_onnx_clean(node->name);
	memcpy(node->inputs, inputs, input_count * sizeof(*inputs));
	return add_output(ctx, shape, &node->output);
}

int sqz_onnx_emit(struct sqz_onnx *ctx, struct sqz_node node,
		  const uint32_t *inputs, uint32_t input_count,
		  struct sqz_shape shape)
{
	if (fill_node(ctx, &node, inputs, input_count, shape) ||
	    sqz_graph_add_node(ctx->graph, &node, ctx->err)) {
		sqz_node_free(&node);
		return -1;
	}
	return 0;
}

int sqz_onnx_emit_affine(struct sqz_onnx *ctx, uint32_t input, float *scale,
			 float *shift)
{
	struct sqz_shape shape = ctx->graph->tensors[input].shape;
	struct sqz_node node = {
		.op = SQZ_NODE_CONV,
		.groups = shape.channels,
		.window = { .kernel_h = 1,
			    .kernel_w = 1,
			    .stride_h = 1,
			    .stride_w = 1,
			    .dilation_h = 1,
			    .dilation_w = 1 },
		.weights = scale,
		.weight_count = shape.channels,
		.bias = shift,
	};

	return sqz_onnx_emit(ctx, node, &input, 1, shape);
}

int sqz_onnx_alias(struct sqz_onnx *ctx, size_t input)
{
	const struct sqz_onnx_value *from =
	    sqz_onnx_find(ctx, ctx->node->input[input]);
	struct sqz_onnx_value *to = sqz_onnx_find(ctx, ctx->node->output[0]);

	if (!from || (!from->constant && from->tensor < 0))
		return sqz_onnx_fail(ctx, "input '%.80s' does not exist",
				     sqz_onnx_text(ctx->node->input[input]));
	if (!to)
		return sqz_onnx_fail(ctx, "the output has no name");
	to->constant = from->constant;
	to->tensor = from->tensor;
	return 0;
}
