/* Flows and the counters' registers, on a network with known traffic. */
#include <string.h>

#include "noc/counter_regs.h"
#include "node/regs_decode.h"
#include "suite.h"

#define WIDTH	4
#define NODES	16
#define CLASSES 2

/* A packet's payload here is its number of bytes. */
struct network {
	struct sqz_noc *noc;
	struct sqz_noc_flows *flows;
	struct sqz_counter_regs *regs;
	uint64_t cycle; /* that the registers are told */
};

static struct network net;

static void tail(void *ctx, unsigned node, const struct sqz_noc_packet *packet,
		 uint64_t cycle)
{
	(void)ctx;
	(void)node;
	(void)cycle;
	ck_assert_int_eq(sqz_noc_flows_add(net.flows, packet,
					   (uintptr_t)packet->cookie, NULL),
			 0);
}

static uint64_t now(void *context)
{
	return ((struct network *)context)->cycle;
}

static void setup(void)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	const struct sqz_noc_sink sink = { NULL, NULL, tail, NULL };
	struct sqz_error err;

	config.classes = CLASSES;
	net.noc = sqz_noc_create(&config, &err);
	net.flows = sqz_noc_flows_create(CLASSES);
	sqz_noc_set_sink(net.noc, &sink);
	const struct sqz_counter_regs_config c = { net.noc, net.flows, now,
						   &net };
	net.regs = sqz_counter_regs_create(&c, &err);
	ck_assert_ptr_nonnull(net.regs);
	net.cycle = 0;
}

static void teardown(void)
{
	sqz_counter_regs_destroy(net.regs);
	sqz_noc_flows_destroy(net.flows);
	sqz_noc_destroy(net.noc);
}

static void send(unsigned src, unsigned dst, unsigned msg_class, unsigned flits,
		 uintptr_t bytes)
{
	ck_assert_int_eq(sqz_noc_inject(net.noc, src, dst, msg_class, flits,
					(void *)bytes, NULL),
			 0);
}

static void drain(void)
{
	while (!sqz_noc_idle(net.noc))
		ck_assert_int_eq(sqz_noc_step(net.noc, NULL), 0);
}

static uint32_t get(uint32_t offset)
{
	uint64_t value = 0;

	ck_assert_int_eq(
	    sqz_counter_regs_access(net.regs, offset, 4, false, &value),
	    SQZ_OK);
	return (uint32_t)value;
}

static void put(uint32_t offset, uint32_t value)
{
	uint64_t word = value;

	ck_assert_int_eq(
	    sqz_counter_regs_access(net.regs, offset, 4, true, &word), SQZ_OK);
}

static void show_link(unsigned router, unsigned port)
{
	put(SQZ_COUNTERS_LINK, router | port << 16);
}

static void show_flow(unsigned src, unsigned dst, unsigned msg_class)
{
	put(SQZ_COUNTERS_FLOW, src | dst << 12 | msg_class << 24);
}

/* ---- flows ---- */

/* Alone in the network a packet takes 5 H + 2 + (L - 1) cycles. */
START_TEST(a_flow_has_the_zero_load_latency)
{
	send(0, 3, 1, 4, 50);
	drain();
	send(0, 3, 1, 1, 9);
	drain();

	const struct sqz_noc_flow *flow =
	    sqz_noc_flows_find(net.flows, 0, 3, 1);
	ck_assert_ptr_nonnull(flow);
	ck_assert_uint_eq(flow->packets, 2);
	ck_assert_uint_eq(flow->flits, 5);
	ck_assert_uint_eq(flow->bytes, 59);
	ck_assert_uint_eq(flow->latency_cycles, 25 + 22);
	ck_assert_uint_eq(flow->network_cycles, 25 + 22);
	ck_assert_uint_eq(flow->max_latency_cycles, 25);
	/* 16 to 31 */
	ck_assert_uint_eq(flow->bins[4], 2);
	ck_assert_ptr_null(sqz_noc_flows_find(net.flows, 0, 3, 0));
	ck_assert_ptr_null(sqz_noc_flows_find(net.flows, 3, 0, 1));
}
END_TEST

/* The second waits for the first's flits: in its latency, not in its time in
 * the network. */
START_TEST(waiting_at_the_source_counts)
{
	send(0, 1, 0, 8, 1);
	send(0, 1, 0, 8, 1);
	drain();

	const struct sqz_noc_flow *flow =
	    sqz_noc_flows_find(net.flows, 0, 1, 0);
	ck_assert_uint_eq(flow->latency_cycles, 19 + 27);
	ck_assert_uint_eq(flow->network_cycles, 19 + 19);
	ck_assert_uint_eq(flow->bins[4], 2);
}
END_TEST

