/*
 * The interpreter's interface: budgets and costs, memory regions, the bus,
 * changing code, breakpoints, traced calls.
 */
#include "models/cpu/rig.h"

#include "suite.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table[0]))

enum { ALL = SQZ_CPU_R | SQZ_CPU_W | SQZ_CPU_X };

/* ---- budget and cost ---- */

START_TEST(budget_ends_the_run)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_ADDI(5, 5, 1), RV_JAL(0, -4));
	for (uint64_t n = 1; n < 50; n++) {
		uint64_t before = sqz_cpu_cycles(r->cpu);
		struct sqz_cpu_result result = sqz_cpu_run(r->cpu, n);

		ck_assert_int_eq(result.reason, SQZ_CPU_BUDGET);
		ck_assert_uint_ge(result.cycles, n);
		ck_assert_uint_le(result.cycles, n + 1);
		ck_assert_uint_eq(sqz_cpu_cycles(r->cpu),
				  before + result.cycles);
	}
	ck_assert_uint_eq(sqz_cpu_run(r->cpu, 0).cycles, 0);
	ck_assert_uint_eq(sqz_cpu_instret(r->cpu), sqz_cpu_cycles(r->cpu));
	ck_assert_uint_eq(rig_x(r, 5), sqz_cpu_instret(r->cpu) / 2);
	rig_destroy(r);
}
END_TEST

START_TEST(budget_without_end)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_NOP, RV_WFI);
	sqz_cpu_step(r->cpu);
	ck_assert_int_eq(sqz_cpu_run(r->cpu, UINT64_MAX).reason, SQZ_CPU_WFI);
	rig_destroy(r);
}
END_TEST

START_TEST(slices_do_not_change_the_course)
{
	uint64_t cycles[3], instret[3];
	static const uint64_t slice[] = { 1, 7, 100000 };

	for (int k = 0; k < 3; k++) {
		struct rig *r = rig_create_with_costs();
		struct sqz_cpu_result result;

		sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
		RIG_PROGRAM(r, RV_ADDI(6, 0, 200), RV_LW(7, 0, 5),
			    RV_ADDI(7, 7, 3), RV_SW(7, 0, 5), RV_ADDI(6, 6, -1),
			    RV_BNE(6, 0, -16), RV_EBREAK);
		do
			result = sqz_cpu_run(r->cpu, slice[k]);
		while (result.reason == SQZ_CPU_BUDGET);
		ck_assert_uint_eq(rig_load(r, RIG_DATA), 600);
		cycles[k] = sqz_cpu_cycles(r->cpu);
		instret[k] = sqz_cpu_instret(r->cpu);
		rig_destroy(r);
	}
	ck_assert_uint_eq(cycles[0], cycles[1]);
	ck_assert_uint_eq(cycles[0], cycles[2]);
	ck_assert_uint_eq(instret[0], instret[2]);
	ck_assert_uint_eq(instret[0], 1001);
}
END_TEST

struct cost {
	const char *name;
	uint32_t bits;
	uint64_t cycles;
};

/* The default constants, and 5 to read, 7 to write, 11 to fetch on top. */
static const struct cost costs[] = {
	{ "addi", RV_NOP, 11 + 1 },
	{ "mul", RV_MUL(6, 7, 7), 11 + 3 },
	{ "div", RV_DIV(6, 7, 7), 11 + 20 },
	{ "lw", RV_LW(6, 0, 5), 11 + 2 + 5 },
	{ "sw", RV_SW(6, 0, 5), 11 + 1 + 7 },
	{ "lr", RV_LR_W(6, 5), 11 + 6 + 5 },
	{ "amoadd", RV_AMOADD_W(6, 7, 5), 11 + 6 + 5 + 7 },
	{ "csrr", RV_CSRRS(6, CSR_MSCRATCH, 0), 11 + 2 },
	{ "jal", RV_JAL(0, 4), 11 + 2 },
	{ "beq, taken", RV_BEQ(0, 0, 4), 11 + 1 + 1 },
	{ "bne, not taken", RV_BNE(0, 0, 8), 11 + 1 },
	{ "fence", RV_FENCE, 11 + 1 },
	{ "fence.i", RV_FENCE_I, 11 + 1 },
	{ "ecall", RV_ECALL, 4 }, /* does not complete: only the entry */
	{ "lw, device", RV_LW(6, 0, 8), 11 + 2 },
	{ "sw, device", RV_SW(6, 0, 8), 11 + 1 },
};

