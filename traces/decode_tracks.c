#include "traces/decode.h"

#include "traces/pb_write.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u /* power of two; at most half of them are used */
#define MOST_TRACKS (1u << 20)

static uint32_t *find_slot(const struct decoder *decoder, uint64_t uuid)
{
	uint32_t mask = decoder->slot_count - 1;
	uint32_t at = (uint32_t)(uuid * 0x9e3779b97f4a7c15u >> 32) & mask;

	for (;; at = (at + 1) & mask) {
		uint32_t *slot = &decoder->slots[at];
		if (!*slot || decoder->tracks[*slot - 1]->uuid == uuid)
			return slot;
	}
}

struct sqz_track_info *decoder_find_track(const struct decoder *decoder,
					  uint64_t uuid)
{
	if (!decoder->slot_count)
		return NULL;
	uint32_t index = *find_slot(decoder, uuid);

	return index ? decoder->tracks[index - 1] : NULL;
}

static int grow(struct decoder *decoder)
{
	uint32_t count =
	    decoder->slot_count ? decoder->slot_count * 2 : FIRST_SLOTS;
	struct sqz_track_info **tracks =
	    realloc(decoder->tracks, count / 2 * sizeof(*tracks));
	if (!tracks)
		return decoder_fail(decoder, "out of memory");
	decoder->tracks = tracks;

	uint32_t *slots = calloc(count, sizeof(*slots));
	if (!slots)
		return decoder_fail(decoder, "out of memory");
	free(decoder->slots);
	decoder->slots = slots;
	decoder->slot_count = count;
	for (uint32_t i = 0; i < decoder->result->tracks; i++)
		*find_slot(decoder, tracks[i]->uuid) = i + 1;
	return 0;
}

static struct sqz_track_info *add(struct decoder *decoder, uint64_t uuid)
{
	uint32_t index = decoder->result->tracks;

	if (index == MOST_TRACKS) {
		decoder_fail(decoder, "too many tracks");
		return NULL;
	}
	if (2 * index >= decoder->slot_count && grow(decoder))
		return NULL;
	struct sqz_track_info *track = calloc(1, sizeof(*track));
	if (!track) {
		decoder_fail(decoder, "out of memory");
		return NULL;
	}
	uint32_t *slot = find_slot(decoder, uuid);
	track->uuid = uuid;
	track->index = index;
	decoder->tracks[index] = track;
	decoder->result->tracks++;
	*slot = index + 1;
	return track;
}

struct description {
	uint64_t uuid;
	uint64_t parent;
	int32_t rank;
	bool is_counter;
	bool is_process;
	struct pb_view name;
	struct pb_view unit_name;
};

static int parse_counter(struct pb_view view, struct description *out)
{
	struct pb_field field;
	int more = 0;

	out->is_counter = true;
	while ((more = pb_next(&view, &field)) > 0)
		if (field.number == COUNTER_UNIT_NAME)
			out->unit_name = field.bytes;
	return more;
}

static int parse(struct pb_view view, struct description *out)
{
	struct pb_field field;
	int more = 0;

	while ((more = pb_next(&view, &field)) > 0) {
		switch (field.number) {
		case TRACK_UUID:
			out->uuid = field.value;
			break;
		case TRACK_NAME:
			out->name = field.bytes;
			break;
		case TRACK_PROCESS:
			out->is_process = true;
			break;
		case TRACK_PARENT:
			out->parent = field.value;
			break;
		case TRACK_COUNTER:
			if (parse_counter(field.bytes, out))
				return -1;
			break;
		case TRACK_RANK:
			out->rank = (int32_t)field.value;
			break;
		default:
			break;
		}
	}
	return more;
}

static int fill(struct decoder *decoder, struct sqz_track_info *track,
		const struct description *description)
{
	track->rank = description->rank;
	track->is_counter = description->is_counter;
	track->is_process = description->is_process;
	track->name = decoder_copy(description->name);
	if (description->unit_name.at)
		track->unit_name = decoder_copy(description->unit_name);
	if (!track->name || (description->unit_name.at && !track->unit_name))
		return decoder_fail(decoder, "out of memory");
	return 0;
}

int decoder_track(struct decoder *decoder, struct pb_view view)
{
	struct description description = { 0 };

	if (parse(view, &description))
		return decoder_fail(decoder, "malformed track descriptor");
	if (decoder_find_track(decoder, description.uuid))
		return 0; /* told again: allowed, and nothing new */
	/* Only tracks known before can be parents, so there are no rings. */
	struct sqz_track_info *parent =
	    decoder_find_track(decoder, description.parent);
	struct sqz_track_info *track = add(decoder, description.uuid);
	if (!track || fill(decoder, track, &description))
		return -1;
	track->parent = parent;
	struct sqz_trace_record record = { .type = SQZ_RECORD_TRACK,
					   .track = track };
	decoder->stopped = decoder->record(decoder->user, &record) != 0;
	return decoder->stopped ? -1 : 0;
}
