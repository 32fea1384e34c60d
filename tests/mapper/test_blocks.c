/* Slicing, squeeze and bit planes. */
#include "blocks.h"
#include "fast_assert.h"
#include "random.h"
#include "squeeze.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct sqz_error err;

static int16_t *random_weights(const struct sqz_block_shape *shape,
			       unsigned planes, uint64_t *state)
{
	size_t count = (size_t)shape->out_channels * shape->group_rows;
	int most = (1 << planes) - 1;
	int16_t *weights = malloc(count * sizeof(*weights));

	for (size_t i = 0; i < count; i++) {
		/* Many small ones and zeros, a few large ones. */
		int limit = most >> random_between(state, 0, (int)planes);

		weights[i] = (int16_t)random_between(state, -limit, limit);
	}
	return weights;
}

/* ---- slicing ---- */

static const struct sqz_block_shape shapes[] = {
	/* groups, rows of a group, out channels, R, C */
	{ 1, 1, 1, 128, 128, 1, false },
	{ 1, 128, 128, 128, 128, 1, false },
	{ 1, 129, 127, 128, 128, 1, false },
	{ 1, 300, 257, 128, 128, 1, false },
	{ 1, 27, 10, 8, 3, 1, false },
	{ 32, 9, 32, 128, 128, 1, false },
	{ 33, 9, 33, 128, 128, 1, false },
	{ 4, 72, 16, 128, 128, 1, false },
	{ 2, 200, 300, 128, 128, 1, false },
	{ 3, 5, 9, 4, 2, 1, false },
	{ 6, 9, 12, 128, 5, 1, false },
	{ 1000, 1, 1000, 64, 64, 1, false },
};

static int16_t dense_value(const struct sqz_block_shape *shape,
			   const int16_t *weights, uint32_t row, uint32_t col)
{
	uint32_t group_cols = shape->out_channels / shape->groups;

	if (row / shape->group_rows != col / group_cols)
		return 0;
	return weights[(size_t)col * shape->group_rows +
		       row % shape->group_rows];
}

START_TEST(blocks_cover_every_weight_once)
{
	const struct sqz_block_shape *shape = &shapes[_i];
	uint32_t rows = shape->groups * shape->group_rows;
	uint64_t state = 11 + (uint64_t)_i;
	int16_t *weights = random_weights(shape, 8, &state);
	uint8_t *seen = calloc((size_t)rows * shape->out_channels, 1);
	struct sqz_blocks blocks;

	FAST_ASSERT(sqz_blocks_slice(shape, weights, 8, &blocks, &err), ==, 0);
	for (uint32_t b = 0; b < blocks.count; b++) {
		const struct sqz_weight_block *block = &blocks.blocks[b];

		FAST_ASSERT(block->rows, >=, 1);
		FAST_ASSERT(block->rows, <=, shape->array_rows);
		FAST_ASSERT(block->cols, >=, 1);
		FAST_ASSERT(block->cols, <=, shape->array_columns);
		FAST_ASSERT(block->row0 + block->rows, <=, rows);
		FAST_ASSERT(block->col0 + block->cols, <=, shape->out_channels);
		for (uint32_t i = 0; i < block->rows * block->cols; i++) {
			uint32_t row = block->row0 + i / block->cols;
			uint32_t col = block->col0 + i % block->cols;

			seen[(size_t)row * shape->out_channels + col]++;
			FAST_ASSERT(block->values[i], ==,
				    dense_value(shape, weights, row, col));
		}
	}
	uint32_t group_cols = shape->out_channels / shape->groups;
	for (uint32_t row = 0; row < rows; row++)
		for (uint32_t col = 0; col < shape->out_channels; col++) {
			bool own = row / shape->group_rows == col / group_cols;
			uint8_t times =
			    seen[(size_t)row * shape->out_channels + col];

			if (own)
				FAST_ASSERT(times, ==, 1);
			else
				FAST_ASSERT(times, <=, 1);
		}
	sqz_blocks_free(&blocks);
	free(seen);
	free(weights);
}
END_TEST

static uint32_t count_blocks(uint32_t groups, uint32_t rows, uint32_t out,
			     uint32_t r, uint32_t c)
{
	struct sqz_block_shape shape = { groups, rows, out, r, c, 1, false };
	uint64_t state = 3;
	int16_t *weights = random_weights(&shape, 8, &state);
	struct sqz_blocks blocks;

	FAST_ASSERT(sqz_blocks_slice(&shape, weights, 8, &blocks, &err), ==, 0);
	uint32_t count = blocks.count;
	sqz_blocks_free(&blocks);
	free(weights);
	return count;
}