START_TEST(each_kind_has_its_cost)
{
	struct rig *r = rig_create_with_costs();
	struct sqz_cpu_region region = { .base = RIG_RAM,
					 .size = RIG_RAM_BYTES,
					 .host = r->ram,
					 .flags = ALL,
					 .read_cycles = 5,
					 .write_cycles = 7,
					 .fetch_cycles = 11 };

	ck_assert_int_eq(sqz_cpu_map(r->cpu, &region), 0);
	for (size_t k = 0; k < COUNT(costs); k++) {
		sqz_cpu_set_pc(r->cpu, RIG_CODE);
		sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
		sqz_cpu_set_reg(r->cpu, 8, RIG_DEVICE);
		RIG_PROGRAM(r, costs[k].bits);
		ck_assert_msg(sqz_cpu_step(r->cpu).cycles == costs[k].cycles,
			      "%s", costs[k].name);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(cost_counts_the_region_accessed)
{
	struct rig *r = rig_create();
	static uint8_t slow[0x1000];
	struct sqz_cpu_region region = { .base = 0x20000000,
					 .size = sizeof(slow),
					 .host = slow,
					 .flags = SQZ_CPU_R | SQZ_CPU_W,
					 .read_cycles = 40,
					 .write_cycles = 90 };
	uint64_t cycles;

	ck_assert_int_eq(sqz_cpu_map(r->cpu, &region), 0);
	sqz_cpu_set_reg(r->cpu, 5, 0x20000000);
	sqz_cpu_set_reg(r->cpu, 8, RIG_DATA);
	RIG_PROGRAM(r, RV_SW(5, 8, 5), RV_LW(6, 8, 5), RV_LW(7, 8, 8),
		    RV_CSRRS(9, CSR_MCYCLE, 0), RV_EBREAK);
	rig_run(r);
	cycles = rig_x(r, 9);
	ck_assert_uint_eq(cycles, 3 + 40 + 90);
	ck_assert_uint_eq(rig_x(r, 6), 0x20000000);
	ck_assert_uint_eq(r->accesses, 0);
	rig_destroy(r);
}
END_TEST

START_TEST(bad_configurations)
{
	struct sqz_cpu_config config;
	static const struct sqz_cpu_ops none = { 0 };

	sqz_cpu_config_default(&config);
	ck_assert_ptr_null(sqz_cpu_create(&config));
	config.ops = &none;
	ck_assert_ptr_null(sqz_cpu_create(&config));
	struct rig *r = rig_create();
	config = r->config;
	config.cycles[SQZ_CPU_ALU] = 0;
	ck_assert_ptr_null(sqz_cpu_create(&config));
	rig_destroy(r);
}
END_TEST

/* ---- the bus ---- */

START_TEST(bus_sees_a_synced_state)
{
	struct rig *r = rig_create();
	uint64_t instret[] = { 2, 4 };

	r->answer = 0xfffffff0;
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	RIG_PROGRAM(r, RV_NOP, RV_NOP, RV_LW(6, 8, 5), RV_ADDI(7, 6, 1),
		    RV_SB(7, -1, 5), RV_NOP, RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 0xfffffffffffffff0);
	ck_assert_uint_eq(r->accesses, 2);
	for (unsigned k = 0; k < 2; k++) {
		ck_assert_uint_eq(r->access[k].instret, instret[k]);
		ck_assert_uint_eq(r->access[k].cycles, instret[k]);
		ck_assert_uint_eq(r->access[k].pc, RIG_CODE + 4 * instret[k]);
	}
	ck_assert_uint_eq(r->access[0].addr, RIG_DEVICE + 8);
	ck_assert_uint_eq(r->access[0].size, 4);
	ck_assert(!r->access[0].write);
	ck_assert_uint_eq(r->access[1].addr, RIG_DEVICE - 1);
	ck_assert_uint_eq(r->access[1].size, 1);
	ck_assert_uint_eq(r->access[1].value & 0xff, 0xf1);
	ck_assert_uint_eq(rig_csr(r, CSR_MINSTRET), 6);
	rig_destroy(r);
}
END_TEST

static void stall(struct rig *r)
{
	sqz_cpu_add_cycles(r->cpu, 1000);
}

START_TEST(bus_may_stall)
{
	struct rig *r = rig_create();

	r->on_access = stall;
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	RIG_PROGRAM(r, RV_LW(6, 0, 5), RV_CSRRS(7, CSR_MCYCLE, 0), RV_NOP,
		    RV_EBREAK);
	/* The stall uses up the budget behind the access. */
	ck_assert_uint_eq(sqz_cpu_run(r->cpu, 100).cycles, 1001);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 4);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 1001);
	rig_destroy(r);
}
END_TEST

