/* Internal to the image: one record of LAYERS. */
#ifndef SQZ_MAPPER_IMAGE_LAYERS_H
#define SQZ_MAPPER_IMAGE_LAYERS_H

#include "image_write.h"

/* Describes run entry `index`. Its steps have been built: steps[] of all
 * workers, and the blobs that they point to. */
void sqz_image_describe_run(const struct sqz_image_source *source,
			    const struct sqz_image_step *steps,
			    const uint8_t *program, uint32_t index,
			    struct sqz_image_layer *layer);

#endif
