/*
 * Chooses which neighbours in a decoded block become fused pairs (fuse.h).
 */
#include "state.h"

/* What a pair saves, in rough units; nothing for no pair. */
static unsigned gain(const struct sqz_fusion *f)
{
	return !f ? 0 : f->dependence == SQZ_DEP_ANY ? 2 : 3;
}

static bool depends(const struct sqz_uop *first, const struct sqz_uop *second,
		    enum sqz_dependence dependence)
{
	switch (dependence) {
	case SQZ_DEP_RS1:
		return second->rs1 == first->rd;
	case SQZ_DEP_RS2:
		return second->rs2 == first->rd;
	default:
		return true;
	}
}

static const struct sqz_fusion *best(const struct sqz_cpu *cpu,
				     const struct sqz_block *block, unsigned at)
{
	const struct sqz_fusion *found = NULL;

	for (const struct sqz_fusion *f = cpu->fusions; f->go; f++)
		if (f->first == block->info[at].op &&
		    f->second == block->info[at + 1].op &&
		    depends(&block->ops[at], &block->ops[at + 1],
			    f->dependence) &&
		    gain(f) > gain(found))
			found = f;
	return found;
}

void sqz_cpu_fuse(const struct sqz_cpu *cpu, struct sqz_block *block)
{
	/* total[k]: most that can be saved from uop k on; pair[k]: by what. */
	const struct sqz_fusion *pair[SQZ_BLOCK_INSNS + 2] = { NULL };
	unsigned total[SQZ_BLOCK_INSNS + 2] = { 0 };
	unsigned k = block->insns;

	while (k-- > 0) {
		const struct sqz_fusion *f =
		    k + 1 < block->insns ? best(cpu, block, k) : NULL;

		total[k] = total[k + 1];
		if (f && gain(f) + total[k + 2] > total[k]) {
			total[k] = gain(f) + total[k + 2];
			pair[k] = f;
		}
	}
	for (k = 0; k < block->insns; k += pair[k] ? 2 : 1)
		if (pair[k])
			block->ops[k].go = pair[k]->go;
}
