#include "tile/crossbar.h"

#include <stdlib.h>
#include <string.h>

#include "tile/crossbar_private.h"

struct sqz_crossbar {
	uint32_t rows, columns, words, cycles;
	uint32_t cell_bits;
	uint32_t arrays;
	struct { /* by array */
		uint8_t plane;
		bool negative, offset;
	} array[SQZ_CROSSBAR_MAX_ARRAYS];
	uint32_t vectors;
	uint32_t adc_max;
	bool lossless;
	const struct sqz_kernel *kernel;
	uint64_t *cells; /* [vector][array][bit][word][lane] */
	uint32_t all_cycles;
	uint32_t group_count;
	struct sqz_term_group *groups;
	struct sqz_term *terms;
	/* The terms of the cycles `kept_active` only, not of all cycles: passes
	 * that follow each other mostly have the same. */
	uint32_t kept_active; /* 0: none */
	uint32_t kept_count;
	struct sqz_term_group *kept_groups;
	struct sqz_term *kept_terms;
};

/* -- word lines -- */

void sqz_drive_plan_init(struct sqz_drive_plan *plan, uint32_t rows,
			 uint32_t input_bits, const uint8_t *shifts)
{
	uint32_t largest = 0;

	memset(plan, 0, sizeof(*plan));
	plan->rows = rows;
	plan->words = (rows + 63) / 64;
	plan->input_mask = (uint8_t)((1u << input_bits) - 1);
	for (uint32_t r = 0; shifts && r < rows; r++) {
		plan->factors[r] = (uint8_t)(1u << shifts[r]);
		if (shifts[r] > largest)
			largest = shifts[r];
	}
	plan->shifted = largest != 0;
	plan->cycles = input_bits + largest;
}

/* A shifted input is up to 15 bits long: its two bytes are driven apart. */
static void shift_inputs(const struct sqz_drive_plan *plan,
			 const uint8_t *inputs, uint8_t *low, uint8_t *high)
{
	for (uint32_t i = 0; i < plan->words * 64; i++) {
		unsigned value =
		    (inputs[i] & plan->input_mask) * (unsigned)plan->factors[i];

		low[i] = (uint8_t)value;
		high[i] = (uint8_t)(value >> 8);
	}
}

static uint32_t active_cycles(const struct sqz_drive *drive, uint32_t words,
			      uint32_t cycles)
{
	uint32_t active = 0;

	for (uint32_t t = 0; t < cycles; t++) {
		uint64_t any = 0;

		for (uint32_t w = 0; w < words; w++)
			any |= drive->lines[t * words + w];
		active |= (uint32_t)(any != 0) << t;
	}
	return active;
}

void sqz_drive_fill(const struct sqz_drive_plan *plan, const uint8_t *inputs,
		    struct sqz_drive *drive)
{
	const struct sqz_kernel *kernel = sqz_crossbar_kernel(sqz_cpu_level());
	uint32_t words = plan->words;
	uint32_t first = plan->cycles < 8 ? plan->cycles : 8;
	uint8_t low[SQZ_CROSSBAR_MAX_ROWS];
	uint8_t high[SQZ_CROSSBAR_MAX_ROWS];

	if (plan->shifted) {
		shift_inputs(plan, inputs, low, high);
		inputs = low;
	}
	for (uint32_t w = 0; w < words; w++) {
		kernel->transpose(inputs + w * 64, drive->lines + w, words,
				  first);
		if (plan->cycles > 8)
			kernel->transpose(high + w * 64,
					  drive->lines + 8 * words + w, words,
					  plan->cycles - 8);
	}
	drive->active = active_cycles(drive, words, plan->cycles);
}

/* -- programming -- */

static bool spec_ok(const struct sqz_crossbar_spec *spec)
{
	if (spec->rows < 1 || spec->rows > SQZ_CROSSBAR_MAX_ROWS ||
	    spec->columns < 1 || spec->columns > SQZ_CROSSBAR_MAX_COLUMNS ||
	    spec->cycles < 1 || spec->cycles > SQZ_CROSSBAR_MAX_CYCLES ||
	    spec->cell_bits < 1 ||
	    spec->cell_bits > SQZ_CROSSBAR_MAX_CELL_BITS ||
	    spec->array_count > SQZ_CROSSBAR_MAX_ARRAYS / spec->cell_bits ||
	    spec->adc_bits < 1 || spec->adc_bits > 16)
		return false;
	for (uint32_t a = 0; a < spec->array_count; a++)
		if (spec->arrays[a].plane + spec->cell_bits - 1 + spec->cycles >
		    SQZ_CROSSBAR_MAX_WEIGHT)
			return false;
	return true;
}

