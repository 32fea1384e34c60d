#include "traces/breakdown.h"

#include "traces/breakdown_state.h"
#include "traces/room.h"

#include <stdlib.h>
#include <string.h>

/* Linear searches below are for sane files; a mad one must not hang us. */
#define MOST_ROWS 16384u

static int no_memory(struct reading *reading)
{
	return sqz_fail(reading->err,
			"%s: out of memory, or more than %u "
			"layers",
			reading->path, MOST_ROWS);
}

/* ---- slices ---- */

static const struct {
	const char *category;
	enum slice_kind kind;
} KINDS[] = {
	{ "arrays", SLICE_ARRAYS }, { "wait", SLICE_WAIT },
	{ "vector", SLICE_VECTOR }, { "step", SLICE_STEP },
	{ "layer", SLICE_LAYER },   { "call", SLICE_DRIVER },
	{ "cpu", SLICE_ASLEEP },    { "trap", SLICE_DRIVER },
	{ "boot", SLICE_DRIVER },   { "program", SLICE_PROGRAM },
	{ "dram", SLICE_DRAM },
};

static enum slice_kind kind_of(const char *category)
{
	for (size_t i = 0; category && i < sizeof(KINDS) / sizeof(*KINDS); i++)
		if (!strcmp(category, KINDS[i].category))
			return KINDS[i].kind;
	return SLICE_OTHER;
}

static const char *const VALUE_NAMES[VALUES] = {
	[VALUE_LAYER] = "layer",
	[VALUE_IMAGE] = "image",
	[VALUE_BEGIN] = "begin_ps",
	[VALUE_END] = "end_ps",
	[VALUE_ARRAY_BUSY] = "array_busy_ps",
	[VALUE_ARRAY_READ] = "array_read_ps",
	[VALUE_PIECE] = "piece_ps",
	[VALUE_COUNT] = "count",
	[VALUE_PERIOD] = "period_ps",
};

static void note_values(struct open_slice *slice,
			const struct sqz_trace_record *record)
{
	for (unsigned i = 0; i < VALUES; i++)
		if (sqz_record_uint(record, VALUE_NAMES[i], &slice->values[i]))
			slice->has |= 1u << i;
}

static bool has(const struct open_slice *slice, enum value value)
{
	return slice->has >> value & 1;
}

/* ---- tracks ---- */

/* "slot 3 arrays" below "tile 1,2": the slot's tracks share what they hold. */
static int find_slot(struct reading *reading, struct track_state *parent,
		     const char *name, uint32_t *found)
{
	unsigned number = 0;

	if (sscanf(name, "slot %u", &number) != 1 || number >= MOST_SLOTS)
		return 0;
	for (uint32_t i = parent->first_slot; i; i = reading->slots[i].next)
		if (reading->slots[i].number == number) {
			*found = i;
			return 0;
		}
	if (!reading->slot_count)
		reading->slot_count = 1; /* 0 stands for none */
	struct slot *slots =
	    sqz_room_for(reading->slots, reading->slot_count,
			 &reading->slot_room, 64, sizeof(*slots));
	if (!slots)
		return no_memory(reading);
	reading->slots = slots;
	*found = (uint32_t)reading->slot_count++;
	slots[*found] =
	    (struct slot){ .number = number, .next = parent->first_slot };
	parent->first_slot = *found;
	return 0;
}

static int add_track(struct reading *reading, const struct sqz_track_info *info)
{
	struct track_state *tracks =
	    sqz_room_for(reading->tracks, info->index, &reading->track_room,
			 256, sizeof(*tracks));
	if (!tracks)
		return no_memory(reading);
	reading->tracks = tracks;
	struct track_state *track = &reading->tracks[info->index];
	*track = (struct track_state){ 0 };
	reading->track_count = info->index + 1;
	if (!info->parent || info->parent->is_process)
		return 0;
	return find_slot(reading, &reading->tracks[info->parent->index],
			 info->name, &track->slot);
}

/* ---- layers that are open ---- */

static void free_layer(struct open_layer *layer)
{
	free(layer->name);
	for (unsigned i = 0; i < WORKS; i++)
		intervals_free(&layer->works[i]);
	*layer = (struct open_layer){ 0 };
}

