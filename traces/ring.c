#include "traces/ring.h"

#include "traces/room.h"

#include <stdlib.h>
#include <string.h>

int ring_note(struct ring *ring, const struct ring_slice *slice)
{
	struct ring_slice *slices =
	    sqz_room_for(ring->slices, ring->slice_count, &ring->slice_room, 16,
			 sizeof(*slices));

	if (!slices)
		return -1;
	ring->slices = slices;
	slices[ring->slice_count++] = *slice;
	return 0;
}

static uint64_t bytes_of(const struct ring_chunk *chunk)
{
	return sizeof(*chunk) + chunk->size +
	       chunk->slice_count * sizeof(*chunk->slices);
}

static void drop_first(struct ring *ring)
{
	struct ring_chunk *chunk = ring->first;

	ring->first = chunk->next;
	if (!ring->first)
		ring->last = NULL;
	ring->bytes -= bytes_of(chunk);
	ring->gone_chunks++;
	ring->gone_events += chunk->events;
	ring->from_ps = chunk->last_ps;
	free(chunk->slices);
	free(chunk);
}

/* The newest chunk stays in any case. */
static void drop_old(struct ring *ring, uint64_t now_ps)
{
	uint64_t from_ps = now_ps > ring->span_ps ? now_ps - ring->span_ps : 0;

	while (ring->first != ring->last && (ring->first->last_ps < from_ps ||
					     ring->bytes > ring->most_bytes))
		drop_first(ring);
}

int ring_add(struct ring *ring, uint32_t serial, uint64_t events,
	     uint64_t last_ps, const uint8_t *data, size_t size)
{
	struct ring_chunk *chunk = malloc(sizeof(*chunk) + size);

	if (!chunk)
		return -1;
	*chunk = (struct ring_chunk){ .serial = serial,
				      .events = events,
				      .last_ps = last_ps,
				      .slices = ring->slices,
				      .slice_count = ring->slice_count,
				      .size = size };
	memcpy(chunk->data, data, size);
	ring->slices = NULL;
	ring->slice_count = ring->slice_room = 0;
	if (ring->last)
		ring->last->next = chunk;
	else
		ring->first = chunk;
	ring->last = chunk;
	ring->bytes += bytes_of(chunk);
	drop_old(ring, last_ps);
	return 0;
}

void ring_free(struct ring *ring)
{
	while (ring->first)
		drop_first(ring);
	free(ring->slices);
	*ring = (struct ring){ 0 };
}
