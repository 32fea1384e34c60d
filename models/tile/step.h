/*
 * A step's blob (sqz/image.h), checked and made ready to run.
 *
 * The blob is untrusted: every offset, count, alignment and range is checked,
 * and whatever this tile cannot do yet (destination lists of whole
 * arrays, multi-bit cells, the check bit line) is refused. Every row k0..k1
 * must lie in a block, if only in one without arrays; blocks may overlap, their
 * sums add.
 *
 * Word lines are kept in the order of (window element, channel), whatever order
 * the arrays have them in: sums do not depend on it, and the input window is
 * then gathered by a few copies of neighbouring channels.
 */
#ifndef SQZ_MODELS_STEP_H
#define SQZ_MODELS_STEP_H

#include <stddef.h>

#include "tile/crossbar.h"
#include "tile/ou.h"
#include "tile/window.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds that keep tables small and sums in range, beyond the blob's size. */
#define SQZ_STEP_MAX_SIZE      16384 /* of a picture, either way */
#define SQZ_STEP_MAX_CHANNELS  65536
#define SQZ_STEP_MAX_TABLE     (1u << 20) /* kernel x outputs, either way */
#define SQZ_STEP_MAX_ELEMENTS  65536	  /* kernel_h x kernel_w */
#define SQZ_STEP_MAX_ROWS      (1u << 24) /* in_c x kernel area */
#define SQZ_STEP_MAX_POSITIONS (1u << 24)
#define SQZ_STEP_MAX_SHIFT     7

struct sqz_step_limits {
	uint32_t arrays; /* of the tile, free or not */
	uint32_t array_rows;
	uint32_t array_columns;
	uint32_t adc_bits;
	uint32_t edram_bytes;
	uint32_t ou_rows, ou_columns;
	uint32_t nodes; /* of the mesh: whom a step may send packets to */
};

/* Of one element of an operand. */
static inline uint32_t sqz_operand_bytes(enum sqz_operand operand)
{
	return operand == SQZ_OPERAND_PARTIAL ? sizeof(int32_t) : 1;
}

/* Neighbouring channels of one window element. */
struct sqz_step_run {
	uint32_t element; /* ky * kernel_w + kx */
	uint32_t channel; /* the first, from fetch_c0 */
	uint32_t length;
};

/* One set of word lines; blocks with equal rows share it. */
struct sqz_step_input {
	struct sqz_drive_plan plan;
	struct sqz_step_run *runs;
	uint32_t run_count;
};

struct sqz_step_block {
	uint32_t input; /* index */
	uint32_t rows, col0, columns, arrays;
	struct sqz_crossbar *crossbar; /* NULL with operation units */
	uint32_t first_array;
	uint16_t *place; /* [rows]: word line of array row i */
};

/* Per position, independent of the data. */
struct sqz_step_costs {
	uint32_t cycles;      /* input cycles of a pass */
	uint32_t conversions; /* most bit lines of an array */
	uint64_t array_cycles;
	uint64_t cell_cycles;
	uint64_t dac_row_cycles;
	uint64_t conversions_total;
	uint64_t accumulates;
	uint64_t ou_cycles;
	uint64_t index_bytes; /* once for several positions */
	uint64_t row_writes;  /* once, at PROGRAM */
	uint64_t cell_writes;
};

struct sqz_step {
	struct sqz_step_header header; /* y1 is set */
	struct sqz_window window;
	uint32_t outputs;    /* n1 - n0 */
	uint32_t rows;	     /* y1 - y0 */
	uint32_t positions;  /* rows * out_w: */
	uint32_t first, end; /* these, of the whole output */
	uint32_t item_bytes; /* of a pixel in the line buffer */
	uint32_t line_bytes; /* the least its line buffer must hold */
	bool reducer;
	bool partial_out;	  /* writes its sums as they are */
	bool reads[SQZ_OPERANDS]; /* which operands it has */
	uint32_t block_count;	  /* those with arrays; version 2: all */
	struct sqz_step_block *blocks;
	uint32_t input_count;
	struct sqz_step_input *inputs;
	struct sqz_ou *ou; /* version 2, else NULL */
	uint32_t array_count;
	struct sqz_step_costs costs;
	/* Chains: tokens that each row of each operand's tensor takes if the
	 * step reads it, the rows of operand o from token_row0[o] on. NULL: no
	 * producers. */
	uint16_t *tokens;
	uint32_t token_row0[SQZ_OPERANDS + 1];
	struct sqz_consumer *consumers;	 /* [header.consumer_count] */
	struct sqz_participant *workers; /* [header.remote_workers] */
	int32_t *bias;			 /* [outputs], reducer of MVM */
	struct sqz_scale *scale;	 /* [outputs] */
	struct sqz_scale *residual_scale;
	struct sqz_scale *average; /* [average_count] */
};

/* SQZ_OK with *step set (free with sqz_step_free()), SQZ_ERR_STEP, or
 * SQZ_ERR_CAPACITY (more arrays, eDRAM or larger OUs than the tile has, or the
 * host's memory exhausted). The blob is not needed afterwards; it must be
 * 8-byte aligned. */
enum sqz_status sqz_step_load(const struct sqz_step_limits *limits,
			      const uint8_t *blob, size_t bytes,
			      struct sqz_step **step);
void sqz_step_free(struct sqz_step *step);

#ifdef __cplusplus
}
#endif

#endif
