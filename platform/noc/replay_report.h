/* A replay beside the run that it replays. */
#ifndef SQZ_PLATFORM_REPLAY_REPORT_H
#define SQZ_PLATFORM_REPLAY_REPORT_H

#include <stdio.h>

#include "noc/replay.h"
#include "traces/histogram.h"

/* What was recorded, what was replayed. */
enum { SQZ_RECORDED, SQZ_REPLAYED, SQZ_SIDES };

/* From sending to arrival, by type of packet. */
struct sqz_replay_latency {
	struct histogram ps[SQZ_SIDES];
};

/* Time in which steps of a layer ran: a RUN had been sent and not answered. */
struct sqz_replay_layer {
	uint64_t ps[SQZ_SIDES];
};

struct sqz_replay_report {
	const struct sqz_cause_graph *causes;
	const struct sqz_replay *replay;
	bool changed;			  /* the network */
	struct sqz_replay_latency *types; /* by name */
	struct sqz_replay_layer *layers;
	size_t layer_count;
	uint64_t first_run_ps[SQZ_SIDES]; /* sent; the end if none was */
	uint64_t packets;		  /* that arrived in the run */
	uint64_t different;		  /* of these, with another latency */
	uint64_t moved;			  /* sent at another time */
	uint32_t first; /* event that is different, if one is */
};

/* Of a replay with such settings, both to be kept. 0, or -1 with err set. Free
 * with sqz_replay_report_free(). */
int sqz_replay_report(const struct sqz_cause_graph *causes,
		      const struct sqz_replay_settings *settings,
		      const struct sqz_replay *replay,
		      struct sqz_replay_report *report, struct sqz_error *err);
void sqz_replay_report_free(struct sqz_replay_report *report);

/* For people, with the `top` busiest links; for programs. 0, or -1 if it cannot
 * be written. */
int sqz_replay_print(const struct sqz_replay_report *report, uint64_t top,
		     FILE *out);
int sqz_replay_csv(const struct sqz_replay_report *report, FILE *out);

#endif
