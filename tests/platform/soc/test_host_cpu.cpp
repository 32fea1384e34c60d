/* The CPU in SystemC: its time, interrupts, memory and faults. Costs are those
 * of default.cfg: 1 ns a cycle; ALU, branch, store, system 1; load, jump, CSR
 * 2; trap 4; a device access 20 ns; quantum 10 us. */
#include "host_rig.h"

#include <algorithm>

static const uint64_t NS = 1000;
static const uint64_t MMIO = 20 * NS;
static const uint64_t QUANTUM = 10000 * NS;
static const uint64_t TICK = 100 * NS;
static const uint64_t MTIMECMP = SQZ_CLINT_BASE + 0x4000;
static const uint64_t CLAIM = SQZ_PLIC_BASE + 0x200004;

/* ---- time ---- */

START_TEST(device_accesses_cost_mmio_ns)
{
	host_rig rig;
	assembler a;

	a.li(A0, NEAR);
	const uint64_t n = a.here(); /* ALU only: so many cycles */
	a.sw(A0, A0, 0);
	a.sw(A0, A0, 4);
	a.lw(A1, A0, 8);
	a.sw(A1, A0, 12);
	finish_program(a);
	rig.near.answer = 0x1234;
	rig.load(a);
	rig.run();
	const auto &log = rig.near.log;
	ck_assert_uint_eq(log.size(), 4);
	ck_assert_uint_eq(log[0].local_ps, n * NS + MMIO);
	ck_assert_uint_eq(log[1].local_ps, log[0].local_ps + NS + MMIO);
	ck_assert_uint_eq(log[2].local_ps, log[1].local_ps + NS + MMIO);
	ck_assert_uint_eq(log[3].local_ps, log[2].local_ps + 2 * NS + MMIO);
	ck_assert_uint_eq(log[3].value, 0x1234);
	/* The chip has not moved: the CPU ran ahead of it. */
	for (const auto &e : log)
		ck_assert_uint_eq(e.kernel_ps, 0);
}
END_TEST

START_TEST(a_device_may_take_its_time)
{
	host_rig rig;
	assembler a;

	rig.near.wait_ps = 3333;
	a.li(A0, NEAR);
	const uint64_t n = a.here();
	a.lw(A1, A0);
	a.sw(A1, A0);
	finish_program(a);
	rig.load(a);
	rig.run();
	/* Waits count in whole cycles. */
	ck_assert_uint_eq(rig.near.log[1].local_ps,
			  n * NS + MMIO + 4 * NS + 2 * NS + MMIO);
	ck_assert_uint_eq(rig.near.log[1].kernel_ps, n * NS + MMIO + 3333);
}
END_TEST

START_TEST(the_accelerator_sees_the_cpu_in_time)
{
	host_rig rig;
	assembler a;

	a.li(A0, FAR);
	a.nop(100);
	const uint64_t n = a.here();
	a.sw(A0, A0);
	a.nop(7);
	a.lw(A0, A0);
	finish_program(a);
	rig.load(a);
	rig.run();
	const auto &log = rig.far.log;
	ck_assert_uint_eq(log.size(), 2);
	ck_assert_uint_eq(log[0].kernel_ps, n * NS);
	ck_assert_uint_eq(log[0].local_ps, n * NS + MMIO);
	ck_assert_uint_eq(log[1].kernel_ps, n * NS + MMIO + 8 * NS);
	ck_assert_uint_eq(log[1].local_ps, log[1].kernel_ps + MMIO);
}
END_TEST

/* PLIC and finisher are seen by the chip, too. */
START_TEST(the_chip_catches_up_before_plic_and_finisher)
{
	host_rig rig;
	assembler a;

	a.li(A0, CLAIM);
	a.nop(50);
	const uint64_t n = a.here();
	a.lw(A1, A0);
	a.nop(10);
	a.li(T0, SQZ_FINISHER_BASE);
	a.li(T1, SQZ_FINISH_PASS);
	const uint64_t end = (a.here() - 1 + 2) * NS + MMIO;
	a.sw(T1, T0);
	a.j(a.here());
	rig.load(a);
	rig.run();
	ck_assert_uint_eq(rig.finishes.size(), 1);
	ck_assert_uint_gt(n, 50);
	ck_assert_uint_eq(rig.end_ps, end);
	ck_assert_uint_eq(sqz::now_ps(), end);
}
END_TEST

