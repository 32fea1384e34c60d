/* Energy, time and throughput of counts, by hand. */
#include "cost.h"
#include "suite.h"

#include <string.h>

static struct sqz_config config;
static struct sqz_error err;

static void load(void)
{
	ck_assert_msg(
	    sqz_config_load(&config, "configs/default.cfg", NULL, 0, &err) == 0,
	    "%s", err.text);
}

static const struct sqz_design FULL = {
	.cells = { SQZ_SLICED, SQZ_CELLS_PAIR, 8, 1, false, false },
	.read = { .mode = SQZ_READ_FULL },
	.array_rows = 128,
	.array_columns = 128,
};

static struct sqz_design ou_design(uint32_t rows, uint32_t columns)
{
	struct sqz_design design = FULL;

	design.read = (struct sqz_read){ SQZ_READ_OU, rows, columns, false };
	return design;
}

static const struct sqz_layer_view LAYER = {
	.shape = { .groups = 1, .group_rows = 100, .out_channels = 64 },
	.positions = 10,
};

static struct sqz_count count_of(const struct sqz_design *design)
{
	struct sqz_count count;

	ck_assert_int_eq(sqz_count_layer(&LAYER, design, &count, &err), 0);
	return count;
}

/* 16 arrays of 100 x 64, 8 input cycles, 10 positions. */
START_TEST(energy_of_whole_arrays)
{
	struct sqz_count count = count_of(&FULL);
	struct sqz_cost cost = sqz_cost_layer(&config, &FULL, &LAYER, &count);
	const uint64_t conversions = 16 * 64 * 8 * 10;

	ck_assert_uint_eq(cost.fj[SQZ_COST_ARRAY],
			  100ull * 64 * 16 * 8 * 10 * 1875 / 1024);
	ck_assert_uint_eq(cost.fj[SQZ_COST_DAC], 100 * 16 * 8 * 10 * 391);
	ck_assert_uint_eq(cost.fj[SQZ_COST_SHIFT_ADD], conversions * 39);
	ck_assert_uint_eq(cost.fj[SQZ_COST_EDRAM], 100 * 10 * 2020);
	ck_assert_uint_eq(cost.fj[SQZ_COST_BUS], 100 * 10 * 684);
	ck_assert_uint_eq(cost.fj[SQZ_COST_VECTOR], 64 * 10 * 217);
	ck_assert_uint_eq(cost.fj[SQZ_COST_INDEX], 0);
	ck_assert_uint_eq(cost.adc_bits, 8);
	ck_assert_uint_eq(cost.adc_fj[SQZ_ADC_ACCELERGY], conversions * 1670);
	ck_assert_uint_eq(cost.adc_fj[SQZ_ADC_ISAAC], conversions * 1560);
	ck_assert_uint_eq(sqz_cost_total_fj(&cost, SQZ_ADC_ISAAC) -
			      sqz_cost_total_fj(&cost, SQZ_ADC_LINEAR),
			  conversions * 1560 - cost.adc_fj[SQZ_ADC_LINEAR]);
	/* The array is slower than 64 conversions. */
	ck_assert_uint_eq(cost.time_ps, 10 * 8 * 100000);
}
END_TEST

START_TEST(laws_that_do_not_hold)
{
	struct sqz_design design = FULL;
	struct sqz_count count = count_of(&FULL);

	design.cells.cell_bits = 4;
	struct sqz_cost cost = sqz_cost_layer(&config, &design, &LAYER, &count);
	ck_assert_uint_eq(cost.adc_bits, 11);
	ck_assert(!cost.adc_known[SQZ_ADC_ACCELERGY]);
	ck_assert(!cost.adc_known[SQZ_ADC_ISAAC]);
	ck_assert(cost.adc_known[SQZ_ADC_LINEAR]);
	ck_assert(cost.adc_known[SQZ_ADC_EXPONENTIAL]);
}
END_TEST

/* 13 bands of 8 rows, 8 sets of 8 bit lines, in each of 16 arrays. */
START_TEST(time_of_operation_units)
{
	struct sqz_design design = ou_design(8, 8);
	struct sqz_count count = count_of(&design);
	struct sqz_cost cost = sqz_cost_layer(&config, &design, &LAYER, &count);

	ck_assert_uint_eq(cost.adc_bits, 4);
	/* They fill 7 arrays of 256 places. */
	ck_assert_uint_eq(cost.time_ps, 16ull * 13 * 8 * 8 * 10 *
					    config.tile.ou_cycle_ps / 7);
	/* 16 conversions take longer than an OU cycle; 7 x 128 places. */
	design = ou_design(8, 16);
	count = count_of(&design);
	cost = sqz_cost_layer(&config, &design, &LAYER, &count);
	ck_assert_uint_eq(cost.time_ps,
			  16ull * 13 * 4 * 8 * 10 *
			      (16 * config.tile.adc_conversion_ps) / 7);
}
END_TEST

START_TEST(index_is_read_for_several_positions)
{
	struct sqz_count count = count_of(&FULL);

	count.index_bits = 800;
	struct sqz_cost cost = sqz_cost_layer(&config, &FULL, &LAYER, &count);
	/* 10 positions, 8 of them share a read: two reads of 100 bytes. */
	ck_assert_uint_eq(config.tile.index_positions, 8);
	ck_assert_uint_eq(cost.fj[SQZ_COST_INDEX],
			  2 * 100 * config.tile.index_byte_fj);
}
END_TEST

