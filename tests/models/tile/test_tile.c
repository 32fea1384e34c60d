#include "suite.h"
#include "tile_suites.h"

int main(void)
{
	Suite *suite = suite_create("tile");

	suite_add_tcase(suite, sqz_crossbar_tests());
	suite_add_tcase(suite, sqz_single_tests());
	suite_add_tcase(suite, sqz_shared_tests());
	suite_add_tcase(suite, sqz_rows_tests());
	suite_add_tcase(suite, sqz_partial_tests());
	suite_add_tcase(suite, sqz_chain_tests());
	suite_add_tcase(suite, sqz_protocol_tests());
	suite_add_tcase(suite, sqz_step_tests());
	suite_add_tcase(suite, sqz_ou_tests());
	suite_add_tcase(suite, sqz_causes_tests());
	return sqz_suite_main(suite);
}
