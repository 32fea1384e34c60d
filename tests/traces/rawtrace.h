/* Trace files by hand: the chunks of a written file, and files with whatever
 * packets a test wants to see refused. */
#ifndef SQZ_TESTS_TRACES_RAWTRACE_H
#define SQZ_TESTS_TRACES_RAWTRACE_H

#include "host/file.h"

#include <stddef.h>
#include <stdint.h>

#define RAW_CHUNKS 512u

/* Where each chunk of a written file ends, found without the reader. */
struct raw_chunks {
	size_t count;
	size_t ends[RAW_CHUNKS]; /* byte offset after the chunk */
};

void raw_find_chunks(const struct sqz_bytes *file, struct raw_chunks *chunks);

/* All packets of a written file, unpacked: itself a plain trace. */
struct sqz_bytes raw_unpack(const struct sqz_bytes *file);

void raw_write(const char *path, const void *data, size_t size);

/* A trace of plain packets that a test builds: see pb_write.h. */
struct raw_builder {
	uint8_t data[65536];
	uint8_t *at;
};

void raw_start(struct raw_builder *builder);
/* A packet with sequence id 1 and the given flags; close with raw_end(). */
uint8_t *raw_packet(struct raw_builder *builder, uint32_t flags);
void raw_end(struct raw_builder *builder, uint8_t *start, uint8_t *end);

void raw_track(struct raw_builder *builder, uint64_t uuid, const char *name,
	       uint64_t parent);
/* An event with its name written out (NULL: none), and a flow (0: none). */
void raw_event(struct raw_builder *builder, uint32_t type, uint64_t track,
	       uint64_t ns, const char *name, uint64_t flow,
	       uint64_t final_flow);
void raw_save(const struct raw_builder *builder, const char *path);

#endif
