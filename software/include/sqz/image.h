/*
 * The .sqz image: a network, sliced and squeezed, ready for a chip.
 *
 * Little-endian. A header, a section table, sections. Every section starts at a
 * multiple of SQZ_IMAGE_ALIGN, so that firmware uses it in place, and carries a
 * CRC-32 (zlib's polynomial). Readers check every offset and count before use.
 * Offsets inside a step's blob count from the blob's first byte.
 *
 * Sections, one of each kind:
 *   NETWORK       struct sqz_image_network
 *   NODES         struct sqz_node_entry[]: the chip the image was placed on
 *   TENSORS       struct sqz_image_tensor[]
 *   LAYERS        struct sqz_image_layer[], in order of execution
 *   PARTICIPANTS  struct sqz_participant[]; a layer owns a run of it
 *   STEPS         struct sqz_image_step[], parallel to PARTICIPANTS
 *   PROGRAM       the steps' blobs (struct sqz_step_header ...)
 *   INPUT         struct sqz_image_input and its pixel tables
 *   SELFTEST      one quantized input, then the logits (int32) it must give
 *   REFERENCE     the integer network before slicing (image_reference.h); the
 *                 driver ignores it
 */
#ifndef SQZ_IMAGE_H
#define SQZ_IMAGE_H

#include <stdint.h>

#include "sqz/desc.h"

#define SQZ_IMAGE_MAGIC		"SQZIMAGE"
#define SQZ_IMAGE_VERSION_MAJOR 1
#define SQZ_IMAGE_VERSION_MINOR 2 /* 1: operation units, copies; 2: rounds */
#define SQZ_IMAGE_ALIGN		64
#define SQZ_IMAGE_MAX_SECTIONS	64

enum sqz_section_kind {
	SQZ_SECTION_NETWORK = 1,
	SQZ_SECTION_NODES = 2,
	SQZ_SECTION_TENSORS = 3,
	SQZ_SECTION_LAYERS = 4,
	SQZ_SECTION_PARTICIPANTS = 5,
	SQZ_SECTION_STEPS = 6,
	SQZ_SECTION_PROGRAM = 7,
	SQZ_SECTION_INPUT = 8,
	SQZ_SECTION_SELFTEST = 9,
	SQZ_SECTION_REFERENCE = 10,
	SQZ_SECTION_COUNT = 11
};

struct sqz_image_header {
	char magic[8];
	uint16_t version_major; /* readers refuse another major */
	uint16_t version_minor;
	uint32_t section_count;
	uint64_t file_bytes;
	uint32_t table_crc32;  /* of the section table */
	uint32_t reserved[8];  /* 0 */
	uint32_t header_crc32; /* of all bytes before it */
};

struct sqz_image_section {
	uint32_t kind; /* enum sqz_section_kind */
	uint32_t reserved;
	uint64_t offset; /* from the file's first byte */
	uint64_t bytes;
	uint32_t crc32;
	uint32_t reserved1;
};

#define SQZ_NAME_BYTES 32 /* names are cut to 31 bytes and end with a 0 */

struct sqz_image_network {
	char name[SQZ_NAME_BYTES];
	uint32_t mesh_width;
	uint32_t mesh_height;
	uint32_t array_rows;
	uint32_t array_columns;
	uint32_t layers;
	uint32_t tensors;
	uint32_t steps;
	uint32_t input_tensor;
	uint32_t output_tensor;
	uint32_t classes;     /* logits of one image */
	uint32_t logit_bytes; /* of one logit: 1 (uint8) or 4 (int32) */
	int32_t logit_zero;   /* real = (logit - zero) * scale */
	float logit_scale;
	uint32_t read_mode; /* enum sqz_read_mode, the same for all arrays */
	uint64_t dram_pool_bytes; /* tensors that live in DRAM need this much */
	uint32_t adc_bits_lossless; /* what the deepest bit line needs */
	uint16_t ou_rows;	    /* SQZ_READ_OU, else 0 */
	uint16_t ou_columns;
	uint32_t rounds;   /* of programming; 0: 1 */
	uint32_t contexts; /* images that have tensors of their own; 0: 1 */
	uint32_t flags;	   /* enum sqz_image_flags */
	uint32_t reserved[3];
};

enum sqz_image_flags {
	/* Steps name their producers and consumers, no two tensors of a context
	 * share memory, and every tile has eDRAM for all its steps at once: a
	 * round's layers may overlap (SQZ_DESC_F_CHAIN). */
	SQZ_IMAGE_F_CHAINS = 1 << 0,
	/* No tile holds steps of two rounds that follow each other (nor of the
	 * last and the first one): a round's tiles may be reset and programmed
	 * while the one before it runs. */
	SQZ_IMAGE_F_OVERLAP = 1 << 1,
};

