/* SHA-256 (FIPS 180-4): names for what determines a run. */
#ifndef SQZ_SWEEP_SHA256_H
#define SQZ_SWEEP_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_SHA256_HEX 65 /* digits and the 0 */

struct sqz_sha256 {
	uint32_t state[8];
	uint64_t size; /* bytes so far */
	uint8_t block[64];
};

void sqz_sha256_init(struct sqz_sha256 *hash);
void sqz_sha256_add(struct sqz_sha256 *hash, const void *data, size_t size);
void sqz_sha256_end(struct sqz_sha256 *hash, char hex[SQZ_SHA256_HEX]);

#ifdef __cplusplus
}
#endif

#endif
