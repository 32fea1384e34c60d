#include "eval.h"

#include "bias_correction.h"
#include "float_engine.h"
#include "input_table.h"
#include "lower.h"
#include "reference/reference.h"
#include "reference_write.h"

#include <stdlib.h>

/* Images between two calls of `progress`. */
#define GROUP 500

static void report(const struct sqz_eval *eval, uint32_t done)
{
	if (eval->progress)
		eval->progress(eval->context, done);
}

static uint32_t group_at(const struct sqz_eval *eval, uint32_t first)
{
	uint32_t left = eval->images - first;

	return left < GROUP ? left : GROUP;
}

/* Judges images first .. first + count - 1. */
static int float_group(const struct sqz_eval *eval, uint32_t first,
		       uint32_t count, float *inputs, float *outputs,
		       uint8_t *right, struct sqz_error *err)
{
	const struct sqz_graph *graph = eval->graph;
	const struct sqz_shape *in = &graph->tensors[graph->input].shape;
	size_t classes =
	    sqz_shape_elements(&graph->tensors[graph->output].shape);
	struct sqz_float_options options = { .threads = eval->threads };

	if (sqz_dataset_input(eval->judged, first, count, in,
			      &eval->normalization, inputs, err) ||
	    sqz_float_run(graph, inputs, count, outputs, &options, err))
		return -1;
	for (uint32_t i = 0; i < count; i++)
		right[first + i] =
		    sqz_float_top1(outputs + i * classes, classes) ==
		    eval->judged->labels[first + i];
	return 0;
}

int sqz_eval_float(const struct sqz_eval *eval, uint8_t *right,
		   struct sqz_error *err)
{
	const struct sqz_graph *graph = eval->graph;
	size_t in = sqz_shape_elements(&graph->tensors[graph->input].shape);
	size_t out = sqz_shape_elements(&graph->tensors[graph->output].shape);
	float *inputs = malloc(GROUP * in * sizeof(*inputs));
	float *outputs = malloc(GROUP * out * sizeof(*outputs));
	int result = 0;

	if (!inputs || !outputs)
		result = sqz_fail(err, "out of memory for images");
	for (uint32_t i = 0; result == 0 && i < eval->images; i += GROUP) {
		uint32_t count = group_at(eval, i);

		result =
		    float_group(eval, i, count, inputs, outputs, right, err);
		report(eval, i + count);
	}
	free(inputs);
	free(outputs);
	return result;
}

/* The calibration images as input of the float network; free(). */
static float *calibration_images(const struct sqz_eval *eval,
				 struct sqz_error *err)
{
	const struct sqz_graph *graph = eval->graph;
	const struct sqz_shape *in = &graph->tensors[graph->input].shape;
	float *inputs = malloc((size_t)eval->calibrate *
			       sqz_shape_elements(in) * sizeof(*inputs));

	if (!inputs) {
		sqz_fail(err, "out of memory for calibration images");
		return NULL;
	}
	if (sqz_dataset_input(eval->training, 0, eval->calibrate, in,
			      &eval->normalization, inputs, err)) {
		free(inputs);
		return NULL;
	}
	return inputs;
}

static int calibrate(const struct sqz_eval *eval, struct sqz_qnet *net,
		     struct sqz_error *err)
{
	float *inputs = calibration_images(eval, err);
	struct sqz_ranges ranges;

	if (!inputs)
		return -1;
	int result = sqz_calibrate(eval->graph, inputs, eval->calibrate,
				   eval->percentile, &ranges, err);
	if (result == 0) {
		sqz_set_activations(net, &ranges);
		sqz_ranges_free(&ranges);
		if (eval->input_means)
			result = sqz_input_means(eval->graph, inputs,
						 eval->calibrate, net, err);
	}
	free(inputs);
	return result;
}

int sqz_eval_lower(const struct sqz_eval *eval, struct sqz_qnet *lowered,
		   struct sqz_error *err)
{
	if (sqz_lower(eval->graph, lowered, err))
		return -1;
	if (calibrate(eval, lowered, err)) {
		sqz_qnet_free(lowered);
		return -1;
	}
	return 0;
}

static struct sqz_reference *make_reference(const struct sqz_qnet *net,
					    struct sqz_error *err)
{
	struct sqz_bytes section;

	if (sqz_reference_write(net, &section, err))
		return NULL;
	struct sqz_reference *reference =
	    sqz_reference_read(section.data, section.size, err);
	sqz_bytes_free(&section);
	return reference;
}

