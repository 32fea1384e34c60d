/*
 * Traps and interrupts: every cause a machine-mode program can meet, with the
 * CSRs its handler sees; nested, vectored, in order of priority; wfi.
 *
 * Left out is what QEMU 7.2 does differently: causes of faulting atomics, and
 * MPP (it has a user mode).
 */
#include "guest.h"

struct trap_log {
	uint64_t slot, cause, epc, tval, status, count;
};

struct trap_log trap_log;
void vectors(void);
static volatile int nest;

#define PLIC_PRIORITY(id) (*(volatile uint32_t *)(0x0c000000 + 4 * (id)))
#define PLIC_PENDING0	  (*(volatile uint32_t *)0x0c001000)
#define PLIC_ENABLE0	  (*(volatile uint32_t *)0x0c002000)
#define PLIC_THRESHOLD	  (*(volatile uint32_t *)0x0c200000)
#define PLIC_CLAIM	  (*(volatile uint32_t *)0x0c200004)
#define UART_SOURCE	  10

#define CSR_READ(name)                                                         \
	({                                                                     \
		uint64_t v_;                                                   \
		__asm__ volatile("csrr %0, " #name : "=r"(v_)::"memory");      \
		v_;                                                            \
	})
#define CSR_WRITE(name, value)                                                 \
	__asm__ volatile("csrw " #name ", %0" ::"r"(value) : "memory")
#define CSR_SET(name, value)                                                   \
	__asm__ volatile("csrs " #name ", %0" ::"r"(value) : "memory")
#define CSR_CLEAR(name, value)                                                 \
	__asm__ volatile("csrc " #name ", %0" ::"r"(value) : "memory")

#define MIE 8ull
#define MSI (1ull << 3)
#define MTI (1ull << 7)
#define MEI (1ull << 11)

/* Runs one 4-byte instruction and prints the trap it caused; epc relative to
 * it. */
#define TRY(name, text, ...)                                                   \
	do {                                                                   \
		uint64_t here_;                                                \
		trap_log.cause = 99;                                           \
		__asm__ volatile(".option push; .option norvc\n"               \
				 "la %0, 1f\n"                                 \
				 "1: " text "\n"                               \
				 ".option pop"                                 \
				 : "=&r"(here_)                                \
				 : __VA_ARGS__                                 \
				 : "memory", "t0", "t1");                      \
		report(name, here_);                                           \
	} while (0)

static void report(const char *name, uint64_t here)
{
	put_text(name);
	put_line(":", trap_log.count);
	if (trap_log.cause == 99)
		return;
	put_line("  slot", trap_log.slot);
	put_line("  cause", trap_log.cause);
	put_line("  epc", trap_log.epc - here);
	put_line("  tval", trap_log.tval);
	put_line("  status", trap_log.status & 0x88);
}

void take_exception(uint64_t cause)
{
	if (cause == 11 && nest > 0) {
		nest--;
		__asm__ volatile(".option push; .option norvc; ecall; "
				 ".option pop" ::
				     : "memory");
	}
}

void take_interrupt(uint64_t cause)
{
	uint32_t id = 0;

	if ((cause & 15) == 11) { /* before printing, which sends bytes */
		id = PLIC_CLAIM;
		GUEST_UART[1] = 0;
	}
	put_line("  interrupt", cause);
	put_line("  slot", trap_log.slot);
	put_line("  status", trap_log.status & 0x88);
	switch (cause & 15) {
	case 3:
		*GUEST_MSIP = 0;
		break;
	case 7:
		*GUEST_MTIMECMP = ~0ull;
		break;
	case 11:
		put_line("  source", id);
		PLIC_CLAIM = id;
		break;
	default:
		finish(2);
	}
}

static void exceptions(void)
{
	uint64_t nowhere = 1ull << 48;
	static uint64_t word[2];

	TRY("none", "nop", "r"(0));
	TRY("ecall", "ecall", "r"(0));
	TRY("ebreak", "ebreak", "r"(0));
	TRY("illegal", ".word 0xffffffff", "r"(0));
	TRY("no csr", "csrr t0, 0xfff", "r"(0));
	TRY("read-only csr", "csrw mhartid, t0", "r"(0));
	TRY("read-only csr, read", "csrs mhartid, x0", "r"(0));
	TRY("load fault", "ld t0, 0(%1)", "r"(nowhere));
	TRY("byte fault", "lb t0, 5(%1)", "r"(nowhere));
	TRY("store fault", "sd t0, 8(%1)", "r"(nowhere));
	TRY("misaligned load", "ld t0, 3(%1)", "r"(word));
	TRY("misaligned store", "sw t0, 3(%1)", "r"(word));
	TRY("misaligned lr", "lr.w t0, (%1)", "r"((uint8_t *)word + 2));
	for (nest = 3; nest > 0;)
		TRY("nested", "ecall", "r"(0));
}

/* A jump to nowhere: mepc and mtval are the target, so the handler would skip
 * into nowhere. This one takes ra instead. */
static void fetch_fault(void)
{
	uint64_t cause, epc, tval;

	CSR_WRITE(mtvec, 0);
	__asm__ volatile("la t0, 1f\n"
			 "csrw mtvec, t0\n"
			 "jr %3\n"
			 ".align 2\n"
			 "1: csrr %0, mcause\n"
			 "csrr %1, mepc\n"
			 "csrr %2, mtval\n"
			 : "=&r"(cause), "=&r"(epc), "=&r"(tval)
			 : "r"(1ull << 48)
			 : "t0", "memory");
	put_line("fetch fault", cause);
	put_line("  epc", epc);
	put_line("  tval", tval);
	CSR_WRITE(mtvec, (uint64_t)vectors | 1);
}

static void csrs(void)
{
	static const uint64_t values[] = { 0, ~0ull, 0x5555555555555555,
					   0xaaaaaaaaaaaaaaaa };

	for (int k = 0; k < 4; k++) {
		CSR_WRITE(mscratch, values[k]);
		CSR_WRITE(mepc, values[k]);
		CSR_WRITE(mcause, values[k]);
		CSR_WRITE(mtval, values[k]);
		CSR_WRITE(mtvec, values[k] & ~2ull);
		CSR_WRITE(mie, values[k] & 0x888);
		put_line("mscratch", CSR_READ(mscratch));
		put_line("mepc", CSR_READ(mepc) & ~1ull); /* QEMU keeps it */
		put_line("mcause", CSR_READ(mcause));
		put_line("mtval", CSR_READ(mtval));
		put_line("mtvec", CSR_READ(mtvec));
		put_line("mie", CSR_READ(mie));
	}
	CSR_WRITE(mie, 0);
	CSR_WRITE(mtvec, 0x80000000);
	CSR_WRITE(mtvec, 0x80001002); /* reserved mode: not taken */
	put_line("mtvec", CSR_READ(mtvec));
	CSR_WRITE(mtvec, (uint64_t)vectors | 1);
	put_line("misa", CSR_READ(misa));
	put_line("mhartid", CSR_READ(mhartid));
	put_line("mvendorid", CSR_READ(mvendorid));
	CSR_WRITE(mscratch, 0xf0f0);
	__asm__ volatile("csrrsi x0, mscratch, 15; csrrci x0, mscratch, 16");
	put_line("mscratch", CSR_READ(mscratch));
	CSR_WRITE(mcountinhibit, 5);
	uint64_t cycle = CSR_READ(mcycle), instret = CSR_READ(minstret);
	put_line("inhibited",
		 (CSR_READ(mcycle) - cycle) | (CSR_READ(minstret) - instret));
	CSR_WRITE(mcountinhibit, 0);
	__asm__ volatile("nop");
	put_line("counts", CSR_READ(minstret) > instret);
}

static void software_and_timer(void)
{
	put_text("msip\n");
	CSR_WRITE(mie, MSI | MTI);
	CSR_SET(mstatus, MIE);
	*GUEST_MSIP = 1;
	while (*GUEST_MSIP)
		;
	put_text("mtime\n");
	*GUEST_MTIMECMP = read_mtime() + 1000;
	while (*GUEST_MTIMECMP != ~0ull)
		;
	put_text("both: msip first\n");
	CSR_CLEAR(mstatus, MIE);
	*GUEST_MSIP = 1;
	*GUEST_MTIMECMP = 0;
	put_line("mip", CSR_READ(mip) & 0x888);
	CSR_SET(mstatus, MIE);
	while (*GUEST_MTIMECMP != ~0ull)
		;
	put_line("mip", CSR_READ(mip) & 0x888);
	CSR_CLEAR(mstatus, MIE);
}

static void wait_for_interrupt(void)
{
	uint64_t before = trap_log.count;

	*GUEST_MTIMECMP = read_mtime() + 1000;
	__asm__ volatile("wfi" ::: "memory");
	put_line("wfi woke without a trap", trap_log.count - before);
	put_line("mip", CSR_READ(mip) & MTI);
	CSR_SET(mstatus, MIE);
	put_line("then trapped", trap_log.count - before);
	*GUEST_MTIMECMP = read_mtime() + 1000;
	__asm__ volatile("wfi" ::: "memory");
	put_line("wfi woke with a trap", trap_log.count - before);
	CSR_CLEAR(mstatus, MIE);
}

static void external(void)
{
	put_text("plic\n");
	PLIC_PRIORITY(UART_SOURCE) = 1;
	PLIC_THRESHOLD = 1;
	PLIC_ENABLE0 = 1u << UART_SOURCE;
	CSR_WRITE(mie, MEI);
	GUEST_UART[1] = 2; /* transmitter empty */
	put_line("pending", PLIC_PENDING0);
	put_line("mip", CSR_READ(mip) & MEI);
	PLIC_THRESHOLD = 0;
	put_line("mip", CSR_READ(mip) & MEI);
	CSR_SET(mstatus, MIE);
	put_line("taken", CSR_READ(mip) & MEI);
	CSR_CLEAR(mstatus, MIE);
	put_line("pending", PLIC_PENDING0);
	put_line("claim", PLIC_CLAIM);
	PLIC_PRIORITY(UART_SOURCE) = 0xffffffff;
	put_line("priority", PLIC_PRIORITY(UART_SOURCE));
}

int main(void)
{
	CSR_CLEAR(mstatus, MIE);
	CSR_SET(mstatus, 0x1800);
	*GUEST_MTIMECMP = ~0ull;
	CSR_WRITE(mtvec, (uint64_t)vectors | 1);
	exceptions();
	fetch_fault();
	csrs();
	software_and_timer();
	wait_for_interrupt();
	external();
	return 42;
}
