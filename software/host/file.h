/* Whole files in, whole files out: what is written appears complete or not at
 * all. */
#ifndef SQZ_HOST_FILE_H
#define SQZ_HOST_FILE_H

#include "host/error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_bytes {
	uint8_t *data; /* malloc'ed; free with sqz_bytes_free() */
	size_t size;   /* bytes */
};

/* Reads a whole file of at most limit_bytes. 0, or -1 with err set. */
int sqz_read_file(const char *path, size_t limit_bytes, struct sqz_bytes *out,
		  struct sqz_error *err);

/* Reads a gzip file (or a plain one) whole, at most limit_bytes unpacked. */
int sqz_read_gzip(const char *path, size_t limit_bytes, struct sqz_bytes *out,
		  struct sqz_error *err);

/* Writes `path.part` and renames it; on failure nothing is left behind. */
int sqz_write_file(const char *path, const void *data, size_t size,
		   struct sqz_error *err);

void sqz_bytes_free(struct sqz_bytes *bytes);

#ifdef __cplusplus
}
#endif

#endif
