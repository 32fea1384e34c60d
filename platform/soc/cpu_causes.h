/*
 * Why the host CPU does what it does, for traces (node/cause.h). It is one
 * serial process: whatever it does comes after what woke it last, and its own
 * work since then. An interrupt of the controller makes a mark when the CPU
 * takes it: the CPU was woken, or had to finish what it was at. What the CPU
 * waits for else (mailbox, timer) counts as its own time.
 *
 * Its marks are of the controller's node, through which it speaks.
 */
#ifndef SQZ_PLATFORM_CPU_CAUSES_H
#define SQZ_PLATFORM_CPU_CAUSES_H

#include "node/node.h"

namespace sqz
{

class cpu_causes
{
      public:
	explicit cpu_causes(const sqz_node_env *environment);

	bool wanted() const
	{
		return sqz_causes_wanted(env);
	}
	/* The controller has raised an interrupt. */
	void raised(const sqz_causes &by);
	/* The CPU slept from then on. */
	void slept(uint64_t from_ps);
	/* The CPU takes an interrupt, by its own time. */
	void interrupted(uint64_t ps);
	/* A load or store went on when this had happened. */
	void answered(const sqz_causes &by);
	/* Why it does something at this time. */
	sqz_causes at(uint64_t ps);

      private:
	const sqz_node_env *env;
	sqz_causes last = {};
	sqz_causes interrupt = {};
	uint64_t asleep_ps = UINT64_MAX; /* since then, or since the last
					    interrupt not at all */
};

} // namespace sqz

#endif
