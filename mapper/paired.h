/*
 * Two answers to the same images: a paired difference with its interval.
 *
 * Of n images, `lost` were right before only and `gained` are right after only;
 * all others say nothing about the difference. With d = (gained - lost) / n the
 * 95 % interval is the normal one of a paired proportion,
 *
 *	d +- 1.96 * sqrt((gained + lost) / n - d^2) / sqrt(n)
 *
 * Its test of d = 0 is McNemar's. Where not one image differs the formula would
 * claim certainty: the interval is then +- 3 / n (the rule of three).
 */
#ifndef SQZ_MAPPER_PAIRED_H
#define SQZ_MAPPER_PAIRED_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_paired {
	uint32_t images, lost, gained;
	double difference; /* after less before, as share of the images */
	double low, high;  /* of the interval */
};

/* before[i], after[i]: 1 if image i was answered rightly, else 0. */
struct sqz_paired sqz_paired_compare(const uint8_t *before,
				     const uint8_t *after, uint32_t images);

/* True if the drop is smaller than `limit` (a share) by the interval's pessimal
 * end. */
bool sqz_paired_drop_below(const struct sqz_paired *paired, double limit);

/* Share of ones. */
double sqz_share_right(const uint8_t *right, uint32_t images);

#ifdef __cplusplus
}
#endif

#endif
