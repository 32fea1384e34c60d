#include "analog_kernels.h"

#include "host/cpu_dispatch.h"

#include <string.h>

/* Vectors of 64 bytes, which the compiler splits where the processor's are
 * shorter. All sums are whole numbers, and float operations are the same in
 * each lane, so that all levels agree. */
#define VECTORS (SQZ_ANALOG_SPAN / 64)
#define BYTES	SQZ_ANALOG_SPAN
#define WORDS	(SQZ_ANALOG_SPAN / 2)

typedef uint8_t bytes_vec __attribute__((vector_size(64)));
typedef uint16_t words_vec __attribute__((vector_size(64)));

#define UNROLL _Pragma("GCC unroll 8")

/* ---- counts ---- */

static SQZ_CPU_BODY void add_rows(const struct sqz_analog_pass *pass,
				  const struct sqz_analog_drive *drive,
				  uint32_t cycle, uint32_t at, uint8_t *counts)
{
	const uint16_t *rows = drive->rows[cycle];
	const uint8_t *cells = (const uint8_t *)pass->cells + at;
	bytes_vec sum[VECTORS] = { { 0 } };

	for (uint32_t i = 0; i < drive->counts[cycle]; i++) {
		const bytes_vec *row =
		    (const void *)(cells + (size_t)rows[i] * pass->row_bytes);

		UNROLL
		for (int v = 0; v < VECTORS; v++)
			sum[v] += row[v];
	}
	memcpy(counts, sum, sizeof(sum));
}

static SQZ_CPU_BODY void counts_body(const struct sqz_analog_pass *pass,
				     const struct sqz_analog_drive *drive,
				     uint32_t at, int32_t *restrict totals)
{
	uint8_t counts[BYTES];
	uint8_t most = (uint8_t)(pass->adc_max < 255 ? pass->adc_max : 255);

	memset(totals, 0, BYTES * sizeof(*totals));
	for (uint32_t t = drive->cycles; t-- > 0;) {
		add_rows(pass, drive, t, at, counts);
		for (int i = 0; i < BYTES; i++) {
			uint8_t code = counts[i] < most ? counts[i] : most;

			totals[i] = 2 * totals[i] + code;
		}
	}
}
SQZ_CPU_CLONES(counts,
	       (const struct sqz_analog_pass *pass,
		const struct sqz_analog_drive *drive, uint32_t at,
		int32_t *restrict totals),
	       (pass, drive, at, totals))

void sqz_analog_counts(const struct sqz_analog_pass *pass,
		       const struct sqz_analog_drive *drive, uint32_t at,
		       int32_t *totals)
{
	counts(pass, drive, at, totals);
}

/* ---- currents ---- */

static SQZ_CPU_BODY void add_currents(const struct sqz_analog_pass *pass,
				      const struct sqz_analog_drive *drive,
				      uint32_t cycle, uint32_t at,
				      uint16_t *currents)
{
	const uint16_t *rows = drive->rows[cycle];
	const uint8_t *cells = (const uint8_t *)pass->cells + at;
	words_vec sum[VECTORS] = { { 0 } };

	for (uint32_t i = 0; i < drive->counts[cycle]; i++) {
		const words_vec *row =
		    (const void *)(cells + (size_t)rows[i] * pass->row_bytes);

		UNROLL
		for (int v = 0; v < VECTORS; v++)
			sum[v] += row[v];
	}
	memcpy(currents, sum, sizeof(sum));
}

static SQZ_CPU_BODY uint32_t scramble(uint32_t x)
{
	x = (x ^ (x >> 16)) * 0x7feb352du;
	x = (x ^ (x >> 15)) * 0x846ca68bu;
	return x ^ (x >> 16);
}

/* Sum of the four bytes. */
static SQZ_CPU_BODY uint32_t byte_sum(uint32_t x)
{
	x = (x & 0xff00ff) + ((x >> 8) & 0xff00ff);
	return (x + (x >> 16)) & 0xffff;
}

/* Eight uniform bytes: mean 1020, variance 8 (256^2 - 1) / 12. */
#define NOISE_MEAN	1020
#define NOISE_DEVIATION 209.0215f

/* Brings numbers that are not negative into int32 and back for rounding. */
#define ROUND_BIAS 1024

static SQZ_CPU_BODY void add_noise(const struct sqz_analog_pass *pass,
				   uint32_t stream,
				   const uint16_t *restrict currents,
				   int32_t *restrict codes)
{
	float unit = 1.0f / (float)(1 << pass->unit_shift);
	float scale = pass->noise / NOISE_DEVIATION;

	for (uint32_t i = 0; i < WORDS; i++) {
		uint32_t draw = scramble(stream + i * 0x9e3779b9u);
		int32_t bytes =
		    (int32_t)(byte_sum(draw) +
			      byte_sum(scramble(draw ^ 0x5bd1e995u)));
		float current = (float)currents[i] * unit;
		float noise = (float)(bytes - NOISE_MEAN) * scale;
		float read = current + __builtin_sqrtf(current) * noise;

		codes[i] = (int32_t)(read + (ROUND_BIAS + 0.5f)) - ROUND_BIAS;
	}
}

static SQZ_CPU_BODY void round_currents(const struct sqz_analog_pass *pass,
					const uint16_t *restrict currents,
					int32_t *restrict codes)
{
	int32_t half = 1 << pass->unit_shift >> 1;

	for (uint32_t i = 0; i < WORDS; i++)
		codes[i] = (currents[i] + half) >> pass->unit_shift;
}

static SQZ_CPU_BODY void currents_body(const struct sqz_analog_pass *pass,
				       const struct sqz_analog_drive *drive,
				       uint32_t at, int32_t *restrict totals)
{
	uint16_t currents[WORDS];
	int32_t codes[WORDS];

	memset(totals, 0, WORDS * sizeof(*totals));
	for (uint32_t t = drive->cycles; t-- > 0;) {
		add_currents(pass, drive, t, at, currents);
		if (pass->noise > 0)
			add_noise(pass, scramble(pass->stream ^ (at << 5) ^ t),
				  currents, codes);
		else
			round_currents(pass, currents, codes);
		for (int i = 0; i < WORDS; i++) {
			int32_t code = codes[i] > 0 ? codes[i] : 0;

			code = code < pass->adc_max ? code : pass->adc_max;
			totals[i] = 2 * totals[i] + code;
		}
	}
}
SQZ_CPU_CLONES(currents,
	       (const struct sqz_analog_pass *pass,
		const struct sqz_analog_drive *drive, uint32_t at,
		int32_t *restrict totals),
	       (pass, drive, at, totals))

void sqz_analog_currents(const struct sqz_analog_pass *pass,
			 const struct sqz_analog_drive *drive, uint32_t at,
			 int32_t *totals)
{
	currents(pass, drive, at, totals);
}

/* ---- shift and add ---- */

static SQZ_CPU_BODY void add_body(const int32_t *restrict totals,
				  uint32_t count, uint32_t weight,
				  int32_t *restrict sums)
{
	for (uint32_t i = 0; i < count; i++)
		sums[i] =
		    (int32_t)((uint32_t)sums[i] + weight * (uint32_t)totals[i]);
}
SQZ_CPU_CLONES(add,
	       (const int32_t *restrict totals, uint32_t count, uint32_t weight,
		int32_t *restrict sums),
	       (totals, count, weight, sums))

void sqz_analog_add(const int32_t *totals, uint32_t count, uint32_t weight,
		    int32_t *sums)
{
	add(totals, count, weight, sums);
}
