#include "traces/critical/critical.h"

#include "traces/critical/path.h"
#include "traces/room.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- which time ---- */

/* The point where the path ends, and where it crosses begin_ps. */
struct ends {
	struct path_point last;
	bool has_first; /* else nothing was before */
	struct path_point first;
};

static bool is_wanted(const struct critical_options *options,
		      const struct layer_run *run)
{
	return options->image < 0 || run->image == (uint64_t)options->image;
}

/* The layer that ended last among those that were asked for. */
static const struct layer_run *find_window(struct critical *critical)
{
	const struct runs *runs = &critical->runs;
	const struct layer_run *last = NULL;

	critical->begin_ps = UINT64_MAX;
	critical->end_ps = 0;
	for (size_t i = 0; i < runs->layer_count; i++) {
		const struct layer_run *run = &runs->layers[i];
		if (!is_wanted(&critical->options, run))
			continue;
		if (run->begin_ps < critical->begin_ps)
			critical->begin_ps = run->begin_ps;
		if (run->end_ps >= critical->end_ps) {
			critical->end_ps = run->end_ps;
			last = run;
		}
	}
	return last;
}

/* Runs and layers end when the controller's node has heard of it. */
#define CONTROLLER 0

static uint16_t place_of(const struct sqz_event *event, bool arrival)
{
	return arrival ? event->dst : event->node;
}

/* The controller's latest point of a layer (negative: of all) up to end_ps; of
 * several at one time the one that comes last in order. */
static int find_last(const struct critical *critical, int64_t layer,
		     struct path_point *last)
{
	const struct sqz_cause_graph *causes = &critical->causes;
	uint64_t latest = 0;
	bool found = false;

	for (size_t i = 0; i < causes->count; i++) {
		uint32_t at = causes->order[i];
		const struct sqz_event *event = &causes->events[at];
		if (layer >= 0 && event->layer != layer)
			continue;
		for (int arrival = 0; arrival < 2; arrival++) {
			struct path_point point = { at, arrival };
			uint64_t ps = path_time(causes, point);
			if (place_of(event, arrival) != CONTROLLER ||
			    ps > critical->end_ps || ps < latest)
				continue;
			latest = ps;
			*last = point;
			found = true;
		}
	}
	return found ? 0 : -1;
}

static int find_ends(struct critical *critical, const char *path,
		     struct ends *ends, struct sqz_error *err)
{
	const struct critical_options *options = &critical->options;
	int64_t layer = -1;

	critical->end_ps = critical->causes.end_ps;
	if (options->image >= 0 || options->layers) {
		const struct layer_run *run = find_window(critical);
		if (!run)
			return sqz_fail(err,
					"%s: no layer ran for what is "
					"asked for",
					path);
		layer = (int64_t)run->layer;
	}
	if (find_last(critical, layer, &ends->last))
		return sqz_fail(err,
				"%s: nothing happened in the time that is "
				"asked for",
				path);
	return 0;
}

/* ---- the path ---- */

struct walking {
	struct critical *critical;
	struct ends *ends;
};

static struct critical_layer *layer_at(struct critical *critical,
				       uint16_t index)
{
	for (size_t i = 0; i < critical->layer_count; i++)
		if (critical->layers[i].index == index)
			return &critical->layers[i];
	struct critical_layer *layers =
	    sqz_room_for(critical->layers, critical->layer_count,
			 &critical->layer_room, 64, sizeof(*layers));
	if (!layers)
		return NULL;
	critical->layers = layers;
	struct critical_layer *fresh = &layers[critical->layer_count++];
	*fresh = (struct critical_layer){ .index = index };
	return fresh;
}

/* Keeps the longest, of equals the earlier one first. */
static void keep_segment(struct critical *critical,
			 const struct critical_segment *segment)
{
	struct critical_segment *all = critical->segments;
	size_t most = critical->options.top;
	size_t at = critical->segment_count;
	uint64_t ps = segment->end_ps - segment->begin_ps;

	while (at && all[at - 1].end_ps - all[at - 1].begin_ps <= ps)
		at--;
	if (at == most)
		return;
	if (critical->segment_count < most)
		critical->segment_count++;
	memmove(&all[at + 1], &all[at],
		(critical->segment_count - at - 1) * sizeof(*all));
	all[at] = *segment;
}

