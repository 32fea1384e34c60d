#include "noc/node.h"
#include "noc/packet.h"
#include "noc/wire.h"

/* Flits have no content: what can go wrong is that others come between. */
static void check_order(struct sqz_noc *noc, uint32_t node, unsigned vc,
			uint32_t flit)
{
	struct sqz_noc_slot *packet = &noc->pool.slots[sqz_noc_flit_slot(flit)];
	uint32_t number = packet->ejected++;
	bool head = number == 0, tail = number + 1 == packet->info.flits;

	if (packet->info.dst != node)
		sqz_noc_fault(noc, "a flit at the wrong node", node, vc);
	if (head != ((flit & SQZ_FLIT_HEAD) != 0) ||
	    tail != ((flit & SQZ_FLIT_TAIL) != 0))
		sqz_noc_fault(noc, "flits out of order", node, vc);
}

void sqz_noc_packet_arrived(struct sqz_noc *noc, uint32_t node, uint32_t slot)
{
	/* A copy: the call may inject, which may move the pool. */
	struct sqz_noc_packet info = noc->pool.slots[slot].info;

	info.tail_cycle = noc->cycle;
	info.hops = noc->pool.routes[slot].hops;
	noc->traffic[node * noc->config.classes + info.msg_class]
	    .ejected_packets++;
	sqz_noc_packet_leave(&noc->pool, slot);
	sqz_noc_packet_delete(&noc->pool, slot);
	if (noc->sink.tail)
		noc->sink.tail(noc->sink.ctx, node, &info, noc->cycle);
}

void sqz_noc_head_arrived(struct sqz_noc *noc, uint32_t node, uint32_t slot)
{
	noc->pool.slots[slot].info.head_cycle = noc->cycle;
	if (!noc->sink.head)
		return;
	struct sqz_noc_packet info = noc->pool.slots[slot].info;
	info.hops = noc->pool.routes[slot].hops;
	noc->sink.head(noc->sink.ctx, node, &info, noc->cycle);
}

/* The node takes a flit; its place in the ejection buffer is free again. */
static void consume(struct sqz_noc *noc, uint32_t node, unsigned vc,
		    uint32_t flit)
{
	uint32_t slot = sqz_noc_flit_slot(flit);
	unsigned msg_class = noc->class_of[vc];

	noc->in_network--;
	noc->traffic[node * noc->config.classes + msg_class].ejected_flits++;
	noc->credits_out++;
	sqz_noc_post(noc->eject_credit_out, sqz_noc_entry(noc, node, vc), 1);
	if (noc->config.monitors & SQZ_NOC_CHECK_ORDER)
		check_order(noc, node, vc, flit);
	if (flit & SQZ_FLIT_HEAD)
		sqz_noc_head_arrived(noc, node, slot);
	if (flit & SQZ_FLIT_TAIL)
		sqz_noc_packet_arrived(noc, node, slot);
}

static bool sink_takes(const struct sqz_noc *noc, uint32_t node, unsigned vc,
		       uint32_t flit)
{
	return !(flit & SQZ_FLIT_HEAD) ||
	       !(noc->node[node].held_classes >> noc->class_of[vc] & 1);
}

static void hold_flit(struct sqz_noc *noc, uint32_t node, unsigned vc,
		      uint32_t flit)
{
	size_t fifo = (size_t)node * noc->vcs + vc;
	struct sqz_noc_ring *ring = &noc->eject_ring[fifo];
	unsigned depth = noc->config.vc_depth;

	if (ring->count >= depth) {
		sqz_noc_fault(noc, "ejection buffer overflow", node, vc);
		return;
	}
	noc->eject_flits[fifo * depth + (ring->head + ring->count++) % depth] =
	    flit;
	noc->node[node].eject_filled |= 1ull << vc;
	sqz_noc_add(&noc->ejecting, node);
}

/* One flit a cycle: the next VC whose front the sink takes. A node with none
 * sleeps until the sink takes more. */
static void node_eject(struct sqz_noc *noc, uint32_t node)
{
	struct sqz_noc_node *ni = &noc->node[node];
	unsigned depth = noc->config.vc_depth;

	for (uint64_t left = ni->eject_filled; left;) {
		unsigned vc = sqz_noc_first_from(left, ni->eject_vc);
		size_t fifo = (size_t)node * noc->vcs + vc;
		struct sqz_noc_ring *ring = &noc->eject_ring[fifo];
		uint32_t flit = noc->eject_flits[fifo * depth + ring->head];
		left &= ~(1ull << vc);
		if (!sink_takes(noc, node, vc, flit))
			continue;
		ring->head = (uint8_t)((ring->head + 1u) % depth);
		if (!--ring->count)
			ni->eject_filled &= ~(1ull << vc);
		ni->eject_vc = sqz_noc_after(vc, noc->vcs);
		if (!ni->eject_filled)
			sqz_noc_remove(&noc->ejecting, node);
		consume(noc, node, vc, flit);
		return;
	}
	sqz_noc_remove(&noc->ejecting, node);
}

/* A flit is taken at once unless others wait already or it must wait. */
static void receive_flits(struct sqz_noc *noc)
{
	struct sqz_noc_flit_list *list =
	    sqz_noc_flits_in(noc, &noc->flit_wire[SQZ_NOC_TO_NODE], 0);

	for (size_t k = 0; k < list->count; k++) {
		uint32_t flit = list->events[k].flit;
		uint32_t node = list->events[k].to.place;
		unsigned vc = list->events[k].to.vc;
		if (!noc->node[node].eject_filled &&
		    sink_takes(noc, node, vc, flit))
			consume(noc, node, vc, flit);
		else
			hold_flit(noc, node, vc, flit);
	}
	list->count = 0;
}

void sqz_noc_nodes_receive(struct sqz_noc *noc)
{
	receive_flits(noc);
	sqz_noc_each(noc, &noc->ejecting, node_eject);
}

void sqz_noc_sink_ready(struct sqz_noc *noc, unsigned node, unsigned msg_class,
			bool ready)
{
	struct sqz_noc_node *ni = &noc->node[node];

	if (!ready) {
		ni->held_classes |= 1u << msg_class;
		return;
	}
	ni->held_classes &= ~(1u << msg_class);
	if (ni->eject_filled)
		sqz_noc_add(&noc->ejecting, node);
}
