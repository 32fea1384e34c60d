/* The rows of the report: prepared, counted layer by layer, added up. Weights
 * that a row is counted from exist for one layer a thread at a time. */
#include "report_rows.h"

#include <stdlib.h>
#include <string.h>

#include "parallel.h"

/* ---- before counting ---- */

static unsigned most_planes(const struct sqz_design *design,
			    const struct sqz_qnet *net,
			    const struct sqz_scheme *schemes)
{
	unsigned most = 0;

	if (!schemes || design->cells.slicing != SQZ_SLICED)
		return design->cells.planes;
	for (uint32_t i = 0; i < net->layer_count; i++) {
		unsigned planes = schemes[i].planes - schemes[i].squeeze -
				  schemes[i].truncate;
		most = planes > most ? planes : most;
	}
	return most;
}

static void name_row(const struct sqz_report_maker *maker,
		     const struct sqz_recipe *recipe,
		     struct sqz_report_row *row)
{
	const char *name = recipe->name;

	if (!name)
		name = maker->report->scheme;
	/* Schemes by layer have no planes in common. */
	if (strchr(maker->report->scheme, ' ') &&
	    (recipe->weights == SQZ_FROM_EQUAL_INT ||
	     recipe->weights == SQZ_FROM_EQUAL_CUT))
		snprintf(row->name, sizeof(row->name), "%.20s by layer", name);
	else if (recipe->weights == SQZ_FROM_EQUAL_INT)
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

/* Makes the row after the recipe. */
static int prepare_row(const struct sqz_report_maker *maker, int index,
		       const struct sqz_scheme *schemes,
		       enum sqz_read_mode mode, struct sqz_report_row *row,
		       struct sqz_error *err)
{
	const struct sqz_recipe *recipe = &sqz_recipes[index];
	const struct sqz_qnet *net = maker->source->lowered;

	row->design = sqz_recipe_design(recipe, maker->source, mode);
	row->what = recipe->what;
	row->kind = recipe->kind;
	row->planes = most_planes(&row->design, net, schemes);
	name_row(maker, recipe, row);
	row->counts = calloc(net->layer_count, sizeof(*row->counts));
	row->costs = calloc(net->layer_count, sizeof(*row->costs));
	row->works = calloc(net->layer_count, sizeof(*row->works));
	return row->counts && row->costs && row->works
		   ? 0
		   : sqz_fail(err, "out of memory for counts");
}

/* ---- counting ---- */

/* All rows that are counted from one sort of weights. */
struct job {
	const struct sqz_report_maker *maker;
	enum sqz_report_weights weights;
	const struct sqz_graph *graph;
	struct sqz_scheme *schemes;
	struct sqz_quantized net; /* of one layer a thread at a time */
};

static bool applies(const struct job *job, int row, enum sqz_read_mode mode)
{
	return sqz_recipes[row].weights == job->weights &&
	       sqz_recipe_applies(&sqz_recipes[row], job->maker->source, mode);
}

static int count_row(const struct job *job, struct sqz_report_row *row,
		     const struct sqz_qnet *net,
		     const struct sqz_blocks *blocks, uint32_t layer,
		     struct sqz_error *err)
{
	const struct sqz_config *config = job->maker->source->config;
	struct sqz_layer_view view = sqz_layer_view(net, NULL, layer);
	struct sqz_count *count = &row->counts[layer];

