/* Which rows are driven in which input cycle. */
#include "analog_kernels.h"

#include "host/cpu_dispatch.h"

#include <string.h>

/* 64 rows; a shifted input has up to 16 bits. */
struct word {
	uint16_t bits[64];
	uint8_t bytes[2][64];
	uint64_t lines[SQZ_ANALOG_MAX_CYCLES];
};

/* Bit t of byte r of 8 bytes becomes bit r of byte t. */
static SQZ_CPU_BODY uint64_t transpose(uint64_t x)
{
	uint64_t swap = (x ^ (x >> 7)) & 0x00aa00aa00aa00aau;

	x ^= swap ^ (swap << 7);
	swap = (x ^ (x >> 14)) & 0x0000cccc0000ccccu;
	x ^= swap ^ (swap << 14);
	swap = (x ^ (x >> 28)) & 0x00000000f0f0f0f0u;
	return x ^ swap ^ (swap << 28);
}

/* Lines of 64 rows in 8 cycles from a byte of each row. */
static SQZ_CPU_BODY void transpose_rows(const uint8_t *bytes, uint64_t *lines)
{
	uint64_t eights[8];
	uint8_t *line_bytes = (uint8_t *)lines;

	memcpy(eights, bytes, sizeof(eights));
	for (unsigned i = 0; i < 8; i++)
		eights[i] = transpose(eights[i]);
	for (unsigned t = 0; t < 8; t++)
		for (unsigned i = 0; i < 8; i++)
			line_bytes[8 * t + i] = (uint8_t)(eights[i] >> (8 * t));
}

static SQZ_CPU_BODY void lines_body(struct word *word, unsigned cycles)
{
	for (unsigned i = 0; i < 64; i++) {
		word->bytes[0][i] = (uint8_t)word->bits[i];
		word->bytes[1][i] = (uint8_t)(word->bits[i] >> 8);
	}
	transpose_rows(word->bytes[0], word->lines);
	if (cycles > 8)
		transpose_rows(word->bytes[1], word->lines + 8);
}
SQZ_CPU_CLONES(lines, (struct word * word, unsigned cycles), (word, cycles))

static void append_rows(uint64_t line, uint32_t first, uint32_t cycle,
			struct sqz_analog_drive *drive)
{
	uint16_t *begin = drive->rows[cycle];
	uint16_t *rows = begin + drive->counts[cycle];

	for (; line; line &= line - 1)
		*rows++ = (uint16_t)(first + (uint32_t)__builtin_ctzll(line));
	drive->counts[cycle] = (uint32_t)(rows - begin);
}

static unsigned drive_word(const uint8_t *inputs, const uint8_t *shifts,
			   uint32_t first, uint32_t count,
			   struct sqz_analog_drive *drive)
{
	struct word word;
	unsigned all = 0, cycles = 0;

	for (uint32_t i = 0; i < count; i++) {
		word.bits[i] = (uint16_t)(inputs[i] << shifts[i]);
		all |= word.bits[i];
	}
	for (uint32_t i = count; i < 64; i++)
		word.bits[i] = 0;
	while (all >> cycles)
		cycles++;
	lines(&word, cycles);
	for (uint32_t t = 0; t < cycles; t++)
		append_rows(word.lines[t], first, t, drive);
	return cycles;
}

void sqz_analog_drive_rows(const uint8_t *inputs, const uint8_t *shifts,
			   uint32_t rows, struct sqz_analog_drive *drive)
{
	memset(drive->counts, 0, sizeof(drive->counts));
	drive->cycles = 0;
	for (uint32_t first = 0; first < rows; first += 64) {
		uint32_t count = rows - first < 64 ? rows - first : 64;
		unsigned cycles = drive_word(inputs + first, shifts + first,
					     first, count, drive);

		if (cycles > drive->cycles)
			drive->cycles = cycles;
	}
}
