/*
 * Which bytes of which bus addresses one memory node holds.
 *
 * A memory of `bytes` bytes at bus address `base` may be spread over several
 * nodes: granule g belongs to node g % nodes. Each node then sees its own
 * granules as one contiguous range of local addresses, which is what the
 * timing works on; the data array is that of the whole memory.
 */
#ifndef SQZ_MODELS_MEMORY_MAP_H
#define SQZ_MODELS_MEMORY_MAP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_memory_map {
	uint64_t base;		/* bus address of byte 0 */
	uint64_t bytes;		/* of the whole memory, >= 1 */
	uint64_t granule_bytes; /* 0: one node holds it all */
	uint32_t nodes;		/* that share the memory, >= 1 */
	uint32_t index;		/* this one, < nodes */
};

/* Where an access lies. */
struct sqz_memory_place {
	uint64_t offset; /* in the data array */
	uint64_t local;	 /* address for the timing */
};

/* False: the map is out of range. */
bool sqz_memory_map_valid(const struct sqz_memory_map *map);

/* False: not all of the bytes (>= 1) are this node's. */
bool sqz_memory_map_find(const struct sqz_memory_map *map, uint64_t addr,
			 uint64_t bytes, struct sqz_memory_place *place);

#ifdef __cplusplus
}
#endif

#endif
