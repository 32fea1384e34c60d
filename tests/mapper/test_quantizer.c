/* Codebooks, nearest codes, units, multipliers. */
#include "quantizer.h"
#include "random.h"
#include "requant.h"
#include "suite.h"

#include <math.h>

static struct sqz_error err;

/* papers.md and docs/arithmetic.md list them. */
static const uint16_t sme_8_3[] = { 0,	1,  2,	3,   4,	  5,   6,   7,	8,  10,
				    12, 14, 16, 20,  24,  28,  32,  40, 48, 56,
				    64, 80, 96, 112, 128, 160, 192, 224 };

START_TEST(sme_codebook_is_the_published_one)
{
	struct sqz_codebook book;

	ck_assert_int_eq(sqz_codebook_sme(8, 3, &book, &err), 0);
	ck_assert_uint_eq(book.count, sizeof(sme_8_3) / sizeof(sme_8_3[0]));
	for (uint32_t i = 0; i < book.count; i++)
		ck_assert_uint_eq(book.magnitudes[i], sme_8_3[i]);
	sqz_codebook_free(&book);
}
END_TEST

/* Size 1 + (2^S - 1) + (Nq - S) * 2^(S - 1), zero included. */
START_TEST(sme_codebook_sizes_follow_the_formula)
{
	for (unsigned planes = 1; planes <= 12; planes++)
		for (unsigned window = 1; window <= planes; window++) {
			struct sqz_codebook book;
			uint32_t size =
			    1 + ((1u << window) - 1) +
			    (planes - window) * (1u << (window - 1));

			ck_assert_int_eq(
			    sqz_codebook_sme(planes, window, &book, &err), 0);
			ck_assert_uint_eq(book.count, size);
			sqz_codebook_free(&book);
		}
}
END_TEST

START_TEST(power_of_two_is_window_one)
{
	struct sqz_codebook book;

	ck_assert_int_eq(sqz_codebook_sme(4, 1, &book, &err), 0);
	const uint16_t expected[] = { 0, 1, 2, 4, 8 };
	ck_assert_uint_eq(book.count, 5);
	for (int i = 0; i < 5; i++)
		ck_assert_uint_eq(book.magnitudes[i], expected[i]);
	sqz_codebook_free(&book);
}
END_TEST

START_TEST(pot_codebook_is_powers_of_two)
{
	struct sqz_codebook book;

	ck_assert_int_eq(sqz_codebook_pot(8, &book, &err), 0);
	const uint16_t expected[] = { 0, 1, 2, 4, 8, 16, 32, 64, 128 };
	ck_assert_uint_eq(book.count, 9);
	for (int i = 0; i < 9; i++)
		ck_assert_uint_eq(book.magnitudes[i], expected[i]);
	ck_assert_int_eq(sqz_codebook_nearest(&book, 95.9), 64);
	ck_assert_int_eq(sqz_codebook_nearest(&book, -96), -128);
	sqz_codebook_free(&book);
}
END_TEST

/* Li et al. (ICLR 2020), unsigned 4 bits, k = 2, times 64: one of 0, 1/2, 1/8,
 * 1/32 plus one of 0, 1/4, 1/16, 1/64. */
START_TEST(apot_codebook_is_the_published_one)
{
	static const double first[] = { 0, 0.5, 0.125, 0.03125 };
	static const double second[] = { 0, 0.25, 0.0625, 0.015625 };
	bool published[64] = { false };
	struct sqz_codebook book;

	for (int i = 0; i < 16; i++)
		published[(int)(64 * (first[i / 4] + second[i % 4]))] = true;
	ck_assert_int_eq(sqz_codebook_apot(6, 2, &book, &err), 0);
	ck_assert_uint_eq(book.count, 16);
	for (uint32_t i = 0; i < book.count; i++) {
		ck_assert(published[book.magnitudes[i]]);
		ck_assert(!i || book.magnitudes[i] > book.magnitudes[i - 1]);
	}
	sqz_codebook_free(&book);
}
END_TEST