START_TEST(the_time_csr_reads_local_time)
{
	host_rig rig;
	assembler a;

	a.li(A0, NEAR);
	a.nop(500);
	const uint64_t n = a.here();
	a.csrr(A1, TIME);
	a.sw(A1, A0);
	a.li(A2, SQZ_CLINT_BASE + 0xbff8);
	a.ld(A1, A2);
	a.sd(A1, A0);
	finish_program(a);
	rig.load(a);
	rig.run();
	ck_assert_uint_eq(rig.near.log[0].kernel_ps, 0);
	ck_assert_uint_eq(rig.near.log[0].value, n * NS / TICK);
	ck_assert_uint_eq(rig.near.log[1].kernel_ps, 0);
	ck_assert_uint_eq(rig.near.log[1].value,
			  (rig.near.log[1].local_ps - MMIO) / TICK);
}
END_TEST

static void check_lead(uint64_t quantum_ps, const char *setting)
{
	host_rig rig({ setting });
	assembler a;
	uint64_t most = 0;

	a.li(A0, NEAR);
	a.li(A1, 300);
	const size_t loop = a.here();
	a.nop(150);
	a.sw(A1, A0);
	a.addi(A1, A1, -1);
	a.bne(A1, ZERO, loop);
	finish_program(a);
	rig.load(a);
	rig.run();
	ck_assert_uint_eq(rig.near.log.size(), 300);
	for (const auto &e : rig.near.log) {
		const uint64_t lead = e.local_ps - MMIO - e.kernel_ps;
		ck_assert_uint_le(lead, quantum_ps + 64 * NS);
		most = std::max(most, lead);
	}
	/* It does run ahead. */
	ck_assert_uint_gt(most, quantum_ps / 2);
}

START_TEST(the_cpu_is_at_most_a_quantum_and_a_block_ahead)
{
	check_lead(QUANTUM, "cpu.quantum_ns=10000");
}
END_TEST

START_TEST(a_small_quantum_is_kept)
{
	check_lead(200 * NS, "cpu.quantum_ns=200");
}
END_TEST

/* The same program takes the same time whatever the quantum. */
static std::string device_times(const char *setting)
{
	host_rig rig({ setting });
	assembler a;
	std::string log;

	a.li(A0, NEAR);
	a.li(A2, FAR);
	a.li(A1, 40);
	const size_t loop = a.here();
	a.nop(77);
	a.sw(A1, A0);
	a.lw(A3, A2);
	a.addi(A1, A1, -1);
	a.bne(A1, ZERO, loop);
	finish_program(a);
	rig.load(a);
	rig.run();
	for (const auto &e : rig.near.log)
		log += std::to_string(e.local_ps) + " ";
	return log + std::to_string(rig.end_ps);
}

START_TEST(the_quantum_changes_no_time)
{
	const auto with = [](const char *setting) {
		return in_process_of_its_own(
		    [setting] { return device_times(setting); });
	};
	const std::string reference = with("cpu.quantum_ns=10000");

	ck_assert_uint_gt(reference.size(), 200);
	ck_assert(with("cpu.quantum_ns=10000") == reference);
	ck_assert(with("cpu.quantum_ns=1") == reference);
	ck_assert(with("cpu.quantum_ns=333") == reference);
}
END_TEST

/* ---- wfi and interrupts ---- */

/* Enables an interrupt in mie; it wakes wfi, but traps only with mstatus.MIE.
 */
static void enable(assembler &a, unsigned irq)
{
	a.li(T0, 1u << irq);
	a.csrw(MIE, T0);
}

static void set_timer(assembler &a, uint64_t ticks)
{
	a.li(T0, MTIMECMP);
	a.li(T1, ticks);
	a.sd(T1, T0);
}

START_TEST(wfi_wakes_exactly_at_the_deadline)
{
	host_rig rig;
	assembler a;

	enable(a, SQZ_CPU_IRQ_MTI);
	set_timer(a, 777); /* 77.7 us: some quanta later */
	a.li(A0, NEAR);
	a.wfi();
	a.sw(A0, A0);
	finish_program(a);
	rig.load(a);
	rig.run();
	ck_assert_uint_eq(rig.near.log.size(), 1);
	ck_assert_uint_eq(rig.near.log[0].kernel_ps, 777 * TICK);
	ck_assert_uint_eq(rig.near.log[0].local_ps, 777 * TICK + MMIO);
}
END_TEST

