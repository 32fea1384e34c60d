/*
 * Bad models: each is refused by one line that names the file, where it
 * applies the node, and the reason; nothing is read or allocated beyond what
 * is there (run under AddressSanitizer).
 */
#include "float_engine.h"
#include "host/file.h"
#include "onnx_builder.h"
#include "onnx_import.h"
#include "suite.h"

#include <math.h>
#include <string.h>

#define NODE(model, i)	 ((model)->graph->node[i])
#define WEIGHT(model, i) ((model)->graph->initializer[i])

/* x (1 x 4 x 4) -> conv (2 x 4 x 4) -> relu -> flatten -> gemm (3) -> out;
 * initializers: w, b, gw, gb */
static Onnx__ModelProto *good_model(void)
{
	Onnx__ModelProto *model = onnx_build(13);

	onnx_build_input(model, "x", "0 1 4 4");
	onnx_build_output(model, "out");
	onnx_build_initializer(model,
			       onnx_build_floats("w", "2 1 3 3", "1 2 3"));
	onnx_build_initializer(model, onnx_build_floats("b", "2", "1 2"));
	onnx_build_initializer(model, onnx_build_floats("gw", "3 32", "1 -1"));
	onnx_build_initializer(model, onnx_build_floats("gb", "3", "1 2 3"));
	Onnx__NodeProto *conv = onnx_build_node(model, "Conv", "x, w, b", "c");
	onnx_build_ints(conv, "pads", "1 1 1 1");
	conv->name = strdup("first");
	onnx_build_node(model, "Relu", "c", "r");
	onnx_build_node(model, "Flatten", "r", "f");
	onnx_build_int(onnx_build_node(model, "Gemm", "f, gw, gb", "out"),
		       "transB", 1);
	return model;
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = strdup(with);
}

static void unknown_operator(Onnx__ModelProto *m)
{
	replace(&NODE(m, 1)->op_type, "Sigmoid");
}

static void foreign_domain(Onnx__ModelProto *m)
{
	NODE(m, 1)->domain = strdup("com.example");
}

static void missing_input(Onnx__ModelProto *m)
{
	replace(&NODE(m, 1)->input[0], "nowhere");
}

static void missing_weights(Onnx__ModelProto *m)
{
	replace(&NODE(m, 0)->input[1], "nowhere");
}

static void computed_weights(Onnx__ModelProto *m)
{
	replace(&NODE(m, 3)->input[1], "r");
}

static void nan_weight(Onnx__ModelProto *m)
{
	WEIGHT(m, 0)->float_data[4] = NAN;
}

static void infinite_bias(Onnx__ModelProto *m)
{
	WEIGHT(m, 1)->float_data[1] = -INFINITY;
}

static void overflow_by_alpha(Onnx__ModelProto *m)
{
	WEIGHT(m, 2)->float_data[0] = 1e38f;
	onnx_build_float(NODE(m, 3), "alpha", 1e10f);
}

static void zero_size(Onnx__ModelProto *m)
{
	WEIGHT(m, 0)->dims[1] = 0;
}

static void negative_size(Onnx__ModelProto *m)
{
	WEIGHT(m, 0)->dims[1] = -1;
}

static void absurd_size(Onnx__ModelProto *m)
{
	WEIGHT(m, 0)->dims[0] = 1000000000;
	WEIGHT(m, 0)->dims[1] = 1000000000;
}

static void too_few_values(Onnx__ModelProto *m)
{
	WEIGHT(m, 2)->n_float_data--;
}

static void odd_raw_bytes(Onnx__ModelProto *m)
{
	Onnx__TensorProto *tensor = WEIGHT(m, 1);

	tensor->n_float_data = 0;
	tensor->has_raw_data = 1;
	tensor->raw_data.len = 7;
	tensor->raw_data.data = calloc(1, 7);
}

static void integer_weights(Onnx__ModelProto *m)
{
	WEIGHT(m, 1)->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT32;
}

static void external_data(Onnx__ModelProto *m)
{
	WEIGHT(m, 0)->has_data_location = 1;
	WEIGHT(m, 0)->data_location =
	    ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
}