static struct open_layer *layer_named(struct reading *reading, const char *name)
{
	for (size_t i = 0; name && i < reading->layer_count; i++)
		if (reading->layers[i].name &&
		    !strcmp(reading->layers[i].name, name))
			return &reading->layers[i];
	return NULL;
}

static struct open_layer *layer_at(struct reading *reading, uint64_t index)
{
	for (size_t i = 0; i < reading->layer_count; i++)
		if (reading->layers[i].name && reading->layers[i].has_index &&
		    reading->layers[i].index == index)
			return &reading->layers[i];
	return NULL;
}

static int begin_layer(struct reading *reading, const struct open_slice *slice,
		       uint32_t track, const char *name)
{
	size_t at = 0;

	while (at < reading->layer_count && reading->layers[at].name)
		at++;
	if (at == reading->layer_count) {
		struct open_layer *layers =
		    realloc(reading->layers, (at + 1) * sizeof(*layers));
		if (!layers)
			return no_memory(reading);
		reading->layers = layers;
		reading->layer_count++;
	}
	reading->layers[at] = (struct open_layer){
		.name = strdup(name ? name : "?"),
		.track = track,
		.has_index = has(slice, VALUE_LAYER),
		.index = slice->values[VALUE_LAYER],
	};
	return reading->layers[at].name ? 0 : no_memory(reading);
}

static struct sqz_breakdown_row *find_row(struct reading *reading,
					  const struct open_layer *layer,
					  const struct open_slice *slice)
{
	struct sqz_breakdown *out = reading->out;
	bool has_index = has(slice, VALUE_LAYER);
	uint64_t index = slice->values[VALUE_LAYER];

	for (size_t i = 0; i < out->count; i++)
		if (out->rows[i].has_index == has_index &&
		    out->rows[i].index == index &&
		    !strcmp(out->rows[i].name, layer->name))
			return &out->rows[i];
	if (out->count == MOST_ROWS)
		return NULL;
	struct sqz_breakdown_row *rows =
	    realloc(out->rows, (out->count + 1) * sizeof(*rows));
	if (!rows)
		return NULL;
	out->rows = rows;
	rows += out->count;
	*rows = (struct sqz_breakdown_row){ .name = strdup(layer->name),
					    .has_index = has_index,
					    .index = index };
	if (!rows->name)
		return NULL;
	out->count++;
	return rows;
}

static struct interval exact(const struct open_slice *slice, uint64_t end_ns)
{
	struct interval time = { slice->begin_ns * PS_PER_NS,
				 end_ns * PS_PER_NS };

	if (has(slice, VALUE_BEGIN) && has(slice, VALUE_END))
		time = (struct interval){ slice->values[VALUE_BEGIN],
					  slice->values[VALUE_END] };
	if (time.end < time.begin)
		time.end = time.begin;
	return time;
}

static bool is_wanted(const struct reading *reading,
		      const struct open_slice *slice)
{
	return reading->image < 0 ||
	       (has(slice, VALUE_IMAGE) &&
		slice->values[VALUE_IMAGE] == (uint64_t)reading->image);
}

static int end_layer(struct reading *reading, const struct open_slice *slice,
		     uint32_t track, uint64_t end_ns)
{
	struct interval time = exact(slice, end_ns);
	size_t at = 0;
	int failed = 0;

	while (
	    at < reading->layer_count &&
	    (!reading->layers[at].name || reading->layers[at].track != track))
		at++;
	if (at == reading->layer_count)
		return 0;
	struct open_layer *layer = &reading->layers[at];
	if (is_wanted(reading, slice)) {
		struct sqz_breakdown_row *row = find_row(reading, layer, slice);
		failed =
		    !row || charge_layer(&reading->all, layer, time,
					 slice->values[VALUE_ARRAY_READ],
					 slice->values[VALUE_ARRAY_BUSY],
					 has(slice, VALUE_ARRAY_READ), row);
	}
	free_layer(layer);
	return failed ? no_memory(reading) : 0;
}

/* ---- the two readings ---- */

/* What the slot has done since its last step was this step's. */
static int end_step(struct reading *reading, struct slot *slot,
		    const char *name, uint64_t begin, uint64_t end)
{
	struct open_layer *layer = layer_named(reading, name);
	int failed = 0;

	reading->steps++;
	if (layer) {
		failed = intervals_add(&layer->works[WORK_STEP], begin, end);
		for (unsigned i = 0; i < SLOT_WORKS && !failed; i++)
			failed = intervals_add_all(&layer->works[i],
						   &slot->works[i], begin, end);
	}
	for (unsigned i = 0; i < SLOT_WORKS; i++)
		slot->works[i].count = 0;
	return failed ? no_memory(reading) : 0;
}

