/* Time-outs, ABORT, late answers, RESET. */
#include "ctrl_suites.h"
#include "rig.h"

#include <string.h>

#define PS_PER_US 1000000u

static void start(void)
{
	rig_start();
	for (unsigned r = 0; r < 4; r++)
		rig_open(r, 8);
	rig_enable();
	rig_list(LIST_ADDR, 8);
}

START_TEST(a_tile_that_never_answers_times_out)
{
	struct sqz_desc desc = rig_run(1, 3);
	struct sqz_desc next = rig_run(2, 3);

	desc.timeout_us = 10;
	rig_tile(TILE + 1)->silent = true;
	rig_tile(TILE + 1)->ignores_abort = true;
	rig_push(0, &desc);
	harness_run_until(&rig.chip, 20 * PS_PER_US);
	rig_tile(TILE + 1)->silent = false;
	rig_push(0, &next);
	rig_expect(0, 0, 1, SQZ_ERR_TIMEOUT);
	ck_assert_uint_eq(rig_completion(0, 0).node, TILE + 1);
	/* Since it started, and until the abort has been given up. */
	ck_assert_uint_eq(rig_time(EVENT_END, 1),
			  rig_time(EVENT_BEGIN, 1) + 10 * PS_PER_US + ABORT_PS);
	rig_expect(0, 1, 2, SQZ_OK);
	ck_assert_uint_eq(rig_seen(TILE, SQZ_PKT_RUN, 1)->epoch, 1);
	ck_assert_uint_eq(sqz_controller_counters(rig.ctl)->timeouts, 1);
}
END_TEST

START_TEST(an_answered_abort_ends_at_once)
{
	struct sqz_desc desc = rig_run(1, 3);

	desc.timeout_us = 10;
	rig_tile(TILE)->silent = true;
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_ERR_TIMEOUT);
	ck_assert_uint_eq(rig_time(EVENT_END, 1), rig_time(EVENT_BEGIN, 1) +
						      10 * PS_PER_US +
						      2 * DELAY_PS);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_ERR_TIMEOUT);
}
END_TEST

START_TEST(in_time_is_in_time)
{
	struct sqz_desc desc = rig_run(1, 3);

	desc.timeout_us = 10;
	rig_tile(TILE)->delay_ps = 9 * PS_PER_US;
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_EPOCH), 0);
}
END_TEST

START_TEST(a_time_out_aborts_what_the_ring_has_started)
{
	struct sqz_desc slow = rig_run(1, 2);
	struct sqz_desc other = rig_program(2, TILE + 5, 0);
	struct sqz_desc elsewhere = rig_program(3, TILE + 6, 0);

	slow.timeout_us = 5;
	rig_tile(TILE)->silent = true;
	rig_tile(TILE + 5)->silent = true;
	rig_tile(TILE + 6)->delay_ps = 20 * PS_PER_US;
	rig_push(0, &slow);
	rig_push(0, &other);
	rig_push(1, &elsewhere);
	rig_expect(0, 0, 1, SQZ_ERR_TIMEOUT);
	rig_expect(0, 1, 2, SQZ_ERR_ABORTED);
	rig_expect(1, 0, 3, SQZ_OK);
	ck_assert_int_eq(rig_seen_count(TILE + 5, SQZ_PKT_ABORT), 1);
	ck_assert_int_eq(rig_seen_count(TILE + 6, SQZ_PKT_ABORT), 0);
}
END_TEST

START_TEST(a_fence_can_time_out)
{
	struct sqz_desc slow = rig_program(1, TILE, 0);
	struct sqz_desc fence = rig_fence(2);

	fence.timeout_us = 3;
	rig_tile(TILE)->silent = true;
	rig_push(0, &slow);
	rig_push(0, &fence);
	rig_expect(0, 0, 1, SQZ_ERR_ABORTED);
	rig_expect(0, 1, 2, SQZ_ERR_TIMEOUT);
}
END_TEST

