/*
 * CLINT: software and timer interrupt of one hart, as on QEMU's virt board.
 *
 *   0x0000  msip      32 bit, bit 0
 *   0x4000  mtimecmp  64 bit
 *   0xbff8  mtime     64 bit
 *
 * The 64-bit registers also take aligned 32-bit accesses. Time comes from a
 * callback in ticks of the timebase (10 MHz on this board). The timer interrupt
 * is a level that follows time: whoever lets time pass calls
 * sqz_clint_update() when sqz_clint_deadline() is reached.
 */
#ifndef SQZ_MODELS_CPU_CLINT_H
#define SQZ_MODELS_CPU_CLINT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_clint_config {
	uint64_t (*time)(void *ctx); /* ticks, never backwards */
	void (*software_irq)(void *ctx, bool level);
	void (*timer_irq)(void *ctx, bool level);
	void *ctx;
};

struct sqz_clint {
	struct sqz_clint_config config;
	uint64_t mtimecmp;
	uint64_t offset; /* mtime - ticks: the guest may write mtime */
	bool msip;
};

void sqz_clint_init(struct sqz_clint *clint,
		    const struct sqz_clint_config *config);

/* As after power-on: no software interrupt, timer never. */
void sqz_clint_reset(struct sqz_clint *clint);

/* Sets both interrupt levels by the present state and time. */
void sqz_clint_update(struct sqz_clint *clint);

uint64_t sqz_clint_mtime(const struct sqz_clint *clint);

/* The tick (of the callback) at which the timer level rises; UINT64_MAX: it is
 * up already or will not. */
uint64_t sqz_clint_deadline(const struct sqz_clint *clint);

/* One guest access; 0, or -1: access fault. */
int sqz_clint_read(struct sqz_clint *clint, uint64_t offset, unsigned size,
		   uint64_t *value);
int sqz_clint_write(struct sqz_clint *clint, uint64_t offset, unsigned size,
		    uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
