/*
 * Reading a REFERENCE section piece by piece: internal to mapper/reference.
 */
#ifndef SQZ_REFERENCE_SECTION_H
#define SQZ_REFERENCE_SECTION_H

#include "network.h"

struct ref_section {
	const uint8_t *data;
	uint64_t bytes;
};

/* True if `count` elements of `size` bytes lie at `offset`. */
bool ref_inside(const struct ref_section *section, uint64_t offset,
		uint64_t count, uint64_t size);

/* Fails with the layer's name. */
int ref_bad_layer(const struct ref_layer *layer, const char *reason,
		  struct sqz_error *err);

/* Checks the layer's geometry and numbers; `info`, `in` and `out` are set.
 * Plans the padded input. */
int ref_check_shape(struct ref_layer *layer, struct sqz_error *err);

/* Reads the arrays that the layer points to. */
int ref_read_arrays(const struct ref_section *section, struct ref_layer *layer,
		    struct sqz_error *err);
void ref_arrays_free(struct ref_layer *layer);

#endif
