/* One layer of one image. */
#include "kernels.h"

#include <string.h>

/* ---- MVM ---- */

/* Widens the input and puts z_in around it. */
static void fill_map(const struct ref_layer *layer, const uint8_t *input,
		     int16_t *map)
{
	const struct ref_tensor *in = &layer->in;
	size_t row = (size_t)layer->map_width * in->channels;
	size_t left = (size_t)layer->info.pad_left * in->channels;
	size_t inner = (size_t)in->width * in->channels;

	for (uint32_t y = 0; y < layer->map_height; y++, map += row) {
		/* Rows above the input wrap to large numbers. */
		uint32_t from = y - layer->info.pad_top;
		bool outside = from >= in->height;
		size_t begin = outside ? row : left;

		for (size_t i = 0; i < begin; i++)
			map[i] = (int16_t)layer->info.z_in;
		if (outside)
			continue;
		ref_widen(input + from * inner, (uint32_t)inner, map + left);
		for (size_t i = left + inner; i < row; i++)
			map[i] = (int16_t)layer->info.z_in;
	}
}

/* First value of position p's window in the map. */
static const int16_t *window_at(const struct ref_layer *layer,
				const int16_t *map, uint32_t p)
{
	size_t y = (size_t)(p / layer->out.width) * layer->info.stride_y;
	size_t x = (size_t)(p % layer->out.width) * layer->info.stride_x;

	return map + (y * layer->map_width + x) * layer->in.channels;
}

/* Sums of up to REF_POSITIONS windows, bias included: [position][channel]. */
static void multiply_block(const struct ref_layer *layer,
			   const int16_t *const *windows, uint32_t count,
			   uint32_t group, uint32_t block, int32_t *sums)
{
	uint32_t channels = layer->out.channels;
	uint32_t outputs = channels / layer->info.groups;
	uint32_t skip = group * (layer->in.channels / layer->info.groups);
	uint32_t first = group * outputs + block * SQZ_REF_LANES;
	uint32_t left = outputs - block * SQZ_REF_LANES;
	size_t pairs =
	    ((size_t)group * layer->group_blocks + block) * layer->pair_count;
	const int16_t *packed = layer->packed + pairs * SQZ_REF_LANES * 2;
	int32_t lanes[REF_POSITIONS * SQZ_REF_LANES];
	const int16_t *shifted[REF_POSITIONS];

	for (uint32_t p = 0; p < count; p++)
		shifted[p] = windows[p] + skip;
	if (count == REF_POSITIONS)
		ref_multiply(layer->segments, layer->segment_count, shifted,
			     packed, lanes);
	else
		for (uint32_t p = 0; p < count; p++)
			ref_multiply_one(layer->segments, layer->segment_count,
					 shifted[p], packed,
					 lanes + p * SQZ_REF_LANES);
	if (left > SQZ_REF_LANES)
		left = SQZ_REF_LANES;
	for (uint32_t p = 0; p < count; p++)
		for (uint32_t i = 0; i < left; i++)
			sums[(size_t)p * channels + first + i] =
			    lanes[p * SQZ_REF_LANES + i] +
			    layer->bias[first + i];
}

static void multiply_depthwise(const struct ref_layer *layer,
			       const int16_t *const *windows, uint32_t count,
			       int32_t *sums)
{
	uint32_t channels = layer->out.channels;

	for (uint32_t p = 0; p < count; p++, sums += channels) {
		const int16_t *weights = layer->packed;

		memcpy(sums, layer->bias, channels * sizeof(*sums));
		for (uint32_t s = 0; s < layer->segment_count; s++) {
			ref_accumulate(windows[p] + layer->segments[s].offset,
				       weights, channels, sums);
			weights += channels;
		}
	}
}

static void multiply_positions(const struct ref_layer *layer,
			       const int16_t *const *windows, uint32_t count,
			       int32_t *sums)
{
	if (layer->depthwise) {
		multiply_depthwise(layer, windows, count, sums);
		return;
	}
	for (uint32_t group = 0; group < layer->info.groups; group++)
		for (uint32_t b = 0; b < layer->group_blocks; b++)
			multiply_block(layer, windows, count, group, b, sums);
}

/* What drives the rows of the matrix at one window: row = channel * area +
 * tap. */
static void gather_rows(const struct ref_layer *layer, const int16_t *window,
			uint8_t *rows)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t channels = layer->in.channels;
	uint32_t area = info->kernel_h * info->kernel_w;

	for (uint32_t tap = 0; tap < area; tap++) {
		size_t y = (size_t)(tap / info->kernel_w) * info->dilation_y;
		size_t x = (size_t)(tap % info->kernel_w) * info->dilation_x;
		const int16_t *pixel =
		    window + (y * layer->map_width + x) * channels;

		for (uint32_t c = 0; c < channels; c++)
			rows[(size_t)c * area + tap] = (uint8_t)pixel[c];
	}
}

