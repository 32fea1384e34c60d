/*
 * The use of links over time, from the trace's counters "flits per 1000
 * cycles, link EAST of router X,Y": in at most PAGE_BINS steps of time for the
 * heat map, and for each layer. A value tells what passed in the SAMPLE_NS
 * before it, and in all samples up to the next value, as only changes are
 * written.
 */
#ifndef SQZ_TRACES_PAGE_LINKS_H
#define SQZ_TRACES_PAGE_LINKS_H

#include "traces/reader.h"

#include <jansson.h>

#define PAGE_BINS 256u

struct page_link {
	char port[16];
	unsigned x, y;
	double use;		/* now: flits per cycle */
	double bins[PAGE_BINS]; /* busy ns in each */
};

/* A layer that runs, or has ended since the last sample. */
struct page_span {
	const struct sqz_track_info *track;
	uint64_t begin_ns, end_ns; /* end: UINT64_MAX while open */
	uint64_t layer;
	bool has_layer;
	double *busy_ns; /* by link */
	size_t links;
};

/* What a layer needs of links and arrays. */
struct page_layer {
	double *busy_ns; /* by link */
	size_t links;
	uint64_t array_busy_ps, fetch_wait_ps, grant_wait_ps;
};

struct page_links {
	struct page_link **links;
	size_t count;
	int32_t *of_track; /* index of the link or -1, by track */
	size_t track_room;
	uint64_t start_ns; /* of the first bin */
	uint64_t bin_ns;
	bool sampled;		 /* there was one */
	uint64_t from_ns, to_ns; /* taken in last */
	struct page_span *spans;
	size_t span_count, span_room;
	struct page_layer *layers; /* by index */
	size_t layer_count;
};

/* All return -1 if memory runs out. */
void page_links_init(struct page_links *links);
void page_links_free(struct page_links *links);
int page_links_take(struct page_links *links,
		    const struct sqz_trace_record *record);
int page_links_finish(struct page_links *links, uint64_t last_ns);

/* {start_ns, bin_ns, links: [{port, x, y, use: [flits per 1000 cycles]}]}; NULL
 * if memory runs out. */
json_t *page_links_json(const struct page_links *links);
/* Adds link_busy_ns (of the busiest), busiest (its index), array_busy_ps,
 * fetch_wait_ps, grant_wait_ps to a layer's object. */
int page_layer_json(const struct page_links *links, uint64_t layer,
		    json_t *into);

#endif
