/* What the importer makes of models: structure, folding, spelling variants. */
#include "float_engine.h"
#include "onnx_builder.h"
#include "onnx_import.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static void import(Onnx__ModelProto *model, struct sqz_graph *graph)
{
	struct sqz_error err = { "" };

	ck_assert_msg(!onnx_build_import(model, graph, &err), "%s", err.text);
}

/* Result `index` for one image whose values are all `value`. */
static float result_of(const struct sqz_graph *graph, const float *image,
		       size_t index)
{
	struct sqz_error err = { "" };
	float out[256];

	ck_assert_uint_le(
	    sqz_shape_elements(&graph->tensors[graph->output].shape), 256);
	ck_assert_msg(!sqz_float_run(graph, image, 1, out, NULL, &err), "%s",
		      err.text);
	return out[index];
}

static void check_network(const char *path, const char *operators,
			  uint64_t macs, size_t parameters)
{
	struct sqz_graph graph;
	struct sqz_error err = { "" };
	char names[1024] = "";
	uint64_t all_macs = 0;
	size_t all_parameters = 0;

	ck_assert_msg(!sqz_onnx_import(path, &graph, &err), "%s", err.text);
	for (uint32_t i = 0; i < graph.node_count; i++) {
		const struct sqz_node *node = &graph.nodes[i];

		strcat(names, i ? ", " : "");
		strcat(names, sqz_node_op_name(node->op));
		all_macs += sqz_node_macs(&graph, node);
		if (node->weights)
			all_parameters +=
			    node->weight_count +
			    sqz_node_output_shape(&graph, node)->channels;
		ck_assert_int_eq(graph.tensors[node->output].producer, (int)i);
	}
	ck_assert_str_eq(names, operators);
	ck_assert_uint_eq(all_macs, macs);
	ck_assert_uint_eq(all_parameters, parameters);
	ck_assert_int_eq(graph.tensors[graph.input].producer, -1);
	ck_assert_uint_eq(graph.tensors[graph.input].shape.height, 28);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels, 10);
	sqz_graph_free(&graph);
}

START_TEST(lenet5_has_its_layers)
{
	/* 6*25*784 + 16*150*100 + 400*120 + 120*84 + 84*10 MACs */
	check_network("configs/networks/lenet5.onnx",
		      "conv, relu, max pool, conv, relu, max pool, flatten, "
		      "gemm, relu, gemm, relu, gemm",
		      416520, 61706);
}
END_TEST

START_TEST(resnet8_has_its_layers)
{
	check_network("configs/networks/resnet8.onnx",
		      "conv, relu, conv, relu, conv, add, relu, "
		      "conv, relu, conv, conv, add, relu, "
		      "conv, relu, conv, conv, add, relu, "
		      "global average pool, flatten, gemm",
		      9345920, 77418);
}
END_TEST

/* x: 2 channels of 3 x 3; y = Conv(x), 3 channels, kernel 3 x 3. */
static Onnx__ModelProto *conv_model(int64_t opset)
{
	Onnx__ModelProto *model = onnx_build(opset);

	onnx_build_input(model, "x", "0 2 3 3");
	onnx_build_output(model, "out");
	onnx_build_initializer(
	    model, onnx_build_floats("w", "3 2 3 3", "1 -2 3 0.5 2 -1 4"));
	onnx_build_initializer(model, onnx_build_floats("b", "3", "1 2 3"));
	return model;
}

static const float ramp[18] = { 1,  2,	3,  4,	5,  6,	7,  8,	9,
				10, 11, 12, 13, 14, 15, 16, 17, 18 };

static float plain_conv(size_t channel)
{
	static const float pattern[7] = { 1, -2, 3, 0.5f, 2, -1, 4 };
	float sum = 0;

	for (size_t k = 0; k < 18; k++)
		sum += pattern[(channel * 18 + k) % 7] * ramp[k];
	return sum + (float)(channel + 1);
}

