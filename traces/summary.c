#include "traces/summary.h"

#include <stdlib.h>
#include <string.h>

#include "traces/room.h"

#define PS_PER_NS 1000u
/* Linear searches below are for sane files; a mad one must not hang us. */
#define MOST_LAYERS 16384u
#define MOST_GROUPS 256u /* the last one takes all the others */

const char *const sqz_layer_value_names[SQZ_LAYER_VALUES] = {
	[SQZ_LAYER_INDEX] = "layer",
	[SQZ_LAYER_IMAGE] = "image",
	[SQZ_LAYER_BEGIN_PS] = "begin_ps",
	[SQZ_LAYER_END_PS] = "end_ps",
	[SQZ_LAYER_CROSSBARS] = "crossbars",
	[SQZ_LAYER_MACS] = "macs",
	[SQZ_LAYER_ARRAY_READS] = "array_reads",
	[SQZ_LAYER_ADC_CONVERSIONS] = "adc_conversions",
	[SQZ_LAYER_ADC_SATURATIONS] = "adc_saturations",
	[SQZ_LAYER_INPUT_CYCLES] = "input_cycles",
	[SQZ_LAYER_NOC_BYTES] = "noc_bytes",
	[SQZ_LAYER_ENERGY_FJ] = "energy_fj",
};

enum slice_kind { OTHER_SLICE, LAYER_SLICE, PHASE_SLICE };

/* A slice that has begun, on a track that may hold layers or phases. */
struct open_slice {
	enum slice_kind kind;
	char *name;
	uint64_t begin_ns;
	uint32_t has; /* bit for each value seen */
	uint64_t values[SQZ_LAYER_VALUES];
};

/* What we keep for each track, by its index. */
struct track_state {
	size_t group;
	bool watched; /* "layers", "phases", or below */
	struct open_slice *open;
	size_t depth;
	size_t room;
};

struct reading {
	const char *path;
	int64_t image;
	struct sqz_summary *summary;
	struct track_state *tracks;
	size_t track_count;
	size_t track_room;
	struct sqz_error *err;
};

static int no_memory(struct reading *reading)
{
	return sqz_fail(reading->err, "%s: out of memory", reading->path);
}

/* The name without numbers at its end, a mesh position's two included. */
static size_t stem_length(const char *name)
{
	size_t length = strlen(name);
	size_t stem = length;

	for (size_t end = length; end; stem = end) {
		while (end && name[end - 1] >= '0' && name[end - 1] <= '9')
			end--;
		if (end == stem)
			break;
		while (end && strchr(" _-,.:", name[end - 1]))
			end--;
	}
	return stem ? stem : length;
}

static int find_group(struct reading *reading, const char *name, size_t *group)
{
	struct sqz_summary *summary = reading->summary;
	if (summary->group_count == MOST_GROUPS - 1)
		name = "others";
	size_t length = stem_length(name);

	for (size_t i = 0; i < summary->group_count; i++) {
		const char *known = summary->groups[i].name;
		if (strlen(known) == length && !memcmp(known, name, length)) {
			*group = i;
			return 0;
		}
	}
	struct sqz_track_group *groups = realloc(
	    summary->groups, (summary->group_count + 1) * sizeof(*groups));
	if (!groups)
		return no_memory(reading);
	summary->groups = groups;
	groups[summary->group_count] =
	    (struct sqz_track_group){ .name = strndup(name, length) };
	if (!groups[summary->group_count].name)
		return no_memory(reading);
	*group = summary->group_count++;
	return 0;
}

static int add_track(struct reading *reading, const struct sqz_track_info *info)
{
	struct track_state *tracks =
	    sqz_room_for(reading->tracks, info->index, &reading->track_room, 16,
			 sizeof(*tracks));
	if (!tracks)
		return no_memory(reading);
	reading->tracks = tracks;
	struct track_state *track = &tracks[info->index];
	*track = (struct track_state){ 0 };
	reading->track_count = info->index + 1;
	track->watched =
	    !strcmp(info->name, "layers") || !strcmp(info->name, "phases");
	if (info->parent && !info->parent->is_process) {
		const struct track_state *parent = &tracks[info->parent->index];
		track->group = parent->group;
		track->watched |= parent->watched;
	} else if (find_group(reading, info->name, &track->group)) {
		return -1;
	}
	reading->summary->groups[track->group].tracks++;
	return 0;
}

