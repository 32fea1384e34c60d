/*
 * Operators on constants: Constant, Cast on bounds, Transpose on weights, which
 * torch leaves when it does not fold constants. Shapes: onnx_shape.c.
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

const Onnx__TensorProto *sqz_onnx_constant_input(struct sqz_onnx *ctx,
						 size_t index)
{
	const struct sqz_onnx_value *value =
	    sqz_onnx_find(ctx, ctx->node->input[index]);

	return value ? value->constant : NULL;
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

int sqz_onnx_output_integers(struct sqz_onnx *ctx,
			     const struct sqz_onnx_integers *out)
{
	Onnx__TensorProto *tensor =
	    make_output(ctx, INT64, out->dims, out->rank);

	if (!tensor)
		return -1;
	tensor->int64_data = malloc((out->count + 1) * sizeof(int64_t));
	if (!tensor->dims || !tensor->int64_data)
		return sqz_onnx_fail(ctx, "out of memory");
	memcpy(tensor->int64_data, out->values, out->count * sizeof(int64_t));
	tensor->n_int64_data = out->count;
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
	int from = sqz_onnx_constant_input(ctx, 0)->data_type;
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
	if (sqz_onnx_int_list(ctx, "perm", 2, perm, &present))
		return -1;
	if (perm[0] != 1 || perm[1] != 0)
		return sqz_onnx_fail(ctx, "only a matrix can be transposed");
	if (is_integer(sqz_onnx_constant_input(ctx, 0)->data_type))
		return sqz_onnx_transpose_integers(ctx);
	if (sqz_onnx_floats(ctx, 0, "weights", false, &array))
		return -1;
	float *values = NULL;
	if (array.rank != 2)
		sqz_onnx_fail(ctx, "only a matrix can be transposed");
	else if (!(values = transposed(&array)))
		sqz_onnx_fail(ctx, "out of memory for %zu values", array.count);
	const size_t dims[2] = { array.dims[1], array.dims[0] };
	free(array.values);
	return values ? output_floats(ctx, values, dims, 2) : -1;
}
