/*
 * Operators whose inputs are constants or shapes; the results are constants.
 *
 * With a symbolic batch exporters write a flatten as Shape, Gather, Unsqueeze,
 * Concat and Reshape, and without constant folding they leave Cast on bounds
 * and Transpose on weights. In a shape a symbolic batch is 0, which Reshape
 * takes as "this dimension stays".
 */
#include "onnx_internal.h"

#include <stdlib.h>
#include <string.h>

#define INT64 ONNX__TENSOR_PROTO__DATA_TYPE__INT64
#define FLOAT ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT

int sqz_onnx_constant(struct sqz_onnx *ctx)
{
	const Onnx__AttributeProto *attribute =
	    sqz_onnx_attribute(ctx, "value");
	struct sqz_onnx_value *value = sqz_onnx_find(ctx, ctx->node->output[0]);

	if (!attribute || !attribute->t)
		return sqz_onnx_fail(ctx, "attribute value is missing");
	if (!value)
		return sqz_onnx_fail(ctx, "the output has no name");
	value->constant = attribute->t;
	return 0;
}

/* A tensor that the context owns, and that the node's output stands for. */
static Onnx__TensorProto *make_output(struct sqz_onnx *ctx, int type,
				      const size_t *dims, size_t rank)
{
	struct sqz_onnx_value *value = sqz_onnx_find(ctx, ctx->node->output[0]);
	Onnx__TensorProto *tensor = NULL;
	void *made = NULL;

	if (!value) {
		sqz_onnx_fail(ctx, "the output has no name");
		return NULL;
	}
	made = realloc(ctx->made, (ctx->made_count + 1) * sizeof(*ctx->made));
	if (made) {
		ctx->made = made;
		tensor = malloc(sizeof(*tensor));
	}
	if (!tensor) {
		sqz_onnx_fail(ctx, "out of memory");
		return NULL;
	}
	onnx__tensor_proto__init(tensor);
	ctx->made[ctx->made_count++] = tensor;
	tensor->has_data_type = 1;
	tensor->data_type = type;
	tensor->dims = malloc((rank + 1) * sizeof(*tensor->dims));
	for (size_t i = 0; tensor->dims && i < rank; i++)
		tensor->dims[tensor->n_dims++] = (int64_t)dims[i];
	value->constant = tensor;
	return tensor;
}

void sqz_onnx_free_made(struct sqz_onnx *ctx)
{
	for (size_t i = 0; i < ctx->made_count; i++)
		onnx__tensor_proto__free_unpacked(ctx->made[i], NULL);
	free(ctx->made);
}

/* rank 0 or 1 */
static int output_integers(struct sqz_onnx *ctx, const int64_t *values,
			   size_t count, size_t rank)
{
	Onnx__TensorProto *tensor = make_output(ctx, INT64, &count, rank);

	if (!tensor)
		return -1;
	tensor->int64_data = malloc(count * sizeof(*values));
	if (!tensor->dims || !tensor->int64_data)
		return sqz_onnx_fail(ctx, "out of memory");
	memcpy(tensor->int64_data, values, count * sizeof(*values));
	tensor->n_int64_data = count;
	return 0;
}

/* Takes the values. */
static int output_floats(struct sqz_onnx *ctx, float *values,
			 const size_t *dims, size_t rank)
{
	Onnx__TensorProto *tensor = make_output(ctx, FLOAT, dims, rank);

	if (!tensor) {
		free(values);
		return -1;
	}
	tensor->float_data = values;
	if (!tensor->dims)
		return sqz_onnx_fail(ctx, "out of memory");
	tensor->n_float_data = 1;
	for (size_t i = 0; i < rank; i++)
		tensor->n_float_data *= dims[i];
	return 0;
}

static const Onnx__TensorProto *constant_input(struct sqz_onnx *ctx,
					       size_t index)
{
	const struct sqz_onnx_value *value =
	    sqz_onnx_find(ctx, ctx->node->input[index]);

	return value ? value->constant : NULL;
}

int sqz_onnx_shape_of(struct sqz_onnx *ctx)
{
	uint32_t tensor;

	if (sqz_onnx_tensor(ctx, 0, &tensor))
		return -1;
	const struct sqz_shape *shape = &ctx->graph->tensors[tensor].shape;
	const int64_t dims[4] = { ctx->batch, shape->channels, shape->height,
				  shape->width };

	return output_integers(ctx, dims, shape->rank + 1, 1);
}