/* More flows than the table holds at first, each with its own counts. */
START_TEST(all_flows_are_kept_apart)
{
	size_t count;

	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < NODES * NODES * CLASSES; i++)
			send(i / CLASSES / NODES, i / CLASSES % NODES,
			     i % CLASSES, 1, i);
	drain();
	sqz_noc_flows_all(net.flows, &count);
	ck_assert_uint_eq(count, NODES * NODES * CLASSES);
	for (unsigned i = 0; i < NODES * NODES * CLASSES; i++) {
		const struct sqz_noc_flow *flow =
		    sqz_noc_flows_find(net.flows, i / CLASSES / NODES,
				       i / CLASSES % NODES, i % CLASSES);
		ck_assert_ptr_nonnull(flow);
		ck_assert_uint_eq(flow->packets, 2);
		ck_assert_uint_eq(flow->bytes, 2 * i);
	}
}
END_TEST

static void add(uint64_t latency)
{
	const struct sqz_noc_packet packet = {
		.src = 5, .dst = 6, .flits = 1, .tail_cycle = latency
	};

	ck_assert_int_eq(sqz_noc_flows_add(net.flows, &packet, 1, NULL), 0);
}

START_TEST(bins_double)
{
	static const struct {
		uint64_t latency;
		unsigned bin;
	} cases[] = {
		{ 0, 0 },	    { 1, 0 },		{ 2, 1 },
		{ 3, 1 },	    { 4, 2 },		{ 1023, 9 },
		{ 1024, 10 },	    { 8388607, 22 },	{ 8388608, 23 },
		{ 1ull << 24, 23 }, { 1ull << 63, 23 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t before[SQZ_NOC_LATENCY_BINS] = { 0 };
		const struct sqz_noc_flow *flow =
		    sqz_noc_flows_find(net.flows, 5, 6, 0);
		if (flow)
			memcpy(before, flow->bins, sizeof(before));
		add(cases[i].latency);
		flow = sqz_noc_flows_find(net.flows, 5, 6, 0);
		before[cases[i].bin]++;
		ck_assert_mem_eq(before, flow->bins, sizeof(before));
	}
}
END_TEST

START_TEST(a_class_has_quantiles)
{
	for (unsigned i = 1; i <= 100; i++)
		add(i);
	const struct sqz_histogram *all = sqz_noc_flows_latencies(net.flows, 0);
	ck_assert_uint_eq(sqz_histogram_quantile(all, 0.5), 50);
	ck_assert_uint_eq(sqz_histogram_quantile(all, 0.99), 99);
	ck_assert_uint_eq(
	    sqz_histogram_quantile(sqz_noc_flows_latencies(net.flows, 1), 0.5),
	    0);
}
END_TEST

/* ---- registers ---- */

START_TEST(registers_name_the_network)
{
	ck_assert_uint_eq(get(SQZ_COUNTERS_ID), 0x53515a4e);
	ck_assert_uint_eq(get(SQZ_COUNTERS_VERSION), 0x10000);
	ck_assert_uint_eq(get(SQZ_COUNTERS_CAPS), 16 | 5 << 16 | 2 << 24);
	ck_assert_uint_eq(get(SQZ_COUNTERS_STATUS), 0);
	send(0, 1, 0, 1, 1);
	ck_assert_int_eq(sqz_noc_step(net.noc, NULL), 0);
	ck_assert_uint_eq(get(SQZ_COUNTERS_STATUS), 1);
}
END_TEST

START_TEST(registers_show_a_link)
{
	/* Both want the link from router 1 to 2 and wait for each other. */
	send(0, 2, 0, 6, 1);
	send(1, 3, 0, 6, 1);
	drain();
	for (unsigned router = 0; router < NODES; router++)
		for (unsigned port = 0; port < SQZ_NOC_PORTS; port++) {
			int end = sqz_noc_link_end(net.noc, router, port);
			const struct sqz_noc_stalls stalls =
			    sqz_noc_link_stalls(net.noc, router, port);
			show_link(router, port);
			ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_END),
					  (uint32_t)end);
			ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_FLITS_LO),
					  end < 0 ? 0
						  : sqz_noc_link_flits(
							net.noc, router, port));
			ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_VC_BUSY_LO),
					  end < 0 ? 0 : stalls.vc_busy);
			ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_NO_CREDIT_LO),
					  end < 0 ? 0 : stalls.no_credit);
			ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_LOST_LO),
					  end < 0 ? 0 : stalls.lost);
		}
	show_link(1, SQZ_NOC_EAST);
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_FLITS_LO), 12);
	ck_assert_uint_gt(get(SQZ_COUNTERS_LINK_LOST_LO), 0);
}
END_TEST

START_TEST(a_shown_link_stands_still)
{
	show_link(0, SQZ_NOC_EAST);
	send(0, 1, 0, 3, 1);
	drain();
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_FLITS_LO), 0);
	show_link(0, SQZ_NOC_EAST);
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_FLITS_LO), 3);
}
END_TEST

