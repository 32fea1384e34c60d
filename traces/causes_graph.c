/* From ids to indices, and the order in which events can happen. */
#include "traces/causes_build.h"

#include <inttypes.h>
#include <stdlib.h>

/* Indices + 1 by id, or 0; open addressing, at most half full. */
struct id_table {
	const struct sqz_event *events;
	uint32_t *slots;
	size_t mask;
};

static uint32_t *find_slot(const struct id_table *table, uint64_t id)
{
	size_t at = (size_t)(id * 0x9e3779b97f4a7c15u >> 24) & table->mask;

	while (table->slots[at] && table->events[table->slots[at] - 1].id != id)
		at = (at + 1) & table->mask;
	return &table->slots[at];
}

static int fill_table(struct causes_build *build, struct id_table *table)
{
	const struct sqz_cause_graph *causes = build->causes;
	size_t size = 16;

	while (size < 2 * causes->count)
		size *= 2;
	table->events = causes->events;
	table->mask = size - 1;
	table->slots = calloc(size, sizeof(*table->slots));
	if (!table->slots)
		return causes_no_memory(build);
	for (size_t i = 0; i < causes->count; i++) {
		uint32_t *slot = find_slot(table, causes->events[i].id);
		if (*slot)
			return sqz_fail(build->err,
					"%s: two events have the id %" PRIu64,
					build->path, causes->events[i].id);
		*slot = (uint32_t)i + 1;
	}
	return 0;
}

static int link_arrivals(struct causes_build *build,
			 const struct id_table *table)
{
	struct sqz_cause_graph *causes = build->causes;

	for (size_t i = 0; i < build->arrival_count; i++) {
		const struct causes_arrival *arrival = &build->arrivals[i];
		uint32_t index = *find_slot(table, arrival->id);
		if (!index || causes->events[index - 1].is_mark)
			return sqz_fail(build->err,
					"%s: packet %" PRIu64
					" arrives, but was not sent",
					build->path, arrival->id);
		struct sqz_event *event = &causes->events[index - 1];
		if (!arrival->accepted)
			event->arrived_ps = arrival->ps;
		if (arrival->accepted || event->accepted_ps == SQZ_NO_TIME)
			event->accepted_ps = arrival->ps;
	}
	return 0;
}

/* Of a packet, which of its two times counts at the node of the event. */
static int link_cause(struct causes_build *build, const struct id_table *table,
		      const struct sqz_event *event, size_t at)
{
	uint32_t index = *find_slot(table, build->after[at]);
	struct sqz_cause_edge *cause = &build->causes->causes[at];

	if (!index)
		return sqz_fail(build->err,
				"%s: event %" PRIu64 " waits for %" PRIu64
				", which is not in the trace",
				build->path, event->id, build->after[at]);
	const struct sqz_event *before = &table->events[index - 1];
	cause->event = index - 1;
	cause->arrival = !before->is_mark && before->dst == event->node;
	if (cause->arrival || before->node == event->node)
		return 0;
	return sqz_fail(build->err,
			"%s: event %" PRIu64 " of node %u waits for %" PRIu64
			", which is neither sent nor received there",
			build->path, event->id, event->node, before->id);
}

static void link_led_by(const struct id_table *table, struct sqz_event *event)
{
	uint32_t index = event->led_by ? *find_slot(table, event->led_by) : 0;

	event->led_by = index ? index - 1 : SQZ_NO_EVENT;
}

static int link_causes(struct causes_build *build, const struct id_table *table)
{
	const struct sqz_cause_graph *causes = build->causes;

	for (size_t i = 0; i < causes->count; i++) {
		struct sqz_event *event = &causes->events[i];
		link_led_by(table, event);
		for (size_t c = 0; c < event->causes; c++)
			if (link_cause(build, table, event,
				       event->first_cause + c))
				return -1;
	}
	return 0;
}

/* ---- order ---- */

/* Depth first: an event follows all its causes. The stack holds what is open,
 * with the number of causes that were looked at. */
struct walk {
	uint32_t *stack;
	uint8_t *seen; /* by event: causes looked at + 1, or DONE */
};

#define DONE UINT8_MAX

static int visit(struct causes_build *build, struct walk *walk, uint32_t root,
		 size_t *placed)
{
	struct sqz_cause_graph *causes = build->causes;
	size_t depth = 1;

	walk->stack[0] = root;
	walk->seen[root] = 1;
	while (depth) {
		uint32_t index = walk->stack[depth - 1];
		const struct sqz_event *event = &causes->events[index];
		unsigned looked = walk->seen[index] - 1u;

		if (looked == event->causes) {
			walk->seen[index] = DONE;
			causes->order[(*placed)++] = index;
			depth--;
			continue;
		}
		walk->seen[index]++;
		uint32_t before =
		    causes->causes[event->first_cause + looked].event;
		if (walk->seen[before] == DONE)
			continue;
		if (walk->seen[before])
			return sqz_fail(build->err,
					"%s: event %" PRIu64
					" waits for itself, through others",
					build->path, event->id);
		walk->seen[before] = 1;
		walk->stack[depth++] = before;
	}
	return 0;
}

static int put_in_order(struct causes_build *build)
{
	struct sqz_cause_graph *causes = build->causes;
	struct walk walk = {
		.stack = malloc(causes->count * sizeof(*walk.stack)),
		.seen = calloc(causes->count, 1),
	};
	size_t placed = 0;
	int failed = 0;

	causes->order = malloc(causes->count * sizeof(*causes->order));
	if (!walk.stack || !walk.seen || !causes->order)
		failed = causes_no_memory(build);
	for (size_t i = 0; i < causes->count && !failed; i++)
		if (!walk.seen[i])
			failed = visit(build, &walk, (uint32_t)i, &placed);
	free(walk.stack);
	free(walk.seen);
	return failed;
}

int causes_link(struct causes_build *build)
{
	struct id_table table = { 0 };
	int failed = fill_table(build, &table) ||
		     link_arrivals(build, &table) || link_causes(build, &table);

	free(table.slots);
	return failed ? -1 : put_in_order(build);
}
