/* One worker's step as the tile reads it (struct sqz_step_header, image.h). */
#ifndef SQZ_MAPPER_STEP_BLOB_H
#define SQZ_MAPPER_STEP_BLOB_H

#include "bytes_builder.h"
#include "place.h"

/* Appends the blob, aligned to SQZ_IMAGE_ALIGN; *bytes is its length.
 * 0, or -1 with err set. */
int sqz_step_blob_add(const struct sqz_quantized *net,
		      const struct sqz_placement *placement, uint32_t worker,
		      enum sqz_sign_form form, struct sqz_builder *out,
		      size_t *offset, size_t *bytes, struct sqz_error *err);

#endif
