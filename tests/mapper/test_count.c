/* Counting: closed forms and a cell-by-cell oracle. */
#include "count.h"
#include "random.h"
#include "suite.h"

#include <string.h>

static struct sqz_error err;

static struct sqz_design full_design(struct sqz_cells cells)
{
	return (struct sqz_design){ .cells = cells,
				    .read = { .mode = SQZ_READ_FULL },
				    .array_rows = 128,
				    .array_columns = 128 };
}

static struct sqz_design ou_design(struct sqz_cells cells, uint32_t rows,
				   uint32_t columns, bool skip)
{
	struct sqz_design design = full_design(cells);

	design.read = (struct sqz_read){ SQZ_READ_OU, rows, columns, skip };
	return design;
}

static const struct sqz_cells PAIR16 = { SQZ_SLICED, SQZ_CELLS_PAIR, 16,
					 1,	     false,	     false };
static const struct sqz_cells ISAAC16 = {
	SQZ_SIDE_BY_SIDE, SQZ_CELLS_OFFSET, 15, 2, false, false
};
static const struct sqz_cells ISAAC8 = {
	SQZ_SIDE_BY_SIDE, SQZ_CELLS_OFFSET, 7, 2, false, false
};
static const struct sqz_cells TWOS8 = {
	SQZ_SIDE_BY_SIDE, SQZ_CELLS_TWOS, 7, 1, false, false
};

static struct sqz_count count_of(const struct sqz_layer_view *layer,
				 const struct sqz_design *design)
{
	struct sqz_count count;

	ck_assert_msg(sqz_count_layer(layer, design, &count, &err) == 0, "%s",
		      err.text);
	return count;
}

/* ---- closed forms ---- */

/* crossbars = ceil(K / R) ceil(N / C) P, twice for a pair. */
START_TEST(dense_sliced)
{
	struct sqz_layer_view layer = { .shape = { .groups = 1,
						   .group_rows = 300,
						   .out_channels = 130 },
					.positions = 10 };
	struct sqz_cells cells = { SQZ_SLICED, SQZ_CELLS_PAIR, 8,
				   1,	       false,	       false };
	struct sqz_design design = full_design(cells);
	struct sqz_count count = count_of(&layer, &design);

	ck_assert_uint_eq(count.blocks, 6);
	ck_assert_uint_eq(count.arrays, 6 * 8 * 2);
	ck_assert_uint_eq(count.cells, 6 * 16 * 128 * 128);
	ck_assert_uint_eq(count.used_cells, 300 * 130 * 16);
	ck_assert_uint_eq(count.index_bits, 0);
	ck_assert_uint_eq(count.pass_cycles, 8);
	ck_assert_uint_eq(count.bit_lines, 128);
	ck_assert_uint_eq(count.ous, count.arrays);
	ck_assert_uint_eq(count.conversions, 3 * 130 * 16 * 8);
	ck_assert_uint_eq(count.cell_cycles, 300 * 130 * 16 * 8);
	ck_assert_uint_eq(count.dac_row_cycles, 2 * 300 * 16 * 8);
	design.cells.sign = SQZ_CELLS_TWOS;
	ck_assert_uint_eq(count_of(&layer, &design).arrays, 6 * 9);
	design.cells.cell_bits = 2;
	/* 9 bits in 5 digits; the one with the sign has a unit column. */
	count = count_of(&layer, &design);
	ck_assert_uint_eq(count.arrays, 6 * 5);
	ck_assert_uint_eq(count.cells, 6 * (5 * 128 + 1) * 128);
	ck_assert_uint_eq(count.conversions, (3 * 130 * 5 + 6) * 8);
	design.cells.sign = SQZ_CELLS_PAIR;
	design.cells.cell_bits = 4;
	ck_assert_uint_eq(count_of(&layer, &design).arrays, 6 * 2 * 2);
}
END_TEST

/* ceil(K / R) ceil(8 N / C); every array has a unit column, every other bit
 * line a flip. */
START_TEST(side_by_side)
{
	struct sqz_layer_view layer = {
		.shape = { .groups = 1, .group_rows = 129, .out_channels = 17 },
		.positions = 1
	};
	struct sqz_design design = full_design(ISAAC16);
	struct sqz_count count = count_of(&layer, &design);

	ck_assert_uint_eq(count.arrays, 4);
	ck_assert_uint_eq(count.cells, 4 * 128 * 129);
	ck_assert_uint_eq(count.used_cells, 129 * (17 * 8 + 2));
	ck_assert_uint_eq(count.index_bits, 2 * 17 * 8);
	ck_assert_uint_eq(count.conversions, 2 * (17 * 8 + 2) * 8);
	ck_assert_uint_eq(count.bit_lines, 129);
	ck_assert_uint_eq(sqz_design_adc_bits(&design), 8);
	design.cells = ISAAC8;
	ck_assert_uint_eq(count_of(&layer, &design).arrays, 2);
}
END_TEST

