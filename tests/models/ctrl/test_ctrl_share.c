/* What several rings share: participant lists, descriptors in flight. Chains.
 */
#include "ctrl_suites.h"
#include "rig.h"

#include <string.h>

#define PS_PER_US  1000000u
#define OTHER_LIST (LIST_ADDR + 0x100u)

static void start(void)
{
	rig_start();
	for (unsigned r = 0; r < 4; r++)
		rig_open(r, 16);
	rig_enable();
	rig_list(LIST_ADDR, 8);
	rig_list(OTHER_LIST, 8);
}

START_TEST(one_ring_at_a_time_runs_a_list)
{
	rig_tile(TILE)->delay_ps = 300000;
	for (unsigned r = 0; r < 3; r++) {
		struct sqz_desc desc = rig_run(r, 3);

		rig_push(r, &desc);
	}
	harness_run(&rig.chip);
	for (unsigned r = 0; r < 3; r++) {
		rig_expect(r, 0, r, SQZ_OK);
		/* In the order in which they were fetched. */
		if (r > 0)
			ck_assert_uint_ge(rig_time(EVENT_BEGIN, r),
					  rig_time(EVENT_END, r - 1));
	}
}
END_TEST

START_TEST(a_ring_does_not_lock_itself_out)
{
	struct sqz_desc first = rig_run(1, 3);
	struct sqz_desc second = rig_run(2, 3);

	rig_tile(TILE)->delay_ps = 300000;
	rig_push(0, &first);
	rig_push(0, &second);
	harness_run(&rig.chip);
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 2), rig_time(EVENT_END, 1));
}
END_TEST

START_TEST(other_lists_and_other_kinds_do_not_wait)
{
	struct sqz_desc slow = rig_run(1, 1);
	struct sqz_desc elsewhere = rig_run(2, 1);
	struct sqz_desc program = rig_program(3, TILE + 1, 0);

	elsewhere.list = OTHER_LIST;
	program.list = LIST_ADDR; /* no field of a PROGRAM */
	rig_tile(TILE)->delay_ps = 300000;
	rig_push(0, &slow);
	rig_push(1, &elsewhere);
	rig_push(2, &program);
	harness_run(&rig.chip);
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 2), rig_time(EVENT_END, 1));
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 3), rig_time(EVENT_END, 1));
}
END_TEST

START_TEST(what_waits_holds_up_its_ring_only)
{
	struct sqz_desc slow = rig_run(1, 1);
	struct sqz_desc waits = rig_run(2, 1);
	struct sqz_desc behind = rig_program(3, TILE + 1, 0);
	struct sqz_desc other = rig_program(4, TILE + 2, 0);

	rig_tile(TILE)->delay_ps = 300000;
	rig_push(0, &slow);
	rig_push(1, &waits);
	rig_push(1, &behind);
	rig_push(2, &other);
	harness_run(&rig.chip);
	ck_assert_uint_ge(rig_time(EVENT_BEGIN, 3), rig_time(EVENT_BEGIN, 2));
	ck_assert_uint_lt(rig_time(EVENT_END, 4), rig_time(EVENT_END, 1));
}
END_TEST

/* Three rings want the same list again and again: they take turns, and whoever
 * has it is alone. */
START_TEST(rings_take_turns_at_a_list)
{
	unsigned turns[3] = { 0 };
	bool open = false;

	for (unsigned i = 0; i < 5; i++)
		for (unsigned r = 0; r < 3; r++) {
			struct sqz_desc desc = rig_run(100 * r + i, 2);

			desc.flags = SQZ_DESC_F_FENCE;
			rig_push(r, &desc);
		}
	rig_tile(TILE + 1)->delay_ps = 50000;
	harness_run(&rig.chip);
	for (int i = 0; i < rig.event_count; i++) {
		unsigned ring = rig.events[i].desc.ring;

		if (rig.events[i].kind == EVENT_POSTED)
			continue;
		ck_assert(open == (rig.events[i].kind == EVENT_END));
		open = !open;
		if (!open)
			continue;
		turns[ring]++;
		for (unsigned r = 0; r < 3; r++)
			ck_assert_uint_le(turns[ring], turns[r] + 1);
	}
	for (unsigned r = 0; r < 3; r++)
		ck_assert_uint_eq(turns[r], 5);
}
END_TEST

