#include "analog.h"

#include "analog_kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows that go through a block together. */
#define BATCH 8

struct block {
	uint32_t row0, rows, col0, cols;
	const uint8_t *shifts; /* of each row, or NULL */
	uint32_t arrays;
	uint8_t planes[2 * SQZ_MAX_PLANES + 1];
	bool negative[2 * SQZ_MAX_PLANES + 1];
	uint32_t row_bytes;
	void *cells; /* [row][array][column], bytes or uint16 */
};

struct layer {
	struct block *blocks;
	uint32_t block_count;
	uint32_t rows, columns; /* of the matrix, over all groups */
};

struct sqz_analog {
	struct sqz_analog_options options;
	struct layer *layers;
	uint32_t layer_count;
};

unsigned sqz_analog_lossless_bits(uint32_t rows)
{
	unsigned bits = 1;

	while (rows >> bits)
		bits++;
	return bits;
}

/* ---- random numbers ---- */

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* Twelve uniform 16-bit numbers: mean 12 x 32767.5, sigma 65536. */
static double normal(uint64_t key)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < 3; i++) {
		uint64_t draw = mix(key + i);

		for (unsigned k = 0; k < 64; k += 16)
			sum += (int64_t)(draw >> k & 0xffff);
	}
	return ((double)sum - 12 * 32767.5) / 65536;
}

/* ---- programming ---- */

static bool ideal(const struct sqz_analog_options *options)
{
	return options->variation == 0 && options->read_noise == 0;
}

/* Counts of up to 255 rows fit bytes. */
static bool in_bytes(const struct sqz_analog_options *options,
		     const struct block *block)
{
	return ideal(options) && block->rows <= 255;
}

/* Sums of all rows, at up to 2 units each, fit 16 bits. */
static int unit_shift(uint32_t rows)
{
	int shift = 7;

	while (rows > 128u << (7 - shift))
		shift--;
	return shift;
}

static uint16_t conductance(const struct sqz_analog_options *options,
			    uint32_t rows, uint64_t key)
{
	double unit = 1 << unit_shift(rows);
	double value = unit;

	if (options->variation > 0)
		value *= 1 + options->variation * normal(key);
	return (uint16_t)lround(fmin(fmax(value, 0), 2 * unit - 1));
}

static void fill_array(const struct sqz_analog_options *options,
		       const struct sqz_plane *plane, uint32_t array,
		       uint64_t key, struct block *block)
{
	uint32_t words = (block->rows + 63) / 64;
	uint8_t *row = block->cells;

	for (uint32_t r = 0; r < block->rows; r++, row += block->row_bytes)
		for (uint32_t c = 0; c < block->cols; c++) {
			uint32_t lane = array * block->cols + c;
			uint64_t word = plane->bits[c * words + r / 64];

			if (!(word >> (r % 64) & 1))
				continue;
			if (in_bytes(options, block))
				row[lane] = 1;
			else
				((uint16_t *)row)[lane] = conductance(
				    options, block->rows,
				    mix(key ^ ((uint64_t)r << 32 | lane)));
		}
}

static int fill_block(const struct sqz_analog_options *options,
		      const struct sqz_planes *planes, uint64_t key,
		      struct block *block, struct sqz_error *err)
{
	size_t lanes = (size_t)planes->count * block->cols;
	size_t bytes = lanes * (in_bytes(options, block) ? 1 : 2);

	bytes =
	    (bytes + SQZ_ANALOG_SPAN - 1) / SQZ_ANALOG_SPAN * SQZ_ANALOG_SPAN;
	block->arrays = planes->count;
	block->row_bytes = (uint32_t)bytes;
	if (bytes == 0)
		return 0;
	block->cells = aligned_alloc(64, bytes * block->rows);
	if (!block->cells)
		return sqz_fail(err, "out of memory for crossbars");
	memset(block->cells, 0, bytes * block->rows);
	for (uint32_t a = 0; a < planes->count; a++) {
		block->planes[a] = planes->planes[a].plane;
		block->negative[a] = planes->planes[a].negative;
		fill_array(options, &planes->planes[a], a, key, block);
	}
	return 0;
}

static int program_block(const struct sqz_analog_options *options,
			 const struct sqz_weight_block *from, uint64_t key,
			 struct block *block, struct sqz_error *err)
{
	struct sqz_planes planes;

	if (from->rows > SQZ_ANALOG_MAX_ROWS || from->cell_bits > 1)
		return sqz_fail(err,
				"crossbars of %u rows with cells of %u bits: "
				"at most %d rows and 1 bit",
				from->rows, from->cell_bits,
				SQZ_ANALOG_MAX_ROWS);
	*block = (struct block){ .row0 = from->row0,
				 .rows = from->rows,
				 .col0 = from->col0,
				 .cols = from->cols };
	uint8_t *shifts = malloc(from->rows);
	if (!shifts)
		return sqz_fail(err, "out of memory for crossbars");
	block->shifts = memcpy(shifts, from->shifts, from->rows);
	if (sqz_block_planes(from, options->sign, &planes, err))
		return -1;
	int result = fill_block(options, &planes, key, block, err);
	sqz_planes_free(&planes);
	return result;
}

static int program_layer(const struct sqz_analog_options *options,
			 const struct sqz_quantized *quantized, uint32_t index,
			 struct layer *layer, struct sqz_error *err)
{
	const struct sqz_qlayer *from = &quantized->net.layers[index];
	const struct sqz_blocks *blocks = &quantized->blocks[index];