static void stop(struct rig *r)
{
	sqz_cpu_stop(r->cpu);
}

START_TEST(stop_takes_effect_after_the_access)
{
	struct rig *r = rig_create();

	r->on_access = stop;
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	RIG_PROGRAM(r, RV_SW(0, 0, 5), RV_ADDI(7, 0, 1), RV_EBREAK);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_STOPPED);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 4);
	ck_assert_uint_eq(rig_x(r, 7), 0);
	/* The next run goes on; a stop outside holds for one run. */
	sqz_cpu_stop(r->cpu);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_STOPPED);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 1);
	rig_destroy(r);
}
END_TEST

START_TEST(access_across_the_border_is_split)
{
	struct rig *r = rig_create();
	uint64_t end = RIG_RAM + RIG_RAM_BYTES;

	r->answer = 0xabcdef99; /* only the low byte counts */
	r->ram[RIG_RAM_BYTES - 2] = 0x11;
	r->ram[RIG_RAM_BYTES - 1] = 0x22;
	sqz_cpu_set_reg(r->cpu, 5, end);
	sqz_cpu_set_reg(r->cpu, 7, 0x44332211);
	RIG_PROGRAM(r, RV_LW(6, -2, 5), RV_SW(7, -3, 5), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 0xffffffff99992211);
	ck_assert_uint_eq(r->accesses, 3);
	ck_assert_uint_eq(r->access[0].addr, end);
	ck_assert_uint_eq(r->access[1].addr, end + 1);
	ck_assert_uint_eq(r->access[2].addr, end);
	ck_assert_uint_eq(r->access[2].size, 1);
	ck_assert_uint_eq(r->access[2].value & 0xff, 0x44);
	ck_assert_uint_eq(r->ram[RIG_RAM_BYTES - 3], 0x11);
	ck_assert_uint_eq(r->ram[RIG_RAM_BYTES - 1], 0x33);
	rig_destroy(r);
}
END_TEST

