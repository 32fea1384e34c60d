/*
 * The last compressed chunks of a trace, in memory: what sqz_trace_options.
 * last_ps keeps. Chunks leave from the front, whole, when all their events are
 * older than last_ps, or when there are more bytes than wanted.
 *
 * A chunk also remembers the slices that it ends and an earlier one began:
 * whoever writes the ring out can begin them again if their chunk is gone.
 */
#ifndef SQZ_TRACES_RING_H
#define SQZ_TRACES_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slice that is open beyond the chunk of its begin. */
struct ring_slice {
	uint32_t track;
	uint32_t depth;	   /* of it on its track */
	uint32_t name;	   /* iid, 0: none */
	uint32_t category; /* iid, 0: none */
	uint32_t chunk;	   /* serial of its begin's */
	uint64_t begin_ps;
};

struct ring_chunk {
	struct ring_chunk *next;
	uint32_t serial;
	uint64_t events;
	uint64_t last_ps; /* no event in it is later */
	struct ring_slice *slices;
	size_t slice_count;
	size_t size;
	uint8_t data[];
};

struct ring {
	uint64_t span_ps; /* 0: there is no ring */
	uint64_t most_bytes;
	struct ring_chunk *first, *last;
	uint64_t bytes;
	uint64_t gone_chunks;
	uint64_t gone_events;
	uint64_t from_ps; /* later events are all there */
	/* What the chunk that is being filled ends. */
	struct ring_slice *slices;
	size_t slice_count;
	size_t slice_room;
};

/* Notes a slice that ends in the chunk being filled. -1: out of memory. */
int ring_note(struct ring *ring, const struct ring_slice *slice);

/* Takes the chunk that is full, copied, with what was noted, and lets go of
 * what is too old then. -1: out of memory. */
int ring_add(struct ring *ring, uint32_t serial, uint64_t events,
	     uint64_t last_ps, const uint8_t *data, size_t size);

void ring_free(struct ring *ring);

/* The serial of the first chunk that is there; UINT32_MAX if none is. */
static inline uint32_t ring_first(const struct ring *ring)
{
	return ring->first ? ring->first->serial : UINT32_MAX;
}

#endif
