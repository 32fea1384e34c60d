/*
 * Traps, interrupts, CSRs and counters.
 */
#include "models/cpu/rig.h"

#include "suite.h"

#define COUNT(table) (sizeof(table) / sizeof(table[0]))
#define INTERRUPT    (1ull << 63)

enum { MIE = 0x8, MPIE = 0x80, MPP = 0x1800 };

/* ---- causes ---- */

struct cause {
	const char *name;
	uint32_t code[3]; /* the second word traps */
	uint64_t x5;
	uint64_t cause, tval;
};

#define NOWHERE 0x40000000u

static const struct cause causes[] = {
	{ "illegal", { RV_NOP, 0xfedcba7f }, 0, 2, 0xfedcba7f },
	{ "illegal, compressed", { RV_NOP, 0x2000 }, 0, 2, 0x2000 },
	{ "no such csr", { RV_NOP, RV_CSRRS(6, 0x7ff, 0) }, 0, 2, 0x7ff02373 },
	{ "read-only csr",
	  { RV_NOP, RV_CSRRW(0, CSR_MHARTID, 5) },
	  0,
	  2,
	  0xf1429073 },
	{ "read-only csr, immediate",
	  { RV_NOP, RV_CSRRSI(3, CSR_MHARTID, 1) },
	  0,
	  2,
	  0xf140e1f3 },
	{ "ebreak", { RV_NOP, RV_EBREAK }, 0, 3, 0 },
	{ "c.ebreak", { RV_NOP, RV_C_EBREAK }, 0, 3, 0 },
	{ "lr misaligned",
	  { RV_NOP, RV_LR_W(6, 5) },
	  RIG_DATA + 2,
	  4,
	  RIG_DATA + 2 },
	{ "lr.d misaligned",
	  { RV_NOP, RV_LR_D(6, 5) },
	  RIG_DATA + 4,
	  4,
	  RIG_DATA + 4 },
	{ "load fault", { RV_NOP, RV_LB(6, 3, 5) }, NOWHERE, 5, NOWHERE + 3 },
	{ "load fault at the end of memory",
	  { RV_NOP, RV_LD(6, 0, 5) },
	  RIG_RAM + RIG_RAM_BYTES - 4,
	  5,
	  RIG_RAM + RIG_RAM_BYTES - 4 },
	{ "load fault at the end of all",
	  { RV_NOP, RV_LD(6, 0, 5) },
	  UINT64_MAX - 3,
	  5,
	  UINT64_MAX - 3 },
	{ "lr fault", { RV_NOP, RV_LR_W(6, 5) }, NOWHERE, 5, NOWHERE },
	{ "sc misaligned",
	  { RV_NOP, RV_SC_W(6, 7, 5) },
	  RIG_DATA + 1,
	  6,
	  RIG_DATA + 1 },
	{ "amo misaligned",
	  { RV_NOP, RV_AMOADD_W(6, 7, 5) },
	  RIG_DATA + 2,
	  6,
	  RIG_DATA + 2 },
	{ "store fault", { RV_NOP, RV_SW(6, -4, 5) }, NOWHERE, 7, NOWHERE - 4 },
	{ "amo fault", { RV_NOP, RV_AMOADD_W(6, 7, 5) }, NOWHERE, 7, NOWHERE },
	{ "sc fault", { RV_NOP, RV_SC_W(6, 7, 5) }, NOWHERE, 7, NOWHERE },
	{ "ecall", { RV_NOP, RV_ECALL }, 0, 11, 0 },
};

