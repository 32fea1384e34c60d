/* The mapper's report: where every layer went and what it asks of the network.
 */
#ifndef SQZ_MAPPER_MAP_TABLE_H
#define SQZ_MAPPER_MAP_TABLE_H

#include <stdio.h>

#include "image_write.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How busy a layer keeps the busiest ejection port of a tile. */
struct sqz_port_load {
	uint32_t node;
	double bytes_per_position; /* flits' bytes, headers included */
	double share;		   /* of the port's bandwidth, at array pace */
};

struct sqz_port_load sqz_layer_port_load(const struct sqz_image_source *source,
					 uint32_t layer);

/* Prints the table, and to `warn` a line for every layer whose port load is
 * above 60 %. */
void sqz_map_table(const struct sqz_image_source *source, FILE *out,
		   FILE *warn);

#ifdef __cplusplus
}
#endif

#endif
