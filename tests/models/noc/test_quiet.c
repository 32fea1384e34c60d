/* Quiet cycles: a network whose quiet cycles are skipped does the same as one
 * that runs all of them. */
#include "noc/noc.h"
#include "suite.h"

#include <string.h>

#define NODES	16
#define CLASSES 2
#define PACKETS 400
#define CYCLES	20000

/* What was seen: node, packet and cycle of every head, tail and departure, in
 * their order. */
struct log {
	uint64_t entries[4 * PACKETS][3];
	unsigned count;
	struct sqz_noc *noc;
};

static void note(struct log *log, uint64_t what, uint64_t number,
		 uint64_t cycle)
{
	uint64_t *entry = log->entries[log->count++];

	ck_assert_uint_le(log->count, 4 * PACKETS);
	entry[0] = what;
	entry[1] = number;
	entry[2] = cycle;
}

static void on_head(void *ctx, unsigned node, const struct sqz_noc_packet *p,
		    uint64_t cycle)
{
	note(ctx, node, (uintptr_t)p->cookie, cycle);
}

static void on_tail(void *ctx, unsigned node, const struct sqz_noc_packet *p,
		    uint64_t cycle)
{
	note(ctx, 100 + node, (uintptr_t)p->cookie, cycle);
}

static void on_left(void *ctx, unsigned node, unsigned msg_class)
{
	struct log *log = ctx;

	note(log, 200 + node, msg_class, sqz_noc_cycle(log->noc));
}

static struct sqz_noc *create(const struct sqz_noc_config *config,
			      struct log *log)
{
	struct sqz_error err;
	struct sqz_noc *noc = sqz_noc_create(config, &err);

	ck_assert_msg(noc != NULL, "%s", err.text);
	*log = (struct log){ .noc = noc };
	struct sqz_noc_sink sink = { log, on_head, on_tail, on_left };
	sqz_noc_set_sink(noc, &sink);
	return noc;
}

