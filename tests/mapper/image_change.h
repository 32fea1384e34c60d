/*
 * Changes to a .sqz image that a run must notice, or must refuse. Functions
 * that change PROGRAM or records mend the CRCs, so that only the results tell.
 * 0, or -1 with err set when the image has no such thing.
 */
#ifndef SQZ_TESTS_IMAGE_CHANGE_H
#define SQZ_TESTS_IMAGE_CHANGE_H

#include "reference/image_file.h"

/* A cell: row and column are those of the array. */
struct image_cell {
	uint32_t step, array, row, column;
};

/* A row's shift in a block of a step. */
struct image_row {
	uint32_t step, block, row;
};

/* The cell of the highest plane in the row of the last MVM layer that the
 * self-test drives most. */
int image_pick_cell(const struct sqz_image_file *image, struct image_cell *cell,
		    struct sqz_error *err);

/* The most driven squeezed row (shift above 0) that holds a weight, in the last
 * MVM layer that has one. */
int image_pick_row(const struct sqz_image_file *image, struct image_row *row,
		   struct sqz_error *err);

int image_flip_cell(struct sqz_image_file *image, const struct image_cell *cell,
		    struct sqz_error *err);

/* Lowers the shift by one: the row's weights are halved. */
int image_change_shift(struct sqz_image_file *image,
		       const struct image_row *row, struct sqz_error *err);

/* The layer's run goes without its last step. */
int image_short_participants(struct sqz_image_file *image, uint32_t layer,
			     struct sqz_error *err);

/* Flips a bit in the middle of a section; CRCs stay as they are. */
int image_flip_section(struct sqz_image_file *image, uint32_t kind,
		       struct sqz_error *err);

#endif
