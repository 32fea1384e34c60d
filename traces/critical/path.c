#include "traces/critical/path.h"

#include <stdlib.h>

uint64_t path_time(const struct sqz_cause_graph *causes,
		   struct path_point point)
{
	const struct sqz_event *event = &causes->events[point.event];

	return point.arrival ? event->accepted_ps : event->ps;
}

static struct path_point point_of(const struct sqz_cause_edge *cause)
{
	return (struct path_point){ cause->event, cause->arrival };
}

static uint64_t due_ps(const struct sqz_cause_graph *causes,
		       const struct sqz_cause_edge *cause)
{
	return path_time(causes, point_of(cause)) + cause->delay_ps;
}

const struct sqz_cause_edge *path_binding(const struct sqz_cause_graph *causes,
					  const struct sqz_event *event)
{
	const struct sqz_cause_edge *all = &causes->causes[event->first_cause];
	const struct sqz_cause_edge *best = NULL;

	for (unsigned i = 0; i < event->causes; i++)
		if (!best || due_ps(causes, &all[i]) > due_ps(causes, best))
			best = &all[i];
	return best;
}

uint64_t path_held(const struct sqz_cause_graph *causes,
		   const struct sqz_event *event)
{
	const struct sqz_cause_edge *cause = path_binding(causes, event);
	uint64_t due = cause ? due_ps(causes, cause) : event->ps;

	return event->ps > due ? event->ps - due : 0;
}

/* ---- the way back ---- */

/* The step that ends at *point, which becomes the point where it begins. */
static struct path_step step_back(const struct sqz_cause_graph *causes,
				  struct path_point *point)
{
	const struct sqz_event *event = &causes->events[point->event];
	struct path_step step = { .event = point->event };

	if (point->arrival) {
		step.kind = PATH_WAY;
		step.begin_ps = event->ps;
		point->arrival = false;
		return step;
	}
	step.cause = path_binding(causes, event);
	if (!step.cause) {
		step.kind = PATH_ROOT;
		return step;
	}
	step.kind = PATH_WORK;
	step.held_ps = path_held(causes, event);
	*point = point_of(step.cause);
	step.begin_ps = path_time(causes, *point);
	return step;
}

int path_walk(const struct sqz_cause_graph *causes, struct path_point point,
	      uint64_t begin_ps,
	      int (*step)(void *user, const struct path_step *step), void *user)
{
	uint64_t end_ps = path_time(causes, point);
	int stopped = 0;

	while (end_ps > begin_ps && !stopped) {
		struct path_step one = step_back(causes, &point);
		one.end_ps = end_ps;
		if (one.begin_ps < begin_ps)
			one.begin_ps = begin_ps;
		if (one.begin_ps >= end_ps)
			continue;
		if (one.held_ps > end_ps - one.begin_ps)
			one.held_ps = end_ps - one.begin_ps;
		stopped = step(user, &one);
		end_ps = one.begin_ps;
	}
	return stopped;
}

/* ---- times as they would be ---- */

int path_times_init(struct path_times *times, size_t count)
{
	size_t bytes = (count ? count : 1) * sizeof(uint64_t);

	times->ps = malloc(bytes);
	times->accepted_ps = malloc(bytes);
	if (times->ps && times->accepted_ps)
		return 0;
	path_times_free(times);
	return -1;
}

void path_times_free(struct path_times *times)
{
	free(times->ps);
	free(times->accepted_ps);
	*times = (struct path_times){ 0 };
}

static uint64_t new_time(const struct sqz_cause_graph *causes,
			 const struct path_change *change, uint32_t at,
			 const struct path_times *times)
{
	const struct sqz_event *event = &causes->events[at];
	const struct sqz_cause_edge *all = &causes->causes[event->first_cause];
	uint64_t latest = 0;

	if (!event->causes)
		return change->root(change->user, at);
	for (unsigned i = 0; i < event->causes; i++) {
		const struct sqz_cause_edge *cause = &all[i];
		uint64_t due = cause->arrival ? times->accepted_ps[cause->event]
					      : times->ps[cause->event];
		due += change->delay(change->user, at, cause);
		latest = due > latest ? due : latest;
	}
	return latest + change->held(change->user, path_held(causes, event));
}

void path_evaluate(const struct sqz_cause_graph *causes,
		   const struct path_change *change, struct path_times *times)
{
	for (size_t i = 0; i < causes->count; i++) {
		uint32_t at = causes->order[i];
		const struct sqz_event *event = &causes->events[at];
		times->ps[at] = new_time(causes, change, at, times);
		times->accepted_ps[at] =
		    event->is_mark || event->accepted_ps == SQZ_NO_TIME
			? SQZ_NO_TIME
			: times->ps[at] + change->way(change->user, at);
	}
}
