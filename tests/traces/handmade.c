#include "handmade.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const AFTER[] = { "after", "after_2", "after_3", "after_4" };
static const char *const DELAY[] = { "delay_ps", "delay_2_ps", "delay_3_ps",
				     "delay_4_ps" };
static const char *const WORK[] = { "work", "work_2", "work_3", "work_4" };

static uint32_t add_causes(const struct hand_event *event, enum hand_flaw flaw,
			   struct sqz_trace_arg *args)
{
	uint32_t count = 0;

	for (int i = 0; i < 4 && event->causes[i].after; i++) {
		const struct hand_cause *cause = &event->causes[i];
		args[count++] = sqz_trace_uint(AFTER[i], cause->after);
		args[count++] = sqz_trace_uint(DELAY[i], cause->delay_ps);
		if (cause->work)
			args[count++] = sqz_trace_string(WORK[i], cause->work);
	}
	if (!count && flaw != HAND_ROOT_WITHOUT_TIME)
		args[count++] = sqz_trace_uint("at_ps", event->ps);
	return count;
}

static void write_event(struct sqz_trace *trace, const struct hand_event *event,
			enum hand_flaw flaw)
{
	char name[32];
	struct sqz_trace_arg args[SQZ_TRACE_ARGS] = {
		sqz_trace_uint("id", event->id),
		sqz_trace_uint("src", event->node),
		sqz_trace_uint("dst", event->dst),
		sqz_trace_uint("payload_bytes", event->payload_bytes),
		sqz_trace_uint("layer", 7),
	};
	uint32_t known = event->packet ? 5 : 1;
	struct sqz_trace_extra extra = { .args = args };

	if (event->packet && event->ps % 1000)
		args[known++] = sqz_trace_uint("created_ps", event->ps);
	if (event->packet && event->id > 1 && flaw == HAND_LED_BY_FIRST)
		args[known++] = sqz_trace_uint("cause", 1);
	extra.arg_count = known + add_causes(event, flaw, args + known);
	if (!event->packet && event->causes[0].after && event->ps % 1000)
		args[extra.arg_count++] = sqz_trace_uint("at_ps", event->ps);
	snprintf(name, sizeof(name), "%s of node %u",
		 event->packet ? "packets" : "marks", event->node);
	sqz_trace_instant(trace, sqz_trace_track(trace, 0, name, 0), event->ps,
			  event->packet ? event->packet : "wakes",
			  event->packet ? "sent" : "mark", &extra);
	if (!event->packet || !event->arrived_ps)
		return;
	extra.arg_count = 1;
	if (event->arrived_ps % 1000)
		args[extra.arg_count++] =
		    sqz_trace_uint("at_ps", event->arrived_ps);
	snprintf(name, sizeof(name), "packets to node %u", event->dst);
	sqz_trace_instant(trace, sqz_trace_track(trace, 0, name, 0),
			  event->arrived_ps, event->packet, "arrives", &extra);
}

static void write_frame(struct sqz_trace *trace, uint64_t end_ps,
			enum hand_flaw flaw)
{
	uint32_t track = sqz_trace_track(trace, 0, "phases", 0);
	struct sqz_trace_arg cycle = sqz_trace_string("cycle_ns", "2.0");
	struct sqz_trace_arg flits = sqz_trace_string("flit_bytes", "16");
	struct sqz_trace_arg end = sqz_trace_uint("simulated_ps", end_ps);
	struct sqz_trace_extra extra = { .args = &cycle, .arg_count = 1 };

	if (flaw == HAND_FILTERED)
		sqz_trace_instant(trace, track, 0, "filtered", "filter", NULL);
	if (flaw != HAND_NO_SETTINGS) {
		sqz_trace_instant(trace, track, 0, "noc", "settings", &extra);
		extra.args = &flits;
		sqz_trace_instant(trace, track, 0, "noc", "settings", &extra);
	}
	extra.args = &end;
	sqz_trace_instant(trace, track, end_ps, "end", "end", &extra);
}

/* Fails the test that wanted the trace. */
static void give_up(const char *reason)
{
	fprintf(stderr, "trace by hand: %s\n", reason);
	abort();
}

void hand_write(const char *path, const struct hand_event *events, size_t count,
		uint64_t end_ps, enum hand_flaw flaw)
{
	struct sqz_trace_options options = { .level = SQZ_TRACE_PACKETS };
	struct sqz_trace_stats stats;
	struct sqz_error err;
	struct sqz_trace *trace = sqz_trace_open(path, &options, &err);
	char part[512];

	if (!trace)
		give_up(err.text);
	for (size_t i = 0; i < count; i++)
		write_event(trace, &events[i], flaw);
	write_frame(trace, end_ps, flaw);
	snprintf(part, sizeof(part), "%s", sqz_trace_part(trace));
	if (flaw != HAND_NO_END) {
		if (sqz_trace_close(trace, &stats, &err))
			give_up(err.text);
	} else if (sqz_trace_abandon(trace, &stats, &err) ||
		   rename(part, path)) {
		give_up("cannot rename");
	}
	if (stats.misuse_total)
		give_up(stats.first_misuse);
}