static uint64_t *cell_word(const struct sqz_crossbar *x, uint32_t array,
			   uint32_t bit, uint32_t word, uint32_t column)
{
	uint32_t lanes = x->kernel->lanes;
	size_t vector = column / lanes;
	size_t plane = (vector * x->arrays + array) * x->cell_bits + bit;

	return x->cells + (plane * x->words + word) * lanes + column % lanes;
}

/* Bit i of word k and bit k of word i change places. */
static void transpose_words(uint64_t words[64])
{
	uint64_t mask = 0xffffffff; /* low half of each 2 x half bits */

	for (uint32_t half = 32; half; half >>= 1, mask ^= mask << half)
		for (uint32_t k = 0; k < 64; k = ((k | half) + 1) & ~half) {
			uint64_t *low = &words[k], *high = &words[k | half];
			uint64_t change = (*low >> half ^ *high) & mask;

			*low ^= change << half;
			*high ^= change;
		}
}

/* Up to 64 bit lines with their rows in the drive's order: turned around, so
 * that a row is a word, put in order, and turned back. */
static void order_lines(const struct sqz_crossbar_spec *spec,
			const uint64_t *bits, uint32_t lines, uint32_t words,
			uint64_t *ordered)
{
	uint64_t rows[SQZ_CROSSBAR_MAX_WORDS * 64] = { 0 };
	uint64_t block[64];

	for (uint32_t w = 0; w < words; w++) {
		for (uint32_t l = 0; l < lines; l++)
			rows[w * 64 + l] = bits[(size_t)l * words + w];
		transpose_words(rows + w * 64);
	}
	for (uint32_t w = 0; w < words; w++) {
		for (uint32_t i = 0; i < 64; i++) {
			uint32_t row = w * 64 + i;

			block[i] =
			    row < spec->rows ? rows[spec->order[row]] : 0;
		}
		transpose_words(block);
		for (uint32_t l = 0; l < lines; l++)
			ordered[(size_t)l * words + w] = block[l];
	}
}

static void fill_cells(struct sqz_crossbar *x,
		       const struct sqz_crossbar_spec *spec, uint32_t array)
{
	const uint64_t *bits = spec->arrays[array].bits;
	uint32_t lines = x->columns * x->cell_bits, words = x->words;
	uint64_t ordered[64 * SQZ_CROSSBAR_MAX_WORDS];

	for (uint32_t line = 0; line < lines; line++) {
		uint32_t at = line % 64;
		uint32_t left = lines - line < 64 ? lines - line : 64;
		const uint64_t *from = bits + (size_t)line * words;

		if (spec->order && at == 0)
			order_lines(spec, from, left, words, ordered);
		if (spec->order)
			from = ordered + (size_t)at * words;
		for (uint32_t w = 0; w < words; w++)
			*cell_word(x, array, line % x->cell_bits, w,
				   line / x->cell_bits) = from[w];
	}
}

/* The sum of a bit line when all rows are driven. */
static uint32_t largest_sum(const struct sqz_crossbar *x, uint32_t array,
			    uint32_t column)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < x->cell_bits; i++)
		for (uint32_t w = 0; w < x->words; w++)
			sum += (uint32_t)__builtin_popcountll(
				   *cell_word(x, array, i, w, column))
			       << i;
	return sum;
}

static void find_lossless(struct sqz_crossbar *x)
{
	x->lossless = true;
	for (uint32_t a = 0; a < x->arrays; a++) {
		if (x->array[a].offset && x->rows > x->adc_max)
			x->lossless = false;
		for (uint32_t c = 0; c < x->columns && x->lossless; c++)
			x->lossless = largest_sum(x, a, c) <= x->adc_max;
	}
}

/* Appends a term, in a fresh group if the last one is of another weight or
 * full. */
