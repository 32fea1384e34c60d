#include "count.h"

#include "integers.h"
#include "squeeze.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS (SQZ_MAX_PLANES + 1)
#define SIGNS	   2

static unsigned divide_up(unsigned a, unsigned b)
{
	return (a + b - 1) / b;
}

const char *sqz_cell_sign_name(enum sqz_cell_sign sign)
{
	static const char *const NAMES[] = { "pair", "twos", "offset" };

	return NAMES[sign];
}

/* Bits of a weight's word. */
static unsigned word_bits(const struct sqz_cells *cells)
{
	return cells->planes + (cells->sign != SQZ_CELLS_PAIR);
}

unsigned sqz_cells_digits(const struct sqz_cells *cells)
{
	return divide_up(word_bits(cells), cells->cell_bits);
}

static uint32_t rows_read_at_once(const struct sqz_design *design)
{
	if (design->read.mode == SQZ_READ_OU &&
	    design->read.ou_rows < design->array_rows)
		return design->read.ou_rows;
	return design->array_rows;
}

unsigned sqz_design_adc_bits(const struct sqz_design *design)
{
	uint32_t levels = (1u << design->cells.cell_bits) - 1;
	unsigned bits = sqz_bit_length(rows_read_at_once(design) * levels);

	return design->cells.sign == SQZ_CELLS_OFFSET ? bits - 1 : bits;
}

bool sqz_design_needs_weights(const struct sqz_design *design)
{
	bool sliced = design->cells.slicing == SQZ_SLICED;

	return design->read.skip_zero_rows || design->squeeze > 0 ||
	       (sliced && design->cells.free_planes);
}

/* Multi-level cells of a two's complement word: the digit of the sign stands in
 * its array with an offset that makes it positive. */
static bool has_offset_digit(const struct sqz_cells *cells)
{
	return cells->sign == SQZ_CELLS_TWOS && cells->cell_bits > 1;
}

/* What the functions below share while one layer is counted. */
struct counter {
	const struct sqz_design *design;
	struct sqz_count *count;
	unsigned digits;
	uint32_t ou_rows;
	uint32_t ou_columns;
	uint32_t
	    group_rows;	 /* of a group: rows that a bit line has weights in */
	uint32_t cycles; /* of the block at hand */
};

static uint32_t at_most(uint32_t value, uint32_t limit)
{
	return value < limit ? value : limit;
}

/* One set of bit lines that are read together, perhaps one of them a unit
 * column, of which `rows` rows are stored out of the block's. Returns its OUs.
 * Cells outside a bit line's group stand for nothing. */
static uint64_t add_strip(const struct counter *counter, uint32_t block_rows,
			  uint32_t rows, uint32_t columns, uint32_t units)
{
	struct sqz_count *count = counter->count;
	uint64_t ous = divide_up(rows, counter->ou_rows);
	uint64_t cells = (uint64_t)rows * columns;

	if (columns > count->bit_lines)
		count->bit_lines = columns;
	count->ous += ous;
	count->ou_cycles += ous * counter->cycles;
	count->used_cells +=
	    (uint64_t)at_most(rows, counter->group_rows) * (columns - units) +
	    (uint64_t)rows * units;
	count->cell_cycles += cells * SQZ_INPUT_BITS;
	count->dac_row_cycles += (uint64_t)rows * SQZ_INPUT_BITS;
	count->conversions += ous * columns * counter->cycles;
	if (counter->design->read.skip_zero_rows) {
		uint64_t list = (uint64_t)rows * sqz_bits_for(block_rows);
		count->index_bits += list < block_rows ? list : block_rows;
	}
	return ous;
}

/* Ends an array of so many OUs and bit lines, perhaps with a unit column beside
 * them; one without OUs is not there. */
static void add_array(const struct counter *counter, uint64_t ous,
		      uint32_t bit_lines, bool unit)
{
	const struct sqz_design *design = counter->design;
	struct sqz_count *count = counter->count;

	if (!ous)
		return;
	count->arrays++;
	count->cells +=
	    (uint64_t)design->array_rows * (design->array_columns + unit);
	if (design->cells.sign == SQZ_CELLS_OFFSET)
		count->index_bits += bit_lines; /* the flips */
	if (ous * counter->cycles > count->pass_cycles)
		count->pass_cycles = ous * counter->cycles;
}

