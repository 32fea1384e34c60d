/* Does an image fit the chip? */
#ifndef SQZ_RUNTIME_FIT_H
#define SQZ_RUNTIME_FIT_H

#include "driver/device.h"
#include "driver/result.h"
#include "runtime/image.h"

/* SQZ_EMESH: *failure names the node and what it lacks. */
SQZ_MUST_CHECK enum sqz_result
sqz_image_check_fit(const struct sqz_image *image,
		    const struct sqz_device *device,
		    struct sqz_failure *failure);

#endif
