/*
 * PLIC: 127 level-triggered sources, one context (machine mode of hart 0), at
 * the offsets and with the 3-bit priorities of QEMU's virt board.
 *
 *   0x000000 + 4 * id  priority of source id, 0 (never) .. 7
 *   0x001000           pending bits, read-only
 *   0x002000           enable bits
 *   0x200000           threshold: only higher priorities interrupt
 *   0x200004           claim (read), completion (write)
 *
 * Only aligned 32-bit accesses. As in QEMU, and other than a strict gateway, a
 * source that falls before it was claimed is no longer pending: it would only
 * make a spurious interrupt. The threshold does not hold back a claim.
 */
#ifndef SQZ_MODELS_CPU_PLIC_H
#define SQZ_MODELS_CPU_PLIC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	SQZ_PLIC_SOURCES = 128, /* ids 1..127 */
	SQZ_PLIC_WORDS = SQZ_PLIC_SOURCES / 32
};

struct sqz_plic {
	void (*irq)(void *ctx, bool level);
	void *ctx;
	uint8_t priority[SQZ_PLIC_SOURCES];
	uint32_t level[SQZ_PLIC_WORDS];	  /* the wires */
	uint32_t claimed[SQZ_PLIC_WORDS]; /* claimed and not completed */
	uint32_t enable[SQZ_PLIC_WORDS];
	uint8_t threshold;
};

void sqz_plic_init(struct sqz_plic *plic, void (*irq)(void *ctx, bool level),
		   void *ctx);

/* Registers as after power-on; wires keep their levels. */
void sqz_plic_reset(struct sqz_plic *plic);

/* Level of source 1..127; other ids are ignored. */
void sqz_plic_set(struct sqz_plic *plic, unsigned source, bool level);

/* What a claim would get now; 0: nothing. */
unsigned sqz_plic_next(const struct sqz_plic *plic);

/* One guest access; 0, or -1: access fault. */
int sqz_plic_read(struct sqz_plic *plic, uint64_t offset, unsigned size,
		  uint64_t *value);
int sqz_plic_write(struct sqz_plic *plic, uint64_t offset, unsigned size,
		   uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
