#include "row_swap.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 4
/* Of a unit against a column, which is worth 1. */
#define UNIT_COST 4096

struct state {
	const struct sqz_row_swap *swap;
	uint32_t groups;
	uint32_t *at;	    /* by place: the row's index into bits */
	uint16_t *patterns; /* [groups][columns] */
	uint32_t *costs;    /* of the groups */
	uint32_t *seen;	    /* by pattern: the last trial that met it */
	uint32_t trial;
};

static uint32_t group_rows(const struct state *s, uint32_t group)
{
	uint32_t left = s->swap->rows - group * s->swap->ou_rows;

	return left < s->swap->ou_rows ? left : s->swap->ou_rows;
}

static const uint8_t *bits_of(const struct state *s, uint32_t place)
{
	return s->swap->bits + (size_t)s->at[place] * s->swap->columns;
}

static uint32_t cost_of(const struct state *s, uint32_t columns)
{
	uint32_t unit = s->swap->ou_columns;

	return (columns + unit - 1) / unit * UNIT_COST + columns;
}

/* Of the group with its k-th row `out` replaced by `in`. */
static uint32_t trial_cost(struct state *s, uint32_t group, uint32_t k,
			   const uint8_t *out, const uint8_t *in)
{
	const uint16_t *patterns =
	    s->patterns + (size_t)group * s->swap->columns;
	uint32_t full = (1u << group_rows(s, group)) - 1;
	uint32_t *seen = s->seen;
	uint32_t trial = ++s->trial;
	uint32_t plain = 0, folded = 0;

	for (uint32_t c = 0; c < s->swap->columns; c++) {
		uint32_t pattern = patterns[c] ^ (uint32_t)(out[c] ^ in[c])
						     << k;

		if (!pattern || seen[pattern] == trial)
			continue;
		seen[pattern] = trial;
		plain++;
		folded += seen[full ^ pattern] != trial;
	}
	if (!s->swap->complements || folded + 1 >= plain)
		return cost_of(s, plain);
	/* The column of ones is stored, too. */
	return cost_of(s, folded + (seen[full] != trial));
}

static void replace_row(struct state *s, uint32_t group, uint32_t k,
			const uint8_t *out, const uint8_t *in)
{
	uint16_t *patterns = s->patterns + (size_t)group * s->swap->columns;

	for (uint32_t c = 0; c < s->swap->columns; c++)
		patterns[c] ^= (uint16_t)((out[c] ^ in[c]) << k);
}

static bool try_swap(struct state *s, uint32_t a, uint32_t i, uint32_t b,
		     uint32_t j)
{
	uint32_t x = a * s->swap->ou_rows + i, y = b * s->swap->ou_rows + j;
	const uint8_t *first = bits_of(s, x), *second = bits_of(s, y);
	uint32_t limit = s->costs[a] + s->costs[b];
	uint32_t cost_a = trial_cost(s, a, i, first, second);

	if (cost_a >= limit)
		return false;
	uint32_t cost_b = trial_cost(s, b, j, second, first);

	if (cost_a + cost_b >= limit)
		return false;
	replace_row(s, a, i, first, second);
	replace_row(s, b, j, second, first);
	s->costs[a] = cost_a;
	s->costs[b] = cost_b;
	uint32_t row = s->at[x];

	s->at[x] = s->at[y];
	s->at[y] = row;
	return true;
}

static bool swap_between(struct state *s, uint32_t a, uint32_t b)
{
	bool any = false;

	for (uint32_t i = 0; i < group_rows(s, a); i++)
		for (uint32_t j = 0; j < group_rows(s, b); j++)
			any |= try_swap(s, a, i, b, j);
	return any;
}

static void begin(struct state *s)
{
	const uint32_t columns = s->swap->columns;

	for (uint32_t place = 0; place < s->swap->rows; place++) {
		uint32_t group = place / s->swap->ou_rows;
		uint32_t k = place % s->swap->ou_rows;
		uint16_t *patterns = s->patterns + (size_t)group * columns;

		s->at[place] = place;
		const uint8_t *bits = bits_of(s, place);

		for (uint32_t c = 0; c < columns; c++)
			patterns[c] |= (uint16_t)(bits[c] << k);
	}
	for (uint32_t g = 0; g < s->groups; g++) {
		const uint8_t *any = bits_of(s, g * s->swap->ou_rows);

		s->costs[g] = trial_cost(s, g, 0, any, any);
	}
}

static void run(struct state *s)
{
	bool any = true;

	for (int round = 0; round < ROUNDS && any; round++) {
		any = false;
		for (uint32_t a = 1; a < s->groups; a++)
			for (uint32_t b = 0; b < a; b++)
				any |= swap_between(s, a, b);
	}
}

/* order[] by the places that rows came from. */
static void finish(struct state *s)
{
	uint16_t *order = s->swap->order;

	for (uint32_t place = 0; place < s->swap->rows; place++)
		s->at[place] = order[s->at[place]];
	for (uint32_t place = 0; place < s->swap->rows; place++)
		order[place] = (uint16_t)s->at[place];
}

bool sqz_row_swap(const struct sqz_row_swap *swap)
{
	uint32_t groups = (swap->rows + swap->ou_rows - 1) / swap->ou_rows;
	struct state s = {
		.swap = swap,
		.groups = groups,
		.at = calloc(swap->rows + 1, sizeof(*s.at)),
		.patterns = calloc((size_t)groups * swap->columns + 1,
				   sizeof(*s.patterns)),
		.costs = calloc(groups + 1, sizeof(*s.costs)),
		.seen = calloc((size_t)1 << swap->ou_rows, sizeof(*s.seen)),
	};
	bool ok = s.at && s.patterns && s.costs && s.seen;

	if (ok) {
		begin(&s);
		run(&s);
		finish(&s);
	}
	free(s.at);
	free(s.patterns);
	free(s.costs);
	free(s.seen);
	return ok;
}
