/* Traces of packets and marks written by hand, as a run writes them. */
#ifndef SQZ_TESTS_TRACES_HANDMADE_H
#define SQZ_TESTS_TRACES_HANDMADE_H

#include "traces/trace.h"

struct hand_cause {
	uint64_t after; /* 0: no more */
	uint64_t delay_ps;
	const char *work; /* NULL: control */
};

struct hand_event {
	const char *packet; /* its type; NULL: a mark */
	uint64_t id;
	unsigned node, dst;
	uint32_t payload_bytes;
	uint64_t ps, arrived_ps;     /* 0: does not arrive */
	struct hand_cause causes[4]; /* none: a root, at `ps`; the first is
				      * also what a packet is led by */
};

/* What may be wrong with a trace. */
enum hand_flaw {
	HAND_SOUND,
	HAND_NO_SETTINGS,
	HAND_FILTERED,
	HAND_NO_END, /* as if cut */
	HAND_ROOT_WITHOUT_TIME,
	HAND_LED_BY_FIRST, /* none: all packets but it are led by packet 1 */
};

/* A run of a network with cycles of 2 ns that ends at end_ps. */
void hand_write(const char *path, const struct hand_event *events, size_t count,
		uint64_t end_ps, enum hand_flaw flaw);

#endif
