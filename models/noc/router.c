#include "noc/router.h"

#include "noc/wire.h"

/*
 * One cycle of a router, in the order VC allocation, switch allocation,
 * routing. Each works on what was there when the cycle began: `bids` is taken
 * before VC allocation adds to sa_ready; VC allocation comes before the switch,
 * so it does not see output VCs that are released in this cycle; routing comes
 * last, so its results compete in the next cycle. That is one pipeline stage a
 * cycle, without double buffering.
 */

/* XY dimension order: first along the row, then along the column. */
static inline unsigned route_xy(const struct sqz_noc *noc, uint32_t router,
				uint32_t dst)
{
	if (noc->x[dst] != noc->x[router])
		return noc->x[dst] > noc->x[router] ? SQZ_NOC_EAST
						    : SQZ_NOC_WEST;
	if (noc->y[dst] != noc->y[router])
		return noc->y[dst] > noc->y[router] ? SQZ_NOC_SOUTH
						    : SQZ_NOC_NORTH;
	return SQZ_NOC_LOCAL;
}

/* The head at the front asks for an output VC, from cycle `begin` on. */
static void enter_va(struct sqz_noc *noc, uint32_t router, unsigned i,
		     uint64_t begin)
{
	struct sqz_noc_invc *in = &noc->invc[router * noc->pv + i];
	uint64_t flit =
	    noc->flits[(size_t)(router * noc->pv + i) * noc->config.vc_depth +
		       in->head];
	struct sqz_noc_slot *packet = &noc->pool.slots[sqz_noc_flit_slot(flit)];
	unsigned out = route_xy(noc, router, packet->info.dst);

	packet->info.hops++;
	in->out_port = (uint8_t)out;
	noc->want[router * noc->ports + out] |= 1ull << i;
	noc->masks[router].va_wait |= 1ull << i;
	noc->stalls[router * noc->ports + out].vc_busy -= begin;
}

/* A head has come to the front of an input VC. `in_time`: before the routers
 * of this cycle have run, so that its first stage is this cycle's. */
static void enter_routing(struct sqz_noc *noc, uint32_t router, unsigned i,
			  bool in_time)
{
	unsigned delay = noc->config.routing_delay;

	if (!delay) {
		enter_va(noc, router, i, noc->cycle + !in_time);
		return;
	}
	unsigned slot = noc->route_slot;
	if (in_time)
		slot = slot ? slot - 1 : delay - 1;
	noc->route_pipe[router * delay + slot] |= 1ull << i;
	noc->masks[router].routing |= 1ull << i;
}

static void route_stage(struct sqz_noc *noc, uint32_t router, uint64_t done)
{
	noc->masks[router].routing &= ~done;
	for (; done; done &= done - 1)
		enter_va(noc, router, sqz_noc_lowest(done), noc->cycle + 1);
}

/* --- VC allocation --- */

static void take_vc(struct sqz_noc *noc, uint32_t router, unsigned i,
		    unsigned ov)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	struct sqz_noc_outvc *out = &noc->outvc[router * noc->pv + ov];
	size_t link = router * noc->ports + noc->port_of[ov];

	m->out_free &= ~(1ull << ov);
	m->va_wait &= ~(1ull << i);
	m->active |= 1ull << i;
	noc->want[link] &= ~(1ull << i);
	noc->stalls[link].vc_busy +=
	    noc->cycle - (noc->config.vc_alloc_delay - 1);
	noc->invc[router * noc->pv + i].out_vc = (uint8_t)ov;
	out->owner = (uint8_t)i;
	if (out->credits)
		m->sa_ready |= 1ull << i;
	else
		noc->stalls[link].no_credit -= noc->cycle + 1;
}

/* Input VC i accepts output VC ov: the pointers of both move on, the result
 * counts when the stage ends. */
static inline void accept_vc(struct sqz_noc *noc, uint32_t router, unsigned i,
			     unsigned ov)
{
	struct sqz_noc_invc *in = &noc->invc[router * noc->pv + i];

	in->va_accept = sqz_noc_after(ov, noc->pv);
	noc->outvc[router * noc->pv + ov].va_grant = sqz_noc_after(i, noc->pv);
	if (noc->config.vc_alloc_delay == 1)
		take_vc(noc, router, i, ov);
	else
		in->va_grant = (uint8_t)ov;
}

