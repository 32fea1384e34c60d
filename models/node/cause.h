/*
 * Why something happens: what an event waited for, for traces.
 *
 * An event happens as soon as all that it waits for has happened:
 * max over its causes of (time of the cause + delay). A cause is the id of a
 * packet (its acceptance, if it came to this node; its sending, if this node
 * sent it) or of a mark: something inside a node that others wait for
 * (docs/traces.md). Delays are those of a node that nothing else is in the way
 * of.
 *
 * A set of causes is a time with a reason. Sets are kept by value, put off by
 * delays and joined; a set that would get too large becomes a mark first. Of
 * two causes with one id only the later can matter.
 *
 * All of this is only worth its time while somebody listens: ask
 * sqz_causes_wanted() first.
 */
#ifndef SQZ_MODELS_CAUSE_H
#define SQZ_MODELS_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_CAUSES 4

/* What a delay is spent on. */
enum sqz_work {
	SQZ_WORK_CONTROL,  /* fixed latencies, nothing at all too */
	SQZ_WORK_PASS,	   /* arrays and ADCs */
	SQZ_WORK_PIPELINE, /* from the end of a pass to its sums */
	SQZ_WORK_VECTOR,
	SQZ_WORK_MEMORY,
	SQZ_WORK_PROGRAM, /* cells */
	SQZ_WORK_DRIVER,  /* CPU */
	SQZ_WORKS
};

struct sqz_cause {
	uint64_t id;
	uint64_t delay_ps;
	uint32_t work; /* enum sqz_work */
};

/* Zero: nothing is known of the event. With a time and no causes: a root. */
struct sqz_causes {
	uint64_t at_ps; /* when it happens */
	uint32_t count;
	struct sqz_cause of[SQZ_CAUSES];
};

struct sqz_node_env;

const char *sqz_work_name(enum sqz_work work);

/* Right after the packet or mark, which was at that time. */
struct sqz_causes sqz_causes_after(uint64_t id, uint64_t at_ps);

/* Later by so much. Two kinds of work in one delay get the larger one's name.
 */
void sqz_causes_delay(struct sqz_causes *causes, uint64_t delay_ps,
		      enum sqz_work work);

/* Not before the other either. */
void sqz_causes_join(const struct sqz_node_env *env, struct sqz_causes *causes,
		     const struct sqz_causes *other);

/* The same for a packet or mark that is over, which was at that time. */
void sqz_causes_join_id(const struct sqz_node_env *env,
			struct sqz_causes *causes, uint64_t id, uint64_t at_ps);

/* Makes it one cause: a mark. Nothing to be done if it has one already. */
void sqz_causes_mark(const struct sqz_node_env *env, struct sqz_causes *causes);

#ifdef __cplusplus
}
#endif

#endif
