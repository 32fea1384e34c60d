#include "units.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROWS 32
#define BLOCK_COLS 16
#define INPUT_BITS 8

static uint32_t below(uint64_t *state, uint32_t limit)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % limit;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* -- random steps -- */

static void random_blocks(struct units *u, uint64_t *state)
{
	for (uint32_t r = 0; r < u->rows; r += BLOCK_ROWS)
		for (uint32_t c = 0; c < u->outputs; c += BLOCK_COLS) {
			struct units_block *b = &u->blocks[u->block_count++];

			ck_assert_uint_lt(u->block_count, UNITS_MAX_BLOCKS);
			b->row0 = r;
			b->rows = least(u->rows - r, BLOCK_ROWS);
			b->col0 = c;
			b->cols = least(u->outputs - c, BLOCK_COLS);
			b->reversed = below(state, 2);
		}
}

static void random_rows(const struct units *u, struct units_group *g,
			uint64_t *state)
{
	const struct units_block *b = &u->blocks[g->block];
	uint32_t order[BLOCK_ROWS];

	g->row_count = 1 + below(state, least(u->ou_rows, b->rows));
	g->listed = below(state, 2);
	for (uint32_t i = 0; i < b->rows; i++)
		order[i] = i;
	for (uint32_t i = 0; i < b->rows && g->listed; i++) {
		uint32_t other = below(state, b->rows), row = order[i];

		order[i] = order[other];
		order[other] = row;
	}
	if (!g->listed)
		order[0] = below(state, b->rows - g->row_count + 1);
	for (uint32_t i = 0; i < g->row_count; i++)
		g->rows[i] = g->listed ? order[i] : order[0] + i;
}

static void random_column(const struct units *u, struct units_group *g,
			  uint32_t index, uint64_t *state)
{
	const struct units_block *b = &u->blocks[g->block];
	struct units_column *column = &g->columns[index];
	bool ones = (int)index == g->ones;

	for (uint32_t r = 0; r < g->row_count; r++)
		column->cells[r] = ones || below(state, 3);
	column->destination_count =
	    below(state, UNITS_MAX_DESTINATIONS + ones) + !ones;
	for (uint32_t i = 0; i < column->destination_count; i++) {
		struct units_destination *d = &column->destinations[i];

		d->output = b->col0 + below(state, b->cols);
		d->plane = below(state, 16);
		d->negative = below(state, 2);
		d->complement = g->ones >= 0 && below(state, 2);
	}
}

static void random_group(struct units *u, uint32_t places, uint64_t *state)
{
	struct units_group *g = &u->groups[u->group_count];
	uint32_t most = least(UNITS_MAX_COLUMNS, places * u->ou_columns);

	g->array = u->array_count - 1;
	g->block = below(state, u->block_count);
	random_rows(u, g, state);
	g->column_count = 1 + below(state, most);
	g->ones = below(state, 2) ? (int)below(state, g->column_count) : -1;
	for (uint32_t c = 0; c < g->column_count; c++)
		random_column(u, g, c, state);
	u->group_count++;
}

static uint32_t units_of(const struct units *u, const struct units_group *g)
{
	return (g->column_count + u->ou_columns - 1) / u->ou_columns;
}

void units_random(struct units *u, const struct units_shape *shape,
		  uint64_t seed)
{
	uint32_t places, groups;

	memset(u, 0, sizeof(*u));
	u->rows = shape->rows;
	u->outputs = shape->outputs;
	u->pixels = shape->pixels;
	u->ou_rows = shape->ou_rows;
	u->ou_columns = shape->ou_columns;
	u->array_rows = BLOCK_ROWS;
	u->array_columns = BLOCK_COLS;
	u->index_bits = 100;
	places = BLOCK_ROWS / u->ou_rows * (BLOCK_COLS / u->ou_columns);
	for (uint32_t r = 0; r < u->rows; r++)
		u->shifts[r] = (uint8_t)below(&seed, shape->max_shift + 1);
	random_blocks(u, &seed);
	groups = 1 + below(&seed, 20);
	while (u->group_count < groups) {
		uint32_t left = places;

		u->array_count++;
		while (left && u->group_count < groups && below(&seed, 8)) {
			random_group(u, left, &seed);
			left -= units_of(u, &u->groups[u->group_count - 1]);
		}
	}
}

/* -- what a step must give -- */

static uint32_t matrix_row(const struct units *u, const struct units_group *g,
			   uint32_t i)
{
	const struct units_block *b = &u->blocks[g->block];
	uint32_t row = g->rows[i];

	return b->row0 + (b->reversed ? b->rows - 1 - row : row);
}

