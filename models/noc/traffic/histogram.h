/*
 * A histogram of 32-bit numbers: exact up to 255, above that in steps of less
 * than 1 %.
 */
#ifndef SQZ_NOC_HISTOGRAM_H
#define SQZ_NOC_HISTOGRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_HISTOGRAM_BITS 7 /* of a number that are told apart */
#define SQZ_HISTOGRAM_BINS ((33 - SQZ_HISTOGRAM_BITS) << SQZ_HISTOGRAM_BITS)

struct sqz_histogram {
	uint64_t bins[SQZ_HISTOGRAM_BINS];
};

/* Larger numbers count as 2^32 - 1. */
void sqz_histogram_add(struct sqz_histogram *histogram, uint64_t value);
void sqz_histogram_merge(struct sqz_histogram *sum,
			 const struct sqz_histogram *more);

/* The number that a share (0..1) of all does not exceed, rounded down to its
 * step; 0 if there are none. */
uint32_t sqz_histogram_quantile(const struct sqz_histogram *histogram,
				double share);

#ifdef __cplusplus
}
#endif

#endif