START_TEST(block_counts_by_hand)
{
	/* ceil(K / R) * ceil(N / C) */
	ck_assert_uint_eq(count_blocks(1, 300, 257, 128, 128), 3 * 3);
	ck_assert_uint_eq(count_blocks(1, 128, 128, 128, 128), 1);
	/* Depthwise 3 x 3: 14 groups of 9 rows in 128 rows. */
	ck_assert_uint_eq(count_blocks(32, 9, 32, 128, 128), 3);
	/* 5 x 5: 5 groups a block. */
	ck_assert_uint_eq(count_blocks(32, 25, 32, 128, 128), 7);
	/* Columns are the limit. */
	ck_assert_uint_eq(count_blocks(6, 9, 12, 128, 5), 3);
	/* A group larger than the crossbar: each cut by itself. */
	ck_assert_uint_eq(count_blocks(2, 200, 300, 128, 128), 2 * 2 * 2);
}
END_TEST

START_TEST(weights_that_do_not_fit_are_refused)
{
	struct sqz_block_shape shape = { 1, 1, 2, 128, 128, 1, false };
	struct sqz_blocks blocks;
	const int16_t weights[2] = { 7, -8 };

	ck_assert_int_eq(sqz_blocks_slice(&shape, weights, 4, &blocks, &err),
			 0);
	sqz_blocks_free(&blocks);
	ck_assert_int_eq(sqz_blocks_slice(&shape, weights, 3, &blocks, &err),
			 -1);
	ck_assert_ptr_nonnull(strstr(err.text, "-8"));
	shape.array_rows = 0;
	ck_assert_int_eq(sqz_blocks_slice(&shape, weights, 4, &blocks, &err),
			 -1);
}
END_TEST

/* ---- squeeze ---- */

START_TEST(bit_lengths)
{
	ck_assert_uint_eq(sqz_bit_length(0), 0);
	ck_assert_uint_eq(sqz_bit_length(1), 1);
	ck_assert_uint_eq(sqz_bit_length(127), 7);
	ck_assert_uint_eq(sqz_bit_length(128), 8);
	ck_assert_uint_eq(sqz_bit_length(255), 8);
}
END_TEST

START_TEST(squeeze_by_hand)
{
	/* Nq = 8, x = 3: 5 planes are kept. */
	const int16_t small[] = { 31, -1, 0 }, edge[] = { 32, 3, -3 },
		      large[] = { -224, 8, 7 };

	ck_assert_uint_eq(sqz_squeeze_shift(small, 3, 5), 0);
	ck_assert_uint_eq(sqz_squeeze_shift(edge, 3, 5), 1);
	ck_assert_uint_eq(sqz_squeeze_shift(large, 3, 5), 3);
	ck_assert_uint_eq(sqz_squeeze_shift(large, 0, 5), 0);
	ck_assert_int_eq(sqz_squeeze_value(31, 0, 5), 31);
	ck_assert_int_eq(sqz_squeeze_value(32, 1, 5), 16);
	/* 3 / 2 rounds away from zero. */
	ck_assert_int_eq(sqz_squeeze_value(3, 1, 5), 2);
	ck_assert_int_eq(sqz_squeeze_value(-3, 1, 5), -2);
	/* (7 + 4) >> 3 = 1, (3 + 4) >> 3 = 0 */
	ck_assert_int_eq(sqz_squeeze_value(7, 3, 5), 1);
	ck_assert_int_eq(sqz_squeeze_value(-3, 3, 5), 0);
	/* (255 + 4) >> 3 = 32 saturates at 31. */
	ck_assert_int_eq(sqz_squeeze_value(255, 3, 5), 31);
	ck_assert_int_eq(sqz_squeeze_value(-255, 3, 5), -31);
}
END_TEST

/* Second implementation, by division. */
static int stored_slow(int q, unsigned shift, unsigned kept)
{
	int unit = 1 << shift;
	int magnitude = (2 * abs(q) + unit) / (2 * unit);

	if (magnitude > (1 << kept) - 1)
		magnitude = (1 << kept) - 1;
	return (q < 0 ? -1 : 1) * magnitude * unit;
}

