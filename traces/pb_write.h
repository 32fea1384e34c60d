/*
 * Protobuf wire format, writing side: each call appends at `p` and returns the
 * new end. Nothing is checked: whoever starts a packet makes sure of its
 * worst-case room first (see chunk.h), which keeps the event path short.
 *
 * Nested messages are opened with one byte for their length; most are shorter
 * than 128 bytes. pb_close() moves longer ones up, so lengths are always in
 * their shortest form.
 */
#ifndef SQZ_TRACES_PB_WRITE_H
#define SQZ_TRACES_PB_WRITE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

static inline uint8_t *pb_varint(uint8_t *p, uint64_t value)
{
	while (value >= 0x80) {
		*p++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*p++ = (uint8_t)value;
	return p;
}

static inline uint8_t *pb_tag(uint8_t *p, uint32_t field, uint32_t type)
{
	return pb_varint(p, (uint64_t)field << 3 | type);
}

static inline uint8_t *pb_uint(uint8_t *p, uint32_t field, uint64_t value)
{
	return pb_varint(pb_tag(p, field, PB_VARINT), value);
}

/* int64 and int32 fields: two's complement, negative ones take ten bytes. */
static inline uint8_t *pb_int(uint8_t *p, uint32_t field, int64_t value)
{
	return pb_uint(p, field, (uint64_t)value);
}

static inline uint8_t *pb_fixed64(uint8_t *p, uint32_t field, uint64_t value)
{
	p = pb_tag(p, field, PB_FIXED64);
	for (int i = 0; i < 8; i++)
		*p++ = (uint8_t)(value >> 8 * i);
	return p;
}

static inline uint8_t *pb_bytes(uint8_t *p, uint32_t field, const void *data,
				size_t size)
{
	p = pb_varint(pb_tag(p, field, PB_BYTES), size);
	memcpy(p, data, size);
	return p + size;
}

/* Opens a nested message; its contents start at the result. */
static inline uint8_t *pb_open(uint8_t *p, uint32_t field)
{
	return pb_tag(p, field, PB_BYTES) + 1;
}

/* Closes the message whose contents are start..p. */
static inline uint8_t *pb_close(uint8_t *start, uint8_t *p)
{
	size_t size = (size_t)(p - start);
	size_t shift = 0;

	if (size < 0x80) {
		start[-1] = (uint8_t)size;
		return p;
	}
	for (size_t rest = size; rest >= 0x80; rest >>= 7)
		shift++;
	memmove(start + shift, start, size);
	pb_varint(start - 1, size);
	return p + shift;
}

#endif
