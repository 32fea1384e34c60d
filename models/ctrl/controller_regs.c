/* The controller's window: registers, rings, node table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/controller_state.h"
#include "sqz/memmap.h"

enum part { PART_NONE, PART_CONTROLLER, PART_RING, PART_NODES };

/* Which part of the window; *ring and *offset become relative to it. */
static enum part find_part(const struct sqz_controller *ctl, uint64_t *offset,
			   uint16_t *ring)
{
	uint64_t in_rings = *offset - SQZ_RING_OFFSET;
	uint64_t in_nodes = *offset - SQZ_NODE_TABLE_OFFSET;

	if (*offset < SQZ_RING_OFFSET)
		return PART_CONTROLLER;
	if (in_rings < (uint64_t)ctl->config.rings * SQZ_RING_STRIDE) {
		*ring = (uint16_t)(in_rings / SQZ_RING_STRIDE);
		*offset = in_rings % SQZ_RING_STRIDE;
		return PART_RING;
	}
	if (*offset >= SQZ_NODE_TABLE_OFFSET &&
	    in_nodes <
		(uint64_t)ctl->config.node_count * SQZ_NODE_ENTRY_BYTES) {
		*offset = in_nodes;
		return PART_NODES;
	}
	return PART_NONE;
}

void sqz_ctl_reset_regs(struct sqz_controller *ctl)
{
	const struct sqz_controller_config *config = &ctl->config;

	sqz_reg_file_reset(&ctl->regs, SQZ_BLOCK_CONTROLLER);
	sqz_reg_set(
	    &ctl->regs, SQZ_CONTROLLER_CAPS,
	    sqz_bits(SQZ_CONTROLLER_CAPS_RINGS, config->rings) |
		sqz_bits(SQZ_CONTROLLER_CAPS_IN_FLIGHT, config->in_flight) |
		sqz_bits(SQZ_CONTROLLER_CAPS_DESC_BYTES, SQZ_DESC_BYTES));
	sqz_reg_set(&ctl->regs, SQZ_CONTROLLER_NODES, config->node_count);
	sqz_reg_set(
	    &ctl->regs, SQZ_CONTROLLER_MESH,
	    sqz_bits(SQZ_CONTROLLER_MESH_WIDTH, config->mesh_width) |
		sqz_bits(SQZ_CONTROLLER_MESH_HEIGHT, config->mesh_height));
	ctl->irq_node_count = 0;
	for (uint32_t r = 0; r < config->rings; r++) {
		struct ring *ring = &ctl->rings[r];
		uint32_t epoch = sqz_reg_get(&ring->regs, SQZ_RING_EPOCH);

		sqz_reg_file_reset(&ring->regs, SQZ_BLOCK_RING);
		sqz_reg_set(&ring->regs, SQZ_RING_EPOCH, epoch);
		ring->fault = false;
		ring->post_fault = false;
		ring->posting = false;
		ring->draining = false;
		ring->chain_broken = false;
	}
}

/* ---- node interrupts ---- */

/* IRQ_STATUS.NODE says that NODE_IRQ holds a node; clearing it alone does not
 * help, so that no node is forgotten. */
static void show_first_node(struct sqz_controller *ctl)
{
	uint32_t status = sqz_reg_get(&ctl->regs, SQZ_CONTROLLER_IRQ_STATUS);
	uint32_t bit = sqz_bits(SQZ_CONTROLLER_IRQ_STATUS_NODE, 1);
	bool any = ctl->irq_node_count > 0;

	sqz_reg_set(&ctl->regs, SQZ_CONTROLLER_NODE_IRQ,
		    any ? ctl->irq_nodes[0] : SQZ_NO_NODE);
	sqz_reg_set(&ctl->regs, SQZ_CONTROLLER_IRQ_STATUS,
		    any ? status | bit : status & ~bit);
}

void sqz_ctl_node_irq(struct sqz_controller *ctl, uint16_t node)
{
	for (uint32_t i = 0; i < ctl->irq_node_count; i++)
		if (ctl->irq_nodes[i] == node)
			return;
	if (ctl->irq_node_count < ctl->config.node_count)
		ctl->irq_nodes[ctl->irq_node_count++] = node;
	show_first_node(ctl);
}

static void drop_first_node(struct sqz_controller *ctl)
{
	if (ctl->irq_node_count > 0) {
		ctl->irq_node_count--;
		memmove(ctl->irq_nodes, ctl->irq_nodes + 1,
			ctl->irq_node_count * sizeof(ctl->irq_nodes[0]));
	}
	show_first_node(ctl);
}

/* ---- registers ---- */

static void refresh_controller(struct sqz_controller *ctl)
{
	bool error =
	    sqz_reg_get(&ctl->regs, SQZ_CONTROLLER_ERROR_CODE) != SQZ_OK;

	sqz_reg_set(&ctl->regs, SQZ_CONTROLLER_STATUS,
		    sqz_bits(SQZ_CONTROLLER_STATUS_BUSY, ctl->order_count > 0) |
			sqz_bits(SQZ_CONTROLLER_STATUS_ERROR, error));
}

