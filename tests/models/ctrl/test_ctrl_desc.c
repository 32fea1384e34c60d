/* PROGRAM, RUN, FENCE: what they send, how they end, how they fail. */
#include "ctrl_suites.h"
#include "rig.h"

#include <string.h>

static void start(void)
{
	rig_start();
	rig_open(0, 8);
	rig_enable();
}

START_TEST(program_tells_its_tile_and_completes)
{
	struct sqz_desc desc = rig_program(0xabcdef0123456789, TILE + 2, 3);

	rig_push(0, &desc);
	rig_expect(0, 0, desc.cookie, SQZ_OK);

	const struct sqz_packet *packet =
	    rig_seen(TILE + 2, SQZ_PKT_PROGRAM, 0);

	ck_assert_uint_eq(packet->src, 0);
	ck_assert_uint_eq(packet->slot, 3);
	ck_assert_uint_eq(packet->addr, SQZ_FLASH_BASE);
	ck_assert_uint_eq(packet->chunk, 0x123);
	ck_assert_uint_eq(packet->layer, 5);
	ck_assert_uint_ne(packet->run, 0);
	ck_assert_uint_ne(packet->cause, 0);

	struct sqz_completion entry = rig_completion(0, 0);

	ck_assert_uint_eq(entry.address, 0);
	ck_assert_uint_eq(entry.node, SQZ_NO_NODE);
	ck_assert_uint_eq(entry.sequence, 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_COMPLETED), 1);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
}
END_TEST

START_TEST(time_of_a_program_is_the_sum_of_its_parts)
{
	struct sqz_desc desc = rig_program(1, TILE, 0);
	/* There and back, tRCD, tCAS, burst, latency. */
	sqz_ps fetch_ps = 2 * DELAY_PS + 7000 + 2000;

	rig_tile(TILE)->delay_ps = 40000;
	rig_push(0, &desc);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_time(EVENT_BEGIN, 1), fetch_ps + DECODE_PS);
	ck_assert_uint_eq(rig_time(EVENT_END, 1),
			  fetch_ps + DECODE_PS + 2 * DELAY_PS + 40000);
	/* The entry lies in the third row, which opens bank 2. */
	ck_assert_uint_eq(rig_time(EVENT_POSTED, 1),
			  rig_time(EVENT_END, 1) + fetch_ps);
}
END_TEST

START_TEST(run_tells_every_participant)
{
	struct sqz_desc desc = rig_run(7, 5);

	rig_list(LIST_ADDR, 5);
	rig_tile(TILE + 1)->delay_ps = 100000;
	rig_push(0, &desc);
	rig_expect(0, 0, 7, SQZ_OK);
	for (int i = 0; i < 5; i++) {
		const struct sqz_packet *packet =
		    rig_seen(TILE + i, SQZ_PKT_RUN, 0);

		ck_assert_uint_eq(packet->slot, 0);
		ck_assert_uint_eq(packet->addr, 0x1111);
		ck_assert_uint_eq(packet->dst_addr, 0x2222);
		ck_assert_uint_eq(packet->aux_addr, 0x3333);
		ck_assert_uint_eq(packet->layer, 3);
		ck_assert_uint_eq(packet->payload_bytes, SQZ_RUN_PAYLOAD_BYTES);
		ck_assert_uint_eq(packet->run,
				  rig_seen(TILE, SQZ_PKT_RUN, 0)->run);
	}
	ck_assert_uint_ge(rig_time(EVENT_END, 7), 100000);
}
END_TEST

START_TEST(run_numbers_are_never_used_twice)
{
	struct sqz_desc desc = rig_run(1, 1);
	uint32_t last = 0;

	rig_list(LIST_ADDR, 1);
	for (int i = 0; i < 8; i++)
		rig_push(0, &desc);
	harness_run(&rig.chip);
	for (int i = 0; i < 8; i++) {
		uint32_t run = rig_seen(TILE, SQZ_PKT_RUN, i)->run;

		ck_assert_uint_gt(run, last);
		last = run;
	}
}
END_TEST

