/*
 * The longest path through a graph of causes (traces/causes.h), and the times
 * of all events if delays were others. What delays are spent on is the
 * caller's: see critical.h.
 *
 * An event that was recorded later than its causes and delays say was held, by
 * what is no cause: the queue of its node's network interface was full.
 */
#ifndef SQZ_CRITICAL_PATH_H
#define SQZ_CRITICAL_PATH_H

#include "traces/causes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An event, or the acceptance of its packet. */
struct path_point {
	uint32_t event;
	bool arrival;
};

/* When it was, as recorded. */
uint64_t path_time(const struct sqz_cause_graph *causes,
		   struct path_point point);

/* The cause that explains an event's time: that of the latest time + delay, the
 * first one if several are. NULL for a root. */
const struct sqz_cause_edge *path_binding(const struct sqz_cause_graph *causes,
					  const struct sqz_event *event);

/* How long an event was held; 0 for a root. */
uint64_t path_held(const struct sqz_cause_graph *causes,
		   const struct sqz_event *event);

/* One step of a path: the time from begin_ps to end_ps went by between two
 * points. */
enum path_step_kind {
	PATH_WAY,  /* the event's packet was on its way */
	PATH_WORK, /* a delay, after `cause`; the event was held for the last
		      held_ps */
	PATH_ROOT, /* before a root */
};

struct path_step {
	enum path_step_kind kind;
	uint32_t event;
	const struct sqz_cause_edge *cause; /* PATH_WORK only */
	uint64_t begin_ps;
	uint64_t end_ps;
	uint64_t held_ps;
};

/* Walks from a point back to begin_ps over binding causes, latest step first;
 * steps that take no time are left out. They cover the time without gaps: a
 * step is cut where it would begin before begin_ps, or before a cause that was
 * recorded later than its effect. A call-back that returns non-zero stops the
 * walk; that is returned. */
int path_walk(const struct sqz_cause_graph *causes, struct path_point point,
	      uint64_t begin_ps,
	      int (*step)(void *user, const struct path_step *step),
	      void *user);

/* Times as they would be. Call-backs get the index of the event. */
struct path_change {
	uint64_t (*root)(const void *user, uint32_t event);
	uint64_t (*delay)(const void *user, uint32_t event,
			  const struct sqz_cause_edge *cause);
	/* Of a packet that was accepted. */
	uint64_t (*way)(const void *user, uint32_t event);
	uint64_t (*held)(const void *user, uint64_t held_ps);
	const void *user;
};

/* By event. */
struct path_times {
	uint64_t *ps;
	uint64_t *accepted_ps; /* SQZ_NO_TIME where it was not accepted */
};

/* -1 when memory is exhausted. */
int path_times_init(struct path_times *times, size_t count);
void path_times_free(struct path_times *times);

void path_evaluate(const struct sqz_cause_graph *causes,
		   const struct path_change *change, struct path_times *times);

#ifdef __cplusplus
}
#endif

#endif
