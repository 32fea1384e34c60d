#include "lower_draft.h"

#include <math.h>
#include <stdlib.h>

int lower_refuse(const struct sqz_node *node, const char *reason,
		 struct sqz_error *err)
{
	return sqz_fail(err, "node %s (%s): %s", node->name,
			sqz_node_op_name(node->op), reason);
}

/* The draft writes the node's output from now on. */
static void take_output(struct lowering *low, uint32_t draft,
			const struct sqz_node *node)
{
	struct lower_draft *d = &low->drafts[draft];

	d->order = (uint32_t)(node - low->graph->nodes);
	d->output = node->output;
	low->values[node->output] = (struct lower_value){
		.source = node->output,
		.draft = draft,
		.sole = sqz_graph_readers(low->graph, node->output) == 1,
		.shape = d->shape,
	};
}

/* A window of one pixel; drafts start from it. */
static struct lower_draft *new_draft(struct lowering *low,
				     const struct sqz_node *node,
				     enum sqz_step_kind kind)
{
	struct lower_draft *draft = &low->drafts[low->draft_count];
	const struct lower_value *in = &low->values[node->inputs[0]];

	*draft = (struct lower_draft){
		.kind = kind,
		.node = (uint32_t)(node - low->graph->nodes),
		.input = in->source,
		.residual = SQZ_NO_TENSOR,
		.window = { 1, 1, 1, 1, 1, 1, 0, 0, 0, 0 },
		.shape = *sqz_node_output_shape(low->graph, node),
		.clip_low = -INFINITY,
		.clip_high = INFINITY,
	};
	return draft;
}

static int finish_draft(struct lowering *low, const struct sqz_node *node)
{
	take_output(low, low->draft_count++, node);
	return 0;
}

static int lower_conv(struct lowering *low, const struct sqz_node *node)
{
	const struct lower_value *in = &low->values[node->inputs[0]];
	struct lower_draft *draft = new_draft(low, node, SQZ_STEP_MVM);

	draft->window = node->window;
	if (in->padded) {
		draft->window.pad_top += in->pad.pad_top;
		draft->window.pad_left += in->pad.pad_left;
		draft->window.pad_bottom += in->pad.pad_bottom;
		draft->window.pad_right += in->pad.pad_right;
	}
	return finish_draft(low, node);
}

static int lower_gemm(struct lowering *low, const struct sqz_node *node)
{
	const struct lower_value *in = &low->values[node->inputs[0]];
	struct lower_draft *draft = new_draft(low, node, SQZ_STEP_MVM);

	draft->window.kernel_h = in->shape.height;
	draft->window.kernel_w = in->shape.width;
	return finish_draft(low, node);
}

static int lower_pool(struct lowering *low, const struct sqz_node *node)
{
	bool max = node->op == SQZ_NODE_MAX_POOL;
	struct lower_draft *draft =
	    new_draft(low, node, max ? SQZ_STEP_MAXPOOL : SQZ_STEP_AVGPOOL);

	if (node->op == SQZ_NODE_GLOBAL_AVERAGE_POOL) {
		const struct lower_value *in = &low->values[node->inputs[0]];

		draft->window.kernel_h = in->shape.height;
		draft->window.kernel_w = in->shape.width;
	} else {
		draft->window = node->window;
	}
	return finish_draft(low, node);
}

/* max(low, x) then min(high, x), after the bounds that are there. */
static void narrow(struct lower_draft *draft, double low, double high)
{
	draft->clip_low = fmin(fmax(draft->clip_low, low), high);
	draft->clip_high = fmin(fmax(draft->clip_high, low), high);
}

static int lower_activation(struct lowering *low, const struct sqz_node *node)
{
	const struct lower_value *in = &low->values[node->inputs[0]];
	bool relu = node->op == SQZ_NODE_RELU;
	uint32_t draft = in->draft;

	if (draft == LOWER_NO_DRAFT || !in->sole) {
		new_draft(low, node, SQZ_STEP_MAXPOOL)->shape = in->shape;
		draft = low->draft_count++;
	}
	narrow(&low->drafts[draft], relu ? 0 : (double)node->clip_lo,
	       relu ? INFINITY : (double)node->clip_hi);
	take_output(low, draft, node);
	return 0;
}

