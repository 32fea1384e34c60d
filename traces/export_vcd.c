#include "traces/export.h"
#include "traces/names.h"
#include "traces/room.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum change_kind { CHANGE_DEPTH, CHANGE_NAME, CHANGE_INSTANT, CHANGES };

struct change {
	uint64_t ns;
	uint64_t order; /* of the file, which is that of time within a track */
	uint32_t track;
	uint32_t kind; /* enum change_kind */
	int64_t value; /* depth, counter, or number of the name */
};

struct vcd_track {
	char *name;
	char *scope; /* the parent's name */
	uint32_t parent;
	uint32_t index;
	bool is_counter;
	bool has_slices;
	bool has_instants;
	uint32_t *open; /* numbers of the names of open slices */
	size_t depth;
	size_t room;
};

struct export
{
	const char *path;
	FILE *file;
	struct sqz_error *err;
	struct names names;
	struct vcd_track *tracks;
	size_t track_count;
	size_t track_room;
	struct change *changes;
	size_t change_count;
	size_t change_room;
};

static int no_memory(const struct export *out)
{
	return sqz_fail(out->err, "%s: out of memory", out->path);
}

/* ---- reading ---- */

static int add_track(struct export *out, const struct sqz_track_info *info)
{
	struct vcd_track *tracks = sqz_room_for(
	    out->tracks, info->index, &out->track_room, 256, sizeof(*tracks));
	if (!tracks)
		return no_memory(out);
	out->tracks = tracks;
	struct vcd_track *track = &out->tracks[info->index];
	*track = (struct vcd_track){
		.name = strdup(info->name),
		.scope = strdup(info->parent ? info->parent->name : "trace"),
		.parent = info->parent ? info->parent->index + 1 : 0,
		.index = info->index,
		.is_counter = info->is_counter,
	};
	out->track_count = info->index + 1;
	return track->name && track->scope ? 0 : no_memory(out);
}

static int add_change(struct export *out, const struct sqz_trace_record *record,
		      enum change_kind kind, int64_t value)
{
	struct change *changes =
	    sqz_room_for(out->changes, out->change_count, &out->change_room,
			 4096, sizeof(*changes));
	if (!changes)
		return no_memory(out);
	out->changes = changes;
	out->changes[out->change_count] =
	    (struct change){ record->ns, out->change_count,
			     record->track->index, kind, value };
	out->change_count++;
	return 0;
}

static int put_depth(struct export *out, struct vcd_track *track,
		     const struct sqz_trace_record *record)
{
	int64_t name = track->depth ? track->open[track->depth - 1] : 0;

	return add_change(out, record, CHANGE_DEPTH, (int64_t)track->depth) ||
	       add_change(out, record, CHANGE_NAME, name);
}

static int begin_slice(struct export *out, struct vcd_track *track,
		       const struct sqz_trace_record *record)
{
	uint32_t *open = sqz_room_for(track->open, track->depth, &track->room,
				      4, sizeof(*open));
	if (!open)
		return no_memory(out);
	track->open = open;
	track->has_slices = true;
	track->open[track->depth++] =
	    names_find(&out->names, record->name ? record->name : "?");
	return put_depth(out, track, record);
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct export *out = user;

	if (record->type == SQZ_RECORD_TRACK)
		return add_track(out, record->track);
	if (!record->track)
		return 0;
	struct vcd_track *track = &out->tracks[record->track->index];
	switch (record->type) {
	case SQZ_RECORD_BEGIN:
		return begin_slice(out, track, record);
	case SQZ_RECORD_END:
		if (!track->depth)
			return 0;
		track->depth--;
		return put_depth(out, track, record);
	case SQZ_RECORD_COUNTER:
		return add_change(out, record, CHANGE_DEPTH, record->value);
	default:
		track->has_instants = true;
		return add_change(out, record, CHANGE_INSTANT, 1);
	}
}

/* ---- writing ---- */

/* What VCD takes as a word. */
static void put_word(const char *text, FILE *file)
{
	for (; *text; text++)
		putc(isgraph((unsigned char)*text) && *text != '\\' &&
			     *text != '$'
			 ? *text
			 : '_',
		     file);
}

static void put_identifier(const char *text, FILE *file)
{
	for (; *text; text++)
		putc(isalnum((unsigned char)*text) ? *text : '_', file);
}

/* The short code of a variable: digits of base 94 from '!' on. */
static void put_code(uint32_t track, unsigned kind, FILE *file)
{
	uint64_t number = (uint64_t)track * CHANGES + kind;

	do {
		putc((int)('!' + number % 94), file);
		number /= 94;
	} while (number);
}

