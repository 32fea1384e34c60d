/* Files and chunks: what surrounds the packets. */
#include "traces/reader.h"

#include "traces/decode.h"
#include "traces/pb_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The writer's largest chunk, and its margin. */
#define LARGEST_PACKET (65u << 20)

#define FIRST_ROOM     (1u << 18) /* bytes of both buffers, to start with */

struct buffer {
	uint8_t *data;
	size_t room;
};

struct reader {
	const char *path;
	FILE *file;
	struct decoder decoder;
	struct buffer packed;
	struct buffer raw;
	z_stream inflate;
	struct sqz_error *err;
};

static int fail_at(struct reader *reader, const char *reason)
{
	unsigned long long at = reader->decoder.result->bytes;

	return sqz_fail(reader->err, "%s: byte %llu: %s", reader->path, at,
			reason);
}

static int fail_inside(struct reader *reader, size_t offset)
{
	unsigned long long at = reader->decoder.result->bytes;

	if (reader->decoder.stopped)
		return -1;
	return sqz_fail(reader->err, "%s: chunk at byte %llu, its byte %zu: %s",
			reader->path, at, offset, reader->decoder.reason);
}

static int make_room(struct reader *reader, struct buffer *buffer, size_t size)
{
	if (size <= buffer->room)
		return 0;
	uint8_t *data = realloc(buffer->data, size);
	if (!data)
		return fail_at(reader, "out of memory");
	buffer->data = data;
	buffer->room = size;
	return 0;
}

/* 1 with the value, 0 at the end of the file, -1 if it is no varint. Counts the
 * bytes it took. */
static int get_varint(FILE *file, uint64_t *value, uint64_t *bytes)
{
	*value = 0;
	for (unsigned shift = 0; shift < 35; shift += 7) {
		int byte = getc(file);
		if (byte == EOF)
			return 0;
		(*bytes)++;
		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return 1;
	}
	return -1;
}

/* Reads one Trace.packet into `packed`: 1, 0 at the end or at a cut, -1. */
static int read_packet(struct reader *reader, size_t *size, uint64_t *bytes)
{
	uint64_t tag = 0;
	uint64_t length = 0;
	int got = get_varint(reader->file, &tag, bytes);

	if (got > 0 && tag != (TRACE_PACKET << 3 | PB_BYTES))
		got = -1;
	if (got > 0)
		got = get_varint(reader->file, &length, bytes);
	if (got < 0)
		return fail_at(reader, "not a trace packet");
	if (got == 0)
		return 0;
	if (length > LARGEST_PACKET)
		return fail_at(reader, "packet is too large");
	if (make_room(reader, &reader->packed, length))
		return -1;
	*size = fread(reader->packed.data, 1, length, reader->file);
	*bytes += *size;
	return *size == length;
}

/* Unpacks a whole zlib stream into `raw`, which grows as needed. */
static int unpack(struct reader *reader, struct pb_view packed, size_t *size)
{
	z_stream *z = &reader->inflate;
	int code = inflateReset(z);

	z->next_in = (uint8_t *)packed.at;
	z->avail_in = (uInt)pb_size(packed);
	*size = 0;
	while (code == Z_OK) {
		if (*size == reader->raw.room) {
			if (*size > LARGEST_PACKET)
				return fail_at(reader, "chunk is too large");
			if (make_room(reader, &reader->raw, *size * 2))
				return -1;
		}
		z->next_out = reader->raw.data + *size;
		z->avail_out = (uInt)(reader->raw.room - *size);
		code = inflate(z, Z_NO_FLUSH);
		*size = reader->raw.room - z->avail_out;
	}
	if (code != Z_STREAM_END || z->avail_in)
		return fail_at(reader, "damaged zlib stream");
	return 0;
}