	if (sqz_count_net_layer(net, blocks, &row->design, layer, count, err))
		return -1;
	row->works[layer] =
	    sqz_layer_work(config, &row->design, count, view.positions);
	row->costs[layer] = sqz_cost_layer(config, &row->design, &view, count);
	return 0;
}

static int count_rows(const struct job *job, const struct sqz_qnet *net,
		      const struct sqz_blocks *blocks, uint32_t layer,
		      struct sqz_error *err)
{
	for (int r = 0; r < SQZ_ROW_RECIPES; r++)
		for (int m = 0; m < 2; m++)
			if (applies(job, r, (enum sqz_read_mode)m) &&
			    count_row(job,
				      &job->maker->report->modes[m].rows[r],
				      net, blocks, layer, err))
				return -1;
	return 0;
}

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

/* A layer that took all planes instead has no blocks of the scheme any more. */
static bool has_chosen_blocks(const struct job *job, uint32_t layer)
{
	const struct sqz_report_source *source = job->maker->source;

	return job->weights == SQZ_FROM_CHOSEN &&
	       source->chosen->blocks[layer].squeeze ==
		   source->schemes[layer].squeeze;
}

static int count_requantized(struct job *job, uint32_t layer,
			     struct sqz_error *err)
{
	if (sqz_quantize_layer(job->graph, &job->schemes[layer], layer,
			       &job->net, err))
		return -1;
	if (job->weights != SQZ_FROM_CHOSEN)
		drop_cut_planes(&job->net.blocks[layer]);
	int result =
	    count_rows(job, &job->net.net, job->net.blocks, layer, err);
	sqz_quantize_drop(&job->net, layer);
	return result;
}

static int count_layer(void *context, uint32_t layer, struct sqz_error *err)
{
	struct job *job = context;
	const struct sqz_report_source *source = job->maker->source;

	if (source->lowered->layers[layer].kind != SQZ_STEP_MVM)
		return 0;
	if (job->weights == SQZ_FROM_SHAPES)
		return count_rows(job, source->lowered, NULL, layer, err);
	if (has_chosen_blocks(job, layer))
		return count_rows(job, &source->chosen->net,
				  source->chosen->blocks, layer, err);
	return count_requantized(job, layer, err);
}

/* ---- after counting ---- */

/* Layers share no arrays. */
static uint64_t packed_arrays(const struct sqz_report_row *row, uint32_t layers)
{
	uint64_t places = sqz_design_places(&row->design);
	uint64_t arrays = 0;

	for (uint32_t i = 0; i < layers; i++)
		arrays += row->design.read.mode == SQZ_READ_FULL
			      ? row->counts[i].arrays
			      : (row->counts[i].ous + places - 1) / places;
	return arrays;
}

/* The same with depthwise groups in arrays of their own. */
static int count_apart(const struct sqz_qnet *net, struct sqz_report_row *row,
		       struct sqz_error *err)
{
	struct sqz_report_row apart = { .design = row->design };
	int result = -1;

	apart.design.cells.groups_apart = true;
	apart.design.cells.planes = row->planes;
	apart.counts = calloc(net->layer_count, sizeof(*apart.counts));
	if (!apart.counts)
		return sqz_fail(err, "out of memory for counts");
	if (!sqz_count_network(net, NULL, &apart.design, apart.counts, err)) {
		row->arrays_apart = packed_arrays(&apart, net->layer_count);
		result = 0;
	}
	free(apart.counts);
	return result;
}

static void add_up(const struct sqz_qnet *net, struct sqz_report_row *row)
{
	row->count = sqz_count_total(net, row->counts);
	row->arrays = packed_arrays(row, net->layer_count);
	for (uint32_t i = 0; i < net->layer_count; i++)
		if (net->layers[i].kind == SQZ_STEP_MVM)
			sqz_cost_add(&row->cost, &row->costs[i]);
}

static int finish_row(const struct sqz_report_maker *maker, int index,
		      enum sqz_read_mode mode, struct sqz_error *err)
{
	const struct sqz_recipe *recipe = &sqz_recipes[index];
	const struct sqz_qnet *net = maker->source->lowered;
	struct sqz_report_row *row = &maker->report->modes[mode].rows[index];

	add_up(net, row);
	if (recipe->free_planes || recipe->skip)
		return 0;
	return count_apart(net, row, err);
}

/* ---- one sort of weights after the other ---- */

static int for_rows(const struct job *job,
		    int (*act)(const struct job *job, int row,
			       enum sqz_read_mode mode, struct sqz_error *err),
		    struct sqz_error *err)
{
	for (int r = 0; r < SQZ_ROW_RECIPES; r++)
		for (int m = 0; m < 2; m++)
			if (applies(job, r, (enum sqz_read_mode)m) &&
			    act(job, r, (enum sqz_read_mode)m, err))
				return -1;
	return 0;
}

static bool has_rows(const struct job *job)
{
	for (int r = 0; r < SQZ_ROW_RECIPES; r++)
		for (int m = 0; m < 2; m++)
			if (applies(job, r, (enum sqz_read_mode)m))
				return true;
	return false;
}

static int prepare(const struct job *job, int row, enum sqz_read_mode mode,
		   struct sqz_error *err)
{
	bool shapes = job->weights == SQZ_FROM_SHAPES;

	return prepare_row(job->maker, row, shapes ? NULL : job->schemes, mode,
			   &job->maker->report->modes[mode].rows[row], err);
}

static int finish(const struct job *job, int row, enum sqz_read_mode mode,
		  struct sqz_error *err)
{
	return finish_row(job->maker, row, mode, err);
}

static int count_job(struct job *job, struct sqz_error *err)
{
	const struct sqz_report_source *source = job->maker->source;
	uint32_t layers = source->lowered->layer_count;

	job->schemes = calloc(layers, sizeof(*job->schemes));
	if (!job->schemes)
		return sqz_fail(err, "out of memory for schemes");
	for (uint32_t i = 0; i < layers; i++)
		job->schemes[i] =
		    sqz_recipe_scheme(&source->schemes[i], job->weights);
	if (sqz_quantize_begin(source->lowered, &job->net, err) ||
	    for_rows(job, prepare, err) ||
	    sqz_parallel(layers, sqz_processors(), count_layer, job, err))
		return -1;
	return for_rows(job, finish, err);
}

static int count_weights(const struct sqz_report_maker *maker,
			 enum sqz_report_weights weights, struct sqz_error *err)
{
	const struct sqz_report_source *source = maker->source;
	struct job job = {
		.maker = maker,
		.weights = weights,
		.graph = weights == SQZ_FROM_UNPRUNED ? source->unpruned
						      : source->graph,
	};

