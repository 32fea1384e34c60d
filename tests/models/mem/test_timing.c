/* Times worked out by hand from the rules in banks.h and dram.h. */
#include "mem/dram.h"
#include "mem/memory_map.h"
#include "mem_suites.h"

static const struct sqz_bank_listener NOBODY = { 0 };

/* 4 banks of 64-byte lines, 16 bytes a cycle of 1 ns: a line takes 4 ns. */
static const struct sqz_banks_config BANKS = { 4, 64, 16, 1000 };

/* 2 banks, rows of 1 KiB, bursts of 64 bytes in 4 ns; tRCD 10, tRP 20,
 * tCAS 30 ns; no refresh. */
static const struct sqz_dram_config DRAM = { 2,	    1024,  64, 4000, 10000,
					     20000, 30000, 0,  0 };

struct uses {
	struct sqz_bank_use use[64];
	int count;
};

static void note(void *context, const struct sqz_bank_use *use)
{
	struct uses *uses = context;

	uses->use[uses->count++] = *use;
}

START_TEST(one_bank_moves_its_bytes_per_cycle)
{
	struct sqz_banks banks;

	ck_assert(sqz_banks_init(&banks, &BANKS));
	ck_assert_uint_eq(sqz_banks_access(&banks, 5000, 0, 64, 1, &NOBODY),
			  9000);
	/* A part of a cycle is a cycle. */
	ck_assert_uint_eq(sqz_banks_access(&banks, 20000, 0, 17, 2, &NOBODY),
			  22000);
	ck_assert_uint_eq(sqz_banks_access(&banks, 30000, 0, 1, 3, &NOBODY),
			  31000);
	ck_assert_uint_eq(banks.busy_ps, 7000);
	ck_assert_uint_eq(banks.conflicts, 0);
}
END_TEST

START_TEST(banks_work_side_by_side)
{
	struct sqz_banks banks;

	sqz_banks_init(&banks, &BANKS);
	/* 512 bytes: two lines in each of the four banks. */
	ck_assert_uint_eq(sqz_banks_access(&banks, 0, 0, 512, 1, &NOBODY),
			  8000);
	ck_assert_uint_eq(banks.busy_ps, 32000);
	ck_assert_uint_eq(banks.conflicts, 0);
}
END_TEST

START_TEST(a_busy_bank_makes_the_next_request_wait)
{
	struct sqz_banks banks;

	sqz_banks_init(&banks, &BANKS);
	sqz_banks_access(&banks, 0, 0, 64, 1, &NOBODY);
	/* Bank 1 is free, bank 0 is not. */
	ck_assert_uint_eq(sqz_banks_access(&banks, 1000, 64, 64, 2, &NOBODY),
			  5000);
	ck_assert_uint_eq(banks.conflicts, 0);
	ck_assert_uint_eq(sqz_banks_access(&banks, 1000, 256, 64, 3, &NOBODY),
			  8000);
	ck_assert_uint_eq(banks.conflicts, 1);
	ck_assert_uint_eq(banks.wait_ps, 3000);
}
END_TEST

START_TEST(an_unaligned_access_touches_two_lines)
{
	struct sqz_banks banks;
	struct uses uses = { .count = 0 };
	struct sqz_bank_listener listener = { &uses, note };

	sqz_banks_init(&banks, &BANKS);
	ck_assert_uint_eq(sqz_banks_access(&banks, 0, 48, 48, 1, &listener),
			  2000);
	ck_assert_int_eq(uses.count, 2);
	ck_assert_uint_eq(uses.use[0].bank, 0);
	ck_assert_uint_eq(uses.use[0].end_ps, 1000);
	ck_assert_uint_eq(uses.use[1].bank, 1);
	ck_assert_uint_eq(uses.use[1].end_ps, 2000);
}
END_TEST

START_TEST(bank_settings_are_checked)
{
	struct sqz_banks banks;

	for (int i = 0; i < 5; i++) {
		struct sqz_banks_config config = BANKS;

		config.banks = i == 0 ? 0 : i == 1 ? SQZ_BANKS_MAX + 1 : 4;
		config.interleave_bytes = i == 2 ? 0 : 64;
		config.bytes_per_cycle = i == 3 ? 0 : 16;
		config.cycle_ps = i == 4 ? 0 : 1000;
		ck_assert(!sqz_banks_init(&banks, &config));
	}
}
END_TEST

