#include "traces/page_links.h"

#include "traces/page_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value tells of so long before it, and holds until the next one's does. */
#define SAMPLE_NS 10000u
/* More than sane files have; a mad one must not take all memory. */
#define MOST_LINKS  8192u
#define MOST_LAYERS 2048u
#define MOST_SPANS  256u

void page_links_init(struct page_links *links)
{
	*links = (struct page_links){ .bin_ns = 1000 };
}

void page_links_free(struct page_links *links)
{
	for (size_t i = 0; i < links->count; i++)
		free(links->links[i]);
	for (size_t i = 0; i < links->span_count; i++)
		free(links->spans[i].busy_ns);
	for (size_t i = 0; i < links->layer_count; i++)
		free(links->layers[i].busy_ns);
	free(links->links);
	free(links->of_track);
	free(links->spans);
	free(links->layers);
}

/* ---- time ---- */

static uint64_t overlap(uint64_t a_from, uint64_t a_to, uint64_t b_from,
			uint64_t b_to)
{
	uint64_t from = a_from > b_from ? a_from : b_from;
	uint64_t to = a_to < b_to ? a_to : b_to;

	return to > from ? to - from : 0;
}

static void double_bins(struct page_links *links)
{
	links->bin_ns *= 2;
	for (size_t l = 0; l < links->count; l++) {
		double *bins = links->links[l]->bins;
		for (size_t i = 0; i < PAGE_BINS / 2; i++)
			bins[i] = bins[2 * i] + bins[2 * i + 1];
		memset(bins + PAGE_BINS / 2, 0, PAGE_BINS / 2 * sizeof(*bins));
	}
}

static void add_to_bins(const struct page_links *links, struct page_link *link)
{
	uint64_t from = links->from_ns - links->start_ns;
	uint64_t to = links->to_ns - links->start_ns;
	uint64_t width = links->bin_ns;

	for (uint64_t bin = from / width; bin * width < to; bin++)
		link->bins[bin] +=
		    link->use *
		    (double)overlap(bin * width, (bin + 1) * width, from, to);
}

static int widen(double **busy_ns, size_t *have, size_t want)
{
	if (*have >= want)
		return 0;
	double *more = realloc(*busy_ns, want * sizeof(*more));
	if (!more)
		return -1;
	memset(more + *have, 0, (want - *have) * sizeof(*more));
	*busy_ns = more;
	*have = want;
	return 0;
}

static int add_to_span(const struct page_links *links, struct page_span *span)
{
	uint64_t ns =
	    overlap(links->from_ns, links->to_ns, span->begin_ns, span->end_ns);

	if (!ns)
		return 0;
	if (widen(&span->busy_ns, &span->links, links->count))
		return -1;
	for (size_t i = 0; i < links->count; i++)
		span->busy_ns[i] += links->links[i]->use * (double)ns;
	return 0;
}

static struct page_layer *layer_at(struct page_links *links, uint64_t index)
{
	if (index >= links->layer_count) {
		struct page_layer *more =
		    realloc(links->layers, (index + 1) * sizeof(*more));
		if (!more)
			return NULL;
		links->layers = more;
		while (links->layer_count <= index)
			more[links->layer_count++] = (struct page_layer){ 0 };
	}
	return &links->layers[index];
}

/* Gives what an ended span has to its layer. */
static int fold(struct page_links *links, struct page_span *span)
{
	if (!span->has_layer)
		return 0;
	struct page_layer *layer = layer_at(links, span->layer);
	if (!layer || widen(&layer->busy_ns, &layer->links, span->links))
		return -1;
	for (size_t i = 0; i < span->links; i++)
		layer->busy_ns[i] += span->busy_ns[i];
	return 0;
}

static int fold_ended(struct page_links *links, uint64_t until_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < links->span_count; i++) {
		struct page_span *span = &links->spans[i];
		if (span->end_ns > until_ns) {
			links->spans[kept++] = *span;
			continue;
		}
		int failed = fold(links, span);
		free(span->busy_ns);
		span->busy_ns = NULL;
		if (failed)
			return -1;
	}
	links->span_count = kept;
	return 0;
}

/* Takes in what all links have done from `from_ns` to `to_ns`. */
static int settle(struct page_links *links)
{
	while (links->to_ns - links->start_ns > PAGE_BINS * links->bin_ns)
		double_bins(links);
	for (size_t i = 0; i < links->count; i++)
		if (links->links[i]->use > 0)
			add_to_bins(links, links->links[i]);
	for (size_t i = 0; i < links->span_count; i++)
		if (add_to_span(links, &links->spans[i]))
			return -1;
	return fold_ended(links, links->to_ns);
}

/* No value that is still to come tells of a time before this one. */
static int advance(struct page_links *links, uint64_t ns)
{
	if (!links->sampled)
		links->start_ns = links->to_ns = ns;
	links->sampled = true;
	if (ns <= links->to_ns)
		return 0;
	links->from_ns = links->to_ns;
	links->to_ns = ns;
	return settle(links);
}

/* ---- records ---- */

