#include "soc/chip.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "sqz/memmap.h"

namespace sqz
{

chip::chip(sc_core::sc_module_name name, const sqz_config &config,
	   const sqz_chip &plan, const surroundings &around)
    : sc_module(name), layout(plan), dram(plan.dram_bytes),
      flash(plan.flash_bytes),
      packets(sqz_packet_pool_create(), sqz_packet_pool_destroy)
{
	commons.chip = &layout;
	commons.packets = packets.get();
	commons.payloads = &payloads;
	commons.queue_packets = config.noc.queue_packets;
	commons.flit_bytes = config.noc.flit_bytes;
	commons.layers = around.layers;
	commons.traffic.resize(around.layers + 1);
	commons.observe = around.packet_observer;
	commons.mark = around.mark_observer;
	commons.accepted = around.accepted_observer;
	commons.observe_context = around.context;
	build_host(config);
	build_devices(config, around);
	build_nodes(config, around);
	connect_bus();
}

void chip::build_host(const sqz_config &config)
{
	bus = std::make_unique<host_bus>("bus");
	host = std::make_unique<host_cpu>("cpu", config, SQZ_DRAM_BASE);
	host->bus.bind(bus->cpu);
	host->attach(bus.get());
	host->add_memory(SQZ_DRAM_BASE, layout.dram_bytes);
	host->add_memory(SQZ_FLASH_BASE, layout.flash_bytes);
	const auto cycles = [&config](uint32_t count) {
		return sc_core::sc_time::from_value(count *
						    config.cpu.cycle_ps);
	};
	host_dram = std::make_unique<memory_target>(
	    "host_dram",
	    memory_settings{ dram.get(), layout.dram_bytes, true,
			     cycles(config.cpu.dram_read_cycles),
			     cycles(config.cpu.dram_write_cycles) });
	host_flash = std::make_unique<memory_target>(
	    "host_flash",
	    memory_settings{ flash.get(), layout.flash_bytes, false,
			     cycles(config.cpu.flash_read_cycles),
			     sc_core::SC_ZERO_TIME });
}

/* Where the .sqz image goes; 0 if there is none. */
uint64_t chip::place_image(const surroundings &around)
{
	const uint64_t page = 4096;
	uint64_t addr = SQZ_FLASH_BASE;

	if (!around.image_bytes)
		return 0;
	if (around.image_bytes > layout.flash_bytes) {
		const uint64_t size =
		    (around.image_bytes + page - 1) / page * page;
		if (size > layout.dram_bytes / 2)
			throw std::runtime_error(
			    "the image fits neither flash nor half of DRAM");
		addr = SQZ_DRAM_BASE + layout.dram_bytes - size;
	}
	load(addr, around.image, around.image_bytes);
	return addr;
}

void chip::build_devices(const sqz_config &config, const surroundings &around)
{
	sqz_mailbox_config mail = {};

	clint = std::make_unique<clint_device>("clint", *host);
	plic = std::make_unique<plic_device>("plic", *host);
	uart = std::make_unique<uart_device>("uart", *plic, around.sent,
					     around.context);
	finisher = std::make_unique<finisher_device>("finisher", around.finish,
						     around.context);
	mail.count = around.input_count;
	mail.input_bytes = around.input_bytes;
	mail.in_flight = around.in_flight;
	mail.chain = around.chain;
	mail.image_addr = place_image(around);
	mail.image_bytes = (uint32_t)around.image_bytes;
	mail.delivery_ps = config.mailbox.delivery_ps;
	mail.dram_base = SQZ_DRAM_BASE;
	mail.dram_bytes = layout.dram_bytes;
	mail.dram = dram.get();
	mail.context = around.context;
	mail.input = around.input;
	mail.logits = around.logits;
	mailbox = std::make_unique<mailbox_device>("mailbox", *plic, mail);
}

void chip::build_nodes(const sqz_config &config, const surroundings &around)
{
	fabric = std::make_unique<noc_fabric>("noc", config);
	counters = std::make_unique<counters_device>("counters", *fabric);
	tile_at.resize(layout.nodes);
	memory_at.resize(layout.nodes);
	for (uint16_t node = 0; node < layout.nodes; node++) {
		const uint8_t kind = layout.entries[node].kind;
		const std::string name = "node_" + std::to_string(node);
		node_shell *shell = nullptr;
		if (kind == SQZ_NODE_CONTROLLER) {
			controller = std::make_unique<controller_node>(
			    name.c_str(), node, commons, config, *plic,
			    around.controller_observer);
			shell = controller.get();
			if (controller->cpu.wanted())
				host->explain(&controller->cpu);
		} else if (kind == SQZ_NODE_TILE) {
			tiles.push_back(std::make_unique<tile_node>(
			    name.c_str(), node, commons, config,
			    around.tile_observer
				? around.tile_observer(around.context, node)
				: nullptr));
			shell = tile_at[node] = tiles.back().get();
		} else {
			uint8_t *storage = nullptr;
			if (kind == SQZ_NODE_DRAM)
				storage = dram.get();
			else if (kind == SQZ_NODE_FLASH)
				storage = flash.get();
			memories.push_back(std::make_unique<memory_node>(
			    name.c_str(), node, commons, config, storage,
			    around.memory_observer
				? around.memory_observer(around.context, node)
				: nullptr));
			shell = memory_at[node] = memories.back().get();
		}
		shell->out.bind(fabric->from_nodes);
		fabric->to_nodes.bind(shell->in);
	}
}

void chip::connect_bus()
{
	const uint64_t windows = UINT64_MAX - SQZ_WINDOW_BASE;

	controller->attach_look([this](uint64_t addr, uint64_t *value) {
		return look_at_window(addr, value);
	});
	bus->connect("finisher", SQZ_FINISHER_BASE, SQZ_FINISHER_BYTES,
		     finisher->bus);
	bus->connect("clint", SQZ_CLINT_BASE, SQZ_CLINT_BYTES, clint->bus);
	bus->connect("plic", SQZ_PLIC_BASE, SQZ_PLIC_BYTES, plic->bus);
	bus->connect("uart", SQZ_UART_BASE, SQZ_UART_BYTES, uart->bus);
	bus->connect("controller", SQZ_CONTROLLER_BASE, SQZ_CONTROLLER_BYTES,
		     controller->registers);
	bus->connect("mailbox", SQZ_MAILBOX_BASE, SQZ_MAILBOX_BYTES,
		     mailbox->bus);
	bus->connect("counters", SQZ_COUNTERS_BASE, SQZ_COUNTERS_BYTES,
		     counters->bus);
	bus->connect("flash", SQZ_FLASH_BASE, layout.flash_bytes,
		     host_flash->bus);
	bus->connect("DRAM", SQZ_DRAM_BASE, layout.dram_bytes, host_dram->bus);
	bus->connect("node windows", SQZ_WINDOW_BASE, windows,
		     controller->windows, true);
}

/* Registers of tiles and buffers, memory of buffers. */
bool chip::look_at_window(uint64_t addr, uint64_t *value)
{
	const int node = sqz_chip_route(&layout, addr, nullptr);

	if (node < 0 || addr < SQZ_WINDOW_BASE)
		return false;
	const sqz_node_entry &entry = layout.entries[node];
	const uint64_t offset = addr - entry.window;
	const uint64_t middle = entry.window_bytes / 2;
	if (tile_at[(size_t)node])
		return sqz_tile_look(tile_at[(size_t)node]->tile, offset,
				     value) == SQZ_OK;
	if (entry.kind != SQZ_NODE_BUFFER)
		return false;
	sqz_memory *memory = memory_at[(size_t)node]->memory;
	if (offset >= middle)
		return sqz_memory_look(memory, offset - middle, value) ==
		       SQZ_OK;
	if (offset + 4 > layout.buffer_bytes)
		return false;
	memcpy(value, sqz_memory_data(memory) + offset, 4);
	return true;
}

void chip::reset(uint64_t entry)
{
	host->reset(entry);
	uart->reset();
	mailbox->reset();
	plic->reset();
	clint->reset();
}

int chip::load(uint64_t addr, const void *data, uint64_t bytes)
{
	uint8_t *to = nullptr;

	if (addr >= SQZ_DRAM_BASE && addr - SQZ_DRAM_BASE < layout.dram_bytes &&
	    bytes <= layout.dram_bytes - (addr - SQZ_DRAM_BASE))
		to = dram.get() + (addr - SQZ_DRAM_BASE);
	else if (addr >= SQZ_FLASH_BASE &&
		 addr - SQZ_FLASH_BASE < layout.flash_bytes &&
		 bytes <= layout.flash_bytes - (addr - SQZ_FLASH_BASE))
		to = flash.get() + (addr - SQZ_FLASH_BASE);
	if (!to)
		return -1;
	if (data)
		memcpy(to, data, bytes);
	else
		memset(to, 0, bytes);
	return 0;
}

const sqz_tile *chip::tile(uint32_t node) const
{
	return tile_at[node] ? tile_at[node]->tile : nullptr;
}

const sqz_memory *chip::memory(uint32_t node) const
{
	return memory_at[node] ? memory_at[node]->memory : nullptr;
}

uint64_t chip::dram_activations() const
{
	uint64_t sum = 0;

	for (const auto &memory : memories) {
		const struct sqz_memory_counters counters =
		    sqz_memory_counters(memory->memory);
		/* A buffer's conflicts are of banks, it has no rows. */
		if (counters.row_hits || counters.row_misses)
			sum += counters.row_misses + counters.conflicts;
	}
	return sum;
}

} // namespace sqz
