/* What descriptors mean: checks, start, participants, end. */
#include <stddef.h>
#include <string.h>

#include "ctrl/controller_state.h"

#define PS_PER_US 1000000u

void sqz_ctl_fail(struct slot *slot, enum sqz_status status, uint64_t addr,
		  uint32_t node)
{
	if (slot->status != SQZ_OK)
		return;
	slot->status = status;
	slot->fail_addr = addr;
	slot->fail_node = node;
}

static void begin(struct sqz_controller *ctl, struct slot *slot)
{
	const struct sqz_controller_observer *observer = &ctl->config.observer;
	struct sqz_controller_event event = sqz_ctl_event(slot);

	if (slot->begun)
		return;
	slot->begun = true;
	event.status = SQZ_OK;
	if (observer->begin)
		observer->begin(observer->context, &event);
}

void sqz_ctl_finish(struct sqz_controller *ctl, struct slot *slot)
{
	const struct sqz_controller_observer *observer = &ctl->config.observer;

	begin(ctl, slot);

	struct sqz_controller_event event = sqz_ctl_event(slot);

	slot->state = SLOT_FINISHED;
	slot->finished = ++ctl->finishes;
	if (slot->cause > ctl->rings[slot->ring].cause)
		ctl->rings[slot->ring].cause = slot->cause;
	if (slot->status == SQZ_ERR_TIMEOUT)
		ctl->counters.timeouts++;
	if (observer->end)
		observer->end(observer->context, &event);
	if (slot->silent)
		sqz_ctl_free(ctl, slot);
}

bool sqz_ctl_is_in_chain(const struct slot *slot)
{
	return slot->desc.type == SQZ_DESC_RUN &&
	       (slot->desc.flags & SQZ_DESC_F_CHAIN);
}

/* A descriptor that cannot go on ends, and with it the chain it belongs to. */
static void give_up(struct sqz_controller *ctl, struct slot *slot)
{
	if (sqz_ctl_is_in_chain(slot)) {
		ctl->rings[slot->ring].chain_broken = true;
		sqz_ctl_abort_ring(ctl, slot->ring);
	}
	/* Started ones end with the abort. */
	if (slot->state != SLOT_ABORTING)
		sqz_ctl_finish(ctl, slot);
}

/* ---- checks ---- */

static bool wraps(uint64_t addr, uint64_t bytes)
{
	return addr > UINT64_MAX - bytes;
}

static bool is_tile(const struct sqz_controller *ctl, uint32_t node)
{
	return node < ctl->config.node_count &&
	       ctl->nodes[node].kind == SQZ_NODE_TILE;
}

static bool check_participant(const struct sqz_controller *ctl,
			      struct slot *slot, uint32_t node, uint32_t step)
{
	if (!is_tile(ctl, node))
		sqz_ctl_fail(slot, SQZ_ERR_NODE, 0, node);
	else if (step >= ctl->nodes[node].slots)
		sqz_ctl_fail(slot, SQZ_ERR_SLOT, 0, node);
	return slot->status == SQZ_OK;
}

static bool is_well_formed(const struct sqz_controller *ctl,
			   const struct sqz_desc *desc)
{
	bool is_run = desc->type == SQZ_DESC_RUN;
	uint8_t flags = SQZ_DESC_F_IRQ | SQZ_DESC_F_FENCE;

	if (is_run)
		flags |= SQZ_DESC_F_CHAIN;
	if ((desc->partial && !is_run) || (desc->flags & ~flags))
		return false;
	switch (desc->type) {
	case SQZ_DESC_PROGRAM:
		return desc->length >= 1 && !wraps(desc->src, desc->length);
	case SQZ_DESC_RUN:
		return desc->length >= 1 && desc->length <= ctl->list_max &&
		       desc->list % sizeof(struct sqz_participant) == 0 &&
		       !wraps(desc->list, 4ull * desc->length);
	case SQZ_DESC_COPY:
		return desc->length >= 1 && !wraps(desc->src, desc->length) &&
		       !wraps(desc->dst, desc->length);
	default:
		return desc->type == SQZ_DESC_FENCE;
	}
}

static bool check(const struct sqz_controller *ctl, struct slot *slot)
{
	const struct sqz_desc *desc = &slot->desc;

	if (!is_well_formed(ctl, desc)) {
		sqz_ctl_fail(slot, SQZ_ERR_DESC, slot->desc_addr, SQZ_NO_NODE);
		return false;
	}
	return desc->type != SQZ_DESC_PROGRAM ||
	       check_participant(ctl, slot, desc->node, desc->slot);
}

/* ---- start ---- */

