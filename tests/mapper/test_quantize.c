/* From float graph to integer network: numbers, and logits near the float
 * ones. */
#include "float_engine.h"
#include "graph_builder.h"
#include "input_table.h"
#include "lower.h"
#include "quantize.h"
#include "reference/reference.h"
#include "reference_write.h"
#include "requant.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES 64

static struct sqz_error err;
static struct graph_builder b;

struct made {
	float *images;
	struct sqz_qnet lowered;
	struct sqz_quantized quantized;
};

static void calibrate(struct made *made, double percentile)
{
	struct sqz_ranges ranges;

	made->images = build_images(&b, IMAGES);
	ck_assert_msg(sqz_lower(&b.graph, &made->lowered, &err) == 0, "%s",
		      err.text);
	ck_assert_int_eq(sqz_calibrate(&b.graph, made->images, IMAGES,
				       percentile, &ranges, &err),
			 0);
	sqz_set_activations(&made->lowered, &ranges);
	sqz_ranges_free(&ranges);
}

static void quantize(struct made *made, const struct sqz_scheme *scheme)
{
	int result = sqz_quantize(&b.graph, &made->lowered, scheme,
				  &made->quantized, &err);

	ck_assert_msg(result == 0, "%s", err.text);
}

static void made_free(struct made *made)
{
	sqz_quantized_free(&made->quantized);
	sqz_qnet_free(&made->lowered);
	free(made->images);
	sqz_graph_free(&b.graph);
}

/* Float image (CHW) to quantized input (HWC). */
static void quantize_input(const struct sqz_qnet *net, const float *image,
			   uint8_t *out)
{
	const struct sqz_qtensor *in = &net->tensors[net->input];
	size_t pixels = (size_t)in->height * in->width;

	for (size_t i = 0; i < pixels; i++)
		for (size_t c = 0; c < in->channels; c++)
			out[i * in->channels + c] = (uint8_t)sqz_round_clamp(
			    image[c * pixels + i] / in->scale + in->zero_point,
			    0, 255);
}

/* Correlation of integer and float outputs over all images. */
static double correlation(const struct made *made)
{
	const struct sqz_qnet *net = &made->quantized.net;
	struct sqz_bytes section;
	ck_assert_int_eq(sqz_reference_write(net, &section, &err), 0);
	struct sqz_reference *reference =
	    sqz_reference_read(section.data, section.size, &err);
	ck_assert_msg(reference != NULL, "%s", err.text);
	size_t bytes = sqz_reference_input_bytes(reference);
	size_t values = sqz_reference_logits(reference);
	uint8_t *inputs = malloc(bytes * IMAGES);
	int32_t *logits = malloc(values * IMAGES * sizeof(*logits));
	float *floats = malloc(values * IMAGES * sizeof(*floats));

	for (size_t i = 0; i < IMAGES; i++)
		quantize_input(net, made->images + i * bytes,
			       inputs + i * bytes);
	ck_assert_int_eq(
	    sqz_reference_run(reference, inputs, IMAGES, 2, logits, &err), 0);
	ck_assert_int_eq(
	    sqz_float_run(&b.graph, made->images, IMAGES, floats, NULL, &err),
	    0);
	double sum[5] = { 0 };
	size_t n = values * IMAGES;
	for (size_t i = 0; i < n; i++) {
		double x = floats[i];
		double y = logits[i] - net->tensors[net->output].zero_point;

		sum[0] += x;
		sum[1] += y;
		sum[2] += x * x;
		sum[3] += y * y;
		sum[4] += x * y;
	}
	double covariance = sum[4] - sum[0] * sum[1] / (double)n;
	double variances = (sum[2] - sum[0] * sum[0] / (double)n) *
			   (sum[3] - sum[1] * sum[1] / (double)n);
	sqz_reference_free(reference);
	sqz_bytes_free(&section);
	free(inputs);
	free(logits);
	free(floats);
	return covariance / sqrt(variances);
}

/* Residuals, a stand-alone addition, depthwise, poolings, signed sums. */
static void build_everything(void)
{
	uint32_t x = build_input(&b, 3, 12, 12);
	uint32_t stem = build_relu(&b, build_conv(&b, x, 8, 3, 1, 1, 1));
	uint32_t deep =
	    build_clip(&b, build_conv(&b, stem, 8, 3, 1, 1, 8), 0, 6);
	uint32_t sum = build_add(&b, build_conv(&b, deep, 8, 1, 1, 0, 1), stem);
	uint32_t two = build_add(&b, build_relu(&b, sum), sum);

	two = build_pool(&b, SQZ_NODE_AVERAGE_POOL, two, 3, 1, 1, false);
	two = build_pool(&b, SQZ_NODE_AVERAGE_POOL, two, 3, 1, 1, true);
	two = build_pool(&b, SQZ_NODE_MAX_POOL, two, 2, 2, 0, false);
	two = build_relu(&b,
			 build_conv(&b, build_pad(&b, two, 1), 16, 3, 1, 0, 2));
	build_gemm(&b, build_flatten(&b, two), 10);
}

