/* Rings: order, fences, priorities, wrap, full completion ring, faults,
 * interrupts. */
#include "ctrl_suites.h"
#include "rig.h"

#include <string.h>

static void start(void)
{
	rig_start();
	for (unsigned r = 0; r < 4; r++)
		rig_open(r, 8);
	rig_enable();
}

START_TEST(nothing_is_fetched_before_enable)
{
	struct sqz_desc desc = rig_fence(1);

	rig_write(SQZ_CONTROLLER_CTRL, 0);
	rig_push(0, &desc);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 0);
	rig_enable();
	rig_expect(0, 0, 1, SQZ_OK);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 1);
}
END_TEST

START_TEST(descriptors_finish_in_any_order)
{
	struct sqz_desc slow = rig_program(1, TILE, 0);
	struct sqz_desc fast = rig_program(2, TILE + 1, 0);

	rig_tile(TILE)->delay_ps = 500000;
	rig_push(0, &slow);
	rig_push(0, &fast);
	rig_expect(0, 0, 2, SQZ_OK);
	rig_expect(0, 1, 1, SQZ_OK);
	ck_assert_uint_eq(rig_completion(0, 0).sequence, 1);
	ck_assert_uint_eq(rig_completion(0, 1).sequence, 0);
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 1), rig_time(EVENT_BEGIN, 2));
}
END_TEST

START_TEST(the_fence_flag_waits_for_all_before)
{
	struct sqz_desc first = rig_program(1, TILE, 0);
	struct sqz_desc second = rig_program(2, TILE + 1, 0);
	struct sqz_desc third = rig_program(3, TILE + 2, 0);
	struct sqz_desc fourth = rig_program(4, TILE + 3, 0);

	third.flags = SQZ_DESC_F_FENCE;
	rig_tile(TILE)->delay_ps = 500000;
	rig_tile(TILE + 1)->delay_ps = 100000;
	rig_push(0, &first);
	rig_push(0, &second);
	rig_push(0, &third);
	rig_push(0, &fourth);
	harness_run(&rig.chip);
	ck_assert_uint_ge(rig_time(EVENT_BEGIN, 3), rig_time(EVENT_END, 1));
	/* Starting in order: the fourth does not overtake. */
	ck_assert_uint_ge(rig_time(EVENT_BEGIN, 4), rig_time(EVENT_BEGIN, 3));
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 2), rig_time(EVENT_END, 1));
}
END_TEST

START_TEST(what_a_fence_lets_go_is_caused_by_what_it_waited_for)
{
	struct sqz_desc first = rig_program(1, TILE, 0);
	struct sqz_desc second = rig_program(2, TILE + 1, 0);

	second.flags = SQZ_DESC_F_FENCE;
	rig_tile(TILE)->delay_ps = 500000;
	rig_push(0, &first);
	rig_push(0, &second);
	harness_run(&rig.chip);

	const struct sqz_packet *told = rig_seen(TILE, SQZ_PKT_PROGRAM, 0);
	const struct sqz_packet *waited =
	    rig_seen(TILE + 1, SQZ_PKT_PROGRAM, 0);

	/* Between the answer and the start lies the completion entry only. */
	ck_assert_uint_gt(waited->cause, told->id);
	ck_assert_uint_eq(waited->id, waited->cause + 2);
}
END_TEST

START_TEST(a_fence_stands_between)
{
	struct sqz_desc before = rig_program(1, TILE, 0);
	struct sqz_desc fence = rig_fence(2);
	struct sqz_desc behind = rig_program(3, TILE + 1, 0);

	rig_tile(TILE)->delay_ps = 300000;
	rig_push(0, &before);
	rig_push(0, &fence);
	rig_push(0, &behind);
	rig_expect(0, 0, 1, SQZ_OK);
	rig_expect(0, 1, 2, SQZ_OK);
	rig_expect(0, 2, 3, SQZ_OK);
	ck_assert_uint_ge(rig_time(EVENT_END, 2), rig_time(EVENT_END, 1));
	ck_assert_uint_ge(rig_time(EVENT_BEGIN, 3), rig_time(EVENT_END, 2));
}
END_TEST

START_TEST(fences_of_one_ring_do_not_hold_another)
{
	struct sqz_desc slow = rig_program(1, TILE, 0);
	struct sqz_desc fence = rig_fence(2);
	struct sqz_desc other = rig_program(3, TILE + 1, 0);

	rig_tile(TILE)->delay_ps = 500000;
	rig_push(0, &slow);
	rig_push(0, &fence);
	rig_push(1, &other);
	harness_run(&rig.chip);
	ck_assert_uint_lt(rig_time(EVENT_POSTED, 3), rig_time(EVENT_END, 1));
}
END_TEST

