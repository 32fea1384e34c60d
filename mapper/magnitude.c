#include "magnitude.h"

#include <string.h>

#define STEP_BITS 8
#define STEP_BINS (1u << STEP_BITS)

uint32_t sqz_magnitude_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits & 0x7fffffff;
}

uint32_t sqz_nth_magnitude(const float *values, size_t count, size_t rank,
			   size_t *among_equals)
{
	uint32_t known = 0; /* the upper bits, found so far */
	uint32_t mask = 0;

	/* Eight more bits a pass: count those that agree so far. */
	for (int shift = 32 - STEP_BITS; shift >= 0; shift -= STEP_BITS) {
		size_t bins[STEP_BINS] = { 0 };
		uint32_t bin = 0;

		for (size_t i = 0; i < count; i++) {
			uint32_t bits = sqz_magnitude_bits(values[i]);

			if ((bits & mask) == known)
				bins[bits >> shift & (STEP_BINS - 1)]++;
		}
		while (rank >= bins[bin])
			rank -= bins[bin++];
		known |= bin << shift;
		mask |= (STEP_BINS - 1) << shift;
	}
	if (among_equals)
		*among_equals = rank;
	return known;
}
