#include "noc/level.h"
#include "noc/node.h"
#include "noc/packet.h"
#include "noc/wire.h"

#define NO_VC	  UINT8_MAX
#define MAX_FLITS ((1u << 30) - 1)

static int check_packet(const struct sqz_noc *noc, unsigned src, unsigned dst,
			unsigned msg_class, unsigned flits,
			struct sqz_error *err)
{
	if (src >= noc->nodes || dst >= noc->nodes)
		return sqz_fail(err,
				"noc: packet from node %u to %u, but the mesh "
				"has nodes 0 to %u",
				src, dst, noc->nodes - 1);
	if (msg_class >= noc->config.classes)
		return sqz_fail(err,
				"noc: packet of class %u, but there are only "
				"classes 0 to %u",
				msg_class, noc->config.classes - 1);
	if (flits < 1 || flits > MAX_FLITS)
		return sqz_fail(err, "noc: a packet of %u flits", flits);
	return 0;
}

static void enqueue(struct sqz_noc *noc, unsigned src, unsigned msg_class,
		    unsigned flits, uint32_t slot)
{
	struct sqz_noc_queue *q =
	    &noc->queue[src * noc->config.classes + msg_class];

	if (q->packets++)
		noc->pool.slots[q->last].next = slot;
	else
		q->first = slot;
	q->last = slot;
	q->flits += flits;
	noc->queued_packets++;
	noc->node[src].queued |= 1u << msg_class;
	sqz_noc_add(&noc->sending, src);
}

int sqz_noc_inject(struct sqz_noc *noc, unsigned src, unsigned dst,
		   unsigned msg_class, unsigned flits, void *cookie,
		   struct sqz_error *err)
{
	if (check_packet(noc, src, dst, msg_class, flits, err))
		return -1;
	uint32_t slot = sqz_noc_packet_new(&noc->pool);
	if (slot == SQZ_NOC_NONE)
		return sqz_fail(err, "noc: out of memory for packets");
	noc->pool.slots[slot] = (struct sqz_noc_slot){
		.info = { .cookie = cookie,
			  .src = src,
			  .dst = dst,
			  .msg_class = msg_class,
			  .flits = flits,
			  .created_cycle = noc->cycle },
		.next = SQZ_NOC_NONE,
	};
	noc->pool.routes[slot] = (struct sqz_noc_route){
		.router = noc->node[dst].router,
		.port = noc->port_of[noc->node[dst].first_vc],
	};
	enqueue(noc, src, msg_class, flits, slot);
	return noc->level ? sqz_noc_level_fit(noc, err) : 0;
}

/* The next VC of the class with room, searched from the one after the last
 * packet's; NO_VC if all are full. */
static uint8_t choose_vc(const struct sqz_noc *noc, uint32_t node,
			 unsigned msg_class)
{
	const struct sqz_noc_queue *q =
	    &noc->queue[node * noc->config.classes + msg_class];
	const uint8_t *credits = &noc->ni_credits[node * noc->vcs];
	unsigned first = noc->class_first[msg_class];
	unsigned count = noc->class_count[msg_class];
	unsigned vc = q->last_vc;

	for (unsigned k = 0; k < count; k++) {
		vc = vc + 1 == first + count ? first : vc + 1;
		if (credits[vc])
			return (uint8_t)vc;
	}
	return NO_VC;
}

/* The first packet of the queue has gone. */
void sqz_noc_dequeue(struct sqz_noc *noc, uint32_t node, unsigned msg_class)
{
	struct sqz_noc_queue *q =
	    &noc->queue[node * noc->config.classes + msg_class];

	q->first = noc->pool.slots[q->first].next;
	q->sent = 0;
	q->last_vc = q->vc;
	q->vc = NO_VC;
	noc->queued_packets--;
	if (!--q->packets)
		noc->node[node].queued &= ~(1u << msg_class);
	if (noc->sink.left)
		noc->sink.left(noc->sink.ctx, node, msg_class);
}