/* The terms are independent: the product of (their planes + 1). */
START_TEST(apot_codebook_sizes_are_products)
{
	for (unsigned planes = 1; planes <= 12; planes++)
		for (unsigned terms = 1; terms <= planes; terms++) {
			struct sqz_codebook book;
			uint32_t size = 1;

			for (unsigned i = 0; i < terms; i++)
				size *= 1 + (planes - i + terms - 1) / terms;
			ck_assert_int_eq(
			    sqz_codebook_apot(planes, terms, &book, &err), 0);
			ck_assert_uint_eq(book.count, size);
			sqz_codebook_free(&book);
		}
}
END_TEST

START_TEST(int8_codes_are_symmetric)
{
	struct sqz_codebook book;

	ck_assert_int_eq(sqz_codebook_int(7, &book, &err), 0);
	ck_assert_uint_eq(book.count, 128);
	ck_assert_int_eq(sqz_codebook_nearest(&book, 1e9), 127);
	ck_assert_int_eq(sqz_codebook_nearest(&book, -1e9), -127);
	ck_assert_int_eq(sqz_codebook_nearest(&book, 0.5), 1);
	ck_assert_int_eq(sqz_codebook_nearest(&book, -0.5), -1);
	ck_assert_int_eq(sqz_codebook_nearest(&book, 0.49999), 0);
	ck_assert_int_eq(sqz_codebook_nearest(&book, -12.7), -13);
	sqz_codebook_free(&book);
}
END_TEST

START_TEST(bad_codebooks_are_refused)
{
	struct sqz_codebook book;

	ck_assert_int_eq(sqz_codebook_int(0, &book, &err), -1);
	ck_assert_int_eq(sqz_codebook_int(16, &book, &err), -1);
	ck_assert_int_eq(sqz_codebook_sme(8, 0, &book, &err), -1);
	ck_assert_int_eq(sqz_codebook_sme(8, 9, &book, &err), -1);
	ck_assert_int_eq(sqz_codebook_apot(8, 0, &book, &err), -1);
	ck_assert_int_eq(sqz_codebook_apot(8, 9, &book, &err), -1);
	ck_assert_int_eq(sqz_codebook_pot(16, &book, &err), -1);
}
END_TEST

/* Second implementation: look at every code; later ones win ties. */
static int nearest_slow(const uint16_t *codes, size_t count, double value)
{
	double best = INFINITY;
	int code = 0;

	for (size_t i = 0; i < count; i++) {
		double miss = fabs(fabs(value) - codes[i]);

		if (miss <= best) {
			best = miss;
			code = codes[i];
		}
	}
	return value < 0 ? -code : code;
}

START_TEST(nearest_code_agrees_with_a_search)
{
	struct sqz_codebook book;

	ck_assert_int_eq(sqz_codebook_sme(8, 3, &book, &err), 0);
	/* Steps of 1/8 hit every midpoint. */
	for (int i = -240 * 8; i <= 240 * 8; i++)
		ck_assert_int_eq(sqz_codebook_nearest(&book, i / 8.0),
				 nearest_slow(sme_8_3, book.count, i / 8.0));
	sqz_codebook_free(&book);
}
END_TEST

static double error_of(const struct sqz_codebook *book, double unit,
		       const float *weights, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double miss = weights[i] - unit * sqz_codebook_nearest(
						      book, weights[i] / unit);

		sum += miss * miss;
	}
	return sum;
}

static double unit_by(const struct sqz_codebook *book, enum sqz_scale_rule rule,
		      double percentile, const float *weights, size_t count)
{
	const struct sqz_scheme scheme = { .rule = rule,
					   .percentile = percentile };

	return sqz_weight_unit(book, &scheme, weights, count);
}

START_TEST(percentiles_are_by_rank)
{
	struct sqz_codebook book;
	float weights[200];

	/* 1/8 .. 200/8 in a scattered order, signs mixed. */
	for (int i = 0; i < 200; i++)
		weights[i] = (float)(i * 77 % 200 + 1) / (i & 1 ? 8 : -8);
	ck_assert_int_eq(sqz_codebook_int(5, &book, &err), 0);
	static const double percents[] = { 50, 99, 99.5, 99.9, 100 };
	static const double ranks[] = { 100, 198, 199, 200, 200 };
	for (int i = 0; i < 5; i++)
		ck_assert_double_eq_tol(unit_by(&book, SQZ_SCALE_PERCENTILE,
						percents[i], weights, 200),
					ranks[i] / 8 / 31, 1e-12);
	/* Mostly zeros: the largest has to do. */
	float sparse[10] = { [7] = -3 };
	ck_assert_double_eq_tol(
	    unit_by(&book, SQZ_SCALE_PERCENTILE, 80, sparse, 10), 3.0 / 31,
	    1e-12);
	sqz_codebook_free(&book);
}
END_TEST

