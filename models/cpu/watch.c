/*
 * Watchpoints: which accesses touch one, and the stop after them.
 */
#include "state.h"

static bool touches(const struct sqz_watchpoint *w, uint64_t addr,
		    uint64_t size, unsigned what)
{
	/* Spans may end at the top of the address space: no sums. */
	return (w->what & what) && (addr >= w->addr ? addr - w->addr < w->size
						    : w->addr - addr < size);
}

bool sqz_cpu_watched(struct sqz_cpu *cpu, uint64_t addr, uint64_t size,
		     unsigned what)
{
	for (unsigned k = 0; k < cpu->watchpoint_count; k++) {
		const struct sqz_watchpoint *w = &cpu->watchpoints[k];

		if (!touches(w, addr, size, what))
			continue;
		cpu->watch_hit = *w;
		if (addr > w->addr)
			cpu->watch_hit.addr = addr;
		return true;
	}
	return false;
}

void sqz_cpu_watch_stop(struct sqz_cpu *cpu)
{
	cpu->halt = SQZ_CPU_WATCHPOINT;
	cpu->limit = 0;
}

uint64_t sqz_cpu_watch_hit(const struct sqz_cpu *cpu, unsigned *what)
{
	*what = cpu->watch_hit.what;
	return cpu->watch_hit.addr;
}

int sqz_cpu_add_watchpoint(struct sqz_cpu *cpu, uint64_t addr, uint64_t size,
			   unsigned what)
{
	if (cpu->watchpoint_count == SQZ_CPU_WATCHPOINTS || !size ||
	    !(what & (SQZ_CPU_R | SQZ_CPU_W)))
		return -1;
	cpu->watchpoints[cpu->watchpoint_count++] =
	    (struct sqz_watchpoint){ addr, size, what };
	sqz_cpu_choose_window(cpu);
	return 0;
}

int sqz_cpu_remove_watchpoint(struct sqz_cpu *cpu, uint64_t addr, uint64_t size,
			      unsigned what)
{
	for (unsigned k = 0; k < cpu->watchpoint_count; k++) {
		struct sqz_watchpoint *w = &cpu->watchpoints[k];

		if (w->addr != addr || w->size != size || w->what != what)
			continue;
		*w = cpu->watchpoints[--cpu->watchpoint_count];
		sqz_cpu_choose_window(cpu);
		return 0;
	}
	return -1;
}
