/* Reports on operation-unit layouts: what each layer took and why, and what the
 * whole network gains. */
#ifndef SQZ_MAPPER_OU_TABLE_H
#define SQZ_MAPPER_OU_TABLE_H

#include <stdio.h>

#include "quantize.h"
#include "reader/adc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A network under one layout, all layers together. Time and energy are those
 * of an image: a layer's times its positions. */
struct sqz_ou_totals {
	uint64_t arrays; /* that layout OU fills */
	uint64_t ous;
	uint64_t accumulators; /* that share reads of the index */
	uint64_t index_bits;
	/* Of the scheme, zeros outside groups not counted. */
	uint64_t weight_bits;
	/* Of OUs that follow each other on as many arrays as layout OU has. */
	double time_ps, time_unlimited_ps;
	double energy_fj[SQZ_ADC_LAWS]; /* 0 where a law does not hold */
	double tile_energy_fj;		/* by tile.adc_law */
	double index_fj;
};

/* FULL: as planned. */
void sqz_ou_totals(const struct sqz_quantized *net, enum sqz_layout layout,
		   struct sqz_ou_totals *totals);

void sqz_ou_layer_totals(const struct sqz_quantized *net, uint32_t layer,
			 enum sqz_layout layout, struct sqz_ou_totals *totals);

#define SQZ_OU_REASON_BYTES 200

/* Why the plan took what it took, in a few words without a comma. */
void sqz_ou_reason(const struct sqz_ou_plan *plan, char *text, size_t size);

/* One line a layer: layout, figures against SRE, reason. */
void sqz_ou_layer_table(const struct sqz_quantized *net, FILE *out);

/* One line a layout, `share` of the weights pruned; head first if asked for. */
void sqz_ou_total_table(const struct sqz_quantized *net, double share,
			bool head, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
