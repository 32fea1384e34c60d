/*
 * Looks for VCs that wait for each other in a cycle.
 *
 * An input VC waits
 *  - with a flit and an output VC, but no credit: for the buffer it leads to;
 *  - with a head, but no output VC: for those that hold the ones it may take,
 *    any of them will do;
 *  - with an output VC, but no flit: for the VC that sends to it.
 * What waits for nothing, or for something outside of the routers, can move;
 * so can what waits for something that can move. If VCs are left over, each of
 * them waits for others that are left over: following these leads into a cycle.
 *
 * At packet level an input VC whose packet is leaving waits for the VC that it
 * leaves for; one whose packet has not begun to, for those that hold the output
 * VCs, or for the buffer behind a free one without enough room. This holds
 * between events: with one under way nothing is said to be stuck.
 */
#include "noc/deadlock.h"
#include "noc/level.h"
#include "noc/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct search {
	const struct sqz_noc *noc;
	unsigned char *live; /* by input VC: can move, or may soon */
};

/* Input VCs that one may wait for: at most one for each VC of a port. */
struct targets {
	size_t vc[64];
	unsigned count;
};

static uint32_t front_flit(const struct sqz_noc *noc, size_t vc)
{
	return noc->flits[vc * noc->config.vc_depth + noc->invc[vc].head];
}

/* The input VC behind an output VC that does not lead to a node. */
static size_t vc_behind(const struct sqz_noc *noc, uint32_t router, unsigned ov)
{
	unsigned port = noc->port_of[ov];
	size_t place = noc->peer[router * noc->ports + port];

	return place * noc->pv + noc->entry_of[ov];
}

static bool leads_to_node(const struct sqz_noc *noc, unsigned ov)
{
	return noc->end[noc->port_of[ov]] == SQZ_NOC_TO_NODE;
}

/* The buffer behind the output VC; none if it is a node's. */
static void wait_for_credit(const struct sqz_noc *noc, uint32_t router,
			    unsigned ov, struct targets *t)
{
	if (leads_to_node(noc, ov))
		return;
	size_t to = vc_behind(noc, router, ov);
	if (noc->invc[to].count == noc->config.vc_depth)
		t->vc[t->count++] = to;
}

static void wait_for_vc(const struct sqz_noc *noc, uint32_t router, unsigned i,
			struct targets *t)
{
	const struct sqz_noc_masks *m = &noc->masks[router];
	const struct sqz_noc_outvc *out = &noc->outvc[router * noc->pv];
	unsigned port = noc->invc[router * noc->pv + i].out_port;
	uint64_t wanted = sqz_noc_takeable(noc, m, i) & noc->port_mask[port];

	if (!((m->va_wait | m->va_blocked) >> i & 1) || (wanted & m->out_free))
		return;
	for (; wanted; wanted &= wanted - 1)
		t->vc[t->count++] = (size_t)router * noc->pv +
				    out[sqz_noc_lowest(wanted)].owner;
}

/* The VC that feeds input VC i; none if a node does. */
static void wait_for_flit(const struct sqz_noc *noc, uint32_t router,
			  unsigned i, struct targets *t)
{
	unsigned port = noc->port_of[i];
	size_t place = noc->peer[router * noc->ports + port];
	unsigned ov = noc->entry_of[i];

	if (noc->end[port] == SQZ_NOC_TO_NODE)
		return;
	t->vc[t->count++] =
	    place * noc->pv + noc->outvc[place * noc->pv + ov].owner;
}

/* --- at packet level --- */

/* The input VC whose packet leaves by output VC ov. */
static unsigned owner_of(const struct sqz_noc *noc, uint32_t router,
			 unsigned ov)
{
	uint64_t left = noc->masks[router].active;

	while (noc->invc[router * noc->pv + sqz_noc_lowest(left)].out_vc != ov)
		left &= left - 1;
	return sqz_noc_lowest(left);
}

/* The packet in front wants an output VC with room; any of them will do. */
static void level_wait_to_leave(const struct sqz_noc *noc, size_t vc,
				struct targets *t)
{
	uint32_t router = (uint32_t)(vc / noc->pv);
	unsigned port = noc->invc[vc].out_port;
	const struct sqz_noc_masks *m = &noc->masks[router];
	uint64_t wanted = sqz_noc_takeable(noc, m, (unsigned)(vc % noc->pv)) &
			  noc->port_mask[port];

	if (noc->end[port] == SQZ_NOC_TO_NODE)
		return;
	for (; wanted; wanted &= wanted - 1) {
		unsigned ov = sqz_noc_lowest(wanted);
		t->vc[t->count++] =
		    m->out_free >> ov & 1
			? vc_behind(noc, router, ov)
			: router * noc->pv + owner_of(noc, router, ov);
	}
}

static struct targets level_targets_of(const struct sqz_noc *noc, size_t vc)
{
	uint32_t router = (uint32_t)(vc / noc->pv);
	bool leaving = noc->masks[router].active >> (vc % noc->pv) & 1;
	unsigned ov = noc->invc[vc].out_vc;
	struct targets t = { .count = 0 };

