/* Crossbars as they are, against a count of every cell, and against what
 * statistics expect of the devices. */
#include "analog.h"
#include "fast_assert.h"
#include "random.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct sqz_error err;

/* One layer of random weights with a 1 x 1 kernel. */
struct rig {
	struct sqz_qtensor tensors[2];
	struct sqz_qlayer layer;
	struct sqz_blocks blocks;
	struct sqz_quantized net;
	uint32_t rows, columns;
};

struct shape {
	uint32_t groups, rows, columns, array_rows, array_columns;
	unsigned squeeze;
};

static const struct shape shapes[] = {
	{ 1, 1, 1, 128, 128, 0 },     { 1, 129, 17, 128, 128, 3 },
	{ 1, 300, 130, 128, 128, 2 }, { 1, 40, 9, 16, 4, 1 },
	{ 33, 9, 33, 128, 128, 3 },   { 1, 256, 40, 256, 256, 2 },
	{ 1, 300, 7, 1024, 5, 0 },
};

#define PLANES 8

static void make_rig(struct rig *rig, const struct shape *shape, int density,
		     uint64_t *state)
{
	struct sqz_block_shape cut = {
		.groups = shape->groups,
		.group_rows = shape->rows,
		.out_channels = shape->columns,
		.array_rows = shape->array_rows,
		.array_columns = shape->array_columns,
	};
	size_t count = (size_t)shape->columns * shape->rows;
	int16_t *weights = malloc(count * sizeof(*weights));

	memset(rig, 0, sizeof(*rig));
	for (size_t i = 0; i < count; i++) {
		int limit = 255 >> random_between(state, 0, density);

		weights[i] = (int16_t)random_between(state, -limit, limit);
	}
	ck_assert_int_eq(
	    sqz_blocks_slice(&cut, weights, PLANES, &rig->blocks, &err), 0);
	free(weights);
	if (shape->squeeze)
		sqz_blocks_squeeze(&rig->blocks, shape->squeeze);
	rig->rows = shape->rows * shape->groups;
	rig->columns = shape->columns;
	rig->tensors[0].channels = rig->rows;
	rig->tensors[1].channels = shape->columns;
	rig->layer = (struct sqz_qlayer){
		.kind = SQZ_STEP_MVM,
		.input = 0,
		.output = 1,
		.kernel_h = 1,
		.kernel_w = 1,
		.groups = shape->groups,
	};
	rig->net = (struct sqz_quantized){
		.net = { .tensors = rig->tensors,
			 .tensor_count = 2,
			 .layers = &rig->layer,
			 .layer_count = 1 },
		.blocks = &rig->blocks,
	};
}

static struct sqz_analog *make_analog(struct rig *rig,
				      const struct sqz_analog_options *options)
{
	struct sqz_analog *analog = sqz_analog_make(&rig->net, options, &err);

	ck_assert_msg(analog, "%s", err.text);
	return analog;
}

/* ---- the ADC ---- */

/* Bit of the stored weight in a plane of one sign; two's complement has its
 * sign in the plane above the block's highest. */
static int cell(const struct sqz_weight_block *block, uint32_t r, uint32_t c,
		unsigned plane, int sign)
{
	int value = block->squeezed[(size_t)r * block->cols + c];

	if (sign == 0)
		return value >> plane & 1;
	return value * sign > 0 && (abs(value) >> plane & 1);
}

static int64_t naive_line(const struct sqz_weight_block *block, uint32_t c,
			  unsigned plane, int sign, const uint8_t *inputs,
			  int64_t most)
{
	int64_t total = 0;

	for (unsigned t = 0; t < 8 + block->max_shift; t++) {
		int64_t sum = 0;

		for (uint32_t r = 0; r < block->rows; r++) {
			int late = (int)t - block->shifts[r];

			if (late >= 0 && late < 8 && inputs[r] >> late & 1)
				sum += cell(block, r, c, plane, sign);
		}
		total += (sum < most ? sum : most) << t;
	}
	return total << plane;
}