/* multiply_positions() with somebody else's product. */
static void ask_product(const struct ref_layer *layer,
			const struct ref_scratch *scratch,
			const int16_t *const *windows, uint32_t position,
			uint32_t count)
{
	const struct sqz_reference_product *product = scratch->product;
	uint32_t channels = layer->out.channels;

	for (uint32_t i = 0; i < count; i++)
		gather_rows(layer, windows[i],
			    scratch->rows + i * ref_matrix_rows(layer));
	product->multiply(product->context, scratch->layer, scratch->image,
			  position, count, scratch->rows, scratch->sums);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t c = 0; c < channels; c++)
			scratch->sums[(size_t)i * channels + c] +=
			    layer->bias[c];
}

/* Rounds the sums of one position into the output tensor. */
static void finish_position(const struct ref_layer *layer, uint32_t p,
			    const struct ref_scale *scale, const int32_t *sums,
			    void *output)
{
	uint32_t channels = layer->out.channels;
	struct ref_finish finish = { scale, layer->info.z_out, layer->info.low,
				     layer->info.high };

	if (layer->out.element_bytes == 4)
		ref_finish_words(sums, &finish, channels,
				 (int32_t *)output + (size_t)p * channels);
	else
		ref_finish_bytes(sums, &finish, channels,
				 (uint8_t *)output + (size_t)p * channels);
}

/* A window of the batch: windows are counted over all its images. */
static const int16_t *batch_window(const struct ref_layer *layer,
				   const struct ref_scratch *scratch,
				   uint32_t index)
{
	uint32_t positions = layer->out.height * layer->out.width;
	uint32_t image = index / positions;
	int16_t *map = scratch->maps + image * scratch->map_elements;

	/* Just before it is used. */
	if (index % positions == 0)
		fill_map(layer, ref_values(scratch, layer->info.input, image),
			 map);
	return window_at(layer, map, index % positions);
}

/* Adds the residual to a window's sums and rounds them into the output. */
static void finish_window(const struct ref_layer *layer,
			  const struct ref_scratch *scratch, uint32_t index,
			  int32_t *sums)
{
	uint32_t positions = layer->out.height * layer->out.width;
	uint32_t image = index / positions;
	uint32_t p = index % positions;

	if (layer->residual.mult) {
		const uint8_t *residual =
		    ref_values(scratch, layer->info.residual, image);

		ref_add_scaled(residual + (size_t)p * layer->out.channels,
			       layer->info.z_residual, &layer->residual,
			       layer->out.channels, sums);
	}
	finish_position(layer, p, &layer->scale, sums,
			ref_values(scratch, layer->info.output, image));
}

static void run_mvm(const struct ref_layer *layer, struct ref_scratch *scratch)
{
	uint32_t total = layer->out.height * layer->out.width * scratch->images;

	for (uint32_t first = 0; first < total; first += REF_POSITIONS) {
		const int16_t *windows[REF_POSITIONS];
		uint32_t count = total - first;

		if (count > REF_POSITIONS)
			count = REF_POSITIONS;
		for (uint32_t i = 0; i < count; i++)
			windows[i] = batch_window(layer, scratch, first + i);
		if (scratch->product)
			ask_product(layer, scratch, windows, first, count);
		else
			multiply_positions(layer, windows, count,
					   scratch->sums);
		for (uint32_t i = 0; i < count; i++)
			finish_window(layer, scratch, first + i,
				      scratch->sums +
					  (size_t)i * layer->out.channels);
	}
}

/* ---- pooling ---- */

/* Combines the window's pixels into the scratch; returns how many lie inside
 * the input. */
static uint32_t gather_window(const struct ref_layer *layer, uint32_t p,
			      const uint8_t *input, int32_t *window)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t channels = layer->in.channels;
	int64_t top =
	    (int64_t)(p / layer->out.width) * info->stride_y - info->pad_top;
	int64_t left =
	    (int64_t)(p % layer->out.width) * info->stride_x - info->pad_left;
	uint32_t pixels = 0;

	memset(window, 0, channels * sizeof(*window));
	for (uint32_t k = 0; k < info->kernel_h * info->kernel_w; k++) {
		int64_t y =
		    top + (int64_t)(k / info->kernel_w) * info->dilation_y;
		int64_t x =
		    left + (int64_t)(k % info->kernel_w) * info->dilation_x;

		if (y < 0 || y >= layer->in.height || x < 0 ||
		    x >= layer->in.width)
			continue;
		const uint8_t *pixel =
		    input +
		    ((size_t)y * layer->in.width + (size_t)x) * channels;
		if (info->kind == SQZ_STEP_MAXPOOL)
			ref_max_bytes(pixel, channels, window);
		else
			ref_add_bytes(pixel, channels, window);
		pixels++;
	}
	return pixels;
}

