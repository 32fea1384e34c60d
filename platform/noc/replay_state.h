/* A replay while it runs. Private to platform/noc/replay*.c. */
#ifndef SQZ_PLATFORM_REPLAY_STATE_H
#define SQZ_PLATFORM_REPLAY_STATE_H

#include "noc/replay.h"
#include "node/packet.h"

#define NO_EVENT UINT32_MAX

/* Who waits for a time of an event: of event e, from first[e] on. */
struct dependents {
	size_t *first; /* by event, and one more for the end */
	struct dependent {
		uint32_t event;
		uint32_t cause; /* index */
	} * all;
};

/* Packets of one class at one node. */
struct port {
	uint32_t queued;  /* in the injection queue */
	uint32_t waiting; /* for room in it: first, by index; NO_EVENT */
	uint32_t held;	  /* requests that a memory works on */
	uint32_t refused; /* stands at the door; NO_EVENT */
	uint32_t behind;  /* arrived behind it, in order */
	uint32_t behind_last;
};

struct replay_state {
	const struct sqz_cause_graph *causes;
	const struct sqz_replay_settings *settings;
	struct sqz_replay *out;
	struct sqz_noc *noc;
	uint64_t now_ps;

	struct dependents after; /* happening, or sending */
	struct dependents after_arrival;
	uint32_t *answers; /* of a memory, by request; NO_EVENT */
	bool *is_answer;
	uint8_t *left;	    /* causes that have not happened, by event */
	uint64_t *ready_ps; /* by event, so far */
	uint32_t *next;	    /* in a list of a port */
	uint8_t *types;	    /* enum sqz_packet_type by name */

	struct ready {
		uint64_t ps;
		uint32_t event;
	} * heap; /* earliest first, then as recorded */
	size_t heap_count;
	size_t happened;

	unsigned nodes;	    /* of the mesh */
	struct port *ports; /* node x class */
	uint32_t *depths;   /* by node of the mesh */
	uint32_t *places;   /* node of the mesh by node of the run */
	/* What the last cycle brought about. */
	uint32_t *arrivals; /* events */
	size_t arrival_count;
	uint32_t *freed; /* ports whose queue was full */
	size_t freed_count;

	struct sqz_error *err;
	bool failed; /* err is set */
};

/* replay.c: what waited for this goes on. */
void replay_tell(struct replay_state *state, const struct dependents *list,
		 uint32_t event);

/* replay_memory.c: after nodes have their places. */
void replay_find_answers(struct replay_state *state);
/* A memory has taken a request. */
void replay_tell_answer(struct replay_state *state, uint32_t request);

/* replay.c */
void replay_push(struct replay_state *state, uint64_t ps, uint32_t event);

/* replay_node.c */
void replay_send(struct replay_state *state, uint32_t event);
void replay_sinks(struct replay_state *state); /* calls of the engine */
void replay_after_cycle(struct replay_state *state);
/* Of what is refused, takes what the run sent first. False: there is nothing.
 */
bool replay_let_in(struct replay_state *state);

static inline enum sqz_packet_type replay_type(const struct replay_state *state,
					       uint32_t event)
{
	return (enum sqz_packet_type)
	    state->types[state->causes->events[event].name];
}

#endif
