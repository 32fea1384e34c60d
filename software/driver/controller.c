#include "driver/controller.h"

#include <string.h>

#include "sqz/memmap.h"
#include "sqz/port.h"
#include "sqz/regs.h"

static uint64_t ring_reg(uint64_t base, unsigned ring, unsigned offset)
{
	return base + SQZ_RING_OFFSET + ring * SQZ_RING_STRIDE + offset;
}

static uint32_t ring_bit(unsigned ring)
{
	return 1u << (SQZ_CONTROLLER_IRQ_STATUS_RINGS_LSB + ring);
}

static uint32_t error_bit(void)
{
	return sqz_bits(SQZ_CONTROLLER_IRQ_STATUS_ERROR, 1);
}

static void enable_irq(uint64_t base, uint32_t bits)
{
	uint64_t reg = base + SQZ_CONTROLLER_IRQ_ENABLE;

	sqz_write32(reg, sqz_read32(reg) | bits);
}

bool sqz_io_controller_present(uint64_t base)
{
	return sqz_read32(base + SQZ_CONTROLLER_ID) == SQZ_ID_CONTROLLER;
}

void sqz_io_controller_caps(uint64_t base, struct sqz_controller_caps *caps)
{
	uint32_t version = sqz_read32(base + SQZ_CONTROLLER_VERSION);
	uint32_t bits = sqz_read32(base + SQZ_CONTROLLER_CAPS);
	uint32_t mesh = sqz_read32(base + SQZ_CONTROLLER_MESH);

	*caps = (struct sqz_controller_caps){
		.version_major = version >> 16,
		.version_minor = version & 0xffff,
		.rings = sqz_field(bits, SQZ_CONTROLLER_CAPS_RINGS),
		.in_flight = sqz_field(bits, SQZ_CONTROLLER_CAPS_IN_FLIGHT),
		.desc_bytes = sqz_field(bits, SQZ_CONTROLLER_CAPS_DESC_BYTES),
		.nodes = sqz_read32(base + SQZ_CONTROLLER_NODES),
		.mesh_width = sqz_field(mesh, SQZ_CONTROLLER_MESH_WIDTH),
		.mesh_height = sqz_field(mesh, SQZ_CONTROLLER_MESH_HEIGHT),
	};
}

void sqz_io_controller_node(uint64_t base, unsigned node,
			    struct sqz_node_entry *entry)
{
	uint64_t from = base + SQZ_NODE_TABLE_OFFSET +
			(uint64_t)node * SQZ_NODE_ENTRY_BYTES;
	uint32_t words[SQZ_NODE_ENTRY_BYTES / 4];

	for (unsigned i = 0; i < SQZ_NODE_ENTRY_BYTES / 4; i++)
		words[i] = sqz_read32(from + i * 4);
	memcpy(entry, words, sizeof(*entry));
}

void sqz_io_controller_restart(uint64_t base)
{
	sqz_write32(base + SQZ_CONTROLLER_CTRL,
		    sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1));
	sqz_write32(base + SQZ_CONTROLLER_CTRL,
		    sqz_bits(SQZ_CONTROLLER_CTRL_ENABLE, 1));
}

void sqz_io_controller_take_error(uint64_t base,
				  struct sqz_controller_error *error)
{
	uint64_t low = sqz_read32(base + SQZ_CONTROLLER_ERROR_ADDR_LO);
	uint64_t high = sqz_read32(base + SQZ_CONTROLLER_ERROR_ADDR_HI);

	error->status = sqz_read32(base + SQZ_CONTROLLER_ERROR_CODE);
	error->node = sqz_read32(base + SQZ_CONTROLLER_ERROR_NODE);
	error->address = high << 32 | low;
	sqz_write32(base + SQZ_CONTROLLER_ERROR_CODE, UINT32_MAX);
}

void sqz_io_controller_enable_error_irq(uint64_t base)
{
	enable_irq(base, error_bit());
}

void sqz_io_controller_ack_error_irq(uint64_t base)
{
	sqz_write32(base + SQZ_CONTROLLER_IRQ_STATUS, error_bit());
}

void sqz_io_controller_ring_start(uint64_t base, unsigned ring,
				  const struct sqz_ring_setup *setup)
{
	const struct {
		unsigned offset;
		uint32_t value;
	} writes[] = {
		{ SQZ_RING_BASE_LO, (uint32_t)setup->descriptors },
		{ SQZ_RING_BASE_HI, (uint32_t)(setup->descriptors >> 32) },
		{ SQZ_RING_CBASE_LO, (uint32_t)setup->completions },
		{ SQZ_RING_CBASE_HI, (uint32_t)(setup->completions >> 32) },
		{ SQZ_RING_PRIORITY, setup->priority },
		{ SQZ_RING_SIZE, setup->entries },
	};

	for (unsigned i = 0; i < sizeof(writes) / sizeof(*writes); i++)
		sqz_write32(ring_reg(base, ring, writes[i].offset),
			    writes[i].value);
	enable_irq(base, ring_bit(ring));
}

void sqz_io_controller_ring_priority(uint64_t base, unsigned ring,
				     uint32_t priority)
{
	sqz_write32(ring_reg(base, ring, SQZ_RING_PRIORITY), priority);
}

void sqz_io_controller_ring_stop(uint64_t base, unsigned ring)
{
	sqz_write32(ring_reg(base, ring, SQZ_RING_SIZE), 0);
}

void sqz_io_controller_ring_doorbell(uint64_t base, unsigned ring,
				     uint32_t tail)
{
	sqz_write32(ring_reg(base, ring, SQZ_RING_TAIL), tail);
}

void sqz_io_controller_ring_consumed(uint64_t base, unsigned ring,
				     uint32_t head)
{
	sqz_write32(ring_reg(base, ring, SQZ_RING_CHEAD), head);
}

void sqz_io_controller_ring_abort(uint64_t base, unsigned ring)
{
	sqz_write32(ring_reg(base, ring, SQZ_RING_ABORT), 1);
}

void sqz_io_controller_ring_ack_irq(uint64_t base, unsigned ring)
{
	sqz_write32(base + SQZ_CONTROLLER_IRQ_STATUS, ring_bit(ring));
}
