/* The test cases that test_node.c runs. */
#ifndef SQZ_TESTS_NODE_SUITES_H
#define SQZ_TESTS_NODE_SUITES_H

#include <check.h>

TCase *sqz_regs_tests(void);

#endif
