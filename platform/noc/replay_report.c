#include "noc/replay_report.h"

#include <stdlib.h>
#include <string.h>

#include "node/packet.h"

/* ---- latencies ---- */

static void note_different(struct sqz_replay_report *report, uint32_t event)
{
	if (!report->different++)
		report->first = event;
}

static int add_latencies(struct sqz_replay_report *report)
{
	const struct sqz_cause_graph *causes = report->causes;

	for (size_t i = 0; i < causes->count; i++) {
		const struct sqz_event *event = &causes->events[i];
		if (event->arrived_ps == SQZ_NO_TIME)
			continue;
		struct histogram *latency = report->types[event->name].ps;
		uint64_t was_ps = event->arrived_ps - event->ps;
		uint64_t is_ps =
		    report->replay->arrived_ps[i] - report->replay->ps[i];
		if (histogram_add(&latency[SQZ_RECORDED], was_ps) ||
		    histogram_add(&latency[SQZ_REPLAYED], is_ps))
			return -1;
		report->packets++;
		report->moved += event->ps != report->replay->ps[i];
		if (was_ps != is_ps)
			note_different(report, (uint32_t)i);
	}
	return 0;
}

/* ---- layers ---- */

/* A step begins or ends. */
struct turn {
	uint64_t ps;
	uint16_t layer;
	int8_t step; /* 1 or -1 */
};

static int compare_turns(const void *a, const void *b)
{
	const struct turn *s = a, *t = b;

	if (s->layer != t->layer)
		return s->layer < t->layer ? -1 : 1;
	if (s->ps != t->ps)
		return s->ps < t->ps ? -1 : 1;
	return t->step - s->step;
}

/* Finds what a DONE answers: nodes are asked for one thing at a time of a
 * layer. */
struct asked {
	uint16_t nodes, layers;
	bool *run; /* by layer and node: to run, not to program */
};

static bool *asked_of(const struct asked *asked, uint16_t layer, uint16_t node)
{
	return &asked->run[(size_t)layer * asked->nodes + node];
}

static bool is_type(const struct sqz_replay_report *report,
		    const struct sqz_event *event, enum sqz_packet_type type)
{
	return !event->is_mark &&
	       !strcmp(report->causes->names.all[event->name],
		       sqz_packet_type_name(type));
}

/* What the event means for its layer, by when it was sent or arrived. */
static bool find_turn(const struct sqz_replay_report *report,
		      const struct asked *asked, size_t index, int side,
		      struct turn *turn)
{
	const struct sqz_event *event = &report->causes->events[index];
	const struct sqz_replay *replay = report->replay;

	if (event->layer >= asked->layers)
		return false;
	turn->layer = event->layer;
	if (is_type(report, event, SQZ_PKT_PROGRAM))
		*asked_of(asked, event->layer, event->dst) = false;
	if (is_type(report, event, SQZ_PKT_RUN)) {
		*asked_of(asked, event->layer, event->dst) = true;
		turn->step = 1;
		turn->ps = side == SQZ_RECORDED ? event->ps : replay->ps[index];
		return true;
	}
	turn->step = -1;
	turn->ps = side == SQZ_RECORDED ? event->arrived_ps
					: replay->arrived_ps[index];
	return is_type(report, event, SQZ_PKT_DONE) &&
	       *asked_of(asked, event->layer, event->node) &&
	       event->arrived_ps != SQZ_NO_TIME;
}

static void add_turns(struct sqz_replay_report *report, int side,
		      struct turn *turns, size_t count)
{
	uint64_t open = 0, since_ps = 0;

	qsort(turns, count, sizeof(*turns), compare_turns);
	for (size_t i = 0; i < count; i++) {
		const struct turn *turn = &turns[i];
		if (i && turn->layer != turns[i - 1].layer)
			open = 0;
		if (turn->step > 0 && !open++)
			since_ps = turn->ps;
		else if (turn->step < 0 && open && !--open)
			report->layers[turn->layer].ps[side] +=
			    turn->ps - since_ps;
	}
}

static int add_side(struct sqz_replay_report *report, struct asked *asked,
		    int side)
{
	size_t count = report->causes->count, used = 0;
	struct turn *turns = malloc((count + 1) * sizeof(*turns));

	if (!turns)
		return -1;
	for (size_t i = 0; i < count; i++)
		used += find_turn(report, asked, i, side, &turns[used]);
	add_turns(report, side, turns, used);
	free(turns);
	return 0;
}

static int add_layers(struct sqz_replay_report *report)
{
	const struct sqz_cause_graph *causes = report->causes;
	struct asked asked = { 0 };

	for (size_t i = 0; i < causes->count; i++) {
		const struct sqz_event *event = &causes->events[i];
		if (!event->is_mark && event->layer < SQZ_NO_LAYER &&
		    event->layer >= asked.layers)
			asked.layers = (uint16_t)(event->layer + 1);
		if (event->node >= asked.nodes)
			asked.nodes = (uint16_t)(event->node + 1);
		if (event->dst >= asked.nodes)
			asked.nodes = (uint16_t)(event->dst + 1);
	}
	report->layer_count = asked.layers;
	report->layers = calloc(asked.layers + 1u, sizeof(*report->layers));
	asked.run =
	    calloc((size_t)asked.layers * asked.nodes + 1, sizeof(*asked.run));
	int failed = !report->layers || !asked.run ||
		     add_side(report, &asked, SQZ_RECORDED) ||
		     add_side(report, &asked, SQZ_REPLAYED);
	free(asked.run);
	return failed ? -1 : 0;
}

static void find_first_run(struct sqz_replay_report *report)
{
	const struct sqz_cause_graph *causes = report->causes;
	uint64_t *first_ps = report->first_run_ps;

	first_ps[SQZ_RECORDED] = causes->end_ps;
	first_ps[SQZ_REPLAYED] = report->replay->end_ps;
	for (size_t i = 0; i < causes->count; i++) {
		const struct sqz_event *event = &causes->events[i];
		if (!is_type(report, event, SQZ_PKT_RUN))
			continue;
		if (event->ps < first_ps[SQZ_RECORDED])
			first_ps[SQZ_RECORDED] = event->ps;
		if (report->replay->ps[i] < first_ps[SQZ_REPLAYED])
			first_ps[SQZ_REPLAYED] = report->replay->ps[i];
	}
}

int sqz_replay_report(const struct sqz_cause_graph *causes,
		      const struct sqz_replay_settings *settings,
		      const struct sqz_replay *replay,
		      struct sqz_replay_report *report, struct sqz_error *err)
{
	*report = (struct sqz_replay_report){ .causes = causes,
					      .replay = replay,
					      .changed = settings->changed };
	report->types = calloc(causes->names.count, sizeof(*report->types));
	find_first_run(report);
	if (report->types && !add_latencies(report) && !add_layers(report))
		return 0;
	sqz_replay_report_free(report);
	return sqz_fail(err, "out of memory");
}

void sqz_replay_report_free(struct sqz_replay_report *report)
{
	size_t types = report->types ? report->causes->names.count : 0;

	for (size_t i = 0; i < types; i++)
		for (int side = 0; side < SQZ_SIDES; side++)
			histogram_free(&report->types[i].ps[side]);
	free(report->types);
	free(report->layers);
	*report = (struct sqz_replay_report){ 0 };
}
