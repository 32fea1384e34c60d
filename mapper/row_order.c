#include "row_order.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 64 /* columns between two looks at the limit */

struct sqz_row_orderer {
	struct sqz_row_swap swap; /* sizes of units; then a window's */
	uint32_t ou_rows;
	uint32_t columns; /* of the window at hand */
	uint8_t *bits;	  /* a byte for each row left and bit column */
	uint16_t *rows;	  /* rows left, in order */
	uint32_t left;
	uint16_t *patterns; /* of the group so far, by bit column */
	uint32_t *seen;	    /* by pattern: the last trial that met it */
	uint32_t trial;
};

struct sqz_row_orderer *sqz_row_orderer_create(uint32_t rows,
					       uint32_t bit_columns,
					       const struct sqz_row_swap *units)
{
	uint32_t ou_rows = units->ou_rows;
	struct sqz_row_orderer *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->swap = *units;
	o->ou_rows = ou_rows;
	o->bits = malloc((size_t)rows * bit_columns + 1);
	o->rows = calloc(rows + 1, sizeof(*o->rows));
	o->patterns = calloc(bit_columns + 1, sizeof(*o->patterns));
	o->seen = calloc((size_t)1 << ou_rows, sizeof(*o->seen));
	if (o->bits && o->rows && o->patterns && o->seen)
		return o;
	sqz_row_orderer_free(o);
	return NULL;
}

void sqz_row_orderer_free(struct sqz_row_orderer *o)
{
	if (!o)
		return;
	free(o->bits);
	free(o->rows);
	free(o->patterns);
	free(o->seen);
	free(o);
}

static const uint8_t *row_bits(const struct sqz_row_orderer *o, uint32_t i)
{
	return o->bits + (size_t)i * o->columns;
}

/* Row r becomes the i-th in bits[]. Returns true if it has a 1. */
static bool load_row(struct sqz_row_orderer *o,
		     const struct sqz_ou_window *window, uint16_t r, uint32_t i)
{
	uint8_t *bits = o->bits + (size_t)i * o->columns;
	uint16_t any = 0;

	sqz_ou_patterns(window, &r, 1, o->patterns);
	for (uint32_t c = 0; c < o->columns; c++) {
		bits[c] = (uint8_t)o->patterns[c];
		any |= o->patterns[c];
	}
	return any;
}

/* Rows with a 1. */
static void load_rows(struct sqz_row_orderer *o,
		      const struct sqz_ou_window *window)
{
	o->columns = sqz_ou_bit_columns(window);
	o->left = 0;
	for (uint16_t r = 0; r < window->block->rows; r++)
		if (load_row(o, window, r, o->left))
			o->rows[o->left++] = r;
}

/* How many different columns a group would have with the i-th row left as its
 * k-th; `limit` or more if not fewer than that. */
static uint32_t different(struct sqz_row_orderer *o, uint32_t i, uint32_t k,
			  uint32_t limit)
{
	const uint8_t *bits = row_bits(o, i);
	uint32_t count = 0;

	o->trial++;
	for (uint32_t c = 0; c < o->columns && count < limit;) {
		uint32_t end = c + CHUNK < o->columns ? c + CHUNK : o->columns;

		for (; c < end; c++) {
			uint32_t *seen =
			    &o->seen[o->patterns[c] | (unsigned)bits[c] << k];

			count += *seen != o->trial;
			*seen = o->trial;
		}
	}
	return count;
}

static uint32_t best_row(struct sqz_row_orderer *o, uint32_t k)
{
	uint32_t best = 0;
	uint32_t fewest = UINT32_MAX;

	for (uint32_t i = 0; i < o->left; i++) {
		uint32_t count = different(o, i, k, fewest);

		if (count < fewest) {
			fewest = count;
			best = i;
		}
	}
	return best;
}

/* The i-th row left becomes the group's k-th. */
static uint16_t take_row(struct sqz_row_orderer *o, uint32_t i, uint32_t k)
{
	const uint8_t *bits = row_bits(o, i);
	uint16_t row = o->rows[i];

	for (uint32_t c = 0; c < o->columns; c++)
		o->patterns[c] |= (uint16_t)(bits[c] << k);
	o->left--;
	memmove(o->bits + (size_t)i * o->columns,
		o->bits + (size_t)(i + 1) * o->columns,
		(size_t)(o->left - i) * o->columns);
	memmove(o->rows + i, o->rows + i + 1, (o->left - i) * sizeof(*o->rows));
	return row;
}

static bool swap_rows(struct sqz_row_orderer *o,
		      const struct sqz_ou_window *window, uint16_t *order,
		      uint32_t rows)
{
	if (o->columns > SQZ_ROW_SWAP_COLUMNS)
		return true;
	for (uint32_t i = 0; i < rows; i++)
		load_row(o, window, order[i], i);
	o->swap.rows = rows;
	o->swap.columns = o->columns;
	o->swap.bits = o->bits;
	o->swap.order = order;
	return sqz_row_swap(&o->swap);
}

int sqz_row_order(struct sqz_row_orderer *o, const struct sqz_ou_window *window,
		  uint16_t *order, uint32_t *rows)
{
	uint32_t count = 0;

	load_rows(o, window);
	if (o->trial > UINT32_MAX / 2) {
		memset(o->seen, 0, sizeof(*o->seen) << o->ou_rows);
		o->trial = 0;
	}
	while (o->left) {
		memset(o->patterns, 0, o->columns * sizeof(*o->patterns));
		order[count++] = take_row(o, 0, 0);
		for (uint32_t k = 1; k < o->ou_rows && o->left; k++)
			order[count++] = take_row(o, best_row(o, k), k);
	}
	*rows = count;
	return swap_rows(o, window, order, count) ? 0 : -1;
}