START_TEST(links_that_are_not_there_read_zero)
{
	send(0, 1, 0, 3, 1);
	drain();
	show_link(0, SQZ_NOC_WEST);
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_END), UINT32_MAX);
	show_link(NODES, SQZ_NOC_EAST);
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_END), UINT32_MAX);
	show_link(0, SQZ_NOC_PORTS);
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_END), UINT32_MAX);
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_FLITS_LO), 0);
	put(SQZ_COUNTERS_LINK, UINT32_MAX);
	ck_assert_uint_eq(get(SQZ_COUNTERS_LINK_END), UINT32_MAX);
}
END_TEST

START_TEST(registers_show_a_flow)
{
	send(2, 9, 1, 5, 77);
	send(2, 9, 1, 5, 23);
	drain();

	const struct sqz_noc_flow *flow =
	    sqz_noc_flows_find(net.flows, 2, 9, 1);
	show_flow(2, 9, 1);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_PACKETS_LO), 2);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_BYTES_LO), 100);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_LATENCY_LO),
			  flow->latency_cycles);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_MAX), flow->max_latency_cycles);
	for (unsigned bin = 0; bin < 32; bin++) {
		put(SQZ_COUNTERS_FLOW_BIN, bin);
		ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_BIN_PACKETS),
				  bin < SQZ_NOC_LATENCY_BINS ? flow->bins[bin]
							     : 0);
	}
	show_flow(2, 9, 0);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_PACKETS_LO), 0);
	show_flow(4095, 4095, 255);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_BYTES_LO), 0);
}
END_TEST

START_TEST(wide_numbers_have_two_halves)
{
	const struct sqz_noc_packet packet = { .src = 1,
					       .dst = 2,
					       .tail_cycle = 0x500000007 };

	ck_assert_int_eq(
	    sqz_noc_flows_add(net.flows, &packet, 0x300000004, NULL), 0);
	show_flow(1, 2, 0);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_BYTES_LO), 4);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_BYTES_HI), 3);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_LATENCY_LO), 7);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_LATENCY_HI), 5);
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLOW_MAX), UINT32_MAX);
}
END_TEST

START_TEST(totals_are_copied_on_demand)
{
	net.cycle = 0x200000001;
	send(0, 15, 0, 2, 1);
	drain();
	ck_assert_uint_eq(get(SQZ_COUNTERS_CYCLES_LO), 0);
	put(SQZ_COUNTERS_CTRL, 1);
	ck_assert_uint_eq(get(SQZ_COUNTERS_CTRL), 0);
	ck_assert_uint_eq(get(SQZ_COUNTERS_CYCLES_LO), 1);
	ck_assert_uint_eq(get(SQZ_COUNTERS_CYCLES_HI), 2);
	/* 7 routers x 2 flits */
	ck_assert_uint_eq(get(SQZ_COUNTERS_FLIT_HOPS_LO), 14);
	net.cycle = 0;
	put(SQZ_COUNTERS_CTRL, 0);
	ck_assert_uint_eq(get(SQZ_COUNTERS_CYCLES_LO), 1);
}
END_TEST

START_TEST(accesses_that_fault)
{
	uint64_t value = 7;

	ck_assert_int_eq(sqz_counter_regs_access(net.regs, SQZ_COUNTERS_CAPS, 4,
						 true, &value),
			 SQZ_ERR_ADDRESS);
	ck_assert_int_eq(
	    sqz_counter_regs_access(net.regs, 0x7c, 4, false, &value),
	    SQZ_ERR_ADDRESS);
	ck_assert_int_eq(sqz_counter_regs_access(net.regs, 0, 8, false, &value),
			 SQZ_ERR_ADDRESS);
	ck_assert_int_eq(sqz_counter_regs_access(net.regs, 2, 4, false, &value),
			 SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(value, 7);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc counters");
	TCase *tests = tcase_create("counters");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_flow_has_the_zero_load_latency);
	tcase_add_test(tests, waiting_at_the_source_counts);
	tcase_add_test(tests, all_flows_are_kept_apart);
	tcase_add_test(tests, bins_double);
	tcase_add_test(tests, a_class_has_quantiles);
	tcase_add_test(tests, registers_name_the_network);
	tcase_add_test(tests, registers_show_a_link);
	tcase_add_test(tests, a_shown_link_stands_still);
	tcase_add_test(tests, links_that_are_not_there_read_zero);
	tcase_add_test(tests, registers_show_a_flow);
	tcase_add_test(tests, wide_numbers_have_two_halves);
	tcase_add_test(tests, totals_are_copied_on_demand);
	tcase_add_test(tests, accesses_that_fault);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
