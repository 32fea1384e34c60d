/*
 * One kernel, compiled for several vector widths, chosen at run time.
 *
 * Write the kernel once as `static SQZ_CPU_BODY void name_body(...)` in plain C
 * (or GCC vector types), then
 *
 *	SQZ_CPU_CLONES(name, (int count, float *data), (count, data))
 *
 * defines `static void name(int count, float *data)`, which calls the copy for
 * this processor. SQZ_CPU=baseline in the environment forces the plain one, so
 * that a test can compare the two: they must give the same bytes. Therefore no
 * clone may use fused multiply-add, and a kernel may only be vectorized across
 * outputs, never along a float sum. Compile such files with -O3.
 */
#ifndef SQZ_HOST_CPU_DISPATCH_H
#define SQZ_HOST_CPU_DISPATCH_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_cpu_level {
	SQZ_CPU_BASELINE, /* what the compiler targets by default */
	SQZ_CPU_AVX2,	  /* AVX2, BMI, POPCNT */
	SQZ_CPU_AVX512,	  /* AVX-512 F, BW, DQ, VL, VPOPCNTDQ */
	SQZ_CPU_LEVEL_COUNT
};

/* The best level that this processor has and SQZ_CPU allows. Values of SQZ_CPU:
 * baseline, avx2 (at most AVX2); unset or anything else: the best. */
enum sqz_cpu_level sqz_cpu_level(void);

/* True if SQZ_CPU=baseline asks for plain kernels. */
bool sqz_cpu_baseline(void);

/* "baseline", "avx2", "avx512" */
const char *sqz_cpu_level_name(enum sqz_cpu_level level);

/* clang (of the fuzzing build) lacks some of the built-ins and of the features'
 * names: it gets the plain kernels. */
#if defined(__x86_64__) && !defined(__clang__)
#define SQZ_CPU_X86
#endif

#if defined(SQZ_CPU_X86)
#define SQZ_CPU_TARGET_AVX2                                                    \
	__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define SQZ_CPU_TARGET_AVX512                                                  \
	__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,"   \
			      "avx512dq,avx512vl,avx512vpopcntdq,"             \
			      "prefer-vector-width=512")))
#else
#define SQZ_CPU_TARGET_AVX2
#define SQZ_CPU_TARGET_AVX512
#endif

/* A body must be inlined into each clone to be compiled for it. */
#define SQZ_CPU_BODY inline __attribute__((always_inline))

/* The general form: a body of its own for each level (they must agree on the
 * result), for kernels that name their vector width. */
#define SQZ_CPU_CLONES_OF(name, parameters, arguments, body_baseline,          \
			  body_avx2, body_avx512)                              \
	static void name##_baseline parameters                                 \
	{                                                                      \
		body_baseline arguments;                                       \
	}                                                                      \
	SQZ_CPU_TARGET_AVX2 static void name##_avx2 parameters                 \
	{                                                                      \
		body_avx2 arguments;                                           \
	}                                                                      \
	SQZ_CPU_TARGET_AVX512 static void name##_avx512 parameters             \
	{                                                                      \
		body_avx512 arguments;                                         \
	}                                                                      \
	static void name parameters                                            \
	{                                                                      \
		static void(*const clones[SQZ_CPU_LEVEL_COUNT])                \
		    parameters = { name##_baseline, name##_avx2,               \
				   name##_avx512 };                            \
		clones[sqz_cpu_level()] arguments;                             \
	}

#define SQZ_CPU_CLONES(name, parameters, arguments)                            \
	SQZ_CPU_CLONES_OF(name, parameters, arguments, name##_body,            \
			  name##_body, name##_body)

#ifdef __cplusplus
}
#endif

#endif
