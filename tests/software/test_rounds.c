/* Networks that are programmed in rounds: layer 0 in round 0, the others in
 * round 1, whose steps are 1 to 3. */
#include "contexts_rig.h"
#include "sqz/regs.h"

#define PROGRAMS_OF_ROUND_1 3

static void prepare(uint32_t contexts, uint32_t flags)
{
	rig_prepare(contexts);
	rig.mock.network->rounds = 2;
	rig.mock.network->flags = flags;
	rig.mock.layers[1].round = 1;
	rig.mock.layers[2].round = 1;
}

static void open_single(void)
{
	prepare(3, 0);
	rig_open();
	ck_assert_int_eq(sqz_network_program(&rig.network, &rig.failure),
			 SQZ_SUCCESS);
}

static void open_double(uint32_t contexts)
{
	prepare(contexts, SQZ_IMAGE_F_OVERLAP);
	rig_open();
	ck_assert_int_eq(sqz_network_program(&rig.network, &rig.failure),
			 SQZ_SUCCESS);
}

static unsigned programs(unsigned from, uint16_t layer)
{
	unsigned count = 0;

	for (unsigned i = from; i < mock_stats()->fetched; i++)
		count += mock_job(i)->type == SQZ_DESC_PROGRAM &&
			 mock_job(i)->layer == layer;
	return count;
}

START_TEST(one_image_round_by_round)
{
	static const struct {
		uint8_t type;
		uint16_t layer;
	} expected[] = {
		{ SQZ_DESC_PROGRAM, 0 }, { SQZ_DESC_COPY, 0 },
		{ SQZ_DESC_RUN, 0 },	 { SQZ_DESC_FENCE, 0 },
		{ SQZ_DESC_PROGRAM, 1 }, { SQZ_DESC_PROGRAM, 1 },
		{ SQZ_DESC_PROGRAM, 2 }, { SQZ_DESC_RUN, 1 },
		{ SQZ_DESC_RUN, 2 },	 { SQZ_DESC_COPY, 0 },
	};

	rig_start(0, 4, false);
	rig_expect(0, 4);
	ck_assert_uint_eq(mock_stats()->fetched, 10);
	for (unsigned i = 0; i < 10; i++) {
		ck_assert_uint_eq(mock_job(i)->type, expected[i].type);
		ck_assert_uint_eq(mock_job(i)->layer, expected[i].layer);
		ck_assert_uint_eq(mock_job_ring(i), 0);
	}
	ck_assert_uint_eq(rig.network.rounds.programmed, 2);

	/* The next one needs round 0 again. */
	rig.network.contexts[0].input[0] = 6;
	ck_assert_int_eq(sqz_network_run(&rig.network, &rig.failure),
			 SQZ_SUCCESS);
	ck_assert_int_eq(rig.network.contexts[0].values[0], 18);
	ck_assert_uint_eq(mock_stats()->fetched, 20);
	ck_assert_uint_eq(mock_job(10)->type, SQZ_DESC_PROGRAM);
	ck_assert_uint_eq(mock_job(10)->layer, 0);
}
END_TEST

/* Both tiles hold steps of round 1, one of them a step of round 0. */
START_TEST(tiles_are_reset_before_their_round)
{
	static const uint32_t nodes[] = { MOCK_NODE_TILE0, MOCK_NODE_TILE1,
					  MOCK_NODE_TILE0 };
	const struct mock_write *writes;

	open_single();
	ck_assert_uint_eq(mock_writes(&writes), 1);
	rig_start(0, 4, false);
	rig_expect(0, 4);
	ck_assert_uint_eq(mock_writes(&writes), 3);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(writes[i].addr,
				  MOCK_WINDOW(nodes[i]) + SQZ_TILE_CTRL);
		ck_assert_uint_eq(writes[i].value,
				  sqz_bits(SQZ_TILE_CTRL_RESET, 1));
	}
}
END_TEST

START_TEST(the_first_round_programs_itself)
{
	prepare(1, 0);
	rig_open();
	rig_start(0, 4, false);
	rig_expect(0, 4);
	ck_assert_uint_eq(mock_stats()->fetched, 10);
}
END_TEST

