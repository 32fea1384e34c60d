#include "tile/step.h"

#include <stdlib.h>
#include <string.h>

#include "tile/blob.h"
#include "tile/ou_load.h"
#include "tile/step_chain.h"
#include "tile/step_check.h"

/* What loading needs beside its result. */
struct loader {
	const struct sqz_step_limits *limits;
	struct sqz_blob blob;
	struct sqz_step *step;
	bool oom;
	uint8_t *covered;			/* [k1 - k0] */
	uint8_t *array_used;			/* [array_count] */
	uint32_t row_of[SQZ_CROSSBAR_MAX_ROWS]; /* matrix row - k0 */
};

static bool copy(struct loader *l, uint32_t offset, uint64_t count, size_t size,
		 void *table)
{
	void *bytes;
	bool ok =
	    sqz_blob_copy(&l->blob, offset, count, size, 4, &bytes, &l->oom);

	memcpy(table, &bytes, sizeof(bytes));
	return ok;
}

static bool load_tables(struct loader *l)
{
	struct sqz_step *s = l->step;
	const struct sqz_step_header *h = &s->header;
	bool mvm = h->kind == SQZ_STEP_MVM && !s->partial_out;
	bool scaled =
	    mvm || h->kind == SQZ_STEP_ADD || h->kind == SQZ_STEP_COPY;
	bool residual = s->reads[SQZ_OPERAND_RESIDUAL];
	uint32_t n = s->outputs, averages = h->average_count;

	if (!s->reducer)
		return true;
	if (h->kind != SQZ_STEP_AVGPOOL)
		averages = 0;
	return copy(l, h->workers_offset, h->remote_workers,
		    sizeof(*s->workers), &s->workers) &&
	       copy(l, h->bias_offset, mvm ? n : 0, 4, &s->bias) &&
	       copy(l, h->scale_offset, scaled ? n : 0, sizeof(*s->scale),
		    &s->scale) &&
	       copy(l, h->residual_offset, residual ? n : 0,
		    sizeof(*s->residual_scale), &s->residual_scale) &&
	       copy(l, h->average_offset, averages, sizeof(*s->average),
		    &s->average) &&
	       sqz_step_scales_ok(s->scale, scaled ? n : 0) &&
	       sqz_step_scales_ok(s->residual_scale, residual ? n : 0) &&
	       sqz_step_scales_ok(s->average, averages);
}

/* -- rows of a block -- */

static bool read_rows(struct loader *l, const struct sqz_block *b)
{
	const struct sqz_step_header *h = &l->step->header;
	const uint16_t *list = NULL;

	if (b->row_list_offset) {
		list = sqz_blob_table(&l->blob, b->row_list_offset, b->rows,
				      sizeof(*list), sizeof(*list));
		if (!list)
			return false;
	}
	for (uint32_t i = 0; i < b->rows; i++) {
		uint32_t row = b->row0 + (list ? list[i] : i);

		if (row >= h->k1 - h->k0)
			return false;
		l->row_of[i] = row;
		l->covered[row] = 1;
	}
	return true;
}

static const uint8_t *read_shifts(struct loader *l, const struct sqz_block *b,
				  bool *ok)
{
	const uint8_t *shifts;
	uint32_t largest = 0;

	*ok = true;
	if (!b->shifts_offset) {
		*ok = b->max_shift == 0;
		return NULL;
	}
	shifts = sqz_blob_table(&l->blob, b->shifts_offset, b->rows, 1, 1);
	for (uint32_t i = 0; shifts && i < b->rows; i++)
		if (shifts[i] > largest)
			largest = shifts[i];
	*ok = shifts && largest == b->max_shift;
	return shifts;
}

/* A word line: where its input stands, and which array row it is. */
struct line {
	uint64_t key; /* element, channel, then array row */
};

static int compare_lines(const void *a, const void *b)
{
	uint64_t x = ((const struct line *)a)->key;
	uint64_t y = ((const struct line *)b)->key;

	return (x > y) - (x < y);
}

/* order[j]: array row that is word line j, sorted by element and channel. */
static void sort_rows(const struct loader *l, uint32_t rows, uint16_t *order)
{
	const struct sqz_step_header *h = &l->step->header;
	uint32_t area = (uint32_t)h->kernel_h * h->kernel_w;
	struct line lines[SQZ_CROSSBAR_MAX_ROWS];

	for (uint32_t i = 0; i < rows; i++) {
		uint32_t k = h->k0 + l->row_of[i];

		lines[i].key = (uint64_t)(k % area) << 40 |
			       (uint64_t)(k / area - h->fetch_c0) << 16 | i;
	}
	qsort(lines, rows, sizeof(*lines), compare_lines);
	for (uint32_t i = 0; i < rows; i++)
		order[i] = (uint16_t)lines[i].key;
}

