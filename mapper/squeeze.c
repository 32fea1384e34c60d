#include "squeeze.h"

#include "blocks.h"

#include <stdlib.h>

unsigned sqz_bit_length(unsigned value)
{
	unsigned length = 0;

	for (; value; value >>= 1)
		length++;
	return length;
}

unsigned sqz_bits_for(unsigned count)
{
	return count > 1 ? sqz_bit_length(count - 1) : 0;
}

unsigned sqz_squeeze_shift(const int16_t *values, size_t count, unsigned kept)
{
	unsigned all = 0;

	/* The OR of magnitudes has the bit length of the largest. */
	for (size_t i = 0; i < count; i++)
		all |= (unsigned)abs(values[i]);
	unsigned length = sqz_bit_length(all);
	return length > kept ? length - kept : 0;
}

int16_t sqz_squeeze_value(int16_t value, unsigned shift, unsigned kept)
{
	int limit = (1 << kept) - 1;
	int magnitude = (abs(value) + ((1 << shift) >> 1)) >> shift;

	if (magnitude > limit)
		magnitude = limit;
	return (int16_t)(value < 0 ? -magnitude : magnitude);
}

static void squeeze_block(struct sqz_weight_block *block, unsigned kept)
{
	block->stored = 0;
	block->max_shift = 0;
	for (uint32_t r = 0; r < block->rows; r++) {
		const int16_t *values = block->values + (size_t)r * block->cols;
		int16_t *squeezed = block->squeezed + (size_t)r * block->cols;
		unsigned shift = sqz_squeeze_shift(values, block->cols, kept);

		block->shifts[r] = (uint8_t)shift;
		if (shift > block->max_shift)
			block->max_shift = shift;
		for (uint32_t c = 0; c < block->cols; c++) {
			squeezed[c] = sqz_squeeze_value(values[c], shift, kept);
			block->stored |= (uint32_t)abs(squeezed[c]);
		}
	}
}

void sqz_blocks_squeeze(struct sqz_blocks *blocks, unsigned x)
{
	blocks->squeeze = x;
	for (uint32_t i = 0; i < blocks->count; i++)
		squeeze_block(&blocks->blocks[i], blocks->planes - x);
}