/* Equal pieces of work at equal distances, in whole nanoseconds like all else
 * of tiles. No piece lies behind the slice's end, whatever the file says. */
static int add_series(struct intervals *list, const struct open_slice *slice,
		      uint64_t slice_end)
{
	uint64_t piece = slice->values[VALUE_PIECE];
	uint64_t period = slice->values[VALUE_PERIOD];
	uint64_t at = slice->values[VALUE_BEGIN];
	uint64_t count = slice->values[VALUE_COUNT];

	if (piece == period || period < PS_PER_NS || at >= slice_end)
		return intervals_add(list, slice->begin_ns * PS_PER_NS,
				     slice_end);
	for (uint64_t left = count; left; left--) {
		uint64_t end = slice_end;
		if (piece < slice_end - at)
			end = (at + piece) / PS_PER_NS * PS_PER_NS;
		if (intervals_add(list, at / PS_PER_NS * PS_PER_NS, end))
			return -1;
		if (slice_end - at <= period)
			break;
		at += period;
	}
	return 0;
}

static int add_work(struct reading *reading, const struct open_slice *slice,
		    uint32_t slot, uint64_t begin, uint64_t end)
{
	struct open_layer *layer = NULL;
	struct intervals *list = NULL;

	if (slice->kind == SLICE_VECTOR) {
		layer = has(slice, VALUE_LAYER)
			    ? layer_at(reading, slice->values[VALUE_LAYER])
			    : NULL;
		list = layer ? &layer->works[WORK_VECTOR] : NULL;
	} else if (slot) {
		list = &reading->slots[slot].works[slice->work];
	}
	if (!list)
		return 0;
	int failed = has(slice, VALUE_PERIOD) ? add_series(list, slice, end)
					      : intervals_add(list, begin, end);
	return failed ? no_memory(reading) : 0;
}

static int end_tile_slice(struct reading *reading, uint32_t index,
			  const struct open_slice *slice, uint64_t end_ns)
{
	uint32_t slot = reading->tracks[index].slot;
	uint64_t begin = slice->begin_ns * PS_PER_NS;
	uint64_t end = end_ns * PS_PER_NS;

	switch (slice->kind) {
	case SLICE_LAYER:
		return end_layer(reading, slice, index, end_ns);
	case SLICE_STEP:
		return slot ? end_step(reading, &reading->slots[slot],
				       slice->name, begin, end)
			    : 0;
	case SLICE_ARRAYS:
	case SLICE_WAIT:
	case SLICE_VECTOR:
		return add_work(reading, slice, slot, begin, end);
	default:
		return 0;
	}
}

static int end_common_slice(struct reading *reading, uint32_t index,
			    const struct open_slice *slice, uint64_t end_ns)
{
	struct common *all = &reading->all;
	struct interval time = exact(slice, end_ns);
	struct intervals *list = NULL;

	(void)index;
	switch (slice->kind) {
	case SLICE_LAYER:
		list = &all->layers;
		break;
	case SLICE_PROGRAM:
		list = &all->program;
		break;
	case SLICE_DRIVER:
		list = &all->driver;
		break;
	case SLICE_ASLEEP:
		list = &all->asleep;
		break;
	case SLICE_DRAM:
		reading->out->has_dram = true;
		list = &all->dram;
		break;
	default:
		return 0;
	}
	return intervals_add(list, time.begin, time.end) ? no_memory(reading)
							 : 0;
}

static int begin_slice(struct reading *reading, struct track_state *track,
		       const struct sqz_trace_record *record)
{
	struct open_slice *open = sqz_room_for(track->open, track->depth,
					       &track->room, 4, sizeof(*open));
	if (!open)
		return no_memory(reading);
	track->open = open;
	struct open_slice *slice = &track->open[track->depth++];
	*slice = (struct open_slice){ .kind = kind_of(record->category),
				      .begin_ns = record->ns };
	if (slice->kind == SLICE_STEP && record->name)
		snprintf(slice->name, sizeof(slice->name), "%s", record->name);
	if (slice->kind == SLICE_WAIT && record->name &&
	    !strcmp(record->name, "waits for accumulators"))
		slice->work = WORK_FULL;
	else if (slice->kind == SLICE_WAIT)
		slice->work = WORK_WAIT;
	note_values(slice, record);
	if (slice->kind == SLICE_LAYER && reading->is_second)
		return begin_layer(reading, slice, record->track->index,
				   record->name);
	return 0;
}

