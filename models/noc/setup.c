#include "noc/packet.h"
#include "noc/state.h"
#include "noc/wire.h"

#include <stdlib.h>
#include <string.h>

struct sqz_noc_config sqz_noc_config_default(void)
{
	return (struct sqz_noc_config){
		.width = 4,
		.height = 4,
		.vcs = 4,
		.classes = 1,
		.vc_depth = 8,
		.routing_delay = 1,
		.vc_alloc_delay = 1,
		.sw_alloc_delay = 1,
		.link_cycles = 1,
		.credit_cycles = 1,
		.age_limit_cycles = 1000000,
		.check_cycles = 1000,
	};
}

/* --- checks --- */

struct range {
	const char *name;
	unsigned value, low, high;
};

static int check_config(const struct sqz_noc_config *c, struct sqz_error *err)
{
	const struct range ranges[] = {
		{ "width", c->width, 1, 256 },
		{ "height", c->height, 1, 256 },
		{ "vcs", c->vcs, 1, 64 / SQZ_NOC_PORTS },
		{ "classes", c->classes, 1, 64 / SQZ_NOC_PORTS },
		{ "vc_depth", c->vc_depth, 1, 255 },
		{ "routing_delay", c->routing_delay, 0, 16 },
		{ "vc_alloc_delay", c->vc_alloc_delay, 1, 16 },
		{ "sw_alloc_delay", c->sw_alloc_delay, 1, 16 },
		{ "link_cycles", c->link_cycles, 1, 64 },
		{ "credit_cycles", c->credit_cycles, 0, 64 },
		{ "monitors", c->monitors, 0, SQZ_NOC_CHECK_ALL },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (ranges[i].value < ranges[i].low ||
		    ranges[i].value > ranges[i].high)
			return sqz_fail(err, "noc: %s is %u, must be %u to %u",
					ranges[i].name, ranges[i].value,
					ranges[i].low, ranges[i].high);
	if (c->vcs < c->classes)
		return sqz_fail(err,
				"noc: %u VCs for %u message classes; every "
				"class needs one of its own",
				c->vcs, c->classes);
	if (!c->age_limit_cycles || !c->check_cycles)
		return sqz_fail(err, "noc: age_limit_cycles and check_cycles "
				     "must be at least 1");
	return 0;
}

/* --- fixed tables --- */

static void share_vcs(struct sqz_noc *noc)
{
	unsigned classes = noc->config.classes, vc = 0;

	for (unsigned c = 0; c < classes; c++) {
		unsigned count = noc->vcs / classes + (c < noc->vcs % classes);
		noc->class_first[c] = (uint8_t)vc;
		noc->class_count[c] = (uint8_t)count;
		vc += count;
	}
}

static void number_vcs(struct sqz_noc *noc)
{
	for (unsigned i = 0; i < noc->pv; i++) {
		noc->port_of[i] = (uint8_t)(i / noc->vcs);
		noc->vc_of[i] = (uint8_t)(i % noc->vcs);
		noc->port_mask[i / noc->vcs] |= 1ull << i;
		noc->next_vc[i] =
		    (uint8_t)(noc->vc_of[i] + 1u == noc->vcs ? i + 1 - noc->vcs
							     : i + 1);
		noc->next_port[i] =
		    (uint8_t)((i / noc->vcs + 1) % noc->ports * noc->vcs);
	}
	for (unsigned c = 0; c < noc->config.classes; c++)
		for (unsigned i = 0; i < noc->pv; i++)
			if (noc->vc_of[i] >= noc->class_first[c] &&
			    noc->vc_of[i] <
				noc->class_first[c] + noc->class_count[c]) {
				noc->class_of[i] = (uint8_t)c;
				noc->class_mask[c] |= 1ull << i;
			}
}

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

/* The opposite port of a neighbour; a node has only one port. */
static void number_ends(struct sqz_noc *noc)
{
	static const unsigned opposite[SQZ_NOC_LOCAL] = {
		[SQZ_NOC_EAST] = SQZ_NOC_WEST,
		[SQZ_NOC_WEST] = SQZ_NOC_EAST,
		[SQZ_NOC_SOUTH] = SQZ_NOC_NORTH,
		[SQZ_NOC_NORTH] = SQZ_NOC_SOUTH,
	};

	for (unsigned p = 0; p < SQZ_NOC_LOCAL; p++) {
		noc->end[p] = SQZ_NOC_TO_ROUTER;
		noc->end_vc[p] = (uint8_t)(opposite[p] * noc->vcs);
	}
	noc->end[SQZ_NOC_LOCAL] = SQZ_NOC_TO_NODE;
	noc->end_vc[SQZ_NOC_LOCAL] = 0;
}

static void build_mesh(struct sqz_noc *noc)
{
	unsigned width = noc->config.width, height = noc->config.height;

	for (uint32_t r = 0; r < noc->nodes; r++) {
		unsigned x = r % width, y = r / width;
		uint32_t *peer = &noc->peer[r * noc->ports];
		noc->x[r] = (uint16_t)x;
		noc->y[r] = (uint16_t)y;
		peer[SQZ_NOC_EAST] = x + 1 < width ? r + 1 : SQZ_NOC_NONE;
		peer[SQZ_NOC_WEST] = x > 0 ? r - 1 : SQZ_NOC_NONE;
		peer[SQZ_NOC_SOUTH] = y + 1 < height ? r + width : SQZ_NOC_NONE;
		peer[SQZ_NOC_NORTH] = y > 0 ? r - width : SQZ_NOC_NONE;
		peer[SQZ_NOC_LOCAL] = r;
	}
}

/* --- memory --- */

/* All arrays of the network, so that one loop allocates and one frees. */
#define MAX_ARRAYS 40

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
	size_t nodes = noc->nodes, links = nodes * noc->ports;
	size_t all = nodes * noc->pv;

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

static unsigned list_arrays(struct sqz_noc *noc, struct array *list)
{
	size_t nodes = noc->nodes, words = (nodes + 63) / 64;
	size_t ports = nodes * noc->ports, in = nodes * noc->pv;
	size_t ni = nodes * noc->vcs, queues = nodes * noc->config.classes;
	size_t depth = noc->config.vc_depth, slots = noc->wheel_mask + 1;
	const struct array all[] = {
		ARRAY(masks, nodes),
		ARRAY(sa_awake, words),
		ARRAY(va_awake, words),
		ARRAY(peer, ports),
		ARRAY(rr, ports),
		ARRAY(invc, in),
		ARRAY(outvc, in),
		ARRAY(va_rr, in),
		ARRAY(flits, in * depth),
		ARRAY(toward, ports),
		ARRAY(x, nodes),
		ARRAY(y, nodes),
		ARRAY(released.events, ports + 1),
		ARRAY(node, nodes),
		ARRAY(sending, words),
		ARRAY(ejecting, words),
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

	for (uint32_t r = 0; r < noc->nodes; r++) {
		noc->masks[r].out_free = ~0ull >> (64 - noc->pv);
		for (unsigned i = 0; i < noc->pv; i++)
			noc->outvc[r * noc->pv + i].credits = depth;
		for (unsigned v = 0; v < noc->vcs; v++)
			noc->ni_credits[r * noc->vcs + v] = depth;
		for (unsigned p = 0; p < noc->ports; p++)
			noc->rr[r * noc->ports + p].vc =
			    (uint8_t)(p * noc->vcs);
	}
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

struct sqz_noc *sqz_noc_create(const struct sqz_noc_config *config,
			       struct sqz_error *err)
{
	if (check_config(config, err))
		return NULL;
	struct sqz_noc *noc = calloc(1, sizeof(*noc));
	if (!noc) {
		sqz_fail(err, "noc: out of memory");
		return NULL;
	}
	noc->config = *config;
	noc->nodes = config->width * config->height;
	noc->ports = SQZ_NOC_PORTS;
	noc->vcs = config->vcs;
	noc->pv = noc->ports * noc->vcs;
	sqz_noc_pool_init(&noc->pool);
	set_delays(noc);
	noc->wheel_mask = wheel_slots(noc) - 1;
	size_wheels(noc);
	if (allocate(noc)) {
		sqz_fail(err, "noc: out of memory for %u x %u nodes",
			 config->width, config->height);
		sqz_noc_destroy(noc);
		return NULL;
	}
	link_slots(noc);
	share_vcs(noc);
	number_vcs(noc);
	number_ends(noc);
	build_mesh(noc);
	reset_routers(noc);
	reset_queues(noc);
	return noc;
}
