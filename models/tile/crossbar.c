#include "tile/crossbar.h"

#include <stdlib.h>
#include <string.h>

#include "tile/crossbar_private.h"

struct sqz_crossbar {
	uint32_t rows, columns, words, cycles;
	uint32_t arrays;
	uint32_t vectors;
	uint32_t adc_max;
	bool lossless;
	const struct sqz_kernel *kernel;
	uint64_t *cells; /* [vector][array][word][lane] */
	uint32_t all_cycles;
	uint32_t group_count;
	struct sqz_term_group *groups;
	struct sqz_term *terms;
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
	    spec->array_count > SQZ_CROSSBAR_MAX_ARRAYS || spec->adc_bits < 1 ||
	    spec->adc_bits > 16)
		return false;
	for (uint32_t a = 0; a < spec->array_count; a++)
		if (spec->arrays[a].plane + spec->cycles >
		    SQZ_CROSSBAR_MAX_WEIGHT)
			return false;
	return true;
}

static uint64_t *cell_word(const struct sqz_crossbar *x, uint32_t array,
			   uint32_t word, uint32_t column)
{
	uint32_t lanes = x->kernel->lanes;
	size_t vector = column / lanes;

	return x->cells +
	       ((vector * x->arrays + array) * x->words + word) * lanes +
	       column % lanes;
}

static void fill_cells(struct sqz_crossbar *x,
		       const struct sqz_crossbar_spec *spec, uint32_t array)
{
	const uint64_t *bits = spec->arrays[array].bits;

	for (uint32_t c = 0; c < x->columns; c++, bits += x->words)
		for (uint32_t w = 0; w < x->words; w++) {
			uint32_t rows = x->rows - w * 64;
			uint64_t word = bits[w];

			if (spec->order) {
				word = 0;
				for (uint32_t i = 0; i < 64 && i < rows; i++) {
					uint32_t r = spec->order[w * 64 + i];

					word |= (bits[r / 64] >> (r % 64) & 1)
						<< i;
				}
			} else if (rows < 64) {
				word &= ((uint64_t)1 << rows) - 1;
			}
			*cell_word(x, array, w, c) = word;
		}
}

/* No sum is larger than the ones in its bit line. */
static void find_lossless(struct sqz_crossbar *x)
{
	x->lossless = true;
	for (uint32_t a = 0; a < x->arrays; a++)
		for (uint32_t c = 0; c < x->columns; c++) {
			uint32_t ones = 0;

			for (uint32_t w = 0; w < x->words; w++)
				ones += (uint32_t)__builtin_popcountll(
				    *cell_word(x, a, w, c));
			if (ones > x->adc_max)
				x->lossless = false;
		}
}

/* Appends a term, in a fresh group if the last one is of another weight or
 * full. */
static void add_term(struct sqz_crossbar *x, uint32_t *terms, uint32_t array,
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
	x->terms[*terms].cells = (uint16_t)(array * x->words);
	x->terms[*terms].lines = (uint16_t)(cycle * x->words);
	(*terms)++;
	group->count++;
}

/* The terms of one weight and sign. */
static void build_weight(struct sqz_crossbar *x,
			 const struct sqz_crossbar_spec *spec, uint32_t *terms,
			 uint32_t weight, bool negative)
{
	for (uint32_t a = 0; a < x->arrays; a++) {
		uint32_t plane = spec->arrays[a].plane;

		if (spec->arrays[a].negative == negative && weight >= plane &&
		    weight - plane < x->cycles)
			add_term(x, terms, a, weight - plane, weight, negative);
	}
}

static void build_terms(struct sqz_crossbar *x,
			const struct sqz_crossbar_spec *spec)
{
	uint32_t terms = 0;

	for (uint32_t weight = SQZ_CROSSBAR_MAX_WEIGHT; weight-- > 0;) {
		build_weight(x, spec, &terms, weight, false);
		build_weight(x, spec, &terms, weight, true);
	}
}

static bool allocate(struct sqz_crossbar *x)
{
	size_t terms = (size_t)x->arrays * x->cycles + 1;
	size_t bytes = (size_t)x->vectors * x->arrays * x->words *
		       x->kernel->lanes * sizeof(uint64_t);

	x->cells = aligned_alloc(64, (bytes + 64) / 64 * 64);
	x->groups = calloc(terms, sizeof(*x->groups));
	x->terms = calloc(terms, sizeof(*x->terms));
	if (!x->cells || !x->groups || !x->terms)
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
	x->arrays = spec->array_count;
	x->vectors = (spec->columns + x->kernel->lanes - 1) / x->kernel->lanes;
	x->adc_max = (1u << spec->adc_bits) - 1;
	if (!allocate(x)) {
		sqz_crossbar_destroy(x);
		return NULL;
	}
	for (uint32_t a = 0; a < x->arrays; a++)
		fill_cells(x, spec, a);
	find_lossless(x);
	build_terms(x, spec);
	return x;
}

void sqz_crossbar_destroy(struct sqz_crossbar *x)
{
	if (!x)
		return;
	free(x->cells);
	free(x->groups);
	free(x->terms);
	free(x);
}

/* -- passes -- */

/* Terms of cycles in which a row is driven. */
static void keep_active(const struct sqz_crossbar *x, uint32_t active,
			struct sqz_term *terms, struct sqz_term_group *groups,
			struct sqz_kernel_job *job)
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
			terms[kept] = *term;
			kept += line_active[term->lines / 64] >>
				    (term->lines % 64) &
				1;
		}
		groups[group_count] = x->groups[g];
		groups[group_count].first = (uint16_t)first;
		groups[group_count].count = (uint16_t)(kept - first);
		group_count += kept != first;
	}
	job->terms = terms;
	job->groups = groups;
	job->group_count = group_count;
}

uint64_t sqz_crossbar_pass(const struct sqz_crossbar *x,
			   const struct sqz_drive *drive, int32_t *sums)
{
	struct sqz_term terms[SQZ_CROSSBAR_MAX_TERMS + 1];
	struct sqz_term_group groups[SQZ_CROSSBAR_MAX_TERMS + 1];
	uint32_t active = drive->active & x->all_cycles;
	struct sqz_kernel_job job = {
		.cells = x->cells,
		.vectors = x->vectors,
		.vector_stride = x->arrays * x->words,
		.words = x->words,
		.lines = drive->lines,
		.terms = x->terms,
		.groups = x->groups,
		.group_count = x->group_count,
		.adc_max = x->lossless ? 0 : x->adc_max,
		.sums = sums,
	};

	if (active != x->all_cycles)
		keep_active(x, active, terms, groups, &job);
	if (job.group_count == 0)
		return 0;
	return x->kernel->pass(&job);
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
	*cell_word(x, array, row / 64, column) ^= (uint64_t)1 << (row % 64);
	find_lossless(x);
	return 0;
}