START_TEST(integer_logits_follow_the_float_ones)
{
	static const struct {
		const char *scheme;
		bool per_channel;
		enum sqz_scale_rule rule;
		double least;
	} cases[] = {
		{ "int8", true, SQZ_SCALE_MAX, 0.999 },
		{ "int8", false, SQZ_SCALE_MAX, 0.998 },
		{ "int8", true, SQZ_SCALE_MSE, 0.999 },
		{ "int16", true, SQZ_SCALE_MAX, 0.999 },
		{ "sme0", true, SQZ_SCALE_MAX, 0.99 },
		{ "sme3", true, SQZ_SCALE_MAX, 0.985 },
		{ "trunc3", true, SQZ_SCALE_MAX, 0.98 },
	};
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;

	build_everything();
	calibrate(&made, 100);
	ck_assert_int_eq(sqz_scheme_parse(cases[_i].scheme, &scheme, &err), 0);
	scheme.per_channel = cases[_i].per_channel;
	scheme.rule = cases[_i].rule;
	quantize(&made, &scheme);
	double r = correlation(&made);
	ck_assert_msg(r >= cases[_i].least, "%s: %f", cases[_i].scheme, r);
	made_free(&made);
}
END_TEST

/* The float output of a network without an MVM at its end. */
START_TEST(uint8_outputs_follow_the_float_ones)
{
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;
	uint32_t x = build_input(&b, 3, 8, 8);

	x = build_conv(&b, x, 10, 3, 1, 1, 1);
	build_flatten(&b, build_global_average(&b, x));
	calibrate(&made, 100);
	ck_assert_int_eq(sqz_scheme_parse("int8", &scheme, &err), 0);
	quantize(&made, &scheme);
	/* A signed average keeps its input's coarse grid. */
	ck_assert_double_ge(correlation(&made), 0.97);
	made_free(&made);
}
END_TEST

/* b' = round(b / unit) - z_in * sum w', from stored weights. */
START_TEST(biases_come_from_stored_weights)
{
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;

	build_everything();
	calibrate(&made, 100);
	scheme.squeeze = 3;
	quantize(&made, &scheme);
	const struct sqz_qnet *net = &made.quantized.net;
	for (uint32_t i = 0; i < net->layer_count; i++) {
		const struct sqz_qlayer *layer = &net->layers[i];

		if (layer->kind != SQZ_STEP_MVM)
			continue;
		const struct sqz_node *node = &b.graph.nodes[layer->node];
		uint32_t rows = sqz_qlayer_group_rows(net, layer);
		uint32_t channels = sqz_qlayer_out_channels(net, layer);
		for (uint32_t c = 0; c < channels; c++) {
			double unit = net->tensors[layer->input].scale *
				      layer->weight_scale[c];
			int64_t wanted = llround(node->bias[c] / unit);

			for (uint32_t r = 0; r < rows; r++)
				wanted -= (int64_t)layer->z_in *
					  layer->weights[c * rows + r];
			ck_assert_int_eq(layer->bias[c], wanted);
		}
		ck_assert_uint_gt(made.quantized.blocks[i].count, 0);
		ck_assert_uint_eq(made.quantized.blocks[i].squeeze, 3);
	}
	made_free(&made);
}
END_TEST

START_TEST(zero_points_and_bounds_fit_the_ranges)
{
	struct made made = { 0 };

	build_everything();
	calibrate(&made, 100);
	quantize(&made, &sqz_scheme_default);
	const struct sqz_qnet *net = &made.quantized.net;
	const struct sqz_qlayer *stem = &net->layers[0];
	/* After ReLU zero is 0; the input is signed. */
	ck_assert_int_eq(stem->z_out, 0);
	ck_assert_int_eq(stem->low, 0);
	ck_assert_int_eq(stem->high, 255);
	ck_assert_int_ge(stem->z_in, 100);
	ck_assert_int_le(stem->z_in, 155);
	/* Clip at 6: no more than the largest value. */
	const struct sqz_qlayer *clip = &net->layers[1];
	ck_assert_int_ge(clip->high, 254);
	const struct sqz_qlayer *last = &net->layers[net->layer_count - 1];
	ck_assert_int_eq(last->low, INT32_MIN);
	ck_assert_int_eq(last->high, INT32_MAX);
	ck_assert_int_eq(last->z_out, 0);
	made_free(&made);
}
END_TEST