void sqz_noc_enter_network(struct sqz_noc *noc, uint32_t node,
			   unsigned msg_class, uint32_t slot)
{
	noc->pool.slots[slot].info.injected_cycle = noc->cycle;
	sqz_noc_packet_enter(&noc->pool, slot);
	noc->traffic[node * noc->config.classes + msg_class].injected_packets++;
}

static void send_flit(struct sqz_noc *noc, uint32_t node, unsigned msg_class)
{
	struct sqz_noc_queue *q =
	    &noc->queue[node * noc->config.classes + msg_class];
	uint32_t slot = q->first;
	unsigned flits = noc->pool.slots[slot].info.flits, vc = q->vc;
	uint32_t flit = slot;

	if (!q->sent) {
		flit |= SQZ_FLIT_HEAD;
		sqz_noc_enter_network(noc, node, msg_class, slot);
	}
	q->flits--;
	if (++q->sent == flits) {
		flit |= SQZ_FLIT_TAIL;
		sqz_noc_dequeue(noc, node, msg_class);
	}
	noc->ni_credits[node * noc->vcs + vc]--;
	noc->node[node].last_class = (uint8_t)msg_class;
	noc->traffic[node * noc->config.classes + msg_class].injected_flits++;
	noc->in_network++;
	sqz_noc_send_flit(noc->inject_out, flit, sqz_noc_entry(noc, node, vc));
}

/* Whether the class can send a flit now; chooses a VC for a new packet. */
static bool can_send(struct sqz_noc *noc, uint32_t node, unsigned msg_class)
{
	struct sqz_noc_queue *q =
	    &noc->queue[node * noc->config.classes + msg_class];

	if (q->vc != NO_VC)
		return noc->ni_credits[node * noc->vcs + q->vc];
	q->vc = choose_vc(noc, node, msg_class);
	return q->vc != NO_VC;
}

/* Classes take turns flit by flit. A node that cannot send sleeps until a
 * credit or a packet comes. */
static void node_send(struct sqz_noc *noc, uint32_t node)
{
	uint32_t left = noc->node[node].queued;
	unsigned start =
	    sqz_noc_after(noc->node[node].last_class, noc->config.classes);

	while (left) {
		unsigned msg_class = sqz_noc_first_from(left, start);
		if (can_send(noc, node, msg_class)) {
			send_flit(noc, node, msg_class);
			break;
		}
		left &= ~(1u << msg_class);
	}
	if (!left || !noc->node[node].queued)
		sqz_noc_remove(&noc->sending, node);
}

static void receive_credits(struct sqz_noc *noc)
{
	struct sqz_noc_vc_list *list =
	    sqz_noc_vcs_in(noc, &noc->credit_wire[SQZ_NOC_TO_NODE], 0);

	for (size_t k = 0; k < list->count; k++) {
		struct sqz_noc_vc_event event = list->events[k];
		uint8_t *credits =
		    &noc->ni_credits[event.place * noc->vcs + event.vc];
		if (*credits >= noc->config.vc_depth)
			sqz_noc_fault(noc, "a credit too many at a node",
				      event.place, event.vc);
		++*credits;
		if (noc->node[event.place].queued)
			sqz_noc_add(&noc->sending, event.place);
	}
	noc->credits_out -= list->count;
	list->count = 0;
}

void sqz_noc_nodes_send(struct sqz_noc *noc)
{
	receive_credits(noc);
	sqz_noc_each(noc, &noc->sending, node_send);
}

unsigned sqz_noc_queued_packets(const struct sqz_noc *noc, unsigned node,
				unsigned msg_class)
{
	return noc->queue[node * noc->config.classes + msg_class].packets;
}

uint64_t sqz_noc_queued_flits(const struct sqz_noc *noc, unsigned node,
			      unsigned msg_class)
{
	return noc->queue[node * noc->config.classes + msg_class].flits;
}