/* Several heads want VCs of one port: every free output VC grants one of them,
 * a head accepts one of its grants. Returns those that got one. */
static uint64_t allocate_contended(struct sqz_noc *noc, uint32_t router,
				   uint64_t group, uint64_t free)
{
	const struct sqz_noc_outvc *out = &noc->outvc[router * noc->pv];
	uint64_t grants[64], winners = 0;

	for (; free; free &= free - 1) {
		unsigned ov = sqz_noc_lowest(free);
		uint64_t asking = group & noc->class_mask[noc->class_of[ov]];
		if (!asking)
			continue;
		unsigned i = sqz_noc_first_from(asking, out[ov].va_grant);
		if (!(winners >> i & 1))
			grants[i] = 0;
		grants[i] |= 1ull << ov;
		winners |= 1ull << i;
	}
	for (uint64_t left = winners; left; left &= left - 1) {
		unsigned i = sqz_noc_lowest(left);
		uint8_t start = noc->invc[router * noc->pv + i].va_accept;
		accept_vc(noc, router, i, sqz_noc_first_from(grants[i], start));
	}
	return winners;
}

static uint64_t allocate_port(struct sqz_noc *noc, uint32_t router,
			      uint64_t group, uint64_t free)
{
	if (group & (group - 1))
		return allocate_contended(noc, router, group, free);
	unsigned i = sqz_noc_lowest(group);
	free &= noc->class_mask[noc->class_of[i]];
	if (!free)
		return 0;
	uint8_t start = noc->invc[router * noc->pv + i].va_accept;
	accept_vc(noc, router, i, sqz_noc_first_from(free, start));
	return group;
}

/* Losers whose class has no free VC left at the port need not ask again
 * before one is released. */
static void block_losers(struct sqz_noc *noc, uint32_t router, unsigned port,
			 uint64_t losers)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	uint64_t free = m->out_free & noc->port_mask[port];

	for (uint64_t left = losers; left; left &= left - 1) {
		unsigned i = sqz_noc_lowest(left);
		if (free & noc->class_mask[noc->class_of[i]])
			continue;
		m->va_wait &= ~(1ull << i);
		m->va_blocked |= 1ull << i;
	}
}

/* The stage takes several cycles: all that asked wait for the result. */
static void va_enter_pipe(struct sqz_noc *noc, uint32_t router, uint64_t asked,
			  uint64_t winners)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	unsigned delay = noc->config.vc_alloc_delay;
	unsigned slot = noc->va_slot ? noc->va_slot - 1 : delay - 1;

	m->va_wait &= ~asked;
	m->piped |= asked;
	noc->va_pipe[router * delay + slot] |= asked;
	for (uint64_t left = asked & ~winners; left; left &= left - 1)
		noc->invc[router * noc->pv + sqz_noc_lowest(left)].va_grant =
		    UINT8_MAX;
}

/* Results of a delayed stage. An output VC may have been taken meanwhile. */
static void va_leave_pipe(struct sqz_noc *noc, uint32_t router)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	unsigned delay = noc->config.vc_alloc_delay;
	uint64_t *pipe = &noc->va_pipe[router * delay + noc->va_slot];
	uint64_t done = *pipe;

	*pipe = 0;
	m->piped &= ~done;
	for (; done; done &= done - 1) {
		unsigned i = sqz_noc_lowest(done);
		uint8_t ov = noc->invc[router * noc->pv + i].va_grant;
		if (ov != UINT8_MAX && (m->out_free >> ov & 1))
			take_vc(noc, router, i, ov);
		else
			m->va_wait |= 1ull << i;
	}
}

static void va_stage(struct sqz_noc *noc, uint32_t router)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	bool piped = noc->config.vc_alloc_delay > 1;
	uint64_t asked = m->va_wait, winners = 0;

	for (uint64_t left = asked; left;) {
		unsigned first = sqz_noc_lowest(left);
		unsigned port = noc->invc[router * noc->pv + first].out_port;
		uint64_t group = left & noc->want[router * noc->ports + port];
		uint64_t won = allocate_port(
		    noc, router, group, m->out_free & noc->port_mask[port]);
		winners |= won;
		left &= ~group;
		if (!piped && group != won)
			block_losers(noc, router, port, group & ~won);
	}
	if (piped) {
		va_leave_pipe(noc, router);
		va_enter_pipe(noc, router, asked, winners);
	}
}

