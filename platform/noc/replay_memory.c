/*
 * Answers of memories. They wait for the banks that earlier requests use, in
 * the order of the run; but on another network requests may come in another
 * order, and a memory whose queue is full would wait for one that stands
 * outside. So an answer comes as long after its request as in the run.
 */
#include "noc/replay_state.h"

/* Its own time, or its arrival, in the run. */
static uint64_t recorded_ps(const struct replay_state *state,
			    const struct sqz_cause_edge *cause)
{
	const struct sqz_event *event = &state->causes->events[cause->event];

	return cause->arrival ? event->accepted_ps : event->ps;
}

/* When the answer could have left in the run; SQZ_NO_TIME: cannot be told. */
static uint64_t ready_ps(const struct replay_state *state,
			 const struct sqz_event *answer)
{
	uint64_t latest_ps = 0;

	for (size_t i = 0; i < answer->causes; i++) {
		const struct sqz_cause_edge *cause =
		    &state->causes->causes[answer->first_cause + i];
		uint64_t ps = recorded_ps(state, cause);
		if (ps == SQZ_NO_TIME)
			return SQZ_NO_TIME;
		if (ps + cause->delay_ps > latest_ps)
			latest_ps = ps + cause->delay_ps;
	}
	return latest_ps;
}

static void find_answer(struct replay_state *state, uint32_t index)
{
	const struct sqz_event *answer = &state->causes->events[index];
	uint64_t request = answer->led_by;

	if (answer->is_mark || !answer->causes || request == SQZ_NO_EVENT ||
	    !state->depths[state->places[answer->node]])
		return;
	const struct sqz_event *asked = &state->causes->events[request];
	uint64_t ps = ready_ps(state, answer);
	if (asked->is_mark || asked->dst != answer->node ||
	    asked->accepted_ps == SQZ_NO_TIME || ps == SQZ_NO_TIME ||
	    ps < asked->accepted_ps || state->answers[request] != NO_EVENT)
		return;
	state->answers[request] = index;
	state->is_answer[index] = true;
	state->ready_ps[index] = ps - asked->accepted_ps;
}

void replay_find_answers(struct replay_state *state)
{
	for (size_t i = 0; i < state->causes->count; i++)
		state->answers[i] = NO_EVENT;
	for (size_t i = 0; i < state->causes->count; i++)
		find_answer(state, (uint32_t)i);
}

void replay_tell_answer(struct replay_state *state, uint32_t request)
{
	uint32_t answer = state->answers[request];

	if (answer != NO_EVENT)
		replay_push(state, state->now_ps + state->ready_ps[answer],
			    answer);
}
