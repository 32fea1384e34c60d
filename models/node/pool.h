/*
 * Packets without malloc in steady state.
 *
 * The pool grows by slabs while more packets are in use than ever before and
 * reuses them from then on. Ids count up from 1 in the order of allocation, so
 * that two equal runs number their packets equally. One pool serves one
 * simulation; it is not thread-safe.
 */
#ifndef SQZ_MODELS_POOL_H
#define SQZ_MODELS_POOL_H

#include <stddef.h>

#include "node/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_packet_pool;

/* Never NULL: the process ends when memory is exhausted. */
struct sqz_packet_pool *sqz_packet_pool_create(void);

/* Frees all packets, also those still in use. pool may be NULL. */
void sqz_packet_pool_destroy(struct sqz_packet_pool *pool);

/* A zeroed packet with a fresh id and src set. Never NULL. */
struct sqz_packet *sqz_packet_pool_alloc(struct sqz_packet_pool *pool,
					 uint16_t src);

/* A fresh id for what is no packet (marks). */
uint64_t sqz_packet_pool_id(struct sqz_packet_pool *pool);

/* Gives a packet back; each exactly once. */
void sqz_packet_pool_release(struct sqz_packet_pool *pool,
			     struct sqz_packet *packet);

/* Packets that are allocated and not yet released. */
size_t sqz_packet_pool_in_use(const struct sqz_packet_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
