/* Pieces of work on threads. */
#include "parallel.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "suite.h"

#define PIECES 200

struct context {
	atomic_uint begun[PIECES];
	uint32_t fails_from; /* and every third behind it */
};

static int piece(void *argument, uint32_t index, struct sqz_error *err)
{
	struct context *context = argument;

	atomic_fetch_add(&context->begun[index], 1);
	if (index >= context->fails_from &&
	    (index - context->fails_from) % 3 == 0)
		return sqz_fail(err, "piece %u", index);
	return 0;
}

START_TEST(each_once)
{
	struct sqz_error err;

	for (unsigned threads = 0; threads < 100; threads += 9) {
		struct context context = { .fails_from = PIECES };

		ck_assert_int_eq(
		    sqz_parallel(PIECES, threads, piece, &context, &err), 0);
		for (uint32_t i = 0; i < PIECES; i++)
			ck_assert_uint_eq(atomic_load(&context.begun[i]), 1);
	}
	ck_assert_int_eq(sqz_parallel(0, 4, piece, NULL, &err), 0);
	ck_assert_uint_ge(sqz_processors(), 1);
}
END_TEST

START_TEST(first_failure)
{
	for (unsigned threads = 1; threads < 20; threads++) {
		struct context context = { .fails_from = 20 };
		struct sqz_error err;

		ck_assert_int_eq(
		    sqz_parallel(PIECES, threads, piece, &context, &err), -1);
		ck_assert_str_eq(err.text, "piece 20");
		ck_assert_uint_eq(atomic_load(&context.begun[20]), 1);
		if (threads == 1)
			ck_assert_uint_eq(atomic_load(&context.begun[21]), 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("parallel");
	TCase *tests = tcase_create("parallel");

	tcase_add_test(tests, each_once);
	tcase_add_test(tests, first_failure);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
