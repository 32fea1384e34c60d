/* Configuration, determinism, idling, counters, memory of the mesh. */
#include "noc/state.h"
#include "noc/traffic/load.h"
#include "suite.h"

#include <malloc.h>
#include <string.h>

struct bad_config {
	size_t offset;
	unsigned value;
	const char *complaint;
};

#define BAD(field, value, complaint)                                           \
	{                                                                      \
		offsetof(struct sqz_noc_config, field), value, complaint       \
	}

static const struct bad_config bad_configs[] = {
	BAD(width, 0, "width is 0"),
	BAD(width, 257, "width is 257"),
	BAD(height, 0, "height is 0"),
	BAD(vcs, 0, "vcs is 0"),
	BAD(vcs, 13, "vcs is 13"),
	BAD(classes, 0, "classes is 0"),
	BAD(classes, 5, "4 VCs for 5 message classes"),
	BAD(vc_depth, 0, "vc_depth is 0"),
	BAD(vc_depth, 256, "vc_depth"),
	BAD(routing_delay, 17, "routing_delay"),
	BAD(vc_alloc_delay, 0, "vc_alloc_delay"),
	BAD(sw_alloc_delay, 0, "sw_alloc_delay"),
	BAD(link_cycles, 0, "link_cycles"),
	BAD(credit_cycles, 65, "credit_cycles"),
	BAD(monitors, 64, "monitors"),
};

START_TEST(bad_settings_are_refused)
{
	const struct bad_config *bad = &bad_configs[_i];
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err = { "" };

	memcpy((char *)&config + bad->offset, &bad->value, sizeof(unsigned));
	ck_assert_ptr_null(sqz_noc_create(&config, &err));
	ck_assert_msg(strstr(err.text, bad->complaint), "%s", err.text);
}
END_TEST

START_TEST(zero_limits_are_refused)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;

	config.age_limit_cycles = 0;
	ck_assert_ptr_null(sqz_noc_create(&config, &err));
	config = sqz_noc_config_default();
	config.check_cycles = 0;
	ck_assert_ptr_null(sqz_noc_create(&config, &err));
}
END_TEST

START_TEST(bad_packets_are_refused)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);

	ck_assert_int_eq(sqz_noc_inject(noc, 16, 0, 0, 1, NULL, &err), -1);
	ck_assert_int_eq(sqz_noc_inject(noc, 0, 16, 0, 1, NULL, &err), -1);
	ck_assert_int_eq(sqz_noc_inject(noc, 0, 0, 1, 1, NULL, &err), -1);
	ck_assert_int_eq(sqz_noc_inject(noc, 0, 0, 0, 0, NULL, &err), -1);
	ck_assert_int_eq(sqz_noc_inject(noc, 0, 0, 0, 1u << 30, NULL, &err),
			 -1);
	ck_assert(sqz_noc_idle(noc));
	sqz_noc_destroy(noc);
	sqz_noc_destroy(NULL);
}
END_TEST

START_TEST(vcs_are_shared_among_classes)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;
	unsigned count;

	config.vcs = 8;
	config.classes = 3;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	ck_assert_uint_eq(sqz_noc_class_vcs(noc, 0, &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(sqz_noc_class_vcs(noc, 1, &count), 3);
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(sqz_noc_class_vcs(noc, 2, &count), 6);
	ck_assert_uint_eq(count, 2);
	sqz_noc_destroy(noc);
}
END_TEST

static struct sqz_noc_outcome run(struct sqz_noc_config config, double rate,
				  uint64_t seed)
{
	struct sqz_noc_load traffic = { .pattern = SQZ_NOC_UNIFORM,
					.rate = rate,
					.sizes = { 1, { 5 }, { 1 } },
					.seed = seed,
					.measure_cycles = 5000 };
	struct sqz_noc_outcome result;
	struct sqz_error err;

	ck_assert_msg(!sqz_noc_load_run(&config, &traffic, &result, NULL, &err),
		      "%s", err.text);
	return result;
}

START_TEST(same_seed_same_run)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_noc_outcome a = run(config, 0.5, 7);
	struct sqz_noc_outcome b = run(config, 0.5, 7);
	struct sqz_noc_outcome c = run(config, 0.5, 8);

	ck_assert_uint_gt(a.packets, 1000);
	ck_assert_uint_eq(a.checksum, b.checksum);
	ck_assert_uint_eq(a.flit_traversals, b.flit_traversals);
	ck_assert_uint_ne(a.checksum, c.checksum);
	/* Monitors watch and change nothing. */
	config.monitors = SQZ_NOC_CHECK_ALL;
	config.check_cycles = 10;
	ck_assert_uint_eq(a.checksum, run(config, 0.5, 7).checksum);
}
END_TEST

