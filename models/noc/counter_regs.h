/*
 * The network's counters as a block of registers that the host reads
 * (sqz/regs_counters.def). They come over wires of their own: reading them puts
 * nothing on the network.
 */
#ifndef SQZ_NOC_COUNTER_REGS_H
#define SQZ_NOC_COUNTER_REGS_H

#include "noc/flows.h"
#include "sqz/desc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_counter_regs_config {
	/* Kept, not copied. */
	const struct sqz_noc *noc;
	const struct sqz_noc_flows *flows;
	/* The cycle that it is; the engine's own stands still while idle. */
	uint64_t (*cycle)(void *context);
	void *context;
};

struct sqz_counter_regs;

/* NULL with err set if memory ran out. */
struct sqz_counter_regs *
sqz_counter_regs_create(const struct sqz_counter_regs_config *config,
			struct sqz_error *err);
void sqz_counter_regs_destroy(struct sqz_counter_regs *regs);

/* An access of the host; offset from SQZ_COUNTERS_BASE. SQZ_OK, or
 * SQZ_ERR_ADDRESS: it faults, *value untouched. */
enum sqz_status sqz_counter_regs_access(struct sqz_counter_regs *regs,
					uint64_t offset, uint32_t size_bytes,
					bool is_write, uint64_t *value);

#ifdef __cplusplus
}
#endif

#endif
