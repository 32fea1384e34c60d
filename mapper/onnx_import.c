#include "onnx_import.h"

#include "fold.h"
#include "host/file.h"
#include "onnx_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT_BYTES ((size_t)1 << 30)
#define OLDEST_OPSET	 1
#define NEWEST_OPSET	 21

void sqz_onnx_clean(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/* "node 'name' (operator): ", or nothing outside of nodes. */
static void describe_node(const Onnx__NodeProto *node, char *text, size_t room)
{
	*text = 0;
	if (!node)
		return;
	const char *name = sqz_onnx_text(node->name);
	if (!*name && node->n_output)
		name = sqz_onnx_text(node->output[0]);
	snprintf(text, room, "node '%.60s' (%.40s): ", name,
		 sqz_onnx_text(node->op_type));
	sqz_onnx_clean(text);
}

int sqz_onnx_fail(struct sqz_onnx *ctx, const char *format, ...)
{
	char node[128];
	char reason[300];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	sqz_onnx_clean(reason);
	describe_node(ctx->node, node, sizeof(node));
	return sqz_fail(ctx->err, "%s: %s%s", ctx->file, node, reason);
}

static int check_opset(struct sqz_onnx *ctx, const Onnx__ModelProto *model)
{
	for (size_t i = 0; i < model->n_opset_import; i++) {
		const Onnx__OperatorSetIdProto *set = model->opset_import[i];
		const char *domain = sqz_onnx_text(set->domain);

		if (*domain && strcmp(domain, "ai.onnx"))
			continue;
		if (set->version < OLDEST_OPSET || set->version > NEWEST_OPSET)
			return sqz_onnx_fail(ctx,
					     "opset %lld is not "
					     "supported (%d to %d)",
					     (long long)set->version,
					     OLDEST_OPSET, NEWEST_OPSET);
		return 0;
	}
	return sqz_onnx_fail(ctx, "names no operator set: cut short, or not "
				  "an ONNX model");
}

static int check_graph(struct sqz_onnx *ctx)
{
	const Onnx__GraphProto *onnx = ctx->onnx;

	if (onnx->n_sparse_initializer)
		return sqz_onnx_fail(ctx, "sparse weights are not supported");
	if (onnx->n_node > SQZ_ONNX_MAX_NODES)
		return sqz_onnx_fail(ctx,
				     "has %zu nodes, at most %u are "
				     "supported",
				     onnx->n_node, SQZ_ONNX_MAX_NODES);
	if (onnx->n_output != 1)
		return sqz_onnx_fail(ctx, "has %zu outputs, one is needed",
				     onnx->n_output);
	return 0;
}

/* Every name that an initializer, an input or a node defines. */
static int define_names(struct sqz_onnx *ctx)
{
	const Onnx__GraphProto *onnx = ctx->onnx;
	size_t count = onnx->n_initializer + onnx->n_input;

	for (size_t i = 0; i < onnx->n_node; i++)
		count += onnx->node[i]->n_output;
	if (sqz_onnx_names_create(ctx, count))
		return -1;
	for (size_t i = 0; i < onnx->n_initializer; i++) {
		struct sqz_onnx_value *value =
		    sqz_onnx_define(ctx, onnx->initializer[i]->name);

		if (!value)
			return -1;
		value->constant = onnx->initializer[i];
	}
	return 0;
}

static int define_outputs(struct sqz_onnx *ctx)
{
	for (size_t i = 0; i < ctx->onnx->n_node; i++) {
		ctx->node = ctx->onnx->node[i];
		for (size_t k = 0; k < ctx->node->n_output; k++) {
			const char *name = sqz_onnx_text(ctx->node->output[k]);

			if (!*name)
				continue;
			struct sqz_onnx_value *value =
			    sqz_onnx_define(ctx, name);
			if (!value)
				return -1;
			value->producer = (int64_t)i;
		}
	}
	ctx->node = NULL;
	return 0;
}

/* The one input that is not an initializer. */
static int find_input(struct sqz_onnx *ctx, const Onnx__ValueInfoProto **input)
{
	size_t found = 0;

	for (size_t i = 0; i < ctx->onnx->n_input; i++) {
		const Onnx__ValueInfoProto *info = ctx->onnx->input[i];

		if (sqz_onnx_find(ctx, info->name))
			continue;
		if (!found++)
			*input = info;
	}
	if (found != 1)
		return sqz_onnx_fail(ctx,
				     "has %zu inputs (not counting "
				     "weights), one is needed",
				     found);
	return 0;
}

static const Onnx__TensorShapeProto *
declared_shape(const Onnx__ValueInfoProto *info)
{
	const Onnx__TypeProto *type = info->type;

	if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
		return NULL;
	return type->tensor_type->shape;
}

/* 0 stands for symbolic or absent. */
static int64_t declared_dim(const Onnx__TensorShapeProto *shape, size_t i)
{
	const Onnx__TensorShapeProto__Dimension *dim = shape->dim[i];

	if (dim->value_case !=
	    ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE)
		return 0;
	return dim->dim_value;
}

static int check_input_type(struct sqz_onnx *ctx,
			    const Onnx__ValueInfoProto *info)
{
	const Onnx__TensorShapeProto *shape = declared_shape(info);

	if (!*sqz_onnx_text(info->name))
		return sqz_onnx_fail(ctx, "the input has no name");
	if (!shape)
		return sqz_onnx_fail(ctx,
				     "input '%.80s' is not a tensor with "
				     "a shape",
				     info->name);
	if (info->type->tensor_type->elem_type !=
	    ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
		return sqz_onnx_fail(ctx, "input '%.80s' is not float",
				     info->name);
	if (shape->n_dim < 2 || shape->n_dim > 4)
		return sqz_onnx_fail(ctx,
				     "input '%.80s' has %zu dimensions; "
				     "batch and 1 to 3 more are supported",
				     info->name, shape->n_dim);
	return 0;
}

static int add_input(struct sqz_onnx *ctx)
{
	const Onnx__ValueInfoProto *info = NULL;
	int64_t dims[3] = { 1, 1, 1 };

	if (find_input(ctx, &info) || check_input_type(ctx, info))
		return -1;
	const Onnx__TensorShapeProto *shape = declared_shape(info);
	for (size_t i = 1; i < shape->n_dim; i++) {
		dims[i - 1] = declared_dim(shape, i);
		if (dims[i - 1] < 1 || dims[i - 1] > SQZ_MAX_DIMENSION)
			return sqz_onnx_fail(ctx,
					     "dimension %zu of input "
					     "'%.80s' is not a number in "
					     "1..%u",
					     i, info->name, SQZ_MAX_DIMENSION);
	}
	ctx->batch = declared_dim(shape, 0);
	struct sqz_shape image;
	struct sqz_onnx_value *value = sqz_onnx_define(ctx, info->name);

	if (!value || sqz_onnx_shape(ctx, dims[0], dims[1], dims[2],
				     (uint32_t)shape->n_dim - 1, &image))
		return -1;
	return sqz_onnx_add_tensor(ctx, value, image);
}

static int import_nodes(struct sqz_onnx *ctx)
{
	size_t *order = calloc(ctx->onnx->n_node + 1, sizeof(*order));

	if (!order)
		return sqz_onnx_fail(ctx, "out of memory");
	int result = sqz_onnx_order(ctx, order);

	for (size_t i = 0; !result && i < ctx->onnx->n_node; i++) {
		ctx->node = ctx->onnx->node[order[i]];
		result = sqz_onnx_import_node(ctx);
	}
	ctx->node = NULL;
	free(order);
	return result;
}

/* What the file says about the output must be what came out. */
static int check_output_shape(struct sqz_onnx *ctx,
			      const Onnx__ValueInfoProto *info)
{
	const Onnx__TensorShapeProto *shape = declared_shape(info);
	const struct sqz_shape *out =
	    &ctx->graph->tensors[ctx->graph->output].shape;
	const uint32_t dims[3] = { out->channels, out->height, out->width };

	if (!shape || !shape->n_dim)
		return 0;
	bool agrees = shape->n_dim == out->rank + 1;
	for (size_t i = 1; agrees && i < shape->n_dim; i++) {
		int64_t dim = declared_dim(shape, i);

		agrees = !dim || dim == dims[i - 1];
	}
	return agrees ? 0
		      : sqz_onnx_fail(ctx,
				      "output '%.80s' is declared with "
				      "another shape than the computed "
				      "%u x %u x %u",
				      info->name, dims[0], dims[1], dims[2]);
}

static int set_output(struct sqz_onnx *ctx)
{
	const Onnx__ValueInfoProto *info = ctx->onnx->output[0];
	const struct sqz_onnx_value *value = sqz_onnx_find(ctx, info->name);

	if (!value || value->tensor < 0)
		return sqz_onnx_fail(
		    ctx, "output '%.80s' is %s", sqz_onnx_text(info->name),
		    value && value->constant ? "a constant" : "not computed");
	ctx->graph->output = (uint32_t)value->tensor;
	return check_output_shape(ctx, info);
}

static int import_model(struct sqz_onnx *ctx, const Onnx__ModelProto *model)
{
	ctx->onnx = model->graph;
	if (!ctx->onnx)
		return sqz_onnx_fail(ctx, "holds no graph: cut short, or not "
					  "an ONNX model");
	if (check_opset(ctx, model) || check_graph(ctx) || define_names(ctx) ||
	    add_input(ctx) || define_outputs(ctx) || import_nodes(ctx) ||
	    set_output(ctx))
		return -1;
	return sqz_graph_fold(ctx->graph, ctx->file, ctx->err);
}

int sqz_onnx_import_bytes(const void *data, size_t size, const char *name,
			  struct sqz_graph *graph, struct sqz_error *err)
{
	*graph = (struct sqz_graph){ 0 };
	if (size == 0)
		return sqz_fail(err, "%s: the file is empty", name);
	if (sqz_onnx_check_wire(data, size, name, err))
		return -1;
	Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, size, data);
	if (!model)
		return sqz_fail(err, "%s: not an ONNX model, or damaged", name);
	struct sqz_onnx ctx = { .file = name, .err = err, .graph = graph };
	int result = import_model(&ctx, model);

	if (result)
		sqz_graph_free(graph);
	sqz_onnx_names_free(&ctx.names);
	sqz_onnx_free_made(&ctx);
	onnx__model_proto__free_unpacked(model, NULL);
	return result;
}

int sqz_onnx_import(const char *path, struct sqz_graph *graph,
		    struct sqz_error *err)
{
	struct sqz_bytes bytes;

	*graph = (struct sqz_graph){ 0 };
	if (sqz_read_file(path, FILE_LIMIT_BYTES, &bytes, err))
		return -1;
	int result =
	    sqz_onnx_import_bytes(bytes.data, bytes.size, path, graph, err);

	sqz_bytes_free(&bytes);
	return result;
}
