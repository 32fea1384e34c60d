#include "traces/diff.h"

#include <stdlib.h>
#include <string.h>

struct side {
	struct sqz_summary summary;
	struct sqz_breakdown breakdown;
	bool has_resources;
};

static int read_side(const char *path, struct side *side, struct sqz_error *err)
{
	struct sqz_error no_tiles;

	if (sqz_summary_read(path, -1, &side->summary, err))
		return -1;
	side->has_resources =
	    !sqz_breakdown_read(path, -1, &side->breakdown, &no_tiles);
	return 0;
}

static void free_side(struct side *side)
{
	sqz_summary_free(&side->summary);
	sqz_breakdown_free(&side->breakdown);
}

static int add_row(struct sqz_diff *diff, const char *name)
{
	struct sqz_diff_row *row = &diff->rows[diff->count];

	*row = (struct sqz_diff_row){ .name = strdup(name) };
	if (!row->name)
		return -1;
	diff->count++;
	return 0;
}

/* The first row of that name that has nothing of this side yet. */
static struct sqz_diff_row *row_for(struct sqz_diff *diff, const char *name,
				    int which)
{
	for (size_t i = 0; i < diff->count; i++)
		if (!diff->rows[i].in[which] &&
		    !strcmp(diff->rows[i].name, name))
			return &diff->rows[i];
	return add_row(diff, name) ? NULL : &diff->rows[diff->count - 1];
}

static void put_layer(struct sqz_diff_row *row, int which,
		      const struct sqz_layer_sum *layer,
		      const struct sqz_breakdown *breakdown)
{
	row->in[which] = true;
	row->values[SQZ_DIFF_TIME_PS][which] = layer->total_ps;
	row->values[SQZ_DIFF_ENERGY_FJ][which] =
	    layer->values[SQZ_LAYER_ENERGY_FJ];
	row->values[SQZ_DIFF_NOC_BYTES][which] =
	    layer->values[SQZ_LAYER_NOC_BYTES];
	for (size_t i = 0; i < breakdown->count; i++) {
		const struct sqz_breakdown_row *from = &breakdown->rows[i];
		if (from->has_index != layer->has_index ||
		    from->index != layer->values[SQZ_LAYER_INDEX] ||
		    strcmp(from->name, layer->name))
			continue;
		for (unsigned r = 0; r < SQZ_RESOURCES; r++)
			row->values[SQZ_DIFF_FIRST_RESOURCE + r][which] =
			    from->ps[r];
		return;
	}
}

static int put_layers(struct sqz_diff *diff, int which, const struct side *side)
{
	for (size_t i = 0; i < side->summary.layer_count; i++) {
		const struct sqz_layer_sum *layer = &side->summary.layers[i];
		struct sqz_diff_row *row = row_for(diff, layer->name, which);
		if (!row)
			return -1;
		put_layer(row, which, layer, &side->breakdown);
	}
	return 0;
}

static int put_totals(struct sqz_diff *diff, const struct side *sides)
{
	size_t layers = diff->count;

	if (add_row(diff, "all layers") || add_row(diff, "run"))
		return -1;
	struct sqz_diff_row *all = &diff->rows[layers];
	struct sqz_diff_row *run = &diff->rows[layers + 1];
	for (int which = 0; which < 2; which++) {
		all->in[which] = run->in[which] = true;
		run->values[SQZ_DIFF_TIME_PS][which] =
		    sides[which].summary.end_ps;
		for (size_t i = 0; i < layers; i++)
			for (unsigned f = 0; f < SQZ_DIFF_FIGURES; f++)
				all->values[f][which] +=
				    diff->rows[i].values[f][which];
	}
	return 0;
}

static int compare(struct sqz_diff *diff, const struct side *sides)
{
	size_t most =
	    sides[0].summary.layer_count + sides[1].summary.layer_count + 2;

	diff->has_resources = sides[0].has_resources && sides[1].has_resources;
	diff->rows = calloc(most, sizeof(*diff->rows));
	return !diff->rows || put_layers(diff, 0, &sides[0]) ||
		       put_layers(diff, 1, &sides[1]) || put_totals(diff, sides)
		   ? -1
		   : 0;
}

int sqz_diff_read(const char *a, const char *b, struct sqz_diff *diff,
		  struct sqz_error *err)
{
	struct side sides[2] = { 0 };

	*diff = (struct sqz_diff){ 0 };
	int failed =
	    read_side(a, &sides[0], err) || read_side(b, &sides[1], err);
	if (!failed && compare(diff, sides))
		failed = sqz_fail(err, "%s: out of memory", b);
	free_side(&sides[0]);
	free_side(&sides[1]);
	if (!failed)
		return 0;
	sqz_diff_free(diff);
	return -1;
}

void sqz_diff_free(struct sqz_diff *diff)
{
	for (size_t i = 0; i < diff->count; i++)
		free(diff->rows[i].name);
	free(diff->rows);
	*diff = (struct sqz_diff){ 0 };
}