static uint32_t draw(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* What comes from outside in a cycle: now and then a burst of packets, or a
 * sink that closes or opens. */
static void disturb(struct sqz_noc *noc, uint64_t cycle, uint32_t *state,
		    unsigned *left)
{
	struct sqz_error err;
	unsigned node = draw(state) % NODES, msg_class = draw(state) % CLASSES;
	unsigned burst = draw(state) % 5;

	if (cycle % 3)
		sqz_noc_sink_ready(noc, node, msg_class, draw(state) % 2);
	while (burst-- && *left) {
		unsigned dst = draw(state) % NODES, flits = 1 + draw(state) % 9;
		ck_assert_int_eq(sqz_noc_inject(noc, node, dst, msg_class,
						flits, (void *)(uintptr_t)*left,
						&err),
				 0);
		--*left;
	}
}

/* Runs to `end`; skips what can be skipped if told so. Returns the steps. */
static unsigned run_to(struct sqz_noc *noc, uint64_t end, bool skip)
{
	struct sqz_error err;
	unsigned steps = 0;

	while (sqz_noc_cycle(noc) < end) {
		uint64_t left = end - sqz_noc_cycle(noc);
		uint64_t quiet = skip ? sqz_noc_quiet(noc) : 0;
		if (quiet) {
			ck_assert_int_eq(
			    sqz_noc_skip(noc, quiet < left ? quiet : left), 0);
			continue;
		}
		ck_assert_msg(!sqz_noc_step(noc, &err), "%s", err.text);
		steps++;
	}
	return steps;
}

static unsigned drive(const struct sqz_noc_config *config, bool skip,
		      struct log *log)
{
	struct sqz_noc *noc = create(config, log);
	uint32_t state = 7;
	unsigned left = PACKETS, steps = 0;

	for (uint64_t at = 0; at < CYCLES; at += 1 + draw(&state) % 150) {
		steps += run_to(noc, at, skip);
		disturb(noc, at, &state, &left);
	}
	for (unsigned n = 0; n < NODES * CLASSES; n++)
		sqz_noc_sink_ready(noc, n / CLASSES, n % CLASSES, true);
	steps += run_to(noc, 2 * CYCLES, skip);
	for (unsigned r = 0; r < sqz_noc_routers(noc); r++)
		for (unsigned p = 0; p < sqz_noc_ports(noc); p++) {
			struct sqz_noc_stalls s =
			    sqz_noc_link_stalls(noc, r, p);
			note(log, s.vc_busy, s.no_credit, s.lost);
		}
	ck_assert(sqz_noc_idle(noc));
	ck_assert_uint_eq(left, 0);
	sqz_noc_destroy(noc);
	return steps;
}

struct variant {
	enum sqz_noc_topology topology;
	enum sqz_noc_fidelity fidelity;
	unsigned routing_delay, vc_alloc_delay, sw_alloc_delay;
	unsigned link_cycles, credit_cycles;
};

static const struct variant variants[] = {
	{ SQZ_NOC_MESH, SQZ_NOC_FLITS, 1, 1, 1, 1, 1 },
	{ SQZ_NOC_MESH, SQZ_NOC_FLITS, 0, 1, 1, 3, 0 },
	{ SQZ_NOC_MESH, SQZ_NOC_FLITS, 3, 2, 4, 2, 5 },
	{ SQZ_NOC_MESH, SQZ_NOC_FLITS, 1, 1, 1, 64, 64 },
	{ SQZ_NOC_TORUS, SQZ_NOC_FLITS, 1, 1, 1, 1, 1 },
	{ SQZ_NOC_CMESH, SQZ_NOC_FLITS, 2, 1, 1, 1, 1 },
	{ SQZ_NOC_MESH, SQZ_NOC_PACKETS, 1, 1, 1, 1, 1 },
};

static struct sqz_noc_config config_of(const struct variant *v)
{
	struct sqz_noc_config config = sqz_noc_config_default();

	config.topology = v->topology;
	config.fidelity = v->fidelity;
	config.classes = CLASSES;
	config.vcs = 4;
	config.vc_depth = 4;
	config.routing_delay = v->routing_delay;
	config.vc_alloc_delay = v->vc_alloc_delay;
	config.sw_alloc_delay = v->sw_alloc_delay;
	config.link_cycles = v->link_cycles;
	config.credit_cycles = v->credit_cycles;
	return config;
}

START_TEST(skipping_changes_nothing)
{
	struct sqz_noc_config config = config_of(&variants[_i]);
	static struct log stepped, skipped;

	if (_i % 2) {
		config.monitors = SQZ_NOC_CHECK_AUDIT | SQZ_NOC_CHECK_ORDER;
		config.check_cycles = 1000;
	}
	drive(&config, false, &stepped);
	unsigned steps = drive(&config, true, &skipped);
	ck_assert_uint_gt(stepped.count, 3 * PACKETS);
	ck_assert_uint_eq(stepped.count, skipped.count);
	ck_assert_mem_eq(stepped.entries, skipped.entries,
			 sizeof(stepped.entries));
	/* The wires of the fourth hold flits for long. */
	ck_assert_uint_lt(steps, CYCLES);
}
END_TEST

/* A packet on its way through one router, alone: what happens when. */
START_TEST(quiet_cycles_are_those_of_the_pipeline)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	static struct log log;
	struct sqz_noc *noc = create(&config, &log);
	struct sqz_error err;

	ck_assert_uint_eq(sqz_noc_quiet(noc), UINT64_MAX);
	sqz_noc_inject(noc, 5, 5, 0, 1, NULL, &err);
	ck_assert_uint_eq(sqz_noc_quiet(noc), 0);
	sqz_noc_step(noc, &err); /* 0: sent */
	ck_assert_uint_eq(sqz_noc_quiet(noc), 1);
	ck_assert_int_eq(sqz_noc_skip(noc, 2), -1);
	ck_assert_int_eq(sqz_noc_skip(noc, 1), 0);
	for (int i = 0; i < 3; i++) {
		/* 2: arrives and is routed; 3: gets a VC; 4: crosses */
		ck_assert_uint_eq(sqz_noc_quiet(noc), 0);
		sqz_noc_step(noc, &err);
	}
	ck_assert_uint_eq(sqz_noc_quiet(noc), 1);
	sqz_noc_skip(noc, 1);	 /* 5: on the wire */
	sqz_noc_step(noc, &err); /* 6: credit of the first buffer is back */
	sqz_noc_step(noc, &err); /* 7: ejected */
	ck_assert_uint_eq(sqz_noc_cycle(noc), 8);
	ck_assert_uint_eq(sqz_noc_node_traffic(noc, 5, 0).ejected_packets, 1);
	sqz_noc_destroy(noc);
}
END_TEST

