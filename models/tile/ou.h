/*
 * Operation units of a step (sqz/image.h, steps of version 2), bit-true.
 *
 * In input cycle t each stored column of a group gives popcount(driven rows AND
 * bits), the ADC turns that into at most 2^adc_bits - 1, and shift-and-add puts
 * it into every accumulator of the column's destination list.
 *
 * Speed comes from two tables a group and position, for each four rows one of
 * 16 entries: what the rows give over all cycles, weighted with 2^t, and their
 * counts, a byte a cycle. A column is then four look-ups. As long as no count
 * of a column exceeds the ADC's range, the first table is exact; if one does,
 * the column's cycles are clamped and added one by one. Groups of no more rows
 * than the ADC can count need no second table.
 *
 * OU i of an array stands in band i / P, place i % P, for P = array_columns /
 * ou_columns places a band of ou_rows word lines; only fault injection, and the
 * number of word lines to be programmed, depend on that.
 */
#ifndef SQZ_MODELS_OU_H
#define SQZ_MODELS_OU_H

#include <stdbool.h>
#include <stdint.h>

#include "sqz/image.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_ou_rows_group {
	uint64_t first_column;
	uint64_t first_destination;
	uint32_t array;
	uint32_t first_unit; /* among the array's OUs */
	uint32_t input;	     /* of its block (struct sqz_step) */
	uint32_t col0;	     /* of its block */
	uint16_t columns;
	uint16_t ones; /* or SQZ_OU_NO_ONES */
	uint8_t row_count;
	uint8_t cycles;
	uint16_t rows[SQZ_OU_MAX_ROWS]; /* word lines of the input */
};

/* One OU: what its time depends on. */
struct sqz_ou_unit {
	uint32_t accumulates; /* of one input cycle */
	uint16_t columns;
	uint8_t rows;
	uint8_t cycles;
};

struct sqz_ou {
	uint32_t ou_rows, ou_columns;
	uint32_t places_per_band;
	uint32_t adc_max;
	uint32_t array_count;
	uint64_t *first_unit; /* [array_count + 1] */
	struct sqz_ou_unit *units;
	uint64_t group_count;
	struct sqz_ou_rows_group *groups;
	uint64_t column_count;
	struct sqz_ou_column *columns;
	uint16_t *destinations;
	/* Groups by input: order[first_of[i]] .. order[first_of[i + 1] - 1]. */
	uint32_t input_count;
	uint64_t *first_of;
	uint32_t *order;
	uint64_t index_bytes; /* of all arrays, each in whole bytes */
};

void sqz_ou_free(struct sqz_ou *ou);

/* One position, the groups that one input drives: adds their sums to the step's
 * outputs (modulo 2^32) and returns how many conversions saturated. values[r]
 * is what word line r is driven with, its shift included. */
uint64_t sqz_ou_pass(const struct sqz_ou *ou, uint32_t input,
		     const uint16_t *values, int32_t *sums);

/* Times of the circuits, in ps; sa_ports accumulates fit in a conversion,
 * with 0 any number. */
struct sqz_ou_timing {
	uint64_t ou_cycle_ps;
	uint64_t conversion_ps;
	uint32_t sa_ports;
};

/* Of one position: OUs of an array one after the other, arrays side by side. */
uint64_t sqz_ou_pass_ps(const struct sqz_ou *ou,
			const struct sqz_ou_timing *timing);

/* Flips one cell, named by its place in the array. 0, or -1 if no OU has it. */
int sqz_ou_flip(struct sqz_ou *ou, uint32_t array, uint32_t row,
		uint32_t column);

#ifdef __cplusplus
}
#endif

#endif
