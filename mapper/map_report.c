#include "map_report.h"

#include "report_recipes.h"

#include <stdlib.h>
#include <string.h>

/* What the functions below share while a report is made. */
struct maker {
	const struct sqz_report_source *source;
	struct sqz_map_report *report;
};

/* Layers share no arrays. */
static uint64_t packed_arrays(const struct sqz_report_row *row,
			      const struct sqz_qnet *net)
{
	uint64_t places = sqz_design_places(&row->design);
	uint64_t arrays = 0;

	if (row->design.read.mode == SQZ_READ_FULL)
		return row->count.arrays;
	for (uint32_t i = 0; i < net->layer_count; i++)
		arrays += (row->counts[i].ous + places - 1) / places;
	return arrays;
}

static int count_apart(struct sqz_report_row *row, const struct sqz_qnet *net,
		       struct sqz_error *err)
{
	struct sqz_design apart = row->design;
	struct sqz_count *counts = calloc(net->layer_count, sizeof(*counts));

	if (!counts)
		return sqz_fail(err, "out of memory for counts");
	apart.cells.groups_apart = true;
	apart.cells.planes = row->planes;
	int result = sqz_count_network(net, NULL, &apart, counts, err);
	struct sqz_report_row other = { .design = apart, .counts = counts };
	if (result == 0) {
		other.count = sqz_count_total(net, counts);
		row->arrays_apart = packed_arrays(&other, net);
	}
	free(counts);
	return result;
}

static void cost_row(const struct sqz_config *config,
		     struct sqz_report_row *row, const struct sqz_qnet *net)
{
	for (uint32_t i = 0; i < net->layer_count; i++) {
		if (net->layers[i].kind != SQZ_STEP_MVM)
			continue;
		struct sqz_layer_view view = sqz_layer_view(net, NULL, i);
		row->costs[i] = sqz_cost_layer(config, &row->design, &view,
					       &row->counts[i]);
		sqz_cost_add(&row->cost, &row->costs[i]);
	}
}

static unsigned most_planes(const struct sqz_design *design,
			    const struct sqz_qnet *net,
			    const struct sqz_blocks *blocks)
{
	unsigned most = 0;

	if (!blocks || design->cells.slicing != SQZ_SLICED)
		return design->cells.planes;
	for (uint32_t i = 0; i < net->layer_count; i++) {
		unsigned planes =
		    blocks[i].planes - blocks[i].squeeze - blocks[i].truncate;
		most = planes > most ? planes : most;
	}
	return most;
}

static void name_row(const struct maker *maker, const struct sqz_recipe *recipe,
		     struct sqz_report_row *row)
{
	const char *name = recipe->name;

	if (!name)
		name = maker->report->scheme;
	if (recipe->weights == SQZ_FROM_EQUAL_INT)
		snprintf(row->name, sizeof(row->name), "int%u%s",
			 row->planes + 1, recipe->name + strlen("int"));
	else if (recipe->weights == SQZ_FROM_EQUAL_CUT)
		snprintf(row->name, sizeof(row->name), "trunc%u%s",
			 8 - row->planes, recipe->name + strlen("cut"));
	else if (!strncmp(name, "chosen", 6))
		snprintf(row->name, sizeof(row->name), "%.20s%s",
			 maker->report->scheme, name + strlen("chosen"));
	else
		snprintf(row->name, sizeof(row->name), "%.39s", name);
}

static int add_row(const struct maker *maker, const struct sqz_recipe *recipe,
		   const struct sqz_qnet *net, const struct sqz_blocks *blocks,
		   enum sqz_read_mode mode, struct sqz_error *err)
{
	struct sqz_report_mode *to = &maker->report->modes[mode];
	struct sqz_report_row *row = &to->rows[recipe - sqz_recipes];

	row->design = sqz_recipe_design(recipe, maker->source, mode);
	row->what = recipe->what;
	row->kind = recipe->kind;
	row->planes = most_planes(&row->design, net, blocks);
	name_row(maker, recipe, row);
	row->counts = calloc(net->layer_count, sizeof(*row->counts));
	row->costs = calloc(net->layer_count, sizeof(*row->costs));
	if (!row->counts || !row->costs)
		return sqz_fail(err, "out of memory for counts");
	if (sqz_count_network(net, blocks, &row->design, row->counts, err))
		return -1;
	row->count = sqz_count_total(net, row->counts);
	row->arrays = packed_arrays(row, net);
	if (!recipe->free_planes && !recipe->skip && count_apart(row, net, err))
		return -1;
	cost_row(maker->source->config, row, net);
	return 0;
}

/* All rows of both modes that are counted from these weights. */
static int add_rows(const struct maker *maker, enum sqz_report_weights weights,
		    const struct sqz_qnet *net, const struct sqz_blocks *blocks,
		    struct sqz_error *err)
{
	for (int r = 0; r < SQZ_ROW_COUNT; r++)
		for (int mode = 0; mode < 2; mode++)
			if (sqz_recipes[r].weights == weights &&
			    sqz_recipe_applies(&sqz_recipes[r], maker->source,
					       (enum sqz_read_mode)mode) &&
			    add_row(maker, &sqz_recipes[r], net, blocks,
				    (enum sqz_read_mode)mode, err))
				return -1;
	return 0;
}

