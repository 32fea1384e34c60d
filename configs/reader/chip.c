#include "reader/chip.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sqz/memmap.h"

#define KIB 1024u

static uint64_t next_power_of_two(uint64_t value)
{
	uint64_t power = 1;

	while (power < value)
		power <<= 1;
	return power;
}

/* Node number of the i-th place on the rim, clockwise from node 0. */
static uint32_t rim_node(const struct sqz_chip *chip, uint32_t i)
{
	uint32_t right = chip->width - 1;
	uint32_t down = chip->height - 1;

	if (i < right)
		return i;
	i -= right;
	if (i < down)
		return i * chip->width + right;
	i -= down;
	if (i < right)
		return down * chip->width + right - i;
	i -= right;
	return (down - i) * chip->width;
}

static void place_dram(struct sqz_chip *chip)
{
	uint32_t rim = 2 * (chip->width + chip->height) - 4;

	for (uint32_t i = 0; i < chip->dram_count; i++) {
		uint32_t at = (2 * i + 1) * rim / (2 * chip->dram_count);
		while (chip->entries[rim_node(chip, at % rim)].kind)
			at++;
		uint32_t node = rim_node(chip, at % rim);
		chip->entries[node].kind = SQZ_NODE_DRAM;
		chip->dram_nodes[i] = (uint16_t)node;
	}
}

static void place_buffers(struct sqz_chip *chip, uint32_t count)
{
	uint32_t across = 1;

	while (across * across < count)
		across++;
	uint32_t rows = (count + across - 1) / across;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t x =
		    (2 * (i % across) + 1) * chip->width / (2 * across);
		uint32_t y = (2 * (i / across) + 1) * chip->height / (2 * rows);
		uint32_t node = y * chip->width + x;
		while (chip->entries[node].kind)
			node = (node + 1) % chip->nodes;
		chip->entries[node].kind = SQZ_NODE_BUFFER;
	}
}

static void describe_tile(const struct sqz_config *config,
			  struct sqz_node_entry *entry)
{
	entry->arrays = config->tile.arrays;
	entry->slots = (uint16_t)config->tile.slots;
	entry->adc_bits = (uint8_t)config->tile.adc_bits;
	entry->memory_kib = config->tile.edram_kib;
}

/* One region: the windows of all nodes of a kind, in node order. Returns the
 * address behind it. */
static uint64_t assign_region(struct sqz_chip *chip, uint8_t kind,
			      uint64_t base, struct sqz_window_region *region)
{
	region->base = base;
	for (uint32_t i = 0; i < chip->nodes; i++) {
		struct sqz_node_entry *entry = &chip->entries[i];
		if (entry->kind != kind)
			continue;
		entry->window = base + region->count * region->step;
		entry->window_bytes = region->step;
		region->nodes[region->count++] = (uint16_t)i;
	}
	return base + region->count * region->step;
}

/* Windows of the larger kind come first, so that all are aligned. */
static void assign_windows(struct sqz_chip *chip)
{
	uint64_t buffer = 2 * next_power_of_two(chip->buffer_bytes);
	bool buffers_first = buffer >= SQZ_TILE_WINDOW_BYTES;
	uint8_t first = buffers_first ? SQZ_NODE_BUFFER : SQZ_NODE_TILE;
	uint8_t second = buffers_first ? SQZ_NODE_TILE : SQZ_NODE_BUFFER;

	chip->regions[0].step = buffers_first ? buffer : SQZ_TILE_WINDOW_BYTES;
	chip->regions[1].step = buffers_first ? SQZ_TILE_WINDOW_BYTES : buffer;
	uint64_t next =
	    assign_region(chip, first, SQZ_WINDOW_BASE, &chip->regions[0]);
	assign_region(chip, second, next, &chip->regions[1]);
}

static void describe(struct sqz_chip *chip, const struct sqz_config *config)
{
	for (uint32_t i = 0; i < chip->nodes; i++) {
		struct sqz_node_entry *entry = &chip->entries[i];
		entry->x = (uint16_t)(i % chip->width);
		entry->y = (uint16_t)(i / chip->width);
		switch (entry->kind) {
		case SQZ_NODE_TILE:
			describe_tile(config, entry);
			break;
		case SQZ_NODE_BUFFER:
			entry->memory_kib = config->buffer.kib;
			break;
		case SQZ_NODE_DRAM:
			entry->window = SQZ_DRAM_BASE;
			entry->window_bytes = chip->dram_bytes;
			entry->memory_kib = config->dram.mib * KIB;
			break;
		case SQZ_NODE_FLASH:
			entry->window = SQZ_FLASH_BASE;
			entry->window_bytes = chip->flash_bytes;
			entry->memory_kib = config->flash.mib * KIB;
			break;
		case SQZ_NODE_CONTROLLER:
			entry->window = SQZ_CONTROLLER_BASE;
			entry->window_bytes = SQZ_CONTROLLER_BYTES;
			break;
		default:
			break;
		}
	}
}