START_TEST(sums_of_layers)
{
	struct sqz_count count = count_of(&FULL);
	struct sqz_cost one = sqz_cost_layer(&config, &FULL, &LAYER, &count);
	struct sqz_cost total = { 0 };

	sqz_cost_add(&total, &one);
	sqz_cost_add(&total, &one);
	ck_assert_uint_eq(total.time_ps, 2 * one.time_ps);
	ck_assert_uint_eq(sqz_cost_total_fj(&total, SQZ_ADC_LINEAR),
			  2 * sqz_cost_total_fj(&one, SQZ_ADC_LINEAR));
	ck_assert(total.adc_known[SQZ_ADC_ACCELERGY]);
	ck_assert_uint_eq(total.adc_bits, 8);
}
END_TEST

/* ISAAC's table: 8 ADCs 16 mW, 8 x 128 DACs 4 mW, 8 arrays 2.4 mW, 4 units of
 * shift-and-add .2 mW; its 8-bit ADC law. A mW is a fJ a ps. */
START_TEST(power_at_full_use)
{
	double power = sqz_array_peak_power(&config, &FULL, SQZ_ADC_ISAAC);

	ck_assert_double_eq_tol(power, (16 + 4 + 2.4 + .4) / 8, 0.01);
	struct sqz_design cells = FULL;
	cells.cells.cell_bits = 4;
	ck_assert_double_eq(
	    sqz_array_peak_power(&config, &cells, SQZ_ADC_ISAAC), 0);
}
END_TEST

/* 1000 fJ of events in arrays and 100 elsewhere. */
START_TEST(power_drawn_all_the_time)
{
	struct sqz_cost cost = {
		.fj = { [SQZ_COST_DAC] = 600, [SQZ_COST_BUS] = 100 },
		.adc_fj = { [SQZ_ADC_LINEAR] = 400 },
	};

	ck_assert_double_eq_tol(
	    sqz_cost_static_fj(&cost, SQZ_ADC_LINEAR, 0, 3, 5, 7), 1100, 1e-9);
	ck_assert_double_eq_tol(
	    sqz_cost_static_fj(&cost, SQZ_ADC_LINEAR, .5, 3, 5, 70),
	    600 + .5 * 3 * 5 * 70, 1e-9);
}
END_TEST

/* ---- sharing out arrays ---- */

/* Two layers of 2 and 3 arrays; one copy takes 100 and 30. */
static const struct sqz_layer_work TWO[] = {
	{ .arrays = 2, .step = 2, .work_ps = 200 },
	{ .arrays = 3, .step = 3, .work_ps = 90 },
};

START_TEST(whole_copies)
{
	static const struct {
		uint64_t budget;
		double interval;
	} CASES[] = {
		{ 4, 0 },	   { 5, 100 },	     { 6, 100 },
		{ 7, 50 },	   { 9, 100 / 3.0 }, { 11, 100 / 3.0 },
		{ 12, 100 / 3.0 }, { 14, 25 },
	};

	/* 7: 2 x 2 + 3. 9: 3 x 2 + 3. 11 would be 4 x 2 + 3, but then the
	 * other layer's 30 counts: see below. */
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		double interval = sqz_cost_interval_ps(TWO, 2, CASES[i].budget);
		double wanted = CASES[i].interval;

		if (CASES[i].budget == 11 || CASES[i].budget == 12)
			wanted = 30;
		ck_assert_double_eq_tol(interval, wanted, 1e-6);
	}
}
END_TEST

START_TEST(any_number_of_arrays)
{
	struct sqz_layer_work work[] = {
		{ .arrays = 2, .step = 1, .work_ps = 200 },
		{ 0 },
		{ .arrays = 3, .step = 1, .work_ps = 90 },
	};

	ck_assert_double_eq(sqz_cost_interval_ps(work, 3, 4), 0);
	ck_assert_double_eq_tol(sqz_cost_interval_ps(work, 3, 5), 100, 1e-6);
	ck_assert_double_eq_tol(sqz_cost_interval_ps(work, 3, 6), 200 / 3.0,
				1e-6);
	/* 20 for the first, 9 for the second. */
	ck_assert_double_eq_tol(sqz_cost_interval_ps(work, 3, 29), 10, 1e-6);
}
END_TEST

START_TEST(work_of_a_layer)
{
	struct sqz_design design = ou_design(8, 8);
	struct sqz_count count = count_of(&design);
	struct sqz_layer_work work =
	    sqz_layer_work(&config, &design, &count, LAYER.positions);

	/* 16 x 13 x 8 OUs; an array has 16 x 16 places. */
	ck_assert_uint_eq(count.ous, 16 * 13 * 8);
	ck_assert_uint_eq(sqz_design_places(&design), 256);
	ck_assert_uint_eq(work.arrays, 7);
	ck_assert_uint_eq(work.step, 1);
	ck_assert_double_eq_tol(
	    work.work_ps,
	    16 * 13 * 8 * 8 * 10 * (double)config.tile.ou_cycle_ps, 1);
	count = count_of(&FULL);
	work = sqz_layer_work(&config, &FULL, &count, LAYER.positions);
	ck_assert_uint_eq(work.arrays, 16);
	ck_assert_uint_eq(work.step, 16);
	ck_assert_double_eq_tol(work.work_ps, 16 * 8 * 10 * 100000.0, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cost");
	TCase *tests = tcase_create("cost");

	tcase_add_unchecked_fixture(tests, load, NULL);
	tcase_add_test(tests, energy_of_whole_arrays);
	tcase_add_test(tests, laws_that_do_not_hold);
	tcase_add_test(tests, time_of_operation_units);
	tcase_add_test(tests, index_is_read_for_several_positions);
	tcase_add_test(tests, sums_of_layers);
	tcase_add_test(tests, power_at_full_use);
	tcase_add_test(tests, power_drawn_all_the_time);
	tcase_add_test(tests, whole_copies);
	tcase_add_test(tests, any_number_of_arrays);
	tcase_add_test(tests, work_of_a_layer);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
