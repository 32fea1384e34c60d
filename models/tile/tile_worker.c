#include <stdlib.h>
#include <string.h>

#include "tile/tile_core.h"

/* Passes that may be between the arrays and the reducer at most. */
#define MAX_RESULTS 64

/* -- memory -- */

/* What a pass would take if some of its parts took no time. */
struct pass_parts {
	sqz_ps array_cycle_ps;
	struct sqz_ou_timing units;
};

static sqz_ps pass_time(const struct sqz_tile_config *c,
			const struct sqz_step *step,
			const struct pass_parts *parts)
{
	sqz_ps conversion_ps = parts->units.conversion_ps;

	if (step->ou)
		return sqz_ou_pass_ps(step->ou, &parts->units) * c->slowdown;

	sqz_ps convert = step->costs.conversions * conversion_ps;
	sqz_ps cycle =
	    convert > parts->array_cycle_ps ? convert : parts->array_cycle_ps;

	return step->costs.cycles * cycle * c->slowdown;
}

static void init_times(const struct sqz_tile_config *c,
		       const struct sqz_step *step, struct tile_run *run)
{
	const struct pass_parts all = { c->array_cycle_ps,
					{ c->ou_cycle_ps, c->adc_conversion_ps,
					  c->sa_ports } };
	struct pass_parts reads = all;
	const struct pass_parts conversions = {
		0, { 0, c->adc_conversion_ps, 0 }
	};

	reads.units.conversion_ps = 0;
	run->pass_ps = pass_time(c, step, &all);
	run->read_ps = pass_time(c, step, &reads);
	run->adc_ps = pass_time(c, step, &conversions);
}

/* As many as the pipeline holds, and one that waits for the network. */
static uint32_t result_depth(const struct sqz_tile_config *c, sqz_ps pass_ps)
{
	uint64_t depth = pass_ps ? c->pipeline_ps / pass_ps + 2 : MAX_RESULTS;

	return depth < MAX_RESULTS ? (uint32_t)depth : MAX_RESULTS;
}

static int init_results(const struct sqz_tile *tile,
			const struct sqz_step *step, struct tile_run *run)
{
	size_t stride = step->outputs + SQZ_CROSSBAR_COLUMN_PAD;

	init_times(&tile->config, step, run);
	run->result_depth = result_depth(&tile->config, run->pass_ps);
	run->results = calloc(run->result_depth, sizeof(*run->results));
	run->result_sums =
	    calloc(run->result_depth * stride, sizeof(*run->result_sums));
	run->drives =
	    calloc(step->ou ? 1 : step->input_count + 1, sizeof(*run->drives));
	run->values = calloc(SQZ_CROSSBAR_MAX_ROWS, sizeof(*run->values));
	if (!run->results || !run->result_sums || !run->drives || !run->values)
		return -1;
	for (uint32_t i = 0; i < run->result_depth; i++)
		run->results[i].sums = run->result_sums + i * stride;
	return 0;
}

int tile_worker_init(const struct sqz_tile *tile, const struct sqz_step *step,
		     struct tile_run *run)
{
	const struct sqz_step_header *h = &step->header;
	size_t area = (size_t)h->kernel_h * h->kernel_w;

	run->elements = calloc(area, sizeof(*run->elements));
	run->padding = malloc(step->item_bytes + SQZ_FETCH_PAD);
	run->gathered = calloc(SQZ_CROSSBAR_MAX_ROWS + SQZ_CROSSBAR_ROW_PAD, 1);
	if (!run->elements || !run->padding || !run->gathered)
		return -1;
	memset(run->padding, h->z_in, step->item_bytes + SQZ_FETCH_PAD);
	return h->kind == SQZ_STEP_MVM ? init_results(tile, step, run) : 0;
}

void tile_worker_start(const struct sqz_tile *tile, const struct sqz_step *step,
		       struct tile_run *run)
{
	run->pass = (struct sqz_cursor){ .position = step->first };
	run->arrays_free_at = tile_now(tile);
	run->limit = 0;
	run->first_result = run->result_count = 0;
}

void tile_worker_free(struct tile_run *run)
{
	free(run->elements);
	free(run->padding);
	free(run->gathered);
	free(run->results);
	free(run->result_sums);
	free(run->drives);
	free(run->values);
}

/* -- the input window -- */

uint32_t tile_window_wanted(const struct sqz_step *step,
			    const struct sqz_cursor *cursor)
{
	if (cursor->position == step->end)
		return 0;
	return sqz_window_end(&step->window, cursor->y, cursor->x);
}