	if (from->kind != SQZ_STEP_MVM)
		return 0;
	layer->rows =
	    sqz_qlayer_group_rows(&quantized->net, from) * from->groups;
	layer->columns = sqz_qlayer_out_channels(&quantized->net, from);
	layer->blocks = calloc(blocks->count, sizeof(*layer->blocks));
	if (!layer->blocks)
		return sqz_fail(err, "out of memory for crossbars");
	layer->block_count = blocks->count;
	for (uint32_t b = 0; b < blocks->count; b++) {
		uint64_t key =
		    mix(mix(options->seed) + ((uint64_t)index << 32 | b));

		if (program_block(options, &blocks->blocks[b], key,
				  &layer->blocks[b], err))
			return -1;
	}
	return 0;
}

struct sqz_analog *sqz_analog_make(const struct sqz_quantized *quantized,
				   const struct sqz_analog_options *options,
				   struct sqz_error *err)
{
	struct sqz_analog *analog = calloc(1, sizeof(*analog));
	uint32_t count = quantized->net.layer_count;

	if (analog)
		analog->layers = calloc(count, sizeof(*analog->layers));
	if (!analog || !analog->layers) {
		sqz_analog_free(analog);
		sqz_fail(err, "out of memory for crossbars");
		return NULL;
	}
	analog->options = *options;
	analog->layer_count = count;
	for (uint32_t i = 0; i < count; i++)
		if (program_layer(options, quantized, i, &analog->layers[i],
				  err)) {
			sqz_analog_free(analog);
			return NULL;
		}
	return analog;
}

static void free_layer(struct layer *layer)
{
	for (uint32_t b = 0; b < layer->block_count; b++) {
		free((void *)layer->blocks[b].shifts);
		free(layer->blocks[b].cells);
	}
	free(layer->blocks);
}

void sqz_analog_free(struct sqz_analog *analog)
{
	if (!analog)
		return;
	for (uint32_t i = 0; i < analog->layer_count; i++)
		free_layer(&analog->layers[i]);
	free(analog->layers);
	free(analog);
}

/* ---- passes ---- */

/* What the lanes of a span, from lane `first` of the block on, add to the
 * columns. */
static void add_lanes(const struct block *block, uint32_t first, uint32_t count,
		      const int32_t *totals, int32_t *sums)
{
	uint32_t array = first / block->cols;
	uint32_t column = first % block->cols;

	for (; count && array < block->arrays; array++, column = 0) {
		uint32_t run = block->cols - column;
		uint32_t weight = 1u << block->planes[array];

		if (run > count)
			run = count;
		if (block->negative[array])
			weight = -weight;
		sqz_analog_add(totals, run, weight, sums + column);
		totals += run;
		count -= run;
	}
}

/* A block and up to BATCH windows. */
struct batch {
	const struct block *block;
	uint32_t count;
	struct sqz_analog_drive drives[BATCH];
	uint32_t streams[BATCH];
	int32_t *sums[BATCH]; /* of the block's first column */
};

static void pass_span(const struct batch *batch, bool bytes,
		      struct sqz_analog_pass *pass, uint32_t at)
{
	uint32_t lanes = bytes ? SQZ_ANALOG_SPAN : SQZ_ANALOG_SPAN / 2;
	uint32_t first = at / SQZ_ANALOG_SPAN * lanes;
	int32_t totals[SQZ_ANALOG_SPAN];

	for (uint32_t i = 0; i < batch->count; i++) {
		pass->stream = batch->streams[i];
		if (bytes)
			sqz_analog_counts(pass, &batch->drives[i], at, totals);
		else
			sqz_analog_currents(pass, &batch->drives[i], at,
					    totals);
		add_lanes(batch->block, first, lanes, totals, batch->sums[i]);
	}
}

/* Spans are the outer loop: the cells of one stay in the nearest cache. */
static void pass_batch(const struct sqz_analog_options *options,
		       const struct batch *batch)
{
	const struct block *block = batch->block;
	struct sqz_analog_pass pass = {
		.cells = block->cells,
		.row_bytes = block->row_bytes,
		.adc_max = (1 << options->adc_bits) - 1,
		.unit_shift = unit_shift(block->rows),
		.noise = (float)options->read_noise,
	};

	for (uint32_t at = 0; at < block->row_bytes; at += SQZ_ANALOG_SPAN)
		pass_span(batch, in_bytes(options, block), &pass, at);
}

void sqz_analog_multiply(void *context, uint32_t layer, size_t image,
			 uint32_t position, uint32_t count,
			 const uint8_t *inputs, int32_t *sums)
{
	const struct sqz_analog *analog = context;
	const struct layer *on = &analog->layers[layer];
	uint64_t key = mix(mix(analog->options.seed ^ mix(image)) + layer);
	struct batch batch;

	memset(sums, 0, (size_t)count * on->columns * sizeof(*sums));
	for (uint32_t b = 0; b < on->block_count; b++) {
		const struct block *block = &on->blocks[b];

		batch.block = block;
		batch.count = 0;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t k = batch.count++;

			sqz_analog_drive_rows(
			    inputs + (size_t)i * on->rows + block->row0,
			    block->shifts, block->rows, &batch.drives[k]);
			batch.streams[k] = (uint32_t)mix(
			    key ^ ((uint64_t)(position + i) << 32 | b));
			batch.sums[k] =
			    sums + (size_t)i * on->columns + block->col0;
			if (batch.count == BATCH || i + 1 == count) {
				pass_batch(&analog->options, &batch);
				batch.count = 0;
			}
		}
	}
}
