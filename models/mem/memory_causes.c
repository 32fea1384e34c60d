#include "mem/memory_causes.h"

void sqz_memory_why_begin(struct sqz_memory_why *why,
			  const struct sqz_banks *banks,
			  const struct sqz_dram *dram)
{
	if (banks) {
		why->banks = *banks;
		return;
	}
	why->bus_free_ps = dram->bus_free_ps;
	why->bus_busy_ps = dram->busy_ps;
	why->alone = *dram;
	why->alone.bus_free_ps = 0;
	why->alone_ps = 0;
	for (uint32_t i = 0; i < dram->config.banks; i++)
		why->alone.banks[i].ready_ps = 0;
}

void sqz_memory_why_access(struct sqz_memory_why *why, sqz_ps now,
			   uint64_t local, uint64_t bytes)
{
	const struct sqz_bank_listener nobody = { 0 };

	why->alone_ps =
	    sqz_dram_access(&why->alone, now, local, bytes, &nobody);
}

/* The request moves its bytes through one bank. */
static void use(struct sqz_causes *used, const struct sqz_node_env *env,
		sqz_ps free_at, sqz_ps end_ps, uint64_t id)
{
	sqz_ps now = env->now(env->context);
	sqz_ps takes = end_ps - (free_at > now ? free_at : now);
	struct sqz_causes before = *used;

	*used = sqz_causes_after(id, now);
	sqz_causes_delay(used, takes, SQZ_WORK_MEMORY);
	if (!before.count || free_at + takes <= now)
		return;
	sqz_causes_delay(&before, takes, SQZ_WORK_MEMORY);
	sqz_causes_join(env, used, &before);
}

struct sqz_causes sqz_memory_why_banks(struct sqz_memory_why *why,
				       const struct sqz_node_env *env,
				       const struct sqz_banks *banks,
				       uint64_t id)
{
	struct sqz_causes moved = sqz_causes_after(id, env->now(env->context));

	for (uint32_t i = 0; i < banks->config.banks; i++) {
		if (banks->free_at[i] == why->banks.free_at[i])
			continue;
		use(&why->used[i], env, why->banks.free_at[i],
		    banks->free_at[i], id);
		sqz_causes_join(env, &moved, &why->used[i]);
	}
	return moved;
}

struct sqz_causes sqz_memory_why_dram(struct sqz_memory_why *why,
				      const struct sqz_node_env *env,
				      const struct sqz_dram *dram, uint64_t id)
{
	sqz_ps now = env->now(env->context), end_ps = dram->bus_free_ps;
	struct sqz_causes before = why->channel;
	struct sqz_causes moved = sqz_causes_after(id, now);

	if (!why->alone_ps)
		return moved;
	sqz_causes_delay(&moved, why->alone_ps - now, SQZ_WORK_MEMORY);
	if (before.count && why->bus_free_ps + (why->alone_ps - now) > now) {
		/* Rows that it found closed or open are its own matter. */
		sqz_causes_delay(&before,
				 end_ps > why->alone_ps
				     ? end_ps - why->bus_free_ps
				     : dram->busy_ps - why->bus_busy_ps,
				 SQZ_WORK_MEMORY);
		sqz_causes_join(env, &moved, &before);
	}
	why->channel = moved;
	return moved;
}