/* With one unit the logits are the accumulators themselves. */
START_TEST(logits_per_tensor_are_accumulators)
{
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;

	build_gemm(&b, build_flatten(&b, build_input(&b, 1, 4, 4)), 5);
	calibrate(&made, 100);
	scheme.per_channel = false;
	quantize(&made, &scheme);
	const struct sqz_qlayer *layer = &made.quantized.net.layers[0];
	for (int c = 0; c < 5; c++) {
		ck_assert_uint_eq(layer->scale[c].mult, 1u << 30);
		ck_assert_uint_eq(layer->scale[c].shift, 30);
	}
	made_free(&made);
}
END_TEST

/* Weights of nearly nothing beside a bias that matters. */
START_TEST(dead_channels_keep_their_bias)
{
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;
	uint32_t x = build_conv(&b, build_input(&b, 2, 6, 6), 4, 3, 1, 1, 1);
	struct sqz_node *node = &b.graph.nodes[0];

	for (int k = 0; k < 18; k++) {
		node->weights[k] = 1e-20f;
		node->weights[18 + k] = 0;
	}
	node->bias[0] = 0.7f;
	node->bias[1] = -0.4f;
	build_gemm(&b, build_flatten(&b, x), 10);
	calibrate(&made, 100);
	ck_assert_int_eq(sqz_scheme_parse("int8", &scheme, &err), 0);
	quantize(&made, &scheme);
	ck_assert_double_ge(correlation(&made), 0.999);
	made_free(&made);
}
END_TEST

/* Logits without biases (MatMul), one class without weights as well. */
START_TEST(zero_biases_keep_the_weights)
{
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;

	build_gemm(&b, build_flatten(&b, build_input(&b, 40, 1, 1)), 6);
	struct sqz_node *node = &b.graph.nodes[1];
	for (int c = 0; c < 6; c++)
		node->bias[c] = 0;
	for (int k = 0; k < 40; k++) {
		for (int c = 0; c < 6; c++)
			node->weights[c * 40 + k] *= 1e-3f;
		node->weights[3 * 40 + k] = 0;
	}
	calibrate(&made, 100);
	ck_assert_int_eq(sqz_scheme_parse("int8", &scheme, &err), 0);
	scheme.per_channel = _i;
	quantize(&made, &scheme);
	ck_assert_double_ge(correlation(&made), 0.999);
	made_free(&made);
}
END_TEST

START_TEST(accumulators_that_may_overflow_are_refused)
{
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;
	/* 512 rows x 255 x 32767 > 2^31 */
	build_gemm(&b, build_flatten(&b, build_input(&b, 512, 1, 1)), 1);

	for (int k = 0; k < 512; k++)
		b.graph.nodes[1].weights[k] = 0.5f;
	calibrate(&made, 100);
	ck_assert_int_eq(sqz_scheme_parse("int16", &scheme, &err), 0);
	ck_assert_int_eq(sqz_quantize(&b.graph, &made.lowered, &scheme,
				      &made.quantized, &err),
			 -1);
	ck_assert_ptr_nonnull(strstr(err.text, "int32"));
	ck_assert_ptr_nonnull(strstr(err.text, "gemm_1"));
	ck_assert_ptr_null(made.quantized.blocks);
	ck_assert_int_eq(sqz_scheme_parse("int8", &scheme, &err), 0);
	quantize(&made, &scheme);
	made_free(&made);
}
END_TEST

START_TEST(bad_schemes_are_refused)
{
	struct made made = { 0 };
	struct sqz_scheme bad[4];

	build_conv(&b, build_input(&b, 2, 6, 6), 4, 3, 1, 1, 1);
	calibrate(&made, 100);
	for (int i = 0; i < 4; i++)
		bad[i] = sqz_scheme_default;
	bad[0].squeeze = 4;
	bad[1].planes = 2;
	bad[1].squeeze = 2;
	bad[2].truncate = 8;
	bad[3].array_columns = 0;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(sqz_quantize(&b.graph, &made.lowered, &bad[i],
					      &made.quantized, &err),
				 -1);
	made_free(&made);
}
END_TEST