/* The slice ends there: the handler is entered after at most a block. */
START_TEST(the_timer_interrupts_a_running_program)
{
	host_rig rig;
	assembler a, handler;

	a.li(T0, SQZ_DRAM_BASE + 0x1000);
	a.csrw(MTVEC, T0);
	a.li(A0, NEAR);
	set_timer(a, 123);
	enable(a, SQZ_CPU_IRQ_MTI);
	a.li(T0, 8);
	a.csrs(MSTATUS, T0);
	const size_t loop = a.here();
	a.nop(20);
	a.j(loop);
	handler.sw(A0, A0);
	finish_program(handler);
	rig.load(a);
	rig.load(handler, 0x400);
	rig.run();
	ck_assert_uint_eq(rig.near.log.size(), 1);
	const uint64_t entry = rig.near.log[0].local_ps - MMIO - 4 * NS;
	ck_assert_uint_ge(entry, 123 * TICK);
	ck_assert_uint_le(entry, 123 * TICK + 22 * NS);
}
END_TEST

/* Pending already, or the deadline has passed: no sleep at all. */
START_TEST(wfi_falls_through_when_something_is_pending)
{
	host_rig rig;
	assembler a;

	set_timer(a, 0);
	enable(a, SQZ_CPU_IRQ_MTI);
	a.li(A0, NEAR);
	a.sw(A0, A0);
	a.wfi();
	a.sw(A0, A0);
	finish_program(a);
	rig.load(a);
	rig.run();
	ck_assert_uint_eq(rig.near.log.size(), 2);
	ck_assert_uint_eq(rig.near.log[1].local_ps,
			  rig.near.log[0].local_ps + NS + NS + MMIO);
}
END_TEST

/* PLIC source `source` has priority 1 and is enabled, and so is mie.MEIE. */
static void enable_source(assembler &a, unsigned source)
{
	a.li(T0, SQZ_PLIC_BASE + 4 * source);
	a.li(T1, 1);
	a.sw(T1, T0);
	a.li(T0, SQZ_PLIC_BASE + 0x2000 + source / 32 * 4);
	a.li(T1, 1u << source % 32);
	a.sw(T1, T0);
	enable(a, SQZ_CPU_IRQ_MEI);
}

static void check_external(uint64_t raise_ps, uint64_t woken_ps)
{
	host_rig rig;
	assembler a;

	enable_source(a, SQZ_IRQ_RING0);
	a.li(A0, NEAR);
	a.wfi();
	a.sw(A0, A0);
	finish_program(a);
	rig.load(a);
	run_to(raise_ps);
	ck_assert_uint_eq(rig.near.log.size(), 0);
	rig.plic.set(SQZ_IRQ_RING0, true);
	rig.run();
	ck_assert_uint_eq(rig.near.log.size(), 1);
	ck_assert_uint_eq(rig.near.log[0].local_ps, woken_ps + MMIO);
}

START_TEST(wfi_wakes_exactly_at_an_interrupt)
{
	check_external(54321 * NS, 54321 * NS);
}
END_TEST

START_TEST(wfi_wakes_at_the_next_cycle)
{
	check_external(54321 * NS + 1, 54322 * NS);
}
END_TEST

/* An interrupt that is not enabled wakes nobody; the sleep goes on. */
START_TEST(wfi_ignores_what_is_not_enabled)
{
	host_rig rig;
	assembler a;

	enable(a, SQZ_CPU_IRQ_MTI);
	set_timer(a, 1000);
	a.li(A0, NEAR);
	a.wfi();
	a.sw(A0, A0);
	finish_program(a);
	rig.load(a);
	run_to(20000 * NS);
	rig.cpu.set_irq(SQZ_CPU_IRQ_MSI, true);
	rig.run();
	ck_assert_uint_eq(rig.near.log[0].local_ps, 1000 * TICK + MMIO);
}
END_TEST

/* A handler at 0x1000 that claims, stores to NEAR (which may lower the wire),
 * completes and returns; A0 is NEAR. The main program sleeps in a loop. */