START_TEST(aborting_the_waiting_ring_completes_what_waits)
{
	struct sqz_desc slow = rig_run(1, 1);
	struct sqz_desc waits = rig_run(2, 1);
	struct sqz_desc later = rig_run(3, 1);

	rig_tile(TILE)->delay_ps = PS_PER_US;
	rig_push(0, &slow);
	rig_push(1, &waits);
	harness_run_until(&rig.chip, 200000);
	ck_assert_uint_eq(rig_ring_read(1, SQZ_RING_HEAD), 1);
	rig_ring_write(1, SQZ_RING_ABORT, 1);
	rig_push(1, &later);
	harness_run_until(&rig.chip, 300000);
	/* At once: no tile has been told of it. */
	ck_assert_uint_eq(rig_ring_read(1, SQZ_RING_CTAIL), 1);
	rig_expect(0, 0, 1, SQZ_OK);
	rig_expect(1, 0, 2, SQZ_ERR_ABORTED);
	rig_expect(1, 1, 3, SQZ_OK);
	ck_assert_int_eq(rig_seen_count(TILE, SQZ_PKT_ABORT), 0);
	ck_assert_int_eq(rig_seen_count(TILE, SQZ_PKT_RUN), 2);
}
END_TEST

START_TEST(aborting_the_holder_lets_the_next_one_in)
{
	struct sqz_desc stuck = rig_run(1, 1);
	struct sqz_desc waits = rig_run(2, 1);

	rig_tile(TILE)->silent = true;
	rig_tile(TILE)->delay_ps = 50000;
	rig_push(0, &stuck);
	rig_push(1, &waits);
	harness_run_until(&rig.chip, 200000);
	rig_tile(TILE)->silent = false;
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	harness_run(&rig.chip);
	/* Not before the tile has let go. */
	ck_assert_uint_ge(rig_time(EVENT_BEGIN, 2), rig_time(EVENT_END, 1));
	ck_assert_uint_gt(rig_time(EVENT_END, 1), 250000);
	rig_expect(0, 0, 1, SQZ_ERR_ABORTED);
	rig_expect(1, 0, 2, SQZ_OK);
}
END_TEST

START_TEST(the_wait_is_no_part_of_the_time_out)
{
	struct sqz_desc stuck = rig_run(1, 1);
	struct sqz_desc waits = rig_run(2, 1);
	struct sqz_desc slow = rig_run(3, 1);
	struct sqz_desc late = rig_run(4, 1);

	stuck.timeout_us = 20;
	waits.timeout_us = 2;
	rig_tile(TILE)->silent = true;
	rig_push(0, &stuck);
	rig_push(1, &waits);
	harness_run_until(&rig.chip, 15 * PS_PER_US);
	rig_tile(TILE)->silent = false;
	rig_expect(0, 0, 1, SQZ_ERR_TIMEOUT);
	rig_expect(1, 0, 2, SQZ_OK);

	/* It has all of its time then, and no more. */
	late.timeout_us = 2;
	rig_tile(TILE)->delay_ps = 3 * PS_PER_US;
	rig_push(0, &slow);
	rig_push(1, &late);
	rig_expect(0, 1, 3, SQZ_OK);
	rig_expect(1, 1, 4, SQZ_ERR_TIMEOUT);
	ck_assert_uint_ge(rig_time(EVENT_END, 4) - rig_time(EVENT_BEGIN, 4),
			  2 * PS_PER_US);
}
END_TEST

START_TEST(a_failed_holder_lets_the_next_one_in)
{
	struct sqz_desc fails = rig_run(1, 3);
	struct sqz_desc waits = rig_run(2, 3);

	rig_tile(TILE + 1)->status = SQZ_ERR_STEP;
	rig_tile(TILE + 2)->delay_ps = 100000;
	rig_push(0, &fails);
	rig_push(1, &waits);
	while (rig_time(EVENT_END, 1) == SQZ_NEVER)
		harness_run_until(&rig.chip, rig.chip.events[0].time);
	rig_tile(TILE + 1)->status = SQZ_OK;
	rig_expect(0, 0, 1, SQZ_ERR_STEP);
	rig_expect(1, 0, 2, SQZ_OK);
}
END_TEST

START_TEST(reset_frees_lists)
{
	struct sqz_desc stuck = rig_run(1, 1);
	struct sqz_desc waits = rig_run(2, 1);

	rig_tile(TILE)->silent = true;
	rig_push(0, &stuck);
	rig_push(1, &waits);
	harness_run_until(&rig.chip, 200000);
	rig_write(SQZ_CONTROLLER_CTRL, sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1));
	rig_tile(TILE)->silent = false;
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
	rig.tails[1] = 0;
	rig_open(1, 16);
	rig_enable();
	rig_push(1, &waits);
	rig_expect(1, 0, 2, SQZ_OK);
}
END_TEST

