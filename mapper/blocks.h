/*
 * Slicing: a layer's weights cut into blocks that fit one crossbar, squeezed,
 * and split into bit planes.
 *
 * The layer as one dense matrix has groups * group_rows rows (row k as in
 * image.h) and one column for each output channel; outside its groups it is
 * zero. Blocks cover every weight exactly once. A layer without groups is cut
 * every R rows and every C columns. With groups, a block holds as many whole
 * groups as fit (block-diagonal, zeros elsewhere); a group that is larger than
 * a crossbar is cut like a layer of its own.
 */
#ifndef SQZ_MAPPER_BLOCKS_H
#define SQZ_MAPPER_BLOCKS_H

#include "host/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_MAX_PLANES 15 /* weights are int16 */
#define SQZ_INPUT_BITS 8  /* of activations, in every design */

/* How signed weights become bit planes. */
enum sqz_sign_form {
	SQZ_SIGN_DIFFERENTIAL,	  /* a positive and a negative array a plane */
	SQZ_SIGN_TWOS_COMPLEMENT, /* one array a plane, the top one negative */
};

struct sqz_weight_block {
	uint32_t row0, rows; /* in the dense matrix */
	uint32_t col0, cols;
	/* Block row i is dense row row0 + order[i], below row0 + span; NULL:
	 * row0 + i (sqz_blocks_order()). */
	uint16_t *order;
	uint32_t span;
	int16_t *values;   /* rows x cols, signed q before the squeeze */
	int16_t *squeezed; /* rows x cols, signed q'; weight = q' << s_r */
	uint8_t *shifts;   /* s_r of each row */
	uint32_t max_shift;
	uint32_t stored;    /* bit i: magnitude plane i of q' has a 1 */
	unsigned cell_bits; /* of the cells that hold it: 1, 2 or 4 */
};

struct sqz_blocks {
	struct sqz_weight_block *blocks; /* by group, column, then row */
	uint32_t count;
	uint32_t planes;   /* magnitude planes of q: Nq */
	uint32_t squeeze;  /* x: planes taken away from the top */
	uint32_t truncate; /* lowest planes that the scheme cut off before */
	unsigned cell_bits;
};

/* What is cut: weights [out_channels][group_rows], as in qnet.h. */
struct sqz_block_shape {
	uint32_t groups;
	uint32_t group_rows;
	uint32_t out_channels;		    /* a multiple of groups */
	uint32_t array_rows, array_columns; /* of a crossbar */
	unsigned cell_bits; /* bits of a cell: 1 (also if it is 0), 2 or 4 */
	/* Every group in crossbars of its own; only to count what bundling
	 * saves. */
	bool groups_apart;
};

/* A block's place in the dense matrix. */
struct sqz_rectangle {
	uint32_t row0, rows;
	uint32_t col0, cols;
};

/* Into how many blocks a layer is cut; 0 for a crossbar of no cells. */
uint64_t sqz_block_count(const struct sqz_block_shape *shape);

/* The index-th of them; row blocks of one column block are neighbours. */
struct sqz_rectangle sqz_block_rectangle(const struct sqz_block_shape *shape,
					 uint64_t index);

/* Cuts the weights (|w| < 2^planes); q' = q and no shifts. Free with
 * sqz_blocks_free(). -1 with err set when memory is exhausted or a weight does
 * not fit the planes. */
int sqz_blocks_slice(const struct sqz_block_shape *shape,
		     const int16_t *weights, unsigned planes,
		     struct sqz_blocks *blocks, struct sqz_error *err);

void sqz_blocks_free(struct sqz_blocks *blocks);

/* Sorts rows by magnitude among up to `chunk` blocks that stand above each
 * other, where that empties planes or shortens passes; before a squeeze.
 * Weights do not change, only where they stand. */
int sqz_blocks_order(struct sqz_blocks *blocks, uint32_t chunk,
		     struct sqz_error *err);

/* Dense row of a block's row. */
uint32_t sqz_block_row(const struct sqz_weight_block *block, uint32_t row);

/* Squeezes every block by x planes, x <= 3 and x < planes. */
void sqz_blocks_squeeze(struct sqz_blocks *blocks, unsigned x);

/* The same stored weights in all planes: q' << s_r without shifts, squeeze 0.
 * -1 with err set when memory is exhausted. */
int sqz_blocks_unsqueeze(const struct sqz_blocks *from, struct sqz_blocks *to,
			 struct sqz_error *err);

/* Writes sign * (q' << s_r) back to where the weights came from. */
void sqz_blocks_store(const struct sqz_blocks *blocks,
		      const struct sqz_block_shape *shape, int16_t *weights);

/*
 * Arrays of a block. Cells of b bits hold digits of b planes. A digit that is 0
 * in all cells is left out: both of its arrays in the differential form. In
 * two's complement the sign bit stands right above the highest plane in use.
 * 1-bit cells: its plane is negative. Cells of more bits: the digit with the
 * sign is -2^(b-1) .. 2^(b-1) - 1 and stored with an offset of 2^(b-1); the
 * offset times the sum of the driven rows, from a unit bit line beside the
 * array's, is taken off again.
 */
struct sqz_digits {
	uint32_t stored; /* bit d: digit d, weighted 2^(d cell_bits), has an
			    array or a pair */
	int offset;	 /* digit that is stored with an offset, or -1 */
};

struct sqz_digits sqz_block_digits(const struct sqz_weight_block *block,
				   enum sqz_sign_form form);

/* One crossbar's cells, as struct sqz_array of image.h has them. */
struct sqz_plane {
	uint8_t plane; /* weighted 2^plane */
	bool negative; /* sums are subtracted */
	bool offset;
	uint64_t *bits; /* cols x cell_bits x word_count words */
};

struct sqz_planes {
	struct sqz_plane *planes;
	uint32_t count;
	uint32_t word_count; /* words of a bit line: ceil(rows / 64) */
	uint64_t *bits;	     /* all planes' cells */
};

int sqz_block_planes(const struct sqz_weight_block *block,
		     enum sqz_sign_form form, struct sqz_planes *planes,
		     struct sqz_error *err);

void sqz_planes_free(struct sqz_planes *planes);

/* Arrays that sqz_block_planes() gives, without building them. */
uint32_t sqz_block_array_count(const struct sqz_weight_block *block,
			       enum sqz_sign_form form);

/* Arrays of all blocks with every plane of the scheme stored, 1-bit cells: 2P
 * for the differential pair, P + 1 for two's complement, P = planes - squeeze -
 * truncate; else that many planes in digits of cell_bits. */
uint32_t sqz_blocks_dense_arrays(const struct sqz_blocks *blocks,
				 enum sqz_sign_form form);

#ifdef __cplusplus
}
#endif

#endif
