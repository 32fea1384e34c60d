/* Message classes, source queues, and sinks that hold back. */
#include "noc/noc.h"
#include "suite.h"

#include <string.h>

#define NODES	16
#define CLASSES 5

struct log {
	struct sqz_noc *noc;
	unsigned heads[NODES][CLASSES], tails[NODES][CLASSES];
	uintptr_t last[NODES][CLASSES]; /* cookie of the last packet */
	bool in_order;
	unsigned answers; /* packets that are answered by their receiver */
};

static void on_head(void *ctx, unsigned node, const struct sqz_noc_packet *p,
		    uint64_t cycle)
{
	struct log *log = ctx;

	ck_assert_uint_eq(p->head_cycle, cycle);
	log->heads[node][p->msg_class]++;
}

static void on_tail(void *ctx, unsigned node, const struct sqz_noc_packet *p,
		    uint64_t cycle)
{
	struct log *log = ctx;
	uintptr_t *last = &log->last[node][p->msg_class];

	ck_assert_uint_eq(p->tail_cycle, cycle);
	log->tails[node][p->msg_class]++;
	log->in_order &= (uintptr_t)p->cookie > *last;
	*last = (uintptr_t)p->cookie;
	if (!log->answers)
		return;
	log->answers--;
	ck_assert_int_eq(sqz_noc_inject(log->noc, node, p->src, p->msg_class,
					p->flits, p->cookie, NULL),
			 0);
}

static struct sqz_noc *create(unsigned vcs, unsigned classes, struct log *log)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_error err;

	config.vcs = vcs;
	config.classes = classes;
	config.monitors = SQZ_NOC_CHECK_ALL;
	config.check_cycles = 5;
	struct sqz_noc *noc = sqz_noc_create(&config, &err);
	ck_assert_msg(noc != NULL, "%s", err.text);
	*log = (struct log){ .noc = noc, .in_order = true };
	struct sqz_noc_sink sink = { log, on_head, on_tail, NULL };
	sqz_noc_set_sink(noc, &sink);
	return noc;
}

static void inject(struct sqz_noc *noc, unsigned src, unsigned dst,
		   unsigned msg_class, unsigned flits, uintptr_t number)
{
	struct sqz_error err;

	ck_assert_msg(!sqz_noc_inject(noc, src, dst, msg_class, flits,
				      (void *)number, &err),
		      "%s", err.text);
}

static void run(struct sqz_noc *noc, unsigned cycles)
{
	struct sqz_error err;

	while (cycles--)
		if (sqz_noc_step(noc, &err))
			ck_abort_msg("%s", err.text);
}

static unsigned total(const unsigned counts[NODES][CLASSES], unsigned msg_class)
{
	unsigned sum = 0;

	for (unsigned n = 0; n < NODES; n++)
		sum += counts[n][msg_class];
	return sum;
}

/* Sinks refuse one class after the other until its packets stand in all
 * buffers: the others arrive as ever. */
START_TEST(a_blocked_class_blocks_no_other)
{
	struct log log;
	struct sqz_noc *noc = create(5 + _i, CLASSES, &log);

	for (unsigned blocked = 0; blocked < CLASSES; blocked++) {
		for (unsigned n = 0; n < NODES; n++)
			sqz_noc_sink_ready(noc, n, blocked, false);
		memset(log.tails, 0, sizeof(log.tails));
		for (unsigned n = 0; n < NODES * 20; n++)
			inject(noc, n % NODES, n * 7 % NODES, blocked, 9, 1);
		run(noc, 2000);
		ck_assert_uint_eq(total(log.tails, blocked), 0);
		ck_assert_uint_gt(sqz_noc_queued_packets(noc, 1, blocked), 0);
		for (unsigned n = 0; n < NODES * CLASSES * 20; n++)
			if (n % CLASSES != blocked)
				inject(noc, n / CLASSES % NODES, n * 3 % NODES,
				       n % CLASSES, 9, 1);
		run(noc, 20000);
		for (unsigned c = 0; c < CLASSES; c++)
			ck_assert_uint_eq(total(log.tails, c),
					  c == blocked ? 0 : NODES * 20);
		for (unsigned n = 0; n < NODES; n++)
			sqz_noc_sink_ready(noc, n, blocked, true);
		run(noc, 20000);
		ck_assert_uint_eq(total(log.tails, blocked), NODES * 20);
		ck_assert(sqz_noc_idle(noc));
	}
	sqz_noc_destroy(noc);
}
END_TEST

