/*
 * Why a memory's answers leave when they do (node/cause.h): the request was
 * taken, and the banks, or the channel, were free of what came before.
 *
 * What came before counts while it was in the way, and if it was so until
 * shortly before: for less time than the request takes itself.
 */
#ifndef SQZ_MODELS_MEMORY_CAUSES_H
#define SQZ_MODELS_MEMORY_CAUSES_H

#include "mem/dram.h"
#include "node/node.h"

/* Exists only where somebody wants to know. */
struct sqz_memory_why {
	struct sqz_causes used[SQZ_BANKS_MAX]; /* last use of each bank */
	struct sqz_causes channel;	       /* last use of DRAM's bus */
	struct sqz_banks banks;		       /* before the request */
	sqz_ps bus_free_ps, bus_busy_ps;       /* the same */
	struct sqz_dram alone; /* as if nothing had come before */
	sqz_ps alone_ps;       /* when the data had moved then */
};

/* Before a request reserves anything; one of the two is NULL. */
void sqz_memory_why_begin(struct sqz_memory_why *why,
			  const struct sqz_banks *banks,
			  const struct sqz_dram *dram);

/* For each access to DRAM. */
void sqz_memory_why_access(struct sqz_memory_why *why, sqz_ps now,
			   uint64_t local, uint64_t bytes);

/* All is reserved: why the data of request `id`, taken now, have moved. */
struct sqz_causes sqz_memory_why_banks(struct sqz_memory_why *why,
				       const struct sqz_node_env *env,
				       const struct sqz_banks *banks,
				       uint64_t id);
struct sqz_causes sqz_memory_why_dram(struct sqz_memory_why *why,
				      const struct sqz_node_env *env,
				      const struct sqz_dram *dram, uint64_t id);

#endif
