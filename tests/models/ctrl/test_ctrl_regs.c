/* The controller's window: registers, rings, node table; node interrupts;
 * configuration. */
#include "ctrl_suites.h"
#include "node/regs_decode.h"
#include "rig.h"

#include <string.h>

/* The value after creation: the table's, but for what describes the chip. */
static uint32_t expected_reset(const struct sqz_reg_info *reg)
{
	switch (reg->offset) {
	case SQZ_CONTROLLER_CAPS:
		return 64u << 16 | 8 << 8 | 4;
	case SQZ_CONTROLLER_NODES:
		return NODES;
	case SQZ_CONTROLLER_MESH:
		return 4u << 16 | 4;
	default:
		return reg->reset;
	}
}

static enum sqz_status access(uint64_t offset, uint32_t size, bool is_write)
{
	uint64_t value = 0x10; /* neither RESET nor ABORT */

	return sqz_controller_reg_access(rig.ctl, offset, size, is_write,
					 &value);
}

static void check_access(uint64_t offset, enum sqz_reg_access rule)
{
	ck_assert_int_eq(access(offset, 4, false),
			 rule == SQZ_ACCESS_WO ? SQZ_ERR_ADDRESS : SQZ_OK);
	for (uint32_t size = 0; size <= 16; size++) {
		if (size == 4)
			continue;
		ck_assert_int_eq(access(offset, size, false), SQZ_ERR_ADDRESS);
		ck_assert_int_eq(access(offset, size, true), SQZ_ERR_ADDRESS);
	}
	ck_assert_int_eq(access(offset + 1, 4, false), SQZ_ERR_ADDRESS);
	ck_assert_int_eq(access(offset + 2, 4, true), SQZ_ERR_ADDRESS);
	ck_assert_int_eq(access(offset, 4, true),
			 rule == SQZ_ACCESS_RO ? SQZ_ERR_ADDRESS : SQZ_OK);
}

START_TEST(every_controller_register)
{
	const struct sqz_reg_block *block = sqz_reg_block(SQZ_BLOCK_CONTROLLER);

	for (size_t i = 0; i < block->reg_count; i++)
		ck_assert_uint_eq(rig_read(block->regs[i].offset),
				  expected_reset(&block->regs[i]));
	for (size_t i = 0; i < block->reg_count; i++)
		check_access(block->regs[i].offset, block->regs[i].access);
}
END_TEST

START_TEST(every_ring_register)
{
	const struct sqz_reg_block *block = sqz_reg_block(SQZ_BLOCK_RING);

	for (unsigned r = 0; r < 4; r++)
		for (size_t i = 0; i < block->reg_count; i++) {
			const struct sqz_reg_info *reg = &block->regs[i];
			uint64_t offset =
			    SQZ_RING_OFFSET + r * SQZ_RING_STRIDE + reg->offset;

			if (reg->access != SQZ_ACCESS_WO)
				ck_assert_uint_eq(rig_ring_read(r, reg->offset),
						  reg->reset);
			check_access(offset, reg->access);
		}
}
END_TEST

START_TEST(holes_fault)
{
	static const uint64_t HOLES[] = {
		0x40,
		SQZ_RING_OFFSET - 4,
		SQZ_RING_OFFSET + 0x34,
		SQZ_RING_OFFSET + 4 * SQZ_RING_STRIDE,
		SQZ_NODE_TABLE_OFFSET - 4,
		SQZ_NODE_TABLE_OFFSET + NODES * SQZ_NODE_ENTRY_BYTES,
		SQZ_CONTROLLER_BYTES,
		1ull << 40,
		UINT64_MAX - 3,
	};

	for (int i = 0; i < 9; i++) {
		ck_assert_int_eq(access(HOLES[i], 4, false), SQZ_ERR_ADDRESS);
		ck_assert_int_eq(access(HOLES[i], 4, true), SQZ_ERR_ADDRESS);
	}
}
END_TEST

