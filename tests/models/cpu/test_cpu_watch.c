/*
 * Watchpoints of the interpreter, and steps that leave interrupts pending.
 */
#include "models/cpu/rig.h"

#include "suite.h"

enum { R = SQZ_CPU_R, W = SQZ_CPU_W };

static void expect_hit(struct rig *r, uint64_t addr, unsigned what)
{
	unsigned told;

	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_WATCHPOINT);
	ck_assert_uint_eq(sqz_cpu_watch_hit(r->cpu, &told), addr);
	ck_assert_uint_eq(told, what);
}

START_TEST(stops_after_the_access)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_ADDI(6, 0, 9), RV_SW(6, 0, 5), RV_SW(6, 4, 5),
		    RV_LW(7, 4, 5), RV_ADDI(8, 0, 1));
	sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
	ck_assert_int_eq(sqz_cpu_add_watchpoint(r->cpu, RIG_DATA + 4, 4, W), 0);
	expect_hit(r, RIG_DATA + 4, W);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 12);
	ck_assert_uint_eq(sqz_cpu_instret(r->cpu), 3);
	ck_assert_uint_eq(sqz_cpu_cycles(r->cpu), 3);
	ck_assert_uint_eq(sqz_cpu_data_bytes(r->cpu), 8);
	ck_assert_uint_eq(rig_load(r, RIG_DATA + 4), 9);
	/* The load is none of its business. */
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_LOST);
	ck_assert_uint_eq(rig_x(r, 7), 9);
	rig_destroy(r);
}
END_TEST

START_TEST(reads_and_any_access)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_SW(5, 0, 5), RV_LW(7, 0, 5), RV_SW(5, 0, 5));
	sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
	sqz_cpu_add_watchpoint(r->cpu, RIG_DATA, 4, R);
	expect_hit(r, RIG_DATA, R);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 8);
	ck_assert_uint_eq(rig_x(r, 7), 0xffffffff80004000);
	ck_assert_int_eq(sqz_cpu_remove_watchpoint(r->cpu, RIG_DATA, 4, R), 0);
	sqz_cpu_add_watchpoint(r->cpu, RIG_DATA, 4, R | W);
	expect_hit(r, RIG_DATA, R | W);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 12);
	rig_destroy(r);
}
END_TEST

/* A store of 8 bytes at DATA touches each of these, or not. */
START_TEST(overlap)
{
	static const struct {
		uint64_t addr, size, hit;
	} cases[] = {
		{ RIG_DATA - 1, 1, 0 },
		{ RIG_DATA - 1, 2, RIG_DATA },
		{ RIG_DATA, 1, RIG_DATA },
		{ RIG_DATA + 3, 2, RIG_DATA + 3 },
		{ RIG_DATA + 7, 100, RIG_DATA + 7 },
		{ RIG_DATA + 8, 1, 0 },
		{ 0, UINT64_MAX, RIG_DATA },
		{ UINT64_MAX, 1, 0 },
	};
	unsigned told;

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *r = rig_create();

		RIG_PROGRAM(r, RV_SD(5, 0, 5));
		sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
		sqz_cpu_add_watchpoint(r->cpu, cases[k].addr, cases[k].size, W);
		ck_assert_int_eq(rig_run(r).reason, cases[k].hit
							? SQZ_CPU_WATCHPOINT
							: SQZ_CPU_LOST);
		ck_assert_uint_eq(sqz_cpu_watch_hit(r->cpu, &told),
				  cases[k].hit);
		rig_destroy(r);
	}
}
END_TEST

START_TEST(devices)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_LW(7, 4, 5), RV_SW(7, 0, 5), RV_NOP);
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	r->answer = 0x1234;
	sqz_cpu_add_watchpoint(r->cpu, RIG_DEVICE, 4, W);
	expect_hit(r, RIG_DEVICE, W);
	ck_assert_uint_eq(r->accesses, 2);
	ck_assert_uint_eq(r->access[1].value, 0x1234);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 8);
	rig_destroy(r);
}
END_TEST

START_TEST(an_access_that_faults_is_none)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_LW(7, 0, 5));
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	r->fault = true;
	sqz_cpu_add_watchpoint(r->cpu, RIG_DEVICE, 4, R);
	ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_LOST);
	rig_destroy(r);
}
END_TEST

START_TEST(atomics_read_and_write)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_LR_W(6, 5), RV_AMOADD_W(7, 6, 5), RV_NOP);
	sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
	rig_store(r, RIG_DATA, 5);
	sqz_cpu_add_watchpoint(r->cpu, RIG_DATA, 4, W);
	expect_hit(r, RIG_DATA, W);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 8);
	ck_assert_uint_eq(sqz_cpu_cycles(r->cpu), 2);
	ck_assert_uint_eq(rig_x(r, 7), 5);
	ck_assert_uint_eq(rig_load(r, RIG_DATA), 10);
	rig_destroy(r);
}
END_TEST