static int add_track(struct page_links *links,
		     const struct sqz_track_info *info)
{
	struct page_link parsed = { 0 };

	if (info->index >= links->track_room) {
		size_t room = 2 * (size_t)info->index + 16;
		int32_t *more = realloc(links->of_track, room * sizeof(*more));
		if (!more)
			return -1;
		links->of_track = more;
		links->track_room = room;
	}
	links->of_track[info->index] = -1;
	if (!info->is_counter || links->count == MOST_LINKS ||
	    sscanf(info->name,
		   "flits per 1000 cycles, link %15s of router %u,%u",
		   parsed.port, &parsed.x, &parsed.y) != 3)
		return 0;
	struct page_link **more = realloc(
	    links->links, (links->count + 1) * sizeof(struct page_link *));
	if (!more)
		return -1;
	links->links = more;
	more[links->count] = malloc(sizeof(**more));
	if (!more[links->count])
		return -1;
	*more[links->count] = parsed;
	links->of_track[info->index] = (int32_t)links->count++;
	return 0;
}

static int take_counter(struct page_links *links,
			const struct sqz_trace_record *record)
{
	int32_t link = links->of_track[record->track->index];

	if (link < 0)
		return 0;
	if (advance(links, record->ns > SAMPLE_NS ? record->ns - SAMPLE_NS : 0))
		return -1;
	links->links[link]->use =
	    record->value > 0 ? (double)record->value / 1000 : 0;
	return 0;
}

static int begin_layer(struct page_links *links,
		       const struct sqz_trace_record *record)
{
	if (links->span_count == MOST_SPANS)
		return 0;
	if (links->span_count == links->span_room) {
		size_t room = links->span_room ? 2 * links->span_room : 16;
		struct page_span *more =
		    realloc(links->spans, room * sizeof(*more));
		if (!more)
			return -1;
		links->spans = more;
		links->span_room = room;
	}
	links->spans[links->span_count++] =
	    (struct page_span){ .track = record->track,
				.begin_ns = record->ns,
				.end_ns = UINT64_MAX };
	return 0;
}

static uint64_t annotated(const struct sqz_trace_record *record,
			  const char *name)
{
	uint64_t value = 0;

	sqz_record_uint(record, name, &value);
	return value;
}

static int end_layer(struct page_links *links,
		     const struct sqz_trace_record *record)
{
	uint64_t index;

	if (!sqz_record_uint(record, "layer", &index) || index >= MOST_LAYERS)
		return 0;
	struct page_layer *layer = layer_at(links, index);
	if (!layer)
		return -1;
	layer->array_busy_ps += annotated(record, "array_busy_ps");
	layer->fetch_wait_ps += annotated(record, "fetch_wait_ps");
	layer->grant_wait_ps += annotated(record, "grant_wait_ps");
	for (size_t i = 0; i < links->span_count; i++) {
		struct page_span *span = &links->spans[i];
		if (span->track != record->track || span->end_ns != UINT64_MAX)
			continue;
		span->end_ns = record->ns;
		span->layer = index;
		span->has_layer = true;
	}
	return 0;
}

int page_links_take(struct page_links *links,
		    const struct sqz_trace_record *record)
{
	if (record->type == SQZ_RECORD_TRACK)
		return add_track(links, record->track);
	if (!record->track)
		return 0;
	if (record->type == SQZ_RECORD_COUNTER)
		return take_counter(links, record);
	if (record->type == SQZ_RECORD_END)
		return end_layer(links, record);
	if (record->type == SQZ_RECORD_BEGIN && record->category &&
	    !strcmp(record->category, "layer"))
		return begin_layer(links, record);
	return 0;
}

int page_links_finish(struct page_links *links, uint64_t last_ns)
{
	if (links->sampled && advance(links, last_ns))
		return -1;
	return fold_ended(links, UINT64_MAX);
}

/* ---- JSON ---- */

static json_t *link_json(const struct page_links *links,
			 const struct page_link *link)
{
	json_t *use = json_array();

	for (size_t i = 0; i < PAGE_BINS; i++)
		json_array_append_new(
		    use, json_integer(lround(1000 * link->bins[i] /
					     (double)links->bin_ns)));
	return json_pack("{s:o, s:i, s:i, s:o}", "port", page_text(link->port),
			 "x", (int)link->x, "y", (int)link->y, "use", use);
}

json_t *page_links_json(const struct page_links *links)
{
	json_t *list = json_array();

	for (size_t i = 0; i < links->count; i++)
		if (json_array_append_new(list,
					  link_json(links, links->links[i]))) {
			json_decref(list);
			return NULL;
		}
	return json_pack("{s:I, s:I, s:o}", "start_ns",
			 (json_int_t)links->start_ns, "bin_ns",
			 (json_int_t)links->bin_ns, "links", list);
}

int page_layer_json(const struct page_links *links, uint64_t index,
		    json_t *into)
{
	size_t busiest = 0;

	if (index >= links->layer_count)
		return 0;
	const struct page_layer *layer = &links->layers[index];
	for (size_t i = 1; i < layer->links; i++)
		if (layer->busy_ns[i] > layer->busy_ns[busiest])
			busiest = i;
	json_t *more =
	    json_pack("{s:I, s:I, s:I}", "array_busy_ps",
		      (json_int_t)layer->array_busy_ps, "fetch_wait_ps",
		      (json_int_t)layer->fetch_wait_ps, "grant_wait_ps",
		      (json_int_t)layer->grant_wait_ps);
	if (layer->links) {
		json_object_set_new(more, "link_busy_ns",
				    json_real(layer->busy_ns[busiest]));
		json_object_set_new(more, "busiest",
				    json_integer((json_int_t)busiest));
	}
	int failed = !more || json_object_update(into, more);
	json_decref(more);
	return failed ? -1 : 0;
}
