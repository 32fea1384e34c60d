/* COPY: every byte arrives, with at most so many chunks open. */
#include "ctrl_suites.h"
#include "rig.h"

#include <string.h>

static void start(void)
{
	rig_start();
	rig_open(0, 8);
	rig_enable();
	for (unsigned i = 0; i < FLASH_BYTES; i++)
		sqz_memory_data(rig.flash)[i] = (uint8_t)(i * 13 + i / 256);
}

START_TEST(copies_of_any_length_and_alignment)
{
	static const uint32_t LENGTHS[] = { 1, 7, 255, 256, 257, 1023, 4000 };
	static const uint32_t SHIFTS[] = { 0, 1, 63 };
	uint32_t length = LENGTHS[_i % 7];
	uint32_t shift = SHIFTS[_i / 7];
	uint8_t *to = rig.bytes + (DATA_ADDR - SQZ_DRAM_BASE);
	struct sqz_desc desc =
	    rig_copy(1, SQZ_FLASH_BASE + shift, DATA_ADDR + shift, length);

	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
	ck_assert_mem_eq(to + shift, sqz_memory_data(rig.flash) + shift,
			 length);
	ck_assert_uint_eq(to[shift + length], 0);
	ck_assert_uint_eq(sqz_controller_counters(rig.ctl)->copied_bytes,
			  length);
	/* Chunks of 256 bytes; the descriptor is read as well. */
	ck_assert_uint_eq(sqz_memory_counters(rig.flash).reads,
			  (length + 255) / 256);
}
END_TEST

START_TEST(as_many_chunks_are_open_as_allowed)
{
	struct sqz_desc desc = rig_copy(1, SQZ_FLASH_BASE, DATA_ADDR, 4096);

	/* Data cannot be passed on: the controller asks for four chunks. */
	harness_block(&rig.chip, 0, SQZ_CLASS_RESULT, true);
	rig_push(0, &desc);
	harness_run(&rig.chip);
	ck_assert_uint_eq(sqz_memory_counters(rig.flash).reads, 4);
	harness_block(&rig.chip, 0, SQZ_CLASS_RESULT, false);
	rig_expect(0, 0, 1, SQZ_OK);
	ck_assert_uint_eq(sqz_memory_counters(rig.flash).reads, 16);
}
END_TEST

/* A second DRAM node behind the first. The node table is copied at creation, so
 * the chip is made anew. */
static struct sqz_memory *add_dram(void)
{
	const struct sqz_memory_config config = {
		.kind = SQZ_MEMORY_DRAM,
		.map = { SQZ_DRAM_BASE + DRAM_BYTES, 0x1000, 0, 1, 0 },
		.queue_depth = 4,
		.dram = { 4, 1024, 64, 1000, 3000, 3000, 3000, 0, 0 },
	};

	rig_stop();
	rig_prepare();
	rig.nodes[12].kind = SQZ_NODE_DRAM;
	rig_build();
	rig_open(0, 8);
	rig_enable();

	struct sqz_memory *memory =
	    sqz_memory_create(&config, harness_env(&rig.chip, 12), NULL);

	ck_assert_ptr_nonnull(memory);
	harness_attach(&rig.chip, 12, &sqz_memory_ops, memory);
	harness_range(&rig.chip, config.map.base, config.map.bytes, 12);
	return memory;
}

START_TEST(chunks_are_cut_where_the_source_changes_nodes)
{
	struct sqz_memory *memory = add_dram();
	struct sqz_desc desc =
	    rig_copy(1, SQZ_DRAM_BASE + DRAM_BYTES - 100, DATA_ADDR, 200);

	memset(rig.bytes + DRAM_BYTES - 100, 0xaa, 100);
	memset(sqz_memory_data(memory), 0xbb, 100);
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
	for (unsigned i = 0; i < 200; i++)
		ck_assert_uint_eq(rig.bytes[DATA_ADDR - SQZ_DRAM_BASE + i],
				  i < 100 ? 0xaa : 0xbb);
	ck_assert_uint_eq(sqz_memory_counters(memory).reads, 1);
	ck_assert_uint_eq(sqz_memory_counters(memory).read_bytes, 100);
	sqz_memory_destroy(memory);
}
END_TEST