static inline uint32_t
sqz_image_rounds(const struct sqz_image_network *network)
{
	return network->rounds ? network->rounds : 1;
}

static inline uint32_t
sqz_image_contexts(const struct sqz_image_network *network)
{
	return network->contexts ? network->contexts : 1;
}

/* A round is programmed while the one before it runs. */
static inline int
sqz_image_programs_ahead(const struct sqz_image_network *network)
{
	return network->rounds > 1 && (network->flags & SQZ_IMAGE_F_OVERLAP);
}

enum sqz_read_mode { SQZ_READ_FULL = 0, SQZ_READ_OU = 1 };

/* How a layer's cells were chosen. All but FULL are operation-unit layouts;
 * docs/schemes.md says what each does. The tile does not need to know. */
enum sqz_layout {
	SQZ_LAYOUT_FULL = 0,	   /* bit planes, whole arrays at once */
	SQZ_LAYOUT_OU = 1,	   /* every bit column stored */
	SQZ_LAYOUT_SRE = 2,	   /* all-zero rows of a column group skipped */
	SQZ_LAYOUT_DUPLICATES = 3, /* equal columns of a block stored once */
	SQZ_LAYOUT_COLUMN = 4, /* equal columns of a row group stored once */
	SQZ_LAYOUT_COUNT = 5
};

#define SQZ_TENSOR_IN_DRAM 0xffffffffu /* as node: offset in the DRAM pool */

/* A feature map, channels innermost: byte (y * width + x) * channels + c. */
struct sqz_image_tensor {
	uint32_t height;
	uint32_t width;
	uint32_t channels;
	uint32_t element_bytes; /* 1, or 4 for int32 logits */
	uint32_t node;		/* buffer node, or SQZ_TENSOR_IN_DRAM */
	int32_t zero_point;
	float scale;
	uint32_t bytes;
	uint64_t offset; /* in the node's memory or the DRAM pool; context 0 */
	uint64_t stride; /* from one context's tensor to the next one's */
};

#define SQZ_NO_TENSOR 0xffffffffu

enum sqz_step_kind {
	SQZ_STEP_MVM = 1, /* crossbars: Conv, Gemm, MatMul */
	SQZ_STEP_MAXPOOL = 2,
	SQZ_STEP_AVGPOOL = 3, /* also global */
	SQZ_STEP_ADD = 4,     /* stand-alone: input and residual, requantized */
	SQZ_STEP_COPY = 5,    /* an input of Concat, or padding: requantized */
	SQZ_STEP_KINDS
};

struct sqz_image_layer {
	char name[SQZ_NAME_BYTES];
	uint32_t kind;	/* enum sqz_step_kind */
	uint32_t input; /* tensors */
	uint32_t output;
	uint32_t residual; /* or SQZ_NO_TENSOR */
	uint32_t first_participant;
	uint32_t participants;
	uint32_t crossbars;	  /* arrays that hold cells */
	uint32_t positions;	  /* output height x width */
	uint64_t macs;		  /* of the network, not of the arrays */
	uint32_t input_cycles;	  /* of one array pass: B + max s_r */
	uint32_t planes;	  /* stored magnitude planes at most */
	uint32_t crossbars_dense; /* the same network without squeeze */
	uint32_t layout;	  /* enum sqz_layout */
	uint64_t ous;		  /* OU layouts: of all arrays, else 0 */
	uint64_t index_bits;	  /* of all arrays */
	uint32_t window;	  /* bit columns that share, 0: none do */
	uint32_t round;		  /* its steps are programmed in */
	/* A layer that the chip cannot hold at once stands as several entries
	 * in a row, numbered part 0..parts - 1; else both are 0. Parts hold
	 * columns of their own, or rows: then all but the last one write sums
	 * to a tensor of int32 (SQZ_STEP_F_PARTIAL_OUT), and the next one goes
	 * on from there. `macs` is the part's own. */
	uint16_t part, parts;
	uint32_t partial; /* tensor of sums to start from, plus 1; 0: none */
	uint32_t copies;  /* of its cells, for other output rows; 0: 1 */
	uint32_t reserved[3];
};

struct sqz_image_step {
	uint32_t layer;
	uint16_t node;
	uint16_t slot;
	uint64_t
	    offset; /* of the blob in PROGRAM, multiple of SQZ_IMAGE_ALIGN */
	uint32_t bytes;
	uint32_t arrays;
	uint64_t reserved;
};