/* --- switch allocation and traversal --- */

static inline void forward(struct sqz_noc *noc, uint32_t router, unsigned port,
			   unsigned vc, uint64_t flit)
{
	struct sqz_noc_peer peer = noc->peer[router * noc->ports + port];

	if (port >= SQZ_NOC_LOCAL)
		sqz_noc_send_flit(
		    noc, &noc->to_node, noc->eject_delay,
		    (struct sqz_noc_flit_event){ flit, peer.router, vc });
	else
		sqz_noc_send_flit(
		    noc, &noc->to_router, noc->link_delay,
		    (struct sqz_noc_flit_event){ flit, peer.router,
						 peer.port * noc->vcs + vc });
}

/* The buffer place that a flit leaves is told to whoever fills it. */
static inline void return_credit(struct sqz_noc *noc, uint32_t router,
				 unsigned i)
{
	unsigned port = noc->port_of[i], vc = noc->vc_of[i];
	struct sqz_noc_peer peer = noc->peer[router * noc->ports + port];

	if (port >= SQZ_NOC_LOCAL)
		sqz_noc_send_credit(noc, &noc->credit_node,
				    noc->inject_credit_delay, peer.router, vc);
	else
		sqz_noc_send_credit(noc, &noc->credit_router, noc->credit_delay,
				    peer.router, peer.port * noc->vcs + vc);
}

static void release_vc(struct sqz_noc *noc, uint32_t router, unsigned i,
		       unsigned ov)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	unsigned port = noc->port_of[ov];
	uint64_t woken = m->va_blocked & noc->class_mask[noc->class_of[ov]] &
			 noc->want[router * noc->ports + port];

	m->out_free |= 1ull << ov;
	m->active &= ~(1ull << i);
	m->va_blocked &= ~woken;
	m->va_wait |= woken;
	if (m->filled >> i & 1)
		enter_routing(noc, router, i, false);
}

static inline uint64_t pop_flit(struct sqz_noc *noc, uint32_t router,
				unsigned i)
{
	struct sqz_noc_invc *in = &noc->invc[router * noc->pv + i];
	unsigned depth = noc->config.vc_depth;
	uint64_t flit =
	    noc->flits[(size_t)(router * noc->pv + i) * depth + in->head];

	in->head = (uint16_t)(in->head + 1u == depth ? 0 : in->head + 1);
	if (!--in->count)
		noc->masks[router].filled &= ~(1ull << i);
	return flit;
}

/* The front flit of input VC i crosses the switch. */
static void traverse(struct sqz_noc *noc, uint32_t router, unsigned i)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	unsigned ov = noc->invc[router * noc->pv + i].out_vc;
	unsigned port = noc->port_of[ov];
	size_t link = router * noc->ports + port;
	struct sqz_noc_outvc *out = &noc->outvc[router * noc->pv + ov];
	uint64_t flit = pop_flit(noc, router, i);

	noc->link_flits[link]++;
	noc->flit_hops++;
	out->credits--;
	return_credit(noc, router, i);
	forward(noc, router, port, noc->vc_of[ov], flit);
	m->sa_ready &= ~(1ull << i);
	if (flit & SQZ_FLIT_TAIL) {
		release_vc(noc, router, i, ov);
		return;
	}
	if (!(m->filled >> i & 1))
		return;
	if (out->credits)
		m->sa_ready |= 1ull << i;
	else
		noc->stalls[link].no_credit -= noc->cycle + 1;
}

/* Bids of a cycle: for each pair of ports the VC that stands for it. */
struct bids {
	uint8_t vc[8][8];   /* input port, output port -> input VC number */
	uint8_t inputs[8];  /* output port -> input ports that ask, a mask */
	uint8_t waiting[8]; /* output port -> VCs that ask for it */
	uint8_t outputs;    /* output ports that are asked for */
};

/* Of the VCs of an input port that want the same output, the first from the
 * round-robin pointer on stands for the port. */
