/*
 * What one conversion costs, by the laws of a configuration's group adc_laws.
 */
#ifndef SQZ_CONFIG_ADC_H
#define SQZ_CONFIG_ADC_H

#include "reader/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In the order of tile.adc_law's names. */
enum sqz_adc_law {
	SQZ_ADC_ACCELERGY,
	SQZ_ADC_EXPONENTIAL,
	SQZ_ADC_LINEAR,
	SQZ_ADC_ISAAC,
	SQZ_ADC_LAWS
};

const char *sqz_adc_law_name(enum sqz_adc_law law);

/* Femtojoules of a conversion at `bits`. -1 with err set where the law does not
 * hold. */
int sqz_adc_energy_fj(const struct sqz_config *config, enum sqz_adc_law law,
		      uint32_t bits, uint64_t *fj, struct sqz_error *err);

/* At tile.adc_bits by tile.adc_law; a loaded configuration has it. */
uint64_t sqz_adc_tile_fj(const struct sqz_config *config);

#ifdef __cplusplus
}
#endif

#endif
