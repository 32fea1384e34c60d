/* Counts of values, for percentiles: exact below 256, above to 1/128 of the
 * value. Memory grows with the logarithm of the largest value only. */
#ifndef SQZ_TRACES_HISTOGRAM_H
#define SQZ_TRACES_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct histogram {
	uint64_t *counts; /* by bucket */
	size_t buckets;
	uint64_t count;
	uint64_t sum;
	uint64_t largest;
};

void histogram_free(struct histogram *histogram);

/* -1: out of memory, in both. */
int histogram_add(struct histogram *histogram, uint64_t value);
int histogram_add_all(struct histogram *to, const struct histogram *from);

/* The smallest value that so many percent of all are not above: the upper end
 * of its bucket. 0 if there are none. */
uint64_t histogram_percentile(const struct histogram *histogram,
			      unsigned percent);

#ifdef __cplusplus
}
#endif

#endif