/* 9 x 1 groups: 14 in an array of 128 rows. */
START_TEST(depthwise)
{
	struct sqz_layer_view layer = { .shape = { .groups = 100,
						   .group_rows = 9,
						   .out_channels = 100 },
					.positions = 1 };
	struct sqz_cells cells = { SQZ_SLICED, SQZ_CELLS_TWOS, 7,
				   1,	       false,	       false };
	struct sqz_design design = full_design(cells);

	ck_assert_uint_eq(count_of(&layer, &design).arrays, 8 * 8);
	design.cells.groups_apart = true;
	struct sqz_count count = count_of(&layer, &design);
	ck_assert_uint_eq(count.arrays, 100 * 8);
	ck_assert_uint_eq(count.used_cells, 100 * 9 * 8);
}
END_TEST

START_TEST(operation_units)
{
	struct sqz_layer_view layer = {
		.shape = { .groups = 1, .group_rows = 150, .out_channels = 20 },
		.positions = 1
	};
	struct sqz_design design = ou_design(TWOS8, 9, 8, false);
	struct sqz_count count = count_of(&layer, &design);

	/* 16 weights an array: 16 + 4. Blocks of 128 and 22 rows: 15 and 3
	 * bands. */
	ck_assert_uint_eq(count.arrays, 4);
	ck_assert_uint_eq(count.ous, (15 + 3) * 20);
	ck_assert_uint_eq(count.pass_cycles, 15 * 16 * 8);
	ck_assert_uint_eq(count.conversions, (15 + 3) * 160 * 8);
	ck_assert_uint_eq(count.bit_lines, 8);
	ck_assert_uint_eq(count.cell_cycles, 150 * 160 * 8);
	ck_assert_uint_eq(sqz_design_adc_bits(&design), 4);
}
END_TEST

START_TEST(adc_bits)
{
	static const struct {
		uint32_t rows, cell_bits, bits;
	} CASES[] = { { 128, 1, 8 }, { 128, 2, 9 }, { 64, 1, 7 },
		      { 256, 1, 9 }, { 8, 1, 4 },   { 9, 1, 4 },
		      { 16, 1, 5 },  { 15, 1, 4 },  { 128, 4, 11 },
		      { 1, 1, 1 } };

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct sqz_design design = full_design(PAIR16);
		design.array_rows = CASES[i].rows;
		design.cells.cell_bits = CASES[i].cell_bits;
		ck_assert_uint_eq(sqz_design_adc_bits(&design), CASES[i].bits);
	}
}
END_TEST

START_TEST(designs_that_make_no_sense)
{
	const struct sqz_layer_view layer = {
		.shape = { .groups = 1, .group_rows = 1, .out_channels = 1 }
	};
	struct sqz_design designs[8];
	struct sqz_count count;

	for (int i = 0; i < 8; i++)
		designs[i] = full_design(PAIR16);
	designs[0].cells.planes = 0;
	designs[1].cells.planes = 17;
	designs[2].cells.cell_bits = 3;
	designs[3] = ou_design(PAIR16, 0, 8, false);
	designs[4].cells = ISAAC16;
	designs[4].array_columns = 7;
	designs[5] = ou_design(ISAAC16, 8, 8, true);
	designs[6].cells = TWOS8;
	designs[6].squeeze = 1;
	designs[7].cells.free_planes = true; /* and no weights */
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(
		    sqz_count_layer(&layer, &designs[i], &count, &err), -1);
		ck_assert_uint_ne(strlen(err.text), 0);
	}
}
END_TEST

/* ---- against a cell-by-cell oracle ---- */

struct matrix {
	struct sqz_block_shape shape;
	int16_t weights[64 * 64];
	struct sqz_blocks blocks;
};

