/* Internal to the image's reader: rounds of programming and parts of layers. */
#ifndef SQZ_REFERENCE_IMAGE_ROUNDS_H
#define SQZ_REFERENCE_IMAGE_ROUNDS_H

#include "reference/image_file.h"

/* Of an image whose records hold together one by one. 0, or -1 with err set. */
int sqz_image_check_rounds(const char *name, const struct sqz_image_file *image,
			   struct sqz_error *err);

#endif
