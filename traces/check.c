#include "traces/check.h"

#include "traces/flows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct track_state {
	char *name; /* our own: the reader's are gone when it has returned */
	uint64_t parent;
	bool is_counter;
	uint64_t last_ns;
	uint64_t depth;
};

struct checking {
	const char *path;
	struct sqz_trace_check *check;
	struct track_state *tracks;
	size_t track_count;
	size_t track_room;
	struct flow_set flows;
	uint64_t marker_events; /* as the end marker has it */
	bool is_last_part;	/* what was before it is gone */
	struct sqz_error *err;
};

__attribute__((format(printf, 2, 3))) static void
problem(struct checking *checking, const char *format, ...)
{
	struct sqz_trace_check *check = checking->check;

	if (check->problems < SQZ_CHECK_LINES) {
		va_list args;
		va_start(args, format);
		vsnprintf(check->lines[check->problems],
			  sizeof(check->lines[0]), format, args);
		va_end(args);
	}
	check->problems++;
}

static int no_memory(struct checking *checking)
{
	return sqz_fail(checking->err, "%s: out of memory", checking->path);
}

static int grow_tracks(struct checking *checking)
{
	size_t room = checking->track_room ? checking->track_room * 2 : 64;
	struct track_state *tracks =
	    realloc(checking->tracks, room * sizeof(*tracks));

	if (!tracks)
		return no_memory(checking);
	checking->tracks = tracks;
	checking->track_room = room;
	return 0;
}

static int add_track(struct checking *checking,
		     const struct sqz_track_info *info)
{
	if (checking->track_count == checking->track_room &&
	    grow_tracks(checking))
		return -1;
	struct track_state track = {
		.name = strdup(info->name),
		.parent = info->parent ? info->parent->uuid : 0,
		.is_counter = info->is_counter,
	};
	if (!track.name)
		return no_memory(checking);
	checking->tracks[checking->track_count++] = track;
	if (!info->parent && !info->is_process)
		problem(checking, "track '%.80s' has no parent", info->name);
	return 0;
}

static void check_nesting(struct checking *checking, struct track_state *track,
			  const struct sqz_trace_record *record)
{
	const char *name = track->name;

	if (record->ns < track->last_ns)
		problem(checking,
			"track '%.80s': time goes back from %" PRIu64
			" to %" PRIu64 " ns",
			name, track->last_ns, record->ns);
	else
		track->last_ns = record->ns;
	if (track->is_counter != (record->type == SQZ_RECORD_COUNTER))
		problem(checking,
			"track '%.80s': event of the wrong kind at %" PRIu64
			" ns",
			name, record->ns);
	if (record->type == SQZ_RECORD_BEGIN &&
	    ++track->depth > checking->check->deepest)
		checking->check->deepest = track->depth;
	if (record->type == SQZ_RECORD_END && track->depth-- == 0) {
		track->depth = 0;
		problem(checking,
			"track '%.80s': end without a begin at %" PRIu64 " ns",
			name, record->ns);
	}
}

static int note_flow(struct checking *checking, uint64_t id, uint64_t ns,
		     bool is_final)
{
	if (!id) {
		problem(checking, "flow 0 at %" PRIu64 " ns", ns);
		return 0;
	}
	struct flow *flow = flow_find(&checking->flows, id);
	if (!flow)
		return no_memory(checking);
	flow->events++;
	flow->finals += is_final;
	if (is_final)
		flow->final_ns = ns;
	else if (ns > flow->last_ns)
		flow->last_ns = ns;
	return 0;
}

static int note_flows(struct checking *checking,
		      const struct sqz_trace_record *record)
{
	const struct sqz_trace_extra *extra = &record->extra;

	for (uint32_t i = 0; i < extra->flow_count; i++)
		if (note_flow(checking, extra->flows[i], record->ns, false))
			return -1;
	for (uint32_t i = 0; i < extra->final_flow_count; i++)
		if (note_flow(checking, extra->final_flows[i], record->ns,
			      true))
			return -1;
	return 0;
}

