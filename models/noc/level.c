#include "noc/level.h"

#include "noc/stages.h"
#include "noc/wire.h"

#include <stdlib.h>

enum blocked { NOT_BLOCKED, BY_LINK, BY_VC, BY_ROOM };

/* --- events --- */

void sqz_noc_level_post(struct sqz_noc *noc, struct sqz_noc_event event)
{
	uint64_t at = event.due, horizon = noc->cycle + SQZ_NOC_EVENT_SLOTS - 1;
	/* What is due later is posted again on its way. */
	struct sqz_noc_event_list *list =
	    &noc->level
		 ->wheel[(at < horizon ? at : horizon) % SQZ_NOC_EVENT_SLOTS];

	if (list->count == list->capacity) {
		size_t wanted = list->capacity ? 2 * list->capacity : 16;
		struct sqz_noc_event *more =
		    realloc(list->events, wanted * sizeof(*more));
		if (!more) {
			sqz_noc_fault(noc, "out of memory for events", 0, 0);
			return;
		}
		list->events = more;
		list->capacity = wanted;
	}
	list->events[list->count++] = event;
	noc->credits_out++;
}

unsigned sqz_noc_level_need(const struct sqz_noc *noc, uint32_t slot)
{
	unsigned flits = noc->pool.slots[slot].info.flits;

	return flits < noc->config.vc_depth ? flits : noc->config.vc_depth;
}

void sqz_noc_level_push(struct sqz_noc *noc, struct sqz_noc_fifo *fifo,
			uint32_t slot)
{
	noc->level->travel[slot].next = SQZ_NOC_NONE;
	if (fifo->first == SQZ_NOC_NONE)
		fifo->first = slot;
	else
		noc->level->travel[fifo->last].next = slot;
	fifo->last = slot;
}

static void wake(struct sqz_noc *noc, uint32_t router, uint64_t due)
{
	uint64_t *at = &noc->level->wake_at[router];

	if (*at > noc->cycle && *at <= due)
		return;
	*at = due;
	sqz_noc_level_post(noc, (struct sqz_noc_event){ .due = due,
							.place = router,
							.kind = SQZ_NOC_WAKE });
}

/* The front of an input VC goes through routing and both allocations. */
static void start_front(struct sqz_noc *noc, uint32_t router, unsigned i)
{
	const struct sqz_noc_config *c = &noc->config;
	uint64_t stages =
	    c->routing_delay + c->vc_alloc_delay + c->sw_alloc_delay - 1;

	sqz_noc_level_post(noc,
			   (struct sqz_noc_event){ .due = noc->cycle + stages,
						   .place = router,
						   .kind = SQZ_NOC_READY,
						   .vc = (uint8_t)i });
}

static void head_comes(struct sqz_noc *noc, const struct sqz_noc_event *e)
{
	struct sqz_noc_fifo *fifo =
	    &noc->level->fifo[(size_t)e->place * noc->pv + e->vc];
	bool leaving = noc->masks[e->place].active >> e->vc & 1;
	bool front = fifo->first == SQZ_NOC_NONE;

	sqz_noc_level_push(noc, fifo, e->slot);
	if (front && !leaving)
		start_front(noc, e->place, e->vc);
}

static void front_is_ready(struct sqz_noc *noc, const struct sqz_noc_event *e)
{
	size_t vc = (size_t)e->place * noc->pv + e->vc;

	sqz_noc_level_route(noc, sqz_noc_at(e->place, e->vc),
			    noc->level->fifo[vc].first);
	noc->level->ready_at[vc] = noc->cycle;
	noc->level->blocked[vc] = NOT_BLOCKED;
	noc->masks[e->place].sa_ready |= 1ull << e->vc;
	sqz_noc_add(&noc->sa_awake, e->place);
}

/* The tail of what was in front has left: its output VC is free for others. */
static void front_is_gone(struct sqz_noc *noc, const struct sqz_noc_event *e)
{
	const struct sqz_noc_config *c = &noc->config;
	size_t base = (size_t)e->place * noc->pv;
	unsigned ov = noc->invc[base + e->vc].out_vc;
	uint64_t free = noc->cycle + c->vc_alloc_delay + c->sw_alloc_delay - 1;

	noc->masks[e->place].out_free |= 1ull << ov;
	noc->level->vc_free[base + ov] = free;
	noc->masks[e->place].active &= ~(1ull << e->vc);
	if (noc->level->fifo[base + e->vc].first != SQZ_NOC_NONE)
		start_front(noc, e->place, e->vc);
	if (noc->masks[e->place].sa_ready)
		wake(noc, e->place, free);
}

