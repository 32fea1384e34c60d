/* Register tables: their shape, the access rules, the page made of them. */
#include "node/regs_decode.h"
#include "node/regs_doc.h"
#include "node_suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t IDS[SQZ_BLOCKS] = {
	[SQZ_BLOCK_CONTROLLER] = SQZ_ID_CONTROLLER,
	[SQZ_BLOCK_MAILBOX] = SQZ_ID_MAILBOX,
	[SQZ_BLOCK_COUNTERS] = SQZ_ID_COUNTERS,
	[SQZ_BLOCK_TILE] = SQZ_ID_TILE,
	[SQZ_BLOCK_BUFFER] = SQZ_ID_BUFFER,
};

START_TEST(every_block_starts_with_the_common_registers)
{
	static const char *const NAMES[] = { "ID",	   "VERSION",
					     "CTRL",	   "STATUS",
					     "IRQ_STATUS", "IRQ_ENABLE",
					     "CAPS" };
	const struct sqz_reg_block *block = sqz_reg_block(_i);

	if (_i == SQZ_BLOCK_RING)
		return;
	for (size_t i = 0; i < 7; i++) {
		const struct sqz_reg_info *reg = sqz_reg_find(block, 4 * i);

		ck_assert_ptr_nonnull(reg);
		ck_assert_str_eq(reg->name, NAMES[i]);
	}
	ck_assert_uint_eq(block->regs[0].reset, IDS[_i]);
	ck_assert_int_eq(block->regs[4].access, SQZ_ACCESS_W1C);
}
END_TEST

START_TEST(registers_are_aligned_and_unique)
{
	const struct sqz_reg_block *block = sqz_reg_block(_i);

	ck_assert_uint_le(block->reg_count, SQZ_REGS_MAX);
	for (size_t i = 0; i < block->reg_count; i++) {
		ck_assert_uint_eq(block->regs[i].offset % 4, 0);
		ck_assert_uint_lt(block->regs[i].offset / 4, SQZ_REGS_MAX);
		for (size_t k = 0; k < i; k++) {
			ck_assert_uint_ne(block->regs[i].offset,
					  block->regs[k].offset);
			ck_assert_str_ne(block->regs[i].name,
					 block->regs[k].name);
		}
	}
}
END_TEST

START_TEST(fields_fit_and_do_not_overlap)
{
	const struct sqz_reg_block *block = sqz_reg_block(_i);

	for (size_t i = 0; i < block->reg_count; i++) {
		uint64_t taken = 0;

		for (size_t k = 0; k < block->field_count; k++) {
			const struct sqz_reg_field_info *f = &block->fields[k];
			uint64_t mask = ((1ull << f->width) - 1) << f->lsb;

			if (strcmp(f->reg, block->regs[i].name) != 0)
				continue;
			ck_assert_uint_le(f->lsb + f->width, 32);
			ck_assert_uint_eq(taken & mask, 0);
			taken |= mask;
		}
	}
}
END_TEST

START_TEST(every_field_belongs_to_a_register)
{
	const struct sqz_reg_block *block = sqz_reg_block(_i);

	for (size_t k = 0; k < block->field_count; k++) {
		int found = 0;

		for (size_t i = 0; i < block->reg_count; i++)
			found +=
			    !strcmp(block->fields[k].reg, block->regs[i].name);
		ck_assert_int_eq(found, 1);
	}
}
END_TEST

START_TEST(a_fresh_file_reads_the_reset_values)
{
	struct sqz_reg_file file;

	sqz_reg_file_reset(&file, _i);
	for (size_t i = 0; i < file.block->reg_count; i++) {
		const struct sqz_reg_info *reg = &file.block->regs[i];
		uint64_t value = 0xdeadbeefcafe;
		bool readable = reg->access != SQZ_ACCESS_WO;

		ck_assert_int_eq(
		    sqz_reg_file_access(&file, reg->offset, 4, false, &value),
		    readable ? SQZ_OK : SQZ_ERR_ADDRESS);
		ck_assert_uint_eq(value,
				  readable ? reg->reset : 0xdeadbeefcafe);
	}
}
END_TEST

START_TEST(writes_follow_the_access_rules)
{
	struct sqz_reg_file file;

	for (size_t i = 0; i < sqz_reg_block(_i)->reg_count; i++) {
		const struct sqz_reg_info *reg = &sqz_reg_block(_i)->regs[i];
		uint64_t value = 0xffffffff5a5a0ff0;

		sqz_reg_file_reset(&file, _i);
		sqz_reg_set(&file, reg->offset, 0x0000ffff);

		enum sqz_status status =
		    sqz_reg_file_access(&file, reg->offset, 4, true, &value);
		uint32_t now = sqz_reg_get(&file, reg->offset);

		ck_assert_int_eq(status, reg->access == SQZ_ACCESS_RO
					     ? SQZ_ERR_ADDRESS
					     : SQZ_OK);
		if (reg->access == SQZ_ACCESS_RW)
			ck_assert_uint_eq(now, 0x5a5a0ff0);
		else if (reg->access == SQZ_ACCESS_W1C)
			ck_assert_uint_eq(now, 0x0000f00f);
		else
			ck_assert_uint_eq(now, 0x0000ffff);
	}
}
END_TEST