static int64_t naive_block(const struct sqz_weight_block *block, uint32_t c,
			   bool pair, const uint8_t *inputs, int64_t most)
{
	unsigned top = 0;
	int64_t sum = 0;

	while (block->stored >> top)
		top++;
	for (unsigned p = 0; p < top; p++) {
		if (pair)
			sum += naive_line(block, c, p, 1, inputs, most) -
			       naive_line(block, c, p, -1, inputs, most);
		else
			sum += naive_line(block, c, p, 0, inputs, most);
	}
	return pair ? sum : sum - naive_line(block, c, top, 0, inputs, most);
}

static void naive_product(const struct rig *rig, bool pair, unsigned bits,
			  const uint8_t *inputs, int64_t *sums)
{
	memset(sums, 0, rig->columns * sizeof(*sums));
	for (uint32_t b = 0; b < rig->blocks.count; b++) {
		const struct sqz_weight_block *block = &rig->blocks.blocks[b];

		for (uint32_t c = 0; c < block->cols; c++)
			sums[block->col0 + c] +=
			    naive_block(block, c, pair, inputs + block->row0,
					((int64_t)1 << bits) - 1);
	}
}

static uint8_t *random_inputs(const struct rig *rig, uint32_t count,
			      uint64_t *state)
{
	size_t bytes = (size_t)rig->rows * count;
	uint8_t *inputs = malloc(bytes);

	for (size_t i = 0; i < bytes; i++)
		inputs[i] = (uint8_t)random_between(
		    state, 0, 255 >> random_between(state, 0, 4));
	return inputs;
}

#define WINDOWS 11

START_TEST(sums_pass_the_adc_one_by_one)
{
	const struct shape *shape = &shapes[_i / 2];
	bool pair = _i & 1;
	uint64_t state = 7;
	struct rig rig;

	make_rig(&rig, shape, 4, &state);
	uint8_t *inputs = random_inputs(&rig, WINDOWS, &state);
	int32_t *sums = malloc(WINDOWS * rig.columns * sizeof(*sums));
	int64_t *expected = malloc(rig.columns * sizeof(*expected));
	for (unsigned bits = 1; bits <= 12; bits += bits < 6 ? 1 : 3) {
		struct sqz_analog *analog = make_analog(
		    &rig, &(struct sqz_analog_options){
			      .adc_bits = bits,
			      .sign = pair ? SQZ_SIGN_DIFFERENTIAL
					   : SQZ_SIGN_TWOS_COMPLEMENT });

		sqz_analog_multiply(analog, 0, 0, 0, WINDOWS, inputs, sums);
		for (uint32_t i = 0; i < WINDOWS; i++) {
			naive_product(&rig, pair, bits,
				      inputs + (size_t)i * rig.rows, expected);
			for (uint32_t c = 0; c < rig.columns; c++)
				FAST_ASSERT(sums[i * rig.columns + c], ==,
					    expected[c]);
		}
		sqz_analog_free(analog);
	}
	free(inputs);
	free(sums);
	free(expected);
	sqz_blocks_free(&rig.blocks);
}
END_TEST

START_TEST(lossless_bits_count_all_rows)
{
	ck_assert_uint_eq(sqz_analog_lossless_bits(1), 1);
	ck_assert_uint_eq(sqz_analog_lossless_bits(8), 4);
	ck_assert_uint_eq(sqz_analog_lossless_bits(127), 7);
	ck_assert_uint_eq(sqz_analog_lossless_bits(128), 8);
	ck_assert_uint_eq(sqz_analog_lossless_bits(256), 9);
}
END_TEST

/* ---- devices ---- */

/* One row of cells of plane 0, all on, driven with 1: each column converts one
 * sum; or `rows` of them. */
