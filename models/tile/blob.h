/* Checked access to a step's blob. */
#ifndef SQZ_MODELS_BLOB_H
#define SQZ_MODELS_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqz_blob {
	const uint8_t *bytes;
	size_t size;
};

/* count elements of `size` bytes at a multiple of align, behind the header;
 * NULL if they do not lie in the blob. */
const void *sqz_blob_table(const struct sqz_blob *blob, uint32_t offset,
			   uint64_t count, size_t size, size_t align);

/* The same, copied; *copy is NULL and the result true for count 0. False with
 * *oom set if memory is exhausted. */
bool sqz_blob_copy(const struct sqz_blob *blob, uint32_t offset, uint64_t count,
		   size_t size, size_t align, void **copy, bool *oom);

#endif
