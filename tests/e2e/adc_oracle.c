/*
 * adc_oracle IMAGE.sqz ADC_BITS PICTURES.gz FIRST COUNT
 *
 * Runs an image's programmed cells one by one, as docs/arithmetic.md has it:
 * for each input cycle, array, bit line the driven cells are counted, the count
 * goes through an ADC that clamps, and what it returns is weighted and added
 * up. Slow and simple on purpose; shares the file's layout with the chip and no
 * line of its arithmetic.
 *
 * Prints a line for each picture (number, top-1, logits), as `sqz run --logits`
 * does, then "saturations LAYER COUNT" for each layer. Knows MVM layers without
 * residual and max pooling: what LeNet-5 has.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sqz/image.h"

#define IDX_HEADER_BYTES 16

struct oracle {
	uint8_t *file;
	const uint8_t *sections[SQZ_SECTION_COUNT];
	const struct sqz_image_network *network;
	const struct sqz_image_tensor *tensors;
	const struct sqz_image_layer *layers;
	const struct sqz_image_step *steps;
	int64_t adc_max;
	int32_t **values;      /* by tensor, height x width x channels */
	uint64_t *saturations; /* by layer */
};

static void stop(const char *what)
{
	fprintf(stderr, "adc_oracle: %s\n", what);
	exit(1);
}

static void *reserve(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		stop("out of memory");
	return memory;
}

/* ---- the image ---- */

static uint8_t *read_whole(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file || fseek(file, 0, SEEK_END))
		stop("cannot read the image");
	const long size = ftell(file);
	uint8_t *data = reserve((size_t)size, 1);
	rewind(file);
	if (fread(data, 1, (size_t)size, file) != (size_t)size)
		stop("cannot read the image");
	fclose(file);
	return data;
}

static void open_image(struct oracle *o, const char *path)
{
	o->file = read_whole(path);
	const struct sqz_image_header *header = (const void *)o->file;
	const struct sqz_image_section *table = (const void *)(header + 1);

	for (uint32_t i = 0; i < header->section_count; i++)
		if (table[i].kind < SQZ_SECTION_COUNT)
			o->sections[table[i].kind] = o->file + table[i].offset;
	o->network = (const void *)o->sections[SQZ_SECTION_NETWORK];
	o->tensors = (const void *)o->sections[SQZ_SECTION_TENSORS];
	o->layers = (const void *)o->sections[SQZ_SECTION_LAYERS];
	o->steps = (const void *)o->sections[SQZ_SECTION_STEPS];
	o->saturations = reserve(o->network->layers, sizeof(uint64_t));
	o->values = reserve(o->network->tensors, sizeof(*o->values));
	for (uint32_t t = 0; t < o->network->tensors; t++)
		o->values[t] =
		    reserve((size_t)o->tensors[t].height * o->tensors[t].width *
				o->tensors[t].channels,
			    sizeof(int32_t));
}

static void close_image(struct oracle *o)
{
	for (uint32_t t = 0; t < o->network->tensors; t++)
		free(o->values[t]);
	free(o->values);
	free(o->saturations);
	free(o->file);
}

static const struct sqz_step_header *step_blob(const struct oracle *o,
					       uint32_t step)
{
	return (const void *)(o->sections[SQZ_SECTION_PROGRAM] +
			      o->steps[step].offset);
}

static const void *at(const struct sqz_step_header *h, uint32_t offset)
{
	return (const uint8_t *)h + offset;
}

/* ---- one position of a crossbar layer ---- */

/* What word line k of the layer's matrix is driven with at output (y, x). */
static int32_t window_value(const struct sqz_step_header *h,
			    const int32_t *input, uint32_t k, uint32_t y,
			    uint32_t x)
{
	const uint32_t kx = k % h->kernel_w;
	const uint32_t ky = k / h->kernel_w % h->kernel_h;
	const uint32_t channel = k / h->kernel_w / h->kernel_h;
	const int64_t row =
	    (int64_t)y * h->stride_y + (int64_t)ky * h->dilation_y - h->pad_top;
	const int64_t column = (int64_t)x * h->stride_x +
			       (int64_t)kx * h->dilation_x - h->pad_left;

	if (row < 0 || row >= h->in_h || column < 0 || column >= h->in_w)
		return h->z_in;
	return input[(row * h->in_w + column) * h->in_c + channel];
}

/* Level of a cell. */
static int64_t cell(const struct sqz_step_header *h, const struct sqz_block *b,
		    const struct sqz_array *a, uint32_t line, uint32_t row)
{
	const uint32_t words = (b->rows + 63) / 64;
	const uint64_t *bits = at(h, a->bits_offset);
	int64_t level = 0;

	for (uint32_t i = a->cell_bits; i-- > 0;)
		level = 2 * level +
			(bits[((size_t)line * a->cell_bits + i) * words +
			      row / 64] >>
			     (row % 64) &
			 1);
	return level;
}

