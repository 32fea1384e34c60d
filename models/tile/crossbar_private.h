/* What crossbar.c prepares and the kernels of crossbar_kernels.c consume. */
#ifndef SQZ_MODELS_CROSSBAR_PRIVATE_H
#define SQZ_MODELS_CROSSBAR_PRIVATE_H

#include "tile/crossbar.h"

#define SQZ_CROSSBAR_MAX_TERMS                                                 \
	(SQZ_CROSSBAR_MAX_ARRAYS * SQZ_CROSSBAR_MAX_CYCLES)

/* One (array, input cycle): where its cells and its word lines begin. Where no
 * sum can saturate, bits of cells are terms of their own. */
struct sqz_term {
	uint16_t cells; /* (array x cell bits + bit) x words, in vectors */
	uint16_t lines; /* cycle x words */
};

/* Terms of one weight and sign; groups stand in order of falling weight.
 * Kernels that count in bytes rely on count x words x 8 < 256. */
struct sqz_term_group {
	uint16_t first;
	uint16_t count;
	uint8_t weight; /* plane of the lowest bit + cycle */
	uint8_t negative;
};

struct sqz_kernel_job {
	const uint64_t *cells;	/* [vector][array][bit][word][lane] */
	uint32_t vectors;	/* of `lanes` columns each */
	uint32_t vector_stride; /* arrays x bits x words, in vectors */
	uint32_t words;
	const uint64_t *lines;
	const struct sqz_term *terms;
	const struct sqz_term_group *groups;
	uint32_t group_count;
	uint32_t adc_max;   /* 0: lossless, nothing to clamp */
	uint32_t cell_bits; /* of a conversion; lossless: not used */
	int32_t *sums;
};

struct sqz_kernel {
	uint32_t lanes; /* columns in a vector, at most SQZ_CROSSBAR_COLUMN_PAD
			 */
	/* Returns the number of saturated conversions. */
	uint64_t (*pass)(const struct sqz_kernel_job *job);
	/* 64 bytes to 64 word lines for each of 8 cycles, `stride` apart. */
	void (*transpose)(const uint8_t *bytes, uint64_t *lines,
			  uint32_t stride, uint32_t cycles);
};

const struct sqz_kernel *sqz_crossbar_kernel(enum sqz_cpu_level level);

#endif
