#include "ou_group.h"

#include <stdlib.h>
#include <string.h>

#include "squeeze.h"

#define MAX_PLANES (SQZ_MAX_PLANES + 1)
#define HALF_ROWS  8

static unsigned all_patterns(const struct sqz_weight_block *block)
{
	size_t cells = (size_t)block->rows * block->cols;
	unsigned all = 0;

	for (size_t i = 0; i < cells; i++)
		all |= (unsigned)block->squeezed[i];
	return all;
}

void sqz_ou_planes_used(struct sqz_ou_window *window)
{
	unsigned sign = sqz_bit_length(window->block->stored);
	unsigned all = all_patterns(window->block);

	window->sign = (uint8_t)sign;
	window->plane_count = 0;
	for (unsigned i = sign + 1; i-- > 0;)
		if (all >> i & 1)
			window->planes[window->plane_count++] = (uint8_t)i;
}

void sqz_ou_planes_all(struct sqz_ou_window *window, unsigned lowest,
		       unsigned sign)
{
	window->sign = (uint8_t)sign;
	window->plane_count = 0;
	for (unsigned i = sign + 1; i-- > lowest;)
		window->planes[window->plane_count++] = (uint8_t)i;
}

/* Bit 8 i + j of the result is bit 8 j + i of x. */
static uint64_t transpose_8x8(uint64_t x)
{
	uint64_t t = (x ^ x >> 7) & 0x00aa00aa00aa00aaull;

	x ^= t ^ t << 7;
	t = (x ^ x >> 14) & 0x0000cccc0000ccccull;
	x ^= t ^ t << 14;
	t = (x ^ x >> 28) & 0x00000000f0f0f0f0ull;
	return x ^ t ^ t << 28;
}

/* Eight rows' bits of one weight column: byte i of *low (plane i) or *high
 * (plane 8 + i) has a bit for each row. */
static void column_bits(const struct sqz_weight_block *block,
			const uint16_t *rows, uint32_t count, uint32_t column,
			uint64_t *low, uint64_t *high)
{
	uint64_t x = 0, y = 0;

	for (uint32_t k = 0; k < count; k++) {
		uint64_t value =
		    (uint16_t)
			block->squeezed[(size_t)rows[k] * block->cols + column];

		x |= (value & 0xff) << (8 * k);
		y |= (value >> 8) << (8 * k);
	}
	*low = transpose_8x8(x);
	*high = transpose_8x8(y);
}

void sqz_ou_patterns(const struct sqz_ou_window *window, const uint16_t *rows,
		     uint32_t count, uint16_t *patterns)
{
	uint32_t n = window->plane_count;
	uint32_t first = count < HALF_ROWS ? count : HALF_ROWS;

	for (uint32_t c = 0; c < window->cols; c++, patterns += n) {
		uint64_t bits[2][2] = { 0 };

		column_bits(window->block, rows, first, window->col0 + c,
			    &bits[0][0], &bits[0][1]);
		if (count > HALF_ROWS)
			column_bits(window->block, rows + HALF_ROWS,
				    count - HALF_ROWS, window->col0 + c,
				    &bits[1][0], &bits[1][1]);
		for (uint32_t i = 0; i < n; i++) {
			unsigned plane = window->planes[i];
			unsigned shift = plane % 8 * 8;

			patterns[i] =
			    (uint16_t)((bits[0][plane / 8] >> shift & 0xff) |
				       (bits[1][plane / 8] >> shift & 0xff)
					   << 8);
		}
	}
}

struct sqz_ou_maker {
	uint32_t ou_columns;
	/* By pattern: number of the stored column plus 1; 0 between groups. */
	uint16_t *number;
	uint16_t *bits;	 /* by number */
	uint16_t *dealt; /* bits by place */
	uint16_t *taken;
	uint32_t *accumulates;
};

struct sqz_ou_maker *sqz_ou_maker_create(uint32_t ou_rows, uint32_t ou_columns,
					 uint32_t bit_columns)
{
	struct sqz_ou_maker *maker = calloc(1, sizeof(*maker));

	if (!maker)
		return NULL;
	maker->ou_columns = ou_columns;
	maker->number = calloc((size_t)1 << ou_rows, sizeof(uint16_t));
	maker->bits = calloc(bit_columns + 1, sizeof(uint16_t));
	maker->dealt = calloc(bit_columns + 1, sizeof(uint16_t));
	maker->taken = calloc(bit_columns + 1, sizeof(uint16_t));
	maker->accumulates = calloc(bit_columns + 1, sizeof(uint32_t));
	if (maker->number && maker->bits && maker->dealt && maker->taken &&
	    maker->accumulates)
		return maker;
	sqz_ou_maker_free(maker);
	return NULL;
}

