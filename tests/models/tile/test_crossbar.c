/* The kernels against an oracle that looks at every cell by itself. */
#include <string.h>

#include "tile/crossbar.h"
#include "tile_suites.h"

#define MAX_ROWS    200
#define MAX_COLUMNS 140
#define MAX_ARRAYS  16

static uint64_t random_state = 88172645463325252u;

static uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* A block as plain bytes: one for each cell, its level. */
struct block {
	uint32_t rows, columns, arrays, input_bits, adc_bits, cell_bits;
	uint8_t plane[MAX_ARRAYS];
	bool negative[MAX_ARRAYS], offset[MAX_ARRAYS];
	uint8_t cells[MAX_ARRAYS][MAX_COLUMNS][MAX_ROWS];
	uint8_t shifts[MAX_ROWS];
	uint8_t inputs[MAX_ROWS + SQZ_CROSSBAR_ROW_PAD];
	uint16_t order[MAX_ROWS];
	bool shifted, ordered;
};

struct product {
	int32_t sums[MAX_COLUMNS + SQZ_CROSSBAR_COLUMN_PAD];
	uint64_t saturations;
};

static unsigned input_bit(const struct block *b, uint32_t row, uint32_t cycle)
{
	uint32_t shift = b->shifted ? b->shifts[row] : 0;

	if (cycle < shift || cycle - shift >= b->input_bits)
		return 0;
	return b->inputs[row] >> (cycle - shift) & 1;
}

static uint32_t cycles_of(const struct block *b)
{
	uint32_t largest = 0;

	for (uint32_t r = 0; b->shifted && r < b->rows; r++)
		if (b->shifts[r] > largest)
			largest = b->shifts[r];
	return b->input_bits + largest;
}

static uint32_t adc(const struct block *b, uint32_t sum, struct product *p)
{
	uint32_t most = (1u << b->adc_bits) - 1;

	p->saturations += sum > most;
	return sum > most ? most : sum;
}

/* Half of the levels times the driven rows, converted. */
static uint32_t unit(const struct block *b, uint32_t a, uint32_t t,
		     struct product *p)
{
	uint32_t rows = 0;

	if (!b->offset[a])
		return 0;
	for (uint32_t r = 0; r < b->rows; r++)
		rows += input_bit(b, r, t);
	return adc(b, rows, p) << (b->cell_bits - 1);
}

/* Row r of the drive stands on row order[r] of the cells. */
static void oracle(const struct block *b, struct product *p)
{
	memset(p, 0, sizeof(*p));
	for (uint32_t t = 0; t < cycles_of(b); t++)
		for (uint32_t a = 0; a < b->arrays; a++) {
			uint32_t off = unit(b, a, t, p);

			for (uint32_t c = 0; c < b->columns; c++) {
				uint32_t sum = 0;

				for (uint32_t r = 0; r < b->rows; r++) {
					uint32_t at =
					    b->ordered ? b->order[r] : r;

					sum += input_bit(b, r, t) *
					       b->cells[a][c][at];
				}
				sum = adc(b, sum, p) - off;
				sum <<= b->plane[a] + t;
				p->sums[c] =
				    (int32_t)((uint32_t)p->sums[c] +
					      (b->negative[a] ? -sum : sum));
			}
		}
}

static struct sqz_crossbar *program(const struct block *b,
				    enum sqz_cpu_level level)
{
	static uint64_t bits[MAX_ARRAYS]
			    [MAX_COLUMNS * 4 * ((MAX_ROWS + 63) / 64)];
	struct sqz_crossbar_array arrays[MAX_ARRAYS];
	uint32_t words = (b->rows + 63) / 64;
	struct sqz_crossbar_spec spec = {
		b->rows,      b->columns,
		cycles_of(b), b->adc_bits,
		b->cell_bits, b->arrays,
		arrays,	      b->ordered ? b->order : NULL
	};

	memset(bits, 0, sizeof(bits));
	for (uint32_t a = 0; a < b->arrays; a++) {
		for (uint32_t c = 0; c < b->columns * b->cell_bits; c++)
			for (uint32_t r = 0; r < b->rows; r++)
				bits[a][c * words + r / 64] |=
				    (uint64_t)(b->cells[a][c / b->cell_bits]
						       [r] >>
						   (c % b->cell_bits) &
					       1)
				    << (r % 64);
		arrays[a] =
		    (struct sqz_crossbar_array){ b->plane[a], b->negative[a],
						 bits[a], b->offset[a] };
	}
	return sqz_crossbar_create(&spec, level);
}