/* ---- chains ---- */

/* Layer i is one participant, with a list of its own. */
static struct sqz_desc link_of_chain(uint32_t layer)
{
	struct sqz_desc desc = rig_run(layer, 1);

	desc.flags = SQZ_DESC_F_CHAIN;
	if (layer == 0)
		desc.flags |= SQZ_DESC_F_FENCE;
	desc.layer = (uint16_t)layer;
	desc.list = LIST_ADDR + 4 * layer;
	return desc;
}

START_TEST(a_chain_starts_before_its_beginning_ends)
{
	for (uint32_t layer = 0; layer < 4; layer++) {
		struct sqz_desc desc = link_of_chain(layer);

		rig_tile(TILE + (int)layer)->delay_ps = 500000;
		rig_push(0, &desc);
	}
	harness_run(&rig.chip);
	ck_assert_uint_lt(rig_time(EVENT_BEGIN, 3), rig_time(EVENT_END, 0));
	for (uint32_t layer = 0; layer < 4; layer++) {
		rig_expect(0, layer, layer, SQZ_OK);
		ck_assert(rig_seen(TILE + (int)layer, SQZ_PKT_RUN, 0)->chain);
	}
}
END_TEST

/* The layer that fails has no other participant: without more ado those behind
 * it would wait for its tokens for ever. */
START_TEST(a_failure_ends_its_chain_and_nothing_else)
{
	struct sqz_desc end = rig_copy(50, SQZ_FLASH_BASE, DATA_ADDR, 16);
	struct sqz_desc next = link_of_chain(0);
	struct sqz_desc other = link_of_chain(0);

	end.flags = SQZ_DESC_F_FENCE;
	next.cookie = 100;
	other.list = OTHER_LIST;
	rig_tile(TILE + 1)->status = SQZ_ERR_STEP;
	for (uint32_t layer = 0; layer < 8; layer++) {
		struct sqz_desc desc = link_of_chain(layer);

		rig_tile(TILE + (int)layer)->delay_ps = 20000;
		rig_push(0, &desc);
	}
	rig_push(0, &end);
	rig_push(0, &next);
	rig_push(1, &other);
	rig_expect(0, 0, 0, SQZ_OK);
	rig_expect(0, 1, 1, SQZ_ERR_STEP);
	for (uint32_t layer = 2; layer < 8; layer++)
		rig_expect(0, layer, layer, SQZ_ERR_ABORTED);
	/* What waits behind a fence, and the next chain, take place. */
	rig_expect(0, 8, 50, SQZ_OK);
	rig_expect(0, 9, 100, SQZ_OK);
	rig_expect(1, 0, 0, SQZ_OK);
	ck_assert_uint_eq(rig_ring_read(1, SQZ_RING_EPOCH), 0);
}
END_TEST

enum { NO_PARTICIPANT, NO_LIST, NO_TILE, SPOILS };

static void spoil(struct sqz_desc *desc, int how)
{
	struct sqz_participant memory = { DRAM, 0 };

	if (how == NO_PARTICIPANT)
		desc->length = 0;
	else if (how == NO_LIST)
		desc->list = 0;
	else
		memcpy(rig.bytes + (desc->list - SQZ_DRAM_BASE), &memory,
		       sizeof(memory));
}

START_TEST(a_link_that_cannot_start_ends_its_chain)
{
	for (uint32_t layer = 0; layer < 6; layer++) {
		struct sqz_desc desc = link_of_chain(layer);

		if (layer == 2)
			spoil(&desc, _i);
		rig_tile(TILE + (int)layer)->delay_ps = 20000;
		rig_push(0, &desc);
	}
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 6);
	for (uint32_t i = 0; i < 6; i++) {
		struct sqz_completion entry = rig_completion(0, i);

		if (entry.cookie == 2)
			ck_assert_uint_ne(entry.status, SQZ_OK);
		else if (entry.cookie > 2)
			ck_assert_uint_eq(entry.status, SQZ_ERR_ABORTED);
		ck_assert_uint_ne(entry.status, SQZ_ERR_TIMEOUT);
	}
}
END_TEST