/* Nothing moves until the sink takes the packet. */
START_TEST(what_waits_for_a_sink_is_quiet)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	static struct log log;
	struct sqz_noc *noc = create(&config, &log);
	struct sqz_error err;

	sqz_noc_sink_ready(noc, 15, 0, false);
	sqz_noc_inject(noc, 0, 15, 0, 100, NULL, &err);
	run_to(noc, 1000, false);
	ck_assert(!sqz_noc_idle(noc));
	ck_assert_uint_eq(sqz_noc_quiet(noc), UINT64_MAX);
	ck_assert_int_eq(sqz_noc_skip(noc, 1000000), 0);
	sqz_noc_sink_ready(noc, 15, 0, true);
	ck_assert_uint_eq(sqz_noc_quiet(noc), 0);
	run_to(noc, 1002000, true);
	ck_assert(sqz_noc_idle(noc));
	sqz_noc_destroy(noc);
}
END_TEST

/* Monitors find what they find in the same cycle. */
START_TEST(monitors_end_the_quiet)
{
	static const unsigned MONITORS[] = { SQZ_NOC_CHECK_AGE,
					     SQZ_NOC_CHECK_DEADLOCK,
					     SQZ_NOC_CHECK_AUDIT };
	/* Injected in cycle 500, so too old when 2501 have been run; when a
	 * multiple of 2000, of 300 has been run. */
	static const uint64_t LOOKED_AT[] = { 2501, 2000, 1800 };
	struct sqz_noc_config config = sqz_noc_config_default();
	static struct log log;
	struct sqz_error err;

	config.monitors = MONITORS[_i];
	config.age_limit_cycles = 2000;
	config.check_cycles = 300;
	struct sqz_noc *noc = create(&config, &log);
	sqz_noc_sink_ready(noc, 15, 0, false);
	run_to(noc, 500, false);
	sqz_noc_inject(noc, 0, 15, 0, 100, NULL, &err);
	run_to(noc, 1500, false);
	uint64_t quiet = sqz_noc_quiet(noc);
	ck_assert_uint_eq(sqz_noc_cycle(noc) + quiet + 1, LOOKED_AT[_i]);
	sqz_noc_skip(noc, quiet);
	ck_assert_int_eq(sqz_noc_step(noc, &err), _i == 0 ? -1 : 0);
	if (_i == 0)
		ck_assert_ptr_nonnull(strstr(err.text, "for 2001 cycles"));
	sqz_noc_destroy(noc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc quiet");
	TCase *tcase = tcase_create("quiet");

	tcase_add_loop_test(tcase, skipping_changes_nothing, 0,
			    sizeof(variants) / sizeof(variants[0]));
	tcase_add_test(tcase, quiet_cycles_are_those_of_the_pipeline);
	tcase_add_test(tcase, what_waits_for_a_sink_is_quiet);
	tcase_add_loop_test(tcase, monitors_end_the_quiet, 0, 3);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