START_TEST(all_contexts_run_a_round_before_the_next)
{
	rig_start_all(3);
	for (unsigned i = 0; i < 3; i++)
		rig_expect(i, (uint8_t)(i + 1));
	/* Programmed once for the three of them. */
	ck_assert_uint_eq(programs(0, 0), 1);
	ck_assert_uint_eq(programs(0, 1) + programs(0, 2), PROGRAMS_OF_ROUND_1);
	for (unsigned i = 0; i < 3; i++) {
		unsigned before = rig_find(SQZ_DESC_RUN, i, 0, 0);
		unsigned behind = rig_find(SQZ_DESC_RUN, i, 1, 0);

		ck_assert_uint_le(
		    mock_job_end_ns(before),
		    mock_job_begin_ns(rig_find(SQZ_DESC_PROGRAM, 0, 1, 0)));
		ck_assert_uint_ge(
		    mock_job_begin_ns(behind),
		    mock_job_end_ns(rig_find(SQZ_DESC_PROGRAM, 0, 2, 0)));
	}
}
END_TEST

START_TEST(who_comes_late_joins_at_round_0)
{
	rig_start(0, 1, false);
	while (rig.network.rounds.last != 1 ||
	       rig.network.rounds.present != 1) {
		mock_sleep(500);
		ck_assert(!sqz_context_is_done(&rig.network.contexts[0]));
	}
	rig_start(1, 2, false);
	rig_expect(1, 2);
	rig_expect(0, 1);
	ck_assert_uint_eq(programs(0, 0), 2);
	ck_assert_uint_ge(
	    mock_job_begin_ns(rig_find(SQZ_DESC_PROGRAM, 0, 0, 1)),
	    mock_job_end_ns(rig_find(SQZ_DESC_RUN, 0, 2, 0)));
}
END_TEST

START_TEST(chains_end_with_their_round)
{
	prepare(1, SQZ_IMAGE_F_CHAINS);
	rig_open();
	for (unsigned i = 0; i < 8; i++)
		mock_plan(i, (struct mock_fate){ .delay_ns = 2000 });
	rig_start(0, 1, true);
	ck_assert_int_eq(
	    sqz_context_finish(&rig.network.contexts[0], &rig.failure),
	    SQZ_SUCCESS);
	ck_assert_uint_eq(mock_job(rig_find(SQZ_DESC_RUN, 0, 1, 0))->flags,
			  SQZ_DESC_F_FENCE | SQZ_DESC_F_CHAIN);
	ck_assert_uint_eq(mock_job(rig_find(SQZ_DESC_RUN, 0, 2, 0))->flags,
			  SQZ_DESC_F_CHAIN);
	ck_assert_uint_ge(
	    mock_job_begin_ns(rig_find(SQZ_DESC_PROGRAM, 0, 1, 0)),
	    mock_job_end_ns(rig_find(SQZ_DESC_RUN, 0, 0, 0)));
}
END_TEST

/* A part that starts from sums finds them in its context's tensor. */
START_TEST(parts_start_from_sums)
{
	prepare(2, 0);
	rig.mock.tensors[1].element_bytes = 4;
	rig.mock.tensors[1].bytes = 128;
	rig.mock.layers[1].partial = 2;
	rig.mock.layers[1].part = 1;
	rig.mock.layers[1].parts = 2;
	rig_open();
	rig_start(1, 3, false);
	rig_expect(1, 3);
	ck_assert_uint_eq(mock_job(rig_find(SQZ_DESC_RUN, 1, 1, 0))->partial,
			  MOCK_WINDOW(MOCK_NODE_BUFFER1) + 0x240 + RIG_STRIDE);
	ck_assert_uint_eq(mock_job(rig_find(SQZ_DESC_RUN, 1, 2, 0))->partial,
			  0);
}
END_TEST

/* ---- programming ahead ---- */

START_TEST(a_round_is_programmed_while_the_one_before_it_runs)
{
	open_double(2);
	for (unsigned i = 0; i < 8; i++)
		mock_plan(i, (struct mock_fate){ .delay_ns = 20000 });
	rig_start(0, 1, false);
	rig_start(1, 2, false);
	rig_expect(0, 1);
	rig_expect(1, 2);

	/* Rings: 0 and 1 contexts, 2 programs. */
	unsigned ahead = rig_find(SQZ_DESC_PROGRAM, 2, 1, 0);
	unsigned behind = rig_find(SQZ_DESC_RUN, 0, 1, 0);

	ck_assert_uint_ne(ahead, UINT32_MAX);
	ck_assert_uint_lt(mock_job_begin_ns(ahead),
			  mock_job_begin_ns(rig_find(SQZ_DESC_RUN, 0, 0, 0)));
	ck_assert_uint_ge(mock_job_begin_ns(behind),
			  mock_job_end_ns(rig_find(SQZ_DESC_PROGRAM, 2, 2, 0)));
}
END_TEST

