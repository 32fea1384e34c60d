#include "boot/trap.h"

#include <stdbool.h>
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

static void report(uintptr_t mcause, uintptr_t mepc, uintptr_t mtval)
{
	sqz_csr_set_trap_vector(sqz_trap_again);
	printf("trap: %s (cause %lu) at pc 0x%08lx, mtval 0x%08lx\n",
	       sqz_trap_name(mcause), (unsigned long)(mcause & ~INTERRUPT_FLAG),
	       (unsigned long)mepc, (unsigned long)mtval);
	exit(SQZ_EXIT_TRAP);
}

void sqz_trap(uintptr_t mcause, uintptr_t mepc, uintptr_t mtval)
{
	uintptr_t number = mcause & ~INTERRUPT_FLAG;
	bool handled = (mcause & INTERRUPT_FLAG) &&
		       number < SQZ_INTERRUPT_COUNT &&
		       interrupt_handlers[number];

	if (!handled)
		report(mcause, mepc, mtval);
	else
		interrupt_handlers[number]();
}
