/*
 * One layer on some tiles of the harness: who holds what, the tensors, and what
 * must come out.
 */
#ifndef SQZ_TESTS_TILE_SCENE_H
#define SQZ_TESTS_TILE_SCENE_H

#include "harness.h"
#include "layer.h"

#define SCENE_RING  2
#define SCENE_LAYER 3

/* Which tile's slot holds which rows and columns. */
struct share {
	uint32_t tile, slot;
	struct layer_part part;
};

struct scene {
	struct harness *h;
	const struct layer *layer;
	const struct share *shares;
	uint32_t count;
	uint64_t in, residual, partial, out;
	uint8_t *wanted;
};

/* Programs the shares; the input is random. */
void scene_open(struct scene *s, const struct layer *layer,
		const struct share *shares, uint32_t count,
		const struct harness_options *options,
		const struct sqz_tile_config *config);
void scene_close(struct scene *s);

void scene_program(struct harness *h, const struct layer *layer,
		   const struct share *shares, uint32_t count);

void scene_start_one(struct scene *s, uint32_t share, uint32_t run,
		     uint16_t epoch);
/* Empties the output and starts all shares. */
void scene_start(struct scene *s, uint32_t run, uint16_t epoch);

/* All are done, and the output is as it must be. */
void scene_check(const struct scene *s);

#endif