static void ones_rig(struct rig *rig, uint32_t rows, uint32_t columns)
{
	struct shape shape = { 1, rows, columns, 1024, 1024, 0 };
	uint64_t state = 1;

	make_rig(rig, &shape, 0, &state);
	struct sqz_weight_block *block = &rig->blocks.blocks[0];
	for (size_t i = 0; i < (size_t)rows * columns; i++)
		block->values[i] = block->squeezed[i] = 1;
	block->stored = 1;
}

static double share_of(const int32_t *sums, uint32_t count, int32_t low,
		       int32_t high)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < count; i++)
		found += sums[i] >= low && sums[i] <= high;
	return (double)found / count;
}

static double normal_share(double most)
{
	return erf(most / sqrt(2));
}

#define COLUMNS 1000

/* The sum of `rows` cells that are on is right where the error is below half a
 * cell; variation 0.1 or read noise 0.1 make it N(0, 0.01 rows). */
START_TEST(errors_are_as_large_as_asked_for)
{
	static const uint32_t rows[] = { 9, 25, 64, 128, 200 };
	uint32_t count = rows[_i / 2];
	bool read = _i & 1;
	double sigma = 0.1;
	struct sqz_analog_options options = {
		.adc_bits = 10,
		.variation = read ? 0 : sigma,
		.read_noise = read ? sigma : 0,
		.seed = 5,
	};
	struct rig rig;
	int32_t sums[COLUMNS];
	double total = 0;

	ones_rig(&rig, count, COLUMNS);
	uint8_t *inputs = malloc(count);
	memset(inputs, 1, count);
	struct sqz_analog *analog = make_analog(&rig, &options);
	sqz_analog_multiply(analog, 0, 3, 0, 1, inputs, sums);
	for (uint32_t i = 0; i < COLUMNS; i++)
		total += sums[i];
	for (int most = 0; most < 3; most++) {
		double expected =
		    normal_share((most + 0.5) / (sigma * sqrt(count)));
		double found = share_of(sums, COLUMNS, (int32_t)count - most,
					(int32_t)count + most);

		/* Four standard errors of a share of COLUMNS. */
		ck_assert_double_eq_tol(found, expected,
					4 * 0.5 / sqrt(COLUMNS));
	}
	ck_assert_double_eq_tol(total / COLUMNS, count,
				4 * sqrt(sigma * sigma * count + 1.0 / 12) /
				    sqrt(COLUMNS));
	sqz_analog_free(analog);
	free(inputs);
	sqz_blocks_free(&rig.blocks);
}
END_TEST

/* Products of random weights under options, for one image. */
static void products(struct rig *rig, const struct sqz_analog_options *options,
		     size_t image, const uint8_t *inputs, int32_t *sums)
{
	struct sqz_analog *analog = make_analog(rig, options);

	sqz_analog_multiply(analog, 0, image, 0, WINDOWS, inputs, sums);
	sqz_analog_free(analog);
}

static double distance(const struct rig *rig, const int32_t *a,
		       const int32_t *b)
{
	double sum = 0;

	for (uint32_t i = 0; i < WINDOWS * rig->columns; i++)
		sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
	return sum;
}

START_TEST(draws_hang_on_seed_and_image)
{
	uint64_t state = 3;
	struct rig rig;

	make_rig(&rig, &shapes[2], 4, &state);
	size_t bytes = WINDOWS * rig.columns * sizeof(int32_t);
	uint8_t *inputs = random_inputs(&rig, WINDOWS, &state);
	int32_t *first = malloc(bytes), *again = malloc(bytes);
	struct sqz_analog_options options = { .adc_bits = 8, .seed = 1 };

	if (_i)
		options.read_noise = 0.2;
	else
		options.variation = 0.2;
	products(&rig, &options, 0, inputs, first);
	products(&rig, &options, 0, inputs, again);
	ck_assert_int_eq(memcmp(first, again, bytes), 0);
	/* Cells stay as they are, reads do not. */
	products(&rig, &options, 1, inputs, again);
	ck_assert_int_eq(memcmp(first, again, bytes) == 0, _i == 0);
	options.seed = 2;
	products(&rig, &options, 0, inputs, again);
	ck_assert_int_ne(memcmp(first, again, bytes), 0);
	free(inputs);
	free(first);
	free(again);
	sqz_blocks_free(&rig.blocks);
}
END_TEST

