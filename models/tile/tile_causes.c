#include "tile/tile_causes.h"

#include <stdlib.h>
#include <string.h>

#include "tile/tile_core.h"

/* Acknowledgements that a token or a DONE names. */
#define RECENT 3

/* -- moments -- */

bool tile_moments_init(struct tile_moments *moments, uint32_t room)
{
	moments->all = calloc(room, sizeof(*moments->all));
	moments->room = room;
	moments->count = 0;
	return moments->all != NULL;
}

void tile_moments_add(struct tile_moments *moments, uint64_t id, sqz_ps at_ps)
{
	moments->all[moments->count++ % moments->room] =
	    (struct tile_moment){ id, at_ps };
}

static void join(const struct sqz_tile *tile, struct sqz_causes *causes,
		 const struct tile_moment *moment)
{
	sqz_causes_join_id(&tile->env, causes, moment->id, moment->at_ps);
}

void tile_moments_join(const struct sqz_tile *tile,
		       const struct tile_moments *moments,
		       struct sqz_causes *causes)
{
	uint64_t most = moments->room < RECENT ? moments->room : RECENT;
	uint64_t few = moments->count < most ? moments->count : most;

	for (uint64_t i = moments->count - few; i < moments->count; i++)
		join(tile, causes, &moments->all[i % moments->room]);
}

/* -- memory -- */

void tile_why_free(struct tile_why *why)
{
	if (!why)
		return;
	for (int i = 0; i < SQZ_OPERANDS; i++) {
		free(why->streams[i].data);
		free(why->streams[i].freed);
		free(why->streams[i].done);
	}
	free(why->results);
	free(why->added);
	free(why->retired);
	free(why->acks.all);
	free(why);
}

struct tile_why *tile_why_new(const struct sqz_tile *tile,
			      const struct tile_run *run)
{
	struct tile_why *why = calloc(1, sizeof(*why));

	if (!why)
		return NULL;
	why->results = calloc(run->result_depth + 1u, sizeof(*why->results));
	why->added = calloc(run->window, sizeof(*why->added));
	why->retired = calloc(run->window, sizeof(*why->retired));
	if (!tile_moments_init(&why->acks, tile->config.write_outstanding) ||
	    !why->results || !why->added || !why->retired) {
		tile_why_free(why);
		return NULL;
	}
	return why;
}

static int start_stream(struct tile_stream_why *stream,
			const struct sqz_fetch *fetch)
{
	uint32_t capacity = fetch->shape.capacity;

	if (!fetch->ring)
		return 0;
	if (stream->capacity != capacity) {
		free(stream->freed);
		stream->freed = calloc(capacity, sizeof(*stream->freed));
		stream->capacity = capacity;
	}
	if (!stream->data)
		stream->data =
		    calloc(fetch->shape.open_max, sizeof(*stream->data));
	if (!stream->freed || !stream->data)
		return -1;
	memset(stream->freed, 0, capacity * sizeof(*stream->freed));
	memset(stream->data, 0, fetch->shape.open_max * sizeof(*stream->data));
	stream->last_read = (struct tile_moment){ 0, 0 };
	stream->first_done = stream->done_count = 0;
	stream->used_end = 0;
	return 0;
}

int tile_why_start(const struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_run *run = slot->run;
	struct tile_why *why = run->why;

	why->begun = sqz_causes_after(slot->request->id, tile_now(tile));
	why->oldest = why->ready = why->begun;
	why->passed = false;
	why->grant_count = 0;
	why->granted = 0;
	why->last_sent = (struct tile_moment){ 0, 0 };
	why->acks.count = why->writes = 0;
	for (uint32_t p = 0; p < run->window; p++)
		why->added[p].count = why->retired[p].count = 0;
	for (int i = 0; i < SQZ_OPERANDS; i++)
		if (start_stream(&why->streams[i], &run->operands[i]))
			return -1;
	return 0;
}

/* -- reads -- */

void tile_why_next_read(struct tile_run *run, int operand)
{
	struct tile_stream_why *stream = &run->why->streams[operand];
	const struct sqz_fetch *fetch = &run->operands[operand];

	stream->begins_row = fetch->next_column == 0 && fetch->next_offset == 0;
	stream->row = fetch->next_row;
	stream->items = sqz_fetch_room_for(fetch, &stream->hurries);
}