START_TEST(dram_rows_miss_hit_and_conflict)
{
	struct sqz_dram dram;

	ck_assert(sqz_dram_init(&dram, &DRAM));
	/* Closed: tRCD + tCAS + burst. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 100000, 0, 64, &NOBODY),
			  144000);
	/* Open: tCAS + burst. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 200000, 64, 64, &NOBODY),
			  234000);
	/* The same bank's next row is 2 KiB on: tRP + tRCD + tCAS + burst. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 300000, 2048, 64, &NOBODY),
			  364000);
	/* The other bank is still closed. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 400000, 1024, 64, &NOBODY),
			  444000);
	ck_assert_uint_eq(dram.row_hits, 1);
	ck_assert_uint_eq(dram.row_misses, 2);
	ck_assert_uint_eq(dram.row_conflicts, 1);
	ck_assert_uint_eq(dram.busy_ps, 16000);
}
END_TEST

START_TEST(an_open_row_streams_at_the_rate_of_the_bus)
{
	struct sqz_dram dram;

	sqz_dram_init(&dram, &DRAM);
	/* tRCD + tCAS + 16 bursts. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 0, 0, 1024, &NOBODY), 104000);
	ck_assert_uint_eq(dram.row_hits, 15);
	ck_assert_uint_eq(dram.row_misses, 1);
}
END_TEST

START_TEST(opening_a_bank_hides_behind_the_other_banks_data)
{
	struct sqz_dram dram;

	sqz_dram_init(&dram, &DRAM);
	/* 2 KiB over both banks: the second row opens meanwhile, so the bus
	 * is never idle: tRCD + tCAS + 32 bursts. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 0, 0, 2048, &NOBODY), 168000);
}
END_TEST

START_TEST(parts_of_bursts_cost_whole_bursts)
{
	struct sqz_dram dram;

	sqz_dram_init(&dram, &DRAM);
	ck_assert_uint_eq(sqz_dram_access(&dram, 0, 60, 8, &NOBODY), 48000);
	ck_assert_uint_eq(dram.row_hits + dram.row_misses, 2);
}
END_TEST

START_TEST(refresh_holds_the_banks_and_closes_the_rows)
{
	struct sqz_dram_config config = DRAM;
	struct sqz_dram dram;

	config.trefi_ps = 1000000;
	config.trfc_ps = 100000;
	ck_assert(sqz_dram_init(&dram, &config));
	ck_assert_uint_eq(sqz_dram_access(&dram, 900000, 0, 64, &NOBODY),
			  944000);
	/* In the middle of the first refresh: waits until 1.1 us, row closed
	 * again. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 1050000, 0, 64, &NOBODY),
			  1144000);
	/* After the second one: no wait, but closed. */
	ck_assert_uint_eq(sqz_dram_access(&dram, 2500000, 0, 64, &NOBODY),
			  2544000);
	ck_assert_uint_eq(sqz_dram_access(&dram, 2600000, 0, 64, &NOBODY),
			  2634000);
	ck_assert_uint_eq(dram.row_misses, 3);
	ck_assert_uint_eq(dram.row_hits, 1);
	ck_assert_uint_eq(sqz_dram_refreshes(&dram, 999999), 0);
	ck_assert_uint_eq(sqz_dram_refreshes(&dram, 2600000), 2);
}
END_TEST

START_TEST(uses_of_one_bank_do_not_overlap)
{
	struct sqz_dram dram;
	struct uses uses = { .count = 0 };
	struct sqz_bank_listener listener = { &uses, note };

	sqz_dram_init(&dram, &DRAM);
	sqz_dram_access(&dram, 0, 0, 1024, &listener);
	sqz_dram_access(&dram, 5000, 2048, 256, &listener);
	ck_assert_int_eq(uses.count, 20);
	for (int i = 1; i < uses.count; i++)
		ck_assert_uint_ge(uses.use[i].begin_ps, uses.use[i - 1].end_ps);
}
END_TEST

