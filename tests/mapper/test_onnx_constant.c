/* What exporters compute from constants and shapes: the ways in which torch
 * writes a flatten, weights and bounds when it does not fold constants. */
#include "onnx_builder.h"
#include "suite.h"

#include <string.h>

static void scalar(Onnx__ModelProto *model, const char *name, const char *value)
{
	Onnx__TensorProto *tensor = onnx_build_integers(name, value);

	tensor->n_dims = 0;
	onnx_build_initializer(model, tensor);
}

static void list(Onnx__ModelProto *model, const char *name, const char *values)
{
	onnx_build_initializer(model, onnx_build_integers(name, values));
}

/* x (batch x 2 x 3 x 3) and its shape s */
static Onnx__ModelProto *begin(const char *dims)
{
	Onnx__ModelProto *model = onnx_build(13);

	onnx_build_input(model, "x", dims);
	onnx_build_output(model, "out");
	onnx_build_node(model, "Shape", "x", "s");
	return model;
}

static void finish(Onnx__ModelProto *model)
{
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	ck_assert_msg(!onnx_build_import(model, &graph, &err), "%s", err.text);
	ck_assert_uint_eq(graph.node_count, 1);
	ck_assert_int_eq(graph.nodes[0].op, SQZ_NODE_FLATTEN);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels, 18);
	sqz_graph_free(&graph);
}

static const char *const BATCHES[] = { "0 2 3 3", "1 2 3 3", "4 2 3 3" };

/* x.view(x.size(0), -1) */
START_TEST(batch_from_the_shape)
{
	Onnx__ModelProto *model = begin(BATCHES[_i]);

	scalar(model, "first", "0");
	list(model, "axes", "0");
	list(model, "rest", "-1");
	onnx_build_node(model, "Gather", "s, first", "batch");
	onnx_build_node(model, "Unsqueeze", "batch, axes", "b");
	onnx_build_int(onnx_build_node(model, "Concat", "b, rest", "shape"),
		       "axis", 0);
	onnx_build_node(model, "Reshape", "x, shape", "out");
	finish(model);
}
END_TEST

/* The axes as an attribute, the second dimension as a product is refused, so
 * as a number; indices from the end, and as a list. */
START_TEST(older_ways)
{
	Onnx__ModelProto *model = begin(BATCHES[_i]);
	Onnx__TensorProto *number = onnx_build_integers("", "18");

	list(model, "first", "-4");
	number->n_dims = 0;
	onnx_build_node(model, "Gather", "s, first", "b");
	onnx_build_tensor(onnx_build_node(model, "Constant", "", "n"), "value",
			  number);
	onnx_build_ints(onnx_build_node(model, "Unsqueeze", "n", "rest"),
			"axes", "0");
	onnx_build_int(onnx_build_node(model, "Concat", "b, rest", "shape"),
		       "axis", 0);
	onnx_build_int(onnx_build_node(model, "Cast", "shape", "cast"), "to",
		       ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
	onnx_build_node(model, "Reshape", "x, cast", "out");
	finish(model);
}
END_TEST

START_TEST(transposed_weights)
{
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;
	struct sqz_error err = { "" };
	const float weights[6] = { 1, 2, 3, 4, 5, 6 };

	onnx_build_input(model, "x", "0 3");
	onnx_build_output(model, "out");
	onnx_build_initializer(model,
			       onnx_build_floats("w", "2 3", "1 2 3 4 5 6"));
	Onnx__NodeProto *turn = onnx_build_node(model, "Transpose", "w", "t");
	if (_i)
		onnx_build_ints(turn, "perm", "1 0");
	onnx_build_node(model, "MatMul", "x, t", "out");
	ck_assert_msg(!onnx_build_import(model, &graph, &err), "%s", err.text);
	ck_assert_int_eq(graph.nodes[0].op, SQZ_NODE_GEMM);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels, 2);
	for (int i = 0; i < 6; i++)
		ck_assert_float_eq(graph.nodes[0].weights[i], weights[i]);
	sqz_graph_free(&graph);
}
END_TEST

/* F.pad(x, (1, 2, 0, 3)): left, right, top, bottom become top, left, bottom,
 * right behind the 0s of batch and channels. */
