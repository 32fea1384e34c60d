#include "traces/causes.h"

#include "traces/causes_build.h"
#include "traces/room.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PS_PER_NS   1000u
#define MOST_NAMES  256u
#define FIRST_ROOM  1024u
#define MARKS_TRACK "marks of node %u%n"

/* The annotations of the first, second ... cause. */
static const struct {
	const char *after, *delay, *work;
} CAUSE_KEYS[SQZ_MOST_CAUSES] = {
	{ "after", "delay_ps", "work" },
	{ "after_2", "delay_2_ps", "work_2" },
	{ "after_3", "delay_3_ps", "work_3" },
	{ "after_4", "delay_4_ps", "work_4" },
};

static const char *text_arg(const struct sqz_trace_record *record,
			    const char *name)
{
	for (uint32_t i = 0; i < record->extra.arg_count; i++) {
		const struct sqz_trace_arg *arg = &record->extra.args[i];
		if (arg->kind == SQZ_TRACE_STRING && arg->name &&
		    !strcmp(arg->name, name))
			return arg->value.s;
	}
	return NULL;
}

static int find_name(struct causes_build *build, struct sqz_names *names,
		     const char *name, uint8_t *index)
{
	size_t i = 0;

	while (i < names->count && strcmp(names->all[i], name))
		i++;
	*index = (uint8_t)i;
	if (i < names->count)
		return 0;
	if (i == MOST_NAMES)
		return sqz_fail(build->err,
				"%s: more than %u names of packets, marks or "
				"kinds of work",
				build->path, MOST_NAMES);
	char **all = realloc(names->all, (i + 1) * sizeof(*all));
	if (!all)
		return causes_no_memory(build);
	names->all = all;
	all[i] = strdup(name);
	if (!all[i])
		return causes_no_memory(build);
	names->count++;
	return 0;
}

/* ---- causes of an event ---- */

static int add_cause(struct causes_build *build, struct sqz_event *event,
		     uint64_t after, uint64_t delay_ps, const char *work)
{
	struct sqz_cause_graph *to = build->causes;
	struct sqz_cause_edge *causes =
	    sqz_room_for(to->causes, to->cause_count, &build->cause_room,
			 FIRST_ROOM, sizeof(*causes));
	if (!causes)
		return causes_no_memory(build);
	to->causes = causes;
	uint64_t *ids =
	    sqz_room_for(build->after, to->cause_count, &build->after_room,
			 FIRST_ROOM, sizeof(*ids));
	if (!ids)
		return causes_no_memory(build);
	build->after = ids;
	struct sqz_cause_edge *cause = &causes[to->cause_count];
	*cause = (struct sqz_cause_edge){ .delay_ps = delay_ps };
	if (find_name(build, &to->works, work, &cause->work))
		return -1;
	ids[to->cause_count++] = after;
	event->causes++;
	return 0;
}

static int take_causes(struct causes_build *build, struct sqz_event *event,
		       const struct sqz_trace_record *record)
{
	event->first_cause = build->causes->cause_count;
	event->at_ps = SQZ_NO_TIME;
	for (unsigned i = 0; i < SQZ_MOST_CAUSES; i++) {
		uint64_t after, delay_ps = 0;
		const char *work = text_arg(record, CAUSE_KEYS[i].work);

		if (!sqz_record_uint(record, CAUSE_KEYS[i].after, &after))
			break;
		sqz_record_uint(record, CAUSE_KEYS[i].delay, &delay_ps);
		if (add_cause(build, event, after, delay_ps,
			      work ? work : "control"))
			return -1;
	}
	if (event->causes || sqz_record_uint(record, "at_ps", &event->at_ps))
		return 0;
	return sqz_fail(build->err,
			"%s: event %" PRIu64 " has no cause and no time of its "
			"own",
			build->path, event->id);
}

static int add_event(struct causes_build *build, struct sqz_event *event,
		     const struct sqz_trace_record *record)
{
	struct sqz_cause_graph *to = build->causes;
	struct sqz_event *events =
	    sqz_room_for(to->events, to->count, &build->event_room, FIRST_ROOM,
			 sizeof(*events));

	if (!events || to->count >= UINT32_MAX - 1)
		return causes_no_memory(build);
	to->events = events;
	if (find_name(build, &to->names, record->name, &event->name) ||
	    take_causes(build, event, record))
		return -1;
	events[to->count++] = *event;
	return 0;
}

/* ---- records ---- */

/* Timestamps are rounded down; where that matters, the time stands beside. */
static uint64_t time_of(const struct sqz_trace_record *record)
{
	uint64_t ps = record->ns * PS_PER_NS;

	sqz_record_uint(record, "at_ps", &ps);
	return ps;
}

