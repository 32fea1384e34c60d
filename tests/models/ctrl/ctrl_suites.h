/* The test cases that test_ctrl.c runs. */
#ifndef SQZ_TESTS_CTRL_SUITES_H
#define SQZ_TESTS_CTRL_SUITES_H

#include <check.h>

TCase *sqz_ctrl_abort_tests(void);
TCase *sqz_ctrl_causes_tests(void);
TCase *sqz_ctrl_copy_tests(void);
TCase *sqz_ctrl_crowd_tests(void);
TCase *sqz_ctrl_desc_tests(void);
TCase *sqz_ctrl_fuzz_tests(void);
TCase *sqz_ctrl_host_tests(void);
TCase *sqz_ctrl_regs_tests(void);
TCase *sqz_ctrl_rings_tests(void);
TCase *sqz_ctrl_share_tests(void);
TCase *sqz_mailbox_tests(void);

#endif