static void check_squeezed(const struct sqz_blocks *blocks, unsigned x)
{
	unsigned kept = blocks->planes - x;

	for (uint32_t b = 0; b < blocks->count; b++) {
		const struct sqz_weight_block *block = &blocks->blocks[b];
		unsigned top_shift = 0, stored = 0;

		for (uint32_t r = 0; r < block->rows; r++) {
			unsigned shift = block->shifts[r];
			int most = 0;

			for (uint32_t c = 0; c < block->cols; c++) {
				size_t i = (size_t)r * block->cols + c;
				int q = block->values[i];
				int s = block->squeezed[i];

				most = abs(q) > most ? abs(q) : most;
				stored |= (unsigned)abs(s);
				FAST_ASSERT(abs(s), <, 1 << kept);
				FAST_ASSERT(s * (1 << shift), ==,
					    stored_slow(q, shift, kept));
				/* Half a step, or one where it saturates. */
				FAST_ASSERT(abs(s * (1 << shift) - q), <=,
					    shift ? (1 << shift) : 0);
			}
			/* The smallest shift that fits. */
			FAST_ASSERT(most >> shift, <, 1 << kept);
			if (shift)
				FAST_ASSERT(most >> (shift - 1), >=, 1 << kept);
			FAST_ASSERT(shift, <=, x);
			top_shift = shift > top_shift ? shift : top_shift;
		}
		FAST_ASSERT(block->max_shift, ==, top_shift);
		FAST_ASSERT(block->stored, ==, stored);
	}
}

START_TEST(squeeze_holds_its_bounds)
{
	static const unsigned plane_counts[] = { 8, 7, 4 };

	for (int p = 0; p < 3; p++)
		for (unsigned x = 0; x <= 3; x++) {
			struct sqz_block_shape shape = { 1,  150, 140,	64,
							 32, 1,	  false };
			uint64_t state = 5 + x;
			int16_t *weights =
			    random_weights(&shape, plane_counts[p], &state);
			struct sqz_blocks blocks;

			ck_assert_int_eq(sqz_blocks_slice(&shape, weights,
							  plane_counts[p],
							  &blocks, &err),
					 0);
			sqz_blocks_squeeze(&blocks, x);
			check_squeezed(&blocks, x);
			sqz_blocks_free(&blocks);
			free(weights);
		}
}
END_TEST

START_TEST(squeeze_by_zero_changes_nothing)
{
	const struct sqz_block_shape *shape = &shapes[3];
	size_t count = (size_t)shape->out_channels * shape->group_rows;
	uint64_t state = 9;
	int16_t *weights = random_weights(shape, 8, &state);
	int16_t *copy = malloc(count * sizeof(*copy));
	struct sqz_blocks blocks;

	memcpy(copy, weights, count * sizeof(*copy));
	ck_assert_int_eq(sqz_blocks_slice(shape, weights, 8, &blocks, &err), 0);
	sqz_blocks_squeeze(&blocks, 0);
	sqz_blocks_store(&blocks, shape, weights);
	ck_assert_mem_eq(copy, weights, count * sizeof(*copy));
	for (uint32_t b = 0; b < blocks.count; b++)
		ck_assert_uint_eq(blocks.blocks[b].max_shift, 0);
	sqz_blocks_free(&blocks);
	free(weights);
	free(copy);
}
END_TEST

/* What is written back is q' << s_r, in every shape. */
START_TEST(stored_weights_are_written_back)
{
	const struct sqz_block_shape *shape = &shapes[_i];
	uint64_t state = 21 + (uint64_t)_i;
	int16_t *weights = random_weights(shape, 8, &state);
	struct sqz_blocks blocks;

	FAST_ASSERT(sqz_blocks_slice(shape, weights, 8, &blocks, &err), ==, 0);
	sqz_blocks_squeeze(&blocks, 2);
	sqz_blocks_store(&blocks, shape, weights);
	for (uint32_t b = 0; b < blocks.count; b++) {
		const struct sqz_weight_block *block = &blocks.blocks[b];

		for (uint32_t i = 0; i < block->rows * block->cols; i++) {
			uint32_t r = i / block->cols;
			int stored =
			    block->squeezed[i] * (1 << block->shifts[r]);

			FAST_ASSERT(stored, ==,
				    dense_value(shape, weights, block->row0 + r,
						block->col0 + i % block->cols));
		}
	}
	sqz_blocks_free(&blocks);
	free(weights);
}
END_TEST

