/*
 * What happens after the trap vector: interrupts go to the handler that was
 * set, everything else is reported in one line and ends the run, unless a
 * handler of exceptions takes it.
 */
#ifndef SQZ_BOOT_TRAP_H
#define SQZ_BOOT_TRAP_H

#include <stdbool.h>

#include "boot/csr.h"

/* Sets the handler of one interrupt and enables it in mie. It is called with
 * interrupts masked and must make the cause go away. */
void sqz_trap_attach(enum sqz_interrupt number, void (*handler)(void));

/* Who is asked when an exception comes; true: the program goes on behind the
 * instruction that trapped. NULL: nobody. */
void sqz_trap_attach_exception(bool (*handler)(uintptr_t cause,
					       uintptr_t mtval));

/* "load access fault"; "reserved" for numbers without a meaning. */
const char *sqz_trap_name(uintptr_t cause);

/* Called by the vector. */
void sqz_trap(uintptr_t mcause, uintptr_t mepc, uintptr_t mtval);

#endif