static void wrong_channels(Onnx__ModelProto *m)
{
	WEIGHT(m, 0)->dims[0] = 1;
	WEIGHT(m, 0)->dims[1] = 2;
}

static void wrong_bias(Onnx__ModelProto *m)
{
	replace(&NODE(m, 0)->input[2], "gb");
}

static void wrong_features(Onnx__ModelProto *m)
{
	WEIGHT(m, 2)->dims[0] = 32;
	WEIGHT(m, 2)->dims[1] = 3;
}

static void wrong_group(Onnx__ModelProto *m)
{
	onnx_build_int(NODE(m, 0), "group", 2);
}

static void huge_group(Onnx__ModelProto *m)
{
	onnx_build_int(NODE(m, 0), "group", INT64_MIN);
}

static void zero_stride(Onnx__ModelProto *m)
{
	onnx_build_ints(NODE(m, 0), "strides", "0 1");
}

static void huge_dilation(Onnx__ModelProto *m)
{
	onnx_build_ints(NODE(m, 0), "dilations", "1e18 1");
}

static void too_large_window(Onnx__ModelProto *m)
{
	onnx_build_ints(NODE(m, 0), "dilations", "1 3");
}

static void huge_padding(Onnx__ModelProto *m)
{
	Onnx__AttributeProto *pads = NODE(m, 0)->attribute[0];

	pads->ints[0] = pads->ints[1] = pads->ints[2] = pads->ints[3] = 60000;
	onnx_build_ints(NODE(m, 0), "strides", "50000 50000");
}

static void three_strides(Onnx__ModelProto *m)
{
	onnx_build_ints(NODE(m, 0), "strides", "1 1 1");
}

static void wrong_kernel_shape(Onnx__ModelProto *m)
{
	onnx_build_ints(NODE(m, 0), "kernel_shape", "3 5");
}

static void unknown_auto_pad(Onnx__ModelProto *m)
{
	onnx_build_string(NODE(m, 0), "auto_pad", "SOMETIMES");
}

static void pads_twice(Onnx__ModelProto *m)
{
	onnx_build_string(NODE(m, 0), "auto_pad", "VALID");
}

static void unknown_attribute(Onnx__ModelProto *m)
{
	onnx_build_int(NODE(m, 1), "slope", 1);
}

static void attribute_of_other_type(Onnx__ModelProto *m)
{
	onnx_build_float(NODE(m, 0), "group", 1);
}

static void cycle(Onnx__ModelProto *m)
{
	replace(&NODE(m, 1)->input[0], "f");
}

static void defined_twice(Onnx__ModelProto *m)
{
	replace(&NODE(m, 1)->output[0], "c");
}

static void two_inputs(Onnx__ModelProto *m)
{
	onnx_build_input(m, "second", "0 1 4 4");
}

static void no_input(Onnx__ModelProto *m)
{
	onnx_build_initializer(m, onnx_build_floats("x", "1 1 4 4", "1"));
}

static void two_outputs(Onnx__ModelProto *m)
{
	onnx_build_output(m, "f");
}

static void output_unknown(Onnx__ModelProto *m)
{
	replace(&m->graph->output[0]->name, "nowhere");
}

static void output_constant(Onnx__ModelProto *m)
{
	replace(&m->graph->output[0]->name, "w");
}

static Onnx__TensorShapeProto *input_shape(Onnx__ModelProto *m)
{
	return m->graph->input[0]->type->tensor_type->shape;
}

static void huge_image(Onnx__ModelProto *m)
{
	input_shape(m)->dim[2]->dim_value = 1000000000;
}

static void large_image(Onnx__ModelProto *m)
{
	input_shape(m)->dim[2]->dim_value = 60000;
	input_shape(m)->dim[3]->dim_value = 60000;
}

static void symbolic_height(Onnx__ModelProto *m)
{
	input_shape(m)->dim[2]->value_case =
	    ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE__NOT_SET;
}

static void integer_image(Onnx__ModelProto *m)
{
	m->graph->input[0]->type->tensor_type->elem_type =
	    ONNX__TENSOR_PROTO__DATA_TYPE__UINT8;
}