static const struct sqz_causes *mover(const struct tile_slot *slot, int operand)
{
	const struct tile_why *why = slot->run->why;

	return operand == SQZ_OPERAND_INPUT && why->passed ? &why->pass
							   : &why->oldest;
}

/* Whoever gave up a place of the line buffer, or of an operand that goes with
 * positions. */
static struct sqz_causes freed_by(const struct tile_slot *slot, int operand,
				  uint32_t place)
{
	const struct tile_run *run = slot->run;
	const struct tile_reason *freed =
	    &run->why->streams[operand].freed[place];

	if (operand != SQZ_OPERAND_INPUT)
		return run->why
		    ->retired[(slot->step->first + place) % run->window];
	return (struct sqz_causes){ .at_ps = freed->at_ps,
				    .count = freed->cause.id != 0,
				    .of = { freed->cause } };
}

/* Also who moved on last, if that may have been needed to want the read. */
static void join_room(const struct sqz_tile *tile, const struct tile_slot *slot,
		      int operand, uint32_t place, struct sqz_causes *causes)
{
	const struct sqz_causes freed = freed_by(slot, operand, place);

	if (freed.count)
		sqz_causes_join(&tile->env, causes, &freed);
	if (slot->run->why->streams[operand].hurries)
		sqz_causes_join(&tile->env, causes, mover(slot, operand));
}

static void join_token(const struct sqz_tile *tile,
		       const struct tile_slot *slot, int operand,
		       struct sqz_causes *causes)
{
	const struct sqz_fetch *fetch = &slot->run->operands[operand];
	const struct tile_slot_ring *ring = &slot->rings[slot->request->ring];
	const struct tile_stream_why *stream =
	    &slot->run->why->streams[operand];
	const uint32_t *places = fetch->shape.row_places;
	uint32_t row = places ? places[stream->row] : stream->row;
	const struct tile_moment *token;

	if (!fetch->missing || !stream->begins_row || !ring->token_why)
		return;
	token = &ring->token_why[fetch->missing - ring->missing + row];
	if (token->id)
		join(tile, causes, token);
}

void tile_why_read(const struct sqz_tile *tile, const struct tile_slot *slot,
		   int operand, uint32_t entry, struct sqz_packet *packet)
{
	struct tile_why *why = slot->run->why;
	struct tile_stream_why *stream = &why->streams[operand];
	const struct sqz_fetch *fetch = &slot->run->operands[operand];
	struct sqz_causes *causes = &packet->causes;
	uint32_t place = (fetch->opened[entry].place + stream->items - 1) %
			 fetch->shape.capacity;

	*causes = stream->last_read.id
		      ? sqz_causes_after(stream->last_read.id,
					 stream->last_read.at_ps)
		      : why->begun;
	if (stream->data[entry].id)
		join(tile, causes, &stream->data[entry]);
	join_room(tile, slot, operand, place, causes);
	join_token(tile, slot, operand, causes);
	stream->last_read = (struct tile_moment){ packet->id, tile_now(tile) };
}

static bool make_room(struct tile_stream_why *stream)
{
	uint32_t room = stream->done_room ? 2 * stream->done_room : 16;
	struct tile_read_done *more;

	if (stream->done_count < stream->done_room)
		return true;
	more = malloc(room * sizeof(*more));
	if (!more)
		return false;
	for (uint32_t i = 0; i < stream->done_count; i++)
		more[i] =
		    stream->done[(stream->first_done + i) % stream->done_room];
	free(stream->done);
	stream->done = more;
	stream->done_room = room;
	stream->first_done = 0;
	return true;
}

