/*
 * A .sqz image (sqz/image.h), checked and used in place.
 *
 * After sqz_image_open() every offset, count and index that the functions of
 * network.h follow has been checked, so that they need not do it again. The
 * REFERENCE section is not looked at.
 */
#ifndef SQZ_RUNTIME_IMAGE_H
#define SQZ_RUNTIME_IMAGE_H

#include <stdint.h>

#include "driver/result.h"
#include "sqz/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the image lies: as the CPU reads it, and as the controller does. */
struct sqz_image_place {
	const void *data; /* aligned to SQZ_IMAGE_ALIGN */
	uint64_t bus;
	uint64_t bytes; /* of the memory that holds it; may be longer */
};

/* One section in place. */
struct sqz_image_span {
	const void *data; /* NULL if the image has none */
	uint64_t offset;  /* from the image's first byte */
	uint64_t bytes;
};

struct sqz_image {
	struct sqz_image_place place;
	struct sqz_image_span sections[SQZ_SECTION_COUNT]; /* by kind */

	/* The same, with their types. */
	const struct sqz_image_network *network;
	const struct sqz_node_entry *nodes; /* mesh_width * mesh_height */
	const struct sqz_image_tensor *tensors;
	const struct sqz_image_layer *layers;
	const struct sqz_participant *participants; /* network->steps */
	const struct sqz_image_step *steps;
};

/* SQZ_EIMAGE, SQZ_EVERSION, SQZ_ECRC; *failure names the part, and in address
 * the section's offset in the image (or the number of the entry). */
SQZ_MUST_CHECK enum sqz_result
sqz_image_open(struct sqz_image *image, const struct sqz_image_place *place,
	       struct sqz_failure *failure);

/* Finds the place of an image whose bus address is known (mailbox). SQZ_EIMAGE
 * if it does not lie in flash or DRAM. */
SQZ_MUST_CHECK enum sqz_result sqz_image_find(uint64_t bus, uint64_t bytes,
					      struct sqz_image_place *place);

/* Bus address of a step's blob, and of a layer's participant list. */
uint64_t sqz_image_blob(const struct sqz_image *image,
			const struct sqz_image_step *step);
uint64_t sqz_image_participants(const struct sqz_image *image,
				const struct sqz_image_layer *layer);

#ifdef __cplusplus
}
#endif

#endif
