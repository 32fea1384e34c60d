#include "runtime/crc32.h"

#include <string.h>

#define POLYNOMIAL 0xedb88320u /* bit-reversed */

static uint32_t shift_byte(uint32_t value)
{
	for (int bit = 0; bit < 8; bit++)
		value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
	return value;
}

void sqz_crc32_init(struct sqz_crc32 *crc)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t value = shift_byte(byte);

		crc->table[0][byte] = value;
		for (int k = 1; k < 4; k++) {
			value = shift_byte(value);
			crc->table[k][byte] = value;
		}
	}
}

static uint32_t step1(const struct sqz_crc32 *crc, uint32_t value, uint8_t byte)
{
	return value >> 8 ^ crc->table[0][(value ^ byte) & 0xff];
}

/* bytes is aligned to 4: an RV64 host reads the word in one access. */
static uint32_t step4(const struct sqz_crc32 *crc, uint32_t value,
		      const uint8_t *bytes)
{
	uint32_t word;

	/* Little-endian, as is every machine that we build for. */
	memcpy(&word, __builtin_assume_aligned(bytes, 4), sizeof(word));
	word ^= value;
	return crc->table[3][word & 0xff] ^ crc->table[2][word >> 8 & 0xff] ^
	       crc->table[1][word >> 16 & 0xff] ^ crc->table[0][word >> 24];
}

uint32_t sqz_crc32(const struct sqz_crc32 *crc, const void *data, size_t bytes)
{
	const uint8_t *next = data;
	const uint8_t *end = next + bytes;
	uint32_t value = UINT32_MAX;

	while (next < end && (uintptr_t)next % 4 != 0)
		value = step1(crc, value, *next++);
	for (; end - next >= 4; next += 4)
		value = step4(crc, value, next);
	while (next < end)
		value = step1(crc, value, *next++);
	return ~value;
}