static int take_packet(struct causes_build *build,
		       const struct sqz_trace_record *record)
{
	uint64_t src = 0, dst = 0, layer = SQZ_NO_LAYER, bytes = 0;
	struct sqz_event event = { .ps = record->ns * PS_PER_NS,
				   .arrived_ps = SQZ_NO_TIME,
				   .accepted_ps = SQZ_NO_TIME };

	if (!sqz_record_uint(record, "id", &event.id) ||
	    !sqz_record_uint(record, "src", &src) ||
	    !sqz_record_uint(record, "dst", &dst) ||
	    !sqz_record_uint(record, "payload_bytes", &bytes) ||
	    src > UINT16_MAX || dst > UINT16_MAX || bytes > UINT32_MAX)
		return sqz_fail(build->err,
				"%s: packet %" PRIu64 " is not described",
				build->path, event.id);
	sqz_record_uint(record, "layer", &layer);
	sqz_record_uint(record, "created_ps", &event.ps);
	if (!sqz_record_uint(record, "cause", &event.led_by))
		sqz_record_uint(record, CAUSE_KEYS[0].after, &event.led_by);
	event.node = (uint16_t)src;
	event.dst = (uint16_t)dst;
	event.payload_bytes = (uint32_t)bytes;
	event.layer = (uint16_t)layer;
	return add_event(build, &event, record);
}

static int take_mark(struct causes_build *build,
		     const struct sqz_trace_record *record)
{
	unsigned node = 0;
	int used = 0;
	uint64_t layer = SQZ_NO_LAYER;
	struct sqz_event event = { .is_mark = true,
				   .arrived_ps = SQZ_NO_TIME,
				   .accepted_ps = SQZ_NO_TIME,
				   .ps = time_of(record) };

	if (!sqz_record_uint(record, "id", &event.id) || !record->track ||
	    sscanf(record->track->name, MARKS_TRACK, &node, &used) != 1 ||
	    record->track->name[used] || node > UINT16_MAX)
		return sqz_fail(build->err,
				"%s: mark %" PRIu64 " has no id or no node",
				build->path, event.id);
	sqz_record_uint(record, "layer", &layer);
	event.node = event.dst = (uint16_t)node;
	event.layer = (uint16_t)layer;
	return add_event(build, &event, record);
}

static int take_arrival(struct causes_build *build,
			const struct sqz_trace_record *record)
{
	struct causes_arrival *arrivals =
	    sqz_room_for(build->arrivals, build->arrival_count,
			 &build->arrival_room, FIRST_ROOM, sizeof(*arrivals));
	struct causes_arrival arrival = {
		.ps = time_of(record),
		.accepted = !strcmp(record->category, "accepted"),
	};

	if (!arrivals)
		return causes_no_memory(build);
	build->arrivals = arrivals;
	if (!sqz_record_uint(record, "id", &arrival.id))
		return sqz_fail(build->err, "%s: a packet has no id",
				build->path);
	arrivals[build->arrival_count++] = arrival;
	return 0;
}

static int take_layer(struct causes_build *build,
		      const struct sqz_trace_record *record)
{
	struct sqz_names *layers = &build->causes->layers;
	uint64_t layer;

	if (!sqz_record_uint(record, "layer", &layer) || layer >= SQZ_NO_LAYER)
		return 0;
	if (layer >= layers->count) {
		char **all = realloc(layers->all, (layer + 1) * sizeof(*all));
		if (!all)
			return causes_no_memory(build);
		layers->all = all;
		while (layers->count <= layer)
			all[layers->count++] = NULL;
	}
	if (!layers->all[layer])
		layers->all[layer] = strdup(record->name);
	return layers->all[layer] ? 0 : causes_no_memory(build);
}

static int add_setting(struct causes_build *build, const char *section,
		       const char *key, const char *value)
{
	struct sqz_cause_graph *to = build->causes;
	struct sqz_trace_setting *settings =
	    sqz_room_for(to->settings, to->setting_count, &build->setting_room,
			 256, sizeof(*settings));

	if (!settings)
		return causes_no_memory(build);
	to->settings = settings;
	struct sqz_trace_setting *setting = &settings[to->setting_count++];
	*setting = (struct sqz_trace_setting){ strdup(section), strdup(key),
					       strdup(value) };
	return setting->section && setting->key && setting->value
		   ? 0
		   : causes_no_memory(build);
}

