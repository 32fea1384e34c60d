#include "noc/stages.h"
#include "noc/wire.h"

/*
 * Routing functions. A packet that is at its last router leaves by its node's
 * port; all others choose a link.
 */

struct place {
	unsigned x, y, to_x, to_y;
};

static inline struct place place_of(const struct sqz_noc *noc, uint32_t router,
				    uint32_t to)
{
	return (struct place){ noc->x[router], noc->y[router], noc->x[to],
			       noc->y[to] };
}

/* The shorter way around a ring; of two equal ones, odd places go down. */
static inline unsigned ring_port(unsigned at, unsigned to, unsigned size,
				 unsigned up, unsigned down)
{
	unsigned forward = to > at ? to - at : to + size - at;

	if (2 * forward == size)
		return at & 1 ? down : up;
	return 2 * forward < size ? up : down;
}

static inline unsigned port_x(const struct sqz_noc *noc, const struct place *p)
{
	if (noc->config.topology == SQZ_NOC_TORUS)
		return ring_port(p->x, p->to_x, noc->columns, SQZ_NOC_EAST,
				 SQZ_NOC_WEST);
	return p->to_x > p->x ? SQZ_NOC_EAST : SQZ_NOC_WEST;
}

static inline unsigned port_y(const struct sqz_noc *noc, const struct place *p)
{
	if (noc->config.topology == SQZ_NOC_TORUS)
		return ring_port(p->y, p->to_y, noc->rows, SQZ_NOC_SOUTH,
				 SQZ_NOC_NORTH);
	return p->to_y > p->y ? SQZ_NOC_SOUTH : SQZ_NOC_NORTH;
}

unsigned sqz_noc_port_xy(const struct sqz_noc *noc, uint32_t router,
			 uint32_t node)
{
	const struct sqz_noc_node *ni = &noc->node[node];
	struct place p = place_of(noc, router, ni->router);

	if (router == ni->router)
		return noc->port_of[ni->first_vc];
	return p.to_x != p.x ? port_x(noc, &p) : port_y(noc, &p);
}

/* How much room a class has behind a port: free VCs first, then credits. */
static unsigned room(const struct sqz_noc *noc, uint32_t router, unsigned port,
		     unsigned msg_class)
{
	uint64_t vcs = noc->port_mask[port] & noc->class_mask[msg_class];
	uint64_t free = vcs & noc->masks[router].out_free;
	unsigned credits = 0;

	for (; vcs; vcs &= vcs - 1)
		credits +=
		    noc->outvc[router * noc->pv + sqz_noc_lowest(vcs)].credits;
	return ((unsigned)__builtin_popcountll(free) << 16) + credits;
}

/* Turns to the west are never taken, so that no cycle of waits can close. */
static unsigned route_west_first(const struct sqz_noc *noc, uint32_t router,
				 const struct place *p, unsigned msg_class)
{
	unsigned x = port_x(noc, p), y = port_y(noc, p);

	if (p->to_y == p->y || p->to_x < p->x)
		return x;
	if (p->to_x == p->x)
		return y;
	return room(noc, router, y, msg_class) > room(noc, router, x, msg_class)
		   ? y
		   : x;
}

/* All that is not dimension order on a mesh. */
static unsigned route_otherwise(const struct sqz_noc *noc,
				struct sqz_noc_vc_event event, uint32_t slot,
				const struct place *p)
{
	switch (noc->config.routing) {
	case SQZ_NOC_YX:
		return p->to_y != p->y ? port_y(noc, p) : port_x(noc, p);
	case SQZ_NOC_WEST_FIRST:
		return route_west_first(noc, event.place, p,
					noc->class_of[event.vc]);
	case SQZ_NOC_TABLE:
		return noc->table[(size_t)event.place * noc->nodes +
				  noc->pool.slots[slot].info.dst];
	default:
		return p->to_x != p->x ? port_x(noc, p) : port_y(noc, p);
	}
}

/* A torus packet is late once it need not pass the rim in this direction: only
 * then it may use the upper half of the VCs, and only these. */
