/*
 * ONNX asks for nodes in topological order, and most files keep to it. This
 * search accepts any order and finds cycles: depth first from each node in the
 * file's order, so that a valid order stays as it is. The stack is explicit:
 * a chain in a hostile file may be as long as the file.
 */
#include "onnx_internal.h"

#include <stdlib.h>

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct frame {
	size_t node;
	size_t next_input;
};

struct search {
	struct sqz_onnx *ctx;
	uint8_t *marks;
	struct frame *stack;
	size_t depth;
	size_t *order;
	size_t done;
};

static void open_node(struct search *search, size_t node)
{
	search->marks[node] = MARK_OPEN;
	search->stack[search->depth++] = (struct frame){ .node = node };
}

/* Looks at one input of the top node, or closes it. */
static int step(struct search *search)
{
	struct sqz_onnx *ctx = search->ctx;
	struct frame *top = &search->stack[search->depth - 1];
	const Onnx__NodeProto *node = ctx->onnx->node[top->node];

	if (top->next_input == node->n_input) {
		search->marks[top->node] = MARK_DONE;
		search->order[search->done++] = top->node;
		search->depth--;
		return 0;
	}
	const struct sqz_onnx_value *value =
	    sqz_onnx_find(ctx, node->input[top->next_input++]);
	if (!value || value->producer < 0)
		return 0;
	size_t producer = (size_t)value->producer;
	if (search->marks[producer] == MARK_OPEN) {
		ctx->node = node;
		return sqz_onnx_fail(ctx,
				     "the graph is cyclic: input '%.80s' "
				     "depends on this node",
				     value->name);
	}
	if (search->marks[producer] == MARK_NEW)
		open_node(search, producer);
	return 0;
}

static int run(struct search *search, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (search->marks[i] == MARK_NEW)
			open_node(search, i);
		while (search->depth)
			if (step(search))
				return -1;
	}
	return 0;
}

int sqz_onnx_order(struct sqz_onnx *ctx, size_t *order)
{
	size_t count = ctx->onnx->n_node;
	struct search search = {
		.ctx = ctx,
		.marks = calloc(count + 1, sizeof(*search.marks)),
		.stack = calloc(count + 1, sizeof(*search.stack)),
		.order = order,
	};
	int result;

	if (search.marks && search.stack)
		result = run(&search, count);
	else
		result =
		    sqz_onnx_fail(ctx, "out of memory for %zu nodes", count);
	free(search.marks);
	free(search.stack);
	return result;
}