/* Runs of neighbouring channels; returns how many. */
static uint32_t find_runs(const struct loader *l, uint32_t rows,
			  const uint16_t *order, struct sqz_step_run *runs)
{
	const struct sqz_step_header *h = &l->step->header;
	uint32_t area = (uint32_t)h->kernel_h * h->kernel_w;
	uint32_t count = 0;

	for (uint32_t i = 0; i < rows; i++) {
		uint32_t k = h->k0 + l->row_of[order[i]];
		uint32_t element = k % area, channel = k / area - h->fetch_c0;
		struct sqz_step_run *run = runs + count - 1;

		if (count && run->element == element &&
		    run->channel + run->length == channel) {
			run->length++;
			continue;
		}
		runs[count++] = (struct sqz_step_run){ element, channel, 1 };
	}
	return count;
}

static bool inputs_equal(const struct sqz_step_input *a,
			 const struct sqz_step_input *b)
{
	return a->run_count == b->run_count &&
	       !memcmp(&a->plan, &b->plan, sizeof(a->plan)) &&
	       !memcmp(a->runs, b->runs, a->run_count * sizeof(*a->runs));
}

/* Index of the step's input for these rows, a new one if there is none. */
static bool find_input(struct loader *l, const struct sqz_block *b,
		       const uint8_t *shifts, const uint16_t *order,
		       uint32_t *index)
{
	struct sqz_step *s = l->step;
	struct sqz_step_run runs[SQZ_CROSSBAR_MAX_ROWS];
	uint8_t sorted[SQZ_CROSSBAR_MAX_ROWS] = { 0 };
	struct sqz_step_input input = { .runs = runs };

	for (uint32_t i = 0; shifts && i < b->rows; i++)
		sorted[i] = shifts[order[i]];
	input.run_count = find_runs(l, b->rows, order, runs);
	sqz_drive_plan_init(&input.plan, b->rows, s->header.input_bits, sorted);
	for (*index = 0; *index < s->input_count; (*index)++)
		if (inputs_equal(&input, &s->inputs[*index]))
			return true;
	input.runs = malloc(input.run_count * sizeof(*input.runs));
	if (!input.runs) {
		l->oom = true;
		return false;
	}
	memcpy(input.runs, runs, input.run_count * sizeof(*runs));
	s->inputs[s->input_count++] = input;
	return true;
}

/* -- arrays of a block -- */

struct block_arrays {
	struct sqz_crossbar_array array[SQZ_CROSSBAR_MAX_ARRAYS];
	uint32_t cell_bits;
	uint32_t units; /* arrays with a unit bit line */
};

static bool padding_is_zero(const uint64_t *bits, uint32_t rows,
			    uint32_t columns)
{
	uint32_t words = (rows + 63) / 64;
	uint64_t padding = rows % 64 ? ~(uint64_t)0 << rows % 64 : 0;

	for (uint32_t c = 0; c < columns; c++)
		if (bits[(size_t)c * words + words - 1] & padding)
			return false;
	return true;
}

/* All arrays of a block have cells of the same bits. */
static bool read_arrays(struct loader *l, const struct sqz_block *b,
			uint32_t cycles, struct block_arrays *arrays)
{
	const struct sqz_step_header *h = &l->step->header;
	const struct sqz_array *entries = sqz_blob_table(
	    &l->blob, h->arrays_offset, h->array_count, sizeof(*entries), 4);

	if (!entries)
		return false;
	arrays->cell_bits = b->arrays ? entries[b->first_array].cell_bits : 1;
	for (uint32_t i = 0; i < b->arrays; i++) {
		const struct sqz_array *a = &entries[b->first_array + i];
		uint32_t lines = b->cols * arrays->cell_bits;
		const uint64_t *bits = sqz_blob_table(
		    &l->blob, a->bits_offset,
		    (uint64_t)lines * ((b->rows + 63) / 64), 8, 8);

		if (l->array_used[b->first_array + i]++ ||
		    !sqz_step_array_ok(a, cycles) ||
		    a->cell_bits != arrays->cell_bits || !bits ||
		    !padding_is_zero(bits, b->rows, lines))
			return false;
		arrays->array[i] = (struct sqz_crossbar_array){
			.plane = a->plane,
			.negative = a->flags & SQZ_ARRAY_F_NEGATIVE,
			.bits = bits,
			.offset = a->flags & SQZ_ARRAY_F_OFFSET,
		};
		arrays->units += arrays->array[i].offset;
	}
	return b->arrays * arrays->cell_bits <= SQZ_CROSSBAR_MAX_ARRAYS;
}

static bool is_ou(const struct sqz_step *s)
{
	return s->header.version == SQZ_STEP_VERSION_OU;
}

