/* Swapping rows between groups: every row stays, and no more units. */
#include "row_swap.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "suite.h"

#define MAX_ROWS    64
#define MAX_COLUMNS 80

static uint8_t bits[MAX_ROWS][MAX_COLUMNS]; /* by row */
static uint8_t placed[MAX_ROWS * MAX_COLUMNS];
static uint16_t order[MAX_ROWS];

static void place_rows(uint32_t rows, uint32_t columns)
{
	for (uint32_t i = 0; i < rows; i++)
		memcpy(placed + i * columns, bits[order[i]], columns);
}

/* Stored columns of one group, by comparing each with those before it. */
static uint32_t stored(const struct sqz_row_swap *swap, uint32_t first,
		       uint32_t count, bool complements)
{
	uint32_t full = (1u << count) - 1;
	uint32_t seen[MAX_COLUMNS], number = 0;
	bool ones = false, used = false;

	for (uint32_t c = 0; c < swap->columns; c++) {
		uint32_t pattern = 0;
		bool found = false;

		for (uint32_t k = 0; k < count; k++)
			pattern |= (uint32_t)bits[order[first + k]][c] << k;
		for (uint32_t i = 0; i < number && !found; i++) {
			bool opposite = seen[i] == (full ^ pattern);

			found = seen[i] == pattern || (complements && opposite);
			used |= complements && opposite;
		}
		if (!found && pattern)
			seen[number++] = pattern;
		ones |= pattern == full;
	}
	return number + (used && !ones);
}

static uint32_t units(const struct sqz_row_swap *swap)
{
	uint32_t sum = 0;

	for (uint32_t at = 0; at < swap->rows; at += swap->ou_rows) {
		uint32_t left = swap->rows - at;
		uint32_t count = left < swap->ou_rows ? left : swap->ou_rows;
		uint32_t columns = stored(swap, at, count, false);
		uint32_t folded = stored(swap, at, count, true);

		if (swap->complements && folded < columns)
			columns = folded;
		sum += (columns + swap->ou_columns - 1) / swap->ou_columns;
	}
	return sum;
}

static void check_permutation(uint32_t rows)
{
	bool seen[MAX_ROWS] = { false };

	for (uint32_t i = 0; i < rows; i++) {
		ck_assert_uint_lt(order[i], rows);
		ck_assert(!seen[order[i]]);
		seen[order[i]] = true;
	}
}

START_TEST(random_rows)
{
	static const uint32_t ROWS[] = { 1, 7, 8, 9, 37, 64 };
	uint64_t state = 900 + (uint64_t)_i;
	const struct sqz_row_swap swap = {
		.ou_rows = _i % 3 == 0 ? 4 : 8,
		.ou_columns = 1 + (uint32_t)_i % 4,
		.complements = _i % 2,
		.rows = ROWS[_i % 6],
		.columns = 1 + (uint32_t)_i * 13 % MAX_COLUMNS,
		.bits = placed,
		.order = order,
	};

	for (uint32_t r = 0; r < swap.rows; r++)
		for (uint32_t c = 0; c < swap.columns; c++)
			bits[r][c] = random_between(&state, 0, 3) == 0;
	for (uint32_t i = 0; i < swap.rows; i++)
		order[i] = (uint16_t)(swap.rows - 1 - i);
	place_rows(swap.rows, swap.columns);
	uint32_t before = units(&swap);

	ck_assert(sqz_row_swap(&swap));
	check_permutation(swap.rows);
	ck_assert_uint_le(units(&swap), before);
	if (swap.rows == 64 && swap.columns > 20)
		ck_assert_uint_lt(units(&swap), before);
}
END_TEST

/* Sixteen rows of two kinds, one of each in the wrong group: each group then
 * has two columns; sorted it has one. */
START_TEST(one_swap_sorts)
{
	const struct sqz_row_swap swap = {
		.ou_rows = 8,
		.ou_columns = 1,
		.rows = 16,
		.columns = 2,
		.bits = placed,
		.order = order,
	};

	for (uint16_t r = 0; r < 16; r++) {
		bits[r][0] = r < 8;
		bits[r][1] = r >= 8;
		order[r] = r;
	}
	order[3] = 12;
	order[12] = 3;
	place_rows(16, 2);
	ck_assert_uint_eq(units(&swap), 4);
	ck_assert(sqz_row_swap(&swap));
	ck_assert_uint_eq(units(&swap), 2);
	check_permutation(16);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("row_swap");
	TCase *tests = tcase_create("row_swap");

	tcase_add_loop_test(tests, random_rows, 0, 48);
	tcase_add_test(tests, one_swap_sorts);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
