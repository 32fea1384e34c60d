/* Synthetic traffic: patterns, lengths, bursts, the histogram. */
#include "noc/traffic/load.h"
#include "suite.h"

#include <math.h>
#include <string.h>

/* --- patterns: worked out by hand from BookSim2's definitions --- */

static const struct {
	enum sqz_noc_pattern pattern;
	unsigned width, height, src, dst;
} expected[] = {
	/* 6 = 01 10 */
	{ SQZ_NOC_TRANSPOSE, 4, 4, 6, 9 },
	{ SQZ_NOC_TRANSPOSE, 4, 4, 15, 15 },
	/* 11 = 001 011 */
	{ SQZ_NOC_TRANSPOSE, 8, 8, 11, 25 },
	{ SQZ_NOC_TRANSPOSE, 8, 2, 7, 13 },
	{ SQZ_NOC_BIT_COMPLEMENT, 4, 4, 0, 15 },
	{ SQZ_NOC_BIT_COMPLEMENT, 8, 8, 21, 42 },
	{ SQZ_NOC_BIT_REVERSE, 4, 4, 1, 8 },
	{ SQZ_NOC_BIT_REVERSE, 4, 4, 6, 6 },
	{ SQZ_NOC_BIT_REVERSE, 8, 8, 3, 48 },
	{ SQZ_NOC_SHUFFLE, 4, 4, 5, 10 },
	{ SQZ_NOC_SHUFFLE, 4, 4, 9, 3 },
	{ SQZ_NOC_SHUFFLE, 8, 8, 63, 63 },
	{ SQZ_NOC_SHUFFLE, 8, 8, 32, 1 },
	/* k = 8: three further in x and y; k = 4: one; k = 5: two */
	{ SQZ_NOC_TORNADO, 8, 8, 0, 27 },
	{ SQZ_NOC_TORNADO, 8, 8, 63, 18 },
	{ SQZ_NOC_TORNADO, 4, 4, 3, 4 },
	{ SQZ_NOC_TORNADO, 5, 5, 0, 12 },
	{ SQZ_NOC_NEIGHBOR, 4, 4, 0, 5 },
	{ SQZ_NOC_NEIGHBOR, 4, 4, 15, 0 },
	{ SQZ_NOC_NEIGHBOR, 8, 8, 7, 8 },
	{ SQZ_NOC_UNIFORM, 4, 4, 7, 7 },
};

START_TEST(patterns_are_as_defined)
{
	ck_assert_uint_eq(
	    sqz_noc_pattern_fixed(expected[_i].pattern, expected[_i].width,
				  expected[_i].height, expected[_i].src),
	    expected[_i].dst);
}
END_TEST

/* All fixed patterns are permutations. */
START_TEST(patterns_are_permutations)
{
	for (int p = SQZ_NOC_TRANSPOSE; p < SQZ_NOC_HOTSPOT; p++) {
		uint64_t seen = 0;
		for (unsigned n = 0; n < 64; n++)
			seen |= 1ull << sqz_noc_pattern_fixed(
				    (enum sqz_noc_pattern)p, 8, 8, n);
		ck_assert_uint_eq(seen, ~0ull);
	}
}
END_TEST

START_TEST(names)
{
	enum sqz_noc_pattern pattern;
	struct sqz_error err = { "" };

	for (int p = 0; p < SQZ_NOC_PATTERNS; p++) {
		const char *name =
		    sqz_noc_pattern_name((enum sqz_noc_pattern)p);
		ck_assert_int_eq(sqz_noc_pattern_find(name, &pattern, &err), 0);
		ck_assert_int_eq(pattern, p);
	}
	ck_assert_int_eq(sqz_noc_pattern_find("bitrev", &pattern, &err), 0);
	ck_assert_int_eq(pattern, SQZ_NOC_BIT_REVERSE);
	ck_assert_int_eq(sqz_noc_pattern_find("unifrom", &pattern, &err), -1);
	ck_assert_str_eq(err.text,
			 "unknown traffic pattern unifrom; there are uniform, "
			 "transpose, bit-complement, bit-reverse, shuffle, "
			 "tornado, neighbor, hotspot");
}
END_TEST