START_TEST(the_smallest_priority_is_served_first)
{
	rig_write(SQZ_CONTROLLER_CTRL, 0);
	rig_ring_write(0, SQZ_RING_PRIORITY, 7);
	rig_ring_write(1, SQZ_RING_PRIORITY, 3);
	rig_ring_write(2, SQZ_RING_PRIORITY, 0xffffffff);
	for (unsigned i = 0; i < 4; i++)
		for (unsigned r = 0; r < 3; r++) {
			struct sqz_desc desc = rig_program(10 * r + i, TILE, 0);

			rig_push(r, &desc);
		}
	rig_enable();
	harness_run(&rig.chip);
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 13), rig_time(EVENT_BEGIN, 0));
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 3), rig_time(EVENT_BEGIN, 20));
}
END_TEST

START_TEST(equal_priorities_take_turns)
{
	rig_write(SQZ_CONTROLLER_CTRL, 0);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned r = 0; r < 2; r++) {
			struct sqz_desc desc = rig_fence(10 * r + i);

			rig_push(r, &desc);
		}
	rig_enable();
	harness_run(&rig.chip);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_lt(rig_time(EVENT_BEGIN, i),
				  rig_time(EVENT_BEGIN, 10 + i));
		if (i > 0)
			ck_assert_uint_gt(rig_time(EVENT_BEGIN, i),
					  rig_time(EVENT_BEGIN, 10 + i - 1));
	}
}
END_TEST

START_TEST(every_ring_gets_a_slot_in_a_crowd)
{
	struct sqz_desc slow = rig_program(1, TILE, 0);
	struct sqz_desc other = rig_program(100, TILE + 1, 0);

	/* Eight slots; three other rings are on. */
	rig_tile(TILE)->delay_ps = 100000000;
	for (int i = 0; i < 8; i++)
		rig_push(0, &slow);
	harness_run_until(&rig.chip, 1000000);
	ck_assert_int_eq(rig_seen_count(TILE, SQZ_PKT_PROGRAM), 5);
	rig_push(3, &other);
	harness_run_until(&rig.chip, 2000000);
	ck_assert_uint_eq(rig_ring_read(3, SQZ_RING_CTAIL), 1);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 8);
}
END_TEST

START_TEST(a_ring_goes_round_and_the_phase_turns)
{
	for (uint32_t i = 0; i < 50; i++) {
		struct sqz_desc desc = rig_fence(1000 + i);

		rig_push(0, &desc);
		rig_expect(0, i, 1000 + i, SQZ_OK);
		ck_assert_uint_eq(rig_completion(0, i).sequence, i);
		ck_assert_uint_eq(rig_completion(0, i).phase, i / 8 % 2 == 0);
		rig_ring_write(0, SQZ_RING_CHEAD, i + 1);
	}
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_COMPLETED), 50);
}
END_TEST

START_TEST(a_full_completion_ring_stalls_and_loses_nothing)
{
	struct sqz_completion first;

	for (uint32_t i = 0; i < 8; i++) {
		struct sqz_desc desc = rig_fence(i);

		rig_push(0, &desc);
	}
	rig_expect(0, 7, 7, SQZ_OK);
	first = rig_completion(0, 0);
	for (uint32_t i = 8; i < 12; i++) {
		struct sqz_desc desc = rig_fence(i);

		rig_push(0, &desc);
	}
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 8);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 8);
	struct sqz_completion now = rig_completion(0, 0);

	ck_assert_mem_eq(&first, &now, sizeof(first));
	rig_ring_write(0, SQZ_RING_CHEAD, 1);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 9);
	rig_ring_write(0, SQZ_RING_CHEAD, 8);
	rig_expect(0, 11, 11, SQZ_OK);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_OK);
}
END_TEST

START_TEST(a_silly_chead_stalls_until_it_is_right)
{
	struct sqz_desc desc = rig_fence(1);

	rig_ring_write(0, SQZ_RING_CHEAD, 5);
	rig_push(0, &desc);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 0);
	rig_ring_write(0, SQZ_RING_CHEAD, 0);
	rig_expect(0, 0, 1, SQZ_OK);
}
END_TEST

