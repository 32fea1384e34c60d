#include "kernels.h"

#include "host/cpu_dispatch.h"

#include <string.h>

/* ---- multiply and sum ---- */

#define KERNEL(name) name##_baseline
#define KERNEL_TARGET
#define KERNEL_BYTES	16
#define KERNEL_TOGETHER 2
#if defined(__SSE2__)
#define KERNEL_PAIRS(a, b) (words_baseline) __builtin_ia32_pmaddwd128(a, b)
#else
typedef int32_t words4 __attribute__((vector_size(16)));
typedef int16_t halves8 __attribute__((vector_size(16)));

static inline words4 pairs_plain(halves8 a, halves8 b)
{
	words4 sum;

	for (int i = 0; i < 4; i++)
		sum[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
	return sum;
}
#define KERNEL_PAIRS(a, b) (words_baseline) pairs_plain(a, b)
#endif
#include "multiply.inc"

#if defined(SQZ_CPU_X86)
#define KERNEL(name)	   name##_avx2
#define KERNEL_TARGET	   SQZ_CPU_TARGET_AVX2
#define KERNEL_BYTES	   32
#define KERNEL_TOGETHER	   4
#define KERNEL_PAIRS(a, b) (words_avx2) __builtin_ia32_pmaddwd256(a, b)
#include "multiply.inc"

#define KERNEL(name)	name##_avx512
#define KERNEL_TARGET	SQZ_CPU_TARGET_AVX512
#define KERNEL_BYTES	64
#define KERNEL_TOGETHER 8
#define KERNEL_PAIRS(a, b)                                                     \
	(words_avx512)                                                         \
	    __builtin_ia32_pmaddwd512_mask(a, b, (words_avx512){ 0 }, 0xffff)
#include "multiply.inc"
#endif

typedef void multiply_function(const struct ref_segment *segments,
			       uint32_t segment_count,
			       const int16_t *const *windows,
			       const int16_t *packed, int32_t *sums);

#if defined(SQZ_CPU_X86)
#define LEVELS(name)                                                           \
	{                                                                      \
		name##_baseline, name##_avx2, name##_avx512                    \
	}
#else
#define LEVELS(name)                                                           \
	{                                                                      \
		name##_baseline, name##_baseline, name##_baseline              \
	}
#endif

void ref_multiply(const struct ref_segment *segments, uint32_t segment_count,
		  const int16_t *const *windows, const int16_t *packed,
		  int32_t *sums)
{
	static multiply_function *const levels[SQZ_CPU_LEVEL_COUNT] =
	    LEVELS(multiply_many);

	levels[sqz_cpu_level()](segments, segment_count, windows, packed, sums);
}

void ref_multiply_one(const struct ref_segment *segments,
		      uint32_t segment_count, const int16_t *window,
		      const int16_t *packed, int32_t *sums)
{
	static multiply_function *const levels[SQZ_CPU_LEVEL_COUNT] =
	    LEVELS(multiply_one);

	levels[sqz_cpu_level()](segments, segment_count, &window, packed, sums);
}

/* ---- one value per channel ---- */

static SQZ_CPU_BODY void accumulate_body(const int16_t *values,
					 const int16_t *weights, uint32_t count,
					 int32_t *restrict sums)
{
	for (uint32_t i = 0; i < count; i++)
		sums[i] += values[i] * weights[i];
}
SQZ_CPU_CLONES(accumulate,
	       (const int16_t *values, const int16_t *weights, uint32_t count,
		int32_t *restrict sums),
	       (values, weights, count, sums))

void ref_accumulate(const int16_t *values, const int16_t *weights,
		    uint32_t count, int32_t *sums)
{
	accumulate(values, weights, count, sums);
}

static SQZ_CPU_BODY void widen_body(const uint8_t *from, uint32_t count,
				    int16_t *restrict to)
{
	for (uint32_t i = 0; i < count; i++)
		to[i] = from[i];
}
SQZ_CPU_CLONES(widen,
	       (const uint8_t *from, uint32_t count, int16_t *restrict to),
	       (from, count, to))

void ref_widen(const uint8_t *from, uint32_t count, int16_t *to)
{
	widen(from, count, to);
}

static SQZ_CPU_BODY void add_bytes_body(const uint8_t *values, uint32_t count,
					int32_t *restrict sums)
{
	for (uint32_t i = 0; i < count; i++)
		sums[i] += values[i];
}
SQZ_CPU_CLONES(add_bytes,
	       (const uint8_t *values, uint32_t count, int32_t *restrict sums),
	       (values, count, sums))

void ref_add_bytes(const uint8_t *values, uint32_t count, int32_t *sums)
{
	add_bytes(values, count, sums);
}

static SQZ_CPU_BODY void max_bytes_body(const uint8_t *values, uint32_t count,
					int32_t *restrict sums)
{
	for (uint32_t i = 0; i < count; i++)
		sums[i] = values[i] > sums[i] ? values[i] : sums[i];
}
SQZ_CPU_CLONES(max_bytes,
	       (const uint8_t *values, uint32_t count, int32_t *restrict sums),
	       (values, count, sums))

void ref_max_bytes(const uint8_t *values, uint32_t count, int32_t *sums)
{
	max_bytes(values, count, sums);
}

/* ---- rounding ---- */

/* value * mult / 2^shift, halves away from zero, without a branch. */
static SQZ_CPU_BODY int64_t scaled(int32_t value, int32_t mult, int64_t half,
				   int64_t shift)
{
	int64_t product = (int64_t)value * mult;
	int64_t sign = product < 0 ? -1 : 0;
	uint64_t magnitude = (uint64_t)((product ^ sign) - sign);
	int64_t rounded =
	    (int64_t)((magnitude + (uint64_t)half) >> (uint64_t)shift);

	return (rounded ^ sign) - sign;
}

static SQZ_CPU_BODY void add_scaled_body(const uint8_t *values, int32_t zero,
					 const int32_t *mult,
					 const int64_t *half,
					 const int64_t *shift, uint32_t count,
					 int32_t *restrict sums)
{
	for (uint32_t i = 0; i < count; i++)
		sums[i] += (int32_t)scaled(values[i] - zero, mult[i], half[i],
					   shift[i]);
}
SQZ_CPU_CLONES(add_scaled,
	       (const uint8_t *values, int32_t zero, const int32_t *mult,
		const int64_t *half, const int64_t *shift, uint32_t count,
		int32_t *restrict sums),
	       (values, zero, mult, half, shift, count, sums))

void ref_add_scaled(const uint8_t *values, int32_t zero,
		    const struct ref_scale *scale, uint32_t count,
		    int32_t *sums)
{
	add_scaled(values, zero, scale->mult, scale->half, scale->shift, count,
		   sums);
}

static SQZ_CPU_BODY int32_t bounded(int64_t value, int64_t low, int64_t high)
{
	value = value < low ? low : value;
	return (int32_t)(value > high ? high : value);
}

static SQZ_CPU_BODY void
finish_bytes_body(const int32_t *sums, const int32_t *mult, const int64_t *half,
		  const int64_t *shift, int64_t zero, int64_t low, int64_t high,
		  uint32_t count, uint8_t *restrict out)
{
	for (uint32_t i = 0; i < count; i++)
		out[i] = (uint8_t)bounded(
		    zero + scaled(sums[i], mult[i], half[i], shift[i]), low,
		    high);
}
SQZ_CPU_CLONES(finish_bytes,
	       (const int32_t *sums, const int32_t *mult, const int64_t *half,
		const int64_t *shift, int64_t zero, int64_t low, int64_t high,
		uint32_t count, uint8_t *restrict out),
	       (sums, mult, half, shift, zero, low, high, count, out))

void ref_finish_bytes(const int32_t *sums, const struct ref_finish *finish,
		      uint32_t count, uint8_t *out)
{
	const struct ref_scale *scale = finish->scale;

	finish_bytes(sums, scale->mult, scale->half, scale->shift, finish->zero,
		     finish->low, finish->high, count, out);
}

void ref_finish_words(const int32_t *sums, const struct ref_finish *finish,
		      uint32_t count, int32_t *out)
{
	const struct ref_scale *scale = finish->scale;

	for (uint32_t i = 0; i < count; i++)
		out[i] = bounded(finish->zero + scaled(sums[i], scale->mult[i],
						       scale->half[i],
						       scale->shift[i]),
				 finish->low, finish->high);
}
