/*
 * The slices of a trace for the timeline of a page: a row for each track and
 * depth, with a bounded number of slices. Where there are too many, neighbours
 * are joined into one that tells how many it stands for and how long they were
 * busy; short gaps close first.
 */
#ifndef SQZ_TRACES_PAGE_ROWS_H
#define SQZ_TRACES_PAGE_ROWS_H

#include "traces/names.h"
#include "traces/reader.h"

#include <jansson.h>

/* Slices inside more than these are left out. */
#define PAGE_DEPTH 3u

struct page_slice {
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t busy_ns; /* of those it stands for */
	uint32_t name;	  /* iid; 0: several */
	uint32_t count;
};

struct page_row {
	struct page_slice *slices;
	size_t count;
	size_t room;
	uint64_t joined_ns; /* slices as close as this are joined; 0: none */
};

struct page_track {
	json_t *path;	/* names and ranks, from the top */
	uint32_t depth; /* open slices */
	struct page_slice open[PAGE_DEPTH];
	struct page_row rows[PAGE_DEPTH];
};

struct page_rows {
	struct names names;
	struct page_track *tracks; /* by index */
	size_t track_count;
	size_t track_room;
};

/* All return -1 if memory runs out. */
int page_rows_init(struct page_rows *rows);
void page_rows_free(struct page_rows *rows);
int page_rows_take(struct page_rows *rows,
		   const struct sqz_trace_record *record);
/* Ends what is open, and joins slices until at most most_slices are left (or
 * one for each row). */
int page_rows_finish(struct page_rows *rows, uint64_t last_ns,
		     size_t most_slices);

/* {names, rows: [{path, depth, slices: [begin, length, name, count, busy]}]},
 * all slices of a row in one list, times in ns. NULL if memory runs out. */
json_t *page_rows_json(const struct page_rows *rows);

#endif
