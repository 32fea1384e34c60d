/* Operators become layers: what is fused, what is not, what is refused. */
#include "graph_builder.h"
#include "lower.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static struct sqz_error err;
static struct graph_builder b;
static struct sqz_qnet net;

static void lower(void)
{
	int result = sqz_lower(&b.graph, &net, &err);

	ck_assert_msg(result == 0, "%s", err.text);
}

static void done(void)
{
	sqz_qnet_free(&net);
	sqz_graph_free(&b.graph);
}

static void check_kinds(const enum sqz_step_kind *kinds, uint32_t count)
{
	ck_assert_uint_eq(net.layer_count, count);
	uint32_t tensors = 1;
	for (uint32_t i = 0; i < count; i++)
		tensors += net.layers[i].first_channel == 0;
	ck_assert_uint_eq(net.tensor_count, tensors);
	for (uint32_t i = 0; i < count; i++)
		ck_assert_msg(net.layers[i].kind == kinds[i],
			      "layer %u is %s, not %s", i,
			      sqz_step_kind_name(net.layers[i].kind),
			      sqz_step_kind_name(kinds[i]));
	ck_assert_uint_eq(net.output, net.layers[count - 1].output);
}

#define CHECK_KINDS(...)                                                       \
	check_kinds((const enum sqz_step_kind[]){ __VA_ARGS__ },               \
		    sizeof((const enum sqz_step_kind[]){ __VA_ARGS__ }) /      \
			sizeof(enum sqz_step_kind))

START_TEST(activations_become_bounds)
{
	uint32_t x = build_input(&b, 3, 8, 8);

	x = build_relu(&b, build_conv(&b, x, 4, 3, 1, 1, 1));
	x = build_clip(&b, build_conv(&b, x, 4, 3, 1, 1, 1), 0, 6);
	x = build_clip(&b, build_relu(&b, build_conv(&b, x, 4, 3, 1, 1, 1)), -1,
		       INFINITY);
	build_conv(&b, x, 4, 3, 1, 1, 1);
	lower();
	CHECK_KINDS(SQZ_STEP_MVM, SQZ_STEP_MVM, SQZ_STEP_MVM, SQZ_STEP_MVM);
	ck_assert_double_eq(net.layers[0].clip_low, 0);
	ck_assert(isinf(net.layers[0].clip_high));
	ck_assert_double_eq(net.layers[1].clip_high, 6);
	ck_assert_double_eq(net.layers[2].clip_low, 0);
	ck_assert(isinf(net.layers[3].clip_low));
	/* Only the last one returns int32. */
	ck_assert_uint_eq(net.layers[2].out_bytes, 1);
	ck_assert_uint_eq(net.layers[3].out_bytes, 4);
	ck_assert_uint_eq(net.tensors[net.output].element_bytes, 4);
	/* A tensor stands for the value behind the activation. */
	ck_assert_int_eq(b.graph.nodes[1].op, SQZ_NODE_RELU);
	ck_assert_uint_eq(net.tensors[1].graph_tensor, b.graph.nodes[1].output);
	ck_assert_uint_eq(net.layers[0].macs, 64u * 4 * 27);
	done();
}
END_TEST

/* A ResNet block: the shortcut's convolution is later and takes the sum. */
START_TEST(the_later_convolution_takes_the_residual)
{
	uint32_t x = build_input(&b, 4, 8, 8);
	uint32_t stem = build_relu(&b, build_conv(&b, x, 4, 3, 1, 1, 1));
	uint32_t main = build_relu(&b, build_conv(&b, stem, 8, 3, 2, 1, 1));

	main = build_conv(&b, main, 8, 3, 1, 1, 1);
	uint32_t shortcut = build_conv(&b, stem, 8, 1, 2, 0, 1);
	build_relu(&b, build_add(&b, main, shortcut));
	lower();
	CHECK_KINDS(SQZ_STEP_MVM, SQZ_STEP_MVM, SQZ_STEP_MVM, SQZ_STEP_MVM);
	const struct sqz_qlayer *last = &net.layers[3];
	ck_assert_uint_eq(last->kernel_h, 1);
	ck_assert_uint_eq(last->input, net.layers[0].output);
	ck_assert_uint_eq(last->residual, net.layers[2].output);
	ck_assert_double_eq(last->clip_low, 0);
	done();
}
END_TEST

/* The other operand comes after the convolution: the layer waits for it. */
START_TEST(a_layer_waits_for_its_residual)
{
	uint32_t x = build_input(&b, 4, 8, 8);
	uint32_t trunk = build_conv(&b, x, 4, 3, 1, 1, 1);
	uint32_t other = build_pool(&b, SQZ_NODE_MAX_POOL, x, 3, 1, 1, false);

	build_add(&b, trunk, other);
	lower();
	CHECK_KINDS(SQZ_STEP_MAXPOOL, SQZ_STEP_MVM);
	ck_assert_uint_eq(net.layers[1].residual, net.layers[0].output);
	done();
}
END_TEST

