#include "cost.h"

#include <math.h>

/* tile.array_1024_cells_pj counts this many cells. */
#define ENERGY_CELLS 1024
#define BISECTIONS   60

const char *sqz_cost_component_name(enum sqz_cost_component component)
{
	static const char *const NAMES[SQZ_COST_COMPONENTS] = {
		[SQZ_COST_ARRAY] = "array",
		[SQZ_COST_DAC] = "dac",
		[SQZ_COST_SHIFT_ADD] = "shift_add",
		[SQZ_COST_EDRAM] = "edram",
		[SQZ_COST_BUS] = "bus",
		[SQZ_COST_VECTOR] = "vector",
		[SQZ_COST_INDEX] = "index",
	};

	return NAMES[component];
}

uint64_t sqz_design_places(const struct sqz_design *design)
{
	if (design->read.mode == SQZ_READ_FULL)
		return 1;
	uint64_t bands = design->array_rows / design->read.ou_rows;
	uint64_t places =
	    bands * (design->array_columns / design->read.ou_columns);
	return places ? places : 1;
}

/* One OU cycle: the cells, or the conversions of its bit lines. */
static uint64_t cycle_ps(const struct sqz_config *config,
			 const struct sqz_design *design,
			 const struct sqz_count *count)
{
	uint64_t read = design->read.mode == SQZ_READ_OU
			    ? config->tile.ou_cycle_ps
			    : config->tile.array_cycle_ps;
	uint64_t convert = count->bit_lines * config->tile.adc_conversion_ps;

	return convert > read ? convert : read;
}

static void set_adc(const struct sqz_config *config, uint64_t conversions,
		    struct sqz_cost *cost)
{
	struct sqz_error ignored;

	for (int law = 0; law < SQZ_ADC_LAWS; law++) {
		uint64_t fj;

		cost->adc_known[law] =
		    sqz_adc_energy_fj(config, (enum sqz_adc_law)law,
				      cost->adc_bits, &fj, &ignored) == 0;
		cost->adc_fj[law] = conversions * fj;
	}
}

/* What happens for one position. */
struct events {
	uint64_t cell_cycles, dac_row_cycles, conversions, accumulates;
	uint64_t index_bits;
};

static struct sqz_cost cost_of(const struct sqz_config *config,
			       const struct sqz_design *design,
			       const struct sqz_layer_view *layer,
			       const struct events *events)
{
	uint64_t positions = layer->positions;
	uint64_t inputs =
	    positions * layer->shape.groups * layer->shape.group_rows;
	uint64_t reads = (positions + config->tile.index_positions - 1) /
			 config->tile.index_positions;
	struct sqz_cost cost = {
		.fj = {
			[SQZ_COST_ARRAY] = events->cell_cycles * positions *
					   config->tile.array_1024_cells_fj /
					   ENERGY_CELLS,
			[SQZ_COST_DAC] = events->dac_row_cycles * positions *
					 config->tile.dac_row_fj,
			[SQZ_COST_SHIFT_ADD] = events->accumulates * positions *
					       config->tile.shift_add_fj,
			[SQZ_COST_EDRAM] = inputs * config->tile.edram_byte_fj,
			[SQZ_COST_BUS] = inputs * config->tile.bus_byte_fj,
			[SQZ_COST_VECTOR] = positions *
					    layer->shape.out_channels *
					    config->tile.vector_op_fj,
			[SQZ_COST_INDEX] = reads * events->index_bits *
					   config->tile.index_byte_fj / 8,
		},
		.adc_bits = sqz_design_adc_bits(design),
	};

	set_adc(config, events->conversions * positions, &cost);
	return cost;
}

/* On the arrays that the layer needs at least. */
static uint64_t own_time_ps(const struct sqz_layer_work *work)
{
	return work->arrays ? (uint64_t)(work->work_ps / (double)work->arrays)
			    : 0;
}

struct sqz_cost sqz_cost_layer(const struct sqz_config *config,
			       const struct sqz_design *design,
			       const struct sqz_layer_view *layer,
			       const struct sqz_count *count)
{
	const struct events events = {
		.cell_cycles = count->cell_cycles,
		.dac_row_cycles = count->dac_row_cycles,
		.conversions = count->conversions,
		.accumulates = count->conversions,
		.index_bits = count->index_bits,
	};
	struct sqz_cost cost = cost_of(config, design, layer, &events);
	struct sqz_layer_work work =
	    sqz_layer_work(config, design, count, layer->positions);

	cost.time_ps = own_time_ps(&work);
	return cost;
}

/* ---- layouts of operation units ---- */

struct sqz_cost sqz_cost_ou(const struct sqz_config *config,
			    const struct sqz_design *design,
			    const struct sqz_layer_view *layer,
			    const struct sqz_ou_cost *ou)
{
	const struct events events = {
		.cell_cycles = ou->cell_reads,
		.dac_row_cycles = ou->dac_rows,
		.conversions = ou->conversions,
		.accumulates = ou->accumulates,
		.index_bits = ou->index_bits,
	};
	struct sqz_cost cost = cost_of(config, design, layer, &events);
	struct sqz_layer_work work = sqz_ou_work(design, ou, layer->positions);

	cost.time_ps = own_time_ps(&work);
	return cost;
}

