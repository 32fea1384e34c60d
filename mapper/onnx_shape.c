/*
 * Operators on shapes and other short lists of integers; the results are
 * constants.
 *
 * With a symbolic batch exporters write a flatten as Shape, Gather, Unsqueeze,
 * Concat and Reshape. Torch turns its order of pads into that of ONNX with
 * ConstantOfShape, Concat, Reshape, Slice (backwards) and Transpose. In a shape
 * a symbolic batch is 0, which Reshape takes as "this dimension stays".
 */
#include "onnx_internal.h"

#include <string.h>

static int output_list(struct sqz_onnx *ctx, const int64_t *values,
		       size_t count)
{
	struct sqz_onnx_integers out = { .count = count,
					 .dims = { count },
					 .rank = 1 };

	memcpy(out.values, values, count * sizeof(*values));
	return sqz_onnx_output_integers(ctx, &out);
}

/* Input `index` as integers. */
static int read_integers(struct sqz_onnx *ctx, size_t index, const char *role,
			 struct sqz_onnx_integers *in)
{
	*in = (struct sqz_onnx_integers){ 0 };
	if (sqz_onnx_integers(ctx, index, role, SQZ_ONNX_MAX_INTEGERS,
			      in->values, &in->count))
		return -1;
	const Onnx__TensorProto *tensor = sqz_onnx_constant_input(ctx, index);

	in->rank = tensor->n_dims;
	if (in->rank > 2)
		return sqz_onnx_fail(ctx, "%s has %zu dimensions", role,
				     in->rank);
	for (size_t i = 0; i < in->rank; i++)
		in->dims[i] = (size_t)tensor->dims[i];
	return 0;
}

/* The same for a list, or a single number. */
static int read_list(struct sqz_onnx *ctx, size_t index, const char *role,
		     struct sqz_onnx_integers *in)
{
	if (read_integers(ctx, index, role, in))
		return -1;
	return in->rank < 2 ? 0 : sqz_onnx_fail(ctx, "%s is not a list", role);
}

int sqz_onnx_shape_of(struct sqz_onnx *ctx)
{
	uint32_t tensor;

	if (sqz_onnx_tensor(ctx, 0, &tensor))
		return -1;
	const struct sqz_shape *shape = &ctx->graph->tensors[tensor].shape;
	const int64_t dims[4] = { ctx->batch, shape->channels, shape->height,
				  shape->width };

	return output_list(ctx, dims, shape->rank + 1);
}

/* Only the first axis of integers. */
static int check_axis(struct sqz_onnx *ctx, int64_t axis, size_t rank)
{
	if (axis == 0 || axis == -(int64_t)rank)
		return 0;
	return sqz_onnx_fail(ctx, "axis %lld of constants is not supported",
			     (long long)axis);
}

int sqz_onnx_gather(struct sqz_onnx *ctx)
{
	struct sqz_onnx_integers from, picks;
	int64_t axis = 0;

	if (sqz_onnx_int(ctx, "axis", &axis) ||
	    read_list(ctx, 0, "shape", &from) ||
	    read_list(ctx, 1, "indices", &picks) || check_axis(ctx, axis, 1))
		return -1;
	for (size_t i = 0; i < picks.count; i++) {
		int64_t at = picks.values[i];

		if (at < -(int64_t)from.count || at >= (int64_t)from.count)
			return sqz_onnx_fail(ctx, "index %lld of %zu",
					     (long long)at, from.count);
		picks.values[i] =
		    from.values[at < 0 ? at + (int64_t)from.count : at];
	}
	return sqz_onnx_output_integers(ctx, &picks);
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
	struct sqz_onnx_integers in;
	int64_t axis;

	if (read_list(ctx, 0, "shape", &in) || read_axis(ctx, &axis) ||
	    check_axis(ctx, axis, 1))
		return -1;
	if (in.rank)
		return sqz_onnx_fail(ctx, "only a single dimension can be made "
					  "a shape");
	return output_list(ctx, in.values, 1);
}

int sqz_onnx_join_shapes(struct sqz_onnx *ctx)
{
	struct sqz_onnx_integers part, all = { .rank = 1 };
	int64_t axis = 0;

	if (sqz_onnx_int(ctx, "axis", &axis) || check_axis(ctx, axis, 1))
		return -1;
	for (size_t i = 0; i < ctx->node->n_input; i++) {
		if (read_list(ctx, i, "shape", &part))
			return -1;
		if (part.rank != 1 ||
		    all.count + part.count > SQZ_ONNX_MAX_INTEGERS)
			return sqz_onnx_fail(ctx, "of constants only short "
						  "lists can be joined");
		memcpy(all.values + all.count, part.values,
		       part.count * sizeof(*part.values));
		all.count += part.count;
	}
	all.dims[0] = all.count;
	return sqz_onnx_output_integers(ctx, &all);
}