static void make_matrix(struct matrix *m, uint64_t *state, unsigned x)
{
	m->shape = (struct sqz_block_shape){
		.groups = 1,
		.group_rows = (uint32_t)random_between(state, 1, 40),
		.out_channels = (uint32_t)random_between(state, 1, 24),
		.array_rows = 16,
		.array_columns = 8,
	};
	for (uint32_t i = 0; i < m->shape.group_rows * m->shape.out_channels;
	     i++) {
		int most = 127 >> random_between(state, 0, 6);
		m->weights[i] =
		    (int16_t)(random_between(state, 0, 2)
				  ? 0
				  : random_between(state, -most, most));
	}
	ck_assert_int_eq(
	    sqz_blocks_slice(&m->shape, m->weights, 7, &m->blocks, &err), 0);
	sqz_blocks_squeeze(&m->blocks, x);
}

/* Cell of a sliced block: bit `plane` of the positive (sign 0) or negative
 * magnitude, or of two's complement. */
static int cell(const struct sqz_weight_block *block, enum sqz_cell_sign form,
		int sign, unsigned plane, uint32_t r, uint32_t c)
{
	int value = block->squeezed[(size_t)r * block->cols + c];

	if (form == SQZ_CELLS_TWOS)
		return (value + 256) >> plane & 1;
	if (sign)
		value = -value;
	return value > 0 ? value >> plane & 1 : 0;
}

/* OUs and conversions of one array of a block, zero rows skipped. */
static uint64_t array_ous(const struct sqz_weight_block *block,
			  enum sqz_cell_sign form, int sign, unsigned plane,
			  uint32_t ou_rows, uint32_t ou_columns,
			  uint64_t *conversions)
{
	uint64_t ous = 0;

	for (uint32_t c0 = 0; c0 < block->cols; c0 += ou_columns) {
		uint32_t c1 = c0 + ou_columns;
		uint32_t rows = 0;

		c1 = c1 < block->cols ? c1 : block->cols;
		for (uint32_t r = 0; r < block->rows; r++) {
			int any = 0;
			for (uint32_t c = c0; c < c1; c++)
				any |= cell(block, form, sign, plane, r, c);
			rows += (uint32_t)any;
		}
		uint64_t n = (rows + ou_rows - 1) / ou_rows;
		ous += n;
		*conversions += n * (c1 - c0) * (8 + block->max_shift);
	}
	return ous;
}

static void compare_skipping(struct matrix *m, enum sqz_cell_sign form,
			     unsigned x)
{
	struct sqz_layer_view layer = { .shape = m->shape,
					.positions = 1,
					.blocks = &m->blocks };
	struct sqz_cells cells = { SQZ_SLICED, form, 7 - x, 1, false, false };
	struct sqz_design design = ou_design(cells, 3, 5, true);
	uint64_t arrays = 0, ous = 0, conversions = 0, longest = 0;

	design.array_rows = 16;
	design.array_columns = 8;
	design.squeeze = x;
	for (uint32_t b = 0; b < m->blocks.count; b++)
		for (int s = 0; s < (form == SQZ_CELLS_PAIR ? 2 : 1); s++)
			for (unsigned p = 0; p < 8; p++) {
				const struct sqz_weight_block *block =
				    &m->blocks.blocks[b];
				if (p >= 7 - x + (form == SQZ_CELLS_TWOS))
					continue;
				uint64_t n = array_ous(block, form, s, p, 3, 5,
						       &conversions);
				arrays += n > 0;
				ous += n;
				n *= 8 + block->max_shift;
				longest = n > longest ? n : longest;
			}
	struct sqz_count count = count_of(&layer, &design);
	ck_assert_uint_eq(count.arrays, arrays);
	ck_assert_uint_eq(count.ous, ous);
	ck_assert_uint_eq(count.conversions, conversions);
	ck_assert_uint_eq(count.pass_cycles, longest);
}

/* What sqz_block_planes() makes is what is counted. */
static void compare_free_planes(struct matrix *m, bool pair, unsigned x)
{
	struct sqz_layer_view layer = { .shape = m->shape,
					.positions = 1,
					.blocks = &m->blocks };
	struct sqz_cells cells = {
		SQZ_SLICED, pair ? SQZ_CELLS_PAIR : SQZ_CELLS_TWOS,
		7 - x,	    1,
		true,	    false
	};

	for (unsigned bits = 1; bits <= 4; bits *= 2) {
		struct sqz_design design = full_design(cells);
		uint64_t arrays = 0;
		uint64_t conversions = 0;

		design.cells.cell_bits = bits;
		design.squeeze = x;
		for (uint32_t b = 0; b < m->blocks.count; b++) {
			struct sqz_weight_block *block = &m->blocks.blocks[b];
			struct sqz_planes planes;

			block->cell_bits = bits;
			ck_assert_int_eq(
			    sqz_block_planes(block,
					     pair ? SQZ_SIGN_DIFFERENTIAL
						  : SQZ_SIGN_TWOS_COMPLEMENT,
					     &planes, &err),
			    0);
			arrays += planes.count;
			for (uint32_t i = 0; i < planes.count; i++)
				conversions +=
				    (block->cols + planes.planes[i].offset) *
				    (8 + block->max_shift);
			sqz_planes_free(&planes);
		}
		struct sqz_count count = count_of(&layer, &design);
		ck_assert_uint_eq(count.arrays, arrays);
		ck_assert_uint_eq(count.conversions, conversions);
		ck_assert_uint_eq(count.index_bits,
				  m->blocks.count && x
				      ? (uint64_t)m->shape.group_rows *
					    ((m->shape.out_channels + 7) / 8) *
					    (x > 1 ? 2 : 1)
				      : 0);
	}
}

