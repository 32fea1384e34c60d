#include "noc/stages.h"
#include "noc/wire.h"

/*
 * Separable switch allocation. Of the VCs of an input port that want the same
 * output port one stands for the port (round robin over VCs); then iSLIP with
 * one iteration over ports: outputs grant, inputs accept, and pointers move on
 * where a grant was accepted.
 */

/* A result that is due later carries this beside the VC number. */
#define WON 128u

/* A router's parts of the arrays. */
struct router {
	struct sqz_noc_masks *masks;
	struct sqz_noc_invc *invc;
	struct sqz_noc_outvc *outvc;
	struct sqz_noc_rr *rr;
	struct sqz_noc_stalls *stalls;
	const uint32_t *peer, *flits;
	const uint64_t *toward;
	uint64_t *link_flits;
	uint32_t number;
};

static inline struct router part_of(const struct sqz_noc *noc, uint32_t number)
{
	size_t vc = (size_t)number * noc->pv;
	size_t port = (size_t)number * noc->ports;

	return (struct router){
		.masks = noc->masks + number,
		.invc = noc->invc + vc,
		.outvc = noc->outvc + vc,
		.rr = noc->rr + port,
		.stalls = noc->stalls + port,
		.peer = noc->peer + port,
		.flits = noc->flits + vc * noc->config.vc_depth,
		.toward = noc->toward + port,
		.link_flits = noc->link_flits + port,
		.number = number,
	};
}

/* The flit goes out, the place it leaves is told to whoever fills it. */
static inline void send(struct sqz_noc *noc, const struct router *r, unsigned i,
			unsigned out, unsigned ov, uint32_t flit)
{
	unsigned in = noc->port_of[i];

	sqz_noc_send_flit(noc->flit_out[noc->end[out]], flit,
			  sqz_noc_at(r->peer[out], noc->entry_of[ov]));
	sqz_noc_post(noc->credit_out[noc->end[in]],
		     sqz_noc_at(r->peer[in], noc->entry_of[i]), 1);
	noc->credits_out++;
	r->link_flits[out]++;
}

/* The front flit of input VC i crosses the switch. */
static SQZ_NOC_HOT void traverse(struct sqz_noc *noc, const struct router *r,
				 unsigned i)
{
	struct sqz_noc_invc *in = &r->invc[i];
	unsigned depth = noc->config.vc_depth, ov = in->out_vc;
	unsigned out = in->out_port, head = in->head;
	uint32_t flit = r->flits[i * depth + head];
	unsigned tail = (flit & SQZ_FLIT_TAIL) != 0;

	in->head = (uint8_t)(head + 1 == depth ? 0 : head + 1);
	unsigned more = --in->count > 0, credit = --r->outvc[ov].credits > 0;
	unsigned ready = more & credit & !tail;
	r->masks->filled &= ~((uint64_t)!more << i);
	r->masks->sa_ready &= ~((uint64_t)!ready << i);
	if (more & !credit & !tail)
		r->stalls[out].no_credit -= noc->cycle + 1;
	send(noc, r, i, out, ov, flit);
	sqz_noc_post(&noc->released, sqz_noc_at(r->number, ov), tail);
}

static inline void switch_won(const struct sqz_noc *noc, const struct router *r,
			      unsigned i, unsigned out)
{
	unsigned in = noc->port_of[i];

	r->rr[out].grant = noc->next_port[i];
	r->rr[in].accept = sqz_noc_after(out, noc->ports);
	r->rr[in].vc = noc->next_vc[i];
}