static void room_comes(struct sqz_noc *noc, const struct sqz_noc_event *e)
{
	noc->outvc[(size_t)e->place * noc->pv + e->vc].credits +=
	    (uint8_t)e->flits;
	if (noc->masks[e->place].sa_ready)
		sqz_noc_add(&noc->sa_awake, e->place);
}

static void handle(struct sqz_noc *noc, const struct sqz_noc_event *e)
{
	switch (e->kind) {
	case SQZ_NOC_HEAD:
		head_comes(noc, e);
		break;
	case SQZ_NOC_READY:
		front_is_ready(noc, e);
		break;
	case SQZ_NOC_GONE:
		front_is_gone(noc, e);
		break;
	case SQZ_NOC_ROOM:
		room_comes(noc, e);
		break;
	case SQZ_NOC_WAKE:
		sqz_noc_add(&noc->sa_awake, e->place);
		break;
	default:
		sqz_noc_level_node_event(noc, e);
		break;
	}
}

static void handle_events(struct sqz_noc *noc)
{
	struct sqz_noc_event_list *list =
	    &noc->level->wheel[noc->cycle % SQZ_NOC_EVENT_SLOTS];

	for (size_t k = 0; k < list->count; k++) {
		struct sqz_noc_event event = list->events[k];
		if (event.due > noc->cycle)
			sqz_noc_level_post(noc, event);
		else
			handle(noc, &event);
	}
	noc->credits_out -= list->count;
	list->count = 0;
}

/* --- the switch --- */

/* The VC of those that the packet may take with most room, or -1. */
static int choose_vc(const struct sqz_noc *noc, uint32_t router, unsigned i,
		     unsigned need, uint64_t *later)
{
	const struct sqz_noc_masks *m = &noc->masks[router];
	size_t base = (size_t)router * noc->pv;
	unsigned port = noc->invc[base + i].out_port, best_room = 0;
	uint64_t vcs =
	    sqz_noc_takeable(noc, m, i) & noc->port_mask[port] & m->out_free;
	int best = -1;

	for (; vcs; vcs &= vcs - 1) {
		unsigned ov = sqz_noc_lowest(vcs);
		unsigned room = noc->outvc[base + ov].credits;
		uint64_t free = noc->level->vc_free[base + ov];
		if (room < need || room <= best_room)
			continue;
		if (free > noc->cycle) {
			*later = free < *later ? free : *later;
			continue;
		}
		best_room = room;
		best = (int)ov;
	}
	return best;
}

void sqz_noc_level_moved_on(struct sqz_noc *noc, uint32_t slot)
{
	struct sqz_noc_travel *t = &noc->level->travel[slot];
	unsigned flits = noc->pool.slots[slot].info.flits;
	uint64_t due = t->started + flits;
	uint64_t rest = noc->cycle + flits - sqz_noc_level_need(noc, slot);

	if (t->gone)
		return;
	sqz_noc_level_post(
	    noc, (struct sqz_noc_event){ .due = rest > due ? rest : due,
					 .slot = slot,
					 .place = t->place,
					 .kind = t->vc == SQZ_NOC_AT_NODE
						     ? SQZ_NOC_NODE_GONE
						     : SQZ_NOC_GONE,
					 .vc = t->vc });
}

/* Tells who filled the buffer that there is room again. */
static void return_room(struct sqz_noc *noc, uint32_t router, unsigned i,
			unsigned flits)
{
	unsigned port = noc->port_of[i];
	enum sqz_noc_end end = noc->end[port];

	sqz_noc_level_post(
	    noc, (struct sqz_noc_event){
		     .due = noc->cycle + noc->credit_delay[end],
		     .place = noc->peer[router * noc->ports + port],
		     .kind = end == SQZ_NOC_TO_NODE ? SQZ_NOC_NODE_ROOM
						    : SQZ_NOC_ROOM,
		     .vc = noc->entry_of[i],
		     .flits = (uint16_t)flits });
}

static void send_head(struct sqz_noc *noc, uint32_t router, unsigned ov,
		      uint32_t slot)
{
	unsigned port = noc->port_of[ov];
	enum sqz_noc_end end = noc->end[port];

	noc->level->travel[slot].last_vc = noc->vc_of[ov];
	sqz_noc_level_post(
	    noc, (struct sqz_noc_event){
		     .due = noc->cycle + noc->flit_delay[end],
		     .slot = slot,
		     .place = noc->peer[router * noc->ports + port],
		     .kind = end == SQZ_NOC_TO_NODE ? SQZ_NOC_NODE_HEAD
						    : SQZ_NOC_HEAD,
		     .vc = noc->entry_of[ov] });
}

