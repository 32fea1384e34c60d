#include "noc/stages.h"
#include "noc/wire.h"

/* A head came to the front of an empty VC: its first stage is this cycle's, at
 * whose end it is in `routed`; NULL if there is no such stage. */
static inline void start_packet(struct sqz_noc *noc,
				struct sqz_noc_vc_event event,
				struct sqz_noc_vc_list *routed, unsigned wanted)
{
	if (routed)
		sqz_noc_post(routed, event, wanted);
	else if (wanted)
		sqz_noc_enter_va(noc, event, noc->cycle);
}

static inline void receive_flit(struct sqz_noc *noc,
				const struct sqz_noc_flit_event *event,
				struct sqz_noc_vc_list *routed)
{
	uint32_t router = event->to.place;
	unsigned i = event->to.vc, depth = noc->config.vc_depth;
	size_t vc = (size_t)router * noc->pv + i;
	struct sqz_noc_masks *m = &noc->masks[router];
	struct sqz_noc_invc *in = &noc->invc[vc];

	if (in->count >= depth) {
		sqz_noc_fault(noc, "buffer overflow", router, i);
		return;
	}
	unsigned place = in->head + in->count++;
	noc->flits[vc * depth + (place >= depth ? place - depth : place)] =
	    event->flit;
	unsigned front = !(m->filled >> i & 1);
	unsigned active = m->active >> i & 1;
	m->filled |= 1ull << i;
	start_packet(noc, event->to, routed, front & !active);
	unsigned ready = front & active;
	if (ready && !noc->outvc[router * noc->pv + in->out_vc].credits) {
		noc->stalls[router * noc->ports + in->out_port].no_credit -=
		    noc->cycle;
		return;
	}
	m->sa_ready |= (uint64_t)ready << i;
	sqz_noc_add_if(&noc->sa_awake, router, ready);
}

/* Wakes the VC that waits for it, if one does. */
static inline void receive_credit(struct sqz_noc *noc,
				  struct sqz_noc_vc_event event)
{
	uint32_t router = event.place;
	unsigned ov = event.vc;
	struct sqz_noc_masks *m = &noc->masks[router];
	struct sqz_noc_outvc *out = &noc->outvc[router * noc->pv + ov];

	if (out->credits >= noc->config.vc_depth)
		sqz_noc_fault(noc, "a credit too many", router, ov);
	if (out->credits++ || (m->out_free >> ov & 1) ||
	    !(m->filled >> out->owner & 1))
		return;
	m->sa_ready |= 1ull << out->owner;
	sqz_noc_add(&noc->sa_awake, router);
	noc->stalls[router * noc->ports + noc->port_of[ov]].no_credit +=
	    noc->cycle;
}

void sqz_noc_routers_receive(struct sqz_noc *noc)
{
	struct sqz_noc_vc_list *credits =
	    sqz_noc_vcs_in(noc, &noc->credit_wire[SQZ_NOC_TO_ROUTER], 0);
	struct sqz_noc_flit_list *flits =
	    sqz_noc_flits_in(noc, &noc->flit_wire[SQZ_NOC_TO_ROUTER], 0);
	struct sqz_noc_vc_list *routed = NULL;

	if (noc->config.routing_delay)
		routed = sqz_noc_vcs_in(noc, &noc->routing,
					noc->config.routing_delay - 1);
	for (size_t k = 0; k < credits->count; k++)
		receive_credit(noc, credits->events[k]);
	noc->credits_out -= credits->count;
	credits->count = 0;
	for (size_t k = 0; k < flits->count; k++)
		receive_flit(noc, &flits->events[k], routed);
	flits->count = 0;
}