START_TEST(a_chain_that_was_aborted_does_not_spoil_the_next)
{
	struct sqz_desc first = link_of_chain(0);
	struct sqz_desc second = link_of_chain(1);

	second.cookie = 7;
	rig_tile(TILE)->silent = true;
	rig_push(0, &first);
	harness_run_until(&rig.chip, 200000);
	rig_ring_write(0, SQZ_RING_ABORT, 1);
	rig.chain_layers[0] = 1;
	rig_push(0, &second);
	rig_expect(0, 0, 0, SQZ_ERR_ABORTED);
	rig_expect(0, 1, 7, SQZ_OK);
}
END_TEST

/* ---- few descriptors in flight ---- */

#define LINKS	     60
#define RING_ENTRIES 32

static void start_crowd(uint32_t in_flight)
{
	rig_prepare();
	rig.config.in_flight = in_flight;
	rig_build();
	for (uint32_t i = 0; i < LINKS; i++) {
		struct sqz_participant one = { (uint16_t)(TILE + i % TILES),
					       0 };

		memcpy(rig.bytes + (LIST_ADDR - SQZ_DRAM_BASE) + 4 * i, &one,
		       sizeof(one));
	}
	for (unsigned i = 0; i < TILES; i++)
		rig_tile(TILE + (int)i)->delay_ps = 7000 + 1000 * i;
	for (unsigned r = 0; r < 4; r++)
		rig_open(r, RING_ENTRIES);
	rig_enable();
}

/* Keeps the ring full. True: its chain has come to its end. */
static bool feed(unsigned ring)
{
	uint32_t done = rig_ring_read(ring, SQZ_RING_CTAIL);

	rig_ring_write(ring, SQZ_RING_CHEAD, done);
	while (rig.tails[ring] < LINKS &&
	       rig.tails[ring] < done + RING_ENTRIES - 1) {
		struct sqz_desc desc = link_of_chain(rig.tails[ring]);

		rig_push(ring, &desc);
	}
	return done == LINKS;
}

/* Long chains on all rings, with far fewer descriptors in flight than links,
 * through the same lists: all of them come to their end. */
START_TEST(long_chains_share_few_descriptors_in_flight)
{
	static const uint32_t IN_FLIGHT[] = { 4, 5, 8, 32 };
	bool all = false;

	start_crowd(IN_FLIGHT[_i]);
	for (int i = 0; i < 2000 && !all; i++) {
		all = true;
		for (unsigned r = 0; r < 4; r++)
			all &= feed(r);
		for (unsigned t = 0; t < TILES; t++)
			rig.tiles[t].count = 0; /* room for what comes */
		harness_run_until(&rig.chip, rig.chip.now + 10000);
	}
	ck_assert(all);
	ck_assert_uint_eq(sqz_controller_counters(rig.ctl)->failed, 0);
	rig_stop();
}
END_TEST

TCase *sqz_ctrl_share_tests(void)
{
	TCase *tcase = tcase_create("share");

	tcase_add_checked_fixture(tcase, start, rig_stop);
	tcase_add_test(tcase, one_ring_at_a_time_runs_a_list);
	tcase_add_test(tcase, a_ring_does_not_lock_itself_out);
	tcase_add_test(tcase, other_lists_and_other_kinds_do_not_wait);
	tcase_add_test(tcase, what_waits_holds_up_its_ring_only);
	tcase_add_test(tcase, rings_take_turns_at_a_list);
	tcase_add_test(tcase, aborting_the_waiting_ring_completes_what_waits);
	tcase_add_test(tcase, aborting_the_holder_lets_the_next_one_in);
	tcase_add_test(tcase, the_wait_is_no_part_of_the_time_out);
	tcase_add_test(tcase, a_failed_holder_lets_the_next_one_in);
	tcase_add_test(tcase, reset_frees_lists);
	tcase_add_test(tcase, a_chain_starts_before_its_beginning_ends);
	tcase_add_test(tcase, a_failure_ends_its_chain_and_nothing_else);
	tcase_add_loop_test(tcase, a_link_that_cannot_start_ends_its_chain, 0,
			    SPOILS);
	tcase_add_test(tcase, a_chain_that_was_aborted_does_not_spoil_the_next);
	return tcase;
}

TCase *sqz_ctrl_crowd_tests(void)
{
	TCase *tcase = tcase_create("crowd");

	tcase_add_loop_test(tcase, long_chains_share_few_descriptors_in_flight,
			    0, 4);
	return tcase;
}
