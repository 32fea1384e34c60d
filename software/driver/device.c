#include "driver/device.h"

#include <stdbool.h>
#include <stddef.h>

#include "sqz/memmap.h"
#include "sqz/port.h"
#include "sqz/regs.h"

#define CONTROLLER_VERSION_MAJOR 1

static void handle_error_irq(void *arg)
{
	struct sqz_device *device = arg;

	sqz_io_controller_ack_error_irq(device->base);
	sqz_io_controller_take_error(device->base, &device->last_error);
	device->errors++;
}

static bool caps_are_sane(const struct sqz_controller_caps *caps)
{
	return caps->rings > 0 && caps->nodes > 0 &&
	       caps->nodes <= SQZ_DEVICE_MAX_NODES &&
	       caps->nodes == caps->mesh_width * caps->mesh_height;
}

static enum sqz_result read_caps(struct sqz_device *device)
{
	sqz_io_controller_caps(device->base, &device->caps);
	if (device->caps.version_major != CONTROLLER_VERSION_MAJOR ||
	    device->caps.desc_bytes != SQZ_DESC_BYTES)
		return SQZ_EVERSION;
	return caps_are_sane(&device->caps) ? SQZ_SUCCESS : SQZ_EIO;
}

static enum sqz_result read_nodes(struct sqz_device *device)
{
	size_t bytes = (size_t)device->caps.nodes * SQZ_NODE_ENTRY_BYTES;

	device->nodes = sqz_dma_alloc(bytes, 64);
	if (!device->nodes)
		return SQZ_ENOMEM;
	for (unsigned i = 0; i < device->caps.nodes; i++)
		sqz_io_controller_node(device->base, i, &device->nodes[i]);
	return SQZ_SUCCESS;
}

enum sqz_result sqz_device_probe(struct sqz_device *device, uint64_t base)
{
	*device = (struct sqz_device){ .base = base };
	if (!sqz_io_controller_present(base))
		return SQZ_ENODEV;

	enum sqz_result result = read_caps(device);

	if (result == SQZ_SUCCESS)
		result = read_nodes(device);
	if (result != SQZ_SUCCESS)
		return result;
	sqz_io_controller_restart(base);
	if (sqz_irq_attach(SQZ_IRQ_ERROR, handle_error_irq, device) != 0)
		return SQZ_EINVAL;
	sqz_io_controller_enable_error_irq(base);
	return SQZ_SUCCESS;
}

const struct sqz_node_entry *sqz_device_node(const struct sqz_device *device,
					     uint32_t node,
					     enum sqz_node_kind kind)
{
	if (node >= device->caps.nodes || device->nodes[node].kind != kind)
		return NULL;
	return &device->nodes[node];
}

void sqz_device_reset_tile(const struct sqz_device *device, uint32_t node)
{
	sqz_write32(device->nodes[node].window + SQZ_TILE_CTRL,
		    sqz_bits(SQZ_TILE_CTRL_RESET, 1));
}

void sqz_device_summarize(const struct sqz_device *device,
			  struct sqz_device_summary *summary)
{
	*summary = (struct sqz_device_summary){ 0 };
	for (unsigned i = 0; i < device->caps.nodes; i++) {
		const struct sqz_node_entry *node = &device->nodes[i];

		summary->tiles += node->kind == SQZ_NODE_TILE;
		summary->buffers += node->kind == SQZ_NODE_BUFFER;
		summary->drams += node->kind == SQZ_NODE_DRAM;
		if (node->kind == SQZ_NODE_TILE)
			summary->arrays += node->arrays;
	}
}
