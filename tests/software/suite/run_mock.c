/* The suite on the mock machine, each case in a process of its own. */
#include <string.h>

#include "driver_cases.h"
#include "mock_image.h"
#include "mock_machine.h"
#include "suite.h"

static struct mock_image image;

/* The chip's arithmetic: the last layer gives the self-test's logits. */
static void compute(const struct sqz_desc *desc)
{
	const int32_t *logits =
	    (const int32_t *)(image.selftest + MOCK_IMAGE_INPUT_BYTES);

	if (desc->layer != MOCK_IMAGE_LAYERS - 1)
		return;
	for (unsigned i = 0; i < MOCK_IMAGE_CLASSES; i++)
		*(uint8_t *)mock_memory(desc->dst + i, 1) = (uint8_t)logits[i];
}

static void run_case(const struct driver_case *which)
{
	static struct sqz_session session;
	struct mock_config config = mock_default_config();
	struct sqz_failure why;
	const char *failure;

	mock_reset(&config);
	mock_image_build(&image, 1);
	mock_on_run(compute);
	ck_assert_int_eq(sqz_session_open(&session, &why), SQZ_SUCCESS);
	failure = which->run(&session);
	ck_assert_msg(!failure, "%s: %s", which->name, failure);
	ck_assert_uint_eq(mock_stats()->bad_accesses, 0);
	ck_assert_uint_eq(mock_stats()->overflows, 0);
}

START_TEST(device)
{
	run_case(&device_cases.cases[_i]);
}
END_TEST

START_TEST(request)
{
	run_case(&request_cases.cases[_i]);
}
END_TEST

START_TEST(network)
{
	run_case(&network_cases.cases[_i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("driver on the mock");
	TCase *tests = tcase_create("cases");

	tcase_add_loop_test(tests, device, 0, (int)device_cases.count);
	tcase_add_loop_test(tests, request, 0, (int)request_cases.count);
	tcase_add_loop_test(tests, network, 0, (int)network_cases.count);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