void sqz_ou_maker_free(struct sqz_ou_maker *maker)
{
	if (!maker)
		return;
	free(maker->number);
	free(maker->bits);
	free(maker->dealt);
	free(maker->taken);
	free(maker->accumulates);
	free(maker);
}

/* Planes high .. low of one weight take the same column. Where the sign plane
 * is among them, -2^high + 2^(high-1) + .. + 2^low = -2^low; else 2^high + .. +
 * 2^low = 2^(high+1) - 2^low. */
static uint32_t run_targets(const struct sqz_ou_window *window, unsigned high,
			    unsigned low, struct sqz_ou_target base,
			    struct sqz_ou_target *targets)
{
	bool sign = high == window->sign;
	bool differ = sign || high - low >= 2;

	targets[0] = targets[1] = base;
	targets[0].packed |= (uint16_t)(low << SQZ_OU_DEST_PLANE_BIT);
	if (differ)
		targets[0].packed |= SQZ_OU_DEST_NEGATIVE;
	if (sign || high == low)
		return 1;
	if (differ)
		high++;
	targets[1].packed |= (uint16_t)(high << SQZ_OU_DEST_PLANE_BIT);
	return 2;
}

uint32_t sqz_ou_targets(const struct sqz_ou_window *window,
			const uint16_t *taken, uint32_t c,
			struct sqz_ou_target *targets)
{
	uint32_t n = window->plane_count;
	uint32_t count = 0;

	taken += (size_t)c * n;
	for (uint32_t i = 0, end; i < n; i = end) {
		uint16_t from = taken[i];
		unsigned high = window->planes[i], low = high;

		for (end = i + 1; end < n && taken[end] == from &&
				  window->planes[end] == low - 1u;
		     end++)
			low--;
		if (from == SQZ_OU_ZERO)
			continue;
		struct sqz_ou_target base = { from &
						  (uint16_t)~SQZ_OU_COMPLEMENT,
					      (uint16_t)(window->col0 + c) };
		if (from & SQZ_OU_COMPLEMENT)
			base.packed |= SQZ_OU_DEST_COMPLEMENT;
		count += run_targets(window, high, low, base, targets + count);
	}
	return count;
}

static void count_accumulates(struct sqz_ou_maker *maker,
			      const struct sqz_ou_window *window,
			      const uint16_t *taken, uint32_t columns)
{
	struct sqz_ou_target targets[MAX_PLANES];

	memset(maker->accumulates, 0, columns * sizeof(*maker->accumulates));
	for (uint32_t c = 0; c < window->cols; c++) {
		uint32_t count = sqz_ou_targets(window, taken, c, targets);

		for (uint32_t i = 0; i < count; i++)
			maker->accumulates[targets[i].column] +=
			    targets[i].packed & SQZ_OU_DEST_COMPLEMENT ? 2 : 1;
	}
}

void sqz_ou_draft_range(struct sqz_ou_maker *maker,
			const struct sqz_ou_window *window,
			const uint16_t *patterns, uint32_t first,
			uint32_t count, struct sqz_ou_draft *draft)
{
	uint32_t bit_columns = sqz_ou_bit_columns(window);

	for (uint32_t i = 0; i < bit_columns; i++)
		maker->taken[i] = i >= first && i - first < count
				      ? (uint16_t)(i - first)
				      : SQZ_OU_ZERO;
	for (uint32_t i = 0; i < count; i++)
		maker->accumulates[i] = 1;
	*draft = (struct sqz_ou_draft){ .columns = count,
					.ones = SQZ_OU_NO_ONES,
					.bits = patterns + first,
					.taken = maker->taken,
					.accumulates = maker->accumulates };
}

/* Where the number-th of `columns` stored columns stands. */
static uint32_t place_of(uint32_t number, uint32_t columns, uint32_t ou_columns)
{
	uint32_t ous = (columns + ou_columns - 1) / ou_columns;
	uint32_t last = columns - (ous - 1) * ou_columns; /* in the last OU */

	if (number < last * ous)
		return number % ous * ou_columns + number / ous;
	number -= last * ous;
	return number % (ous - 1) * ou_columns + last + number / (ous - 1);
}

