/* Rows sorted by magnitude over the blocks that stand above each other. */
#include "blocks.h"
#include "fast_assert.h"
#include "random.h"
#include "squeeze.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define PLANES 8

static struct sqz_error err;

/* Each row of a group has a magnitude of its own. */
static int16_t *random_weights(const struct sqz_block_shape *shape,
			       uint64_t *state)
{
	size_t count = (size_t)shape->out_channels * shape->group_rows;
	int16_t *weights = malloc(count * sizeof(*weights));

	for (uint32_t k = 0; k < shape->group_rows; k++) {
		int most = 255 >> random_between(state, 0, PLANES);

		for (uint32_t n = 0; n < shape->out_channels; n++)
			weights[(size_t)n * shape->group_rows + k] =
			    (int16_t)random_between(state, -most, most);
	}
	return weights;
}

static struct sqz_blocks slice(const struct sqz_block_shape *shape,
			       const int16_t *weights, uint32_t chunk)
{
	struct sqz_blocks blocks;

	if (sqz_blocks_slice(shape, weights, PLANES, &blocks, &err) ||
	    (chunk && sqz_blocks_order(&blocks, chunk, &err)))
		ck_abort_msg("%s", err.text);
	return blocks;
}

static unsigned row_bits(const struct sqz_weight_block *block, uint32_t row)
{
	unsigned bits = 0;

	for (uint32_t c = 0; c < block->cols; c++) {
		int value = block->values[(size_t)row * block->cols + c];
		unsigned length = sqz_bit_length((unsigned)abs(value));
		bits = length > bits ? length : bits;
	}
	return bits;
}

static unsigned sum_of_planes(const struct sqz_blocks *blocks)
{
	unsigned sum = 0;

	for (uint32_t b = 0; b < blocks->count; b++)
		sum += sqz_bit_length(blocks->blocks[b].stored);
	return sum;
}

/* Every dense row of a column range once; large rows first in each chunk. */
static void check_rows(const struct sqz_block_shape *shape,
		       const struct sqz_blocks *natural,
		       const struct sqz_blocks *blocks, uint32_t chunk)
{
	uint32_t rows = shape->groups * shape->group_rows;
	uint8_t *seen = calloc((size_t)rows * shape->out_channels, 1);

	for (uint32_t b = 0; b < blocks->count; b++) {
		const struct sqz_weight_block *block = &blocks->blocks[b];
		const struct sqz_weight_block *before = block - 1;

		FAST_ASSERT(block->rows, ==, natural->blocks[b].rows);
		FAST_ASSERT(block->col0, ==, natural->blocks[b].col0);
		if (block->order)
			FAST_ASSERT(block->span, <=, chunk * shape->array_rows);
		for (uint32_t r = 0; r < block->rows; r++) {
			uint32_t row = sqz_block_row(block, r);
			FAST_ASSERT(row, <, rows);
			FAST_ASSERT(seen[(size_t)row * shape->out_channels +
					 block->col0]++,
				    ==, 0);
			if (block->order && r)
				FAST_ASSERT(row_bits(block, r), <=,
					    row_bits(block, r - 1));
		}
		if (b && block->order && before->order &&
		    before->row0 == block->row0 && before->col0 == block->col0)
			FAST_ASSERT(row_bits(block, 0), <=,
				    row_bits(before, before->rows - 1));
	}
	free(seen);
}

static const struct sqz_block_shape SHAPES[] = {
	{ 1, 1, 1, 8, 8, 1, false },	    { 1, 40, 20, 8, 8, 1, false },
	{ 1, 300, 130, 64, 128, 1, false }, { 1, 129, 5, 128, 128, 1, false },
	{ 5, 9, 10, 32, 32, 1, false },	    { 3, 50, 9, 16, 2, 1, false },
};

