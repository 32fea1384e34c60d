#include "soc/cpu_causes.h"

namespace sqz
{

cpu_causes::cpu_causes(const sqz_node_env *environment) : env(environment)
{
}

/* Its first instruction, at time 0, is a root. */
sqz_causes cpu_causes::at(uint64_t ps)
{
	if (!last.count)
		sqz_causes_mark(env, &last);
	sqz_causes now = last;
	sqz_causes_delay(&now, ps - last.at_ps, SQZ_WORK_DRIVER);
	return now;
}

void cpu_causes::raised(const sqz_causes &by)
{
	if (by.count)
		sqz_causes_join(env, &interrupt, &by);
}

void cpu_causes::slept(uint64_t from_ps)
{
	if (asleep_ps == UINT64_MAX)
		asleep_ps = from_ps;
}

/* Whoever slept would have been as soon behind an earlier interrupt. */
void cpu_causes::interrupted(uint64_t ps)
{
	const uint64_t asleep = asleep_ps;
	const bool woken = asleep <= interrupt.at_ps;
	const uint64_t since = ps > interrupt.at_ps ? ps - interrupt.at_ps : 0;

	asleep_ps = UINT64_MAX;
	if (!interrupt.count)
		return;
	sqz_causes own = at(woken ? asleep : ps);
	if (woken) {
		sqz_causes_delay(&own, since, SQZ_WORK_DRIVER);
		sqz_causes_delay(&interrupt, since, SQZ_WORK_DRIVER);
	}
	sqz_causes_join(env, &own, &interrupt);
	sqz_causes_mark(env, &own);
	last = own;
	interrupt = {};
}

void cpu_causes::answered(const sqz_causes &by)
{
	if (!by.count)
		return;
	last = by;
	asleep_ps = UINT64_MAX;
}

} // namespace sqz
