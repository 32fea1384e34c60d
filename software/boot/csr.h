/* Machine-mode control and status registers, as functions. */
#ifndef SQZ_BOOT_CSR_H
#define SQZ_BOOT_CSR_H

#include <stdint.h>

#define SQZ_MSTATUS_MIE ((uintptr_t)1 << 3)

/* Interrupt numbers; also bit numbers in mie and mip. */
enum sqz_interrupt {
	SQZ_INTERRUPT_SOFTWARE = 3,
	SQZ_INTERRUPT_TIMER = 7,
	SQZ_INTERRUPT_EXTERNAL = 11,
	SQZ_INTERRUPT_COUNT = 16
};

/* Clears mstatus.MIE; returns whether it was set, as a mask. */
static inline uintptr_t sqz_csr_mask_interrupts(void)
{
	uintptr_t old;

	__asm__ volatile("csrrci %0, mstatus, 8" : "=r"(old) : : "memory");
	return old & SQZ_MSTATUS_MIE;
}

static inline void sqz_csr_restore_interrupts(uintptr_t mask)
{
	__asm__ volatile("csrs mstatus, %0" : : "r"(mask) : "memory");
}

static inline void sqz_csr_enable_interrupt(enum sqz_interrupt number)
{
	uintptr_t bit = (uintptr_t)1 << number;

	__asm__ volatile("csrs mie, %0" : : "r"(bit) : "memory");
}

static inline void sqz_csr_disable_interrupt(enum sqz_interrupt number)
{
	uintptr_t bit = (uintptr_t)1 << number;

	__asm__ volatile("csrc mie, %0" : : "r"(bit) : "memory");
}

static inline void sqz_csr_set_trap_vector(void (*entry)(void))
{
	__asm__ volatile("csrw mtvec, %0" : : "r"(entry) : "memory");
}

/* Where mret goes. */
static inline void sqz_csr_set_return(uintptr_t pc)
{
	__asm__ volatile("csrw mepc, %0" : : "r"(pc) : "memory");
}

/* Sleeps until an enabled interrupt is pending, masked or not. May return for
 * no reason. */
static inline void sqz_csr_wait(void)
{
	__asm__ volatile("wfi" : : : "memory");
}

#endif