START_TEST(additions_that_nobody_takes_are_layers)
{
	uint32_t x = build_input(&b, 4, 8, 8);
	uint32_t c = build_conv(&b, x, 4, 3, 1, 1, 1);
	/* c is read twice, relu(c) was clipped, x is the input. */
	uint32_t sum = build_add(&b, c, build_relu(&b, c));

	sum = build_add(&b, sum, sum);
	build_add(&b, sum, x);
	lower();
	CHECK_KINDS(SQZ_STEP_MVM, SQZ_STEP_MAXPOOL, SQZ_STEP_ADD, SQZ_STEP_ADD,
		    SQZ_STEP_ADD);
	ck_assert_uint_eq(net.layers[2].input, net.layers[0].output);
	ck_assert_uint_eq(net.layers[2].residual, net.layers[1].output);
	ck_assert_uint_eq(net.layers[3].input, net.layers[3].residual);
	ck_assert_uint_eq(net.layers[4].residual, net.input);
	/* The activation alone is a pooling of one pixel. */
	ck_assert_uint_eq(net.layers[1].kernel_h, 1);
	ck_assert_double_eq(net.layers[1].clip_low, 0);
	ck_assert_uint_eq(net.tensors[net.output].element_bytes, 1);
	done();
}
END_TEST

START_TEST(flatten_and_gemm_are_a_convolution)
{
	uint32_t x = build_input(&b, 1, 8, 6);

	x = build_conv(&b, x, 5, 3, 1, 1, 1);
	x = build_relu(&b, build_flatten(&b, x));
	x = build_relu(&b, build_gemm(&b, x, 20));
	build_gemm(&b, x, 10);
	lower();
	CHECK_KINDS(SQZ_STEP_MVM, SQZ_STEP_MVM, SQZ_STEP_MVM);
	ck_assert_uint_eq(net.tensors[1].height, 8);
	ck_assert_uint_eq(net.tensors[1].channels, 5);
	ck_assert_double_eq(net.layers[0].clip_low, 0);
	ck_assert_uint_eq(net.layers[1].kernel_h, 8);
	ck_assert_uint_eq(net.layers[1].kernel_w, 6);
	ck_assert_uint_eq(sqz_qlayer_group_rows(&net, &net.layers[1]), 240);
	ck_assert_uint_eq(net.layers[2].kernel_h, 1);
	ck_assert_uint_eq(sqz_qlayer_group_rows(&net, &net.layers[2]), 20);
	done();
}
END_TEST

START_TEST(poolings_keep_their_geometry)
{
	uint32_t x = build_input(&b, 2, 9, 9);

	x = build_pool(&b, SQZ_NODE_MAX_POOL, x, 3, 2, 1, false);
	x = build_pool(&b, SQZ_NODE_AVERAGE_POOL, x, 3, 1, 1, false);
	x = build_pool(&b, SQZ_NODE_AVERAGE_POOL, x, 3, 1, 1, true);
	x = build_pool(&b, SQZ_NODE_AVERAGE_POOL, x, 2, 1, 0, false);
	build_global_average(&b, x);
	lower();
	CHECK_KINDS(SQZ_STEP_MAXPOOL, SQZ_STEP_AVGPOOL, SQZ_STEP_AVGPOOL,
		    SQZ_STEP_AVGPOOL, SQZ_STEP_AVGPOOL);
	ck_assert_uint_eq(net.layers[0].stride_y, 2);
	ck_assert_uint_eq(net.layers[0].pad_left, 1);
	ck_assert_uint_eq(net.layers[1].average_count, 9);
	ck_assert_uint_eq(net.layers[2].average_count, 1);
	ck_assert_uint_eq(net.layers[3].average_count, 1);
	ck_assert_uint_eq(net.layers[4].kernel_h, 4);
	ck_assert_uint_eq(net.layers[4].average_count, 1);
	done();
}
END_TEST

START_TEST(pads_go_into_convolutions)
{
	uint32_t x = build_pad(&b, build_input(&b, 2, 8, 8), 2);

	build_conv(&b, x, 3, 3, 1, 1, 1);
	lower();
	CHECK_KINDS(SQZ_STEP_MVM);
	ck_assert_uint_eq(net.layers[0].pad_top, 3);
	ck_assert_uint_eq(net.layers[0].pad_left, 3);
	ck_assert_uint_eq(net.layers[0].input, net.input);
	ck_assert_uint_eq(net.tensors[1].height, 12);
	done();
}
END_TEST

