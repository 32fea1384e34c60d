/*
 * The float engine against plain loops: bit for bit, because the order of
 * every sum is part of its contract.
 */
#include "float_engine.h"
#include "suite.h"

#include <math.h>
#include <string.h>

struct layer {
	uint32_t channels, height, width, out_channels, groups;
	struct sqz_window window; /* kernel, stride, dilation, pads */
};

static const struct layer layers[] = {
	{ 1, 5, 5, 1, 1, { 1, 1, 1, 1, 1, 1, 0, 0, 0, 0 } },
	{ 3, 7, 9, 5, 1, { 3, 3, 1, 1, 1, 1, 1, 1, 1, 1 } },
	{ 4, 9, 7, 6, 2, { 3, 2, 2, 1, 1, 2, 0, 1, 2, 0 } },
	{ 6, 6, 6, 6, 6, { 3, 3, 1, 1, 2, 2, 2, 2, 2, 2 } },
	{ 5, 1, 1, 9, 1, { 3, 3, 1, 1, 1, 1, 1, 1, 1, 1 } },
	{ 2, 28, 28, 17, 1, { 5, 5, 3, 2, 1, 1, 2, 2, 2, 2 } },
	{ 8, 4, 40, 12, 4, { 1, 7, 1, 1, 1, 1, 0, 3, 0, 3 } },
	{ 2, 3, 3, 2, 1, { 2, 2, 1, 1, 1, 1, 5, 0, 0, 5 } },
};

/* Numbers with all mantissa bits in use, the same on every run. */
static float noise(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (float)(int32_t)*state * 0x1p-31f;
}

static float *noise_array(size_t count, uint32_t seed)
{
	float *values = malloc(count * sizeof(*values));

	for (size_t i = 0; i < count; i++)
		values[i] = noise(&seed);
	return values;
}

static uint32_t out_size(uint32_t in, uint32_t pads, uint32_t kernel,
			 uint32_t dilation, uint32_t stride)
{
	return (in + pads - (kernel - 1) * dilation - 1) / stride + 1;
}

static struct sqz_shape out_shape(const struct layer *l)
{
	const struct sqz_window *w = &l->window;

	return (struct sqz_shape){
		l->out_channels,
		out_size(l->height, w->pad_top + w->pad_bottom, w->kernel_h,
			 w->dilation_h, w->stride_h),
		out_size(l->width, w->pad_left + w->pad_right, w->kernel_w,
			 w->dilation_w, w->stride_w),
		3
	};
}

/* A graph of that one operator. */
static void make_graph(struct sqz_graph *graph, struct sqz_node node,
		       struct sqz_shape in, struct sqz_shape out)
{
	struct sqz_error err;

	*graph = (struct sqz_graph){ 0 };
	graph->input = (uint32_t)sqz_graph_add_tensor(graph, "in", in, &err);
	graph->output = (uint32_t)sqz_graph_add_tensor(graph, "out", out, &err);
	node.name = strdup("node");
	node.inputs = malloc(sizeof(*node.inputs));
	node.inputs[0] = graph->input;
	node.input_count = 1;
	node.output = graph->output;
	ck_assert_int_eq(sqz_graph_add_node(graph, &node, &err), 0);
}

static void make_conv(struct sqz_graph *graph, const struct layer *l)
{
	const struct sqz_window *w = &l->window;
	struct sqz_node node = { .op = SQZ_NODE_CONV,
				 .window = *w,
				 .groups = l->groups };

	node.weight_count = (size_t)l->out_channels * l->channels / l->groups *
			    w->kernel_h * w->kernel_w;
	node.weights = noise_array(node.weight_count, 1);
	node.bias = noise_array(l->out_channels, 2);
	make_graph(graph, node,
		   (struct sqz_shape){ l->channels, l->height, l->width, 3 },
		   out_shape(l));
}

static float pixel(const struct layer *l, const float *image, uint32_t c,
		   int64_t y, int64_t x)
{
	if (y < 0 || y >= l->height || x < 0 || x >= l->width)
		return 0;
	return image[((size_t)c * l->height + (size_t)y) * l->width +
		     (size_t)x];
}

/* Output (o, y, x), by the definition. */
static float plain_conv(const struct layer *l, const struct sqz_node *node,
			const float *image, uint32_t o, uint32_t y, uint32_t x)
{
	const struct sqz_window *w = &l->window;
	uint32_t in = l->channels / l->groups;
	uint32_t first = o / (l->out_channels / l->groups) * in;
	const float *weight =
	    node->weights + (size_t)o * in * w->kernel_h * w->kernel_w;
	float sum = 0;

	for (uint32_t c = 0; c < in; c++)
		for (uint32_t i = 0; i < w->kernel_h; i++)
			for (uint32_t k = 0; k < w->kernel_w; k++)
				sum += *weight++ *
				       pixel(l, image, first + c,
					     (int64_t)y * w->stride_h +
						 (int64_t)i * w->dilation_h -
						 w->pad_top,
					     (int64_t)x * w->stride_w +
						 (int64_t)k * w->dilation_w -
						 w->pad_left);
	return sum + node->bias[o];
}

static float *run(const struct sqz_graph *graph, const float *images,
		  size_t count, const struct sqz_float_options *options)
{
	struct sqz_error err = { "" };
	size_t size = sqz_shape_elements(&graph->tensors[graph->output].shape);
	float *out = malloc(count * size * sizeof(*out));

	ck_assert_msg(!sqz_float_run(graph, images, count, out, options, &err),
		      "%s", err.text);
	return out;
}

