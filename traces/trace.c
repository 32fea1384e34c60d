#include "traces/trace.h"

#include "traces/state.h"
#include "traces/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_CHUNK_BYTES 65536u
#define LARGEST_CHUNK_BYTES (64u << 20)
#define FIRST_TRACKS	    64u
#define SEQUENCE_ID	    1u
#define PROCESS_NAME_TEXT   "squeezebox"
#define LAST_BYTES	    (64u << 20)
/* A chunk of a ring spans at most so much of its time, so that a trace is not
 * much longer than was asked for. */
#define RING_PIECES 16u

static const char *const LEVELS[] = { "off", "layers", "tiles", "packets" };

static const char *const MISUSES[SQZ_TRACE_MISUSES] = {
	[SQZ_TRACE_TIME_BACK] = "time goes back",
	[SQZ_TRACE_END_UNOPENED] = "end without a begin",
	[SQZ_TRACE_END_OTHER] = "end of a slice that is not the innermost",
	[SQZ_TRACE_TOO_DEEP] = "too many open slices",
	[SQZ_TRACE_TOO_MUCH] = "too many annotations, flows or tracks",
	[SQZ_TRACE_WRONG_TRACK] = "slice on a counter track or the reverse",
};

int sqz_trace_level_parse(const char *text, enum sqz_trace_level *level,
			  struct sqz_error *err)
{
	for (unsigned i = 0; i < sizeof(LEVELS) / sizeof(*LEVELS); i++) {
		if (!strcmp(text, LEVELS[i])) {
			*level = (enum sqz_trace_level)i;
			return 0;
		}
	}
	return sqz_fail(err,
			"trace level '%s' is none of off, layers, tiles, "
			"packets",
			text);
}

const char *sqz_trace_level_name(enum sqz_trace_level level)
{
	return LEVELS[level];
}

uint8_t *state_packet(struct trace_state *state)
{
	struct chunk *chunk = &state->chunk;

	if (chunk->at != chunk->raw)
		return chunk->at;
	uint8_t *start = pb_open(chunk->raw, TRACE_PACKET);
	uint8_t *p = pb_uint(start, PACKET_SEQUENCE_ID, SEQUENCE_ID);
	p = pb_uint(p, PACKET_SEQUENCE_FLAGS, SEQUENCE_CLEARED);
	if (!state->has_first && (!state->ring.span_ps || state->writes_ring)) {
		p = pb_uint(p, PACKET_FIRST_ON_SEQUENCE, 1);
		state->has_first = true;
	}
	chunk->at = pb_close(start, p);
	return chunk->at;
}

void state_misuse(struct trace_state *state, enum sqz_trace_misuse kind,
		  const struct track *track, const char *name)
{
	state->misuses[kind]++;
	if (state->first_misuse[0])
		return;
	snprintf(state->first_misuse, sizeof(state->first_misuse),
		 "%s: '%.80s' on track '%.80s' at %llu ps", MISUSES[kind],
		 name ? name : "", track && track->name ? track->name : "",
		 (unsigned long long)(track ? track->last_ps : state->last_ps));
}

static uint8_t *put_text(uint8_t *p, uint32_t field, const char *text)
{
	char clean[SQZ_TRACE_NAME_BYTES];
	size_t size = sqz_text_copy(clean, sizeof(clean), text);

	return pb_bytes(p, field, clean, size);
}

static uint8_t *put_process(uint8_t *p)
{
	uint8_t *start = pb_open(p, TRACK_PROCESS);

	p = pb_uint(start, PROCESS_PID, 1);
	p = put_text(p, PROCESS_NAME, PROCESS_NAME_TEXT);
	return pb_close(start, p);
}

static uint8_t *put_counter(uint8_t *p, const char *unit_name)
{
	uint8_t *start = pb_open(p, TRACK_COUNTER);

	p = unit_name ? put_text(start, COUNTER_UNIT_NAME, unit_name) : start;
	return pb_close(start, p);
}

void state_describe(struct trace_state *state, uint32_t id)
{
	const struct track *track = &state->tracks[id];
	uint8_t *packet = pb_open(state_packet(state), TRACE_PACKET);
	uint8_t *p = pb_uint(packet, PACKET_SEQUENCE_ID, SEQUENCE_ID);
	uint8_t *start = pb_open(p, PACKET_TRACK);

	p = pb_uint(start, TRACK_UUID, id);
	p = put_text(p, TRACK_NAME, track->name);
	if (id == SQZ_TRACE_PROCESS)
		p = put_process(p);
	else
		p = pb_uint(p, TRACK_PARENT, track->parent);
	if (track->is_counter)
		p = put_counter(p, track->unit_name);
	else
		p = pb_uint(p, TRACK_CHILD_ORDERING, CHILD_ORDERING_EXPLICIT);
	p = pb_int(p, TRACK_RANK, track->rank);
	p = pb_close(start, p);
	state_take(state, pb_close(packet, p));
}