static void note_values(struct open_slice *slice,
			const struct sqz_trace_record *record)
{
	for (unsigned i = 0; i < SQZ_LAYER_VALUES; i++)
		if (sqz_record_uint(record, sqz_layer_value_names[i],
				    &slice->values[i]))
			slice->has |= 1u << i;
}

static bool has(const struct open_slice *slice, enum sqz_layer_value value)
{
	return slice->has >> value & 1;
}

static enum slice_kind kind_of(const char *category)
{
	if (!category)
		return OTHER_SLICE;
	if (!strcmp(category, "layer"))
		return LAYER_SLICE;
	if (!strcmp(category, "boot") || !strcmp(category, "program"))
		return PHASE_SLICE;
	return OTHER_SLICE;
}

static int begin_slice(struct reading *reading, struct track_state *track,
		       const struct sqz_trace_record *record)
{
	struct open_slice *open = sqz_room_for(track->open, track->depth,
					       &track->room, 16, sizeof(*open));
	if (!open)
		return no_memory(reading);
	track->open = open;
	struct open_slice *slice = &open[track->depth];
	*slice = (struct open_slice){ .kind = kind_of(record->category),
				      .begin_ns = record->ns };
	const char *name =
	    slice->kind == PHASE_SLICE ? record->category : record->name;
	slice->name = strdup(name ? name : "?");
	if (!slice->name)
		return no_memory(reading);
	track->depth++;
	note_values(slice, record);
	return 0;
}