static void controller_written(struct sqz_controller *ctl, uint64_t offset,
			       uint32_t value)
{
	struct sqz_reg_file *regs = &ctl->regs;

	switch (offset) {
	case SQZ_CONTROLLER_CTRL:
		sqz_reg_set(regs, SQZ_CONTROLLER_CTRL,
			    value & sqz_bits(SQZ_CONTROLLER_CTRL_ENABLE, 1));
		if (sqz_field(value, SQZ_CONTROLLER_CTRL_RESET))
			sqz_ctl_reset(ctl);
		break;
	case SQZ_CONTROLLER_NODE_IRQ:
		drop_first_node(ctl);
		break;
	case SQZ_CONTROLLER_IRQ_STATUS:
		show_first_node(ctl);
		break;
	case SQZ_CONTROLLER_ERROR_CODE:
		if (sqz_reg_get(regs, SQZ_CONTROLLER_ERROR_CODE) != SQZ_OK)
			break;
		sqz_reg_set(regs, SQZ_CONTROLLER_ERROR_NODE, SQZ_NO_NODE);
		sqz_reg_set64(regs, SQZ_CONTROLLER_ERROR_ADDR_LO, 0);
		break;
	default:
		break;
	}
}

static enum sqz_status access_controller(struct sqz_controller *ctl,
					 uint64_t offset, uint32_t size_bytes,
					 bool is_write, uint64_t *value)
{
	refresh_controller(ctl);

	enum sqz_status status = sqz_reg_file_access(
	    &ctl->regs, offset, size_bytes, is_write, value);

	if (status == SQZ_OK && is_write)
		controller_written(ctl, offset, (uint32_t)*value);
	return status;
}

static void refresh_ring(struct ring *ring)
{
	bool fault = ring->fault || ring->post_fault;

	sqz_reg_set(&ring->regs, SQZ_RING_STATUS,
		    sqz_bits(SQZ_RING_STATUS_BUSY, ring->slots > 0) |
			sqz_bits(SQZ_RING_STATUS_ABORTING, ring->aborting) |
			sqz_bits(SQZ_RING_STATUS_FAULT, fault));
}

static void ring_written(struct sqz_controller *ctl, uint16_t ring,
			 uint64_t offset, uint32_t value)
{
	const struct sqz_controller_observer *observer = &ctl->config.observer;

	if (offset == SQZ_RING_ABORT && (value & 1))
		sqz_ctl_abort_all(ctl, ring);
	if (offset == SQZ_RING_TAIL && observer->doorbell)
		observer->doorbell(observer->context, ring, value);
}

static enum sqz_status access_ring(struct sqz_controller *ctl, uint16_t ring,
				   uint64_t offset, uint32_t size_bytes,
				   bool is_write, uint64_t *value)
{
	refresh_ring(&ctl->rings[ring]);

	enum sqz_status status = sqz_reg_file_access(
	    &ctl->rings[ring].regs, offset, size_bytes, is_write, value);

	if (status == SQZ_OK && is_write)
		ring_written(ctl, ring, offset, (uint32_t)*value);
	return status;
}

static bool node_read_is_valid(uint64_t offset, uint32_t size_bytes)
{
	return (size_bytes == 1 || size_bytes == 2 || size_bytes == 4 ||
		size_bytes == 8) &&
	       offset % size_bytes == 0;
}

static enum sqz_status read_node(const struct sqz_controller *ctl,
				 uint64_t offset, uint32_t size_bytes,
				 bool is_write, uint64_t *value)
{
	if (is_write || !node_read_is_valid(offset, size_bytes))
		return SQZ_ERR_ADDRESS;
	*value = 0;
	memcpy(value, (const uint8_t *)ctl->nodes + offset, size_bytes);
	return SQZ_OK;
}

enum sqz_status sqz_controller_reg_access(struct sqz_controller *ctl,
					  uint64_t offset, uint32_t size_bytes,
					  bool is_write, uint64_t *value)
{
	enum sqz_status status = SQZ_ERR_ADDRESS;
	uint16_t ring = 0;

	switch (find_part(ctl, &offset, &ring)) {
	case PART_CONTROLLER:
		status =
		    access_controller(ctl, offset, size_bytes, is_write, value);
		break;
	case PART_RING:
		status =
		    access_ring(ctl, ring, offset, size_bytes, is_write, value);
		break;
	case PART_NODES:
		return read_node(ctl, offset, size_bytes, is_write, value);
	case PART_NONE:
		break;
	}
	if (status == SQZ_OK && is_write)
		sqz_ctl_pump(ctl);
	return status;
}

static void name_register(enum sqz_block_id id, const char *prefix,
			  uint64_t offset, char *name, size_t name_bytes)
{
	const struct sqz_reg_info *info =
	    sqz_reg_find(sqz_reg_block(id), offset & ~3ull);

	snprintf(name, name_bytes, "%s%s%s", prefix, info ? "." : "",
		 info ? info->name : "");
}

const char *sqz_controller_fault(const struct sqz_controller *ctl,
				 uint64_t offset, uint32_t size_bytes,
				 bool is_write, char *name, size_t name_bytes)
{
	enum sqz_block_id id = SQZ_BLOCK_CONTROLLER;
	char prefix[16] = "controller";
	uint16_t ring = 0;

	switch (find_part(ctl, &offset, &ring)) {
	case PART_RING:
		snprintf(prefix, sizeof(prefix), "ring %u", ring);
		id = SQZ_BLOCK_RING;
		break;
	case PART_NODES:
		snprintf(name, name_bytes, "node table");
		if (is_write)
			return "write to the read-only node table";
		return node_read_is_valid(offset, size_bytes)
			   ? NULL
			   : "misaligned access or wrong size";
	case PART_NONE:
		snprintf(name, name_bytes, "?");
		return "no register at this offset";
	case PART_CONTROLLER:
		break;
	}
	name_register(id, prefix, offset, name, name_bytes);
	return sqz_reg_fault(sqz_reg_block(id), offset, size_bytes, is_write);
}
