/* Is a layer's geometry safe to run? */
#include "section.h"

/* One axis: does every window of a pooling touch a pixel? */
static bool windows_touch(uint32_t in, uint32_t out, uint32_t kernel,
			  uint32_t stride, uint32_t dilation, uint32_t pad)
{
	for (uint32_t o = 0; o < out; o++) {
		int64_t first = (int64_t)o * stride - pad;
		int64_t skip =
		    first < 0 ? (-first + dilation - 1) / dilation : 0;

		if (skip >= kernel || first + skip * dilation >= in)
			return false;
	}
	return true;
}

/* Extent of the input that all windows of an axis cover, padding included. */
static uint64_t extent(uint32_t out, uint32_t kernel, uint32_t stride,
		       uint32_t dilation)
{
	return (uint64_t)(out - 1) * stride +
	       (uint64_t)(kernel - 1) * dilation + 1;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static int check_window(struct ref_layer *layer, struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	const uint32_t sizes[] = { info->kernel_h,   info->kernel_w,
				   info->stride_y,   info->stride_x,
				   info->dilation_y, info->dilation_x };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i] < 1 || sizes[i] > UINT16_MAX)
			return ref_bad_layer(layer, "bad window", err);
	if (info->pad_top > UINT16_MAX || info->pad_left > UINT16_MAX ||
	    (uint64_t)info->kernel_h * info->kernel_w > SQZ_REF_MAX_WINDOW)
		return ref_bad_layer(layer, "bad window", err);
	uint64_t height = extent(layer->out.height, info->kernel_h,
				 info->stride_y, info->dilation_y);
	uint64_t width = extent(layer->out.width, info->kernel_w,
				info->stride_x, info->dilation_x);
	height = larger(height, (uint64_t)info->pad_top + layer->in.height);
	width = larger(width, (uint64_t)info->pad_left + layer->in.width);
	if (height > SQZ_REF_MAX_MAP || width > SQZ_REF_MAX_MAP ||
	    height * width > SQZ_REF_MAX_MAP ||
	    height * width * layer->in.channels > SQZ_REF_MAX_MAP)
		return ref_bad_layer(layer, "its windows reach too far", err);
	layer->map_height = (uint32_t)height;
	layer->map_width = (uint32_t)width;
	return 0;
}

static int check_pool(struct ref_layer *layer, struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t area = info->kernel_h * info->kernel_w;
	bool average = info->kind == SQZ_STEP_AVGPOOL;

	if (layer->in.channels != layer->out.channels)
		return ref_bad_layer(layer, "a pooling changes the channels",
				     err);
	if (average && info->average_count != 1 && info->average_count != area)
		return ref_bad_layer(layer, "bad table of averages", err);
	if (average && info->average_count == 1)
		return 0; /* padding counts as z_in */
	if (!windows_touch(layer->in.height, layer->out.height, info->kernel_h,
			   info->stride_y, info->dilation_y, info->pad_top) ||
	    !windows_touch(layer->in.width, layer->out.width, info->kernel_w,
			   info->stride_x, info->dilation_x, info->pad_left))
		return ref_bad_layer(layer, "a window holds no pixel", err);
	return 0;
}

/* What a COPY does not read is padding. */
static int check_copy(const struct ref_layer *layer, struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;

	if (info->kernel_h != 1 || info->kernel_w != 1 || info->stride_y != 1 ||
	    info->stride_x != 1)
		return ref_bad_layer(layer, "a copy has a window", err);
	if ((uint64_t)info->pad_top + layer->in.height > layer->out.height ||
	    (uint64_t)info->pad_left + layer->in.width > layer->out.width)
		return ref_bad_layer(layer, "a copy leaves the output", err);
	return 0;
}

static int check_numbers(const struct ref_layer *layer, struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;

	if (info->low > info->high)
		return ref_bad_layer(layer, "its bounds are crossed", err);
	if (layer->out.element_bytes == 1 &&
	    (info->low < 0 || info->high > 255))
		return ref_bad_layer(layer, "its bounds leave uint8", err);
	if (info->z_in < 0 || info->z_in > 255 || info->z_residual < 0 ||
	    info->z_residual > 255)
		return ref_bad_layer(layer, "bad zero point", err);
	if (layer->out.element_bytes == 4 && info->kind != SQZ_STEP_MVM)
		return ref_bad_layer(layer, "only an MVM has int32 outputs",
				     err);
	return 0;
}

int ref_check_shape(struct ref_layer *layer, struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;

	if (check_numbers(layer, err) || check_window(layer, err))
		return -1;
	switch (info->kind) {
	case SQZ_STEP_MVM:
		if (info->groups < 1 || layer->in.channels % info->groups ||
		    layer->out.channels % info->groups)
			return ref_bad_layer(layer, "bad groups", err);
		return 0;
	case SQZ_STEP_MAXPOOL:
	case SQZ_STEP_AVGPOOL:
		return check_pool(layer, err);
	case SQZ_STEP_ADD:
		if (info->residual == SQZ_NO_TENSOR ||
		    layer->in.height != layer->out.height ||
		    layer->in.width != layer->out.width ||
		    layer->in.channels != layer->out.channels)
			return ref_bad_layer(
			    layer, "an addition changes the shape", err);
		return 0;
	case SQZ_STEP_COPY:
		return check_copy(layer, err);
	default:
		return ref_bad_layer(layer, "unknown kind", err);
	}
}