/* 19 images: a full group and a part of one. */
START_TEST(convolution_equals_plain_loops)
{
	enum { IMAGES = 19 };
	const struct layer *l = &layers[_i];
	const struct sqz_shape shape = out_shape(l);
	size_t in = (size_t)l->channels * l->height * l->width;
	float *images = noise_array(IMAGES * in, 3);
	struct sqz_graph graph;

	make_conv(&graph, l);
	float *out = run(&graph, images, IMAGES, NULL);
	const float *next = out;

	for (size_t b = 0; b < IMAGES; b++)
		for (uint32_t o = 0; o < shape.channels; o++)
			for (uint32_t y = 0; y < shape.height; y++)
				for (uint32_t x = 0; x < shape.width; x++) {
					float want = plain_conv(
					    l, &graph.nodes[0], images + b * in,
					    o, y, x);
					ck_assert_msg(
					    *next == want,
					    "layer %d image %zu (%u, %u, %u): "
					    "%a, not %a",
					    _i, b, o, y, x, (double)*next,
					    (double)want);
					next++;
				}
	free(images);
	free(out);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(results_do_not_depend_on_threads_or_calls)
{
	enum { IMAGES = 100 };
	const struct layer *l = &layers[1];
	size_t in = (size_t)l->channels * l->height * l->width;
	float *images = noise_array(IMAGES * in, 4);
	struct sqz_graph graph;

	make_conv(&graph, l);
	size_t out_elements =
	    sqz_shape_elements(&graph.tensors[graph.output].shape);
	float *one = run(&graph, images, IMAGES, NULL);

	for (unsigned threads = 2; threads <= 5; threads++) {
		struct sqz_float_options options = { .threads = threads };
		float *many = run(&graph, images, IMAGES, &options);

		ck_assert_mem_eq(one, many,
				 IMAGES * out_elements * sizeof(*one));
		free(many);
	}
	for (size_t i = 0; i < IMAGES; i += 33) {
		float *single = run(&graph, images + i * in, 1, NULL);

		ck_assert_mem_eq(one + i * out_elements, single,
				 out_elements * sizeof(*one));
		free(single);
	}
	free(images);
	free(one);
	sqz_graph_free(&graph);
}
END_TEST

struct seen {
	unsigned calls;
	size_t next_image[2];
	float least, most;
};

static void look(void *context, const struct sqz_float_view *view)
{
	struct seen *seen = context;

	ck_assert_uint_eq(view->tensor, seen->calls % 2);
	ck_assert_uint_eq(view->first_image, seen->next_image[view->tensor]);
	seen->next_image[view->tensor] += view->image_count;
	seen->calls++;
	for (size_t i = 0; view->tensor == 0 && i < 4 * view->image_count;
	     i++) {
		seen->least = fminf(seen->least, view->values[i]);
		seen->most = fmaxf(seen->most, view->values[i]);
	}
	/* Channel-major: channel 1 of all images follows channel 0. */
	if (view->tensor == 0)
		ck_assert_float_eq(view->values[2 * view->image_count],
				   (float)(4 * view->first_image + 2));
}

START_TEST(observer_sees_every_tensor_in_order)
{
	enum { IMAGES = 40 };
	const struct sqz_shape shape = { 2, 1, 2, 3 };
	struct seen seen = { .least = INFINITY, .most = -INFINITY };
	struct sqz_float_options options = { .threads = 2,
					     .observe = look,
					     .context = &seen };
	float images[IMAGES * 4];
	struct sqz_graph graph;

	for (int i = 0; i < IMAGES * 4; i++)
		images[i] = (float)i;
	make_graph(&graph, (struct sqz_node){ .op = SQZ_NODE_RELU }, shape,
		   shape);
	float *out = run(&graph, images, IMAGES, &options);

	ck_assert_uint_eq(seen.next_image[0], IMAGES);
	ck_assert_uint_eq(seen.next_image[1], IMAGES);
	ck_assert_float_eq(seen.least, 0);
	ck_assert_float_eq(seen.most, IMAGES * 4 - 1);
	free(out);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(no_images_are_no_error)
{
	const struct sqz_shape shape = { 2, 1, 2, 3 };
	struct sqz_graph graph;

	make_graph(&graph, (struct sqz_node){ .op = SQZ_NODE_RELU }, shape,
		   shape);
	ck_assert_int_eq(sqz_float_run(&graph, NULL, 0, NULL, NULL, NULL), 0);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(top1_is_the_first_of_equals)
{
	const float values[5] = { -1, 3, 2, 3, -7 };

	ck_assert_uint_eq(sqz_float_top1(values, 5), 1);
	ck_assert_uint_eq(sqz_float_top1(values, 1), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("float engine");
	TCase *tcase = tcase_create("engine");

	tcase_add_loop_test(tcase, convolution_equals_plain_loops, 0,
			    (int)(sizeof(layers) / sizeof(*layers)));
	tcase_add_test(tcase, results_do_not_depend_on_threads_or_calls);
	tcase_add_test(tcase, observer_sees_every_tensor_in_order);
	tcase_add_test(tcase, no_images_are_no_error);
	tcase_add_test(tcase, top1_is_the_first_of_equals);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
