/*
 * Two things that the devices beside the accelerator need of a port, on top of
 * sqz/port.h: byte registers (the ns16550a has them), and a pointer to memory
 * whose bus address somebody else decided (the image in flash).
 */
#ifndef SQZ_DRIVER_PORT_EXTRA_H
#define SQZ_DRIVER_PORT_EXTRA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint8_t sqz_read8(uint64_t addr);
void sqz_write8(uint64_t addr, uint8_t value);

/* Memory of the machine, DRAM or flash, at a bus address. NULL if not all of
 * bytes lie in one of them. */
const void *sqz_bus_map(uint64_t addr, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