START_TEST(atomics_over_the_bus)
{
	struct rig *r = rig_create();

	r->memory = true;
	r->answer = 0x80000000;
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	sqz_cpu_set_reg(r->cpu, 7, 5);
	RIG_PROGRAM(r, RV_AMOADD_W(6, 7, 5), RV_LR_W(8, 5), RV_SC_W(9, 7, 5),
		    RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(r->traps, 2); /* ebreak and the handler's */
	ck_assert_uint_eq(rig_x(r, 6), 0xffffffff80000000);
	ck_assert_uint_eq(rig_x(r, 8), 0xffffffff80000000);
	ck_assert_uint_eq(rig_x(r, 9), 0);
	ck_assert_uint_eq(r->accesses, 5);
	ck_assert_uint_eq(r->access[1].value & 0xffffffff, 0x80000005);
	ck_assert_uint_eq(r->access[4].value, 5);
	rig_destroy(r);
}
END_TEST

/* ---- regions ---- */

START_TEST(withdrawn_page_goes_to_the_bus)
{
	struct rig *r = rig_create();

	rig_store(r, RIG_DATA, 1);
	rig_store(r, RIG_DATA + 0x1000, 2);
	r->answer = 77;
	sqz_cpu_set_reg(r->cpu, 5, RIG_DATA + 0x1000);
	RIG_PROGRAM(r, RV_LD(6, 0, 5), RV_LD(7, -8, 5), RV_SD(7, 0, 5),
		    RV_EBREAK);
	ck_assert_int_eq(sqz_cpu_unmap(r->cpu, RIG_DATA + 0x1000, 0x1000), 0);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 77);
	ck_assert_uint_eq(rig_x(r, 7), 0);
	ck_assert_uint_eq(r->accesses, 2);
	ck_assert_uint_eq(rig_load(r, RIG_DATA + 0x1000), 2);
	/* and back */
	ck_assert_int_eq(
	    sqz_cpu_map(r->cpu,
			&(struct sqz_cpu_region){ .base = RIG_DATA + 0x1000,
						  .size = 0x1000,
						  .host = r->ram + 0x5000,
						  .flags = ALL }),
	    0);
	sqz_cpu_set_pc(r->cpu, RIG_CODE);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 2);
	ck_assert_uint_eq(r->accesses, 2);
	rig_destroy(r);
}
END_TEST

