/*
 * What has crossed the network, by message class and by layer. Counted where a
 * packet is handed to the network.
 */
#ifndef SQZ_PLATFORM_TRAFFIC_H
#define SQZ_PLATFORM_TRAFFIC_H

#include <stdint.h>

#include "node/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_traffic {
	uint64_t packets;
	uint64_t flits;
	uint64_t flit_hops;		   /* flits x routers visited */
	uint64_t class_bytes[SQZ_CLASSES]; /* header and payload */
	/* Data that memories of a kind read or took. */
	uint64_t buffer_bytes;
	uint64_t dram_bytes;
	uint64_t flash_bytes;
};

/* Index of what belongs to no layer, in an array of layers + 1. */
static inline uint32_t sqz_traffic_index(uint32_t layer, uint32_t layers)
{
	return layer < layers ? layer : layers;
}

static inline uint64_t sqz_traffic_bytes(const struct sqz_traffic *traffic)
{
	uint64_t bytes = 0;

	for (int i = 0; i < SQZ_CLASSES; i++)
		bytes += traffic->class_bytes[i];
	return bytes;
}

#ifdef __cplusplus
}
#endif

#endif
