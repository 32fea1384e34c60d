/* What is programmed in the rounds of an image: for a network that is larger
 * than the chip all of it anew for each image. */
#ifndef SQZ_MAPPER_ROUNDS_TABLE_H
#define SQZ_MAPPER_ROUNDS_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include "reference/image_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As the tiles count them: word lines that are written, and cells on them. */
struct sqz_writes {
	uint64_t steps;
	uint64_t arrays;
	uint64_t rows;
	uint64_t cells;
};

/* Of all steps of a round. */
struct sqz_writes sqz_round_writes(const struct sqz_image_file *image,
				   uint32_t round);

/* One line for each round, and one for all; nothing if there is only one. */
void sqz_rounds_table(const struct sqz_image_file *image, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
