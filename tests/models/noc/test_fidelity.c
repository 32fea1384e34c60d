/* The packet level against the flit level. */
#include "noc/traffic/load.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static struct sqz_noc_config config_of(enum sqz_noc_fidelity fidelity)
{
	struct sqz_noc_config config = sqz_noc_config_default();

	config.fidelity = fidelity;
	config.monitors = SQZ_NOC_CHECK_ALL & ~SQZ_NOC_CHECK_AGE;
	config.check_cycles = 13;
	return config;
}

static struct sqz_noc *create(const struct sqz_noc_config *config)
{
	struct sqz_error err = { "" };
	struct sqz_noc *noc = sqz_noc_create(config, &err);

	ck_assert_msg(noc != NULL, "%s", err.text);
	return noc;
}

static void keep(void *ctx, unsigned node, const struct sqz_noc_packet *packet,
		 uint64_t cycle)
{
	ck_assert_uint_eq(node, packet->dst);
	ck_assert_uint_eq(cycle, packet->tail_cycle);
	*(struct sqz_noc_packet *)ctx = *packet;
}

static void step_until_idle(struct sqz_noc *noc)
{
	struct sqz_error err;

	for (int i = 0; i < 5000 && !sqz_noc_idle(noc); i++)
		if (sqz_noc_step(noc, &err))
			ck_abort_msg("%s", err.text);
	ck_assert(sqz_noc_idle(noc));
}

/* The one packet that is sent through an empty network. */
static struct sqz_noc_packet alone(struct sqz_noc *noc, unsigned src,
				   unsigned dst, unsigned flits)
{
	struct sqz_noc_packet packet = { .hops = 0 };
	struct sqz_noc_sink sink = { .ctx = &packet, .tail = keep };

	sqz_noc_set_sink(noc, &sink);
	sqz_noc_inject(noc, src, dst, 0, flits, NULL, NULL);
	step_until_idle(noc);
	return packet;
}

/* topology, routing delay, VC allocation, link, credits, VCs */
static const unsigned networks[][6] = {
	{ SQZ_NOC_MESH, 1, 1, 1, 1, 4 },
	{ SQZ_NOC_MESH, 0, 1, 1, 1, 1 },
	{ SQZ_NOC_TORUS, 2, 3, 2, 0, 2 },
	{ SQZ_NOC_CMESH, 1, 1, 1, 1, 2 },
};

/* Without other traffic both levels agree in everything. */
START_TEST(alone_all_times_agree)
{
	static const unsigned lengths[] = { 1, 4, 8, 20 };
	struct sqz_noc *noc[2];

	for (int f = 0; f < 2; f++) {
		struct sqz_noc_config c =
		    config_of(f ? SQZ_NOC_PACKETS : SQZ_NOC_FLITS);
		c.topology = (enum sqz_noc_topology)networks[_i][0];
		c.routing_delay = networks[_i][1];
		c.vc_alloc_delay = networks[_i][2];
		c.link_cycles = networks[_i][3];
		c.credit_cycles = networks[_i][4];
		c.vcs = networks[_i][5];
		c.vc_depth = 16;
		noc[f] = create(&c);
	}
	for (unsigned i = 0; i < 16 * 16 * 4; i++) {
		unsigned src = i / 4 % 16, dst = i / 64, flits = lengths[i % 4];
		struct sqz_noc_packet a = alone(noc[0], src, dst, flits);
		struct sqz_noc_packet b = alone(noc[1], src, dst, flits);
		ck_assert_uint_eq(a.hops, b.hops);
		ck_assert_uint_eq(a.injected_cycle - a.created_cycle,
				  b.injected_cycle - b.created_cycle);
		ck_assert_uint_eq(a.head_cycle - a.injected_cycle,
				  b.head_cycle - b.injected_cycle);
		ck_assert_uint_eq(a.tail_cycle - a.head_cycle,
				  b.tail_cycle - b.head_cycle);
	}
	ck_assert_uint_eq(sqz_noc_flit_hops(noc[0]), sqz_noc_flit_hops(noc[1]));
	for (unsigned r = 0; r < sqz_noc_routers(noc[0]); r++)
		for (unsigned p = 0; p < sqz_noc_ports(noc[0]); p++)
			ck_assert_uint_eq(sqz_noc_link_flits(noc[0], r, p),
					  sqz_noc_link_flits(noc[1], r, p));
	sqz_noc_destroy(noc[0]);
	sqz_noc_destroy(noc[1]);
}
END_TEST

