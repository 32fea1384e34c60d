#include "noc/noc.h"

#include "noc/deadlock.h"
#include "noc/level.h"
#include "noc/node.h"
#include "noc/stages.h"
#include "noc/state.h"
#include "noc/wire.h"

#include <inttypes.h>

static int report_fault(const struct sqz_noc *noc, struct sqz_error *err)
{
	return sqz_fail(err, "noc: cycle %" PRIu64 ": %s (node %u, VC %u)",
			noc->cycle, noc->fault, noc->fault_place,
			noc->fault_vc);
}

static int report_age(const struct sqz_noc *noc,
		      const struct sqz_noc_packet *packet, uint64_t age,
		      struct sqz_error *err)
{
	return sqz_fail(err,
			"noc: cycle %" PRIu64 ": a packet from node %u to %u "
			"of class %u is in the network for %" PRIu64
			" cycles, the limit is %" PRIu64,
			noc->cycle, packet->src, packet->dst, packet->msg_class,
			age, noc->config.age_limit_cycles);
}

/* A packet that has been at more routers than there are goes round. */
static int report_round_trip(const struct sqz_noc *noc,
			     const struct sqz_noc_packet *packet, unsigned hops,
			     struct sqz_error *err)
{
	if (hops <= noc->routers)
		return 0;
	return sqz_fail(err,
			"noc: cycle %" PRIu64 ": livelock: a packet from node "
			"%u to %u has visited %u routers, there are only %u",
			noc->cycle, packet->src, packet->dst, hops,
			noc->routers);
}

static int report_cycle(const struct sqz_noc *noc, struct sqz_error *err)
{
	char text[SQZ_NOC_DEADLOCK_TEXT];
	int count = sqz_noc_report_deadlock(noc, text, sizeof(text));

	if (!count)
		return 0;
	return sqz_fail(
	    err, "noc: cycle %" PRIu64 ": deadlock: %d VCs wait in a cycle: %s",
	    noc->cycle, count, text);
}

/* When the oldest packet, or one that enters now, went in. */
static uint64_t oldest_cycle(const struct sqz_noc *noc)
{
	uint32_t oldest = noc->pool.oldest;

	return oldest == SQZ_NOC_NONE
		   ? noc->cycle
		   : noc->pool.slots[oldest].info.injected_cycle;
}

static int check_age(const struct sqz_noc *noc, struct sqz_error *err)
{
	uint64_t limit = noc->config.age_limit_cycles;
	unsigned always = noc->config.monitors & SQZ_NOC_CHECK_AGE;
	uint64_t age = noc->cycle - oldest_cycle(noc);

	if (age <= limit || (!always && noc->cycle % limit))
		return 0;
	const struct sqz_noc_packet *oldest =
	    &noc->pool.slots[noc->pool.oldest].info;
	if (report_round_trip(noc, oldest,
			      noc->pool.routes[noc->pool.oldest].hops, err) ||
	    report_cycle(noc, err))
		return -1;
	return always ? report_age(noc, oldest, age, err) : 0;
}

static void watch_before(struct sqz_noc *noc, uint64_t cycle)
{
	if (cycle < noc->watch_at)
		noc->watch_at = cycle;
}

static uint64_t next_multiple(uint64_t cycle, uint64_t of)
{
	return (cycle / of + 1) * of;
}

/* The next cycle in which a monitor may find something. */
static void plan_watch(struct sqz_noc *noc)
{
	const struct sqz_noc_config *c = &noc->config;
	uint64_t limit = c->age_limit_cycles;

	noc->watch_at = UINT64_MAX;
	if (c->monitors & SQZ_NOC_CHECK_AGE)
		watch_before(noc, oldest_cycle(noc) + limit + 1);
	else if (c->monitors & SQZ_NOC_CHECK_DEADLOCK)
		watch_before(noc, next_multiple(noc->cycle, limit));
	if (c->monitors & SQZ_NOC_CHECK_AUDIT)
		watch_before(noc, next_multiple(noc->cycle, c->check_cycles));
}

static int run_monitors(struct sqz_noc *noc, struct sqz_error *err)
{
	unsigned monitors = noc->config.monitors;

	if (noc->fault)
		return report_fault(noc, err);
	plan_watch(noc);
	if ((monitors & (SQZ_NOC_CHECK_AGE | SQZ_NOC_CHECK_DEADLOCK)) &&
	    check_age(noc, err))
		return -1;
	if ((monitors & SQZ_NOC_CHECK_AUDIT) &&
	    noc->cycle % noc->config.check_cycles == 0)
		return sqz_noc_check(noc, err);
	return 0;
}

