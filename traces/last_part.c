/* A trace of which only the last part was kept: how it gets into the file. */
#include "traces/state.h"

#include <errno.h>
#include <stdlib.h>

void state_note_end(struct trace_state *state, const struct track *track,
		    const struct open_slice *slice)
{
	if (!state->ring.span_ps || slice->chunk == state->chunk.serial)
		return;
	const struct ring_slice note = {
		.track = (uint32_t)(track - state->tracks),
		.depth = track->depth,
		.name = slice->name,
		.category = slice->category,
		.chunk = slice->chunk,
		.begin_ps = slice->begin_ps,
	};
	if (ring_note(&state->ring, &note))
		state->chunk.error = ENOMEM;
}

static bool is_cut(const struct trace_state *state,
		   const struct ring_slice *slice)
{
	return slice->chunk < ring_first(&state->ring);
}

/* Slices of a track from the outermost on. Each depth of a track is there once:
 * all of them were open when the first chunk began. */
static int compare(const void *left, const void *right)
{
	const struct ring_slice *a = left;
	const struct ring_slice *b = right;

	if (a->track != b->track)
		return a->track < b->track ? -1 : 1;
	return a->depth < b->depth ? -1 : a->depth > b->depth;
}

/* Slices that the chunks end and do not begin; NULL: out of memory. */
static struct ring_slice *find_cut(const struct trace_state *state,
				   size_t *count)
{
	size_t room = 1;

	for (struct ring_chunk *c = state->ring.first; c; c = c->next)
		room += c->slice_count;
	struct ring_slice *cut = malloc(room * sizeof(*cut));
	*count = 0;
	for (struct ring_chunk *c = state->ring.first; c && cut; c = c->next)
		for (size_t i = 0; i < c->slice_count; i++)
			if (is_cut(state, &c->slices[i]))
				cut[(*count)++] = c->slices[i];
	if (cut)
		qsort(cut, *count, sizeof(*cut), compare);
	return cut;
}

/* Parents come before their children, as they were created before. */
static void describe_tracks(struct trace_state *state)
{
	uint32_t first = ring_first(&state->ring);

	/* From the children up: who has events, or a child that has. */
	for (uint32_t id = state->track_count - 1; id > SQZ_TRACE_PROCESS;
	     id--) {
		const struct track *track = &state->tracks[id];
		struct track *parent = &state->tracks[track->parent];
		if (track->last_chunk >= first &&
		    parent->last_chunk < track->last_chunk)
			parent->last_chunk = track->last_chunk;
	}
	for (uint32_t id = SQZ_TRACE_PROCESS; id < state->track_count; id++)
		if (id == SQZ_TRACE_PROCESS ||
		    state->tracks[id].last_chunk >= first)
			state_describe(state, id);
}

static const char *text_of(const struct trace_state *state, uint32_t iid)
{
	return iid ? state->names.all[iid - 1].text : NULL;
}

static void begin_again(struct trace_state *state,
			const struct ring_slice *slices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		state_begin(state, &state->tracks[slices[i].track],
			    slices[i].begin_ps, text_of(state, slices[i].name),
			    text_of(state, slices[i].category));
}

void state_write_ring(struct trace_state *state)
{
	struct chunk *chunk = &state->chunk;
	uint64_t kept = 0;
	size_t count;

	state_flush(state);
	struct ring_slice *cut = find_cut(state, &count);
	if (!cut)
		chunk->error = ENOMEM;
	if (chunk->error)
		return;
	for (struct ring_chunk *c = state->ring.first; c; c = c->next)
		kept += c->events;
	state->events = kept;
	state->writes_ring = true;
	describe_tracks(state);
	if (state->ring.gone_chunks)
		state_front_marker(state);
	begin_again(state, cut, count);
	state_flush(state);
	for (struct ring_chunk *c = state->ring.first; c; c = c->next)
		chunk_write(chunk, c->data, c->size);
	free(cut);
}
