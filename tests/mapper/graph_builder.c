#include "graph_builder.h"

#include "random.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sqz_error err;

static float random_real(struct graph_builder *b)
{
	return (float)random_between(&b->state, -100000, 100000) / 100000.0f;
}

uint32_t build_input(struct graph_builder *b, uint32_t channels,
		     uint32_t height, uint32_t width)
{
	struct sqz_shape shape = { channels, height, width, 3 };

	*b = (struct graph_builder){ .state = 4711 };
	int64_t tensor = sqz_graph_add_tensor(&b->graph, "input", shape, &err);
	ck_assert_int_eq(tensor, 0);
	b->graph.input = 0;
	return 0;
}

/* Takes the node with operator, window and weights; adds the rest. */
static uint32_t add(struct graph_builder *b, struct sqz_node node,
		    struct sqz_shape shape, uint32_t x, uint32_t y,
		    uint32_t inputs)
{
	char name[32];

	snprintf(name, sizeof(name), "%s_%u", sqz_node_op_name(node.op),
		 b->graph.node_count);
	int64_t tensor = sqz_graph_add_tensor(&b->graph, name, shape, &err);
	ck_assert_int_ge(tensor, 0);
	node.name = strdup(name);
	node.inputs = calloc(inputs, sizeof(*node.inputs));
	node.inputs[0] = x;
	if (inputs > 1)
		node.inputs[1] = y;
	node.input_count = inputs;
	node.output = (uint32_t)tensor;
	if (!node.groups)
		node.groups = 1;
	ck_assert_int_eq(sqz_graph_add_node(&b->graph, &node, &err), 0);
	b->graph.output = (uint32_t)tensor;
	return (uint32_t)tensor;
}

static struct sqz_shape shape_of(const struct graph_builder *b, uint32_t tensor)
{
	return b->graph.tensors[tensor].shape;
}

static void random_weights(struct graph_builder *b, struct sqz_node *node,
			   uint32_t channels, uint32_t rows)
{
	node->weight_count = (size_t)channels * rows;
	node->weights = calloc(node->weight_count, sizeof(*node->weights));
	node->bias = calloc(channels, sizeof(*node->bias));
	for (size_t i = 0; i < node->weight_count; i++)
		node->weights[i] = random_real(b) * sqrtf(4.0f / (float)rows);
	for (uint32_t c = 0; c < channels; c++)
		node->bias[c] = random_real(b) * 0.2f;
}

static struct sqz_window window_of(uint32_t kernel, uint32_t stride,
				   uint32_t pad)
{
	return (struct sqz_window){ kernel, kernel, stride, stride, 1,
				    1,	    pad,    pad,    pad,    pad };
}

static uint32_t slide(uint32_t size, uint32_t kernel, uint32_t stride,
		      uint32_t pad)
{
	return (size + 2 * pad - kernel) / stride + 1;
}

uint32_t build_conv(struct graph_builder *b, uint32_t input, uint32_t channels,
		    uint32_t kernel, uint32_t stride, uint32_t pad,
		    uint32_t groups)
{
	struct sqz_shape in = shape_of(b, input);
	struct sqz_node node = { .op = SQZ_NODE_CONV,
				 .window = window_of(kernel, stride, pad),
				 .groups = groups };

	random_weights(b, &node, channels,
		       in.channels / groups * kernel * kernel);
	struct sqz_shape out = { channels,
				 slide(in.height, kernel, stride, pad),
				 slide(in.width, kernel, stride, pad), 3 };
	return add(b, node, out, input, 0, 1);
}

uint32_t build_gemm(struct graph_builder *b, uint32_t input, uint32_t features)
{
	struct sqz_node node = { .op = SQZ_NODE_GEMM };

	random_weights(b, &node, features, shape_of(b, input).channels);
	return add(b, node, (struct sqz_shape){ features, 1, 1, 1 }, input, 0,
		   1);
}

uint32_t build_add(struct graph_builder *b, uint32_t x, uint32_t y)
{
	return add(b, (struct sqz_node){ .op = SQZ_NODE_ADD }, shape_of(b, x),
		   x, y, 2);
}

uint32_t build_relu(struct graph_builder *b, uint32_t input)
{
	return add(b, (struct sqz_node){ .op = SQZ_NODE_RELU },
		   shape_of(b, input), input, 0, 1);
}

uint32_t build_clip(struct graph_builder *b, uint32_t input, float low,
		    float high)
{
	return add(b,
		   (struct sqz_node){
		       .op = SQZ_NODE_CLIP, .clip_lo = low, .clip_hi = high },
		   shape_of(b, input), input, 0, 1);
}

uint32_t build_pool(struct graph_builder *b, enum sqz_node_op op,
		    uint32_t input, uint32_t kernel, uint32_t stride,
		    uint32_t pad, bool count_include_pad)
{
	struct sqz_shape in = shape_of(b, input);
	struct sqz_shape out = { in.channels,
				 slide(in.height, kernel, stride, pad),
				 slide(in.width, kernel, stride, pad), 3 };
	struct sqz_node node = { .op = op,
				 .window = window_of(kernel, stride, pad),
				 .count_include_pad = count_include_pad };

	return add(b, node, out, input, 0, 1);
}

uint32_t build_global_average(struct graph_builder *b, uint32_t input)
{
	struct sqz_shape out = { shape_of(b, input).channels, 1, 1, 3 };

	return add(b, (struct sqz_node){ .op = SQZ_NODE_GLOBAL_AVERAGE_POOL },
		   out, input, 0, 1);
}

uint32_t build_flatten(struct graph_builder *b, uint32_t input)
{
	struct sqz_shape in = shape_of(b, input);
	struct sqz_shape out = { (uint32_t)sqz_shape_elements(&in), 1, 1, 1 };

	return add(b, (struct sqz_node){ .op = SQZ_NODE_FLATTEN }, out, input,
		   0, 1);
}

uint32_t build_pad(struct graph_builder *b, uint32_t input, uint32_t pad)
{
	struct sqz_shape out = shape_of(b, input);

	out.height += 2 * pad;
	out.width += 2 * pad;
	return add(b,
		   (struct sqz_node){ .op = SQZ_NODE_PAD,
				      .window = window_of(1, 1, pad) },
		   out, input, 0, 1);
}

uint32_t build_concat(struct graph_builder *b, uint32_t x, uint32_t y)
{
	struct sqz_shape out = shape_of(b, x);

	out.channels += shape_of(b, y).channels;
	return add(b, (struct sqz_node){ .op = SQZ_NODE_CONCAT }, out, x, y, 2);
}

float *build_images(struct graph_builder *b, uint32_t count)
{
	struct sqz_shape shape = shape_of(b, b->graph.input);
	size_t values = count * sqz_shape_elements(&shape);
	float *images = malloc(values * sizeof(*images));

	for (size_t i = 0; i < values; i++)
		images[i] = random_real(b);
	return images;
}
