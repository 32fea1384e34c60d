#include "noc/level.h"

#include "noc/node.h"
#include "noc/packet.h"
#include "noc/wire.h"

/* --- packets that come --- */

static struct sqz_noc_fifo *arrived(struct sqz_noc *noc, uint32_t node,
				    unsigned msg_class)
{
	return &noc->level->arrived[node * noc->config.classes + msg_class];
}

static void tail_comes(struct sqz_noc *noc, uint32_t node, uint32_t slot)
{
	const struct sqz_noc_packet *info = &noc->pool.slots[slot].info;

	noc->in_network -= info->flits;
	noc->traffic[node * noc->config.classes + info->msg_class]
	    .ejected_flits += info->flits;
	if (info->dst != node)
		sqz_noc_fault(noc, "a packet at the wrong node", node, 0);
	sqz_noc_packet_arrived(noc, node, slot);
}

/* The node takes a packet; its place is free again as it goes. */
static void take_packet(struct sqz_noc *noc, uint32_t node, uint32_t slot)
{
	const struct sqz_noc_node *ni = &noc->node[node];
	unsigned flits = noc->pool.slots[slot].info.flits;

	noc->level->take_free[node] = noc->cycle + flits;
	sqz_noc_level_post(
	    noc, (struct sqz_noc_event){
		     .due = noc->cycle + noc->eject_credit_delay,
		     .place = ni->router,
		     .kind = SQZ_NOC_ROOM,
		     .vc = (uint8_t)(ni->first_vc +
				     noc->level->travel[slot].last_vc),
		     .flits = (uint16_t)sqz_noc_level_need(noc, slot) });
	sqz_noc_level_moved_on(noc, slot);
	sqz_noc_head_arrived(noc, node, slot);
	if (flits == 1) {
		tail_comes(noc, node, slot);
		return;
	}
	sqz_noc_level_post(
	    noc, (struct sqz_noc_event){ .due = noc->cycle + flits - 1,
					 .slot = slot,
					 .place = node,
					 .kind = SQZ_NOC_NODE_TAIL });
}

/* Classes take turns; one that is held back must wait. */
static void node_take(struct sqz_noc *noc, uint32_t node)
{
	unsigned classes = noc->config.classes;
	unsigned msg_class = noc->level->last_class[node];
	bool taken = noc->level->take_free[node] > noc->cycle, left = false;

	for (unsigned k = 0; k < classes; k++) {
		msg_class = sqz_noc_after(msg_class, classes);
		struct sqz_noc_fifo *fifo = arrived(noc, node, msg_class);
		uint32_t slot = fifo->first;
		if (slot == SQZ_NOC_NONE)
			continue;
		if (!taken &&
		    !(noc->node[node].held_classes >> msg_class & 1)) {
			taken = true;
			noc->level->last_class[node] = (uint8_t)msg_class;
			fifo->first = noc->level->travel[slot].next;
			take_packet(noc, node, slot);
		}
		left |= fifo->first != SQZ_NOC_NONE;
	}
	if (!left)
		sqz_noc_remove(&noc->ejecting, node);
}

void sqz_noc_level_nodes_take(struct sqz_noc *noc)
{
	sqz_noc_each(noc, &noc->ejecting, node_take);
}

/* --- packets that leave --- */

static void has_left(struct sqz_noc *noc, const struct sqz_noc_event *e)
{
	unsigned msg_class = noc->pool.slots[e->slot].info.msg_class;
	const struct sqz_noc_queue *q =
	    &noc->queue[e->place * noc->config.classes + msg_class];

	noc->level->sending_vcs[e->place] &= ~(1ull << q->vc);
	sqz_noc_dequeue(noc, e->place, msg_class);
	if (noc->node[e->place].queued)
		sqz_noc_add(&noc->sending, e->place);
}