START_TEST(empty_blocks_need_nothing)
{
	struct sqz_block_shape shape = { 1, 70, 5, 128, 128, 1, false };
	int16_t weights[350] = { 0 };
	struct sqz_blocks blocks;
	struct sqz_planes planes;

	ck_assert_int_eq(sqz_blocks_slice(&shape, weights, 8, &blocks, &err),
			 0);
	sqz_blocks_squeeze(&blocks, 3);
	const struct sqz_weight_block *block = &blocks.blocks[0];
	ck_assert_uint_eq(block->max_shift, 0);
	ck_assert_uint_eq(block->stored, 0);
	for (int form = 0; form < 2; form++) {
		ck_assert_uint_eq(sqz_block_array_count(block, form), 0);
		ck_assert_int_eq(sqz_block_planes(block, form, &planes, &err),
				 0);
		ck_assert_uint_eq(planes.count, 0);
		sqz_planes_free(&planes);
	}
	ck_assert_uint_eq(
	    sqz_blocks_dense_arrays(&blocks, SQZ_SIGN_DIFFERENTIAL), 10);
	ck_assert_uint_eq(
	    sqz_blocks_dense_arrays(&blocks, SQZ_SIGN_TWOS_COMPLEMENT), 6);
	sqz_blocks_free(&blocks);
}
END_TEST

/* ---- planes ---- */

/* Adds the cells up again; an offset is taken off. */
static int sum_cells(const struct sqz_weight_block *block,
		     const struct sqz_planes *planes, uint32_t r, uint32_t c)
{
	unsigned bits = block->cell_bits;
	int sum = 0;

	for (uint32_t i = 0; i < planes->count; i++) {
		const struct sqz_plane *plane = &planes->planes[i];
		int digit = plane->offset ? -(1 << (bits - 1)) : 0;

		for (unsigned b = 0; b < bits; b++) {
			size_t line = (size_t)c * bits + b;
			size_t word = line * planes->word_count + r / 64;
			digit += (int)(plane->bits[word] >> (r % 64) & 1) << b;
		}
		digit *= 1 << plane->plane;
		sum += plane->negative ? -digit : digit;
	}
	return sum;
}

static void check_planes(const struct sqz_weight_block *block,
			 enum sqz_sign_form form)
{
	struct sqz_planes planes;

	FAST_ASSERT(sqz_block_planes(block, form, &planes, &err), ==, 0);
	FAST_ASSERT(planes.count, ==, sqz_block_array_count(block, form));
	FAST_ASSERT(planes.word_count, ==, (block->rows + 63) / 64);
	for (uint32_t r = 0; r < block->rows; r++)
		for (uint32_t c = 0; c < block->cols; c++)
			FAST_ASSERT(
			    sum_cells(block, &planes, r, c), ==,
			    block->squeezed[(size_t)r * block->cols + c]);
	/* Bits behind the last row are 0. */
	for (uint32_t i = 0; i < planes.count && block->rows % 64; i++)
		for (uint32_t c = 0; c < block->cols * block->cell_bits; c++) {
			uint64_t last =
			    planes.planes[i]
				.bits[(size_t)(c + 1) * planes.word_count - 1];

			FAST_ASSERT(last >> (block->rows % 64), ==, 0);
		}
	sqz_planes_free(&planes);
}

static void check_shape_planes(const struct sqz_block_shape *shape,
			       unsigned planes, unsigned x, uint64_t seed)
{
	int16_t *weights = random_weights(shape, planes, &seed);
	struct sqz_blocks blocks;

	ck_assert_int_eq(
	    sqz_blocks_slice(shape, weights, planes, &blocks, &err), 0);
	sqz_blocks_squeeze(&blocks, x);
	for (uint32_t b = 0; b < blocks.count; b++) {
		check_planes(&blocks.blocks[b], SQZ_SIGN_DIFFERENTIAL);
		check_planes(&blocks.blocks[b], SQZ_SIGN_TWOS_COMPLEMENT);
	}
	sqz_blocks_free(&blocks);
	free(weights);
}

START_TEST(planes_add_up_to_the_weights)
{
	struct sqz_block_shape shape = shapes[_i];

	for (shape.cell_bits = 1; shape.cell_bits <= 4; shape.cell_bits *= 2) {
		check_shape_planes(&shape, 8, (unsigned)_i % 4,
				   31 + (uint64_t)_i);
		check_shape_planes(&shape, 15, 0, 77 + (uint64_t)_i);
	}
}
END_TEST