START_TEST(a_late_answer_finds_nobody)
{
	struct sqz_desc desc = rig_program(1, TILE, 0);
	struct sqz_desc next = rig_program(2, TILE, 1);

	desc.timeout_us = 1;
	rig_tile(TILE)->ignores_abort = true;
	rig_tile(TILE)->delay_ps = 3 * PS_PER_US;
	rig_push(0, &desc);
	harness_run_until(&rig.chip, 5 * PS_PER_US / 2);
	ck_assert_uint_eq(rig_completion(0, 0).status, SQZ_ERR_TIMEOUT);
	/* The slot is used again when the answer to the first one comes. */
	rig_push(0, &next);
	harness_run_until(&rig.chip, 4 * PS_PER_US);
	ck_assert_uint_eq(sqz_controller_counters(rig.ctl)->late, 1);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 1);
	rig_expect(0, 1, 2, SQZ_OK);
}
END_TEST

START_TEST(abort_completes_what_runs_and_what_is_queued)
{
	struct sqz_desc descs[6];

	for (unsigned i = 0; i < 6; i++)
		descs[i] = rig_program(i, (uint16_t)(TILE + i), 0);
	descs[2].flags = SQZ_DESC_F_FENCE;
	rig_tile(TILE)->silent = true;
	for (int i = 0; i < 5; i++)
		rig_push(0, &descs[i]);
	harness_run_until(&rig.chip, PS_PER_US);
	/* 0 runs, 1 is done, 2 waits, 3 and 4 have not been fetched. */
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 3);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 1);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_STATUS),
			  sqz_bits(SQZ_RING_STATUS_BUSY, 1) |
			      sqz_bits(SQZ_RING_STATUS_ABORTING, 1));
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_EPOCH), 1);
	/* What comes after the abort runs. */
	rig_push(0, &descs[5]);
	rig_expect(0, 0, 1, SQZ_OK);
	rig_expect(0, 1, 0, SQZ_ERR_ABORTED);
	for (uint32_t i = 2; i < 5; i++)
		rig_expect(0, i, i, SQZ_ERR_ABORTED);
	rig_expect(0, 5, 5, SQZ_OK);
	for (int i = 2; i < 5; i++)
		ck_assert_int_eq(rig_tile(TILE + i)->count, 0);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_STATUS), 0);
	/* Somebody asked for it: no error. */
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_OK);
}
END_TEST

START_TEST(abort_in_any_moment_leaves_nothing_behind)
{
	sqz_ps moment = (sqz_ps)_i * 1500;
	struct sqz_desc copy = rig_copy(1, SQZ_FLASH_BASE, DATA_ADDR, 2000);
	struct sqz_desc run = rig_run(2, 8);
	struct sqz_desc last = rig_fence(3);

	rig_push(0, &copy);
	rig_push(0, &run);
	harness_run_until(&rig.chip, moment);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 2);
	for (uint32_t i = 0; i < 2; i++)
		ck_assert(rig_completion(0, i).status == SQZ_OK ||
			  rig_completion(0, i).status == SQZ_ERR_ABORTED);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
	rig_push(0, &last);
	rig_expect(0, 2, 3, SQZ_OK);
}
END_TEST

START_TEST(abort_of_an_idle_ring_raises_the_epoch)
{
	struct sqz_desc desc = rig_program(1, TILE, 0);

	for (uint32_t i = 1; i <= 3; i++) {
		rig_ring_write(0, SQZ_RING_ABORT, 1);
		ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_EPOCH), i);
	}
	rig_ring_write(0, SQZ_RING_ABORT, 0); /* no effect */
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_EPOCH), 3);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_STATUS), 0);
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
	ck_assert_uint_eq(rig_seen(TILE, SQZ_PKT_PROGRAM, 0)->epoch, 3);
	ck_assert_uint_eq(rig_ring_read(1, SQZ_RING_EPOCH), 0);
}
END_TEST