void tile_why_data(struct sqz_tile *tile, struct tile_run *run, int operand,
		   uint32_t entry, uint32_t first, uint32_t complete,
		   uint64_t id)
{
	struct tile_stream_why *stream = &run->why->streams[operand];
	const struct sqz_fetch *fetch = &run->operands[operand];

	stream->data[entry] = (struct tile_moment){ id, tile_now(tile) };
	for (uint32_t i = 0; i < complete; i++) {
		uint32_t one = (first + i) % fetch->shape.open_max;

		if (!make_room(stream)) {
			tile_run_fail(run, SQZ_ERR_CAPACITY, 0);
			return;
		}
		stream->done[(stream->first_done + stream->done_count++) %
			     stream->done_room] =
		    (struct tile_read_done){ fetch->opened[one].end,
					     stream->data[one] };
	}
}

/* Reads that brought items below `wanted` and have not been waited for. */
static void join_items(const struct sqz_tile *tile, struct tile_run *run,
		       int operand, uint32_t wanted, struct sqz_causes *causes)
{
	struct tile_stream_why *stream = &run->why->streams[operand];

	while (stream->used_end < wanted && stream->done_count) {
		const struct tile_read_done *done =
		    &stream->done[stream->first_done];

		join(tile, causes, &done->data);
		stream->used_end = done->end;
		stream->first_done =
		    (stream->first_done + 1) % stream->done_room;
		stream->done_count--;
	}
}

void tile_why_keep(struct tile_run *run, uint32_t keep,
		   const struct sqz_causes *by)
{
	struct tile_stream_why *stream = &run->why->streams[SQZ_OPERAND_INPUT];
	const struct sqz_fetch *fetch = &run->operands[SQZ_OPERAND_INPUT];
	uint32_t capacity = stream->capacity, gone = fetch->keep - keep;
	uint32_t place = fetch->keep_place + capacity - gone % capacity;

	for (uint32_t i = gone < capacity ? 0 : gone - capacity; i < gone; i++)
		stream->freed[(place + i) % capacity] =
		    (struct tile_reason){ by->of[0], by->at_ps };
}

/* -- worker -- */

void tile_why_grant(struct tile_run *run, uint64_t limit, uint64_t id,
		    sqz_ps at_ps)
{
	struct tile_why *why = run->why;

	/* Of too many the last ones are taken for one. */
	if (why->grant_count == TILE_GRANTS)
		why->grant_count--;
	why->grants[why->grant_count++] =
	    (struct tile_grant_why){ limit, { id, at_ps } };
}

static void join_grant(const struct sqz_tile *tile, struct tile_run *run,
		       struct sqz_causes *causes)
{
	struct tile_why *why = run->why;

	while (why->granted <= run->pass.position && why->grant_count) {
		const struct tile_grant_why first = why->grants[0];

		why->granted = first.limit;
		if (first.limit > run->pass.position)
			join(tile, causes, &first.packet);
		why->grant_count--;
		memmove(why->grants, why->grants + 1,
			why->grant_count * sizeof(why->grants[0]));
	}
}

/* The position whose accumulators the pass takes. */
static void join_window(const struct sqz_tile *tile,
			const struct tile_slot *slot, bool waited,
			struct sqz_causes *causes)
{
	const struct tile_run *run = slot->run;
	uint32_t passed = run->pass.position - slot->step->first;
	const struct sqz_causes *retired =
	    &run->why->retired[run->pass.position % run->window];
	sqz_ps half = run->window / 2 * run->pass_ps;

	if (passed >= run->window &&
	    (waited || retired->at_ps + half > causes->at_ps))
		sqz_causes_join(&tile->env, causes, retired);
}

void tile_why_pass(const struct sqz_tile *tile, struct tile_slot *slot,
		   bool waited, uint32_t result)
{
	struct tile_run *run = slot->run;
	struct tile_why *why = run->why;
	struct sqz_causes causes = why->passed ? why->pass : why->begun;

	if (why->passed)
		sqz_causes_delay(&causes, run->pass_ps, SQZ_WORK_PASS);
	join_items(tile, run, SQZ_OPERAND_INPUT,
		   tile_window_wanted(slot->step, &run->pass), &causes);
	if (slot->step->reducer)
		join_window(tile, slot, waited, &causes);
	else
		join_grant(tile, run, &causes);
	if (waited && !slot->step->reducer && why->last_sent.id)
		join(tile, &causes, &why->last_sent);
	sqz_causes_mark(&tile->env, &causes);
	why->pass = causes;
	why->passed = true;
	sqz_causes_delay(&causes, run->pass_ps, SQZ_WORK_PASS);
	sqz_causes_delay(&causes, tile->config.pipeline_ps, SQZ_WORK_PIPELINE);
	why->results[result] = causes;
}

