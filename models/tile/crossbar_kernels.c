/*
 * The pass at three levels. Ones are counted
 * - with AVX-512 by VPOPCNTQ, eight bit lines at a time;
 * - with AVX2 by table look-up of nibbles (PSHUFB), four at a time;
 * - otherwise by adding neighbouring bit fields in 64-bit words, two at a time.
 * The latter two keep counts of bytes until the weight changes; a byte's count
 * cannot overflow (struct sqz_term_group), so that all levels agree.
 */
#include "tile/crossbar_private.h"

#include <stddef.h>
#include <string.h>

#if defined(SQZ_CPU_X86)
#include <immintrin.h>
#endif

#define SQZ_UNROLL _Pragma("GCC unroll 4")

/* -- plain -- */

typedef uint64_t vec_plain __attribute__((vector_size(16)));
typedef int32_t half_plain __attribute__((vector_size(16)));
typedef uint32_t sums_plain __attribute__((vector_size(8)));

#define ONES_IN_2  0x5555555555555555u
#define ONES_IN_4  0x3333333333333333u
#define ONES_IN_8  0x0f0f0f0f0f0f0f0fu
#define ONES_IN_16 0x00ff00ff00ff00ffu

static SQZ_CPU_BODY vec_plain nibble_counts(vec_plain a)
{
	a -= (a >> 1) & ONES_IN_2;
	return (a & ONES_IN_4) + ((a >> 2) & ONES_IN_4);
}

static SQZ_CPU_BODY vec_plain count_plain(vec_plain a)
{
	a = nibble_counts(a);
	return (a + (a >> 4)) & ONES_IN_8;
}

/* Two nibbles of at most 4 ones each share a nibble: 8 fits. */
static SQZ_CPU_BODY vec_plain count2_plain(vec_plain a, vec_plain b)
{
	a = nibble_counts(a) + nibble_counts(b);
	return (a & ONES_IN_8) + ((a >> 4) & ONES_IN_8);
}

static SQZ_CPU_BODY vec_plain total_plain(vec_plain a)
{
	a = (a & ONES_IN_16) + ((a >> 8) & ONES_IN_16);
	a += a >> 16;
	return (a + (a >> 32)) & 0xffff;
}

#define K(name) name##_plain
#define TARGET
#define LANES	     2
#define BATCH	     4
#define COUNT(a)     count_plain(a)
#define COUNT2(a, b) count2_plain(a, b)
#define TOTAL(a)     total_plain(a)
#define DIRECT	     false
#include "tile/crossbar_kernel.h"

/* 8 x 8 bits, byte r to bit r of every byte (Warren, Hacker's Delight). */
static SQZ_CPU_BODY uint64_t transpose8(uint64_t x)
{
	uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aau;

	x ^= t ^ (t << 7);
	t = (x ^ (x >> 14)) & 0x0000cccc0000ccccu;
	x ^= t ^ (t << 14);
	t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0u;
	return x ^ t ^ (t << 28);
}

static void transpose_plain(const uint8_t *bytes, uint64_t *lines,
			    uint32_t stride, uint32_t cycles)
{
	uint64_t line[8] = { 0 };

	for (unsigned r = 0; r < 8; r++) {
		uint64_t x;

		memcpy(&x, bytes + r * 8, 8);
		x = transpose8(x);
		for (unsigned t = 0; t < 8; t++)
			line[t] |= ((x >> (8 * t)) & 0xff) << (8 * r);
	}
	for (unsigned t = 0; t < cycles; t++)
		lines[t * stride] = line[t];
}

#if defined(SQZ_CPU_X86)

/* -- AVX2 -- */

typedef uint64_t vec_avx2 __attribute__((vector_size(32)));
typedef int32_t half_avx2 __attribute__((vector_size(32)));
typedef uint32_t sums_avx2 __attribute__((vector_size(16)));

SQZ_CPU_TARGET_AVX2 static SQZ_CPU_BODY vec_avx2 count_avx2(vec_avx2 a)
{
	const __m256i ones =
	    _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0,
			     1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	__m256i low = (__m256i)(a & ONES_IN_8);
	__m256i high = (__m256i)((a >> 4) & ONES_IN_8);

	return (vec_avx2)_mm256_add_epi8(_mm256_shuffle_epi8(ones, low),
					 _mm256_shuffle_epi8(ones, high));
}

SQZ_CPU_TARGET_AVX2 static SQZ_CPU_BODY vec_avx2 total_avx2(vec_avx2 a)
{
	return (vec_avx2)_mm256_sad_epu8((__m256i)a, _mm256_setzero_si256());
}

#define K(name)	     name##_avx2
#define TARGET	     SQZ_CPU_TARGET_AVX2
#define LANES	     4
#define BATCH	     4
#define COUNT(a)     count_avx2(a)
#define COUNT2(a, b) (count_avx2(a) + count_avx2(b))
#define TOTAL(a)     total_avx2(a)
#define DIRECT	     false
#include "tile/crossbar_kernel.h"

SQZ_CPU_TARGET_AVX2 static void transpose_avx2(const uint8_t *bytes,
					       uint64_t *lines, uint32_t stride,
					       uint32_t cycles)
{
	__m256i low = _mm256_loadu_si256((const __m256i *)bytes);
	__m256i high = _mm256_loadu_si256((const __m256i *)(bytes + 32));

	/* The sign bits of all bytes, from bit 7 down. */
	for (unsigned t = 8; t-- > 0;) {
		uint64_t line = (uint32_t)_mm256_movemask_epi8(low) |
				(uint64_t)(uint32_t)_mm256_movemask_epi8(high)
				    << 32;

		if (t < cycles)
			lines[t * stride] = line;
		low = _mm256_add_epi8(low, low);
		high = _mm256_add_epi8(high, high);
	}
}

/* -- AVX-512 -- */

typedef uint64_t vec_avx512 __attribute__((vector_size(64)));
typedef int32_t half_avx512 __attribute__((vector_size(64)));
typedef uint32_t sums_avx512 __attribute__((vector_size(32)));

#define K(name)	     name##_avx512
#define TARGET	     SQZ_CPU_TARGET_AVX512
#define LANES	     8
#define BATCH	     4
#define COUNT(a)     ((vec_avx512)_mm512_popcnt_epi64((__m512i)(a)))
#define COUNT2(a, b) (COUNT(a) + COUNT(b))
#define TOTAL(a)     (a)
#define DIRECT	     true
#include "tile/crossbar_kernel.h"

SQZ_CPU_TARGET_AVX512 static void transpose_avx512(const uint8_t *bytes,
						   uint64_t *lines,
						   uint32_t stride,
						   uint32_t cycles)
{
	__m512i x = _mm512_loadu_si512(bytes);

	for (unsigned t = 0; t < cycles; t++)
		lines[t * stride] =
		    _mm512_test_epi8_mask(x, _mm512_set1_epi8((char)(1 << t)));
}

#endif

const struct sqz_kernel *sqz_crossbar_kernel(enum sqz_cpu_level level)
{
	static const struct sqz_kernel kernels[SQZ_CPU_LEVEL_COUNT] = {
		[SQZ_CPU_BASELINE] = { 2, pass_plain, transpose_plain },
#if defined(SQZ_CPU_X86)
		[SQZ_CPU_AVX2] = { 4, pass_avx2, transpose_avx2 },
		[SQZ_CPU_AVX512] = { 8, pass_avx512, transpose_avx512 },
#else
		[SQZ_CPU_AVX2] = { 2, pass_plain, transpose_plain },
		[SQZ_CPU_AVX512] = { 2, pass_plain, transpose_plain },
#endif
	};

	return &kernels[level];
}