/* INT8 may be squeezed as well: 7 planes less 2. */
START_TEST(int8_can_be_squeezed)
{
	struct made made = { 0 };
	struct sqz_scheme scheme = sqz_scheme_default;

	build_everything();
	calibrate(&made, 100);
	ck_assert_int_eq(sqz_scheme_parse("int8", &scheme, &err), 0);
	scheme.squeeze = 2;
	quantize(&made, &scheme);
	for (uint32_t i = 0; i < made.quantized.net.layer_count; i++) {
		const struct sqz_blocks *blocks = &made.quantized.blocks[i];

		for (uint32_t k = 0; k < blocks->count; k++)
			ck_assert_uint_lt(blocks->blocks[k].stored, 1u << 5);
	}
	ck_assert_double_ge(correlation(&made), 0.98);
	made_free(&made);
}
END_TEST

START_TEST(percentiles_cut_outliers)
{
	struct sqz_ranges all, most;
	float *images;

	build_conv(&b, build_input(&b, 1, 10, 10), 2, 3, 1, 1, 1);
	images = build_images(&b, 50);
	images[123] = 1000;
	images[124] = -1000;
	ck_assert_int_eq(sqz_calibrate(&b.graph, images, 50, 100, &all, &err),
			 0);
	ck_assert_int_eq(sqz_calibrate(&b.graph, images, 50, 99.9, &most, &err),
			 0);
	ck_assert_double_eq(all.high[0], 1000);
	ck_assert_double_eq(all.low[0], -1000);
	ck_assert_double_le(most.high[0], 2);
	ck_assert_double_ge(most.high[0], 0.9);
	ck_assert_double_ge(most.low[0], -2);
	sqz_ranges_free(&all);
	sqz_ranges_free(&most);
	ck_assert_int_eq(sqz_calibrate(&b.graph, images, 0, 100, &all, &err),
			 -1);
	ck_assert_int_eq(sqz_calibrate(&b.graph, images, 50, 101, &all, &err),
			 -1);
	ck_assert_int_eq(sqz_calibrate(&b.graph, images, 50, NAN, &all, &err),
			 -1);
	free(images);
	sqz_graph_free(&b.graph);
}
END_TEST

/* Raw 2 x 3 images in a 4 x 4 input of two channels. */
START_TEST(input_tables_quantize_raw_images)
{
	uint8_t pixels[] = { 10, 20, 30, 40, 50, 255 }, label = 0;
	struct sqz_dataset dataset = { 1, 2, 3, pixels, &label };
	struct sqz_normalization normal = { 0.5f, 0.25f };
	struct sqz_qtensor tensor = { .height = 4,
				      .width = 4,
				      .channels = 2,
				      .element_bytes = 1,
				      .scale = 4.0 / 255,
				      .zero_point = 128 };
	struct sqz_qnet net = { .tensors = &tensor, .tensor_count = 1 };
	uint8_t tables[2 * 256], out[32];

	sqz_input_tables(&net, &normal, tables);
	/* (raw / 255 - 0.5) / 0.25 / (4 / 255) + 128 = raw + 0.5 */
	ck_assert_uint_eq(tables[0], 1);
	ck_assert_uint_eq(tables[100], 101);
	ck_assert_uint_eq(tables[256 + 100], 101);
	ck_assert_uint_eq(tables[255], 255);
	ck_assert_int_eq(
	    sqz_input_quantize(&net, tables, &dataset, 0, 1, out, &err), 0);
	for (uint32_t y = 0; y < 4; y++)
		for (uint32_t x = 0; x < 4; x++) {
			bool inside = y >= 1 && y < 3 && x < 3;
			uint8_t raw = inside ? pixels[(y - 1) * 3 + x] : 0;

			ck_assert_uint_eq(out[(y * 4 + x) * 2], tables[raw]);
			ck_assert_uint_eq(out[(y * 4 + x) * 2 + 1],
					  tables[raw]);
		}
	tensor.height = 1;
	ck_assert_int_eq(
	    sqz_input_quantize(&net, tables, &dataset, 0, 1, out, &err), -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("quantize");
	TCase *tcase = tcase_create("quantize");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, integer_logits_follow_the_float_ones, 0, 7);
	tcase_add_test(tcase, uint8_outputs_follow_the_float_ones);
	tcase_add_test(tcase, biases_come_from_stored_weights);
	tcase_add_test(tcase, zero_points_and_bounds_fit_the_ranges);
	tcase_add_test(tcase, logits_per_tensor_are_accumulators);
	tcase_add_test(tcase, dead_channels_keep_their_bias);
	tcase_add_loop_test(tcase, zero_biases_keep_the_weights, 0, 2);
	tcase_add_test(tcase, accumulators_that_may_overflow_are_refused);
	tcase_add_test(tcase, bad_schemes_are_refused);
	tcase_add_test(tcase, int8_can_be_squeezed);
	tcase_add_test(tcase, percentiles_cut_outliers);
	tcase_add_test(tcase, input_tables_quantize_raw_images);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