static uint32_t group_cycles(const struct units *u, const struct units_group *g)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < g->row_count; i++)
		if (u->shifts[matrix_row(u, g, i)] > most)
			most = u->shifts[matrix_row(u, g, i)];
	return INPUT_BITS + most;
}

/* What the ADC says of a column in cycle t. */
static int64_t convert(const struct units *u, const struct units_group *g,
		       uint32_t column, uint32_t t, const uint8_t *pixel,
		       uint32_t adc_bits, bool *saturated)
{
	int64_t sum = 0, most = (1 << adc_bits) - 1;

	for (uint32_t i = 0; i < g->row_count; i++) {
		uint32_t row = matrix_row(u, g, i), s = u->shifts[row];

		if (t >= s && t - s < INPUT_BITS && (pixel[row] >> (t - s) & 1))
			sum += g->columns[column].cells[i];
	}
	*saturated = sum > most;
	return *saturated ? most : sum;
}

static void read_column(const struct units *u, const struct units_group *g,
			uint32_t c, uint32_t t, const uint8_t *pixel,
			uint32_t adc_bits, int32_t *out,
			struct units_totals *totals)
{
	const struct units_column *column = &g->columns[c];
	bool saturated, ignored;
	int64_t sum = convert(u, g, c, t, pixel, adc_bits, &saturated);

	totals->conversions++;
	totals->saturations += saturated;
	for (uint32_t i = 0; i < column->destination_count; i++) {
		const struct units_destination *d = &column->destinations[i];
		int64_t value = sum;

		if (d->complement)
			value = convert(u, g, (uint32_t)g->ones, t, pixel,
					adc_bits, &ignored) -
				sum;
		value *= (int64_t)1 << (d->plane + t);
		out[d->output] =
		    (int32_t)((uint32_t)out[d->output] +
			      (uint32_t)(d->negative ? -value : value));
		totals->accumulates += d->complement ? 2 : 1;
	}
}

void units_reference(const struct units *u, const uint8_t *in,
		     uint32_t adc_bits, int32_t *out,
		     struct units_totals *totals)
{
	memset(out, 0, (size_t)u->pixels * u->outputs * sizeof(*out));
	memset(totals, 0, sizeof(*totals));
	for (uint32_t p = 0; p < u->pixels; p++)
		for (uint32_t i = 0; i < u->group_count; i++) {
			const struct units_group *g = &u->groups[i];
			uint32_t cycles = group_cycles(u, g);
			uint32_t driven = g->row_count * INPUT_BITS;

			for (uint32_t t = 0; t < cycles; t++)
				for (uint32_t c = 0; c < g->column_count; c++)
					read_column(u, g, c, t,
						    in + p * u->rows, adc_bits,
						    out + p * u->outputs,
						    totals);
			totals->ou_cycles += units_of(u, g) * cycles;
			totals->row_cycles += units_of(u, g) * driven;
			totals->cell_cycles += g->column_count * driven;
		}
}

/* -- blobs -- */

static uint32_t append(struct units_blob *b, const void *data, uint64_t bytes)
{
	uint32_t at = (b->size + 7) / 8 * 8;

	b->bytes = realloc(b->bytes, at + bytes);
	ck_assert_ptr_nonnull(b->bytes);
	memset(b->bytes + b->size, 0, at - b->size);
	if (bytes)
		memcpy(b->bytes + at, data, bytes);
	b->size = at + (uint32_t)bytes;
	return at;
}

static uint16_t encode(const struct units_block *b,
		       const struct units_destination *d)
{
	return (uint16_t)((d->output - b->col0) |
			  d->plane << SQZ_OU_DEST_PLANE_BIT |
			  (d->negative ? SQZ_OU_DEST_NEGATIVE : 0) |
			  (d->complement ? SQZ_OU_DEST_COMPLEMENT : 0));
}

static void add_group(struct units_blob *blob, const struct units *u,
		      const struct units_group *g, struct sqz_ou_group *to)
{
	struct sqz_ou_column columns[UNITS_MAX_COLUMNS] = { 0 };
	uint16_t list[UNITS_MAX_COLUMNS * UNITS_MAX_DESTINATIONS];
	uint16_t rows[SQZ_OU_MAX_ROWS];

	memset(to, 0, sizeof(*to));
	for (uint32_t c = 0; c < g->column_count; c++) {
		const struct units_column *column = &g->columns[c];

		for (uint32_t i = 0; i < g->row_count; i++)
			columns[c].bits |= (uint16_t)(column->cells[i] << i);
		for (uint32_t i = 0; i < column->destination_count; i++)
			list[to->destinations++] = encode(
			    &u->blocks[g->block], &column->destinations[i]);
		columns[c].destinations = (uint16_t)column->destination_count;
	}
	for (uint32_t i = 0; i < g->row_count; i++)
		rows[i] = (uint16_t)g->rows[i];
	to->block = (uint16_t)g->block;
	to->rows = (uint16_t)g->row_count;
	to->columns = (uint16_t)g->column_count;
	to->ones = g->ones < 0 ? SQZ_OU_NO_ONES : (uint16_t)g->ones;
	if (g->listed)
		to->rows_offset = append(blob, rows, 2 * g->row_count);
	else
		to->first_row = rows[0];
	to->columns_offset = append(blob, columns, 4 * g->column_count);
	to->destinations_offset = append(blob, list, 2 * to->destinations);
}

