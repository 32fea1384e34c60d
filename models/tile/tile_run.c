#include <stdlib.h>
#include <string.h>

#include "tile/tile_core.h"

/* -- memory of a run -- */

void tile_run_free(struct tile_run *run)
{
	if (!run)
		return;
	for (int operand = 0; operand < SQZ_OPERANDS; operand++)
		sqz_fetch_free(&run->operands[operand]);
	tile_worker_free(run);
	tile_reducer_free(run);
	tile_why_free(run->why);
	free(run);
}

static uint32_t read_bytes(const struct sqz_tile *tile)
{
	const struct sqz_tile_config *c = &tile->config;

	return c->fetch_bytes < c->max_payload_bytes ? c->fetch_bytes
						     : c->max_payload_bytes;
}

/* An operand that belongs to positions. */
static int init_side(const struct sqz_tile *tile, const struct sqz_step *step,
		     struct tile_run *run, enum sqz_operand operand)
{
	const uint32_t bytes = sqz_operand_bytes(operand);
	const struct sqz_fetch_shape shape = {
		.rows = step->rows,
		.columns = step->header.out_w,
		.picture_width = step->header.out_w,
		.pixel_bytes = step->header.out_c * bytes,
		.item_bytes = step->outputs * bytes,
		.read_bytes = read_bytes(tile),
		.open_max = tile->config.fetch_outstanding,
		.capacity = run->window,
	};

	return sqz_fetch_init(&run->operands[operand], &shape);
}

/* What a step keeps from RUN to RUN; all but the line buffer. */
static struct tile_run *new_run(const struct sqz_tile *tile,
				const struct sqz_step *step)
{
	struct tile_run *run = calloc(1, sizeof(*run));
	bool ok;

	if (!run)
		return NULL;
	run->window = tile->config.psum_window < step->positions
			  ? tile->config.psum_window
			  : step->positions;
	ok = !tile_worker_init(tile, step, run) &&
	     !tile_reducer_init(tile, step, run);
	for (int operand = 1; operand < SQZ_OPERANDS; operand++)
		ok = ok && (!step->reads[operand] ||
			    !init_side(tile, step, run, operand));
	if (ok && sqz_causes_wanted(&tile->env))
		ok = (run->why = tile_why_new(tile, run)) != NULL;
	if (!ok) {
		tile_run_free(run);
		return NULL;
	}
	return run;
}

/* Bytes of line buffer for this RUN, 0 if there are too few (see tile.h). */
static uint32_t edram_share(const struct sqz_tile *tile,
			    const struct tile_slot *slot)
{
	uint32_t occupied = 0, left = tile->config.edram_bytes;
	uint32_t share, need = slot->step->line_bytes;
	uint64_t waiting = 0, all = 0;

	for (uint32_t i = 0; i < tile->used_slots; i++) {
		const struct tile_slot *other = &tile->slots[i];

		if (!other->step)
			continue;
		occupied++;
		all += other->step->line_bytes;
		if (other->state == TILE_SLOT_RUNNING)
			left -= other->run_edram;
		else if (other != slot)
			waiting += other->step->line_bytes;
	}
	if (left < need)
		return 0;
	/* A step that was programmed while others ran is not reckoned with. */
	if (all <= tile->config.edram_bytes)
		left = left > need + waiting ? left - (uint32_t)waiting : need;
	share = tile->config.edram_bytes / occupied;
	share = share > need ? share : need;
	return share < left ? share : left;
}

static int init_input(const struct sqz_tile *tile, const struct sqz_step *step,
		      struct tile_run *run, uint32_t edram_bytes)
{
	struct sqz_fetch *input = &run->operands[SQZ_OPERAND_INPUT];
	const struct sqz_window *window = &step->window;
	struct sqz_fetch_shape shape = {
		.rows = window->y.used,
		.columns = window->x.used,
		.row_places = window->y.places,
		.column_places = window->x.places,
		.picture_width = step->header.in_w,
		.pixel_bytes = step->header.in_c,
		.item_bytes = step->item_bytes,
		.read_bytes = read_bytes(tile),
		.open_max = tile->config.fetch_outstanding,
		.capacity = edram_bytes / step->item_bytes,
	};

	if (shape.capacity > window->pixels)
		shape.capacity = window->pixels ? window->pixels : 1;
	if (input->ring && input->shape.capacity == shape.capacity)
		return 0;
	sqz_fetch_free(input);
	return sqz_fetch_init(input, &shape);
}