START_TEST(the_interrupt_follows_the_entry)
{
	struct sqz_desc quiet = rig_fence(1);
	struct sqz_desc loud = rig_fence(2);

	loud.flags = SQZ_DESC_F_IRQ;
	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, 0xf);
	rig_push(2, &quiet);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), 0);
	rig_push(2, &loud);
	while (!rig.lines[SQZ_IRQ_RING0 + 2] && rig.chip.event_count > 0) {
		/* Not before memory has it and has said so. */
		ck_assert_uint_eq(rig_ring_read(2, SQZ_RING_CTAIL), 1);
		harness_run_until(&rig.chip, rig.chip.events[0].time);
	}
	ck_assert(rig.lines[SQZ_IRQ_RING0 + 2]);
	ck_assert_uint_eq(rig_completion(2, 1).cookie, 2);
	ck_assert_uint_eq(rig_ring_read(2, SQZ_RING_CTAIL), 2);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), 1u << 2);
	rig_write(SQZ_CONTROLLER_IRQ_STATUS, 1u << 2);
	ck_assert(!rig.lines[SQZ_IRQ_RING0 + 2]);
}
END_TEST

START_TEST(malformed_settings_stop_the_ring)
{
	static const struct {
		uint32_t reg, value;
	} BAD[] = {
		{ SQZ_RING_SIZE, 1 },
		{ SQZ_RING_SIZE, 3 },
		{ SQZ_RING_SIZE, 8192 },
		{ SQZ_RING_SIZE, 0xffffffff },
		{ SQZ_RING_BASE_LO, SQZ_DRAM_BASE + 32 },
		{ SQZ_RING_CBASE_LO, SQZ_DRAM_BASE + 16 },
		{ SQZ_RING_TAIL, 9 },
		{ SQZ_RING_TAIL, 0xffffffff },
	};

	struct sqz_desc desc = rig_fence(1);
	struct sqz_desc other = rig_fence(2);

	rig_put(0, &desc);
	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, 0xffffffff);
	rig_ring_write(0, BAD[_i].reg, BAD[_i].value);
	if (BAD[_i].reg != SQZ_RING_TAIL)
		rig_ring_write(0, SQZ_RING_TAIL, 1);
	rig_push(1, &other);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_STATUS),
			  sqz_bits(SQZ_RING_STATUS_FAULT, 1));
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_ERR_DESC);
	ck_assert(rig.lines[SQZ_IRQ_ERROR]);
	ck_assert_uint_eq(rig_ring_read(1, SQZ_RING_CTAIL), 1);

	/* ABORT clears it; what was queued is gone. */
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_STATUS), 0);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD),
			  rig_ring_read(0, SQZ_RING_TAIL));
}
END_TEST

START_TEST(a_descriptor_that_cannot_be_read_stops_the_ring)
{
	static const uint64_t BAD[] = { 0, SQZ_DRAM_BASE + DRAM_BYTES,
					BUFFER_BASE + BUFFER_BYTES,
					SQZ_CONTROLLER_BASE };
	struct sqz_desc desc = rig_fence(1);

	rig_ring_write(0, SQZ_RING_BASE_LO, (uint32_t)BAD[_i]);
	rig_ring_write(0, SQZ_RING_BASE_HI, (uint32_t)(BAD[_i] >> 32));
	rig_ring_write(0, SQZ_RING_TAIL, 1);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_STATUS),
			  sqz_bits(SQZ_RING_STATUS_FAULT, 1));
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_ADDR_LO),
			  (uint32_t)BAD[_i]);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_ADDR_HI),
			  BAD[_i] >> 32);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_NODE),
			  _i == 2 ? (uint32_t)BUFFER : SQZ_NO_NODE);

	/* The ring is usable again after ABORT. */
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	rig_open(0, 8);
	rig_ring_write(0, SQZ_RING_BASE_HI, 0);
	rig.tails[0] = 1;
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
}
END_TEST

START_TEST(a_completion_that_cannot_be_written_stops_the_ring)
{
	static const uint32_t BAD[] = { 0, SQZ_FLASH_BASE };
	struct sqz_desc desc = rig_fence(1);
	struct sqz_desc more = rig_fence(2);

	rig_ring_write(0, SQZ_RING_CBASE_LO, BAD[_i]);
	rig_push(0, &desc);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 0);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_STATUS),
			  sqz_bits(SQZ_RING_STATUS_FAULT, 1) |
			      sqz_bits(SQZ_RING_STATUS_BUSY, 1));
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_ERR_ADDRESS);
	/* With a better CBASE the entry comes after all. */
	rig_ring_write(0, SQZ_RING_CBASE_LO, SQZ_DRAM_BASE + 0x800);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	rig_expect(0, 0, 1, SQZ_OK);
	rig_push(0, &more);
	rig_expect(0, 1, 2, SQZ_OK);
}
END_TEST

