#include "ou_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows that are tried, in bit columns; 0: all of the block. */
static const uint32_t windows[] = { 128, 512, 0 };
#define WINDOW_COUNT (sizeof(windows) / sizeof(windows[0]))

/* Cutting a group with complements may cost an OU at either end of an array. */
#define CUT_OUS 2

const struct sqz_ou_request sqz_ou_request_default = {
	.layout = SQZ_LAYOUT_FULL,
	.complements = true,
	.reorder = true,
	.objective = SQZ_OU_LEAST_TIME,
	.threads = 1,
};

const char *sqz_layout_name(enum sqz_layout layout)
{
	static const char *const names[SQZ_LAYOUT_COUNT] = {
		[SQZ_LAYOUT_FULL] = "full",
		[SQZ_LAYOUT_OU] = "ou",
		[SQZ_LAYOUT_SRE] = "sre",
		[SQZ_LAYOUT_DUPLICATES] = "duplicates",
		[SQZ_LAYOUT_COLUMN] = "column",
	};

	return (unsigned)layout < SQZ_LAYOUT_COUNT ? names[layout] : "unknown";
}

/* ---- one way to lay a layer out ---- */

struct trial {
	struct sqz_ou_options options;
	struct sqz_ou_orders orders;
	struct sqz_ou_block_plan *blocks;
	struct sqz_ou_cost cost;
	uint8_t mark_bits[SQZ_OU_MARKS];
};

struct planner {
	const struct sqz_config *config;
	const struct sqz_ou_request *request;
	struct sqz_ou_layer layer;
	struct sqz_ou_scanner *scanner;
	struct sqz_error *err;
	double energy_limit; /* of sharing, if the plan is to choose */
	/* While a trial is counted: */
	struct trial *trial;
	uint64_t marks[SQZ_OU_MARKS];
};

static void trial_free(struct trial *trial)
{
	sqz_ou_orders_free(&trial->orders);
	free(trial->blocks);
	*trial = (struct trial){ 0 };
}

static void count_item(void *context, const struct sqz_ou_item *item)
{
	struct planner *p = context;
	struct sqz_ou_block_plan *block = &p->trial->blocks[item->block];
	struct sqz_ou_cost cost = { 0 };

	if (item->draft.columns)
		cost = sqz_ou_group_cost(p->config, &item->draft,
					 item->row_count, item->cycles);
	cost.index_bits = item->index_bits;
	sqz_ou_cost_add(&p->trial->cost, &cost);
	block->ous += (uint32_t)cost.ous;
	block->busy_ps += cost.busy_ps;
	for (int i = 0; i < SQZ_OU_MARKS; i++)
		p->marks[i] += item->draft.marks[i];
}

/* A prefix code of 1, 2, 3 and 3 bits, the shortest for the most frequent. */
static void code_marks(const uint64_t *marks, uint8_t *bits)
{
	for (int i = 0; i < SQZ_OU_MARKS; i++) {
		unsigned before = 0;

		for (int j = 0; j < SQZ_OU_MARKS; j++)
			before += marks[j] > marks[i] ||
				  (marks[j] == marks[i] && j < i);
		bits[i] = (uint8_t)(before < 2 ? before + 1 : 3);
	}
}

/* Counts trial->options; the trial's own arrays are made here. */
static int count_trial(struct planner *p, struct trial *trial)
{
	const struct sqz_ou_options *options = &trial->options;

	p->trial = trial;
	memset(p->marks, 0, sizeof(p->marks));
	trial->blocks =
	    calloc(p->layer.blocks->count + 1, sizeof(*trial->blocks));
	if (!trial->blocks)
		return sqz_fail(p->err, "out of memory for a layout");
	if (options->reorder &&
	    sqz_ou_orders_make(&p->layer, options, &trial->orders, p->err))
		return -1;
	for (uint32_t b = 0; b < p->layer.blocks->count; b++)
		sqz_ou_scan_block(p->scanner, options, &trial->orders, b,
				  count_item, p);
	code_marks(p->marks, trial->mark_bits);
	for (int i = 0; i < SQZ_OU_MARKS; i++)
		trial->cost.index_bits += p->marks[i] * trial->mark_bits[i];
	return 0;
}