void tile_window_elements(const struct sqz_step *step, struct tile_run *run,
			  const struct sqz_cursor *cursor)
{
	const struct sqz_window *w = &step->window;
	const int32_t *rows = w->y.index + (size_t)cursor->y * w->y.kernel;
	const int32_t *columns = w->x.index + (size_t)cursor->x * w->x.kernel;
	const struct sqz_fetch *input = &run->operands[SQZ_OPERAND_INPUT];
	const uint8_t **element = run->elements;

	for (uint32_t y = 0; y < w->y.kernel; y++) {
		uint32_t row = (uint32_t)rows[y] * w->x.used;

		for (uint32_t x = 0; x < w->x.kernel; x++)
			*element++ =
			    rows[y] < 0 || columns[x] < 0
				? run->padding
				: sqz_fetch_item(input,
						 row + (uint32_t)columns[x]);
	}
}

/* Copies whole chunks: what is behind a run is overwritten by the next one, or
 * lies in the padding that buffers have for that. */
static void gather(const struct tile_run *run,
		   const struct sqz_step_input *input)
{
	uint8_t *to = run->gathered;

	for (uint32_t r = 0; r < input->run_count; r++) {
		const struct sqz_step_run *piece = &input->runs[r];
		const uint8_t *from =
		    run->elements[piece->element] + piece->channel;

		for (uint32_t i = 0; i < piece->length; i += 16)
			memcpy(to + i, from + i, 16);
		to += piece->length;
	}
}

/* -- a pass -- */

static uint64_t pass_arrays(const struct sqz_step *step, struct tile_run *run,
			    int32_t *sums)
{
	uint64_t saturations = 0;

	for (uint32_t i = 0; i < step->input_count; i++) {
		gather(run, &step->inputs[i]);
		sqz_drive_fill(&step->inputs[i].plan, run->gathered,
			       &run->drives[i]);
	}
	for (uint32_t b = 0; b < step->block_count; b++) {
		const struct sqz_step_block *block = &step->blocks[b];

		saturations += sqz_crossbar_pass(block->crossbar,
						 &run->drives[block->input],
						 sums + block->col0);
	}
	return saturations;
}

static uint64_t pass_units(const struct sqz_step *step, struct tile_run *run,
			   int32_t *sums)
{
	uint64_t saturations = 0;

	for (uint32_t i = 0; i < step->input_count; i++) {
		const struct sqz_drive_plan *plan = &step->inputs[i].plan;

		if (step->ou->first_of[i] == step->ou->first_of[i + 1])
			continue;
		gather(run, &step->inputs[i]);
		for (uint32_t r = 0; r < plan->rows; r++)
			run->values[r] =
			    (uint16_t)((run->gathered[r] & plan->input_mask) *
				       plan->factors[r]);
		saturations += sqz_ou_pass(step->ou, i, run->values, sums);
	}
	return saturations;
}

static void compute(struct sqz_tile *tile, struct tile_slot *slot,
		    int32_t *sums)
{
	const struct sqz_step *step = slot->step;
	uint64_t saturations;

	tile_window_elements(step, slot->run, &slot->run->pass);
	memset(sums, 0, step->outputs * sizeof(*sums));
	saturations = step->ou ? pass_units(step, slot->run, sums)
			       : pass_arrays(step, slot->run, sums);
	TILE_COUNT(tile, slot, adc_saturations, saturations);
}

static void count_pass(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	const struct sqz_step_costs *costs = &step->costs;

	TILE_COUNT(tile, slot, positions, 1);
	TILE_COUNT(tile, slot, input_cycles, costs->cycles);
	TILE_COUNT(tile, slot, array_reads, costs->array_cycles);
	TILE_COUNT(tile, slot, active_cell_cycles, costs->cell_cycles);
	TILE_COUNT(tile, slot, dac_row_cycles, costs->dac_row_cycles);
	TILE_COUNT(tile, slot, adc_conversions, costs->conversions_total);
	TILE_COUNT(tile, slot, shift_adds, costs->accumulates);
	TILE_COUNT(tile, slot, ou_cycles, costs->ou_cycles);
	if ((slot->run->pass.position - step->first) %
		tile->config.index_positions ==
	    0)
		TILE_COUNT(tile, slot, index_bytes, costs->index_bytes);
	TILE_COUNT(tile, slot, edram_read_bytes,
		   step->header.k1 - step->header.k0);
	TILE_COUNT(tile, slot, array_busy_ps, slot->run->pass_ps);
	TILE_COUNT(tile, slot, array_read_ps, slot->run->read_ps);
	TILE_COUNT(tile, slot, adc_busy_ps, slot->run->adc_ps);
}

static void report_pass(struct sqz_tile *tile, struct tile_slot *slot)
{
	sqz_ps now = tile_now(tile);
	struct sqz_tile_event event;

	if (!tile->observer.pass)
		return;
	event = tile_event(tile, slot, now, now + slot->run->pass_ps);
	event.position = slot->run->pass.position;
	event.adc_ps = slot->run->adc_ps;
	tile->observer.pass(tile->observer.context, &event);
}

