/*
 * Internal to the placement: slow layers stored several times.
 *
 * A copy of a layer is all its workers once more, for other output rows. Always
 * the layer with the largest time (rows of a copy x positions of a row x time
 * of a position, layer_time.h) gets as many copies as make its largest copy a
 * row shorter, while place.copies allows it and the chip has arrays and slots;
 * a layer that cannot have them is done, and others go on. Of these choices, in
 * their order, as many are kept as find room in tiles. [ours]
 */
#ifndef SQZ_MAPPER_COPIES_H
#define SQZ_MAPPER_COPIES_H

#include "placer.h"

/* All layers have been placed once; leaves them placed, with copies if there is
 * room. -1 with err set when memory is exhausted. */
int sqz_place_copies(struct placer *placer, const struct sqz_quantized *net,
		     enum sqz_sign_form form, struct sqz_error *err);

#endif
