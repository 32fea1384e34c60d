#include "host/cpu_dispatch.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static enum sqz_cpu_level detect(void)
{
#if defined(SQZ_CPU_X86)
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
	    !__builtin_cpu_supports("bmi2") ||
	    !__builtin_cpu_supports("lzcnt") ||
	    !__builtin_cpu_supports("popcnt"))
		return SQZ_CPU_BASELINE;
	if (__builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512vpopcntdq"))
		return SQZ_CPU_AVX512;
	return SQZ_CPU_AVX2;
#else
	return SQZ_CPU_BASELINE;
#endif
}

static enum sqz_cpu_level allowed(void)
{
	const char *wanted = getenv("SQZ_CPU");

	if (wanted && !strcmp(wanted, "baseline"))
		return SQZ_CPU_BASELINE;
	if (wanted && !strcmp(wanted, "avx2"))
		return SQZ_CPU_AVX2;
	return SQZ_CPU_AVX512;
}

enum sqz_cpu_level sqz_cpu_level(void)
{
	/* Kernels ask on every call: remember the answer, stored as level + 1.
	 * Threads that race here store the same value. */
	static atomic_int known;
	int level = atomic_load_explicit(&known, memory_order_relaxed);

	if (!level) {
		enum sqz_cpu_level limit = allowed();
		enum sqz_cpu_level best = detect();

		level = (int)(best < limit ? best : limit) + 1;
		atomic_store_explicit(&known, level, memory_order_relaxed);
	}
	return (enum sqz_cpu_level)(level - 1);
}

bool sqz_cpu_baseline(void)
{
	return allowed() == SQZ_CPU_BASELINE;
}

const char *sqz_cpu_level_name(enum sqz_cpu_level level)
{
	static const char *const names[SQZ_CPU_LEVEL_COUNT] = { "baseline",
								"avx2",
								"avx512" };

	return (unsigned)level < SQZ_CPU_LEVEL_COUNT ? names[level] : "unknown";
}