static void load_handler(host_rig &rig)
{
	assembler a, handler;

	a.li(T0, SQZ_DRAM_BASE + 0x1000);
	a.csrw(MTVEC, T0);
	enable_source(a, SQZ_IRQ_RING0);
	a.li(A0, NEAR);
	a.li(T0, 8);
	a.csrs(MSTATUS, T0);
	const size_t loop = a.here();
	a.wfi();
	a.j(loop);
	handler.li(A2, CLAIM);
	handler.lw(A3, A2);
	handler.sw(A3, A0);
	handler.sw(A3, A2);
	handler.mret();
	rig.load(a);
	rig.load(handler, 0x400);
}

START_TEST(an_interrupt_reaches_a_sleeping_cpu_at_once)
{
	host_rig rig;

	load_handler(rig);
	rig.near.on_access = [&](const recorder::entry &) {
		rig.plic.set(SQZ_IRQ_RING0, false);
	};
	run_to(30000 * NS);
	rig.plic.set(SQZ_IRQ_RING0, true);
	run_to(31000 * NS);
	ck_assert_uint_eq(rig.near.log.size(), 1);
	ck_assert_uint_eq(rig.near.log[0].value, SQZ_IRQ_RING0);
	/* Entry 4, li 2 (lui, addi), load 2 and its device access. */
	ck_assert_uint_eq(rig.near.log[0].local_ps,
			  30000 * NS + 4 * NS + 2 * NS + MMIO + 2 * NS + MMIO);
}
END_TEST

START_TEST(a_lowered_level_does_not_enter_again)
{
	host_rig rig;

	load_handler(rig);
	rig.near.on_access = [&](const recorder::entry &) {
		rig.plic.set(SQZ_IRQ_RING0, false);
	};
	for (int i = 1; i <= 5; i++) {
		run_to((uint64_t)i * 100000 * NS);
		rig.plic.set(SQZ_IRQ_RING0, true);
	}
	run_to(600000 * NS);
	ck_assert_uint_eq(rig.near.log.size(), 5);
}
END_TEST

START_TEST(a_level_that_stays_enters_again)
{
	host_rig rig;

	load_handler(rig);
	run_to(100000 * NS);
	rig.plic.set(SQZ_IRQ_RING0, true);
	run_to(110000 * NS);
	ck_assert_uint_gt(rig.near.log.size(), 50);
}
END_TEST

/* While the CPU is ahead: at its own time, not later than a quantum. */
START_TEST(an_interrupt_reaches_a_running_cpu_within_a_quantum)
{
	host_rig rig;
	assembler a, handler;

	a.li(T0, SQZ_DRAM_BASE + 0x1000);
	a.csrw(MTVEC, T0);
	enable_source(a, SQZ_IRQ_RING0);
	a.li(A0, NEAR);
	a.li(T0, 8);
	a.csrs(MSTATUS, T0);
	a.j(a.here());
	handler.sw(A0, A0);
	finish_program(handler);
	rig.load(a);
	rig.load(handler, 0x400);
	run_to(33333 * NS);
	rig.plic.set(SQZ_IRQ_RING0, true);
	rig.run();
	ck_assert_uint_eq(rig.near.log.size(), 1);
	ck_assert_uint_ge(rig.near.log[0].local_ps, 33333 * NS);
	ck_assert_uint_le(rig.near.log[0].local_ps,
			  33333 * NS + QUANTUM + MMIO + 8 * NS);
}
END_TEST

/* ---- memory ---- */

/* Loads, stores and atomics all over RAM, code included. */
static std::string memory_run(int pieces)
{
	host_rig rig({ "cpu.dram_read_cycles=3", "cpu.dram_write_cycles=2" });
	assembler a;
	std::string log;

	a.li(A0, NEAR);
	a.li(A1, SQZ_DRAM_BASE + 0x4000);
	a.li(A2, 2000);
	a.li(A4, 1);
	const size_t loop = a.here();
	a.sd(A2, A1, 0);
	a.lw(A3, A1, 0);
	a.amoadd_w(A5, A4, A1);
	a.sw(A2, A1, 0x7fc);
	a.ld(A5, A1, 0);
	a.sd(A5, A0);
	a.addi(A1, A1, 0x100);
	a.addi(A2, A2, -1);
	a.bne(A2, ZERO, loop);
	finish_program(a);
	rig.load(a);
	if (pieces)
		rig.dram_target.withdraw(0, 0xfff); /* the code */
	for (int i = 0; i < pieces; i++)
		rig.dram_target.withdraw(0x4000 + 0x2000 * (uint64_t)i,
					 0x4fff + 0x2000 * (uint64_t)i);
	run_to(40000 * NS);
	if (pieces > 3)
		rig.dram_target.restore(0x4000 + 0x2000 * 2,
					0x4fff + 0x2000 * 2);
	rig.dram_target.withdraw(0x20000, 0x20fff);
	rig.run();
	for (const auto &e : rig.near.log)
		log += std::to_string(e.local_ps) + ":" +
		       std::to_string(e.value) + " ";
	return log + std::to_string(rig.end_ps);
}