/* Pieces join again, so this can go on for ever. */
START_TEST(pages_come_and_go)
{
	struct rig *r = rig_create();

	for (unsigned n = 0; n < 1000; n++) {
		uint64_t page = RIG_RAM + 0x1000 * (1 + n % 14);

		ck_assert_int_eq(sqz_cpu_unmap(r->cpu, page, 0x1000), 0);
		ck_assert_int_eq(
		    sqz_cpu_map(r->cpu,
				&(struct sqz_cpu_region){
				    .base = page,
				    .size = 0x1000,
				    .host = r->ram + (page - RIG_RAM),
				    .flags = ALL }),
		    0);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(region_table_has_an_end)
{
	struct rig *r = rig_create();
	unsigned n = 0;

	while (n < 1000 &&
	       sqz_cpu_unmap(r->cpu, RIG_RAM + 0x100 + 64 * n, 16) == 0)
		n++;
	ck_assert_uint_ge(n, 100);
	ck_assert_uint_lt(n, 1000);
	/* A refused change leaves everything as it was. */
	RIG_PROGRAM(r, RV_ADDI(7, 0, 1), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 1);
	rig_destroy(r);
}
END_TEST

START_TEST(bad_regions)
{
	struct rig *r = rig_create();
	struct sqz_cpu_region region = {
		.base = 0x1000, .size = 8, .host = r->ram, .flags = ALL
	};

	ck_assert_int_eq(sqz_cpu_map(r->cpu, &region), -1);
	region.size = 0x1000;
	region.host = NULL;
	ck_assert_int_eq(sqz_cpu_map(r->cpu, &region), -1);
	region.host = r->ram;
	region.base = UINT64_MAX - 0x100;
	ck_assert_int_eq(sqz_cpu_map(r->cpu, &region), -1);
	ck_assert_int_eq(sqz_cpu_unmap(r->cpu, 0, 0), -1);
	region.base = UINT64_MAX - 0xfff; /* up to the very last byte */
	ck_assert_int_eq(sqz_cpu_map(r->cpu, &region), 0);
	ck_assert_int_eq(sqz_cpu_unmap(r->cpu, region.base, 0x1000), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(flags_decide_what_is_direct)
{
	struct rig *r = rig_create();
	static uint8_t rom[0x100000]; /* larger than memory: the window */

	memcpy(rom + 0x100, &(uint32_t){ 0x12345678 }, 4);
	ck_assert_int_eq(
	    sqz_cpu_map(r->cpu, &(struct sqz_cpu_region){ .base = 0x20000000,
							  .size = sizeof(rom),
							  .host = rom,
							  .flags = SQZ_CPU_R }),
	    0);
	sqz_cpu_set_reg(r->cpu, 5, 0x20000000);
	sqz_cpu_set_reg(r->cpu, 8, RIG_DATA);
	RIG_PROGRAM(r, RV_LW(6, 0x100, 5), RV_SW(6, 0x104, 5), RV_SW(6, 0, 8),
		    RV_LW(7, 0, 8), RV_JALR(0, 5));
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 0x12345678);
	ck_assert_uint_eq(rig_x(r, 7), 0x12345678);
	ck_assert_uint_eq(r->accesses, 1);
	ck_assert(r->access[0].write);
	ck_assert_uint_eq(r->trap[0].cause, 1); /* not executable */
	rig_destroy(r);
}
END_TEST

static uint16_t fetch_addi(uint64_t addr)
{
	static const uint32_t code[] = { RV_ADDI(7, 7, 9), RV_JALR(0, 1) };

	return (uint16_t)(code[addr / 4 % 2] >> 8 * (addr & 2));
}

START_TEST(code_over_the_bus)
{
	struct rig *r = rig_create();

	r->fetch = fetch_addi;
	sqz_cpu_set_reg(r->cpu, 5, 0x50000000);
	RIG_PROGRAM(r, RV_JALR(1, 5), RV_JALR(1, 5), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 18);
	rig_destroy(r);
}
END_TEST

/* ---- changing code ---- */

START_TEST(fence_i_makes_new_code_visible)
{
	struct rig *r = rig_create();
	uint32_t new_code = RV_ADDI(7, 7, 2);

	/* The loop body's addi 1 becomes addi 2 after the first round. */
	sqz_cpu_set_reg(r->cpu, 5, RIG_CODE);
	sqz_cpu_set_reg(r->cpu, 6, new_code);
	sqz_cpu_set_reg(r->cpu, 8, 3);
	RIG_PROGRAM(r, RV_ADDI(7, 7, 1), RV_SW(6, 0, 5), RV_FENCE_I,
		    RV_ADDI(8, 8, -1), RV_BNE(8, 0, -16), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 1 + 2 + 2);
	rig_destroy(r);
}
END_TEST

START_TEST(flush_makes_outside_changes_visible)
{
	struct rig *r = rig_create();
	uint32_t new_code = RV_ADDI(7, 0, 2);

	RIG_PROGRAM(r, RV_ADDI(7, 0, 1), RV_EBREAK);
	rig_run(r);
	memcpy(r->ram, &new_code, 4);
	sqz_cpu_flush_code(r->cpu);
	sqz_cpu_set_pc(r->cpu, RIG_CODE);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 2);
	rig_destroy(r);
}
END_TEST

static void flush(struct rig *r)
{
	sqz_cpu_flush_code(r->cpu);
}

START_TEST(flush_from_a_callback)
{
	struct rig *r = rig_create();

	r->on_access = flush;
	r->answer = 3;
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	RIG_PROGRAM(r, RV_ADDI(8, 0, 10), RV_LW(6, 0, 5), RV_SW(6, 0, 5),
		    RV_ADDI(8, 8, -1), RV_BNE(8, 0, -12), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(r->accesses, 20);
	ck_assert_uint_eq(rig_x(r, 6), 3);
	ck_assert_uint_eq(rig_csr(r, CSR_MINSTRET), 41);
	rig_destroy(r);
}
END_TEST

/* More code than the decoded store holds: it is emptied and filled again. */
START_TEST(much_code)
{
	static uint8_t memory[16 << 20];
	struct rig *r = rig_create();
	uint32_t step[2] = { RV_ADDI(7, 7, 1), RV_JAL(0, 4) };
	uint32_t end = RV_EBREAK;
	uint64_t base = 0xc0000000, blocks = sizeof(memory) / 8 - 1;

	for (uint64_t k = 0; k < blocks; k++)
		memcpy(memory + 8 * k, step, 8);
	memcpy(memory + 8 * blocks, &end, 4);
	ck_assert_int_eq(
	    sqz_cpu_map(r->cpu,
			&(struct sqz_cpu_region){ .base = base,
						  .size = sizeof(memory),
						  .host = memory,
						  .flags = ALL }),
	    0);
	sqz_cpu_set_pc(r->cpu, base);
	ck_assert_int_eq(sqz_cpu_run(r->cpu, 100 << 20).reason, SQZ_CPU_LOST);
	ck_assert_uint_eq(rig_x(r, 7), blocks);
	rig_destroy(r);
}
END_TEST

/* ---- debugger ---- */

START_TEST(breakpoints)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_ADDI(7, 7, 1), RV_ADDI(7, 7, 1), RV_ADDI(7, 7, 1),
		    RV_JAL(0, -12));
	ck_assert_int_eq(sqz_cpu_add_breakpoint(r->cpu, RIG_CODE + 4), 0);
	for (uint64_t n = 0; n < 3; n++) {
		ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_BREAKPOINT);
		ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 4);
		ck_assert_uint_eq(rig_x(r, 7), 1 + 3 * n);
	}
	/* A step leaves it, too. */
	ck_assert_int_eq(sqz_cpu_step(r->cpu).reason, SQZ_CPU_BUDGET);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 8);
	ck_assert_int_eq(sqz_cpu_remove_breakpoint(r->cpu, RIG_CODE + 4), 0);
	ck_assert_int_eq(sqz_cpu_remove_breakpoint(r->cpu, RIG_CODE + 4), -1);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_BUDGET);
	for (int k = 0; k < SQZ_CPU_BREAKPOINTS; k++)
		ck_assert_int_eq(sqz_cpu_add_breakpoint(r->cpu, 0x1000), 0);
	ck_assert_int_eq(sqz_cpu_add_breakpoint(r->cpu, 0x1000), -1);
	rig_destroy(r);
}
END_TEST