static bool keep_places(struct sqz_step_block *block, const uint16_t *order)
{
	block->place = malloc(block->rows * sizeof(*block->place));
	if (!block->place)
		return false;
	for (uint32_t i = 0; i < block->rows; i++)
		block->place[order[i]] = (uint16_t)i;
	return true;
}

static bool program_block(struct loader *l, const struct sqz_block *b,
			  const struct block_arrays *arrays,
			  const uint8_t *shifts)
{
	struct sqz_step *s = l->step;
	struct sqz_step_block *block = &s->blocks[s->block_count];
	uint16_t order[SQZ_CROSSBAR_MAX_ROWS];
	struct sqz_crossbar_spec spec = { .rows = b->rows,
					  .columns = b->cols,
					  .adc_bits = l->limits->adc_bits,
					  .cell_bits = arrays->cell_bits,
					  .array_count = b->arrays,
					  .arrays = arrays->array,
					  .order = order };

	sort_rows(l, b->rows, order);
	if (!find_input(l, b, shifts, order, &block->input))
		return false;
	spec.cycles = s->inputs[block->input].plan.cycles;
	block->rows = b->rows;
	block->col0 = b->col0;
	block->columns = b->cols;
	block->arrays = b->arrays;
	block->first_array = b->first_array;
	if (!is_ou(s))
		block->crossbar = sqz_crossbar_create(&spec, sqz_cpu_level());
	s->block_count++; /* sqz_step_free() sees it from here on */
	if ((!block->crossbar && !is_ou(s)) || !keep_places(block, order)) {
		l->oom = true;
		return false;
	}
	return true;
}

/* units: arrays that are read with a unit bit line beside their own. */
static void add_costs(struct sqz_step *s, const struct sqz_block *b,
		      uint32_t units)
{
	struct sqz_step_costs *costs = &s->costs;
	uint64_t lines = (uint64_t)b->cols * b->arrays + units;
	uint64_t conversions = lines * costs->cycles;
	uint32_t most = b->cols + (units != 0);
	uint32_t bits = s->header.input_bits;

	if (most > costs->conversions && b->arrays)
		costs->conversions = most;
	costs->array_cycles += (uint64_t)b->arrays * costs->cycles;
	costs->cell_cycles += lines * b->rows * bits;
	costs->dac_row_cycles += (uint64_t)b->arrays * b->rows * bits;
	costs->conversions_total += conversions;
	costs->accumulates += conversions;
	costs->row_writes += (uint64_t)b->arrays * b->rows;
	costs->cell_writes += lines * b->rows;
}

static bool load_block(struct loader *l, const struct sqz_block *b)
{
	struct block_arrays arrays = { .units = 0 };
	const uint8_t *shifts;
	bool ok;

	if (!sqz_step_block_ok(&l->step->header, l->limits, b) ||
	    !read_rows(l, b))
		return false;
	shifts = read_shifts(l, b, &ok);
	if (!ok)
		return false;
	if (is_ou(l->step))
		return program_block(l, b, &arrays, shifts);
	if (!read_arrays(l, b, l->step->header.input_bits + b->max_shift,
			 &arrays))
		return false;
	add_costs(l->step, b, arrays.units);
	return b->arrays == 0 || program_block(l, b, &arrays, shifts);
}

static bool all_set(const uint8_t *flags, uint32_t count)
{
	return count == 0 || !memchr(flags, 0, count);
}

static bool load_units(struct loader *l)
{
	struct sqz_step *s = l->step;

	s->ou = sqz_ou_load(&l->blob, s, l->limits, &l->oom);
	if (!s->ou)
		return false;
	sqz_ou_costs(s->ou, s->header.input_bits, &s->costs);
	return true;
}

static bool load_blocks(struct loader *l)
{
	struct sqz_step *s = l->step;
	const struct sqz_step_header *h = &s->header;
	const struct sqz_block *blocks = sqz_blob_table(
	    &l->blob, h->blocks_offset, h->block_count, sizeof(*blocks), 4);

	uint32_t most = is_ou(s) ? h->block_count : h->array_count;

	if (!blocks)
		return false;
	s->costs.cycles = h->input_bits + h->max_shift;
	s->array_count = h->array_count;
	s->blocks = calloc((size_t)most + 1, sizeof(*s->blocks));
	s->inputs = calloc((size_t)most + 1, sizeof(*s->inputs));
	l->covered = calloc(h->k1 - h->k0, 1);
	l->array_used = calloc(h->array_count + 1, 1);
	if (!s->blocks || !s->inputs || !l->covered || !l->array_used) {
		l->oom = true;
		return false;
	}
	for (uint32_t i = 0; i < h->block_count; i++)
		if (!load_block(l, &blocks[i]))
			return false;
	if (!all_set(l->covered, h->k1 - h->k0))
		return false;
	return is_ou(s) ? load_units(l)
			: all_set(l->array_used, h->array_count);
}

