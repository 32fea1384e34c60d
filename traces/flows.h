/* The flow ids of a trace and what has been seen of each. */
#ifndef SQZ_TRACES_FLOWS_H
#define SQZ_TRACES_FLOWS_H

#include <stddef.h>
#include <stdint.h>

struct flow {
	uint64_t id;	  /* 0: empty slot */
	uint64_t last_ns; /* of the events that do not end it */
	uint64_t final_ns;
	uint32_t events;
	uint32_t finals;
};

struct flow_set {
	struct flow *slots;
	size_t slot_count; /* power of two, or 0 */
	size_t used;
};

/* The entry of id (not 0), made if need be. NULL: out of memory. */
struct flow *flow_find(struct flow_set *set, uint64_t id);
void flow_free(struct flow_set *set);

#endif