static int read_chunk(struct reader *reader, struct pb_view packed)
{
	size_t size = 0;

	if (unpack(reader, packed, &size))
		return -1;
	const uint8_t *start = reader->raw.data;
	struct pb_view view = { start, start + size };
	struct pb_field field;
	int more = 0;
	while ((more = pb_next(&view, &field)) > 0) {
		size_t offset = (size_t)(field.bytes.at - start);
		reader->decoder.reason = "not a trace packet";
		if (field.number != TRACE_PACKET || field.type != PB_BYTES ||
		    decoder_packet(&reader->decoder, field.bytes))
			return fail_inside(reader, offset);
	}
	if (more < 0)
		return fail_at(reader, "chunk does not end with a packet");
	reader->decoder.result->chunks++;
	return 0;
}

/* A packet of the file: chunks in it, or a plain packet. */
static int take_packet(struct reader *reader, size_t size)
{
	const uint8_t *start = reader->packed.data;
	struct pb_view view = { start, start + size };
	struct pb_field field;
	bool plain = true;
	int more = 0;

	while ((more = pb_next(&view, &field)) > 0) {
		if (field.number != PACKET_COMPRESSED)
			continue;
		plain = false;
		if (read_chunk(reader, field.bytes))
			return -1;
	}
	if (more < 0)
		return fail_at(reader, "malformed packet");
	view.at = start;
	if (plain && decoder_packet(&reader->decoder, view))
		return fail_inside(reader, 0);
	return 0;
}

static int read_all(struct reader *reader)
{
	int got = 0;

	do {
		size_t size = 0;
		uint64_t bytes = 0;
		got = read_packet(reader, &size, &bytes);
		if (got > 0 && take_packet(reader, size))
			return -1;
		if (got > 0)
			reader->decoder.result->bytes += bytes;
		else if (bytes) /* cut inside a packet, whatever came before */
			reader->decoder.result->complete = false;
	} while (got > 0);
	if (got == 0 && ferror(reader->file))
		return fail_at(reader, strerror(errno));
	return got;
}

static void reader_free(struct reader *reader)
{
	decoder_free(&reader->decoder);
	inflateEnd(&reader->inflate);
	free(reader->packed.data);
	free(reader->raw.data);
}

int sqz_trace_read(const char *path,
		   int (*record)(void *user,
				 const struct sqz_trace_record *record),
		   void *user, struct sqz_trace_result *result,
		   struct sqz_error *err)
{
	struct reader reader = {
		.path = path,
		.err = err,
		.decoder = { .record = record, .user = user, .result = result }
	};
	int failed = 0;

	*result = (struct sqz_trace_result){ 0 };
	reader.file = fopen(path, "rb");
	if (!reader.file)
		return sqz_fail(err, "%s: cannot open: %s", path,
				strerror(errno));
	if (make_room(&reader, &reader.packed, FIRST_ROOM) ||
	    make_room(&reader, &reader.raw, FIRST_ROOM) ||
	    inflateInit(&reader.inflate) != Z_OK ||
	    decoder_init(&reader.decoder))
		failed = fail_at(&reader, "out of memory");
	else
		failed = read_all(&reader);
	fclose(reader.file);
	reader_free(&reader);
	return failed;
}

bool sqz_record_uint(const struct sqz_trace_record *record, const char *name,
		     uint64_t *value)
{
	for (uint32_t i = 0; i < record->extra.arg_count; i++) {
		const struct sqz_trace_arg *arg = &record->extra.args[i];
		if (arg->kind == SQZ_TRACE_UINT && arg->name &&
		    !strcmp(arg->name, name)) {
			*value = arg->value.u;
			return true;
		}
	}
	return false;
}

static bool is_marker(const struct sqz_trace_record *record, const char *name)
{
	return record->type == SQZ_RECORD_INSTANT && record->track &&
	       record->track->is_process && record->name && record->category &&
	       !strcmp(record->name, name) &&
	       !strcmp(record->category, END_MARKER_CATEGORY);
}

bool sqz_record_is_end(const struct sqz_trace_record *record)
{
	return is_marker(record, END_MARKER_NAME);
}

bool sqz_record_is_front(const struct sqz_trace_record *record)
{
	return is_marker(record, FRONT_MARKER_NAME);
}