/* One copy for each input, in order; what comes behind reads the whole. */
START_TEST(concat_is_a_copy_for_each_input)
{
	uint32_t x = build_input(&b, 2, 8, 8);
	uint32_t one = build_relu(&b, build_conv(&b, x, 5, 3, 1, 1, 1));
	uint32_t two = build_conv(&b, x, 3, 1, 1, 0, 1);

	x = build_relu(&b, build_concat(&b, build_concat(&b, one, two), x));
	build_conv(&b, x, 4, 1, 1, 0, 1);
	lower();
	CHECK_KINDS(SQZ_STEP_MVM, SQZ_STEP_MVM, SQZ_STEP_COPY, SQZ_STEP_COPY,
		    SQZ_STEP_COPY, SQZ_STEP_COPY, SQZ_STEP_MAXPOOL,
		    SQZ_STEP_MVM);
	static const uint32_t first[] = { 0, 5, 0, 8 };
	static const uint32_t channels[] = { 8, 8, 10, 10 };
	for (int i = 0; i < 4; i++) {
		const struct sqz_qlayer *layer = &net.layers[2 + i];

		ck_assert_uint_eq(layer->first_channel, first[i]);
		ck_assert_uint_eq(net.tensors[layer->output].channels,
				  channels[i]);
		ck_assert_uint_eq(layer->output,
				  net.layers[2 + i / 2 * 2].output);
	}
	ck_assert_uint_eq(net.layers[3].input, net.layers[1].output);
	ck_assert_uint_eq(net.layers[4].input, net.layers[3].output);
	ck_assert_uint_eq(net.layers[5].input, net.input);
	ck_assert_uint_eq(net.layers[6].input, net.layers[5].output);
	ck_assert_uint_eq(net.tensor_count, 7);
	done();
}
END_TEST

START_TEST(pads_before_other_layers_are_copies)
{
	uint32_t x = build_pad(&b, build_input(&b, 2, 8, 8), 1);

	/* One reader is a convolution: it reads the copy, too. */
	build_conv(&b, x, 2, 3, 1, 1, 1);
	x = build_pool(&b, SQZ_NODE_MAX_POOL, x, 2, 2, 0, false);
	build_pad(&b, x, 3);
	lower();
	CHECK_KINDS(SQZ_STEP_COPY, SQZ_STEP_MVM, SQZ_STEP_MAXPOOL,
		    SQZ_STEP_COPY);
	ck_assert_uint_eq(net.layers[0].pad_top, 1);
	ck_assert_uint_eq(net.tensors[net.layers[0].output].height, 10);
	ck_assert_uint_eq(net.layers[1].pad_top, 1);
	ck_assert_uint_eq(net.layers[3].pad_left, 3);
	ck_assert_uint_eq(net.tensors[net.output].width, 11);
	done();
}
END_TEST

START_TEST(depthwise_keeps_its_groups)
{
	build_conv(&b, build_input(&b, 6, 8, 8), 12, 3, 1, 1, 6);
	lower();
	ck_assert_uint_eq(net.layers[0].groups, 6);
	ck_assert_uint_eq(sqz_qlayer_group_rows(&net, &net.layers[0]), 9);
	done();
}
END_TEST

static void refused(const char *word)
{
	ck_assert_int_eq(sqz_lower(&b.graph, &net, &err), -1);
	ck_assert_msg(strstr(err.text, word) != NULL, "%s", err.text);
	ck_assert_ptr_null(net.layers);
	sqz_graph_free(&b.graph);
}

START_TEST(what_cannot_be_mapped_is_named)
{
	uint32_t x = build_conv(&b, build_input(&b, 2, 4, 4), 2, 1, 1, 0, 1);
	build_flatten(&b, x);
	refused("flattened map");

	build_flatten(&b, build_input(&b, 2, 4, 4));
	refused("no layer");

	/* A flattened map lies in memory otherwise than features do. */
	x = build_input(&b, 2, 4, 4);
	uint32_t flat = build_flatten(&b, x);
	uint32_t made = build_gemm(&b, flat, 32);
	build_add(&b, build_relu(&b, made), flat);
	refused("add_3");

	x = build_input(&b, 2, 4, 4);
	flat = build_flatten(&b, x);
	build_concat(&b, build_gemm(&b, flat, 5), flat);
	refused("concat_2");
}
END_TEST

START_TEST(copies_are_deep)
{
	struct sqz_qnet copy;

	build_conv(&b, build_input(&b, 6, 8, 8), 12, 3, 1, 1, 6);
	lower();
	ck_assert_int_eq(sqz_qnet_copy(&net, &copy, &err), 0);
	ck_assert_ptr_ne(copy.layers, net.layers);
	ck_assert_ptr_ne(copy.layers[0].name, net.layers[0].name);
	ck_assert_str_eq(copy.layers[0].name, net.layers[0].name);
	sqz_qnet_free(&copy);
	done();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lower");
	TCase *tcase = tcase_create("lower");

	tcase_add_test(tcase, activations_become_bounds);
	tcase_add_test(tcase, the_later_convolution_takes_the_residual);
	tcase_add_test(tcase, a_layer_waits_for_its_residual);
	tcase_add_test(tcase, additions_that_nobody_takes_are_layers);
	tcase_add_test(tcase, flatten_and_gemm_are_a_convolution);
	tcase_add_test(tcase, poolings_keep_their_geometry);
	tcase_add_test(tcase, pads_go_into_convolutions);
	tcase_add_test(tcase, concat_is_a_copy_for_each_input);
	tcase_add_test(tcase, pads_before_other_layers_are_copies);
	tcase_add_test(tcase, depthwise_keeps_its_groups);
	tcase_add_test(tcase, what_cannot_be_mapped_is_named);
	tcase_add_test(tcase, copies_are_deep);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
