/* COPY: the controller as DMA master. A chunk is open from its READ until its
 * WRITE has been acknowledged; tag is the chunk's index. */
#include <string.h>

#include "ctrl/controller_state.h"

static int free_chunk(const struct sqz_controller *ctl, const struct slot *slot)
{
	for (uint32_t i = 0; i < ctl->config.copy_outstanding; i++)
		if (!slot->chunks[i].busy)
			return (int)i;
	return -1;
}

static uint32_t at_most(uint32_t bytes, uint64_t limit)
{
	return bytes < limit ? bytes : (uint32_t)limit;
}

/* Asks for the next chunk, cut where source or destination change nodes. */
static bool ask(struct sqz_controller *ctl, struct slot *slot, uint16_t index)
{
	uint64_t src_addr = slot->desc.src + slot->copied;
	uint64_t dst_addr = slot->desc.dst + slot->copied;
	uint64_t src_bytes = 0;
	uint64_t dst_bytes = 0;
	int src = sqz_ctl_memory_at(ctl, src_addr, &src_bytes);
	int dst = sqz_ctl_memory_at(ctl, dst_addr, &dst_bytes);

	if (src < 0 || dst < 0) {
		sqz_ctl_fail(slot, SQZ_ERR_ADDRESS,
			     src < 0 ? src_addr : dst_addr, SQZ_NO_NODE);
		return false;
	}

	uint32_t bytes =
	    at_most(ctl->config.copy_bytes, slot->desc.length - slot->copied);

	bytes = at_most(bytes, src_bytes);
	bytes = at_most(bytes, dst_bytes);

	struct sqz_packet *packet =
	    sqz_ctl_packet(ctl, slot, SQZ_PKT_READ, (uint16_t)src);

	packet->tag = index;
	packet->addr = src_addr;
	packet->chunk = bytes;
	packet->stride = bytes;
	packet->count = 1;
	packet->payload_bytes = SQZ_READ_PAYLOAD_BYTES;
	slot->chunks[index] = (struct copy_chunk){ dst_addr, true };
	slot->copied += bytes;
	slot->open++;
	sqz_ctl_send(ctl, packet);
	return true;
}

bool sqz_ctl_copy(struct sqz_controller *ctl, struct slot *slot)
{
	bool moved = false;

	while (slot->status == SQZ_OK && slot->copied < slot->desc.length &&
	       sqz_ctl_can_send(ctl, SQZ_PKT_READ)) {
		int index = free_chunk(ctl, slot);

		if (index < 0 || !ask(ctl, slot, (uint16_t)index))
			break;
		moved = true;
	}
	if (slot->open == 0 &&
	    (slot->status != SQZ_OK || slot->copied == slot->desc.length)) {
		sqz_ctl_finish(ctl, slot);
		return true;
	}
	return moved;
}

static void close_chunk(struct slot *slot, uint16_t index)
{
	slot->chunks[index].busy = false;
	slot->open--;
}

static bool is_open(const struct sqz_controller *ctl, const struct slot *slot,
		    const struct sqz_packet *packet)
{
	return slot->desc.type == SQZ_DESC_COPY &&
	       (slot->state == SLOT_ACTIVE || slot->state == SLOT_ABORTING) &&
	       packet->tag < ctl->config.copy_outstanding &&
	       slot->chunks[packet->tag].busy;
}

void sqz_ctl_copy_read(struct sqz_controller *ctl, struct slot *slot,
		       struct sqz_packet *packet)
{
	if (!is_open(ctl, slot, packet)) {
		ctl->counters.late++;
	} else if (packet->status != SQZ_OK) {
		sqz_ctl_fail(slot, packet->status, packet->addr, packet->src);
		close_chunk(slot, packet->tag);
	} else {
		sqz_packet_push(&ctl->copy_data, packet);
		return;
	}
	ctl->env->release(ctl->env->context, packet);
}

static void write_chunk(struct sqz_controller *ctl, struct slot *slot,
			const struct sqz_packet *data)
{
	uint64_t dst_addr = slot->chunks[data->tag].dst_addr;
	uint64_t bytes = 0;
	int node = sqz_ctl_memory_at(ctl, dst_addr, &bytes);

	if (node < 0 || bytes < data->payload_bytes) {
		sqz_ctl_fail(slot, SQZ_ERR_ADDRESS, dst_addr, SQZ_NO_NODE);
		close_chunk(slot, data->tag);
		return;
	}

	struct sqz_packet *packet =
	    sqz_ctl_packet(ctl, slot, SQZ_PKT_WRITE, (uint16_t)node);

	packet->cause = data->id;
	packet->causes = data->causes;
	packet->tag = data->tag;
	packet->addr = dst_addr;
	packet->payload_bytes = data->payload_bytes;
	memcpy(packet->data, data->data, data->payload_bytes);
	ctl->counters.copied_bytes += data->payload_bytes;
	sqz_ctl_send(ctl, packet);
}

bool sqz_ctl_copy_write(struct sqz_controller *ctl)
{
	bool moved = false;

	while (ctl->copy_data.length > 0 &&
	       sqz_ctl_can_send(ctl, SQZ_PKT_WRITE)) {
		struct sqz_packet *data = sqz_packet_pop(&ctl->copy_data);
		struct slot *slot = sqz_ctl_slot_of(ctl, data);

		/* What is read after a failure or an abort is not written. */
		if (slot && is_open(ctl, slot, data)) {
			if (slot->status == SQZ_OK)
				write_chunk(ctl, slot, data);
			else
				close_chunk(slot, data->tag);
		}
		ctl->env->release(ctl->env->context, data);
		moved = true;
	}
	return moved;
}

void sqz_ctl_copy_acked(struct sqz_controller *ctl, struct slot *slot,
			const struct sqz_packet *packet)
{
	if (!is_open(ctl, slot, packet)) {
		ctl->counters.late++;
		return;
	}
	if (packet->status != SQZ_OK)
		sqz_ctl_fail(slot, packet->status, packet->addr, packet->src);
	slot->why = packet->causes;
	close_chunk(slot, packet->tag);
}
