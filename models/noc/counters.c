#include "noc/state.h"

uint64_t sqz_noc_link_flits(const struct sqz_noc *noc, unsigned node,
			    enum sqz_noc_port port)
{
	return noc->link_flits[node * noc->ports + port];
}

/* Active VCs with a flit for the port but no credit. */
static unsigned without_credit(const struct sqz_noc *noc, unsigned router,
			       unsigned port)
{
	const struct sqz_noc_masks *m = &noc->masks[router];
	uint64_t full = m->active & m->filled & ~m->sa_ready & ~m->piped;
	unsigned count = 0;

	for (; full; full &= full - 1) {
		unsigned i = (unsigned)__builtin_ctzll(full);
		count += noc->invc[router * noc->pv + i].out_port == port;
	}
	return count;
}

struct sqz_noc_stalls sqz_noc_link_stalls(const struct sqz_noc *noc,
					  unsigned node, enum sqz_noc_port port)
{
	struct sqz_noc_stalls stalls = noc->stalls[node * noc->ports + port];
	uint64_t heads = noc->want[node * noc->ports + port];

	/* Waits under way count up to now. */
	stalls.vc_busy += noc->cycle * (uint64_t)__builtin_popcountll(heads);
	stalls.no_credit += noc->cycle * without_credit(noc, node, port);
	return stalls;
}

struct sqz_noc_traffic sqz_noc_node_traffic(const struct sqz_noc *noc,
					    unsigned node, unsigned msg_class)
{
	return noc->traffic[node * noc->config.classes + msg_class];
}

uint64_t sqz_noc_flit_hops(const struct sqz_noc *noc)
{
	return noc->flit_hops;
}

uint64_t sqz_noc_flits_in_network(const struct sqz_noc *noc)
{
	return noc->in_network;
}
