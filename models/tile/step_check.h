/* Does a step's header hold together? The parts of step.c that look at numbers
 * only. */
#ifndef SQZ_MODELS_STEP_CHECK_H
#define SQZ_MODELS_STEP_CHECK_H

#include <stdbool.h>

#include "tile/step.h"

bool sqz_step_header_ok(const struct sqz_step_header *header, size_t bytes);

/* One block and its arrays' entries, less the tables they point to. */
bool sqz_step_block_ok(const struct sqz_step_header *header,
		       const struct sqz_step_limits *limits,
		       const struct sqz_block *block);
bool sqz_step_array_ok(const struct sqz_array *array, uint32_t cycles);

bool sqz_step_scales_ok(const struct sqz_scale *scales, uint32_t count);

#endif