START_TEST(a_list_may_have_an_entry_for_every_slot_of_the_chip)
{
	struct sqz_desc desc = rig_run(1, TILES * TILE_SLOTS);

	rig_list(LIST_ADDR, TILES * TILE_SLOTS);
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
	for (int i = 0; i < TILES * TILE_SLOTS; i++)
		ck_assert_uint_eq(
		    rig_seen(TILE + i % TILES, SQZ_PKT_RUN, i / TILES)->slot,
		    i / TILES);
}
END_TEST

START_TEST(long_lists_come_in_several_reads)
{
	struct sqz_desc desc = rig_run(1, 400);

	rig_stop();
	rig_prepare();
	for (int i = TILE; i < TILE + TILES; i++)
		rig.nodes[i].slots = 50;
	rig_build();
	rig_open(0, 8);
	rig_enable();
	rig_list(LIST_ADDR, 400);
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
	for (int i = 0; i < TILES; i++)
		ck_assert_int_eq(rig_seen_count(TILE + i, SQZ_PKT_RUN), 50);
	/* The descriptor, then 256 and 144 entries. */
	ck_assert_uint_eq(sqz_memory_counters(rig.dram).reads, 3);
}
END_TEST

START_TEST(malformed_descriptors_are_refused)
{
	struct sqz_desc bad[] = {
		{ .type = 0 },
		{ .type = 5 },
		{ .type = 255 },
		{ .type = SQZ_DESC_FENCE, .flags = 8 },
		{ .type = SQZ_DESC_FENCE, .flags = SQZ_DESC_F_CHAIN },
		{ .type = SQZ_DESC_FENCE, .partial = 1 },
		{ .type = SQZ_DESC_PROGRAM, .node = TILE },
		{ .type = SQZ_DESC_PROGRAM,
		  .node = TILE,
		  .src = UINT64_MAX,
		  .length = 2 },
		{ .type = SQZ_DESC_RUN, .list = LIST_ADDR },
		{ .type = SQZ_DESC_RUN, .list = LIST_ADDR + 2, .length = 1 },
		{ .type = SQZ_DESC_RUN, .list = UINT64_MAX - 3, .length = 2 },
		{ .type = SQZ_DESC_RUN,
		  .list = LIST_ADDR,
		  .length = TILES * TILE_SLOTS + 1 },
		{ .type = SQZ_DESC_RUN,
		  .list = LIST_ADDR,
		  .length = UINT32_MAX },
		{ .type = SQZ_DESC_COPY },
		{ .type = SQZ_DESC_COPY, .src = UINT64_MAX, .length = 2 },
		{ .type = SQZ_DESC_COPY, .dst = UINT64_MAX, .length = 2 },
	};

	ck_assert_int_eq(sizeof(bad) / sizeof(bad[0]), 16);
	bad[_i].cookie = 99;
	rig_push(0, &bad[_i]);
	rig_expect(0, 0, 99, SQZ_ERR_DESC);
	ck_assert_uint_eq(rig_completion(0, 0).address, rig_desc_addr(0, 0));
	ck_assert_uint_eq(rig_completion(0, 0).node, SQZ_NO_NODE);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_ERR_DESC);

	/* The ring goes on. */
	struct sqz_desc good = rig_fence(100);

	rig_push(0, &good);
	rig_expect(0, 1, 100, SQZ_OK);
}
END_TEST

START_TEST(program_checks_node_and_slot)
{
	static const uint16_t BAD[] = { 0, DRAM, TILE + TILES, NODES, 0xffff };
	struct sqz_desc desc = rig_program(1, BAD[_i], 0);

	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_ERR_NODE);
	ck_assert_uint_eq(rig_completion(0, 0).node, BAD[_i]);
	desc = rig_program(2, TILE, TILE_SLOTS);
	rig_push(0, &desc);
	rig_expect(0, 1, 2, SQZ_ERR_SLOT);
	ck_assert_uint_eq(rig_completion(0, 1).node, TILE);
	ck_assert_int_eq(rig_tile(TILE)->count, 0);
}
END_TEST