/* What the next pass waits for; arrays that are busy are no wait. */
static enum tile_wait pass_waits(const struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	const struct tile_run *run = slot->run;
	uint64_t limit = step->reducer
			     ? (uint64_t)run->oldest.position + run->window
			     : run->limit;

	if (run->pass.position >= limit ||
	    run->result_count == run->result_depth)
		return TILE_WAIT_GRANT;
	if (run->operands[SQZ_OPERAND_INPUT].have <
	    tile_window_wanted(step, &run->pass))
		return TILE_WAIT_FETCH;
	return TILE_WAIT_NONE;
}

void tile_give_up_pixels(const struct sqz_step *step, struct tile_run *run,
			 const struct sqz_cursor *next)
{
	struct sqz_fetch *input = &run->operands[SQZ_OPERAND_INPUT];
	uint32_t kept = input->keep;

	sqz_fetch_keep(input,
		       next->position == step->end
			   ? step->window.pixels
			   : sqz_window_keep(&step->window, next->y, next->x));
	if (run->why)
		tile_why_keep(run, kept,
			      step->header.kind == SQZ_STEP_MVM
				  ? &run->why->pass
				  : &run->why->oldest);
}

bool tile_worker_pass(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	struct tile_run *run = slot->run;
	struct sqz_cursor *pass = &run->pass;
	sqz_ps now = tile_now(tile);
	struct tile_result *result;
	enum tile_wait wait;
	bool waited;

	if (step->header.kind != SQZ_STEP_MVM || pass->position == step->end ||
	    run->arrays_free_at > now)
		return false;
	wait = pass_waits(slot);
	waited = run->wait == TILE_WAIT_GRANT;
	tile_run_wait(tile, slot, wait);
	if (wait != TILE_WAIT_NONE)
		return false;
	result = &run->results[(run->first_result + run->result_count++) %
			       run->result_depth];
	result->position = pass->position;
	result->ready_at = now + run->pass_ps + tile->config.pipeline_ps;
	result->cause = run->cause;
	result->sent = 0;
	run->arrays_free_at = now + run->pass_ps;
	if (run->why)
		tile_why_pass(tile, slot, waited,
			      (uint32_t)(result - run->results));
	compute(tile, slot, result->sums);
	count_pass(tile, slot);
	report_pass(tile, slot);
	sqz_cursor_advance(pass, step->header.out_w);
	tile_give_up_pixels(step, run, pass);
	return true;
}

/* -- where the sums go -- */

/* True when all of a result has been handed to the network. */
static bool send_sums(struct sqz_tile *tile, struct tile_slot *slot,
		      struct tile_result *result)
{
	const struct sqz_step *step = slot->step;
	uint32_t most = tile->config.max_payload_bytes / 4;

	while (result->sent < step->outputs &&
	       tile_can_send(tile, SQZ_CLASS_PSUM)) {
		uint32_t left = step->outputs - result->sent;
		uint32_t count = left < most ? left : most;
		struct sqz_packet *packet =
		    tile_packet(tile, slot, SQZ_PKT_PSUM,
				step->header.reducer_node, result->cause);

		packet->slot = step->header.reducer_slot;
		packet->position = result->position;
		packet->first = result->sent;
		packet->payload_bytes = count * 4;
		memcpy(packet->data, result->sums + result->sent, count * 4);
		if (slot->run->why)
			tile_why_partial_sum(tile, slot->run, !result->sent,
					     packet);
		TILE_COUNT(tile, slot, psum_packets_sent, 1);
		TILE_COUNT(tile, slot, psum_bytes_sent, count * 4);
		tile_send(tile, packet);
		result->sent += count;
	}
	return result->sent == step->outputs;
}

static void add_own(struct sqz_tile *tile, struct tile_slot *slot,
		    const struct tile_result *result)
{
	struct tile_run *run = slot->run;

	tile_reducer_add(slot, result->position, 0, result->sums,
			 slot->step->outputs, result->cause);
	if (run->why)
		tile_why_added(tile, run, result->position,
			       &run->why->results[run->first_result]);
}

bool tile_worker_deliver(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_run *run = slot->run;
	bool moved = false;

	while (run->result_count) {
		struct tile_result *result = &run->results[run->first_result];

		if (result->ready_at > tile_now(tile))
			break;
		if (slot->step->reducer)
			add_own(tile, slot, result);
		else if (!send_sums(tile, slot, result))
			break;
		run->first_result = (run->first_result + 1) % run->result_depth;
		run->result_count--;
		moved = true;
	}
	return moved;
}

sqz_ps tile_worker_due(const struct sqz_tile *tile,
		       const struct tile_slot *slot)
{
	const struct tile_run *run = slot->run;
	sqz_ps now = tile_now(tile), due = SQZ_NEVER;

	if (slot->step->header.kind != SQZ_STEP_MVM)
		return SQZ_NEVER;
	if (run->result_count && run->results[run->first_result].ready_at > now)
		due = run->results[run->first_result].ready_at;
	if (run->pass.position < slot->step->end && run->arrays_free_at > now &&
	    run->arrays_free_at < due)
		due = run->arrays_free_at;
	return due;
}
