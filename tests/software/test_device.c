/* Probing the accelerator, and the mailbox. */
#include <string.h>

#include "driver/sqz_driver.h"
#include "mock_machine.h"
#include "sqz/port.h"
#include "suite.h"

static struct sqz_device device;
static struct sqz_mailbox mailbox;

static enum sqz_result probe(const struct mock_config *config)
{
	mock_reset(config);
	return sqz_device_probe(&device, SQZ_CONTROLLER_BASE);
}

START_TEST(finds_the_chip)
{
	struct mock_config config = mock_default_config();
	struct sqz_device_summary sum;

	ck_assert_int_eq(probe(&config), SQZ_SUCCESS);
	ck_assert_uint_eq(device.caps.version_major, 1);
	ck_assert_uint_eq(device.caps.version_minor, 0);
	ck_assert_uint_eq(device.caps.rings, 4);
	ck_assert_uint_eq(device.caps.in_flight, 8);
	ck_assert_uint_eq(device.caps.mesh_width, 3);
	ck_assert_uint_eq(device.caps.mesh_height, 2);
	ck_assert_uint_eq(device.caps.nodes, 6);
	ck_assert_uint_eq(device.nodes[4].window, 0x100400000u);
	ck_assert_uint_eq(device.nodes[4].slots, 4);
	ck_assert_uint_eq(device.nodes[4].x, 1);
	ck_assert_uint_eq(device.nodes[4].y, 1);
	sqz_device_summarize(&device, &sum);
	ck_assert_uint_eq(sum.tiles, 2);
	ck_assert_uint_eq(sum.buffers, 2);
	ck_assert_uint_eq(sum.drams, 0);
	ck_assert_uint_eq(sum.arrays, 32);
	ck_assert_uint_eq(mock_stats()->bad_accesses, 0);
}
END_TEST

START_TEST(looks_up_nodes_by_kind)
{
	struct mock_config config = mock_default_config();

	ck_assert_int_eq(probe(&config), SQZ_SUCCESS);
	ck_assert_ptr_eq(sqz_device_node(&device, 2, SQZ_NODE_TILE),
			 &device.nodes[2]);
	ck_assert_ptr_null(sqz_device_node(&device, 2, SQZ_NODE_BUFFER));
	ck_assert_ptr_null(sqz_device_node(&device, 6, SQZ_NODE_TILE));
}
END_TEST

/* Nothing but the ID may be touched. */
START_TEST(no_chip)
{
	struct mock_config config = mock_default_config();
	const struct mock_write *writes;

	config.controller_id = 0xffffffff; /* as QEMU answers */
	ck_assert_int_eq(probe(&config), SQZ_ENODEV);
	config.controller_id = 0;
	ck_assert_int_eq(probe(&config), SQZ_ENODEV);
	ck_assert_uint_eq(mock_writes(&writes), 0);
	ck_assert_ptr_null(device.nodes);
}
END_TEST

START_TEST(wrong_version)
{
	struct mock_config config = mock_default_config();

	config.controller_version = 0x00020000;
	ck_assert_int_eq(probe(&config), SQZ_EVERSION);
	config.controller_version = 0x00010007; /* a later minor is fine */
	ck_assert_int_eq(probe(&config), SQZ_SUCCESS);
	config.caps_desc_bytes = 128;
	ck_assert_int_eq(probe(&config), SQZ_EVERSION);
}
END_TEST

START_TEST(node_table_without_sense)
{
	struct mock_config config = mock_default_config();

	config.node_count = 5;
	ck_assert_int_eq(probe(&config), SQZ_EIO);
	config.mesh_width = 4000;
	config.node_count = 8000;
	ck_assert_int_eq(probe(&config), SQZ_EIO);
}
END_TEST

START_TEST(no_memory_for_the_table)
{
	struct mock_config config = mock_default_config();

	config.pool_bytes = 64;
	ck_assert_int_eq(probe(&config), SQZ_ENOMEM);
}
END_TEST

START_TEST(keeps_the_last_error)
{
	struct mock_config config = mock_default_config();

	ck_assert_int_eq(probe(&config), SQZ_SUCCESS);
	mock_controller_error(SQZ_ERR_NODE, 4, 0x123456789a);
	ck_assert_uint_eq(device.errors, 1);
	ck_assert_uint_eq(device.last_error.status, SQZ_ERR_NODE);
	ck_assert_uint_eq(device.last_error.node, 4);
	ck_assert_uint_eq(device.last_error.address, 0x123456789a);
	/* acknowledged: cause and code are gone */
	ck_assert_uint_eq(sqz_read32(SQZ_CONTROLLER_BASE + 0x10), 0);
	ck_assert_uint_eq(sqz_read32(SQZ_CONTROLLER_BASE + 0x28), 0);
}
END_TEST

