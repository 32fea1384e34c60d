/*
 * What an operation-unit layout costs: counts, time, energy.
 *
 * Counts are for one output position, all input cycles included, so that they
 * can be held against the tile's counters. Constants come from the
 * configuration's tile section (docs/schemes.md, "Time and energy").
 */
#ifndef SQZ_MAPPER_OU_COST_H
#define SQZ_MAPPER_OU_COST_H

#include "ou_group.h"
#include "reader/config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_ou_cost {
	uint64_t groups;
	uint64_t ous;
	uint64_t columns; /* stored */
	uint64_t cells;	  /* stored: columns x rows of their groups */
	uint64_t ou_cycles;
	uint64_t conversions;
	uint64_t accumulates;
	uint64_t cell_reads; /* cells x input bits */
	uint64_t dac_rows;   /* rows of OUs x input bits */
	uint64_t busy_ps;    /* OU times, one after the other */
	/* The same with unlimited sa_ports. */
	uint64_t busy_unlimited_ps;
	uint64_t index_bits;
};

void sqz_ou_cost_add(struct sqz_ou_cost *sum, const struct sqz_ou_cost *more);

/* A group of `rows` rows read in `cycles` input cycles; index_bits stays 0. */
struct sqz_ou_cost sqz_ou_group_cost(const struct sqz_config *config,
				     const struct sqz_ou_draft *draft,
				     uint32_t rows, uint32_t cycles);

enum sqz_ou_component {
	SQZ_OU_ENERGY_ARRAY,
	SQZ_OU_ENERGY_DAC,
	SQZ_OU_ENERGY_ADC,
	SQZ_OU_ENERGY_SHIFT_ADD,
	SQZ_OU_ENERGY_INDEX, /* a position's share of a read of the table */
	SQZ_OU_ENERGY_COUNT
};

/* In fJ, of one output position. */
struct sqz_ou_energy {
	double fj[SQZ_OU_ENERGY_COUNT];
	double total_fj;
};

/* adc_fj: of one conversion. A layer of `positions` reads its table once for
 * tile.index_positions of them. */
struct sqz_ou_energy sqz_ou_energy(const struct sqz_config *config,
				   const struct sqz_ou_cost *cost,
				   uint32_t positions, double adc_fj);

/* What a plan is to have least of. */
enum sqz_ou_objective {
	SQZ_OU_LEAST_OUS, /* crossbars are filled with OUs */
	SQZ_OU_LEAST_TIME,
	SQZ_OU_LEAST_ENERGY,
	SQZ_OU_OBJECTIVES
};

/* "crossbars", "time", "energy": as an option names them. */
const char *sqz_ou_objective_name(enum sqz_ou_objective objective);

/* Smaller is better. */
double sqz_ou_score(const struct sqz_config *config,
		    const struct sqz_ou_cost *cost, uint32_t positions,
		    enum sqz_ou_objective objective);

#ifdef __cplusplus
}
#endif

#endif