int sqz_chip_build(const struct sqz_config *config, struct sqz_chip *chip,
		   struct sqz_error *err)
{
	*chip = (struct sqz_chip){
		.width = config->noc.width,
		.height = config->noc.height,
		.nodes = config->noc.width * config->noc.height,
		.topology = (enum sqz_config_topology)config->noc.topology,
		.dram_count = config->chip.dram_controllers,
		.dram_bytes = (uint64_t)config->dram.mib * KIB * KIB,
		.dram_interleave_bytes = config->dram.interleave_bytes,
		.flash_bytes = (uint64_t)config->flash.mib * KIB * KIB,
		.buffer_bytes = (uint64_t)config->buffer.kib * KIB,
	};
	uint32_t rim = 2 * (chip->width + chip->height) - 4;
	if (chip->dram_count + 2 > rim)
		return sqz_fail(err,
				"%s: chip.dram_controllers = %u does not fit "
				"the rim of a %u x %u mesh",
				config->file, chip->dram_count, chip->width,
				chip->height);
	chip->entries = calloc(chip->nodes, sizeof(*chip->entries));
	chip->dram_nodes = calloc(chip->dram_count, sizeof(uint16_t));
	chip->regions[0].nodes = calloc(chip->nodes, sizeof(uint16_t));
	chip->regions[1].nodes = calloc(chip->nodes, sizeof(uint16_t));
	if (!chip->entries || !chip->dram_nodes || !chip->regions[0].nodes ||
	    !chip->regions[1].nodes) {
		sqz_chip_free(chip);
		return sqz_fail(err, "%s: out of memory", config->file);
	}
	chip->entries[0].kind = SQZ_NODE_CONTROLLER;
	chip->entries[1].kind = SQZ_NODE_FLASH;
	place_dram(chip);
	place_buffers(chip, config->chip.buffers);
	for (uint32_t i = 0; i < chip->nodes; i++)
		if (!chip->entries[i].kind)
			chip->entries[i].kind = SQZ_NODE_TILE;
	assign_windows(chip);
	describe(chip, config);
	return 0;
}

void sqz_chip_free(struct sqz_chip *chip)
{
	free(chip->entries);
	free(chip->dram_nodes);
	free(chip->regions[0].nodes);
	free(chip->regions[1].nodes);
	*chip = (struct sqz_chip){ 0 };
}

static int route_dram(const struct sqz_chip *chip, uint64_t offset,
		      uint64_t *contiguous_bytes)
{
	uint64_t granule = chip->dram_interleave_bytes;
	uint64_t left = chip->dram_bytes - offset;

	if (chip->dram_count > 1 && left > granule - offset % granule)
		left = granule - offset % granule;
	*contiguous_bytes = left;
	return chip->dram_nodes[offset / granule % chip->dram_count];
}

static int route_window(const struct sqz_chip *chip, uint64_t addr,
			uint64_t *contiguous_bytes)
{
	for (int i = 0; i < 2; i++) {
		const struct sqz_window_region *region = &chip->regions[i];
		uint64_t offset = addr - region->base;
		if (addr < region->base ||
		    offset >= region->count * region->step)
			continue;
		*contiguous_bytes = region->step - offset % region->step;
		return region->nodes[offset / region->step];
	}
	return -1;
}

int sqz_chip_route(const struct sqz_chip *chip, uint64_t addr,
		   uint64_t *contiguous_bytes)
{
	uint64_t ignored = 0;

	if (!contiguous_bytes)
		contiguous_bytes = &ignored;
	if (addr >= SQZ_DRAM_BASE && addr - SQZ_DRAM_BASE < chip->dram_bytes)
		return route_dram(chip, addr - SQZ_DRAM_BASE, contiguous_bytes);
	if (addr >= SQZ_FLASH_BASE &&
	    addr - SQZ_FLASH_BASE < chip->flash_bytes) {
		*contiguous_bytes = chip->flash_bytes - (addr - SQZ_FLASH_BASE);
		return 1;
	}
	if (addr >= SQZ_WINDOW_BASE)
		return route_window(chip, addr, contiguous_bytes);
	return -1;
}

/* Links between two places of a row or column of so many nodes. */
static uint32_t links_between(const struct sqz_chip *chip, uint32_t from,
			      uint32_t to, uint32_t size)
{
	uint32_t share = chip->topology == SQZ_TOPOLOGY_CMESH ? 2 : 1;
	uint32_t a = from / share;
	uint32_t b = to / share;
	uint32_t way = a > b ? a - b : b - a;

	return chip->topology == SQZ_TOPOLOGY_TORUS && size - way < way
		   ? size - way
		   : way;
}

uint32_t sqz_chip_hops(const struct sqz_chip *chip, uint32_t from, uint32_t to)
{
	return links_between(chip, from % chip->width, to % chip->width,
			     chip->width) +
	       links_between(chip, from / chip->width, to / chip->width,
			     chip->height) +
	       1;
}

char sqz_node_letter(uint8_t kind)
{
	static const char LETTERS[] = ".CTBDF";

	return kind < sizeof(LETTERS) - 1 ? LETTERS[kind] : '?';
}