START_TEST(more_noise_does_more_harm)
{
	uint64_t state = 3;
	struct rig rig;
	double before = 0;

	make_rig(&rig, &shapes[2], 4, &state);
	size_t bytes = WINDOWS * rig.columns * sizeof(int32_t);
	uint8_t *inputs = random_inputs(&rig, WINDOWS, &state);
	int32_t *exact = malloc(bytes), *sums = malloc(bytes);
	struct sqz_analog_options options = { .adc_bits = 8, .seed = 1 };

	products(&rig, &options, 0, inputs, exact);
	for (double sigma = 0.05; sigma < 0.5; sigma *= 2) {
		if (_i)
			options.read_noise = sigma;
		else
			options.variation = sigma;
		products(&rig, &options, 0, inputs, sums);
		ck_assert_double_gt(distance(&rig, sums, exact), 1.5 * before);
		before = distance(&rig, sums, exact);
	}
	free(inputs);
	free(exact);
	free(sums);
	sqz_blocks_free(&rig.blocks);
}
END_TEST

/* A seed gives what it gave: levels of the processor are compared by running
 * this suite under SQZ_CPU=baseline and avx2, too. */
START_TEST(numbers_are_the_same_everywhere)
{
	static const uint32_t golden[2] = { 1529766441, 1321232677 };
	uint64_t state = 11;
	struct rig rig;
	uint32_t hash = 2166136261u;

	make_rig(&rig, &shapes[1], 4, &state);
	uint8_t *inputs = random_inputs(&rig, WINDOWS, &state);
	int32_t *sums = malloc(WINDOWS * rig.columns * sizeof(*sums));
	struct sqz_analog_options options = {
		.adc_bits = 7,
		.variation = 0.1,
		.read_noise = _i ? 0.1 : 0,
		.seed = 9,
	};

	products(&rig, &options, 2, inputs, sums);
	for (uint32_t i = 0; i < WINDOWS * rig.columns; i++)
		hash = (hash ^ (uint32_t)sums[i]) * 16777619u;
	ck_assert_uint_eq(hash, golden[_i]);
	free(inputs);
	free(sums);
	sqz_blocks_free(&rig.blocks);
}
END_TEST

START_TEST(too_large_arrays_are_refused)
{
	struct shape shape = { 1, 1025, 2, 2000, 128, 0 };
	uint64_t state = 3;
	struct rig rig;

	make_rig(&rig, &shape, 4, &state);
	ck_assert_ptr_null(sqz_analog_make(
	    &rig.net, &(struct sqz_analog_options){ .adc_bits = 8 }, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "1025 rows"));
	sqz_blocks_free(&rig.blocks);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("analog");
	TCase *adc = tcase_create("adc"), *devices = tcase_create("devices");
	int count = sizeof(shapes) / sizeof(shapes[0]);

	suite_add_tcase(suite, adc);
	tcase_add_loop_test(adc, sums_pass_the_adc_one_by_one, 0, 2 * count);
	tcase_add_test(adc, lossless_bits_count_all_rows);
	tcase_add_test(adc, too_large_arrays_are_refused);
	suite_add_tcase(suite, devices);
	tcase_add_loop_test(devices, errors_are_as_large_as_asked_for, 0, 10);
	tcase_add_loop_test(devices, draws_hang_on_seed_and_image, 0, 2);
	tcase_add_loop_test(devices, more_noise_does_more_harm, 0, 2);
	tcase_add_loop_test(devices, numbers_are_the_same_everywhere, 0, 2);
	return sqz_suite_main(suite);
}
