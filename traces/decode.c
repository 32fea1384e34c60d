#include "traces/decode.h"

#include "traces/pb_write.h"

#include <stdlib.h>
#include <string.h>

#define MOST_NAMES     (1u << 20)
#define MOST_PER_EVENT 4096u /* annotations, flows */

int decoder_init(struct decoder *decoder)
{
	decoder->generation = 1;
	decoder->args = calloc(MOST_PER_EVENT, sizeof(*decoder->args));
	decoder->flows = calloc(MOST_PER_EVENT, sizeof(*decoder->flows));
	decoder->final_flows =
	    calloc(MOST_PER_EVENT, sizeof(*decoder->final_flows));
	if (!decoder->args || !decoder->flows || !decoder->final_flows)
		return decoder_fail(decoder, "out of memory");
	return 0;
}

void decoder_free(struct decoder *decoder)
{
	for (unsigned t = INTERNED_CATEGORY; t <= INTERNED_ANNOTATION; t++) {
		struct interned_table *table = &decoder->tables[t];
		for (uint32_t i = 0; i < table->room; i++)
			free(table->all[i].text);
		free(table->all);
	}
	for (uint32_t i = 0; i < decoder->result->tracks; i++) {
		free(decoder->tracks[i]->name);
		free(decoder->tracks[i]->unit_name);
		free(decoder->tracks[i]);
	}
	free(decoder->tracks);
	free(decoder->slots);
	free(decoder->text);
	free(decoder->args);
	free(decoder->flows);
	free(decoder->final_flows);
}

char *decoder_copy(struct pb_view view)
{
	return strndup(view.at ? (const char *)view.at : "", pb_size(view));
}

static int grow_table(struct interned_table *table, uint64_t iid)
{
	uint32_t room = table->room ? table->room : 64;

	while (room <= iid)
		room *= 2;
	struct interned *all = realloc(table->all, room * sizeof(*all));
	if (!all)
		return -1;
	memset(all + table->room, 0, (room - table->room) * sizeof(*all));
	table->all = all;
	table->room = room;
	return 0;
}

static bool same_text(const char *text, struct pb_view view)
{
	size_t size = pb_size(view);

	return text && !memcmp(text, view.at, strnlen(text, size)) &&
	       strlen(text) == size;
}

static int intern(struct decoder *decoder, struct interned_table *table,
		  uint64_t iid, struct pb_view name)
{
	if (iid >= MOST_NAMES)
		return decoder_fail(decoder, "number of a name is too large");
	if (iid >= table->room && grow_table(table, iid))
		return decoder_fail(decoder, "out of memory");
	struct interned *entry = &table->all[iid];
	if (!same_text(entry->text, name)) {
		free(entry->text);
		entry->text = decoder_copy(name);
		if (!entry->text)
			return decoder_fail(decoder, "out of memory");
	}
	entry->generation = decoder->generation;
	return 0;
}

static int intern_entry(struct decoder *decoder, struct interned_table *table,
			struct pb_view view)
{
	struct pb_view name = { view.at, view.at };
	struct pb_field field;
	uint64_t iid = 0;
	int more = 0;

	while ((more = pb_next(&view, &field)) > 0) {
		if (field.number == INTERNED_IID)
			iid = field.value;
		else if (field.number == INTERNED_NAME)
			name = field.bytes;
	}
	if (more < 0)
		return decoder_fail(decoder, "malformed interned name");
	return intern(decoder, table, iid, name);
}

static int decode_interned(struct decoder *decoder, struct pb_view view)
{
	struct pb_field field;
	int more = 0;

	while ((more = pb_next(&view, &field)) > 0) {
		if (field.number > INTERNED_ANNOTATION ||
		    field.type != PB_BYTES)
			continue;
		if (intern_entry(decoder, &decoder->tables[field.number],
				 field.bytes))
			return -1;
	}
	return more ? decoder_fail(decoder, "malformed interned data") : 0;
}

static const char *resolve(struct decoder *decoder, unsigned table_number,
			   uint64_t iid)
{
	const struct interned_table *table = &decoder->tables[table_number];

	if (iid < table->room &&
	    table->all[iid].generation == decoder->generation)
		return table->all[iid].text;
	decoder->result->unresolved++;
	return NULL;
}

/* A string of the event, with a NUL, in the event's own memory. */
static const char *keep(struct decoder *decoder, struct pb_view view)
{
	char *text = decoder->text + decoder->text_used;

	memcpy(text, view.at, pb_size(view));
	text[pb_size(view)] = '\0';
	decoder->text_used += pb_size(view) + 1;
	return text;
}

static int decode_annotation(struct decoder *decoder, struct pb_view view,
			     struct sqz_trace_extra *extra)
{
	struct sqz_trace_arg arg = { 0 };
	struct pb_field field;
	int more = 0;

	while ((more = pb_next(&view, &field)) > 0) {
		if (field.number == ANNOTATION_NAME_IID)
			arg.name =
			    resolve(decoder, INTERNED_ANNOTATION, field.value);
		else if (field.number == ANNOTATION_NAME)
			arg.name = keep(decoder, field.bytes);
		else if (field.number == ANNOTATION_UINT)
			arg = sqz_trace_uint(arg.name, field.value);
		else if (field.number == ANNOTATION_INT)
			arg = sqz_trace_int(arg.name, (int64_t)field.value);
		else if (field.number == ANNOTATION_STRING)
			arg = sqz_trace_string(arg.name,
					       keep(decoder, field.bytes));
	}
	if (more < 0)
		return decoder_fail(decoder, "malformed annotation");
	if (extra->arg_count == MOST_PER_EVENT)
		return decoder_fail(decoder, "too many annotations");
	decoder->args[extra->arg_count++] = arg;
	return 0;
}

