#include "noc/stages.h"
#include "noc/wire.h"

/*
 * Separable VC allocation, iSLIP with one iteration: every free output VC
 * grants one of the heads that ask for it, a head accepts one of its grants;
 * round-robin pointers move on only where a grant was accepted.
 */

#define NO_VC UINT8_MAX

static void take_vc(struct sqz_noc *noc, uint32_t router, unsigned i,
		    unsigned ov)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	struct sqz_noc_outvc *out = &noc->outvc[router * noc->pv + ov];
	size_t link = router * noc->ports + noc->port_of[ov];
	unsigned ready = out->credits > 0;

	m->out_free &= ~(1ull << ov);
	m->va_wait &= ~(1ull << i);
	m->active |= 1ull << i;
	m->sa_ready |= (uint64_t)ready << i;
	sqz_noc_add_if(&noc->sa_awake, router, ready);
	noc->stalls[link].vc_busy +=
	    noc->cycle - (noc->config.vc_alloc_delay - 1);
	out->owner = (uint8_t)i;
	if (!ready)
		noc->stalls[link].no_credit -= noc->cycle + 1;
}

/* Input VC i accepts output VC ov: the pointers of both move on; the result
 * counts when the stage ends. */
static inline void accept_vc(struct sqz_noc *noc, uint32_t router, unsigned i,
			     unsigned ov)
{
	struct sqz_noc_va_rr *rr = &noc->va_rr[router * noc->pv];

	rr[i].accept = sqz_noc_after(ov, noc->pv);
	rr[ov].grant = sqz_noc_after(i, noc->pv);
	noc->invc[router * noc->pv + i].out_vc = (uint8_t)ov;
	if (noc->config.vc_alloc_delay == 1)
		take_vc(noc, router, i, ov);
}

/* Several heads ask for VCs of one port. Returns those that got one. */
static uint64_t allocate_contended(struct sqz_noc *noc, uint32_t router,
				   uint64_t group, uint64_t free)
{
	const struct sqz_noc_va_rr *rr = &noc->va_rr[router * noc->pv];
	const struct sqz_noc_masks *m = &noc->masks[router];
	uint64_t grants[64], winners = 0;

	for (; free; free &= free - 1) {
		unsigned ov = sqz_noc_lowest(free);
		uint64_t asking = group & sqz_noc_takers(noc, m, ov);
		if (!asking)
			continue;
		unsigned i = sqz_noc_first_from(asking, rr[ov].grant);
		if (!(winners >> i & 1))
			grants[i] = 0;
		grants[i] |= 1ull << ov;
		winners |= 1ull << i;
	}
	for (uint64_t left = winners; left; left &= left - 1) {
		unsigned i = sqz_noc_lowest(left);
		accept_vc(noc, router, i,
			  sqz_noc_first_from(grants[i], rr[i].accept));
	}
	return winners;
}

static inline uint64_t allocate_port(struct sqz_noc *noc, uint32_t router,
				     uint64_t group, uint64_t free)
{
	if (group & (group - 1))
		return allocate_contended(noc, router, group, free);
	unsigned i = sqz_noc_lowest(group);
	free &= sqz_noc_takeable(noc, &noc->masks[router], i);
	if (!free)
		return 0;
	uint8_t start = noc->va_rr[router * noc->pv + i].accept;
	accept_vc(noc, router, i, sqz_noc_first_from(free, start));
	return group;
}

/* Losers that have no free VC left at the port need not ask again before one
 * is released. */
static void block_losers(struct sqz_noc *noc, uint32_t router, unsigned port,
			 uint64_t losers)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	uint64_t free = m->out_free & noc->port_mask[port];

	for (; losers; losers &= losers - 1) {
		unsigned i = sqz_noc_lowest(losers);
		if (free & sqz_noc_takeable(noc, m, i))
			continue;
		m->va_wait &= ~(1ull << i);
		m->va_blocked |= 1ull << i;
	}
}

/* The stage takes several cycles: all that asked wait for their result, and
 * none of them is blocked, so that they ask again in a fixed rhythm. */
static void await_results(struct sqz_noc *noc, uint32_t router, uint64_t group,
			  uint64_t winners)
{
	struct sqz_noc_vc_list *list = sqz_noc_vcs_in(
	    noc, &noc->va_results, noc->config.vc_alloc_delay - 1);

	noc->masks[router].va_wait &= ~group;
	for (; group; group &= group - 1) {
		unsigned i = sqz_noc_lowest(group);
		if (!(winners >> i & 1))
			noc->invc[router * noc->pv + i].out_vc = NO_VC;
		sqz_noc_post(list, sqz_noc_at(router, i), 1);
	}
}

/* Returns whether VCs are left that ask again in the next cycle. */
static bool allocate_router(struct sqz_noc *noc, uint32_t router)
{
	struct sqz_noc_masks *m = &noc->masks[router];

	for (uint64_t left = m->va_wait; left;) {
		unsigned first = sqz_noc_lowest(left);
		unsigned port = noc->invc[router * noc->pv + first].out_port;
		uint64_t group = left & noc->toward[router * noc->ports + port];
		uint64_t winners = allocate_port(
		    noc, router, group, m->out_free & noc->port_mask[port]);
		left &= ~group;
		if (noc->config.vc_alloc_delay > 1)
			await_results(noc, router, group, winners);
		else if (group != winners)
			block_losers(noc, router, port, group & ~winners);
	}
	return m->va_wait;
}

/* Results of a stage of several cycles. Another VC may have taken the output
 * VC meanwhile: then, as without a grant, the head asks again. */
static void apply_results(struct sqz_noc *noc)
{
	struct sqz_noc_vc_list *list = sqz_noc_vcs_in(noc, &noc->va_results, 0);

	for (size_t k = 0; k < list->count; k++) {
		struct sqz_noc_vc_event event = list->events[k];
		struct sqz_noc_masks *m = &noc->masks[event.place];
		uint8_t ov = noc->invc[event.place * noc->pv + event.vc].out_vc;
		if (ov != NO_VC && (m->out_free >> ov & 1)) {
			take_vc(noc, event.place, event.vc, ov);
			continue;
		}
		m->va_wait |= 1ull << event.vc;
		sqz_noc_add(&noc->va_awake, event.place);
	}
	list->count = 0;
}

void sqz_noc_vc_stage(struct sqz_noc *noc)
{
	sqz_noc_sift(noc, &noc->va_awake, allocate_router);
	if (noc->config.vc_alloc_delay > 1)
		apply_results(noc);
}