/* Whom the step sends packets to. */
static bool nodes_ok(const struct sqz_step *s, uint32_t nodes)
{
	const struct sqz_step_header *h = &s->header;

	if (!s->reducer)
		return h->reducer_node < nodes;
	for (uint32_t i = 0; i < h->remote_workers; i++)
		if (s->workers[i].node >= nodes)
			return false;
	for (uint32_t i = 0; i < h->consumer_count; i++)
		if (s->consumers[i].node >= nodes)
			return false;
	return true;
}

/* A pooling needs an element in every window. */
static bool windows_ok(const struct sqz_step *s)
{
	if (s->header.kind == SQZ_STEP_MVM || s->header.kind == SQZ_STEP_COPY)
		return true;
	for (uint32_t y = 0; y < s->rows; y++)
		if (!s->window.y.inside[y])
			return false;
	for (uint32_t x = 0; x < s->header.out_w; x++)
		if (!s->window.x.inside[x])
			return false;
	return true;
}

static enum sqz_status load(struct loader *l)
{
	struct sqz_step *s = l->step;
	const struct sqz_step_header *h = &s->header;
	uint64_t line_bytes;

	s->outputs = h->n1 - h->n0;
	s->rows = h->y1 - h->y0;
	s->positions = s->rows * h->out_w;
	s->first = h->y0 * h->out_w;
	s->end = s->first + s->positions;
	s->item_bytes = h->fetch_c1 - h->fetch_c0;
	s->reducer = h->flags & SQZ_STEP_F_REDUCER;
	s->partial_out = h->flags & SQZ_STEP_F_PARTIAL_OUT;
	s->reads[SQZ_OPERAND_INPUT] = true;
	s->reads[SQZ_OPERAND_RESIDUAL] =
	    h->kind == SQZ_STEP_ADD || (h->flags & SQZ_STEP_F_RESIDUAL);
	s->reads[SQZ_OPERAND_PARTIAL] = h->flags & SQZ_STEP_F_PARTIAL_IN;
	if (h->array_count > l->limits->arrays ||
	    h->ou_rows > l->limits->ou_rows ||
	    h->ou_columns > l->limits->ou_columns)
		return SQZ_ERR_CAPACITY;
	if (sqz_window_build(&s->window, h))
		return SQZ_ERR_CAPACITY;
	line_bytes = (uint64_t)s->window.span * s->item_bytes;
	if (!windows_ok(s) || !load_tables(l) ||
	    !sqz_step_load_chain(&l->blob, s, &l->oom) ||
	    !nodes_ok(s, l->limits->nodes) ||
	    (h->kind == SQZ_STEP_MVM && !load_blocks(l)))
		return l->oom ? SQZ_ERR_CAPACITY : SQZ_ERR_STEP;
	s->line_bytes = (uint32_t)line_bytes;
	return line_bytes > l->limits->edram_bytes ? SQZ_ERR_CAPACITY : SQZ_OK;
}

enum sqz_status sqz_step_load(const struct sqz_step_limits *limits,
			      const uint8_t *bytes, size_t size,
			      struct sqz_step **out)
{
	struct loader l = { .limits = limits, .blob = { bytes, size } };
	enum sqz_status status;

	*out = NULL;
	if (size < sizeof(struct sqz_step_header))
		return SQZ_ERR_STEP;
	l.step = calloc(1, sizeof(*l.step));
	if (!l.step)
		return SQZ_ERR_CAPACITY;
	memcpy(&l.step->header, bytes, sizeof(l.step->header));
	if (l.step->header.y0 == 0 && l.step->header.y1 == 0)
		l.step->header.y1 = l.step->header.out_h;
	if (!sqz_step_header_ok(&l.step->header, size)) {
		free(l.step);
		return SQZ_ERR_STEP;
	}
	l.blob.size = l.step->header.bytes;
	status = load(&l);
	free(l.covered);
	free(l.array_used);
	if (status != SQZ_OK)
		sqz_step_free(l.step);
	else
		*out = l.step;
	return status;
}

void sqz_step_free(struct sqz_step *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->block_count; i++) {
		sqz_crossbar_destroy(s->blocks[i].crossbar);
		free(s->blocks[i].place);
	}
	for (uint32_t i = 0; i < s->input_count; i++)
		free(s->inputs[i].runs);
	sqz_ou_free(s->ou);
	sqz_window_free(&s->window);
	free(s->blocks);
	free(s->inputs);
	free(s->tokens);
	free(s->consumers);
	free(s->workers);
	free(s->bias);
	free(s->scale);
	free(s->residual_scale);
	free(s->average);
	free(s);
}
