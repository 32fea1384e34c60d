#include "tile/ou.h"

#include <stdlib.h>

#define NIBBLES	     (SQZ_OU_MAX_ROWS / 4)
#define EVERY_BYTE   0x0101010101010101u
#define LARGEST_LANE 127u

/* What subsets of four rows give; the sum of four of them is a column. */
struct tables {
	uint32_t sums[NIBBLES][16]; /* weighted with 2^t, nothing clamped */
	/* Counts of input cycles 0..7 and 8..15, one a byte. */
	uint64_t low[NIBBLES][16], high[NIBBLES][16];
};

void sqz_ou_free(struct sqz_ou *ou)
{
	if (!ou)
		return;
	free(ou->first_unit);
	free(ou->units);
	free(ou->groups);
	free(ou->columns);
	free(ou->destinations);
	free(ou->first_of);
	free(ou->order);
	free(ou);
}

/* -- a group's tables -- */

/* Bit t of the byte into byte t. */
static uint64_t spread(uint32_t byte)
{
	uint64_t bits = (byte & 0xff) * EVERY_BYTE & 0x8040201008040201u;

	return (bits + 0x7f * EVERY_BYTE) >> 7 & EVERY_BYTE;
}

static void fill_sums(const struct sqz_ou_rows_group *g, const uint16_t *values,
		      struct tables *t)
{
	for (uint32_t n = 0; n < NIBBLES; n++) {
		t->sums[n][0] = 0;
		for (uint32_t i = 0; i < 4; i++) {
			uint32_t row = 4 * n + i, half = 1u << i;
			uint32_t value =
			    row < g->row_count ? values[g->rows[row]] : 0;

			for (uint32_t s = 0; s < half; s++)
				t->sums[n][half + s] = t->sums[n][s] + value;
		}
	}
}

static void fill_counts(const struct sqz_ou_rows_group *g,
			const uint16_t *values, struct tables *t)
{
	for (uint32_t n = 0; n < NIBBLES; n++) {
		t->low[n][0] = t->high[n][0] = 0;
		for (uint32_t i = 0; i < 4; i++) {
			uint32_t row = 4 * n + i, half = 1u << i;
			uint32_t value =
			    row < g->row_count ? values[g->rows[row]] : 0;
			uint64_t low = spread(value);
			uint64_t high = spread(value >> 8);

			for (uint32_t s = 0; s < half; s++) {
				t->low[n][half + s] = t->low[n][s] + low;
				t->high[n][half + s] = t->high[n][s] + high;
			}
		}
	}
}

/* -- columns -- */

static uint32_t column_sum(const struct tables *t, uint32_t bits)
{
	return t->sums[0][bits & 15] + t->sums[1][bits >> 4 & 15] +
	       t->sums[2][bits >> 8 & 15] + t->sums[3][bits >> 12];
}

static uint64_t column_counts(uint64_t lanes[NIBBLES][16], uint32_t bits)
{
	return lanes[0][bits & 15] + lanes[1][bits >> 4 & 15] +
	       lanes[2][bits >> 8 & 15] + lanes[3][bits >> 12];
}

/* What eight input cycles lose to the ADC: the sum above its range. */
static uint32_t lost(uint64_t counts, uint32_t most, uint64_t *saturations)
{
	uint32_t sum = 0;

	for (uint32_t t = 0; t < 8; t++) {
		uint32_t count = counts >> 8 * t & 0xff;

		if (count > most) {
			sum += (count - most) << t;
			(*saturations)++;
		}
	}
	return sum;
}

/* A column's value where the ADC may saturate. */
static uint32_t clamped_sum(struct tables *t, uint32_t bits, uint32_t most,
			    uint64_t *saturations)
{
	uint64_t low = column_counts(t->low, bits);
	uint64_t high = column_counts(t->high, bits);
	uint64_t margin = (LARGEST_LANE - most) * EVERY_BYTE;
	uint32_t sum = column_sum(t, bits);

	/* A lane above `most` carries into its top bit. */
	if (((low + margin) | (high + margin)) & 0x80 * EVERY_BYTE) {
		sum -= lost(low, most, saturations);
		sum -= lost(high, most, saturations) << 8;
	}
	return sum;
}

static void deliver(const uint16_t *destination, uint32_t count, uint32_t sum,
		    uint32_t ones, uint32_t *sums)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t d = destination[i];
		uint32_t plane =
		    (d & SQZ_OU_DEST_PLANE) >> SQZ_OU_DEST_PLANE_BIT;
		uint32_t value = d & SQZ_OU_DEST_COMPLEMENT ? ones - sum : sum;
		uint32_t negative = -(uint32_t) !!(d & SQZ_OU_DEST_NEGATIVE);

		value = (value << plane ^ negative) - negative;
		sums[d & SQZ_OU_DEST_COLUMN] += value;
	}
}