void tile_why_partial_sum(const struct sqz_tile *tile, struct tile_run *run,
			  bool first, struct sqz_packet *packet)
{
	struct tile_why *why = run->why;

	packet->causes =
	    first ? why->results[run->first_result]
		  : sqz_causes_after(why->last_sent.id, why->last_sent.at_ps);
	why->last_sent = (struct tile_moment){ packet->id, tile_now(tile) };
}

/* -- reducer -- */

void tile_why_added(const struct sqz_tile *tile, struct tile_run *run,
		    uint32_t position, const struct sqz_causes *by)
{
	sqz_causes_join(&tile->env, &run->why->added[position % run->window],
			by);
}

void tile_why_vector_begin(struct sqz_tile *tile, struct tile_slot *slot,
			   sqz_ps duration)
{
	const struct sqz_step *step = slot->step;
	struct tile_run *run = slot->run;
	struct tile_why *why = run->why;
	uint32_t p = run->oldest.position;
	struct sqz_causes causes = { 0 };

	if (step->header.kind == SQZ_STEP_MVM)
		causes = why->added[p % run->window];
	else
		join_items(tile, run, SQZ_OPERAND_INPUT,
			   tile_window_wanted(step, &run->oldest), &causes);
	if (!causes.count || why->ready.at_ps + 4 * duration > causes.at_ps)
		sqz_causes_join(&tile->env, &causes, &why->ready);
	for (int i = 1; i < SQZ_OPERANDS; i++)
		if (step->reads[i])
			join_items(tile, run, i, tile_side_item(step, p) + 1,
				   &causes);
	if (tile->vector_why.count && tile->vector_slot != slot)
		sqz_causes_join(&tile->env, &causes, &tile->vector_why);
	sqz_causes_delay(&causes, duration, SQZ_WORK_VECTOR);
	why->vector = tile->vector_why = causes;
	tile->vector_slot = slot;
}

static bool is_shared(const struct sqz_step *step,
		      const struct sqz_causes *causes)
{
	return step->header.kind != SQZ_STEP_MVM || causes->count > 2;
}

void tile_why_vector_end(const struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_run *run = slot->run;
	struct tile_why *why = run->why;
	uint32_t place = run->oldest.position % run->window;

	if (is_shared(slot->step, &why->vector))
		sqz_causes_mark(&tile->env, &why->vector);
	why->ready = why->oldest = why->retired[place] = why->vector;
	why->added[place].count = 0;
	why->added[place].at_ps = 0;
}

void tile_why_grants(const struct sqz_tile *tile, struct tile_slot *slot)
{
	struct tile_why *why = slot->run->why;

	if (slot->step->header.remote_workers > 1)
		sqz_causes_mark(&tile->env, &why->oldest);
}

void tile_why_write(const struct sqz_tile *tile, struct tile_run *run,
		    struct sqz_packet *packet)
{
	struct tile_why *why = run->why;

	packet->causes = why->ready;
	if (why->writes >= why->acks.room)
		join(tile, &packet->causes,
		     &why->acks.all[(why->writes - why->acks.room) %
				    why->acks.room]);
	why->writes++;
	why->ready = sqz_causes_after(packet->id, tile_now(tile));
}

void tile_why_token(const struct sqz_tile *tile, struct tile_run *run,
		    struct sqz_packet *packet)
{
	struct tile_why *why = run->why;

	tile_moments_join(tile, &why->acks, &packet->causes);
	why->last_sent = (struct tile_moment){ packet->id, tile_now(tile) };
}

struct sqz_causes tile_why_done(const struct sqz_tile *tile,
				const struct tile_slot *slot)
{
	const struct tile_why *why = slot->run->why;
	struct sqz_causes causes = { 0 };

	tile_moments_join(tile, &why->acks, &causes);
	if (why->last_sent.id)
		join(tile, &causes, &why->last_sent);
	return causes.count ? causes : why->begun;
}
