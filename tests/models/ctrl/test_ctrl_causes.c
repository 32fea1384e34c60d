/* Why the controller's packets leave. */
#include "cause_check.h"
#include "ctrl_suites.h"
#include "rig.h"

/* The host's first cause: a mark at time 0. */
static void because_of_host(void)
{
	struct sqz_causes causes = { 0 };

	sqz_causes_mark(harness_env(&rig.chip, 0), &causes);
	sqz_causes_delay(&causes, rig.chip.now, SQZ_WORK_DRIVER);
	sqz_controller_because(rig.ctl, &causes);
}

static void start(void)
{
	cause_check_reset();
	rig_prepare();
	rig.explain = true;
	rig_build();
	because_of_host();
	for (unsigned ring = 0; ring < 2; ring++)
		rig_open(ring, 8);
	rig_enable();
}

START_TEST(fetch)
{
	const struct sqz_desc fence = rig_fence(1);

	start();
	harness_run_until(&rig.chip, 7000);
	because_of_host();
	rig_push(0, &fence);
	rig_expect(0, 0, 1, SQZ_OK);
	/* The fetch, and the completion's WRITE, which is the last. */
	ck_assert_uint_eq(cause_check.packets, 4);
	ck_assert_uint_eq(cause_check.early, 0);
	ck_assert_uint_eq(sqz_controller_why(rig.ctl).count, 1);
	ck_assert_uint_eq(sqz_controller_why(rig.ctl).at_ps, rig.chip.now);
}
END_TEST

/* Two rings that want the same list, copies, programming, fences. */
START_TEST(all_kinds)
{
	const struct sqz_desc all[] = {
		rig_program(1, TILE, 0),
		rig_copy(2, DATA_ADDR, DATA_ADDR + 0x1000, 2000),
		rig_run(3, 5),
		rig_fence(4),
		rig_run(5, 5),
	};

	start();
	rig_list(LIST_ADDR, 5);
	for (int i = 0; i < TILES; i++)
		rig_tile(TILE + i)->delay_ps = 100 + 777 * (unsigned)i;
	for (unsigned ring = 0; ring < 2; ring++)
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
			because_of_host();
			rig_push(ring, &all[i]);
		}
	harness_run(&rig.chip);
	for (unsigned ring = 0; ring < 2; ring++)
		rig_expect(ring, 4, 5, SQZ_OK);
	ck_assert_uint_gt(cause_check.packets, 100);
	ck_assert_uint_eq(cause_check.early, 0);
}
END_TEST

TCase *sqz_ctrl_causes_tests(void)
{
	TCase *t = tcase_create("causes");

	tcase_add_checked_fixture(t, NULL, rig_stop);
	tcase_add_test(t, fetch);
	tcase_add_test(t, all_kinds);
	return t;
}