/* Returns the winners of those that asked. */
static inline uint64_t allocate(const struct sqz_noc *noc,
				const struct router *r, uint64_t asked)
{
	uint8_t grants[8] = { 0 }; /* input port -> outputs, a mask */
	uint8_t chosen[8][8];	   /* input, output port -> VC number */
	uint64_t winners = 0;
	unsigned granted = 0;

	while (asked) {
		unsigned out = r->invc[sqz_noc_lowest(asked)].out_port;
		uint64_t bids = asked & r->toward[out];
		asked &= ~bids;
		unsigned in =
		    noc->port_of[sqz_noc_first_from(bids, r->rr[out].grant)];
		chosen[in][out] = (uint8_t)sqz_noc_first_from(
		    bids & noc->port_mask[in], r->rr[in].vc);
		grants[in] |= (uint8_t)(1u << out);
		granted |= 1u << in;
	}
	for (; granted; granted &= granted - 1) {
		unsigned in = sqz_noc_lowest(granted);
		unsigned out = sqz_noc_first_from(grants[in], r->rr[in].accept);
		switch_won(noc, r, chosen[in][out], out);
		winners |= 1ull << chosen[in][out];
	}
	return winners;
}

/* The stage takes several cycles: all that asked wait for their result. */
static void await_results(struct sqz_noc *noc, const struct router *r,
			  uint64_t asked, uint64_t winners)
{
	struct sqz_noc_vc_list *list = sqz_noc_vcs_in(
	    noc, &noc->sa_results, noc->config.sw_alloc_delay - 1);

	r->masks->sa_ready &= ~asked;
	for (; asked; asked &= asked - 1) {
		unsigned i = sqz_noc_lowest(asked);
		unsigned won = winners >> i & 1 ? WON : 0;
		sqz_noc_post(list, sqz_noc_at(r->number, i | won), 1);
	}
}

static void apply_results(struct sqz_noc *noc)
{
	struct sqz_noc_vc_list *list = sqz_noc_vcs_in(noc, &noc->sa_results, 0);

	for (size_t k = 0; k < list->count; k++) {
		struct sqz_noc_vc_event event = list->events[k];
		struct router r = part_of(noc, event.place);
		unsigned i = event.vc & ~WON;
		r.masks->sa_ready |= 1ull << i;
		if (event.vc & WON)
			traverse(noc, &r, i);
		sqz_noc_add_if(&noc->sa_awake, event.place,
			       r.masks->sa_ready != 0);
	}
	list->count = 0;
}

static void count_losers(const struct router *r, uint64_t losers)
{
	for (; losers; losers &= losers - 1)
		r->stalls[r->invc[sqz_noc_lowest(losers)].out_port].lost++;
}

static SQZ_NOC_RARE void switch_many(struct sqz_noc *noc, uint32_t number,
				     uint64_t asked)
{
	struct router r = part_of(noc, number);
	uint64_t winners = allocate(noc, &r, asked);

	if (asked != winners)
		count_losers(&r, asked & ~winners);
	if (noc->config.sw_alloc_delay > 1)
		await_results(noc, &r, asked, winners);
	else
		for (; winners; winners &= winners - 1)
			traverse(noc, &r, sqz_noc_lowest(winners));
}

/* The only one that asks wins. */
static inline void switch_alone(struct sqz_noc *noc, uint32_t number,
				unsigned i)
{
	struct router r = part_of(noc, number);

	switch_won(noc, &r, i, r.invc[i].out_port);
	traverse(noc, &r, i);
}

/* Returns whether VCs are ready to bid in the next cycle. */
static inline bool switch_router(struct sqz_noc *noc, uint32_t number)
{
	const struct sqz_noc_masks *m = &noc->masks[number];
	uint64_t asked = m->sa_ready;

	if ((asked & (asked - 1)) || noc->config.sw_alloc_delay > 1)
		switch_many(noc, number, asked);
	else
		switch_alone(noc, number, sqz_noc_lowest(asked));
	return m->sa_ready;
}

void sqz_noc_switch_stage(struct sqz_noc *noc)
{
	sqz_noc_sift(noc, &noc->sa_awake, switch_router);
	if (noc->config.sw_alloc_delay > 1)
		apply_results(noc);
}
