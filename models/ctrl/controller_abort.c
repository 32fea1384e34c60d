/* Time-outs, aborts, reset: see docs/architecture.md. */
#include <string.h>

#include "ctrl/controller_state.h"

static bool is_started(const struct slot *slot)
{
	return slot->state == SLOT_LIST || slot->state == SLOT_ACTIVE;
}

/* Tiles that have been told of the slot get an ABORT, also those that have
 * answered: they must know the epoch to drop what still arrives. */
static void mark_tiles(struct ring *ring, const struct slot *slot)
{
	for (uint32_t i = 0; i < slot->sent; i++) {
		uint8_t *mark = &ring->abort_marks[slot->list[i].node];

		if (*mark == ABORT_NONE)
			ring->abort_waiting++;
		*mark = ABORT_TO_SEND;
	}
}

void sqz_ctl_abort_ring(struct sqz_controller *ctl, uint16_t index)
{
	struct ring *ring = &ctl->rings[index];

	ctl->counters.aborts++;
	sqz_reg_set(&ring->regs, SQZ_RING_EPOCH,
		    sqz_reg_get(&ring->regs, SQZ_RING_EPOCH) + 1);
	ring->aborting = true;
	ring->abort_deadline_ps =
	    sqz_ctl_now(ctl) + ctl->config.abort_timeout_ps;
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		struct slot *slot = &ctl->slots[ctl->order[i]];

		if (slot->ring != index || !is_started(slot))
			continue;
		sqz_ctl_fail(slot, SQZ_ERR_ABORTED, 0, SQZ_NO_NODE);
		slot->state = SLOT_ABORTING;
		ring->chain_broken |= sqz_ctl_is_in_chain(slot);
		mark_tiles(ring, slot);
	}
}

void sqz_ctl_abort_all(struct sqz_controller *ctl, uint16_t index)
{
	struct ring *ring = &ctl->rings[index];

	/* What could not be fetched has no cookie to complete with. */
	if (ring->fault)
		sqz_reg_set(&ring->regs, SQZ_RING_HEAD,
			    sqz_reg_get(&ring->regs, SQZ_RING_TAIL));
	ring->fault = false;
	ring->post_fault = false;
	ring->draining = true;
	ring->abort_tail = sqz_reg_get(&ring->regs, SQZ_RING_TAIL);
	if (!ring->aborting)
		sqz_ctl_abort_ring(ctl, index);
	/* Up to TAIL nothing starts anyway; what comes later is another's. */
	ring->chain_broken = false;
}

void sqz_ctl_abort_answered(struct sqz_controller *ctl,
			    const struct sqz_packet *packet)
{
	if (packet->ring < ctl->config.rings &&
	    packet->src < ctl->config.node_count) {
		struct ring *ring = &ctl->rings[packet->ring];
		uint8_t *mark = &ring->abort_marks[packet->src];
		uint16_t epoch =
		    (uint16_t)sqz_reg_get(&ring->regs, SQZ_RING_EPOCH);

		if (*mark == ABORT_SENT && packet->epoch == epoch) {
			*mark = ABORT_NONE;
			ring->abort_waiting--;
			if (packet->id > ring->cause)
				ring->cause = packet->id;
			return;
		}
	}
	ctl->counters.late++;
}

static void send_abort(struct sqz_controller *ctl, uint16_t index,
		       uint16_t node)
{
	const struct ring *ring = &ctl->rings[index];
	struct sqz_packet *packet = ctl->env->alloc(ctl->env->context);

	packet->type = SQZ_PKT_ABORT;
	packet->dst = node;
	packet->cause = ring->cause;
	packet->causes = ctl->trigger;
	packet->ring = index;
	packet->epoch = (uint16_t)sqz_reg_get(&ring->regs, SQZ_RING_EPOCH);
	packet->desc = DESC_ABORT;
	packet->tag = DESC_ABORT;
	packet->layer = SQZ_NO_LAYER;
	sqz_ctl_send(ctl, packet);
}

