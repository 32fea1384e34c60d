#include "noc/stages.h"
#include "noc/wire.h"

#include <string.h>

/*
 * Separable switch allocation. Of the VCs of an input port that want the same
 * output port one stands for the port (round robin over VCs); then iSLIP with
 * one iteration over ports: outputs grant, inputs accept.
 */

/* A result that is due later carries this beside the VC number. */
#define WON 256u

/* The front flit of input VC i crosses the switch. */
static inline void traverse(struct sqz_noc *noc, uint32_t router, unsigned i)
{
	size_t base = (size_t)router * noc->pv;
	size_t ports = (size_t)router * noc->ports;
	struct sqz_noc_masks *m = &noc->masks[router];
	struct sqz_noc_invc *in = &noc->invc[base + i];
	unsigned depth = noc->config.vc_depth, ov = in->out_vc;
	unsigned port = in->out_port;
	struct sqz_noc_outvc *out = &noc->outvc[base + ov];
	uint64_t flit = noc->flits[(base + i) * depth + in->head];
	unsigned tail = (flit & SQZ_FLIT_TAIL) != 0;

	in->head = (uint16_t)(in->head + 1u == depth ? 0 : in->head + 1u);
	unsigned more = --in->count > 0, credit = --out->credits > 0;
	m->filled &= ~((uint64_t)!more << i);
	m->sa_ready &= ~(1ull << i);
	m->sa_ready |= (uint64_t)(more & credit & !tail) << i;
	if (more & !credit & !tail)
		noc->stalls[ports + port].no_credit -= noc->cycle + 1;
	noc->link_flits[ports + port]++;

	struct sqz_noc_peer from = noc->peer[ports + noc->port_of[i]];
	sqz_noc_send_credit(noc, from.end, noc->credit_delay[from.end],
			    (struct sqz_noc_vc_event){
				from.place, from.vc_base + noc->vc_of[i] });
	struct sqz_noc_peer to = noc->peer[ports + port];
	sqz_noc_send_flit(noc, to.end, noc->flit_delay[to.end],
			  (struct sqz_noc_flit_event){
			      flit, to.place, to.vc_base + noc->vc_of[ov] });
	noc->released[noc->released_count] =
	    (struct sqz_noc_vc_event){ router, ov };
	noc->released_count += tail;
}

/* Bids of a router in a cycle, by input and output port. */
struct bids {
	uint16_t vc[8][8];  /* who stands for the pair: distance from the
			     * round-robin pointer << 8 | input VC number */
	uint8_t inputs[8];  /* output port -> input ports that ask, a mask */
	uint8_t waiting[8]; /* output port -> VCs that ask for it */
	unsigned outputs;   /* output ports that are asked for, a mask */
};

static inline void collect(const struct sqz_noc *noc, uint32_t router,
			   uint64_t asked, struct bids *bids)
{
	const struct sqz_noc_invc *invc = &noc->invc[router * noc->pv];
	const struct sqz_noc_rr *rr = &noc->rr[router * noc->ports];

	memset(bids->vc, 0xff, sizeof(bids->vc));
	memset(bids->inputs, 0, sizeof(bids->inputs));
	memset(bids->waiting, 0, sizeof(bids->waiting));
	bids->outputs = 0;
	for (; asked; asked &= asked - 1) {
		unsigned i = sqz_noc_lowest(asked);
		unsigned in = noc->port_of[i], out = invc[i].out_port;
		unsigned vc = noc->vc_of[i], first = rr[in].sa_vc;
		unsigned distance = vc - first + (vc < first ? noc->vcs : 0);
		uint16_t bid = (uint16_t)(distance << 8 | i);
		uint16_t best = bids->vc[in][out];
		bids->vc[in][out] = bid < best ? bid : best;
		bids->inputs[out] |= (uint8_t)(1u << in);
		bids->waiting[out]++;
		bids->outputs |= 1u << out;
	}
}

static inline void switch_won(struct sqz_noc *noc, uint32_t router, unsigned i,
			      unsigned out)
{
	struct sqz_noc_rr *rr = &noc->rr[router * noc->ports];
	unsigned in = noc->port_of[i];

	rr[out].sa_grant = sqz_noc_after(in, noc->ports);
	rr[in].sa_accept = sqz_noc_after(out, noc->ports);
	rr[in].sa_vc = sqz_noc_after(noc->vc_of[i], noc->vcs);
}

