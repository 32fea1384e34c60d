/* Events: the path that every model takes millions of times. */
#include "traces/state.h"
#include "traces/text.h"

#include <stdlib.h>

#define PS_PER_NS 1000u

static const struct sqz_trace_extra NOTHING;

/* A name in an event: its number, or the text where the table is full. */
struct label {
	uint32_t iid;
	const char *text;
};

/* Spells the name out in this chunk, in a packet before the event's. */
static void spell(struct trace_state *state, struct name *name, uint32_t iid,
		  uint32_t table)
{
	char clean[SQZ_TRACE_NAME_BYTES];
	size_t size = sqz_text_copy(clean, sizeof(clean), name->text);
	uint8_t *packet = pb_open(state->chunk.at, TRACE_PACKET);
	uint8_t *p = pb_uint(packet, PACKET_SEQUENCE_ID, SEQUENCE_ID);

	p = pb_uint(p, PACKET_SEQUENCE_FLAGS, SEQUENCE_NEEDS_STATE);
	uint8_t *interned = pb_open(p, PACKET_INTERNED);
	uint8_t *entry = pb_open(interned, table);
	p = pb_uint(entry, INTERNED_IID, iid);
	p = pb_bytes(p, INTERNED_NAME, clean, size);
	p = pb_close(interned, pb_close(entry, p));
	/* Not chunk_advance(): the event must share this chunk. */
	state->chunk.at = pb_close(packet, p);
	name->chunk[table] = state->chunk.serial;
}

static struct label label(struct trace_state *state, const char *text,
			  uint32_t table)
{
	struct label label = { 0, text };

	if (!text)
		return label;
	label.iid = names_find(&state->names, text);
	if (!label.iid)
		return label;
	struct name *name = &state->names.all[label.iid - 1];
	if (name->chunk[table] != state->chunk.serial)
		spell(state, name, label.iid, table);
	return label;
}

static uint8_t *put_label(uint8_t *p, struct label label, uint32_t iid_field,
			  uint32_t text_field)
{
	char clean[SQZ_TRACE_NAME_BYTES];

	if (label.iid)
		return pb_uint(p, iid_field, label.iid);
	if (!label.text)
		return p;
	size_t size = sqz_text_copy(clean, sizeof(clean), label.text);
	return pb_bytes(p, text_field, clean, size);
}

static uint8_t *put_string(uint8_t *p, const char *text)
{
	char clean[SQZ_TRACE_STRING_BYTES];
	size_t size = text ? sqz_text_copy(clean, sizeof(clean), text) : 0;

	return pb_bytes(p, ANNOTATION_STRING, clean, size);
}

static uint8_t *put_arg(uint8_t *p, const struct sqz_trace_arg *arg,
			struct label name)
{
	uint8_t *start = pb_open(p, EVENT_ANNOTATION);

	p = put_label(start, name, ANNOTATION_NAME_IID, ANNOTATION_NAME);
	if (arg->kind == SQZ_TRACE_UINT)
		p = pb_uint(p, ANNOTATION_UINT, arg->value.u);
	else if (arg->kind == SQZ_TRACE_INT)
		p = pb_int(p, ANNOTATION_INT, arg->value.i);
	else
		p = put_string(p, arg->value.s);
	return pb_close(start, p);
}

static uint8_t *put_flows(uint8_t *p, const struct sqz_trace_extra *extra)
{
	for (uint32_t i = 0; i < extra->flow_count; i++)
		p = pb_fixed64(p, EVENT_FLOW, extra->flows[i]);
	for (uint32_t i = 0; i < extra->final_flow_count; i++)
		p = pb_fixed64(p, EVENT_FINAL_FLOW, extra->final_flows[i]);
	return p;
}

/* The packet head up to the opened event. */
static uint8_t *open_event(uint8_t *packet, uint64_t ps, bool interned)
{
	uint8_t *p = pb_uint(packet, PACKET_TIMESTAMP, ps / PS_PER_NS);

	p = pb_uint(p, PACKET_SEQUENCE_ID, SEQUENCE_ID);
	if (interned)
		p = pb_uint(p, PACKET_SEQUENCE_FLAGS, SEQUENCE_NEEDS_STATE);
	return pb_open(p, PACKET_EVENT);
}

struct event {
	uint32_t type;
	uint32_t track;
	uint64_t ps;
	const char *name;
	const char *category;
};

