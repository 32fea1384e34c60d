/* Changing .sqz images in memory: finding sections, mending CRCs (by zlib's
 * byte-wise call, not by the writer's code). */
#ifndef SQZ_TESTS_IMAGE_SEAL_H
#define SQZ_TESTS_IMAGE_SEAL_H

#include <stddef.h>

#include "sqz/image.h"

/* The section's entry in the table, or NULL. The table must lie in the bytes.
 */
struct sqz_image_section *image_section(uint8_t *image,
					enum sqz_section_kind kind);

/* The section's bytes; the section must be there. */
void *image_data(uint8_t *image, enum sqz_section_kind kind);

/* Computes the CRCs of sections, table and header anew, as far as they lie
 * inside the bytes. */
void image_seal(uint8_t *image, size_t bytes);

#endif
