/* The reference engine against a slow second implementation. */
#include "../fast_assert.h"
#include "../random.h"
#include "random_net.h"
#include "reference/reference.h"
#include "reference_write.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static struct sqz_error err;

/* Values of SQZ_CPU, one a level. Every test runs in a process of its own. */
static const char *const levels[] = { "baseline", "avx2", "best" };
#define LEVELS 3
#define SEEDS  4

static struct sqz_reference *read_net(const struct sqz_qnet *net)
{
	struct sqz_bytes section;

	ck_assert_int_eq(sqz_reference_write(net, &section, &err), 0);
	struct sqz_reference *reference =
	    sqz_reference_read(section.data, section.size, &err);
	ck_assert_msg(reference != NULL, "%s", err.text);
	sqz_bytes_free(&section);
	return reference;
}

static uint8_t *random_input(size_t bytes, uint64_t *state)
{
	uint8_t *input = malloc(bytes);

	for (size_t i = 0; i < bytes; i++)
		input[i] = (uint8_t)random_between(state, 0, 255);
	return input;
}

struct expected {
	const struct sqz_qnet *net;
	int32_t *values[32];
	uint32_t layers;
};

static void compare_layer(void *context, const struct sqz_reference_view *view)
{
	struct expected *expected = context;
	const struct sqz_qlayer *layer = &expected->net->layers[view->layer];
	const struct sqz_qtensor *out = &expected->net->tensors[layer->output];
	const int32_t *wanted = expected->values[layer->output];
	size_t count = (size_t)out->height * out->width * out->channels;

	ck_assert_uint_eq(view->layer, expected->layers++);
	ck_assert_uint_eq(view->height, out->height);
	ck_assert_uint_eq(view->width, out->width);
	ck_assert_uint_eq(view->channels, out->channels);
	ck_assert_uint_eq(view->element_bytes, out->element_bytes);
	ck_assert_str_eq(view->name, layer->name);
	for (size_t i = 0; i < count; i++) {
		int32_t value = view->element_bytes == 4
				    ? ((const int32_t *)view->values)[i]
				    : ((const uint8_t *)view->values)[i];

		FAST_ASSERT(value, ==, wanted[i]);
	}
}

static void check_net(const struct sqz_qnet *net, uint64_t *state)
{
	struct sqz_reference *reference = read_net(net);
	struct expected expected = { .net = net };
	uint8_t *input =
	    random_input(sqz_reference_input_bytes(reference), state);

	naive_run(net, input, expected.values);
	ck_assert_int_eq(sqz_reference_trace(reference, input, compare_layer,
					     &expected, &err),
			 0);
	ck_assert_uint_eq(expected.layers, net->layer_count);
	for (uint32_t i = 0; i < net->tensor_count; i++)
		free(expected.values[i]);
	free(input);
	sqz_reference_free(reference);
}

START_TEST(every_layer_agrees_with_the_naive_one)
{
	struct sqz_qnet net;
	uint64_t state = 77;

	setenv("SQZ_CPU", levels[_i / SEEDS], 1);
	random_net_all_kinds(&net, (uint64_t)(_i % SEEDS) + 1);
	check_net(&net, &state);
	sqz_qnet_free(&net);
	random_net_copies(&net, (uint64_t)(_i % SEEDS) + 1);
	check_net(&net, &state);
	sqz_qnet_free(&net);
}
END_TEST

/* Odd sizes around the kernels' 16 lanes and 8 positions. */
START_TEST(convolutions_of_many_sizes_agree)
{
	uint64_t state = 1234;

	setenv("SQZ_CPU", levels[_i], 1);
	for (int i = 0; i < 60; i++) {
		struct sqz_qnet net;
		struct layer_spec spec = {
			.kind = SQZ_STEP_MVM,
			.residual = SQZ_NO_TENSOR,
			.kernel_h = (uint32_t)random_between(&state, 1, 4),
			.kernel_w = (uint32_t)random_between(&state, 1, 4),
			.stride = (uint32_t)random_between(&state, 1, 3),
			.dilation = (uint32_t)random_between(&state, 1, 2),
			.pad = (uint32_t)random_between(&state, 0, 3),
			.groups = (uint32_t)random_between(&state, 1, 3),
			.logits = i % 2,
		};
		uint32_t per_group = (uint32_t)random_between(&state, 1, 19);

		spec.out_channels =
		    spec.groups * (uint32_t)random_between(&state, 1, 20);
		random_net_begin(&net, (uint32_t)random_between(&state, 8, 12),
				 (uint32_t)random_between(&state, 8, 12),
				 spec.groups * per_group, &state);
		random_net_add(&net, &spec, &state);
		check_net(&net, &state);
		sqz_qnet_free(&net);
	}
}
END_TEST