START_TEST(the_node_table_reads_as_it_was_given)
{
	struct sqz_node_entry entry;
	uint64_t value;

	for (uint32_t i = 0; i < NODES; i++) {
		for (uint32_t k = 0; k < SQZ_NODE_ENTRY_BYTES; k += 4) {
			uint32_t word = rig_read(SQZ_NODE_TABLE_OFFSET +
						 i * SQZ_NODE_ENTRY_BYTES + k);

			memcpy((uint8_t *)&entry + k, &word, 4);
		}
		ck_assert_mem_eq(&entry, &rig.nodes[i], sizeof(entry));
	}
	/* 64 bits in one piece, and bytes. */
	uint64_t window = SQZ_NODE_TABLE_OFFSET +
			  BUFFER * SQZ_NODE_ENTRY_BYTES +
			  offsetof(struct sqz_node_entry, window);

	ck_assert_int_eq(
	    sqz_controller_reg_access(rig.ctl, window, 8, false, &value),
	    SQZ_OK);
	ck_assert_uint_eq(value, BUFFER_BASE);
	ck_assert_int_eq(sqz_controller_reg_access(rig.ctl,
						   SQZ_NODE_TABLE_OFFSET + 128,
						   1, false, &value),
			 SQZ_OK);
	ck_assert_uint_eq(value, SQZ_NODE_TILE);
	ck_assert_int_eq(access(window + 4, 8, false), SQZ_ERR_ADDRESS);
	ck_assert_int_eq(access(window, 3, false), SQZ_ERR_ADDRESS);
	ck_assert_int_eq(access(window, 4, true), SQZ_ERR_ADDRESS);
}
END_TEST

START_TEST(faults_name_register_and_reason)
{
	char name[40];
	static const struct {
		uint64_t offset;
		uint32_t size;
		bool is_write;
		const char *name, *reason;
	} CASES[] = {
		{ SQZ_CONTROLLER_ID, 4, true, "controller.ID",
		  "write to a read-only register" },
		{ SQZ_CONTROLLER_CTRL, 8, true, "controller.CTRL",
		  "registers take 32-bit accesses only" },
		{ SQZ_RING_OFFSET + 2 * SQZ_RING_STRIDE + SQZ_RING_ABORT, 4,
		  false, "ring 2.ABORT", "read of a write-only register" },
		{ 0x800, 4, false, "controller",
		  "no register at this offset" },
		{ SQZ_NODE_TABLE_OFFSET, 4, true, "node table",
		  "write to the read-only node table" },
		{ SQZ_NODE_TABLE_OFFSET + 2, 4, false, "node table",
		  "misaligned access or wrong size" },
		{ 0x900000, 4, false, "?", "no register at this offset" },
		{ SQZ_CONTROLLER_CTRL, 4, true, "controller.CTRL", NULL },
	};

	const char *reason =
	    sqz_controller_fault(rig.ctl, CASES[_i].offset, CASES[_i].size,
				 CASES[_i].is_write, name, sizeof(name));

	ck_assert_str_eq(name, CASES[_i].name);
	ck_assert_pstr_eq(reason, CASES[_i].reason);
}
END_TEST

static void interrupt_from(int node)
{
	harness_send(&rig.chip,
		     harness_packet(&rig.chip, node, 0, SQZ_PKT_IRQ));
	harness_run(&rig.chip);
}

START_TEST(node_interrupts_queue_up)
{
	uint32_t bit = sqz_bits(SQZ_CONTROLLER_IRQ_STATUS_NODE, 1);

	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, bit);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_NODE_IRQ), SQZ_NO_NODE);
	interrupt_from(TILE + 3);
	interrupt_from(TILE);
	interrupt_from(TILE + 3); /* known already */
	ck_assert(rig.lines[SQZ_IRQ_ERROR]);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_NODE_IRQ), TILE + 3);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), bit);
	/* Clearing the status does not forget the node. */
	rig_write(SQZ_CONTROLLER_IRQ_STATUS, bit);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), bit);
	rig_write(SQZ_CONTROLLER_NODE_IRQ, 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_NODE_IRQ), TILE);
	ck_assert(rig.lines[SQZ_IRQ_ERROR]);
	rig_write(SQZ_CONTROLLER_NODE_IRQ, 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_NODE_IRQ), SQZ_NO_NODE);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), 0);
	ck_assert(!rig.lines[SQZ_IRQ_ERROR]);
	rig_write(SQZ_CONTROLLER_NODE_IRQ, 0); /* of none: nothing */
}
END_TEST

