#include "noc/replay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "noc/replay_state.h"

/* ---- what is ready, by time ---- */

static bool is_before(const struct ready *a, const struct ready *b)
{
	return a->ps < b->ps || (a->ps == b->ps && a->event < b->event);
}

void replay_push(struct replay_state *state, uint64_t ps, uint32_t event)
{
	const struct ready entry = { ps, event };
	size_t at = state->heap_count++;

	for (; at; at = (at - 1) / 2) {
		const struct ready *above = &state->heap[(at - 1) / 2];
		if (!is_before(&entry, above))
			break;
		state->heap[at] = *above;
	}
	state->heap[at] = entry;
}

static uint32_t pop(struct replay_state *state)
{
	uint32_t event = state->heap[0].event;
	const struct ready last = state->heap[--state->heap_count];
	size_t count = state->heap_count, at = 0, below = 1;

	for (; below < count; at = below, below = 2 * at + 1) {
		if (below + 1 < count &&
		    is_before(&state->heap[below + 1], &state->heap[below]))
			below++;
		if (!is_before(&state->heap[below], &last))
			break;
		state->heap[at] = state->heap[below];
	}
	state->heap[at] = last;
	return event;
}

void replay_tell(struct replay_state *state, const struct dependents *list,
		 uint32_t event)
{
	const struct sqz_cause_edge *causes = state->causes->causes;

	for (size_t i = list->first[event]; i < list->first[event + 1]; i++) {
		const struct dependent *waits = &list->all[i];
		uint64_t ps = state->now_ps + causes[waits->cause].delay_ps;
		uint64_t *ready_ps = &state->ready_ps[waits->event];

		if (state->is_answer[waits->event])
			continue;
		if (ps > *ready_ps)
			*ready_ps = ps;
		if (!--state->left[waits->event])
			replay_push(state, *ready_ps, waits->event);
	}
}

static void happen(struct replay_state *state, uint32_t event)
{
	if (!state->causes->events[event].is_mark) {
		replay_send(state, event);
		return;
	}
	state->out->ps[event] = state->now_ps;
	state->happened++;
	replay_tell(state, &state->after, event);
}

/* ---- setting up ---- */

/* Of the causes that are arrivals, or those that are not. */
static int list_dependents(const struct sqz_cause_graph *causes, bool arrival,
			   struct dependents *list)
{
	size_t sum = 0;

	list->first = calloc(causes->count + 2, sizeof(*list->first));
	list->all = malloc((causes->cause_count + 1) * sizeof(*list->all));
	if (!list->first || !list->all)
		return -1;
	/* Counts, then ends, which filling from behind turns into begins. */
	for (size_t i = 0; i < causes->cause_count; i++)
		if (causes->causes[i].arrival == arrival)
			list->first[causes->causes[i].event]++;
	for (size_t i = 0; i <= causes->count; i++)
		list->first[i] = sum += list->first[i];
	for (size_t e = causes->count; e-- > 0;) {
		const struct sqz_event *event = &causes->events[e];
		for (size_t c = event->first_cause + event->causes;
		     c-- > event->first_cause;)
			if (causes->causes[c].arrival == arrival)
				list->all
				    [--list->first[causes->causes[c].event]] =
				    (struct dependent){ (uint32_t)e,
							(uint32_t)c };
	}
	return 0;
}

static int allocate_events(struct replay_state *state)
{
	const struct sqz_cause_graph *causes = state->causes;
	size_t count = causes->count;

	state->left = calloc(count, sizeof(*state->left));
	state->ready_ps = calloc(count, sizeof(*state->ready_ps));
	state->answers = calloc(count, sizeof(*state->answers));
	state->is_answer = calloc(count, sizeof(*state->is_answer));
	state->next = calloc(count, sizeof(*state->next));
	state->heap = calloc(count, sizeof(*state->heap));
	state->types = calloc(causes->names.count, sizeof(*state->types));
	state->out->ps = malloc(count * sizeof(*state->out->ps));
	state->out->arrived_ps =
	    malloc(count * sizeof(*state->out->arrived_ps));
	if (!state->answers || !state->is_answer || !state->left ||
	    !state->ready_ps || !state->next || !state->heap || !state->types ||
	    !state->out->ps || !state->out->arrived_ps ||
	    list_dependents(causes, false, &state->after) ||
	    list_dependents(causes, true, &state->after_arrival))
		return -1;
	memset(state->out->ps, 0xff, count * sizeof(*state->out->ps));
	memset(state->out->arrived_ps, 0xff,
	       count * sizeof(*state->out->arrived_ps));
	return 0;
}

