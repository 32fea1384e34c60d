/*
 * Weight quantizers: real weights to integer codes with one unit.
 *
 * A codebook is the ascending list of magnitudes that a code may have; the
 * nearest one is taken, the larger of two equally near. value = code * unit.
 */
#ifndef SQZ_MAPPER_QUANTIZER_H
#define SQZ_MAPPER_QUANTIZER_H

#include "host/error.h"
#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_codebook {
	uint16_t *magnitudes; /* ascending, the first is 0 */
	uint32_t count;
	/* Limits between neighbours are multiples of 1/2, so nearest[i] is the
	 * code of all of i / 2 .. (i + 1) / 2, up to twice the largest. */
	uint16_t *nearest;
};

/* All of 0 .. 2^planes - 1: plain symmetric INT-(planes + 1). */
int sqz_codebook_int(unsigned planes, struct sqz_codebook *book,
		     struct sqz_error *err);

/* SME: 0 and m * 2^e with m < 2^window, e <= planes - window. */
int sqz_codebook_sme(unsigned planes, unsigned window,
		     struct sqz_codebook *book, struct sqz_error *err);

/* Powers of two: 0 and 2^0 .. 2^(planes-1). */
int sqz_codebook_pot(unsigned planes, struct sqz_codebook *book,
		     struct sqz_error *err);

/* Additive powers of two, after Li et al. (ICLR 2020): the sum of `terms`
 * powers, the i-th one 0 or one of 2^i, 2^(i+terms), 2^(i+2*terms), ... below
 * 2^planes. Their quantizer of b bits and base k has b / k terms on
 * terms * (2^k - 1) planes. One term is POT. */
int sqz_codebook_apot(unsigned planes, unsigned terms,
		      struct sqz_codebook *book, struct sqz_error *err);

/* The scheme's. -1 with err set if its parameters are out of range. */
int sqz_codebook_make(const struct sqz_scheme *scheme,
		      struct sqz_codebook *book, struct sqz_error *err);

void sqz_codebook_free(struct sqz_codebook *book);

/* Nearest magnitude to |value|, with value's sign. */
int16_t sqz_codebook_nearest(const struct sqz_codebook *book, double value);

/* The unit for these weights by the scheme's rule; 0 if all are zero. */
double sqz_weight_unit(const struct sqz_codebook *book,
		       const struct sqz_scheme *scheme, const float *weights,
		       size_t count);

/* codes[i] = nearest to weights[i] / unit. */
void sqz_weight_codes(const struct sqz_codebook *book, double unit,
		      const float *weights, size_t count, int16_t *codes);

#ifdef __cplusplus
}
#endif

#endif