static const struct {
	enum sqz_noc_pattern pattern;
	unsigned width, height;
	int result;
} sizes_checked[] = {
	{ SQZ_NOC_UNIFORM, 5, 3, 0 },	      { SQZ_NOC_TORNADO, 5, 3, 0 },
	{ SQZ_NOC_BIT_REVERSE, 5, 3, -1 },    { SQZ_NOC_BIT_REVERSE, 8, 4, 0 },
	{ SQZ_NOC_TRANSPOSE, 8, 4, -1 },      { SQZ_NOC_TRANSPOSE, 8, 2, 0 },
	{ SQZ_NOC_BIT_COMPLEMENT, 6, 6, -1 }, { SQZ_NOC_SHUFFLE, 12, 4, -1 },
};

START_TEST(patterns_want_their_number_of_nodes)
{
	struct sqz_error err;

	ck_assert_int_eq(sqz_noc_pattern_check(sizes_checked[_i].pattern,
					       sizes_checked[_i].width,
					       sizes_checked[_i].height, &err),
			 sizes_checked[_i].result);
}
END_TEST

/* --- the histogram --- */

START_TEST(histogram_quantiles)
{
	static struct sqz_histogram h, more;

	ck_assert_uint_eq(sqz_histogram_quantile(&h, 0.5), 0);
	for (unsigned v = 1; v <= 200; v++)
		sqz_histogram_add(&h, v);
	ck_assert_uint_eq(sqz_histogram_quantile(&h, 0.5), 100);
	ck_assert_uint_eq(sqz_histogram_quantile(&h, 0.99), 198);
	ck_assert_uint_eq(sqz_histogram_quantile(&h, 0), 1);
	ck_assert_uint_eq(sqz_histogram_quantile(&h, 1), 200);
	for (unsigned k = 0; k < 1000; k++)
		sqz_histogram_add(&more, 123456);
	sqz_histogram_add(&more, UINT64_MAX);
	sqz_histogram_merge(&h, &more);
	uint32_t p50 = sqz_histogram_quantile(&h, 0.5);
	ck_assert_uint_le(p50, 123456);
	ck_assert_uint_ge(p50, 123456 * 127 / 128);
	ck_assert_uint_ge(sqz_histogram_quantile(&h, 1), 0xff000000u);
}
END_TEST

START_TEST(histogram_bins_are_in_order)
{
	uint32_t last = 0;

	for (uint64_t v = 1; v <= UINT32_MAX; v += v / 100 + 1) {
		struct sqz_histogram h = { { 0 } };
		sqz_histogram_add(&h, v);
		uint32_t q = sqz_histogram_quantile(&h, 0.5);
		ck_assert_uint_le(q, v);
		ck_assert_uint_ge((uint64_t)q * 128, v * 127);
		ck_assert_uint_ge(q, last);
		last = q;
	}
}
END_TEST

/* --- sources --- */

static struct sqz_noc_outcome run(const struct sqz_noc_load *load)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	static struct sqz_noc_outcome outcome;
	struct sqz_error err = { "" };

	ck_assert_msg(!sqz_noc_load_run(&config, load, &outcome, NULL, &err),
		      "%s", err.text);
	return outcome;
}

static struct sqz_noc_load short_load(double rate)
{
	struct sqz_noc_load load = sqz_noc_load_default();

	load.rate = rate;
	load.warmup_cycles = 1000;
	load.measure_cycles = 20000;
	return load;
}