static struct sqz_noc_outcome offer(enum sqz_noc_fidelity fidelity, double rate,
				    unsigned flits)
{
	struct sqz_noc_config config = config_of(fidelity);
	struct sqz_noc_load load = sqz_noc_load_default();
	static struct sqz_noc_outcome outcome;
	struct sqz_error err = { "" };

	load.rate = rate;
	load.sizes.flits[0] = flits;
	load.warmup_cycles = 1000;
	load.measure_cycles = 20000;
	load.drain_cycles = rate < 1 ? 20000 : 0;
	ck_assert_msg(!sqz_noc_load_run(&config, &load, &outcome, NULL, &err),
		      "%s", err.text);
	return outcome;
}

/* rate, flits, allowed error of network latency or, at rate 1, of throughput */
static const struct {
	double rate;
	unsigned flits;
	double allowed;
} loads[] = {
	{ 0.05, 4, 0.03 },  { 0.3, 4, 0.08 },  { 0.3, 1, 0.08 },
	{ 0.05, 12, 0.06 }, { 0.3, 12, 0.25 }, { 1, 4, 0.25 },
	{ 1, 12, 0.25 },
};

START_TEST(under_load_the_error_is_bounded)
{
	struct sqz_noc_outcome a =
	    offer(SQZ_NOC_FLITS, loads[_i].rate, loads[_i].flits);
	struct sqz_noc_outcome b =
	    offer(SQZ_NOC_PACKETS, loads[_i].rate, loads[_i].flits);
	double error = loads[_i].rate < 1
			   ? b.network_latency / a.network_latency - 1
			   : b.accepted / a.accepted - 1;

	ck_assert_msg(fabs(error) < loads[_i].allowed,
		      "load %g, %u flits: latency %g for %g, accepted %g for "
		      "%g",
		      loads[_i].rate, loads[_i].flits, b.network_latency,
		      a.network_latency, b.accepted, a.accepted);
	ck_assert_double_eq_tol(a.offered, b.offered, 1e-9);
}
END_TEST

START_TEST(same_seed_same_run)
{
	ck_assert_uint_eq(offer(SQZ_NOC_PACKETS, 0.4, 5).checksum,
			  offer(SQZ_NOC_PACKETS, 0.4, 5).checksum);
}
END_TEST

/* --- classes and sinks --- */

#define NODES 16

struct log {
	unsigned heads, tails[2];
};

static void on_head(void *ctx, unsigned node, const struct sqz_noc_packet *p,
		    uint64_t cycle)
{
	(void)node;
	ck_assert_uint_eq(p->head_cycle, cycle);
	((struct log *)ctx)->heads++;
}

static void on_tail(void *ctx, unsigned node, const struct sqz_noc_packet *p,
		    uint64_t cycle)
{
	(void)node;
	(void)cycle;
	((struct log *)ctx)->tails[p->msg_class]++;
}

static void run(struct sqz_noc *noc, unsigned cycles)
{
	struct sqz_error err;

	while (cycles--)
		if (sqz_noc_step(noc, &err))
			ck_abort_msg("%s", err.text);
}

/* Packets of a class that no sink takes stand in all buffers, some of them
 * longer than a buffer: the other class passes. */
