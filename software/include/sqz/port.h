/*
 * The port layer: all contact of the driver with the machine.
 *
 * The driver never casts a pointer to a bus address: it asks sqz_dma_addr().
 * Ports: software/driver/port_baremetal.c (the virtual RISC-V host),
 * software/native/port_native.c (the build machine, in `sqz run --host native`)
 * and, for the unit tests, a mock. In the last two the DMA pool lies at another
 * bus address than its pointers. docs/driver.md says how to write one.
 */
#ifndef SQZ_PORT_H
#define SQZ_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Device registers and node memory, by bus address, naturally aligned. */
uint32_t sqz_read32(uint64_t addr);
void sqz_write32(uint64_t addr, uint32_t value);
uint64_t sqz_read64(uint64_t addr);
void sqz_write64(uint64_t addr, uint64_t value);

/* Memory that the controller can reach. Zeroed; never freed. align is a power
 * of two. NULL when the pool is used up. */
void *sqz_dma_alloc(size_t bytes, size_t align);
/* Bus address of a pointer into such memory. */
uint64_t sqz_dma_addr(const void *pointer);

/* Memory writes before it are seen by devices before accesses after it. */
void sqz_barrier(void);

/* Masks the accelerator's interrupts; returns what unlock needs. */
uintptr_t sqz_irq_lock(void);
void sqz_irq_unlock(uintptr_t state);
/* Registers the handler of one PLIC source and enables it. 0, or negative. */
int sqz_irq_attach(unsigned source, void (*handler)(void *arg), void *arg);
/* Sleeps until an interrupt has been handled or deadline_ns is reached
 * (0: no deadline). Call with interrupts locked, so that none is missed. */
void sqz_wait_irq(uint64_t deadline_ns);

/* Nanoseconds since reset; monotonic. */
uint64_t sqz_time_ns(void);

/* One line for people; printf-like, no newline needed. */
void sqz_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#ifdef __cplusplus
}
#endif

#endif
