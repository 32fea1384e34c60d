/* A trace from the inside. Private to the trace library. */
#ifndef SQZ_TRACES_STATE_H
#define SQZ_TRACES_STATE_H

#include "traces/chunk.h"
#include "traces/names.h"
#include "traces/pb_write.h"
#include "traces/ring.h"
#include "traces/trace.h"

#define SEQUENCE_ID 1u /* all packets are one sequence */

/* A slice that has begun and not ended. */
struct open_slice {
	uint32_t name;	   /* iid, 0: none */
	uint32_t category; /* iid; 0: none, or there is no ring */
	uint32_t chunk;	   /* serial of the one that it began in */
	uint64_t begin_ps;
};

struct track {
	char *name;
	char *unit_name; /* of counters; may be NULL */
	uint32_t parent;
	int32_t rank;
	uint32_t name_hash; /* with the parent: finds a track again quickly */
	bool is_counter;
	uint32_t depth;	  /* open slices */
	uint32_t skipped; /* open slices below SQZ_TRACE_DEPTH, dropped */
	uint32_t open_room;
	struct open_slice *open;
	uint32_t last_chunk; /* serial of the one that has its last event */
	uint64_t last_ps;
};

struct trace_state {
	struct sqz_trace head; /* first: callers hold a pointer to it */
	struct chunk chunk;
	struct ring ring;      /* where chunks go, if it has a span */
	uint64_t due_ps;       /* ring: the chunk is full when this is past */
	uint64_t chunk_events; /* of the chunks that are full */
	bool writes_ring;      /* at the end: chunks go to the file */
	bool has_first;	       /* the packet that is the first in the file */
	struct names names;
	struct track *tracks; /* [0] is not used, [1] is the process */
	uint32_t track_count;
	uint32_t track_room;
	uint64_t last_ps; /* of all tracks */
	uint64_t events;
	uint32_t left_open;
	uint64_t misuses[SQZ_TRACE_MISUSES];
	char first_misuse[256];
	char *path;
	char *part;
};

static inline struct trace_state *trace_state(struct sqz_trace *trace)
{
	return (struct trace_state *)(void *)trace;
}

/* Where the next packet goes; starts a chunk with its "cleared" packet. */
uint8_t *state_packet(struct trace_state *state);

/* Writes the chunk, or puts it into the ring. */
void state_flush(struct trace_state *state);

/* Takes the packet that ends at end. */
static inline void state_take(struct trace_state *state, uint8_t *end)
{
	state->chunk.at = end;
	if (end >= state->chunk.due || state->last_ps > state->due_ps)
		state_flush(state);
}

/* Names the track to readers. */
void state_describe(struct trace_state *state, uint32_t id);

/* Of a track; not after the end of the trace. */
void state_begin(struct trace_state *state, struct track *track, uint64_t ps,
		 const char *name, const char *category);

/* Tells the ring of a slice that ends now and began in another chunk. */
void state_note_end(struct trace_state *state, const struct track *track,
		    const struct open_slice *slice);

/* Writes what the ring has, after what readers have to know first. */
void state_write_ring(struct trace_state *state);

/* Counts; the first one is described with track and name (may be NULL). */
void state_misuse(struct trace_state *state, enum sqz_trace_misuse kind,
		  const struct track *track, const char *name);

/* Closes what is open, at the last time of the trace. */
void state_end_open_slices(struct trace_state *state);

/* The instant that tells a finished file. */
void state_end_marker(struct trace_state *state);

/* The instant that tells that the front of the trace is gone. */
void state_front_marker(struct trace_state *state);

#endif
