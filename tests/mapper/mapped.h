/*
 * Networks on chips, for tests of placement and image: an integer network with
 * its blocks, a chip from configs/default.cfg with overrides, a placement.
 */
#ifndef SQZ_TESTS_MAPPED_H
#define SQZ_TESTS_MAPPED_H

#include "image_write.h"
#include "reference/random_net.h"

struct mapped {
	struct sqz_config config;
	struct sqz_chip chip;
	struct sqz_quantized net;
	struct sqz_placement placement;
	enum sqz_sign_form form;
	unsigned cell_bits;    /* 0: 1 */
	uint32_t order_blocks; /* not 0: rows get magnitudes of their own */
	uint8_t *tables;
};

/* Loads the configuration; overrides are separated by spaces, may be NULL. */
void mapped_chip(struct mapped *map, const char *overrides);

/* Slices map->net.net's weights into blocks for the chip's arrays, squeezes by
 * x planes and stores the weights back. Weights of more than `planes` planes
 * are halved until they fit. */
void mapped_slice(struct mapped *map, unsigned planes, unsigned x);

/* Places; the test fails if that does. */
void mapped_place(struct mapped *map);

/* A network of all kinds of layers on a chip that it fits. */
void mapped_all_kinds(struct mapped *map, uint64_t seed, const char *overrides);

/* An image of it; `raw` pictures are as large as the input. Free with
 * sqz_bytes_free(). */
void mapped_image(struct mapped *map, struct sqz_bytes *image);

void mapped_free(struct mapped *map);

#endif