	if (leaving && !leads_to_node(noc, ov))
		t.vc[t.count++] = vc_behind(noc, router, ov);
	else if (!leaving && noc->level->fifo[vc].first != SQZ_NOC_NONE)
		level_wait_to_leave(noc, vc, &t);
	return t;
}

/* What an input VC waits for; nothing if it can move. */
static struct targets targets_of(const struct sqz_noc *noc, size_t vc)
{
	if (noc->level)
		return level_targets_of(noc, vc);

	uint32_t router = (uint32_t)(vc / noc->pv);
	unsigned i = (unsigned)(vc % noc->pv);
	const struct sqz_noc_masks *m = &noc->masks[router];
	bool filled = m->filled >> i & 1, active = m->active >> i & 1;
	struct targets t = { .count = 0 };

	if (active && filled) {
		if (!noc->outvc[router * noc->pv + noc->invc[vc].out_vc]
			 .credits)
			wait_for_credit(noc, router, noc->invc[vc].out_vc, &t);
	} else if (filled) {
		wait_for_vc(noc, router, i, &t);
	} else if (active) {
		wait_for_flit(noc, router, i, &t);
	}
	return t;
}

/* The first of them that cannot move; SIZE_MAX if one can, or there is none. */
static size_t first_stuck(const struct search *s, const struct targets *t)
{
	for (unsigned k = 0; k < t->count; k++)
		if (s->live[t->vc[k]])
			return SIZE_MAX;
	return t->count ? t->vc[0] : SIZE_MAX;
}

/* Returns a VC that can never move, SIZE_MAX if all can. */
static size_t spread_life(struct search *s)
{
	size_t all = (size_t)s->noc->routers * s->noc->pv, stuck;
	bool changed = true;

	while (changed) {
		changed = false;
		stuck = SIZE_MAX;
		for (size_t vc = 0; vc < all; vc++) {
			if (s->live[vc])
				continue;
			struct targets t = targets_of(s->noc, vc);
			s->live[vc] = first_stuck(s, &t) == SIZE_MAX;
			changed |= s->live[vc];
			if (!s->live[vc])
				stuck = vc;
		}
	}
	return stuck;
}

static size_t next_of(const struct search *s, size_t vc)
{
	struct targets t = targets_of(s->noc, vc);

	return first_stuck(s, &t);
}

static uint32_t front_slot(const struct sqz_noc *noc, size_t vc)
{
	if (noc->level)
		return noc->level->fifo[vc].first;
	return noc->invc[vc].count ? sqz_noc_flit_slot(front_flit(noc, vc))
				   : SQZ_NOC_NONE;
}

static struct sqz_noc_wait describe(const struct sqz_noc *noc, size_t vc)
{
	unsigned i = (unsigned)(vc % noc->pv);
	struct sqz_noc_wait wait = {
		.router = (unsigned)(vc / noc->pv),
		.port = noc->port_of[i],
		.vc = noc->vc_of[i],
		.src = noc->nodes,
		.dst = noc->nodes,
	};

	uint32_t slot = front_slot(noc, vc);
	if (slot != SQZ_NOC_NONE) {
		wait.src = noc->pool.slots[slot].info.src;
		wait.dst = noc->pool.slots[slot].info.dst;
	}
	return wait;
}

/* After as many steps as there are VCs the walk is on the cycle. */
static unsigned walk(const struct search *s, size_t stuck,
		     struct sqz_noc_wait *waits, unsigned max)
{
	size_t all = (size_t)s->noc->routers * s->noc->pv, at = stuck;
	unsigned count = 0;

	for (size_t k = 0; k < all; k++)
		at = next_of(s, at);
	stuck = at;
	do {
		if (count < max)
			waits[count] = describe(s->noc, at);
		count++;
		at = next_of(s, at);
	} while (at != stuck);
	return count;
}

unsigned sqz_noc_find_deadlock(const struct sqz_noc *noc,
			       struct sqz_noc_wait *waits, unsigned max)
{
	size_t all = (size_t)noc->routers * noc->pv;
	bool moving = noc->level && noc->credits_out;
	struct search s = { noc, moving ? NULL : calloc(all, 1) };

	if (!s.live)
		return 0;
	size_t stuck = spread_life(&s);
	unsigned count = stuck == SIZE_MAX ? 0 : walk(&s, stuck, waits, max);
	free(s.live);
	return count;
}

#define REPORTED 6

int sqz_noc_report_deadlock(const struct sqz_noc *noc, char *text, size_t size)
{
	struct sqz_noc_wait waits[REPORTED];
	unsigned count = sqz_noc_find_deadlock(noc, waits, REPORTED);
	size_t used = 0;

	if (!count)
		return 0;
	for (unsigned k = 0; k < count && k < REPORTED; k++) {
		const struct sqz_noc_wait *w = &waits[k];
		used += (size_t)snprintf(
		    text + used, size - used, "%srouter %u %s VC %u",
		    k ? " -> " : "", w->router, sqz_noc_port_name(noc, w->port),
		    w->vc);
		if (w->src < noc->nodes)
			used += (size_t)snprintf(text + used, size - used,
						 " (%u to %u)", w->src, w->dst);
	}
	snprintf(text + used, size - used, "%s",
		 count > REPORTED ? " -> ..." : " -> the first");
	return (int)count;
}