/* An array whose every row is stored and read. */
static void add_dense_array(const struct counter *counter,
			    const struct sqz_rectangle *place,
			    uint32_t bit_lines, bool unit)
{
	uint32_t lines = bit_lines + unit;
	uint64_t ous = 0;

	for (uint32_t at = 0; at < lines; at += counter->ou_columns) {
		uint32_t columns = at_most(lines - at, counter->ou_columns);

		ous += add_strip(counter, place->rows, place->rows, columns,
				 unit && lines - at == columns);
	}
	add_array(counter, ous, bit_lines, unit);
}

static void count_dense_block(const struct counter *counter,
			      const struct sqz_rectangle *place)
{
	const struct sqz_cells *cells = &counter->design->cells;
	bool offset = cells->sign == SQZ_CELLS_OFFSET;

	for (unsigned s = 0; s < (cells->sign == SQZ_CELLS_PAIR ? 2 : 1); s++) {
		if (cells->slicing == SQZ_SIDE_BY_SIDE) {
			add_dense_array(counter, place,
					place->cols * counter->digits,
					offset || has_offset_digit(cells));
			continue;
		}
		for (unsigned d = 0; d < counter->digits; d++)
			add_dense_array(counter, place, place->cols,
					offset || (has_offset_digit(cells) &&
						   d == counter->digits - 1));
	}
}

/* ---- by the weights ---- */

/* Bits of value that the arrays of a sign hold. */
static unsigned stored_word(const struct sqz_cells *cells, int value,
			    unsigned sign)
{
	if (cells->sign == SQZ_CELLS_TWOS)
		return (unsigned)value;
	if (sign == 0)
		return value > 0 ? (unsigned)value : 0;
	return value < 0 ? (unsigned)-value : 0;
}

/* Rows of a strip in which an array has a 1, by sign and digit. */
struct strip_rows {
	uint32_t rows[SIGNS][MAX_DIGITS];
};

static void count_row(const struct sqz_cells *cells, unsigned digits,
		      const int16_t *values, uint32_t columns,
		      struct strip_rows *strip)
{
	unsigned mask = (1u << cells->cell_bits) - 1;
	unsigned words[SIGNS] = { 0 };

	if (cells->sign == SQZ_CELLS_TWOS)
		for (uint32_t c = 0; c < columns; c++)
			words[0] |= (unsigned)values[c];
	else
		for (uint32_t c = 0; c < columns; c++) {
			words[0] |= stored_word(cells, values[c], 0);
			words[1] |= stored_word(cells, values[c], 1);
		}
	for (unsigned s = 0; s < SIGNS; s++)
		for (unsigned d = 0; d < digits; d++)
			strip->rows[s][d] +=
			    (words[s] >> (d * cells->cell_bits) & mask) != 0;
}

/* A sliced block, rows that are zero in a strip skipped. */
static void count_sliced_rows(const struct counter *counter,
			      const struct sqz_weight_block *block)
{
	const struct sqz_cells *cells = &counter->design->cells;
	uint64_t ous[SIGNS][MAX_DIGITS] = { 0 };

	for (uint32_t at = 0; at < block->cols; at += counter->ou_columns) {
		uint32_t columns =
		    at_most(block->cols - at, counter->ou_columns);
		struct strip_rows strip = { 0 };

		for (uint32_t r = 0; r < block->rows; r++)
			count_row(cells, counter->digits,
				  block->squeezed + (size_t)r * block->cols +
				      at,
				  columns, &strip);
		for (unsigned s = 0; s < SIGNS; s++)
			for (unsigned d = 0; d < counter->digits; d++)
				if (strip.rows[s][d])
					ous[s][d] += add_strip(
					    counter, block->rows,
					    strip.rows[s][d], columns, 0);
	}
	for (unsigned s = 0; s < SIGNS; s++)
		for (unsigned d = 0; d < counter->digits; d++)
			add_array(counter, ous[s][d], block->cols, false);
}

