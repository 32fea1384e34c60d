/*
 * GDB's `monitor` commands: simulated time, registers by name, reset, trace on
 * and off. Registers are those of software/include/sqz/regs_*.def and of the
 * board's devices; they are looked at, not accessed: no side effect, no time.
 */
#ifndef SQZ_PLATFORM_MONITOR_H
#define SQZ_PLATFORM_MONITOR_H

#include "debug/gdb_text.h"
#include "reader/chip.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_monitor_time {
	uint64_t cpu_ps;  /* the host CPU's own */
	uint64_t chip_ps; /* everything else's, at most a quantum behind */
	uint64_t instructions;
};

struct sqz_monitor {
	const struct sqz_chip *layout;
	uint32_t rings;
	void *context; /* of what follows */
	/* Looks at a bus address; how many bytes could be had. */
	size_t (*look)(void *context, uint64_t addr, void *to, size_t size);
	void (*time)(void *context, struct sqz_monitor_time *time);
	/* False: the run writes no trace. */
	bool (*trace)(void *context, bool on);
	/* Starts the program again; false: it could not. */
	bool (*reset)(void *context);
};

/* Obeys; what it has to say, in lines, into out. */
void sqz_monitor_obey(const struct sqz_monitor *monitor, const char *command,
		      struct sqz_gdb_text *out);

#ifdef __cplusplus
}
#endif

#endif
