#include "noc/state.h"

#include <inttypes.h>
#include <stdlib.h>

/*
 * The audit counts every flit and credit where it lies and compares the sums
 * with what the engine believes. For each VC buffer: credits at the sender +
 * flits on the wire + flits in the buffer + credits on the way back = vc_depth.
 */

/* What was found of one VC buffer; receivers are numbered: inputs of routers
 * first, then ejection buffers. */
static size_t node_buffer(const struct sqz_noc *noc, uint32_t node, unsigned vc)
{
	return (size_t)noc->routers * noc->pv + (size_t)node * noc->vcs + vc;
}

/* The buffer that output VC ov of a router leads to. */
static size_t buffer_of(const struct sqz_noc *noc, uint32_t router, unsigned ov)
{
	unsigned port = noc->port_of[ov], vc = noc->entry_of[ov];
	uint32_t place = noc->peer[router * noc->ports + port];

	if (noc->end[port] == SQZ_NOC_TO_NODE)
		return node_buffer(noc, place, vc);
	return (size_t)place * noc->pv + vc;
}

static bool has_link(const struct sqz_noc *noc, uint32_t router, unsigned ov)
{
	unsigned port = noc->port_of[ov];

	return noc->peer[router * noc->ports + port] != SQZ_NOC_NONE;
}

static size_t local_input(const struct sqz_noc *noc, uint32_t node, unsigned vc)
{
	const struct sqz_noc_node *ni = &noc->node[node];

	return (size_t)ni->router * noc->pv + ni->first_vc + vc;
}

/* Flits that lie in buffers. */
static uint64_t count_buffered(const struct sqz_noc *noc, uint32_t *sum)
{
	size_t inputs = (size_t)noc->routers * noc->pv;
	size_t outputs = (size_t)noc->nodes * noc->vcs;
	uint64_t flits = 0;

	for (size_t i = 0; i < inputs; i++) {
		sum[i] += noc->invc[i].count;
		flits += noc->invc[i].count;
	}
	for (size_t i = 0; i < outputs; i++) {
		sum[inputs + i] += noc->eject_ring[i].count;
		flits += noc->eject_ring[i].count;
	}
	return flits;
}

static void count_credits(const struct sqz_noc *noc, uint32_t *sum)
{
	for (uint32_t r = 0; r < noc->routers; r++)
		for (unsigned ov = 0; ov < noc->pv; ov++)
			if (has_link(noc, r, ov))
				sum[buffer_of(noc, r, ov)] +=
				    noc->outvc[r * noc->pv + ov].credits;
	for (uint32_t n = 0; n < noc->nodes; n++)
		for (unsigned vc = 0; vc < noc->vcs; vc++)
			sum[local_input(noc, n, vc)] +=
			    noc->ni_credits[n * noc->vcs + vc];
}

static uint64_t count_flying(const struct sqz_noc *noc, uint32_t *sum)
{
	const struct sqz_noc_flit_wheel *in =
	    &noc->flit_wire[SQZ_NOC_TO_ROUTER];
	const struct sqz_noc_flit_wheel *out = &noc->flit_wire[SQZ_NOC_TO_NODE];
	uint64_t flits = 0;

	for (size_t s = 0; s <= noc->wheel_mask; s++) {
		for (size_t k = 0; k < in->slots[s].count; k++) {
			const struct sqz_noc_flit_event *e =
			    &in->slots[s].events[k];
			sum[(size_t)e->to.place * noc->pv + e->to.vc]++;
		}
		for (size_t k = 0; k < out->slots[s].count; k++) {
			const struct sqz_noc_flit_event *e =
			    &out->slots[s].events[k];
			sum[node_buffer(noc, e->to.place, e->to.vc)]++;
		}
		flits += in->slots[s].count + out->slots[s].count;
	}
	return flits;
}

static void count_flying_credits(const struct sqz_noc *noc, uint32_t *sum)
{
	const struct sqz_noc_vc_wheel *to_r =
	    &noc->credit_wire[SQZ_NOC_TO_ROUTER];
	const struct sqz_noc_vc_wheel *to_n =
	    &noc->credit_wire[SQZ_NOC_TO_NODE];

	for (size_t s = 0; s <= noc->wheel_mask; s++) {
		for (size_t k = 0; k < to_r->slots[s].count; k++) {
			const struct sqz_noc_vc_event *e =
			    &to_r->slots[s].events[k];
			sum[buffer_of(noc, e->place, e->vc)]++;
		}
		for (size_t k = 0; k < to_n->slots[s].count; k++) {
			const struct sqz_noc_vc_event *e =
			    &to_n->slots[s].events[k];
			sum[local_input(noc, e->place, e->vc)]++;
		}
	}
}

static int check_buffer(const struct sqz_noc *noc, const uint32_t *sum,
			size_t buffer, uint32_t router, unsigned ov,
			struct sqz_error *err)
{
	if (sum[buffer] == noc->config.vc_depth)
		return 0;
	return sqz_fail(err,
			"noc: cycle %" PRIu64 ": credits and flits of VC %u "
			"of port %u at router %u add up to %u, not to the "
			"depth of %u",
			noc->cycle, noc->vc_of[ov], noc->port_of[ov], router,
			sum[buffer], noc->config.vc_depth);
}

static int check_sums(const struct sqz_noc *noc, const uint32_t *sum,
		      struct sqz_error *err)
{
	for (uint32_t r = 0; r < noc->routers; r++)
		for (unsigned ov = 0; ov < noc->pv; ov++)
			if (has_link(noc, r, ov) &&
			    check_buffer(noc, sum, buffer_of(noc, r, ov), r, ov,
					 err))
				return -1;
	for (uint32_t n = 0; n < noc->nodes; n++)
		for (unsigned vc = 0; vc < noc->vcs; vc++)
			if (check_buffer(noc, sum, local_input(noc, n, vc),
					 noc->node[n].router,
					 noc->node[n].first_vc + vc, err))
				return -1;
	return 0;
}

/* Flits that entered less those that left, from the nodes' counters. */
static uint64_t count_present(const struct sqz_noc *noc)
{
	size_t queues = (size_t)noc->nodes * noc->config.classes;
	uint64_t present = 0;

	for (size_t i = 0; i < queues; i++)
		present += noc->traffic[i].injected_flits -
			   noc->traffic[i].ejected_flits;
	return present;
}

/* At packet level there are no flits to be counted elsewhere. */
static int check_count(const struct sqz_noc *noc, uint64_t found,
		       struct sqz_error *err)
{
	uint64_t present = count_present(noc);

	if (found == present && found == noc->in_network)
		return 0;
	return sqz_fail(err,
			"noc: cycle %" PRIu64 ": %" PRIu64 " flits in the "
			"network, but %" PRIu64 " entered and did not leave",
			noc->cycle, found, present);
}

int sqz_noc_check(const struct sqz_noc *noc, struct sqz_error *err)
{
	if (noc->level)
		return check_count(noc, noc->in_network, err);
	size_t buffers =
	    (size_t)noc->routers * noc->pv + (size_t)noc->nodes * noc->vcs;
	uint32_t *sum = calloc(buffers, sizeof(*sum));

	if (!sum)
		return sqz_fail(err, "noc: out of memory for the check");
	uint64_t found = count_buffered(noc, sum) + count_flying(noc, sum);
	int result = check_count(noc, found, err);
	count_credits(noc, sum);
	count_flying_credits(noc, sum);
	if (!result)
		result = check_sums(noc, sum, err);
	free(sum);
	return result;
}