START_TEST(lines_follow_status_and_enable)
{
	struct sqz_desc desc = rig_fence(1);
	struct sqz_desc bad = { .type = 77, .flags = SQZ_DESC_F_IRQ };

	desc.flags = SQZ_DESC_F_IRQ;
	rig_open(1, 8);
	rig_enable();
	rig_push(1, &desc);
	rig_push(1, &bad);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS),
			  1u << 1 | 1u << 16);
	ck_assert(!rig.lines[SQZ_IRQ_RING0 + 1]);
	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, 1u << 1);
	ck_assert(rig.lines[SQZ_IRQ_RING0 + 1]);
	ck_assert(!rig.lines[SQZ_IRQ_ERROR]);
	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, 1u << 16);
	ck_assert(!rig.lines[SQZ_IRQ_RING0 + 1]);
	ck_assert(rig.lines[SQZ_IRQ_ERROR]);
	rig_write(SQZ_CONTROLLER_IRQ_STATUS, 1u << 16);
	ck_assert(!rig.lines[SQZ_IRQ_ERROR]);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), 1u << 1);
}
END_TEST

START_TEST(a_handler_may_acknowledge_within_the_interrupt)
{
	struct sqz_desc desc = rig_fence(1);

	desc.flags = SQZ_DESC_F_IRQ;
	rig.acknowledge = true;
	rig_open(1, 8);
	rig_enable();
	rig_write(SQZ_CONTROLLER_IRQ_ENABLE, 0xffffffff);
	for (int i = 0; i < 3; i++)
		rig_push(1, &desc);
	harness_run(&rig.chip);
	ck_assert_int_eq(rig.line_changes, 6);
	ck_assert(!rig.lines[SQZ_IRQ_RING0 + 1]);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_IRQ_STATUS), 0);
}
END_TEST

START_TEST(an_error_stays_until_it_is_acknowledged)
{
	struct sqz_desc bad = rig_program(1, 14, 0);

	rig_open(0, 8);
	rig_enable();
	rig_push(0, &bad);
	harness_run(&rig.chip);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS),
			  sqz_bits(SQZ_CONTROLLER_STATUS_ERROR, 1));
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_CODE), SQZ_ERR_NODE);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_NODE), 14);
	rig_write(SQZ_CONTROLLER_ERROR_CODE, 0xffffffff);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_STATUS), 0);
	ck_assert_uint_eq(rig_read(SQZ_CONTROLLER_ERROR_NODE), SQZ_NO_NODE);
}
END_TEST

START_TEST(configurations_are_checked)
{
	struct sqz_controller_config bad[12];
	struct sqz_error err = { "" };

	for (int i = 0; i < 12; i++)
		bad[i] = rig.config;
	bad[0].rings = 0;
	bad[1].rings = SQZ_CONTROLLER_RINGS_MAX + 1;
	bad[2].in_flight = 3;
	bad[3].in_flight = 256;
	bad[4].copy_bytes = 0;
	bad[5].copy_bytes = SQZ_PACKET_MAX_PAYLOAD + 1;
	bad[6].copy_outstanding = 0;
	bad[7].copy_outstanding = SQZ_CONTROLLER_COPIES_MAX + 1;
	bad[8].node_count = 0;
	bad[9].node = NODES;
	bad[10].mesh_width = 5;
	bad[11].abort_timeout_ps = SQZ_NEVER;
	for (int i = 0; i < 12; i++) {
		err.text[0] = 0;
		ck_assert_ptr_null(sqz_controller_create(
		    &bad[i], harness_env(&rig.chip, 0), &err));
		ck_assert_str_ne(err.text, "");
	}
}
END_TEST

TCase *sqz_ctrl_regs_tests(void)
{
	TCase *tcase = tcase_create("registers");

	tcase_add_checked_fixture(tcase, rig_start, rig_stop);
	tcase_add_test(tcase, every_controller_register);
	tcase_add_test(tcase, every_ring_register);
	tcase_add_test(tcase, holes_fault);
	tcase_add_test(tcase, the_node_table_reads_as_it_was_given);
	tcase_add_loop_test(tcase, faults_name_register_and_reason, 0, 8);
	tcase_add_test(tcase, node_interrupts_queue_up);
	tcase_add_test(tcase, lines_follow_status_and_enable);
	tcase_add_test(tcase, a_handler_may_acknowledge_within_the_interrupt);
	tcase_add_test(tcase, an_error_stays_until_it_is_acknowledged);
	tcase_add_test(tcase, configurations_are_checked);
	return tcase;
}