/* Finds the lists that this cycle's flits and credits go to. */
static void aim_wires(struct sqz_noc *noc)
{
	for (int end = 0; end < SQZ_NOC_ENDS; end++) {
		noc->flit_out[end] = sqz_noc_flits_in(noc, &noc->flit_wire[end],
						      noc->flit_delay[end]);
		noc->credit_out[end] = sqz_noc_vcs_in(
		    noc, &noc->credit_wire[end], noc->credit_delay[end]);
	}
	noc->inject_out = sqz_noc_flits_in(
	    noc, &noc->flit_wire[SQZ_NOC_TO_ROUTER], noc->inject_delay);
	noc->eject_credit_out = sqz_noc_vcs_in(
	    noc, &noc->credit_wire[SQZ_NOC_TO_ROUTER], noc->eject_credit_delay);
}

static void step_flits(struct sqz_noc *noc)
{
	aim_wires(noc);
	sqz_noc_nodes_receive(noc);
	sqz_noc_routers_receive(noc);
	sqz_noc_nodes_send(noc);
	sqz_noc_switch_stage(noc);
	sqz_noc_vc_stage(noc);
	sqz_noc_release_stage(noc);
	sqz_noc_route_stage(noc);
}

int sqz_noc_step(struct sqz_noc *noc, struct sqz_error *err)
{
	if (sqz_noc_idle(noc)) {
		noc->cycle++;
		return 0;
	}
	if (noc->level)
		sqz_noc_level_step(noc);
	else
		step_flits(noc);
	noc->cycle++;
	return noc->fault || noc->cycle >= noc->watch_at
		   ? run_monitors(noc, err)
		   : 0;
}

uint64_t sqz_noc_cycle(const struct sqz_noc *noc)
{
	return noc->cycle;
}

bool sqz_noc_idle(const struct sqz_noc *noc)
{
	return !(noc->queued_packets | noc->in_network | noc->credits_out);
}

/* What is on a wire or in a stage, due in a slot of the wheels. */
static size_t count_due(const struct sqz_noc *noc, unsigned slot)
{
	size_t flits = noc->flit_wire[SQZ_NOC_TO_ROUTER].slots[slot].count +
		       noc->flit_wire[SQZ_NOC_TO_NODE].slots[slot].count;
	size_t credits = noc->credit_wire[SQZ_NOC_TO_ROUTER].slots[slot].count +
			 noc->credit_wire[SQZ_NOC_TO_NODE].slots[slot].count;

	return flits + credits + noc->routing.slots[slot].count +
	       noc->va_results.slots[slot].count +
	       noc->sa_results.slots[slot].count;
}

/* Cycles until something is due; UINT64_MAX if nothing is. */
static uint64_t until_due(const struct sqz_noc *noc)
{
	for (unsigned k = 0; k <= noc->wheel_mask; k++)
		if (count_due(noc, (noc->cycle + k) & noc->wheel_mask))
			return k;
	return UINT64_MAX;
}

uint64_t sqz_noc_quiet(const struct sqz_noc *noc)
{
	if (sqz_noc_idle(noc))
		return UINT64_MAX;
	if (noc->level || noc->fault ||
	    !(sqz_noc_none(noc, &noc->sa_awake) &&
	      sqz_noc_none(noc, &noc->va_awake) &&
	      sqz_noc_none(noc, &noc->sending) &&
	      sqz_noc_none(noc, &noc->ejecting)))
		return 0;
	uint64_t quiet = until_due(noc), watched = UINT64_MAX;
	if (noc->watch_at <= noc->cycle)
		watched = 0;
	else if (noc->watch_at < UINT64_MAX)
		watched = noc->watch_at - noc->cycle - 1;
	return quiet < watched ? quiet : watched;
}

int sqz_noc_skip(struct sqz_noc *noc, uint64_t cycles)
{
	if (cycles > sqz_noc_quiet(noc))
		return -1;
	noc->cycle += cycles;
	return 0;
}

void sqz_noc_set_sink(struct sqz_noc *noc, const struct sqz_noc_sink *sink)
{
	noc->sink = *sink;
}

unsigned sqz_noc_nodes(const struct sqz_noc *noc)
{
	return noc->nodes;
}

unsigned sqz_noc_routers(const struct sqz_noc *noc)
{
	return noc->routers;
}

unsigned sqz_noc_columns(const struct sqz_noc *noc)
{
	return noc->columns;
}

unsigned sqz_noc_ports(const struct sqz_noc *noc)
{
	return noc->ports;
}

const struct sqz_noc_config *sqz_noc_settings(const struct sqz_noc *noc)
{
	return &noc->config;
}

unsigned sqz_noc_class_vcs(const struct sqz_noc *noc, unsigned msg_class,
			   unsigned *count)
{
	*count = noc->class_count[msg_class];
	return noc->class_first[msg_class];
}