START_TEST(batch_norm_folds_into_conv)
{
	Onnx__ModelProto *model = conv_model(13);
	struct sqz_graph graph;

	onnx_build_node(model, "Conv", "x, w, b", "y");
	Onnx__NodeProto *norm = onnx_build_node(
	    model, "BatchNormalization", "y, scale, shift, mean, var", "out");
	onnx_build_float(norm, "epsilon", 0.25f);
	onnx_build_initializer(model,
			       onnx_build_floats("scale", "3", "2 3 -4"));
	onnx_build_initializer(model,
			       onnx_build_floats("shift", "3", "7 -8 9"));
	onnx_build_initializer(model,
			       onnx_build_floats("mean", "3", "0.5 -1 2"));
	/* sqrt(var + 0.25) = 0.5, 1, 2 */
	onnx_build_initializer(model,
			       onnx_build_floats("var", "3", "0 0.75 3.75"));
	import(model, &graph);
	ck_assert_uint_eq(graph.node_count, 1);
	ck_assert_uint_eq(graph.tensor_count, 2);
	ck_assert_str_eq(graph.tensors[graph.output].name, "out");

	const float want[3] = { (plain_conv(0) - 0.5f) * 4 + 7,
				(plain_conv(1) + 1) * 3 - 8,
				(plain_conv(2) - 2) * -2 + 9 };
	for (size_t c = 0; c < 3; c++)
		ck_assert_float_eq_tol(result_of(&graph, ramp, c), want[c],
				       1e-3f);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(batch_norm_stays_where_the_conv_has_two_readers)
{
	Onnx__ModelProto *model = conv_model(13);
	struct sqz_graph graph;

	onnx_build_node(model, "Conv", "x, w, b", "y");
	onnx_build_node(model, "BatchNormalization", "y, s, s, s, s", "z");
	onnx_build_node(model, "Add", "y, z", "out");
	onnx_build_initializer(model, onnx_build_floats("s", "3", "1"));
	import(model, &graph);
	ck_assert_uint_eq(graph.node_count, 3);
	ck_assert_int_eq(graph.nodes[1].op, SQZ_NODE_CONV);
	ck_assert_uint_eq(graph.nodes[1].groups, 3);
	ck_assert_uint_eq(graph.nodes[1].window.kernel_h, 1);
	/* (y - 1) / sqrt(1 + 1e-5) + 1 is nearly y */
	ck_assert_float_eq_tol(result_of(&graph, ramp, 1), 2 * plain_conv(1),
			       0.01f);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(padding_moves_into_the_conv)
{
	for (int64_t opset = 10; opset <= 13; opset += 3) {
		Onnx__ModelProto *model = conv_model(opset);
		struct sqz_graph graph;
		const char *pads = "0 0 1 2 0 0 3 4";

		Onnx__NodeProto *pad = onnx_build_node(
		    model, "Pad", opset == 10 ? "x" : "x, p", "q");
		if (opset == 10)
			onnx_build_ints(pad, "pads", pads);
		else
			onnx_build_initializer(model,
					       onnx_build_integers("p", pads));
		Onnx__NodeProto *conv =
		    onnx_build_node(model, "Conv", "q, w", "out");
		onnx_build_ints(conv, "pads", "1 1 1 1");
		import(model, &graph);
		ck_assert_uint_eq(graph.node_count, 1);
		const struct sqz_window *window = &graph.nodes[0].window;
		ck_assert_uint_eq(window->pad_top, 2);
		ck_assert_uint_eq(window->pad_left, 3);
		ck_assert_uint_eq(window->pad_bottom, 4);
		ck_assert_uint_eq(window->pad_right, 5);
		ck_assert_uint_eq(graph.tensors[graph.output].shape.height, 7);
		ck_assert_uint_eq(graph.tensors[graph.output].shape.width, 9);
		sqz_graph_free(&graph);
	}
}
END_TEST

START_TEST(padding_before_a_pool_stays)
{
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;

	onnx_build_input(model, "x", "0 2 3 3");
	onnx_build_output(model, "out");
	onnx_build_initializer(model,
			       onnx_build_integers("p", "0 0 1 0 0 0 0 0"));
	onnx_build_node(model, "Pad", "x, p", "q");
	Onnx__NodeProto *pool = onnx_build_node(model, "MaxPool", "q", "out");
	onnx_build_ints(pool, "kernel_shape", "1 1");
	import(model, &graph);
	ck_assert_uint_eq(graph.node_count, 2);
	ck_assert_int_eq(graph.nodes[0].op, SQZ_NODE_PAD);
	ck_assert_float_eq(result_of(&graph, ramp, 0), 0);
	ck_assert_float_eq(result_of(&graph, ramp, 3), 1);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(matmul_and_added_constant_are_one_layer)
{
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;
	const float image[2] = { 3, 5 };

	onnx_build_input(model, "x", "1 2");
	onnx_build_output(model, "out");
	onnx_build_initializer(model,
			       onnx_build_floats("w", "2 3", "1 2 3 4 5 6"));
	onnx_build_initializer(model, onnx_build_floats("b", "3", "7 8 9"));
	onnx_build_node(model, "MatMul", "x, w", "y");
	onnx_build_node(model, "Add", "b, y", "out");
	import(model, &graph);
	ck_assert_uint_eq(graph.node_count, 1);
	ck_assert_int_eq(graph.nodes[0].op, SQZ_NODE_GEMM);
	ck_assert_float_eq(result_of(&graph, image, 0), 3 * 1 + 5 * 4 + 7);
	ck_assert_float_eq(result_of(&graph, image, 2), 3 * 3 + 5 * 6 + 9);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(names_and_order_do_not_matter)
{
	Onnx__ModelProto *model = conv_model(13);
	struct sqz_graph graph;

	/* Last node first; weights by Constant and Identity; initializers that
	 * are inputs too; a dropout; a branch that nobody reads. */
	onnx_build_node(model, "Dropout", "z", "out");
	onnx_build_node(model, "Relu", "y", "z");
	onnx_build_node(model, "Relu", "x", "unused");
	onnx_build_node(model, "Conv", "x, w2, b2", "y");
	onnx_build_node(model, "Identity", "w", "w2");
	Onnx__NodeProto *constant =
	    onnx_build_node(model, "Constant", "", "b2");
	onnx_build_tensor(constant, "value",
			  onnx_build_floats("", "3", "1 2 3"));
	onnx_build_input(model, "w", "3 2 3 3");
	import(model, &graph);
	ck_assert_uint_eq(graph.node_count, 2);
	ck_assert_int_eq(graph.nodes[0].op, SQZ_NODE_CONV);
	ck_assert_int_eq(graph.nodes[1].op, SQZ_NODE_RELU);
	for (size_t c = 0; c < 3; c++)
		ck_assert_float_eq_tol(result_of(&graph, ramp, c),
				       fmaxf(plain_conv(c), 0), 1e-4f);
	sqz_graph_free(&graph);
}
END_TEST

/* The bits of 1, -2, 3, 0.5, 2, -1, 4 as halves. */
static const uint16_t half_pattern[7] = { 0x3c00, 0xc000, 0x4200, 0x3800,
					  0x4000, 0xbc00, 0x4400 };

static void to_raw(Onnx__TensorProto *tensor, int32_t type, size_t width)
{
	size_t count = tensor->n_float_data;
	uint8_t *raw = malloc(count * width);

	for (size_t i = 0; i < count; i++) {
		double value = tensor->float_data[i];
		const void *from = &tensor->float_data[i];

		if (width == 8)
			from = &value;
		if (width == 2)
			from = &half_pattern[i % 7];
		memcpy(raw + i * width, from, width);
	}
	tensor->n_float_data = 0;
	tensor->data_type = type;
	tensor->has_raw_data = 1;
	tensor->raw_data.data = raw;
	tensor->raw_data.len = count * width;
}

START_TEST(raw_float_double_and_half_are_read)
{
	static const struct {
		int32_t type;
		size_t width;
	} types[] = {
		{ ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 4 },
		{ ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, 8 },
		{ ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, 2 },
	};
	Onnx__ModelProto *model = conv_model(13);
	struct sqz_graph graph;

	to_raw(model->graph->initializer[0], types[_i].type, types[_i].width);
	onnx_build_node(model, "Conv", "x, w, b", "out");
	import(model, &graph);
	for (size_t c = 0; c < 3; c++)
		ck_assert_float_eq_tol(result_of(&graph, ramp, c),
				       plain_conv(c), 1e-4f);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(half_floats_have_all_their_kinds)
{
	Onnx__ModelProto *model = onnx_build(13);
	Onnx__TensorProto *bias = onnx_build_floats("b", "5", "0");
	static const int32_t bits[5] = { 0x0001, 0x03ff, 0x8400, 0x7bff,
					 0x8000 };
	const float want[5] = { 0x1p-24f, 0x3ffp-24f, -0x1p-14f, 65504, 0 };
	const float image[5] = { 0 };
	struct sqz_graph graph;

	bias->n_float_data = 0;
	bias->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16;
	bias->n_int32_data = 5;
	bias->int32_data = malloc(sizeof(bits));
	memcpy(bias->int32_data, bits, sizeof(bits));
	onnx_build_input(model, "x", "0 5");
	onnx_build_output(model, "out");
	onnx_build_initializer(model, bias);
	onnx_build_node(model, "Add", "x, b", "out");
	import(model, &graph);
	for (size_t i = 0; i < 5; i++)
		ck_assert_float_eq(result_of(&graph, image, i), want[i]);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(clip_variants)
{
	static const struct {
		const char *lo, *hi; /* NULL: absent */
		enum sqz_node_op op;
		float at_minus_9, at_9;
	} cases[] = {
		{ "0", "6", SQZ_NODE_CLIP, 0, 6 },
		{ "0", NULL, SQZ_NODE_RELU, 0, 9 },
		{ "0", "3.4028235e38", SQZ_NODE_RELU, 0, 9 },
		{ NULL, "6", SQZ_NODE_CLIP, -9, 6 },
		{ "-1", "inf", SQZ_NODE_CLIP, -1, 9 },
	};
	Onnx__ModelProto *model = onnx_build(13);
	const float image[2] = { -9, 9 };
	struct sqz_graph graph;

	onnx_build_input(model, "x", "0 2");
	onnx_build_output(model, "out");
	if (cases[_i].lo)
		onnx_build_initializer(
		    model, onnx_build_floats("lo", "", cases[_i].lo));
	if (cases[_i].hi)
		onnx_build_initializer(
		    model, onnx_build_floats("hi", "", cases[_i].hi));
	char inputs[32];
	snprintf(inputs, sizeof(inputs), "x,%s,%s", cases[_i].lo ? "lo" : "",
		 cases[_i].hi ? "hi" : "");
	onnx_build_node(model, "Clip", inputs, "out");
	import(model, &graph);
	ck_assert_int_eq(graph.nodes[0].op, cases[_i].op);
	ck_assert_float_eq(result_of(&graph, image, 0), cases[_i].at_minus_9);
	ck_assert_float_eq(result_of(&graph, image, 1), cases[_i].at_9);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(reshape_that_flattens)
{
	static const struct {
		const char *input, *target;
	} cases[] = {
		{ "0 2 3 3", "0 -1" }, { "0 2 3 3", "-1 18" },
		{ "1 2 3 3", "1 -1" }, { "1 2 3 3", "1 18" },
		{ "4 2 3 3", "4 18" }, { "4 2 3 3", "0 18" },
	};
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;

	onnx_build_input(model, "x", cases[_i].input);
	onnx_build_output(model, "out");
	onnx_build_initializer(model,
			       onnx_build_integers("s", cases[_i].target));
	onnx_build_node(model, "Reshape", "x, s", "out");
	import(model, &graph);
	ck_assert_int_eq(graph.nodes[0].op, SQZ_NODE_FLATTEN);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels, 18);
	ck_assert_float_eq(result_of(&graph, ramp, 11), 12);
	sqz_graph_free(&graph);
}
END_TEST

/* 4 pixels, window of 2, stride 3, one padding pixel at each end: rounding up
 * would give a third window that begins in the padding; it is left out. */
START_TEST(pool_rounds_up_but_not_into_padding)
{
	static const struct {
		const char *pads;
		uint32_t out;
		float last;
	} cases[] = { { "0 1 0 1", 2, 4 }, { "0 0 0 1", 2, 4 } };
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;

	onnx_build_input(model, "x", "0 1 1 4");
	onnx_build_output(model, "out");
	Onnx__NodeProto *pool = onnx_build_node(model, "MaxPool", "x", "out");
	onnx_build_ints(pool, "kernel_shape", "1 2");
	onnx_build_ints(pool, "strides", "1 3");
	onnx_build_ints(pool, "pads", cases[_i].pads);
	onnx_build_int(pool, "ceil_mode", 1);
	import(model, &graph);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.width,
			  cases[_i].out);
	ck_assert_float_eq(result_of(&graph, ramp, cases[_i].out - 1),
			   cases[_i].last);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(concat_counts_from_the_end)
{
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;

	onnx_build_input(model, "x", "0 2 3 3");
	onnx_build_output(model, "out");
	onnx_build_node(model, "Relu", "x", "y");
	onnx_build_int(onnx_build_node(model, "Concat", "y, x, y", "out"),
		       "axis", -3);
	import(model, &graph);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels, 6);
	ck_assert_float_eq(result_of(&graph, ramp, 18 + 5), 6);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(a_graph_without_nodes_copies)
{
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;

	onnx_build_input(model, "x", "0 2 3 3");
	onnx_build_output(model, "out");
	onnx_build_node(model, "Identity", "x", "out");
	import(model, &graph);
	ck_assert_uint_eq(graph.node_count, 0);
	ck_assert_uint_eq(graph.input, graph.output);
	ck_assert_float_eq(result_of(&graph, ramp, 17), 18);
	sqz_graph_free(&graph);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("onnx import");
	TCase *tcase = tcase_create("models");

	tcase_add_test(tcase, lenet5_has_its_layers);
	tcase_add_test(tcase, resnet8_has_its_layers);
	tcase_add_test(tcase, batch_norm_folds_into_conv);
	tcase_add_test(tcase, batch_norm_stays_where_the_conv_has_two_readers);
	tcase_add_test(tcase, padding_moves_into_the_conv);
	tcase_add_test(tcase, padding_before_a_pool_stays);
	tcase_add_test(tcase, matmul_and_added_constant_are_one_layer);
	tcase_add_test(tcase, names_and_order_do_not_matter);
	tcase_add_loop_test(tcase, raw_float_double_and_half_are_read, 0, 3);
	tcase_add_test(tcase, half_floats_have_all_their_kinds);
	tcase_add_loop_test(tcase, clip_variants, 0, 5);
	tcase_add_loop_test(tcase, reshape_that_flattens, 0, 6);
	tcase_add_loop_test(tcase, pool_rounds_up_but_not_into_padding, 0, 2);
	tcase_add_test(tcase, concat_counts_from_the_end);
	tcase_add_test(tcase, a_graph_without_nodes_copies);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