static int allocate_nodes(struct replay_state *state)
{
	size_t ports;

	state->nodes = sqz_noc_nodes(state->noc);
	ports = (size_t)state->nodes * SQZ_CLASSES;
	state->ports = calloc(ports, sizeof(*state->ports));
	state->depths = calloc(state->nodes, sizeof(*state->depths));
	state->places =
	    calloc(state->settings->recorded_nodes, sizeof(*state->places));
	state->arrivals = calloc(ports, sizeof(*state->arrivals));
	state->freed = calloc(ports, sizeof(*state->freed));
	if (!state->ports || !state->depths || !state->places ||
	    !state->arrivals || !state->freed)
		return -1;
	for (size_t i = 0; i < ports; i++)
		state->ports[i] = (struct port){ .waiting = NO_EVENT,
						 .refused = NO_EVENT,
						 .behind = NO_EVENT };
	return 0;
}

/* A node keeps its column and row. */
static int place_node(struct replay_state *state, unsigned node)
{
	const struct sqz_replay_settings *settings = state->settings;

	if (node >= settings->recorded_nodes)
		return sqz_fail(state->err,
				"a packet or mark of node %u, but the run's "
				"mesh has nodes 0 to %u",
				node, settings->recorded_nodes - 1);
	unsigned x = node % settings->recorded_width;
	unsigned y = node / settings->recorded_width;
	if (x >= settings->noc.width || y >= settings->noc.height)
		return sqz_fail(state->err,
				"the run uses node %u in column %u and row %u: "
				"a mesh of %u x %u has no place for it",
				node, x, y, settings->noc.width,
				settings->noc.height);
	state->places[node] = y * settings->noc.width + x;
	if (settings->queue_depths)
		state->depths[state->places[node]] =
		    settings->queue_depths[node];
	return 0;
}

static int place_nodes(struct replay_state *state)
{
	const struct sqz_cause_graph *causes = state->causes;

	for (size_t i = 0; i < causes->count; i++)
		if (place_node(state, causes->events[i].node) ||
		    place_node(state, causes->events[i].dst))
			return -1;
	return 0;
}

static int find_types(struct replay_state *state)
{
	const struct sqz_cause_graph *causes = state->causes;

	for (size_t i = 0; i < causes->names.count; i++)
		for (int type = 0; type < SQZ_PKT_TYPES; type++)
			if (!strcmp(causes->names.all[i],
				    sqz_packet_type_name(
					(enum sqz_packet_type)type)))
				state->types[i] = (uint8_t)type;
	for (size_t i = 0; i < causes->count; i++)
		if (!causes->events[i].is_mark &&
		    !replay_type(state, (uint32_t)i))
			return sqz_fail(
			    state->err, "unknown type of packet: %s",
			    causes->names.all[causes->events[i].name]);
	return 0;
}

static int set_up(struct replay_state *state)
{
	const struct sqz_cause_graph *causes = state->causes;

	state->noc = sqz_noc_create(&state->settings->noc, state->err);
	if (!state->noc)
		return -1;
	state->out->noc = state->noc;
	if (allocate_events(state) || allocate_nodes(state))
		return sqz_fail(state->err, "out of memory for %zu events",
				causes->count);
	if (find_types(state) || place_nodes(state))
		return -1;
	replay_find_answers(state);
	replay_sinks(state);
	for (size_t i = 0; i < causes->count; i++) {
		state->left[i] = causes->events[i].causes;
		if (!state->left[i])
			replay_push(state, causes->events[i].at_ps,
				    (uint32_t)i);
	}
	return 0;
}

