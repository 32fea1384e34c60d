#include "quantizer.h"

#include "magnitude.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The search for the least squared error tries units from the largest weight's
 * down to SEARCH_LOW of it. */
#define ERROR_CHUNK  64 /* weights between looks at the sum */
#define SEARCH_STEPS 50
#define SEARCH_LOW   0.5

static int allocate(struct sqz_codebook *book, unsigned planes,
		    struct sqz_error *err)
{
	*book = (struct sqz_codebook){ 0 };
	if (planes < 1 || planes > SQZ_MAX_PLANES)
		return sqz_fail(err, "%u magnitude planes: must be 1 to %d",
				planes, SQZ_MAX_PLANES);
	book->magnitudes =
	    malloc(((size_t)1 << planes) * sizeof(*book->magnitudes));
	book->nearest = malloc(((size_t)2 << planes) * sizeof(*book->nearest));
	if (!book->magnitudes || !book->nearest) {
		sqz_codebook_free(book);
		return sqz_fail(err, "out of memory for a codebook");
	}
	return 0;
}

static void fill_nearest(struct sqz_codebook *book)
{
	uint32_t last = 2u * book->magnitudes[book->count - 1];
	uint32_t code = 0;

	for (uint32_t i = 0; i <= last; i++) {
		while (code + 1 < book->count &&
		       book->magnitudes[code] + book->magnitudes[code + 1] <=
			   (int)i)
			code++;
		book->nearest[i] = book->magnitudes[code];
	}
}

int sqz_codebook_int(unsigned planes, struct sqz_codebook *book,
		     struct sqz_error *err)
{
	if (allocate(book, planes, err))
		return -1;
	book->count = 1u << planes;
	for (uint32_t i = 0; i < book->count; i++)
		book->magnitudes[i] = (uint16_t)i;
	fill_nearest(book);
	return 0;
}

/* True if the ones of value lie within `window` neighbouring bits. */
static bool fits_window(uint32_t value, unsigned window)
{
	return value == 0 || value >> __builtin_ctz(value) >> window == 0;
}

int sqz_codebook_sme(unsigned planes, unsigned window,
		     struct sqz_codebook *book, struct sqz_error *err)
{
	if (window < 1 || window > planes)
		return sqz_fail(err, "SME window %u: must be 1 to %u", window,
				planes);
	if (allocate(book, planes, err))
		return -1;
	for (uint32_t i = 0; i < 1u << planes; i++)
		if (fits_window(i, window))
			book->magnitudes[book->count++] = (uint16_t)i;
	fill_nearest(book);
	return 0;
}

/* At most one one in each class of planes that are `terms` apart. */
static bool fits_terms(uint32_t value, unsigned terms)
{
	uint32_t seen = 0;

	for (unsigned plane = 0; value >> plane; plane++) {
		uint32_t term = 1u << plane % terms;

		if (!(value >> plane & 1))
			continue;
		if (seen & term)
			return false;
		seen |= term;
	}
	return true;
}

int sqz_codebook_apot(unsigned planes, unsigned terms,
		      struct sqz_codebook *book, struct sqz_error *err)
{
	if (terms < 1 || terms > planes)
		return sqz_fail(err, "APoT of %u terms: must be 1 to %u", terms,
				planes);
	if (allocate(book, planes, err))
		return -1;
	for (uint32_t i = 0; i < 1u << planes; i++)
		if (fits_terms(i, terms))
			book->magnitudes[book->count++] = (uint16_t)i;
	fill_nearest(book);
	return 0;
}

int sqz_codebook_pot(unsigned planes, struct sqz_codebook *book,
		     struct sqz_error *err)
{
	return sqz_codebook_apot(planes, 1, book, err);
}

int sqz_codebook_make(const struct sqz_scheme *scheme,
		      struct sqz_codebook *book, struct sqz_error *err)
{
	switch (scheme->quantizer) {
	case SQZ_QUANTIZER_SME:
		return sqz_codebook_sme(scheme->planes, scheme->window, book,
					err);
	case SQZ_QUANTIZER_POT:
		return sqz_codebook_pot(scheme->planes, book, err);
	case SQZ_QUANTIZER_APOT:
		return sqz_codebook_apot(scheme->planes, scheme->window, book,
					 err);
	default:
		return sqz_codebook_int(scheme->planes, book, err);
	}
}

void sqz_codebook_free(struct sqz_codebook *book)
{
	free(book->magnitudes);
	free(book->nearest);
	*book = (struct sqz_codebook){ 0 };
}

int16_t sqz_codebook_nearest(const struct sqz_codebook *book, double value)
{
	uint32_t last = 2u * book->magnitudes[book->count - 1];
	double place = 2 * fabs(value);
	int code = book->nearest[place < last ? (uint32_t)place : last];

	return (int16_t)(value < 0 ? -code : code);
}

/* Sums only grow: one that has reached `enough` may be returned unfinished. */
static double squared_error(const struct sqz_codebook *book, double unit,
			    const float *weights, size_t count, double enough)
{
	double sum = 0;

	for (size_t at = 0; at < count;) {
		size_t end =
		    count - at > ERROR_CHUNK ? at + ERROR_CHUNK : count;

		for (; at < end; at++) {
			double value = weights[at] / unit;
			double miss = value - sqz_codebook_nearest(book, value);

			sum += miss * miss;
		}
		if (sum * unit * unit >= enough)
			break;
	}
	return sum * unit * unit;
}

static double largest_magnitude(const float *weights, size_t count)
{
	double largest = 0;

	for (size_t i = 0; i < count; i++)
		largest = fmax(largest, fabs((double)weights[i]));
	return largest;
}

/* The smallest magnitude that is no smaller than `percentile` % of all. */
static double percentile_of(const float *weights, size_t count,
			    double percentile)
{
	double place = ceil(percentile / 100 * (double)count);
	size_t rank = place < 1 ? 0 : (size_t)place - 1;
	uint32_t bits = sqz_nth_magnitude(
	    weights, count, rank < count ? rank : count - 1, NULL);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static double search_unit(const struct sqz_codebook *book, double widest,
			  const float *weights, size_t count)
{
	double best = widest;
	double least = squared_error(book, widest, weights, count, INFINITY);

	for (int step = 1; step <= SEARCH_STEPS; step++) {
		double unit =
		    widest * (1 - (1 - SEARCH_LOW) * step / SEARCH_STEPS);
		double error = squared_error(book, unit, weights, count, least);

		if (error < least) {
			least = error;
			best = unit;
		}
	}
	return best;
}

double sqz_weight_unit(const struct sqz_codebook *book,
		       const struct sqz_scheme *scheme, const float *weights,
		       size_t count)
{
	double top = book->magnitudes[book->count - 1];
	double largest = largest_magnitude(weights, count);

	if (largest == 0)
		return 0;
	if (scheme->rule == SQZ_SCALE_MSE)
		return search_unit(book, largest / top, weights, count);
	if (scheme->rule == SQZ_SCALE_PERCENTILE) {
		double most = percentile_of(weights, count, scheme->percentile);

		/* Where most weights are 0 the largest has to do. */
		return (most > 0 ? most : largest) / top;
	}
	return largest / top;
}

void sqz_weight_codes(const struct sqz_codebook *book, double unit,
		      const float *weights, size_t count, int16_t *codes)
{
	for (size_t i = 0; i < count; i++)
		codes[i] = sqz_codebook_nearest(book, weights[i] / unit);
}
