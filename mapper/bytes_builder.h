/* A growing run of bytes, for images and step blobs. A failed allocation is
 * remembered and tested once at the end. */
#ifndef SQZ_MAPPER_BYTES_BUILDER_H
#define SQZ_MAPPER_BYTES_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqz_builder {
	uint8_t *data;
	size_t size;
	size_t room;
	bool failed; /* out of memory: data are no longer complete */
};

/* Appends bytes (zeros if data is NULL) and returns their offset. */
size_t sqz_builder_add(struct sqz_builder *builder, const void *data,
		       size_t bytes);
/* Appends zeros up to a multiple of align. */
void sqz_builder_align(struct sqz_builder *builder, size_t align);
void sqz_builder_free(struct sqz_builder *builder);

#endif