/* -- begin and end -- */

void tile_run_wait(struct sqz_tile *tile, struct tile_slot *slot,
		   enum tile_wait wait)
{
	struct tile_run *run = slot->run;
	sqz_ps now = tile_now(tile);
	const struct sqz_tile_observer *o = &tile->observer;
	void (*observe)(void *, const struct sqz_tile_event *) =
	    run->wait == TILE_WAIT_FETCH ? o->fetch_wait : o->grant_wait;

	if (run->wait == wait)
		return;
	if (run->wait == TILE_WAIT_FETCH)
		TILE_COUNT(tile, slot, fetch_wait_ps, now - run->wait_since);
	else if (run->wait == TILE_WAIT_GRANT)
		TILE_COUNT(tile, slot, grant_wait_ps, now - run->wait_since);
	if (run->wait != TILE_WAIT_NONE && now > run->wait_since && observe) {
		struct sqz_tile_event event =
		    tile_event(tile, slot, run->wait_since, now);

		event.position = run->pass.position;
		observe(o->context, &event);
	}
	run->wait = wait;
	run->wait_since = now;
}

static void report_end(struct sqz_tile *tile, struct tile_slot *slot,
		       enum sqz_status status)
{
	struct sqz_tile_event event =
	    tile_event(tile, slot, slot->run->begin, tile_now(tile));

	event.status = status;
	event.pass_ps = slot->run->pass_ps;
	event.read_ps = slot->run->read_ps;
	event.adc_ps = slot->run->adc_ps;
	if (tile->observer.step_end)
		tile->observer.step_end(tile->observer.context, &event);
}

/* The slot is READY again, with no answer sent. */
static void leave(struct sqz_tile *tile, struct tile_slot *slot,
		  enum sqz_status status)
{
	tile_run_wait(tile, slot, TILE_WAIT_NONE);
	if (status != SQZ_OK)
		tile_tags_drop(tile, slot);
	report_end(tile, slot, status);
	tile_ring_end(slot);
	slot->request = NULL;
	slot->layer = &tile->no_layer;
	slot->run_edram = 0;
	slot->state = TILE_SLOT_READY;
}

void tile_run_stop(struct sqz_tile *tile, struct tile_slot *slot)
{
	leave(tile, slot, SQZ_ERR_ABORTED);
}

void tile_run_fail(struct tile_run *run, enum sqz_status status, uint64_t addr)
{
	if (run->failure != SQZ_OK)
		return;
	run->failure = status;
	run->failure_addr = addr;
}

static void finish(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct sqz_packet *request = slot->request;
	enum sqz_status status = slot->run->failure;

	if (status == SQZ_OK)
		TILE_COUNT(tile, slot, steps, 1);
	if (slot->run->why)
		request->causes = tile_why_done(tile, slot);
	leave(tile, slot, status);
	if (status != SQZ_OK)
		tile_regs_fault(tile, tile_slot_index(tile, slot), status);
	tile_done(tile, request, status, slot->run->failure_addr);
}

static enum sqz_status prepare(struct sqz_tile *tile, struct tile_slot *slot,
			       const struct sqz_packet *packet)
{
	uint32_t edram_bytes;

	if (slot->state != TILE_SLOT_READY)
		return SQZ_ERR_SLOT;
	edram_bytes = edram_share(tile, slot);
	if (!slot->run)
		slot->run = new_run(tile, slot->step);
	if (!edram_bytes || !slot->run ||
	    init_input(tile, slot->step, slot->run, edram_bytes))
		return SQZ_ERR_CAPACITY;
	if (!tile_ring_of(&tile->env, slot, packet->ring, packet->epoch))
		return SQZ_ERR_CAPACITY;
	slot->run_edram = edram_bytes;
	return SQZ_OK;
}

static void start_fetch(struct tile_slot *slot,
			const struct sqz_packet *request)
{
	const struct sqz_step *step = slot->step;
	const struct sqz_step_header *h = &step->header;
	const uint64_t tensors[SQZ_OPERANDS] = {
		[SQZ_OPERAND_INPUT] = request->addr,
		[SQZ_OPERAND_RESIDUAL] = request->aux_addr,
		[SQZ_OPERAND_PARTIAL] = request->partial_addr,
	};
	uint64_t element = (uint64_t)step->first * h->out_c + h->n0;
	const uint16_t *missing =
	    request->chain ? slot->rings[request->ring].missing : NULL;

	for (int operand = 0; operand < SQZ_OPERANDS; operand++) {
		bool input = operand == SQZ_OPERAND_INPUT;
		uint64_t skipped =
		    input ? h->fetch_c0 : element * sqz_operand_bytes(operand);

		sqz_fetch_start(&slot->run->operands[operand],
				tensors[operand] + skipped,
				missing ? missing + step->token_row0[operand] +
					      (input ? 0 : h->y0)
					: NULL);
	}
}