START_TEST(breakpoint_and_interrupt)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_ADDI(7, 7, 1), RV_NOP);
	sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x80);
	sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, 8);
	sqz_cpu_add_breakpoint(r->cpu, RIG_CODE);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_BREAKPOINT);
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 1);
	ck_assert_uint_eq(r->trap[0].epc, RIG_CODE + 4);
	rig_destroy(r);
}
END_TEST

START_TEST(reset_starts_anew)
{
	struct rig *r = rig_create();

	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MSI, true);
	RIG_PROGRAM(r, RV_ADDI(7, 7, 1), RV_EBREAK);
	rig_run(r);
	sqz_cpu_reset(r->cpu);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE);
	ck_assert_uint_eq(rig_x(r, 7), 0);
	ck_assert_uint_eq(rig_csr(r, CSR_MCAUSE), 0);
	ck_assert_uint_eq(rig_csr(r, CSR_MINSTRET), 0);
	ck_assert_uint_eq(rig_csr(r, CSR_MIP), 8); /* the wire is still up */
	ck_assert_uint_gt(sqz_cpu_cycles(r->cpu), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(x0_stays_zero)
{
	struct rig *r = rig_create();

	sqz_cpu_set_reg(r->cpu, 0, 5);
	RIG_PROGRAM(r, RV_ADDI(0, 0, 7), RV_ADDI(7, 0, 0),
		    RV_CSRRS(0, CSR_MISA, 0), RV_ADDI(8, 0, 0), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 0) | rig_x(r, 7) | rig_x(r, 8), 0);
	rig_destroy(r);
}
END_TEST