START_TEST(every_exception)
{
	const struct cause *c = &causes[_i];
	struct rig *r = rig_create();

	r->fault = true;
	sqz_cpu_set_reg(r->cpu, 5, c->x5);
	sqz_cpu_set_reg(r->cpu, 6, 0x66);
	sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MIE);
	sqz_cpu_write_csr(r->cpu, CSR_MTVEC, RIG_HANDLER | 1);
	RIG_PROGRAM(r, c->code[0], c->code[1], RV_NOP);
	/* until the handler's c.ebreak, a second trap */
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_LOST);
	ck_assert_uint_eq(r->traps, 2);
	ck_assert_uint_eq(r->trap[0].cause, c->cause);
	ck_assert_uint_eq(r->trap[0].epc, RIG_CODE + 4);
	ck_assert_uint_eq(r->trap[0].tval, c->tval);
	ck_assert_uint_eq(rig_x(r, 6), 0x66);
	/* Only the nop has retired: traps do not. */
	ck_assert_uint_eq(rig_csr(r, CSR_MINSTRET), 1);
	rig_destroy(r);
}
END_TEST

START_TEST(exception_sets_the_csrs)
{
	struct rig *r = rig_create();

	r->fault = true;
	sqz_cpu_set_reg(r->cpu, 5, NOWHERE);
	sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MIE);
	RIG_PROGRAM(r, RV_LW(6, 4, 5));
	sqz_cpu_step(r->cpu);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_HANDLER);
	ck_assert_uint_eq(rig_csr(r, CSR_MCAUSE), 5);
	ck_assert_uint_eq(rig_csr(r, CSR_MEPC), RIG_CODE);
	ck_assert_uint_eq(rig_csr(r, CSR_MTVAL), NOWHERE + 4);
	ck_assert_uint_eq(rig_csr(r, CSR_MSTATUS), MPP | MPIE);
	sqz_cpu_write_csr(r->cpu, CSR_MEPC, RIG_DATA);
	rig_put(r, RIG_HANDLER - RIG_CODE, (uint32_t[]){ RV_MRET }, 1);
	sqz_cpu_step(r->cpu);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_DATA);
	ck_assert_uint_eq(rig_csr(r, CSR_MSTATUS), MPP | MPIE | MIE);
	rig_destroy(r);
}
END_TEST

START_TEST(nested_trap_loses_mie)
{
	struct rig *r = rig_create();

	sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MIE);
	RIG_PROGRAM(r, RV_ECALL);
	rig_put(r, RIG_HANDLER - RIG_CODE, (uint32_t[]){ RV_NOP, RV_ECALL }, 2);
	for (int k = 0; k < 3; k++)
		sqz_cpu_step(r->cpu);
	ck_assert_uint_eq(r->traps, 2);
	ck_assert_uint_eq(rig_csr(r, CSR_MEPC), RIG_HANDLER + 4);
	ck_assert_uint_eq(rig_csr(r, CSR_MSTATUS), MPP);
	rig_destroy(r);
}
END_TEST

START_TEST(fetch_faults)
{
	struct rig *r = rig_create();
	uint64_t end = RIG_RAM + RIG_RAM_BYTES;

	sqz_cpu_set_reg(r->cpu, 5, NOWHERE);
	RIG_PROGRAM(r, RV_JALR(0, 5));
	rig_run(r);
	ck_assert_uint_eq(r->trap[0].cause, 1);
	ck_assert_uint_eq(r->trap[0].epc, NOWHERE);
	ck_assert_uint_eq(r->trap[0].tval, NOWHERE);
	/* The second half of an instruction lies beyond memory. */
	r->traps = 0;
	rig_put(r, RIG_RAM_BYTES - 4, (uint32_t[]){ 0x00130001 }, 1);
	sqz_cpu_set_pc(r->cpu, end - 4);
	rig_run(r);
	ck_assert_uint_eq(r->trap[0].cause, 1);
	ck_assert_uint_eq(r->trap[0].epc, end - 2);
	ck_assert_uint_eq(r->trap[0].tval, end);
	rig_destroy(r);
}
END_TEST

START_TEST(lost_handler_ends_the_run)
{
	struct rig *r = rig_create();

	sqz_cpu_write_csr(r->cpu, CSR_MTVEC, NOWHERE);
	RIG_PROGRAM(r, RV_ECALL);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_LOST);
	ck_assert_uint_eq(r->traps, 2);
	ck_assert_uint_eq(r->trap[1].cause, 1);
	ck_assert_uint_eq(r->trap[1].epc, NOWHERE);
	rig_destroy(r);
}
END_TEST

