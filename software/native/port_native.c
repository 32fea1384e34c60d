/*
 * The port layer on the build machine: the program is a shared object, the
 * machine is `sqz run --host native` (sqz/native.h).
 *
 * Registers are accesses of the platform's bus. The DMA pool is the platform's
 * DRAM, so that a pointer into it is not its bus address. Interrupts are taken
 * where the program calls the port, never in between: after an access, when
 * interrupts are unlocked, and in sqz_wait_irq(). A loop that waits for an
 * interrupt handler must therefore call the port; one that only looks at a
 * variable would look for ever, as no time passes.
 *
 * The platform runs one program once; the port's state is that program's.
 */
#include "native/port_native.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/exit_codes.h"
#include "driver/finisher.h"
#include "driver/plic.h"
#include "driver/port_extra.h"
#include "driver/port_irq.h"
#include "driver/uart.h"
#include "sqz/memmap.h"
#include "sqz/native.h"
#include "sqz/port.h"

/* As firmware: it counts on 128 MiB of DRAM, of which the first MiB stands for
 * the program. */
#define POOL_BASE  (SQZ_DRAM_BASE + UINT64_C(0x100000))
#define POOL_BYTES (UINT64_C(0x08000000) - UINT64_C(0x100000))

static struct {
	const struct sqz_native_host *host;
	uint8_t *pool;
	uint64_t pool_used;
	bool locked;
} port;

int main(void);

/* ---- interrupts ---- */

static void take_interrupts(void)
{
	if (port.locked || !port.host->interrupt(port.host->ctx))
		return;
	port.locked = true;
	sqz_port_dispatch_irqs();
	port.locked = false;
}

uintptr_t sqz_irq_lock(void)
{
	uintptr_t was_unlocked = !port.locked;

	port.locked = true;
	return was_unlocked;
}

void sqz_irq_unlock(uintptr_t state)
{
	if (!state)
		return;
	port.locked = false;
	take_interrupts();
}

void sqz_wait_irq(uint64_t deadline_ns)
{
	bool locked = port.locked;

	port.host->sleep(port.host->ctx, deadline_ns);
	port.locked = false;
	take_interrupts();
	port.locked = locked;
}

/* ---- registers ---- */

static void fail_access(const char *what, uint64_t addr)
{
	printf("trap: %s access fault, mtval 0x%08lx\n", what,
	       (unsigned long)addr);
	sqz_native_exit(SQZ_EXIT_TRAP);
}

static uint64_t read_bus(uint64_t addr, unsigned size)
{
	uint64_t value = 0;

	if (!port.host->read(port.host->ctx, addr, size, &value))
		fail_access("load", addr);
	take_interrupts();
	return value;
}

static void write_bus(uint64_t addr, unsigned size, uint64_t value)
{
	if (!port.host->write(port.host->ctx, addr, size, value))
		fail_access("store", addr);
	take_interrupts();
}

uint8_t sqz_read8(uint64_t addr)
{
	return (uint8_t)read_bus(addr, 1);
}

void sqz_write8(uint64_t addr, uint8_t value)
{
	write_bus(addr, 1, value);
}

uint32_t sqz_read32(uint64_t addr)
{
	return (uint32_t)read_bus(addr, 4);
}

void sqz_write32(uint64_t addr, uint32_t value)
{
	write_bus(addr, 4, value);
}

uint64_t sqz_read64(uint64_t addr)
{
	return read_bus(addr, 8);
}

void sqz_write64(uint64_t addr, uint64_t value)
{
	write_bus(addr, 8, value);
}

void sqz_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

/* ---- memory ---- */

void *sqz_dma_alloc(size_t bytes, size_t align)
{
	uint64_t start = (port.pool_used + align - 1) & ~(align - 1);

	if (!port.pool || start > POOL_BYTES || bytes > POOL_BYTES - start)
		return NULL;
	port.pool_used = start + bytes;
	return memset(port.pool + start, 0, bytes);
}

uint64_t sqz_dma_addr(const void *pointer)
{
	return POOL_BASE + (uint64_t)((const uint8_t *)pointer - port.pool);
}

const void *sqz_bus_map(uint64_t addr, uint64_t bytes)
{
	return port.host->memory(port.host->ctx, addr, bytes, false);
}

/* ---- the rest ---- */

uint64_t sqz_time_ns(void)
{
	uint64_t now = port.host->time_ns(port.host->ctx);

	take_interrupts();
	return now;
}

void sqz_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void sqz_native_exit(int code)
{
	for (;;)
		sqz_io_finisher_exit(SQZ_FINISHER_BASE, code);
}

static void run(const struct sqz_native_host *host)
{
	port.host = host;
	port.pool = host->memory(host->ctx, POOL_BASE, POOL_BYTES, true);
	sqz_io_uart_init(SQZ_UART_BASE);
	sqz_io_plic_init(SQZ_PLIC_BASE);
	sqz_native_exit(main());
}

__attribute__((visibility("default")))
const struct sqz_native_program sqz_native_program = {
	.version = SQZ_NATIVE_VERSION,
	.run = run,
};
