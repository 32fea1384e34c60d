/*
 * Writes the timing trace of a run: a Perfetto protobuf stream that opens in
 * ui.perfetto.dev as it is.
 *
 * File.  Everything goes to `PATH.part`; sqz_trace_close() renames it. Raw
 * packets are gathered until there are 64 KiB of them, then leave as one zlib
 * chunk (TracePacket.compressed_packets). Every chunk clears the interned state
 * and names again what it uses, and a track is described before its first
 * event, so a file that is cut anywhere is readable up to its last complete
 * chunk. A finished file ends with an instant "end of trace" on the process
 * track, so that a reader can tell a cut between two chunks too.
 *
 * The last part.  With last_ps set, nothing is written before the end: whole
 * chunks stay in memory until all their events are older than the last last_ps,
 * or until they take more than last_bytes. At the end the file gets the tracks
 * that still have events, an instant "front is gone" (from_ps: all later events
 * are there; dropped_chunks, dropped_events), the slices that have begun in
 * dropped chunks and end in others, with their names and times but without
 * annotations, and the chunks. So slices nest and names resolve in such a file,
 * too, but flows may have lost an end.
 *
 * Cost.  Memory is bounded; nothing is allocated once all tracks, names and
 * slice depths have been seen. A trace that is off is a NULL pointer: ask
 * sqz_trace_wants() before computing anything for an event. Every call takes
 * NULL and then does nothing.
 *
 * Time.  Callers give picoseconds; the file holds floor(ps / 1000) ns. Where
 * exact picoseconds matter, add them as annotations.
 *
 * Rules for the events of ONE track (tracks are independent of each other, and
 * events of different tracks may come in any order):
 *  - A track follows one clock: the kernel's, or the local time of one
 *    temporally decoupled process. A CPU that runs ahead of the kernel writes
 *    only to its own tracks, with its own local time, which never goes back;
 *    whoever raises an interrupt notes it on a track of its own and leaves the
 *    "interrupt taken" to the CPU.
 *  - Time never goes back within a track. An event that does is moved to the
 *    track's last time and counted as misuse.
 *  - Slices nest. An end closes the innermost open slice; at equal times the
 *    end of a slice must be handed in before the begin of the next one, or they
 *    nest. Name the slice in sqz_trace_end() to have that checked. Work that
 *    overlaps needs a track for each lane; work whose end is known only to an
 *    unordered set of call-backs is best written whole by sqz_trace_slice().
 *  - Slices still open at the end of the trace end at its last time.
 * Misuse never spoils the file: it is repaired as said, counted, described (the
 * first one) in struct sqz_trace_stats, and noted in the end marker.
 *
 * Same calls, same bytes: nothing comes from the environment.
 */
#ifndef SQZ_TRACES_TRACE_H
#define SQZ_TRACES_TRACE_H

#include "host/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longer texts are cut (at a character) to this many bytes. */
#define SQZ_TRACE_NAME_BYTES   255u  /* names of tracks, events, annotations */
#define SQZ_TRACE_STRING_BYTES 1023u /* string values of annotations */
/* More of these on one event are dropped and counted as misuse. */
#define SQZ_TRACE_ARGS	32u
#define SQZ_TRACE_FLOWS 32u /* of each kind */
/* A begin below this many open slices is dropped, with its end. */
#define SQZ_TRACE_DEPTH 256u
/* Tracks of one trace, the process track included. */
#define SQZ_TRACE_TRACKS 65536u
/* Names beyond this many different ones are written out in each event. */
#define SQZ_TRACE_NAMES 65536u

/* Each level holds the ones before it. */
enum sqz_trace_level {
	SQZ_TRACE_OFF,
	SQZ_TRACE_LAYERS,  /* layers, phases, driver calls */
	SQZ_TRACE_TILES,   /* work of tiles, buffers, DRAM; counters */
	SQZ_TRACE_PACKETS, /* each packet on the network */
};

/* Track 0 stands for "none": events on it vanish. */
#define SQZ_TRACE_PROCESS 1u /* the process track "squeezebox" */

/* The part of a trace that callers may look at. */
struct sqz_trace {
	enum sqz_trace_level level; /* off after a write error */
};

struct sqz_trace_options {
	enum sqz_trace_level level;
	uint32_t chunk_bytes; /* raw bytes of a chunk; 0 means 65536 */
	uint64_t last_ps;     /* keep the last part only; 0: all */
	uint64_t last_bytes;  /* of compressed chunks kept then; 0: 64 MiB */
};

enum sqz_trace_kind {
	SQZ_TRACE_UINT,
	SQZ_TRACE_INT,
	SQZ_TRACE_STRING,
};

/* An annotation: key and value. Texts are copied at the call. */
struct sqz_trace_arg {
	const char *name;
	enum sqz_trace_kind kind;
	union {
		uint64_t u;
		int64_t i;
		const char *s;
	} value;
};

/* What an event may carry beside its name. All zero means nothing. Flows are
 * arrows: events that share an id are joined in order of time; `flows` starts
 * or continues, `final_flows` ends. Ids are unique in the whole trace, not 0.
 */
struct sqz_trace_extra {
	const struct sqz_trace_arg *args;
	const uint64_t *flows;
	const uint64_t *final_flows;
	uint32_t arg_count;
	uint32_t flow_count;
	uint32_t final_flow_count;
};