START_TEST(nothing_changes_but_the_place)
{
	const struct sqz_block_shape *shape = &SHAPES[_i % 6];
	uint32_t chunk = (uint32_t)_i / 6 + 1;
	uint64_t state = 100 + (uint64_t)_i;
	int16_t *weights = random_weights(shape, &state);
	size_t count = (size_t)shape->out_channels * shape->group_rows;
	struct sqz_blocks natural = slice(shape, weights, 0);
	struct sqz_blocks ordered = slice(shape, weights, chunk);
	int16_t *a = calloc(count, sizeof(*a)), *b = calloc(count, sizeof(*b));

	check_rows(shape, &natural, &ordered, chunk);
	ck_assert_uint_le(sum_of_planes(&ordered), sum_of_planes(&natural));
	/* The squeeze of a row does not depend on its place. */
	for (unsigned x = 0; x < 4; x++) {
		sqz_blocks_squeeze(&natural, x);
		sqz_blocks_squeeze(&ordered, x);
		sqz_blocks_store(&natural, shape, a);
		sqz_blocks_store(&ordered, shape, b);
		ck_assert_mem_eq(a, b, count * sizeof(*a));
	}
	/* The last squeeze's weights in all planes, where they are. */
	struct sqz_blocks again;
	ck_assert_int_eq(sqz_blocks_unsqueeze(&ordered, &again, &err), 0);
	sqz_blocks_store(&again, shape, b);
	ck_assert_mem_eq(a, b, count * sizeof(*a));
	sqz_blocks_free(&again);
	free(a);
	free(b);
	free(weights);
	sqz_blocks_free(&natural);
	sqz_blocks_free(&ordered);
}
END_TEST

/* Rows of 1, 9, 2, 8 in blocks of two: 4 planes and 2, not 4 and 4. */
START_TEST(by_hand)
{
	const struct sqz_block_shape shape = { 1, 4, 1, 2, 8, 1, false };
	const int16_t weights[] = { 1, -9, 2, 8 };
	struct sqz_blocks blocks = slice(&shape, weights, 2);
	static const uint16_t FIRST[] = { 1, 3 }, SECOND[] = { 2, 0 };

	ck_assert_uint_eq(blocks.count, 2);
	ck_assert_mem_eq(blocks.blocks[0].order, FIRST, sizeof(FIRST));
	ck_assert_mem_eq(blocks.blocks[1].order, SECOND, sizeof(SECOND));
	ck_assert_uint_eq(blocks.blocks[0].stored, 9 | 8);
	ck_assert_uint_eq(blocks.blocks[1].stored, 2 | 1);
	ck_assert_int_eq(blocks.blocks[0].squeezed[0], -9);
	ck_assert_uint_eq(blocks.blocks[1].row0, 0);
	ck_assert_uint_eq(blocks.blocks[1].span, 4);
	sqz_blocks_squeeze(&blocks, 2);
	/* 8 planes less 2 hold 4 bits: no shifts. */
	ck_assert_uint_eq(blocks.blocks[0].max_shift, 0);
	sqz_blocks_free(&blocks);
}
END_TEST

/* Where nothing is gained no list is kept. */
START_TEST(no_gain)
{
	const struct sqz_block_shape shape = { 1, 4, 1, 2, 8, 1, false };
	const int16_t weights[] = { 8, 1, 9, 1 };
	struct sqz_blocks blocks = slice(&shape, weights, 1);

	ck_assert_ptr_null(blocks.blocks[0].order);
	sqz_blocks_free(&blocks);
	const int16_t sorted[] = { 8, 9, 1, 1 };
	blocks = slice(&shape, sorted, 2);
	ck_assert_ptr_null(blocks.blocks[0].order);
	ck_assert_ptr_null(blocks.blocks[1].order);
	sqz_blocks_free(&blocks);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("block_order");
	TCase *tests = tcase_create("block_order");

	tcase_add_loop_test(tests, nothing_changes_but_the_place, 0, 24);
	tcase_add_test(tests, by_hand);
	tcase_add_test(tests, no_gain);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