START_TEST(sliced_weights)
{
	static struct matrix m;
	uint64_t state = 17 + (uint64_t)_i;

	for (unsigned x = 0; x <= 3; x++) {
		make_matrix(&m, &state, x);
		compare_skipping(&m, SQZ_CELLS_PAIR, x);
		compare_skipping(&m, SQZ_CELLS_TWOS, x);
		compare_free_planes(&m, true, x);
		compare_free_planes(&m, false, x);
		sqz_blocks_free(&m.blocks);
	}
}
END_TEST

/* Bits of a row index: a list of row numbers, or a bit map if that is
 * shorter. */
static uint64_t row_list_bits(uint32_t rows, uint32_t of)
{
	uint32_t bits = 0;

	while ((1u << bits) < of)
		bits++;
	return rows * bits < of ? rows * bits : of;
}

/* Rows with a 1 in bit lines l0 to below l1; a weight has 8 of them. */
static uint32_t rows_used(const struct matrix *m, uint32_t k0, uint32_t k1,
			  uint32_t l0, uint32_t l1)
{
	uint32_t rows = 0;

	for (uint32_t k = k0; k < k1; k++) {
		int any = 0;
		for (uint32_t l = l0; l < l1; l++) {
			int value = m->weights[l / 8 * m->shape.group_rows + k];
			any |= (value + 256) >> (l % 8) & 1;
		}
		rows += (uint32_t)any;
	}
	return rows;
}

static uint32_t at_most(uint32_t value, uint32_t limit)
{
	return value < limit ? value : limit;
}

/* OUs of 4 x 5 that cut through the weights; three weights an array. */
START_TEST(side_by_side_weights)
{
	static struct matrix m;
	uint64_t state = 91 + (uint64_t)_i;

	make_matrix(&m, &state, 0);
	struct sqz_layer_view layer = { .shape = m.shape,
					.positions = 1,
					.weights = m.weights };
	struct sqz_design design = ou_design(TWOS8, 4, 5, true);
	uint64_t ous = 0, index = 0, arrays = 0;

	design.array_rows = 16;
	design.array_columns = 24;
	for (uint32_t k0 = 0; k0 < m.shape.group_rows; k0 += 16)
		for (uint32_t n0 = 0; n0 < m.shape.out_channels; n0 += 3) {
			uint32_t k1 = at_most(k0 + 16, m.shape.group_rows);
			uint32_t n1 = at_most(n0 + 3, m.shape.out_channels);
			uint64_t before = ous;
			for (uint32_t l = n0 * 8; l < n1 * 8; l += 5) {
				uint32_t rows = rows_used(
				    &m, k0, k1, l, at_most(l + 5, n1 * 8));
				ous += (rows + 3) / 4;
				if (rows)
					index += row_list_bits(rows, k1 - k0);
			}
			arrays += ous > before;
		}
	struct sqz_count count = count_of(&layer, &design);
	ck_assert_uint_eq(count.ous, ous);
	ck_assert_uint_eq(count.index_bits, index);
	ck_assert_uint_eq(count.arrays, arrays);
	sqz_blocks_free(&m.blocks);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("count");
	TCase *tests = tcase_create("count");

	tcase_add_test(tests, dense_sliced);
	tcase_add_test(tests, side_by_side);
	tcase_add_test(tests, depthwise);
	tcase_add_test(tests, operation_units);
	tcase_add_test(tests, adc_bits);
	tcase_add_test(tests, designs_that_make_no_sense);
	tcase_add_loop_test(tests, sliced_weights, 0, 30);
	tcase_add_loop_test(tests, side_by_side_weights, 0, 30);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