START_TEST(run_checks_the_list_before_it_tells_anybody)
{
	static const struct sqz_participant BAD[] = { { DRAM, 0 },
						      { 0xffff, 0 },
						      { TILE, 4 } };
	struct sqz_desc desc = rig_run(1, 3);

	rig_list(LIST_ADDR, 3);
	memcpy(rig.bytes + (LIST_ADDR - SQZ_DRAM_BASE) + 8, &BAD[_i], 4);
	rig_push(0, &desc);
	rig_expect(0, 0, 1, _i < 2 ? SQZ_ERR_NODE : SQZ_ERR_SLOT);
	ck_assert_uint_eq(rig_completion(0, 0).node, BAD[_i].node);
	for (int i = 0; i < TILES; i++)
		ck_assert_int_eq(rig_tile(TILE + i)->count, 0);
}
END_TEST

START_TEST(a_list_that_cannot_be_read_names_its_address)
{
	static const uint64_t BAD[] = {
		0,
		SQZ_DRAM_BASE + DRAM_BYTES,
		SQZ_DRAM_BASE + DRAM_BYTES - 4,
		SQZ_CONTROLLER_BASE,
		TILE_BASE + TILE * (uint64_t)SQZ_TILE_WINDOW_BYTES,
		BUFFER_BASE + BUFFER_BYTES,
	};
	struct sqz_desc desc = rig_run(1, 2);

	desc.list = BAD[_i];
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_ERR_ADDRESS);

	struct sqz_completion entry = rig_completion(0, 0);

	/* The third list begins in DRAM and leaves it; the last one lies in a
	 * buffer's window, which answers itself. */
	ck_assert_uint_eq(entry.address, BAD[_i] + (_i == 2 ? 4 : 0));
	ck_assert_uint_eq(entry.node, _i == 5 ? (uint32_t)BUFFER : SQZ_NO_NODE);
}
END_TEST

START_TEST(a_tiles_failure_becomes_the_status)
{
	struct sqz_desc desc = rig_program(1, TILE + 1, 0);

	rig_tile(TILE + 1)->status = SQZ_ERR_STEP;
	rig_tile(TILE + 1)->fail_addr = 0x20000040;
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_ERR_STEP);

	struct sqz_completion entry = rig_completion(0, 0);

	ck_assert_uint_eq(entry.address, 0x20000040);
	ck_assert_uint_eq(entry.node, TILE + 1);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_ERR_STEP);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_NODE), TILE + 1);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_ADDR_LO), 0x20000040);
	/* Nobody else works for it: no abort. */
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_EPOCH), 0);
}
END_TEST

START_TEST(the_first_failure_of_a_run_aborts_the_others)
{
	struct sqz_desc desc = rig_run(1, 4);
	struct sqz_desc next = rig_program(2, TILE, 1);

	rig_list(LIST_ADDR, 4);
	rig_tile(TILE)->silent = true;
	rig_tile(TILE + 1)->status = SQZ_ERR_ADDRESS;
	rig_tile(TILE + 1)->fail_addr = 0x1111;
	rig_tile(TILE + 1)->delay_ps = 5000;
	rig_tile(TILE + 2)->status = SQZ_ERR_SLOT;
	rig_tile(TILE + 2)->delay_ps = 6000;
	rig_push(0, &desc);
	harness_run_until(&rig.chip, 60000);
	rig_tile(TILE)->silent = false;
	rig_push(0, &next);
	rig_expect(0, 0, 1, SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(rig_completion(0, 0).node, TILE + 1);
	ck_assert_uint_eq(rig_completion(0, 0).address, 0x1111);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(rig_seen_count(TILE + i, SQZ_PKT_ABORT), 1);
		ck_assert_uint_eq(rig_seen(TILE + i, SQZ_PKT_ABORT, 0)->epoch,
				  1);
	}
	ck_assert_int_eq(rig_seen_count(TILE + 4, SQZ_PKT_ABORT), 0);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_EPOCH), 1);
	rig_expect(0, 1, 2, SQZ_OK);
	ck_assert_uint_eq(rig_seen(TILE, SQZ_PKT_PROGRAM, 0)->epoch, 1);
}
END_TEST

