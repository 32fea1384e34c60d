/* What stands where, and which node answers an address. */
#include "suite.h"

#include "reader/chip.h"
#include "sqz/memmap.h"

static struct sqz_config config;
static struct sqz_chip chip;
static struct sqz_error err;

static void build(const char *const *overrides, int count)
{
	ck_assert_msg(sqz_config_load(&config, "configs/default.cfg", overrides,
				      count, &err) == 0,
		      "%s", err.text);
	ck_assert_msg(sqz_chip_build(&config, &chip, &err) == 0, "%s",
		      err.text);
}

static uint32_t count_of(uint8_t kind)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < chip.nodes; i++)
		count += chip.entries[i].kind == kind;
	return count;
}

START_TEST(default_layout)
{
	build(NULL, 0);
	ck_assert_uint_eq(chip.entries[0].kind, SQZ_NODE_CONTROLLER);
	ck_assert_uint_eq(chip.entries[1].kind, SQZ_NODE_FLASH);
	ck_assert_uint_eq(count_of(SQZ_NODE_DRAM), 2);
	ck_assert_uint_eq(chip.entries[7].kind, SQZ_NODE_DRAM);
	ck_assert_uint_eq(chip.entries[56].kind, SQZ_NODE_DRAM);
	ck_assert_uint_eq(count_of(SQZ_NODE_BUFFER), 4);
	ck_assert_uint_eq(chip.entries[2 * 8 + 2].kind, SQZ_NODE_BUFFER);
	ck_assert_uint_eq(chip.entries[6 * 8 + 6].kind, SQZ_NODE_BUFFER);
	ck_assert_uint_eq(count_of(SQZ_NODE_TILE), 64 - 8);
	sqz_chip_free(&chip);
}
END_TEST

/* Windows are aligned to their size, do not overlap, and route to their node.
 */
static void check_windows(void)
{
	for (uint32_t i = 0; i < chip.nodes; i++) {
		const struct sqz_node_entry *a = &chip.entries[i];
		if (a->kind != SQZ_NODE_TILE && a->kind != SQZ_NODE_BUFFER)
			continue;
		uint64_t left = 0;
		ck_assert_uint_ge(a->window, SQZ_WINDOW_BASE);
		ck_assert_uint_eq(a->window % a->window_bytes, 0);
		ck_assert_int_eq(sqz_chip_route(&chip, a->window, &left), i);
		ck_assert_uint_eq(left, a->window_bytes);
		uint64_t last = a->window + a->window_bytes - 1;
		ck_assert_int_eq(sqz_chip_route(&chip, last, &left), i);
		ck_assert_uint_eq(left, 1);
	}
}

START_TEST(windows)
{
	static const char *const BUFFER_KIB[] = { "buffer.kib=64",
						  "buffer.kib=300",
						  "buffer.kib=512",
						  "buffer.kib=32768" };
	build(&BUFFER_KIB[_i], 1);
	check_windows();
	sqz_chip_free(&chip);
}
END_TEST

START_TEST(dram_is_interleaved)
{
	build(NULL, 0);
	uint64_t left = 0;
	int first = sqz_chip_route(&chip, SQZ_DRAM_BASE, &left);
	ck_assert_int_eq(first, chip.dram_nodes[0]);
	ck_assert_uint_eq(left, 256);
	ck_assert_int_eq(sqz_chip_route(&chip, SQZ_DRAM_BASE + 300, &left),
			 chip.dram_nodes[1]);
	ck_assert_uint_eq(left, 512 - 300);
	uint64_t end = SQZ_DRAM_BASE + chip.dram_bytes;
	ck_assert_int_eq(sqz_chip_route(&chip, end - 1, &left),
			 chip.dram_nodes[1]);
	ck_assert_int_eq(sqz_chip_route(&chip, end, &left), -1);
	sqz_chip_free(&chip);
}
END_TEST

START_TEST(holes_answer_nothing)
{
	build(NULL, 0);
	const uint64_t holes[] = { 0,
				   SQZ_FLASH_BASE - 1,
				   SQZ_FLASH_BASE + chip.flash_bytes,
				   SQZ_DRAM_BASE - 1,
				   0xffffffffu,
				   0x200000000u,
				   UINT64_MAX };
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
		ck_assert_int_eq(sqz_chip_route(&chip, holes[i], NULL), -1);
	ck_assert_int_eq(sqz_chip_route(&chip, SQZ_FLASH_BASE, NULL), 1);
	sqz_chip_free(&chip);
}
END_TEST

START_TEST(smallest_mesh)
{
	const char *const overrides[] = { "noc.width=2", "noc.height=3",
					  "chip.dram_controllers=1",
					  "chip.buffers=1" };
	build(overrides, 4);
	ck_assert_uint_eq(count_of(SQZ_NODE_TILE), 2);
	check_windows();
	sqz_chip_free(&chip);
}
END_TEST

START_TEST(rim_too_small)
{
	const char *const overrides[] = { "chip.dram_controllers=27" };
	ck_assert_int_eq(
	    sqz_config_load(&config, "configs/default.cfg", overrides, 1, &err),
	    0);
	ck_assert_int_eq(sqz_chip_build(&config, &chip, &err), -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("chip");
	TCase *tests = tcase_create("chip");

	tcase_add_test(tests, default_layout);
	tcase_add_loop_test(tests, windows, 0, 4);
	tcase_add_test(tests, dram_is_interleaved);
	tcase_add_test(tests, holes_answer_nothing);
	tcase_add_test(tests, smallest_mesh);
	tcase_add_test(tests, rim_too_small);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
