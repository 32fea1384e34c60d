/* A layer's weights, biases and multipliers. */
#include "section.h"

#include <stdlib.h>
#include <string.h>

static void scale_free(struct ref_scale *scale)
{
	free(scale->mult);
	free(scale->shift);
	free(scale->half);
}

static int read_scale(const struct ref_section *section,
		      const struct ref_layer *layer, uint64_t offset,
		      uint32_t count, struct ref_scale *scale,
		      struct sqz_error *err)
{
	if (!ref_inside(section, offset, count, sizeof(struct sqz_scale)))
		return ref_bad_layer(layer,
				     "its multipliers lie outside the "
				     "section",
				     err);
	scale->mult = calloc(count, sizeof(*scale->mult));
	scale->shift = calloc(count, sizeof(*scale->shift));
	scale->half = calloc(count, sizeof(*scale->half));
	if (!scale->mult || !scale->shift || !scale->half)
		return ref_bad_layer(layer, "out of memory", err);
	for (uint32_t i = 0; i < count; i++) {
		struct sqz_scale from;

		memcpy(&from, section->data + offset + i * sizeof(from),
		       sizeof(from));
		if (from.mult > INT32_MAX || from.shift > 62)
			return ref_bad_layer(
			    layer, "a multiplier is out of range", err);
		scale->mult[i] = (int32_t)from.mult;
		scale->shift[i] = from.shift;
		scale->half[i] =
		    from.shift ? (int64_t)1 << (from.shift - 1) : 0;
	}
	return 0;
}

/* Bounds of the accumulator with every input at 255. */
static bool accumulator_fits(const struct ref_layer *layer,
			     const int16_t *weights, size_t rows, uint32_t c)
{
	int64_t low = 0, high = 0;

	for (size_t r = 0; r < rows; r++) {
		int64_t term = (int64_t)weights[c * rows + r] * 255;

		low += term < 0 ? term : 0;
		high += term > 0 ? term : 0;
	}
	low += layer->bias[c] < 0 ? layer->bias[c] : 0;
	high += layer->bias[c] > 0 ? layer->bias[c] : 0;
	if (layer->residual.mult) {
		int64_t most = (255 * (int64_t)layer->residual.mult[c] >>
				layer->residual.shift[c]) +
			       1;

		low -= most;
		high += most;
	}
	return low >= INT32_MIN && high <= INT32_MAX;
}

static int read_weights(const struct ref_section *section,
			struct ref_layer *layer, struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t channels = layer->out.channels;
	uint64_t rows = (uint64_t)layer->in.channels / info->groups *
			info->kernel_h * info->kernel_w;

	if (!ref_inside(section, info->bias_offset, channels,
			sizeof(int32_t)) ||
	    rows > section->bytes ||
	    !ref_inside(section, info->weights_offset, rows * channels,
			sizeof(int16_t)))
		return ref_bad_layer(
		    layer, "its weights lie outside the section", err);
	layer->bias = malloc(channels * sizeof(*layer->bias));
	int16_t *weights = malloc(rows * channels * sizeof(*weights));
	int result = -1;
	if (layer->bias && weights) {
		memcpy(layer->bias, section->data + info->bias_offset,
		       channels * sizeof(*layer->bias));
		memcpy(weights, section->data + info->weights_offset,
		       rows * channels * sizeof(*weights));
		result = 0;
		for (uint32_t c = 0; result == 0 && c < channels; c++)
			if (!accumulator_fits(layer, weights, rows, c))
				result =
				    ref_bad_layer(layer,
						  "its accumulator may leave "
						  "int32",
						  err);
		if (result == 0)
			result = ref_layer_prepare(layer, weights, err);
	} else {
		ref_bad_layer(layer, "out of memory", err);
	}
	free(weights);
	return result;
}

int ref_read_arrays(const struct ref_section *section, struct ref_layer *layer,
		    struct sqz_error *err)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t channels = layer->out.channels;
	bool mvm = info->kind == SQZ_STEP_MVM;

	if (info->kind == SQZ_STEP_COPY)
		return read_scale(section, layer, info->scale_offset,
				  layer->in.channels, &layer->scale, err);
	if ((mvm || info->kind == SQZ_STEP_ADD) &&
	    read_scale(section, layer, info->scale_offset, channels,
		       &layer->scale, err))
		return -1;
	if (info->residual != SQZ_NO_TENSOR &&
	    read_scale(section, layer, info->residual_offset, channels,
		       &layer->residual, err))
		return -1;
	if (info->kind == SQZ_STEP_AVGPOOL &&
	    read_scale(section, layer, info->average_offset,
		       info->average_count, &layer->average, err))
		return -1;
	return mvm ? read_weights(section, layer, err) : 0;
}

void ref_arrays_free(struct ref_layer *layer)
{
	scale_free(&layer->scale);
	scale_free(&layer->residual);
	scale_free(&layer->average);
	free(layer->bias);
	free(layer->segments);
	free(layer->packed);
}
