/*
 * Bit-true matrix-vector product of one block of crossbar arrays.
 *
 * Input bits go onto the word lines one after the other: row r with shift s_r
 * carries bit t - s_r of its input in cycle t, cycles 0 .. B + max s - 1. In
 * every cycle each bit line of each array gives popcount(driven rows AND
 * cells), the ADC turns that into at most 2^adc_bits - 1, and shift-and-add
 * weights it with +-2^(plane + t). Every one of these sums is computed, on
 * 64-bit words.
 *
 * Cells of b bits give the sum of levels instead, 2^i times the ones of their
 * bits i, in one conversion. An array with an offset is read beside a unit bit
 * line of ones: 2^(b-1) times what that one's conversion gives comes off every
 * column again.
 *
 * Speed comes from the layout, made once when the block is programmed: bit
 * lines are transposed into vectors of columns, and (array, cycle) pairs of the
 * same weight 2^(plane + t) and sign stand together, so that they are added
 * before the one shift. The word lines of one input cycle are a `drive`; blocks
 * that hold the same rows share it. Input cycles in which no row is driven are
 * passed over: their sums are 0.
 *
 * Kernels for AVX-512, AVX2 and plain C give identical results; the level is
 * chosen by host/cpu_dispatch.h.
 */
#ifndef SQZ_MODELS_CROSSBAR_H
#define SQZ_MODELS_CROSSBAR_H

#include "host/cpu_dispatch.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_CROSSBAR_MAX_ROWS	   1024
#define SQZ_CROSSBAR_MAX_COLUMNS   1024
#define SQZ_CROSSBAR_MAX_ARRAYS	   64 /* planes and signs of one block */
#define SQZ_CROSSBAR_MAX_CELL_BITS 4
#define SQZ_CROSSBAR_MAX_CYCLES	   16 /* input bits + largest shift */
#define SQZ_CROSSBAR_MAX_WEIGHT	   31 /* largest plane of a bit + cycles */
#define SQZ_CROSSBAR_MAX_WORDS	   (SQZ_CROSSBAR_MAX_ROWS / 64)

/* Accumulators behind a block's last column that a kernel adds zeros to, and
 * input bytes behind its last row that may be read. */
#define SQZ_CROSSBAR_COLUMN_PAD 8
#define SQZ_CROSSBAR_ROW_PAD	64

/* Input bits of all rows by cycle: what drives the word lines in one pass. */
struct sqz_drive {
	uint32_t active; /* bit t: some row is driven with a 1 in cycle t */
	uint64_t lines[SQZ_CROSSBAR_MAX_CYCLES * SQZ_CROSSBAR_MAX_WORDS];
};

/* How a pass turns bytes into word lines. */
struct sqz_drive_plan {
	uint32_t rows;
	uint32_t words; /* of 64 rows */
	uint32_t cycles;
	uint8_t input_mask; /* 2^input_bits - 1 */
	bool shifted;
	/* 2^s_r, for words x 64 rows. */
	uint8_t factors[SQZ_CROSSBAR_MAX_ROWS];
};

/* rows 1..1024, input_bits 1..8, shifts[rows] of at most 7 or NULL; cycles is
 * input_bits + the largest of them. */
void sqz_drive_plan_init(struct sqz_drive_plan *plan, uint32_t rows,
			 uint32_t input_bits, const uint8_t *shifts);

/* inputs[i] drives row i; words x 64 bytes are read, those behind the last row
 * do not matter. */
void sqz_drive_fill(const struct sqz_drive_plan *plan, const uint8_t *inputs,
		    struct sqz_drive *drive);

struct sqz_crossbar_array {
	uint8_t plane;
	bool negative;
	const uint64_t *bits; /* columns x cell_bits x words, as in image.h */
	bool offset;
};

struct sqz_crossbar_spec {
	uint32_t rows;
	uint32_t columns;
	uint32_t cycles;      /* of the drive */
	uint32_t adc_bits;    /* 1..16 */
	uint32_t cell_bits;   /* 1..SQZ_CROSSBAR_MAX_CELL_BITS */
	uint32_t array_count; /* x cell_bits: 0..SQZ_CROSSBAR_MAX_ARRAYS */
	const struct sqz_crossbar_array *arrays;
	/* Row i of the drive is row order[i] of the bits; NULL: in order. */
	const uint16_t *order;
};

struct sqz_crossbar;

/* Programs a block. NULL if a count is out of range or memory is exhausted. The
 * level may be lower than the processor's, to compare kernels. */
struct sqz_crossbar *sqz_crossbar_create(const struct sqz_crossbar_spec *spec,
					 enum sqz_cpu_level level);
void sqz_crossbar_destroy(struct sqz_crossbar *crossbar);

/* One pass: adds the product to sums[0 .. columns - 1] (modulo 2^32; zeros to
 * SQZ_CROSSBAR_COLUMN_PAD - 1 behind them) and returns how many conversions
 * saturated. */
uint64_t sqz_crossbar_pass(struct sqz_crossbar *crossbar,
			   const struct sqz_drive *drive, int32_t *sums);

/* True if no sum can exceed the ADC's range. */
bool sqz_crossbar_lossless(const struct sqz_crossbar *crossbar);

/* Flips the lowest bit of a cell; row as in the drive. 0, or -1 if there is
 * none. */
int sqz_crossbar_flip(struct sqz_crossbar *crossbar, uint32_t array,
		      uint32_t row, uint32_t column);

#ifdef __cplusplus
}
#endif

#endif