void sqz_noc_level_node_event(struct sqz_noc *noc,
			      const struct sqz_noc_event *e)
{
	switch (e->kind) {
	case SQZ_NOC_NODE_GONE:
		has_left(noc, e);
		break;
	case SQZ_NOC_NODE_ROOM:
		noc->ni_credits[e->place * noc->vcs + e->vc] +=
		    (uint8_t)e->flits;
		if (noc->node[e->place].queued)
			sqz_noc_add(&noc->sending, e->place);
		break;
	case SQZ_NOC_NODE_HEAD:
		sqz_noc_level_push(
		    noc,
		    arrived(noc, e->place,
			    noc->pool.slots[e->slot].info.msg_class),
		    e->slot);
		sqz_noc_add(&noc->ejecting, e->place);
		break;
	default:
		tail_comes(noc, e->place, e->slot);
		break;
	}
}

/* The next VC of the class that no packet leaves by and that has room, or -1.
 */
static int choose_vc(const struct sqz_noc *noc, uint32_t node,
		     unsigned msg_class, unsigned need)
{
	const struct sqz_noc_queue *q =
	    &noc->queue[node * noc->config.classes + msg_class];
	unsigned first = noc->class_first[msg_class];
	unsigned count = noc->class_count[msg_class];
	unsigned vc = q->last_vc;

	for (unsigned k = 0; k < count; k++) {
		vc = vc + 1 == first + count ? first : vc + 1;
		if (noc->ni_credits[node * noc->vcs + vc] >= need &&
		    !(noc->level->sending_vcs[node] >> vc & 1))
			return (int)vc;
	}
	return -1;
}

static void send_packet(struct sqz_noc *noc, uint32_t node, unsigned msg_class,
			unsigned vc)
{
	struct sqz_noc_queue *q =
	    &noc->queue[node * noc->config.classes + msg_class];
	struct sqz_noc_travel *travel = &noc->level->travel[q->first];
	struct sqz_noc_vc_event entry = sqz_noc_entry(noc, node, vc);
	unsigned flits = noc->pool.slots[q->first].info.flits;

	q->vc = (uint8_t)vc;
	q->flits -= flits;
	noc->level->sending_vcs[node] |= 1ull << vc;
	noc->level->send_free[node] = noc->cycle + flits;
	noc->ni_credits[node * noc->vcs + vc] -=
	    (uint8_t)sqz_noc_level_need(noc, q->first);
	noc->node[node].last_class = (uint8_t)msg_class;
	noc->in_network += flits;
	noc->traffic[node * noc->config.classes + msg_class].injected_flits +=
	    flits;
	sqz_noc_enter_network(noc, node, msg_class, q->first);
	*travel = (struct sqz_noc_travel){ .started = noc->cycle,
					   .next = SQZ_NOC_NONE,
					   .place = node,
					   .vc = SQZ_NOC_AT_NODE };
	if (flits <= noc->config.vc_depth) {
		sqz_noc_level_moved_on(noc, q->first);
		travel->gone = true;
	}
	sqz_noc_level_post(
	    noc, (struct sqz_noc_event){ .due = noc->cycle + noc->inject_delay,
					 .slot = q->first,
					 .place = entry.place,
					 .kind = SQZ_NOC_HEAD,
					 .vc = (uint8_t)entry.vc });
}

static bool try_class(struct sqz_noc *noc, uint32_t node, unsigned msg_class)
{
	const struct sqz_noc_queue *q =
	    &noc->queue[node * noc->config.classes + msg_class];

	if (q->vc != UINT8_MAX)
		return false;
	int vc =
	    choose_vc(noc, node, msg_class, sqz_noc_level_need(noc, q->first));
	if (vc < 0)
		return false;
	send_packet(noc, node, msg_class, (unsigned)vc);
	return true;
}

/* Classes take turns packet by packet. A node that cannot send sleeps until a
 * packet has left or comes, or there is room. */
static void node_send(struct sqz_noc *noc, uint32_t node)
{
	uint32_t left = noc->node[node].queued;
	unsigned start =
	    sqz_noc_after(noc->node[node].last_class, noc->config.classes);

	if (noc->level->send_free[node] > noc->cycle)
		return;
	while (left) {
		unsigned msg_class = sqz_noc_first_from(left, start);
		if (try_class(noc, node, msg_class))
			return;
		left &= ~(1u << msg_class);
	}
	sqz_noc_remove(&noc->sending, node);
}

void sqz_noc_level_nodes_send(struct sqz_noc *noc)
{
	sqz_noc_each(noc, &noc->sending, node_send);
}
