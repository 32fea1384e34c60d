/*
 * The port layer on the virtual RISC-V host, without an operating system: one
 * hart, machine mode, no address translation, so that a pointer into DRAM is
 * its bus address.
 *
 * The CLINT's alarm belongs to sqz_wait_irq() while it sleeps. The timer's
 * interrupt is never taken there: `wfi` wakes up for what is enabled and
 * pending although interrupts are masked, and that is enough.
 */
#include "driver/port_baremetal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/trap.h"
#include "driver/clint.h"
#include "driver/plic.h"
#include "driver/port_extra.h"
#include "driver/port_irq.h"
#include "sqz/memmap.h"
#include "sqz/port.h"

/* From the linker script: DRAM above the program. */
extern uint8_t __dma_start[];
extern uint8_t __dma_end[];

static uintptr_t dma_next;

uint8_t sqz_read8(uint64_t addr)
{
	return *(const volatile uint8_t *)addr;
}

void sqz_write8(uint64_t addr, uint8_t value)
{
	*(volatile uint8_t *)addr = value;
}

uint32_t sqz_read32(uint64_t addr)
{
	return *(const volatile uint32_t *)addr;
}

void sqz_write32(uint64_t addr, uint32_t value)
{
	*(volatile uint32_t *)addr = value;
}

uint64_t sqz_read64(uint64_t addr)
{
	return *(const volatile uint64_t *)addr;
}

void sqz_write64(uint64_t addr, uint64_t value)
{
	*(volatile uint64_t *)addr = value;
}

void *sqz_dma_alloc(size_t bytes, size_t align)
{
	uintptr_t end = (uintptr_t)__dma_end;
	uintptr_t start = (dma_next + align - 1) & ~(align - 1);

	if (start > end || bytes > end - start)
		return NULL;
	dma_next = start + bytes;
	return memset((void *)start, 0, bytes);
}

uint64_t sqz_dma_addr(const void *pointer)
{
	return (uintptr_t)pointer;
}

static bool inside(uint64_t addr, uint64_t bytes, uint64_t base, uint64_t size)
{
	return addr >= base && addr - base <= size &&
	       bytes <= size - (addr - base);
}

const void *sqz_bus_map(uint64_t addr, uint64_t bytes)
{
	if (!inside(addr, bytes, SQZ_FLASH_BASE, SQZ_FLASH_MAX_BYTES) &&
	    !inside(addr, bytes, SQZ_DRAM_BASE, SQZ_DRAM_MAX_BYTES))
		return NULL;
	return (const void *)addr;
}

void sqz_barrier(void)
{
	__asm__ volatile("fence iorw, iorw" : : : "memory");
}

uintptr_t sqz_irq_lock(void)
{
	return sqz_csr_mask_interrupts();
}

void sqz_irq_unlock(uintptr_t state)
{
	sqz_csr_restore_interrupts(state);
}

void sqz_port_init(void)
{
	dma_next = (uintptr_t)__dma_start;
	sqz_io_plic_init(SQZ_PLIC_BASE);
	sqz_trap_attach(SQZ_INTERRUPT_EXTERNAL, sqz_port_dispatch_irqs);
	sqz_csr_restore_interrupts(SQZ_MSTATUS_MIE);
}

void sqz_wait_irq(uint64_t deadline_ns)
{
	if (deadline_ns) {
		sqz_io_clint_set_alarm(SQZ_CLINT_BASE,
				       sqz_io_clint_ns_to_ticks(deadline_ns));
		sqz_csr_enable_interrupt(SQZ_INTERRUPT_TIMER);
	}
	sqz_csr_wait();
	sqz_csr_disable_interrupt(SQZ_INTERRUPT_TIMER);
	/* What woke us up is taken between these two. */
	sqz_csr_restore_interrupts(SQZ_MSTATUS_MIE);
	sqz_csr_mask_interrupts();
}

uint64_t sqz_time_ns(void)
{
	return sqz_io_clint_ticks_to_ns(sqz_io_clint_time(SQZ_CLINT_BASE));
}

void sqz_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}
