#include "traces/page_rows.h"

#include "traces/page_text.h"
#include "traces/room.h"

#include <stdlib.h>
#include <string.h>

/* While the file is read, a row holds at most twice as many. */
#define ROW_SLICES 8192u

int page_rows_init(struct page_rows *rows)
{
	*rows = (struct page_rows){ 0 };
	return names_init(&rows->names);
}

void page_rows_free(struct page_rows *rows)
{
	for (size_t i = 0; i < rows->track_count; i++) {
		json_decref(rows->tracks[i].path);
		for (unsigned d = 0; d < PAGE_DEPTH; d++)
			free(rows->tracks[i].rows[d].slices);
	}
	free(rows->tracks);
	names_free(&rows->names);
}

/* Names and ranks from the top track down to this one. */
static json_t *track_path(const struct sqz_track_info *info)
{
	json_t *path = json_array();

	for (; info && !info->is_process; info = info->parent)
		if (json_array_insert_new(
			path, 0,
			json_pack("[oi]", page_text(info->name), info->rank))) {
			json_decref(path);
			return NULL;
		}
	return path;
}

static int add_track(struct page_rows *rows, const struct sqz_track_info *info)
{
	struct page_track *more = sqz_room_for(
	    rows->tracks, info->index, &rows->track_room, 16, sizeof(*more));
	if (!more)
		return -1;
	rows->tracks = more;
	while (rows->track_count <= info->index)
		rows->tracks[rows->track_count++] = (struct page_track){ 0 };
	struct page_track *track = &rows->tracks[info->index];
	json_decref(track->path);
	track->path = track_path(info);
	return track->path ? 0 : -1;
}

static void join(struct page_slice *into, const struct page_slice *next)
{
	if (next->end_ns > into->end_ns)
		into->end_ns = next->end_ns;
	into->busy_ns += next->busy_ns;
	into->count += next->count;
	if (into->name != next->name)
		into->name = 0;
}

static bool close_by(const struct page_slice *slice,
		     const struct page_slice *next, uint64_t ns)
{
	return next->end_ns >= slice->begin_ns &&
	       next->end_ns - slice->begin_ns <= ns;
}

/* Joins neighbours, farther ones each time, until at most `most` are left. */
static void coarsen(struct page_row *row, size_t most)
{
	while (row->count > most) {
		size_t kept = 0;
		row->joined_ns = row->joined_ns ? 2 * row->joined_ns : 64;
		for (size_t i = 1; i < row->count; i++) {
			struct page_slice *last = &row->slices[kept];
			if (close_by(last, &row->slices[i], row->joined_ns) ||
			    row->joined_ns >> 62)
				join(last, &row->slices[i]);
			else
				row->slices[++kept] = row->slices[i];
		}
		row->count = kept + 1;
	}
}

static int add_slice(struct page_row *row, const struct page_slice *slice)
{
	if (row->count && row->joined_ns &&
	    close_by(&row->slices[row->count - 1], slice, row->joined_ns)) {
		join(&row->slices[row->count - 1], slice);
		return 0;
	}
	if (row->count == 2 * ROW_SLICES)
		coarsen(row, ROW_SLICES);
	struct page_slice *more = sqz_room_for(row->slices, row->count,
					       &row->room, 16, sizeof(*more));
	if (!more)
		return -1;
	row->slices = more;
	row->slices[row->count++] = *slice;
	return 0;
}

static int begin_slice(struct page_rows *rows, struct page_track *track,
		       const struct sqz_trace_record *record)
{
	if (track->depth++ >= PAGE_DEPTH)
		return 0;
	track->open[track->depth - 1] = (struct page_slice){
		.begin_ns = record->ns,
		.name =
		    names_find(&rows->names, record->name ? record->name : "?"),
		.count = 1,
	};
	return 0;
}

static int end_slice(struct page_track *track, uint64_t ns)
{
	if (!track->depth)
		return 0;
	if (track->depth-- > PAGE_DEPTH)
		return 0;
	struct page_slice *slice = &track->open[track->depth];
	slice->end_ns = ns > slice->begin_ns ? ns : slice->begin_ns;
	slice->busy_ns = slice->end_ns - slice->begin_ns;
	return add_slice(&track->rows[track->depth], slice);
}

int page_rows_take(struct page_rows *rows,
		   const struct sqz_trace_record *record)
{
	if (record->type == SQZ_RECORD_TRACK)
		return add_track(rows, record->track);
	if (!record->track)
		return 0;
	struct page_track *track = &rows->tracks[record->track->index];
	if (record->type == SQZ_RECORD_BEGIN)
		return begin_slice(rows, track, record);
	if (record->type == SQZ_RECORD_END)
		return end_slice(track, record->ns);
	return 0;
}

static size_t slices_of(const struct page_rows *rows)
{
	size_t sum = 0;

	for (size_t i = 0; i < rows->track_count; i++)
		for (unsigned d = 0; d < PAGE_DEPTH; d++)
			sum += rows->tracks[i].rows[d].count;
	return sum;
}

int page_rows_finish(struct page_rows *rows, uint64_t last_ns,
		     size_t most_slices)
{
	for (size_t i = 0; i < rows->track_count; i++)
		while (rows->tracks[i].depth)
			if (end_slice(&rows->tracks[i], last_ns))
				return -1;
	for (size_t most = ROW_SLICES; most && slices_of(rows) > most_slices;
	     most = most * 3 / 4)
		for (size_t i = 0; i < rows->track_count; i++)
			for (unsigned d = 0; d < PAGE_DEPTH; d++)
				coarsen(&rows->tracks[i].rows[d], most);
	return 0;
}

static json_t *row_slices(const struct page_row *row)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->count; i++) {
		const struct page_slice *slice = &row->slices[i];
		const uint64_t values[] = { slice->begin_ns,
					    slice->end_ns - slice->begin_ns,
					    slice->name, slice->count,
					    slice->busy_ns };
		for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++)
			if (json_array_append_new(
				list, json_integer((json_int_t)values[v]))) {
				json_decref(list);
				return NULL;
			}
	}
	return list;
}

static int add_row(json_t *list, const struct page_track *track, unsigned depth)
{
	const struct page_row *row = &track->rows[depth];

	if (!row->count)
		return 0;
	return json_array_append_new(
	    list, json_pack("{s:O, s:i, s:o}", "path", track->path, "depth",
			    (int)depth, "slices", row_slices(row)));
}

json_t *page_rows_json(const struct page_rows *rows)
{
	json_t *names = json_array();
	json_t *list = json_array();
	int failed = json_array_append_new(names, json_string("several"));

	for (uint32_t i = 0; i < rows->names.count; i++)
		failed |= json_array_append_new(
		    names, page_text(rows->names.all[i].text));
	for (size_t i = 0; i < rows->track_count; i++)
		for (unsigned d = 0; d < PAGE_DEPTH; d++)
			failed |= add_row(list, &rows->tracks[i], d);
	json_t *both = json_pack("{s:o, s:o}", "names", names, "rows", list);
	if (failed) {
		json_decref(both);
		return NULL;
	}
	return both;
}
