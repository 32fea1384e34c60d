/* The second half of sqz_image_open(): do the sections' entries make sense? */
#ifndef SQZ_RUNTIME_IMAGE_CONTENTS_H
#define SQZ_RUNTIME_IMAGE_CONTENTS_H

#include "runtime/image.h"

/* The sections are there and lie inside the image. SQZ_EIMAGE. */
SQZ_MUST_CHECK enum sqz_result
sqz_image_check_contents(const struct sqz_image *image,
			 struct sqz_failure *failure);

#endif