START_TEST(events_come_in_pairs)
{
	struct sqz_desc run = rig_run(1, 2);
	struct sqz_desc bad = { .type = 9, .cookie = 2 };
	struct sqz_desc fence = rig_fence(3);
	static const enum rig_event_kind KINDS[] = { EVENT_BEGIN, EVENT_END,
						     EVENT_POSTED };

	rig_list(LIST_ADDR, 2);
	rig_push(0, &run);
	rig_push(0, &bad);
	rig_push(0, &fence);
	harness_run(&rig.chip);
	ck_assert_int_eq(rig.event_count, 9);
	ck_assert_int_eq(rig.doorbells, 3);
	for (uint64_t cookie = 1; cookie <= 3; cookie++)
		for (int k = 1; k < 3; k++)
			ck_assert_uint_le(rig_time(KINDS[k - 1], cookie),
					  rig_time(KINDS[k], cookie));
	ck_assert_uint_eq(rig.events[0].desc.layer, 3);
	ck_assert_uint_eq(rig.events[0].desc.type, SQZ_DESC_RUN);
	ck_assert_uint_eq(rig.events[8].desc.layer, SQZ_NO_LAYER);
}
END_TEST

START_TEST(a_busy_network_only_delays)
{
	struct sqz_desc desc = rig_run(1, 8);

	rig_list(LIST_ADDR, 8);
	harness_block(&rig.chip, 0, SQZ_CLASS_REQUEST, true);
	harness_block(&rig.chip, 0, SQZ_CLASS_RESULT, true);
	rig_push(0, &desc);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_HEAD), 0);
	for (int i = 0; i < 20; i++) {
		harness_block(&rig.chip, 0, SQZ_CLASS_REQUEST, i % 2);
		harness_run_until(&rig.chip, rig.chip.now + 3000);
	}
	harness_block(&rig.chip, 0, SQZ_CLASS_REQUEST, false);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 0);
	ck_assert_uint_ne(rig_time(EVENT_END, 1), SQZ_NEVER);
	harness_block(&rig.chip, 0, SQZ_CLASS_RESULT, false);
	rig_expect(0, 0, 1, SQZ_OK);
}
END_TEST

TCase *sqz_ctrl_desc_tests(void)
{
	TCase *tcase = tcase_create("descriptors");

	tcase_add_checked_fixture(tcase, start, rig_stop);
	tcase_add_test(tcase, program_tells_its_tile_and_completes);
	tcase_add_test(tcase, time_of_a_program_is_the_sum_of_its_parts);
	tcase_add_test(tcase, run_tells_every_participant);
	tcase_add_test(tcase, run_numbers_are_never_used_twice);
	tcase_add_test(tcase,
		       a_list_may_have_an_entry_for_every_slot_of_the_chip);
	tcase_add_test(tcase, long_lists_come_in_several_reads);
	tcase_add_loop_test(tcase, malformed_descriptors_are_refused, 0, 16);
	tcase_add_loop_test(tcase, program_checks_node_and_slot, 0, 5);
	tcase_add_loop_test(tcase, run_checks_the_list_before_it_tells_anybody,
			    0, 3);
	tcase_add_loop_test(tcase, a_list_that_cannot_be_read_names_its_address,
			    0, 6);
	tcase_add_test(tcase, a_tiles_failure_becomes_the_status);
	tcase_add_test(tcase, the_first_failure_of_a_run_aborts_the_others);
	tcase_add_test(tcase, events_come_in_pairs);
	tcase_add_test(tcase, a_busy_network_only_delays);
	return tcase;
}