static void run(const struct block *b, enum sqz_cpu_level level,
		struct product *p)
{
	struct sqz_drive_plan plan;
	struct sqz_drive drive;
	struct sqz_crossbar *x = program(b, level);

	ck_assert_ptr_nonnull(x);
	memset(p, 0, sizeof(*p));
	sqz_drive_plan_init(&plan, b->rows, b->input_bits,
			    b->shifted ? b->shifts : NULL);
	ck_assert_uint_eq(plan.cycles, cycles_of(b));
	sqz_drive_fill(&plan, b->inputs, &drive);
	p->saturations = sqz_crossbar_pass(x, &drive, p->sums);
	sqz_crossbar_destroy(x);
}

/* At all levels of this processor. */
static void compare(const struct block *b)
{
	struct product wanted, got;

	oracle(b, &wanted);
	for (int level = 0; level <= (int)sqz_cpu_level(); level++) {
		run(b, (enum sqz_cpu_level)level, &got);
		ck_assert_msg(
		    !memcmp(wanted.sums, got.sums, sizeof(wanted.sums)),
		    "sums differ: %u x %u, %u arrays, level %d", b->rows,
		    b->columns, b->arrays, level);
		ck_assert_uint_eq(wanted.saturations, got.saturations);
	}
}

static void fill(struct block *b, uint32_t rows, uint32_t columns,
		 uint32_t planes, bool differential)
{
	memset(b, 0, sizeof(*b));
	b->rows = rows;
	b->columns = columns;
	b->input_bits = 8;
	b->adc_bits = 8;
	b->cell_bits = 1;
	b->arrays = planes * (differential ? 2 : 1);
	for (uint32_t a = 0; a < b->arrays; a++) {
		b->plane[a] = (uint8_t)(a % planes);
		b->negative[a] = differential ? a >= planes : a == planes - 1;
		for (uint32_t c = 0; c < columns; c++)
			for (uint32_t r = 0; r < rows; r++)
				b->cells[a][c][r] = random64() >> 20 & 1;
	}
	for (uint32_t r = 0; r < sizeof(b->inputs); r++)
		b->inputs[r] = (uint8_t)(random64() >> 11);
}

static void shift_rows(struct block *b, uint32_t most)
{
	b->shifted = true;
	for (uint32_t r = 0; r < b->rows; r++)
		b->shifts[r] = (uint8_t)(random64() % (most + 1));
}

/* ceil(log2(rows + 1)), less one bit: the sums of a full bit line saturate. */
static uint32_t one_bit_short(uint32_t rows)
{
	uint32_t bits = 0;

	while (rows >> bits)
		bits++;
	return bits > 1 ? bits - 1 : 1;
}

static struct block block;

START_TEST(sizes)
{
	static const uint32_t rows[] = { 1, 2, 63, 64, 65, 127, 128, 200 };
	static const uint32_t columns[] = { 1, 7, 8, 9, 31, 33, 64, 140 };

	for (unsigned i = 0; i < 8; i++)
		for (unsigned j = 0; j < 8; j++) {
			fill(&block, rows[i], columns[j], 3, false);
			compare(&block);
		}
}
END_TEST

START_TEST(random_blocks)
{
	for (unsigned i = 0; i < 60; i++) {
		fill(&block, 1 + random64() % MAX_ROWS,
		     1 + random64() % MAX_COLUMNS, 1 + random64() % 8,
		     random64() & 1);
		if (i % 3)
			shift_rows(&block, i % 8);
		if (i % 5 == 0)
			block.input_bits = 1 + random64() % 8;
		if (i % 4 == 0)
			block.adc_bits = one_bit_short(block.rows) - i % 2;
		if (block.adc_bits == 0)
			block.adc_bits = 1;
		compare(&block);
	}
}
END_TEST

static void fill_cells(struct block *b, uint8_t cell, uint8_t input)
{
	memset(b->inputs, input, sizeof(b->inputs));
	for (uint32_t a = 0; a < b->arrays; a++)
		for (uint32_t c = 0; c < b->columns; c++)
			memset(b->cells[a][c], cell, b->rows);
}

/* Digits of `bits` bits; some two's complement, the sign's with an offset. */
static void fill_digits(struct block *b, uint32_t bits)
{
	uint32_t digits = 1 + random64() % (8 / bits);
	bool differential = random64() & 1;

	fill(b, 1 + random64() % MAX_ROWS, 1 + random64() % MAX_COLUMNS, digits,
	     differential);
	b->cell_bits = bits;
	for (uint32_t a = 0; a < b->arrays; a++) {
		b->plane[a] = (uint8_t)(b->plane[a] * bits);
		for (uint32_t c = 0; c < b->columns; c++)
			for (uint32_t r = 0; r < b->rows; r++)
				b->cells[a][c][r] =
				    random64() >> 20 & ((1u << bits) - 1);
	}
	b->offset[b->arrays - 1] = !differential;
	b->negative[b->arrays - 1] = differential || random64() % 4 == 0;
}