static void add_term(struct sqz_crossbar *x, uint32_t *terms, uint32_t plane,
		     uint32_t cycle, uint32_t weight, bool negative)
{
	uint32_t limit = 31 / x->words;
	struct sqz_term_group *group = x->groups + x->group_count - 1;

	if (x->group_count == 0 || group->weight != weight ||
	    group->negative != negative || group->count >= limit) {
		group = x->groups + x->group_count++;
		group->first = (uint16_t)*terms;
		group->count = 0;
		group->weight = (uint8_t)weight;
		group->negative = negative;
	}
	x->terms[*terms].cells = (uint16_t)(plane * x->words);
	x->terms[*terms].lines = (uint16_t)(cycle * x->words);
	(*terms)++;
	group->count++;
}

/* The terms of one weight and sign. */
static void build_weight(struct sqz_crossbar *x, uint32_t *terms,
			 uint32_t weight, bool negative)
{
	uint32_t bits = x->lossless ? x->cell_bits : 1;

	for (uint32_t a = 0; a < x->arrays; a++)
		for (uint32_t i = 0; i < bits; i++) {
			uint32_t plane = x->array[a].plane + i;

			if (x->array[a].negative == negative &&
			    weight >= plane && weight - plane < x->cycles)
				add_term(x, terms, a * x->cell_bits + i,
					 weight - plane, weight, negative);
		}
}

/* Whether a sum can saturate decides what is added before it is shifted. */
static void build_terms(struct sqz_crossbar *x)
{
	uint32_t terms = 0;

	find_lossless(x);
	x->group_count = 0;
	x->kept_active = x->kept_count = 0;
	for (uint32_t weight = SQZ_CROSSBAR_MAX_WEIGHT; weight-- > 0;) {
		build_weight(x, &terms, weight, false);
		build_weight(x, &terms, weight, true);
	}
}

static bool allocate(struct sqz_crossbar *x)
{
	size_t planes = (size_t)x->arrays * x->cell_bits;
	size_t terms = planes * x->cycles + 1;
	size_t bytes = x->vectors * planes * x->words * x->kernel->lanes *
		       sizeof(uint64_t);

	x->cells = aligned_alloc(64, (bytes + 64) / 64 * 64);
	x->groups = calloc(terms, sizeof(*x->groups));
	x->terms = calloc(terms, sizeof(*x->terms));
	x->kept_groups = calloc(terms, sizeof(*x->kept_groups));
	x->kept_terms = calloc(terms, sizeof(*x->kept_terms));
	if (!x->cells || !x->groups || !x->terms || !x->kept_groups ||
	    !x->kept_terms)
		return false;
	memset(x->cells, 0, bytes);
	return true;
}

struct sqz_crossbar *sqz_crossbar_create(const struct sqz_crossbar_spec *spec,
					 enum sqz_cpu_level level)
{
	struct sqz_crossbar *x;

	if (!spec_ok(spec) || !(x = calloc(1, sizeof(*x))))
		return NULL;
	x->kernel = sqz_crossbar_kernel(level);
	x->rows = spec->rows;
	x->columns = spec->columns;
	x->words = (spec->rows + 63) / 64;
	x->cycles = spec->cycles;
	x->all_cycles = (1u << spec->cycles) - 1;
	x->cell_bits = spec->cell_bits;
	x->arrays = spec->array_count;
	x->vectors = (spec->columns + x->kernel->lanes - 1) / x->kernel->lanes;
	x->adc_max = (1u << spec->adc_bits) - 1;
	if (!allocate(x)) {
		sqz_crossbar_destroy(x);
		return NULL;
	}
	for (uint32_t a = 0; a < x->arrays; a++) {
		x->array[a].plane = spec->arrays[a].plane;
		x->array[a].negative = spec->arrays[a].negative;
		x->array[a].offset = spec->arrays[a].offset;
		fill_cells(x, spec, a);
	}
	build_terms(x);
	return x;
}

void sqz_crossbar_destroy(struct sqz_crossbar *x)
{
	if (!x)
		return;
	free(x->cells);
	free(x->groups);
	free(x->terms);
	free(x->kept_groups);
	free(x->kept_terms);
	free(x);
}

/* -- passes -- */

