/*
 * From packets to records: the state of one packet sequence. Private to the
 * trace library; files and chunks are the reader's.
 */
#ifndef SQZ_TRACES_DECODE_H
#define SQZ_TRACES_DECODE_H

#include "traces/pb_read.h"
#include "traces/reader.h"
#include "traces/schema.h"

/* An interned name: holds if its generation is the current one. Writers of ours
 * keep numbers stable, so most texts are found unchanged in the next chunk. */
struct interned {
	char *text;
	uint32_t generation;
};

struct interned_table {
	struct interned *all; /* by iid */
	uint32_t room;
};

struct decoder {
	int (*record)(void *user, const struct sqz_trace_record *record);
	void *user;
	struct sqz_trace_result *result;
	bool stopped;	    /* by the call-back */
	const char *reason; /* what is wrong with the packet */

	uint64_t sequence_id; /* 0 until the first packet */
	uint32_t generation;
	struct interned_table tables[INTERNED_ANNOTATION + 1];

	struct sqz_track_info **tracks; /* in order */
	uint32_t track_room;
	uint32_t *slots; /* index + 1 by uuid, or 0; open addressing */
	uint32_t slot_count;

	/* One event's worth, reused. */
	char *text; /* at least as large as the event: strings fit with NUL */
	size_t text_room;
	size_t text_used;
	struct sqz_trace_arg *args;
	uint64_t *flows;
	uint64_t *final_flows;
};

int decoder_init(struct decoder *decoder);
void decoder_free(struct decoder *decoder);

/* Decodes one TracePacket without compressed packets in it. -1 with `reason`
 * set, or with `stopped`. */
int decoder_packet(struct decoder *decoder, struct pb_view packet);

/* Tracks (decode_tracks.c). */
struct sqz_track_info *decoder_find_track(const struct decoder *decoder,
					  uint64_t uuid);
int decoder_track(struct decoder *decoder, struct pb_view view);

/* Remembers why and returns -1. */
static inline int decoder_fail(struct decoder *decoder, const char *reason)
{
	decoder->reason = reason;
	return -1;
}

/* A string field as a C text, cut at a NUL inside. NULL: out of memory. */
char *decoder_copy(struct pb_view view);

#endif