START_TEST(the_offered_load_is_the_one_asked_for)
{
	struct sqz_noc_load load = short_load(0.2);

	ck_assert_double_eq_tol(run(&load).offered, 0.2, 0.004);
	load.sizes = (struct sqz_noc_sizes){ 2, { 1, 5 }, { 1, 1 } };
	struct sqz_noc_outcome mixed = run(&load);
	ck_assert_double_eq_tol(mixed.offered, 0.2, 0.004);
	/* A mean of 3 flits: a third of 0.2 x 16 x 20000 packets. */
	ck_assert_double_eq_tol((double)mixed.packets, 0.2 / 3 * 16 * 20000,
				700);
	load.sizes = (struct sqz_noc_sizes){ 3, { 1, 2, 8 }, { 2, 0, 1 } };
	mixed = run(&load);
	ck_assert_double_eq_tol((double)mixed.packets,
				0.2 / (10.0 / 3) * 16 * 20000, 700);
	load.bursts = (struct sqz_noc_bursts){ 0.01, 0.02 };
	ck_assert_double_eq_tol(run(&load).offered, 0.2, 0.02);
}
END_TEST

START_TEST(bursts_make_packets_wait)
{
	struct sqz_noc_load load = short_load(0.2);
	double smooth = run(&load).packet_latency;

	load.bursts = (struct sqz_noc_bursts){ 0.005, 0.02 };
	ck_assert_double_gt(run(&load).packet_latency, 1.2 * smooth);
	/* Always on is Bernoulli. */
	load.bursts = (struct sqz_noc_bursts){ 1, 0 };
	ck_assert_double_eq_tol(run(&load).packet_latency, smooth, 0.5);
}
END_TEST

/* P(hot) = 0.1 + 0.9 / 16; the node ejects what comes there. */
START_TEST(a_hot_node_gets_its_share)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_noc_load load = short_load(0.2);
	static struct sqz_noc_outcome outcome;
	uint64_t links[16 * SQZ_NOC_PORTS], all = 0;

	load.pattern = SQZ_NOC_HOTSPOT;
	ck_assert_int_eq(
	    sqz_noc_load_run(&config, &load, &outcome, links, NULL), 0);
	for (int n = 0; n < 16; n++)
		all += links[n * SQZ_NOC_PORTS + SQZ_NOC_LOCAL];
	ck_assert_double_eq_tol(
	    (double)links[5 * SQZ_NOC_PORTS + SQZ_NOC_LOCAL] / (double)all,
	    0.1 + 0.9 / 16, 0.005);
	ck_assert_double_eq_tol((double)all / 16 / 20000, outcome.accepted,
				0.001);
}
END_TEST

static const struct {
	double rate;
	struct sqz_noc_bursts bursts;
	unsigned hot_node;
	const char *complaint;
} bad[] = {
	{ 1.1, { 0, 0 }, 5, "rate 1.1: must be 0 to 1" },
	{ -0.1, { 0, 0 }, 5, "rate -0.1: must be 0 to 1" },
	{ NAN, { 0, 0 }, 5, "must be 0 to 1" },
	{ 1, { 0.1, 0.9 }, 5, "the most is 0.4" },
	{ 0.1, { 0, 0 }, 16, "hot node 16" },
};

START_TEST(bad_loads_are_refused)
{
	struct sqz_noc_load load = short_load(bad[_i].rate);
	struct sqz_error err = { "" };

	load.pattern = SQZ_NOC_HOTSPOT;
	load.bursts = bad[_i].bursts;
	load.hot_node = bad[_i].hot_node;
	ck_assert_int_eq(sqz_noc_load_check(&load, 4, 4, &err), -1);
	ck_assert_msg(strstr(err.text, bad[_i].complaint), "%s", err.text);
}
END_TEST

#define LOOP(tcase, test, table)                                               \
	tcase_add_loop_test(tcase, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("noc traffic");
	TCase *tcase = tcase_create("traffic");

	tcase_set_timeout(tcase, 60);
	LOOP(tcase, patterns_are_as_defined, expected);
	tcase_add_test(tcase, patterns_are_permutations);
	tcase_add_test(tcase, names);
	LOOP(tcase, patterns_want_their_number_of_nodes, sizes_checked);
	tcase_add_test(tcase, histogram_quantiles);
	tcase_add_test(tcase, histogram_bins_are_in_order);
	tcase_add_test(tcase, the_offered_load_is_the_one_asked_for);
	tcase_add_test(tcase, bursts_make_packets_wait);
	tcase_add_test(tcase, a_hot_node_gets_its_share);
	LOOP(tcase, bad_loads_are_refused, bad);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