START_TEST(cells_of_several_bits)
{
	for (unsigned i = 0; i < 60; i++) {
		fill_digits(&block, i % 2 ? 2 : 4);
		block.adc_bits = 12;
		if (i % 3)
			shift_rows(&block, i % 4);
		compare(&block);
		/* The sums saturate, then the unit bit lines', too. */
		block.adc_bits = one_bit_short(block.rows * 2);
		compare(&block);
		block.adc_bits = one_bit_short(block.rows);
		compare(&block);
	}
}
END_TEST

START_TEST(zeros_and_ones)
{
	struct product p;

	for (unsigned short_adc = 0; short_adc < 2; short_adc++) {
		fill(&block, 128, 17, 8, true);
		block.adc_bits = short_adc ? 7 : 8;
		shift_rows(&block, 3);
		fill_cells(&block, 0, 255);
		compare(&block);
		fill_cells(&block, 1, 0);
		compare(&block);
		fill_cells(&block, 1, 255);
		compare(&block);
	}
	/* 128 ones need 8 bits: 7 are one short of 128. */
	fill(&block, 128, 4, 1, false);
	block.negative[0] = false;
	block.adc_bits = 7;
	fill_cells(&block, 1, 255);
	run(&block, SQZ_CPU_BASELINE, &p);
	ck_assert_uint_eq(p.saturations, 8 * 4);
	ck_assert_int_eq(p.sums[3], 127 * 255);
}
END_TEST

/* Where all weights are known: 3 * 200 - 5 * 100 with s = 1 on the first. */
START_TEST(by_hand)
{
	struct product p;

	memset(&block, 0, sizeof(block));
	block.rows = 2;
	block.columns = 1;
	block.input_bits = 8;
	block.adc_bits = 2;
	block.cell_bits = 1;
	block.arrays = 3;
	block.shifted = true;
	block.shifts[0] = 1;
	block.inputs[0] = 200;
	block.inputs[1] = 100;
	/* + plane 0: row 0; - planes 0 and 2: row 1 */
	block.plane[2] = 2;
	block.negative[1] = block.negative[2] = true;
	block.cells[0][0][0] = 1;
	block.cells[1][0][1] = 1;
	block.cells[2][0][1] = 1;
	run(&block, SQZ_CPU_BASELINE, &p);
	ck_assert_int_eq(p.sums[0], 2 * 200 - 5 * 100);
}
END_TEST

START_TEST(planes_with_gaps)
{
	static const uint8_t planes[] = { 0, 2, 2, 7, 15, 15 };

	for (unsigned i = 0; i < 10; i++) {
		fill(&block, 100, 20, 6, false);
		shift_rows(&block, 7);
		for (unsigned a = 0; a < 6; a++) {
			block.plane[a] = planes[a];
			block.negative[a] = (a + i) % 3 == 0;
		}
		compare(&block);
	}
}
END_TEST

/* Real inputs often leave high bits at 0: those cycles are passed over. */
START_TEST(small_inputs)
{
	for (unsigned bits = 0; bits < 8; bits++) {
		fill(&block, 150, 40, 7, true);
		for (unsigned r = 0; r < 150; r++)
			block.inputs[r] &= (1u << bits) - 1;
		compare(&block);
		for (unsigned r = 0; r < 150; r++)
			block.inputs[r] &= 0x50;
		block.adc_bits = 5;
		compare(&block);
	}
}
END_TEST

START_TEST(ordered_rows)
{
	for (unsigned i = 0; i < 10; i++) {
		fill(&block, 65 + 10 * i, 30, 4, true);
		block.ordered = true;
		for (uint32_t r = 0; r < block.rows; r++)
			block.order[r] = (uint16_t)((r * 7 + i) % block.rows);
		shift_rows(&block, 2);
		compare(&block);
	}
}
END_TEST

