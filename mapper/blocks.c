#include "blocks.h"

#include <stdlib.h>
#include <string.h>

/* Weight of dense row and column, or NULL outside the groups. */
static const int16_t *weight_at(const struct sqz_block_shape *shape,
				const int16_t *weights, uint32_t row,
				uint32_t col)
{
	uint32_t group = row / shape->group_rows;

	if (col / (shape->out_channels / shape->groups) != group)
		return NULL;
	return &weights[(size_t)col * shape->group_rows +
			row % shape->group_rows];
}

/* By its rows and columns, all zero. */
static int allocate_block(struct sqz_weight_block *block, struct sqz_error *err)
{
	size_t cells = (size_t)block->rows * block->cols;

	block->values = calloc(cells, sizeof(*block->values));
	block->squeezed = calloc(cells, sizeof(*block->squeezed));
	block->shifts = calloc(block->rows, sizeof(*block->shifts));
	if (!block->values || !block->squeezed || !block->shifts)
		return sqz_fail(err, "out of memory for a block of weights");
	return 0;
}

static int fill_block(const struct sqz_block_shape *shape,
		      const int16_t *weights, unsigned planes,
		      struct sqz_weight_block *block, struct sqz_error *err)
{
	size_t cells = (size_t)block->rows * block->cols;

	if (allocate_block(block, err))
		return -1;
	for (size_t i = 0; i < cells; i++) {
		uint32_t row = block->row0 + (uint32_t)(i / block->cols);
		uint32_t col = block->col0 + (uint32_t)(i % block->cols);
		const int16_t *weight = weight_at(shape, weights, row, col);
		int value = weight ? *weight : 0;

		if (abs(value) >> planes)
			return sqz_fail(err,
					"weight %d of row %u, column %u does "
					"not fit %u planes",
					value, row, col, planes);
		block->values[i] = (int16_t)value;
		block->squeezed[i] = (int16_t)value;
		block->stored |= (uint32_t)abs(value);
	}
	return 0;
}

/* Groups that are cut together, and how often a bundle is cut. */
struct cut {
	uint32_t bundle; /* groups in a bundle, but for the last one */
	uint32_t bundles;
	uint32_t row_cuts, col_cuts; /* of one bundle */
	uint32_t bundle_rows, bundle_cols;
};

static uint32_t divide_up(uint32_t a, uint32_t b)
{
	return a / b + (a % b != 0);
}

static struct cut plan_cut(const struct sqz_block_shape *shape)
{
	uint32_t group_cols = shape->out_channels / shape->groups;
	uint32_t by_rows = shape->array_rows / shape->group_rows;
	uint32_t by_cols = shape->array_columns / group_cols;
	struct cut cut = { .bundle = by_rows < by_cols ? by_rows : by_cols };

	if (cut.bundle == 0 || shape->groups_apart)
		cut.bundle = 1;
	if (cut.bundle > shape->groups)
		cut.bundle = shape->groups;
	cut.bundles = divide_up(shape->groups, cut.bundle);
	cut.bundle_rows = cut.bundle * shape->group_rows;
	cut.bundle_cols = cut.bundle * group_cols;
	cut.row_cuts = divide_up(cut.bundle_rows, shape->array_rows);
	cut.col_cuts = divide_up(cut.bundle_cols, shape->array_columns);
	return cut;
}

static uint32_t at_most(uint32_t value, uint32_t limit)
{
	return value < limit ? value : limit;
}

uint64_t sqz_block_count(const struct sqz_block_shape *shape)
{
	if (!shape->array_rows || !shape->array_columns)
		return 0;
	struct cut cut = plan_cut(shape);
	return (uint64_t)cut.bundles * cut.row_cuts * cut.col_cuts;
}

static struct sqz_rectangle rectangle(const struct sqz_block_shape *shape,
				      const struct cut *cut, uint64_t index)
{
	uint32_t row_cut = (uint32_t)(index % cut->row_cuts);
	uint32_t col_cut = (uint32_t)(index / cut->row_cuts % cut->col_cuts);
	uint32_t bundle = (uint32_t)(index / cut->row_cuts / cut->col_cuts);
	uint32_t row = bundle * cut->bundle_rows;
	uint32_t col = bundle * cut->bundle_cols;
	uint32_t row_end =
	    at_most(row + cut->bundle_rows, shape->groups * shape->group_rows);
	uint32_t col_end = at_most(col + cut->bundle_cols, shape->out_channels);

	row += row_cut * shape->array_rows;
	col += col_cut * shape->array_columns;
	return (struct sqz_rectangle){
		.row0 = row,
		.rows = at_most(row_end - row, shape->array_rows),
		.col0 = col,
		.cols = at_most(col_end - col, shape->array_columns),
	};
}

