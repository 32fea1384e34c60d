#include "frontier.h"

#include <stdlib.h>

/* Falling crossbars, then rising cost, then the list's order. */
static int by_arrays(const void *a, const void *b)
{
	const struct sqz_option *x = a, *y = b;

	if (x->arrays != y->arrays)
		return x->arrays > y->arrays ? -1 : 1;
	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

static double slope(const struct sqz_option *from, const struct sqz_option *to)
{
	return (to->cost - from->cost) / ((double)from->arrays - to->arrays);
}

uint32_t sqz_frontier_build(struct sqz_option *options, uint32_t count)
{
	uint32_t kept = 1;

	qsort(options + 1, count - 1, sizeof(*options), by_arrays);
	for (uint32_t i = 1; i < count; i++) {
		struct sqz_option next = options[i];

		/* No crossbar saved against the last one that stays. */
		if (next.arrays >= options[kept - 1].arrays)
			continue;
		/* A last one above the line to this one is not worth it. */
		while (kept > 1 &&
		       slope(&options[kept - 2], &next) <=
			   slope(&options[kept - 2], &options[kept - 1]))
			kept--;
		options[kept++] = next;
	}
	return kept;
}

static int by_price(const void *a, const void *b)
{
	const struct sqz_move *x = a, *y = b;

	if (x->per_array != y->per_array)
		return x->per_array < y->per_array ? -1 : 1;
	if (x->layer != y->layer)
		return x->layer < y->layer ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

uint32_t sqz_frontier_moves(struct sqz_option *const *options,
			    const uint32_t *lengths, uint32_t layers,
			    struct sqz_move *moves)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < layers; i++)
		for (uint32_t k = 1; k < lengths[i]; k++)
			moves[count++] = (struct sqz_move){
				.layer = i,
				.to = k,
				.per_array =
				    slope(&options[i][k - 1], &options[i][k]),
			};
	qsort(moves, count, sizeof(*moves), by_price);
	return count;
}