/* A sliced block; every row is read. */
static void count_sliced_block(const struct counter *counter,
			       const struct sqz_weight_block *block)
{
	const struct sqz_cells *cells = &counter->design->cells;
	const struct sqz_rectangle place = { .rows = block->rows,
					     .cols = block->cols };
	struct sqz_weight_block variant = *block;
	bool pair = cells->sign == SQZ_CELLS_PAIR;

	if (!cells->free_planes) {
		count_dense_block(counter, &place);
		return;
	}
	variant.cell_bits = cells->cell_bits;
	struct sqz_digits digits = sqz_block_digits(
	    &variant, pair ? SQZ_SIGN_DIFFERENTIAL : SQZ_SIGN_TWOS_COMPLEMENT);
	for (int d = 0; digits.stored >> d; d++)
		if (digits.stored >> d & 1)
			for (int s = 0; s < (pair ? 2 : 1); s++)
				add_dense_array(counter, &place, block->cols,
						digits.offset == d);
}

/* True if the weights' digits first .. first + count - 1, counted through the
 * row, hold a 1. */
static bool digits_used(const struct sqz_cells *cells, unsigned digits,
			const int16_t *row, unsigned sign, uint32_t first,
			uint32_t count)
{
	unsigned mask = (1u << cells->cell_bits) - 1;

	for (uint32_t i = first; i < first + count; i++) {
		unsigned word = stored_word(cells, row[i / digits], sign);

		if (word >> (i % digits * cells->cell_bits) & mask)
			return true;
	}
	return false;
}

static void count_side_by_side(const struct counter *counter,
			       const struct sqz_weight_block *block,
			       unsigned sign)
{
	uint32_t bit_lines = block->cols * counter->digits;
	uint64_t ous = 0;

	for (uint32_t at = 0; at < bit_lines; at += counter->ou_columns) {
		uint32_t columns = at_most(bit_lines - at, counter->ou_columns);
		uint32_t rows = 0;

		for (uint32_t r = 0; r < block->rows; r++)
			rows += digits_used(
			    &counter->design->cells, counter->digits,
			    block->squeezed + (size_t)r * block->cols, sign, at,
			    columns);
		if (rows)
			ous +=
			    add_strip(counter, block->rows, rows, columns, 0);
	}
	add_array(counter, ous, bit_lines, false);
}

/* ---- layers ---- */

static void count_weights(struct counter *counter,
			  const struct sqz_blocks *blocks)
{
	const struct sqz_design *design = counter->design;
	unsigned shift_bits = sqz_bits_for(design->squeeze + 1);

	for (uint32_t b = 0; b < blocks->count; b++) {
		const struct sqz_weight_block *block = &blocks->blocks[b];
		bool pair = design->cells.sign == SQZ_CELLS_PAIR;

		counter->cycles = SQZ_INPUT_BITS + block->max_shift;
		if (counter->cycles > counter->count->input_cycles)
			counter->count->input_cycles = counter->cycles;
		counter->count->index_bits +=
		    (uint64_t)block->rows *
		    (shift_bits +
		     (block->order ? sqz_bits_for(block->span) : 0));
		if (design->cells.slicing == SQZ_SIDE_BY_SIDE)
			for (unsigned s = 0; s < (pair ? 2 : 1); s++)
				count_side_by_side(counter, block, s);
		else if (design->read.skip_zero_rows)
			count_sliced_rows(counter, block);
		else
			count_sliced_block(counter, block);
	}
	counter->count->blocks = blocks->count;
}

static void count_shape(struct counter *counter,
			const struct sqz_block_shape *shape)
{
	counter->count->blocks = sqz_block_count(shape);
	counter->count->input_cycles = counter->cycles = SQZ_INPUT_BITS;
	for (uint64_t i = 0; i < counter->count->blocks; i++) {
		struct sqz_rectangle place = sqz_block_rectangle(shape, i);

		count_dense_block(counter, &place);
	}
}

/* Side by side, the weights are cut for arrays of fewer columns. */
static int count_cut_again(struct counter *counter,
			   const struct sqz_layer_view *layer,
			   const struct sqz_block_shape *shape,
			   struct sqz_error *err)
{
	struct sqz_blocks blocks;

