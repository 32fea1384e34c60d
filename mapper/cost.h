/*
 * What counts cost: energy by component under every ADC law, time, and
 * throughput when a number of arrays is shared out over the layers.
 *
 * Constants are the configuration's tile section. Layers are pipelined: the
 * slowest sets the pace, one image every interval. Feature maps move for free
 * here; `sqz run` knows what that takes.
 */
#ifndef SQZ_MAPPER_COST_H
#define SQZ_MAPPER_COST_H

#include "count_net.h"
#include "ou_cost.h"
#include "reader/adc.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_cost_component {
	SQZ_COST_ARRAY,
	SQZ_COST_DAC,
	SQZ_COST_SHIFT_ADD,
	SQZ_COST_EDRAM, /* inputs, read once for each position */
	SQZ_COST_BUS,
	SQZ_COST_VECTOR,
	SQZ_COST_INDEX, /* read once for tile.index_positions */
	SQZ_COST_COMPONENTS
};

const char *sqz_cost_component_name(enum sqz_cost_component component);

/* Of one image. */
struct sqz_cost {
	uint64_t fj[SQZ_COST_COMPONENTS]; /* all but the ADC */
	unsigned adc_bits;
	bool adc_known[SQZ_ADC_LAWS]; /* the law holds at adc_bits */
	uint64_t adc_fj[SQZ_ADC_LAWS];
	uint64_t time_ps; /* of all positions on the arrays that the layer needs
			     at least; of a network: layers one after the other
			     */
};

/* One layer's cost from its count for one position. */
struct sqz_cost sqz_cost_layer(const struct sqz_config *config,
			       const struct sqz_design *design,
			       const struct sqz_layer_view *layer,
			       const struct sqz_count *count);

void sqz_cost_add(struct sqz_cost *total, const struct sqz_cost *cost);

/* All components and the ADC by a law that is known. */
uint64_t sqz_cost_total_fj(const struct sqz_cost *cost, enum sqz_adc_law law);

/* Power of one array at full use, in fJ per ps: its cells, DACs, ADC and
 * shift-and-add without a pause. 0 if the law does not hold. */
double sqz_array_peak_power(const struct sqz_config *config,
			    const struct sqz_design *design,
			    enum sqz_adc_law law);

/* Energy of an image when `fraction` of the arrays' peak power is drawn all the
 * time and events take so much less: arrays run for interval_ps an image. */
double sqz_cost_static_fj(const struct sqz_cost *cost, enum sqz_adc_law law,
			  double fraction, double array_power, uint64_t arrays,
			  double interval_ps);

/* How one layer uses arrays: with n of them, in steps of `copy`, it takes
 * work_ps / n. */
struct sqz_layer_work {
	uint64_t arrays; /* needed at least */
	/* Full-array mode: all arrays work together, so copies are whole
	 * (arrays); OU mode: any number. */
	uint64_t step;
	double work_ps; /* x arrays */
};

/* The least interval between images when at most `budget` arrays may be used,
 * in ps; 0 if they do not suffice. */
double sqz_cost_interval_ps(const struct sqz_layer_work *layers, uint32_t count,
			    uint64_t budget);

/* work and arrays of one layer. OU mode: OUs of a layer fill whole arrays. */
struct sqz_layer_work sqz_layer_work(const struct sqz_config *config,
				     const struct sqz_design *design,
				     const struct sqz_count *count,
				     uint64_t positions);

/* The same for a layer whose OUs were planned (ou_plan.h); `design` has its
 * sizes. Accumulates that are slower than the OU count in its time. */
struct sqz_cost sqz_cost_ou(const struct sqz_config *config,
			    const struct sqz_design *design,
			    const struct sqz_layer_view *layer,
			    const struct sqz_ou_cost *ou);
struct sqz_count sqz_cost_ou_count(const struct sqz_design *design,
				   const struct sqz_blocks *blocks,
				   const struct sqz_ou_cost *ou);
struct sqz_layer_work sqz_ou_work(const struct sqz_design *design,
				  const struct sqz_ou_cost *ou,
				  uint64_t positions);

/* Places for OUs in one array; full-array mode: 1. */
uint64_t sqz_design_places(const struct sqz_design *design);

#ifdef __cplusplus
}
#endif

#endif
