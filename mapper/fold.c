#include "fold.h"

#include <math.h>
#include <stdlib.h>

struct fold {
	struct sqz_graph *graph;
	uint32_t *readers; /* for each tensor */
	bool *marks;	   /* for each node: to be removed */
};

static void count_readers(struct fold *fold)
{
	const struct sqz_graph *graph = fold->graph;

	fold->readers[graph->output]++;
	for (uint32_t i = 0; i < graph->node_count; i++)
		for (uint32_t k = 0; k < graph->nodes[i].input_count; k++)
			fold->readers[graph->nodes[i].inputs[k]]++;
}

/* The node that writes the first input, if nobody else reads that. */
static struct sqz_node *private_source(const struct fold *fold,
				       const struct sqz_node *node)
{
	uint32_t tensor = node->inputs[0];
	int32_t producer = fold->graph->tensors[tensor].producer;

	if (producer < 0 || fold->readers[tensor] != 1)
		return NULL;
	return &fold->graph->nodes[producer];
}

static void mark(struct fold *fold, const struct sqz_node *node)
{
	fold->marks[node - fold->graph->nodes] = true;
}

static void merge_pad(struct fold *fold, struct sqz_node *node)
{
	struct sqz_node *pad = private_source(fold, node);

	if (node->op != SQZ_NODE_CONV || !pad || pad->op != SQZ_NODE_PAD)
		return;
	node->window.pad_top += pad->window.pad_top;
	node->window.pad_left += pad->window.pad_left;
	node->window.pad_bottom += pad->window.pad_bottom;
	node->window.pad_right += pad->window.pad_right;
	node->inputs[0] = pad->inputs[0];
	mark(fold, pad);
}

/* y = weights[c] * x + bias[c] */
static bool is_affine(const struct fold *fold, const struct sqz_node *node)
{
	const struct sqz_window *w = &node->window;

	if (node->op != SQZ_NODE_CONV)
		return false;
	const struct sqz_shape *in = sqz_node_input_shape(fold->graph, node);

	return node->groups == in->channels &&
	       node->weight_count == in->channels && w->stride_h == 1 &&
	       w->stride_w == 1 && !w->pad_top && !w->pad_left &&
	       !w->pad_bottom && !w->pad_right;
}

static void scale_layer(struct sqz_node *layer, const struct sqz_node *affine)
{
	size_t channels = affine->weight_count;
	size_t row = layer->weight_count / channels;

	for (size_t c = 0; c < channels; c++) {
		double scale = affine->weights[c];

		for (size_t i = 0; i < row; i++) {
			float *weight = &layer->weights[c * row + i];

			*weight = (float)(*weight * scale);
		}
		layer->bias[c] =
		    (float)(layer->bias[c] * scale + affine->bias[c]);
	}
}

static void merge_affine(struct fold *fold, struct sqz_node *affine)
{
	struct sqz_node *layer = private_source(fold, affine);

	if (!layer || !is_affine(fold, affine) ||
	    (layer->op != SQZ_NODE_CONV && layer->op != SQZ_NODE_GEMM))
		return;
	scale_layer(layer, affine);
	layer->output = affine->output;
	fold->graph->tensors[layer->output].producer =
	    (int32_t)(layer - fold->graph->nodes);
	mark(fold, affine);
}

/* From the output back: what nobody needs is marked. */
static void mark_dead(struct fold *fold)
{
	struct sqz_graph *graph = fold->graph;

	for (uint32_t i = 0; i < graph->tensor_count; i++)
		fold->readers[i] = i == graph->output;
	for (uint32_t i = graph->node_count; i-- > 0;) {
		const struct sqz_node *node = &graph->nodes[i];

		if (!fold->readers[node->output])
			fold->marks[i] = true;
		for (uint32_t k = 0; k < node->input_count; k++)
			if (!fold->marks[i])
				fold->readers[node->inputs[k]]++;
	}
}

static int check_finite(const struct sqz_graph *graph, const char *file,
			struct sqz_error *err)
{
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct sqz_node *node = &graph->nodes[i];
		bool finite = true;

		for (size_t k = 0; k < node->weight_count; k++)
			finite = finite && isfinite(node->weights[k]);
		uint32_t channels =
		    node->bias ? sqz_node_output_shape(graph, node)->channels
			       : 0;
		for (uint32_t c = 0; c < channels; c++)
			finite = finite && isfinite(node->bias[c]);
		if (!finite)
			return sqz_fail(err,
					"%s: node '%.80s': weights are "
					"not finite after folding",
					file, node->name);
	}
	return 0;
}

int sqz_graph_fold(struct sqz_graph *graph, const char *file,
		   struct sqz_error *err)
{
	struct fold fold = {
		.graph = graph,
		.readers = calloc(graph->tensor_count, sizeof(uint32_t)),
		.marks = calloc(graph->node_count + 1u, sizeof(bool)),
	};
	int result = -1;

	if (!fold.readers || !fold.marks) {
		sqz_fail(err, "%s: out of memory", file);
	} else {
		count_readers(&fold);
		for (uint32_t i = 0; i < graph->node_count; i++) {
			merge_pad(&fold, &graph->nodes[i]);
			merge_affine(&fold, &graph->nodes[i]);
		}
		mark_dead(&fold);
		result = sqz_graph_remove_nodes(graph, fold.marks, err);
		if (!result)
			result = check_finite(graph, file, err);
	}
	free(fold.readers);
	free(fold.marks);
	return result;
}
