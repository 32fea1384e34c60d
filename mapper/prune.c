#include "prune.h"

#include "magnitude.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int sqz_prune_parse(const char *text, struct sqz_prune *prune,
		    struct sqz_error *err)
{
	char *end;
	double share = strtod(text, &end);
	bool rows = strcmp(end, ":rows") == 0;

	if (end == text || (*end && !rows) || !(share >= 0 && share < 1))
		return sqz_fail(err,
				"pruning %s: must be P or P:rows with P from 0 "
				"to below 1",
				text);
	prune->share = share;
	prune->form = rows ? SQZ_PRUNE_ROWS : SQZ_PRUNE_WEIGHTS;
	return 0;
}

/* Marks the `chosen` smallest magnitudes (at least 1), the first of equals. */
static void mark_smallest(const float *scores, size_t count, size_t chosen,
			  bool *marks)
{
	size_t equals;
	uint32_t limit = sqz_nth_magnitude(scores, count, chosen - 1, &equals);

	/* All below the limit, and the first equals + 1 that are equal. */
	equals++;
	for (size_t i = 0; i < count; i++) {
		uint32_t bits = sqz_magnitude_bits(scores[i]);

		marks[i] = bits < limit || (bits == limit && equals > 0);
		equals -= bits == limit && marks[i];
	}
}

/* A layer's weights [out][rows of a group] as units that go together. */
struct units {
	size_t count;
	size_t group_rows;   /* ROWS: of one group */
	size_t out_of_group; /* ROWS: output channels of one group */
};

static struct units count_units(const struct sqz_graph *graph,
				const struct sqz_node *node,
				enum sqz_prune_form form)
{
	size_t outs = sqz_node_output_shape(graph, node)->channels;
	size_t rows = node->weight_count / outs;

	return (struct units){
		.count = form == SQZ_PRUNE_ROWS ? rows * node->groups
						: node->weight_count,
		.group_rows = rows,
		.out_of_group = outs / node->groups,
	};
}

/* First weight of row `unit` of the matrix; the others follow group_rows
 * apart. */
static float *row_start(const struct units *units, float *weights, size_t unit)
{
	size_t group = unit / units->group_rows;

	return weights + group * units->out_of_group * units->group_rows +
	       unit % units->group_rows;
}

static void score_rows(const struct units *units, float *weights, float *scores)
{
	for (size_t i = 0; i < units->count; i++) {
		const float *row = row_start(units, weights, i);
		double sum = 0;

		for (size_t c = 0; c < units->out_of_group; c++) {
			double weight = (double)row[c * units->group_rows];

			sum += weight * weight;
		}
		scores[i] = (float)sqrt(sum);
	}
}

static void zero_marked(const struct units *units, enum sqz_prune_form form,
			const bool *marks, float *weights)
{
	for (size_t i = 0; i < units->count; i++) {
		if (!marks[i])
			continue;
		if (form == SQZ_PRUNE_WEIGHTS) {
			weights[i] = 0;
			continue;
		}
		float *row = row_start(units, weights, i);
		for (size_t c = 0; c < units->out_of_group; c++)
			row[c * units->group_rows] = 0;
	}
}

static int prune_node(const struct sqz_graph *graph,
		      const struct sqz_prune *prune, struct sqz_node *node,
		      struct sqz_error *err)
{
	struct units units = count_units(graph, node, prune->form);
	size_t chosen = (size_t)round(prune->share * (double)units.count);
	bool rows = prune->form == SQZ_PRUNE_ROWS;

	if (chosen == 0)
		return 0;
	bool *marks = malloc(units.count * sizeof(*marks));
	float *scores = rows ? malloc(units.count * sizeof(*scores)) : NULL;
	int result = 0;
	if (!marks || (rows && !scores)) {
		result =
		    sqz_fail(err, "out of memory for pruning %s", node->name);
	} else {
		if (rows)
			score_rows(&units, node->weights, scores);
		mark_smallest(rows ? scores : node->weights, units.count,
			      chosen, marks);
		zero_marked(&units, prune->form, marks, node->weights);
	}
	free(marks);
	free(scores);
	return result;
}

int sqz_prune_graph(struct sqz_graph *graph, const struct sqz_prune *prune,
		    struct sqz_error *err)
{
	for (uint32_t i = 0; i < graph->node_count; i++) {
		struct sqz_node *node = &graph->nodes[i];

		if (node->weights && prune_node(graph, prune, node, err))
			return -1;
	}
	return 0;
}