/* Outputs grant, inputs accept. Returns the winning VCs. */
static inline uint64_t match(struct sqz_noc *noc, uint32_t router,
			     const struct bids *bids)
{
	const struct sqz_noc_rr *rr = &noc->rr[router * noc->ports];
	struct sqz_noc_stalls *stalls = &noc->stalls[router * noc->ports];
	uint8_t grants[8] = { 0 };
	unsigned granted = 0;
	uint64_t winners = 0;

	for (unsigned left = bids->outputs; left; left &= left - 1) {
		unsigned out = sqz_noc_lowest(left);
		unsigned in =
		    sqz_noc_first_from(bids->inputs[out], rr[out].sa_grant);
		grants[in] |= (uint8_t)(1u << out);
		granted |= 1u << in;
		stalls[out].lost += bids->waiting[out];
	}
	for (; granted; granted &= granted - 1) {
		unsigned in = sqz_noc_lowest(granted);
		unsigned out = sqz_noc_first_from(grants[in], rr[in].sa_accept);
		unsigned i = bids->vc[in][out] & 0xff;
		switch_won(noc, router, i, out);
		stalls[out].lost--;
		winners |= 1ull << i;
	}
	return winners;
}

static inline uint64_t allocate(struct sqz_noc *noc, uint32_t router,
				uint64_t asked)
{
	struct bids bids;

	if (!(asked & (asked - 1))) {
		unsigned i = sqz_noc_lowest(asked);
		switch_won(noc, router, i,
			   noc->invc[router * noc->pv + i].out_port);
		return asked;
	}
	collect(noc, router, asked, &bids);
	return match(noc, router, &bids);
}

/* The stage takes several cycles: all that asked wait for their result. */
static void await_results(struct sqz_noc *noc, uint32_t router, uint64_t asked,
			  uint64_t winners)
{
	noc->masks[router].sa_ready &= ~asked;
	for (; asked; asked &= asked - 1) {
		unsigned i = sqz_noc_lowest(asked);
		unsigned won = winners >> i & 1 ? WON : 0;
		sqz_noc_post(noc, &noc->sa_results,
			     noc->config.sw_alloc_delay - 1,
			     (struct sqz_noc_vc_event){ router, i | won }, 1);
	}
}

static void apply_results(struct sqz_noc *noc)
{
	struct sqz_noc_vc_wheel *wheel = &noc->sa_results;
	unsigned slot = sqz_noc_slot_in(noc, 0);

	for (uint32_t k = 0; k < wheel->count[slot]; k++) {
		struct sqz_noc_vc_event event =
		    wheel->events[slot * wheel->capacity + k];
		struct sqz_noc_masks *m = &noc->masks[event.place];
		if (event.vc & WON)
			traverse(noc, event.place, event.vc & ~WON);
		else
			m->sa_ready |= 1ull << event.vc;
		sqz_noc_set_bit_if(noc->sa_awake, event.place,
				   m->sa_ready != 0);
	}
	wheel->count[slot] = 0;
}

/* Returns whether VCs are ready to bid in the next cycle. */
static inline bool switch_router(struct sqz_noc *noc, uint32_t router)
{
	uint64_t asked = noc->masks[router].sa_ready;
	uint64_t winners = allocate(noc, router, asked);

	if (noc->config.sw_alloc_delay > 1)
		await_results(noc, router, asked, winners);
	else
		for (; winners; winners &= winners - 1)
			traverse(noc, router, sqz_noc_lowest(winners));
	return noc->masks[router].sa_ready;
}

void sqz_noc_switch_stage(struct sqz_noc *noc)
{
	unsigned words = (noc->nodes + 63) / 64;

	for (unsigned w = 0; w < words; w++) {
		uint64_t left = noc->sa_awake[w], stay = 0;
		for (; left; left &= left - 1) {
			unsigned bit = sqz_noc_lowest(left);
			bool again = switch_router(noc, w * 64 + bit);
			stay |= (uint64_t)again << bit;
		}
		noc->sa_awake[w] = stay;
	}
	if (noc->config.sw_alloc_delay > 1)
		apply_results(noc);
}
