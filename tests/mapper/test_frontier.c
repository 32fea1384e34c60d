/* Frontiers against a search over all pairs, moves against hand-made ones. */
#include "frontier.h"
#include "random.h"
#include "suite.h"

#include <stdbool.h>
#include <string.h>

#define MOST 9

/* Is the option above, or on, a line between two others (or is another one at
 * least as good)? Then nobody should take it. */
static bool is_dominated(const struct sqz_option *all, uint32_t count,
			 uint32_t index)
{
	const struct sqz_option *me = &all[index];

	if (me->arrays >= all[0].arrays)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		const struct sqz_option *a = &all[i];

		if (i == index)
			continue;
		if (i && a->arrays <= me->arrays && a->cost <= me->cost &&
		    (a->arrays < me->arrays || a->cost < me->cost ||
		     a->candidate < me->candidate))
			return true;
		for (uint32_t k = 1; k < count; k++) {
			const struct sqz_option *b = &all[k];

			if (k == index || a->arrays <= me->arrays ||
			    b->arrays >= me->arrays ||
			    (i && a->arrays > all[0].arrays))
				continue;
			double share = ((double)a->arrays - me->arrays) /
				       ((double)a->arrays - b->arrays);
			if (a->cost + share * (b->cost - a->cost) <= me->cost)
				return true;
		}
	}
	return false;
}

static void check_frontier(uint64_t seed, uint32_t count)
{
	uint64_t state = seed;
	struct sqz_option all[MOST] = { 0 }, kept[MOST];

	/* Whole numbers: many ties. */
	all[0].arrays = (uint32_t)random_between(&state, 5, 12);
	for (uint32_t i = 1; i < count; i++)
		all[i] = (struct sqz_option){
			.candidate = i,
			.arrays = (uint32_t)random_between(&state, 0, 12),
			.cost = random_between(&state, 1, 12),
		};
	memcpy(kept, all, sizeof(kept));
	uint32_t length = sqz_frontier_build(kept, count), expected = 1;
	ck_assert_uint_eq(kept[0].candidate, 0);
	for (uint32_t i = 1; i < count; i++) {
		bool wanted = !is_dominated(all, count, i), found = false;

		for (uint32_t k = 1; k < length; k++)
			found = found || kept[k].candidate == i;
		ck_assert_int_eq(found, wanted);
		expected += wanted;
	}
	ck_assert_uint_eq(length, expected);
	for (uint32_t k = 1; k < length; k++)
		ck_assert_uint_lt(kept[k].arrays, kept[k - 1].arrays);
}

START_TEST(frontier_is_what_nothing_dominates)
{
	for (uint32_t i = 0; i < 900; i++)
		check_frontier(i + 1, 1 + i % MOST);
}
END_TEST

START_TEST(moves_are_sorted_by_price)
{
	struct sqz_option a[] = { { 0, 100, 0 }, { 2, 90, 1 }, { 1, 80, 4 } };
	struct sqz_option b[] = { { 0, 50, 0 }, { 1, 40, 2 } };
	struct sqz_option c[] = { { 0, 70, 0 }, { 1, 60, 1 } };
	struct sqz_option *options[] = { a, b, c };
	const uint32_t lengths[] = { 3, 2, 2 };
	struct sqz_move moves[4];

	ck_assert_uint_eq(sqz_frontier_moves(options, lengths, 3, moves), 4);
	static const uint32_t layers[] = { 0, 2, 1, 0 };
	static const uint32_t to[] = { 1, 1, 1, 2 };
	static const double prices[] = { 0.1, 0.1, 0.2, 0.3 };
	for (int i = 0; i < 4; i++) {
		ck_assert_uint_eq(moves[i].layer, layers[i]);
		ck_assert_uint_eq(moves[i].to, to[i]);
		ck_assert_double_eq_tol(moves[i].per_array, prices[i], 1e-12);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("frontier");
	TCase *tcase = tcase_create("frontier");

	tcase_add_test(tcase, frontier_is_what_nothing_dominates);
	tcase_add_test(tcase, moves_are_sorted_by_price);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