static void new_opset(Onnx__ModelProto *m)
{
	m->opset_import[0]->version = 99;
}

static void unequal_sum(Onnx__ModelProto *m)
{
	replace(&NODE(m, 1)->op_type, "Add");
	NODE(m, 1)->input =
	    realloc(NODE(m, 1)->input, 2 * sizeof(*NODE(m, 1)->input));
	NODE(m, 1)->input[NODE(m, 1)->n_input++] = strdup("x");
}

static void empty_pool_window(Onnx__ModelProto *m)
{
	replace(&NODE(m, 1)->op_type, "MaxPool");
	onnx_build_ints(NODE(m, 1), "kernel_shape", "2 2");
	onnx_build_ints(NODE(m, 1), "pads", "2 2 0 0");
}

static void bottomless_concat(Onnx__ModelProto *m)
{
	/* Twelve inputs of 2 x 4 x 4 doubled by each of 30 nodes. */
	char in[16] = "r";
	char out[16];

	for (int i = 0; i < 30; i++) {
		char inputs[40];

		snprintf(out, sizeof(out), "cat%d", i);
		snprintf(inputs, sizeof(inputs), "%s, %s", in, in);
		onnx_build_int(onnx_build_node(m, "Concat", inputs, out),
			       "axis", 1);
		memcpy(in, out, sizeof(in));
	}
}

static const struct {
	void (*damage)(Onnx__ModelProto *model);
	const char *says;
} cases[] = {
	{ unknown_operator, "test.onnx: node 'r' (Sigmoid): the operator is "
			    "not supported" },
	{ foreign_domain, "not supported" },
	{ missing_input, "node 'r' (Relu): input 'nowhere' does not exist" },
	{ missing_weights, "node 'first' (Conv): weights 'nowhere' does not "
			   "exist" },
	{ computed_weights, "weights 'r' is not a constant" },
	{ nan_weight, "weights 'w' contains NaN at element 4" },
	{ infinite_bias, "bias 'b' contains infinity at element 1" },
	{ overflow_by_alpha, "node 'out': weights are not finite" },
	{ zero_size, "weights 'w' has no elements" },
	{ negative_size, "weights 'w' is too large (dimension 1 is -1)" },
	{ absurd_size, "weights 'w' is too large" },
	{ too_few_values, "weights 'gw' holds 95 values, its dimensions ask "
			  "for 96" },
	{ odd_raw_bytes, "bias 'b' has 7 raw bytes" },
	{ integer_weights, "bias 'b' has data type 6" },
	{ external_data, "weights 'w' is external data" },
	{ wrong_channels, "weights are for 2 x 1 input channels, the input "
			  "has 1" },
	{ wrong_bias, "bias has 3 values" },
	{ wrong_features, "weights are for 3 inputs, the input has 32" },
	{ wrong_group, "group = 2 does not divide" },
	{ huge_group, "group = -9223372036854775808 does not divide" },
	{ zero_stride, "attribute strides contains 0" },
	{ huge_dilation, "attribute dilations contains 1000000000000000000" },
	{ too_large_window, "a window of 7 does not fit into 6 pixels" },
	{ huge_padding, "dimension 120004 is out of range" },
	{ three_strides, "attribute strides has 3 values, 2 are needed" },
	{ wrong_kernel_shape, "kernel_shape is 3 x 5, the weights are 3 x 3" },
	{ unknown_auto_pad, "attribute auto_pad = 'SOMETIMES' is not "
			    "supported" },
	{ pads_twice, "has both auto_pad and pads" },
	{ unknown_attribute, "node 'r' (Relu): attribute 'slope' is not "
			     "supported" },
	{ attribute_of_other_type, "attribute group is not an integer" },
	{ cycle, "the graph is cyclic" },
	{ defined_twice, "tensor 'c' is defined twice" },
	{ two_inputs, "has 2 inputs" },
	{ no_input, "has 0 inputs" },
	{ two_outputs, "has 2 outputs" },
	{ output_unknown, "output 'nowhere' is not computed" },
	{ output_constant, "output 'w' is a constant" },
	{ huge_image, "dimension 2 of input 'x' is not a number in 1..65536" },
	{ large_image, "too large" },
	{ symbolic_height, "dimension 2 of input 'x' is not a number" },
	{ integer_image, "input 'x' is not float" },
	{ new_opset, "opset 99 is not supported" },
	{ unequal_sum, "inputs are 2 x 4 x 4 and 1 x 4 x 4" },
	{ empty_pool_window, "window 0 covers only padding" },
	{ bottomless_concat, "out of range" },
};