START_TEST(entries_follow_the_order_of_finishing)
{
	struct sqz_desc slow = rig_program(1, TILE, 0);
	struct sqz_desc fast = rig_program(2, TILE + 1, 0);

	rig_tile(TILE)->delay_ps = 100000;
	harness_block(&rig.chip, 0, SQZ_CLASS_RESULT, true);
	rig_push(0, &slow);
	rig_push(0, &fast);
	harness_run(&rig.chip);
	ck_assert_uint_gt(rig_time(EVENT_END, 1), rig_time(EVENT_END, 2));
	harness_block(&rig.chip, 0, SQZ_CLASS_RESULT, false);
	rig_expect(0, 0, 2, SQZ_OK);
	rig_expect(0, 1, 1, SQZ_OK);
}
END_TEST

START_TEST(what_is_fetched_after_the_abort_of_a_faulty_ring_is_dropped)
{
	struct sqz_desc first = rig_fence(1);
	struct sqz_desc second = rig_program(2, TILE, 0);

	/* The first entry cannot be written; that is known while the second
	 * descriptor is on its way. */
	rig_ring_write(0, SQZ_RING_CBASE_LO, SQZ_FLASH_BASE);
	rig_put(0, &first);
	rig_push(0, &second);
	while (rig_ring_read(0, SQZ_RING_HEAD) == 0)
		harness_run_until(&rig.chip, rig.chip.events[0].time);
	harness_block(&rig.chip, DRAM, SQZ_CLASS_RESPONSE, true);
	harness_run(&rig.chip);
	ck_assert_uint_ne(rig_ring_read(0, SQZ_RING_STATUS) &
			      sqz_bits(SQZ_RING_STATUS_FAULT, 1),
			  0);
	rig_ring_write(0, SQZ_RING_CBASE_LO, SQZ_DRAM_BASE + 0x800);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 2);
	harness_block(&rig.chip, DRAM, SQZ_CLASS_RESPONSE, false);
	rig_expect(0, 0, 1, SQZ_OK);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 2);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 1);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS),
			  sqz_bits(SQZ_CONTROLLER_STATUS_ERROR, 1));
}
END_TEST

START_TEST(switching_a_ring_off_drops_its_completions)
{
	struct sqz_desc desc = rig_program(1, TILE, 0);
	struct sqz_desc other = rig_fence(2);

	rig_tile(TILE)->delay_ps = 100000;
	rig_push(0, &desc);
	harness_run_until(&rig.chip, 50000);
	rig_ring_write(0, SQZ_RING_SIZE, 0);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 0);
	rig_ring_write(0, SQZ_RING_SIZE, 8);
	rig_push(0, &other);
	rig_expect(0, 0, 2, SQZ_OK);
}
END_TEST

TCase *sqz_ctrl_rings_tests(void)
{
	TCase *tcase = tcase_create("rings");

	tcase_add_checked_fixture(tcase, start, rig_stop);
	tcase_add_test(tcase, nothing_is_fetched_before_enable);
	tcase_add_test(tcase, descriptors_finish_in_any_order);
	tcase_add_test(tcase, the_fence_flag_waits_for_all_before);
	tcase_add_test(tcase,
		       what_a_fence_lets_go_is_caused_by_what_it_waited_for);
	tcase_add_test(tcase, a_fence_stands_between);
	tcase_add_test(tcase, fences_of_one_ring_do_not_hold_another);
	tcase_add_test(tcase, the_smallest_priority_is_served_first);
	tcase_add_test(tcase, equal_priorities_take_turns);
	tcase_add_test(tcase, every_ring_gets_a_slot_in_a_crowd);
	tcase_add_test(tcase, a_ring_goes_round_and_the_phase_turns);
	tcase_add_test(tcase, a_full_completion_ring_stalls_and_loses_nothing);
	tcase_add_test(tcase, a_silly_chead_stalls_until_it_is_right);
	tcase_add_test(tcase, the_interrupt_follows_the_entry);
	tcase_add_loop_test(tcase, malformed_settings_stop_the_ring, 0, 8);
	tcase_add_loop_test(
	    tcase, a_descriptor_that_cannot_be_read_stops_the_ring, 0, 4);
	tcase_add_loop_test(
	    tcase, a_completion_that_cannot_be_written_stops_the_ring, 0, 2);
	tcase_add_test(tcase, entries_follow_the_order_of_finishing);
	tcase_add_test(
	    tcase, what_is_fetched_after_the_abort_of_a_faulty_ring_is_dropped);
	tcase_add_test(tcase, switching_a_ring_off_drops_its_completions);
	return tcase;
}