/* width, height, vcs, depth, routing, VC allocation, switch allocation, link,
 * credit: every delay and odd shapes, saturated, under all monitors */
static const unsigned pipelines[][9] = {
	{ 4, 4, 4, 8, 1, 1, 1, 1, 1 },	 { 4, 4, 2, 2, 0, 1, 1, 1, 0 },
	{ 5, 3, 3, 4, 2, 1, 1, 3, 2 },	 { 3, 3, 12, 1, 1, 1, 1, 1, 1 },
	{ 4, 4, 4, 4, 1, 2, 1, 1, 1 },	 { 4, 4, 4, 4, 1, 1, 2, 1, 1 },
	{ 4, 4, 4, 4, 3, 3, 3, 7, 5 },	 { 9, 8, 1, 5, 0, 2, 2, 1, 1 },
	{ 1, 6, 2, 3, 1, 1, 1, 64, 64 },
};

START_TEST(monitors_pass_in_saturation)
{
	const unsigned *p = pipelines[_i];
	struct sqz_noc_config config = {
		.width = p[0],
		.height = p[1],
		.vcs = p[2],
		.classes = 1,
		.vc_depth = p[3],
		.routing_delay = p[4],
		.vc_alloc_delay = p[5],
		.sw_alloc_delay = p[6],
		.link_cycles = p[7],
		.credit_cycles = p[8],
		.monitors = SQZ_NOC_CHECK_ALL,
		.age_limit_cycles = 100000,
		.check_cycles = 7,
	};

	ck_assert_uint_gt(run(config, 0.9, 1).packets, 50);
	ck_assert_uint_gt(run(config, 0.05, 2).packets, 50);
}
END_TEST

static void step_until_idle(struct sqz_noc *noc, unsigned limit)
{
	struct sqz_error err;

	while (limit-- && !sqz_noc_idle(noc))
		if (sqz_noc_step(noc, &err))
			ck_abort_msg("%s", err.text);
	ck_assert(sqz_noc_idle(noc));
}

START_TEST(idle_time_is_skipped)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);

	ck_assert(sqz_noc_idle(noc));
	ck_assert_int_eq(sqz_noc_skip(noc, 1ull << 40), 0);
	ck_assert_uint_eq(sqz_noc_cycle(noc), 1ull << 40);
	sqz_noc_inject(noc, 3, 12, 0, 6, NULL, &err);
	ck_assert(!sqz_noc_idle(noc));
	ck_assert_int_eq(sqz_noc_skip(noc, 1), -1);
	step_until_idle(noc, 100);
	/* 7 routers and 6 flits, then the last credits */
	ck_assert_uint_ge(sqz_noc_cycle(noc), (1ull << 40) + 42);
	ck_assert_uint_le(sqz_noc_cycle(noc), (1ull << 40) + 48);
	ck_assert_int_eq(sqz_noc_check(noc, &err), 0);
	sqz_noc_destroy(noc);
}
END_TEST