	if (!has_rows(&job))
		return 0;
	int result = count_job(&job, err);
	sqz_quantized_free(&job.net);
	free(job.schemes);
	return result;
}

/* ---- layouts of operation units ---- */

static const struct {
	const char *name, *what;
	enum sqz_layout layout; /* FULL: the planned one */
} LAYOUTS[] = {
	[SQZ_ROW_LAYOUT_OU -
	 SQZ_ROW_RECIPES] = { "layout ou", "all bit columns, side by side",
			      SQZ_LAYOUT_OU },
	[SQZ_ROW_LAYOUT_SRE - SQZ_ROW_RECIPES] = { "layout sre",
						   "all-zero rows skipped",
						   SQZ_LAYOUT_SRE },
	[SQZ_ROW_LAYOUT_DUPLICATES -
	    SQZ_ROW_RECIPES] = { "layout duplicates",
				 "equal columns of a block stored once",
				 SQZ_LAYOUT_DUPLICATES },
	[SQZ_ROW_LAYOUT_COLUMN -
	    SQZ_ROW_RECIPES] = { "layout column",
				 "equal columns of a row group stored once",
				 SQZ_LAYOUT_COLUMN },
	[SQZ_ROW_PLANNED -
	    SQZ_ROW_RECIPES] = { "as planned",
				 "the layout that --layout takes, by layer",
				 SQZ_LAYOUT_FULL },
};

static void count_layout(const struct sqz_report_source *source, uint32_t layer,
			 enum sqz_layout layout, struct sqz_report_row *row)
{
	const struct sqz_ou_plan *plan = &source->chosen->ou[layer];
	struct sqz_layer_view view =
	    sqz_layer_view(source->lowered, NULL, layer);
	const struct sqz_ou_cost *cost =
	    &plan->costs[layout ? layout : plan->options.layout];

	row->counts[layer] = sqz_cost_ou_count(
	    &row->design, &source->chosen->blocks[layer], cost);
	row->costs[layer] =
	    sqz_cost_ou(source->config, &row->design, &view, cost);
	row->works[layer] = sqz_ou_work(&row->design, cost, view.positions);
}

/* Most planes that a layer holds after --layout chose. */
static unsigned planned_planes(const struct sqz_report_source *source)
{
	unsigned most = 0;

	for (uint32_t i = 0; i < source->lowered->layer_count; i++) {
		const struct sqz_blocks *blocks = &source->chosen->blocks[i];
		unsigned planes =
		    blocks->planes - blocks->squeeze - blocks->truncate;

		most = planes > most ? planes : most;
	}
	return most;
}

static int add_layout(const struct sqz_report_maker *maker, int index,
		      struct sqz_error *err)
{
	const struct sqz_report_source *source = maker->source;
	const struct sqz_qnet *net = source->lowered;
	struct sqz_report_row *row =
	    &maker->report->modes[SQZ_READ_OU].rows[index];
	int which = index - SQZ_ROW_RECIPES;

	if (prepare_row(maker, SQZ_ROW_SCHEME_TWOS1, source->schemes,
			SQZ_READ_OU, row, err))
		return -1;
	snprintf(row->name, sizeof(row->name), "%s", LAYOUTS[which].name);
	row->what = LAYOUTS[which].what;
	row->planes = planned_planes(source);
	row->design.cells.slicing = SQZ_SIDE_BY_SIDE;
	for (uint32_t i = 0; i < net->layer_count; i++)
		if (net->layers[i].kind == SQZ_STEP_MVM)
			count_layout(source, i, LAYOUTS[which].layout, row);
	add_up(net, row);
	return 0;
}

int sqz_report_rows_make(const struct sqz_report_maker *maker,
			 struct sqz_error *err)
{
	for (int w = 0; w < SQZ_FROM_COUNT; w++) {
		char what[40];

		snprintf(what, sizeof(what), "counting designs: %d of %d",
			 w + 1, SQZ_FROM_COUNT);
		sqz_progress_step(maker->source->progress, what);
		if (count_weights(maker, (enum sqz_report_weights)w, err))
			return -1;
	}
	for (int r = SQZ_ROW_RECIPES; r < SQZ_ROW_COUNT; r++)
		if (maker->source->chosen->ou && add_layout(maker, r, err))
			return -1;
	return 0;
}
