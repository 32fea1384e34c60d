#include "noc/traffic/histogram.h"

#include <math.h>

/* Numbers of the same bit length share 2^BITS bins. */
static unsigned bin_of(uint32_t value)
{
	if (value < 1u << SQZ_HISTOGRAM_BITS)
		return value;
	unsigned drop =
	    31 - (unsigned)__builtin_clz(value) - SQZ_HISTOGRAM_BITS;
	return (drop << SQZ_HISTOGRAM_BITS) + (value >> drop);
}

static uint32_t first_of(unsigned bin)
{
	if (bin < 2u << SQZ_HISTOGRAM_BITS)
		return bin;
	unsigned drop = (bin >> SQZ_HISTOGRAM_BITS) - 1;
	return (bin - (drop << SQZ_HISTOGRAM_BITS)) << drop;
}

void sqz_histogram_add(struct sqz_histogram *histogram, uint64_t value)
{
	histogram
	    ->bins[bin_of(value > UINT32_MAX ? UINT32_MAX : (uint32_t)value)]++;
}

void sqz_histogram_merge(struct sqz_histogram *sum,
			 const struct sqz_histogram *more)
{
	for (unsigned i = 0; i < SQZ_HISTOGRAM_BINS; i++)
		sum->bins[i] += more->bins[i];
}

uint32_t sqz_histogram_quantile(const struct sqz_histogram *histogram,
				double share)
{
	uint64_t all = 0, seen = 0;

	for (unsigned i = 0; i < SQZ_HISTOGRAM_BINS; i++)
		all += histogram->bins[i];
	uint64_t wanted = (uint64_t)ceil(share * (double)all);
	for (unsigned i = 0; i < SQZ_HISTOGRAM_BINS && all; i++) {
		seen += histogram->bins[i];
		if (seen && seen >= wanted)
			return first_of(i);
	}
	return 0;
}