static int64_t adc(struct oracle *o, const struct sqz_step_header *h,
		   int64_t sum)
{
	if (sum <= o->adc_max)
		return sum;
	o->saturations[h->layer]++;
	return o->adc_max;
}

#define UNIT_LINE UINT32_MAX /* a cell of level 1 in every row */

/* The sum of one bit line over all cycles, each through the ADC. */
static int64_t convert_line(struct oracle *o, const struct sqz_step_header *h,
			    const struct sqz_block *b,
			    const struct sqz_array *a, uint32_t line,
			    const int32_t *driven)
{
	const uint8_t *shifts =
	    b->shifts_offset ? at(h, b->shifts_offset) : NULL;
	int64_t result = 0;

	for (uint32_t t = 0; t < h->input_bits + b->max_shift; t++) {
		int64_t sum = 0;
		for (uint32_t i = 0; i < b->rows; i++) {
			const uint32_t late = shifts ? shifts[i] : 0;
			if (t < late || t - late >= h->input_bits)
				continue;
			if (driven[i] >> (t - late) & 1)
				sum += line == UNIT_LINE
					   ? 1
					   : cell(h, b, a, line, i);
		}
		result += adc(o, h, sum) * ((int64_t)1 << (t + a->plane));
	}
	return a->flags & SQZ_ARRAY_F_NEGATIVE ? -result : result;
}

static void add_array(struct oracle *o, const struct sqz_step_header *h,
		      const struct sqz_block *b, const struct sqz_array *a,
		      const int32_t *driven, int64_t *sums)
{
	int64_t offset = 0;

	if (a->destinations_offset)
		stop("arrays of a kind that is not known here");
	if (a->flags & SQZ_ARRAY_F_OFFSET)
		offset = convert_line(o, h, b, a, UNIT_LINE, driven) *
			 ((int64_t)1 << (a->cell_bits - 1));
	for (uint32_t c = 0; c < b->cols; c++)
		sums[c] += convert_line(o, h, b, a, c, driven) - offset;
}

static void add_block(struct oracle *o, const struct sqz_step_header *h,
		      const struct sqz_block *b, const int32_t *input,
		      uint32_t y, uint32_t x, int64_t *sums)
{
	const struct sqz_array *arrays = at(h, h->arrays_offset);
	const uint16_t *list =
	    b->row_list_offset ? at(h, b->row_list_offset) : NULL;
	int32_t *driven = reserve(b->rows, sizeof(*driven));

	for (uint32_t i = 0; i < b->rows; i++)
		driven[i] = window_value(
		    h, input, h->k0 + b->row0 + (list ? list[i] : i), y, x);
	for (uint32_t k = 0; k < b->arrays; k++)
		add_array(o, h, b, &arrays[b->first_array + k], driven,
			  sums + h->n0 + b->col0);
	free(driven);
}

/* value * mult / 2^shift, halves away from zero. */
static int64_t scaled(int64_t value, const struct sqz_scale *scale)
{
	const __int128 product = (__int128)value * scale->mult;
	const __int128 magnitude = product < 0 ? -product : product;
	const __int128 half =
	    scale->shift ? (__int128)1 << (scale->shift - 1) : 0;
	const int64_t rounded = (int64_t)((magnitude + half) >> scale->shift);

	return product < 0 ? -rounded : rounded;
}

static int32_t bounded(int64_t value, const struct sqz_step_header *h)
{
	if (value < h->low)
		return h->low;
	return value > h->high ? h->high : (int32_t)value;
}

static void finish_outputs(const struct sqz_step_header *h, const int64_t *sums,
			   int32_t *out)
{
	const int32_t *bias = at(h, h->bias_offset);
	const struct sqz_scale *scales = at(h, h->scale_offset);

	for (uint32_t n = h->n0; n < h->n1; n++)
		out[n] = bounded(h->z_out + scaled(sums[n] + bias[n - h->n0],
						   &scales[n - h->n0]),
				 h);
}

/* ---- layers ---- */

static void crossbar_position(struct oracle *o,
			      const struct sqz_image_layer *layer,
			      uint32_t position)
{
	const struct sqz_image_tensor *to = &o->tensors[layer->output];
	const uint32_t end = layer->first_participant + layer->participants;
	const uint32_t y = position / to->width, x = position % to->width;
	int32_t *out =
	    o->values[layer->output] + (size_t)position * to->channels;
	int64_t *sums = reserve(to->channels, sizeof(*sums));

	for (uint32_t s = layer->first_participant; s < end; s++) {
		const struct sqz_step_header *h = step_blob(o, s);
		const struct sqz_block *blocks = at(h, h->blocks_offset);
		for (uint32_t b = 0; b < h->block_count; b++)
			add_block(o, h, &blocks[b], o->values[layer->input], y,
				  x, sums);
	}
	for (uint32_t s = layer->first_participant; s < end; s++)
		if (step_blob(o, s)->flags & SQZ_STEP_F_REDUCER)
			finish_outputs(step_blob(o, s), sums, out);
	free(sums);
}

