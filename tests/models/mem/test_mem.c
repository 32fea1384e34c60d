/* Memories: time of banks and DRAM, address maps, the node around them. */
#include "mem_suites.h"
#include "suite.h"

int main(void)
{
	Suite *suite = suite_create("mem");

	suite_add_tcase(suite, sqz_timing_tests());
	suite_add_tcase(suite, sqz_memory_node_tests());
	suite_add_tcase(suite, sqz_memory_causes_tests());
	return sqz_suite_main(suite);
}