static bool send_aborts(struct sqz_controller *ctl, uint16_t index)
{
	struct ring *ring = &ctl->rings[index];
	bool sent = false;

	if (ring->abort_waiting == 0)
		return false;
	for (uint32_t node = 0; node < ctl->config.node_count; node++) {
		if (ring->abort_marks[node] != ABORT_TO_SEND)
			continue;
		if (!sqz_ctl_can_send(ctl, SQZ_PKT_ABORT))
			break;
		ring->abort_marks[node] = ABORT_SENT;
		send_abort(ctl, index, (uint16_t)node);
		sent = true;
	}
	return sent;
}

static bool abort_is_over(const struct sqz_controller *ctl, uint16_t index)
{
	const struct ring *ring = &ctl->rings[index];

	if (sqz_ctl_now(ctl) >= ring->abort_deadline_ps)
		return true;
	if (ring->abort_waiting > 0)
		return false;
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		const struct slot *slot = &ctl->slots[ctl->order[i]];

		if (slot->ring == index && slot->state == SLOT_ABORTING &&
		    slot->open > 0)
			return false;
	}
	return true;
}

/* Oldest first. Freed slots shift the order, so look again each time. */
static struct slot *next_aborted(struct sqz_controller *ctl, uint16_t index)
{
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		struct slot *slot = &ctl->slots[ctl->order[i]];

		if (slot->ring == index && slot->state == SLOT_ABORTING)
			return slot;
	}
	return NULL;
}

bool sqz_ctl_abort_step(struct sqz_controller *ctl, uint16_t index)
{
	struct ring *ring = &ctl->rings[index];
	struct slot *slot;

	if (!ring->aborting)
		return false;
	if (send_aborts(ctl, index))
		return true;
	if (!abort_is_over(ctl, index))
		return false;
	ring->aborting = false;
	ring->abort_waiting = 0;
	memset(ring->abort_marks, ABORT_NONE, ctl->config.node_count);
	while ((slot = next_aborted(ctl, index)))
		sqz_ctl_finish(ctl, slot);
	return true;
}

/* The first participant that has not answered, for the report. */
static uint32_t silent_node(const struct slot *slot)
{
	if (slot->state != SLOT_ACTIVE)
		return SQZ_NO_NODE;
	for (uint32_t i = 0; i < slot->sent; i++)
		if (!slot->answered[i])
			return slot->list[i].node;
	return SQZ_NO_NODE;
}

bool sqz_ctl_time_out(struct sqz_controller *ctl)
{
	sqz_ps now = sqz_ctl_now(ctl);
	bool moved = false;

	for (uint32_t i = 0; i < ctl->order_count; i++) {
		struct slot *slot = &ctl->slots[ctl->order[i]];

		if (!is_started(slot) || now < slot->deadline_ps)
			continue;
		sqz_ctl_fail(slot, SQZ_ERR_TIMEOUT, 0, silent_node(slot));
		sqz_ctl_abort_ring(ctl, slot->ring);
		moved = true;
	}
	return moved;
}

/* Started ones end without a completion when their tiles have answered; all
 * others go at once, and answers to them come late. */
static void drop_slots(struct sqz_controller *ctl)
{
	uint32_t i = 0;

	while (i < ctl->order_count) {
		struct slot *slot = &ctl->slots[ctl->order[i]];

		if (slot->state == SLOT_ABORTING) {
			slot->silent = true;
			i++;
		} else {
			sqz_ctl_free(ctl, slot);
		}
	}
}

void sqz_ctl_reset(struct sqz_controller *ctl)
{
	for (uint16_t r = 0; r < ctl->config.rings; r++)
		if (!ctl->rings[r].aborting)
			sqz_ctl_abort_ring(ctl, r);
	drop_slots(ctl);
	sqz_ctl_reset_regs(ctl);
}
