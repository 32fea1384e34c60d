#include "ou_cost.h"

#include "reader/adc.h"

void sqz_ou_cost_add(struct sqz_ou_cost *sum, const struct sqz_ou_cost *more)
{
	sum->groups += more->groups;
	sum->ous += more->ous;
	sum->columns += more->columns;
	sum->cells += more->cells;
	sum->ou_cycles += more->ou_cycles;
	sum->conversions += more->conversions;
	sum->accumulates += more->accumulates;
	sum->cell_reads += more->cell_reads;
	sum->dac_rows += more->dac_rows;
	sum->busy_ps += more->busy_ps;
	sum->busy_unlimited_ps += more->busy_unlimited_ps;
	sum->index_bits += more->index_bits;
}

/* Of one OU in one input cycle, accumulates aside. */
static uint64_t read_ps(const struct sqz_config *config, uint32_t columns)
{
	uint64_t conversions = columns * config->tile.adc_conversion_ps;

	return conversions > config->tile.ou_cycle_ps
		   ? conversions
		   : config->tile.ou_cycle_ps;
}

static uint64_t accumulate_ps(const struct sqz_config *config, uint64_t count)
{
	uint64_t ports = config->tile.sa_ports;

	if (!ports)
		return 0;
	return (count * config->tile.adc_conversion_ps + ports - 1) / ports;
}

struct sqz_ou_cost sqz_ou_group_cost(const struct sqz_config *config,
				     const struct sqz_ou_draft *draft,
				     uint32_t rows, uint32_t cycles)
{
	struct sqz_ou_cost cost = { .groups = 1, .columns = draft->columns };
	uint64_t bits = SQZ_INPUT_BITS;

	for (uint32_t at = 0; at < draft->columns; cost.ous++) {
		uint32_t left = draft->columns - at;
		uint32_t columns = left < config->tile.ou_columns
				       ? left
				       : config->tile.ou_columns;
		uint64_t accumulates = 0;

		for (uint32_t end = at + columns; at < end; at++)
			accumulates += draft->accumulates[at];
		uint64_t read = read_ps(config, columns);
		uint64_t add = accumulate_ps(config, accumulates);

		cost.accumulates += accumulates * cycles;
		cost.busy_unlimited_ps += read * cycles;
		cost.busy_ps += (add > read ? add : read) * cycles;
	}
	cost.cells = (uint64_t)draft->columns * rows;
	cost.ou_cycles = cost.ous * cycles;
	cost.conversions = cost.columns * cycles;
	cost.cell_reads = cost.cells * bits;
	cost.dac_rows = cost.ous * rows * bits;
	return cost;
}

struct sqz_ou_energy sqz_ou_energy(const struct sqz_config *config,
				   const struct sqz_ou_cost *cost,
				   uint32_t positions, double adc_fj)
{
	struct sqz_ou_energy energy = { 0 };
	uint32_t each = config->tile.index_positions;
	double reads = positions / each + (positions % each != 0);
	double index_bytes =
	    (double)cost->index_bits / 8 * reads / (double)positions;

	energy.fj[SQZ_OU_ENERGY_ARRAY] =
	    (double)cost->cell_reads / 1024 *
	    (double)config->tile.array_1024_cells_fj;
	energy.fj[SQZ_OU_ENERGY_DAC] =
	    (double)cost->dac_rows * (double)config->tile.dac_row_fj;
	energy.fj[SQZ_OU_ENERGY_ADC] = (double)cost->conversions * adc_fj;
	energy.fj[SQZ_OU_ENERGY_SHIFT_ADD] =
	    (double)cost->accumulates * (double)config->tile.shift_add_fj;
	energy.fj[SQZ_OU_ENERGY_INDEX] =
	    index_bytes * (double)config->tile.index_byte_fj;
	for (int i = 0; i < SQZ_OU_ENERGY_COUNT; i++)
		energy.total_fj += energy.fj[i];
	return energy;
}

const char *sqz_ou_objective_name(enum sqz_ou_objective objective)
{
	static const char *const names[SQZ_OU_OBJECTIVES] = {
		[SQZ_OU_LEAST_OUS] = "crossbars",
		[SQZ_OU_LEAST_TIME] = "time",
		[SQZ_OU_LEAST_ENERGY] = "energy",
	};

	return names[objective];
}

double sqz_ou_score(const struct sqz_config *config,
		    const struct sqz_ou_cost *cost, uint32_t positions,
		    enum sqz_ou_objective objective)
{
	switch (objective) {
	case SQZ_OU_LEAST_OUS:
		return (double)cost->ous;
	case SQZ_OU_LEAST_TIME:
		return (double)cost->busy_ps;
	default:
		return sqz_ou_energy(config, cost, positions,
				     (double)sqz_adc_tile_fj(config))
		    .total_fj;
	}
}
