/* Bit planes of a block: what stands in the cells. */
#include "blocks.h"
#include "squeeze.h"

#include <stdlib.h>

/* Value whose bit `plane` is the cell, for one array. */
enum cell_source { POSITIVE, NEGATIVE, SIGNED };

static unsigned cell_pattern(int value, enum cell_source source)
{
	switch (source) {
	case POSITIVE:
		return value > 0 ? (unsigned)value : 0;
	case NEGATIVE:
		return value < 0 ? (unsigned)-value : 0;
	default: /* two's complement; bits above the top plane are not used */
		return (unsigned)value;
	}
}

static void fill_plane(const struct sqz_weight_block *block,
		       enum cell_source source, uint32_t word_count,
		       struct sqz_plane *plane)
{
	for (uint32_t r = 0; r < block->rows; r++) {
		const int16_t *row = block->squeezed + (size_t)r * block->cols;

		for (uint32_t c = 0; c < block->cols; c++) {
			uint64_t bit =
			    cell_pattern(row[c], source) >> plane->plane & 1;

			plane->bits[(size_t)c * word_count + r / 64] |=
			    bit << (r % 64);
		}
	}
}

/* OR of all two's complement patterns, with the sign at its plane. */
static uint32_t signed_planes(const struct sqz_weight_block *block,
			      unsigned *top)
{
	size_t cells = (size_t)block->rows * block->cols;
	unsigned all = 0;

	*top = sqz_bit_length(block->stored);
	for (size_t i = 0; i < cells; i++)
		all |= (unsigned)block->squeezed[i];
	return all & ((2u << *top) - 1);
}

static uint32_t count_bits(uint32_t value)
{
	return (uint32_t)__builtin_popcount(value);
}

uint32_t sqz_block_array_count(const struct sqz_weight_block *block,
			       enum sqz_sign_form form)
{
	unsigned top;

	if (form == SQZ_SIGN_DIFFERENTIAL)
		return 2 * count_bits(block->stored);
	return count_bits(signed_planes(block, &top));
}

uint32_t sqz_blocks_dense_arrays(const struct sqz_blocks *blocks,
				 enum sqz_sign_form form)
{
	uint32_t kept = blocks->planes - blocks->squeeze - blocks->truncate;

	return blocks->count *
	       (form == SQZ_SIGN_DIFFERENTIAL ? 2 * kept : kept + 1);
}

/* Appends an array; its cells follow those of the one before. */
static void add_plane(const struct sqz_weight_block *block,
		      struct sqz_planes *planes, unsigned exponent,
		      bool negative, enum cell_source source)
{
	struct sqz_plane *plane = &planes->planes[planes->count];

	plane->plane = (uint8_t)exponent;
	plane->negative = negative;
	plane->bits = planes->bits +
		      (size_t)planes->count * block->cols * planes->word_count;
	planes->count++;
	fill_plane(block, source, planes->word_count, plane);
}

static void add_differential(const struct sqz_weight_block *block,
			     struct sqz_planes *planes)
{
	for (unsigned i = 0; i < SQZ_MAX_PLANES; i++) {
		if (!(block->stored >> i & 1))
			continue;
		add_plane(block, planes, i, false, POSITIVE);
		add_plane(block, planes, i, true, NEGATIVE);
	}
}

static void add_twos_complement(const struct sqz_weight_block *block,
				struct sqz_planes *planes)
{
	unsigned top;
	uint32_t used = signed_planes(block, &top);

	for (unsigned i = 0; i <= top; i++)
		if (used >> i & 1)
			add_plane(block, planes, i, i == top, SIGNED);
}

int sqz_block_planes(const struct sqz_weight_block *block,
		     enum sqz_sign_form form, struct sqz_planes *planes,
		     struct sqz_error *err)
{
	uint32_t count = sqz_block_array_count(block, form);
	uint32_t word_count = (block->rows + 63) / 64;
	size_t words = (size_t)count * block->cols * word_count;

	*planes = (struct sqz_planes){ .word_count = word_count };
	planes->planes = calloc(count + 1, sizeof(*planes->planes));
	planes->bits = calloc(words + 1, sizeof(*planes->bits));
	if (!planes->planes || !planes->bits) {
		sqz_planes_free(planes);
		return sqz_fail(err, "out of memory for %u bit planes", count);
	}
	if (form == SQZ_SIGN_DIFFERENTIAL)
		add_differential(block, planes);
	else
		add_twos_complement(block, planes);
	return 0;
}

void sqz_planes_free(struct sqz_planes *planes)
{
	free(planes->planes);
	free(planes->bits);
	*planes = (struct sqz_planes){ 0 };
}