START_TEST(an_abort_during_an_abort_joins_it)
{
	struct sqz_desc first = rig_program(1, TILE, 0);
	struct sqz_desc second = rig_program(2, TILE + 1, 0);

	rig_tile(TILE)->silent = true;
	rig_tile(TILE)->ignores_abort = true;
	rig_push(0, &first);
	harness_run_until(&rig.chip, 100000);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	rig_push(0, &second);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_EPOCH), 1);
	rig_expect(0, 0, 1, SQZ_ERR_ABORTED);
	rig_expect(0, 1, 2, SQZ_ERR_ABORTED);
	ck_assert_int_eq(rig_seen_count(TILE, SQZ_PKT_ABORT), 1);
	ck_assert_int_eq(rig_tile(TILE + 1)->count, 0);
}
END_TEST

START_TEST(an_answer_to_an_older_abort_does_not_count)
{
	struct sqz_desc desc = rig_program(1, TILE, 0);

	rig_tile(TILE)->silent = true;
	rig_tile(TILE)->ignores_abort = true;
	for (uint16_t epoch = 1; epoch <= 2; epoch++) {
		rig_push(0, &desc);
		harness_run_until(&rig.chip, rig.chip.now + 100000);
		rig_ring_write(0, SQZ_RING_ABORT, 1);
		if (epoch == 1)
			harness_run(&rig.chip);
	}
	for (uint16_t epoch = 1; epoch <= 2; epoch++) {
		struct sqz_packet *packet =
		    harness_packet(&rig.chip, TILE, 0, SQZ_PKT_DONE);

		packet->desc = 0xffff;
		packet->epoch = epoch;
		harness_send(&rig.chip, packet);
		harness_run_until(&rig.chip, rig.chip.now + 10000);
		ck_assert_uint_eq(
		    rig_ring_read(0, SQZ_RING_STATUS) &
			sqz_bits(SQZ_RING_STATUS_ABORTING, 1),
		    epoch == 1 ? sqz_bits(SQZ_RING_STATUS_ABORTING, 1) : 0);
	}
	rig_expect(0, 1, 1, SQZ_ERR_ABORTED);
}
END_TEST

START_TEST(an_aborted_copy_waits_for_its_writes)
{
	struct sqz_desc copy = rig_copy(1, SQZ_FLASH_BASE, DATA_ADDR, 4000);

	rig_push(0, &copy);
	harness_run_until(&rig.chip, 28000);
	ck_assert_uint_ne(rig_time(EVENT_BEGIN, 1), SQZ_NEVER);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	ck_assert_uint_eq(rig_time(EVENT_END, 1), SQZ_NEVER);
	rig_expect(0, 0, 1, SQZ_ERR_ABORTED);

	uint64_t written = sqz_memory_counters(rig.dram).writes;

	harness_run(&rig.chip);
	ck_assert_uint_lt(written, 1 + 4000 / 256);
	ck_assert_uint_lt(rig_time(EVENT_END, 1), ABORT_PS);
}
END_TEST

START_TEST(reset_clears_registers_but_not_the_epoch)
{
	struct sqz_desc desc = rig_program(1, TILE, 0);

	rig_write(SQZ_CONTROLLER_SCRATCH, 5);
	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, 5);
	rig_ring_write(3, SQZ_RING_PRIORITY, 5);
	rig_push(0, &desc);
	harness_run(&rig.chip);
	rig_write(SQZ_CONTROLLER_CTRL, sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1));
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_CTRL), 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_SCRATCH), 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_ENABLE), 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_COMPLETED), 0);
	ck_assert_uint_ne(rig_read(SQZ_CONTROLLER_CAPS), 0);
	for (unsigned r = 0; r < 4; r++) {
		for (uint32_t offset = 0; offset <= SQZ_RING_CHEAD; offset += 4)
			if (offset != SQZ_RING_ABORT)
				ck_assert_uint_eq(rig_ring_read(r, offset), 0);
		ck_assert_uint_eq(rig_ring_read(r, SQZ_RING_EPOCH), 1);
	}
}
END_TEST

