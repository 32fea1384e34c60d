#include "traces/flows.h"

#include <stdlib.h>

#define FIRST_SLOTS 1024u

static struct flow *find_slot(const struct flow_set *set, uint64_t id)
{
	size_t mask = set->slot_count - 1;
	size_t at = (size_t)(id * 0x9e3779b97f4a7c15u >> 20) & mask;

	while (set->slots[at].id && set->slots[at].id != id)
		at = (at + 1) & mask;
	return &set->slots[at];
}

static int grow(struct flow_set *set)
{
	struct flow_set bigger = {
		.slot_count =
		    set->slot_count ? set->slot_count * 2 : FIRST_SLOTS,
		.used = set->used,
	};

	bigger.slots = calloc(bigger.slot_count, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -1;
	for (size_t i = 0; i < set->slot_count; i++)
		if (set->slots[i].id)
			*find_slot(&bigger, set->slots[i].id) = set->slots[i];
	free(set->slots);
	*set = bigger;
	return 0;
}

struct flow *flow_find(struct flow_set *set, uint64_t id)
{
	if (2 * set->used >= set->slot_count && grow(set))
		return NULL;
	struct flow *flow = find_slot(set, id);
	if (!flow->id) {
		flow->id = id;
		set->used++;
	}
	return flow;
}

void flow_free(struct flow_set *set)
{
	free(set->slots);
	*set = (struct flow_set){ 0 };
}