static int charge(struct critical *critical, struct critical_segment *segment,
		  const uint64_t *ps)
{
	int64_t wanted = critical->options.layer;

	if (wanted >= 0 && segment->layer != wanted)
		return 0;
	struct critical_layer *layer = layer_at(critical, segment->layer);
	if (!layer)
		return -1;
	for (unsigned i = 0; i < PATH_RESOURCES; i++) {
		critical->ps[i] += ps[i];
		layer->ps[i] += ps[i];
		critical->total_ps += ps[i];
		layer->total_ps += ps[i];
		if (ps[i] > ps[segment->resource])
			segment->resource = (enum path_resource)i;
	}
	keep_segment(critical, segment);
	return 0;
}

static void note_first(struct ends *ends, const struct path_step *step)
{
	ends->has_first = step->kind != PATH_ROOT;
	if (step->kind == PATH_WORK)
		ends->first = (struct path_point){ step->cause->event,
						   step->cause->arrival };
	else
		ends->first = (struct path_point){ step->event, false };
}

/* What the CPU does is no layer's. */
static uint16_t layer_of(const struct costs *costs,
			 const struct path_step *step)
{
	bool is_driver = step->kind == PATH_ROOT ||
			 (step->kind == PATH_WORK &&
			  costs->resources[step->cause->work] == PATH_DRIVER);

	return is_driver ? SQZ_NO_LAYER : costs->layers[step->event];
}

static int take_step(void *user, const struct path_step *step)
{
	struct walking *walking = user;
	struct critical *critical = walking->critical;
	const struct costs *costs = &critical->costs;
	const struct sqz_event *event = &critical->causes.events[step->event];
	uint64_t ps[PATH_RESOURCES] = { 0 };
	uint64_t took = step->end_ps - step->begin_ps;
	struct critical_segment segment = {
		.begin_ps = step->begin_ps,
		.end_ps = step->end_ps,
		.node = event->node,
		.dst = step->kind == PATH_WAY ? event->dst : event->node,
		.layer = layer_of(costs, step),
		.event = step->event,
		.is_way = step->kind == PATH_WAY,
	};

	note_first(walking->ends, step);
	if (step->kind == PATH_WAY) {
		costs_of_way(costs, step->event, took, ps);
	} else if (step->kind == PATH_WORK) {
		ps[PATH_NOC_WAIT] = step->held_ps;
		costs_of_delay(costs, step->event, step->cause,
			       took - step->held_ps, ps);
	} else {
		ps[PATH_DRIVER] = took; /* the CPU boots */
	}
	return charge(critical, &segment, ps);
}

static int charge_end(struct critical *critical, uint64_t begin_ps)
{
	uint64_t ps[PATH_RESOURCES] = { 0 };
	struct critical_segment segment = {
		.begin_ps = begin_ps,
		.end_ps = critical->end_ps,
		.layer = SQZ_NO_LAYER,
		.is_end = true,
	};

	if (begin_ps == critical->end_ps)
		return 0;
	ps[PATH_DRIVER] = critical->end_ps - begin_ps;
	return charge(critical, &segment, ps);
}

static int by_index(const void *left, const void *right)
{
	const struct critical_layer *a = left;
	const struct critical_layer *b = right;

	return (a->index > b->index) - (a->index < b->index);
}

static int find_path(struct critical *critical, struct ends *ends)
{
	struct walking walking = { .critical = critical, .ends = ends };
	uint64_t last_ps = path_time(&critical->causes, ends->last);

	if (charge_end(critical, last_ps) ||
	    path_walk(&critical->causes, ends->last, critical->begin_ps,
		      take_step, &walking))
		return -1;
	if (critical->layer_count)
		qsort(critical->layers, critical->layer_count,
		      sizeof(*critical->layers), by_index);
	return 0;
}

