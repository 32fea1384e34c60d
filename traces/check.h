/*
 * Is a trace sound? What `sqz trace check` and tests ask:
 *  - every event is on a track that was described, and of the right kind;
 *  - time never goes back within a track; slices nest and all of them end;
 *  - every name resolves; siblings have names of their own;
 *  - flows connect: at least two events share each id, at most one ends it, and
 *    none comes later in time than that one;
 *  - the writer noted no misuse, and the end marker's count of events holds.
 * In a file that was cut, open slices and flows with one event are no fault;
 * flows with one event neither in the last part of a longer trace.
 */
#ifndef SQZ_TRACES_CHECK_H
#define SQZ_TRACES_CHECK_H

#include "traces/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_CHECK_LINES 10u /* problems told; the rest is counted */

struct sqz_trace_check {
	struct sqz_trace_result file;
	uint64_t slices;
	uint64_t instants;
	uint64_t values;  /* of counters */
	uint64_t flows;	  /* ids */
	uint64_t deepest; /* open slices of one track */
	uint64_t problems;
	char lines[SQZ_CHECK_LINES][256];
};

/* 0 if the file could be read; look at `problems` then. */
int sqz_trace_check(const char *path, struct sqz_trace_check *check,
		    struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