/* Terms of cycles in which a row is driven. */
static void keep_active(struct sqz_crossbar *x, uint32_t active)
{
	uint64_t line_active[SQZ_CROSSBAR_MAX_CYCLES * SQZ_CROSSBAR_MAX_WORDS /
			     64] = { 0 };
	uint32_t kept = 0, group_count = 0;

	for (uint32_t t = 0; t < x->cycles; t++) {
		uint32_t lines = t * x->words;

		line_active[lines / 64] |= (uint64_t)(active >> t & 1)
					   << (lines % 64);
	}
	for (uint32_t g = 0; g < x->group_count; g++) {
		const struct sqz_term *term = x->terms + x->groups[g].first;
		const struct sqz_term *end = term + x->groups[g].count;
		uint32_t first = kept;

		for (; term < end; term++) {
			x->kept_terms[kept] = *term;
			kept += line_active[term->lines / 64] >>
				    (term->lines % 64) &
				1;
		}
		x->kept_groups[group_count] = x->groups[g];
		x->kept_groups[group_count].first = (uint16_t)first;
		x->kept_groups[group_count].count = (uint16_t)(kept - first);
		group_count += kept != first;
	}
	x->kept_active = active;
	x->kept_count = group_count;
}

/* Rows that are driven in a cycle. Lines behind the last row hold anything. */
static uint32_t driven_rows(const struct sqz_crossbar *x,
			    const struct sqz_drive *drive, uint32_t cycle)
{
	const uint64_t *lines = drive->lines + cycle * x->words;
	uint32_t rows = 0, last = x->words - 1;

	for (uint32_t w = 0; w < last; w++)
		rows += (uint32_t)__builtin_popcountll(lines[w]);
	return rows + (uint32_t)__builtin_popcountll(
			  lines[last] << (x->words * 64 - x->rows));
}

/* Takes an array's offset off again, by what its unit bit line gives. Returns
 * the saturations of that. */
static uint32_t take_offset(const struct sqz_crossbar *x, uint32_t array,
			    const struct sqz_drive *drive, int32_t *sums)
{
	uint32_t plane = x->array[array].plane + x->cell_bits - 1;
	uint32_t offset = 0, saturations = 0;

	for (uint32_t t = 0; t < x->cycles; t++) {
		uint32_t unit = driven_rows(x, drive, t);

		if (unit > x->adc_max) {
			unit = x->adc_max;
			saturations++;
		}
		offset += unit << (plane + t);
	}
	if (x->array[array].negative)
		offset = -offset;
	for (uint32_t c = 0; c < x->columns; c++)
		sums[c] = (int32_t)((uint32_t)sums[c] - offset);
	return saturations;
}

static uint64_t take_offsets(const struct sqz_crossbar *x,
			     const struct sqz_drive *drive, int32_t *sums)
{
	uint64_t saturations = 0;

	for (uint32_t a = 0; a < x->arrays; a++)
		if (x->array[a].offset)
			saturations += take_offset(x, a, drive, sums);
	return saturations;
}

uint64_t sqz_crossbar_pass(struct sqz_crossbar *x,
			   const struct sqz_drive *drive, int32_t *sums)
{
	uint32_t active = drive->active & x->all_cycles;
	struct sqz_kernel_job job = {
		.cells = x->cells,
		.vectors = x->vectors,
		.vector_stride = x->arrays * x->cell_bits * x->words,
		.words = x->words,
		.lines = drive->lines,
		.terms = x->terms,
		.groups = x->groups,
		.group_count = x->group_count,
		.adc_max = x->lossless ? 0 : x->adc_max,
		.cell_bits = x->cell_bits,
		.sums = sums,
	};

	if (active != x->all_cycles) {
		if (active != x->kept_active)
			keep_active(x, active);
		job.terms = x->kept_terms;
		job.groups = x->kept_groups;
		job.group_count = x->kept_count;
	}
	if (job.group_count == 0)
		return 0;
	return x->kernel->pass(&job) + take_offsets(x, drive, sums);
}

bool sqz_crossbar_lossless(const struct sqz_crossbar *x)
{
	return x->lossless;
}

int sqz_crossbar_flip(struct sqz_crossbar *x, uint32_t array, uint32_t row,
		      uint32_t column)
{
	if (array >= x->arrays || row >= x->rows || column >= x->columns)
		return -1;
	*cell_word(x, array, 0, row / 64, column) ^= (uint64_t)1 << (row % 64);
	build_terms(x);
	return 0;
}