struct sqz_rectangle sqz_block_rectangle(const struct sqz_block_shape *shape,
					 uint64_t index)
{
	struct cut cut = plan_cut(shape);

	return rectangle(shape, &cut, index);
}

int sqz_blocks_slice(const struct sqz_block_shape *shape,
		     const int16_t *weights, unsigned planes,
		     struct sqz_blocks *blocks, struct sqz_error *err)
{
	unsigned cell_bits = shape->cell_bits ? shape->cell_bits : 1;

	*blocks =
	    (struct sqz_blocks){ .planes = planes, .cell_bits = cell_bits };
	if (!shape->array_rows || !shape->array_columns)
		return sqz_fail(err, "a crossbar of %u x %u holds nothing",
				shape->array_rows, shape->array_columns);
	struct cut cut = plan_cut(shape);
	uint64_t count = sqz_block_count(shape);
	if (count <= UINT32_MAX)
		blocks->blocks = calloc(count, sizeof(*blocks->blocks));
	if (!blocks->blocks)
		return sqz_fail(err, "out of memory for %llu blocks",
				(unsigned long long)count);
	blocks->count = (uint32_t)count;
	for (uint32_t i = 0; i < blocks->count; i++) {
		struct sqz_rectangle place = rectangle(shape, &cut, i);

		blocks->blocks[i] = (struct sqz_weight_block){
			.row0 = place.row0,
			.rows = place.rows,
			.col0 = place.col0,
			.cols = place.cols,
			.cell_bits = cell_bits,
		};
		if (fill_block(shape, weights, planes, &blocks->blocks[i],
			       err)) {
			sqz_blocks_free(blocks);
			return -1;
		}
	}
	return 0;
}

static int unsqueeze_block(const struct sqz_weight_block *from,
			   struct sqz_weight_block *to, struct sqz_error *err)
{
	size_t cells = (size_t)from->rows * from->cols;

	to->row0 = from->row0;
	to->rows = from->rows;
	to->col0 = from->col0;
	to->cols = from->cols;
	to->cell_bits = from->cell_bits;
	to->span = from->span;
	if (allocate_block(to, err))
		return -1;
	if (from->order) {
		size_t bytes = from->rows * sizeof(*to->order);

		to->order = malloc(bytes);
		if (!to->order)
			return sqz_fail(err, "out of memory for rows");
		memcpy(to->order, from->order, bytes);
	}
	for (size_t i = 0; i < cells; i++) {
		int value =
		    from->squeezed[i] * (1 << from->shifts[i / from->cols]);

		to->values[i] = (int16_t)value;
		to->squeezed[i] = (int16_t)value;
		to->stored |= (uint32_t)abs(value);
	}
	return 0;
}

int sqz_blocks_unsqueeze(const struct sqz_blocks *from, struct sqz_blocks *to,
			 struct sqz_error *err)
{
	*to = *from;
	to->squeeze = 0;
	to->blocks = calloc(from->count + 1, sizeof(*to->blocks));
	if (!to->blocks) {
		*to = (struct sqz_blocks){ 0 };
		return sqz_fail(err, "out of memory for blocks");
	}
	for (uint32_t i = 0; i < from->count; i++)
		if (unsqueeze_block(&from->blocks[i], &to->blocks[i], err)) {
			sqz_blocks_free(to);
			return -1;
		}
	return 0;
}

void sqz_blocks_free(struct sqz_blocks *blocks)
{
	for (uint32_t i = 0; i < blocks->count; i++) {
		free(blocks->blocks[i].values);
		free(blocks->blocks[i].squeezed);
		free(blocks->blocks[i].shifts);
		free(blocks->blocks[i].order);
	}
	free(blocks->blocks);
	*blocks = (struct sqz_blocks){ 0 };
}

uint32_t sqz_block_row(const struct sqz_weight_block *block, uint32_t row)
{
	return block->row0 + (block->order ? block->order[row] : row);
}

void sqz_blocks_store(const struct sqz_blocks *blocks,
		      const struct sqz_block_shape *shape, int16_t *weights)
{
	for (uint32_t b = 0; b < blocks->count; b++) {
		const struct sqz_weight_block *block = &blocks->blocks[b];
		size_t cells = (size_t)block->rows * block->cols;

		for (size_t i = 0; i < cells; i++) {
			uint32_t r = (uint32_t)(i / block->cols);
			uint32_t c = (uint32_t)(i % block->cols);
			const int16_t *place =
			    weight_at(shape, weights, sqz_block_row(block, r),
				      block->col0 + c);

			if (place)
				weights[place - weights] =
				    (int16_t)(block->squeezed[i] *
					      (1 << block->shifts[r]));
		}
	}
}