static int end_slice(struct reading *reading, struct track_state *track,
		     const struct sqz_trace_record *record)
{
	if (!track->depth)
		return 0;
	struct open_slice *slice = &track->open[--track->depth];
	note_values(slice, record);
	return (reading->is_second ? end_tile_slice : end_common_slice)(
	    reading, record->track->index, slice, record->ns);
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct reading *reading = user;

	if (record->type == SQZ_RECORD_TRACK)
		return add_track(reading, record->track);
	if (!record->track)
		return 0;
	if (sqz_record_is_end(record))
		sqz_record_uint(record, "end_ps", &reading->end_ps);
	if (record->type == SQZ_RECORD_BEGIN)
		return begin_slice(
		    reading, &reading->tracks[record->track->index], record);
	if (record->type == SQZ_RECORD_END)
		return end_slice(
		    reading, &reading->tracks[record->track->index], record);
	return 0;
}

static void forget(struct reading *reading)
{
	for (size_t i = 0; i < reading->track_count; i++)
		free(reading->tracks[i].open);
	free(reading->tracks);
	for (size_t i = 1; i < reading->slot_count; i++)
		for (unsigned w = 0; w < SLOT_WORKS; w++)
			intervals_free(&reading->slots[i].works[w]);
	free(reading->slots);
	for (size_t i = 0; i < reading->layer_count; i++)
		free_layer(&reading->layers[i]);
	free(reading->layers);
	reading->tracks = NULL;
	reading->slots = NULL;
	reading->layers = NULL;
	reading->track_count = reading->track_room = 0;
	reading->slot_count = reading->slot_room = 0;
	reading->layer_count = 0;
}

static int read_once(struct reading *reading, bool is_second)
{
	reading->is_second = is_second;
	int failed = sqz_trace_read(reading->path, take, reading,
				    &reading->out->file, reading->err);
	forget(reading);
	return failed;
}

static int read_both(struct reading *reading)
{
	struct sqz_breakdown *out = reading->out;

	if (read_once(reading, false))
		return -1;
	if (!out->file.complete)
		reading->end_ps = out->file.last_ns * PS_PER_NS;
	if (common_unite(&reading->all))
		return no_memory(reading);
	if (read_once(reading, true))
		return -1;
	if (!reading->steps)
		return sqz_fail(reading->err,
				"%s: holds no work of tiles; trace the run "
				"with --trace-level tiles or packets",
				reading->path);
	if (reading->image < 0 &&
	    charge_outside(&reading->all, reading->end_ps, &out->outside))
		return no_memory(reading);
	return 0;
}

/* By index; those without one at the end, by name. */
static int compare_rows(const void *left, const void *right)
{
	const struct sqz_breakdown_row *a = left;
	const struct sqz_breakdown_row *b = right;
	uint64_t ai = a->has_index ? a->index : UINT64_MAX;
	uint64_t bi = b->has_index ? b->index : UINT64_MAX;

	if (ai != bi)
		return ai < bi ? -1 : 1;
	return strcmp(a->name, b->name);
}

int sqz_breakdown_read(const char *path, int64_t image,
		       struct sqz_breakdown *breakdown, struct sqz_error *err)
{
	struct reading reading = {
		.path = path, .image = image, .out = breakdown, .err = err
	};

	*breakdown = (struct sqz_breakdown){ 0 };
	int failed = read_both(&reading);
	common_free(&reading.all);
	if (failed) {
		sqz_breakdown_free(breakdown);
		return -1;
	}
	if (breakdown->count)
		qsort(breakdown->rows, breakdown->count,
		      sizeof(*breakdown->rows), compare_rows);
	return 0;
}

void sqz_breakdown_free(struct sqz_breakdown *breakdown)
{
	for (size_t i = 0; i < breakdown->count; i++)
		free(breakdown->rows[i].name);
	free(breakdown->rows);
	*breakdown = (struct sqz_breakdown){ 0 };
}
