/*
 * Energy: event counts times the configuration's constants, in whole
 * femtojoules, computed once from cumulative counts.
 */
#ifndef SQZ_PLATFORM_ENERGY_H
#define SQZ_PLATFORM_ENERGY_H

#include "reader/config.h"
#include "soc/traffic.h"
#include "tile/tile.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_energy_component {
	SQZ_ENERGY_ARRAY,
	SQZ_ENERGY_DAC,
	SQZ_ENERGY_ADC,
	SQZ_ENERGY_SHIFT_ADD,
	SQZ_ENERGY_INDEX,
	SQZ_ENERGY_EDRAM,
	SQZ_ENERGY_BUS,
	SQZ_ENERGY_VECTOR,
	SQZ_ENERGY_ROUTER,
	SQZ_ENERGY_LINK,
	SQZ_ENERGY_BUFFER,
	SQZ_ENERGY_DRAM,
	SQZ_ENERGY_FLASH,
	SQZ_ENERGY_CELL_WRITE,
	SQZ_ENERGY_COMPONENTS
};

struct sqz_energy {
	uint64_t fj[SQZ_ENERGY_COMPONENTS];
};

const char *sqz_energy_name(enum sqz_energy_component component);

/* What these events cost. DRAM activations are not in `traffic`: they come on
 * top, in the total of a run. */
struct sqz_energy sqz_energy_of(const struct sqz_config *config,
				const struct sqz_tile_counters *tiles,
				const struct sqz_traffic *traffic);

uint64_t sqz_energy_total(const struct sqz_energy *energy);

#ifdef __cplusplus
}
#endif

#endif
