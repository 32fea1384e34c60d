/* Paired differences against values worked out by hand. */
#include "paired.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static uint8_t before[10000], after[10000];

/* `lost` and `gained` images among n, the others right in half. */
static struct sqz_paired compare(uint32_t n, uint32_t lost, uint32_t gained)
{
	for (uint32_t i = 0; i < n; i++) {
		before[i] = i < lost || (i >= lost + gained && i % 2);
		after[i] = (i >= lost && i < lost + gained) ||
			   (i >= lost + gained && i % 2);
	}
	return sqz_paired_compare(before, after, n);
}

/* d = -30 / 10000, variance (90 / 10000 - d^2) / 10000 = 8.991e-7. */
START_TEST(interval_by_hand)
{
	struct sqz_paired paired = compare(10000, 60, 30);

	ck_assert_uint_eq(paired.images, 10000);
	ck_assert_uint_eq(paired.lost, 60);
	ck_assert_uint_eq(paired.gained, 30);
	ck_assert_double_eq_tol(paired.difference, -0.003, 1e-12);
	ck_assert_double_eq_tol(paired.low, -0.0048584552, 1e-9);
	ck_assert_double_eq_tol(paired.high, -0.0011415448, 1e-9);
	ck_assert(!sqz_paired_drop_below(&paired, 0.003));
	ck_assert(sqz_paired_drop_below(&paired, 0.0049));
}
END_TEST

/* Swapping the two mirrors the interval. */
START_TEST(order_only_changes_the_sign)
{
	struct sqz_paired one = compare(5000, 7, 19);
	struct sqz_paired other = compare(5000, 19, 7);

	ck_assert_double_eq_tol(one.low, -other.high, 1e-15);
	ck_assert_double_eq_tol(one.high, -other.low, 1e-15);
}
END_TEST

START_TEST(no_change_is_not_certainty)
{
	struct sqz_paired few = compare(100, 0, 0);
	struct sqz_paired many = compare(10000, 0, 0);

	ck_assert_double_eq(few.difference, 0);
	ck_assert_double_eq_tol(few.low, -0.03, 1e-12);
	ck_assert(!sqz_paired_drop_below(&few, 0.003));
	ck_assert(sqz_paired_drop_below(&many, 0.003));
}
END_TEST

START_TEST(shares_are_counted)
{
	memset(before, 0, 8);
	before[1] = before[6] = 1;
	ck_assert_double_eq(sqz_share_right(before, 8), 0.25);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("paired");
	TCase *tcase = tcase_create("paired");

	tcase_add_test(tcase, interval_by_hand);
	tcase_add_test(tcase, order_only_changes_the_sign);
	tcase_add_test(tcase, no_change_is_not_certainty);
	tcase_add_test(tcase, shares_are_counted);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
