/*
 * The reference's inner loops, compiled for several vector widths: internal to
 * mapper/reference. All sums are whole numbers that fit int32 (the reader made
 * sure), so their order does not matter.
 */
#ifndef SQZ_REFERENCE_KERNELS_H
#define SQZ_REFERENCE_KERNELS_H

#include "network.h"

/* sums[p][lane] = sum over the segments of windows[p] times packed weights
 * [pair][lane][2], for REF_POSITIONS windows. */
void ref_multiply(const struct ref_segment *segments, uint32_t segment_count,
		  const int16_t *const *windows, const int16_t *packed,
		  int32_t *sums);

/* The same for one window. */
void ref_multiply_one(const struct ref_segment *segments,
		      uint32_t segment_count, const int16_t *window,
		      const int16_t *packed, int32_t *sums);

/* sums[i] += values[i] * weights[i] */
void ref_accumulate(const int16_t *values, const int16_t *weights,
		    uint32_t count, int32_t *sums);

/* to[i] = from[i] */
void ref_widen(const uint8_t *from, uint32_t count, int16_t *to);

/* sums[i] += values[i]; and the larger of both */
void ref_add_bytes(const uint8_t *values, uint32_t count, int32_t *sums);
void ref_max_bytes(const uint8_t *values, uint32_t count, int32_t *sums);

/* sums[i] += round((values[i] - zero) * scale[i]) */
void ref_add_scaled(const uint8_t *values, int32_t zero,
		    const struct ref_scale *scale, uint32_t count,
		    int32_t *sums);

/* out[i] = clamp(zero + round(sums[i] * scale[i]), low, high) */
struct ref_finish {
	const struct ref_scale *scale;
	int32_t zero, low, high;
};
void ref_finish_bytes(const int32_t *sums, const struct ref_finish *finish,
		      uint32_t count, uint8_t *out);
void ref_finish_words(const int32_t *sums, const struct ref_finish *finish,
		      uint32_t count, int32_t *out);

#endif