static void clean_up(struct replay_state *state)
{
	free(state->after.first);
	free(state->after.all);
	free(state->after_arrival.first);
	free(state->after_arrival.all);
	free(state->answers);
	free(state->is_answer);
	free(state->left);
	free(state->ready_ps);
	free(state->next);
	free(state->heap);
	free(state->types);
	free(state->ports);
	free(state->depths);
	free(state->places);
	free(state->arrivals);
	free(state->freed);
}

/* ---- the run ---- */

/* All that happens before or at the network's next cycle. */
static void pass_events(struct replay_state *state)
{
	uint64_t cycle_ps = state->settings->cycle_ps;

	while (state->heap_count && !state->failed &&
	       (sqz_noc_idle(state->noc) ||
		state->heap[0].ps <= sqz_noc_cycle(state->noc) * cycle_ps)) {
		state->now_ps = state->heap[0].ps;
		happen(state, pop(state));
	}
}

/* Cycles in which nothing moves, up to the next event. False: the network
 * stands still and nothing will happen any more. */
static bool skip_quiet(struct replay_state *state)
{
	uint64_t cycle_ps = state->settings->cycle_ps;
	uint64_t quiet = sqz_noc_quiet(state->noc);
	uint64_t end = UINT64_MAX;

	if (state->heap_count)
		end = (state->heap[0].ps + cycle_ps - 1) / cycle_ps -
		      sqz_noc_cycle(state->noc);
	if (end < quiet)
		quiet = end;
	if (quiet && quiet != UINT64_MAX)
		sqz_noc_skip(state->noc, quiet);
	return quiet != UINT64_MAX;
}

static int step(struct replay_state *state)
{
	if (state->heap_count &&
	    state->heap[0].ps <=
		sqz_noc_cycle(state->noc) * state->settings->cycle_ps)
		return 0;
	if (sqz_noc_step(state->noc, state->err))
		return -1;
	state->now_ps =
	    (sqz_noc_cycle(state->noc) - 1) * state->settings->cycle_ps;
	replay_after_cycle(state);
	return 0;
}

/* A memory may be full of requests whose answers wait, in the order of the run,
 * for one that has come later this time and stands outside. */
static int run(struct replay_state *state)
{
	for (;;) {
		pass_events(state);
		if (state->failed)
			return -1;
		bool moves = !sqz_noc_idle(state->noc) && skip_quiet(state);
		if (moves && step(state))
			return -1;
		if (!moves && !replay_let_in(state))
			break;
	}
	if (state->happened == state->causes->count)
		return 0;
	return sqz_fail(state->err,
			"packets wait for each other for ever: %zu of %zu "
			"events have happened",
			state->happened, state->causes->count);
}

/* The run went on for a while after the last that the trace tells of. */
static void find_end(struct replay_state *state)
{
	const struct sqz_cause_graph *causes = state->causes;
	struct sqz_replay *out = state->out;
	uint64_t recorded_ps = 0, ps = 0;

	for (size_t i = 0; i < causes->count; i++) {
		const struct sqz_event *event = &causes->events[i];
		bool arrives = event->arrived_ps != SQZ_NO_TIME;
		uint64_t was_ps = arrives ? event->arrived_ps : event->ps;
		uint64_t is_ps = arrives ? out->arrived_ps[i] : out->ps[i];

		recorded_ps = was_ps > recorded_ps ? was_ps : recorded_ps;
		ps = is_ps > ps && is_ps != SQZ_NO_TIME ? is_ps : ps;
	}
	out->end_ps =
	    ps +
	    (causes->end_ps > recorded_ps ? causes->end_ps - recorded_ps : 0);
}

int sqz_replay_run(const struct sqz_cause_graph *causes,
		   const struct sqz_replay_settings *settings,
		   struct sqz_replay *replay, struct sqz_error *err)
{
	struct replay_state state = { .causes = causes,
				      .settings = settings,
				      .out = replay,
				      .err = err };

	*replay = (struct sqz_replay){ 0 };
	int failed = set_up(&state) || run(&state);
	if (!failed)
		find_end(&state);
	else
		sqz_replay_free(replay);
	clean_up(&state);
	return failed ? -1 : 0;
}

void sqz_replay_free(struct sqz_replay *replay)
{
	free(replay->ps);
	free(replay->arrived_ps);
	sqz_noc_destroy(replay->noc);
	*replay = (struct sqz_replay){ 0 };
}