START_TEST(adds_to_sums)
{
	struct product wanted, got;
	struct sqz_drive_plan plan;
	struct sqz_drive drive;

	fill(&block, 40, 12, 4, false);
	oracle(&block, &wanted);
	struct sqz_crossbar *x = program(&block, sqz_cpu_level());
	sqz_drive_plan_init(&plan, block.rows, 8, NULL);
	sqz_drive_fill(&plan, block.inputs, &drive);
	for (unsigned i = 0; i < MAX_COLUMNS + SQZ_CROSSBAR_COLUMN_PAD; i++)
		got.sums[i] = (int32_t)(i * 1000);
	sqz_crossbar_pass(x, &drive, got.sums);
	for (unsigned i = 0; i < MAX_COLUMNS; i++)
		ck_assert_int_eq(got.sums[i],
				 wanted.sums[i] + (int32_t)(i * 1000));
	sqz_crossbar_destroy(x);
}
END_TEST

START_TEST(flipped_cell)
{
	struct product before, after;
	struct sqz_drive_plan plan;
	struct sqz_drive drive;

	fill(&block, 70, 9, 3, true);
	block.inputs[66] = 37;
	oracle(&block, &before);
	struct sqz_crossbar *x = program(&block, sqz_cpu_level());
	ck_assert_int_eq(sqz_crossbar_flip(x, 5, 66, 8), 0);
	ck_assert_int_eq(sqz_crossbar_flip(x, 6, 0, 0), -1);
	ck_assert_int_eq(sqz_crossbar_flip(x, 0, 70, 0), -1);
	ck_assert_int_eq(sqz_crossbar_flip(x, 0, 0, 9), -1);
	sqz_drive_plan_init(&plan, block.rows, 8, NULL);
	sqz_drive_fill(&plan, block.inputs, &drive);
	memset(&after, 0, sizeof(after));
	sqz_crossbar_pass(x, &drive, after.sums);
	/* Negative plane 2: the sum changes by 37 * 4. */
	ck_assert_int_eq(after.sums[8] - before.sums[8],
			 block.cells[5][8][66] ? 37 * 4 : -37 * 4);
	ck_assert_int_eq(after.sums[7], before.sums[7]);
	sqz_crossbar_destroy(x);
}
END_TEST

START_TEST(lossless)
{
	struct sqz_crossbar *x;

	fill(&block, 128, 4, 2, false);
	fill_cells(&block, 1, 255);
	x = program(&block, sqz_cpu_level());
	ck_assert(sqz_crossbar_lossless(x));
	sqz_crossbar_destroy(x);
	block.adc_bits = 7;
	x = program(&block, sqz_cpu_level());
	ck_assert(!sqz_crossbar_lossless(x));
	sqz_crossbar_destroy(x);
	for (unsigned a = 0; a < 2; a++)
		for (unsigned c = 0; c < 4; c++)
			block.cells[a][c][5] = 0;
	x = program(&block, sqz_cpu_level());
	ck_assert(sqz_crossbar_lossless(x));
	sqz_crossbar_destroy(x);
}
END_TEST

START_TEST(bad_specs)
{
	struct sqz_crossbar_array array = { 0, false, NULL, false };
	struct sqz_crossbar_spec good = { 8, 8, 8, 8, 1, 0, &array, NULL };
	struct sqz_crossbar_spec bad[11];
	struct sqz_crossbar *x = sqz_crossbar_create(&good, sqz_cpu_level());

	ck_assert_ptr_nonnull(x);
	sqz_crossbar_destroy(x);
	for (unsigned i = 0; i < 11; i++)
		bad[i] = good;
	bad[0].rows = 0;
	bad[1].rows = 1025;
	bad[2].columns = 0;
	bad[3].columns = 1025;
	bad[4].cycles = 17;
	bad[5].adc_bits = 0;
	bad[6].array_count = 65;
	bad[7].array_count = 1;
	bad[8].cell_bits = 0;
	bad[9].cell_bits = 5;
	bad[10].cell_bits = 4;
	bad[10].array_count = 17;
	array.plane = 24; /* weighted up to 2^31 */
	for (unsigned i = 0; i < 11; i++)
		ck_assert_ptr_null(
		    sqz_crossbar_create(&bad[i], sqz_cpu_level()));
}
END_TEST

TCase *sqz_crossbar_tests(void)
{
	TCase *tests = tcase_create("crossbar");

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, sizes);
	tcase_add_test(tests, random_blocks);
	tcase_add_test(tests, cells_of_several_bits);
	tcase_add_test(tests, zeros_and_ones);
	tcase_add_test(tests, by_hand);
	tcase_add_test(tests, planes_with_gaps);
	tcase_add_test(tests, small_inputs);
	tcase_add_test(tests, ordered_rows);
	tcase_add_test(tests, adds_to_sums);
	tcase_add_test(tests, flipped_cell);
	tcase_add_test(tests, lossless);
	tcase_add_test(tests, bad_specs);
	return tests;
}
