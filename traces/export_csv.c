#include "traces/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "traces/room.h"

struct open_slice {
	uint64_t begin_ns;
	char *name;
	char *category;
	char *args; /* of its begin */
};

struct track_state {
	struct open_slice *open;
	size_t depth;
	size_t room;
};

struct export
{
	const char *path;
	FILE *file;
	struct sqz_error *err;
	struct track_state *tracks; /* by their index */
	size_t track_count;
	size_t track_room;
};

static int no_memory(const struct export *out)
{
	return sqz_fail(out->err, "%s: out of memory", out->path);
}

/* Control characters would break lines. */
static void put_text(const char *text, FILE *file)
{
	for (; text && *text; text++) {
		if (*text == '"')
			putc('"', file);
		putc((unsigned char)*text < ' ' ? '?' : *text, file);
	}
}

static void put_quoted(const char *text, FILE *file)
{
	putc('"', file);
	put_text(text, file);
	putc('"', file);
}

static void put_path(const struct sqz_track_info *track, FILE *file)
{
	if (track->parent && !track->parent->is_process) {
		put_path(track->parent, file);
		putc('/', file);
	}
	put_text(track->name, file);
}

static void put_arg(const struct sqz_trace_arg *arg, FILE *file)
{
	fprintf(file, "%s=", arg->name ? arg->name : "?");
	if (arg->kind == SQZ_TRACE_STRING)
		fputs(arg->value.s, file);
	else if (arg->kind == SQZ_TRACE_INT)
		fprintf(file, "%" PRId64, arg->value.i);
	else
		fprintf(file, "%" PRIu64, arg->value.u);
}

/* "key=value;key=value", to be freed; NULL: out of memory. */
static char *args_of(const struct sqz_trace_record *record, const char *before)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fputs(before, file);
	for (uint32_t i = 0; i < record->extra.arg_count; i++) {
		if (i || *before)
			putc(';', file);
		put_arg(&record->extra.args[i], file);
	}
	fclose(file);
	return text;
}

static void put_line(const struct export *out, const char *kind,
		     const struct sqz_trace_record *record, uint64_t begin_ns,
		     const char *name, const char *category, const char *args)
{
	FILE *file = out->file;

	fprintf(file, "%s,\"", kind);
	put_path(record->track, file);
	fprintf(file, "\",%" PRIu64 ",%" PRIu64 ",", begin_ns, record->ns);
	put_quoted(category, file);
	putc(',', file);
	put_quoted(name, file);
	putc(',', file);
	if (record->type == SQZ_RECORD_COUNTER)
		fprintf(file, "%" PRId64, record->value);
	putc(',', file);
	put_quoted(args, file);
	putc('\n', file);
}

static int add_track(struct export *out, const struct sqz_track_info *info)
{
	struct track_state *tracks = sqz_room_for(
	    out->tracks, info->index, &out->track_room, 256, sizeof(*tracks));
	if (!tracks)
		return no_memory(out);
	out->tracks = tracks;
	out->tracks[info->index] = (struct track_state){ 0 };
	out->track_count = info->index + 1;
	return 0;
}

static int begin_slice(struct export *out, struct track_state *track,
		       const struct sqz_trace_record *record)
{
	struct open_slice *open = sqz_room_for(track->open, track->depth,
					       &track->room, 4, sizeof(*open));
	if (!open)
		return no_memory(out);
	track->open = open;
	struct open_slice *slice = &track->open[track->depth++];
	*slice = (struct open_slice){
		.begin_ns = record->ns,
		.name = strdup(record->name ? record->name : ""),
		.category = strdup(record->category ? record->category : ""),
		.args = args_of(record, ""),
	};
	return slice->name && slice->category && slice->args ? 0
							     : no_memory(out);
}

static void free_slice(struct open_slice *slice)
{
	free(slice->name);
	free(slice->category);
	free(slice->args);
}

static int end_slice(struct export *out, struct track_state *track,
		     const struct sqz_trace_record *record)
{
	if (!track->depth)
		return 0;
	struct open_slice *slice = &track->open[--track->depth];
	char *args = args_of(record, slice->args);
	if (args)
		put_line(out, "slice", record, slice->begin_ns, slice->name,
			 slice->category, args);
	free(args);
	free_slice(slice);
	return args ? 0 : no_memory(out);
}

static int put_point(struct export *out, const struct sqz_trace_record *record)
{
	char *args = args_of(record, "");

	if (args)
		put_line(
		    out,
		    record->type == SQZ_RECORD_COUNTER ? "counter" : "instant",
		    record, record->ns, record->name, record->category, args);
	free(args);
	return args ? 0 : no_memory(out);
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct export *out = user;

	if (record->type == SQZ_RECORD_TRACK)
		return add_track(out, record->track);
	if (!record->track)
		return 0;
	struct track_state *track = &out->tracks[record->track->index];
	if (record->type == SQZ_RECORD_BEGIN)
		return begin_slice(out, track, record);
	if (record->type == SQZ_RECORD_END)
		return end_slice(out, track, record);
	return put_point(out, record);
}

int sqz_export_csv(const char *path, FILE *file, struct sqz_error *err)
{
	struct export out = { .path = path, .file = file, .err = err };
	struct sqz_trace_result result;

	fputs("kind,track,begin_ns,end_ns,category,name,value,args\n", file);
	int failed = sqz_trace_read(path, take, &out, &result, err);
	for (size_t i = 0; i < out.track_count; i++) {
		while (out.tracks[i].depth)
			free_slice(&out.tracks[i].open[--out.tracks[i].depth]);
		free(out.tracks[i].open);
	}
	free(out.tracks);
	return failed;
}