static void pool_position(const struct oracle *o,
			  const struct sqz_image_layer *layer,
			  const struct sqz_step_header *h, uint32_t position)
{
	const struct sqz_image_tensor *to = &o->tensors[layer->output];
	const int32_t *input = o->values[layer->input];
	int32_t *out =
	    o->values[layer->output] + (size_t)position * to->channels;
	const uint32_t area = h->kernel_h * h->kernel_w;

	/* LeNet-5's windows lie inside: padding must not win anyway. */
	if (h->pad_top || h->pad_left)
		stop("pooling with padding is not known here");
	for (uint32_t c = h->n0; c < h->n1; c++) {
		int32_t best = INT32_MIN;
		for (uint32_t k = 0; k < area; k++) {
			const int32_t v = window_value(h, input, c * area + k,
						       position / to->width,
						       position % to->width);
			best = v > best ? v : best;
		}
		out[c] = bounded(best, h);
	}
}

static void run_layer(struct oracle *o, const struct sqz_image_layer *layer)
{
	for (uint32_t p = 0; p < layer->positions; p++) {
		if (layer->kind == SQZ_STEP_MVM &&
		    layer->residual == SQZ_NO_TENSOR) {
			crossbar_position(o, layer, p);
			continue;
		}
		if (layer->kind != SQZ_STEP_MAXPOOL)
			stop("a layer of a kind that is not known here");
		for (uint32_t s = 0; s < layer->participants; s++)
			pool_position(
			    o, layer,
			    step_blob(o, layer->first_participant + s), p);
	}
}

/* ---- pictures ---- */

static void fill_input(const struct oracle *o, const uint8_t *picture)
{
	const struct sqz_image_input *in =
	    (const void *)o->sections[SQZ_SECTION_INPUT];
	const uint8_t *tables = (const uint8_t *)(in + 1);
	int32_t *to = o->values[o->network->input_tensor];
	const int64_t top = (in->height - in->raw_height) / 2;
	const int64_t left = (in->width - in->raw_width) / 2;

	for (int64_t y = 0; y < in->height; y++)
		for (int64_t x = 0; x < in->width; x++) {
			const int64_t ry = y - top, rx = x - left;
			uint8_t raw = 0;
			if (ry >= 0 && ry < in->raw_height && rx >= 0 &&
			    rx < in->raw_width)
				raw = picture[ry * in->raw_width + rx];
			for (uint32_t c = 0; c < in->channels; c++)
				*to++ = tables[c * 256 + raw];
		}
}

static void print_logits(const struct oracle *o, uint32_t picture)
{
	const int32_t *logits = o->values[o->network->output_tensor];
	uint32_t best = 0;

	for (uint32_t c = 1; c < o->network->classes; c++)
		if (logits[c] > logits[best])
			best = c;
	printf("%" PRIu32 " %" PRIu32, picture, best);
	for (uint32_t c = 0; c < o->network->classes; c++)
		printf(" %" PRId32, logits[c]);
	putchar('\n');
}

static void run_pictures(struct oracle *o, const char *path, uint32_t first,
			 uint32_t count)
{
	const struct sqz_image_input *in =
	    (const void *)o->sections[SQZ_SECTION_INPUT];
	const size_t size = (size_t)in->raw_height * in->raw_width;
	uint8_t *picture = reserve(size, 1);
	gzFile file = gzopen(path, "rb");

	if (!file || gzseek(file, (z_off_t)(IDX_HEADER_BYTES + first * size),
			    SEEK_SET) < 0)
		stop("cannot read the pictures");
	for (uint32_t i = 0; i < count; i++) {
		if (gzread(file, picture, (unsigned)size) != (int)size)
			stop("too few pictures");
		fill_input(o, picture);
		for (uint32_t l = 0; l < o->network->layers; l++)
			run_layer(o, &o->layers[l]);
		print_logits(o, first + i);
	}
	gzclose(file);
	free(picture);
}

int main(int argc, char **argv)
{
	struct oracle o = { 0 };

	if (argc != 6)
		stop("IMAGE.sqz ADC_BITS PICTURES.gz FIRST COUNT");
	open_image(&o, argv[1]);
	o.adc_max = ((int64_t)1 << strtoul(argv[2], NULL, 10)) - 1;
	run_pictures(&o, argv[3], (uint32_t)strtoul(argv[4], NULL, 10),
		     (uint32_t)strtoul(argv[5], NULL, 10));
	for (uint32_t l = 0; l < o.network->layers; l++)
		printf("saturations %" PRIu32 " %" PRIu64 "\n", l,
		       o.saturations[l]);
	close_image(&o);
	return 0;
}
