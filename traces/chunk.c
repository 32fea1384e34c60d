#include "traces/chunk.h"

#include "traces/pb_write.h"
#include "traces/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Part of the format's promise of equal bytes. Level 1 packs event streams
 * within 15 % of level 6 at a quarter of its time. */
#define ZLIB_LEVEL  1

#define PACKET_HEAD 32u /* room for tags and lengths before the zlib stream */

static size_t raw_room(uint32_t chunk_bytes)
{
	return (size_t)chunk_bytes + CHUNK_MARGIN;
}

int chunk_init(struct chunk *chunk, int file, uint32_t chunk_bytes)
{
	*chunk = (struct chunk){ .file = file, .serial = 1 };
	if (deflateInit(&chunk->deflate, ZLIB_LEVEL) != Z_OK)
		return -1;
	chunk->packed_room =
	    deflateBound(&chunk->deflate, raw_room(chunk_bytes));
	chunk->raw = malloc(raw_room(chunk_bytes));
	chunk->packed = malloc(PACKET_HEAD + chunk->packed_room);
	if (!chunk->raw || !chunk->packed)
		return -1;
	chunk->at = chunk->raw;
	chunk->due = chunk->raw + chunk_bytes;
	return 0;
}

void chunk_free(struct chunk *chunk)
{
	deflateEnd(&chunk->deflate);
	free(chunk->raw);
	free(chunk->packed);
	*chunk = (struct chunk){ 0 };
}

/* Compresses raw to packed + PACKET_HEAD; returns the size. Cannot fail: the
 * room is deflateBound()'s. */
static size_t pack(struct chunk *chunk)
{
	z_stream *z = &chunk->deflate;

	deflateReset(z);
	z->next_in = chunk->raw;
	z->avail_in = (uInt)(chunk->at - chunk->raw);
	z->next_out = chunk->packed + PACKET_HEAD;
	z->avail_out = (uInt)chunk->packed_room;
	deflate(z, Z_FINISH);
	return chunk->packed_room - z->avail_out;
}

/* Trace.packet { compressed_packets } in front of the stream; its start. */
static uint8_t *wrap(struct chunk *chunk, size_t size)
{
	uint8_t inner[PACKET_HEAD / 2];
	uint8_t *end = pb_tag(inner, PACKET_COMPRESSED, PB_BYTES);
	size_t inner_size = (size_t)(pb_varint(end, size) - inner);

	uint8_t outer[PACKET_HEAD / 2];
	end = pb_tag(outer, TRACE_PACKET, PB_BYTES);
	size_t outer_size = (size_t)(pb_varint(end, inner_size + size) - outer);

	uint8_t *start = chunk->packed + PACKET_HEAD - inner_size - outer_size;
	memcpy(start, outer, outer_size);
	memcpy(start + outer_size, inner, inner_size);
	return start;
}

static int write_all(int file, const uint8_t *data, size_t size)
{
	while (size) {
		ssize_t done = write(file, data, size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		data += done;
		size -= (size_t)done;
	}
	return 0;
}

const uint8_t *chunk_pack(struct chunk *chunk, size_t *size)
{
	uint8_t *start = chunk->packed;

	*size = 0;
	if (chunk->at == chunk->raw)
		return start;
	if (!chunk->error) {
		size_t packed = pack(chunk);
		start = wrap(chunk, packed);
		*size = (size_t)(chunk->packed + PACKET_HEAD + packed - start);
		chunk->raw_bytes += (uint64_t)(chunk->at - chunk->raw);
	}
	chunk->at = chunk->raw;
	chunk->serial++;
	return start;
}

void chunk_write(struct chunk *chunk, const uint8_t *data, size_t size)
{
	if (chunk->error || !size)
		return;
	chunk->error = write_all(chunk->file, data, size);
	chunk->file_bytes += size;
}
