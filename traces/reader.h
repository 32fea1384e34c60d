/*
 * Reads a trace back, one record at a time, in the order of the file. (That is
 * the order of time within a track, not across tracks.)
 *
 * The file is not trusted. It may be cut anywhere: all records of the chunks
 * that are complete before the cut are delivered, and the result says where
 * good data end. Anything else that is wrong with it is an error: one line with
 * file, byte offset and reason.
 */
#ifndef SQZ_TRACES_READER_H
#define SQZ_TRACES_READER_H

#include "traces/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_trace_record_type {
	SQZ_RECORD_TRACK, /* a new track; comes before its first event */
	SQZ_RECORD_BEGIN,
	SQZ_RECORD_END,
	SQZ_RECORD_INSTANT,
	SQZ_RECORD_COUNTER,
};

/* Lives as long as the read. */
struct sqz_track_info {
	uint64_t uuid;
	uint32_t index; /* 0, 1, ...: for arrays beside */
	char *name;
	char *unit_name;		     /* NULL if none */
	const struct sqz_track_info *parent; /* NULL: none, or not known */
	int32_t rank;
	bool is_counter;
	bool is_process;
};

/* Pointers hold during the call only (but that to the track). */
struct sqz_trace_record {
	enum sqz_trace_record_type type;
	uint64_t ns;
	const struct sqz_track_info *track; /* NULL: was never described */
	const char *name;     /* NULL: none, or its number is not known */
	const char *category; /* likewise */
	int64_t value;	      /* of a counter */
	struct sqz_trace_extra extra;
};

struct sqz_trace_result {
	bool complete;	/* the end marker was there and nothing after it */
	uint64_t bytes; /* of the file up to the end of good data; if not
			   complete, the file was cut here */
	uint64_t chunks;
	uint64_t events;
	uint64_t unresolved; /* numbers of names that were never spelled out */
	uint64_t last_ns;
	uint32_t tracks;
};

/* Calls back for every record; a call-back that returns non-zero (and has set
 * its own error) stops the read with -1. */
int sqz_trace_read(const char *path,
		   int (*record)(void *user,
				 const struct sqz_trace_record *record),
		   void *user, struct sqz_trace_result *result,
		   struct sqz_error *err);

/* The value of an unsigned annotation; false if there is none of that name. */
bool sqz_record_uint(const struct sqz_trace_record *record, const char *name,
		     uint64_t *value);

/* True for the marker that the writer puts at the end. */
bool sqz_record_is_end(const struct sqz_trace_record *record);

/* True for the one in front of a trace that is the last part of a longer one
 * (see trace.h). */
bool sqz_record_is_front(const struct sqz_trace_record *record);

#ifdef __cplusplus
}
#endif

#endif
