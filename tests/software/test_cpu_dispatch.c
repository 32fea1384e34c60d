/* SQZ_CPU chooses the kernels. Each test is a process of its own. */
#include "host/cpu_dispatch.h"
#include "suite.h"

static SQZ_CPU_BODY void plain_body(int *out)
{
	*out = SQZ_CPU_BASELINE;
}

static SQZ_CPU_BODY void avx2_body(int *out)
{
	*out = SQZ_CPU_AVX2;
}

static SQZ_CPU_BODY void avx512_body(int *out)
{
	*out = SQZ_CPU_AVX512;
}

SQZ_CPU_CLONES_OF(which, (int *out), (out), plain_body, avx2_body, avx512_body)

static int level_with(const char *wanted)
{
	int level = -1;

	if (wanted)
		setenv("SQZ_CPU", wanted, 1);
	else
		unsetenv("SQZ_CPU");
	which(&level);
	ck_assert_int_eq(level, (int)sqz_cpu_level());
	return level;
}

START_TEST(baseline_is_obeyed)
{
	ck_assert_int_eq(level_with("baseline"), SQZ_CPU_BASELINE);
	ck_assert(sqz_cpu_baseline());
}
END_TEST

START_TEST(avx2_is_a_limit)
{
	ck_assert_int_le(level_with("avx2"), SQZ_CPU_AVX2);
	ck_assert(!sqz_cpu_baseline());
}
END_TEST

START_TEST(best_is_the_default)
{
	int level = level_with(NULL);

	ck_assert(!sqz_cpu_baseline());
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
		ck_assert_int_ge(level, SQZ_CPU_AVX2);
#endif
	ck_assert_int_ge(level, SQZ_CPU_BASELINE);
	printf("this processor: %s\n",
	       sqz_cpu_level_name((enum sqz_cpu_level)level));
}
END_TEST

START_TEST(answer_does_not_change)
{
	int level = level_with("baseline");

	ck_assert_int_eq(level_with(NULL), level);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu dispatch");
	TCase *tcase = tcase_create("levels");

	tcase_add_test(tcase, baseline_is_obeyed);
	tcase_add_test(tcase, avx2_is_a_limit);
	tcase_add_test(tcase, best_is_the_default);
	tcase_add_test(tcase, answer_does_not_change);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