START_TEST(chunks_are_cut_where_the_destination_changes_nodes)
{
	struct sqz_memory *memory = add_dram();
	struct sqz_desc desc =
	    rig_copy(1, DATA_ADDR, SQZ_DRAM_BASE + DRAM_BYTES - 100, 200);

	memset(rig.bytes + (DATA_ADDR - SQZ_DRAM_BASE), 0xaa, 100);
	memset(rig.bytes + (DATA_ADDR - SQZ_DRAM_BASE) + 100, 0xbb, 100);
	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_OK);
	for (unsigned i = 0; i < 100; i++) {
		ck_assert_uint_eq(rig.bytes[DRAM_BYTES - 100 + i], 0xaa);
		ck_assert_uint_eq(sqz_memory_data(memory)[i], 0xbb);
	}
	ck_assert_uint_eq(sqz_memory_counters(memory).writes, 1);
	sqz_memory_destroy(memory);
}
END_TEST

START_TEST(bad_addresses_end_a_copy)
{
	static const struct {
		uint64_t src, dst, address;
		uint32_t node;
	} BAD[] = {
		{ 0, DATA_ADDR, 0, SQZ_NO_NODE },
		{ SQZ_FLASH_BASE, 0, 0, SQZ_NO_NODE },
		{ SQZ_FLASH_BASE, SQZ_FLASH_BASE, SQZ_FLASH_BASE, FLASH },
		{ SQZ_FLASH_BASE + FLASH_BYTES - 300, DATA_ADDR,
		  SQZ_FLASH_BASE + FLASH_BYTES, SQZ_NO_NODE },
		{ BUFFER_BASE + BUFFER_BYTES, DATA_ADDR,
		  BUFFER_BASE + BUFFER_BYTES, BUFFER },
		{ SQZ_FLASH_BASE,
		  TILE_BASE + TILE * (uint64_t)SQZ_TILE_WINDOW_BYTES,
		  TILE_BASE + TILE * (uint64_t)SQZ_TILE_WINDOW_BYTES,
		  SQZ_NO_NODE },
	};
	struct sqz_desc desc = rig_copy(1, BAD[_i].src, BAD[_i].dst, 1000);
	struct sqz_desc good = rig_copy(2, SQZ_FLASH_BASE, DATA_ADDR, 100);

	rig_push(0, &desc);
	rig_push(0, &good);
	harness_run(&rig.chip);

	struct sqz_completion first = rig_completion(0, 0);
	struct sqz_completion second = rig_completion(0, 1);
	struct sqz_completion *bad = first.cookie == 1 ? &first : &second;

	ck_assert_uint_eq(rig_ring_read(0, SQZ_RING_CTAIL), 2);
	ck_assert_uint_eq(bad->status, SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(bad->address, BAD[_i].address);
	ck_assert_uint_eq(bad->node, BAD[_i].node);
	ck_assert_uint_eq((bad == &first ? second : first).status, SQZ_OK);
}
END_TEST

START_TEST(the_largest_length_does_not_run_away)
{
	struct sqz_desc desc =
	    rig_copy(1, SQZ_FLASH_BASE, DATA_ADDR, UINT32_MAX);

	rig_push(0, &desc);
	rig_expect(0, 0, 1, SQZ_ERR_ADDRESS);
	ck_assert_uint_eq(rig_completion(0, 0).address,
			  SQZ_FLASH_BASE + FLASH_BYTES);
}
END_TEST

TCase *sqz_ctrl_copy_tests(void)
{
	TCase *tcase = tcase_create("copy");

	tcase_add_checked_fixture(tcase, start, rig_stop);
	tcase_add_loop_test(tcase, copies_of_any_length_and_alignment, 0, 21);
	tcase_add_test(tcase, as_many_chunks_are_open_as_allowed);
	tcase_add_test(tcase, chunks_are_cut_where_the_source_changes_nodes);
	tcase_add_test(tcase,
		       chunks_are_cut_where_the_destination_changes_nodes);
	tcase_add_loop_test(tcase, bad_addresses_end_a_copy, 0, 6);
	tcase_add_test(tcase, the_largest_length_does_not_run_away);
	return tcase;
}
