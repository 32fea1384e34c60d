/*
 * What stands where on the mesh, and at which bus addresses: made from a
 * configuration alone, so that mapper and platform agree.
 *
 * Node number = y * width + x. Node 0 is the controller, node 1 the flash. DRAM
 * controllers are spread evenly over the rim (walking clockwise from node 0,
 * taking the next free place), buffers over a regular grid of the whole mesh
 * (taking the next free node number). Every other node is a tile.
 */
#ifndef SQZ_CHIP_H
#define SQZ_CHIP_H

#include "reader/config.h"
#include "sqz/desc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Windows of one kind of node lie side by side. */
struct sqz_window_region {
	uint64_t base;
	uint64_t step; /* bytes of one window */
	uint32_t count;
	uint16_t *nodes;
};

struct sqz_chip {
	uint32_t width;
	uint32_t height;
	uint32_t nodes; /* width x height */
	enum sqz_config_topology topology;
	struct sqz_node_entry *entries;
	uint16_t *dram_nodes; /* in the order of interleaving */
	uint32_t dram_count;
	uint64_t dram_bytes;
	uint32_t dram_interleave_bytes;
	uint64_t flash_bytes;
	uint64_t buffer_bytes;		     /* memory of one buffer */
	struct sqz_window_region regions[2]; /* buffers and tiles */
};

/* 0, or -1 with err set. Free with sqz_chip_free(). */
int sqz_chip_build(const struct sqz_config *config, struct sqz_chip *chip,
		   struct sqz_error *err);
void sqz_chip_free(struct sqz_chip *chip);

/* The node that answers a bus address, or -1. *contiguous_bytes (may be NULL)
 * tells how many bytes from there on the same node answers. */
int sqz_chip_route(const struct sqz_chip *chip, uint64_t addr,
		   uint64_t *contiguous_bytes);

/* Routers that a packet visits from one node to another (links + 1), by a
 * shortest way. */
uint32_t sqz_chip_hops(const struct sqz_chip *chip, uint32_t from, uint32_t to);

/* 'C' controller, 'F' flash, 'D' DRAM, 'B' buffer, 'T' tile, '.' nothing. */
char sqz_node_letter(uint8_t kind);

#ifdef __cplusplus
}
#endif

#endif