/* How raw test images become the input tensor: the raw picture is centred in
 * the input (raw zeros around it), its channels are repeated, and every raw
 * byte goes through the channel's table: tables[channel][256]. */
struct sqz_image_input {
	uint32_t raw_height;
	uint32_t raw_width;
	uint32_t raw_channels;
	uint32_t height;
	uint32_t width;
	uint32_t channels;
	uint32_t reserved[2];
	/* uint8_t tables[channels][256] follows */
};

/* ---- one step: what PROGRAM puts into a tile's slot ---- */

#define SQZ_STEP_MAGIC	    0x50455453u /* "STEP" */
#define SQZ_STEP_VERSION    1		/* arrays are read as a whole */
#define SQZ_STEP_VERSION_OU 2 /* arrays are read by operation units: below */

enum sqz_step_flags {
	SQZ_STEP_F_REDUCER = 1 << 0,  /* finishes and writes outputs n0..n1 */
	SQZ_STEP_F_RESIDUAL = 1 << 1, /* reducer adds the residual tensor */
	/* The reducer writes its sums as they are, int32, out_bytes 4: no bias,
	 * residual or requantization. MVM only. */
	SQZ_STEP_F_PARTIAL_OUT = 1 << 2,
	/* The reducer starts every position from sums of that kind, which it
	 * reads from the RUN's tensor of partial sums (same shape as the
	 * output, int32). MVM only. */
	SQZ_STEP_F_PARTIAL_IN = 1 << 3,
};

/*
 * The layer as a matrix has row k = (c * kernel_h + ky) * kernel_w + kx for
 * input channel c, and column n for output channel n. Groups are blocks of
 * zeros in it. A worker holds rows k0..k1 and columns n0..n1. Vector steps
 * (pooling, add, copy) work on channels n0..n1 and are always reducers. A copy
 * brings input channels fetch_c0..fetch_c1 to output channels n0..n1, as many;
 * the output's other channels belong to other layers. Its window is one pixel.
 * Output position p stands at y = p / out_w, x = p % out_w.
 *
 * A step makes the outputs of rows y0..y1 only; in_h, out_h, positions and
 * addresses count whole tensors nevertheless. A reducer and its workers have
 * the same rows.
 *
 * Chains. The producers of a step are the reducers that write what it reads,
 * as far as it reads it; its consumers are the steps that read what it writes.
 * When all writes of an output row, and of the rows before it, have been
 * acknowledged, a reducer in a chain sends a token (node/packet.h) to each
 * consumer; a step in a chain reads a row of an operand when it has a token
 * from each of that operand's producers whose rows contain it. Rows that no
 * producer names are there from the start; tokens for rows that a step does not
 * read are ignored.
 */
struct sqz_step_header {
	uint32_t magic;
	uint16_t version;
	uint16_t kind;	/* enum sqz_step_kind */
	uint16_t flags; /* enum sqz_step_flags */
	uint16_t layer;
	uint32_t bytes; /* of the whole blob */

	uint32_t in_h, in_w, in_c;
	uint32_t out_h, out_w, out_c;
	uint16_t kernel_h, kernel_w;
	uint16_t stride_y, stride_x;
	uint16_t dilation_y, dilation_x;
	uint16_t pad_top, pad_left;

	uint32_t k0, k1;
	uint32_t n0, n1;
	uint32_t fetch_c0, fetch_c1; /* input channels this tile needs */

	uint16_t input_bits; /* B, 8 */
	uint16_t out_bytes;  /* 1 or 4 */
	int32_t z_in;	     /* also what padding is driven with */
	int32_t z_residual;
	int32_t z_out;
	int32_t low, high; /* bounds of the output */

	uint16_t reducer_node, reducer_slot; /* where partial sums go */
	uint32_t remote_workers;	     /* reducer: how many send to it */
	uint32_t workers_offset; /* struct sqz_participant[remote_workers] */

	/* Reducer, all per output n0..n1: */
	uint32_t bias_offset;	  /* int32 b'; MVM only */
	uint32_t scale_offset;	  /* struct sqz_scale; MVM, ADD (input), COPY */
	uint32_t residual_offset; /* struct sqz_scale; RESIDUAL, ADD */
	/* AVGPOOL: struct sqz_scale[average_count]. One entry serves every
	 * position; kernel_h * kernel_w entries are indexed by the number of
	 * window elements inside the input, less one. */
	uint32_t average_offset;
	uint32_t average_count;

