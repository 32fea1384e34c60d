#include "rawtrace.h"

#include "suite.h"
#include "traces/pb_write.h"
#include "traces/schema.h"

#include <zlib.h>

static uint64_t varint(const uint8_t **at)
{
	uint64_t value = 0;

	for (unsigned shift = 0;; shift += 7) {
		uint8_t byte = *(*at)++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
}

void raw_find_chunks(const struct sqz_bytes *file, struct raw_chunks *chunks)
{
	const uint8_t *at = file->data;

	chunks->count = 0;
	while (at < file->data + file->size) {
		ck_assert_uint_eq(varint(&at), 0x0a);
		uint64_t size = varint(&at);
		at += size;
		ck_assert_uint_lt(chunks->count, RAW_CHUNKS);
		chunks->ends[chunks->count++] = (size_t)(at - file->data);
	}
	ck_assert_ptr_eq(at, file->data + file->size);
}

struct sqz_bytes raw_unpack(const struct sqz_bytes *file)
{
	struct sqz_bytes all = { .data = malloc(64u << 20) };
	const uint8_t *at = file->data;

	while (at < file->data + file->size) {
		varint(&at);
		varint(&at);
		ck_assert_uint_eq(varint(&at), 50u << 3 | 2);
		uint64_t size = varint(&at);
		uLongf got = (64u << 20) - all.size;
		ck_assert_int_eq(
		    uncompress(all.data + all.size, &got, at, size), Z_OK);
		all.size += got;
		at += size;
	}
	return all;
}

void raw_write(const char *path, const void *data, size_t size)
{
	struct sqz_error err;

	ck_assert_msg(sqz_write_file(path, data, size, &err) == 0, "%s",
		      err.text);
}

void raw_start(struct raw_builder *builder)
{
	builder->at = builder->data;
	uint8_t *start = raw_packet(builder, SEQUENCE_CLEARED);
	raw_end(builder, start, builder->at);
	raw_track(builder, 1, "squeezebox", 0);
}

uint8_t *raw_packet(struct raw_builder *builder, uint32_t flags)
{
	uint8_t *start = pb_open(builder->at, TRACE_PACKET);

	builder->at = pb_uint(start, PACKET_SEQUENCE_ID, 1);
	builder->at = pb_uint(builder->at, PACKET_SEQUENCE_FLAGS, flags);
	return start;
}

void raw_end(struct raw_builder *builder, uint8_t *start, uint8_t *end)
{
	builder->at = pb_close(start, end);
	ck_assert(builder->at < builder->data + sizeof(builder->data));
}

void raw_track(struct raw_builder *builder, uint64_t uuid, const char *name,
	       uint64_t parent)
{
	uint8_t *packet = raw_packet(builder, 0);
	uint8_t *start = pb_open(builder->at, PACKET_TRACK);
	uint8_t *p = pb_uint(start, TRACK_UUID, uuid);

	p = pb_bytes(p, TRACK_NAME, name, strlen(name));
	if (parent)
		p = pb_uint(p, TRACK_PARENT, parent);
	else
		p = pb_bytes(p, TRACK_PROCESS, "", 0);
	raw_end(builder, packet, pb_close(start, p));
}

void raw_event(struct raw_builder *builder, uint32_t type, uint64_t track,
	       uint64_t ns, const char *name, uint64_t flow,
	       uint64_t final_flow)
{
	uint8_t *packet = raw_packet(builder, 0);
	uint8_t *p = pb_uint(builder->at, PACKET_TIMESTAMP, ns);
	uint8_t *start = pb_open(p, PACKET_EVENT);

	p = pb_uint(start, EVENT_TYPE, type);
	p = pb_uint(p, EVENT_TRACK, track);
	if (name)
		p = pb_bytes(p, EVENT_NAME, name, strlen(name));
	if (flow)
		p = pb_fixed64(p, EVENT_FLOW, flow);
	if (final_flow)
		p = pb_fixed64(p, EVENT_FINAL_FLOW, final_flow);
	raw_end(builder, packet, pb_close(start, p));
}

void raw_save(const struct raw_builder *builder, const char *path)
{
	raw_write(path, builder->data, (size_t)(builder->at - builder->data));
}