START_TEST(counters_count)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);

	/* (0, 0) -> (2, 1): two links east, one south */
	sqz_noc_inject(noc, 0, 6, 0, 3, NULL, &err);
	step_until_idle(noc, 100);
	ck_assert_uint_eq(sqz_noc_link_flits(noc, 0, SQZ_NOC_EAST), 3);
	ck_assert_uint_eq(sqz_noc_link_flits(noc, 1, SQZ_NOC_EAST), 3);
	ck_assert_uint_eq(sqz_noc_link_flits(noc, 2, SQZ_NOC_SOUTH), 3);
	ck_assert_uint_eq(sqz_noc_link_flits(noc, 6, SQZ_NOC_LOCAL), 3);
	ck_assert_uint_eq(sqz_noc_link_flits(noc, 2, SQZ_NOC_EAST), 0);
	ck_assert_uint_eq(sqz_noc_flit_hops(noc), 12);
	struct sqz_noc_traffic out = sqz_noc_node_traffic(noc, 0, 0);
	struct sqz_noc_traffic in = sqz_noc_node_traffic(noc, 6, 0);
	ck_assert_uint_eq(out.injected_packets, 1);
	ck_assert_uint_eq(out.injected_flits, 3);
	ck_assert_uint_eq(out.ejected_flits, 0);
	ck_assert_uint_eq(in.ejected_packets, 1);
	ck_assert_uint_eq(in.ejected_flits, 3);
	ck_assert_uint_eq(sqz_noc_flits_in_network(noc), 0);
	sqz_noc_destroy(noc);
}
END_TEST

/* Two packets of 4 flits meet at a port with one VC: the second head waits for
 * the first tail. */
START_TEST(waits_for_a_vc_are_counted)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;

	config.vcs = 1;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	/* Both leave router 1 to the east. Node 0's head arrives there 5
	 * cycles after node 1's. */
	sqz_noc_inject(noc, 1, 2, 0, 20, NULL, &err);
	sqz_noc_inject(noc, 0, 2, 0, 4, NULL, &err);
	for (int i = 0; i < 18; i++)
		ck_assert_int_eq(sqz_noc_step(noc, &err), 0);
	/* In VC allocation from cycle 8 on; 18 cycles have run. */
	ck_assert_uint_eq(sqz_noc_link_stalls(noc, 1, SQZ_NOC_EAST).vc_busy,
			  10);
	step_until_idle(noc, 200);
	struct sqz_noc_stalls s = sqz_noc_link_stalls(noc, 1, SQZ_NOC_EAST);
	/* Node 1's tail is sent in cycle 19, leaves router 1 in cycle 23. */
	ck_assert_uint_eq(s.vc_busy, 24 - 8);
	ck_assert_uint_eq(s.lost, 0);
	ck_assert_uint_eq(s.no_credit, 0);
	sqz_noc_destroy(noc);
}
END_TEST

/* Buffers of 2 flits. The node sends flits 0 and 1 in cycles 0 and 1; they
 * cross the switch in cycles 4 and 5, so the node has credits again for flits 2
 * and 3 in cycles 6 and 7. These are at the router in cycles 8 and 9, but
 * credits of the ejection port come back in cycles 4 + 6 and 5 + 6: flit 2
 * waits for 2 cycles, flit 3 for none once it is at the front. */
START_TEST(waits_for_credits_are_counted)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;

	config.vc_depth = 2;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	sqz_noc_inject(noc, 0, 0, 0, 4, NULL, &err);
	step_until_idle(noc, 200);
	struct sqz_noc_stalls s = sqz_noc_link_stalls(noc, 0, SQZ_NOC_LOCAL);
	ck_assert_uint_eq(s.no_credit, 2);
	ck_assert_uint_eq(s.vc_busy, 0);
	sqz_noc_destroy(noc);
}
END_TEST