static uint32_t hash_name(uint32_t parent, const char *name)
{
	uint32_t hash = 2166136261u ^ parent;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

static uint32_t find_track(const struct trace_state *state, uint32_t parent,
			   const char *name, uint32_t hash)
{
	for (uint32_t id = SQZ_TRACE_PROCESS + 1; id < state->track_count;
	     id++) {
		const struct track *track = &state->tracks[id];
		if (track->name_hash == hash && track->parent == parent &&
		    !strcmp(track->name, name))
			return id;
	}
	return 0;
}

static int grow_tracks(struct trace_state *state)
{
	uint32_t room = state->track_room * 2;
	struct track *tracks = realloc(state->tracks, room * sizeof(*tracks));

	if (!tracks)
		return -1;
	state->tracks = tracks;
	state->track_room = room;
	return 0;
}

static uint32_t add_track(struct trace_state *state, const struct track *model)
{
	if (state->track_count > SQZ_TRACE_TRACKS)
		return 0;
	if (state->track_count == state->track_room && grow_tracks(state))
		return 0;
	char *name = strdup(model->name);
	char *unit_name = model->unit_name ? strdup(model->unit_name) : NULL;
	if (!name || (model->unit_name && !unit_name)) {
		free(name);
		free(unit_name);
		return 0;
	}
	state->tracks[state->track_count] = *model;
	state->tracks[state->track_count].name = name;
	state->tracks[state->track_count].unit_name = unit_name;
	return state->track_count++;
}

static uint32_t get_track(struct sqz_trace *trace, uint32_t parent,
			  const char *name, int32_t rank, bool is_counter,
			  const char *unit_name)
{
	if (!trace)
		return 0;
	struct trace_state *state = trace_state(trace);
	if (!parent || parent >= state->track_count)
		parent = SQZ_TRACE_PROCESS;
	struct track model = { .name = (char *)name,
			       .unit_name = (char *)unit_name,
			       .parent = parent,
			       .rank = rank,
			       .name_hash = hash_name(parent, name),
			       .is_counter = is_counter };
	uint32_t id = find_track(state, parent, name, model.name_hash);
	if (!id) {
		id = add_track(state, &model);
		if (id)
			state_describe(state, id);
		else
			state_misuse(state, SQZ_TRACE_TOO_MUCH, NULL, name);
	} else if (state->tracks[id].is_counter != is_counter) {
		state_misuse(state, SQZ_TRACE_WRONG_TRACK, NULL, name);
		return 0;
	}
	return id;
}

uint32_t sqz_trace_track(struct sqz_trace *trace, uint32_t parent,
			 const char *name, int32_t rank)
{
	return get_track(trace, parent, name, rank, false, NULL);
}

uint32_t sqz_trace_counter_track(struct sqz_trace *trace, uint32_t parent,
				 const char *name, const char *unit_name)
{
	return get_track(trace, parent, name, 0, true, unit_name);
}

static void destroy(struct trace_state *state)
{
	if (state->chunk.file >= 0)
		close(state->chunk.file);
	chunk_free(&state->chunk);
	ring_free(&state->ring);
	names_free(&state->names);
	for (uint32_t i = 0; i < state->track_count; i++) {
		free(state->tracks[i].name);
		free(state->tracks[i].unit_name);
		free(state->tracks[i].open);
	}
	free(state->tracks);
	free(state->path);
	free(state->part);
	free(state);
}

static int init_tracks(struct trace_state *state)
{
	state->track_room = FIRST_TRACKS;
	state->tracks = calloc(FIRST_TRACKS, sizeof(*state->tracks));
	if (!state->tracks)
		return -1;
	state->track_count = SQZ_TRACE_PROCESS;
	struct track process = { .name = (char *)PROCESS_NAME_TEXT };
	return add_track(state, &process) ? 0 : -1;
}

static int init(struct trace_state *state, const char *path,
		const struct sqz_trace_options *options, struct sqz_error *err)
{
	uint32_t chunk_bytes =
	    options->chunk_bytes ? options->chunk_bytes : DEFAULT_CHUNK_BYTES;

	if (chunk_bytes > LARGEST_CHUNK_BYTES)
		return sqz_fail(err, "%s: trace chunks of %u bytes, at most %u",
				path, chunk_bytes, LARGEST_CHUNK_BYTES);
	state->head.level = options->level;
	state->due_ps = UINT64_MAX;
	if (options->last_ps) {
		state->ring.span_ps = options->last_ps;
		state->ring.most_bytes =
		    options->last_bytes ? options->last_bytes : LAST_BYTES;
		state->due_ps = options->last_ps / RING_PIECES;
	}
	if (chunk_init(&state->chunk, -1, chunk_bytes) ||
	    names_init(&state->names) || init_tracks(state) ||
	    asprintf(&state->part, "%s.part", path) < 0)
		return sqz_fail(err, "%s: out of memory", path);
	state->path = strdup(path);
	if (!state->path)
		return sqz_fail(err, "%s: out of memory", path);
	state->chunk.file =
	    open(state->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (state->chunk.file < 0)
		return sqz_fail(err, "%s: cannot create: %s", state->part,
				strerror(errno));
	return 0;
}

struct sqz_trace *sqz_trace_open(const char *path,
				 const struct sqz_trace_options *options,
				 struct sqz_error *err)
{
	if (options->level == SQZ_TRACE_OFF)
		return NULL;
	struct trace_state *state = calloc(1, sizeof(*state));
	if (!state) {
		sqz_fail(err, "%s: out of memory", path);
		return NULL;
	}
	state->chunk.file = -1;
	if (init(state, path, options, err)) {
		destroy(state);
		return NULL;
	}
	state_describe(state, SQZ_TRACE_PROCESS);
	return &state->head;
}

const char *sqz_trace_part(const struct sqz_trace *trace)
{
	return trace ? ((const struct trace_state *)(const void *)trace)->part
		     : "";
}

void sqz_trace_stats(const struct sqz_trace *trace,
		     struct sqz_trace_stats *stats)
{
	*stats = (struct sqz_trace_stats){ 0 };
	if (!trace)
		return;
	const struct trace_state *state = (const void *)trace;
	const struct chunk *chunk = &state->chunk;

	stats->events = state->events;
	stats->chunks = chunk->serial - 1;
	stats->raw_bytes =
	    chunk->raw_bytes + (uint64_t)(chunk->at - chunk->raw);
	stats->file_bytes = chunk->file_bytes;
	stats->tracks = state->track_count - SQZ_TRACE_PROCESS;
	stats->names = state->names.count;
	stats->left_open = state->left_open;
	for (int i = 0; i < SQZ_TRACE_MISUSES; i++) {
		stats->misuses[i] = state->misuses[i];
		stats->misuse_total += state->misuses[i];
	}
	memcpy(stats->first_misuse, state->first_misuse,
	       sizeof(stats->first_misuse));
}

void state_flush(struct trace_state *state)
{
	struct chunk *chunk = &state->chunk;
	struct ring *ring = &state->ring;
	uint32_t serial = chunk->serial;
	uint64_t events = state->events - state->chunk_events;
	size_t size;
	const uint8_t *data = chunk_pack(chunk, &size);

	state->chunk_events = state->events;
	if (!ring->span_ps || state->writes_ring)
		chunk_write(chunk, data, size);
	else if (size &&
		 ring_add(ring, serial, events, state->last_ps, data, size))
		chunk->error = ENOMEM;
	if (ring->span_ps)
		state->due_ps = state->last_ps + ring->span_ps / RING_PIECES;
	if (chunk->error)
		state->head.level = SQZ_TRACE_OFF;
}

/* Writes the rest and closes the file; true if all of it got there. */
static bool finish(struct trace_state *state)
{
	struct chunk *chunk = &state->chunk;

	state_flush(state);
	int bad = close(chunk->file);
	chunk->file = -1;
	if (bad && !chunk->error)
		chunk->error = errno;
	return !chunk->error;
}

static int close_trace(struct sqz_trace *trace, bool complete,
		       struct sqz_trace_stats *stats, struct sqz_error *err)
{
	struct trace_state *state = trace_state(trace);
	int result = 0;

	if (stats)
		sqz_trace_stats(trace, stats);
	if (!trace)
		return 0;
	state_end_open_slices(state);
	if (state->ring.span_ps)
		state_write_ring(state);
	if (complete)
		state_end_marker(state);
	bool good = finish(state);
	if (good && complete && rename(state->part, state->path)) {
		state->chunk.error = errno;
		good = false;
	}
	if (!good)
		result = sqz_fail(err,
				  "%s: cannot write: %s; kept as far as it "
				  "got",
				  state->part, strerror(state->chunk.error));
	if (stats)
		sqz_trace_stats(trace, stats);
	destroy(state);
	return result;
}

int sqz_trace_close(struct sqz_trace *trace, struct sqz_trace_stats *stats,
		    struct sqz_error *err)
{
	return close_trace(trace, true, stats, err);
}

int sqz_trace_abandon(struct sqz_trace *trace, struct sqz_trace_stats *stats,
		      struct sqz_error *err)
{
	return close_trace(trace, false, stats, err);
}
