#include "tile/blob.h"

#include <stdlib.h>
#include <string.h>

#include "sqz/image.h"

const void *sqz_blob_table(const struct sqz_blob *blob, uint32_t offset,
			   uint64_t count, size_t size, size_t align)
{
	if (offset < sizeof(struct sqz_step_header) || offset > blob->size ||
	    offset % align != 0 || count > (blob->size - offset) / size)
		return NULL;
	return blob->bytes + offset;
}

bool sqz_blob_copy(const struct sqz_blob *blob, uint32_t offset, uint64_t count,
		   size_t size, size_t align, void **copy, bool *oom)
{
	const void *table;

	*copy = NULL;
	if (count == 0)
		return true;
	table = sqz_blob_table(blob, offset, count, size, align);
	if (!table)
		return false;
	*copy = malloc(count * size);
	if (!*copy) {
		*oom = true;
		return false;
	}
	memcpy(*copy, table, count * size);
	return true;
}