START_TEST(withdrawn_memory_costs_and_does_the_same)
{
	const auto with = [](int pieces) {
		return in_process_of_its_own(
		    [pieces] { return memory_run(pieces); });
	};
	const std::string reference = with(0);

	ck_assert_uint_gt(reference.size(), 2000 * 10);
	ck_assert(with(1) == reference);
	ck_assert(with(20) == reference);
}
END_TEST

START_TEST(direct_access_ends_and_begins_again)
{
	host_rig rig;
	assembler a;

	a.li(A0, SQZ_DRAM_BASE + 0x8000);
	const size_t loop = a.here();
	a.lw(A1, A0);
	a.j(loop);
	rig.load(a);
	run_to(50000 * NS);
	const uint64_t before = rig.cpu.direct_bytes();
	ck_assert_uint_gt(before, 4 * 10000);
	rig.dram_target.withdraw(0x8000, 0x8fff);
	run_to(100000 * NS);
	ck_assert_uint_eq(rig.cpu.direct_bytes(), before);
	rig.dram_target.restore(0x8000, 0x8fff);
	run_to(150000 * NS);
	ck_assert_uint_gt(rig.cpu.direct_bytes(), before + 4 * 10000);
}
END_TEST

START_TEST(code_runs_from_flash)
{
	host_rig rig({ "cpu.flash_read_cycles=8" });
	assembler a, flash;

	a.li(T0, SQZ_FLASH_BASE);
	a.jr(T0);
	flash.li(A0, NEAR);
	flash.li(A1, SQZ_FLASH_BASE + 0x100);
	flash.sw(A0, A0);
	flash.lw(A2, A1);
	flash.sw(A2, A0);
	finish_program(flash);
	rig.load(a);
	memcpy(rig.flash.data(), flash.words.data(), 4 * flash.words.size());
	rig.flash[0x100] = 0x5a;
	rig.run();
	ck_assert_uint_eq(rig.near.log.size(), 2);
	ck_assert_uint_eq(rig.near.log[1].value, 0x5a);
	ck_assert_uint_eq(rig.near.log[1].local_ps,
			  rig.near.log[0].local_ps + NS + (2 + 8) * NS + MMIO);
}
END_TEST

/* ---- faults ---- */

/* Runs the access, which faults; NEAR hears mcause, mtval, mepc. A0 is the
 * address, A1 0xfedcba9876543210, A2 0x13. Returns what stderr says. */
static std::string fault(host_rig &rig, uint64_t addr,
			 void (*access)(assembler &a))
{
	assembler a, handler;

	a.li(T0, SQZ_DRAM_BASE + 0x1000);
	a.csrw(MTVEC, T0);
	a.li(A0, addr);
	a.li(A1, 0xfedcba9876543210);
	a.li(A2, 0x13);
	while (a.here() < 0x40)
		a.nop();
	access(a); /* at 0x100 */
	handler.li(A3, NEAR);
	for (csr number : { MCAUSE, MTVAL, MEPC }) {
		handler.csrr(A4, number);
		handler.sd(A4, A3);
	}
	finish_program(handler);
	rig.load(a);
	rig.load(handler, 0x400);
	return stderr_of([&] { rig.run(); });
}

static void expect_fault(uint64_t addr, void (*access)(assembler &a),
			 uint64_t cause, const char *line)
{
	host_rig rig;
	const std::string text = fault(rig, addr, access);
	const auto &log = rig.near.log;

	ck_assert_str_eq(text.c_str(), line);
	ck_assert_uint_eq(log.size(), 3);
	ck_assert_uint_eq(log[0].value, cause);
	ck_assert_uint_eq(log[1].value, addr);
	ck_assert_uint_eq(log[2].value,
			  cause == 1 ? addr : SQZ_DRAM_BASE + 0x100);
	ck_assert_uint_eq(rig.finishes.size(), 1);
}

