#include "noc/state.h"
#include "noc/wire.h"

uint64_t sqz_noc_link_flits(const struct sqz_noc *noc, unsigned router,
			    unsigned port)
{
	return noc->link_flits[router * noc->ports + port];
}

const uint64_t *sqz_noc_all_link_flits(const struct sqz_noc *noc)
{
	return noc->link_flits;
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

/* Waits under way count up to now. toward: as noc->toward, not 0. */
static void add_open_waits(const struct sqz_noc *noc, unsigned router,
			   uint64_t toward, struct sqz_noc_stalls *stalls)
{
	uint64_t heads = toward & ~noc->masks[router].active;

	stalls->vc_busy += noc->cycle * (uint64_t)__builtin_popcountll(heads);
	stalls->no_credit += noc->cycle * without_credit(noc, router, toward);
}

struct sqz_noc_stalls sqz_noc_link_stalls(const struct sqz_noc *noc,
					  unsigned router, unsigned port)
{
	struct sqz_noc_stalls stalls = noc->stalls[router * noc->ports + port];
	uint64_t toward = noc->toward[router * noc->ports + port];

	if (toward)
		add_open_waits(noc, router, toward, &stalls);
	return stalls;
}

struct sqz_noc_stalls sqz_noc_all_stalls(const struct sqz_noc *noc)
{
	size_t links = (size_t)noc->routers * noc->ports;
	struct sqz_noc_stalls sum = { 0 };

	/* Traces ask often, and most links rest. */
	for (size_t i = 0; i < links; i++) {
		sum.vc_busy += noc->stalls[i].vc_busy;
		sum.no_credit += noc->stalls[i].no_credit;
		sum.lost += noc->stalls[i].lost;
		if (noc->toward[i])
			add_open_waits(noc, (unsigned)(i / noc->ports),
				       noc->toward[i], &sum);
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
