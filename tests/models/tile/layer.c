#include "layer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

void layer_random_bytes(uint8_t *bytes, uint32_t count, uint64_t seed)
{
	for (uint32_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(next_random(&seed) >> 5);
}

uint32_t layer_rows(const struct layer *l)
{
	return l->in_c * l->kernel_h * l->kernel_w;
}

uint32_t layer_in_bytes(const struct layer *l)
{
	return l->in_h * l->in_w * l->in_c;
}

uint32_t layer_residual_bytes(const struct layer *l)
{
	return l->out_h * l->out_w * l->out_c;
}

uint32_t layer_out_bytes(const struct layer *l)
{
	return layer_residual_bytes(l) * l->out_bytes;
}

/* -- random layers -- */

static void random_weights(struct layer *l, uint32_t max_shift, uint64_t *state)
{
	uint32_t largest = (1 << LAYER_PLANES) - 1;

	for (uint32_t k = 0; k < layer_rows(l); k++) {
		l->shifts[k] = (uint8_t)(next_random(state) % (max_shift + 1));
		for (uint32_t c = 0; c < l->out_c; c++)
			l->weights[c][k] =
			    (int16_t)(next_random(state) % (2 * largest + 1)) -
			    (int16_t)largest;
	}
}

static void random_tables(struct layer *l, uint64_t *state)
{
	for (uint32_t c = 0; c < l->out_c; c++) {
		l->bias[c] = (int32_t)(next_random(state) % 20001) - 10000;
		l->scale[c].mult =
		    (uint32_t)(next_random(state) % 100000000) + 1000000000;
		l->scale[c].shift = l->kind == SQZ_STEP_MVM ? 42 : 31;
		l->residual_scale[c].mult =
		    (uint32_t)(next_random(state) % 1000000000) + 1000000000;
		l->residual_scale[c].shift = l->kind == SQZ_STEP_MVM ? 24 : 31;
	}
}

static void random_averages(struct layer *l)
{
	uint32_t area = (uint32_t)l->kernel_h * l->kernel_w;

	l->average_count = area;
	for (uint32_t i = 0; i < area && i < 256; i++) {
		l->average[i].mult = (uint32_t)((1u << 30) / (i + 1));
		l->average[i].shift = 30;
	}
}

static uint32_t out_size(uint32_t in, const struct layer_shape *s)
{
	return (in + 2 * s->pad - s->dilation * (s->kernel - 1u) - 1) /
		   s->stride +
	       1;
}

void layer_random(struct layer *l, uint16_t kind, const struct layer_shape *s,
		  uint32_t max_shift, uint64_t seed)
{
	memset(l, 0, sizeof(*l));
	l->kind = kind;
	l->in_h = s->in_h;
	l->in_w = s->in_w;
	l->in_c = s->in_c;
	l->out_c = s->out_c;
	l->kernel_h = l->kernel_w = s->kernel;
	l->stride_y = l->stride_x = s->stride;
	l->dilation_y = l->dilation_x = s->dilation;
	l->pad_top = l->pad_left = s->pad;
	l->out_h = out_size(s->in_h, s);
	l->out_w = out_size(s->in_w, s);
	l->z_in = 77;
	l->z_residual = 140;
	l->z_out = 100;
	l->high = 255;
	l->out_bytes = 1;
	l->residual = kind == SQZ_STEP_ADD;
	ck_assert_uint_le(l->out_c, LAYER_MAX_CHANNELS);
	if (kind == SQZ_STEP_MVM) {
		ck_assert_uint_le(layer_rows(l), LAYER_MAX_ROWS);
		random_weights(l, max_shift, &seed);
	}
	random_tables(l, &seed);
	random_averages(l);
}

/* -- what a layer must give -- */

/* floor division of the magnitude, so that halves go away from zero */
static int64_t half_away(int64_t value, uint32_t mult, uint32_t shift)
{
	__int128 product = (__int128)value * mult;
	__int128 unit = (__int128)1 << shift;
	__int128 magnitude = product < 0 ? -product : product;
	__int128 rounded = (2 * magnitude + unit) / (2 * unit);

	return (int64_t)(product < 0 ? -rounded : rounded);
}

/* The input under kernel element (ky, kx), or -1 in the padding. */
static int tap(const struct layer *l, const uint8_t *in, uint32_t p, int ky,
	       int kx, uint32_t c)
{
	int y =
	    (int)(p / l->out_w) * l->stride_y - l->pad_top + ky * l->dilation_y;
	int x = (int)(p % l->out_w) * l->stride_x - l->pad_left +
		kx * l->dilation_x;

	if (y < 0 || y >= (int)l->in_h || x < 0 || x >= (int)l->in_w)
		return -1;
	return in[((uint32_t)y * l->in_w + (uint32_t)x) * l->in_c + c];
}

static int64_t convolve(const struct layer *l, const uint8_t *in, uint32_t p,
			uint32_t n)
{
	int64_t sum = l->bias[n];
	uint32_t k = 0;

	for (uint32_t c = 0; c < l->in_c; c++)
		for (int ky = 0; ky < l->kernel_h; ky++)
			for (int kx = 0; kx < l->kernel_w; kx++, k++) {
				int x = tap(l, in, p, ky, kx, c);
				int w = l->weights[n][k] * (1 << l->shifts[k]);

				sum += (x < 0 ? l->z_in : x) * (int64_t)w;
			}
	return sum;
}

static int64_t pool(const struct layer *l, const uint8_t *in, uint32_t p,
		    uint32_t n)
{
	int64_t largest = 0, sum = 0;
	uint32_t inside = 0;

	for (int ky = 0; ky < l->kernel_h; ky++)
		for (int kx = 0; kx < l->kernel_w; kx++) {
			int x = tap(l, in, p, ky, kx, n);

			if (x < 0 && l->average_count == 1)
				sum += l->z_in;
			if (x < 0)
				continue;
			inside++;
			sum += x;
			largest = x > largest ? x : largest;
		}
	if (l->kind == SQZ_STEP_MAXPOOL)
		return largest;

	const struct sqz_scale *s =
	    &l->average[l->average_count == 1 ? 0 : inside - 1];

	return half_away(sum, s->mult, s->shift);
}

static int64_t output(const struct layer *l, const uint8_t *in,
		      const uint8_t *residual, uint32_t p, uint32_t n)
{
	int64_t r = 0, acc;

	if (l->residual)
		r = half_away(residual[p * l->out_c + n] - l->z_residual,
			      l->residual_scale[n].mult,
			      l->residual_scale[n].shift);
	if (l->kind == SQZ_STEP_MAXPOOL || l->kind == SQZ_STEP_AVGPOOL)
		return pool(l, in, p, n);
	if (l->kind == SQZ_STEP_ADD)
		return l->z_out + r +
		       half_away(in[p * l->in_c + n] - l->z_in,
				 l->scale[n].mult, l->scale[n].shift);
	if (l->kind == SQZ_STEP_COPY && n - l->first_channel >= l->in_c)
		return 0; /* another layer's */
	if (l->kind == SQZ_STEP_COPY) {
		int x = tap(l, in, p, 0, 0, n - l->first_channel);

		return l->z_out + half_away((x < 0 ? l->z_in : x) - l->z_in,
					    l->scale[n].mult,
					    l->scale[n].shift);
	}
	acc = convolve(l, in, p, n) + r;
	return l->z_out + half_away(acc, l->scale[n].mult, l->scale[n].shift);
}

void layer_reference(const struct layer *l, const uint8_t *in,
		     const uint8_t *residual, uint8_t *out)
{
	for (uint32_t p = 0; p < l->out_h * l->out_w; p++)
		for (uint32_t n = 0; n < l->out_c; n++) {
			int64_t y = output(l, in, residual, p, n);
			size_t i = (size_t)p * l->out_c + n;

			y = y < l->low ? l->low : y > l->high ? l->high : y;
			if (l->out_bytes == 1) {
				out[i] = (uint8_t)y;
			} else {
				int32_t word = (int32_t)y;

				memcpy(out + 4 * i, &word, 4);
			}
		}
}

/* -- blobs -- */

struct builder {
	const struct layer *layer;
	struct layer_part part;
	struct layer_blob blob;
	struct sqz_block blocks[512];
	struct sqz_array arrays[8192];
};

static uint32_t append(struct builder *b, const void *data, uint64_t bytes)
{
	uint32_t at = (b->blob.size + 7) / 8 * 8;

	b->blob.bytes = realloc(b->blob.bytes, at + bytes);
	ck_assert_ptr_nonnull(b->blob.bytes);
	memset(b->blob.bytes + b->blob.size, 0, at - b->blob.size);
	if (bytes)
		memcpy(b->blob.bytes + at, data, bytes);
	b->blob.size = at + (uint32_t)bytes;
	return at;
}

/* Matrix row (from k0) that array row i of the block holds. */
static uint32_t block_row(const struct builder *b, const struct sqz_block *k,
			  uint32_t i)
{
	return k->row0 + (b->part.row_lists ? k->rows - 1 - i : i);
}

/* Bit `plane` of the magnitude, or of two's complement. */
static unsigned bit(const struct builder *b, const struct sqz_block *k,
		    uint32_t i, uint32_t column, uint32_t plane, bool negative)
{
	uint32_t row = b->part.k0 + block_row(b, k, i);
	int q = b->layer->weights[b->part.n0 + k->col0 + column][row];

	if (b->part.twos_complement)
		return (unsigned)q >> plane & 1;
	if ((q < 0) != negative)
		return 0;
	return (unsigned)abs(q) >> plane & 1;
}

/* flags: of the entry; a signed digit (SQZ_ARRAY_F_OFFSET) has its top bit
 * flipped, as adding half of the levels does. */
static void add_array(struct builder *b, struct sqz_block *k, uint32_t plane,
		      bool in_negative, uint16_t flags)
{
	uint32_t cell_bits = b->part.cell_bits;
	uint32_t words = (k->rows + 63) / 64;
	uint32_t lines = k->cols * cell_bits;
	uint64_t *bits = calloc((size_t)lines * words, 8);
	struct sqz_array *array = &b->arrays[b->blob.arrays++];

	ck_assert_uint_lt(b->blob.arrays, 8192);
	for (uint32_t line = 0; line < lines; line++)
		for (uint32_t i = 0; i < k->rows; i++) {
			uint32_t at = line % cell_bits;
			unsigned value = bit(b, k, i, line / cell_bits,
					     plane + at, in_negative);

			if (flags & SQZ_ARRAY_F_OFFSET && at == cell_bits - 1)
				value ^= 1;
			bits[line * words + i / 64] |= (uint64_t)value
						       << (i % 64);
		}
	*array = (struct sqz_array){ .plane = (uint8_t)plane,
				     .cell_bits = (uint8_t)cell_bits,
				     .flags = flags };
	array->bits_offset = append(b, bits, (uint64_t)lines * words * 8);
	k->arrays++;
	free(bits);
}

/* The word is LAYER_PLANES + 1 bits, a multiple of the cells'. */
static void add_digits(struct builder *b, struct sqz_block *k)
{
	uint32_t bits = b->part.cell_bits, top = LAYER_PLANES + 1 - bits;

	for (uint32_t p = 0; p <= top; p += bits) {
		bool sign = b->part.twos_complement && p == top;

		if (sign)
			add_array(b, k, p, false,
				  bits == 1 ? SQZ_ARRAY_F_NEGATIVE
					    : SQZ_ARRAY_F_OFFSET);
		else if (p < LAYER_PLANES)
			add_array(b, k, p, false, 0);
		if (!b->part.twos_complement && p < LAYER_PLANES)
			add_array(b, k, p, true, SQZ_ARRAY_F_NEGATIVE);
	}
}

static void add_rows(struct builder *b, struct sqz_block *k)
{
	uint8_t shifts[1024];
	uint16_t list[1024];

	for (uint32_t i = 0; i < k->rows; i++) {
		uint32_t row = block_row(b, k, i);

		list[i] = (uint16_t)(row - k->row0);
		shifts[i] = b->layer->shifts[b->part.k0 + row];
		if (shifts[i] > k->max_shift)
			k->max_shift = shifts[i];
	}
	if (k->max_shift)
		k->shifts_offset = append(b, shifts, k->rows);
	if (b->part.row_lists)
		k->row_list_offset = append(b, list, 2 * k->rows);
}

static void add_block(struct builder *b, uint32_t row0, uint32_t rows,
		      uint32_t col0, uint32_t cols)
{
	struct sqz_block *k = &b->blocks[b->blob.blocks++];

	ck_assert_uint_lt(b->blob.blocks, 512);
	*k = (struct sqz_block){ .row0 = row0,
				 .rows = rows,
				 .col0 = col0,
				 .cols = cols,
				 .first_array = b->blob.arrays };
	add_rows(b, k);
	add_digits(b, k);
}

static void add_blocks(struct builder *b, struct sqz_step_header *h)
{
	uint32_t rows = b->part.k1 - b->part.k0;
	uint32_t cols = b->part.n1 - b->part.n0;
	uint32_t most_rows = b->part.array_rows,
		 most_cols = b->part.array_columns;

	for (uint32_t c = 0; c < cols; c += most_cols)
		for (uint32_t r = 0; r < rows; r += most_rows)
			add_block(
			    b, r, rows - r < most_rows ? rows - r : most_rows,
			    c, cols - c < most_cols ? cols - c : most_cols);
	h->block_count = b->blob.blocks;
	h->array_count = b->blob.arrays;
	h->blocks_offset =
	    append(b, b->blocks, b->blob.blocks * sizeof(b->blocks[0]));
	h->arrays_offset =
	    append(b, b->arrays, b->blob.arrays * sizeof(b->arrays[0]));
	for (uint32_t i = 0; i < b->blob.blocks; i++)
		if (b->blocks[i].max_shift > h->max_shift)
			h->max_shift = b->blocks[i].max_shift;
}

static void add_tables(struct builder *b, struct sqz_step_header *h)
{
	const struct layer *l = b->layer;
	const struct layer_part *p = &b->part;
	uint32_t n = p->n1 - p->n0;

	h->flags |= SQZ_STEP_F_REDUCER;
	if (l->residual && l->kind == SQZ_STEP_MVM)
		h->flags |= SQZ_STEP_F_RESIDUAL;
	h->flags |= p->flags;
	h->remote_workers = p->remote_workers;
	h->workers_offset = append(b, p->workers, p->remote_workers * 4);
	if (p->flags & SQZ_STEP_F_PARTIAL_OUT) {
		h->flags &= (uint16_t)~SQZ_STEP_F_RESIDUAL;
		h->out_bytes = 4;
		return;
	}
	h->bias_offset = append(b, l->bias + p->n0, n * 4);
	h->scale_offset = append(b, l->scale + p->n0, n * 8);
	h->residual_offset = append(b, l->residual_scale + p->n0, n * 8);
	h->average_count = l->average_count;
	h->average_offset = append(b, l->average, l->average_count * 8);
}

static void add_chain(struct builder *b, struct sqz_step_header *h)
{
	const struct layer_part *p = &b->part;

	h->producer_count = p->producer_count;
	h->producers_offset = append(b, p->producers, p->producer_count * 12);
	h->consumer_count = p->consumer_count;
	h->consumers_offset = append(b, p->consumers, p->consumer_count * 8);
}

static void fill_header(const struct builder *b, struct sqz_step_header *h)
{
	const struct layer *l = b->layer;
	const struct layer_part *p = &b->part;
	uint32_t area = (uint32_t)l->kernel_h * l->kernel_w;
	bool mvm = l->kind == SQZ_STEP_MVM;

	*h = (struct sqz_step_header){
		.magic = SQZ_STEP_MAGIC,
		.version = SQZ_STEP_VERSION,
		.kind = l->kind,
		.in_h = l->in_h,
		.in_w = l->in_w,
		.in_c = l->in_c,
		.out_h = l->out_h,
		.out_w = l->out_w,
		.out_c = l->out_c,
		.kernel_h = l->kernel_h,
		.kernel_w = l->kernel_w,
		.stride_y = l->stride_y,
		.stride_x = l->stride_x,
		.dilation_y = l->dilation_y,
		.dilation_x = l->dilation_x,
		.pad_top = l->pad_top,
		.pad_left = l->pad_left,
		.k0 = mvm ? p->k0 : 0,
		.k1 = mvm ? p->k1 : 0,
		.n0 = p->n0,
		.n1 = p->n1,
		.y0 = p->y0,
		.y1 = p->y1,
		.fetch_c0 = mvm ? p->k0 / area : p->n0 - l->first_channel,
		.fetch_c1 =
		    mvm ? (p->k1 - 1) / area + 1 : p->n1 - l->first_channel,
		.input_bits = 8,
		.out_bytes = l->out_bytes,
		.z_in = l->z_in,
		.z_residual = l->z_residual,
		.z_out = l->z_out,
		.low = l->low,
		.high = l->high,
		.reducer_node = p->reducer_node,
		.reducer_slot = p->reducer_slot,
	};
}

struct layer_blob layer_blob(const struct layer *layer,
			     const struct layer_part *part)
{
	struct builder *b = calloc(1, sizeof(*b));
	struct sqz_step_header header;
	struct layer_blob blob;

	b->layer = layer;
	b->part = *part;
	b->part.k1 = part->k1 ? part->k1 : layer_rows(layer);
	b->part.n1 = part->n1 ? part->n1 : layer->out_c;
	b->part.array_rows = part->array_rows ? part->array_rows : 32;
	b->part.array_columns = part->array_columns ? part->array_columns : 16;
	b->part.cell_bits = part->cell_bits ? part->cell_bits : 1;
	fill_header(b, &header);
	append(b, &header, sizeof(header));
	if (!part->worker_only)
		add_tables(b, &header);
	if (layer->kind == SQZ_STEP_MVM)
		add_blocks(b, &header);
	add_chain(b, &header);
	append(b, NULL, 0);
	header.bytes = b->blob.size;
	memcpy(b->blob.bytes, &header, sizeof(header));
	blob = b->blob;
	free(b);
	return blob;
}

void layer_blob_free(struct layer_blob *blob)
{
	free(blob->bytes);
	blob->bytes = NULL;
}
