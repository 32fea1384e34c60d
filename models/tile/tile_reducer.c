/*
 * Why no reducer locks up: a worker sends nothing without a grant, and a grant
 * is backed by accumulators of its own, so that a partial sum is always taken
 * and never stands in front of another. Positions complete in any order and
 * leave in order; to let one leave, the reducer needs its residual (a response,
 * for which it has room), the vector unit (time), and room to write (results,
 * which memories always take). So the oldest position always gets done, the
 * window moves, and the slowest worker is granted its next one: the argument
 * does not depend on the window's size nor on any speed.
 */
#include <stdlib.h>
#include <string.h>

#include "tile/tile_core.h"

/* -- memory -- */

int tile_reducer_init(const struct sqz_tile *tile, const struct sqz_step *step,
		      struct tile_run *run)
{
	bool mvm = step->header.kind == SQZ_STEP_MVM;
	size_t position_bytes = (size_t)step->outputs * step->header.out_bytes;
	size_t staging = tile->config.max_payload_bytes;

	if (!step->reducer)
		return 0;
	run->sum_stride = step->outputs;
	run->complete_at =
	    ((uint64_t)step->header.remote_workers + 1) * step->outputs;
	run->sums = calloc((size_t)(mvm ? run->window : 1) * run->sum_stride,
			   sizeof(*run->sums));
	run->added = calloc(run->window, sizeof(*run->added));
	run->added_by = calloc(run->window, sizeof(*run->added_by));
	run->staging =
	    malloc(position_bytes > staging ? position_bytes : staging);
	if (step->consumers)
		run->row_writes = calloc(step->rows, sizeof(*run->row_writes));
	return run->sums && run->added && run->added_by && run->staging &&
		       (run->row_writes || !step->consumers)
		   ? 0
		   : -1;
}

void tile_reducer_free(struct tile_run *run)
{
	free(run->sums);
	free(run->added);
	free(run->added_by);
	free(run->staging);
	free(run->row_writes);
}

static uint32_t *accumulators(const struct tile_run *run, uint32_t position)
{
	return (uint32_t *)run->sums +
	       (size_t)(position % run->window) * run->sum_stride;
}

/* The bias stands in the accumulators before the first sum comes, or nothing
 * where sums are written as they are. */
static void clear_position(const struct sqz_step *step, struct tile_run *run,
			   uint32_t position)
{
	uint32_t *to = accumulators(run, position);

	if (step->bias)
		memcpy(to, step->bias, step->outputs * sizeof(*to));
	else
		memset(to, 0, step->outputs * sizeof(*to));
	run->added[position % run->window] = 0;
}

void tile_reducer_start(const struct sqz_tile *tile,
			const struct sqz_step *step, struct tile_run *run)
{
	bool adds = step->reducer && step->header.kind == SQZ_STEP_MVM;

	(void)tile;
	run->oldest = (struct sqz_cursor){ .position = step->first };
	run->vector_busy = false;
	run->granted = step->first;
	run->grant_round = 0;
	run->grant_next = 0;
	run->staged = run->flushed = 0;
	run->flush = false;
	run->open_writes = 0;
	run->token_row = run->next_token = 0;
	if (run->row_writes)
		memset(run->row_writes, 0,
		       step->rows * sizeof(*run->row_writes));
	for (uint32_t p = 0; adds && p < run->window; p++)
		clear_position(step, run, p);
}

/* -- partial sums and grants -- */

bool tile_reducer_add(struct tile_slot *slot, uint32_t position, uint32_t first,
		      const int32_t *sums, uint32_t count, uint64_t cause)
{
	struct tile_run *run = slot->run;
	uint32_t outputs = slot->step->outputs;
	uint32_t *to;

	if (position < run->oldest.position ||
	    position - run->oldest.position >= run->window ||
	    position >= slot->step->end || first > outputs ||
	    count > outputs - first)
		return false;
	to = accumulators(run, position) + first;
	for (uint32_t i = 0; i < count; i++)
		to[i] += (uint32_t)sums[i];
	run->added[position % run->window] += count;
	run->added_by[position % run->window] = cause;
	return true;
}

/* A round of grants names base + window to every worker. A new one begins when
 * half the window has passed since the last, while workers still have the other
 * half; it may pause where the network is full. */
bool tile_reducer_grant(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	struct tile_run *run = slot->run;
	uint64_t limit = (uint64_t)run->oldest.position + run->window;
	uint32_t half = run->window > 1 ? run->window / 2 : 1;
	uint32_t workers = step->header.remote_workers;

	if (!run->grant_round) {
		if (!workers || run->granted >= step->end ||
		    limit - run->granted < half)
			return false;
		run->grant_round = limit;
		if (run->why)
			tile_why_grants(tile, slot);
		run->grant_next = 0;
	}
	for (; run->grant_next < workers; run->grant_next++) {
		const struct sqz_participant *to =
		    &step->workers[run->grant_next];
		struct sqz_packet *packet;

		if (!tile_can_send(tile, SQZ_CLASS_GRANT))
			return false;
		packet = tile_packet(tile, slot, SQZ_PKT_GRANT, to->node,
				     run->cause);
		packet->slot = to->slot;
		packet->position =
		    limit < step->end ? (uint32_t)limit : step->end;
		if (run->why)
			packet->causes = run->why->oldest;
		TILE_COUNT(tile, slot, grants_sent, 1);
		tile_send(tile, packet);
	}
	run->granted = run->grant_round;
	run->grant_round = 0;
	return true;
}

