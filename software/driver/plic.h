/* The PLIC, as seen by hart 0 in machine mode (context 0). `base` is its bus
 * address, `source` 1 to SQZ_IRQ_SOURCES - 1. */
#ifndef SQZ_DRIVER_PLIC_H
#define SQZ_DRIVER_PLIC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lets every priority above 0 through; all sources off. */
void sqz_io_plic_init(uint64_t base);
/* Priority 1, enabled. */
void sqz_io_plic_enable(uint64_t base, unsigned source);
void sqz_io_plic_disable(uint64_t base, unsigned source);
/* The pending source of the highest priority, or 0. */
unsigned sqz_io_plic_claim(uint64_t base);
/* The claimed source may interrupt again. */
void sqz_io_plic_complete(uint64_t base, unsigned source);

#ifdef __cplusplus
}
#endif

#endif