START_TEST(bad_model_is_refused)
{
	Onnx__ModelProto *model = good_model();
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	cases[_i].damage(model);
	ck_assert_msg(onnx_build_import(model, &graph, &err) == -1,
		      "case %d is accepted: %s", _i, cases[_i].says);
	ck_assert_msg(strstr(err.text, cases[_i].says) != NULL,
		      "'%s' does not say '%s'", err.text, cases[_i].says);
	ck_assert_msg(!strncmp(err.text, "test.onnx: ", 11), "%s", err.text);
	ck_assert_ptr_null(strchr(err.text, '\n'));
	ck_assert_ptr_null(graph.nodes);
}
END_TEST

START_TEST(good_model_is_accepted)
{
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	ck_assert_msg(!onnx_build_import(good_model(), &graph, &err), "%s",
		      err.text);
	sqz_graph_free(&graph);
}
END_TEST

static void check_bytes(const void *data, size_t size, const char *says)
{
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	ck_assert_int_eq(
	    sqz_onnx_import_bytes(data, size, "test.onnx", &graph, &err), -1);
	ck_assert_msg(strstr(err.text, says) != NULL, "'%s' does not say '%s'",
		      err.text, says);
}

START_TEST(other_files_are_refused)
{
	check_bytes("", 0, "the file is empty");
	check_bytes("GIF89a...", 9, "test.onnx: ");
	check_bytes("\x7f"
		    "ELF\2\1\1\0\0\0",
		    10, "test.onnx: ");
	/* A model with an IR version only. */
	check_bytes("\x08\x08", 2, "holds no graph");
}
END_TEST

/* Puts tag and length in front of what stands from `at` on; the new start. */
static size_t wrap(uint8_t *data, size_t room, size_t at, uint8_t tag)
{
	uint8_t varint[10];
	size_t bytes = 0;
	size_t length = room - at;

	do {
		varint[bytes] = length & 0x7f;
		length >>= 7;
		varint[bytes++] |= length ? 0x80 : 0;
	} while (length);
	at -= bytes;
	memcpy(data + at, varint, bytes);
	data[--at] = tag;
	return at;
}

/* A graph in an attribute of a node in a graph ..., 100,000 levels: without a
 * limit the unpacker's recursion would exhaust the stack. */
START_TEST(deep_nesting_is_refused)
{
	/* attribute.g, node.attribute, graph.node */
	static const uint8_t tags[3] = { 0x0a, 0x2a, 0x32 };
	enum { LEVELS = 99999, ROOM = LEVELS * 5 };
	uint8_t *data = malloc(ROOM);
	size_t at = ROOM;

	for (int i = 0; i < LEVELS; i++)
		at = wrap(data, ROOM, at, tags[2 - i % 3]);
	at = wrap(data, ROOM, at, 0x3a); /* model.graph */
	check_bytes(data + at, ROOM - at, "nested deeper than");
	free(data);
}
END_TEST

/* Computes one image if that is quick: an accepted graph keeps its promises. */
static void run_small(const struct sqz_graph *graph)
{
	size_t in = sqz_shape_elements(&graph->tensors[graph->input].shape);
	size_t out = sqz_shape_elements(&graph->tensors[graph->output].shape);
	struct sqz_error err = { "" };
	size_t work = 0;

	for (uint32_t i = 0; i < graph->tensor_count; i++)
		work += sqz_shape_elements(&graph->tensors[i].shape);
	for (uint32_t i = 0; i < graph->node_count; i++)
		work += sqz_node_macs(graph, &graph->nodes[i]);
	if (work > 200000)
		return;
	float *image = calloc(in, sizeof(*image));
	float *logits = calloc(out, sizeof(*logits));

	ck_assert_msg(!sqz_float_run(graph, image, 1, logits, NULL, &err), "%s",
		      err.text);
	free(image);
	free(logits);
}