static int take_settings(struct causes_build *build,
			 const struct sqz_trace_record *record)
{
	for (uint32_t i = 0; i < record->extra.arg_count; i++) {
		const struct sqz_trace_arg *arg = &record->extra.args[i];
		if (arg->name && arg->kind == SQZ_TRACE_STRING &&
		    add_setting(build, record->name, arg->name, arg->value.s))
			return -1;
	}
	return 0;
}

static int take_filter(struct causes_build *build,
		       const struct sqz_trace_record *record)
{
	(void)record;
	build->filtered = true;
	return 0;
}

static int take_end(struct causes_build *build,
		    const struct sqz_trace_record *record)
{
	sqz_record_uint(record, "simulated_ps", &build->causes->end_ps);
	return 0;
}

static int take(void *user, const struct sqz_trace_record *record)
{
	static const struct {
		const char *category;
		int (*take)(struct causes_build *build,
			    const struct sqz_trace_record *record);
	} TAKES[] = {
		{ "sent", take_packet },       { "arrives", take_arrival },
		{ "accepted", take_arrival },  { "mark", take_mark },
		{ "settings", take_settings }, { "filter", take_filter },
		{ "end", take_end },
	};

	if (!record->name || !record->category)
		return 0;
	if (record->type == SQZ_RECORD_BEGIN &&
	    !strcmp(record->category, "layer"))
		return take_layer(user, record);
	if (record->type != SQZ_RECORD_INSTANT)
		return 0;
	for (size_t i = 0; i < sizeof(TAKES) / sizeof(*TAKES); i++)
		if (!strcmp(record->category, TAKES[i].category))
			return TAKES[i].take(user, record);
	return 0;
}

/* ---- the whole ---- */

static int check_file(struct causes_build *build,
		      const struct sqz_trace_result *file)
{
	const struct sqz_cause_graph *causes = build->causes;
	const char *path = build->path;
	const char *cycle = sqz_causes_setting(causes, "noc", "cycle_ns");

	if (!file->complete)
		return sqz_fail(build->err,
				"%s: is cut; what things waited for can only "
				"be told for a whole run",
				path);
	if (build->filtered)
		return sqz_fail(build->err,
				"%s: holds only some nodes or some time; trace "
				"without --trace-nodes and --trace-window",
				path);
	if (!causes->count)
		return sqz_fail(build->err,
				"%s: holds no packets; trace the run with "
				"--trace-level packets",
				path);
	if (cycle)
		build->causes->cycle_ps =
		    (uint64_t)llround(strtod(cycle, NULL) * PS_PER_NS);
	if (!causes->cycle_ps || !causes->end_ps)
		return sqz_fail(build->err,
				"%s: lacks the run's settings or its end; "
				"trace it again",
				path);
	return 0;
}

int sqz_causes_read(const char *path, struct sqz_cause_graph *causes,
		    struct sqz_error *err)
{
	struct causes_build build = { .path = path,
				      .causes = causes,
				      .err = err };
	struct sqz_trace_result file;

	*causes = (struct sqz_cause_graph){ 0 };
	int failed = sqz_trace_read(path, take, &build, &file, err) ||
		     check_file(&build, &file) || causes_link(&build);

	free(build.after);
	free(build.arrivals);
	if (failed)
		sqz_causes_free(causes);
	return failed ? -1 : 0;
}

static void free_names(struct sqz_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->all[i]);
	free(names->all);
}

void sqz_causes_free(struct sqz_cause_graph *causes)
{
	for (size_t i = 0; i < causes->setting_count; i++) {
		free(causes->settings[i].section);
		free(causes->settings[i].key);
		free(causes->settings[i].value);
	}
	free(causes->settings);
	free_names(&causes->names);
	free_names(&causes->works);
	free_names(&causes->layers);
	free(causes->events);
	free(causes->causes);
	free(causes->order);
	*causes = (struct sqz_cause_graph){ 0 };
}

const char *sqz_causes_setting(const struct sqz_cause_graph *causes,
			       const char *section, const char *key)
{
	for (size_t i = 0; i < causes->setting_count; i++) {
		const struct sqz_trace_setting *setting = &causes->settings[i];
		if (!strcmp(setting->section, section) &&
		    !strcmp(setting->key, key))
			return setting->value;
	}
	return NULL;
}

char *sqz_causes_configuration(const struct sqz_cause_graph *causes)
{
	const char *section = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	for (size_t i = 0; i < causes->setting_count; i++) {
		const struct sqz_trace_setting *setting = &causes->settings[i];
		if (!section || strcmp(section, setting->section)) {
			fprintf(file, "%s%s = {\n", section ? "};\n" : "",
				setting->section);
			section = setting->section;
		}
		fprintf(file, "  %s = %s;\n", setting->key, setting->value);
	}
	if (section)
		fprintf(file, "};\n");
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}
