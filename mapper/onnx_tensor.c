#include "onnx_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A TensorProto whose dimensions have been checked against its data. */
struct source {
	const Onnx__TensorProto *tensor;
	const char *name;
	const char *role;
	size_t dims[SQZ_ONNX_MAX_RANK];
	size_t count;
	int type;
};

/* Where the values of a type may stand: raw bytes, or a typed list. */
static size_t raw_bytes(int type)
{
	switch (type) {
	case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
		return 4;
	case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
		return 8;
	case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16:
		return 2;
	case ONNX__TENSOR_PROTO__DATA_TYPE__BOOL:
		return 1;
	default:
		return 0;
	}
}

static size_t listed_values(const Onnx__TensorProto *tensor, int type)
{
	switch (type) {
	case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
		return tensor->n_float_data;
	case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
		return tensor->n_double_data;
	case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
		return tensor->n_int64_data;
	default:
		return tensor->n_int32_data;
	}
}

static int check_dims(struct sqz_onnx *ctx, struct source *source)
{
	const Onnx__TensorProto *tensor = source->tensor;

	if (tensor->n_dims > SQZ_ONNX_MAX_RANK)
		return sqz_onnx_fail(ctx, "%s '%.80s' has %zu dimensions",
				     source->role, source->name,
				     tensor->n_dims);
	source->count = 1;
	for (size_t i = 0; i < tensor->n_dims; i++) {
		int64_t dim = tensor->dims[i];

		if (dim == 0)
			return sqz_onnx_fail(ctx,
					     "%s '%.80s' has no elements "
					     "(dimension %zu is 0)",
					     source->role, source->name, i);
		if (dim < 0 || dim > SQZ_ONNX_MAX_TOTAL ||
		    source->count * (uint64_t)dim > SQZ_ONNX_MAX_TOTAL)
			return sqz_onnx_fail(
			    ctx,
			    "%s '%.80s' is too large (dimension %zu is "
			    "%lld)",
			    source->role, source->name, i, (long long)dim);
		source->dims[i] = (size_t)dim;
		source->count *= (size_t)dim;
	}
	return 0;
}

static int check_data(struct sqz_onnx *ctx, const struct source *source)
{
	const Onnx__TensorProto *tensor = source->tensor;
	size_t width = raw_bytes(source->type);

	if (tensor->n_external_data || tensor->data_location)
		return sqz_onnx_fail(ctx,
				     "%s '%.80s' is external data, which "
				     "is not supported",
				     source->role, source->name);
	if (tensor->has_raw_data && tensor->raw_data.len % width)
		return sqz_onnx_fail(ctx,
				     "%s '%.80s' has %zu raw bytes, not "
				     "whole values",
				     source->role, source->name,
				     tensor->raw_data.len);
	size_t have = tensor->has_raw_data
			  ? tensor->raw_data.len / width
			  : listed_values(tensor, source->type);
	if (have != source->count)
		return sqz_onnx_fail(ctx,
				     "%s '%.80s' holds %zu values, its "
				     "dimensions ask for %zu",
				     source->role, source->name, have,
				     source->count);
	return 0;
}

/* Finds constant input `index` and checks what does not depend on the type. */
static int open_source(struct sqz_onnx *ctx, size_t index, const char *role,
		       struct source *source)
{
	if (!sqz_onnx_has_input(ctx, index))
		return sqz_onnx_fail(ctx, "%s (input %zu) is missing", role,
				     index);
	const char *name = ctx->node->input[index];
	const struct sqz_onnx_value *value = sqz_onnx_find(ctx, name);

	if (!value)
		return sqz_onnx_fail(ctx, "%s '%.80s' does not exist", role,
				     name);
	if (!value->constant)
		return sqz_onnx_fail(ctx, "%s '%.80s' is not a constant", role,
				     name);
	*source = (struct source){ .tensor = value->constant,
				   .name = name,
				   .role = role,
				   .type = value->constant->data_type };
	return check_dims(ctx, source);
}