	if (sqz_blocks_slice(shape, layer->weights,
			     counter->design->cells.planes, &blocks, err))
		return -1;
	count_weights(counter, &blocks);
	sqz_blocks_free(&blocks);
	return 0;
}

static int check_design(const struct sqz_design *design, struct sqz_error *err)
{
	const struct sqz_cells *cells = &design->cells;
	unsigned digits;

	if (cells->planes < 1 || cells->planes > SQZ_MAX_PLANES + 1 ||
	    (cells->cell_bits != 1 && cells->cell_bits != 2 &&
	     cells->cell_bits != 4))
		return sqz_fail(err, "%u planes in cells of %u bits",
				cells->planes, cells->cell_bits);
	digits = sqz_cells_digits(cells);
	if (cells->slicing == SQZ_SIDE_BY_SIDE &&
	    digits > design->array_columns)
		return sqz_fail(err,
				"a weight of %u cells does not fit an array "
				"of %u bit lines",
				digits, design->array_columns);
	if (cells->slicing == SQZ_SIDE_BY_SIDE && design->squeeze)
		return sqz_fail(err, "a squeeze needs sliced weights");
	if (design->read.mode == SQZ_READ_OU &&
	    (!design->read.ou_rows || !design->read.ou_columns))
		return sqz_fail(err, "an operation unit of no cells");
	if (design->read.skip_zero_rows &&
	    (cells->sign == SQZ_CELLS_OFFSET || has_offset_digit(cells)))
		return sqz_fail(err, "an offset leaves no zero rows to skip");
	if (cells->sign == SQZ_CELLS_OFFSET && sqz_design_needs_weights(design))
		return sqz_fail(err, "an offset leaves no free planes");
	return 0;
}

int sqz_count_layer(const struct sqz_layer_view *layer,
		    const struct sqz_design *design, struct sqz_count *count,
		    struct sqz_error *err)
{
	struct sqz_block_shape shape = layer->shape;
	struct counter counter = { .design = design, .count = count };

	*count = (struct sqz_count){ 0 };
	if (check_design(design, err))
		return -1;
	bool ou = design->read.mode == SQZ_READ_OU;
	counter.digits = sqz_cells_digits(&design->cells);
	counter.group_rows = shape.group_rows;
	counter.ou_rows = rows_read_at_once(design);
	counter.ou_columns = ou ? design->read.ou_columns : UINT32_MAX;
	shape.array_rows = design->array_rows;
	shape.array_columns = design->array_columns;
	shape.groups_apart = design->cells.groups_apart;
	if (design->cells.slicing == SQZ_SIDE_BY_SIDE)
		shape.array_columns /= counter.digits;
	if (!sqz_design_needs_weights(design))
		count_shape(&counter, &shape);
	else if (design->cells.slicing == SQZ_SLICED && layer->blocks)
		count_weights(&counter, layer->blocks);
	else if (design->cells.slicing == SQZ_SIDE_BY_SIDE && layer->weights)
		return count_cut_again(&counter, layer, &shape, err);
	else
		return sqz_fail(err, "the design wants a layer's weights");
	return 0;
}

static void raise(uint64_t *largest, uint64_t value)
{
	if (value > *largest)
		*largest = value;
}

void sqz_count_add(struct sqz_count *total, const struct sqz_count *count,
		   uint64_t positions)
{
	total->blocks += count->blocks;
	total->arrays += count->arrays;
	total->cells += count->cells;
	total->used_cells += count->used_cells;
	total->index_bits += count->index_bits;
	total->ous += count->ous;
	total->ou_cycles += count->ou_cycles * positions;
	total->cell_cycles += count->cell_cycles * positions;
	total->dac_row_cycles += count->dac_row_cycles * positions;
	total->conversions += count->conversions * positions;
	raise(&total->pass_cycles, count->pass_cycles);
	if (count->input_cycles > total->input_cycles)
		total->input_cycles = count->input_cycles;
	if (count->bit_lines > total->bit_lines)
		total->bit_lines = count->bit_lines;
}