/* ---- what if ---- */

static uint64_t change_root(const void *user, uint32_t event)
{
	const struct faster *faster = user;

	return faster_ps(faster, PATH_DRIVER,
			 faster->costs->causes->events[event].ps);
}

static uint64_t change_delay(const void *user, uint32_t event,
			     const struct sqz_cause_edge *cause)
{
	return faster_delay(user, event, cause);
}

static uint64_t change_way(const void *user, uint32_t event)
{
	return faster_way(user, event);
}

static uint64_t change_held(const void *user, uint64_t held_ps)
{
	return faster_ps(user, PATH_NOC_WAIT, held_ps);
}

static uint64_t new_ps(const struct path_times *times, struct path_point point)
{
	return point.arrival ? times->accepted_ps[point.event]
			     : times->ps[point.event];
}

/* From begin to end under the change, as the events at both ends say. */
static uint64_t new_span(const struct critical *critical,
			 const struct ends *ends, const struct faster *faster,
			 const struct path_times *times)
{
	const struct sqz_cause_graph *causes = &critical->causes;
	uint64_t last_ps = path_time(causes, ends->last);
	uint64_t end_ps =
	    new_ps(times, ends->last) +
	    faster_ps(faster, PATH_DRIVER, critical->end_ps - last_ps);

	if (!ends->has_first || !critical->begin_ps)
		return end_ps - critical->begin_ps;
	uint64_t first_ps = path_time(causes, ends->first);
	return end_ps -
	       (new_ps(times, ends->first) + critical->begin_ps - first_ps);
}

static uint32_t resources_of(unsigned change)
{
	if (change != CRITICAL_NETWORK)
		return 1u << change;
	return 1u << PATH_HOPS | 1u << PATH_FLITS | 1u << PATH_NOC_WAIT;
}

static int find_gains(struct critical *critical, const struct ends *ends)
{
	struct path_times times;

	if (path_times_init(&times, critical->causes.count))
		return -1;
	for (unsigned i = 0; i < CRITICAL_CHANGES; i++) {
		const struct faster faster = { &critical->costs,
					       resources_of(i),
					       critical->options.percent };
		const struct path_change change = { change_root, change_delay,
						    change_way, change_held,
						    &faster };
		struct critical_gain *gain = &critical->gains[i];
		gain->asked = i != PATH_NOC_WAIT;
		if (!gain->asked)
			continue;
		path_evaluate(&critical->causes, &change, &times);
		gain->ps = (int64_t)(critical->end_ps - critical->begin_ps -
				     new_span(critical, ends, &faster, &times));
	}
	path_times_free(&times);
	return 0;
}

/* ---- the whole ---- */

static int find_all(struct critical *critical, const char *path,
		    struct sqz_error *err)
{
	struct ends ends = { 0 };

	critical->segments =
	    calloc(critical->options.top + 1, sizeof(*critical->segments));
	if (!critical->segments)
		return sqz_fail(err, "%s: out of memory", path);
	if (find_ends(critical, path, &ends, err))
		return -1;
	if (find_path(critical, &ends) || find_gains(critical, &ends))
		return sqz_fail(err, "%s: out of memory", path);
	return 0;
}

int critical_read(const char *path, const struct critical_options *options,
		  struct critical *critical, struct sqz_error *err)
{
	*critical = (struct critical){ .options = *options };
	if (sqz_causes_read(path, &critical->causes, err))
		return -1;
	if (!runs_read(path, &critical->runs, err) &&
	    !costs_init(&critical->costs, path, &critical->causes,
			&critical->runs, err) &&
	    !find_all(critical, path, err))
		return 0;
	critical_free(critical);
	return -1;
}

void critical_free(struct critical *critical)
{
	costs_free(&critical->costs);
	runs_free(&critical->runs);
	sqz_causes_free(&critical->causes);
	free(critical->layers);
	free(critical->segments);
	*critical = (struct critical){ 0 };
}