static void emit(struct trace_state *state, const struct event *event,
		 const struct sqz_trace_extra *extra)
{
	struct label args[SQZ_TRACE_ARGS];

	state_packet(state);
	/* Names first: those that are new to the chunk make packets. */
	struct label name = label(state, event->name, INTERNED_EVENT);
	struct label category =
	    label(state, event->category, INTERNED_CATEGORY);
	for (uint32_t i = 0; i < extra->arg_count; i++)
		args[i] =
		    label(state, extra->args[i].name, INTERNED_ANNOTATION);

	uint8_t *packet = pb_open(state->chunk.at, TRACE_PACKET);
	bool interned = event->name || extra->arg_count;
	uint8_t *start = open_event(packet, event->ps, interned);
	uint8_t *p = pb_uint(start, EVENT_TYPE, event->type);
	p = pb_uint(p, EVENT_TRACK, event->track);
	p = put_label(p, name, EVENT_NAME_IID, EVENT_NAME);
	p = put_label(p, category, EVENT_CATEGORY_IID, EVENT_CATEGORY);
	for (uint32_t i = 0; i < extra->arg_count; i++)
		p = put_arg(p, &extra->args[i], args[i]);
	p = put_flows(p, extra);
	state->events++;
	state_take(state, pb_close(packet, pb_close(start, p)));
}

/* Cuts what is too much, in copy; returns extra or copy. */
static const struct sqz_trace_extra *
limit(struct trace_state *state, const struct sqz_trace_extra *extra,
      struct sqz_trace_extra *copy, const struct track *track, const char *name)
{
	if (!extra)
		return &NOTHING;
	if (extra->arg_count <= SQZ_TRACE_ARGS &&
	    extra->flow_count <= SQZ_TRACE_FLOWS &&
	    extra->final_flow_count <= SQZ_TRACE_FLOWS)
		return extra;
	state_misuse(state, SQZ_TRACE_TOO_MUCH, track, name);
	*copy = *extra;
	if (copy->arg_count > SQZ_TRACE_ARGS)
		copy->arg_count = SQZ_TRACE_ARGS;
	if (copy->flow_count > SQZ_TRACE_FLOWS)
		copy->flow_count = SQZ_TRACE_FLOWS;
	if (copy->final_flow_count > SQZ_TRACE_FLOWS)
		copy->final_flow_count = SQZ_TRACE_FLOWS;
	return copy;
}

/* The track if it may carry this kind of event, or NULL. */
static struct track *find_track(struct sqz_trace *trace, uint32_t id,
				bool counter, const char *name)
{
	if (!trace || trace->level == SQZ_TRACE_OFF || !id)
		return NULL;
	struct trace_state *state = trace_state(trace);
	if (id < state->track_count && state->tracks[id].is_counter == counter)
		return &state->tracks[id];
	state_misuse(state, SQZ_TRACE_WRONG_TRACK,
		     id < state->track_count ? &state->tracks[id] : NULL, name);
	return NULL;
}

/* The time the event gets: never before the track's last. */
static uint64_t move_on(struct trace_state *state, struct track *track,
			uint64_t ps, const char *name)
{
	if (ps < track->last_ps) {
		state_misuse(state, SQZ_TRACE_TIME_BACK, track, name);
		return track->last_ps;
	}
	track->last_ps = ps;
	if (ps > state->last_ps)
		state->last_ps = ps;
	return ps;
}

static void put_event(struct trace_state *state, struct track *track,
		      struct event *event, const struct sqz_trace_extra *extra)
{
	struct sqz_trace_extra copy;

	track->last_chunk = state->chunk.serial;
	event->track = (uint32_t)(track - state->tracks);
	event->ps = move_on(state, track, event->ps, event->name);
	emit(state, event, limit(state, extra, &copy, track, event->name));
}

/* Room for one more open slice; false at the limit. */
static bool push(struct trace_state *state, struct track *track,
		 const char *name, const char *category, uint64_t ps)
{
	if (track->depth == track->open_room) {
		uint32_t room = track->open_room ? track->open_room * 2 : 4;
		struct open_slice *open =
		    room > SQZ_TRACE_DEPTH
			? NULL
			: realloc(track->open, room * sizeof(*open));
		if (!open) {
			track->skipped++;
			state_misuse(state, SQZ_TRACE_TOO_DEEP, track, name);
			return false;
		}
		track->open = open;
		track->open_room = room;
	}
	track->open[track->depth++] = (struct open_slice){
		.name = name ? names_find(&state->names, name) : 0,
		.category = state->ring.span_ps && category
				? names_find(&state->names, category)
				: 0,
		.chunk = state->chunk.serial,
		.begin_ps = ps,
	};
	return true;
}

void sqz_trace_begin(struct sqz_trace *trace, uint32_t track_id, uint64_t ps,
		     const char *name, const char *category,
		     const struct sqz_trace_extra *extra)
{
	struct track *track = find_track(trace, track_id, false, name);

	if (!track || !push(trace_state(trace), track, name, category, ps))
		return;
	struct event event = {
		.type = TYPE_BEGIN, .ps = ps, .name = name, .category = category
	};
	put_event(trace_state(trace), track, &event, extra);
}

