/*
 * The integer steps of the tile and of driver code, as docs/arithmetic.md has
 * them. The reference (mapper/reference) writes its own.
 */
#ifndef SQZ_QUANT_H
#define SQZ_QUANT_H

#include <stdint.h>

/* round_half_away(value / 2^shift), shift 0..62. |value| + 2^(shift-1) must
 * stay below 2^63. */
static inline int64_t sqz_round_shift(int64_t value, unsigned shift)
{
	if (shift == 0)
		return value;
	uint64_t half = (uint64_t)1 << (shift - 1);
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	int64_t result = (int64_t)((magnitude + half) >> shift);

	return value < 0 ? -result : result;
}

static inline int32_t sqz_clamp(int64_t value, int32_t low, int32_t high)
{
	if (value < low)
		return low;
	return value > high ? high : (int32_t)value;
}

/* acc * mult / 2^shift, rounded half away from zero. */
static inline int64_t sqz_scale_round(int64_t value, uint32_t mult,
				      unsigned shift)
{
	return sqz_round_shift(value * (int64_t)mult, shift);
}

/* y = clamp(z_out + round_half_away(acc * mult >> shift), low, high) */
static inline int32_t sqz_requantize(int32_t acc, uint32_t mult, unsigned shift,
				     int32_t z_out, int32_t low, int32_t high)
{
	return sqz_clamp(z_out + sqz_scale_round(acc, mult, shift), low, high);
}

#endif