/* ---- weights ---- */

/* Planes that were cut off take no cells: the rest stands that much lower. */
static void drop_cut_planes(struct sqz_blocks *blocks)
{
	unsigned cut = blocks->truncate;

	for (uint32_t b = 0; b < blocks->count && cut; b++) {
		struct sqz_weight_block *block = &blocks->blocks[b];
		size_t cells = (size_t)block->rows * block->cols;

		for (size_t i = 0; i < cells; i++)
			block->squeezed[i] /= (int16_t)(1 << cut);
		block->stored >>= cut;
	}
	blocks->planes -= cut;
	blocks->truncate = 0;
}

static int count_weights(const struct maker *maker,
			 enum sqz_report_weights weights, struct sqz_error *err)
{
	const struct sqz_report_source *source = maker->source;
	const struct sqz_graph *graph =
	    weights == SQZ_FROM_UNPRUNED ? source->unpruned : source->graph;
	uint32_t layers = source->lowered->layer_count;
	struct sqz_quantized net = { 0 };

	if (weights == SQZ_FROM_SHAPES)
		return add_rows(maker, weights, source->lowered, NULL, err);
	if (!graph)
		return 0;
	struct sqz_scheme *schemes = calloc(layers, sizeof(*schemes));
	if (!schemes)
		return sqz_fail(err, "out of memory for schemes");
	for (uint32_t i = 0; i < layers; i++)
		schemes[i] = sqz_recipe_scheme(&source->schemes[i], weights);
	int result =
	    sqz_quantize_each(graph, source->lowered, schemes, &net, err);
	for (uint32_t i = 0; !result && i < layers; i++)
		drop_cut_planes(&net.blocks[i]);
	if (result == 0)
		result = add_rows(maker, weights, &net.net, net.blocks, err);
	sqz_quantized_free(&net);
	free(schemes);
	return result;
}

/* ---- comparisons ---- */

static void set_static(const struct maker *maker, struct sqz_report_row *row)
{
	for (int i = 0; i < SQZ_ADC_LAWS; i++) {
		enum sqz_adc_law law = (enum sqz_adc_law)i;
		double power = sqz_array_peak_power(maker->source->config,
						    &row->design, law);

		if (power > 0 && row->equal_interval_ps > 0)
			row->equal_static_fj[i] = sqz_cost_static_fj(
			    &row->cost, law, SQZ_REPORT_STATIC, power,
			    maker->report->budget, row->equal_interval_ps);
	}
}

static int set_intervals(const struct maker *maker, struct sqz_report_row *row,
			 struct sqz_error *err)
{
	const struct sqz_qnet *net = maker->source->lowered;
	struct sqz_layer_work *work = calloc(net->layer_count, sizeof(*work));

	if (!work)
		return sqz_fail(err, "out of memory for layers");
	for (uint32_t i = 0; i < net->layer_count; i++) {
		if (net->layers[i].kind != SQZ_STEP_MVM)
			continue;
		struct sqz_layer_view view = sqz_layer_view(net, NULL, i);
		work[i] = sqz_layer_work(maker->source->config, &row->design,
					 &row->counts[i], view.positions);
	}
	row->interval_ps =
	    sqz_cost_interval_ps(work, net->layer_count, row->arrays);
	row->equal_interval_ps =
	    sqz_cost_interval_ps(work, net->layer_count, maker->report->budget);
	free(work);
	set_static(maker, row);
	return 0;
}

static void add_factor(struct sqz_report_mode *mode, const char *name,
		       enum sqz_report_rows before, enum sqz_report_rows after,
		       enum sqz_report_rows without, enum sqz_report_rows with)
{
	mode->factors[mode->factor_count++] = (struct sqz_report_factor){
		.name = name,
		.before = sqz_report_size(&mode->rows[before]),
		.after = sqz_report_size(&mode->rows[after]),
		.without = sqz_report_size(&mode->rows[without]),
		.with = sqz_report_size(&mode->rows[with]),
	};
}

static void set_factors(const struct maker *maker, struct sqz_report_mode *mode)
{
	bool twos = maker->source->form == SQZ_SIGN_TWOS_COMPLEMENT;
	int log_bits = maker->report->cell_bits / 2; /* 1 2 4: 0 1 2 */
	enum sqz_report_rows pair =
	    (enum sqz_report_rows)(SQZ_ROW_SCHEME_PAIR1 + log_bits);

	add_factor(mode, "word length", SQZ_ROW_PAIR16, SQZ_ROW_DENSE_PAIR1,
		   SQZ_ROW_WORD16, SQZ_ROW_DENSE);
	add_factor(mode, "free planes", SQZ_ROW_DENSE_PAIR1, SQZ_ROW_FREE_PAIR1,
		   SQZ_ROW_SCHEME_ALL, SQZ_ROW_SCHEME);
	add_factor(mode, "squeeze", SQZ_ROW_FREE_PAIR1, SQZ_ROW_SCHEME_PAIR1,
		   SQZ_ROW_UNSQUEEZED_FREE, SQZ_ROW_SCHEME);
	add_factor(mode, "sign form", SQZ_ROW_SCHEME_PAIR1,
		   twos ? SQZ_ROW_SCHEME_TWOS1 : SQZ_ROW_SCHEME_PAIR1, pair,
		   SQZ_ROW_SCHEME);
	add_factor(
	    mode, "cell bits",
	    twos ? SQZ_ROW_SCHEME_TWOS1 : SQZ_ROW_SCHEME_PAIR1, SQZ_ROW_SCHEME,
	    twos ? SQZ_ROW_SCHEME_TWOS1 : SQZ_ROW_SCHEME_PAIR1, SQZ_ROW_SCHEME);
	if (maker->source->unpruned)
		add_factor(mode, "pruning", SQZ_ROW_SCHEME_UNPRUNED,
			   SQZ_ROW_SCHEME, SQZ_ROW_SCHEME_UNPRUNED,
			   SQZ_ROW_SCHEME);
}