/* Zeros: other values are not needed for anything here. */
int sqz_onnx_constant_of_shape(struct sqz_onnx *ctx)
{
	const Onnx__AttributeProto *attribute =
	    sqz_onnx_attribute(ctx, "value");
	const Onnx__TensorProto *value = attribute ? attribute->t : NULL;
	struct sqz_onnx_integers shape, out = { .rank = 1 };
	int64_t zero = 0;

	if (read_list(ctx, 0, "shape", &shape))
		return -1;
	if (!value ||
	    value->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__INT64 ||
	    value->n_dims > 1 ||
	    (value->has_raw_data && (value->raw_data.len != 8 ||
				     memcmp(value->raw_data.data, &zero, 8))) ||
	    (!value->has_raw_data &&
	     (value->n_int64_data != 1 || value->int64_data[0])))
		return sqz_onnx_fail(ctx, "only integers 0 are supported");
	if (shape.count != 1 || shape.values[0] < 1 ||
	    shape.values[0] > SQZ_ONNX_MAX_INTEGERS)
		return sqz_onnx_fail(ctx, "only a short list is supported");
	out.count = out.dims[0] = (size_t)shape.values[0];
	return sqz_onnx_output_integers(ctx, &out);
}

/* To a list or a matrix; one dimension may be left open. */
int sqz_onnx_reshape_constant(struct sqz_onnx *ctx)
{
	struct sqz_onnx_integers in, target;
	size_t known = 1, open = 0;

	if (read_integers(ctx, 0, "value", &in) ||
	    read_list(ctx, 1, "shape", &target))
		return -1;
	bool good = target.count >= 1 && target.count <= 2;
	for (size_t i = 0; good && i < target.count; i++) {
		int64_t dim = target.values[i];

		good = dim == -1 || (dim >= 1 && dim <= SQZ_ONNX_MAX_INTEGERS);
		open += dim == -1;
		known *= dim == -1 ? 1 : (size_t)dim;
	}
	if (!good || open > 1 || in.count % known ||
	    (!open && in.count != known))
		return sqz_onnx_fail(
		    ctx, "%zu constants cannot take this shape", in.count);
	in.rank = target.count;
	for (size_t i = 0; i < in.rank; i++)
		in.dims[i] = target.values[i] == -1 ? in.count / known
						    : (size_t)target.values[i];
	return sqz_onnx_output_integers(ctx, &in);
}

/* A bound as ONNX means it: from the end if negative, then limited. */
static int64_t limited(int64_t bound, int64_t size, bool backwards)
{
	if (bound < 0)
		bound = bound < -size ? -1 : bound + size;
	if (bound < (backwards ? -1 : 0))
		return backwards ? -1 : 0;
	return bound > size - backwards ? size - backwards : bound;
}

/* One of the inputs starts, ends, axes, steps: a single number. */
static int read_number(struct sqz_onnx *ctx, size_t index, const char *role,
		       int64_t *number)
{
	size_t count;

	if (!sqz_onnx_has_input(ctx, index))
		return 0;
	return sqz_onnx_integers(ctx, index, role, 1, number, &count);
}

int sqz_onnx_slice(struct sqz_onnx *ctx)
{
	struct sqz_onnx_integers in, out;
	int64_t start = 0, end = 0, axis = 0, step = 1;

	if (read_integers(ctx, 0, "value", &in) ||
	    read_number(ctx, 1, "starts", &start) ||
	    read_number(ctx, 2, "ends", &end) ||
	    read_number(ctx, 3, "axes", &axis) ||
	    read_number(ctx, 4, "steps", &step) ||
	    check_axis(ctx, axis, in.rank))
		return -1;
	if (in.rank == 0 || (step != 1 && step != -1))
		return sqz_onnx_fail(ctx, "only steps of 1 and -1 are "
					  "supported");
	int64_t size = (int64_t)in.dims[0];
	size_t row = in.count / in.dims[0];
	out = in;
	out.count = out.dims[0] = 0;
	end = limited(end, size, step < 0);
	for (int64_t i = limited(start, size, step < 0);
	     step > 0 ? i < end : i > end; i += step) {
		memcpy(out.values + out.count, in.values + (size_t)i * row,
		       row * sizeof(*in.values));
		out.count += row;
		out.dims[0]++;
	}
	if (!out.count)
		return sqz_onnx_fail(ctx, "leaves no elements");
	return sqz_onnx_output_integers(ctx, &out);
}

int sqz_onnx_transpose_integers(struct sqz_onnx *ctx)
{
	struct sqz_onnx_integers in, out;

	if (read_integers(ctx, 0, "value", &in))
		return -1;
	if (in.rank != 2)
		return sqz_onnx_fail(ctx, "only a matrix can be transposed");
	out = in;
	out.dims[0] = in.dims[1];
	out.dims[1] = in.dims[0];
	for (size_t i = 0; i < in.count; i++)
		out.values[i % in.dims[1] * in.dims[0] + i / in.dims[1]] =
		    in.values[i];
	return sqz_onnx_output_integers(ctx, &out);
}
