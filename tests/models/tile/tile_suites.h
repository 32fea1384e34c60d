/* The test cases that test_tile.c runs. */
#ifndef SQZ_TESTS_TILE_SUITES_H
#define SQZ_TESTS_TILE_SUITES_H

#include <check.h>

TCase *sqz_crossbar_tests(void);
TCase *sqz_single_tests(void);
TCase *sqz_shared_tests(void);
TCase *sqz_rows_tests(void);
TCase *sqz_partial_tests(void);
TCase *sqz_chain_tests(void);
TCase *sqz_protocol_tests(void);
TCase *sqz_step_tests(void);
TCase *sqz_ou_tests(void);
TCase *sqz_causes_tests(void);

#endif
