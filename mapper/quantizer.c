#include "quantizer.h"

#include <math.h>
#include <stdlib.h>

/* The search for the least squared error tries units from the largest weight's
 * down to SEARCH_LOW of it. */
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

int sqz_codebook_make(const struct sqz_scheme *scheme,
		      struct sqz_codebook *book, struct sqz_error *err)
{
	if (scheme->quantizer == SQZ_QUANTIZER_SME)
		return sqz_codebook_sme(scheme->planes, scheme->window, book,
					err);
	return sqz_codebook_int(scheme->planes, book, err);
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

static double squared_error(const struct sqz_codebook *book, double unit,
			    const float *weights, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double value = weights[i] / unit;
		double miss = value - sqz_codebook_nearest(book, value);

		sum += miss * miss;
	}
	return sum * unit * unit;
}

double sqz_weight_unit(const struct sqz_codebook *book,
		       enum sqz_scale_rule rule, const float *weights,
		       size_t count)
{
	double largest = 0;

	for (size_t i = 0; i < count; i++)
		largest = fmax(largest, fabs((double)weights[i]));
	double widest = largest / book->magnitudes[book->count - 1];
	if (rule == SQZ_SCALE_MAX || largest == 0)
		return widest;
	double best = widest;
	double least = squared_error(book, widest, weights, count);
	for (int step = 1; step <= SEARCH_STEPS; step++) {
		double unit =
		    widest * (1 - (1 - SEARCH_LOW) * step / SEARCH_STEPS);
		double error = squared_error(book, unit, weights, count);

		if (error < least) {
			least = error;
			best = unit;
		}
	}
	return best;
}

void sqz_weight_codes(const struct sqz_codebook *book, double unit,
		      const float *weights, size_t count, int16_t *codes)
{
	for (size_t i = 0; i < count; i++)
		codes[i] = sqz_codebook_nearest(book, weights[i] / unit);
}
