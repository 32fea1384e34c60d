/*
 * Squeeze-out of bit planes for one row of weights: docs/arithmetic.md.
 */
#ifndef SQZ_MAPPER_SQUEEZE_H
#define SQZ_MAPPER_SQUEEZE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits needed for value: 0 for 0, 3 for 4..7. */
unsigned sqz_bit_length(unsigned value);
/* Bits to number `count` things: 0 for one, 3 for 5..8. */
unsigned sqz_bits_for(unsigned count);

/* The row's shift s_r for `kept` = Nq - x planes. */
unsigned sqz_squeeze_shift(const int16_t *values, size_t count, unsigned kept);

/* Signed q' of signed q: divided by 2^shift, halves away from zero, at most
 * 2^kept - 1. */
int16_t sqz_squeeze_value(int16_t value, unsigned shift, unsigned kept);

#ifdef __cplusplus
}
#endif

#endif
