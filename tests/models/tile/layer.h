/*
 * Layers for the tile tests: random ones, what they must give (plain loops over
 * windows, written from docs/arithmetic.md), and their steps' blobs (written
 * from sqz/image.h, independent of the mapper).
 */
#ifndef SQZ_TESTS_TILE_LAYER_H
#define SQZ_TESTS_TILE_LAYER_H

#include <stdbool.h>

#include "sqz/image.h"

#define LAYER_MAX_CHANNELS 80
#define LAYER_MAX_ROWS	   1200
#define LAYER_PLANES	   7

struct layer {
	uint16_t kind;
	uint32_t first_channel; /* COPY: of the output */
	uint32_t in_h, in_w, in_c, out_h, out_w, out_c;
	uint16_t kernel_h, kernel_w, stride_y, stride_x;
	uint16_t dilation_y, dilation_x, pad_top, pad_left;
	int32_t z_in, z_residual, z_out, low, high;
	uint16_t out_bytes;
	bool residual;
	/* q' by output and row; the weight is q' << shifts[row] */
	int16_t weights[LAYER_MAX_CHANNELS][LAYER_MAX_ROWS];
	uint8_t shifts[LAYER_MAX_ROWS];
	int32_t bias[LAYER_MAX_CHANNELS];
	struct sqz_scale scale[LAYER_MAX_CHANNELS];
	struct sqz_scale residual_scale[LAYER_MAX_CHANNELS];
	struct sqz_scale average[256];
	uint32_t average_count;
};

struct layer_shape {
	uint32_t in_h, in_w, in_c, out_c;
	uint16_t kernel, stride, dilation, pad;
};

/* Random weights and tables, reproducible by the seed. The output's size
 * follows from the shape. max_shift 0: no row is shifted. */
void layer_random(struct layer *layer, uint16_t kind,
		  const struct layer_shape *shape, uint32_t max_shift,
		  uint64_t seed);

uint32_t layer_rows(const struct layer *layer);
uint32_t layer_in_bytes(const struct layer *layer);
uint32_t layer_out_bytes(const struct layer *layer);
uint32_t layer_residual_bytes(const struct layer *layer);
void layer_random_bytes(uint8_t *bytes, uint32_t count, uint64_t seed);

void layer_reference(const struct layer *layer, const uint8_t *in,
		     const uint8_t *residual, uint8_t *out);

/* One tile's share. Zero k1: all rows; zero n1: all outputs. */
struct layer_part {
	uint32_t k0, k1, n0, n1;
	uint32_t y0, y1; /* 0, 0: all rows of outputs */
	uint16_t flags;	 /* SQZ_STEP_F_PARTIAL_... of a reducer */
	bool worker_only;
	uint16_t reducer_node, reducer_slot;
	uint32_t remote_workers;
	struct sqz_participant workers[8];
	const struct sqz_producer *producers;
	uint32_t producer_count;
	const struct sqz_consumer *consumers;
	uint32_t consumer_count;
	uint32_t array_rows, array_columns; /* 0: 32, 16 */
	uint32_t cell_bits;		    /* 0: 1 */
	bool twos_complement;		    /* else differential */
	bool row_lists;			    /* rows of a block reversed */
};

struct layer_blob {
	uint8_t *bytes;
	uint32_t size;
	uint32_t arrays;
	uint32_t blocks;
};

struct layer_blob layer_blob(const struct layer *layer,
			     const struct layer_part *part);
void layer_blob_free(struct layer_blob *blob);

#endif
