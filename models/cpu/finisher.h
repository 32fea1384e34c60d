/*
 * Test finisher, as on QEMU's virt board: one 32-bit register at offset 0. The
 * low half-word says what, the high one carries a code. Other values are
 * ignored; it reads 0.
 */
#ifndef SQZ_MODELS_CPU_FINISHER_H
#define SQZ_MODELS_CPU_FINISHER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_finish {
	SQZ_FINISH_FAIL = 0x3333,
	SQZ_FINISH_PASS = 0x5555,
	SQZ_FINISH_RESET = 0x7777
};

struct sqz_finisher {
	/* code: exit code of a failure, else 0. */
	void (*finish)(void *ctx, enum sqz_finish what, unsigned code);
	void *ctx;
};

/* One guest access; 0, or -1: access fault. */
int sqz_finisher_read(const struct sqz_finisher *finisher, uint64_t offset,
		      unsigned size, uint64_t *value);
int sqz_finisher_write(const struct sqz_finisher *finisher, uint64_t offset,
		       unsigned size, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