/* ---- interrupts ---- */

START_TEST(direct_and_vectored)
{
	static const unsigned irqs[] = { SQZ_CPU_IRQ_MSI, SQZ_CPU_IRQ_MTI,
					 SQZ_CPU_IRQ_MEI };

	for (size_t k = 0; k < COUNT(irqs); k++) {
		for (unsigned vectored = 0; vectored < 2; vectored++) {
			struct rig *r = rig_create();

			RIG_PROGRAM(r, RV_NOP, RV_NOP);
			sqz_cpu_write_csr(r->cpu, CSR_MTVEC,
					  RIG_HANDLER | vectored);
			sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x888);
			sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MIE);
			sqz_cpu_step(r->cpu);
			sqz_cpu_set_irq(r->cpu, irqs[k], true);
			ck_assert_uint_eq(rig_csr(r, CSR_MIP), 1u << irqs[k]);
			sqz_cpu_step(r->cpu);
			ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu),
					  RIG_HANDLER +
					      (vectored ? 4 * irqs[k] : 0));
			ck_assert_uint_eq(rig_csr(r, CSR_MCAUSE),
					  INTERRUPT | irqs[k]);
			ck_assert_uint_eq(rig_csr(r, CSR_MEPC), RIG_CODE + 4);
			ck_assert_uint_eq(rig_csr(r, CSR_MTVAL), 0);
			ck_assert_uint_eq(rig_csr(r, CSR_MSTATUS), MPP | MPIE);
			rig_destroy(r);
		}
	}
}
END_TEST

START_TEST(priority_of_interrupts)
{
	static const struct {
		uint64_t levels, enabled, taken;
	} cases[] = {
		{ 0x888, 0x888, 11 }, { 0x088, 0x888, 3 }, { 0x880, 0x888, 11 },
		{ 0x888, 0x080, 7 },  { 0x888, 0x088, 3 },
	};

	for (size_t k = 0; k < COUNT(cases); k++) {
		struct rig *r = rig_create();

		RIG_PROGRAM(r, RV_NOP);
		for (unsigned irq = 0; irq < 16; irq++)
			sqz_cpu_set_irq(r->cpu, irq,
					cases[k].levels >> irq & 1);
		sqz_cpu_write_csr(r->cpu, CSR_MIE, cases[k].enabled);
		sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MIE);
		sqz_cpu_step(r->cpu);
		ck_assert_uint_eq(rig_csr(r, CSR_MCAUSE),
				  INTERRUPT | cases[k].taken);
		rig_destroy(r);
	}
}
END_TEST

START_TEST(masked_interrupts_wait)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_NOP, RV_NOP, RV_CSRRSI(0, CSR_MSTATUS, MIE), RV_NOP);
	sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x80);
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MEI, true);
	rig_run(r);
	/* at once after the instruction that lets it through */
	ck_assert_uint_eq(r->trap[0].cause, INTERRUPT | 7);
	ck_assert_uint_eq(r->trap[0].epc, RIG_CODE + 12);
	rig_destroy(r);
}
END_TEST

START_TEST(mret_lets_interrupts_in)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_MRET);
	sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x80);
	sqz_cpu_write_csr(r->cpu, CSR_MEPC, RIG_DATA);
	sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MPIE);
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
	rig_run(r);
	ck_assert_uint_eq(r->trap[0].cause, INTERRUPT | 7);
	ck_assert_uint_eq(r->trap[0].epc, RIG_DATA);
	rig_destroy(r);
}
END_TEST

static void raise_timer(struct rig *r)
{
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
}

START_TEST(interrupt_from_a_callback)
{
	struct rig *r = rig_create();

	r->on_access = raise_timer;
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x80);
	sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MIE);
	RIG_PROGRAM(r, RV_NOP, RV_SW(0, 0, 5), RV_NOP, RV_NOP);
	rig_run(r);
	ck_assert_uint_eq(r->trap[0].epc, RIG_CODE + 8);
	ck_assert_uint_eq(rig_csr(r, CSR_MINSTRET), 2);
	rig_destroy(r);
}
END_TEST

