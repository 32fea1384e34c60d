/* A descriptor's way in and out: fetch from the ring, completion entry. */
#include <stddef.h>
#include <string.h>

#include "ctrl/controller_state.h"

/* Descriptors and entries are copied as they lie in memory. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian");

static uint32_t reg(const struct ring *ring, uint32_t offset)
{
	return sqz_reg_get(&ring->regs, offset);
}

struct slot *sqz_ctl_slot_of(struct sqz_controller *ctl,
			     const struct sqz_packet *packet)
{
	if (packet->desc >= ctl->config.in_flight || packet->run == 0)
		return NULL;

	struct slot *slot = &ctl->slots[packet->desc];

	return slot->run == packet->run ? slot : NULL;
}

/* Fields that do not outlive a descriptor. */
static void clear(struct slot *slot)
{
	struct slot kept = *slot;

	*slot = (struct slot){ .index = kept.index,
			       .list = kept.list,
			       .answered = kept.answered,
			       .chunks = kept.chunks };
}

static struct slot *allocate(struct sqz_controller *ctl, uint16_t ring)
{
	uint16_t index = 0;

	while (ctl->slots[index].state != SLOT_FREE)
		index++;

	struct slot *slot = &ctl->slots[index];

	clear(slot);
	slot->ring = ring;
	slot->epoch = (uint16_t)reg(&ctl->rings[ring], SQZ_RING_EPOCH);
	/* 0 is no run: it marks free slots. */
	if (++ctl->runs == 0)
		ctl->runs = 1;
	slot->run = ctl->runs;
	slot->deadline_ps = SQZ_NEVER;
	slot->fail_node = SQZ_NO_NODE;
	ctl->order[ctl->order_count++] = index;
	ctl->rings[ring].slots++;
	return slot;
}

void sqz_ctl_free(struct sqz_controller *ctl, struct slot *slot)
{
	uint32_t at = 0;

	while (ctl->order[at] != slot->index)
		at++;
	ctl->order_count--;
	memmove(&ctl->order[at], &ctl->order[at + 1],
		(ctl->order_count - at) * sizeof(ctl->order[0]));
	ctl->rings[slot->ring].slots--;
	clear(slot);
}

static void fault(struct sqz_controller *ctl, uint16_t ring, uint32_t status,
		  uint32_t node, uint64_t addr)
{
	ctl->rings[ring].fault = true;
	sqz_ctl_report_error(ctl, status, node, addr);
}

static bool settings_are_valid(const struct ring *ring)
{
	uint32_t size = reg(ring, SQZ_RING_SIZE);
	uint64_t base = sqz_reg_get64(&ring->regs, SQZ_RING_BASE_LO);
	uint64_t cbase = sqz_reg_get64(&ring->regs, SQZ_RING_CBASE_LO);
	uint32_t queued = reg(ring, SQZ_RING_TAIL) - reg(ring, SQZ_RING_HEAD);

	return size >= 2 && size <= 4096 && (size & (size - 1)) == 0 &&
	       base % SQZ_DESC_BYTES == 0 &&
	       cbase % SQZ_COMPLETION_BYTES == 0 && queued <= size;
}

/* Completions that the driver has not consumed, with those to come. */
static bool completion_has_room(const struct ring *ring, uint32_t more)
{
	uint32_t waiting =
	    reg(ring, SQZ_RING_CTAIL) - reg(ring, SQZ_RING_CHEAD);

	return (uint64_t)waiting + more < reg(ring, SQZ_RING_SIZE);
}

/* Has the ring a descriptor that those behind it must wait for? */
static bool is_held_up(const struct sqz_controller *ctl, uint16_t ring)
{
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		const struct slot *slot = &ctl->slots[ctl->order[i]];

		if (slot->ring != ring)
			continue;
		if (slot->state == SLOT_WAIT)
			return true;
		if (slot->state == SLOT_ACTIVE &&
		    slot->desc.type == SQZ_DESC_FENCE)
			return true;
	}
	return false;
}

/* Slots that belong to other rings which are on and hold none. */
static uint32_t reserved_slots(const struct sqz_controller *ctl, uint16_t ring)
{
	uint32_t reserved = 0;

	for (uint16_t r = 0; r < ctl->config.rings; r++)
		reserved += r != ring && ctl->rings[r].slots == 0 &&
			    reg(&ctl->rings[r], SQZ_RING_SIZE) != 0;
	return reserved;
}

static bool may_fetch(const struct sqz_controller *ctl, uint16_t ring)
{
	const struct ring *r = &ctl->rings[ring];
	uint32_t free = ctl->config.in_flight - ctl->order_count;

	return reg(r, SQZ_RING_SIZE) != 0 &&
	       reg(r, SQZ_RING_HEAD) != reg(r, SQZ_RING_TAIL) && !r->fault &&
	       !r->aborting && completion_has_room(r, r->slots) &&
	       free > reserved_slots(ctl, ring) && !is_held_up(ctl, ring);
}