static int compare(const struct maker *maker, struct sqz_report_mode *mode,
		   struct sqz_error *err)
{
	for (int r = 0; r < SQZ_ROW_COUNT; r++)
		if (mode->rows[r].counts &&
		    set_intervals(maker, &mode->rows[r], err))
			return -1;
	mode->row_count = SQZ_ROW_COUNT;
	mode->chosen = SQZ_ROW_SCHEME;
	mode->unsqueezed = SQZ_ROW_UNSQUEEZED_FREE;
	set_factors(maker, mode);
	return 0;
}

/* ---- the report ---- */

static void describe(const struct sqz_report_source *source,
		     struct sqz_map_report *report)
{
	const struct sqz_qnet *net = source->lowered;

	*report = (struct sqz_map_report){ 0 };
	snprintf(report->network, sizeof(report->network), "%s",
		 source->network);
	snprintf(report->scheme, sizeof(report->scheme), "%s", source->scheme);
	snprintf(report->sign, sizeof(report->sign), "%s",
		 source->form == SQZ_SIGN_DIFFERENTIAL ? "pair" : "twos");
	report->cell_bits = source->schemes[0].cell_bits;
	report->pruned = source->pruned;
	report->net = net;
	report->config = source->config;
	report->modes[SQZ_READ_OU].mode = SQZ_READ_OU;
	for (uint32_t i = 0; i < net->layer_count; i++)
		if (net->layers[i].kind == SQZ_STEP_MVM)
			report->weights += sqz_layer_weights(net, i);
}

int sqz_map_report_make(const struct sqz_report_source *source,
			struct sqz_map_report *report, struct sqz_error *err)
{
	struct maker maker = { source, report };

	describe(source, report);
	for (int w = 0; w < SQZ_FROM_COUNT; w++)
		if (count_weights(&maker, (enum sqz_report_weights)w, err))
			return -1;
	report->budget =
	    source->budget
		? source->budget
		: report->modes[SQZ_READ_FULL].rows[SQZ_ROW_PAIR16].arrays;
	for (int mode = 0; mode < 2; mode++)
		if (compare(&maker, &report->modes[mode], err))
			return -1;
	return 0;
}

void sqz_map_report_free(struct sqz_map_report *report)
{
	for (int mode = 0; mode < 2; mode++)
		for (int r = 0; r < SQZ_REPORT_MAX_ROWS; r++) {
			free(report->modes[mode].rows[r].counts);
			free(report->modes[mode].rows[r].costs);
		}
	*report = (struct sqz_map_report){ 0 };
}

uint64_t sqz_report_size(const struct sqz_report_row *row)
{
	return row->design.read.mode == SQZ_READ_OU ? row->count.ous
						    : row->arrays;
}

static double quotient(double a, double b)
{
	return a > 0 && b > 0 ? a / b : 0;
}

struct sqz_report_ratios sqz_report_compare(const struct sqz_report_mode *mode,
					    const struct sqz_report_row *other)
{
	const struct sqz_report_row *chosen = &mode->rows[mode->chosen];
	struct sqz_report_ratios ratios = {
		.size = quotient((double)sqz_report_size(other),
				 (double)sqz_report_size(chosen)),
		.throughput = quotient(other->equal_interval_ps,
				       chosen->equal_interval_ps),
	};

	for (int i = 0; i < SQZ_ADC_LAWS; i++) {
		enum sqz_adc_law law = (enum sqz_adc_law)i;

		if (other->cost.adc_known[i] && chosen->cost.adc_known[i])
			ratios.energy[i] = quotient(
			    (double)sqz_cost_total_fj(&other->cost, law),
			    (double)sqz_cost_total_fj(&chosen->cost, law));
		ratios.energy_static[i] = quotient(other->equal_static_fj[i],
						   chosen->equal_static_fj[i]);
	}
	return ratios;
}

const struct sqz_report_row *sqz_report_find(const struct sqz_report_mode *mode,
					     const char *name)
{
	for (uint32_t r = 0; r < mode->row_count; r++)
		if (mode->rows[r].counts && !strcmp(mode->rows[r].name, name))
			return &mode->rows[r];
	return NULL;
}