	uint32_t block_count;
	uint32_t blocks_offset; /* struct sqz_block[] */
	uint32_t array_count;
	uint32_t arrays_offset;	      /* struct sqz_array[] */
	uint32_t max_shift;	      /* over all blocks */
	uint16_t ou_rows, ou_columns; /* version 2; 0 in version 1 */
	uint32_t y0, y1;	      /* output rows; 0, 0: all */
	uint32_t producer_count;
	uint32_t producers_offset; /* struct sqz_producer[] */
	uint32_t consumer_count;
	uint32_t consumers_offset; /* struct sqz_consumer[] */
	uint32_t reserved[2];
};

enum sqz_operand {
	SQZ_OPERAND_INPUT = 0,
	SQZ_OPERAND_RESIDUAL = 1, /* also an ADD's second input */
	SQZ_OPERAND_PARTIAL = 2,  /* SQZ_STEP_F_PARTIAL_IN */
	SQZ_OPERANDS
};

/* One reducer that writes rows y0..y1 of an operand. */
struct sqz_producer {
	uint16_t operand; /* enum sqz_operand */
	uint16_t reserved;
	uint32_t y0, y1; /* rows of the operand's tensor */
};

/* Who gets a token for each row. A step that reads a tensor as two operands
 * stands here twice. */
struct sqz_consumer {
	uint16_t node, slot;
	uint16_t operand; /* of the consumer */
	uint16_t reserved;
};

struct sqz_scale {
	uint32_t mult;	/* 31 bit */
	uint32_t shift; /* 0..62 */
};

/* Rows and columns that one set of arrays (all planes and signs) holds. Array
 * row i of the block is driven by matrix row k0 + row0 + i, or, with a row
 * list, by k0 + row0 + list[i]. */
struct sqz_block {
	uint32_t row0; /* from k0 */
	uint32_t rows; /* 1..array rows */
	uint32_t col0; /* from n0 */
	uint32_t cols; /* 1..array columns */
	uint32_t first_array;
	uint32_t arrays;
	uint32_t shifts_offset;	  /* uint8[rows] s_r; 0: none shifted */
	uint32_t row_list_offset; /* uint16[rows]; 0: in order */
	uint32_t max_shift;
	uint32_t reserved[3];
};

enum sqz_array_flags {
	SQZ_ARRAY_F_NEGATIVE = 1 << 0, /* sums are subtracted */
	SQZ_ARRAY_F_CHECK = 1 << 1,    /* carries a check bit line: reserved */
	/* Cells hold a signed digit plus 2^(cell_bits - 1): that much times the
	 * sum of the driven rows, converted from a unit bit line beside the
	 * array's, is taken off every column. */
	SQZ_ARRAY_F_OFFSET = 1 << 2,
};

/* One crossbar: sum over rows of input bit x cell, weighted +-2^plane. */
struct sqz_array {
	uint8_t plane;
	uint8_t cell_bits; /* levels = 2^cell_bits; 1, 2 or 4 */
	uint16_t flags;	   /* enum sqz_array_flags */
	/* Bit lines one after the other: for each column and each of the
	 * cell's bits ceil(rows / 64) words of 64 bits, row i in word i / 64,
	 * bit i % 64. Bits behind the last row are 0. */
	uint32_t bits_offset;
	uint32_t destinations_offset; /* destination lists; 0: bit line c adds
					 to column col0 + c */
	uint32_t check_offset;	      /* reserved, 0 */
};

/*
 * ---- operation units (OU): steps of version 2 ----
 *
 * An OU is a rectangle of at most ou_rows word lines x ou_columns bit lines
 * that one OU cycle reads. An array has (array_rows / ou_rows) x (array_columns
 * / ou_columns) places for OUs, whole ones only; which place an OU takes does
 * not matter, because the input bits of its rows go to every band of word lines
 * and only the OU's band is enabled. [ours]
 *
 * Header: version 2, ou_rows and ou_columns set. All matrix steps of an image
 * have the same two; vector steps stay version 1. Blocks are rectangles of the
 * matrix as above, but own no arrays: first_array and arrays are 0, and a
 * block's cells may lie in any array of the step, together with those of other
 * blocks. Rows and columns of a block that no group names are zero.
 * arrays_offset names struct sqz_ou_array[array_count]. An array executes its
 * OUs one after the other, arrays work side by side.
 *
 * A group is a set of h rows of one block with the bit columns stored for them.
 * A stored column is converted once for each input cycle and added to every
 * accumulator in its destination list. Layouts differ only in how groups and
 * columns were chosen:
 *   OU          every group has ou_columns columns, one destination each
 *   SRE         as OU, but the rows of the groups of one set of ou_columns
 *               columns are those that are not all zero: row lists that differ
 *               from set to set
 *   DUPLICATES  columns that are equal on all rows of the block appear once
 *   COLUMN      columns that are equal on the group's rows appear once
 *
 * For input cycle t, with row r of the block driven by bit t - s_r of its input
 * (as in full arrays), and the ADC applied to each column's sum by itself:
 *   sum(c)   = popcount of driven rows AND the column's bits
 *   plain        acc[column] +-= sum(c) << (plane + t)
 *   complement   acc[column] +-= (sum(ones) - sum(c)) << (plane + t)
 * A group is read in input_bits + max s_r cycles, s_r over its own rows.
 * Accumulates: one for a plain destination, two for a complement (the ones
 * column's value and the column's); both are charged to the column's OU.
 *
 * index_bits is what a hardware table for the array's layout would hold (not
 * what this file takes): how it is counted is in docs/schemes.md. It is read
 * once for tile.index_positions output positions.
 */