static const char *string_of(const struct sqz_trace_record *record,
			     const char *name)
{
	for (uint32_t i = 0; i < record->extra.arg_count; i++) {
		const struct sqz_trace_arg *arg = &record->extra.args[i];
		if (arg->kind == SQZ_TRACE_STRING && arg->name &&
		    !strcmp(arg->name, name))
			return arg->value.s;
	}
	return "";
}

static void check_marker(struct checking *checking,
			 const struct sqz_trace_record *record)
{
	uint64_t misuse = 0;

	sqz_record_uint(record, "events", &checking->marker_events);
	checking->marker_events++; /* and the marker */
	if (sqz_record_uint(record, "misuse", &misuse) && misuse)
		problem(checking,
			"misuse of the writer, %" PRIu64
			" times, first: %.160s",
			misuse, string_of(record, "first_misuse"));
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct checking *checking = user;
	struct sqz_trace_check *check = checking->check;

	if (record->type == SQZ_RECORD_TRACK)
		return add_track(checking, record->track);
	check->slices += record->type == SQZ_RECORD_BEGIN;
	check->instants += record->type == SQZ_RECORD_INSTANT;
	check->values += record->type == SQZ_RECORD_COUNTER;
	if (record->track)
		check_nesting(checking, &checking->tracks[record->track->index],
			      record);
	else
		problem(checking, "event on an unknown track at %" PRIu64 " ns",
			record->ns);
	if (sqz_record_is_end(record))
		check_marker(checking, record);
	if (sqz_record_is_front(record))
		checking->is_last_part = true;
	return note_flows(checking, record);
}

static int compare_tracks(const void *left, const void *right)
{
	const struct track_state *a = left;
	const struct track_state *b = right;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void check_tracks(struct checking *checking)
{
	struct track_state *tracks = checking->tracks;

	if (checking->track_count)
		qsort(tracks, checking->track_count, sizeof(*tracks),
		      compare_tracks);
	for (size_t i = 0; i < checking->track_count; i++) {
		const char *name = tracks[i].name;
		if (i && !compare_tracks(&tracks[i - 1], &tracks[i]))
			problem(checking, "two sibling tracks '%.80s'", name);
		if (tracks[i].depth && checking->check->file.complete)
			problem(checking,
				"track '%.80s': %" PRIu64 " slices never end",
				name, tracks[i].depth);
	}
}

static void check_flows(struct checking *checking)
{
	bool whole = checking->check->file.complete && !checking->is_last_part;

	for (size_t i = 0; i < checking->flows.slot_count; i++) {
		const struct flow *flow = &checking->flows.slots[i];
		if (!flow->id)
			continue;
		if (flow->events < 2 && whole)
			problem(checking,
				"flow %" PRIu64 " joins only one event",
				flow->id);
		if (flow->finals > 1)
			problem(checking, "flow %" PRIu64 " ends %u times",
				flow->id, flow->finals);
		if (flow->finals && flow->last_ns > flow->final_ns)
			problem(checking,
				"flow %" PRIu64 " goes on after its end",
				flow->id);
	}
}

static void check_counts(struct checking *checking)
{
	struct sqz_trace_result *file = &checking->check->file;

	if (file->unresolved)
		problem(checking, "%" PRIu64 " names do not resolve",
			file->unresolved);
	if (file->complete && checking->marker_events != file->events)
		problem(checking,
			"%" PRIu64 " events, but the end marker tells of "
			"%" PRIu64,
			file->events, checking->marker_events);
}

int sqz_trace_check(const char *path, struct sqz_trace_check *check,
		    struct sqz_error *err)
{
	struct checking checking = { .path = path, .check = check, .err = err };

	*check = (struct sqz_trace_check){ 0 };
	int failed = sqz_trace_read(path, take, &checking, &check->file, err);
	if (!failed) {
		check_tracks(&checking);
		check_flows(&checking);
		check_counts(&checking);
		check->flows = checking.flows.used;
	}
	for (size_t i = 0; i < checking.track_count; i++)
		free(checking.tracks[i].name);
	free(checking.tracks);
	flow_free(&checking.flows);
	return failed;
}