static int run_images(const struct sqz_eval *eval, const struct sqz_qnet *net,
		      const struct sqz_reference *reference,
		      struct sqz_analog *analog, int32_t *logits,
		      struct sqz_error *err)
{
	struct sqz_reference_product product = {
		.multiply = sqz_analog_multiply,
		.context = analog,
	};
	size_t bytes = sqz_reference_input_bytes(reference);
	size_t classes = sqz_reference_logits(reference);
	uint32_t channels = net->tensors[net->input].channels;
	uint8_t *tables = malloc((size_t)channels * 256);
	uint8_t *inputs = malloc(GROUP * bytes);
	int result = 0;

	if (tables && inputs)
		sqz_input_tables(net, &eval->normalization, tables);
	else
		result = sqz_fail(err, "out of memory for images");
	for (uint32_t i = 0; result == 0 && i < eval->images; i += GROUP) {
		uint32_t count = group_at(eval, i);

		result = sqz_input_quantize(net, tables, eval->judged, i, count,
					    inputs, err);
		product.first_image = i;
		if (result == 0)
			result = sqz_reference_run_by(
			    reference, analog ? &product : NULL, inputs, count,
			    eval->threads, logits + i * classes, err);
		report(eval, i + count);
	}
	free(tables);
	free(inputs);
	return result;
}

static void judge(const struct sqz_eval *eval, struct sqz_eval_result *result)
{
	for (uint32_t i = 0; i < eval->images; i++)
		result->right[i] =
		    sqz_reference_top1(result->logits + i * result->logit_count,
				       result->logit_count) ==
		    eval->judged->labels[i];
}

uint32_t sqz_eval_layer_arrays(const struct sqz_quantized *quantized,
			       uint32_t layer)
{
	const struct sqz_blocks *blocks = &quantized->blocks[layer];
	uint32_t arrays = 0;

	for (uint32_t b = 0; b < blocks->count; b++)
		arrays += sqz_block_array_count(&blocks->blocks[b],
						SQZ_SIGN_DIFFERENTIAL);
	return arrays;
}

static int run_network(const struct sqz_eval *eval, const struct sqz_qnet *net,
		       struct sqz_analog *analog,
		       struct sqz_eval_result *result, struct sqz_error *err)
{
	struct sqz_reference *reference = make_reference(net, err);
	int status = -1;

	if (!reference)
		return -1;
	result->logit_count = sqz_reference_logits(reference);
	result->logits = malloc((size_t)eval->images * result->logit_count *
				sizeof(*result->logits));
	result->right = malloc(eval->images);
	if (!result->logits || !result->right)
		sqz_fail(err, "out of memory for logits");
	else
		status = run_images(eval, net, reference, analog,
				    result->logits, err);
	if (status == 0)
		judge(eval, result);
	sqz_reference_free(reference);
	return status;
}

int sqz_eval_quantized(const struct sqz_eval *eval,
		       const struct sqz_quantized *quantized,
		       struct sqz_eval_result *result, struct sqz_error *err)
{
	*result = (struct sqz_eval_result){ 0 };
	for (uint32_t i = 0; i < quantized->net.layer_count; i++)
		result->arrays += sqz_eval_layer_arrays(quantized, i);
	struct sqz_analog *analog = NULL;
	int status = 0;

	if (eval->analog) {
		analog = sqz_analog_make(quantized, eval->analog, err);
		status = analog ? 0 : -1;
	}
	if (status == 0)
		status =
		    run_network(eval, &quantized->net, analog, result, err);
	sqz_analog_free(analog);
	if (status)
		sqz_eval_result_free(result);
	return status;
}

int sqz_eval_scheme(const struct sqz_eval *eval, const struct sqz_qnet *lowered,
		    const struct sqz_scheme *scheme,
		    struct sqz_eval_result *result, struct sqz_error *err)
{
	struct sqz_quantized quantized;

	*result = (struct sqz_eval_result){ 0 };
	if (sqz_quantize(eval->graph, lowered, scheme, &quantized, err))
		return -1;
	int status = sqz_eval_quantized(eval, &quantized, result, err);
	sqz_quantized_free(&quantized);
	return status;
}

int sqz_eval_each(const struct sqz_eval *eval, const struct sqz_qnet *lowered,
		  const struct sqz_scheme *schemes,
		  struct sqz_eval_result *result, struct sqz_error *err)
{
	struct sqz_quantized quantized;

	*result = (struct sqz_eval_result){ 0 };
	if (sqz_quantize_each(eval->graph, lowered, schemes, &quantized, err))
		return -1;
	int status = sqz_eval_quantized(eval, &quantized, result, err);
	sqz_quantized_free(&quantized);
	return status;
}

void sqz_eval_result_free(struct sqz_eval_result *result)
{
	free(result->right);
	free(result->logits);
	*result = (struct sqz_eval_result){ 0 };
}