START_TEST(pads_in_torchs_order)
{
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	onnx_build_input(model, "x", "0 2 3 3");
	onnx_build_output(model, "out");
	list(model, "four", "4");
	list(model, "given", "1 2 0 3");
	list(model, "pairs", "-1 2");
	list(model, "last", "-1");
	list(model, "first", "0");
	list(model, "end", _i ? "-9223372036854774784" : "-5");
	onnx_build_tensor(
	    onnx_build_node(model, "ConstantOfShape", "four", "zeros"), "value",
	    onnx_build_integers("", "0"));
	onnx_build_int(onnx_build_node(model, "Concat", "given, zeros", "all"),
		       "axis", 0);
	onnx_build_node(model, "Reshape", "all, pairs", "table");
	onnx_build_node(model, "Slice", "table, last, end, first, last",
			"back");
	onnx_build_ints(onnx_build_node(model, "Transpose", "back", "turned"),
			"perm", "1 0");
	onnx_build_node(model, "Reshape", "turned, last", "flat");
	onnx_build_int(onnx_build_node(model, "Cast", "flat", "pads"), "to",
		       ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
	onnx_build_node(model, "Pad", "x, pads,", "out");
	ck_assert_msg(!onnx_build_import(model, &graph, &err), "%s", err.text);
	const struct sqz_window *window = &graph.nodes[0].window;
	ck_assert_uint_eq(window->pad_left, 1);
	ck_assert_uint_eq(window->pad_right, 2);
	ck_assert_uint_eq(window->pad_top, 0);
	ck_assert_uint_eq(window->pad_bottom, 3);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(slices)
{
	static const struct {
		const char *start, *end, *step;
		uint32_t features; /* of x (0 x 2 x 3 x 3) after a reshape */
		const char *says;  /* or why it is refused */
	} cases[] = {
		/* The batch alone, from the front and from the back. */
		{ "0", "1", "1", 18, NULL },
		{ "-4", "-3", "1", 18, NULL },
		{ "-9", "-3", "1", 18, NULL },
		{ "-4", "-9", "-1", 18, NULL },
		{ "0", "-9", "-1", 18, NULL },
		/* 2 3 3 and what is left of them is no batch. */
		{ "1", "99", "1", 0, "only a reshape to batch x 18" },
		{ "99", "0", "-1", 0, "only a reshape to batch x 18" },
		{ "1", "1", "1", 0, "leaves no elements" },
		{ "2", "3", "-1", 0, "leaves no elements" },
	};
	Onnx__ModelProto *model = begin("0 2 3 3");
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	list(model, "start", cases[_i].start);
	list(model, "end", cases[_i].end);
	list(model, "axis", "0");
	list(model, "step", cases[_i].step);
	list(model, "rest", "-1");
	onnx_build_node(model, "Slice", "s, start, end, axis, step", "b");
	onnx_build_int(onnx_build_node(model, "Concat", "b, rest", "shape"),
		       "axis", 0);
	onnx_build_node(model, "Reshape", "x, shape", "out");
	int result = onnx_build_import(model, &graph, &err);
	if (cases[_i].says) {
		ck_assert_int_eq(result, -1);
		ck_assert_msg(strstr(err.text, cases[_i].says) != NULL, "%s",
			      err.text);
		return;
	}
	ck_assert_msg(result == 0, "%s", err.text);
	ck_assert_uint_eq(graph.tensors[graph.output].shape.channels,
			  cases[_i].features);
	sqz_graph_free(&graph);
}
END_TEST

START_TEST(cast_bounds)
{
	Onnx__ModelProto *model = onnx_build(13);
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	onnx_build_input(model, "x", "0 3");
	onnx_build_output(model, "out");
	scalar(model, "six", "6");
	onnx_build_initializer(model, onnx_build_floats("zero", "", "0"));
	onnx_build_int(onnx_build_node(model, "Cast", "six", "hi"), "to",
		       ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
	onnx_build_int(onnx_build_node(model, "Cast", "zero", "lo"), "to",
		       ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
	onnx_build_node(model, "Clip", "x, lo, hi", "out");
	ck_assert_msg(!onnx_build_import(model, &graph, &err), "%s", err.text);
	ck_assert_int_eq(graph.nodes[0].op, SQZ_NODE_CLIP);
	ck_assert_float_eq(graph.nodes[0].clip_lo, 0);
	ck_assert_float_eq(graph.nodes[0].clip_hi, 6);
	sqz_graph_free(&graph);
}
END_TEST

/* The node that makes "shape" for x (0 x 2 x 3 x 3), whose shape is s. */
static const struct {
	const char *op, *inputs;
	const char *attribute, *values; /* integers, or NULL */
	const char *says;
} refused[] = {
	{ "Gather", "s, four", NULL, NULL, "index 4 of 4" },
	{ "Gather", "s, low", NULL, NULL, "index -5 of 4" },
	{ "Gather", "s, half", NULL, NULL, "indices 'half' has data type 1" },
	{ "Gather", "x, four", NULL, NULL, "shape 'x' is not a constant" },
	{ "Gather", "s, matrix", NULL, NULL, "indices is not a list" },
	{ "Unsqueeze", "four, zero", NULL, NULL, "only a single dimension" },
	{ "Unsqueeze", "number", NULL, NULL, "axes (input 1) is missing" },
	{ "Unsqueeze", "number, four", NULL, NULL, "axis 4 of constants" },
	{ "Unsqueeze", "s, zero", NULL, NULL, "only a single dimension" },
	{ "Concat", "s, s, s, s, s", NULL, NULL, "only short lists" },
	{ "Concat", "s, number", NULL, NULL, "only short lists" },
	{ "Concat", "s, x", NULL, NULL, "shape 'x' is not a constant" },
	{ "Concat", "x, s", NULL, NULL, "'s' is a constant" },
	{ "Cast", "x", "to", "1", "only constants can be cast" },
	{ "Cast", "half", "to", "7", "a cast from data type 1 to 7" },
	{ "Cast", "s", "to", "1", "has 4 values, at most 1" },
	{ "Transpose", "x", NULL, NULL, "only weights can be transposed" },
	{ "Transpose", "half", NULL, NULL, "only a matrix" },
	{ "Transpose", "s", NULL, NULL, "only a matrix" },
	{ "Transpose", "fours", "perm", "0 1", "only a matrix" },
	{ "Transpose", "fours", "perm", "0 2 1", "perm has 3 values" },
	{ "ConstantOfShape", "number", NULL, NULL, "only integers 0" },
	{ "Reshape", "s, low", NULL, NULL, "4 constants cannot" },
	{ "Reshape", "s, matrix", NULL, NULL, "shape is not a list" },
	{ "Slice", "s, low, four, zero, four", NULL, NULL, "only steps of" },
	{ "Slice", "s, zero, zero", NULL, NULL, "leaves no elements" },
	{ "Slice", "s, zero, four, four", NULL, NULL, "axis 4 of constants" },
	{ "Slice", "s, matrix, four", NULL, NULL, "starts 'matrix' has 2" },
	{ "Slice", "x, zero, four", NULL, NULL, "value 'x' is not a constant" },
	{ "Shape", "number", NULL, NULL, "'number' is a constant" },
	{ "Identity", "s", NULL, NULL, "only a reshape to batch x 18" },
};

START_TEST(bad_constants_are_refused)
{
	Onnx__ModelProto *model = begin("0 2 3 3");
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	list(model, "four", "4");
	list(model, "low", "-5");
	list(model, "zero", "0");
	scalar(model, "number", "18");
	Onnx__TensorProto *matrix = onnx_build_integers("matrix", "0 1");
	matrix->dims = realloc(matrix->dims, 2 * sizeof(*matrix->dims));
	matrix->dims[matrix->n_dims++] = 1;
	onnx_build_initializer(model, matrix);
	onnx_build_initializer(model, onnx_build_floats("half", "", "0.5"));
	onnx_build_initializer(model, onnx_build_floats("fours", "4 4", "1"));
	Onnx__NodeProto *node =
	    onnx_build_node(model, refused[_i].op, refused[_i].inputs, "shape");
	if (refused[_i].attribute && !strcmp(refused[_i].attribute, "perm"))
		onnx_build_ints(node, "perm", refused[_i].values);
	else if (refused[_i].attribute)
		onnx_build_int(node, "to", atoi(refused[_i].values));
	onnx_build_node(model, "Reshape", "x, shape", "out");
	ck_assert_msg(onnx_build_import(model, &graph, &err) == -1,
		      "case %d is accepted: %s", _i, refused[_i].says);
	ck_assert_msg(strstr(err.text, refused[_i].says) != NULL,
		      "'%s' does not say '%s'", err.text, refused[_i].says);
	ck_assert_msg(!strncmp(err.text, "test.onnx: node 'shape'", 23) ||
			  !strncmp(err.text, "test.onnx: node 'out'", 21),
		      "%s", err.text);
	ck_assert_ptr_null(graph.nodes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("onnx_constant");
	TCase *tests = tcase_create("constants");

	tcase_add_loop_test(tests, batch_from_the_shape, 0, 3);
	tcase_add_loop_test(tests, older_ways, 0, 3);
	tcase_add_loop_test(tests, transposed_weights, 0, 2);
	tcase_add_loop_test(tests, pads_in_torchs_order, 0, 2);
	tcase_add_loop_test(tests, slices, 0, 9);
	tcase_add_test(tests, cast_bounds);
	tcase_add_loop_test(tests, bad_constants_are_refused, 0,
			    sizeof(refused) / sizeof(refused[0]));
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