enum sqz_trace_misuse {
	SQZ_TRACE_TIME_BACK,	/* time went back within a track */
	SQZ_TRACE_END_UNOPENED, /* an end without a begin */
	SQZ_TRACE_END_OTHER,	/* an end that names another slice */
	SQZ_TRACE_TOO_DEEP,	/* more than SQZ_TRACE_DEPTH open slices */
	SQZ_TRACE_TOO_MUCH,	/* too many annotations, flows or tracks */
	SQZ_TRACE_WRONG_TRACK,	/* slice on a counter track or the reverse */
	SQZ_TRACE_MISUSES,
};

struct sqz_trace_stats {
	uint64_t events;
	uint64_t chunks;
	uint64_t raw_bytes; /* packets before compression */
	uint64_t file_bytes;
	uint32_t tracks;
	uint32_t names;
	uint32_t left_open; /* slices that close or abandon had to end */
	uint64_t misuses[SQZ_TRACE_MISUSES];
	uint64_t misuse_total;
	char first_misuse[256]; /* one line, empty if there was none */
};

/* Creates `path.part`. NULL with err set if that fails; also NULL, and err left
 * alone, if the level is off: then there is no file. */
struct sqz_trace *sqz_trace_open(const char *path,
				 const struct sqz_trace_options *options,
				 struct sqz_error *err);

/* Ends open slices, writes the rest, renames the file and frees the trace.
 * -1 if anything could not be written: the file then stays as `path.part`, and
 * err names it. Misuse is no failure here; look at stats (may be NULL). */
int sqz_trace_close(struct sqz_trace *trace, struct sqz_trace_stats *stats,
		    struct sqz_error *err);

/* For runs that fail: the same, but the file stays `path.part` and has no end
 * marker. Ask sqz_trace_part() for its name before. */
int sqz_trace_abandon(struct sqz_trace *trace, struct sqz_trace_stats *stats,
		      struct sqz_error *err);

/* The file as it is now called, or "" for NULL. Valid until close. */
const char *sqz_trace_part(const struct sqz_trace *trace);

void sqz_trace_stats(const struct sqz_trace *trace,
		     struct sqz_trace_stats *stats);

/* "off", "layers", "tiles", "packets". -1 with err set for any other text. */
int sqz_trace_level_parse(const char *text, enum sqz_trace_level *level,
			  struct sqz_error *err);
const char *sqz_trace_level_name(enum sqz_trace_level level);

static inline bool sqz_trace_wants(const struct sqz_trace *trace,
				   enum sqz_trace_level level)
{
	return trace && trace->level >= level;
}

/* A track for slices and instants under parent (0 or SQZ_TRACE_PROCESS: the
 * process); the one that exists already if parent and name are the same, so
 * names are unique among siblings (Perfetto draws equal ones as one). Siblings
 * are shown by rank, low first. Ids count up from 2 in order of creation, so
 * they are the same in every run. 0 if there are too many. */
uint32_t sqz_trace_track(struct sqz_trace *trace, uint32_t parent,
			 const char *name, int32_t rank);

/* A track for values over time, shown by rank 0. unit_name may be NULL. */
uint32_t sqz_trace_counter_track(struct sqz_trace *trace, uint32_t parent,
				 const char *name, const char *unit_name);

/* extra may be NULL in all of these, category too. */
void sqz_trace_begin(struct sqz_trace *trace, uint32_t track, uint64_t ps,
		     const char *name, const char *category,
		     const struct sqz_trace_extra *extra);

/* Ends the innermost open slice. name may be NULL; if not, it is compared with
 * the name of that slice. */
void sqz_trace_end(struct sqz_trace *trace, uint32_t track, uint64_t ps,
		   const char *name, const struct sqz_trace_extra *extra);

/* Begin and end at once; extra goes to the begin. */
void sqz_trace_slice(struct sqz_trace *trace, uint32_t track, uint64_t begin_ps,
		     uint64_t end_ps, const char *name, const char *category,
		     const struct sqz_trace_extra *extra);

void sqz_trace_instant(struct sqz_trace *trace, uint32_t track, uint64_t ps,
		       const char *name, const char *category,
		       const struct sqz_trace_extra *extra);

void sqz_trace_counter(struct sqz_trace *trace, uint32_t track, uint64_t ps,
		       int64_t value);

/* Annotations in one line each. */
static inline struct sqz_trace_arg sqz_trace_uint(const char *name,
						  uint64_t value)
{
	struct sqz_trace_arg arg;

	arg.name = name;
	arg.kind = SQZ_TRACE_UINT;
	arg.value.u = value;
	return arg;
}

static inline struct sqz_trace_arg sqz_trace_int(const char *name,
						 int64_t value)
{
	struct sqz_trace_arg arg;

	arg.name = name;
	arg.kind = SQZ_TRACE_INT;
	arg.value.i = value;
	return arg;
}

static inline struct sqz_trace_arg sqz_trace_string(const char *name,
						    const char *value)
{
	struct sqz_trace_arg arg;

	arg.name = name;
	arg.kind = SQZ_TRACE_STRING;
	arg.value.s = value;
	return arg;
}

#ifdef __cplusplus
}
#endif

#endif
