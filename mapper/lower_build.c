#include "lower_draft.h"

#include <stdlib.h>
#include <string.h>

static bool is_mvm(const struct sqz_node *node)
{
	return node->op == SQZ_NODE_CONV || node->op == SQZ_NODE_GEMM;
}

static int by_order(const void *a, const void *b)
{
	const struct lower_draft *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return (x->first_channel > y->first_channel) -
	       (x->first_channel < y->first_channel);
}

static void make_tensor(struct sqz_qnet *net, uint32_t graph_tensor,
			const struct sqz_shape *shape, uint32_t *numbers)
{
	numbers[graph_tensor] = net->tensor_count;
	net->tensors[net->tensor_count++] = (struct sqz_qtensor){
		.height = shape->height,
		.width = shape->width,
		.channels = shape->channels,
		.element_bytes = 1,
		.scale = 1,
		.graph_tensor = graph_tensor,
	};
}

static int make_layer(const struct sqz_graph *graph,
		      const struct lower_draft *draft, const uint32_t *numbers,
		      struct sqz_qlayer *layer, struct sqz_error *err)
{
	const struct sqz_node *node = &graph->nodes[draft->node];
	const struct sqz_window *window = &draft->window;

	*layer = (struct sqz_qlayer){
		.name = strdup(node->name),
		.kind = draft->kind,
		.input = numbers[draft->input],
		.output = numbers[draft->output],
		.residual = draft->residual == SQZ_NO_TENSOR
				? SQZ_NO_TENSOR
				: numbers[draft->residual],
		.first_channel = draft->first_channel,
		.node = is_mvm(node) ? (int32_t)draft->node : -1,
		.kernel_h = window->kernel_h,
		.kernel_w = window->kernel_w,
		.stride_y = window->stride_h,
		.stride_x = window->stride_w,
		.dilation_y = window->dilation_h,
		.dilation_x = window->dilation_w,
		.pad_top = window->pad_top,
		.pad_left = window->pad_left,
		.groups = node->op == SQZ_NODE_CONV ? node->groups : 1,
		.clip_low = draft->clip_low,
		.clip_high = draft->clip_high,
		.out_bytes = 1,
		.macs = sqz_node_macs(graph, node),
	};
	bool pads = window->pad_top || window->pad_left || window->pad_bottom ||
		    window->pad_right;
	if (draft->kind == SQZ_STEP_AVGPOOL)
		layer->average_count = pads && !node->count_include_pad
					   ? window->kernel_h * window->kernel_w
					   : 1;
	return layer->name ? 0 : sqz_fail(err, "out of memory for a name");
}

static int check_kernel(const struct sqz_graph *graph,
			const struct lower_draft *draft, struct sqz_error *err)
{
	const struct sqz_window *window = &draft->window;

	if (window->kernel_h > UINT16_MAX || window->kernel_w > UINT16_MAX ||
	    window->stride_h > UINT16_MAX || window->stride_w > UINT16_MAX ||
	    window->dilation_h > UINT16_MAX ||
	    window->dilation_w > UINT16_MAX || window->pad_top > UINT16_MAX ||
	    window->pad_left > UINT16_MAX)
		return lower_refuse(&graph->nodes[draft->node],
				    "its window is too large", err);
	return 0;
}

/* int32 logits if the network ends with an MVM. */
static void widen_logits(struct sqz_qnet *net)
{
	struct sqz_qlayer *last = &net->layers[net->layer_count - 1];

	if (last->kind == SQZ_STEP_MVM && last->output == net->output) {
		last->out_bytes = 4;
		net->tensors[last->output].element_bytes = 4;
	}
}

static int make_layers(struct lowering *low, uint32_t *numbers,
		       struct sqz_qnet *net, struct sqz_error *err)
{
	const struct sqz_graph *graph = low->graph;

	make_tensor(net, graph->input, &graph->tensors[graph->input].shape,
		    numbers);
	for (uint32_t i = 0; i < low->draft_count; i++) {
		const struct lower_draft *draft = &low->drafts[i];

		if (check_kernel(graph, draft, err))
			return -1;
		if (draft->first_channel == 0)
			make_tensor(net, draft->output, &draft->shape, numbers);
		if (make_layer(graph, draft, numbers,
			       &net->layers[net->layer_count++], err))
			return -1;
	}
	return 0;
}

int lower_build(struct lowering *low, struct sqz_qnet *net,
		struct sqz_error *err)
{
	uint32_t count = low->graph->tensor_count;
	uint32_t *numbers = calloc(count, sizeof(*numbers));
	int result = -1;

	net->tensors =
	    calloc((size_t)low->draft_count + 1, sizeof(*net->tensors));
	net->layers =
	    calloc((size_t)low->draft_count + 1, sizeof(*net->layers));
	if (!numbers || !net->tensors || !net->layers) {
		sqz_fail(err, "out of memory for %u layers", low->draft_count);
	} else {
		uint32_t output = low->values[low->graph->output].source;

		qsort(low->drafts, low->draft_count, sizeof(*low->drafts),
		      by_order);
		result = make_layers(low, numbers, net, err);
		net->output = numbers[output];
		if (result == 0)
			widen_logits(net);
	}
	free(numbers);
	return result;
}