void sqz_ou_deal(uint16_t *taken, uint32_t bit_columns, uint32_t columns,
		 uint32_t ou_columns)
{
	for (uint32_t i = 0; i < bit_columns; i++) {
		uint32_t number = taken[i] & (uint16_t)~SQZ_OU_COMPLEMENT;
		uint16_t complement = taken[i] & SQZ_OU_COMPLEMENT;

		if (taken[i] != SQZ_OU_ZERO)
			taken[i] =
			    (uint16_t)place_of(number, columns, ou_columns) |
			    complement;
	}
}

struct sharing {
	struct sqz_ou_maker *maker;
	uint16_t ones; /* pattern; 0: no complements */
	uint32_t columns;
	bool complement_used;
	uint32_t *marks;
};

static uint16_t take(struct sharing *s, uint16_t pattern)
{
	uint16_t *number = s->maker->number;

	if (number[pattern]) {
		s->marks[SQZ_OU_MARK_REPEAT]++;
		return number[pattern] - 1;
	}
	if (s->ones && number[pattern ^ s->ones]) {
		s->marks[SQZ_OU_MARK_REPEAT]++;
		s->complement_used = true;
		return (uint16_t)((number[pattern ^ s->ones] - 1) |
				  SQZ_OU_COMPLEMENT);
	}
	s->marks[SQZ_OU_MARK_NEW]++;
	s->maker->bits[s->columns] = pattern;
	number[pattern] = (uint16_t)++s->columns;
	return number[pattern] - 1;
}

static void share_columns(struct sharing *s, const uint16_t *patterns,
			  uint32_t columns, uint32_t plane_count)
{
	for (uint32_t i = 0; i < columns; i++) {
		uint16_t pattern = patterns[i];

		if (!pattern) {
			s->marks[SQZ_OU_MARK_ZERO]++;
			s->maker->taken[i] = SQZ_OU_ZERO;
		} else if (i % plane_count && pattern == patterns[i - 1]) {
			s->marks[SQZ_OU_MARK_ABOVE]++;
			s->maker->taken[i] = s->maker->taken[i - 1];
		} else {
			s->maker->taken[i] = take(s, pattern);
		}
	}
}

/* The number of the ones column, stored last if it is not there already. */
static uint16_t ones_number(struct sharing *s)
{
	uint16_t *number = &s->maker->number[s->ones];

	if (!*number) {
		s->maker->bits[s->columns] = s->ones;
		*number = (uint16_t)++s->columns;
	}
	return *number - 1;
}

void sqz_ou_draft_shared(struct sqz_ou_maker *maker,
			 const struct sqz_ou_window *window,
			 const uint16_t *patterns, uint32_t rows,
			 bool complements, struct sqz_ou_draft *draft)
{
	uint32_t bit_columns = sqz_ou_bit_columns(window);
	struct sharing s = { .maker = maker, .marks = draft->marks };

	*draft = (struct sqz_ou_draft){ .ones = SQZ_OU_NO_ONES,
					.bits = maker->dealt,
					.taken = maker->taken,
					.accumulates = maker->accumulates };
	if (complements)
		s.ones = (uint16_t)((1u << rows) - 1);
	share_columns(&s, patterns, bit_columns, window->plane_count);
	if (s.complement_used)
		draft->ones = ones_number(&s);
	for (uint32_t i = 0; i < s.columns; i++)
		maker->number[maker->bits[i]] = 0;
	draft->columns = s.columns;
	for (uint32_t i = 0; i < s.columns; i++)
		maker->dealt[place_of(i, s.columns, maker->ou_columns)] =
		    maker->bits[i];
	sqz_ou_deal(maker->taken, bit_columns, s.columns, maker->ou_columns);
	if (s.complement_used)
		draft->ones =
		    place_of(draft->ones, s.columns, maker->ou_columns);
	count_accumulates(maker, window, maker->taken, s.columns);
}

void sqz_ou_draft_given(struct sqz_ou_maker *maker,
			const struct sqz_ou_window *window,
			const uint16_t *patterns, const uint16_t *taken,
			uint32_t columns, struct sqz_ou_draft *draft)
{
	uint32_t bit_columns = sqz_ou_bit_columns(window);

	for (uint32_t i = 0; i < bit_columns; i++)
		if (taken[i] != SQZ_OU_ZERO)
			maker->dealt[taken[i]] = patterns[i];
	*draft = (struct sqz_ou_draft){ .columns = columns,
					.ones = SQZ_OU_NO_ONES,
					.bits = maker->dealt,
					.taken = taken,
					.accumulates = maker->accumulates };
	count_accumulates(maker, window, taken, columns);
}
