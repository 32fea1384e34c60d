#include "node/cause.h"

#include "node/node.h"

static const char *const WORK_NAMES[SQZ_WORKS] = {
	[SQZ_WORK_CONTROL] = "control",	  [SQZ_WORK_PASS] = "pass",
	[SQZ_WORK_PIPELINE] = "pipeline", [SQZ_WORK_VECTOR] = "vector",
	[SQZ_WORK_MEMORY] = "memory",	  [SQZ_WORK_PROGRAM] = "program",
	[SQZ_WORK_DRIVER] = "driver",
};

const char *sqz_work_name(enum sqz_work work)
{
	return WORK_NAMES[work];
}

struct sqz_causes sqz_causes_after(uint64_t id, uint64_t at_ps)
{
	return (struct sqz_causes){ .at_ps = at_ps,
				    .count = 1,
				    .of = { { .id = id } } };
}

void sqz_causes_delay(struct sqz_causes *causes, uint64_t delay_ps,
		      enum sqz_work work)
{
	causes->at_ps += delay_ps;
	for (uint32_t i = 0; i < causes->count; i++) {
		struct sqz_cause *cause = &causes->of[i];

		if (delay_ps > cause->delay_ps)
			cause->work = work;
		cause->delay_ps += delay_ps;
	}
}

/* False: there is no room. */
static bool add(struct sqz_causes *causes, const struct sqz_cause *cause)
{
	for (uint32_t i = 0; i < causes->count; i++) {
		struct sqz_cause *same = &causes->of[i];

		if (same->id != cause->id)
			continue;
		if (same->delay_ps < cause->delay_ps)
			*same = *cause;
		return true;
	}
	if (causes->count == SQZ_CAUSES)
		return false;
	causes->of[causes->count++] = *cause;
	return true;
}

static bool add_all(struct sqz_causes *causes, const struct sqz_causes *other)
{
	struct sqz_causes sum = *causes;

	for (uint32_t i = 0; i < other->count; i++)
		if (!add(&sum, &other->of[i]))
			return false;
	if (other->at_ps > sum.at_ps)
		sum.at_ps = other->at_ps;
	*causes = sum;
	return true;
}

void sqz_causes_mark(const struct sqz_node_env *env, struct sqz_causes *causes)
{
	if (causes->count != 1 && env->mark)
		*causes = sqz_causes_after(env->mark(env->context, causes),
					   causes->at_ps);
}

void sqz_causes_join(const struct sqz_node_env *env, struct sqz_causes *causes,
		     const struct sqz_causes *other)
{
	struct sqz_causes rest = *other;

	if (causes->count == 0 && causes->at_ps <= rest.at_ps) {
		*causes = rest;
		return;
	}
	if (add_all(causes, &rest))
		return;
	sqz_causes_mark(env, causes);
	if (add_all(causes, &rest))
		return;
	sqz_causes_mark(env, &rest);
	(void)add_all(causes, &rest);
}

void sqz_causes_join_id(const struct sqz_node_env *env,
			struct sqz_causes *causes, uint64_t id, uint64_t at_ps)
{
	const struct sqz_causes one = sqz_causes_after(id, at_ps);

	sqz_causes_join(env, causes, &one);
}