static void mark_late(struct sqz_noc *noc, struct sqz_noc_vc_event event,
		      const struct place *p, unsigned out)
{
	const bool late[] = {
		[SQZ_NOC_EAST] = p->to_x >= p->x,
		[SQZ_NOC_WEST] = p->to_x <= p->x,
		[SQZ_NOC_SOUTH] = p->to_y >= p->y,
		[SQZ_NOC_NORTH] = p->to_y <= p->y,
	};
	uint64_t bit = 1ull << event.vc;
	uint64_t *mask = &noc->masks[event.place].late;

	*mask = out < SQZ_NOC_LOCAL && late[out] ? *mask | bit : *mask & ~bit;
}

static inline unsigned route(struct sqz_noc *noc, struct sqz_noc_vc_event event,
			     uint32_t slot)
{
	const struct sqz_noc_config *c = &noc->config;
	const struct sqz_noc_route *to = &noc->pool.routes[slot];
	struct place p = place_of(noc, event.place, to->router);
	unsigned out;

	if (to->router == event.place)
		return to->port;
	if (c->routing == SQZ_NOC_XY && c->topology != SQZ_NOC_TORUS) {
		if (p.to_x != p.x)
			return p.to_x > p.x ? SQZ_NOC_EAST : SQZ_NOC_WEST;
		return p.to_y > p.y ? SQZ_NOC_SOUTH : SQZ_NOC_NORTH;
	}
	out = route_otherwise(noc, event, slot, &p);
	if (c->topology == SQZ_NOC_TORUS)
		mark_late(noc, event, &p, out);
	return out;
}

void sqz_noc_enter_va(struct sqz_noc *noc, struct sqz_noc_vc_event event,
		      uint64_t begin)
{
	uint32_t router = event.place;
	size_t vc = (size_t)router * noc->pv + event.vc;
	struct sqz_noc_invc *in = &noc->invc[vc];
	uint32_t flit = noc->flits[vc * noc->config.vc_depth + in->head];
	uint32_t slot = sqz_noc_flit_slot(flit);
	unsigned out = route(noc, event, slot);

	noc->pool.routes[slot].hops++;
	in->out_port = (uint8_t)out;
	noc->toward[router * noc->ports + out] |= 1ull << event.vc;
	noc->masks[router].va_wait |= 1ull << event.vc;
	noc->stalls[router * noc->ports + out].vc_busy -= begin;
	sqz_noc_add(&noc->va_awake, router);
}

void sqz_noc_level_route(struct sqz_noc *noc, struct sqz_noc_vc_event event,
			 uint32_t slot)
{
	size_t vc = (size_t)event.place * noc->pv + event.vc;

	noc->invc[vc].out_port = (uint8_t)route(noc, event, slot);
	noc->pool.routes[slot].hops++;
}

void sqz_noc_route_stage(struct sqz_noc *noc)
{
	struct sqz_noc_vc_list *list = sqz_noc_vcs_in(noc, &noc->routing, 0);

	for (size_t k = 0; k < list->count; k++)
		sqz_noc_enter_va(noc, list->events[k], noc->cycle + 1);
	list->count = 0;
}

static void release(struct sqz_noc *noc, struct sqz_noc_vc_event event)
{
	uint32_t router = event.place;
	unsigned ov = event.vc, port = noc->port_of[ov];
	unsigned i = noc->outvc[router * noc->pv + ov].owner;
	struct sqz_noc_masks *m = &noc->masks[router];
	uint64_t woken = m->va_blocked & sqz_noc_takers(noc, m, ov) &
			 noc->toward[router * noc->ports + port];
	struct sqz_noc_vc_event next = sqz_noc_at(router, i);
	unsigned more = m->filled >> i & 1;

	m->out_free |= 1ull << ov;
	m->active &= ~(1ull << i);
	noc->toward[router * noc->ports + port] &= ~(1ull << i);
	m->va_blocked &= ~woken;
	m->va_wait |= woken;
	sqz_noc_add_if(&noc->va_awake, router, woken != 0);
	if (noc->config.routing_delay)
		sqz_noc_post(sqz_noc_vcs_in(noc, &noc->routing,
					    noc->config.routing_delay),
			     next, more);
	else if (more)
		sqz_noc_enter_va(noc, next, noc->cycle + 1);
}

void sqz_noc_release_stage(struct sqz_noc *noc)
{
	for (size_t k = 0; k < noc->released.count; k++)
		release(noc, noc->released.events[k]);
	noc->released.count = 0;
}