START_TEST(digits_by_hand)
{
	struct sqz_block_shape shape = { 1, 2, 2, 128, 128, 2, false };
	const int16_t weights[] = { 17, 0, 16, 1 };
	const int16_t negative[] = { 17, 0, -16, 1 };
	struct sqz_blocks blocks;

	ck_assert_int_eq(sqz_blocks_slice(&shape, weights, 8, &blocks, &err),
			 0);
	/* Digits of 2 bits: 1 0 1 and 1 0 0; no sign is needed. */
	struct sqz_digits digits =
	    sqz_block_digits(&blocks.blocks[0], SQZ_SIGN_TWOS_COMPLEMENT);
	ck_assert_uint_eq(digits.stored, 5);
	ck_assert_int_eq(digits.offset, -1);
	ck_assert_uint_eq(
	    sqz_block_array_count(&blocks.blocks[0], SQZ_SIGN_DIFFERENTIAL), 4);
	/* All planes: 8 in 4 digits, twice; 9 with the sign in 5. */
	ck_assert_uint_eq(
	    sqz_blocks_dense_arrays(&blocks, SQZ_SIGN_DIFFERENTIAL), 8);
	ck_assert_uint_eq(
	    sqz_blocks_dense_arrays(&blocks, SQZ_SIGN_TWOS_COMPLEMENT), 5);
	sqz_blocks_free(&blocks);
	/* 01 00 01, 11 00 00 (-16 in 6 bits), 00 00 01. */
	ck_assert_int_eq(sqz_blocks_slice(&shape, negative, 8, &blocks, &err),
			 0);
	digits = sqz_block_digits(&blocks.blocks[0], SQZ_SIGN_TWOS_COMPLEMENT);
	ck_assert_uint_eq(digits.stored, 5);
	ck_assert_int_eq(digits.offset, 2);
	sqz_blocks_free(&blocks);
}
END_TEST

START_TEST(planes_by_hand)
{
	struct sqz_block_shape shape = { 1, 2, 2, 128, 128, 1, false };
	/* [out][row]: column 0 holds 5 and 0, column 1 holds -4 and 1. */
	const int16_t weights[] = { 5, 0, -4, 1 };
	struct sqz_blocks blocks;
	struct sqz_planes planes;

	ck_assert_int_eq(sqz_blocks_slice(&shape, weights, 8, &blocks, &err),
			 0);
	const struct sqz_weight_block *block = &blocks.blocks[0];
	ck_assert_uint_eq(block->stored, 5);
	/* Plane 1 is empty: planes 0 and 2, both signs. */
	ck_assert_int_eq(
	    sqz_block_planes(block, SQZ_SIGN_DIFFERENTIAL, &planes, &err), 0);
	ck_assert_uint_eq(planes.count, 4);
	ck_assert_uint_eq(planes.planes[0].plane, 0);
	ck_assert(!planes.planes[0].negative);
	ck_assert_uint_eq(planes.planes[0].bits[0], 1);
	ck_assert_uint_eq(planes.planes[0].bits[1], 2);
	ck_assert_uint_eq(planes.planes[3].plane, 2);
	ck_assert(planes.planes[3].negative);
	ck_assert_uint_eq(planes.planes[3].bits[0], 0);
	ck_assert_uint_eq(planes.planes[3].bits[1], 1);
	sqz_planes_free(&planes);
	/* 0101, 0000, 1100, 0001: planes 0, 2 and the negative 3. */
	ck_assert_int_eq(
	    sqz_block_planes(block, SQZ_SIGN_TWOS_COMPLEMENT, &planes, &err),
	    0);
	ck_assert_uint_eq(planes.count, 3);
	ck_assert_uint_eq(planes.planes[1].plane, 2);
	ck_assert_uint_eq(planes.planes[1].bits[0], 1);
	ck_assert_uint_eq(planes.planes[1].bits[1], 1);
	ck_assert_uint_eq(planes.planes[2].plane, 3);
	ck_assert(planes.planes[2].negative);
	ck_assert_uint_eq(planes.planes[2].bits[0], 0);
	ck_assert_uint_eq(planes.planes[2].bits[1], 1);
	sqz_planes_free(&planes);
	sqz_blocks_free(&blocks);
}
END_TEST

int main(void)
{
	int count = sizeof(shapes) / sizeof(shapes[0]);
	Suite *suite = suite_create("blocks");
	TCase *tcase = tcase_create("blocks");

	tcase_add_loop_test(tcase, blocks_cover_every_weight_once, 0, count);
	tcase_add_test(tcase, block_counts_by_hand);
	tcase_add_test(tcase, weights_that_do_not_fit_are_refused);
	tcase_add_test(tcase, bit_lengths);
	tcase_add_test(tcase, squeeze_by_hand);
	tcase_add_test(tcase, squeeze_holds_its_bounds);
	tcase_add_test(tcase, squeeze_by_zero_changes_nothing);
	tcase_add_loop_test(tcase, stored_weights_are_written_back, 0, count);
	tcase_add_test(tcase, empty_blocks_need_nothing);
	tcase_add_loop_test(tcase, planes_add_up_to_the_weights, 0, count);
	tcase_add_test(tcase, planes_by_hand);
	tcase_add_test(tcase, digits_by_hand);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