static void start(struct sqz_tile *tile, struct tile_slot *slot,
		  struct sqz_packet *request)
{
	const struct sqz_step *step = slot->step;
	struct tile_run *run = slot->run;

	slot->request = request;
	slot->state = TILE_SLOT_RUNNING;
	if (request->layer < tile->config.layers)
		slot->layer = &tile->layers[request->layer];
	run->number = request->run;
	run->begin = tile_now(tile);
	run->cause = request->id;
	run->failure = SQZ_OK;
	run->failure_addr = 0;
	run->wait = TILE_WAIT_NONE;
	start_fetch(slot, request);
	tile_worker_start(tile, step, run);
	tile_reducer_start(tile, step, run);
	if (run->why && tile_why_start(tile, slot))
		tile_run_fail(run, SQZ_ERR_CAPACITY, 0);
	run->limit = tile_ring_limit(slot, request);
}

void tile_run_begin(struct sqz_tile *tile, struct sqz_packet *packet)
{
	struct tile_slot *slot = &tile->slots[packet->slot];
	enum sqz_status status = prepare(tile, slot, packet);

	if (status != SQZ_OK) {
		tile_regs_fault(tile, packet->slot, status);
		tile_done(tile, packet, status, 0);
		return;
	}
	start(tile, slot, packet);
	if (tile->observer.step_begin) {
		struct sqz_tile_event event =
		    tile_event(tile, slot, slot->run->begin, slot->run->begin);

		tile->observer.step_begin(tile->observer.context, &event);
	}
	tile_run_advance(tile, slot);
}

/* -- packets -- */

void tile_run_data(struct sqz_tile *tile, struct tile_slot *slot,
		   const struct tile_tag *tag, const struct sqz_packet *packet)
{
	struct tile_run *run = slot->run;
	int operand = tag->kind - TILE_TAG_OPERAND;
	struct sqz_fetch *fetch = &run->operands[operand];
	uint32_t first = fetch->first_open, open = fetch->open_count;

	run->cause = packet->id;
	if (packet->status != SQZ_OK)
		tile_run_fail(run, (enum sqz_status)packet->status,
			      packet->addr);
	else if (packet->payload_bytes != tag->bytes ||
		 !sqz_fetch_data(fetch, tag->entry, packet->data, tag->bytes))
		tile_run_fail(run, SQZ_ERR_ADDRESS, packet->addr);
	else
		TILE_COUNT(tile, slot, edram_write_bytes, tag->bytes);
	if (run->why && run->failure == SQZ_OK)
		tile_why_data(tile, run, operand, tag->entry, first,
			      open - fetch->open_count, packet->id);
}

void tile_run_write_ack(struct sqz_tile *tile, struct tile_slot *slot,
			const struct tile_tag *tag,
			const struct sqz_packet *packet)
{
	struct tile_run *run = slot->run;

	if (run->why)
		tile_moments_add(&run->why->acks, packet->id, tile_now(tile));

	run->open_writes--;
	if (run->row_writes)
		run->row_writes[tag->entry]--;
	run->cause = packet->id;
	if (packet->status != SQZ_OK)
		tile_run_fail(run, (enum sqz_status)packet->status,
			      packet->addr);
}

/* The slot that a partial sum is for, NULL if it comes too late. */
static struct tile_slot *psum_slot(struct sqz_tile *tile,
				   const struct sqz_packet *packet)
{
	struct tile_slot *slot;

	if (packet->slot >= tile->config.slots)
		return NULL;
	slot = &tile->slots[packet->slot];
	return slot->state == TILE_SLOT_RUNNING &&
		       slot->run->number == packet->run &&
		       slot->step->reducer &&
		       slot->step->header.kind == SQZ_STEP_MVM
		   ? slot
		   : NULL;
}

static void report_psum(struct sqz_tile *tile, const struct tile_slot *slot,
			const struct sqz_packet *packet)
{
	const struct sqz_tile_observer *observer = &tile->observer;
	sqz_ps now = tile_now(tile);

	if (!observer->reduce)
		return;
	struct sqz_tile_event event = tile_event(tile, slot, now, now);

	event.position = packet->position;
	event.bytes = packet->payload_bytes;
	observer->reduce(observer->context, &event);
}

