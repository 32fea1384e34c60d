#include "graph.h"

#include <stdlib.h>
#include <string.h>

/* Indices must fit int32_t. */
#define MAX_ENTRIES (1u << 30)

static const char *const op_names[SQZ_NODE_OP_COUNT] = {
	[SQZ_NODE_CONV] = "conv",
	[SQZ_NODE_GEMM] = "gemm",
	[SQZ_NODE_ADD] = "add",
	[SQZ_NODE_RELU] = "relu",
	[SQZ_NODE_CLIP] = "clip",
	[SQZ_NODE_MAX_POOL] = "max pool",
	[SQZ_NODE_AVERAGE_POOL] = "average pool",
	[SQZ_NODE_GLOBAL_AVERAGE_POOL] = "global average pool",
	[SQZ_NODE_FLATTEN] = "flatten",
	[SQZ_NODE_PAD] = "pad",
	[SQZ_NODE_CONCAT] = "concat",
};

const char *sqz_node_op_name(enum sqz_node_op op)
{
	return (unsigned)op < SQZ_NODE_OP_COUNT ? op_names[op] : "unknown";
}

void sqz_node_free(struct sqz_node *node)
{
	free(node->name);
	free(node->inputs);
	free(node->weights);
	free(node->bias);
	*node = (struct sqz_node){ 0 };
}

void sqz_graph_free(struct sqz_graph *graph)
{
	for (uint32_t i = 0; i < graph->tensor_count; i++)
		free(graph->tensors[i].name);
	for (uint32_t i = 0; i < graph->node_count; i++)
		sqz_node_free(&graph->nodes[i]);
	free(graph->tensors);
	free(graph->nodes);
	*graph = (struct sqz_graph){ 0 };
}

/* Makes room for one more; the capacity is the next power of two. */
static int reserve(void **array, uint32_t count, size_t size,
		   struct sqz_error *err)
{
	if (count & (count - 1) || (count == 0 && *array))
		return 0;
	size_t room = count ? (size_t)count * 2 : 1;
	void *grown = NULL;
	if (room <= MAX_ENTRIES)
		grown = realloc(*array, room * size);
	if (!grown)
		return sqz_fail(err, "out of memory for %zu graph entries",
				room);
	*array = grown;
	return 0;
}

int64_t sqz_graph_add_tensor(struct sqz_graph *graph, const char *name,
			     struct sqz_shape shape, struct sqz_error *err)
{
	void *array = graph->tensors;

	if (reserve(&array, graph->tensor_count, sizeof(*graph->tensors), err))
		return -1;
	graph->tensors = array;
	char *copy = strdup(name);
	if (!copy)
		return sqz_fail(err, "out of memory for a tensor's name");
	graph->tensors[graph->tensor_count] =
	    (struct sqz_tensor){ .name = copy, .shape = shape, .producer = -1 };
	return graph->tensor_count++;
}

int sqz_graph_add_node(struct sqz_graph *graph, const struct sqz_node *node,
		       struct sqz_error *err)
{
	void *array = graph->nodes;

	if (reserve(&array, graph->node_count, sizeof(*graph->nodes), err))
		return -1;
	graph->nodes = array;
	graph->nodes[graph->node_count] = *node;
	graph->tensors[node->output].producer = (int32_t)graph->node_count;
	graph->node_count++;
	return 0;
}

static void mark_tensors(const struct sqz_graph *graph, bool *used)
{
	used[graph->input] = true;
	used[graph->output] = true;
	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct sqz_node *node = &graph->nodes[i];

		used[node->output] = true;
		for (uint32_t k = 0; k < node->input_count; k++)
			used[node->inputs[k]] = true;
	}
}

/* Closes the gaps; renumber[old] = new. */
static void compact_tensors(struct sqz_graph *graph, const bool *used,
			    uint32_t *renumber)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < graph->tensor_count; i++) {
		renumber[i] = kept;
		if (used[i])
			graph->tensors[kept++] = graph->tensors[i];
		else
			free(graph->tensors[i].name);
	}
	graph->tensor_count = kept;
}

static void renumber_tensors(struct sqz_graph *graph, const uint32_t *renumber)
{
	graph->input = renumber[graph->input];
	graph->output = renumber[graph->output];
	for (uint32_t i = 0; i < graph->node_count; i++) {
		struct sqz_node *node = &graph->nodes[i];

		node->output = renumber[node->output];
		graph->tensors[node->output].producer = (int32_t)i;
		for (uint32_t k = 0; k < node->input_count; k++)
			node->inputs[k] = renumber[node->inputs[k]];
	}
}

static void compact_nodes(struct sqz_graph *graph, const bool *marks)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < graph->node_count; i++) {
		if (marks[i])
			sqz_node_free(&graph->nodes[i]);
		else
			graph->nodes[kept++] = graph->nodes[i];
	}
	graph->node_count = kept;
}

int sqz_graph_remove_nodes(struct sqz_graph *graph, const bool *marks,
			   struct sqz_error *err)
{
	bool *used = calloc(graph->tensor_count, sizeof(*used));
	uint32_t *renumber = calloc(graph->tensor_count, sizeof(*renumber));
	int result = 0;

	if (used && renumber) {
		compact_nodes(graph, marks);
		mark_tensors(graph, used);
		compact_tensors(graph, used, renumber);
		renumber_tensors(graph, renumber);
	} else {
		result = sqz_fail(err, "out of memory for %u tensors",
				  graph->tensor_count);
	}
	free(used);
	free(renumber);
	return result;
}

uint32_t sqz_graph_readers(const struct sqz_graph *graph, uint32_t tensor)
{
	uint32_t readers = graph->output == tensor;

	for (uint32_t i = 0; i < graph->node_count; i++)
		for (uint32_t k = 0; k < graph->nodes[i].input_count; k++)
			readers += graph->nodes[i].inputs[k] == tensor;
	return readers;
}

size_t sqz_shape_elements(const struct sqz_shape *shape)
{
	return (size_t)shape->channels * shape->height * shape->width;
}

bool sqz_shape_equal(const struct sqz_shape *a, const struct sqz_shape *b)
{
	return a->channels == b->channels && a->height == b->height &&
	       a->width == b->width;
}

const struct sqz_shape *sqz_node_input_shape(const struct sqz_graph *graph,
					     const struct sqz_node *node)
{
	return &graph->tensors[node->inputs[0]].shape;
}

const struct sqz_shape *sqz_node_output_shape(const struct sqz_graph *graph,
					      const struct sqz_node *node)
{
	return &graph->tensors[node->output].shape;
}

uint64_t sqz_node_macs(const struct sqz_graph *graph,
		       const struct sqz_node *node)
{
	const struct sqz_shape *out = sqz_node_output_shape(graph, node);

	return (uint64_t)node->weight_count * out->height * out->width;
}