uint32_t sqz_ou_item_index_bits(const struct sqz_ou_plan *plan,
				const struct sqz_ou_item *item)
{
	uint32_t bits = item->index_bits;

	for (int i = 0; i < SQZ_OU_MARKS; i++)
		bits += item->draft.marks[i] * plan->mark_bits[i];
	return bits;
}

/* ---- choosing ---- */

static double score(const struct planner *p, const struct sqz_ou_cost *cost)
{
	return sqz_ou_score(p->config, cost, p->layer.positions,
			    p->request->objective);
}

static double energy(const struct planner *p, const struct sqz_ou_cost *cost)
{
	return sqz_ou_score(p->config, cost, p->layer.positions,
			    SQZ_OU_LEAST_ENERGY);
}

/* Ways within the limit of energy come before others. */
static bool is_better(const struct planner *p, const struct sqz_ou_cost *a,
		      const struct sqz_ou_cost *b)
{
	bool a_within = energy(p, a) <= p->energy_limit;
	bool b_within = energy(p, b) <= p->energy_limit;

	if (a_within != b_within)
		return a_within;
	return score(p, a) < score(p, b);
}

/* Keeps the better of two ways to share; `other` is gone then. */
static void keep_better(const struct planner *p, struct trial *best,
			struct trial *other)
{
	if (!best->blocks || is_better(p, &other->cost, &best->cost)) {
		struct trial spare = *best;

		*best = *other;
		*other = spare;
	}
	trial_free(other);
}

static int try_options(struct planner *p, const struct sqz_ou_options *options,
		       struct trial *best)
{
	struct trial trial = { .options = *options };

	if (count_trial(p, &trial)) {
		trial_free(&trial);
		return -1;
	}
	keep_better(p, best, &trial);
	return 0;
}

/* Bit columns of the widest window that a layer's blocks allow. */
static uint32_t widest(const struct sqz_ou_layer *layer)
{
	return layer->max_cols * (layer->sign + 1 - layer->lowest);
}

/* The best window first, then its rows reordered. */
static int try_sharing(struct planner *p, struct trial *best)
{
	const struct sqz_ou_request *request = p->request;
	struct sqz_ou_options options = {
		.layout = SQZ_LAYOUT_COLUMN,
		.window = request->window,
		.complements = request->complements &&
			       sqz_ou_places(p->config) > 2 * CUT_OUS &&
			       p->config->tile.ou_columns > 1,
		.objective = request->objective,
	};

	for (size_t i = 0; i < WINDOW_COUNT; i++) {
		if (!request->window)
			options.window = windows[i];
		if (options.window < widest(&p->layer) &&
		    try_options(p, &options, best))
			return -1;
		if (request->window)
			break;
	}
	if (!best->blocks && try_options(p, &options, best))
		return -1;
	if (!request->reorder)
		return 0;
	options.window = best->options.window;
	options.reorder = true;
	return try_options(p, &options, best);
}

static int try_layout(struct planner *p, enum sqz_layout layout,
		      struct trial *trial)
{
	struct sqz_ou_options options = {
		.layout = layout,
		.window = p->request->window,
		.objective = p->request->objective,
	};

	if (layout == SQZ_LAYOUT_COLUMN)
		return try_sharing(p, trial);
	return try_options(p, &options, trial);
}

/* FULL if asked to choose. */
static enum sqz_layout choose(const struct planner *p,
			      const struct trial *trials, bool *too_costly)
{
	const struct sqz_ou_cost *sre = &trials[SQZ_LAYOUT_SRE].cost;
	enum sqz_layout best = SQZ_LAYOUT_SRE;

	if (p->request->layout != SQZ_LAYOUT_FULL)
		return p->request->layout;
	for (int i = SQZ_LAYOUT_OU; i < SQZ_LAYOUT_COUNT; i++) {
		const struct sqz_ou_cost *cost = &trials[i].cost;
		bool better = score(p, cost) < score(p, &trials[best].cost);

		if (energy(p, cost) <= energy(p, sre)) {
			if (better)
				best = (enum sqz_layout)i;
		} else if (i == SQZ_LAYOUT_COLUMN) {
			*too_costly = better;
		}
	}
	return best;
}

static void take_trial(struct planner *p, struct trial *trials,
		       struct sqz_ou_plan *plan)
{
	enum sqz_layout layout = choose(p, trials, &plan->too_costly);
	struct trial *taken = &trials[layout];

