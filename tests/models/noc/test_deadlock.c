/* The deadlock monitor at both fidelities: packets around a ring of a mesh. */
#include <stdlib.h>
#include <string.h>

#include "noc/noc.h"
#include "suite.h"

#define WIDTH  3
#define NODES  9
#define AROUND 8
#define LIMIT  500

/* The outer routers clockwise, and the way to the next. */
static const struct {
	unsigned router;
	enum sqz_noc_port port;
} RING[AROUND] = {
	{ 0, SQZ_NOC_EAST },  { 1, SQZ_NOC_EAST },  { 2, SQZ_NOC_SOUTH },
	{ 5, SQZ_NOC_SOUTH }, { 8, SQZ_NOC_WEST },  { 7, SQZ_NOC_WEST },
	{ 6, SQZ_NOC_NORTH }, { 3, SQZ_NOC_NORTH },
};

static uint8_t port_xy(unsigned router, unsigned node)
{
	unsigned x = router % WIDTH, y = router / WIDTH;
	unsigned to_x = node % WIDTH, to_y = node / WIDTH;

	if (x != to_x)
		return x < to_x ? SQZ_NOC_EAST : SQZ_NOC_WEST;
	if (y != to_y)
		return y < to_y ? SQZ_NOC_SOUTH : SQZ_NOC_NORTH;
	return SQZ_NOC_LOCAL;
}

/* All packets of outer nodes go clockwise; the node in the middle takes no
 * part. */
static void fill_ring(uint8_t table[NODES][NODES])
{
	for (unsigned r = 0; r < NODES; r++)
		for (unsigned n = 0; n < NODES; n++)
			table[r][n] = port_xy(r, n);
	for (unsigned i = 0; i < AROUND; i++)
		for (unsigned k = 0; k < AROUND; k++)
			if (k != i)
				table[RING[i].router][RING[k].router] =
				    (uint8_t)RING[i].port;
}

static struct sqz_noc_config config_of(int fidelity, unsigned vc_depth)
{
	struct sqz_noc_config config = sqz_noc_config_default();

	config.width = config.height = WIDTH;
	config.fidelity = (enum sqz_noc_fidelity)fidelity;
	config.vcs = config.classes = 2;
	config.vc_depth = vc_depth;
	config.monitors = SQZ_NOC_CHECK_DEADLOCK;
	config.age_limit_cycles = LIMIT;
	return config;
}

static struct sqz_noc *create(const struct sqz_noc_config *config)
{
	struct sqz_error err = { "" };
	struct sqz_noc *noc = sqz_noc_create(config, &err);

	ck_assert_msg(noc, "%s", err.text);
	return noc;
}

/* Every outer node sends half around, so often that all buffers fill. */
static void send_around(struct sqz_noc *noc, unsigned packets, unsigned flits)
{
	for (unsigned n = 0; n < packets; n++)
		for (unsigned i = 0; i < AROUND; i++)
			sqz_noc_inject(noc, RING[i].router,
				       RING[(i + 4) % AROUND].router, 1, flits,
				       NULL, NULL);
}

static int run(struct sqz_noc *noc, struct sqz_error *err)
{
	for (int i = 0; i < 20 * LIMIT && !sqz_noc_idle(noc); i++)
		if (sqz_noc_step(noc, err))
			return -1;
	return 0;
}

static unsigned next_router(unsigned router)
{
	for (unsigned i = 0; i < AROUND; i++)
		if (RING[i].router == router)
			return RING[(i + 1) % AROUND].router;
	return UINT32_MAX;
}

/* Each VC waits at its own router or at the next one of the ring. */
static void check_cycle(const struct sqz_noc_wait *waits, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned to = waits[(i + 1) % count].router;
		ck_assert(to == waits[i].router ||
			  to == next_router(waits[i].router));
		ck_assert_uint_eq(waits[i].vc, 1);
	}
}

static void expect_deadlock(int fidelity, unsigned vc_depth, unsigned flits)
{
	uint8_t table[NODES][NODES];
	struct sqz_noc_config config = config_of(fidelity, vc_depth);
	struct sqz_noc_wait waits[64];
	struct sqz_error err = { "" };

	fill_ring(table);
	config.routing = SQZ_NOC_TABLE;
	config.table = table[0];
	struct sqz_noc *noc = create(&config);
	send_around(noc, 20, flits);
	ck_assert_int_eq(run(noc, &err), -1);
	ck_assert_msg(strstr(err.text, ": deadlock: "), "%s", err.text);
	unsigned count = sqz_noc_find_deadlock(noc, waits, 64);
	ck_assert_uint_ge(count, AROUND);
	ck_assert_uint_le(count, 64);
	check_cycle(waits, count);
	sqz_noc_destroy(noc);
}

/* Packets that fit a buffer and such that stand in several. */
START_TEST(a_ring_of_short_packets)
{
	expect_deadlock(_i, 4, 4);
	expect_deadlock(_i, 1, 1);
}
END_TEST

START_TEST(a_ring_of_long_packets)
{
	expect_deadlock(_i, 4, 11);
	expect_deadlock(_i, 1, 5);
}
END_TEST

/* The same packets by XY arrive, and at no time is anything called stuck. */
START_TEST(no_false_alarm)
{
	struct sqz_noc_config config = config_of(_i, 2);
	struct sqz_noc_wait wait;

	struct sqz_noc *noc = create(&config);
	send_around(noc, 10, 5);
	while (!sqz_noc_idle(noc)) {
		ck_assert_uint_eq(sqz_noc_find_deadlock(noc, &wait, 1), 0);
		ck_assert_int_eq(sqz_noc_step(noc, NULL), 0);
	}
	sqz_noc_destroy(noc);
}
END_TEST

/* A node that takes nothing holds all others up: no deadlock, as it may take
 * something one day. */
START_TEST(a_busy_node_is_no_deadlock)
{
	struct sqz_noc_config config = config_of(_i, 2);
	struct sqz_error err = { "" };

	struct sqz_noc *noc = create(&config);
	sqz_noc_sink_ready(noc, 8, 1, false);
	send_around(noc, 10, 5);
	ck_assert_msg(run(noc, &err) == 0, "%s", err.text);
	ck_assert(!sqz_noc_idle(noc));
	sqz_noc_sink_ready(noc, 8, 1, true);
	ck_assert_int_eq(run(noc, &err), 0);
	ck_assert(sqz_noc_idle(noc));
	sqz_noc_destroy(noc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc deadlock");
	TCase *tests = tcase_create("deadlock");

	tcase_add_loop_test(tests, a_ring_of_short_packets, 0, 2);
	tcase_add_loop_test(tests, a_ring_of_long_packets, 0, 2);
	tcase_add_loop_test(tests, no_false_alarm, 0, 2);
	tcase_add_loop_test(tests, a_busy_node_is_no_deadlock, 0, 2);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
