#include "mem/dram.h"

bool sqz_dram_init(struct sqz_dram *dram, const struct sqz_dram_config *config)
{
	if (config->banks < 1 || config->banks > SQZ_BANKS_MAX ||
	    config->burst_bytes < 1 || config->burst_ps < 1 ||
	    config->row_bytes < config->burst_bytes ||
	    config->row_bytes % config->burst_bytes != 0)
		return false;
	if (config->trefi_ps && config->trefi_ps <= config->trfc_ps)
		return false;
	*dram = (struct sqz_dram){ .config = *config };
	for (uint32_t i = 0; i < config->banks; i++)
		dram->banks[i].row = SQZ_DRAM_NO_ROW;
	return true;
}

uint64_t sqz_dram_refreshes(const struct sqz_dram *dram, sqz_ps now)
{
	return dram->config.trefi_ps ? now / dram->config.trefi_ps : 0;
}

/* The first time from at_ps on at which no refresh runs; closes the row if one
 * has run since the bank was used. */
static sqz_ps after_refresh(const struct sqz_dram *dram,
			    struct sqz_dram_bank *bank, sqz_ps at_ps)
{
	uint64_t refresh = sqz_dram_refreshes(dram, at_ps);

	if (refresh == bank->refresh)
		return at_ps;
	bank->refresh = refresh;
	bank->row = SQZ_DRAM_NO_ROW;

	sqz_ps end_ps = refresh * dram->config.trefi_ps + dram->config.trfc_ps;

	return at_ps < end_ps ? end_ps : at_ps;
}

/* Opens the row; returns how long the column command has to wait. */
static sqz_ps open_row(struct sqz_dram *dram, struct sqz_dram_bank *bank,
		       uint64_t row)
{
	if (bank->row == row) {
		dram->row_hits++;
		return 0;
	}

	bool closed = bank->row == SQZ_DRAM_NO_ROW;

	bank->row = row;
	if (closed) {
		dram->row_misses++;
		return dram->config.trcd_ps;
	}
	dram->row_conflicts++;
	return dram->config.trp_ps + dram->config.trcd_ps;
}

static sqz_ps burst(struct sqz_dram *dram, sqz_ps now, uint64_t addr,
		    const struct sqz_bank_listener *listener)
{
	const struct sqz_dram_config *config = &dram->config;
	uint64_t row_number = addr / config->row_bytes;
	uint32_t number = (uint32_t)(row_number % config->banks);
	struct sqz_dram_bank *bank = &dram->banks[number];
	sqz_ps begin_ps = now > bank->ready_ps ? now : bank->ready_ps;

	begin_ps = after_refresh(dram, bank, begin_ps);

	sqz_ps data_ps = begin_ps +
			 open_row(dram, bank, row_number / config->banks) +
			 config->tcas_ps;

	if (data_ps < dram->bus_free_ps)
		data_ps = dram->bus_free_ps;
	dram->bus_free_ps = data_ps + config->burst_ps;
	dram->busy_ps += config->burst_ps;
	bank->ready_ps = dram->bus_free_ps - config->tcas_ps;
	if (begin_ps < bank->used_until_ps)
		begin_ps = bank->used_until_ps;
	bank->used_until_ps = dram->bus_free_ps;
	if (listener->used)
		listener->used(
		    listener->context,
		    &(struct sqz_bank_use){ .bank = number,
					    .begin_ps = begin_ps,
					    .end_ps = dram->bus_free_ps });
	return dram->bus_free_ps;
}

sqz_ps sqz_dram_access(struct sqz_dram *dram, sqz_ps now, uint64_t addr,
		       uint64_t bytes, const struct sqz_bank_listener *listener)
{
	uint32_t burst_bytes = dram->config.burst_bytes;
	uint64_t first = addr / burst_bytes;
	uint64_t last = (addr + bytes - 1) / burst_bytes;
	sqz_ps end_ps = now;

	/* The bus is taken in order: the last burst ends last. */
	for (uint64_t i = first; bytes > 0 && i <= last; i++)
		end_ps = burst(dram, now, i * burst_bytes, listener);
	return end_ps;
}