static bool can_take_residual(const struct lowering *low,
			      const struct lower_value *value)
{
	if (value->draft == LOWER_NO_DRAFT || !value->sole)
		return false;
	const struct lower_draft *draft = &low->drafts[value->draft];
	return draft->kind == SQZ_STEP_MVM &&
	       draft->residual == SQZ_NO_TENSOR &&
	       draft->clip_low == -INFINITY && draft->clip_high == INFINITY;
}

/* Input of the addition that becomes the layer, or -1. */
static int choose_trunk(const struct lowering *low, const struct sqz_node *node)
{
	const struct lower_value *a = &low->values[node->inputs[0]];
	const struct lower_value *b = &low->values[node->inputs[1]];
	bool first = can_take_residual(low, a);
	bool second = can_take_residual(low, b);

	if (first && second)
		return low->drafts[b->draft].node > low->drafts[a->draft].node;
	return first ? 0 : second ? 1 : -1;
}

static int lower_add(struct lowering *low, const struct sqz_node *node,
		     struct sqz_error *err)
{
	const struct lower_value *a = &low->values[node->inputs[0]];
	const struct lower_value *b = &low->values[node->inputs[1]];

	if (!sqz_shape_equal(&a->shape, &b->shape))
		return lower_refuse(
		    node, "its inputs lie differently in memory", err);
	int trunk = choose_trunk(low, node);
	uint32_t draft, residual;
	if (trunk >= 0) {
		draft = (trunk ? b : a)->draft;
		residual = (trunk ? a : b)->source;
	} else {
		residual = b->source;
		new_draft(low, node, SQZ_STEP_ADD)->shape = a->shape;
		draft = low->draft_count++;
	}
	low->drafts[draft].residual = residual;
	take_output(low, draft, node);
	return 0;
}

static int lower_flatten(struct lowering *low, const struct sqz_node *node)
{
	struct lower_value *out = &low->values[node->output];

	*out = low->values[node->inputs[0]];
	out->sole =
	    out->sole && sqz_graph_readers(low->graph, node->output) == 1;
	return 0;
}

/* Do nothing but convolutions read the tensor? */
static bool only_convolved(const struct sqz_graph *graph, uint32_t tensor)
{
	if (graph->output == tensor)
		return false;
	for (uint32_t i = 0; i < graph->node_count; i++)
		for (uint32_t k = 0; k < graph->nodes[i].input_count; k++)
			if (graph->nodes[i].inputs[k] == tensor &&
			    graph->nodes[i].op != SQZ_NODE_CONV)
				return false;
	return true;
}

/* Zeros are driven by the convolutions behind the node, or stored. */
static int lower_pad(struct lowering *low, const struct sqz_node *node)
{
	struct lower_value *out = &low->values[node->output];

	if (!only_convolved(low->graph, node->output)) {
		struct lower_draft *draft = new_draft(low, node, SQZ_STEP_COPY);

		draft->window.pad_top = node->window.pad_top;
		draft->window.pad_left = node->window.pad_left;
		draft->window.pad_bottom = node->window.pad_bottom;
		draft->window.pad_right = node->window.pad_right;
		return finish_draft(low, node);
	}
	*out = low->values[node->inputs[0]];
	out->sole = false;
	out->padded = true;
	out->pad = node->window;
	return 0;
}

/* One copy for each input, all into one tensor. */
static int lower_concat(struct lowering *low, const struct sqz_node *node,
			struct sqz_error *err)
{
	const struct sqz_graph *graph = low->graph;
	uint32_t channel = 0;