static void pass_lossless(const struct sqz_ou *ou,
			  const struct sqz_ou_rows_group *g,
			  const struct tables *t, uint32_t *sums)
{
	const struct sqz_ou_column *column = ou->columns + g->first_column;
	const struct sqz_ou_column *end = column + g->columns;
	const uint16_t *destination = ou->destinations + g->first_destination;
	uint32_t ones =
	    g->ones == SQZ_OU_NO_ONES ? 0 : column_sum(t, column[g->ones].bits);

	for (; column < end; column++) {
		deliver(destination, column->destinations,
			column_sum(t, column->bits), ones, sums);
		destination += column->destinations;
	}
}

static uint64_t pass_clamped(const struct sqz_ou *ou,
			     const struct sqz_ou_rows_group *g,
			     struct tables *t, uint32_t *sums)
{
	const struct sqz_ou_column *column = ou->columns + g->first_column;
	const struct sqz_ou_column *end = column + g->columns;
	const uint16_t *destination = ou->destinations + g->first_destination;
	uint64_t saturations = 0, counted_below = 0;
	uint32_t ones = 0;

	if (g->ones != SQZ_OU_NO_ONES)
		ones = clamped_sum(t, column[g->ones].bits, ou->adc_max,
				   &counted_below);
	for (; column < end; column++) {
		uint32_t sum =
		    clamped_sum(t, column->bits, ou->adc_max, &saturations);

		deliver(destination, column->destinations, sum, ones, sums);
		destination += column->destinations;
	}
	return saturations;
}

uint64_t sqz_ou_pass(const struct sqz_ou *ou, uint32_t input,
		     const uint16_t *values, int32_t *sums)
{
	uint64_t saturations = 0;
	struct tables t;

	for (uint64_t i = ou->first_of[input]; i < ou->first_of[input + 1];
	     i++) {
		const struct sqz_ou_rows_group *g = &ou->groups[ou->order[i]];
		uint32_t *to = (uint32_t *)sums + g->col0;

		fill_sums(g, values, &t);
		if (g->row_count <= ou->adc_max) {
			pass_lossless(ou, g, &t, to);
			continue;
		}
		fill_counts(g, values, &t);
		saturations += pass_clamped(ou, g, &t, to);
	}
	return saturations;
}

/* -- time -- */

/* One input cycle. */
static uint64_t unit_ps(const struct sqz_ou_unit *unit,
			const struct sqz_ou_timing *timing)
{
	uint64_t convert = unit->columns * timing->conversion_ps;
	uint64_t add = (uint64_t)unit->accumulates * timing->conversion_ps;
	uint64_t longest = timing->ou_cycle_ps;

	if (timing->sa_ports)
		add = (add + timing->sa_ports - 1) / timing->sa_ports;
	else
		add = 0;
	longest = convert > longest ? convert : longest;
	return add > longest ? add : longest;
}

uint64_t sqz_ou_pass_ps(const struct sqz_ou *ou,
			const struct sqz_ou_timing *timing)
{
	uint64_t longest = 0;

	for (uint32_t a = 0; a < ou->array_count; a++) {
		uint64_t sum = 0;

		for (uint64_t i = ou->first_unit[a]; i < ou->first_unit[a + 1];
		     i++)
			sum += ou->units[i].cycles *
			       unit_ps(&ou->units[i], timing);
		longest = sum > longest ? sum : longest;
	}
	return longest;
}

/* -- faults -- */

static int flip_in(struct sqz_ou *ou, const struct sqz_ou_rows_group *g,
		   uint32_t unit, uint32_t row, uint32_t column)
{
	uint32_t at = (unit - g->first_unit) * ou->ou_columns + column;

	if (row >= g->row_count || at >= g->columns)
		return -1;
	ou->columns[g->first_column + at].bits ^= (uint16_t)(1u << row);
	return 0;
}

int sqz_ou_flip(struct sqz_ou *ou, uint32_t array, uint32_t row,
		uint32_t column)
{
	uint32_t place = column / ou->ou_columns;
	uint32_t unit = row / ou->ou_rows * ou->places_per_band + place;

	if (place >= ou->places_per_band)
		return -1;
	for (uint64_t i = 0; i < ou->group_count; i++) {
		const struct sqz_ou_rows_group *g = &ou->groups[i];
		uint32_t units =
		    (g->columns + ou->ou_columns - 1) / ou->ou_columns;

		if (g->array == array && unit >= g->first_unit &&
		    unit - g->first_unit < units)
			return flip_in(ou, g, unit, row % ou->ou_rows,
				       column % ou->ou_columns);
	}
	return -1;
}
