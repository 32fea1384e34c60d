/* Which rows stand in which of the blocks above each other. */
#include "blocks.h"
#include "squeeze.h"

#include <stdlib.h>
#include <string.h>

/* A row of a chunk while it is sorted. */
struct chunk_row {
	uint32_t row;  /* of the chunk, in natural order */
	unsigned bits; /* length of its largest magnitude */
};

/* Most bits first; rows of as many stay in order. */
static int compare_rows(const void *a, const void *b)
{
	const struct chunk_row *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static unsigned row_bits(const struct sqz_weight_block *block, uint32_t row)
{
	const int16_t *values = block->values + (size_t)row * block->cols;
	unsigned all = 0;

	for (uint32_t c = 0; c < block->cols; c++)
		all |= (unsigned)abs(values[c]);
	return sqz_bit_length(all);
}

/* Bits of all blocks' largest rows: planes and, with a squeeze, cycles. */
static unsigned blocks_bits(const struct sqz_weight_block *blocks,
			    uint32_t count, const struct chunk_row *rows)
{
	unsigned sum = 0;

	for (uint32_t b = 0; b < count; b++) {
		unsigned most = 0;

		for (uint32_t r = 0; r < blocks[b].rows; r++, rows++)
			most = rows->bits > most ? rows->bits : most;
		sum += most;
	}
	return sum;
}

/* Fills the blocks with the chunk's rows in the new order. */
static int move_rows(struct sqz_weight_block *blocks, uint32_t count,
		     const struct chunk_row *rows, uint32_t span,
		     struct sqz_error *err)
{
	size_t cols = blocks->cols;
	uint32_t row0 = blocks->row0;
	int16_t *natural = malloc(span * cols * sizeof(*natural));
	size_t at = 0;

	if (!natural)
		return sqz_fail(err, "out of memory for an order of rows");
	for (uint32_t b = 0; b < count; b++) {
		size_t cells = blocks[b].rows * cols;

		memcpy(natural + at, blocks[b].values,
		       cells * sizeof(*natural));
		at += cells;
	}
	for (uint32_t b = 0; b < count; b++) {
		struct sqz_weight_block *block = &blocks[b];

		block->order = malloc(block->rows * sizeof(*block->order));
		if (!block->order) {
			free(natural);
			return sqz_fail(err,
					"out of memory for an order of rows");
		}
		block->row0 = row0;
		block->span = span;
		block->stored = 0;
		for (uint32_t r = 0; r < block->rows; r++, rows++) {
			const int16_t *from = natural + rows->row * cols;

			block->order[r] = (uint16_t)rows->row;
			memcpy(block->values + r * cols, from,
			       cols * sizeof(*from));
			for (size_t c = 0; c < cols; c++)
				block->stored |= (uint32_t)abs(from[c]);
		}
		memcpy(block->squeezed, block->values,
		       block->rows * cols * sizeof(*block->values));
	}
	free(natural);
	return 0;
}

static int order_chunk(struct sqz_weight_block *blocks, uint32_t count,
		       struct sqz_error *err)
{
	uint32_t span = 0;

	for (uint32_t b = 0; b < count; b++)
		span += blocks[b].rows;
	struct chunk_row *rows = malloc(2 * span * sizeof(*rows));
	if (!rows)
		return sqz_fail(err, "out of memory for an order of rows");
	struct chunk_row *sorted = rows + span;
	for (uint32_t b = 0, at = 0; b < count; b++)
		for (uint32_t r = 0; r < blocks[b].rows; r++, at++)
			rows[at] =
			    (struct chunk_row){ at, row_bits(&blocks[b], r) };
	memcpy(sorted, rows, span * sizeof(*rows));
	qsort(sorted, span, sizeof(*sorted), compare_rows);
	int result = 0;
	if (span <= UINT16_MAX && blocks_bits(blocks, count, sorted) <
				      blocks_bits(blocks, count, rows))
		result = move_rows(blocks, count, sorted, span, err);
	free(rows);
	return result;
}

int sqz_blocks_order(struct sqz_blocks *blocks, uint32_t chunk,
		     struct sqz_error *err)
{
	for (uint32_t i = 0; i < blocks->count;) {
		struct sqz_weight_block *first = &blocks->blocks[i];
		uint32_t count = 1;

		while (count < chunk && i + count < blocks->count &&
		       first[count].col0 == first->col0)
			count++;
		if (count > 1 && order_chunk(first, count, err))
			return -1;
		i += count;
	}
	return 0;
}