/* False if there is no slice that this end could close. */
static bool pop(struct trace_state *state, struct track *track,
		const char *name)
{
	if (track->skipped) {
		track->skipped--;
		return false;
	}
	if (!track->depth) {
		state_misuse(state, SQZ_TRACE_END_UNOPENED, track, name);
		return false;
	}
	const struct open_slice *slice = &track->open[--track->depth];
	if (name && slice->name != names_find(&state->names, name))
		state_misuse(state, SQZ_TRACE_END_OTHER, track, name);
	state_note_end(state, track, slice);
	return true;
}

void sqz_trace_end(struct sqz_trace *trace, uint32_t track_id, uint64_t ps,
		   const char *name, const struct sqz_trace_extra *extra)
{
	struct track *track = find_track(trace, track_id, false, name);

	if (!track || !pop(trace_state(trace), track, name))
		return;
	struct event event = { .type = TYPE_END, .ps = ps };
	put_event(trace_state(trace), track, &event, extra);
}

void sqz_trace_slice(struct sqz_trace *trace, uint32_t track_id,
		     uint64_t begin_ps, uint64_t end_ps, const char *name,
		     const char *category, const struct sqz_trace_extra *extra)
{
	sqz_trace_begin(trace, track_id, begin_ps, name, category, extra);
	sqz_trace_end(trace, track_id, end_ps, NULL, NULL);
}

void sqz_trace_instant(struct sqz_trace *trace, uint32_t track_id, uint64_t ps,
		       const char *name, const char *category,
		       const struct sqz_trace_extra *extra)
{
	struct track *track = find_track(trace, track_id, false, name);

	if (!track)
		return;
	struct event event = { .type = TYPE_INSTANT,
			       .ps = ps,
			       .name = name,
			       .category = category };
	put_event(trace_state(trace), track, &event, extra);
}

void sqz_trace_counter(struct sqz_trace *trace, uint32_t track_id, uint64_t ps,
		       int64_t value)
{
	struct track *track = find_track(trace, track_id, true, "counter");

	if (!track)
		return;
	struct trace_state *state = trace_state(trace);
	ps = move_on(state, track, ps, "counter");
	track->last_chunk = state->chunk.serial;
	uint8_t *packet = pb_open(state_packet(state), TRACE_PACKET);
	uint8_t *start = open_event(packet, ps, false);
	uint8_t *p = pb_uint(start, EVENT_TYPE, TYPE_COUNTER);
	p = pb_uint(p, EVENT_TRACK, track_id);
	p = pb_int(p, EVENT_COUNTER_VALUE, value);
	state->events++;
	state_take(state, pb_close(packet, pb_close(start, p)));
}

void state_end_open_slices(struct trace_state *state)
{
	for (uint32_t id = SQZ_TRACE_PROCESS; id < state->track_count; id++) {
		struct track *track = &state->tracks[id];
		track->skipped = 0;
		state->left_open += track->depth;
		while (track->depth) {
			struct event event = { .type = TYPE_END,
					       .ps = state->last_ps };
			track->depth--;
			state_note_end(state, track,
				       &track->open[track->depth]);
			put_event(state, track, &event, NULL);
		}
	}
}

void state_end_marker(struct trace_state *state)
{
	uint64_t misuse_total = 0;

	for (int i = 0; i < SQZ_TRACE_MISUSES; i++)
		misuse_total += state->misuses[i];
	struct sqz_trace_arg args[] = {
		sqz_trace_uint("events", state->events),
		sqz_trace_uint("end_ps", state->last_ps),
		sqz_trace_uint("left_open", state->left_open),
		sqz_trace_uint("misuse", misuse_total),
		sqz_trace_string("first_misuse", state->first_misuse),
	};
	struct sqz_trace_extra extra = { .args = args,
					 .arg_count = misuse_total ? 5 : 4 };
	struct event event = { .type = TYPE_INSTANT,
			       .ps = state->last_ps,
			       .name = END_MARKER_NAME,
			       .category = END_MARKER_CATEGORY };
	put_event(state, &state->tracks[SQZ_TRACE_PROCESS], &event, &extra);
}

void state_begin(struct trace_state *state, struct track *track, uint64_t ps,
		 const char *name, const char *category)
{
	struct event event = {
		.type = TYPE_BEGIN,
		.track = (uint32_t)(track - state->tracks),
		.ps = ps,
		.name = name,
		.category = category,
	};

	emit(state, &event, &NOTHING);
}

void state_front_marker(struct trace_state *state)
{
	const struct ring *ring = &state->ring;
	struct sqz_trace_arg args[] = {
		sqz_trace_uint("from_ps", ring->from_ps),
		sqz_trace_uint("dropped_chunks", ring->gone_chunks),
		sqz_trace_uint("dropped_events", ring->gone_events),
	};
	struct sqz_trace_extra extra = { .args = args, .arg_count = 3 };
	struct event event = { .type = TYPE_INSTANT,
			       .track = SQZ_TRACE_PROCESS,
			       .ps = ring->from_ps,
			       .name = FRONT_MARKER_NAME,
			       .category = END_MARKER_CATEGORY };

	emit(state, &event, &extra);
}