/* The ring to be served: smallest PRIORITY, then the next in turn. -1: none. */
static int choose_ring(const struct sqz_controller *ctl)
{
	int best = -1;

	for (uint32_t i = 1; i <= ctl->config.rings; i++) {
		uint16_t r =
		    (uint16_t)((ctl->last_ring + i) % ctl->config.rings);

		if (!may_fetch(ctl, r))
			continue;
		if (best < 0 || reg(&ctl->rings[r], SQZ_RING_PRIORITY) <
				    reg(&ctl->rings[best], SQZ_RING_PRIORITY))
			best = r;
	}
	return best;
}

static bool unit_is_busy(const struct sqz_controller *ctl)
{
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		enum slot_state state = ctl->slots[ctl->order[i]].state;

		if (state == SLOT_FETCH || state == SLOT_DECODE)
			return true;
	}
	return false;
}

static void fetch(struct sqz_controller *ctl, uint16_t ring, uint64_t addr,
		  uint16_t node)
{
	struct slot *slot = allocate(ctl, ring);
	struct sqz_packet *packet =
	    sqz_ctl_packet(ctl, slot, SQZ_PKT_READ, node);

	slot->state = SLOT_FETCH;
	slot->sequence = reg(&ctl->rings[ring], SQZ_RING_HEAD);
	slot->desc_addr = addr;
	packet->layer = SQZ_NO_LAYER;
	packet->addr = addr;
	packet->chunk = SQZ_DESC_BYTES;
	packet->stride = SQZ_DESC_BYTES;
	packet->count = 1;
	packet->payload_bytes = SQZ_READ_PAYLOAD_BYTES;
	ctl->last_ring = ring;
	sqz_ctl_send(ctl, packet);
}

bool sqz_ctl_fetch_next(struct sqz_controller *ctl)
{
	uint32_t control = sqz_reg_get(&ctl->regs, SQZ_CONTROLLER_CTRL);
	uint64_t bytes = 0;

	if (!sqz_field(control, SQZ_CONTROLLER_CTRL_ENABLE) ||
	    unit_is_busy(ctl) || !sqz_ctl_can_send(ctl, SQZ_PKT_READ))
		return false;

	int chosen = choose_ring(ctl);

	if (chosen < 0)
		return false;

	const struct ring *ring = &ctl->rings[chosen];
	uint64_t addr = sqz_reg_get64(&ring->regs, SQZ_RING_BASE_LO);

	if (!settings_are_valid(ring)) {
		fault(ctl, (uint16_t)chosen, SQZ_ERR_DESC, SQZ_NO_NODE, addr);
		return true;
	}
	addr +=
	    (uint64_t)(reg(ring, SQZ_RING_HEAD) % reg(ring, SQZ_RING_SIZE)) *
	    SQZ_DESC_BYTES;

	int node = sqz_ctl_memory_at(ctl, addr, &bytes);

	if (node < 0 || bytes < SQZ_DESC_BYTES)
		fault(ctl, (uint16_t)chosen, SQZ_ERR_ADDRESS, SQZ_NO_NODE,
		      addr);
	else
		fetch(ctl, (uint16_t)chosen, addr, (uint16_t)node);
	return true;
}

void sqz_ctl_fetched(struct sqz_controller *ctl, struct slot *slot,
		     const struct sqz_packet *packet)
{
	struct ring *ring = &ctl->rings[slot->ring];

	/* An ABORT of a faulty ring has dropped it meanwhile. */
	if (reg(ring, SQZ_RING_HEAD) != slot->sequence) {
		sqz_ctl_free(ctl, slot);
		return;
	}
	if (packet->status != SQZ_OK ||
	    packet->payload_bytes != SQZ_DESC_BYTES) {
		fault(ctl, slot->ring, SQZ_ERR_ADDRESS, packet->src,
		      slot->desc_addr);
		sqz_ctl_free(ctl, slot);
		return;
	}
	memcpy(&slot->desc, packet->data, SQZ_DESC_BYTES);
	slot->state = SLOT_DECODE;
	slot->ready_ps = sqz_ctl_now(ctl) + ctl->config.decode_ps;
	slot->why = packet->causes;
	sqz_causes_delay(&slot->why, ctl->config.decode_ps, SQZ_WORK_CONTROL);
	sqz_reg_set(&ring->regs, SQZ_RING_HEAD, slot->sequence + 1);
	ctl->counters.fetched++;
}

/* ---- completions ---- */

