#include "onnx_sliding.h"

enum auto_pad { PAD_NOTSET, PAD_SAME_UPPER, PAD_SAME_LOWER, PAD_VALID };

int sqz_onnx_read_list(struct sqz_onnx *ctx, const char *name, size_t count,
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

static int read_pads(struct sqz_onnx *ctx, struct sqz_onnx_sliding *sliding)
{
	static const char *const choices[] = { "NOTSET", "SAME_UPPER",
					       "SAME_LOWER", "VALID", NULL };
	int64_t pads[4] = { 0 };

	sliding->auto_pad = PAD_NOTSET;
	if (sqz_onnx_choice(ctx, "auto_pad", choices, &sliding->auto_pad) ||
	    sqz_onnx_read_list(ctx, "pads", 4, 0, pads))
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

int sqz_onnx_read_sliding(struct sqz_onnx *ctx, const struct sqz_shape *input,
			  const int64_t kernel[2],
			  struct sqz_onnx_sliding *sliding)
{
	int64_t sizes[2] = { kernel[0], kernel[1] };
	int64_t strides[2] = { 1, 1 };
	int64_t dilations[2] = { 1, 1 };

	*sliding = (struct sqz_onnx_sliding){ 0 };
	if (sqz_onnx_read_list(ctx, "kernel_shape", 2, 1, sizes) ||
	    sqz_onnx_read_list(ctx, "strides", 2, 1, strides) ||
	    sqz_onnx_read_list(ctx, "dilations", 2, 1, dilations) ||
	    sqz_onnx_int(ctx, "ceil_mode", &sliding->ceil_mode) ||
	    read_pads(ctx, sliding))
		return -1;
	for (int i = 0; i < 2; i++) {
		struct sqz_onnx_axis *axis = &sliding->axes[i];

		axis->in = i ? input->width : input->height;
		axis->kernel = sizes[i];
		axis->stride = strides[i];
		axis->dilation = dilations[i];
	}
	return 0;
}

static int64_t extent(const struct sqz_onnx_axis *axis)
{
	return (axis->kernel - 1) * axis->dilation + 1;
}

/* SAME: as many outputs as strides begin inside the image. */
static void pad_same(struct sqz_onnx_axis *axis, bool more_at_end)
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
static void pad_ceil(struct sqz_onnx_axis *axis)
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

static int finish_axis(struct sqz_onnx *ctx,
		       const struct sqz_onnx_sliding *sliding,
		       struct sqz_onnx_axis *axis)
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

/* The image with its padding must be a tensor of a sensible size too. */
static int check_padded(struct sqz_onnx *ctx, const struct sqz_shape *input,
			const struct sqz_onnx_sliding *sliding)
{
	const struct sqz_onnx_axis *h = &sliding->axes[0];
	const struct sqz_onnx_axis *w = &sliding->axes[1];
	struct sqz_shape padded;

	return sqz_onnx_shape(ctx, input->channels,
			      h->pad_begin + h->in + h->pad_end,
			      w->pad_begin + w->in + w->pad_end, 3, &padded);
}

int sqz_onnx_finish_sliding(struct sqz_onnx *ctx, const struct sqz_shape *input,
			    struct sqz_onnx_sliding *sliding)
{
	if (finish_axis(ctx, sliding, &sliding->axes[0]) ||
	    finish_axis(ctx, sliding, &sliding->axes[1]))
		return -1;
	return check_padded(ctx, input, sliding);
}

struct sqz_window sqz_onnx_window(const struct sqz_onnx_sliding *sliding)
{
	const struct sqz_onnx_axis *h = &sliding->axes[0];
	const struct sqz_onnx_axis *w = &sliding->axes[1];

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
