/* Identities of packets: a pool that only grows, and the list of those in the
 * network by time of injection. */
#ifndef SQZ_NOC_PACKET_H
#define SQZ_NOC_PACKET_H

#include "noc/state.h"

void sqz_noc_pool_init(struct sqz_noc_pool *pool);
void sqz_noc_pool_free(struct sqz_noc_pool *pool);

/* A slot for a new packet, or SQZ_NOC_NONE if memory ran out. */
uint32_t sqz_noc_packet_new(struct sqz_noc_pool *pool);
void sqz_noc_packet_delete(struct sqz_noc_pool *pool, uint32_t slot);

/* The packet enters the network: it becomes the youngest. */
void sqz_noc_packet_enter(struct sqz_noc_pool *pool, uint32_t slot);
void sqz_noc_packet_leave(struct sqz_noc_pool *pool, uint32_t slot);

#endif
