/* Runs one Check suite as the whole program: `return sqz_suite_main(suite);`. */
#ifndef SQZ_TESTS_SUITE_H
#define SQZ_TESTS_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Exit status by which a test tells ctest that it was skipped. */
#define SQZ_TEST_SKIPPED 77

static inline int sqz_suite_main(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
