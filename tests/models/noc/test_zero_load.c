/* The zero-load law, exactly, for every source and destination. */
#include "noc/noc.h"
#include "suite.h"

struct arrival {
	unsigned node, packets;
	struct sqz_noc_packet packet;
};

static void tail(void *ctx, unsigned node, const struct sqz_noc_packet *packet,
		 uint64_t cycle)
{
	struct arrival *arrival = ctx;

	ck_assert_uint_eq(cycle, packet->tail_cycle);
	arrival->node = node;
	arrival->packets++;
	arrival->packet = *packet;
}

static unsigned distance(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

static unsigned routers_visited(const struct sqz_noc_config *c, unsigned src,
				unsigned dst)
{
	return distance(src % c->width, dst % c->width) +
	       distance(src / c->width, dst / c->width) + 1;
}

/* Sends one packet through the empty network and returns what arrived. */
static struct sqz_noc_packet send_alone(struct sqz_noc *noc, unsigned src,
					unsigned dst, unsigned flits)
{
	struct arrival arrival = { .packets = 0 };
	struct sqz_noc_sink sink = { .ctx = &arrival, .tail = tail };
	struct sqz_error err;
	int cookie;

	sqz_noc_set_sink(noc, &sink);
	ck_assert_int_eq(sqz_noc_inject(noc, src, dst, 0, flits, &cookie, &err),
			 0);
	for (int i = 0; i < 2000 && !sqz_noc_idle(noc); i++)
		if (sqz_noc_step(noc, &err))
			ck_abort_msg("%s", err.text);
	ck_assert(sqz_noc_idle(noc));
	ck_assert_uint_eq(arrival.packets, 1);
	ck_assert_uint_eq(arrival.node, dst);
	ck_assert_ptr_eq(arrival.packet.cookie, &cookie);
	ck_assert_uint_eq(arrival.packet.src, src);
	ck_assert_uint_eq(arrival.packet.flits, flits);
	return arrival.packet;
}

/* cycles per hop and fixed cycles of the law */
static void check_all_pairs(struct sqz_noc_config config, unsigned per_hop,
			    unsigned fixed)
{
	static const unsigned lengths[] = { 1, 4, 8 };
	struct sqz_error err;

	config.monitors = SQZ_NOC_CHECK_ALL;
	config.check_cycles = 50;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	ck_assert_msg(noc != NULL, "%s", err.text);
	unsigned nodes = config.width * config.height;
	for (unsigned src = 0; src < nodes; src++)
		for (unsigned dst = 0; dst < nodes; dst++)
			for (int k = 0; k < 3; k++) {
				unsigned h = routers_visited(&config, src, dst);
				struct sqz_noc_packet p =
				    send_alone(noc, src, dst, lengths[k]);
				uint64_t t = p.tail_cycle - p.created_cycle;
				ck_assert_uint_eq(p.hops, h);
				ck_assert_uint_eq(p.injected_cycle,
						  p.created_cycle);
				ck_assert_uint_eq(t, per_hop * h + fixed +
							 lengths[k] - 1);
				ck_assert_uint_eq(p.tail_cycle - p.head_cycle,
						  lengths[k] - 1);
			}
	sqz_noc_destroy(noc);
}

/* width, height, routing, VC allocation, switch allocation, link; then the
 * law: cycles per hop, fixed cycles */
static const unsigned cases[][8] = {
	{ 4, 4, 1, 1, 1, 1, 5, 2 }, { 4, 4, 0, 1, 1, 1, 4, 2 },
	{ 8, 8, 1, 1, 1, 1, 5, 2 }, { 8, 8, 0, 1, 1, 1, 4, 2 },
	{ 1, 1, 1, 1, 1, 1, 5, 2 }, { 5, 2, 1, 1, 1, 1, 5, 2 },
	{ 3, 3, 2, 1, 1, 1, 6, 2 }, { 3, 3, 3, 3, 1, 1, 9, 2 },
	{ 3, 3, 0, 2, 1, 1, 5, 2 }, { 3, 3, 1, 1, 1, 4, 8, -1u },
};

START_TEST(every_pair_obeys_the_law)
{
	const unsigned *c = cases[_i];
	struct sqz_noc_config config = sqz_noc_config_default();

	config.width = c[0];
	config.height = c[1];
	config.vc_depth = 32;
	config.routing_delay = c[2];
	config.vc_alloc_delay = c[3];
	config.sw_alloc_delay = c[4];
	config.link_cycles = c[5];
	check_all_pairs(config, c[6], c[7]);
	config.vcs = 1;
	if (c[2] < 2 && c[5] == 1)
		config.vc_depth = 8;
	check_all_pairs(config, c[6], c[7]);
}
END_TEST

/* With a switch allocation of d cycles a VC gets a flit through every d
 * cycles, so the law only holds for packets of one flit. */
START_TEST(slow_switch_allocation)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;

	config.sw_alloc_delay = 3;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	for (unsigned dst = 0; dst < 16; dst++)
		for (unsigned flits = 1; flits < 6; flits++) {
			struct sqz_noc_packet p =
			    send_alone(noc, 6, dst, flits);
			ck_assert_uint_eq(p.tail_cycle - p.created_cycle,
					  7 * p.hops + 2 + 3 * (flits - 1));
		}
	sqz_noc_destroy(noc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc zero load");
	TCase *law = tcase_create("law");

	tcase_set_timeout(law, 60);
	tcase_add_loop_test(law, every_pair_obeys_the_law, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(law, slow_switch_allocation);
	suite_add_tcase(suite, law);
	return sqz_suite_main(suite);
}