static int add_flow(struct decoder *decoder, uint64_t *flows, uint32_t *count,
		    uint64_t id)
{
	if (*count == MOST_PER_EVENT)
		return decoder_fail(decoder, "too many flows");
	flows[(*count)++] = id;
	return 0;
}

/* What an event says about itself before it becomes a record. */
struct event {
	uint64_t type;
	uint64_t track;
	struct sqz_trace_record record;
};

static int decode_field(struct decoder *decoder, const struct pb_field *field,
			struct event *event)
{
	struct sqz_trace_record *record = &event->record;
	struct sqz_trace_extra *extra = &record->extra;

	switch (field->number) {
	case EVENT_TYPE:
		event->type = field->value;
		return 0;
	case EVENT_TRACK:
		event->track = field->value;
		return 0;
	case EVENT_NAME_IID:
		record->name = resolve(decoder, INTERNED_EVENT, field->value);
		return 0;
	case EVENT_NAME:
		record->name = keep(decoder, field->bytes);
		return 0;
	case EVENT_CATEGORY_IID:
		record->category =
		    resolve(decoder, INTERNED_CATEGORY, field->value);
		return 0;
	case EVENT_CATEGORY:
		record->category = keep(decoder, field->bytes);
		return 0;
	case EVENT_COUNTER_VALUE:
		record->value = (int64_t)field->value;
		return 0;
	case EVENT_ANNOTATION:
		return decode_annotation(decoder, field->bytes, extra);
	case EVENT_FLOW:
		return add_flow(decoder, decoder->flows, &extra->flow_count,
				field->value);
	case EVENT_FINAL_FLOW:
		return add_flow(decoder, decoder->final_flows,
				&extra->final_flow_count, field->value);
	default:
		return 0;
	}
}

static int make_text_room(struct decoder *decoder, size_t size)
{
	decoder->text_used = 0;
	if (size < decoder->text_room)
		return 0;
	char *text = realloc(decoder->text, 2 * size + 1);
	if (!text)
		return decoder_fail(decoder, "out of memory");
	decoder->text = text;
	decoder->text_room = 2 * size + 1;
	return 0;
}

static int deliver(struct decoder *decoder, struct event *event)
{
	struct sqz_trace_record *record = &event->record;

	if (event->type < TYPE_BEGIN || event->type > TYPE_COUNTER)
		return decoder_fail(decoder, "unknown type of event");
	record->type = SQZ_RECORD_BEGIN + (unsigned)event->type - TYPE_BEGIN;
	record->track = decoder_find_track(decoder, event->track);
	record->extra.args = decoder->args;
	record->extra.flows = decoder->flows;
	record->extra.final_flows = decoder->final_flows;
	struct sqz_trace_result *result = decoder->result;
	result->events++;
	result->complete = sqz_record_is_end(record);
	if (record->ns > result->last_ns)
		result->last_ns = record->ns;
	decoder->stopped = decoder->record(decoder->user, record) != 0;
	return decoder->stopped ? -1 : 0;
}

static int decode_event(struct decoder *decoder, struct pb_view view,
			uint64_t ns)
{
	struct event event = { .record = { .ns = ns } };
	struct pb_field field;
	int more = 0;

	if (make_text_room(decoder, pb_size(view)))
		return -1;
	while ((more = pb_next(&view, &field)) > 0)
		if (decode_field(decoder, &field, &event))
			return -1;
	if (more < 0)
		return decoder_fail(decoder, "malformed event");
	return deliver(decoder, &event);
}

static int check_sequence(struct decoder *decoder, uint64_t id, uint64_t flags)
{
	if (!decoder->sequence_id)
		decoder->sequence_id = id;
	if (!id || id != decoder->sequence_id)
		return decoder_fail(decoder, "not a trace of squeezebox: more "
					     "than one packet sequence");
	if (flags & SEQUENCE_CLEARED)
		decoder->generation++;
	return 0;
}

struct packet {
	uint64_t ns;
	uint64_t sequence_id;
	uint64_t flags;
	struct pb_view event;
	struct pb_view interned;
	struct pb_view track;
};

static int parse_packet(struct pb_view view, struct packet *out)
{
	struct pb_field field;
	int more = 0;

	while ((more = pb_next(&view, &field)) > 0) {
		if (field.number == PACKET_TIMESTAMP)
			out->ns = field.value;
		else if (field.number == PACKET_SEQUENCE_ID)
			out->sequence_id = field.value;
		else if (field.number == PACKET_SEQUENCE_FLAGS)
			out->flags = field.value;
		else if (field.number == PACKET_EVENT)
			out->event = field.bytes;
		else if (field.number == PACKET_INTERNED)
			out->interned = field.bytes;
		else if (field.number == PACKET_TRACK)
			out->track = field.bytes;
	}
	return more;
}

int decoder_packet(struct decoder *decoder, struct pb_view view)
{
	struct packet packet = { 0 };

	if (parse_packet(view, &packet))
		return decoder_fail(decoder, "malformed packet");
	if (check_sequence(decoder, packet.sequence_id, packet.flags))
		return -1;
	if (packet.interned.at && decode_interned(decoder, packet.interned))
		return -1;
	if (packet.track.at && decoder_track(decoder, packet.track))
		return -1;
	if (packet.event.at)
		return decode_event(decoder, packet.event, packet.ns);
	return 0;
}
