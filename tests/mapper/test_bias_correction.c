/* Corrected biases against the mean outputs of float networks: one with the
 * real weights, one with the stored ones. */
#include "bias_correction.h"
#include "float_engine.h"
#include "graph_builder.h"
#include "lower.h"
#include "quantize.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES 40

static struct sqz_error err;
static struct graph_builder b;

/* One layer, with padding, stride, dilation or groups in its window. */
static void build_case(int number)
{
	uint32_t x = build_input(&b, 4, 9, 9);

	switch (number) {
	case 0:
		build_conv(&b, x, 6, 3, 1, 1, 1);
		break;
	case 1:
		build_conv(&b, x, 8, 3, 2, 2, 4);
		break;
	case 2:
		build_conv(&b, build_pad(&b, x, 2), 6, 5, 1, 1, 2);
		break;
	default:
		build_gemm(&b, build_flatten(&b, x), 6);
		break;
	}
}

/* Mean output of each channel over the images and positions. */
static void mean_outputs(const float *images, double *means)
{
	const struct sqz_shape *out = &b.graph.tensors[b.graph.output].shape;
	size_t pixels = (size_t)out->height * out->width;
	size_t values = sqz_shape_elements(out);
	float *outputs = malloc(IMAGES * values * sizeof(*outputs));

	ck_assert_int_eq(
	    sqz_float_run(&b.graph, images, IMAGES, outputs, NULL, &err), 0);
	for (uint32_t c = 0; c < out->channels; c++) {
		means[c] = 0;
		for (size_t i = 0; i < IMAGES; i++)
			for (size_t p = 0; p < pixels; p++)
				means[c] += (double)
				    outputs[i * values + c * pixels + p];
		means[c] /= (double)(IMAGES * pixels);
	}
	free(outputs);
}

/* Puts the layer's stored weights and biases into the float network. */
static void put_stored(const struct sqz_qnet *net, struct sqz_node *node)
{
	const struct sqz_qlayer *layer = &net->layers[0];
	size_t rows = sqz_qlayer_group_rows(net, layer);
	double in_scale = net->tensors[layer->input].scale;

	for (uint32_t c = 0; c < sqz_qlayer_out_channels(net, layer); c++) {
		double unit = layer->weight_scale[c];
		int64_t sum = 0;

		for (size_t r = 0; r < rows; r++) {
			int16_t stored = layer->weights[c * rows + r];

			node->weights[c * rows + r] = (float)(stored * unit);
			sum += stored;
		}
		node->bias[c] =
		    (float)((double)(layer->bias[c] + layer->z_in * sum) *
			    in_scale * unit);
	}
}

static void lower_and_measure(const float *images, struct sqz_qnet *lowered)
{
	struct sqz_ranges ranges;

	ck_assert_int_eq(sqz_lower(&b.graph, lowered, &err), 0);
	ck_assert_int_eq(
	    sqz_calibrate(&b.graph, images, IMAGES, 100, &ranges, &err), 0);
	sqz_set_activations(lowered, &ranges);
	sqz_ranges_free(&ranges);
	ck_assert_int_eq(
	    sqz_input_means(&b.graph, images, IMAGES, lowered, &err), 0);
}

/* Largest shift of a channel's mean, in steps of its bias. */
static double largest_shift(int number, bool correct)
{
	struct sqz_scheme scheme = sqz_scheme_default;
	struct sqz_qnet lowered;
	struct sqz_quantized quantized;
	double before[16], after[16], largest = 0;

	b = (struct graph_builder){ .state = 99 };
	build_case(number);
	float *images = build_images(&b, IMAGES);
	/* All inputs positive: errors do not cancel. */
	for (size_t i = 0; i < IMAGES * 4 * 81; i++)
		images[i] += 1;
	lower_and_measure(images, &lowered);
	ck_assert_int_eq(sqz_scheme_parse("sme5,2,1", &scheme, &err), 0);
	scheme.correct_bias = correct;
	ck_assert_int_eq(
	    sqz_quantize(&b.graph, &lowered, &scheme, &quantized, &err), 0);
	mean_outputs(images, before);
	const struct sqz_qlayer *layer = &quantized.net.layers[0];
	put_stored(&quantized.net, &b.graph.nodes[layer->node]);
	mean_outputs(images, after);
	for (uint32_t c = 0; c < sqz_qlayer_out_channels(&lowered, layer); c++)
		largest =
		    fmax(largest, fabs(after[c] - before[c]) /
				      (lowered.tensors[layer->input].scale *
				       layer->weight_scale[c]));
	sqz_quantized_free(&quantized);
	sqz_qnet_free(&lowered);
	free(images);
	sqz_graph_free(&b.graph);
	return largest;
}

START_TEST(mean_outputs_are_restored)
{
	/* Biases are whole steps; floats have 24 bits. */
	ck_assert_double_le(largest_shift(_i, true), 0.51);
	ck_assert_double_ge(largest_shift(_i, false), 20);
}
END_TEST

START_TEST(without_means_it_is_refused)
{
	struct sqz_scheme scheme = sqz_scheme_default;
	struct sqz_qnet lowered;
	struct sqz_quantized quantized;

	build_case(0);
	ck_assert_int_eq(sqz_lower(&b.graph, &lowered, &err), 0);
	scheme.correct_bias = true;
	ck_assert_int_eq(
	    sqz_quantize(&b.graph, &lowered, &scheme, &quantized, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "means"));
	sqz_qnet_free(&lowered);
	sqz_graph_free(&b.graph);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bias_correction");
	TCase *tcase = tcase_create("bias_correction");

	tcase_add_loop_test(tcase, mean_outputs_are_restored, 0, 4);
	tcase_add_test(tcase, without_means_it_is_refused);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