/* 8 inputs of 1 and the like, worked out on paper. */
START_TEST(rounding_by_hand)
{
	/* acc = x - 4 -> times 1/2, halves away from zero, z_out 10 */
	static const uint8_t inputs[] = { 0, 1, 2, 3, 4, 5, 6, 7, 200, 255 };
	static const int32_t wanted[] = {
		8, 8, 9, 9, 10, 11, 11, 12, 108, 120
	};
	struct sqz_qnet net;
	uint64_t state = 1;
	struct layer_spec spec = { .kind = SQZ_STEP_MVM,
				   .residual = SQZ_NO_TENSOR,
				   .out_channels = 1 };

	random_net_begin(&net, 1, 1, 1, &state);
	random_net_add(&net, &spec, &state);
	struct sqz_qlayer *layer = &net.layers[0];
	layer->weights[0] = 1;
	layer->bias[0] = -4;
	layer->scale[0] = (struct sqz_scale){ 1u << 30, 31 };
	layer->z_out = 10;
	layer->low = 0;
	layer->high = 120;
	struct sqz_reference *reference = read_net(&net);
	int32_t logits[10];
	ck_assert_int_eq(
	    sqz_reference_run(reference, inputs, 10, 1, logits, &err), 0);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(logits[i], wanted[i]);
	sqz_reference_free(reference);
	sqz_qnet_free(&net);
}
END_TEST

START_TEST(extreme_accumulators_agree)
{
	struct sqz_qnet net;
	uint64_t state = 5;
	struct layer_spec spec = { .kind = SQZ_STEP_MVM,
				   .residual = SQZ_NO_TENSOR,
				   .out_channels = 4,
				   .logits = true };

	random_net_begin(&net, 2, 2, 256, &state);
	random_net_add(&net, &spec, &state);
	struct sqz_qlayer *layer = &net.layers[0];
	/* 256 * 255 * 32767 = 2139029760, just below 2^31 */
	for (int i = 0; i < 512; i++)
		layer->weights[i] = i < 256 ? 32767 : -32767;
	layer->bias[0] = 8000000;
	layer->bias[1] = -8000000;
	for (int i = 0; i < 4; i++)
		layer->scale[i] = (struct sqz_scale){ INT32_MAX, 0 };
	layer->scale[2] = (struct sqz_scale){ INT32_MAX, 62 };
	layer->scale[3] = (struct sqz_scale){ 1u << 30, 30 };
	struct sqz_reference *reference = read_net(&net);
	uint8_t input[1024];
	int32_t logits[16];
	memset(input, 255, sizeof(input));
	ck_assert_int_eq(
	    sqz_reference_run(reference, input, 1, 1, logits, &err), 0);
	ck_assert_int_eq(logits[0], INT32_MAX);
	ck_assert_int_eq(logits[1], INT32_MIN);
	sqz_reference_free(reference);
	check_net(&net, &state);
	sqz_qnet_free(&net);
}
END_TEST

START_TEST(threads_change_nothing)
{
	struct sqz_qnet net;
	uint64_t state = 99;
	enum { COUNT = 37 };

	random_net_all_kinds(&net, 42);
	struct sqz_reference *reference = read_net(&net);
	size_t bytes = sqz_reference_input_bytes(reference);
	size_t classes = sqz_reference_logits(reference);
	uint8_t *inputs = random_input(bytes * COUNT, &state);
	int32_t *one = calloc(COUNT * classes, sizeof(*one));
	int32_t *many = calloc(COUNT * classes, sizeof(*many));
	ck_assert_int_eq(
	    sqz_reference_run(reference, inputs, COUNT, 1, one, &err), 0);
	ck_assert_int_eq(
	    sqz_reference_run(reference, inputs, COUNT, 4, many, &err), 0);
	ck_assert_mem_eq(one, many, COUNT * classes * sizeof(*one));
	ck_assert_int_eq(sqz_reference_run(reference, inputs, 0, 3, many, &err),
			 0);
	free(inputs);
	free(one);
	free(many);
	sqz_reference_free(reference);
	sqz_qnet_free(&net);
}
END_TEST

START_TEST(first_of_equals_is_top1)
{
	const int32_t logits[] = { -5, 7, 7, INT32_MIN };

	ck_assert_uint_eq(sqz_reference_top1(logits, 4), 1);
	ck_assert_uint_eq(sqz_reference_top1(logits, 1), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reference");
	TCase *tcase = tcase_create("reference");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, every_layer_agrees_with_the_naive_one, 0,
			    LEVELS * SEEDS);
	tcase_add_loop_test(tcase, convolutions_of_many_sizes_agree, 0, LEVELS);
	tcase_add_test(tcase, rounding_by_hand);
	tcase_add_test(tcase, extreme_accumulators_agree);
	tcase_add_test(tcase, threads_change_nothing);
	tcase_add_test(tcase, first_of_equals_is_top1);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