static void clamp_channels(const struct ref_layer *layer, uint32_t channels,
			   const int32_t *window, uint8_t *out)
{
	for (uint32_t c = 0; c < channels; c++) {
		int32_t value = window[c];

		if (value < layer->info.low)
			value = layer->info.low;
		if (value > layer->info.high)
			value = layer->info.high;
		out[c] = (uint8_t)value;
	}
}

static int32_t round_average(int64_t sum, const struct ref_scale *scale,
			     uint32_t entry)
{
	/* Sums and multipliers of averages are never negative. */
	return (int32_t)((sum * scale->mult[entry] + scale->half[entry]) >>
			 scale->shift[entry]);
}

static void run_pool(const struct ref_layer *layer, struct ref_scratch *scratch,
		     uint32_t image)
{
	const struct sqz_reference_layer *info = &layer->info;
	uint32_t positions = layer->out.height * layer->out.width;
	uint32_t area = info->kernel_h * info->kernel_w;
	const uint8_t *in = ref_values(scratch, info->input, image);
	uint8_t *out = ref_values(scratch, info->output, image);

	for (uint32_t p = 0; p < positions; p++, out += layer->out.channels) {
		uint32_t pixels = gather_window(layer, p, in, scratch->window);

		if (info->kind == SQZ_STEP_AVGPOOL) {
			bool table = info->average_count > 1;
			int64_t padding =
			    table ? 0 : (int64_t)(area - pixels) * info->z_in;

			for (uint32_t c = 0; c < layer->out.channels; c++)
				scratch->window[c] = round_average(
				    scratch->window[c] + padding,
				    &layer->average, table ? pixels - 1 : 0);
		}
		clamp_channels(layer, layer->out.channels, scratch->window,
			       out);
	}
}

/* ---- addition ---- */

static void run_add(const struct ref_layer *layer, struct ref_scratch *scratch,
		    uint32_t image)
{
	const struct sqz_reference_layer *info = &layer->info;
	const uint8_t *a = ref_values(scratch, info->input, image);
	const uint8_t *b = ref_values(scratch, info->residual, image);
	uint8_t *out = ref_values(scratch, info->output, image);
	uint32_t channels = layer->out.channels;
	uint32_t positions = layer->out.height * layer->out.width;

	for (uint32_t p = 0; p < positions; p++) {
		size_t at = (size_t)p * channels;

		for (uint32_t c = 0; c < channels; c++)
			scratch->window[c] = info->z_out;
		ref_add_scaled(a + at, info->z_in, &layer->scale, channels,
			       scratch->window);
		ref_add_scaled(b + at, info->z_residual, &layer->residual,
			       channels, scratch->window);
		clamp_channels(layer, channels, scratch->window, out + at);
	}
}

/* ---- copy ---- */

/* One pixel of the input, or z_in, into the layer's channels of the output. */
static void copy_pixel(const struct ref_layer *layer, const uint8_t *pixel,
		       int32_t *window, uint8_t *out)
{
	const struct sqz_reference_layer *info = &layer->info;

	for (uint32_t c = 0; c < layer->in.channels; c++)
		window[c] = info->z_out;
	if (pixel)
		ref_add_scaled(pixel, info->z_in, &layer->scale,
			       layer->in.channels, window);
	clamp_channels(layer, layer->in.channels, window, out);
}

static void run_copy(const struct ref_layer *layer, struct ref_scratch *scratch,
		     uint32_t image)
{
	const struct sqz_reference_layer *info = &layer->info;
	const uint8_t *in = ref_values(scratch, info->input, image);
	uint8_t *out = ref_values(scratch, info->output, image);
	uint32_t positions = layer->out.height * layer->out.width;

	out += info->first_channel;
	for (uint32_t p = 0; p < positions; p++, out += layer->out.channels) {
		/* Places before the input wrap to large numbers. */
		uint32_t y = p / layer->out.width - info->pad_top;
		uint32_t x = p % layer->out.width - info->pad_left;
		bool inside = y < layer->in.height && x < layer->in.width;
		size_t pixel = (size_t)y * layer->in.width + x;

		copy_pixel(layer,
			   inside ? in + pixel * layer->in.channels : NULL,
			   scratch->window, out);
	}
}

void ref_layer_run(const struct ref_layer *layer, struct ref_scratch *scratch)
{
	if (layer->info.kind == SQZ_STEP_MVM) {
		run_mvm(layer, scratch);
		return;
	}
	for (uint32_t image = 0; image < scratch->images; image++) {
		if (layer->info.kind == SQZ_STEP_ADD)
			run_add(layer, scratch, image);
		else if (layer->info.kind == SQZ_STEP_COPY)
			run_copy(layer, scratch, image);
		else
			run_pool(layer, scratch, image);
	}
}