/* One node refuses: after the call no head arrives, the packet under way is
 * finished, the network backs up into the source queue; then all arrive. */
START_TEST(a_sink_holds_back)
{
	struct log log;
	struct sqz_noc *noc = create(1, 1, &log);

	for (uintptr_t k = 1; k <= 10; k++)
		inject(noc, 0, 2, 0, 4, k);
	/* The first head arrives in cycle 17, after 18 steps. */
	run(noc, 18);
	ck_assert_uint_eq(log.heads[2][0], 1);
	ck_assert_uint_eq(log.tails[2][0], 0);
	sqz_noc_sink_ready(noc, 2, 0, false);
	run(noc, 500);
	ck_assert_uint_eq(log.heads[2][0], 1);
	ck_assert_uint_eq(log.tails[2][0], 1);
	/* 3 routers and the ejection port hold 8 flits each, 4 have arrived:
	 * 36 of 40 flits have left the source. */
	ck_assert_uint_eq(sqz_noc_queued_packets(noc, 0, 0), 1);
	ck_assert_uint_eq(sqz_noc_queued_flits(noc, 0, 0), 4);
	ck_assert_uint_eq(sqz_noc_flits_in_network(noc), 32);
	sqz_noc_sink_ready(noc, 2, 0, true);
	run(noc, 200);
	ck_assert_uint_eq(log.tails[2][0], 10);
	ck_assert(sqz_noc_idle(noc));
	ck_assert(log.in_order);
	sqz_noc_destroy(noc);
}
END_TEST

START_TEST(queues_tell_their_length)
{
	struct log log;
	struct sqz_noc *noc = create(4, 2, &log);

	inject(noc, 3, 0, 0, 5, 1);
	inject(noc, 3, 0, 0, 2, 2);
	inject(noc, 3, 0, 1, 7, 3);
	ck_assert_uint_eq(sqz_noc_queued_packets(noc, 3, 0), 2);
	ck_assert_uint_eq(sqz_noc_queued_flits(noc, 3, 0), 7);
	ck_assert_uint_eq(sqz_noc_queued_flits(noc, 3, 1), 7);
	/* One flit a cycle, classes take turns. */
	run(noc, 4);
	ck_assert_uint_eq(sqz_noc_queued_flits(noc, 3, 0), 5);
	ck_assert_uint_eq(sqz_noc_queued_flits(noc, 3, 1), 5);
	ck_assert_uint_eq(sqz_noc_queued_packets(noc, 3, 0), 2);
	ck_assert_uint_eq(sqz_noc_flits_in_network(noc), 4);
	run(noc, 100);
	ck_assert_uint_eq(sqz_noc_queued_packets(noc, 3, 0), 0);
	ck_assert(sqz_noc_idle(noc));
	sqz_noc_destroy(noc);
}
END_TEST

/* With one VC a class, packets of a flow keep their order whatever else is
 * under way. */
START_TEST(one_vc_keeps_the_order_of_a_flow)
{
	struct log log;
	struct sqz_noc *noc = create(2, 2, &log);

	for (uintptr_t k = 1; k <= 200; k++) {
		inject(noc, 0, 15, 0, 1 + k % 6, k);
		inject(noc, 4, 15, 1, 1 + k % 3, k);
		run(noc, 3);
	}
	run(noc, 3000);
	ck_assert_uint_eq(log.tails[15][0], 200);
	ck_assert_uint_eq(log.tails[15][1], 200);
	ck_assert(log.in_order);
	sqz_noc_destroy(noc);
}
END_TEST

/* Receivers answer from inside the call, while the pool of packets grows. */
START_TEST(a_sink_may_inject)
{
	struct log log;
	struct sqz_noc *noc = create(4, 1, &log);

	log.answers = 5000;
	for (unsigned n = 0; n < 300; n++)
		inject(noc, n % NODES, n * 5 % NODES, 0, 3, n + 1);
	run(noc, 20000);
	ck_assert(sqz_noc_idle(noc));
	ck_assert_uint_eq(total(log.tails, 0), 5300);
	sqz_noc_destroy(noc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc classes");
	TCase *tcase = tcase_create("classes");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, a_blocked_class_blocks_no_other, 0, 3);
	tcase_add_test(tcase, a_sink_holds_back);
	tcase_add_test(tcase, queues_tell_their_length);
	tcase_add_test(tcase, one_vc_keeps_the_order_of_a_flow);
	tcase_add_test(tcase, a_sink_may_inject);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