static void collect_port(const struct sqz_noc *noc, uint32_t router,
			 unsigned port, uint64_t vcs, struct bids *bids)
{
	unsigned base = port * noc->vcs;
	unsigned start = base + noc->rr[router * noc->ports + port].sa_vc;
	uint64_t part = vcs & (~0ull << start);

	for (int half = 0; half < 2; half++, part = vcs & ~(~0ull << start))
		for (; part; part &= part - 1) {
			unsigned i = sqz_noc_lowest(part);
			unsigned out = noc->invc[router * noc->pv + i].out_port;
			bids->waiting[out]++;
			if (bids->inputs[out] >> port & 1)
				continue;
			bids->inputs[out] |= (uint8_t)(1u << port);
			bids->outputs |= (uint8_t)(1u << out);
			bids->vc[port][out] = (uint8_t)i;
		}
}

static inline void switch_won(struct sqz_noc *noc, uint32_t router, unsigned i,
			      unsigned out)
{
	unsigned in = noc->port_of[i];
	struct sqz_noc_rr *rr = &noc->rr[router * noc->ports];

	rr[out].sa_grant = sqz_noc_after(in, noc->ports);
	rr[in].sa_accept = sqz_noc_after(out, noc->ports);
	rr[in].sa_vc = sqz_noc_after(noc->vc_of[i], noc->vcs);
}

/* iSLIP over ports: outputs grant, inputs accept. Returns the winning VCs. */
static uint64_t match_ports(struct sqz_noc *noc, uint32_t router,
			    struct bids *bids)
{
	const struct sqz_noc_rr *rr = &noc->rr[router * noc->ports];
	uint8_t grants[8] = { 0 };
	unsigned granted = 0;
	uint64_t winners = 0;

	for (unsigned left = bids->outputs; left; left &= left - 1) {
		unsigned out = sqz_noc_lowest(left);
		unsigned in =
		    sqz_noc_first_from(bids->inputs[out], rr[out].sa_grant);
		grants[in] |= (uint8_t)(1u << out);
		granted |= 1u << in;
	}
	for (; granted; granted &= granted - 1) {
		unsigned in = sqz_noc_lowest(granted);
		unsigned out = sqz_noc_first_from(grants[in], rr[in].sa_accept);
		unsigned i = bids->vc[in][out];
		switch_won(noc, router, i, out);
		bids->waiting[out]--;
		winners |= 1ull << i;
	}
	return winners;
}

static uint64_t switch_alloc(struct sqz_noc *noc, uint32_t router,
			     uint64_t asked)
{
	struct bids bids = { .outputs = 0 };

	for (uint64_t left = asked; left;) {
		unsigned port = noc->port_of[sqz_noc_lowest(left)];
		collect_port(noc, router, port, left & noc->port_mask[port],
			     &bids);
		left &= ~noc->port_mask[port];
	}
	uint64_t winners = match_ports(noc, router, &bids);
	for (unsigned left = bids.outputs; left; left &= left - 1) {
		unsigned out = sqz_noc_lowest(left);
		noc->stalls[router * noc->ports + out].lost +=
		    bids.waiting[out];
	}
	return winners;
}

/* The stage takes several cycles: who asked waits for the result. Returns the
 * winners whose time has come. */
static uint64_t sa_pipe(struct sqz_noc *noc, uint32_t router, uint64_t asked,
			uint64_t winners)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	unsigned delay = noc->config.sw_alloc_delay;
	size_t now = router * delay + noc->sa_slot;
	unsigned slot = noc->sa_slot ? noc->sa_slot - 1 : delay - 1;
	uint64_t done = noc->sa_pipe[now], won = noc->sa_won[now];

	noc->sa_pipe[now] = noc->sa_won[now] = 0;
	noc->sa_pipe[router * delay + slot] |= asked;
	noc->sa_won[router * delay + slot] |= winners;
	m->piped = (m->piped & ~done) | asked;
	m->sa_ready = (m->sa_ready & ~asked) | (done & ~won);
	return won;
}