#define SQZ_OU_MAX_ROWS 16

struct sqz_ou_array {
	uint32_t groups_offset; /* struct sqz_ou_group[group_count] */
	uint32_t group_count;
	/* Sum over its groups of ceil(columns / ou_columns); at most the
	 * array's places. */
	uint32_t ous;
	uint32_t index_bits;
};

#define SQZ_OU_NO_ONES 0xffffu

/* Columns i * ou_columns .. (i + 1) * ou_columns - 1 are the group's i-th OU;
 * OUs of an array stand in the order of its groups. */
struct sqz_ou_group {
	uint16_t block;
	/* Without a row list: the block's array rows first_row .. first_row +
	 * rows - 1. With one: array rows list[0..rows-1], none twice, and
	 * first_row is 0. A block's own row list applies behind either. */
	uint16_t first_row;
	uint16_t rows;	  /* 1..ou_rows */
	uint16_t columns; /* 1..65535 stored columns */
	/* Stored column whose bits are all 1, or SQZ_OU_NO_ONES: needed if a
	 * destination of the group is a complement. It may have destinations
	 * of its own. */
	uint16_t ones;
	uint16_t reserved;
	uint32_t rows_offset;	 /* uint16[rows], 0: in order */
	uint32_t columns_offset; /* struct sqz_ou_column[columns] */
	/* uint16[destinations]: the lists of the columns, one after the other,
	 * in the order of the columns. */
	uint32_t destinations_offset;
	uint32_t destinations; /* sum over the columns */
};

struct sqz_ou_column {
	uint16_t bits; /* bit i: row i of the group; higher bits are 0 */
	uint16_t destinations; /* 0 only for the ones column */
};

/* A destination. Planes may be added up beforehand: where a weight's sign plane
 * and the planes below it hold the same column, -2^7 + 2^6 + 2^5 is one
 * destination of plane 5, negative. */
#define SQZ_OU_DEST_COLUMN     0x03ffu /* output column, from the block's col0 */
#define SQZ_OU_DEST_PLANE      0x3c00u /* weighted 2^plane */
#define SQZ_OU_DEST_PLANE_BIT  10
#define SQZ_OU_DEST_NEGATIVE   0x4000u /* subtracted */
#define SQZ_OU_DEST_COMPLEMENT 0x8000u

#ifdef __cplusplus
#define SQZ_IMAGE_ASSERT(type, size)                                           \
	static_assert(sizeof(type) == (size), #type)
#else
#define SQZ_IMAGE_ASSERT(type, size)                                           \
	_Static_assert(sizeof(type) == (size), #type)
#endif

SQZ_IMAGE_ASSERT(struct sqz_image_header, 64);
SQZ_IMAGE_ASSERT(struct sqz_image_section, 32);
SQZ_IMAGE_ASSERT(struct sqz_image_network, 128);
SQZ_IMAGE_ASSERT(struct sqz_image_tensor, 48);
SQZ_IMAGE_ASSERT(struct sqz_image_layer, 136);
SQZ_IMAGE_ASSERT(struct sqz_image_step, 32);
SQZ_IMAGE_ASSERT(struct sqz_image_input, 32);
SQZ_IMAGE_ASSERT(struct sqz_step_header, 192);
SQZ_IMAGE_ASSERT(struct sqz_block, 48);
SQZ_IMAGE_ASSERT(struct sqz_array, 16);
SQZ_IMAGE_ASSERT(struct sqz_ou_array, 16);
SQZ_IMAGE_ASSERT(struct sqz_ou_group, 28);
SQZ_IMAGE_ASSERT(struct sqz_ou_column, 4);

#endif
