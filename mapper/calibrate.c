#include "calibrate.h"

#include "float_engine.h"

#include <math.h>
#include <stdlib.h>

#define BINS 4096

struct collector {
	const struct sqz_graph *graph;
	struct sqz_ranges *ranges;
	uint64_t *bins; /* per tensor BINS, equal parts of its range */
};

static size_t view_values(const struct collector *collector,
			  const struct sqz_float_view *view)
{
	const struct sqz_tensor *tensor =
	    &collector->graph->tensors[view->tensor];

	return sqz_shape_elements(&tensor->shape) * view->image_count;
}

static void observe_range(void *context, const struct sqz_float_view *view)
{
	struct collector *collector = context;
	double *low = &collector->ranges->low[view->tensor];
	double *high = &collector->ranges->high[view->tensor];
	size_t count = view_values(collector, view);
	/* Limits that were set are floats: nothing is rounded. */
	float least = (float)*low, most = (float)*high;

	for (size_t i = 0; i < count; i++) {
		float value = view->values[i];

		least = value < least ? value : least;
		most = value > most ? value : most;
	}
	*low = least;
	*high = most;
}

static void observe_bins(void *context, const struct sqz_float_view *view)
{
	struct collector *collector = context;
	double low = collector->ranges->low[view->tensor];
	double width = collector->ranges->high[view->tensor] - low;
	uint64_t *bins = collector->bins + (size_t)view->tensor * BINS;
	size_t count = view_values(collector, view);

	if (!(width > 0) || !isfinite(width))
		return;
	for (size_t i = 0; i < count; i++) {
		double place = (view->values[i] - low) / width * BINS;

		if (place >= 0 && place <= BINS)
			bins[place < BINS ? (int)place : BINS - 1]++;
	}
}

/* Bins at one end that together hold at most `limit` values. */
static int bins_to_cut(const uint64_t *bins, int first, int step,
		       uint64_t limit)
{
	uint64_t seen = 0;
	int cut = 0;

	for (int i = 0; i < BINS; i++) {
		seen += bins[first + i * step];
		if (seen > limit)
			break;
		cut++;
	}
	return cut;
}

static void narrow(const struct collector *collector, uint32_t tensor,
		   double percentile)
{
	const uint64_t *bins = collector->bins + (size_t)tensor * BINS;
	double *low = &collector->ranges->low[tensor];
	double *high = &collector->ranges->high[tensor];
	double width = *high - *low;
	uint64_t total = 0;

	for (int i = 0; i < BINS; i++)
		total += bins[i];
	uint64_t limit = (uint64_t)((double)total * (100 - percentile) / 200);
	if (total == 0)
		return;
	double new_low = *low + width * bins_to_cut(bins, 0, 1, limit) / BINS;
	double new_high =
	    *high - width * bins_to_cut(bins, BINS - 1, -1, limit) / BINS;
	*low = fmin(new_low, 0);
	*high = fmax(new_high, 0);
}

static int run(struct collector *collector, const float *images, size_t count,
	       void (*observe)(void *, const struct sqz_float_view *),
	       struct sqz_error *err)
{
	const struct sqz_graph *graph = collector->graph;
	struct sqz_float_options options = { .observe = observe,
					     .context = collector };
	size_t values =
	    sqz_shape_elements(&graph->tensors[graph->output].shape);
	float *outputs = malloc(count * values * sizeof(*outputs));

	if (!outputs)
		return sqz_fail(err, "out of memory for %zu images", count);
	int result =
	    sqz_float_run(graph, images, count, outputs, &options, err);
	free(outputs);
	return result;
}

static int cut_ranges(struct collector *collector, const float *images,
		      size_t count, double percentile, struct sqz_error *err)
{
	uint32_t tensors = collector->graph->tensor_count;

	collector->bins =
	    calloc((size_t)tensors * BINS, sizeof(*collector->bins));
	if (!collector->bins)
		return sqz_fail(err, "out of memory for histograms");
	int result = run(collector, images, count, observe_bins, err);
	if (result == 0)
		for (uint32_t i = 0; i < tensors; i++)
			narrow(collector, i, percentile);
	free(collector->bins);
	return result;
}

int sqz_calibrate(const struct sqz_graph *graph, const float *images,
		  size_t count, double percentile, struct sqz_ranges *ranges,
		  struct sqz_error *err)
{
	struct collector collector = { .graph = graph, .ranges = ranges };

	*ranges = (struct sqz_ranges){ .count = graph->tensor_count };
	if (count == 0)
		return sqz_fail(err, "calibration needs at least one image");
	if (!(percentile >= 50 && percentile <= 100))
		return sqz_fail(err, "percentile %g: must be 50 to 100",
				percentile);
	ranges->low = calloc(ranges->count, sizeof(*ranges->low));
	ranges->high = calloc(ranges->count, sizeof(*ranges->high));
	int result = -1;
	if (!ranges->low || !ranges->high)
		sqz_fail(err, "out of memory for %u ranges", ranges->count);
	else
		result = run(&collector, images, count, observe_range, err);
	if (result == 0 && percentile < 100)
		result = cut_ranges(&collector, images, count, percentile, err);
	if (result)
		sqz_ranges_free(ranges);
	return result;
}

void sqz_ranges_free(struct sqz_ranges *ranges)
{
	free(ranges->low);
	free(ranges->high);
	*ranges = (struct sqz_ranges){ 0 };
}