static bool is_working(const struct slot *slot)
{
	return slot->state == SLOT_LIST || slot->state == SLOT_ACTIVE ||
	       slot->state == SLOT_ABORTING;
}

/* Have all earlier descriptors of the ring finished? Later ones are not
 * fetched before this one has started. */
static bool is_alone(const struct sqz_controller *ctl, const struct slot *slot)
{
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		const struct slot *other = &ctl->slots[ctl->order[i]];

		if (other != slot && other->ring == slot->ring &&
		    is_working(other))
			return false;
	}
	return true;
}

/* A list stands for the step slots of a layer, and these run for one image at
 * a time. */
static bool list_is_taken(const struct sqz_controller *ctl,
			  const struct slot *slot)
{
	if (slot->desc.type != SQZ_DESC_RUN)
		return false;
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		const struct slot *other = &ctl->slots[ctl->order[i]];

		if (other->ring != slot->ring && is_working(other) &&
		    other->desc.type == SQZ_DESC_RUN &&
		    other->desc.list == slot->desc.list)
			return true;
	}
	return false;
}

/* What is left of a chain that failed: RUNs up to the next fence, or up to
 * anything that is not of a chain. */
static bool is_broken_off(struct ring *ring, const struct slot *slot)
{
	if (!sqz_ctl_is_in_chain(slot) || (slot->desc.flags & SQZ_DESC_F_FENCE))
		ring->chain_broken = false;
	return ring->chain_broken;
}

static bool is_drained(struct ring *ring, const struct slot *slot)
{
	if (!ring->draining)
		return false;
	/* Indices are free running: compare by distance. */
	ring->draining = (int32_t)(slot->sequence - ring->abort_tail) < 0;
	return ring->draining;
}

static void enter_first_state(struct slot *slot)
{
	const struct sqz_desc *desc = &slot->desc;

	slot->state = SLOT_ACTIVE;
	if (desc->type == SQZ_DESC_RUN) {
		slot->state = SLOT_LIST;
		slot->participants = desc->length;
	} else if (desc->type == SQZ_DESC_PROGRAM) {
		slot->participants = 1;
		slot->list[0] =
		    (struct sqz_participant){ desc->node, desc->slot };
		slot->answered[0] = 0;
	}
}

bool sqz_ctl_start(struct sqz_controller *ctl, struct slot *slot)
{
	struct ring *ring = &ctl->rings[slot->ring];

	if (ring->aborting)
		return false;
	if (is_drained(ring, slot) || is_broken_off(ring, slot)) {
		sqz_ctl_fail(slot, SQZ_ERR_ABORTED, 0, SQZ_NO_NODE);
		sqz_ctl_finish(ctl, slot);
		return true;
	}
	if ((slot->desc.flags & SQZ_DESC_F_FENCE) && !is_alone(ctl, slot))
		return false;
	if (list_is_taken(ctl, slot))
		return false;
	if (ring->cause > slot->cause)
		slot->cause = ring->cause;
	slot->epoch = (uint16_t)sqz_reg_get(&ring->regs, SQZ_RING_EPOCH);
	if (!check(ctl, slot)) {
		give_up(ctl, slot);
		return true;
	}
	if (slot->desc.timeout_us)
		slot->deadline_ps = sqz_ctl_now(ctl) +
				    (uint64_t)slot->desc.timeout_us * PS_PER_US;
	enter_first_state(slot);
	begin(ctl, slot);
	return true;
}

/* ---- RUN: the participant list ---- */

bool sqz_ctl_read_list(struct sqz_controller *ctl, struct slot *slot)
{
	uint32_t left = slot->participants - slot->listed;
	uint32_t limit = SQZ_PACKET_MAX_PAYLOAD / sizeof(*slot->list);
	uint64_t addr = slot->desc.list + slot->listed * sizeof(*slot->list);
	uint64_t bytes = 0;

	if (slot->open > 0 || !sqz_ctl_can_send(ctl, SQZ_PKT_READ))
		return false;

	int node = sqz_ctl_memory_at(ctl, addr, &bytes);

	if (node < 0 || bytes < sizeof(*slot->list)) {
		sqz_ctl_fail(slot, SQZ_ERR_ADDRESS, addr, SQZ_NO_NODE);
		give_up(ctl, slot);
		return true;
	}
	if (left > limit)
		left = limit;
	if (left > bytes / sizeof(*slot->list))
		left = (uint32_t)(bytes / sizeof(*slot->list));

	struct sqz_packet *packet =
	    sqz_ctl_packet(ctl, slot, SQZ_PKT_READ, (uint16_t)node);

	packet->addr = addr;
	packet->chunk = left * (uint32_t)sizeof(*slot->list);
	packet->stride = packet->chunk;
	packet->count = 1;
	packet->payload_bytes = SQZ_READ_PAYLOAD_BYTES;
	slot->open = 1;
	sqz_ctl_send(ctl, packet);
	return true;
}