static void sa_stage(struct sqz_noc *noc, uint32_t router, uint64_t asked)
{
	uint64_t winners = asked;

	if (asked & (asked - 1)) {
		winners = switch_alloc(noc, router, asked);
	} else if (asked) {
		unsigned i = sqz_noc_lowest(asked);
		switch_won(noc, router, i,
			   noc->invc[router * noc->pv + i].out_port);
	}
	if (noc->config.sw_alloc_delay > 1)
		winners = sa_pipe(noc, router, asked, winners);
	for (; winners; winners &= winners - 1)
		traverse(noc, router, sqz_noc_lowest(winners));
}

/* Returns whether the router must run in the next cycle. */
static bool router_step(struct sqz_noc *noc, uint32_t router)
{
	struct sqz_noc_masks *m = &noc->masks[router];
	unsigned delay = noc->config.routing_delay;
	uint64_t asked = m->sa_ready, routed = 0;

	if (m->routing) {
		uint64_t *pipe =
		    &noc->route_pipe[router * delay + noc->route_slot];
		routed = *pipe;
		*pipe = 0;
	}
	if (m->va_wait | m->piped)
		va_stage(noc, router);
	if (asked | m->piped)
		sa_stage(noc, router, asked);
	if (routed)
		route_stage(noc, router, routed);
	return m->routing | m->va_wait | m->sa_ready | m->piped;
}

void sqz_noc_routers_step(struct sqz_noc *noc)
{
	unsigned words = (noc->nodes + 63) / 64;

	for (unsigned w = 0; w < words; w++)
		for (uint64_t left = noc->awake[w]; left; left &= left - 1) {
			unsigned bit = sqz_noc_lowest(left);
			if (!router_step(noc, w * 64 + bit))
				noc->awake[w] &= ~(1ull << bit);
		}
}

/* --- arrivals --- */

static void receive_flit(struct sqz_noc *noc,
			 const struct sqz_noc_flit_event *event)
{
	uint32_t router = event->place;
	unsigned i = event->vc, depth = noc->config.vc_depth;
	struct sqz_noc_masks *m = &noc->masks[router];
	struct sqz_noc_invc *in = &noc->invc[router * noc->pv + i];

	if (in->count >= depth) {
		sqz_noc_fault(noc, "buffer overflow", router, i);
		return;
	}
	unsigned place = in->head + in->count++;
	if (place >= depth)
		place -= depth;
	noc->flits[(size_t)(router * noc->pv + i) * depth + place] =
	    event->flit;
	if (m->filled >> i & 1)
		return;
	m->filled |= 1ull << i;
	sqz_noc_set_bit(noc->awake, router);
	if (!(m->active >> i & 1))
		enter_routing(noc, router, i, true);
	else if (noc->outvc[router * noc->pv + in->out_vc].credits)
		m->sa_ready |= 1ull << i;
	else
		noc->stalls[router * noc->ports + in->out_port].no_credit -=
		    noc->cycle;
}

static void receive_credit(struct sqz_noc *noc,
			   const struct sqz_noc_credit_event *event)
{
	uint32_t router = event->place;
	unsigned ov = event->vc;
	struct sqz_noc_masks *m = &noc->masks[router];
	struct sqz_noc_outvc *out = &noc->outvc[router * noc->pv + ov];

	if (out->credits >= noc->config.vc_depth)
		sqz_noc_fault(noc, "a credit too many", router, ov);
	if (out->credits++ || (m->out_free >> ov & 1))
		return;
	if (!(m->filled >> out->owner & 1))
		return;
	m->sa_ready |= 1ull << out->owner;
	sqz_noc_set_bit(noc->awake, router);
	noc->stalls[router * noc->ports + noc->port_of[ov]].no_credit +=
	    noc->cycle;
}

void sqz_noc_routers_receive(struct sqz_noc *noc)
{
	unsigned slot = (unsigned)noc->cycle & noc->wheel_mask;
	struct sqz_noc_credit_wheel *credits = &noc->credit_router;
	struct sqz_noc_flit_wheel *flits = &noc->to_router;

	for (uint32_t k = 0; k < credits->count[slot]; k++)
		receive_credit(noc,
			       &credits->events[slot * credits->capacity + k]);
	noc->credits_out -= credits->count[slot];
	credits->count[slot] = 0;
	for (uint32_t k = 0; k < flits->count[slot]; k++)
		receive_flit(noc, &flits->events[slot * flits->capacity + k]);
	flits->count[slot] = 0;
}