void tile_run_psum(struct sqz_tile *tile, const struct sqz_packet *packet)
{
	struct tile_slot *slot = psum_slot(tile, packet);
	int32_t sums[SQZ_PACKET_MAX_PAYLOAD / 4];

	memcpy(sums, packet->data, packet->payload_bytes);
	if (!slot ||
	    !tile_reducer_add(slot, packet->position, packet->first, sums,
			      packet->payload_bytes / 4, packet->id)) {
		tile->total.dropped_packets++;
		return;
	}
	slot->run->cause = packet->id;
	report_psum(tile, slot, packet);
	if (slot->run->why) {
		const struct sqz_causes by =
		    sqz_causes_after(packet->id, tile_now(tile));

		tile_why_added(tile, slot->run, packet->position, &by);
	}
	TILE_COUNT(tile, slot, psum_packets_received, 1);
	TILE_COUNT(tile, slot, psum_bytes_received, packet->payload_bytes);
	tile_run_advance(tile, slot);
}

/* -- what can be done now -- */

static void read_stream(struct sqz_tile *tile, struct tile_slot *slot,
			enum sqz_operand operand, uint32_t wanted)
{
	struct sqz_fetch *fetch = &slot->run->operands[operand];
	struct sqz_fetch_read read;
	enum sqz_fetch_result result;
	struct sqz_packet *packet;

	while (tile_can_send(tile, SQZ_CLASS_REQUEST)) {
		if (tile->free_tag == TILE_NO_TAG) {
			tile->tags_short = true;
			return;
		}
		if (slot->run->why)
			tile_why_next_read(slot->run, operand);
		result = sqz_fetch_next(fetch, wanted, &tile->env, &read);
		if (result == SQZ_FETCH_BAD_ADDRESS)
			tile_run_fail(slot->run, SQZ_ERR_ADDRESS, read.addr);
		if (result != SQZ_FETCH_READ)
			return;
		packet = tile_read_packet(
		    tile, slot, &read,
		    tile_tag_take(tile, slot, TILE_TAG_OPERAND + operand,
				  read.entry, read.chunk * read.count),
		    slot->run->cause);
		if (slot->run->why)
			tile_why_read(tile, slot, operand, read.entry, packet);
		tile_send(tile, packet);
	}
}

static void read_ahead(struct sqz_tile *tile, struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	const struct tile_run *run = slot->run;
	const struct sqz_cursor *next =
	    step->header.kind == SQZ_STEP_MVM ? &run->pass : &run->oldest;
	uint32_t wanted = tile_window_wanted(step, next);

	for (int operand = 0; operand < SQZ_OPERANDS; operand++) {
		const struct sqz_fetch *fetch = &run->operands[operand];

		if (fetch->next < fetch->total)
			read_stream(tile, slot, operand, wanted);
		wanted = tile_side_item(step, run->oldest.position) + 1;
	}
}

static bool is_finished(const struct tile_slot *slot)
{
	const struct sqz_step *step = slot->step;
	const struct tile_run *run = slot->run;

	if (step->reducer)
		return run->oldest.position == step->end && run->staged == 0 &&
		       run->open_writes == 0 &&
		       (!tile_chain_sends(slot) ||
			run->token_row == step->rows);
	return run->pass.position == step->end && run->result_count == 0;
}

void tile_run_advance(struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_run *run = slot->run;
	bool moved = true;

	while (moved && run->failure == SQZ_OK) {
		moved = tile_worker_deliver(tile, slot);
		moved |= tile_reducer_vector_end(tile, slot);
		moved |= tile_write_send(tile, slot);
		moved |= tile_reducer_vector_begin(tile, slot);
		moved |= tile_reducer_grant(tile, slot);
		moved |= tile_worker_pass(tile, slot);
	}
	if (run->failure == SQZ_OK)
		read_ahead(tile, slot);
	if (run->failure == SQZ_OK)
		tile_chain_send(tile, slot);
	if (run->failure != SQZ_OK || is_finished(slot)) {
		finish(tile, slot);
		return;
	}

	sqz_ps worker = tile_worker_due(tile, slot);
	sqz_ps reducer = tile_reducer_due(tile, slot);

	run->due = worker < reducer ? worker : reducer;
}