static void start_participants(struct sqz_controller *ctl, struct slot *slot)
{
	for (uint32_t i = 0; i < slot->participants; i++) {
		slot->answered[i] = 0;
		if (!check_participant(ctl, slot, slot->list[i].node,
				       slot->list[i].slot)) {
			give_up(ctl, slot);
			return;
		}
	}
	slot->state = SLOT_ACTIVE;
}

void sqz_ctl_list_read(struct sqz_controller *ctl, struct slot *slot,
		       const struct sqz_packet *packet)
{
	uint32_t entries = packet->payload_bytes / sizeof(*slot->list);

	slot->open = 0;
	slot->why = packet->causes;
	if (packet->status != SQZ_OK || entries < 1 ||
	    entries > slot->participants - slot->listed) {
		sqz_ctl_fail(slot, SQZ_ERR_ADDRESS, packet->addr, packet->src);
		give_up(ctl, slot);
		return;
	}
	memcpy(&slot->list[slot->listed], packet->data,
	       entries * sizeof(*slot->list));
	slot->listed += entries;
	if (slot->listed == slot->participants)
		start_participants(ctl, slot);
}

/* ---- PROGRAM and RUN: the participants ---- */

static void tell_participant(struct sqz_controller *ctl, struct slot *slot,
			     uint32_t index)
{
	const struct sqz_desc *desc = &slot->desc;
	bool is_run = desc->type == SQZ_DESC_RUN;
	struct sqz_packet *packet =
	    sqz_ctl_packet(ctl, slot, is_run ? SQZ_PKT_RUN : SQZ_PKT_PROGRAM,
			   slot->list[index].node);

	packet->slot = slot->list[index].slot;
	packet->tag = (uint16_t)index;
	packet->addr = desc->src;
	if (is_run) {
		packet->dst_addr = desc->dst;
		packet->aux_addr = desc->aux;
		packet->partial_addr = desc->partial;
		packet->chain = (desc->flags & SQZ_DESC_F_CHAIN) != 0;
		packet->payload_bytes = SQZ_RUN_PAYLOAD_BYTES;
		if (desc->partial)
			packet->payload_bytes += SQZ_PARTIAL_PAYLOAD_BYTES;
	} else {
		/* Address in the header, like a READ's; then the length. */
		packet->chunk = desc->length;
		packet->payload_bytes = SQZ_READ_PAYLOAD_BYTES;
	}
	sqz_ctl_send(ctl, packet);
}

static bool tell_participants(struct sqz_controller *ctl, struct slot *slot)
{
	bool sent = false;

	while (slot->sent < slot->participants &&
	       sqz_ctl_can_send(ctl, SQZ_PKT_RUN)) {
		tell_participant(ctl, slot, slot->sent++);
		sent = true;
	}
	return sent;
}

bool sqz_ctl_work(struct sqz_controller *ctl, struct slot *slot)
{
	switch (slot->desc.type) {
	case SQZ_DESC_COPY:
		return sqz_ctl_copy(ctl, slot);
	case SQZ_DESC_FENCE:
		if (!is_alone(ctl, slot))
			return false;
		if (ctl->rings[slot->ring].cause > slot->cause)
			slot->cause = ctl->rings[slot->ring].cause;
		sqz_ctl_finish(ctl, slot);
		return true;
	default:
		return tell_participants(ctl, slot);
	}
}

static bool is_expected(const struct slot *slot,
			const struct sqz_packet *packet)
{
	return slot->state == SLOT_ACTIVE && packet->tag < slot->sent &&
	       slot->list[packet->tag].node == packet->src &&
	       !slot->answered[packet->tag];
}

void sqz_ctl_done(struct sqz_controller *ctl, struct slot *slot,
		  const struct sqz_packet *packet)
{
	if (!is_expected(slot, packet)) {
		ctl->counters.late++;
		return;
	}
	slot->answered[packet->tag] = 1;
	if (!slot->answers++)
		slot->why = packet->causes;
	else if (sqz_causes_wanted(ctl->env))
		sqz_causes_join(ctl->env, &slot->why, &packet->causes);
	if (packet->status != SQZ_OK) {
		sqz_ctl_fail(slot, packet->status, packet->addr, packet->src);
		/* Who has not been told yet is left alone. */
		if (slot->answers < slot->sent)
			sqz_ctl_abort_ring(ctl, slot->ring);
		else
			give_up(ctl, slot);
	} else if (slot->answers == slot->participants) {
		sqz_ctl_finish(ctl, slot);
	}
}
