/*
 * A small .sqz image for the mock chip, in its flash: 3 layers in 4 steps on
 * two tiles, tensors in both buffers and in DRAM, 5 classes. Tests change a
 * field, seal the CRCs again (by zlib, not by our own code) and open it.
 */
#ifndef SQZ_TESTS_MOCK_IMAGE_H
#define SQZ_TESTS_MOCK_IMAGE_H

#include "runtime/image.h"

#define MOCK_IMAGE_TENSORS     4
#define MOCK_IMAGE_LAYERS      3
#define MOCK_IMAGE_STEPS       4
#define MOCK_IMAGE_INPUT_BYTES 64
#define MOCK_IMAGE_CLASSES     5
#define MOCK_IMAGE_BLOB_BYTES  256

struct mock_image {
	struct sqz_image_header *header;
	struct sqz_image_section *table;
	struct sqz_image_network *network;
	struct sqz_node_entry *nodes;
	struct sqz_image_tensor *tensors;
	struct sqz_image_layer *layers;
	struct sqz_participant *participants;
	struct sqz_image_step *steps;
	uint8_t *program;
	uint8_t *selftest;
	uint8_t *reference;
	struct sqz_image_place place;
};

/* Call after mock_reset(). logit_bytes is 1 or 4. Sealed. */
void mock_image_build(struct mock_image *image, uint32_t logit_bytes);

/* Computes all CRCs anew. */
void mock_image_seal(struct mock_image *image);

/* The section's entry in the table. */
struct sqz_image_section *mock_image_section(struct mock_image *image,
					     enum sqz_section_kind kind);

#endif
