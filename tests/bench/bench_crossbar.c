/*
 * Bit-true multiply-accumulates per second of the crossbar kernels. A MAC of
 * 8 x 8 bits over 8 planes is one word of bench_popcount.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tile/crossbar.h"

#define SIZE	128
#define PLANES	8
#define PASSES	200
#define REPEATS 400 /* the best counts: others use the machine, too */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t random64(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct sqz_crossbar *build(enum sqz_cpu_level level, uint32_t adc_bits,
				  uint32_t cycles, uint64_t *state)
{
	static uint64_t bits[PLANES][SIZE * SIZE / 64];
	struct sqz_crossbar_array arrays[PLANES];
	struct sqz_crossbar_spec spec = { SIZE, SIZE,	cycles, adc_bits,
					  1,	PLANES, arrays, NULL };

	for (unsigned p = 0; p < PLANES; p++) {
		for (unsigned i = 0; i < SIZE * SIZE / 64; i++)
			bits[p][i] = random64(state);
		arrays[p] = (struct sqz_crossbar_array){ (uint8_t)p, false,
							 bits[p], false };
	}
	return sqz_crossbar_create(&spec, level);
}

static void measure(enum sqz_cpu_level level, uint32_t adc_bits)
{
	uint64_t state = 1;
	struct sqz_drive_plan plan;
	static struct sqz_drive drive;
	static uint8_t inputs[SIZE + SQZ_CROSSBAR_ROW_PAD];
	static int32_t sums[SIZE + SQZ_CROSSBAR_COLUMN_PAD];
	uint64_t saturations = 0;
	double best = 1e9;

	sqz_drive_plan_init(&plan, SIZE, 8, NULL);
	struct sqz_crossbar *x = build(level, adc_bits, plan.cycles, &state);
	if (!x)
		exit(1);
	for (unsigned i = 0; i < SIZE; i++)
		inputs[i] = (uint8_t)random64(&state);
	memset(sums, 0, sizeof(sums));
	for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
		double start = seconds();

		for (unsigned i = 0; i < PASSES; i++) {
			inputs[i % SIZE] ^= 0x55;
			sqz_drive_fill(&plan, inputs, &drive);
			saturations += sqz_crossbar_pass(x, &drive, sums);
		}
		double time = seconds() - start;

		best = time < best ? time : best;
	}
	printf(
	    "%-8s %2u-bit ADC  %7.2f GMAC/s  (checksum %08x, %llu saturated)\n",
	    sqz_cpu_level_name(level), adc_bits,
	    (double)SIZE * SIZE * PASSES / best * 1e-9, (unsigned)sums[5],
	    (unsigned long long)saturations);
	sqz_crossbar_destroy(x);
}

int main(void)
{
	for (int level = 0; level <= (int)sqz_cpu_level(); level++) {
		measure((enum sqz_cpu_level)level, 8);
		measure((enum sqz_cpu_level)level, 5);
	}
	return 0;
}
