#include "noc/state.h"
#include "noc/wire.h"

uint64_t sqz_noc_link_flits(const struct sqz_noc *noc, unsigned router,
			    unsigned port)
{
	return noc->link_flits[router * noc->ports + port];
}

/* VCs that hold an output VC of the port and have a flit, but no credit. */
static uint64_t without_credit(const struct sqz_noc *noc, unsigned router,
			       uint64_t toward)
{
	const struct sqz_noc_masks *m = &noc->masks[router];
	const struct sqz_noc_outvc *outvc = &noc->outvc[router * noc->pv];
	uint64_t left = toward & m->active & m->filled;
	unsigned count = 0;

	for (; left; left &= left - 1) {
		const struct sqz_noc_invc *in =
		    &noc->invc[router * noc->pv + sqz_noc_lowest(left)];
		count += !outvc[in->out_vc].credits;
	}
	return count;
}

struct sqz_noc_stalls sqz_noc_link_stalls(const struct sqz_noc *noc,
					  unsigned router, unsigned port)
{
	struct sqz_noc_stalls stalls = noc->stalls[router * noc->ports + port];
	uint64_t toward = noc->toward[router * noc->ports + port];
	uint64_t heads = toward & ~noc->masks[router].active;

	if (!toward)
		return stalls;
	/* Waits under way count up to now. */
	stalls.vc_busy += noc->cycle * (uint64_t)__builtin_popcountll(heads);
	stalls.no_credit += noc->cycle * without_credit(noc, router, toward);
	return stalls;
}

struct sqz_noc_stalls sqz_noc_all_stalls(const struct sqz_noc *noc)
{
	struct sqz_noc_stalls sum = { 0 };

	for (unsigned r = 0; r < noc->routers; r++)
		for (unsigned p = 0; p < noc->ports; p++) {
			struct sqz_noc_stalls link =
			    sqz_noc_link_stalls(noc, r, p);
			sum.vc_busy += link.vc_busy;
			sum.no_credit += link.no_credit;
			sum.lost += link.lost;
		}
	return sum;
}

struct sqz_noc_traffic sqz_noc_node_traffic(const struct sqz_noc *noc,
					    unsigned node, unsigned msg_class)
{
	return noc->traffic[node * noc->config.classes + msg_class];
}

uint64_t sqz_noc_flit_hops(const struct sqz_noc *noc)
{
	size_t links = (size_t)noc->routers * noc->ports;
	uint64_t hops = 0;

	for (size_t i = 0; i < links; i++)
		hops += noc->link_flits[i];
	return hops;
}

uint64_t sqz_noc_flits_in_network(const struct sqz_noc *noc)
{
	return noc->in_network;
}
