#include "noc/level.h"
#include "noc/packet.h"
#include "noc/state.h"
#include "noc/topology.h"
#include "noc/wire.h"

#include <stdlib.h>
#include <string.h>

/* --- delays --- */

static void set_delays(struct sqz_noc *noc)
{
	const struct sqz_noc_config *c = &noc->config;

	/* From the cycle of switch allocation: its end, traversal, wire. */
	noc->flit_delay[SQZ_NOC_TO_ROUTER] = 1 + 1 + c->link_cycles;
	noc->flit_delay[SQZ_NOC_TO_NODE] = 1 + 1 + 1;
	noc->inject_delay = 1 + 1;
	/* Credits do not cross the switch; a node needs no time for them. */
	noc->credit_delay[SQZ_NOC_TO_ROUTER] =
	    1 + c->link_cycles + c->credit_cycles;
	noc->credit_delay[SQZ_NOC_TO_NODE] = 1 + 1;
	noc->eject_credit_delay = 1 + 1 + c->credit_cycles;
}

/* A power of two above the longest delay of any wheel. */
static unsigned wheel_slots(const struct sqz_noc *noc)
{
	const struct sqz_noc_config *c = &noc->config;
	const unsigned delays[] = {
		noc->flit_delay[SQZ_NOC_TO_ROUTER],
		noc->flit_delay[SQZ_NOC_TO_NODE],
		noc->credit_delay[SQZ_NOC_TO_ROUTER],
		noc->eject_credit_delay,
		c->routing_delay,
		c->vc_alloc_delay,
		c->sw_alloc_delay,
	};
	unsigned slots = 4;

	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++)
		while (slots <= delays[i])
			slots *= 2;
	return slots;
}

/* --- memory --- */

/* All arrays of the network, so that one loop allocates and one frees. */
#define MAX_ARRAYS 48

struct array {
	void **data;
	size_t count, size;
};

#define ARRAY(field, n)                                                        \
	{                                                                      \
		(void **)&noc->field, (n), sizeof(*noc->field)                 \
	}

/* Entries of a slot of each wheel; routing may get an arriving head and one
 * behind a tail per input port. */
static void size_wheels(struct sqz_noc *noc)
{
	const struct sqz_noc_config *c = &noc->config;
	size_t nodes = noc->nodes, links = noc->routers * noc->ports;
	size_t all = noc->routers * noc->pv;

	noc->flit_wire[SQZ_NOC_TO_ROUTER].capacity = links;
	noc->flit_wire[SQZ_NOC_TO_NODE].capacity = nodes;
	noc->credit_wire[SQZ_NOC_TO_ROUTER].capacity = links;
	noc->credit_wire[SQZ_NOC_TO_NODE].capacity = nodes;
	/* One more, because entries are written before they are counted. */
	noc->routing.capacity = c->routing_delay ? 2 * links + 1 : 0;
	noc->va_results.capacity = c->vc_alloc_delay > 1 ? all : 0;
	noc->sa_results.capacity = c->sw_alloc_delay > 1 ? all : 0;
}

#define WHEEL(field, slots)                                                    \
	ARRAY(field.events, noc->field.capacity *(slots)),                     \
	    ARRAY(field.slots, slots)

#define SET(field) ARRAY(field.words, words), ARRAY(field.groups, groups)

static unsigned list_arrays(struct sqz_noc *noc, struct array *list)
{
	size_t nodes = noc->nodes, words = (nodes + 63) / 64;
	size_t groups = noc->groups;
	size_t routers = noc->routers;
	size_t ports = routers * noc->ports, in = routers * noc->pv;
	size_t table = noc->config.table ? routers * nodes : 0;
	size_t ni = nodes * noc->vcs, queues = nodes * noc->config.classes;
	size_t depth = noc->config.vc_depth, slots = noc->wheel_mask + 1;
	const struct array all[] = {
		ARRAY(masks, routers),
		SET(sa_awake),
		SET(va_awake),
		ARRAY(peer, ports),
		ARRAY(rr, ports),
		ARRAY(invc, in),
		ARRAY(outvc, in),
		ARRAY(va_rr, in),
		ARRAY(flits, in * depth),
		ARRAY(toward, ports),
		ARRAY(x, routers),
		ARRAY(y, routers),
		ARRAY(table, table),
		ARRAY(released.events, ports + 1),
		ARRAY(node, nodes),
		SET(sending),
		SET(ejecting),
		ARRAY(queue, queues),
		ARRAY(ni_credits, ni),
		ARRAY(eject_flits, ni * depth),
		ARRAY(eject_ring, ni),
		WHEEL(routing, slots),
		WHEEL(va_results, slots),
		WHEEL(sa_results, slots),
		WHEEL(flit_wire[SQZ_NOC_TO_ROUTER], slots),
		WHEEL(flit_wire[SQZ_NOC_TO_NODE], slots),
		WHEEL(credit_wire[SQZ_NOC_TO_ROUTER], slots),
		WHEEL(credit_wire[SQZ_NOC_TO_NODE], slots),
		ARRAY(link_flits, ports),
		ARRAY(stalls, ports),
		ARRAY(traffic, queues),
	};

	_Static_assert(sizeof(all) <= MAX_ARRAYS * sizeof(*list), "list");
	memcpy(list, all, sizeof(all));
	return sizeof(all) / sizeof(all[0]);
}