START_TEST(wfi_waits_and_wakes)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_NOP, RV_WFI, RV_ADDI(7, 0, 1), RV_EBREAK);
	sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x80);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_WFI);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 8);
	ck_assert_uint_eq(rig_csr(r, CSR_MINSTRET), 2);
	/* one that is not enabled does not wake */
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MSI, true);
	struct sqz_cpu_result again = rig_run(r);
	ck_assert_int_eq(again.reason, SQZ_CPU_WFI);
	ck_assert_uint_eq(again.cycles, 0);
	ck_assert_int_eq(sqz_cpu_step(r->cpu).reason, SQZ_CPU_WFI);
	ck_assert(!sqz_cpu_irq_pending(r->cpu));
	/* without mstatus.MIE it only goes on */
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
	ck_assert(sqz_cpu_irq_pending(r->cpu));
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 7), 1);
	ck_assert_uint_eq(r->trap[0].cause, 3);
	rig_destroy(r);
}
END_TEST

START_TEST(wfi_wakes_into_the_handler)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_WFI, RV_ADDI(7, 0, 1));
	sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x80);
	sqz_cpu_write_csr(r->cpu, CSR_MSTATUS, MIE);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_WFI);
	sqz_cpu_add_cycles(r->cpu, 500); /* the time it slept */
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
	rig_run(r);
	ck_assert_uint_eq(r->trap[0].cause, INTERRUPT | 7);
	ck_assert_uint_eq(r->trap[0].epc, RIG_CODE + 4);
	ck_assert_uint_eq(rig_x(r, 7), 0);
	ck_assert_uint_ge(rig_csr(r, CSR_MCYCLE), 501);
	rig_destroy(r);
}
END_TEST

START_TEST(wfi_falls_through_when_pending)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_WFI, RV_ADDI(7, 0, 1), RV_EBREAK);
	sqz_cpu_write_csr(r->cpu, CSR_MIE, 0x80);
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_LOST);
	ck_assert_uint_eq(rig_x(r, 7), 1);
	rig_destroy(r);
}
END_TEST

/* ---- CSRs ---- */

struct register_case {
	unsigned csr;
	uint64_t written, read;
};

static const struct register_case registers[] = {
	{ CSR_MSTATUS, UINT64_MAX, MPP | MPIE | MIE },
	{ CSR_MSTATUS, 0, MPP },
	{ CSR_MISA, 0, 2ull << 62 | 0x1105 },
	{ CSR_MIE, UINT64_MAX, 0x888 },
	{ CSR_MIP, UINT64_MAX, 0 },
	{ CSR_MTVEC, 0x80001001, 0x80001001 },
	{ CSR_MTVEC, 0x80001002, RIG_HANDLER }, /* reserved mode: kept */
	{ CSR_MSCRATCH, 0x0123456789abcdef, 0x0123456789abcdef },
	{ CSR_MEPC, UINT64_MAX, UINT64_MAX - 1 },
	{ CSR_MCAUSE, UINT64_MAX, UINT64_MAX },
	{ CSR_MTVAL, UINT64_MAX, UINT64_MAX },
	{ CSR_MCOUNTINHIBIT, UINT64_MAX, 5 },
	{ CSR_TSELECT, 0, 1 },
	{ CSR_TDATA1, UINT64_MAX, 0 },
	{ CSR_MHPMCOUNTER3, 7, 0 },
	{ CSR_MHPMCOUNTER3 + 28, 7, 0 },
	{ CSR_PMPADDR0, UINT64_MAX, (1ull << 54) - 1 },
	{ CSR_PMPADDR0 + 15, 0x1234, 0x1234 },
	{ CSR_PMPCFG0, 0x1f, 0x1f },
	{ CSR_PMPCFG0 + 2, 0x0f, 0x0f },
};