struct sqz_count sqz_cost_ou_count(const struct sqz_design *design,
				   const struct sqz_blocks *blocks,
				   const struct sqz_ou_cost *ou)
{
	struct sqz_layer_work work = sqz_ou_work(design, ou, 1);
	struct sqz_count count = {
		.blocks = blocks->count,
		.arrays = work.arrays,
		.cells =
		    work.arrays * design->array_rows * design->array_columns,
		.used_cells = ou->cells,
		.index_bits = ou->index_bits,
		.input_cycles = SQZ_INPUT_BITS,
		.bit_lines = design->read.ou_columns,
		.ous = ou->ous,
		.ou_cycles = ou->ou_cycles,
		.cell_cycles = ou->cell_reads,
		.dac_row_cycles = ou->dac_rows,
		.conversions = ou->conversions,
	};

	for (uint32_t b = 0; b < blocks->count; b++)
		if (SQZ_INPUT_BITS + blocks->blocks[b].max_shift >
		    count.input_cycles)
			count.input_cycles =
			    SQZ_INPUT_BITS + blocks->blocks[b].max_shift;
	return count;
}

struct sqz_layer_work sqz_ou_work(const struct sqz_design *design,
				  const struct sqz_ou_cost *ou,
				  uint64_t positions)
{
	uint64_t places = sqz_design_places(design);

	return (struct sqz_layer_work){
		.arrays = (ou->ous + places - 1) / places,
		.step = 1,
		.work_ps = (double)ou->busy_ps * (double)positions,
	};
}

void sqz_cost_add(struct sqz_cost *total, const struct sqz_cost *cost)
{
	bool first = total->adc_bits == 0;

	for (int i = 0; i < SQZ_COST_COMPONENTS; i++)
		total->fj[i] += cost->fj[i];
	for (int law = 0; law < SQZ_ADC_LAWS; law++) {
		total->adc_known[law] =
		    cost->adc_known[law] && (first || total->adc_known[law]);
		total->adc_fj[law] += cost->adc_fj[law];
	}
	total->adc_bits = cost->adc_bits;
	total->time_ps += cost->time_ps;
}

uint64_t sqz_cost_total_fj(const struct sqz_cost *cost, enum sqz_adc_law law)
{
	uint64_t total = cost->adc_fj[law];

	for (int i = 0; i < SQZ_COST_COMPONENTS; i++)
		total += cost->fj[i];
	return total;
}

double sqz_array_peak_power(const struct sqz_config *config,
			    const struct sqz_design *design,
			    enum sqz_adc_law law)
{
	bool ou = design->read.mode == SQZ_READ_OU;
	double rows = ou ? design->read.ou_rows : design->array_rows;
	double columns = ou ? design->read.ou_columns : design->array_columns;
	uint64_t cycle =
	    ou ? config->tile.ou_cycle_ps : config->tile.array_cycle_ps;
	struct sqz_error ignored;
	uint64_t adc;

	if (sqz_adc_energy_fj(config, law, sqz_design_adc_bits(design), &adc,
			      &ignored) ||
	    !cycle || !config->tile.adc_conversion_ps)
		return 0;
	return (rows * columns / ENERGY_CELLS *
		    (double)config->tile.array_1024_cells_fj +
		rows * (double)config->tile.dac_row_fj) /
		   (double)cycle +
	       (double)(adc + config->tile.shift_add_fj) /
		   (double)config->tile.adc_conversion_ps;
}

double sqz_cost_static_fj(const struct sqz_cost *cost, enum sqz_adc_law law,
			  double fraction, double array_power, uint64_t arrays,
			  double interval_ps)
{
	static const enum sqz_cost_component OF_ARRAYS[] = {
		SQZ_COST_ARRAY, SQZ_COST_DAC, SQZ_COST_SHIFT_ADD
	};
	double events = (double)cost->adc_fj[law];

	for (unsigned i = 0; i < sizeof(OF_ARRAYS) / sizeof(OF_ARRAYS[0]); i++)
		events += (double)cost->fj[OF_ARRAYS[i]];
	return (double)sqz_cost_total_fj(cost, law) - fraction * events +
	       fraction * array_power * (double)arrays * interval_ps;
}

struct sqz_layer_work sqz_layer_work(const struct sqz_config *config,
				     const struct sqz_design *design,
				     const struct sqz_count *count,
				     uint64_t positions)
{
	double cycle = (double)cycle_ps(config, design, count);
	bool ou = design->read.mode == SQZ_READ_OU;
	uint64_t places = sqz_design_places(design);
	uint64_t arrays =
	    ou ? (count->ous + places - 1) / places : count->arrays;
	uint64_t work =
	    ou ? count->ou_cycles : count->pass_cycles * count->arrays;

	return (struct sqz_layer_work){
		.arrays = arrays,
		.step = ou ? 1 : arrays,
		.work_ps = (double)work * (double)positions * cycle,
	};
}

/* Arrays that bring the layer down to the interval. */
static double arrays_for(const struct sqz_layer_work *layer, double interval_ps)
{
	double steps =
	    ceil(layer->work_ps / interval_ps / (double)layer->step - 1e-9);
	double arrays = steps * (double)layer->step;

	return arrays > (double)layer->arrays ? arrays : (double)layer->arrays;
}

static double network_arrays(const struct sqz_layer_work *layers,
			     uint32_t count, double interval_ps)
{
	double arrays = 0;

	for (uint32_t i = 0; i < count; i++)
		if (layers[i].arrays)
			arrays += arrays_for(&layers[i], interval_ps);
	return arrays;
}

double sqz_cost_interval_ps(const struct sqz_layer_work *layers, uint32_t count,
			    uint64_t budget)
{
	double high = 0;
	double low = 0;

	for (uint32_t i = 0; i < count; i++) {
		double alone = layers[i].arrays ? layers[i].work_ps /
						      (double)layers[i].arrays
						: 0;
		high = fmax(high, alone);
	}
	if (high == 0 || network_arrays(layers, count, high) > (double)budget)
		return 0;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (network_arrays(layers, count, middle) > (double)budget)
			low = middle;
		else
			high = middle;
	}
	return high;
}
