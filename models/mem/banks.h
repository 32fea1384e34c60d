/*
 * Time of a banked SRAM or flash: consecutive lines of interleave_bytes lie in
 * consecutive banks; a bank serves one access at a time, in order of arrival,
 * and moves bytes_per_cycle every cycle_ps; banks work side by side.
 */
#ifndef SQZ_MODELS_BANKS_H
#define SQZ_MODELS_BANKS_H

#include <stdbool.h>

#include "node/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_BANKS_MAX 64

struct sqz_banks_config {
	uint32_t banks;		   /* 1 to SQZ_BANKS_MAX */
	uint32_t interleave_bytes; /* of one line, >= 1 */
	uint32_t bytes_per_cycle;  /* of one bank, >= 1 */
	sqz_ps cycle_ps;	   /* >= 1 */
};

/* What a timing core tells about one access to one bank. */
struct sqz_bank_use {
	uint32_t bank;
	sqz_ps begin_ps;
	sqz_ps end_ps;
};

/* Hears of each use; NULL function: nobody listens. For one bank, calls come
 * in order of time; begin_ps may lie in the future. */
struct sqz_bank_listener {
	void *context;
	void (*used)(void *context, const struct sqz_bank_use *use);
};

struct sqz_banks {
	struct sqz_banks_config config;
	sqz_ps free_at[SQZ_BANKS_MAX];
	uint64_t user[SQZ_BANKS_MAX]; /* request that used the bank last */
	uint64_t conflicts; /* accesses that waited for another request */
	sqz_ps wait_ps;	    /* time they waited */
	sqz_ps busy_ps;	    /* sum over the banks */
};

/* False: the configuration is out of range. */
bool sqz_banks_init(struct sqz_banks *banks,
		    const struct sqz_banks_config *config);

/* Reserves the banks for bytes from local address addr, not before now.
 * request: number of the request, to tell conflicts from its own lines.
 * Returns when the last byte has moved. */
sqz_ps sqz_banks_access(struct sqz_banks *banks, sqz_ps now, uint64_t addr,
			uint64_t bytes, uint64_t request,
			const struct sqz_bank_listener *listener);

#ifdef __cplusplus
}
#endif

#endif
