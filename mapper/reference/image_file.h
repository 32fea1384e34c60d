/*
 * A .sqz file in memory, checked: header, section table, CRC-32 of every
 * section, sizes and references between sections. What passes here can be
 * indexed without further checks, but for the contents of PROGRAM (the tiles
 * check their steps) and REFERENCE (its reader does). Sections of kinds that
 * are not known here belong to a later minor version and are passed over.
 */
#ifndef SQZ_REFERENCE_IMAGE_FILE_H
#define SQZ_REFERENCE_IMAGE_FILE_H

#include <stddef.h>

#include "host/file.h"
#include "sqz/image.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_section_view {
	const uint8_t *data;
	size_t bytes;
};

struct sqz_image_file {
	struct sqz_bytes file;
	struct sqz_section_view sections[SQZ_SECTION_COUNT];
	const struct sqz_image_network *network;
	const struct sqz_node_entry *nodes; /* mesh_width x mesh_height */
	const struct sqz_image_tensor *tensors;
	const struct sqz_image_layer *layers;
	const struct sqz_participant *participants; /* network->steps */
	const struct sqz_image_step *steps;	    /* network->steps */
	const struct sqz_image_input *input;
	const uint8_t *input_tables; /* input->channels x 256 */
	const uint8_t *selftest_input;
	const uint8_t *selftest_logits; /* int32 little-endian, unaligned */
};

/* Reads and checks a file. 0, or -1 with err set (file, section, reason). */
int sqz_image_file_open(const char *path, struct sqz_image_file *image,
			struct sqz_error *err);

/* The same for bytes that are already there; takes them over, also on failure.
 * name stands for the file in messages. */
int sqz_image_file_parse(const char *name, struct sqz_bytes bytes,
			 struct sqz_image_file *image, struct sqz_error *err);

void sqz_image_file_close(struct sqz_image_file *image);

const char *sqz_section_name(uint32_t kind);

/* Turns one raw picture (raw_height x raw_width x raw_channels bytes) into the
 * input tensor (height x width x channels bytes). */
void sqz_image_convert_input(const struct sqz_image_file *image,
			     const uint8_t *raw, uint8_t *tensor);

#ifdef __cplusplus
}
#endif

#endif
