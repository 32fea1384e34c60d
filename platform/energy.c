#include "energy.h"

#include "reader/adc.h"

/* The array constant counts this many cells. */
#define ARRAY_CELLS 1024

static const char *const NAMES[SQZ_ENERGY_COMPONENTS] = {
	[SQZ_ENERGY_ARRAY] = "array",	[SQZ_ENERGY_DAC] = "dac",
	[SQZ_ENERGY_ADC] = "adc",	[SQZ_ENERGY_SHIFT_ADD] = "shift_add",
	[SQZ_ENERGY_INDEX] = "index",	[SQZ_ENERGY_EDRAM] = "edram",
	[SQZ_ENERGY_BUS] = "bus",	[SQZ_ENERGY_VECTOR] = "vector",
	[SQZ_ENERGY_ROUTER] = "router", [SQZ_ENERGY_LINK] = "link",
	[SQZ_ENERGY_BUFFER] = "buffer", [SQZ_ENERGY_DRAM] = "dram",
	[SQZ_ENERGY_FLASH] = "flash",	[SQZ_ENERGY_CELL_WRITE] = "cell_write",
};

const char *sqz_energy_name(enum sqz_energy_component component)
{
	return NAMES[component];
}

static uint64_t scaled(uint64_t count, uint64_t fj, uint64_t per)
{
	return (uint64_t)((unsigned __int128)count * fj / per);
}

struct sqz_energy sqz_energy_of(const struct sqz_config *config,
				const struct sqz_tile_counters *tiles,
				const struct sqz_traffic *traffic)
{
	uint64_t flit = config->noc.flit_bytes;
	/* A packet that visits H routers crosses H - 1 links. */
	uint64_t link_bytes = (traffic->flit_hops - traffic->flits) * flit;
	struct sqz_energy energy = { {
	    [SQZ_ENERGY_ARRAY] =
		scaled(tiles->active_cell_cycles,
		       config->tile.array_1024_cells_fj, ARRAY_CELLS),
	    [SQZ_ENERGY_DAC] = tiles->dac_row_cycles * config->tile.dac_row_fj,
	    [SQZ_ENERGY_ADC] = tiles->adc_conversions * sqz_adc_tile_fj(config),
	    [SQZ_ENERGY_SHIFT_ADD] =
		tiles->shift_adds * config->tile.shift_add_fj,
	    [SQZ_ENERGY_INDEX] =
		tiles->index_bytes * config->tile.index_byte_fj,
	    [SQZ_ENERGY_EDRAM] =
		(tiles->edram_read_bytes + tiles->edram_write_bytes) *
		config->tile.edram_byte_fj,
	    [SQZ_ENERGY_BUS] =
		tiles->edram_read_bytes * config->tile.bus_byte_fj,
	    [SQZ_ENERGY_VECTOR] = tiles->vector_ops * config->tile.vector_op_fj,
	    [SQZ_ENERGY_ROUTER] =
		traffic->flit_hops * flit * config->noc.router_byte_fj,
	    [SQZ_ENERGY_LINK] = link_bytes * config->noc.link_byte_fj,
	    [SQZ_ENERGY_BUFFER] =
		traffic->buffer_bytes * config->buffer.byte_fj,
	    [SQZ_ENERGY_DRAM] = traffic->dram_bytes * config->dram.byte_fj,
	    [SQZ_ENERGY_FLASH] = traffic->flash_bytes * config->flash.byte_fj,
	    [SQZ_ENERGY_CELL_WRITE] =
		tiles->cell_writes * config->tile.cell_write_fj,
	} };

	return energy;
}

uint64_t sqz_energy_total(const struct sqz_energy *energy)
{
	uint64_t total = 0;

	for (int i = 0; i < SQZ_ENERGY_COMPONENTS; i++)
		total += energy->fj[i];
	return total;
}
