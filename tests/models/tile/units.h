/*
 * Random steps of operation units, cell by cell: what they must give (loops
 * over cells, written from sqz/image.h) and their blobs.
 *
 * The layer is a 1 x 1 convolution over one row of pixels; its outputs are the
 * accumulators themselves.
 */
#ifndef SQZ_TESTS_TILE_UNITS_H
#define SQZ_TESTS_TILE_UNITS_H

#include <stdbool.h>

#include "sqz/image.h"

#define UNITS_MAX_ROWS	       200
#define UNITS_MAX_GROUPS       64
#define UNITS_MAX_COLUMNS      24 /* of a group */
#define UNITS_MAX_DESTINATIONS 6
#define UNITS_MAX_BLOCKS       64

struct units_destination {
	uint32_t output; /* of the step */
	uint32_t plane;
	bool negative, complement;
};

struct units_column {
	uint8_t cells[SQZ_OU_MAX_ROWS];
	uint32_t destination_count;
	struct units_destination destinations[UNITS_MAX_DESTINATIONS];
};

struct units_group {
	uint32_t array, block;
	uint32_t row_count;
	uint32_t rows[SQZ_OU_MAX_ROWS]; /* array rows of the block */
	bool listed;
	uint32_t column_count;
	int ones; /* -1: none */
	struct units_column columns[UNITS_MAX_COLUMNS];
};

struct units_block {
	uint32_t row0, rows, col0, cols;
	bool reversed; /* its row list turns the rows around */
};

struct units {
	uint32_t rows, outputs, pixels;
	uint32_t ou_rows, ou_columns;
	uint32_t array_rows, array_columns;
	uint8_t shifts[UNITS_MAX_ROWS]; /* by matrix row */
	uint32_t block_count;
	struct units_block blocks[UNITS_MAX_BLOCKS];
	uint32_t array_count;
	uint32_t group_count; /* in the order of their arrays */
	struct units_group groups[UNITS_MAX_GROUPS];
	uint32_t index_bits; /* of every array */
};

struct units_shape {
	uint32_t rows, outputs, pixels;
	uint32_t ou_rows, ou_columns;
	uint32_t max_shift;
};

/* Blocks of 32 x 16, arrays of 32 x 16. */
void units_random(struct units *units, const struct units_shape *shape,
		  uint64_t seed);

struct units_totals {
	uint64_t conversions, saturations, accumulates, ou_cycles;
	uint64_t cell_cycles, row_cycles;
};

/* out[pixels * outputs]; totals of all pixels. */
void units_reference(const struct units *units, const uint8_t *in,
		     uint32_t adc_bits, int32_t *out,
		     struct units_totals *totals);

struct units_blob {
	uint8_t *bytes;
	uint32_t size;
	uint32_t groups; /* offset of the first array's groups */
};

struct units_blob units_blob(const struct units *units);

#endif