START_TEST(other_sizes_and_holes_fault)
{
	const struct sqz_reg_block *block = sqz_reg_block(_i);
	uint32_t end = 4 * (uint32_t)block->reg_count;

	for (uint32_t size = 0; size <= 16; size++)
		ck_assert_int_eq(!sqz_reg_check(block, 0, size, false),
				 size != 4);
	for (uint32_t offset = 1; offset < 4; offset++)
		ck_assert_ptr_null(sqz_reg_check(block, offset, 4, false));
	ck_assert_ptr_null(sqz_reg_check(block, end, 4, false));
	ck_assert_ptr_null(sqz_reg_check(block, UINT64_MAX - 3, 4, true));
	ck_assert_ptr_null(sqz_reg_check(block, 1ull << 34, 4, true));
}
END_TEST

START_TEST(faults_have_a_reason)
{
	const struct sqz_reg_block *block = sqz_reg_block(SQZ_BLOCK_RING);

	ck_assert_ptr_null(sqz_reg_fault(block, SQZ_RING_TAIL, 4, true));
	ck_assert_str_eq(sqz_reg_fault(block, SQZ_RING_HEAD, 4, true),
			 "write to a read-only register");
	ck_assert_str_eq(sqz_reg_fault(block, SQZ_RING_ABORT, 4, false),
			 "read of a write-only register");
	ck_assert_str_eq(sqz_reg_fault(block, 0xfc, 4, false),
			 "no register at this offset");
	ck_assert_str_eq(sqz_reg_fault(block, 2, 4, false),
			 "misaligned register access");
	ck_assert_str_eq(sqz_reg_fault(block, 0, 8, false),
			 "registers take 32-bit accesses only");
}
END_TEST

START_TEST(pairs_hold_64_bits)
{
	struct sqz_reg_file file;

	sqz_reg_file_reset(&file, SQZ_BLOCK_TILE);
	sqz_reg_set64(&file, SQZ_TILE_READS_LO, 0x123456789abcdef0);
	ck_assert_uint_eq(sqz_reg_get(&file, SQZ_TILE_READS_LO), 0x9abcdef0);
	ck_assert_uint_eq(sqz_reg_get(&file, SQZ_TILE_READS_HI), 0x12345678);
	ck_assert_uint_eq(sqz_reg_get64(&file, SQZ_TILE_READS_LO),
			  0x123456789abcdef0);
}
END_TEST

START_TEST(the_committed_page_is_up_to_date)
{
	char *made = NULL;
	size_t made_bytes = 0;
	FILE *memory = open_memstream(&made, &made_bytes);
	FILE *file = fopen("docs/registers.md", "r");

	ck_assert_ptr_nonnull(memory);
	ck_assert_msg(file, "docs/registers.md is missing");
	sqz_regs_doc(memory);
	fclose(memory);

	char *kept = malloc(made_bytes + 1);
	size_t kept_bytes = fread(kept, 1, made_bytes + 1, file);

	fclose(file);
	ck_assert_msg(kept_bytes == made_bytes &&
			  memcmp(kept, made, made_bytes) == 0,
		      "run sqz-regdoc docs/registers.md");
	free(kept);
	free(made);
}
END_TEST

TCase *sqz_regs_tests(void)
{
	TCase *tcase = tcase_create("registers");

	tcase_add_loop_test(tcase, every_block_starts_with_the_common_registers,
			    0, SQZ_BLOCKS);
	tcase_add_loop_test(tcase, registers_are_aligned_and_unique, 0,
			    SQZ_BLOCKS);
	tcase_add_loop_test(tcase, fields_fit_and_do_not_overlap, 0,
			    SQZ_BLOCKS);
	tcase_add_loop_test(tcase, every_field_belongs_to_a_register, 0,
			    SQZ_BLOCKS);
	tcase_add_loop_test(tcase, a_fresh_file_reads_the_reset_values, 0,
			    SQZ_BLOCKS);
	tcase_add_loop_test(tcase, writes_follow_the_access_rules, 0,
			    SQZ_BLOCKS);
	tcase_add_loop_test(tcase, other_sizes_and_holes_fault, 0, SQZ_BLOCKS);
	tcase_add_test(tcase, faults_have_a_reason);
	tcase_add_test(tcase, pairs_hold_64_bits);
	tcase_add_test(tcase, the_committed_page_is_up_to_date);
	return tcase;
}