START_TEST(registers_hold_what_they_may)
{
	for (size_t k = 0; k < COUNT(registers); k++) {
		const struct register_case *c = &registers[k];
		struct rig *r = rig_create();

		/* no ebreak at the end: the trap would change them */
		RIG_PROGRAM(r, RV_CSRRW(0, c->csr, 5), RV_CSRRS(6, c->csr, 0));
		sqz_cpu_set_reg(r->cpu, 5, c->written);
		sqz_cpu_step(r->cpu);
		sqz_cpu_step(r->cpu);
		ck_assert_msg(rig_x(r, 6) == c->read, "csr 0x%x: 0x%lx", c->csr,
			      rig_x(r, 6));
		ck_assert_uint_eq(r->traps, 0);
		rig_destroy(r);
	}
}
END_TEST

START_TEST(missing_registers)
{
	static const unsigned missing[] = { 0x000, 0x100, 0x180, 0x302, 0x303,
					    0x306, 0x310, 0x3a1, 0x3c0, 0x744,
					    0x7b0, 0xb01, 0xb20, 0xc80, 0xf10,
					    0xf16, 0x321, 0xfff, 0x001, 0x105 };
	struct rig *r = rig_create();
	uint64_t value;

	for (size_t k = 0; k < COUNT(missing); k++)
		ck_assert_msg(
		    sqz_cpu_read_csr(r->cpu, missing[k], &value) == -1 &&
			sqz_cpu_write_csr(r->cpu, missing[k], 0) == -1,
		    "0x%x", missing[k]);
	ck_assert_int_eq(sqz_cpu_write_csr(r->cpu, CSR_CYCLE, 0), -1);
	ck_assert_int_eq(sqz_cpu_write_csr(r->cpu, CSR_MHARTID, 0), -1);
	rig_destroy(r);
}
END_TEST

START_TEST(csr_operations)
{
	struct rig *r = rig_create();

	sqz_cpu_set_reg(r->cpu, 5, 0xff00);
	sqz_cpu_write_csr(r->cpu, CSR_MSCRATCH, 0x0f0f);
	RIG_PROGRAM(
	    r, RV_CSRRS(6, CSR_MSCRATCH, 5), RV_CSRRC(7, CSR_MSCRATCH, 5),
	    RV_CSRRWI(8, CSR_MSCRATCH, 21), RV_CSRRSI(9, CSR_MSCRATCH, 10),
	    RV_CSRRCI(10, CSR_MSCRATCH, 1), RV_CSRRW(5, CSR_MSCRATCH, 5),
	    RV_CSRRS(11, CSR_MSCRATCH, 0), RV_CSRRS(12, CSR_MHARTID, 0),
	    RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 0x0f0f);
	ck_assert_uint_eq(rig_x(r, 7), 0xff0f);
	ck_assert_uint_eq(rig_x(r, 8), 0x000f);
	ck_assert_uint_eq(rig_x(r, 9), 21);
	ck_assert_uint_eq(rig_x(r, 10), 31);
	ck_assert_uint_eq(rig_x(r, 5), 30);
	ck_assert_uint_eq(rig_x(r, 11), 0xff00);
	rig_destroy(r);
}
END_TEST

START_TEST(time_is_asked_for)
{
	struct rig *r = rig_create();

	r->time = 0x123456789a;
	RIG_PROGRAM(r, RV_CSRRS(6, CSR_TIME, 0), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 0x123456789a);
	rig_destroy(r);
}
END_TEST

/* ---- counters ---- */