START_TEST(the_last_round_programs_for_the_next_image)
{
	open_double(1);
	for (unsigned i = 0; i < 5; i++) {
		rig.network.more = i < 4;
		rig_start(0, (uint8_t)i, false);
		rig_expect(0, (uint8_t)i);
	}
	/* Each round once for every image; nothing behind the last one. */
	ck_assert_uint_eq(programs(0, 0), 5);
	ck_assert_uint_eq(programs(0, 2), 5);
	mock_sleep(1000000);
	ck_assert(!sqz_context_is_done(&rig.network.contexts[0]));
	ck_assert_uint_eq(programs(0, 0), 5);
	/* Image 1 began with a round that had been programmed before. */
	ck_assert_uint_lt(
	    mock_job_begin_ns(rig_find(SQZ_DESC_PROGRAM, 1, 0, 1)),
	    mock_job_end_ns(rig_find(SQZ_DESC_RUN, 0, 2, 0)));
}
END_TEST

START_TEST(programming_takes_a_ring_from_the_contexts)
{
	open_double(4);
	ck_assert_uint_eq(rig.network.context_count, 3);
	for (unsigned n = 0; n < 3; n++) {
		for (unsigned i = 0; i < 3; i++)
			rig_start(i, (uint8_t)(n + i), false);
		for (unsigned i = 0; i < 3; i++)
			rig_expect(i, (uint8_t)(n + i));
	}
	ck_assert_uint_ne(rig_find(SQZ_DESC_PROGRAM, 3, 1, 0), UINT32_MAX);
	prepare(4, 0);
	rig_open();
	ck_assert_uint_eq(rig.network.context_count, 4);
}
END_TEST

START_TEST(one_ring_does_everything)
{
	prepare(1, SQZ_IMAGE_F_OVERLAP);
	rig_open();
	rig.device.caps.rings = 1;
	ck_assert_int_eq(sqz_network_open(&rig.network, &rig.device, &rig.ring,
					  &rig.image, &rig.config,
					  &rig.failure),
			 SQZ_SUCCESS);
	for (unsigned i = 0; i < 3; i++) {
		rig_start(0, (uint8_t)i, false);
		rig_expect(0, (uint8_t)i);
	}
	ck_assert_uint_eq(rig_find(SQZ_DESC_PROGRAM, 1, 1, 0), UINT32_MAX);
	ck_assert_uint_eq(programs(0, 0), 3);
}
END_TEST

/* ---- failures ---- */

START_TEST(a_round_that_cannot_be_programmed)
{
	/* Job 4 is the first PROGRAM of round 1. */
	mock_plan(4, (struct mock_fate){ .delay_ns = 1000,
					 .status = SQZ_ERR_CAPACITY,
					 .node = MOCK_NODE_TILE0 });
	rig_start(0, 4, false);
	rig_expect_error(0, SQZ_ECAPACITY);
	ck_assert_uint_eq(rig.failure.node, MOCK_NODE_TILE0);
	ck_assert_str_eq(rig.failure.detail, "programming");
	rig_start(0, 4, false);
	rig_expect(0, 4);
}
END_TEST

START_TEST(a_round_that_cannot_be_programmed_ahead)
{
	open_double(2);
	mock_plan(1 + 3 + 1, (struct mock_fate){ .delay_ns = 1000,
						 .status = SQZ_ERR_CAPACITY,
						 .node = MOCK_NODE_TILE0 });
	rig_start(0, 4, false);
	ck_assert_uint_eq(mock_job(5)->type, SQZ_DESC_PROGRAM);
	/* It was only ahead: it is programmed anew when it is needed. */
	rig_expect(0, 4);
	rig_start(1, 5, false);
	rig_expect(1, 5);
}
END_TEST

/* The ring that programs is lost; the image in flight runs its round to the
 * end, and nobody tries again meanwhile. */
