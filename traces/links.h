/*
 * What each link of the network has done: flits, use, waits by cause, and the
 * window in which it was used most (docs/traces.md tells what events carry it).
 */
#ifndef SQZ_TRACES_LINKS_H
#define SQZ_TRACES_LINKS_H

#include "traces/reader.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_link {
	char *name; /* "east of router 1,2" */
	bool has_sums;
	uint64_t flits;
	uint64_t bytes;
	uint64_t vc_busy; /* cycles that inputs waited for the link, ... */
	uint64_t no_credit;
	uint64_t lost;
	uint64_t cycle_ps;
	uint64_t peak;	  /* flits in 1000 cycles, of the busiest window */
	uint64_t peak_ns; /* when that window ended, the first of its kind */
};

struct sqz_links {
	struct sqz_link *all; /* most flits first, then highest peak, by name */
	size_t count;
	uint64_t end_ps; /* simulated time */
	struct sqz_trace_result file;
};

/* An error if the trace has no links. */
int sqz_links_read(const char *path, struct sqz_links *links,
		   struct sqz_error *err);
void sqz_links_free(struct sqz_links *links);

/* The first `top` ones, 0: all. CSV has all of them. */
int sqz_links_print(const struct sqz_links *links, uint64_t top, FILE *file);
int sqz_links_csv(const struct sqz_links *links, FILE *file);

#ifdef __cplusplus
}
#endif

#endif