static int allocate(struct sqz_noc *noc)
{
	struct array list[MAX_ARRAYS];
	unsigned count = list_arrays(noc, list);

	for (unsigned i = 0; i < count; i++) {
		size_t n = list[i].count ? list[i].count : 1;
		*list[i].data = calloc(n, list[i].size);
		if (!*list[i].data)
			return -1;
	}
	return 0;
}

void sqz_noc_destroy(struct sqz_noc *noc)
{
	if (!noc)
		return;
	struct array list[MAX_ARRAYS];
	unsigned count = list_arrays(noc, list);
	for (unsigned i = 0; i < count; i++)
		free(*list[i].data);
	sqz_noc_pool_free(&noc->pool);
	sqz_noc_level_destroy(noc->level);
	free(noc);
}

static void link_flit_slots(struct sqz_noc_flit_wheel *wheel, size_t slots)
{
	for (size_t s = 0; s < slots; s++)
		wheel->slots[s].events = wheel->events + s * wheel->capacity;
}

static void link_vc_slots(struct sqz_noc_vc_wheel *wheel, size_t slots)
{
	for (size_t s = 0; s < slots; s++)
		wheel->slots[s].events = wheel->events + s * wheel->capacity;
}

static void link_slots(struct sqz_noc *noc)
{
	size_t slots = noc->wheel_mask + 1;

	for (int end = 0; end < SQZ_NOC_ENDS; end++) {
		link_flit_slots(&noc->flit_wire[end], slots);
		link_vc_slots(&noc->credit_wire[end], slots);
	}
	link_vc_slots(&noc->routing, slots);
	link_vc_slots(&noc->va_results, slots);
	link_vc_slots(&noc->sa_results, slots);
}

/* --- first state: all buffers empty, all credits at home --- */

static void reset_routers(struct sqz_noc *noc)
{
	uint8_t depth = (uint8_t)noc->config.vc_depth;

	for (uint32_t r = 0; r < noc->routers; r++) {
		noc->masks[r].out_free = ~0ull >> (64 - noc->pv);
		for (unsigned i = 0; i < noc->pv; i++)
			noc->outvc[r * noc->pv + i].credits = depth;
		for (unsigned p = 0; p < noc->ports; p++)
			noc->rr[r * noc->ports + p].vc =
			    (uint8_t)(p * noc->vcs);
	}
	memset(noc->ni_credits, depth, (size_t)noc->nodes * noc->vcs);
}

static void reset_queues(struct sqz_noc *noc)
{
	unsigned classes = noc->config.classes;

	for (size_t n = 0; n < noc->nodes; n++) {
		noc->node[n].last_class = (uint8_t)(classes - 1);
		for (unsigned c = 0; c < classes; c++) {
			struct sqz_noc_queue *q = &noc->queue[n * classes + c];
			q->first = q->last = SQZ_NOC_NONE;
			q->vc = UINT8_MAX;
			q->last_vc = (uint8_t)(noc->class_first[c] +
					       noc->class_count[c] - 1);
		}
	}
}

/* Every entry must be a port with a link, of the node's own router the one to
 * the node. */
static int copy_table(struct sqz_noc *noc, struct sqz_error *err)
{
	const uint8_t *table = noc->config.table;

	for (uint32_t r = 0; r < noc->routers; r++)
		for (uint32_t n = 0; n < noc->nodes; n++) {
			size_t i = (size_t)r * noc->nodes + n;
			unsigned port = table[i];
			bool link = port < noc->ports &&
				    sqz_noc_link_end(noc, r, port) >= 0;
			bool other = port >= SQZ_NOC_LOCAL &&
				     sqz_noc_link_end(noc, r, port) != (int)n;
			if (!link || other)
				return sqz_fail(err,
						"noc: routing table: router %u "
						"to node %u: no way by port "
						"%u",
						r, n, port);
			noc->table[i] = (uint8_t)port;
		}
	return 0;
}

static int fill(struct sqz_noc *noc, struct sqz_error *err)
{
	link_slots(noc);
	sqz_noc_build(noc);
	reset_routers(noc);
	reset_queues(noc);
	if (noc->config.fidelity == SQZ_NOC_PACKETS) {
		noc->level = sqz_noc_level_create(noc);
		if (!noc->level)
			return sqz_fail(err, "noc: out of memory");
	}
	int failed = noc->config.table ? copy_table(noc, err) : 0;
	noc->config.table = noc->table;
	return failed;
}

struct sqz_noc *sqz_noc_create(const struct sqz_noc_config *config,
			       struct sqz_error *err)
{
	if (sqz_noc_check_config(config, err))
		return NULL;
	struct sqz_noc *noc = calloc(1, sizeof(*noc));
	if (!noc) {
		sqz_fail(err, "noc: out of memory");
		return NULL;
	}
	noc->config = *config;
	if (config->routing != SQZ_NOC_TABLE)
		noc->config.table = NULL;
	sqz_noc_size(noc);
	sqz_noc_pool_init(&noc->pool);
	set_delays(noc);
	noc->wheel_mask = wheel_slots(noc) - 1;
	noc->groups = (noc->nodes + 4095) / 4096;
	size_wheels(noc);
	int failed = allocate(noc);
	if (failed)
		sqz_fail(err, "noc: out of memory for %u x %u nodes",
			 config->width, config->height);
	if (failed || fill(noc, err)) {
		sqz_noc_destroy(noc);
		return NULL;
	}
	return noc;
}
