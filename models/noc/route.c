#include "noc/stages.h"
#include "noc/wire.h"

/* XY dimension order: first along the row, then along the column. */
static inline unsigned route_xy(const struct sqz_noc *noc, uint32_t router,
				uint32_t dst)
{
	unsigned x = noc->x[router], y = noc->y[router];
	unsigned to_x = noc->x[dst], to_y = noc->y[dst];

	if (to_x != x)
		return to_x > x ? SQZ_NOC_EAST : SQZ_NOC_WEST;
	if (to_y != y)
		return to_y > y ? SQZ_NOC_SOUTH : SQZ_NOC_NORTH;
	return SQZ_NOC_LOCAL;
}

void sqz_noc_enter_va(struct sqz_noc *noc, struct sqz_noc_vc_event event,
		      uint64_t begin)
{
	uint32_t router = event.place;
	size_t vc = (size_t)router * noc->pv + event.vc;
	struct sqz_noc_invc *in = &noc->invc[vc];
	uint32_t flit = noc->flits[vc * noc->config.vc_depth + in->head];
	struct sqz_noc_route *route =
	    &noc->pool.routes[sqz_noc_flit_slot(flit)];
	unsigned out = route_xy(noc, router, route->dst);

	route->hops++;
	in->out_port = (uint8_t)out;
	noc->toward[router * noc->ports + out] |= 1ull << event.vc;
	noc->masks[router].va_wait |= 1ull << event.vc;
	noc->stalls[router * noc->ports + out].vc_busy -= begin;
	sqz_noc_set_bit(noc->va_awake, router);
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
	uint64_t woken = m->va_blocked & noc->class_mask[noc->class_of[ov]] &
			 noc->toward[router * noc->ports + port];
	struct sqz_noc_vc_event next = sqz_noc_at(router, i);
	unsigned more = m->filled >> i & 1;

	m->out_free |= 1ull << ov;
	m->active &= ~(1ull << i);
	noc->toward[router * noc->ports + port] &= ~(1ull << i);
	m->va_blocked &= ~woken;
	m->va_wait |= woken;
	sqz_noc_set_bit_if(noc->va_awake, router, woken != 0);
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
