/* CRC-32 with zlib's polynomial, four bytes a step, from tables that the caller
 * keeps (4 KiB). */
#ifndef SQZ_RUNTIME_CRC32_H
#define SQZ_RUNTIME_CRC32_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_crc32 {
	/* table[k][b]: what byte b does to the CRC when k more bytes follow */
	uint32_t table[4][256];
};

void sqz_crc32_init(struct sqz_crc32 *crc);

/* The same value as zlib's crc32(0, data, bytes). */
uint32_t sqz_crc32(const struct sqz_crc32 *crc, const void *data, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
