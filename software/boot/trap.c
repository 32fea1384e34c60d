#include "boot/trap.h"

#include <stdio.h>
#include <stdlib.h>

#include "boot/exit_codes.h"

void sqz_trap_entry(void);
void sqz_trap_again(void);

static const char *const exception_names[] = {
	[0] = "instruction address misaligned",
	[1] = "instruction access fault",
	[2] = "illegal instruction",
	[3] = "breakpoint",
	[4] = "load address misaligned",
	[5] = "load access fault",
	[6] = "store address misaligned",
	[7] = "store access fault",
	[8] = "environment call from U-mode",
	[9] = "environment call from S-mode",
	[11] = "environment call from M-mode",
	[12] = "instruction page fault",
	[13] = "load page fault",
	[15] = "store page fault",
};

#define EXCEPTIONS     (sizeof(exception_names) / sizeof(*exception_names))
#define INTERRUPT_FLAG ((uintptr_t)1 << (sizeof(uintptr_t) * 8 - 1))

static void (*interrupt_handlers[SQZ_INTERRUPT_COUNT])(void);
static bool (*exception_handler)(uintptr_t cause, uintptr_t mtval);

const char *sqz_trap_name(uintptr_t cause)
{
	if (cause & INTERRUPT_FLAG)
		return "interrupt without a handler";
	if (cause >= EXCEPTIONS || !exception_names[cause])
		return "reserved";
	return exception_names[cause];
}

void sqz_trap_attach(enum sqz_interrupt number, void (*handler)(void))
{
	interrupt_handlers[number] = handler;
	sqz_csr_enable_interrupt(number);
}

void sqz_trap_attach_exception(bool (*handler)(uintptr_t cause,
					       uintptr_t mtval))
{
	exception_handler = handler;
}

/* The two low bits tell a compressed instruction from a whole one. */
static void go_on_behind(uintptr_t pc)
{
	const uint16_t *instruction = (const uint16_t *)pc;

	sqz_csr_set_return(pc + ((*instruction & 3) == 3 ? 4 : 2));
}

static void report(uintptr_t mcause, uintptr_t mepc, uintptr_t mtval)
{
	sqz_csr_set_trap_vector(sqz_trap_again);
	printf("trap: %s (cause %lu) at pc 0x%08lx, mtval 0x%08lx\n",
	       sqz_trap_name(mcause), (unsigned long)(mcause & ~INTERRUPT_FLAG),
	       (unsigned long)mepc, (unsigned long)mtval);
	exit(SQZ_EXIT_TRAP);
}

static void handle_exception(uintptr_t mcause, uintptr_t mepc, uintptr_t mtval)
{
	if (exception_handler && exception_handler(mcause, mtval))
		go_on_behind(mepc);
	else
		report(mcause, mepc, mtval);
}

void sqz_trap(uintptr_t mcause, uintptr_t mepc, uintptr_t mtval)
{
	uintptr_t number = mcause & ~INTERRUPT_FLAG;

	if (!(mcause & INTERRUPT_FLAG))
		handle_exception(mcause, mepc, mtval);
	else if (number < SQZ_INTERRUPT_COUNT && interrupt_handlers[number])
		interrupt_handlers[number]();
	else
		report(mcause, mepc, mtval);
}
