/*
 * Order statistics of magnitudes, in linear time and without memory: layers
 * have millions of weights.
 */
#ifndef SQZ_MAPPER_MAGNITUDE_H
#define SQZ_MAPPER_MAGNITUDE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of |value|: they stand in the order of the magnitudes. */
uint32_t sqz_magnitude_bits(float value);

/* Bits of the magnitude at place `rank` (from 0, below count) of the sorted
 * ones. *among_equals, if not NULL, becomes its place among the equal ones. */
uint32_t sqz_nth_magnitude(const float *values, size_t count, size_t rank,
			   size_t *among_equals);

#ifdef __cplusplus
}
#endif

#endif