static void count_wait(struct sqz_noc *noc, size_t vc, size_t link)
{
	uint64_t waited = noc->cycle - noc->level->ready_at[vc];
	struct sqz_noc_stalls *stalls = &noc->stalls[link];

	switch (noc->level->blocked[vc]) {
	case BY_VC:
		stalls->vc_busy += waited;
		break;
	case BY_ROOM:
		stalls->no_credit += waited;
		break;
	default:
		stalls->lost += waited;
		break;
	}
}

static void start_packet(struct sqz_noc *noc, uint32_t router, unsigned i,
			 unsigned ov)
{
	struct sqz_noc_level *level = noc->level;
	size_t base = (size_t)router * noc->pv, vc = base + i;
	uint32_t slot = level->fifo[vc].first;
	unsigned flits = noc->pool.slots[slot].info.flits;
	unsigned need = sqz_noc_level_need(noc, slot);
	size_t link = (size_t)router * noc->ports + noc->port_of[ov];

	count_wait(noc, vc, link);
	level->fifo[vc].first = level->travel[slot].next;
	level->link_free[link] = noc->cycle + flits;
	level->in_free[router * noc->ports + noc->port_of[i]] =
	    noc->cycle + flits;
	noc->link_flits[link] += flits;
	noc->outvc[base + ov].credits -= (uint8_t)need;
	noc->masks[router].out_free &= ~(1ull << ov);
	noc->masks[router].sa_ready &= ~(1ull << i);
	noc->masks[router].active |= 1ull << i;
	noc->invc[vc].out_vc = (uint8_t)ov;
	noc->rr[link].grant = sqz_noc_after(i, noc->pv);
	sqz_noc_level_moved_on(noc, slot);
	level->travel[slot].place = router;
	level->travel[slot].vc = (uint8_t)i;
	level->travel[slot].started = noc->cycle;
	level->travel[slot].gone = false;
	return_room(noc, router, i, need);
	send_head(noc, router, ov, slot);
	if (flits > noc->config.vc_depth)
		return;
	/* It fits: nothing can hold up its tail. */
	sqz_noc_level_moved_on(noc, slot);
	level->travel[slot].gone = true;
}

/* Why no packet of input VC i starts. `vc_free`: when a VC with room is free;
 * UINT64_MAX: none has room. */
static enum blocked wait_of(const struct sqz_noc *noc, uint32_t router,
			    unsigned i, uint64_t link_free, uint64_t vc_free)
{
	const struct sqz_noc_masks *m = &noc->masks[router];
	unsigned port = noc->invc[(size_t)router * noc->pv + i].out_port;
	uint64_t vcs = sqz_noc_takeable(noc, m, i) & noc->port_mask[port];

	if (link_free > noc->cycle)
		return BY_LINK;
	return vc_free < UINT64_MAX || !(vcs & m->out_free) ? BY_VC : BY_ROOM;
}

/* Starts a packet of input VC i if it can; if not, *later is when it is worth
 * looking again. */
static void try_packet(struct sqz_noc *noc, uint32_t router, unsigned i,
		       uint64_t *later)
{
	struct sqz_noc_level *level = noc->level;
	size_t vc = (size_t)router * noc->pv + i;
	size_t out = (size_t)router * noc->ports + noc->invc[vc].out_port;
	size_t in = (size_t)router * noc->ports + noc->port_of[i];
	uint64_t link_free = level->link_free[out] > level->in_free[in]
				 ? level->link_free[out]
				 : level->in_free[in];
	uint64_t vc_free = UINT64_MAX;
	uint64_t free = link_free;
	int ov = -1;

	if (link_free <= noc->cycle) {
		unsigned need = sqz_noc_level_need(noc, level->fifo[vc].first);
		ov = choose_vc(noc, router, i, need, &vc_free);
		free = vc_free;
	}
	if (ov >= 0) {
		start_packet(noc, router, i, (unsigned)ov);
		return;
	}
	if (level->blocked[vc] == NOT_BLOCKED)
		level->blocked[vc] =
		    (uint8_t)wait_of(noc, router, i, link_free, vc_free);
	*later = free < *later ? free : *later;
}