START_TEST(reset_in_any_moment_leaves_nothing_behind)
{
	sqz_ps moment = (sqz_ps)_i * 1500;
	struct sqz_desc copy = rig_copy(1, SQZ_FLASH_BASE, DATA_ADDR, 2000);
	struct sqz_desc run = rig_run(2, 8);
	struct sqz_desc last = rig_fence(3);

	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, 0xffffffff);
	copy.flags = SQZ_DESC_F_IRQ;
	rig_push(0, &copy);
	rig_push(1, &run);
	harness_run_until(&rig.chip, moment);
	rig_write(SQZ_CONTROLLER_CTRL,
		  sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1) |
		      sqz_bits(SQZ_CONTROLLER_CTRL_ENABLE, 1));
	ck_assert(!rig.lines[SQZ_IRQ_RING0]);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_COMPLETED), 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), 0);
	rig.tails[0] = 0;
	rig_open(0, 8);
	rig_enable();
	rig_push(0, &last);
	rig_expect(0, 0, 3, SQZ_OK);
}
END_TEST

START_TEST(after_reset_a_ring_waits_for_its_tiles)
{
	struct sqz_desc desc = rig_program(1, TILE, 0);
	struct sqz_desc next = rig_program(2, TILE, 0);

	rig_tile(TILE)->silent = true;
	rig_tile(TILE)->ignores_abort = true;
	rig_push(0, &desc);
	harness_run_until(&rig.chip, 100000);
	rig_write(SQZ_CONTROLLER_CTRL, sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1));
	ck_assert_uint_ne(rig_ring_read(0, SQZ_RING_STATUS) &
			      sqz_bits(SQZ_RING_STATUS_ABORTING, 1),
			  0);
	rig_tile(TILE)->silent = false;
	rig.tails[0] = 0;
	rig_open(0, 8);
	rig_enable();
	rig_push(0, &next);
	rig_expect(0, 0, 2, SQZ_OK);
	ck_assert_uint_ge(rig_time(EVENT_BEGIN, 2), 100000 + ABORT_PS);
	/* The first one ended for its observer, without a completion. */
	ck_assert_uint_eq(rig_time(EVENT_POSTED, 1), SQZ_NEVER);
	ck_assert_uint_ne(rig_time(EVENT_END, 1), SQZ_NEVER);
}
END_TEST

TCase *sqz_ctrl_abort_tests(void)
{
	TCase *tcase = tcase_create("aborts");

	tcase_add_checked_fixture(tcase, start, rig_stop);
	tcase_add_test(tcase, a_tile_that_never_answers_times_out);
	tcase_add_test(tcase, an_answered_abort_ends_at_once);
	tcase_add_test(tcase, in_time_is_in_time);
	tcase_add_test(tcase, a_time_out_aborts_what_the_ring_has_started);
	tcase_add_test(tcase, a_fence_can_time_out);
	tcase_add_test(tcase, a_late_answer_finds_nobody);
	tcase_add_test(tcase, abort_completes_what_runs_and_what_is_queued);
	tcase_add_loop_test(tcase, abort_in_any_moment_leaves_nothing_behind, 0,
			    80);
	tcase_add_test(tcase, abort_of_an_idle_ring_raises_the_epoch);
	tcase_add_test(tcase, an_abort_during_an_abort_joins_it);
	tcase_add_test(tcase, an_answer_to_an_older_abort_does_not_count);
	tcase_add_test(tcase, an_aborted_copy_waits_for_its_writes);
	tcase_add_test(tcase, reset_clears_registers_but_not_the_epoch);
	tcase_add_loop_test(tcase, reset_in_any_moment_leaves_nothing_behind, 0,
			    80);
	tcase_add_test(tcase, after_reset_a_ring_waits_for_its_tiles);
	return tcase;
}
