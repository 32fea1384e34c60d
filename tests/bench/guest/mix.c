/*
 * The CPU benchmark: CRC-32, qsort and an int8 matrix product, sized so that
 * each takes about a third of qemu-system-riscv64's time. Prints the checksum
 * and the time by mtime (0.1 us) of each section; ends by the finisher.
 */
#include "guest.h"

#include <stdlib.h>

enum {
	CRC_BYTES = 65536,
	CRC_ROUNDS = 1500,
	SORT_COUNT = 8192,
	SORT_ROUNDS = 125,
	MATRIX = 128,
	MATRIX_ROUNDS = 98,
};

static uint32_t seed = 1;

static uint32_t next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* ---- CRC-32, one table look-up for each byte ---- */

static uint32_t table[256];
static uint8_t message[CRC_BYTES];

static void crc_prepare(void)
{
	for (uint32_t k = 0; k < 256; k++) {
		uint32_t c = k;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
		table[k] = c;
	}
	for (int k = 0; k < CRC_BYTES; k++)
		message[k] = (uint8_t)next_random();
}

static uint64_t crc_run(void)
{
	uint32_t c = ~0u;

	for (int round = 0; round < CRC_ROUNDS; round++)
		for (int k = 0; k < CRC_BYTES; k++)
			c = table[(c ^ message[k]) & 255] ^ c >> 8;
	return ~c;
}

/* ---- the C library's qsort ---- */

static int32_t unsorted[SORT_COUNT], sorted[SORT_COUNT];

static void sort_prepare(void)
{
	for (int k = 0; k < SORT_COUNT; k++)
		unsorted[k] = (int32_t)(next_random() << 8 ^ next_random());
}

static int compare(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;

	return (left > right) - (left < right);
}

static uint64_t sort_run(void)
{
	uint64_t hash = 1;

	for (int round = 0; round < SORT_ROUNDS; round++) {
		for (int k = 0; k < SORT_COUNT; k++)
			sorted[k] = unsorted[k] ^ (int32_t)(round * 0x1234567u);
		qsort(sorted, SORT_COUNT, sizeof(sorted[0]), compare);
		hash = digest(hash, (uint64_t)sorted[round]);
	}
	return hash;
}

/* ---- int8 matrices into int32, as a quantized layer on the host ---- */

static int8_t left[MATRIX][MATRIX], right[MATRIX][MATRIX];
static int32_t product[MATRIX][MATRIX];

static void matrix_prepare(void)
{
	for (int r = 0; r < MATRIX; r++)
		for (int c = 0; c < MATRIX; c++) {
			left[r][c] = (int8_t)next_random();
			right[r][c] = (int8_t)next_random();
		}
}

/* right is transposed, so both are read along rows. */
static void multiply(void)
{
	for (int r = 0; r < MATRIX; r++)
		for (int c = 0; c < MATRIX; c++) {
			int32_t sum = 0;

			for (int k = 0; k < MATRIX; k++)
				sum += left[r][k] * right[c][k];
			product[r][c] += sum;
		}
}

static uint64_t matrix_run(void)
{
	uint64_t hash = 1;

	for (int round = 0; round < MATRIX_ROUNDS; round++) {
		left[round % MATRIX][round % MATRIX] ^= 1;
		multiply();
	}
	for (int r = 0; r < MATRIX; r++)
		for (int c = 0; c < MATRIX; c++)
			hash = digest(hash, (uint64_t)product[r][c]);
	return hash;
}

struct section {
	const char *name;
	void (*prepare)(void);
	uint64_t (*run)(void);
};

static const struct section sections[] = {
	{ "crc", crc_prepare, crc_run },
	{ "qsort", sort_prepare, sort_run },
	{ "matmul", matrix_prepare, matrix_run },
};

int main(void)
{
	for (int k = 0; k < 3; k++) {
		uint64_t start, instret, result;

		sections[k].prepare();
		start = read_mtime();
		__asm__ volatile("csrr %0, minstret" : "=r"(instret));
		result = sections[k].run();
		uint64_t after;
		__asm__ volatile("csrr %0, minstret" : "=r"(after));
		uint64_t ticks = read_mtime() - start;
		put_line(sections[k].name, result);
		put_line("  ticks", ticks);
		put_line("  instructions", after - instret);
	}
	return 0;
}