static uint64_t little_endian(const uint8_t *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

static float from_half(uint16_t half)
{
	unsigned exponent = half >> 10 & 0x1f;
	float fraction = (float)(half & 0x3ff);
	float value;

	if (exponent == 0)
		value = ldexpf(fraction, -24);
	else if (exponent < 31)
		value = ldexpf(1024.0f + fraction, (int)exponent - 25);
	else
		value = fraction > 0 ? NAN : INFINITY;
	return half & 0x8000 ? -value : value;
}

/* Value i as stored, 8 bytes at most. */
static uint64_t stored_bits(const struct source *source, size_t i)
{
	const Onnx__TensorProto *tensor = source->tensor;
	size_t width = raw_bytes(source->type);

	if (tensor->has_raw_data)
		return little_endian(tensor->raw_data.data + i * width, width);
	if (source->type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64)
		return (uint64_t)tensor->int64_data[i];
	return (uint32_t)tensor->int32_data[i];
}

static float float_value(const struct source *source, size_t i)
{
	const Onnx__TensorProto *tensor = source->tensor;
	bool is_double = source->type == ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE;

	if (!tensor->has_raw_data) {
		if (is_double)
			return (float)tensor->double_data[i];
		if (source->type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
			return tensor->float_data[i];
	}
	uint64_t bits = stored_bits(source, i);
	if (is_double) {
		double value;

		memcpy(&value, &bits, sizeof(value));
		return (float)value;
	}
	if (source->type == ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16)
		return from_half((uint16_t)bits);
	uint32_t low = (uint32_t)bits;
	float value;

	memcpy(&value, &low, sizeof(value));
	return value;
}

static int64_t integer_value(const struct source *source, size_t i)
{
	uint64_t bits = stored_bits(source, i);

	if (source->type == ONNX__TENSOR_PROTO__DATA_TYPE__INT32)
		return (int32_t)(uint32_t)bits;
	return (int64_t)bits;
}

static int decode(struct sqz_onnx *ctx, const struct source *source,
		  bool infinity, float *values)
{
	for (size_t i = 0; i < source->count; i++) {
		values[i] = float_value(source, i);
		if (isnan(values[i]) || (isinf(values[i]) && !infinity))
			return sqz_onnx_fail(
			    ctx,
			    "%s '%.80s' contains %s at "
			    "element %zu",
			    source->role, source->name,
			    isnan(values[i]) ? "NaN" : "infinity", i);
	}
	return 0;
}

static int open_floats(struct sqz_onnx *ctx, size_t index, const char *role,
		       struct source *source)
{
	if (open_source(ctx, index, role, source))
		return -1;
	if (source->type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT &&
	    source->type != ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE &&
	    source->type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16)
		return sqz_onnx_fail(ctx,
				     "%s '%.80s' has data type %d, not "
				     "float, double or float16",
				     role, source->name, source->type);
	if (check_data(ctx, source))
		return -1;
	/* One stored tensor may be used many times: bound the copies. */
	ctx->weights += source->count;
	if (ctx->weights > SQZ_ONNX_MAX_TOTAL)
		return sqz_onnx_fail(ctx, "more than %u weights in all",
				     SQZ_ONNX_MAX_TOTAL);
	return 0;
}

int sqz_onnx_floats(struct sqz_onnx *ctx, size_t index, const char *role,
		    bool infinity, struct sqz_onnx_array *out)
{
	struct source source;

	*out = (struct sqz_onnx_array){ 0 };
	if (open_floats(ctx, index, role, &source))
		return -1;
	float *values = malloc(source.count * sizeof(*values));
	if (!values)
		return sqz_onnx_fail(ctx, "out of memory for %zu values",
				     source.count);
	if (decode(ctx, &source, infinity, values)) {
		free(values);
		return -1;
	}
	*out =
	    (struct sqz_onnx_array){ .values = values,
				     .count = source.count,
				     .rank = (unsigned)source.tensor->n_dims };
	memcpy(out->dims, source.dims, sizeof(out->dims));
	return 0;
}

int sqz_onnx_integers(struct sqz_onnx *ctx, size_t index, const char *role,
		      size_t room, int64_t *values, size_t *count)
{
	struct source source;

	if (open_source(ctx, index, role, &source))
		return -1;
	if (source.type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64 &&
	    source.type != ONNX__TENSOR_PROTO__DATA_TYPE__INT32 &&
	    source.type != ONNX__TENSOR_PROTO__DATA_TYPE__BOOL)
		return sqz_onnx_fail(ctx,
				     "%s '%.80s' has data type %d, not an "
				     "integer",
				     role, source.name, source.type);
	if (check_data(ctx, &source))
		return -1;
	if (source.count > room)
		return sqz_onnx_fail(ctx,
				     "%s '%.80s' has %zu values, at most "
				     "%zu are possible",
				     role, source.name, source.count, room);
	for (size_t i = 0; i < source.count; i++)
		values[i] = integer_value(&source, i);
	*count = source.count;
	return 0;
}