START_TEST(a_dead_ring_does_not_program_ahead_again)
{
	const struct mock_write *writes;

	open_double(1);
	rig.network.config.step_timeout_us = 0;
	rig.network.config.program_timeout_ns = 300000;
	mock_ignore_aborts();
	mock_plan(2, (struct mock_fate){ .delay_ns = 500000000 });
	mock_plan(4, (struct mock_fate){ .delay_ns = MOCK_NEVER });
	rig_start(0, 4, false);
	ck_assert_uint_eq(mock_job_ring(4), 1);
	ck_assert_uint_eq(mock_job(4)->type, SQZ_DESC_PROGRAM);
	rig_expect_error(0, SQZ_EIO);
	ck_assert_str_eq(rig.failure.detail, "programming");
	/* Round 0, round 1 ahead, round 1 when it was wanted: tile 0 first, two
	 * tiles each for round 1. */
	ck_assert_uint_eq(mock_writes(&writes), 1 + 2 + 2);
}
END_TEST

START_TEST(a_context_that_fails_does_not_hold_up_the_round)
{
	/* Jobs: 0 PROGRAM, 1 to 3 context 0, 4 to 6 context 1. */
	mock_plan(5, (struct mock_fate){ .delay_ns = 1000,
					 .status = SQZ_ERR_SLOT,
					 .node = MOCK_NODE_TILE0 });
	rig_start_all(3);
	rig_expect(0, 1);
	rig_expect(2, 3);
	rig_expect_error(1, SQZ_ESLOT);
	ck_assert_uint_eq(rig_find(SQZ_DESC_RUN, 1, 1, 0), UINT32_MAX);
}
END_TEST

START_TEST(programming_that_hangs)
{
	rig.network.config.step_timeout_us = 0;
	rig.network.config.program_timeout_ns = 300000;
	mock_plan(5, (struct mock_fate){ .delay_ns = MOCK_NEVER });
	rig_start(0, 4, false);
	rig_expect_error(0, SQZ_ETIMEDOUT);
	ck_assert_uint_eq(mock_stats()->aborts, 1);
	rig_start(0, 4, false);
	rig_expect(0, 4);
}
END_TEST

static void note_done(struct sqz_context *context, void *arg)
{
	(void)context;
	++*(unsigned *)arg;
}

/* Interrupts alone program the next rounds and run them, also while
 * sqz_network_program() sleeps for the first one. */
START_TEST(interrupts_bring_all_rounds)
{
	unsigned calls = 0;

	prepare(2, _i ? SQZ_IMAGE_F_OVERLAP : 0);
	rig_open();
	for (unsigned i = 0; i < 2; i++)
		sqz_context_on_done(&rig.network.contexts[i], note_done,
				    &calls);
	ck_assert_int_eq(sqz_network_program(&rig.network, &rig.failure),
			 SQZ_SUCCESS);
	rig_start_all(2);
	mock_sleep(1000000);
	ck_assert_uint_eq(calls, 2);
	for (unsigned i = 0; i < 2; i++)
		rig_expect(i, (uint8_t)(i + 1));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rounds");
	TCase *tests = tcase_create("rounds");

	tcase_add_checked_fixture(tests, open_single, NULL);
	tcase_add_test(tests, one_image_round_by_round);
	tcase_add_test(tests, tiles_are_reset_before_their_round);
	tcase_add_test(tests, the_first_round_programs_itself);
	tcase_add_test(tests, all_contexts_run_a_round_before_the_next);
	tcase_add_test(tests, who_comes_late_joins_at_round_0);
	tcase_add_test(tests, chains_end_with_their_round);
	tcase_add_test(tests, parts_start_from_sums);
	tcase_add_test(tests,
		       a_round_is_programmed_while_the_one_before_it_runs);
	tcase_add_test(tests, the_last_round_programs_for_the_next_image);
	tcase_add_test(tests, programming_takes_a_ring_from_the_contexts);
	tcase_add_test(tests, one_ring_does_everything);
	tcase_add_test(tests, a_round_that_cannot_be_programmed);
	tcase_add_test(tests, a_round_that_cannot_be_programmed_ahead);
	tcase_add_test(tests, a_dead_ring_does_not_program_ahead_again);
	tcase_add_test(tests, a_context_that_fails_does_not_hold_up_the_round);
	tcase_add_test(tests, programming_that_hangs);
	tcase_add_loop_test(tests, interrupts_bring_all_rounds, 0, 2);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
