/* A trace from the inside. Private to the trace library. */
#ifndef SQZ_TRACES_STATE_H
#define SQZ_TRACES_STATE_H

#include "traces/chunk.h"
#include "traces/names.h"
#include "traces/pb_write.h"
#include "traces/trace.h"

#define SEQUENCE_ID 1u /* all packets are one sequence */

struct track {
	char *name;
	uint32_t parent;
	uint32_t name_hash; /* with the parent: finds a track again quickly */
	bool is_counter;
	uint32_t depth;	  /* open slices */
	uint32_t skipped; /* open slices below SQZ_TRACE_DEPTH, dropped */
	uint32_t open_room;
	uint32_t *open; /* iids of the names of the open slices */
	uint64_t last_ps;
};

struct trace_state {
	struct sqz_trace head; /* first: callers hold a pointer to it */
	struct chunk chunk;
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

/* Takes the packet that ends at end into the file. */
static inline void state_take(struct trace_state *state, uint8_t *end)
{
	chunk_advance(&state->chunk, end);
	if (state->chunk.error)
		state->head.level = SQZ_TRACE_OFF;
}

/* Counts; the first one is described with track and name (may be NULL). */
void state_misuse(struct trace_state *state, enum sqz_trace_misuse kind,
		  const struct track *track, const char *name);

/* Closes what is open, at the last time of the trace. */
void state_end_open_slices(struct trace_state *state);

/* The instant that tells a finished file. */
void state_end_marker(struct trace_state *state);

#endif
