/*
 * A drawing of one block: its bit planes before and after the squeeze, as SVG.
 */
#ifndef SQZ_MAPPER_PICTURE_H
#define SQZ_MAPPER_PICTURE_H

#include "quantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Above, the planes of the codes; below, the arrays' cells, with the shift
 * of every row beside them and released digits left blank. Positive cells are
 * blue, negative ones red. -1 with err set: no such layer or block, or the file
 * cannot be written. */
int sqz_picture_write(const struct sqz_quantized *quantized, uint32_t layer,
		      uint32_t block, enum sqz_sign_form form, const char *path,
		      struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