/* The sum that the slice belongs to, made if need be. */
static struct sqz_layer_sum *find_sum(struct sqz_layer_sum **sums,
				      size_t *count,
				      const struct open_slice *slice)
{
	bool has_index = has(slice, SQZ_LAYER_INDEX);
	uint64_t index = slice->values[SQZ_LAYER_INDEX];

	for (size_t i = 0; i < *count; i++) {
		struct sqz_layer_sum *sum = &(*sums)[i];
		if (sum->has_index == has_index &&
		    sum->values[SQZ_LAYER_INDEX] == index &&
		    !strcmp(sum->name, slice->name))
			return sum;
	}
	if (*count == MOST_LAYERS)
		return NULL;
	struct sqz_layer_sum *more =
	    realloc(*sums, (*count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	*sums = more;
	struct sqz_layer_sum *sum = &more[*count];
	*sum = (struct sqz_layer_sum){ .name = strdup(slice->name),
				       .has_index = has_index };
	sum->values[SQZ_LAYER_INDEX] = index;
	if (!sum->name)
		return NULL;
	(*count)++;
	return sum;
}

static uint64_t duration_ps(const struct open_slice *slice, uint64_t end_ns)
{
	uint64_t begin = slice->values[SQZ_LAYER_BEGIN_PS];
	uint64_t end = slice->values[SQZ_LAYER_END_PS];

	if (has(slice, SQZ_LAYER_BEGIN_PS) && has(slice, SQZ_LAYER_END_PS) &&
	    end >= begin)
		return end - begin;
	return end_ns > slice->begin_ns ? (end_ns - slice->begin_ns) * PS_PER_NS
					: 0;
}

static void add_slice(struct sqz_layer_sum *sum, const struct open_slice *slice,
		      uint64_t end_ns)
{
	uint64_t *crossbars = &sum->values[SQZ_LAYER_CROSSBARS];

	sum->count++;
	sum->total_ps += duration_ps(slice, end_ns);
	if (slice->values[SQZ_LAYER_CROSSBARS] > *crossbars)
		*crossbars = slice->values[SQZ_LAYER_CROSSBARS];
	for (unsigned i = SQZ_LAYER_MACS; i < SQZ_LAYER_VALUES; i++)
		sum->values[i] += slice->values[i];
}

static int end_slice(struct reading *reading, struct track_state *track,
		     const struct sqz_trace_record *record)
{
	struct sqz_summary *summary = reading->summary;
	struct sqz_layer_sum *sum = NULL;

	if (!track->depth)
		return 0;
	struct open_slice *slice = &track->open[track->depth - 1];
	note_values(slice, record);
	bool wanted = reading->image < 0 || (has(slice, SQZ_LAYER_IMAGE) &&
					     slice->values[SQZ_LAYER_IMAGE] ==
						 (uint64_t)reading->image);
	if (slice->kind == PHASE_SLICE)
		sum = find_sum(&summary->phases, &summary->phase_count, slice);
	else if (slice->kind == LAYER_SLICE && wanted)
		sum = find_sum(&summary->layers, &summary->layer_count, slice);
	else
		goto done;
	if (!sum)
		return sqz_fail(reading->err,
				"%s: out of memory, or more than %u layers",
				reading->path, MOST_LAYERS);
	add_slice(sum, slice, record->ns);
done:
	free(slice->name);
	track->depth--;
	return 0;
}

static void count(struct sqz_track_group *group,
		  enum sqz_trace_record_type type)
{
	group->slices += type == SQZ_RECORD_BEGIN;
	group->instants += type == SQZ_RECORD_INSTANT;
	group->values += type == SQZ_RECORD_COUNTER;
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct reading *reading = user;

	if (record->type == SQZ_RECORD_TRACK)
		return add_track(reading, record->track);
	if (!record->track)
		return 0;
	struct track_state *track = &reading->tracks[record->track->index];
	count(&reading->summary->groups[track->group], record->type);
	if (sqz_record_is_end(record))
		sqz_record_uint(record, "end_ps", &reading->summary->end_ps);
	if (track->watched && record->type == SQZ_RECORD_BEGIN)
		return begin_slice(reading, track, record);
	if (track->watched && record->type == SQZ_RECORD_END)
		return end_slice(reading, track, record);
	return 0;
}

/* By index; those without one at the end, as they came. */
static int compare_layers(const void *left, const void *right)
{
	const struct sqz_layer_sum *a = left;
	const struct sqz_layer_sum *b = right;
	uint64_t ai = a->has_index ? a->values[SQZ_LAYER_INDEX] : UINT64_MAX;
	uint64_t bi = b->has_index ? b->values[SQZ_LAYER_INDEX] : UINT64_MAX;

	if (ai != bi)
		return ai < bi ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void free_tracks(struct reading *reading)
{
	for (size_t i = 0; i < reading->track_count; i++) {
		struct track_state *track = &reading->tracks[i];
		for (size_t d = 0; d < track->depth; d++) {
			reading->summary->left_open +=
			    track->open[d].kind == LAYER_SLICE;
			free(track->open[d].name);
		}
		free(track->open);
	}
	free(reading->tracks);
}

int sqz_summary_read(const char *path, int64_t image,
		     struct sqz_summary *summary, struct sqz_error *err)
{
	struct reading reading = {
		.path = path, .image = image, .summary = summary, .err = err
	};

	*summary = (struct sqz_summary){ 0 };
	int failed = sqz_trace_read(path, take, &reading, &summary->file, err);
	free_tracks(&reading);
	if (failed) {
		sqz_summary_free(summary);
		return -1;
	}
	if (summary->layer_count)
		qsort(summary->layers, summary->layer_count,
		      sizeof(*summary->layers), compare_layers);
	if (!summary->file.complete)
		summary->end_ps = summary->file.last_ns * PS_PER_NS;
	return 0;
}

static void free_sums(struct sqz_layer_sum *sums, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(sums[i].name);
	free(sums);
}

void sqz_summary_free(struct sqz_summary *summary)
{
	free_sums(summary->layers, summary->layer_count);
	free_sums(summary->phases, summary->phase_count);
	for (size_t i = 0; i < summary->group_count; i++)
		free(summary->groups[i].name);
	free(summary->groups);
	*summary = (struct sqz_summary){ 0 };
}