static void add_arrays(struct units_blob *blob, const struct units *u,
		       struct sqz_step_header *h)
{
	struct sqz_ou_array *arrays = calloc(u->array_count, sizeof(*arrays));
	struct sqz_ou_group groups[UNITS_MAX_GROUPS];
	uint32_t at = 0;

	for (uint32_t a = 0; a < u->array_count; a++) {
		uint32_t first = at;

		for (; at < u->group_count && u->groups[at].array == a; at++) {
			add_group(blob, u, &u->groups[at], &groups[at]);
			arrays[a].ous += units_of(u, &u->groups[at]);
		}
		arrays[a].index_bits = u->index_bits;
		arrays[a].group_count = at - first;
		arrays[a].groups_offset =
		    append(blob, groups + first, (at - first) * 28);
	}
	h->array_count = u->array_count;
	h->arrays_offset = append(blob, arrays, u->array_count * 16);
	blob->groups = arrays[0].groups_offset;
	free(arrays);
}

static void add_blocks(struct units_blob *blob, const struct units *u,
		       struct sqz_step_header *h)
{
	struct sqz_block blocks[UNITS_MAX_BLOCKS] = { 0 };

	for (uint32_t i = 0; i < u->block_count; i++) {
		const struct units_block *from = &u->blocks[i];
		struct sqz_block *b = &blocks[i];
		uint16_t list[BLOCK_ROWS];
		uint8_t shifts[BLOCK_ROWS];

		*b = (struct sqz_block){ .row0 = from->row0,
					 .rows = from->rows,
					 .col0 = from->col0,
					 .cols = from->cols };
		for (uint32_t r = 0; r < b->rows; r++) {
			uint32_t row = from->reversed ? b->rows - 1 - r : r;

			list[r] = (uint16_t)row;
			shifts[r] = u->shifts[b->row0 + row];
			if (shifts[r] > b->max_shift)
				b->max_shift = shifts[r];
		}
		if (b->max_shift)
			b->shifts_offset = append(blob, shifts, b->rows);
		if (from->reversed)
			b->row_list_offset = append(blob, list, 2 * b->rows);
		if (b->max_shift > h->max_shift)
			h->max_shift = b->max_shift;
	}
	h->block_count = u->block_count;
	h->blocks_offset = append(blob, blocks, u->block_count * 48);
}

struct units_blob units_blob(const struct units *u)
{
	struct sqz_step_header h = {
		.magic = SQZ_STEP_MAGIC,
		.version = SQZ_STEP_VERSION_OU,
		.kind = SQZ_STEP_MVM,
		.flags = SQZ_STEP_F_REDUCER,
		.in_h = 1,
		.in_w = u->pixels,
		.in_c = u->rows,
		.out_h = 1,
		.out_w = u->pixels,
		.out_c = u->outputs,
		.kernel_h = 1,
		.kernel_w = 1,
		.stride_y = 1,
		.stride_x = 1,
		.dilation_y = 1,
		.dilation_x = 1,
		.k1 = u->rows,
		.n1 = u->outputs,
		.fetch_c1 = u->rows,
		.input_bits = INPUT_BITS,
		.out_bytes = 4,
		.low = INT32_MIN,
		.high = INT32_MAX,
		.ou_rows = (uint16_t)u->ou_rows,
		.ou_columns = (uint16_t)u->ou_columns,
	};
	struct units_blob blob = { 0 };
	int32_t *bias = calloc(u->outputs, sizeof(*bias));
	struct sqz_scale *scale = calloc(u->outputs, sizeof(*scale));

	for (uint32_t n = 0; n < u->outputs; n++)
		scale[n].mult = 1;
	append(&blob, &h, sizeof(h));
	h.bias_offset = append(&blob, bias, u->outputs * 4);
	h.scale_offset = append(&blob, scale, u->outputs * 8);
	add_blocks(&blob, u, &h);
	add_arrays(&blob, u, &h);
	append(&blob, NULL, 0);
	h.bytes = blob.size;
	memcpy(blob.bytes, &h, sizeof(h));
	free(bias);
	free(scale);
	return blob;
}
