#include "soc/nodes.h"

#include <stdexcept>

namespace sqz
{

static const uint32_t KIB = 1024;

static sqz_tile_config tile_config(const sqz_config &config, uint16_t node,
				   const node_commons &commons)
{
	const auto &from = config.tile;
	sqz_tile_config c = {};

	c.window = commons.chip->entries[node].window;
	c.controller_node = 0;
	c.nodes = commons.chip->nodes;
	c.arrays = from.arrays;
	c.array_rows = from.array_rows;
	c.array_columns = from.array_columns;
	c.adc_bits = from.adc_bits;
	c.ou_rows = from.ou_rows;
	c.ou_columns = from.ou_columns;
	c.sa_ports = from.sa_ports;
	c.index_positions = from.index_positions;
	c.slots = from.slots;
	c.edram_bytes = from.edram_kib * KIB;
	c.layers = commons.layers;
	c.array_cycle_ps = from.array_cycle_ps;
	c.ou_cycle_ps = from.ou_cycle_ps;
	c.adc_conversion_ps = from.adc_conversion_ps;
	c.pipeline_ps = from.pipeline_ps;
	c.vector_cycle_ps = from.vector_cycle_ps;
	c.row_write_ps = from.row_write_ps;
	c.slowdown = from.slow_node == node ? from.slow_factor : 1;
	c.vector_lanes = from.vector_lanes;
	c.fetch_bytes = from.fetch_bytes;
	c.fetch_outstanding = from.fetch_outstanding;
	c.config_fetch_outstanding = from.config_fetch_outstanding;
	c.write_outstanding = from.write_outstanding;
	c.psum_window = from.psum_window;
	c.positions_per_packet = from.positions_per_packet;
	c.max_payload_bytes = config.noc.max_payload_bytes;
	return c;
}

tile_node::tile_node(sc_core::sc_module_name name, uint16_t number,
		     node_commons &shared, const sqz_config &config,
		     const sqz_tile_observer *observer)
    : node_shell(name, number, shared)
{
	sqz_error err = {};
	const sqz_tile_config settings = tile_config(config, number, shared);

	tile = sqz_tile_create(&settings, environment(), observer, &err);
	if (!tile)
		throw std::runtime_error(err.text);
	attach(tile, &sqz_tile_ops);
}

tile_node::~tile_node()
{
	sqz_tile_destroy(tile);
}

static sqz_memory_config buffer_config(const sqz_config &config)
{
	sqz_memory_config c = {};

	c.kind = SQZ_MEMORY_BUFFER;
	c.queue_depth = config.buffer.queue;
	c.latency_ps = config.buffer.latency_ps;
	c.banks = { config.buffer.banks, config.buffer.interleave_bytes,
		    config.buffer.bytes_per_cycle, config.buffer.cycle_ps };
	return c;
}

static sqz_memory_config flash_config(const sqz_config &config)
{
	sqz_memory_config c = {};

	c.kind = SQZ_MEMORY_FLASH;
	c.queue_depth = config.flash.queue;
	c.latency_ps = config.flash.latency_ps;
	c.banks = { 1, config.flash.bytes_per_cycle,
		    config.flash.bytes_per_cycle, config.flash.cycle_ps };
	return c;
}

static sqz_memory_config dram_config(const sqz_config &config)
{
	const auto &from = config.dram;
	sqz_memory_config c = {};

	c.kind = SQZ_MEMORY_DRAM;
	c.queue_depth = from.queue;
	c.dram = { from.banks,	  from.row_bytes, from.burst_bytes,
		   from.burst_ps, from.t_rcd_ps,  from.t_rp_ps,
		   from.t_cas_ps, from.t_refi_ps, from.t_rfc_ps };
	return c;
}

/* Which bytes of the bus the node answers. */
static sqz_memory_map memory_map(const sqz_chip &chip, uint16_t node)
{
	const sqz_node_entry &entry = chip.entries[node];
	sqz_memory_map map = { entry.window, 0, 0, 1, 0 };

	map.bytes = (uint64_t)entry.memory_kib * KIB;
	if (entry.kind != SQZ_NODE_DRAM)
		return map;
	map.granule_bytes = chip.dram_interleave_bytes;
	map.nodes = chip.dram_count;
	while (chip.dram_nodes[map.index] != node)
		map.index++;
	return map;
}

static sqz_memory_config memory_config(const sqz_config &config, uint8_t kind)
{
	switch (kind) {
	case SQZ_NODE_BUFFER:
		return buffer_config(config);
	case SQZ_NODE_FLASH:
		return flash_config(config);
	default:
		return dram_config(config);
	}
}

memory_node::memory_node(sc_core::sc_module_name name, uint16_t number,
			 node_commons &shared, const sqz_config &config,
			 uint8_t *storage, const sqz_memory_observer *observer)
    : node_shell(name, number, shared)
{
	const sqz_node_entry &entry = shared.chip->entries[number];
	sqz_memory_config settings = memory_config(config, entry.kind);
	sqz_error err = {};

	settings.map = memory_map(*shared.chip, number);
	settings.window_bytes = entry.window_bytes;
	settings.storage = storage;
	if (observer)
		settings.observer = *observer;
	memory = sqz_memory_create(&settings, environment(), &err);
	if (!memory)
		throw std::runtime_error(err.text);
	attach(memory, &sqz_memory_ops);
}

memory_node::~memory_node()
{
	sqz_memory_destroy(memory);
}

} // namespace sqz
