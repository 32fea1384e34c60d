/* The test cases that test_mem.c runs. */
#ifndef SQZ_TESTS_MEM_SUITES_H
#define SQZ_TESTS_MEM_SUITES_H

#include <check.h>

TCase *sqz_timing_tests(void);
TCase *sqz_memory_causes_tests(void);
TCase *sqz_memory_node_tests(void);

#endif