	for (uint32_t i = 0; i < node->input_count; i++) {
		const struct lower_value *in = &low->values[node->inputs[i]];
		const struct sqz_shape *shape =
		    &graph->tensors[node->inputs[i]].shape;

		if (!sqz_shape_equal(&in->shape, shape) &&
		    in->shape.height * in->shape.width != 1)
			return lower_refuse(
			    node, "a flattened map lies differently in memory",
			    err);
		struct lower_draft *draft = new_draft(low, node, SQZ_STEP_COPY);
		draft->input = in->source;
		draft->first_channel = channel;
		draft->order = (uint32_t)(node - graph->nodes);
		draft->output = node->output;
		low->draft_count++;
		channel += shape->channels;
	}
	/* No later node may change one of several drafts. */
	return 0;
}

static int lower_node(struct lowering *low, const struct sqz_node *node,
		      struct sqz_error *err)
{
	switch (node->op) {
	case SQZ_NODE_CONV:
		return lower_conv(low, node);
	case SQZ_NODE_GEMM:
		return lower_gemm(low, node);
	case SQZ_NODE_ADD:
		return lower_add(low, node, err);
	case SQZ_NODE_RELU:
	case SQZ_NODE_CLIP:
		return lower_activation(low, node);
	case SQZ_NODE_MAX_POOL:
	case SQZ_NODE_AVERAGE_POOL:
	case SQZ_NODE_GLOBAL_AVERAGE_POOL:
		return lower_pool(low, node);
	case SQZ_NODE_FLATTEN:
		return lower_flatten(low, node);
	case SQZ_NODE_PAD:
		return lower_pad(low, node);
	case SQZ_NODE_CONCAT:
		return lower_concat(low, node, err);
	default:
		return lower_refuse(node, "not yet mapped", err);
	}
}

/* What the network returns must be a layer's output in ONNX's order. */
static int check_output(const struct lowering *low, struct sqz_error *err)
{
	const struct sqz_graph *graph = low->graph;
	const struct lower_value *out = &low->values[graph->output];
	const struct sqz_tensor *tensor = &graph->tensors[graph->output];

	if (low->draft_count == 0 || out->source == graph->input)
		return sqz_fail(err, "the network has no layer to map");
	if (!sqz_shape_equal(&out->shape, &tensor->shape) &&
	    out->shape.height * out->shape.width != 1)
		return sqz_fail(err,
				"output %s: a flattened map of %u x %u pixels "
				"is not yet mapped",
				tensor->name, out->shape.height,
				out->shape.width);
	return 0;
}

static int walk(struct lowering *low, struct sqz_error *err)
{
	const struct sqz_graph *graph = low->graph;

	for (uint32_t i = 0; i < graph->tensor_count; i++)
		low->values[i] = (struct lower_value){
			.source = i,
			.draft = LOWER_NO_DRAFT,
			.shape = graph->tensors[i].shape,
		};
	for (uint32_t i = 0; i < graph->node_count; i++)
		if (lower_node(low, &graph->nodes[i], err))
			return -1;
	return check_output(low, err);
}

/* A node makes one, or one for each of its inputs. */
static size_t most_drafts(const struct sqz_graph *graph)
{
	size_t most = 1;

	for (uint32_t i = 0; i < graph->node_count; i++)
		most += graph->nodes[i].input_count;
	return most;
}

int sqz_lower(const struct sqz_graph *graph, struct sqz_qnet *net,
	      struct sqz_error *err)
{
	struct lowering low = {
		.graph = graph,
		.drafts =
		    calloc(most_drafts(graph), sizeof(struct lower_draft)),
		.values = calloc((size_t)graph->tensor_count + 1,
				 sizeof(struct lower_value)),
	};
	int result = -1;

	*net = (struct sqz_qnet){ 0 };
	if (!low.drafts || !low.values)
		sqz_fail(err, "out of memory for %u nodes", graph->node_count);
	else if (walk(&low, err) == 0)
		result = lower_build(&low, net, err);
	free(low.drafts);
	free(low.values);
	if (result)
		sqz_qnet_free(net);
	return result;
}
