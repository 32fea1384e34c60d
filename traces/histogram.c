#include "traces/histogram.h"

#include <stdlib.h>
#include <string.h>

#define EXACT	       256u /* values with a bucket of their own */
#define EXACT_LOG      8u
#define PER_OCTAVE_LOG 7u
#define PER_OCTAVE     (1u << PER_OCTAVE_LOG)

static size_t bucket_of(uint64_t value)
{
	if (value < EXACT)
		return value;
	unsigned octave = 63 - (unsigned)__builtin_clzll(value);
	size_t part = (value >> (octave - PER_OCTAVE_LOG)) & (PER_OCTAVE - 1);

	return EXACT + (octave - EXACT_LOG) * PER_OCTAVE + part;
}

/* The largest value that falls into the bucket. */
static uint64_t bucket_end(size_t bucket)
{
	if (bucket < EXACT)
		return bucket;
	unsigned octave = (unsigned)((bucket - EXACT) / PER_OCTAVE) + EXACT_LOG;
	uint64_t part = (bucket - EXACT) % PER_OCTAVE;
	uint64_t width = (uint64_t)1 << (octave - PER_OCTAVE_LOG);

	return ((uint64_t)1 << octave) + part * width + (width - 1);
}

void histogram_free(struct histogram *histogram)
{
	free(histogram->counts);
	*histogram = (struct histogram){ 0 };
}

static int make_room(struct histogram *histogram, size_t buckets)
{
	if (buckets <= histogram->buckets)
		return 0;
	uint64_t *counts =
	    realloc(histogram->counts, buckets * sizeof(*counts));
	if (!counts)
		return -1;
	memset(counts + histogram->buckets, 0,
	       (buckets - histogram->buckets) * sizeof(*counts));
	histogram->counts = counts;
	histogram->buckets = buckets;
	return 0;
}

int histogram_add(struct histogram *histogram, uint64_t value)
{
	size_t bucket = bucket_of(value);

	if (make_room(histogram, bucket + 1))
		return -1;
	histogram->counts[bucket]++;
	histogram->count++;
	histogram->sum += value;
	if (value > histogram->largest)
		histogram->largest = value;
	return 0;
}

int histogram_add_all(struct histogram *to, const struct histogram *from)
{
	if (make_room(to, from->buckets))
		return -1;
	for (size_t i = 0; i < from->buckets; i++)
		to->counts[i] += from->counts[i];
	to->count += from->count;
	to->sum += from->sum;
	if (from->largest > to->largest)
		to->largest = from->largest;
	return 0;
}

uint64_t histogram_percentile(const struct histogram *histogram,
			      unsigned percent)
{
	uint64_t rank =
	    (uint64_t)(((unsigned __int128)histogram->count * percent + 99) /
		       100);
	uint64_t seen = 0;

	for (size_t i = 0; i < histogram->buckets; i++) {
		seen += histogram->counts[i];
		if (seen && seen >= rank)
			return bucket_end(i) < histogram->largest
				   ? bucket_end(i)
				   : histogram->largest;
	}
	return 0;
}