/* -- vector unit -- */

/* True if all that the oldest position needs has come. */
static bool is_complete(const struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	const struct tile_run *run = slot->run;
	uint32_t p = run->oldest.position;

	if (p == step->end)
		return false;
	for (int operand = 1; operand < SQZ_OPERANDS; operand++)
		if (step->reads[operand] &&
		    run->operands[operand].have <= tile_side_item(step, p))
			return false;
	if (step->header.kind == SQZ_STEP_MVM)
		return run->added[p % run->window] == run->complete_at;
	return run->operands[SQZ_OPERAND_INPUT].have >=
	       tile_window_wanted(step, &run->oldest);
}

static bool can_begin(const struct sqz_tile *tile, const struct tile_slot *slot)
{
	return slot->step->reducer && !slot->run->vector_busy &&
	       is_complete(slot) && tile_write_room(tile, slot);
}

static void count_vector(struct sqz_tile *tile, struct tile_slot *slot,
			 uint64_t elements, sqz_ps duration)
{
	const struct sqz_step *step = slot->step;
	uint64_t read_bytes = 0;

	for (int operand = 1; operand < SQZ_OPERANDS; operand++)
		if (step->reads[operand])
			read_bytes +=
			    step->outputs * sqz_operand_bytes(operand);
	if (step->header.kind != SQZ_STEP_MVM)
		read_bytes += elements;
	TILE_COUNT(tile, slot, vector_ops, elements);
	TILE_COUNT(tile, slot, edram_read_bytes, read_bytes);
	TILE_COUNT(tile, slot, vector_busy_ps, duration);
}

bool tile_reducer_vector_begin(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_run *run = slot->run;
	sqz_ps now = tile_now(tile);
	uint64_t elements;
	sqz_ps duration;

	if (!can_begin(tile, slot)) {
		if (slot->step->header.kind != SQZ_STEP_MVM)
			tile_run_wait(tile, slot,
				      run->vector_busy || is_complete(slot)
					  ? TILE_WAIT_NONE
					  : TILE_WAIT_FETCH);
		return false;
	}
	if (tile->vector_free_at > now)
		return false;
	if (slot->step->header.kind != SQZ_STEP_MVM)
		tile_run_wait(tile, slot, TILE_WAIT_NONE);
	elements = tile_vector_elements(slot->step, &run->oldest);
	duration = (elements + tile->config.vector_lanes - 1) /
		   tile->config.vector_lanes * tile->config.vector_cycle_ps;
	run->vector_busy = true;
	run->vector_end = tile->vector_free_at = now + duration;
	if (run->why)
		tile_why_vector_begin(tile, slot, duration);
	count_vector(tile, slot, elements, duration);
	if (tile->observer.vector) {
		struct sqz_tile_event event =
		    tile_event(tile, slot, now, run->vector_end);

		event.position = run->oldest.position;
		tile->observer.vector(tile->observer.context, &event);
	}
	return true;
}

/* The oldest position has left: its stores serve later ones. */
static void move_window(const struct sqz_step *step, struct tile_run *run)
{
	uint32_t done = run->oldest.position;

	sqz_cursor_advance(&run->oldest, step->header.out_w);
	for (int operand = 1; operand < SQZ_OPERANDS; operand++)
		if (step->reads[operand])
			sqz_fetch_keep(
			    &run->operands[operand],
			    tile_side_item(step, run->oldest.position));
	if (step->header.kind == SQZ_STEP_MVM)
		clear_position(step, run, done);
	else if (run->oldest.position < step->end)
		tile_give_up_pixels(step, run, &run->oldest);
}

bool tile_reducer_vector_end(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	struct tile_run *run = slot->run;
	uint32_t position = run->oldest.position;
	uint64_t cause;

	if (!step->reducer || !run->vector_busy ||
	    run->vector_end > tile_now(tile))
		return false;
	cause = step->header.kind == SQZ_STEP_MVM
		    ? run->added_by[position % run->window]
		    : run->cause;
	tile_vector_finish(step, run, tile_write_place(run));
	tile_write_stage(tile, slot, position, cause);
	TILE_COUNT(tile, slot, outputs, 1);
	run->vector_busy = false;
	if (run->why)
		tile_why_vector_end(tile, slot);
	move_window(step, run);
	return true;
}

sqz_ps tile_reducer_due(const struct sqz_tile *tile,
			const struct tile_slot *slot)
{
	const struct tile_run *run = slot->run;

	if (run->vector_busy)
		return run->vector_end;
	if (can_begin(tile, slot) && tile->vector_free_at > tile_now(tile))
		return tile->vector_free_at;
	return SQZ_NEVER;
}
