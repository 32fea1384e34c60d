/* A graph of causes while it is read. Private to traces/causes*.c. */
#ifndef SQZ_TRACES_CAUSES_BUILD_H
#define SQZ_TRACES_CAUSES_BUILD_H

#include "traces/causes.h"
#include "traces/reader.h"

struct causes_arrival {
	uint64_t id;
	uint64_t ps;
	bool accepted; /* by a node that had refused it */
};

struct causes_build {
	const char *path;
	struct sqz_cause_graph *causes;
	uint64_t *after; /* by cause: the id it names */
	struct causes_arrival *arrivals;
	size_t arrival_count;
	size_t event_room;
	size_t cause_room;
	size_t after_room;
	size_t arrival_room;
	size_t setting_room;
	bool filtered;
	struct sqz_error *err;
};

/* Turns ids into indices and finds the order. -1 with err set. */
int causes_link(struct causes_build *build);

static inline int causes_no_memory(struct causes_build *build)
{
	return sqz_fail(build->err, "%s: out of memory", build->path);
}

#endif