START_TEST(atomics_over_the_bus)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_LR_W(6, 5), RV_NOP);
	sqz_cpu_set_reg(r->cpu, 5, RIG_DEVICE);
	r->memory = true;
	sqz_cpu_add_watchpoint(r->cpu, RIG_DEVICE, 4, R);
	expect_hit(r, RIG_DEVICE, R);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 4);
	rig_destroy(r);
}
END_TEST

/* All that is counted is the same with a watchpoint elsewhere. */
START_TEST(watching_costs_no_time)
{
	uint64_t cycles[2], instret[2], bytes[2];

	for (int watch = 0; watch < 2; watch++) {
		struct rig *r = rig_create_with_costs();

		sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
		RIG_PROGRAM(r, RV_ADDI(6, 0, 200), RV_LW(7, 0, 5),
			    RV_SW(7, 8, 5), RV_LD(8, 16, 5), RV_SD(8, 24, 5),
			    RV_AMOADD_W(9, 6, 5), RV_ADDI(6, 6, -1),
			    RV_BNE(6, 0, -24));
		if (watch)
			sqz_cpu_add_watchpoint(r->cpu, RIG_DATA + 32, 8, R | W);
		ck_assert_int_eq(rig_run(r).reason, SQZ_CPU_LOST);
		cycles[watch] = sqz_cpu_cycles(r->cpu);
		instret[watch] = sqz_cpu_instret(r->cpu);
		bytes[watch] = sqz_cpu_data_bytes(r->cpu);
		rig_destroy(r);
	}
	ck_assert_uint_eq(cycles[0], cycles[1]);
	ck_assert_uint_eq(instret[0], instret[1]);
	ck_assert_uint_eq(bytes[0], bytes[1]);
}
END_TEST

START_TEST(a_step_tells_too)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_SW(5, 0, 5), RV_NOP);
	sqz_cpu_set_reg(r->cpu, 5, RIG_DATA);
	sqz_cpu_add_watchpoint(r->cpu, RIG_DATA, 4, W);
	ck_assert_int_eq(sqz_cpu_step(r->cpu).reason, SQZ_CPU_WATCHPOINT);
	ck_assert_int_eq(sqz_cpu_step(r->cpu).reason, SQZ_CPU_BUDGET);
	rig_destroy(r);
}
END_TEST

START_TEST(the_table_has_an_end)
{
	struct rig *r = rig_create();

	ck_assert_int_eq(sqz_cpu_add_watchpoint(r->cpu, 0, 0, W), -1);
	ck_assert_int_eq(sqz_cpu_add_watchpoint(r->cpu, 0, 4, 0), -1);
	for (uint64_t k = 0; k < SQZ_CPU_WATCHPOINTS; k++)
		ck_assert_int_eq(sqz_cpu_add_watchpoint(r->cpu, k, 1, W), 0);
	ck_assert_int_eq(sqz_cpu_add_watchpoint(r->cpu, 99, 1, W), -1);
	ck_assert_int_eq(sqz_cpu_remove_watchpoint(r->cpu, 3, 1, R), -1);
	ck_assert_int_eq(sqz_cpu_remove_watchpoint(r->cpu, 3, 2, W), -1);
	ck_assert_int_eq(sqz_cpu_remove_watchpoint(r->cpu, 3, 1, W), 0);
	ck_assert_int_eq(sqz_cpu_remove_watchpoint(r->cpu, 3, 1, W), -1);
	rig_destroy(r);
}
END_TEST

START_TEST(masked_step_leaves_the_interrupt)
{
	struct rig *r = rig_create();

	RIG_PROGRAM(r, RV_ADDI(7, 7, 1), RV_WFI, RV_NOP);
	sqz_cpu_write_csr(r->cpu, 0x304, 0x80);
	sqz_cpu_write_csr(r->cpu, 0x300, 8);
	ck_assert(!sqz_cpu_irq_due(r->cpu));
	sqz_cpu_set_irq(r->cpu, SQZ_CPU_IRQ_MTI, true);
	ck_assert(sqz_cpu_irq_due(r->cpu));
	ck_assert_int_eq(sqz_cpu_step_masked(r->cpu).reason, SQZ_CPU_BUDGET);
	ck_assert_int_eq(sqz_cpu_step_masked(r->cpu).reason, SQZ_CPU_BUDGET);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 8);
	ck_assert_uint_eq(r->traps, 0);
	sqz_cpu_step(r->cpu);
	ck_assert_uint_eq(r->traps, 1);
	rig_destroy(r);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cpu watchpoints");
	TCase *t = tcase_create("watchpoints");

	tcase_add_test(t, stops_after_the_access);
	tcase_add_test(t, reads_and_any_access);
	tcase_add_test(t, overlap);
	tcase_add_test(t, devices);
	tcase_add_test(t, an_access_that_faults_is_none);
	tcase_add_test(t, atomics_read_and_write);
	tcase_add_test(t, atomics_over_the_bus);
	tcase_add_test(t, watching_costs_no_time);
	tcase_add_test(t, a_step_tells_too);
	tcase_add_test(t, the_table_has_an_end);
	tcase_add_test(t, masked_step_leaves_the_interrupt);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return sqz_suite_main(suite());
}
