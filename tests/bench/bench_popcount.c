/*
 * One-bit multiply-accumulates per second that this processor could do at best:
 * AND, population count and add of words in the first cache, and nothing else.
 * The limit of any simulator that evaluates every cell.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host/cpu_dispatch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define WORDS	64
#define BATCH	7 /* rounds until a byte's count of AVX2 might overflow */
#define BATCHES 3000
#define REPEATS 400 /* the best counts: others use the machine, too */
#define LINE	0x123456789abcdefu

/* Makes the compiler believe that x has changed. */
#define CHANGE(constraint, x) __asm__ volatile("" : "+" constraint(x))

/* All of the following count the ones of WORDS words, AND LINE, in BATCHES *
 * BATCH rounds. */

static uint64_t count_plain(const uint64_t *words)
{
	uint64_t line = LINE, sum = 0;

	for (unsigned r = 0; r < BATCHES * BATCH; r++) {
		for (unsigned i = 0; i < WORDS; i++)
			sum += (uint64_t)__builtin_popcountll(words[i] & line);
		CHANGE("r", line);
	}
	return sum;
}

#if defined(__x86_64__)
SQZ_CPU_TARGET_AVX2 static __m256i ones_avx2(__m256i a)
{
	const __m256i ones =
	    _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0,
			     1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i low = _mm256_and_si256(a, nibble);
	__m256i high = _mm256_and_si256(_mm256_srli_epi64(a, 4), nibble);

	return _mm256_add_epi8(_mm256_shuffle_epi8(ones, low),
			       _mm256_shuffle_epi8(ones, high));
}

/* Four byte counters, each with a quarter of the words. */
SQZ_CPU_TARGET_AVX2 static uint64_t count_avx2(const uint64_t *words)
{
	const __m256i zero = _mm256_setzero_si256();
	__m256i line = _mm256_set1_epi64x(LINE), total = zero;

	for (unsigned batch = 0; batch < BATCHES; batch++) {
		__m256i sums[4] = { zero, zero, zero, zero };

		for (unsigned r = 0; r < BATCH; r++) {
#pragma GCC unroll 16
			for (unsigned i = 0; i < WORDS / 4; i++) {
				__m256i cells = _mm256_loadu_si256(
				    (const __m256i *)(words + 4 * i));

				sums[i % 4] = _mm256_add_epi8(
				    sums[i % 4],
				    ones_avx2(_mm256_and_si256(cells, line)));
			}
			CHANGE("x", line);
		}
#pragma GCC unroll 4
		for (unsigned i = 0; i < 4; i++)
			total = _mm256_add_epi64(
			    total, _mm256_sad_epu8(sums[i], zero));
	}
	return (uint64_t)(_mm256_extract_epi64(total, 0) +
			  _mm256_extract_epi64(total, 1) +
			  _mm256_extract_epi64(total, 2) +
			  _mm256_extract_epi64(total, 3));
}

SQZ_CPU_TARGET_AVX512 static uint64_t count_avx512(const uint64_t *words)
{
	__m512i cells[WORDS / 8], sums[WORDS / 8];
	__m512i line = _mm512_set1_epi64(LINE);
	__m512i total = _mm512_setzero_si512();

#pragma GCC unroll 8
	for (unsigned i = 0; i < WORDS / 8; i++) {
		cells[i] = _mm512_loadu_si512(words + 8 * i);
		sums[i] = _mm512_setzero_si512();
	}
	for (unsigned r = 0; r < BATCHES * BATCH; r++) {
#pragma GCC unroll 8
		for (unsigned i = 0; i < WORDS / 8; i++)
			sums[i] = _mm512_add_epi64(
			    sums[i], _mm512_popcnt_epi64(
					 _mm512_and_si512(cells[i], line)));
		CHANGE("v", line);
	}
#pragma GCC unroll 8
	for (unsigned i = 0; i < WORDS / 8; i++)
		total = _mm512_add_epi64(total, sums[i]);
	return (uint64_t)_mm512_reduce_add_epi64(total);
}
#else
#define count_avx2   count_plain
#define count_avx512 count_plain
#endif

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double words_per_second(uint64_t (*count)(const uint64_t *words),
			       const uint64_t *words, uint64_t *sum)
{
	double best = 1e9;

	for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
		double start = cpu_seconds();

		*sum = count(words);
		double time = cpu_seconds() - start;

		best = time < best ? time : best;
	}
	return 1.0 * WORDS * BATCH * BATCHES / best;
}

int main(void)
{
	static uint64_t (*const COUNTS[])(
	    const uint64_t *words) = { count_plain, count_avx2, count_avx512 };
	uint64_t words[WORDS], sum, expected;
	bool right = true;

	for (unsigned i = 0; i < WORDS; i++)
		words[i] = (i + 1) * 0x9e3779b97f4a7c15u;
	expected = count_plain(words);
	for (unsigned level = 0; level <= sqz_cpu_level(); level++) {
		double rate = words_per_second(COUNTS[level], words, &sum);

		printf("%-8s  %6.2f G words/s  %6.3f T 1-bit MAC/s\n",
		       sqz_cpu_level_name(level), rate * 1e-9,
		       rate * 64 * 1e-12);
		right = right && sum == expected;
	}
	if (!right)
		fprintf(stderr, "bench_popcount: the counts differ\n");
	return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