/* Packets from west and from north meet at node 5's ejection port. */
START_TEST(lost_arbitrations_are_counted)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);

	sqz_noc_inject(noc, 4, 5, 0, 1, NULL, &err);
	sqz_noc_inject(noc, 1, 5, 0, 1, NULL, &err);
	step_until_idle(noc, 200);
	struct sqz_noc_stalls s = sqz_noc_link_stalls(noc, 5, SQZ_NOC_LOCAL);
	/* In VC allocation every output VC grants the same head: the other
	 * comes a cycle later and meets nobody at the switch. */
	ck_assert_uint_eq(s.vc_busy, 1);
	ck_assert_uint_eq(s.lost, 0);
	sqz_noc_inject(noc, 4, 5, 0, 2, NULL, &err);
	sqz_noc_inject(noc, 1, 5, 0, 2, NULL, &err);
	step_until_idle(noc, 200);
	s = sqz_noc_link_stalls(noc, 5, SQZ_NOC_LOCAL);
	ck_assert_uint_gt(s.lost, 0);
	sqz_noc_destroy(noc);
}
END_TEST

static size_t bytes_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Of a network with a packet in every source queue, per node. */
static double bytes_per_node(unsigned side)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;
	size_t before = bytes_in_use();

	config.width = config.height = side;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	ck_assert_msg(noc != NULL, "%s", err.text);
	for (unsigned n = 0; n < side * side; n++)
		sqz_noc_inject(noc, n, side * side - 1 - n, 0, 4, NULL, &err);
	size_t bytes = bytes_in_use() - before;
	sqz_noc_destroy(noc);
	return (double)bytes / (side * side);
}

START_TEST(memory_is_linear_in_nodes)
{
	double small = bytes_per_node(16), large = bytes_per_node(64);

	/* A sanitizer's allocator does not tell. */
	if (small <= 0)
		return;
	ck_assert_double_gt(small, 500);
	ck_assert_double_lt(small, 8000);
	ck_assert_double_eq_tol(large / small, 1, 0.05);
}
END_TEST

START_TEST(a_large_mesh_sleeps)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;

	config.width = config.height = 64;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	ck_assert_msg(noc != NULL, "%s", err.text);
	sqz_noc_inject(noc, 0, 4095, 0, 4, NULL, &err);
	step_until_idle(noc, 1000);
	/* 127 routers, and the last credit */
	ck_assert_uint_le(sqz_noc_cycle(noc), 5 * 127 + 5 + 4);
	/* A cycle that looked at 4096 nodes would take minutes. */
	for (long i = 0; i < 100000000; i++)
		sqz_noc_step(noc, &err);
	sqz_noc_destroy(noc);
}
END_TEST

START_TEST(identities_are_used_again)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);

	for (unsigned round = 0; round < 100; round++) {
		for (unsigned n = 0; n < 64; n++)
			sqz_noc_inject(noc, n % 16, n / 4, 0, 3, NULL, &err);
		step_until_idle(noc, 1000);
	}
	ck_assert_uint_eq(noc->pool.capacity, 256);
	sqz_noc_destroy(noc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc engine");
	TCase *tcase = tcase_create("engine");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, bad_settings_are_refused, 0,
			    sizeof(bad_configs) / sizeof(bad_configs[0]));
	tcase_add_test(tcase, zero_limits_are_refused);
	tcase_add_test(tcase, bad_packets_are_refused);
	tcase_add_test(tcase, vcs_are_shared_among_classes);
	tcase_add_test(tcase, same_seed_same_run);
	tcase_add_loop_test(tcase, monitors_pass_in_saturation, 0,
			    sizeof(pipelines) / sizeof(pipelines[0]));
	tcase_add_test(tcase, idle_time_is_skipped);
	tcase_add_test(tcase, counters_count);
	tcase_add_test(tcase, waits_for_a_vc_are_counted);
	tcase_add_test(tcase, waits_for_credits_are_counted);
	tcase_add_test(tcase, lost_arbitrations_are_counted);
	tcase_add_test(tcase, memory_is_linear_in_nodes);
	tcase_add_test(tcase, a_large_mesh_sleeps);
	tcase_add_test(tcase, identities_are_used_again);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