START_TEST(a_load_from_a_hole_faults)
{
	expect_fault(
	    HOLE, [](assembler &a) { a.lw(A1, A0); }, 5,
	    "guest: load access fault at 0x18000000 (nothing is mapped there), "
	    "pc 0x80000100\n");
}
END_TEST

START_TEST(a_store_to_a_hole_shows_its_value)
{
	expect_fault(
	    HOLE + 4, [](assembler &a) { a.sw(A1, A0); }, 7,
	    "guest: store access fault at 0x18000004 (nothing is mapped "
	    "there), value 0x76543210, pc 0x80000100\n");
}
END_TEST

START_TEST(a_refused_store_names_device_and_reason)
{
	expect_fault(
	    SQZ_UART_BASE + 9, [](assembler &a) { a.sb(A1, A0); }, 7,
	    "guest: store access fault at 0x10000009 (uart + 0x9: no register "
	    "takes an access of this size here), value 0x10, pc 0x80000100\n");
}
END_TEST

START_TEST(a_refused_store_names_the_register)
{
	expect_fault(
	    SQZ_MAILBOX_BASE, [](assembler &a) { a.sd(A1, A0); }, 7,
	    "guest: store access fault at 0x41000000 (mailbox + 0x0: "
	    "mailbox.ID: registers take 32-bit accesses only), value "
	    "0xfedcba9876543210, pc 0x80000100\n");
}
END_TEST

START_TEST(a_refused_load_names_the_register)
{
	expect_fault(
	    SQZ_MAILBOX_BASE + 2, [](assembler &a) { a.lw(A1, A0); }, 5,
	    "guest: load access fault at 0x41000002 (mailbox + 0x2: "
	    "mailbox.ID: misaligned register access), pc 0x80000100\n");
}
END_TEST

START_TEST(a_store_to_flash_faults)
{
	expect_fault(
	    SQZ_FLASH_BASE + 0x20, [](assembler &a) { a.sw(A2, A0); }, 7,
	    "guest: store access fault at 0x20000020 (flash + 0x20: this "
	    "memory is read-only), value 0x00000013, pc 0x80000100\n");
}
END_TEST

START_TEST(an_atomic_on_a_device_faults)
{
	expect_fault(
	    NEAR + 8, [](assembler &a) { a.amoadd_w(A1, A2, A0); }, 7,
	    "guest: store access fault at 0x10010008 (near + 0x8: atomics "
	    "work on memory only), pc 0x80000100\n");
}
END_TEST

START_TEST(code_in_a_device_faults)
{
	expect_fault(
	    SQZ_UART_BASE, [](assembler &a) { a.jr(A0); }, 1,
	    "guest: instruction access fault at 0x10000000 (uart + 0x0), pc "
	    "0x10000000\n");
}
END_TEST

/* The last fault's words must not stick to the next: the handler is at 0x1000,
 * and there it faults again before it gets another vector. */
START_TEST(every_fault_has_its_own_words)
{
	host_rig rig;
	assembler a, first, second;

	a.li(T0, SQZ_DRAM_BASE + 0x1000);
	a.csrw(MTVEC, T0);
	a.li(A0, SQZ_FLASH_BASE);
	a.sw(ZERO, A0);
	first.li(T0, SQZ_DRAM_BASE + 0x2000);
	first.csrw(MTVEC, T0);
	first.li(A0, SQZ_UART_BASE);
	first.jr(A0);
	finish_program(second);
	rig.load(a);
	rig.load(first, 0x400);
	rig.load(second, 0x800);
	const std::string text = stderr_of([&] { rig.run(); });
	ck_assert_uint_eq(rig.finishes.size(), 1);
	const size_t line = text.find('\n') + 1;
	ck_assert_ptr_nonnull(strstr(text.c_str(), "read-only), value"));
	ck_assert_str_eq(text.c_str() + line,
			 "guest: instruction access fault at 0x10000000 (uart "
			 "+ 0x0), pc 0x10000000\n");
}
END_TEST

START_TEST(a_guest_without_a_handler_is_reported)
{
	host_rig rig;
	assembler a;

	a.li(A0, HOLE);
	a.lw(A1, A0); /* mtvec is 0: a hole, too */
	rig.load(a);
	std::string error;
	const std::string text =
	    stderr_of([&] { error = error_of([&] { rig.run(); }); });
	ck_assert_str_eq(error.c_str(),
			 "host CPU: its trap handler traps for ever");
	ck_assert_ptr_nonnull(strstr(text.c_str(), "load access fault"));
}
END_TEST

