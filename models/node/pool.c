#include "node/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLAB_PACKETS 64

struct slab {
	struct slab *next;
	struct sqz_packet packets[SLAB_PACKETS];
};

struct sqz_packet_pool {
	struct slab *slabs;
	struct sqz_packet *free;
	uint64_t last_id;
	size_t in_use;
};

static void *zeroed(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (!memory) {
		fputs("out of memory for packets\n", stderr);
		abort();
	}
	return memory;
}

struct sqz_packet_pool *sqz_packet_pool_create(void)
{
	return zeroed(sizeof(struct sqz_packet_pool));
}

void sqz_packet_pool_destroy(struct sqz_packet_pool *pool)
{
	if (!pool)
		return;
	while (pool->slabs) {
		struct slab *slab = pool->slabs;

		pool->slabs = slab->next;
		free(slab);
	}
	free(pool);
}

static void grow(struct sqz_packet_pool *pool)
{
	struct slab *slab = zeroed(sizeof(*slab));

	slab->next = pool->slabs;
	pool->slabs = slab;
	for (size_t i = 0; i < SLAB_PACKETS; i++) {
		slab->packets[i].next = pool->free;
		pool->free = &slab->packets[i];
	}
}

struct sqz_packet *sqz_packet_pool_alloc(struct sqz_packet_pool *pool,
					 uint16_t src)
{
	if (!pool->free)
		grow(pool);

	struct sqz_packet *packet = pool->free;

	pool->free = packet->next;
	pool->in_use++;
	memset(packet, 0, sizeof(*packet));
	packet->id = ++pool->last_id;
	packet->src = src;
	return packet;
}

uint64_t sqz_packet_pool_id(struct sqz_packet_pool *pool)
{
	return ++pool->last_id;
}

void sqz_packet_pool_release(struct sqz_packet_pool *pool,
			     struct sqz_packet *packet)
{
	if (packet->id == 0) {
		fputs("a packet was released twice\n", stderr);
		abort();
	}
	packet->id = 0;
	packet->next = pool->free;
	pool->free = packet;
	pool->in_use--;
}

size_t sqz_packet_pool_in_use(const struct sqz_packet_pool *pool)
{
	return pool->in_use;
}