/* Every result is either a graph or one line. */
static void try_bytes(const uint8_t *data, size_t size, unsigned *refused)
{
	struct sqz_graph graph;
	struct sqz_error err = { "" };

	if (!sqz_onnx_import_bytes(data, size, "test.onnx", &graph, &err)) {
		run_small(&graph);
		sqz_graph_free(&graph);
		return;
	}
	(*refused)++;
	ck_assert_msg(!strncmp(err.text, "test.onnx: ", 11), "'%s'", err.text);
	ck_assert_ptr_null(strchr(err.text, '\n'));
}

static void read_network(const char *path, struct sqz_bytes *bytes)
{
	struct sqz_error err = { "" };

	ck_assert_msg(!sqz_read_file(path, 1u << 24, bytes, &err), "%s",
		      err.text);
}

START_TEST(truncated_files_are_refused)
{
	struct sqz_bytes bytes;
	unsigned tried = 0;
	unsigned refused = 0;

	read_network("configs/networks/lenet5.onnx", &bytes);
	for (size_t cut = 0; cut < bytes.size;
	     cut += cut < 1500 || bytes.size - cut < 1500 ? 1 : 997) {
		/* A copy of its own, so that a read behind it is seen. */
		uint8_t *copy = malloc(cut + 1);

		memcpy(copy, bytes.data, cut);
		copy = realloc(copy, cut ? cut : 1);
		try_bytes(copy, cut, &refused);
		tried++;
		free(copy);
	}
	ck_assert_uint_eq(refused, tried);
	sqz_bytes_free(&bytes);
}
END_TEST

/* xorshift64: the same flips on every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Most of the file is weights, so half of the flips go where the structure
 * is: its ends. */
START_TEST(flipped_bits_do_no_harm)
{
	struct sqz_bytes bytes;
	uint64_t state = 88172645463325252u;
	unsigned refused = 0;

	read_network("configs/networks/resnet8.onnx", &bytes);
	for (int i = 0; i < 1500; i++) {
		uint64_t place = next_random(&state) % bytes.size;
		uint8_t bit = (uint8_t)(1u << next_random(&state) % 8);

		if (i % 2)
			place = i % 4 == 1 ? place % 3500
					   : bytes.size - 1 - place % 400;
		bytes.data[place] ^= bit;
		try_bytes(bytes.data, bytes.size, &refused);
		bytes.data[place] ^= bit;
	}
	ck_assert_uint_gt(refused, 100);
	sqz_bytes_free(&bytes);
}
END_TEST

/* A small model is nearly all structure: several flips at once. */
START_TEST(flipped_bits_in_a_small_model)
{
	Onnx__ModelProto *model = good_model();
	size_t size = onnx__model_proto__get_packed_size(model);
	uint8_t *good = malloc(size);
	uint8_t *bad = malloc(size);
	uint64_t state = 1;
	unsigned refused = 0;

	onnx__model_proto__pack(model, good);
	onnx__model_proto__free_unpacked(model, NULL);
	for (int i = 0; i < 20000; i++) {
		memcpy(bad, good, size);
		for (int flips = 0; flips <= i % 4; flips++)
			bad[next_random(&state) % size] ^=
			    (uint8_t)(1u << next_random(&state) % 8);
		try_bytes(bad, size, &refused);
	}
	ck_assert_uint_gt(refused, 1000);
	free(good);
	free(bad);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("onnx errors");
	TCase *tcase = tcase_create("bad models");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, good_model_is_accepted);
	tcase_add_loop_test(tcase, bad_model_is_refused, 0,
			    (int)(sizeof(cases) / sizeof(*cases)));
	tcase_add_test(tcase, other_files_are_refused);
	tcase_add_test(tcase, deep_nesting_is_refused);
	tcase_add_test(tcase, truncated_files_are_refused);
	tcase_add_test(tcase, flipped_bits_do_no_harm);
	tcase_add_test(tcase, flipped_bits_in_a_small_model);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
