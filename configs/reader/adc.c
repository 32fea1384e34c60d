#include "reader/adc.h"

static const uint64_t *table_of(const struct sqz_config *config,
				enum sqz_adc_law law)
{
	const uint64_t *const tables[SQZ_ADC_LAWS] = {
		[SQZ_ADC_ACCELERGY] = config->adc_laws.accelergy_fj,
		[SQZ_ADC_EXPONENTIAL] = config->adc_laws.exponential_fj,
		[SQZ_ADC_LINEAR] = config->adc_laws.linear_fj,
		[SQZ_ADC_ISAAC] = config->adc_laws.isaac_fj,
	};

	return tables[law];
}

const char *sqz_adc_law_name(enum sqz_adc_law law)
{
	static const char *const NAMES[SQZ_ADC_LAWS] = {
		[SQZ_ADC_ACCELERGY] = "accelergy",
		[SQZ_ADC_EXPONENTIAL] = "exponential",
		[SQZ_ADC_LINEAR] = "linear",
		[SQZ_ADC_ISAAC] = "isaac",
	};

	return NAMES[law];
}

int sqz_adc_energy_fj(const struct sqz_config *config, enum sqz_adc_law law,
		      uint32_t bits, uint64_t *fj, struct sqz_error *err)
{
	*fj = 0;
	if (bits >= 1 && bits <= SQZ_CONFIG_LIST)
		*fj = table_of(config, law)[bits - 1];
	if (*fj)
		return 0;
	return sqz_fail(err,
			"%s: adc_laws.%s_pj says nothing of %u bits "
			"(tile.adc_law, tile.adc_bits)",
			config->file, sqz_adc_law_name(law), bits);
}

uint64_t sqz_adc_tile_fj(const struct sqz_config *config)
{
	return table_of(config,
			config->tile.adc_law)[config->tile.adc_bits - 1];
}
