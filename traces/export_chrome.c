#include "traces/export.h"
#include "traces/flows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct export
{
	const char *path;
	FILE *file;
	struct sqz_error *err;
	struct flow_set flows;
	bool is_first;
};

/* JSON has no bytes below 0x20 in its strings; ours are UTF-8 already. */
static void put_string(const char *text, FILE *file)
{
	putc('"', file);
	for (; text && *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', file);
		putc((unsigned char)*text < ' ' ? '?' : *text, file);
	}
	putc('"', file);
}

static void put_time(const struct export *out, uint64_t ns)
{
	fprintf(out->file, ",\"ts\":%" PRIu64 ".%03" PRIu64, ns / 1000,
		ns % 1000);
}

/* Opens an object with what all of them have; the caller closes it. */
static void open_event(struct export *out, const char *phase, uint32_t track)
{
	fprintf(out->file, "%s{\"ph\":\"%s\",\"pid\":1,\"tid\":%" PRIu32,
		out->is_first ? "\n" : ",\n", phase, track);
	out->is_first = false;
}

static void put_path(const struct sqz_track_info *track, FILE *file)
{
	char *text = NULL;
	size_t size = 0;
	FILE *path = open_memstream(&text, &size);

	if (path) {
		if (track->parent && !track->parent->is_process)
			fprintf(path, "%s/", track->parent->name);
		fputs(track->name, path);
		fclose(path);
	}
	put_string(text, file);
	free(text);
}

static void put_track(struct export *out, const struct sqz_track_info *track)
{
	if (track->is_counter)
		return;
	open_event(out, "M", track->index);
	fprintf(out->file, ",\"name\":\"%s\",\"args\":{\"name\":",
		track->is_process ? "process_name" : "thread_name");
	put_path(track, out->file);
	fputs("}}", out->file);
	open_event(out, "M", track->index);
	fprintf(out->file,
		",\"name\":\"thread_sort_index\",\"args\":"
		"{\"sort_index\":%" PRIu32 "}}",
		track->index);
}

static void put_args(const struct sqz_trace_record *record, FILE *file)
{
	fputs(",\"args\":{", file);
	for (uint32_t i = 0; i < record->extra.arg_count; i++) {
		const struct sqz_trace_arg *arg = &record->extra.args[i];
		if (i)
			putc(',', file);
		put_string(arg->name ? arg->name : "?", file);
		putc(':', file);
		if (arg->kind == SQZ_TRACE_STRING)
			put_string(arg->value.s, file);
		else if (arg->kind == SQZ_TRACE_INT)
			fprintf(file, "%" PRId64, arg->value.i);
		else if (arg->value.u > INT64_MAX) /* no number of JSON's */
			fprintf(file, "\"%" PRIu64 "\"", arg->value.u);
		else
			fprintf(file, "%" PRIu64, arg->value.u);
	}
	putc('}', file);
}

/* "s" the first time, "t" later, "f" for the last one. */
static int put_flow(struct export *out, const struct sqz_trace_record *record,
		    uint64_t id, bool is_final)
{
	struct flow *flow = id ? flow_find(&out->flows, id) : NULL;

	if (!flow)
		return id ? sqz_fail(out->err, "%s: out of memory", out->path)
			  : 0;
	bool is_start = !flow->events++;
	if (is_start && is_final)
		return 0;
	open_event(out,
		   is_start   ? "s"
		   : is_final ? "f"
			      : "t",
		   record->track->index);
	put_time(out, record->ns);
	fprintf(out->file,
		",\"name\":\"flow\",\"cat\":\"flow\",\"bp\":\"e\",\"id\":"
		"\"0x%" PRIx64 "\"}",
		id);
	return 0;
}

static int put_flows(struct export *out, const struct sqz_trace_record *record)
{
	const struct sqz_trace_extra *extra = &record->extra;
	int failed = 0;

	for (uint32_t i = 0; i < extra->flow_count && !failed; i++)
		failed = put_flow(out, record, extra->flows[i], false);
	for (uint32_t i = 0; i < extra->final_flow_count && !failed; i++)
		failed = put_flow(out, record, extra->final_flows[i], true);
	return failed;
}

static void put_counter(struct export *out,
			const struct sqz_trace_record *record)
{
	open_event(out, "C", record->track->index);
	put_time(out, record->ns);
	fputs(",\"name\":", out->file);
	put_string(record->track->name, out->file);
	fprintf(out->file, ",\"args\":{\"value\":%" PRId64 "}}", record->value);
}

static int take(void *user, const struct sqz_trace_record *record)
{
	struct export *out = user;

	if (record->type == SQZ_RECORD_TRACK)
		put_track(out, record->track);
	if (record->type == SQZ_RECORD_TRACK || !record->track)
		return 0;
	if (record->type == SQZ_RECORD_COUNTER) {
		put_counter(out, record);
		return 0;
	}
	open_event(out,
		   record->type == SQZ_RECORD_BEGIN ? "B"
		   : record->type == SQZ_RECORD_END ? "E"
						    : "i",
		   record->track->index);
	put_time(out, record->ns);
	if (record->type != SQZ_RECORD_END) {
		fputs(",\"name\":", out->file);
		put_string(record->name ? record->name : "?", out->file);
		fputs(",\"cat\":", out->file);
		put_string(record->category ? record->category : "", out->file);
	}
	if (record->type == SQZ_RECORD_INSTANT)
		fputs(",\"s\":\"t\"", out->file);
	put_args(record, out->file);
	putc('}', out->file);
	return put_flows(out, record);
}

int sqz_export_chrome(const char *path, FILE *file, struct sqz_error *err)
{
	struct export out = {
		.path = path, .file = file, .err = err, .is_first = true
	};
	struct sqz_trace_result result;

	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", file);
	int failed = sqz_trace_read(path, take, &out, &result, err);
	fputs("\n]}\n", file);
	flow_free(&out.flows);
	return failed;
}