/* Does another finished slot of the ring come first? */
static bool is_oldest_finished(const struct sqz_controller *ctl,
			       const struct slot *slot)
{
	for (uint32_t i = 0; i < ctl->order_count; i++) {
		const struct slot *other = &ctl->slots[ctl->order[i]];

		if (other->ring == slot->ring &&
		    other->state == SLOT_FINISHED &&
		    other->finished < slot->finished)
			return false;
	}
	return true;
}

static void fill_entry(const struct ring *ring, const struct slot *slot,
		       struct sqz_completion *entry)
{
	uint32_t round = reg(ring, SQZ_RING_CTAIL) / reg(ring, SQZ_RING_SIZE);

	*entry = (struct sqz_completion){
		.cookie = slot->desc.cookie,
		.status = slot->status,
		.phase = ~round & 1,
		.address = slot->fail_addr,
		.node = slot->fail_node,
		.sequence = slot->sequence,
	};
}

static void tell_posted(struct sqz_controller *ctl, const struct slot *slot)
{
	const struct sqz_controller_observer *observer = &ctl->config.observer;
	struct sqz_controller_event event = sqz_ctl_event(slot);

	if (observer->posted)
		observer->posted(observer->context, &event);
}

/* The entry is in memory, or cannot be written: the slot's life ends. */
static void conclude(struct sqz_controller *ctl, struct slot *slot)
{
	struct sqz_reg_file *regs = &ctl->regs;

	if (slot->status != SQZ_OK)
		ctl->counters.failed++;
	/* Being aborted is not an error: somebody asked for it. */
	if (slot->status != SQZ_OK && slot->status != SQZ_ERR_ABORTED)
		sqz_ctl_report_error(ctl, slot->status, slot->fail_node,
				     slot->fail_addr);
	if (slot->desc.flags & SQZ_DESC_F_IRQ)
		sqz_reg_set(regs, SQZ_CONTROLLER_IRQ_STATUS,
			    sqz_reg_get(regs, SQZ_CONTROLLER_IRQ_STATUS) |
				1u << (SQZ_CONTROLLER_IRQ_STATUS_RINGS_LSB +
				       slot->ring));
	sqz_reg_set(regs, SQZ_CONTROLLER_COMPLETED,
		    sqz_reg_get(regs, SQZ_CONTROLLER_COMPLETED) + 1);
	ctl->counters.completed++;
	tell_posted(ctl, slot);
	sqz_ctl_free(ctl, slot);
}

bool sqz_ctl_post(struct sqz_controller *ctl, struct slot *slot)
{
	struct ring *ring = &ctl->rings[slot->ring];
	uint32_t size = reg(ring, SQZ_RING_SIZE);
	uint64_t bytes = 0;

	if (size == 0) {
		sqz_ctl_free(ctl, slot); /* switched off: nobody reads it */
		return true;
	}
	if (ring->posting || ring->post_fault ||
	    !completion_has_room(ring, 0) ||
	    !sqz_ctl_can_send(ctl, SQZ_PKT_WRITE) ||
	    !is_oldest_finished(ctl, slot))
		return false;

	uint64_t addr =
	    sqz_reg_get64(&ring->regs, SQZ_RING_CBASE_LO) +
	    (uint64_t)(reg(ring, SQZ_RING_CTAIL) % size) * SQZ_COMPLETION_BYTES;
	int node = sqz_ctl_memory_at(ctl, addr, &bytes);

	if (node < 0 || bytes < SQZ_COMPLETION_BYTES) {
		ring->post_fault = true;
		fault(ctl, slot->ring, SQZ_ERR_ADDRESS, SQZ_NO_NODE, addr);
		return true;
	}

	struct sqz_packet *packet =
	    sqz_ctl_packet(ctl, slot, SQZ_PKT_WRITE, (uint16_t)node);
	struct sqz_completion entry;

	fill_entry(ring, slot, &entry);
	memcpy(packet->data, &entry, sizeof(entry));
	packet->payload_bytes = SQZ_COMPLETION_BYTES;
	packet->addr = addr;
	packet->tag = TAG_COMPLETION;
	slot->state = SLOT_POSTED;
	ring->posting = true;
	sqz_ctl_send(ctl, packet);
	return true;
}

void sqz_ctl_post_acked(struct sqz_controller *ctl, struct slot *slot,
			const struct sqz_packet *packet)
{
	struct ring *ring = &ctl->rings[slot->ring];

	if (packet->tag != TAG_COMPLETION)
		return; /* of a COPY that was given up */
	ring->posting = false;
	if (packet->status != SQZ_OK) {
		slot->state = SLOT_FINISHED;
		ring->post_fault = true;
		fault(ctl, slot->ring, packet->status, packet->src,
		      packet->addr);
		return;
	}
	sqz_reg_set(&ring->regs, SQZ_RING_CTAIL, reg(ring, SQZ_RING_CTAIL) + 1);
	conclude(ctl, slot);
}
