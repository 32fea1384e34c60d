/*
 * An image on a tile: every layer's step is programmed from the image's bytes
 * and run by the tile's model, without controller, host and network. For
 * images in which every layer is one worker.
 */
#ifndef SQZ_TESTS_MAPPER_ON_TILE_H
#define SQZ_TESTS_MAPPER_ON_TILE_H

#include "reader/config.h"
#include "reference/image_file.h"
#include "rounds_table.h"

/* Runs one input. outputs[tensor] gets malloc'ed bytes as the tile wrote them,
 * for every tensor of the image. */
void on_tile_run(const struct sqz_image_file *image,
		 const struct sqz_config *config, const uint8_t *input,
		 uint8_t **outputs);

/* Adds what the tile counts when it programs the step. */
void on_tile_add_writes(const struct sqz_image_file *image,
			const struct sqz_config *config, uint32_t step,
			struct sqz_writes *sum);

#endif