/* ---- mailbox ---- */

static enum sqz_result open_mailbox(const struct mock_config *config)
{
	mock_reset(config);
	return sqz_mailbox_open(&mailbox, SQZ_MAILBOX_BASE);
}

START_TEST(mailbox_opens)
{
	struct mock_config config = mock_default_config();

	ck_assert_int_eq(open_mailbox(&config), SQZ_SUCCESS);
	ck_assert_uint_eq(mailbox.count, 2);
	ck_assert_uint_eq(mailbox.input_bytes, 64);
	ck_assert_uint_eq(mailbox.image, SQZ_FLASH_BASE);
	ck_assert_uint_eq(mailbox.image_bytes, MOCK_FLASH_BYTES);
	config.mailbox_version = 0x00020000;
	ck_assert_int_eq(open_mailbox(&config), SQZ_EVERSION);
	config.mailbox_id = 0xffffffff;
	ck_assert_int_eq(open_mailbox(&config), SQZ_ENODEV);
}
END_TEST

START_TEST(mailbox_gives_images_one_by_one)
{
	struct mock_config config = mock_default_config();
	uint32_t sequence;

	ck_assert_int_eq(open_mailbox(&config), SQZ_SUCCESS);

	uint8_t *buffer = sqz_dma_alloc(64, 64);
	uint64_t bus = sqz_dma_addr(buffer);

	for (uint32_t i = 0; i < 2; i++) {
		ck_assert_int_eq(
		    sqz_mailbox_next(&mailbox, bus, 1000000, &sequence),
		    SQZ_SUCCESS);
		ck_assert_uint_eq(sequence, i);
		ck_assert_uint_eq(buffer[0], i + 1);
		ck_assert_uint_eq(buffer[63], i + 1);
	}
	ck_assert_uint_eq(mailbox.interrupts, 2);
	ck_assert_uint_eq(mock_stats()->mailbox_irqs_acknowledged, 2);
	ck_assert_uint_eq(mock_stats()->sleeps, 2);
	ck_assert_int_eq(sqz_mailbox_next(&mailbox, bus, 1000, &sequence),
			 SQZ_EEMPTY);
}
END_TEST

START_TEST(mailbox_times_out)
{
	struct mock_config config = mock_default_config();
	uint32_t sequence;

	config.mailbox_delay_ns = MOCK_NEVER;
	ck_assert_int_eq(open_mailbox(&config), SQZ_SUCCESS);
	ck_assert_int_eq(
	    sqz_mailbox_next(&mailbox, MOCK_POOL_BUS, 50000, &sequence),
	    SQZ_ETIMEDOUT);
	ck_assert_uint_ge(mock_now_ns(), 50000);
	ck_assert_uint_lt(mock_now_ns(), 60000);
}
END_TEST

START_TEST(mailbox_reports_bad_memory)
{
	struct mock_config config = mock_default_config();
	uint32_t sequence;

	config.mailbox_error = true;
	ck_assert_int_eq(open_mailbox(&config), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_mailbox_next(&mailbox, 0, 50000, &sequence),
			 SQZ_EADDRESS);
	ck_assert_int_eq(sqz_mailbox_post(&mailbox, 0, 0, 40), SQZ_EADDRESS);
}
END_TEST

START_TEST(mailbox_posts)
{
	struct mock_config config = mock_default_config();

	ck_assert_int_eq(open_mailbox(&config), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_mailbox_post(&mailbox, 7, 0x180000040, 40),
			 SQZ_SUCCESS);
	ck_assert_uint_eq(mock_stats()->posted, 1);
	ck_assert_uint_eq(mock_stats()->posted_sequence, 7);
	ck_assert_uint_eq(mock_stats()->posted_address, 0x180000040);
	ck_assert_uint_eq(mock_stats()->posted_bytes, 40);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("device");
	TCase *tests = tcase_create("device");

	tcase_add_test(tests, finds_the_chip);
	tcase_add_test(tests, looks_up_nodes_by_kind);
	tcase_add_test(tests, no_chip);
	tcase_add_test(tests, wrong_version);
	tcase_add_test(tests, node_table_without_sense);
	tcase_add_test(tests, no_memory_for_the_table);
	tcase_add_test(tests, keeps_the_last_error);
	tcase_add_test(tests, mailbox_opens);
	tcase_add_test(tests, mailbox_gives_images_one_by_one);
	tcase_add_test(tests, mailbox_times_out);
	tcase_add_test(tests, mailbox_reports_bad_memory);
	tcase_add_test(tests, mailbox_posts);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