START_TEST(calls_are_traced)
{
	struct rig *r = rig_create();
	static const struct rig_call expected[] = {
		{ SQZ_CPU_CALL, RIG_CODE, RIG_CODE + 12 },
		{ SQZ_CPU_RETURN, RIG_CODE + 16, RIG_CODE + 4 },
		{ SQZ_CPU_CALL, RIG_CODE + 4, RIG_CODE + 12 },
		{ SQZ_CPU_RETURN, RIG_CODE + 16, RIG_CODE + 8 },
	};
	uint64_t cycles[2];

	sqz_cpu_set_reg(r->cpu, 5, RIG_CODE + 12);
	RIG_PROGRAM(r, RV_JAL(1, 12), RV_JALR(1, 5), RV_EBREAK, RV_JAL(0, 4),
		    RV_JALR(0, 1));
	for (int on = 0; on < 2; on++) {
		uint64_t start = sqz_cpu_cycles(r->cpu);

		sqz_cpu_trace_calls(r->cpu, on);
		sqz_cpu_set_pc(r->cpu, RIG_CODE);
		rig_run(r);
		cycles[on] = sqz_cpu_cycles(r->cpu) - start;
		ck_assert_uint_eq(r->calls, on ? COUNT(expected) : 0);
	}
	ck_assert_uint_eq(cycles[0], cycles[1]);
	for (size_t k = 0; k < COUNT(expected); k++)
		ck_assert_mem_eq(&r->call[k], &expected[k],
				 sizeof(expected[k]));
	rig_destroy(r);
}
END_TEST

START_TEST(mret_is_traced)
{
	struct rig *r = rig_create();

	sqz_cpu_trace_calls(r->cpu, true);
	RIG_PROGRAM(r, RV_MRET);
	sqz_cpu_write_csr(r->cpu, CSR_MEPC, RIG_DATA);
	sqz_cpu_step(r->cpu);
	ck_assert_uint_eq(r->calls, 1);
	ck_assert_int_eq(r->call[0].what, SQZ_CPU_MRET);
	ck_assert_uint_eq(r->call[0].from, RIG_CODE);
	ck_assert_uint_eq(r->call[0].to, RIG_DATA);
	rig_destroy(r);
}
END_TEST

static void add_tests(TCase *t)
{
	tcase_add_test(t, budget_ends_the_run);
	tcase_add_test(t, budget_without_end);
	tcase_add_test(t, slices_do_not_change_the_course);
	tcase_add_test(t, each_kind_has_its_cost);
	tcase_add_test(t, cost_counts_the_region_accessed);
	tcase_add_test(t, bad_configurations);
	tcase_add_test(t, bus_sees_a_synced_state);
	tcase_add_test(t, bus_may_stall);
	tcase_add_test(t, stop_takes_effect_after_the_access);
	tcase_add_test(t, access_across_the_border_is_split);
	tcase_add_test(t, atomics_over_the_bus);
	tcase_add_test(t, withdrawn_page_goes_to_the_bus);
	tcase_add_test(t, pages_come_and_go);
	tcase_add_test(t, region_table_has_an_end);
	tcase_add_test(t, bad_regions);
	tcase_add_test(t, flags_decide_what_is_direct);
	tcase_add_test(t, code_over_the_bus);
	tcase_add_test(t, fence_i_makes_new_code_visible);
	tcase_add_test(t, flush_makes_outside_changes_visible);
	tcase_add_test(t, flush_from_a_callback);
	tcase_add_test(t, much_code);
	tcase_add_test(t, breakpoints);
	tcase_add_test(t, breakpoint_and_interrupt);
	tcase_add_test(t, reset_starts_anew);
	tcase_add_test(t, x0_stays_zero);
	tcase_add_test(t, calls_are_traced);
	tcase_add_test(t, mret_is_traced);
}

static Suite *suite(void)
{
	Suite *s = suite_create("cpu interface");
	TCase *t = tcase_create("interface");

	tcase_set_timeout(t, 60);
	add_tests(t);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return sqz_suite_main(suite());
}
