#include "mem/memory_map.h"

bool sqz_memory_map_valid(const struct sqz_memory_map *map)
{
	return map->bytes >= 1 && map->base <= UINT64_MAX - map->bytes &&
	       map->nodes >= 1 && map->index < map->nodes &&
	       (map->nodes == 1 || map->granule_bytes >= 1);
}

bool sqz_memory_map_find(const struct sqz_memory_map *map, uint64_t addr,
			 uint64_t bytes, struct sqz_memory_place *place)
{
	uint64_t offset = addr - map->base;

	if (addr < map->base || offset >= map->bytes || bytes < 1 ||
	    bytes > map->bytes - offset)
		return false;
	place->offset = offset;
	place->local = offset;
	if (map->nodes == 1)
		return true;

	uint64_t granule = offset / map->granule_bytes;
	uint64_t within = offset % map->granule_bytes;

	if (granule % map->nodes != map->index ||
	    bytes > map->granule_bytes - within)
		return false;
	place->local = granule / map->nodes * map->granule_bytes + within;
	return true;
}