START_TEST(minstret_is_exact)
{
	struct rig *r = rig_create();

	/* Reads see what retired before them; a write wins over the increment
	 * of its own instruction; branches, loads, traps in between. */
	RIG_PROGRAM(r, RV_CSRRS(6, CSR_MINSTRET, 0), RV_NOP, RV_NOP,
		    RV_CSRRS(7, CSR_MINSTRET, 0), RV_BEQ(0, 0, 8), RV_NOP,
		    RV_CSRRS(8, CSR_INSTRET, 0), RV_CSRRWI(9, CSR_MINSTRET, 20),
		    RV_CSRRS(10, CSR_MINSTRET, 0), RV_ECALL,
		    RV_CSRRS(12, CSR_MINSTRET, 0), RV_EBREAK);
	rig_put(r, RIG_HANDLER - RIG_CODE,
		(uint32_t[]){ RV_CSRRS(11, CSR_MINSTRET, 0),
			      RV_CSRRS(31, CSR_MEPC, 0), RV_ADDI(31, 31, 4),
			      RV_CSRRW(0, CSR_MEPC, 31), RV_MRET },
		5);
	for (int k = 0; k < 16; k++)
		sqz_cpu_step(r->cpu);
	ck_assert_uint_eq(rig_x(r, 6), 0);
	ck_assert_uint_eq(rig_x(r, 7), 3);
	ck_assert_uint_eq(rig_x(r, 8), 5);
	ck_assert_uint_eq(rig_x(r, 9), 6);
	ck_assert_uint_eq(rig_x(r, 10), 20);
	ck_assert_uint_eq(rig_x(r, 11), 21); /* ecall does not retire */
	ck_assert_uint_eq(rig_x(r, 12), 26);
	rig_destroy(r);
}
END_TEST

START_TEST(minstret_is_the_same_in_blocks)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_ADDI(5, 0, 100), RV_ADDI(5, 5, -1), RV_NOP,
		    RV_BNE(5, 0, -8), RV_CSRRS(6, CSR_MINSTRET, 0), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), 301);
	ck_assert_uint_eq(sqz_cpu_instret(r->cpu), 302);
	rig_destroy(r);
}
END_TEST

START_TEST(counters_can_be_inhibited)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(
	    r, RV_CSRRWI(0, CSR_MCOUNTINHIBIT, 5), RV_CSRRS(6, CSR_MINSTRET, 0),
	    RV_CSRRS(7, CSR_MCYCLE, 0), RV_NOP, RV_CSRRS(8, CSR_MINSTRET, 0),
	    RV_CSRRS(9, CSR_MCYCLE, 0), RV_CSRRWI(0, CSR_MINSTRET, 9),
	    RV_CSRRWI(0, CSR_MCYCLE, 8), RV_CSRRS(10, CSR_MINSTRET, 0),
	    RV_CSRRS(11, CSR_MCYCLE, 0), RV_CSRRWI(0, CSR_MCOUNTINHIBIT, 0),
	    RV_CSRRS(12, CSR_MINSTRET, 0), RV_NOP,
	    RV_CSRRS(13, CSR_MINSTRET, 0), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, 6), rig_x(r, 8));
	ck_assert_uint_eq(rig_x(r, 7), rig_x(r, 9));
	ck_assert_uint_eq(rig_x(r, 10), 9);
	ck_assert_uint_eq(rig_x(r, 11), 8);
	ck_assert_uint_eq(rig_x(r, 12), 9);
	ck_assert_uint_eq(rig_x(r, 13), 11);
	rig_destroy(r);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cpu traps");
	TCase *t = tcase_create("traps");

	tcase_add_loop_test(t, every_exception, 0, COUNT(causes));
	tcase_add_test(t, exception_sets_the_csrs);
	tcase_add_test(t, nested_trap_loses_mie);
	tcase_add_test(t, fetch_faults);
	tcase_add_test(t, lost_handler_ends_the_run);
	tcase_add_test(t, direct_and_vectored);
	tcase_add_test(t, priority_of_interrupts);
	tcase_add_test(t, masked_interrupts_wait);
	tcase_add_test(t, mret_lets_interrupts_in);
	tcase_add_test(t, interrupt_from_a_callback);
	tcase_add_test(t, wfi_waits_and_wakes);
	tcase_add_test(t, wfi_wakes_into_the_handler);
	tcase_add_test(t, wfi_falls_through_when_pending);
	tcase_add_test(t, registers_hold_what_they_may);
	tcase_add_test(t, missing_registers);
	tcase_add_test(t, csr_operations);
	tcase_add_test(t, time_is_asked_for);
	tcase_add_test(t, minstret_is_exact);
	tcase_add_test(t, minstret_is_the_same_in_blocks);
	tcase_add_test(t, counters_can_be_inhibited);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return sqz_suite_main(suite());
}