/* ---- end ---- */

START_TEST(nothing_runs_after_the_finisher)
{
	host_rig rig;
	assembler a;

	a.li(T0, SQZ_FINISHER_BASE);
	a.li(T1, 3 << 16 | SQZ_FINISH_FAIL);
	a.li(A0, NEAR);
	const uint64_t n = a.here();
	a.sw(T1, T0);
	a.sw(T1, A0);
	a.j(a.here());
	rig.load(a);
	rig.run();
	ck_assert_uint_eq(rig.finishes.size(), 1);
	ck_assert_int_eq(rig.finishes[0].first, SQZ_FINISH_FAIL);
	ck_assert_uint_eq(rig.finishes[0].second, 3);
	ck_assert_uint_eq(rig.near.log.size(), 0);
	ck_assert_uint_eq(rig.cpu.instructions(), n + 1);
	ck_assert_uint_eq(rig.end_ps, n * NS);
}
END_TEST

static TCase *time_tests()
{
	TCase *tests = tcase_create("time");

	tcase_add_test(tests, device_accesses_cost_mmio_ns);
	tcase_add_test(tests, a_device_may_take_its_time);
	tcase_add_test(tests, the_accelerator_sees_the_cpu_in_time);
	tcase_add_test(tests, the_chip_catches_up_before_plic_and_finisher);
	tcase_add_test(tests, the_time_csr_reads_local_time);
	tcase_add_test(tests, the_cpu_is_at_most_a_quantum_and_a_block_ahead);
	tcase_add_test(tests, a_small_quantum_is_kept);
	tcase_add_test(tests, the_quantum_changes_no_time);
	tcase_add_test(tests, nothing_runs_after_the_finisher);
	return tests;
}

static TCase *interrupt_tests()
{
	TCase *tests = tcase_create("interrupts");

	tcase_add_test(tests, wfi_wakes_exactly_at_the_deadline);
	tcase_add_test(tests, the_timer_interrupts_a_running_program);
	tcase_add_test(tests, wfi_falls_through_when_something_is_pending);
	tcase_add_test(tests, wfi_wakes_exactly_at_an_interrupt);
	tcase_add_test(tests, wfi_wakes_at_the_next_cycle);
	tcase_add_test(tests, wfi_ignores_what_is_not_enabled);
	tcase_add_test(tests, an_interrupt_reaches_a_sleeping_cpu_at_once);
	tcase_add_test(tests, a_lowered_level_does_not_enter_again);
	tcase_add_test(tests, a_level_that_stays_enters_again);
	tcase_add_test(tests,
		       an_interrupt_reaches_a_running_cpu_within_a_quantum);
	return tests;
}

static TCase *memory_tests()
{
	TCase *tests = tcase_create("memory");

	tcase_add_test(tests, withdrawn_memory_costs_and_does_the_same);
	tcase_add_test(tests, direct_access_ends_and_begins_again);
	tcase_add_test(tests, code_runs_from_flash);
	return tests;
}

static TCase *fault_tests()
{
	TCase *tests = tcase_create("faults");

	tcase_add_test(tests, a_load_from_a_hole_faults);
	tcase_add_test(tests, a_store_to_a_hole_shows_its_value);
	tcase_add_test(tests, a_refused_store_names_device_and_reason);
	tcase_add_test(tests, a_refused_store_names_the_register);
	tcase_add_test(tests, a_refused_load_names_the_register);
	tcase_add_test(tests, a_store_to_flash_faults);
	tcase_add_test(tests, an_atomic_on_a_device_faults);
	tcase_add_test(tests, code_in_a_device_faults);
	tcase_add_test(tests, every_fault_has_its_own_words);
	tcase_add_test(tests, a_guest_without_a_handler_is_reported);
	return tests;
}

int main()
{
	Suite *suite = suite_create("host_cpu");

	suite_add_tcase(suite, time_tests());
	suite_add_tcase(suite, interrupt_tests());
	suite_add_tcase(suite, memory_tests());
	suite_add_tcase(suite, fault_tests());
	return sqz_suite_main(suite);
}