int sqz_onnx_gather(struct sqz_onnx *ctx)
{
	int64_t from[SQZ_ONNX_MAX_RANK], chosen[SQZ_ONNX_MAX_RANK];
	size_t count, picks;
	int64_t axis = 0;

	if (sqz_onnx_int(ctx, "axis", &axis) ||
	    sqz_onnx_integers(ctx, 0, "shape", SQZ_ONNX_MAX_RANK, from,
			      &count) ||
	    sqz_onnx_integers(ctx, 1, "indices", SQZ_ONNX_MAX_RANK, chosen,
			      &picks))
		return -1;
	size_t rank = constant_input(ctx, 1)->n_dims;
	if (constant_input(ctx, 0)->n_dims != 1 || rank > 1 ||
	    (axis != 0 && axis != -1))
		return sqz_onnx_fail(ctx, "only a shape's dimensions can be "
					  "gathered");
	for (size_t i = 0; i < picks; i++) {
		int64_t at =
		    chosen[i] < 0 ? chosen[i] + (int64_t)count : chosen[i];

		if (at < 0 || at >= (int64_t)count)
			return sqz_onnx_fail(ctx, "index %lld of %zu",
					     (long long)chosen[i], count);
		chosen[i] = from[at];
	}
	return output_integers(ctx, chosen, picks, rank);
}

/* The axes: an attribute before opset 13, then an input. */
static int read_axis(struct sqz_onnx *ctx, int64_t *axis)
{
	bool present;
	size_t count;

	if (sqz_onnx_int_list(ctx, "axes", 1, axis, &present))
		return -1;
	if (present)
		return 0;
	return sqz_onnx_integers(ctx, 1, "axes", 1, axis, &count);
}

int sqz_onnx_unsqueeze(struct sqz_onnx *ctx)
{
	int64_t value, axis;
	size_t count;

	if (sqz_onnx_integers(ctx, 0, "shape", 1, &value, &count) ||
	    read_axis(ctx, &axis))
		return -1;
	if (constant_input(ctx, 0)->n_dims || (axis != 0 && axis != -1))
		return sqz_onnx_fail(ctx, "only a single dimension can be made "
					  "a shape");
	return output_integers(ctx, &value, 1, 1);
}

int sqz_onnx_join_shapes(struct sqz_onnx *ctx)
{
	int64_t joined[SQZ_ONNX_MAX_RANK];
	int64_t axis = 0;
	size_t all = 0, count;

	if (sqz_onnx_int(ctx, "axis", &axis))
		return -1;
	for (size_t i = 0; i < ctx->node->n_input; i++) {
		if (sqz_onnx_integers(ctx, i, "shape", SQZ_ONNX_MAX_RANK - all,
				      joined + all, &count))
			return -1;
		if (constant_input(ctx, i)->n_dims != 1 ||
		    (axis != 0 && axis != -1))
			return sqz_onnx_fail(ctx, "of constants only shapes "
						  "can be joined");
		all += count;
	}
	return output_integers(ctx, joined, all, 1);
}

static bool is_float(int64_t type)
{
	return type == FLOAT || type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE ||
	       type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16;
}

static bool is_integer(int64_t type)
{
	return type == INT64 || type == ONNX__TENSOR_PROTO__DATA_TYPE__INT32;
}

int sqz_onnx_cast(struct sqz_onnx *ctx)
{
	int64_t to = 0, value;
	size_t count;

	if (sqz_onnx_int(ctx, "to", &to))
		return -1;
	if (!sqz_onnx_is_constant(ctx, 0))
		return sqz_onnx_fail(ctx, "only constants can be cast");
	int from = constant_input(ctx, 0)->data_type;
	if ((is_float(from) && is_float(to)) ||
	    (is_integer(from) && is_integer(to)))
		return sqz_onnx_alias(ctx, 0);
	if (!is_float(to))
		return sqz_onnx_fail(ctx, "a cast from data type %d to %lld",
				     from, (long long)to);
	if (sqz_onnx_integers(ctx, 0, "value", 1, &value, &count))
		return -1;
	float *values = malloc(sizeof(*values));
	if (!values)
		return sqz_onnx_fail(ctx, "out of memory");
	*values = (float)value;
	return output_floats(ctx, values, NULL, 0);
}

/* Takes nothing; NULL if there is no memory. */
static float *transposed(const struct sqz_onnx_array *from)
{
	float *to = malloc(from->count * sizeof(*to));
	size_t rows = from->dims[0], columns = from->dims[1];

	for (size_t r = 0; to && r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			to[c * rows + r] = from->values[r * columns + c];
	return to;
}

int sqz_onnx_transpose(struct sqz_onnx *ctx)
{
	struct sqz_onnx_array array;
	int64_t perm[2] = { 1, 0 };
	bool present;

	if (!sqz_onnx_is_constant(ctx, 0))
		return sqz_onnx_fail(ctx, "only weights can be transposed");
	if (sqz_onnx_int_list(ctx, "perm", 2, perm, &present) ||
	    sqz_onnx_floats(ctx, 0, "weights", false, &array))
		return -1;
	float *values = NULL;
	if (array.rank != 2 || perm[0] != 1 || perm[1] != 0)
		sqz_onnx_fail(ctx, "only a matrix can be transposed");
	else if (!(values = transposed(&array)))
		sqz_onnx_fail(ctx, "out of memory for %zu values", array.count);
	const size_t dims[2] = { array.dims[1], array.dims[0] };
	free(array.values);
	return values ? output_floats(ctx, values, dims, 2) : -1;
}
