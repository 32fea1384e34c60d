/* The whole way from probe to network in one call. */
#include <string.h>

#include "mock_image.h"
#include "mock_machine.h"
#include "runtime/session.h"
#include "suite.h"

static struct mock_image mock_img;
static struct sqz_session session;
static struct sqz_failure failure;

static void start(const struct mock_config *config)
{
	mock_reset(config);
	mock_image_build(&mock_img, 1);
	memset(&failure, 0, sizeof(failure));
}

START_TEST(opens_everything)
{
	struct mock_config config = mock_default_config();

	start(&config);
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_SUCCESS);
	ck_assert_str_eq(session.image.network->name, "mock");
	ck_assert_int_eq(sqz_network_program(&session.network, &failure),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_network_run(&session.network, &failure),
			 SQZ_SUCCESS);
}
END_TEST

START_TEST(as_many_contexts_as_the_mailbox_wants)
{
	struct mock_config config = mock_default_config();

	config.execution = 1u << 16 | 3;
	start(&config);
	mock_img.network->contexts = 2;
	for (unsigned i = 0; i < MOCK_IMAGE_TENSORS; i++)
		mock_img.tensors[i].stride = 0x800;
	mock_image_seal(&mock_img);
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_SUCCESS);
	ck_assert_uint_eq(session.mailbox.in_flight, 3);
	ck_assert(session.mailbox.chain);
	/* The image has no more. */
	ck_assert_uint_eq(session.network.context_count, 2);
}
END_TEST

START_TEST(names_the_part_that_is_missing)
{
	struct mock_config config = mock_default_config();

	config.mailbox_id = 0xffffffff;
	start(&config);
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_ENODEV);
	ck_assert_str_eq(failure.detail, "mailbox");
	ck_assert_ptr_nonnull(session.device.nodes);

	config.controller_id = 0xffffffff;
	start(&config);
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_ENODEV);
	ck_assert_str_eq(failure.detail, "");
	ck_assert_ptr_null(session.device.nodes);
}
END_TEST

START_TEST(no_memory_for_the_ring)
{
	struct mock_config config = mock_default_config();

	config.pool_bytes = 1024;
	start(&config);
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_ENOMEM);
	ck_assert_str_eq(failure.detail, "ring 0");
}
END_TEST

START_TEST(no_image)
{
	struct mock_config config = mock_default_config();

	config.image_bytes = 0x10000000;
	start(&config);
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "none in memory");
	ck_assert_uint_eq(failure.address, SQZ_FLASH_BASE);
}
END_TEST

START_TEST(a_damaged_image)
{
	struct mock_config config = mock_default_config();

	start(&config);
	mock_img.program[7] ^= 1;
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_ECRC);
	ck_assert_str_eq(failure.detail, "section PROGRAM");
}
END_TEST

START_TEST(inputs_of_another_size)
{
	struct mock_config config = mock_default_config();

	start(&config);
	mock_img.tensors[0].channels = 2;
	mock_img.tensors[0].bytes = 128;
	mock_image_section(&mock_img, SQZ_SECTION_SELFTEST)->kind = 50;
	mock_image_seal(&mock_img);
	ck_assert_int_eq(sqz_session_open(&session, &failure), SQZ_EIMAGE);
	ck_assert_str_eq(failure.detail, "size of the mailbox's inputs");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tests = tcase_create("session");

	tcase_add_test(tests, opens_everything);
	tcase_add_test(tests, as_many_contexts_as_the_mailbox_wants);
	tcase_add_test(tests, names_the_part_that_is_missing);
	tcase_add_test(tests, no_memory_for_the_ring);
	tcase_add_test(tests, no_image);
	tcase_add_test(tests, a_damaged_image);
	tcase_add_test(tests, inputs_of_another_size);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