START_TEST(units_follow_their_rule)
{
	struct sqz_codebook book;
	float weights[1000];
	uint64_t state = 7;

	for (int i = 0; i < 1000; i++)
		weights[i] = (float)random_between(&state, -1000, 1000) *
			     random_between(&state, 1, 1000) / 1e6f;
	weights[500] = -2.5f;
	ck_assert_int_eq(sqz_codebook_int(4, &book, &err), 0);
	double most = unit_by(&book, SQZ_SCALE_MAX, 0, weights, 1000);
	double best = unit_by(&book, SQZ_SCALE_MSE, 0, weights, 1000);
	ck_assert_double_eq_tol(most, 2.5 / 15, 1e-9);
	ck_assert_double_lt(best, most);
	ck_assert_double_lt(error_of(&book, best, weights, 1000),
			    error_of(&book, most, weights, 1000));
	float zeros[3] = { 0 };
	ck_assert(unit_by(&book, SQZ_SCALE_MSE, 0, zeros, 3) == 0);
	int16_t codes[1000];
	sqz_weight_codes(&book, most, weights, 1000, codes);
	ck_assert_int_eq(codes[500], -15);
	sqz_codebook_free(&book);
}
END_TEST

START_TEST(multipliers_are_normalized_and_near)
{
	const double factors[] = {
		1,    0.5,    0.75,	      0.3, 1.0 / 3, 255, 2, 1e-9,
		1e-6, 1234.5, 0.999999999999, 5,   0x1p-32, 3e8
	};

	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
		struct sqz_scale scale;

		ck_assert_int_eq(sqz_scale_make(factors[i], &scale, &err), 0);
		ck_assert_uint_ge(scale.mult, 1u << 30);
		ck_assert_uint_le(scale.mult, INT32_MAX);
		ck_assert_uint_le(scale.shift, 62);
		double back = ldexp(scale.mult, -(int)scale.shift);
		ck_assert_double_eq_tol(back / factors[i], 1, 0x1p-30);
	}
}
END_TEST

START_TEST(multipliers_by_hand)
{
	struct sqz_scale scale;

	ck_assert_int_eq(sqz_scale_make(1, &scale, &err), 0);
	ck_assert_uint_eq(scale.mult, 1u << 30);
	ck_assert_uint_eq(scale.shift, 30);
	ck_assert_int_eq(sqz_scale_make(0.75, &scale, &err), 0);
	ck_assert_uint_eq(scale.mult, 3u << 29);
	ck_assert_uint_eq(scale.shift, 31);
	/* Smaller than the shift reaches: not normalized, not refused. */
	ck_assert_int_eq(sqz_scale_make(0x1p-40, &scale, &err), 0);
	ck_assert_uint_eq(scale.mult, 1u << 22);
	ck_assert_uint_eq(scale.shift, 62);
	ck_assert_int_eq(sqz_scale_make(0, &scale, &err), 0);
	ck_assert_uint_eq(scale.mult, 0);
	ck_assert_int_eq(sqz_scale_make(0x1p31, &scale, &err), -1);
	ck_assert_int_eq(sqz_scale_make(-1, &scale, &err), -1);
	ck_assert_int_eq(sqz_scale_make(NAN, &scale, &err), -1);
	ck_assert_int_eq(sqz_scale_make(INFINITY, &scale, &err), -1);
	ck_assert_int_eq(sqz_scale_make(0x1.ffffffffffp30, &scale, &err), -1);
}
END_TEST

START_TEST(rounding_clamps)
{
	ck_assert_int_eq(sqz_round_clamp(0.5, 0, 255), 1);
	ck_assert_int_eq(sqz_round_clamp(-0.5, -9, 255), -1);
	ck_assert_int_eq(sqz_round_clamp(254.5, 0, 255), 255);
	ck_assert_int_eq(sqz_round_clamp(1e300, 0, 255), 255);
	ck_assert_int_eq(sqz_round_clamp(-1e300, INT32_MIN, 255), INT32_MIN);
	ck_assert_int_eq(sqz_round_clamp(NAN, 3, 255), 3);
}
END_TEST

