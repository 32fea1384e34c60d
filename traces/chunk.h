/*
 * Raw packets on their way into the file: a buffer that is compressed and
 * written whenever it holds chunk_bytes or more after a packet.
 *
 * Room: a packet is started only with CHUNK_MARGIN bytes free, which is more
 * than the largest event with all the names it may have to spell out.
 */
#ifndef SQZ_TRACES_CHUNK_H
#define SQZ_TRACES_CHUNK_H

#include "traces/trace.h"

#include <zlib.h>

/* Bytes of a packet beside its texts, and of an interned name's packet. */
#define CHUNK_FIXED 256u
#define CHUNK_NAME  (SQZ_TRACE_NAME_BYTES + 32u)
/* An annotation is at most its name spelled out, its name again if it has no
 * number, and a string; a flow is ten bytes. */
#define CHUNK_MARGIN                                                           \
	(CHUNK_FIXED + 4 * CHUNK_NAME +                                        \
	 SQZ_TRACE_ARGS * (2 * CHUNK_NAME + SQZ_TRACE_STRING_BYTES + 16) +     \
	 2 * SQZ_TRACE_FLOWS * 16)

struct chunk {
	uint8_t *raw;
	uint8_t *at;  /* end of the packets in raw */
	uint8_t *due; /* compress when at has reached this */
	uint8_t *packed;
	size_t packed_room;
	z_stream deflate;
	int file;
	int error; /* errno of the first failed write, 0 while all is well */
	uint32_t serial; /* number of the chunk being filled, from 1 */
	uint64_t raw_bytes;
	uint64_t file_bytes;
};

/* Takes an open file. -1 if memory is short. */
int chunk_init(struct chunk *chunk, int file, uint32_t chunk_bytes);
void chunk_free(struct chunk *chunk);

/* Compresses what there is and starts the next chunk. Returns the packet for
 * the file, *size bytes that hold until the next call; 0 if there was nothing,
 * or after an error. */
const uint8_t *chunk_pack(struct chunk *chunk, size_t *size);

/* Appends to the file. Errors stay in chunk->error; later bytes are then
 * dropped. */
void chunk_write(struct chunk *chunk, const uint8_t *data, size_t size);

#endif
