#include "noc/packet.h"

#include <stdlib.h>

#define FIRST_SLOTS 256

void sqz_noc_pool_init(struct sqz_noc_pool *pool)
{
	pool->slots = NULL;
	pool->routes = NULL;
	pool->capacity = 0;
	pool->free = pool->oldest = pool->youngest = SQZ_NOC_NONE;
}

void sqz_noc_pool_free(struct sqz_noc_pool *pool)
{
	free(pool->slots);
	free(pool->routes);
}

static int grow(struct sqz_noc_pool *pool)
{
	uint32_t old = pool->capacity;
	uint32_t wanted = old ? 2 * old : FIRST_SLOTS;

	if (wanted > SQZ_FLIT_SLOT)
		return -1;
	struct sqz_noc_slot *slots =
	    realloc(pool->slots, wanted * sizeof(*slots));
	if (!slots)
		return -1;
	pool->slots = slots;
	struct sqz_noc_route *routes =
	    realloc(pool->routes, wanted * sizeof(*routes));
	if (!routes)
		return -1;
	pool->routes = routes;
	for (uint32_t i = old; i < wanted; i++)
		slots[i].next = i + 1 < wanted ? i + 1 : SQZ_NOC_NONE;
	pool->capacity = wanted;
	pool->free = old;
	return 0;
}

uint32_t sqz_noc_packet_new(struct sqz_noc_pool *pool)
{
	if (pool->free == SQZ_NOC_NONE && grow(pool))
		return SQZ_NOC_NONE;
	uint32_t slot = pool->free;
	pool->free = pool->slots[slot].next;
	return slot;
}

void sqz_noc_packet_delete(struct sqz_noc_pool *pool, uint32_t slot)
{
	pool->slots[slot].next = pool->free;
	pool->free = slot;
}

void sqz_noc_packet_enter(struct sqz_noc_pool *pool, uint32_t slot)
{
	struct sqz_noc_slot *packet = &pool->slots[slot];

	packet->older = pool->youngest;
	packet->younger = SQZ_NOC_NONE;
	if (pool->youngest == SQZ_NOC_NONE)
		pool->oldest = slot;
	else
		pool->slots[pool->youngest].younger = slot;
	pool->youngest = slot;
}

void sqz_noc_packet_leave(struct sqz_noc_pool *pool, uint32_t slot)
{
	const struct sqz_noc_slot *packet = &pool->slots[slot];

	if (packet->older == SQZ_NOC_NONE)
		pool->oldest = packet->younger;
	else
		pool->slots[packet->older].younger = packet->younger;
	if (packet->younger == SQZ_NOC_NONE)
		pool->youngest = packet->older;
	else
		pool->slots[packet->younger].older = packet->older;
}