START_TEST(a_blocked_class_blocks_no_other)
{
	struct sqz_noc_config config = config_of(SQZ_NOC_PACKETS);
	struct log log = { 0 };

	config.classes = 2;
	config.vcs = 2;
	struct sqz_noc *noc = create(&config);
	struct sqz_noc_sink sink = { &log, on_head, on_tail, NULL };
	sqz_noc_set_sink(noc, &sink);
	for (unsigned n = 0; n < NODES; n++)
		sqz_noc_sink_ready(noc, n, 0, false);
	for (unsigned k = 0; k < NODES * 20; k++)
		sqz_noc_inject(noc, k % NODES, k * 7 % NODES, 0, 5 + k % 20,
			       NULL, NULL);
	run(noc, 3000);
	ck_assert_uint_eq(log.heads, 0);
	ck_assert_uint_gt(sqz_noc_queued_packets(noc, 1, 0), 0);
	for (unsigned k = 0; k < NODES * 20; k++)
		sqz_noc_inject(noc, k % NODES, k * 3 % NODES, 1, 9, NULL, NULL);
	run(noc, 10000);
	ck_assert_uint_eq(log.tails[0], 0);
	ck_assert_uint_eq(log.tails[1], NODES * 20);
	for (unsigned n = 0; n < NODES; n++)
		sqz_noc_sink_ready(noc, n, 0, true);
	step_until_idle(noc);
	ck_assert_uint_eq(log.tails[0], NODES * 20);
	ck_assert_uint_eq(sqz_noc_flits_in_network(noc), 0);
	sqz_noc_destroy(noc);
}
END_TEST

static void step(struct sqz_noc *noc, unsigned cycles)
{
	struct sqz_error err;

	while (cycles--)
		if (sqz_noc_step(noc, &err))
			ck_abort_msg("%s", err.text);
}

/* 7 to 3 keeps node 3's port; 0 to 3 stands behind it and keeps the VC from
 * router 2 to 3, long after the link has nothing to do: what 2 sends waits for
 * the VC and for nothing else. */
START_TEST(waiting_for_a_held_vc_is_no_lack_of_room)
{
	struct sqz_noc_config config = config_of(SQZ_NOC_PACKETS);

	config.width = config.height = 4;
	config.vcs = 1;
	struct sqz_noc *noc = create(&config);

	sqz_noc_inject(noc, 7, 3, 0, 400, NULL, NULL);
	step(noc, 20);
	sqz_noc_inject(noc, 0, 3, 0, 40, NULL, NULL);
	step(noc, 80);
	sqz_noc_inject(noc, 2, 3, 0, 4, NULL, NULL);
	step_until_idle(noc);
	struct sqz_noc_stalls stalls =
	    sqz_noc_link_stalls(noc, 2, SQZ_NOC_EAST);
	ck_assert_uint_gt(stalls.vc_busy, 200);
	ck_assert_uint_eq(stalls.no_credit, 0);
	sqz_noc_destroy(noc);
}
END_TEST

START_TEST(idle_time_is_skipped)
{
	struct sqz_noc_config config = config_of(SQZ_NOC_PACKETS);
	struct sqz_noc *noc = create(&config);

	ck_assert_int_eq(sqz_noc_skip(noc, 1ull << 40), 0);
	ck_assert_uint_eq(alone(noc, 3, 12, 6).hops, 7);
	/* A packet that outlasts the wheel of events. */
	struct sqz_noc_packet packet = alone(noc, 0, 15, 3000);
	ck_assert_uint_eq(packet.tail_cycle - packet.head_cycle, 2999);
	sqz_noc_destroy(noc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc fidelity");
	TCase *tcase = tcase_create("fidelity");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, alone_all_times_agree, 0, 4);
	tcase_add_loop_test(tcase, under_load_the_error_is_bounded, 0,
			    sizeof(loads) / sizeof(loads[0]));
	tcase_add_test(tcase, same_seed_same_run);
	tcase_add_test(tcase, a_blocked_class_blocks_no_other);
	tcase_add_test(tcase, waiting_for_a_held_vc_is_no_lack_of_room);
	tcase_add_test(tcase, idle_time_is_skipped);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
