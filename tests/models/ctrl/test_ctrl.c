/* Controller and mailbox. */
#include "ctrl_suites.h"
#include "suite.h"

int main(void)
{
	Suite *suite = suite_create("ctrl");

	suite_add_tcase(suite, sqz_ctrl_regs_tests());
	suite_add_tcase(suite, sqz_ctrl_desc_tests());
	suite_add_tcase(suite, sqz_ctrl_copy_tests());
	suite_add_tcase(suite, sqz_ctrl_rings_tests());
	suite_add_tcase(suite, sqz_ctrl_share_tests());
	suite_add_tcase(suite, sqz_ctrl_crowd_tests());
	suite_add_tcase(suite, sqz_ctrl_abort_tests());
	suite_add_tcase(suite, sqz_ctrl_host_tests());
	suite_add_tcase(suite, sqz_ctrl_fuzz_tests());
	suite_add_tcase(suite, sqz_ctrl_causes_tests());
	suite_add_tcase(suite, sqz_mailbox_tests());
	return sqz_suite_main(suite);
}