START_TEST(dram_settings_are_checked)
{
	struct sqz_dram dram;
	struct sqz_dram_config bad[7];

	for (int i = 0; i < 7; i++)
		bad[i] = DRAM;
	bad[0].banks = 0;
	bad[1].banks = SQZ_BANKS_MAX + 1;
	bad[2].burst_bytes = 0;
	bad[3].burst_ps = 0;
	bad[4].row_bytes = 1000;
	bad[5].row_bytes = 0;
	bad[6].trefi_ps = bad[6].trfc_ps = 5;
	for (int i = 0; i < 7; i++)
		ck_assert(!sqz_dram_init(&dram, &bad[i]));
}
END_TEST

START_TEST(a_map_knows_its_bytes)
{
	struct sqz_memory_map map = { 0x1000, 0x100, 0, 1, 0 };
	struct sqz_memory_place place;

	ck_assert(sqz_memory_map_valid(&map));
	ck_assert(sqz_memory_map_find(&map, 0x1000, 0x100, &place));
	ck_assert(sqz_memory_map_find(&map, 0x10ff, 1, &place));
	ck_assert_uint_eq(place.offset, 0xff);
	ck_assert_uint_eq(place.local, 0xff);
	ck_assert(!sqz_memory_map_find(&map, 0xfff, 2, &place));
	ck_assert(!sqz_memory_map_find(&map, 0x10ff, 2, &place));
	ck_assert(!sqz_memory_map_find(&map, 0x1100, 1, &place));
	ck_assert(!sqz_memory_map_find(&map, 0x1000, 0, &place));
	ck_assert(!sqz_memory_map_find(&map, 0x1001, UINT64_MAX, &place));
	ck_assert(!sqz_memory_map_find(&map, UINT64_MAX, 1, &place));
}
END_TEST

START_TEST(granules_go_round_the_nodes)
{
	struct sqz_memory_map map = { 0x8000, 0x1000, 0x100, 4, 2 };
	struct sqz_memory_place place;

	ck_assert(sqz_memory_map_valid(&map));
	for (uint64_t offset = 0; offset < 0x1000; offset += 0x10)
		ck_assert_int_eq(
		    sqz_memory_map_find(&map, 0x8000 + offset, 0x10, &place),
		    offset / 0x100 % 4 == 2);
	ck_assert(sqz_memory_map_find(&map, 0x8640, 0x10, &place));
	ck_assert_uint_eq(place.offset, 0x640);
	ck_assert_uint_eq(place.local, 0x140);
	/* A granule ends at the next node's. */
	ck_assert(!sqz_memory_map_find(&map, 0x86f8, 0x10, &place));
}
END_TEST

START_TEST(maps_are_checked)
{
	static const struct sqz_memory_map BAD[] = {
		{ 0, 0, 0, 1, 0 }, { UINT64_MAX, 2, 0, 1, 0 },
		{ 0, 1, 0, 0, 0 }, { 0, 1, 1, 2, 2 },
		{ 0, 1, 0, 2, 0 },
	};

	for (int i = 0; i < 5; i++)
		ck_assert(!sqz_memory_map_valid(&BAD[i]));
}
END_TEST

TCase *sqz_timing_tests(void)
{
	TCase *tcase = tcase_create("timing");

	tcase_add_test(tcase, one_bank_moves_its_bytes_per_cycle);
	tcase_add_test(tcase, banks_work_side_by_side);
	tcase_add_test(tcase, a_busy_bank_makes_the_next_request_wait);
	tcase_add_test(tcase, an_unaligned_access_touches_two_lines);
	tcase_add_test(tcase, bank_settings_are_checked);
	tcase_add_test(tcase, dram_rows_miss_hit_and_conflict);
	tcase_add_test(tcase, an_open_row_streams_at_the_rate_of_the_bus);
	tcase_add_test(tcase, opening_a_bank_hides_behind_the_other_banks_data);
	tcase_add_test(tcase, parts_of_bursts_cost_whole_bursts);
	tcase_add_test(tcase, refresh_holds_the_banks_and_closes_the_rows);
	tcase_add_test(tcase, uses_of_one_bank_do_not_overlap);
	tcase_add_test(tcase, dram_settings_are_checked);
	tcase_add_test(tcase, a_map_knows_its_bytes);
	tcase_add_test(tcase, granules_go_round_the_nodes);
	tcase_add_test(tcase, maps_are_checked);
	return tcase;
}
