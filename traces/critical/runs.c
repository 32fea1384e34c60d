#include "traces/critical/runs.h"

#include "traces/reader.h"
#include "traces/room.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LAYERS 65536u

struct reading {
	const char *path;
	struct runs *runs;
	struct sqz_error *err;
};

static int no_memory(const struct reading *reading)
{
	return sqz_fail(reading->err, "%s: out of memory", reading->path);
}

/* ---- layers ---- */

static int take_name(struct reading *reading, uint64_t layer, const char *name)
{
	struct runs *runs = reading->runs;

	if (!name || layer >= MOST_LAYERS ||
	    (layer < runs->name_count && runs->names[layer]))
		return 0;
	char **names = sqz_room_for(runs->names, layer, &runs->name_room, 64,
				    sizeof(*names));
	if (!names)
		return no_memory(reading);
	runs->names = names;
	while (runs->name_count <= layer)
		names[runs->name_count++] = NULL;
	names[layer] = strdup(name);
	return names[layer] ? 0 : no_memory(reading);
}

/* Only layers' ends tell all of these. */
static int take_end(struct reading *reading,
		    const struct sqz_trace_record *record)
{
	struct runs *runs = reading->runs;
	struct layer_run run;

	if (!sqz_record_uint(record, "image", &run.image) ||
	    !sqz_record_uint(record, "layer", &run.layer) ||
	    !sqz_record_uint(record, "begin_ps", &run.begin_ps) ||
	    !sqz_record_uint(record, "end_ps", &run.end_ps))
		return 0;
	struct layer_run *layers =
	    sqz_room_for(runs->layers, runs->layer_count, &runs->layer_room, 64,
			 sizeof(*layers));
	if (!layers)
		return no_memory(reading);
	runs->layers = layers;
	layers[runs->layer_count++] = run;
	return 0;
}

/* ---- passes ---- */

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const struct pass_times *a, const struct pass_times *b)
{
	int order = compare(a->y, b->y);

	order = order ? order : compare(a->x, b->x);
	return order ? order : compare(a->layer, b->layer);
}

static int by_all(const void *left, const void *right)
{
	const struct pass_times *a = left;
	const struct pass_times *b = right;
	int order = by_place(a, b);

	order = order ? order : compare(a->pass_ps, b->pass_ps);
	order = order ? order : compare(a->read_ps, b->read_ps);
	return order ? order : compare(a->adc_ps, b->adc_ps);
}

/* Of the same slot mostly the same comes again. */
static bool is_known(const struct runs *runs, const struct pass_times *pass)
{
	size_t count = runs->pass_count;

	return count && !by_all(&runs->passes[count - 1], pass);
}

/* The track is a slot's, its parent the tile's. */
static bool find_tile(const struct sqz_trace_record *record,
		      struct pass_times *pass)
{
	const struct sqz_track_info *tile =
	    record->track ? record->track->parent : NULL;

	return tile && sscanf(tile->name, "tile %" SCNu32 ",%" SCNu32, &pass->x,
			      &pass->y) == 2;
}

static int take_step(struct reading *reading,
		     const struct sqz_trace_record *record)
{
	struct runs *runs = reading->runs;
	struct pass_times pass;
	uint64_t layer;

	if (!sqz_record_uint(record, "layer", &layer) ||
	    !sqz_record_uint(record, "pass_ps", &pass.pass_ps) ||
	    !sqz_record_uint(record, "read_ps", &pass.read_ps) ||
	    !sqz_record_uint(record, "adc_ps", &pass.adc_ps) || !pass.pass_ps ||
	    !find_tile(record, &pass))
		return 0;
	pass.layer = (uint32_t)layer;
	if (is_known(runs, &pass))
		return 0;
	struct pass_times *passes =
	    sqz_room_for(runs->passes, runs->pass_count, &runs->pass_room, 64,
			 sizeof(*passes));
	if (!passes)
		return no_memory(reading);
	runs->passes = passes;
	passes[runs->pass_count++] = pass;
	return 0;
}

static void sort_passes(struct runs *runs)
{
	size_t kept = 0;

	if (!runs->pass_count)
		return;
	qsort(runs->passes, runs->pass_count, sizeof(*runs->passes), by_all);
	for (size_t i = 1; i < runs->pass_count; i++)
		if (by_all(&runs->passes[kept], &runs->passes[i]))
			runs->passes[++kept] = runs->passes[i];
	runs->pass_count = kept + 1;
}

const struct pass_times *runs_pass(const struct runs *runs, uint32_t x,
				   uint32_t y, uint32_t layer,
				   uint64_t delay_ps)
{
	const struct pass_times wanted = { .x = x, .y = y, .layer = layer };
	size_t first = 0;
	size_t behind = runs->pass_count;

	while (first < behind) {
		size_t middle = first + (behind - first) / 2;
		if (by_place(&runs->passes[middle], &wanted) < 0)
			first = middle + 1;
		else
			behind = middle;
	}
	if (first == runs->pass_count ||
	    by_place(&runs->passes[first], &wanted))
		return NULL;
	for (size_t i = first;
	     i < runs->pass_count && !by_place(&runs->passes[i], &wanted); i++)
		if (delay_ps % runs->passes[i].pass_ps == 0)
			return &runs->passes[i];
	return &runs->passes[first];
}

/* ---- reading ---- */

static int take(void *user, const struct sqz_trace_record *record)
{
	struct reading *reading = user;
	uint64_t layer;

	if (record->type == SQZ_RECORD_END)
		return take_end(reading, record);
	if (record->type != SQZ_RECORD_BEGIN || !record->category)
		return 0;
	if (!strcmp(record->category, "step"))
		return take_step(reading, record);
	if (!strcmp(record->category, "layer") &&
	    sqz_record_uint(record, "layer", &layer))
		return take_name(reading, layer, record->name);
	return 0;
}

int runs_read(const char *path, struct runs *runs, struct sqz_error *err)
{
	struct reading reading = { path, runs, err };
	struct sqz_trace_result result;

	*runs = (struct runs){ 0 };
	if (sqz_trace_read(path, take, &reading, &result, err)) {
		runs_free(runs);
		return -1;
	}
	sort_passes(runs);
	return 0;
}

void runs_free(struct runs *runs)
{
	for (size_t i = 0; i < runs->name_count; i++)
		free(runs->names[i]);
	free(runs->names);
	free(runs->layers);
	free(runs->passes);
	*runs = (struct runs){ 0 };
}
