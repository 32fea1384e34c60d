/*
 * Time of one DRAM channel: banks with one open row each, a shared data bus,
 * and refresh. Accesses are served in order of arrival, the row stays open.
 *
 * Local addresses map as row : bank : column, so that consecutive rows lie in
 * consecutive banks. An access is cut into bursts. For a burst:
 *
 *   row hit        column command at once
 *   row miss       (bank closed) after tRCD
 *   row conflict   (other row open) after tRP + tRCD
 *
 * and its data follow tCAS after the column command, when the bus is free; the
 * bus takes burst_ps for each burst. Column commands to one bank follow each
 * other at burst_ps, so an open row streams at the bus's rate.
 *
 * Refresh n (n = 1, 2, ...) begins at n * tREFI, closes all rows and holds all
 * banks for tRFC. A burst that has begun before is finished.
 *
 * Not modelled: tRAS, tFAW, write recovery, the bus's turn-around between reads
 * and writes, reordering of requests.
 */
#ifndef SQZ_MODELS_DRAM_H
#define SQZ_MODELS_DRAM_H

#include "mem/banks.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_dram_config {
	uint32_t banks;	      /* 1 to SQZ_BANKS_MAX */
	uint32_t row_bytes;   /* of one bank, a multiple of burst_bytes */
	uint32_t burst_bytes; /* >= 1 */
	sqz_ps burst_ps;      /* data bus time of a burst, >= 1 */
	sqz_ps trcd_ps;
	sqz_ps trp_ps;
	sqz_ps tcas_ps;
	sqz_ps trefi_ps; /* 0: no refresh; else > trfc_ps */
	sqz_ps trfc_ps;
};

struct sqz_dram_bank {
	uint64_t row;	  /* open row, or SQZ_DRAM_NO_ROW */
	uint64_t refresh; /* number of the last refresh it has seen */
	sqz_ps ready_ps;  /* next command at the earliest */
	sqz_ps used_until_ps;
};

#define SQZ_DRAM_NO_ROW UINT64_MAX

struct sqz_dram {
	struct sqz_dram_config config;
	struct sqz_dram_bank banks[SQZ_BANKS_MAX];
	sqz_ps bus_free_ps;
	uint64_t row_hits; /* bursts, as the three kinds above */
	uint64_t row_misses;
	uint64_t row_conflicts;
	sqz_ps busy_ps; /* data bus */
};

/* False: the configuration is out of range. */
bool sqz_dram_init(struct sqz_dram *dram, const struct sqz_dram_config *config);

/* As sqz_banks_access(); a bank's use is from the first command, or from the
 * end of the use before if that is later, to the end of the data. */
sqz_ps sqz_dram_access(struct sqz_dram *dram, sqz_ps now, uint64_t addr,
		       uint64_t bytes,
		       const struct sqz_bank_listener *listener);

/* Refreshes that have begun until now. */
uint64_t sqz_dram_refreshes(const struct sqz_dram *dram, sqz_ps now);

#ifdef __cplusplus
}
#endif

#endif