	for (int i = SQZ_LAYOUT_OU; i < SQZ_LAYOUT_COUNT; i++)
		plan->costs[i] = trials[i].cost;
	for (uint32_t b = 0; b < p->layer.blocks->count; b++)
		taken->blocks[b].dense_ous =
		    trials[SQZ_LAYOUT_OU].blocks[b].ous;
	plan->config = p->config;
	plan->options = taken->options;
	plan->positions = p->layer.positions;
	plan->pack = p->request->pack;
	plan->chosen = p->request->layout == SQZ_LAYOUT_FULL;
	plan->orders = taken->orders;
	plan->blocks = taken->blocks;
	memcpy(plan->mark_bits, taken->mark_bits, sizeof(plan->mark_bits));
	taken->orders = (struct sqz_ou_orders){ 0 };
	taken->blocks = NULL;
}

int sqz_ou_plan_layer(const struct sqz_config *config,
		      const struct sqz_blocks *blocks, uint32_t positions,
		      const struct sqz_ou_request *request,
		      struct sqz_ou_plan *plan, struct sqz_error *err)
{
	struct trial trials[SQZ_LAYOUT_COUNT] = { 0 };
	struct planner p = {
		.config = config,
		.request = request,
		.layer = sqz_ou_layer_of(config, blocks, positions),
		.err = err,
		.energy_limit = INFINITY,
	};
	int result = 0;

	*plan = (struct sqz_ou_plan){ 0 };
	p.scanner = sqz_ou_scanner_create(&p.layer);
	if (!p.scanner)
		return sqz_fail(err, "out of memory for a layout");
	for (int i = SQZ_LAYOUT_OU; i < SQZ_LAYOUT_COUNT && !result; i++) {
		result = try_layout(&p, (enum sqz_layout)i, &trials[i]);
		if (i == SQZ_LAYOUT_SRE && request->layout == SQZ_LAYOUT_FULL)
			p.energy_limit = energy(&p, &trials[i].cost);
	}
	if (!result)
		take_trial(&p, trials, plan);
	for (int i = 0; i < SQZ_LAYOUT_COUNT; i++)
		trial_free(&trials[i]);
	sqz_ou_scanner_free(p.scanner);
	return result;
}

void sqz_ou_plan_free(struct sqz_ou_plan *plan)
{
	sqz_ou_orders_free(&plan->orders);
	free(plan->blocks);
	*plan = (struct sqz_ou_plan){ 0 };
}

/* ---- arrays ---- */

uint32_t sqz_ou_places(const struct sqz_config *config)
{
	return config->tile.array_rows / config->tile.ou_rows *
	       (config->tile.array_columns / config->tile.ou_columns);
}

uint32_t sqz_ou_usable_places(const struct sqz_ou_plan *plan)
{
	return sqz_ou_places(plan->config) -
	       (plan->options.complements ? CUT_OUS : 0);
}

uint32_t sqz_ou_arrays(const struct sqz_ou_plan *plan, uint64_t ous,
		       uint64_t dense_ous)
{
	uint64_t usable = sqz_ou_usable_places(plan);
	uint64_t places = sqz_ou_places(plan->config);
	uint64_t needed = (ous + usable - 1) / usable;
	uint64_t dense = (dense_ous + places - 1) / places;

	if (dense > ous)
		dense = ous;
	return (uint32_t)(plan->pack || needed > dense ? needed : dense);
}

uint32_t sqz_ou_dense_arrays(const struct sqz_ou_plan *plan, uint32_t first,
			     uint32_t count)
{
	uint64_t places = sqz_ou_places(plan->config);
	uint64_t ous = 0;

	for (uint32_t i = first; i < first + count; i++)
		ous += plan->blocks[i].dense_ous;
	return (uint32_t)((ous + places - 1) / places);
}

uint32_t sqz_ou_window_bits(const struct sqz_ou_plan *plan,
			    const struct sqz_blocks *blocks)
{
	struct sqz_ou_layer layer =
	    sqz_ou_layer_of(plan->config, blocks, plan->positions);
	uint32_t most = widest(&layer);
	uint32_t window = plan->options.window;

	if (plan->options.layout != SQZ_LAYOUT_COLUMN &&
	    plan->options.layout != SQZ_LAYOUT_DUPLICATES)
		return 0;
	return window == 0 || window > most ? most : window;
}