/* Of the input VCs those that want the same output port as the first. */
static uint64_t with_same_port(const struct sqz_noc *noc, uint32_t router,
			       uint64_t left)
{
	const struct sqz_noc_invc *in = &noc->invc[(size_t)router * noc->pv];
	unsigned port = in[sqz_noc_lowest(left)].out_port;
	uint64_t group = 0;

	for (; left; left &= left - 1) {
		unsigned i = sqz_noc_lowest(left);
		group |= (uint64_t)(in[i].out_port == port) << i;
	}
	return group;
}

/* Every output port serves its input VCs by turns. */
static void switch_router(struct sqz_noc *noc, uint32_t router)
{
	const struct sqz_noc_masks *m = &noc->masks[router];
	uint64_t later = UINT64_MAX;

	sqz_noc_remove(&noc->sa_awake, router);
	for (uint64_t left = m->sa_ready; left;) {
		uint64_t group = with_same_port(noc, router, left);
		size_t vc = (size_t)router * noc->pv + sqz_noc_lowest(group);
		unsigned port = noc->invc[vc].out_port;
		uint8_t start = noc->rr[router * noc->ports + port].grant;
		left &= ~group;
		while (group) {
			unsigned i = sqz_noc_first_from(group, start);
			group &= ~(1ull << i);
			try_packet(noc, router, i, &later);
		}
	}
	if (later < UINT64_MAX)
		wake(noc, router, later);
}

void sqz_noc_level_step(struct sqz_noc *noc)
{
	handle_events(noc);
	sqz_noc_level_nodes_take(noc);
	sqz_noc_each(noc, &noc->sa_awake, switch_router);
	sqz_noc_level_nodes_send(noc);
}

/* --- memory --- */

static void forget_packets(struct sqz_noc_fifo *fifo, size_t count)
{
	for (size_t i = 0; i < count && fifo; i++)
		fifo[i].first = fifo[i].last = SQZ_NOC_NONE;
}

struct sqz_noc_level *sqz_noc_level_create(const struct sqz_noc *noc)
{
	size_t ports = (size_t)noc->routers * noc->ports;
	size_t vcs = (size_t)noc->routers * noc->pv;
	size_t queues = (size_t)noc->nodes * noc->config.classes;
	struct sqz_noc_level *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->link_free = calloc(ports, sizeof(*l->link_free));
	l->in_free = calloc(ports, sizeof(*l->in_free));
	l->fifo = calloc(vcs, sizeof(*l->fifo));
	l->vc_free = calloc(vcs, sizeof(*l->vc_free));
	l->ready_at = calloc(vcs, sizeof(*l->ready_at));
	l->blocked = calloc(vcs, sizeof(*l->blocked));
	l->wake_at = calloc(noc->routers, sizeof(*l->wake_at));
	l->send_free = calloc(noc->nodes, sizeof(*l->send_free));
	l->take_free = calloc(noc->nodes, sizeof(*l->take_free));
	l->sending_vcs = calloc(noc->nodes, sizeof(*l->sending_vcs));
	l->arrived = calloc(queues, sizeof(*l->arrived));
	l->last_class = calloc(noc->nodes, sizeof(*l->last_class));
	forget_packets(l->fifo, vcs);
	forget_packets(l->arrived, queues);
	if (l->link_free && l->in_free && l->fifo && l->vc_free &&
	    l->ready_at && l->blocked && l->wake_at && l->send_free &&
	    l->take_free && l->sending_vcs && l->arrived && l->last_class)
		return l;
	sqz_noc_level_destroy(l);
	return NULL;
}

int sqz_noc_level_fit(struct sqz_noc *noc, struct sqz_error *err)
{
	struct sqz_noc_level *l = noc->level;
	uint32_t wanted = noc->pool.capacity;

	if (l->travel_capacity >= wanted)
		return 0;
	struct sqz_noc_travel *more =
	    realloc(l->travel, wanted * sizeof(*more));
	if (!more)
		return sqz_fail(err, "noc: out of memory for packets");
	l->travel = more;
	l->travel_capacity = wanted;
	return 0;
}

void sqz_noc_level_destroy(struct sqz_noc_level *l)
{
	if (!l)
		return;
	void *const arrays[] = { l->travel,    l->link_free,   l->in_free,
				 l->fifo,      l->vc_free,     l->ready_at,
				 l->blocked,   l->wake_at,     l->send_free,
				 l->take_free, l->sending_vcs, l->arrived,
				 l->last_class };
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		free(arrays[i]);
	for (size_t i = 0; i < SQZ_NOC_EVENT_SLOTS; i++)
		free(l->wheel[i].events);
	free(l);
}
