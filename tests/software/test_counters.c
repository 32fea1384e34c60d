/* The driver's view of the network's counters. */
#include "driver/counters.h"
#include "mock_machine.h"
#include "suite.h"

static struct sqz_counters counters;

static void reset(struct mock_config config, enum sqz_result expected)
{
	mock_reset(&config);
	ck_assert_int_eq(sqz_counters_open(&counters, SQZ_COUNTERS_BASE),
			 expected);
}

static void setup(void)
{
	reset(mock_default_config(), SQZ_SUCCESS);
}

static void teardown(void)
{
	ck_assert_uint_eq(mock_stats()->bad_accesses, 0);
}

START_TEST(opens)
{
	ck_assert_uint_eq(counters.routers, 6);
	ck_assert_uint_eq(counters.ports, 5);
	ck_assert_uint_eq(counters.classes, 3);
}
END_TEST

START_TEST(refuses_what_it_does_not_know)
{
	struct mock_config config = mock_default_config();

	config.counters_version = 0x00010007;
	reset(config, SQZ_SUCCESS);
	config.counters_version = 0x00020000;
	reset(config, SQZ_EVERSION);
	config.counters_id = UINT32_MAX;
	reset(config, SQZ_ENODEV);
}
END_TEST

START_TEST(reads_a_link)
{
	struct sqz_link_counters link;
	uint32_t name = 3 | 4 << 16;

	ck_assert_int_eq(sqz_counters_link(&counters, 3, 4, &link),
			 SQZ_SUCCESS);
	ck_assert(link.exists);
	ck_assert_uint_eq(link.end, 4);
	ck_assert_uint_eq(link.flits, (uint64_t)name << 32 | name);
	ck_assert_uint_eq(link.vc_busy, (uint64_t)name << 32 | (name + 1));
	ck_assert_uint_eq(link.no_credit, (uint64_t)name << 32 | (name + 2));
	ck_assert_uint_eq(link.lost, (uint64_t)name << 32 | (name + 3));
	ck_assert_int_eq(sqz_counters_link(&counters, 0, 1, &link),
			 SQZ_SUCCESS);
	ck_assert(!link.exists);
}
END_TEST

START_TEST(reads_a_flow)
{
	struct sqz_flow_counters flow;
	uint32_t name = 5 | 1 << 12 | 2 << 24;

	ck_assert_int_eq(sqz_counters_flow(&counters, 5, 1, 2, &flow),
			 SQZ_SUCCESS);
	ck_assert_uint_eq(flow.packets, (uint64_t)name << 32 | name);
	ck_assert_uint_eq(flow.bytes, (uint64_t)name << 32 | (name + 1));
	ck_assert_uint_eq(flow.latency_cycles,
			  (uint64_t)name << 32 | (name + 2));
	ck_assert_uint_eq(flow.max_latency_cycles, name + 3);
}
END_TEST

START_TEST(reads_latencies)
{
	struct sqz_flow_counters flow;
	uint32_t bins[SQZ_COUNTERS_BINS];

	ck_assert_int_eq(sqz_counters_flow(&counters, 5, 0, 0, &flow),
			 SQZ_SUCCESS);
	sqz_counters_latencies(&counters, bins);
	for (unsigned i = 0; i < SQZ_COUNTERS_BINS; i++)
		ck_assert_uint_eq(bins[i], 5 + i);
}
END_TEST

START_TEST(refuses_bad_names)
{
	struct sqz_link_counters link;
	struct sqz_flow_counters flow;

	ck_assert_int_eq(sqz_counters_link(&counters, 6, 0, &link), SQZ_EINVAL);
	ck_assert_int_eq(sqz_counters_link(&counters, 0, 5, &link), SQZ_EINVAL);
	ck_assert_int_eq(sqz_counters_flow(&counters, 4096, 0, 0, &flow),
			 SQZ_EINVAL);
	ck_assert_int_eq(sqz_counters_flow(&counters, 0, 4096, 0, &flow),
			 SQZ_EINVAL);
	ck_assert_int_eq(sqz_counters_flow(&counters, 0, 0, 3, &flow),
			 SQZ_EINVAL);
}
END_TEST

START_TEST(reads_totals)
{
	uint64_t cycles, flit_hops;

	sqz_counters_totals(&counters, &cycles, &flit_hops);
	ck_assert_uint_eq(cycles, 100ull << 32 | 100);
	ck_assert_uint_eq(flit_hops, 100ull << 32 | 101);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("counters");
	TCase *tests = tcase_create("counters");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, opens);
	tcase_add_test(tests, refuses_what_it_does_not_know);
	tcase_add_test(tests, reads_a_link);
	tcase_add_test(tests, reads_a_flow);
	tcase_add_test(tests, reads_latencies);
	tcase_add_test(tests, refuses_bad_names);
	tcase_add_test(tests, reads_totals);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
