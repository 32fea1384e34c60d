/*
 * Counting: what a layer takes of crossbars, reads and conversions under any
 * mapping, without placing it.
 *
 * An array is read by operation units (OUs) of rows x bit lines, one after the
 * other; in full-array mode one OU is the whole array. Everything but the cells
 * and index bits is per output position (one input vector). Arrays work side by
 * side. What a design does not need weights for is counted from shapes alone.
 */
#ifndef SQZ_MAPPER_COUNT_H
#define SQZ_MAPPER_COUNT_H

#include "blocks.h"

#include "sqz/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the cells of one weight stand. */
enum sqz_slicing {
	SQZ_SLICED,	  /* in as many arrays, one significance each */
	SQZ_SIDE_BY_SIDE, /* in neighbouring bit lines of one array */
};

/* How cells carry a sign. */
enum sqz_cell_sign {
	SQZ_CELLS_PAIR,	  /* positive and negative weights in two arrays */
	SQZ_CELLS_TWOS,	  /* two's complement: one bit more than planes */
	SQZ_CELLS_OFFSET, /* ISAAC: weight + 2^planes, a unit column of ones in
			     every array, and a bit line stored flipped where
			     that keeps its sum below half: one bit each */
};

/* "pair", "twos", "offset". */
const char *sqz_cell_sign_name(enum sqz_cell_sign sign);

struct sqz_cells {
	enum sqz_slicing slicing;
	enum sqz_cell_sign sign;
	unsigned planes;    /* magnitude bits stored */
	unsigned cell_bits; /* 1, 2 or 4 */
	/* SLICED: arrays without a 1 are not stored. */
	bool free_planes;
	bool groups_apart; /* depthwise layers are not bundled */
};

struct sqz_read {
	enum sqz_read_mode mode;
	uint32_t ou_rows, ou_columns; /* OU mode */
	/* OU mode: rows that are zero in all bit lines of a set of ou_columns
	 * are neither stored nor read; needs an index. */
	bool skip_zero_rows;
};

struct sqz_design {
	struct sqz_cells cells;
	struct sqz_read read;
	uint32_t array_rows, array_columns;
	unsigned squeeze; /* x: index bits of the shifts */
};

/* A layer's shape (array sizes in it do not matter) and weights. */
struct sqz_layer_view {
	struct sqz_block_shape shape;
	uint64_t positions; /* output positions of one image */
	/* [out_channels][group_rows] as stored, or NULL: not known. */
	const int16_t *weights;
	/* The same squeezed, cut for the design's arrays: SLICED uses these.
	 * NULL: not known. */
	const struct sqz_blocks *blocks;
};

struct sqz_count {
	uint64_t blocks;
	uint64_t arrays;
	uint64_t cells;	       /* of these arrays, the unit columns' included */
	uint64_t used_cells;   /* that stand for a bit of a weight, or a unit */
	uint64_t index_bits;   /* row shifts, flips, row lists of skipping */
	uint32_t input_cycles; /* of the longest pass */
	/* OU cycles of the array with the most: the pass takes that long. */
	uint64_t pass_cycles;
	uint32_t bit_lines;	 /* of an OU at most: its conversions */
	uint64_t ous;		 /* stored; full-array mode: arrays */
	uint64_t ou_cycles;	 /* OUs x input cycles */
	uint64_t cell_cycles;	 /* cells read x input bits */
	uint64_t dac_row_cycles; /* rows driven x input bits */
	uint64_t conversions;
};

/* Cells of one weight in one array's row or over all its arrays of one sign. */
unsigned sqz_cells_digits(const struct sqz_cells *cells);

/* Bits of an ADC that is exact for the design; one less for OFFSET, whose
 * flipped bit lines need no more. */
unsigned sqz_design_adc_bits(const struct sqz_design *design);

/* True if the count depends on the weights' values. */
bool sqz_design_needs_weights(const struct sqz_design *design);

/* -1 with err set: no memory, a design that makes no sense (say: more cells for
 * one weight than an array has bit lines), or weights are missing. */
int sqz_count_layer(const struct sqz_layer_view *layer,
		    const struct sqz_design *design, struct sqz_count *count,
		    struct sqz_error *err);

/* Adds a layer's count to the network's: sums, but the largest of
 * input_cycles, pass_cycles and bit_lines. Counts per position are multiplied
 * by `positions`. */
void sqz_count_add(struct sqz_count *total, const struct sqz_count *count,
		   uint64_t positions);

#ifdef __cplusplus
}
#endif

#endif
