#include "noc/flows.h"

#include <stdlib.h>
#include <string.h>

#define NO_FLOW	   UINT32_MAX
#define FIRST_ROOM 64u

/* Flows lie in a growing array; a hash table with open addressing, twice as
 * large, holds their numbers. */
struct sqz_noc_flows {
	struct sqz_noc_flow *flows;
	uint32_t count, room; /* room: a power of two */
	uint32_t *table;      /* 2 * room numbers */
	unsigned classes;
	struct sqz_histogram *latencies; /* by class */
};

static uint64_t key_of(unsigned src, unsigned dst, unsigned msg_class)
{
	return (uint64_t)src << 40 | (uint64_t)dst << 16 | msg_class;
}

static bool is_flow(const struct sqz_noc_flow *flow, unsigned src, unsigned dst,
		    unsigned msg_class)
{
	return flow->src == src && flow->dst == dst &&
	       flow->msg_class == msg_class;
}

/* Where the flow stands in the table, or where it would be put. */
static uint32_t *place_of(const struct sqz_noc_flows *flows, unsigned src,
			  unsigned dst, unsigned msg_class)
{
	const uint64_t golden = 0x9e3779b97f4a7c15u;
	uint32_t mask = 2 * flows->room - 1;
	uint32_t at = (uint32_t)(key_of(src, dst, msg_class) * golden >> 32);

	for (;; at++) {
		uint32_t *place = &flows->table[at & mask];
		if (*place == NO_FLOW ||
		    is_flow(&flows->flows[*place], src, dst, msg_class))
			return place;
	}
}

static int resize(struct sqz_noc_flows *flows, uint32_t room)
{
	struct sqz_noc_flow *more =
	    realloc(flows->flows, room * sizeof(*flows->flows));
	uint32_t *table = malloc(2 * (size_t)room * sizeof(*table));

	if (more)
		flows->flows = more;
	if (!more || !table) {
		free(table);
		return -1;
	}
	free(flows->table);
	flows->table = table;
	flows->room = room;
	memset(table, 0xff, 2 * (size_t)room * sizeof(*table));
	for (uint32_t i = 0; i < flows->count; i++) {
		const struct sqz_noc_flow *flow = &flows->flows[i];
		*place_of(flows, flow->src, flow->dst, flow->msg_class) = i;
	}
	return 0;
}

struct sqz_noc_flows *sqz_noc_flows_create(unsigned classes)
{
	struct sqz_noc_flows *flows = calloc(1, sizeof(*flows));

	if (!flows)
		return NULL;
	flows->classes = classes;
	flows->latencies = calloc(classes, sizeof(*flows->latencies));
	if (!flows->latencies || resize(flows, FIRST_ROOM)) {
		sqz_noc_flows_destroy(flows);
		return NULL;
	}
	return flows;
}

void sqz_noc_flows_destroy(struct sqz_noc_flows *flows)
{
	if (!flows)
		return;
	free(flows->flows);
	free(flows->table);
	free(flows->latencies);
	free(flows);
}

/* NULL if memory ran out. */
static struct sqz_noc_flow *flow_of(struct sqz_noc_flows *flows,
				    const struct sqz_noc_packet *packet)
{
	uint32_t *place =
	    place_of(flows, packet->src, packet->dst, packet->msg_class);

	if (*place != NO_FLOW)
		return &flows->flows[*place];
	if (flows->count == flows->room) {
		if (resize(flows, 2 * flows->room))
			return NULL;
		place = place_of(flows, packet->src, packet->dst,
				 packet->msg_class);
	}
	*place = flows->count++;
	flows->flows[*place] =
	    (struct sqz_noc_flow){ .src = packet->src,
				   .dst = packet->dst,
				   .msg_class = packet->msg_class };
	return &flows->flows[*place];
}

static unsigned bin_of(uint64_t cycles)
{
	unsigned bin = cycles ? 63 - (unsigned)__builtin_clzll(cycles) : 0;

	return bin < SQZ_NOC_LATENCY_BINS ? bin : SQZ_NOC_LATENCY_BINS - 1;
}

int sqz_noc_flows_add(struct sqz_noc_flows *flows,
		      const struct sqz_noc_packet *packet, uint64_t bytes,
		      struct sqz_error *err)
{
	uint64_t latency = packet->tail_cycle - packet->created_cycle;
	struct sqz_noc_flow *flow = flow_of(flows, packet);

	if (!flow)
		return sqz_fail(err, "noc: out of memory for flows");
	flow->packets++;
	flow->flits += packet->flits;
	flow->bytes += bytes;
	flow->latency_cycles += latency;
	flow->network_cycles += packet->tail_cycle - packet->injected_cycle;
	if (latency > flow->max_latency_cycles)
		flow->max_latency_cycles = latency;
	flow->bins[bin_of(latency)]++;
	sqz_histogram_add(&flows->latencies[packet->msg_class], latency);
	return 0;
}

const struct sqz_noc_flow *sqz_noc_flows_find(const struct sqz_noc_flows *flows,
					      unsigned src, unsigned dst,
					      unsigned msg_class)
{
	uint32_t number = *place_of(flows, src, dst, msg_class);

	return number == NO_FLOW ? NULL : &flows->flows[number];
}

const struct sqz_noc_flow *sqz_noc_flows_all(const struct sqz_noc_flows *flows,
					     size_t *count)
{
	*count = flows->count;
	return flows->flows;
}

const struct sqz_histogram *
sqz_noc_flows_latencies(const struct sqz_noc_flows *flows, unsigned msg_class)
{
	return &flows->latencies[msg_class];
}
