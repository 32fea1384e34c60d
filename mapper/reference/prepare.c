/* Weights in the order in which the kernels read them. */
#include "network.h"

#include <stdlib.h>

/* Channels of one group. */
static uint32_t group_inputs(const struct ref_layer *layer)
{
	return layer->in.channels / layer->info.groups;
}

/* Neighbouring pixels of a kernel row are one run where no other channels and
 * no dilation lie between them. */
static bool rows_are_runs(const struct ref_layer *layer)
{
	return layer->info.groups == 1 && layer->info.dilation_x == 1;
}

static int plan_segments(struct ref_layer *layer, struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	bool runs = rows_are_runs(layer);
	uint32_t per_row = runs ? 1 : info->kernel_w;
	uint32_t length = group_inputs(layer) * (runs ? info->kernel_w : 1);

	layer->segment_count = info->kernel_h * per_row;
	layer->segments =
	    calloc(layer->segment_count, sizeof(*layer->segments));
	if (!layer->segments)
		return sqz_fail(err, "reference: out of memory for windows");
	for (uint32_t i = 0; i < layer->segment_count; i++) {
		uint32_t ky = i / per_row, kx = i % per_row;

		layer->segments[i].offset =
		    (ky * info->dilation_y * layer->map_width +
		     kx * info->dilation_x) *
		    layer->in.channels;
		layer->segments[i].pairs = (length + 1) / 2;
		layer->pair_count += (length + 1) / 2;
	}
	return 0;
}

/* Place of (ky, kx, channel of the group) in the segments, counted in values
 * with each segment rounded up to pairs. */
static uint32_t place(const struct ref_layer *layer, uint32_t ky, uint32_t kx,
		      uint32_t c)
{
	uint32_t padded = layer->segments[0].pairs * 2;
	uint32_t channels = group_inputs(layer);

	if (rows_are_runs(layer))
		return ky * padded + kx * channels + c;
	return (ky * layer->info.kernel_w + kx) * padded + c;
}

static void pack_output(struct ref_layer *layer, const int16_t *weights,
			uint32_t n)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t area = info->kernel_h * info->kernel_w;
	uint32_t outputs = layer->out.channels / info->groups;
	uint32_t rows = group_inputs(layer) * area;
	size_t block = (size_t)n / outputs * layer->group_blocks +
		       n % outputs / SQZ_REF_LANES;
	uint32_t lane = n % outputs % SQZ_REF_LANES;
	int16_t *packed =
	    layer->packed + block * layer->pair_count * SQZ_REF_LANES * 2;

	for (uint32_t k = 0; k < rows; k++) {
		uint32_t at = place(layer, k % area / info->kernel_w,
				    k % info->kernel_w, k / area);

		packed[((size_t)(at / 2) * SQZ_REF_LANES + lane) * 2 + at % 2] =
		    weights[(size_t)n * rows + k];
	}
}

static int pack_depthwise(struct ref_layer *layer, const int16_t *weights,
			  struct sqz_error *err)
{
	uint32_t area = layer->info.kernel_h * layer->info.kernel_w;
	uint32_t channels = layer->out.channels;

	layer->packed =
	    malloc((size_t)area * channels * sizeof(*layer->packed));
	if (!layer->packed)
		return sqz_fail(err, "reference: out of memory for weights");
	for (uint32_t c = 0; c < channels; c++)
		for (uint32_t tap = 0; tap < area; tap++)
			layer->packed[(size_t)tap * channels + c] =
			    weights[(size_t)c * area + tap];
	return 0;
}

int ref_layer_prepare(struct ref_layer *layer, const int16_t *weights,
		      struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t outputs = layer->out.channels / info->groups;

	layer->depthwise =
	    group_inputs(layer) == 1 && outputs == 1 && info->groups > 1;
	if (plan_segments(layer, err))
		return -1;
	if (layer->depthwise)
		return pack_depthwise(layer, weights, err);
	layer->group_blocks = (outputs + SQZ_REF_LANES - 1) / SQZ_REF_LANES;
	layer->packed = calloc((size_t)info->groups * layer->group_blocks *
				   layer->pair_count,
			       SQZ_REF_LANES * 2 * sizeof(*layer->packed));
	if (!layer->packed)
		return sqz_fail(err, "reference: out of memory for weights");
	for (uint32_t n = 0; n < layer->out.channels; n++)
		pack_output(layer, weights, n);
	return 0;
}