static void put_variable(const struct vcd_track *track, const char *type,
			 unsigned bits, enum change_kind kind,
			 const char *ending, FILE *file)
{
	fprintf(file, "$var %s %u ", type, bits);
	put_code(track->index, kind, file);
	putc(' ', file);
	put_identifier(track->name, file);
	fprintf(file, "%s $end\n", ending);
}

static void declare(const struct vcd_track *track, FILE *file)
{
	if (track->is_counter)
		put_variable(track, "wire", 64, CHANGE_DEPTH, "", file);
	if (track->has_slices) {
		put_variable(track, "wire", 16, CHANGE_DEPTH, "", file);
		put_variable(track, "string", 1, CHANGE_NAME, "_name", file);
	}
	if (track->has_instants)
		put_variable(track, "event", 1, CHANGE_INSTANT, "_event", file);
}

static int by_parent(const void *left, const void *right)
{
	const struct vcd_track *a = left;
	const struct vcd_track *b = right;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static void declare_all(const struct export *out)
{
	FILE *file = out->file;

	fputs("$version sqz trace export $end\n$timescale 1 ns $end\n", file);
	for (size_t i = 0; i < out->track_count; i++) {
		const struct vcd_track *track = &out->tracks[i];
		if (!i || track->parent != track[-1].parent) {
			fputs(i ? "$upscope $end\n$scope module "
				: "$scope module ",
			      file);
			put_identifier(track->scope, file);
			fputs(" $end\n", file);
		}
		declare(track, file);
	}
	fputs(out->track_count ? "$upscope $end\n" : "", file);
	fputs("$enddefinitions $end\n", file);
}

static void put_binary(int64_t value, FILE *file)
{
	int bit = 63;

	while (bit && !((uint64_t)value >> bit & 1))
		bit--;
	putc('b', file);
	for (; bit >= 0; bit--)
		putc((uint64_t)value >> bit & 1 ? '1' : '0', file);
	putc(' ', file);
}

static void put_change(const struct export *out, uint32_t track, unsigned kind,
		       int64_t value)
{
	if (kind == CHANGE_DEPTH) {
		put_binary(value, out->file);
	} else if (kind == CHANGE_NAME) {
		putc('s', out->file);
		put_word(value ? out->names.all[value - 1].text : "-",
			 out->file);
		putc(' ', out->file);
	} else {
		putc('1', out->file);
	}
	put_code(track, kind, out->file);
	putc('\n', out->file);
}

static void put_first_values(const struct export *out)
{
	fputs("#0\n$dumpvars\n", out->file);
	for (size_t i = 0; i < out->track_count; i++) {
		const struct vcd_track *track = &out->tracks[i];
		if (track->is_counter || track->has_slices)
			put_change(out, track->index, CHANGE_DEPTH, 0);
		if (track->has_slices)
			put_change(out, track->index, CHANGE_NAME, 0);
	}
	fputs("$end\n", out->file);
}

static int by_time(const void *left, const void *right)
{
	const struct change *a = left;
	const struct change *b = right;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static void put_changes(const struct export *out)
{
	uint64_t now = 0;

	for (size_t i = 0; i < out->change_count; i++) {
		const struct change *change = &out->changes[i];
		if (change->ns != now)
			fprintf(out->file, "#%" PRIu64 "\n", change->ns);
		now = change->ns;
		put_change(out, change->track, change->kind, change->value);
	}
}

static void write_all(struct export *out)
{
	if (out->track_count)
		qsort(out->tracks, out->track_count, sizeof(*out->tracks),
		      by_parent);
	if (out->change_count)
		qsort(out->changes, out->change_count, sizeof(*out->changes),
		      by_time);
	declare_all(out);
	put_first_values(out);
	put_changes(out);
}

int sqz_export_vcd(const char *path, FILE *file, struct sqz_error *err)
{
	struct export *out = calloc(1, sizeof(*out));
	struct sqz_trace_result result;
	int failed = -1;

	if (!out || names_init(&out->names)) {
		if (out)
			names_free(&out->names);
		free(out);
		return sqz_fail(err, "%s: out of memory", path);
	}
	out->path = path;
	out->file = file;
	out->err = err;
	failed = sqz_trace_read(path, take, out, &result, err);
	if (!failed)
		write_all(out);
	for (size_t i = 0; i < out->track_count; i++) {
		free(out->tracks[i].name);
		free(out->tracks[i].scope);
		free(out->tracks[i].open);
	}
	free(out->tracks);
	free(out->changes);
	names_free(&out->names);
	free(out);
	return failed;
}
