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
	unsigned bits = block->cell_bits;
	unsigned flip = plane->offset ? 1u << (bits - 1) : 0;

	for (uint32_t r = 0; r < block->rows; r++) {
		const int16_t *row = block->squeezed + (size_t)r * block->cols;

		for (uint32_t c = 0; c < block->cols; c++) {
			uint64_t digit =
			    (cell_pattern(row[c], source) >> plane->plane) ^
			    flip;

			for (unsigned i = 0; i < bits; i++)
				plane
				    ->bits[((size_t)c * bits + i) * word_count +
					   r / 64] |= (digit >> i & 1)
						      << (r % 64);
		}
	}
}

/* Two's complement patterns of the whole block: planes with a 1, signs being
 * extended; *top is the plane of the sign, *negative if there is one. */
static uint32_t signed_planes(const struct sqz_weight_block *block,
			      unsigned *top, bool *negative)
{
	size_t cells = (size_t)block->rows * block->cols;
	unsigned all = 0;

	*top = sqz_bit_length(block->stored);
	for (size_t i = 0; i < cells; i++)
		all |= (unsigned)block->squeezed[i];
	*negative = all >> *top & 1;
	return all;
}

static uint32_t digits_of(uint32_t planes, unsigned count, unsigned cell_bits)
{
	unsigned mask = (1u << cell_bits) - 1;
	uint32_t digits = 0;

	for (unsigned d = 0; d < count; d++)
		if (planes >> (d * cell_bits) & mask)
			digits |= 1u << d;
	return digits;
}

struct sqz_digits sqz_block_digits(const struct sqz_weight_block *block,
				   enum sqz_sign_form form)
{
	unsigned bits = block->cell_bits;
	struct sqz_digits digits = { .offset = -1 };
	uint32_t planes = block->stored;
	unsigned word = sqz_bit_length(block->stored);
	bool negative = false;

	if (form == SQZ_SIGN_TWOS_COMPLEMENT)
		planes = signed_planes(block, &word, &negative);
	unsigned count = (word + negative + bits - 1) / bits;
	digits.stored = digits_of(planes, count, bits);
	if (negative && bits > 1) {
		digits.offset = (int)count - 1;
		digits.stored |= 1u << digits.offset;
	}
	return digits;
}

static uint32_t count_bits(uint32_t value)
{
	return (uint32_t)__builtin_popcount(value);
}

uint32_t sqz_block_array_count(const struct sqz_weight_block *block,
			       enum sqz_sign_form form)
{
	uint32_t digits = count_bits(sqz_block_digits(block, form).stored);

	return form == SQZ_SIGN_DIFFERENTIAL ? 2 * digits : digits;
}

uint32_t sqz_blocks_dense_arrays(const struct sqz_blocks *blocks,
				 enum sqz_sign_form form)
{
	bool pair = form == SQZ_SIGN_DIFFERENTIAL;
	uint32_t planes = blocks->planes - blocks->squeeze - blocks->truncate +
			  (pair ? 0 : 1);
	uint32_t digits = (planes + blocks->cell_bits - 1) / blocks->cell_bits;

	return blocks->count * (pair ? 2 * digits : digits);
}

/* Appends an array; its cells follow those of the one before. */
static void add_plane(const struct sqz_weight_block *block,
		      struct sqz_planes *planes, struct sqz_plane plane,
		      enum cell_source source)
{
	size_t words =
	    (size_t)block->cols * block->cell_bits * planes->word_count;

	plane.bits = planes->bits + planes->count * words;
	planes->planes[planes->count] = plane;
	fill_plane(block, source, planes->word_count,
		   &planes->planes[planes->count]);
	planes->count++;
}

static void add_digit(const struct sqz_weight_block *block,
		      enum sqz_sign_form form, const struct sqz_digits *digits,
		      unsigned digit, struct sqz_planes *planes)
{
	struct sqz_plane plane = {
		.plane = (uint8_t)(digit * block->cell_bits),
		.offset = digits->offset == (int)digit,
	};

	if (form == SQZ_SIGN_DIFFERENTIAL) {
		add_plane(block, planes, plane, POSITIVE);
		plane.negative = true;
		add_plane(block, planes, plane, NEGATIVE);
		return;
	}
	plane.negative =
	    block->cell_bits == 1 && digit == sqz_bit_length(block->stored);
	add_plane(block, planes, plane, SIGNED);
}

int sqz_block_planes(const struct sqz_weight_block *block,
		     enum sqz_sign_form form, struct sqz_planes *planes,
		     struct sqz_error *err)
{
	struct sqz_digits digits = sqz_block_digits(block, form);
	uint32_t count = sqz_block_array_count(block, form);
	uint32_t word_count = (block->rows + 63) / 64;
	size_t words =
	    (size_t)count * block->cols * block->cell_bits * word_count;

	*planes = (struct sqz_planes){ .word_count = word_count };
	planes->planes = calloc(count + 1, sizeof(*planes->planes));
	planes->bits = calloc(words + 1, sizeof(*planes->bits));
	if (!planes->planes || !planes->bits) {
		sqz_planes_free(planes);
		return sqz_fail(err, "out of memory for %u bit planes", count);
	}
	for (unsigned d = 0; digits.stored >> d; d++)
		if (digits.stored >> d & 1)
			add_digit(block, form, &digits, d, planes);
	return 0;
}

void sqz_planes_free(struct sqz_planes *planes)
{
	free(planes->planes);
	free(planes->bits);
	*planes = (struct sqz_planes){ 0 };
}
