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
#include "sqz/memmap.h"
#include "sqz/port.h"

/* From the linker script: DRAM above the program. */
extern uint8_t __dma_start[];
extern uint8_t __dma_end[];

struct irq_slot {
	void (*handler)(void *arg);
	void *arg;
};

static struct irq_slot irq_slots[SQZ_IRQ_SOURCES];
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

/* A source that nobody handles is switched off: it would come for ever. */
static void handle_source(unsigned source)
{
	const struct irq_slot *slot = &irq_slots[source % SQZ_IRQ_SOURCES];

	if (slot->handler)
		slot->handler(slot->arg);
	sqz_io_plic_complete(SQZ_PLIC_BASE, source);
	if (!slot->handler)
		sqz_io_plic_disable(SQZ_PLIC_BASE, source);
}

static void dispatch_external(void)
{
	unsigned source;

	while ((source = sqz_io_plic_claim(SQZ_PLIC_BASE)) != 0)
		handle_source(source);
}

void sqz_port_init(void)
{
	dma_next = (uintptr_t)__dma_start;
	sqz_io_plic_init(SQZ_PLIC_BASE);
	sqz_trap_attach(SQZ_INTERRUPT_EXTERNAL, dispatch_external);
	sqz_csr_restore_interrupts(SQZ_MSTATUS_MIE);
}

int sqz_irq_attach(unsigned source, void (*handler)(void *arg), void *arg)
{
	if (source == 0 || source >= SQZ_IRQ_SOURCES || !handler)
		return -1;

	uintptr_t state = sqz_irq_lock();

	irq_slots[source] = (struct irq_slot){ handler, arg };
	sqz_io_plic_enable(SQZ_PLIC_BASE, source);
	sqz_irq_unlock(state);
	return 0;
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