START_TEST(schemes_are_read)
{
	struct sqz_scheme scheme = sqz_scheme_default;

	ck_assert_int_eq(sqz_scheme_parse("int8", &scheme, &err), 0);
	ck_assert_uint_eq(scheme.planes, 7);
	ck_assert_int_eq(scheme.quantizer, SQZ_QUANTIZER_INT);
	ck_assert_int_eq(sqz_scheme_parse("trunc2", &scheme, &err), 0);
	ck_assert_uint_eq(scheme.planes, 8);
	ck_assert_uint_eq(scheme.truncate, 2);
	ck_assert_int_eq(sqz_scheme_parse("sme3", &scheme, &err), 0);
	ck_assert_int_eq(scheme.quantizer, SQZ_QUANTIZER_SME);
	ck_assert_uint_eq(scheme.planes, 8);
	ck_assert_uint_eq(scheme.window, 3);
	ck_assert_uint_eq(scheme.squeeze, 3);
	ck_assert_uint_eq(scheme.truncate, 0);
	ck_assert_int_eq(sqz_scheme_parse("sme10,4,2", &scheme, &err), 0);
	ck_assert_uint_eq(scheme.planes, 10);
	ck_assert_uint_eq(scheme.window, 4);
	ck_assert_uint_eq(scheme.squeeze, 2);
	ck_assert_int_eq(sqz_scheme_parse("sme6,2", &scheme, &err), 0);
	ck_assert_uint_eq(scheme.planes, 6);
	ck_assert_uint_eq(scheme.window, 2);
	ck_assert_uint_eq(scheme.squeeze, 0);
	ck_assert_int_eq(sqz_scheme_parse("pot5", &scheme, &err), 0);
	ck_assert_int_eq(scheme.quantizer, SQZ_QUANTIZER_POT);
	ck_assert_uint_eq(scheme.planes, 5);
	ck_assert_int_eq(sqz_scheme_parse("apot6,2", &scheme, &err), 0);
	ck_assert_int_eq(scheme.quantizer, SQZ_QUANTIZER_APOT);
	ck_assert_uint_eq(scheme.planes, 6);
	ck_assert_uint_eq(scheme.window, 2);
	ck_assert_int_eq(sqz_scheme_parse("sme3", &scheme, &err), 0);
	const char *bad[] = { "",	   "int",	 "int1",     "int17",
			      "int-8",	   "sme4",	 "sme",	     "sme1x",
			      "trunc8",	   "foo",	 "int8 ",    "int99",
			      "INT8",	   "int 8",	 "int8,2",   "int0",
			      "sme8,",	   "sme8,9",	 "sme8,0",   "sme8,3,4",
			      "sme8,3,1,", "sme8,3,1,1", "sme3,2,3", "sme16,3",
			      "pot0",	   "pot16",	 "apot8",    "apot8,9",
			      "apot8,0",   "pot",	 "int008" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(sqz_scheme_parse(bad[i], &scheme, &err) == -1,
			      "%s", bad[i]);
	ck_assert_uint_eq(scheme.squeeze, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("quantizer");
	TCase *tcase = tcase_create("quantizer");

	tcase_add_test(tcase, sme_codebook_is_the_published_one);
	tcase_add_test(tcase, sme_codebook_sizes_follow_the_formula);
	tcase_add_test(tcase, power_of_two_is_window_one);
	tcase_add_test(tcase, pot_codebook_is_powers_of_two);
	tcase_add_test(tcase, apot_codebook_is_the_published_one);
	tcase_add_test(tcase, apot_codebook_sizes_are_products);
	tcase_add_test(tcase, int8_codes_are_symmetric);
	tcase_add_test(tcase, bad_codebooks_are_refused);
	tcase_add_test(tcase, nearest_code_agrees_with_a_search);
	tcase_add_test(tcase, percentiles_are_by_rank);
	tcase_add_test(tcase, units_follow_their_rule);
	tcase_add_test(tcase, multipliers_are_normalized_and_near);
	tcase_add_test(tcase, multipliers_by_hand);
	tcase_add_test(tcase, rounding_clamps);
	tcase_add_test(tcase, schemes_are_read);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
