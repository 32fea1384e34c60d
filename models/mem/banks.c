#include "mem/banks.h"

bool sqz_banks_init(struct sqz_banks *banks,
		    const struct sqz_banks_config *config)
{
	if (config->banks < 1 || config->banks > SQZ_BANKS_MAX ||
	    config->interleave_bytes < 1 || config->bytes_per_cycle < 1 ||
	    config->cycle_ps < 1)
		return false;
	*banks = (struct sqz_banks){ .config = *config };
	return true;
}

static sqz_ps use_bank(struct sqz_banks *banks, sqz_ps now, uint32_t bank,
		       uint64_t bytes, uint64_t request,
		       const struct sqz_bank_listener *listener)
{
	const struct sqz_banks_config *config = &banks->config;
	uint64_t cycles =
	    (bytes + config->bytes_per_cycle - 1) / config->bytes_per_cycle;
	struct sqz_bank_use use = { .bank = bank, .begin_ps = now };

	if (banks->free_at[bank] > now) {
		use.begin_ps = banks->free_at[bank];
		if (banks->user[bank] != request) {
			banks->conflicts++;
			banks->wait_ps += use.begin_ps - now;
		}
	}
	use.end_ps = use.begin_ps + cycles * config->cycle_ps;
	banks->free_at[bank] = use.end_ps;
	banks->user[bank] = request;
	banks->busy_ps += use.end_ps - use.begin_ps;
	if (listener->used)
		listener->used(listener->context, &use);
	return use.end_ps;
}

sqz_ps sqz_banks_access(struct sqz_banks *banks, sqz_ps now, uint64_t addr,
			uint64_t bytes, uint64_t request,
			const struct sqz_bank_listener *listener)
{
	uint32_t line_bytes = banks->config.interleave_bytes;
	sqz_ps end_ps = now;

	while (bytes > 0) {
		uint64_t piece = line_bytes - addr % line_bytes;
		uint32_t bank =
		    (uint32_t)(addr / line_bytes % banks->config.banks);

		if (piece > bytes)
			piece = bytes;

		sqz_ps piece_end_ps =
		    use_bank(banks, now, bank, piece, request, listener);

		if (piece_end_ps > end_ps)
			end_ps = piece_end_ps;
		addr += piece;
		bytes -= piece;
	}
	return end_ps;
}
