/*
 * Helper of the tests: a network from an ONNX file on one test image.
 *
 *	oracle_check NETWORK.onnx SCHEME IMAGES_FOLDER
 *
 * The integer reference must agree in every value of every layer with the slow
 * second implementation (naive_run.c), and its logits must follow the float
 * engine's. Prints what was compared, and the correlation of the logits.
 */
#include "eval.h"
#include "float_engine.h"
#include "input_table.h"
#include "onnx_import.h"
#include "quant_options.h"
#include "random_net.h"
#include "reference/reference.h"
#include "reference_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CALIBRATE 4
#define IMAGE	  7

struct job {
	struct sqz_graph graph;
	struct sqz_dataset training, test;
	struct sqz_quant_options options;
	struct sqz_qnet lowered;
	struct sqz_quantized quantized;
	uint8_t *input;
	int32_t **naive; /* by tensor */
	uint64_t compared, wrong;
};

static int load(char **argv, struct job *job, struct sqz_error *err)
{
	sqz_quant_options_init(&job->options);
	job->options.dataset = argv[3];
	if (sqz_scheme_parse(argv[2], &job->options.scheme, err) ||
	    sqz_onnx_import(argv[1], &job->graph, err) ||
	    sqz_read_split(&job->options, "train", &job->training, err) ||
	    sqz_read_split(&job->options, "t10k", &job->test, err))
		return -1;
	const struct sqz_eval eval = { .graph = &job->graph,
				       .training = &job->training,
				       .normalization =
					   job->options.normalization,
				       .calibrate = CALIBRATE,
				       .percentile = 100 };
	if (sqz_eval_lower(&eval, &job->lowered, err))
		return -1;
	return sqz_quantize(&job->graph, &job->lowered, &job->options.scheme,
			    &job->quantized, err);
}

static int make_input(struct job *job, struct sqz_error *err)
{
	const struct sqz_qnet *net = &job->quantized.net;
	const struct sqz_qtensor *in = &net->tensors[net->input];
	uint8_t *tables = malloc((size_t)in->channels * 256);

	job->input = malloc((size_t)in->height * in->width * in->channels);
	job->naive = calloc(net->tensor_count, sizeof(*job->naive));
	if (!tables || !job->input || !job->naive)
		return sqz_fail(err, "out of memory");
	sqz_input_tables(net, &job->options.normalization, tables);
	int result = sqz_input_quantize(net, tables, &job->test, IMAGE, 1,
					job->input, err);
	free(tables);
	return result;
}

static void compare(void *context, const struct sqz_reference_view *view)
{
	struct job *job = context;
	const struct sqz_qlayer *layer =
	    &job->quantized.net.layers[view->layer];
	const int32_t *naive = job->naive[layer->output];
	size_t count = (size_t)view->height * view->width * view->channels;

	for (size_t i = 0; i < count; i++) {
		int32_t value = view->element_bytes == 4
				    ? ((const int32_t *)view->values)[i]
				    : ((const uint8_t *)view->values)[i];

		job->wrong += value != naive[i];
	}
	job->compared += count;
}

static int run(struct job *job, struct sqz_error *err)
{
	struct sqz_bytes section;

	if (sqz_reference_write(&job->quantized.net, &section, err))
		return -1;
	struct sqz_reference *reference =
	    sqz_reference_read(section.data, section.size, err);
	sqz_bytes_free(&section);
	if (!reference)
		return -1;
	naive_run(&job->quantized.net, job->input, job->naive);
	int result =
	    sqz_reference_trace(reference, job->input, compare, job, err);
	sqz_reference_free(reference);
	return result;
}

/* Correlation of the integer logits with the float ones. */
static double correlation(const struct job *job, const float *logits,
			  size_t count)
{
	const struct sqz_qnet *net = &job->quantized.net;
	const int32_t *integers = job->naive[net->output];
	double sum[5] = { 0 }, n = (double)count;

	for (size_t i = 0; i < count; i++) {
		double x = (double)logits[i], y = integers[i];

		sum[0] += x;
		sum[1] += y;
		sum[2] += x * x;
		sum[3] += y * y;
		sum[4] += x * y;
	}
	return (sum[4] - sum[0] * sum[1] / n) /
	       sqrt((sum[2] - sum[0] * sum[0] / n) *
		    (sum[3] - sum[1] * sum[1] / n));
}

static int follow(const struct job *job, double *follows, struct sqz_error *err)
{
	const struct sqz_graph *graph = &job->graph;
	const struct sqz_shape *in = &graph->tensors[graph->input].shape;
	size_t count = sqz_shape_elements(&graph->tensors[graph->output].shape);
	float *image = malloc(sqz_shape_elements(in) * sizeof(*image));
	float *logits = malloc(count * sizeof(*logits));
	int result = image && logits ? 0 : sqz_fail(err, "out of memory");

	if (result == 0)
		result =
		    sqz_dataset_input(&job->test, IMAGE, 1, in,
				      &job->options.normalization, image, err);
	if (result == 0)
		result = sqz_float_run(graph, image, 1, logits, NULL, err);
	if (result == 0)
		*follows = correlation(job, logits, count);
	free(image);
	free(logits);
	return result;
}

static void close_job(struct job *job)
{
	for (uint32_t i = 0; job->naive && i < job->lowered.tensor_count; i++)
		free(job->naive[i]);
	free(job->naive);
	free(job->input);
	sqz_quantized_free(&job->quantized);
	sqz_qnet_free(&job->lowered);
	sqz_dataset_free(&job->training);
	sqz_dataset_free(&job->test);
	sqz_graph_free(&job->graph);
}

int main(int argc, char **argv)
{
	struct job job = { 0 };
	struct sqz_error err;
	double follows = 0;

	if (argc != 4)
		return EXIT_FAILURE;
	int result = load(argv, &job, &err) || make_input(&job, &err) ||
		     run(&job, &err) || follow(&job, &follows, &err);
	if (result)
		fprintf(stderr, "%s\n", err.text);
	else
		printf("%u layers, %llu values, %llu wrong, correlation "
		       "%.4f\n",
		       job.quantized.net.layer_count,
		       (unsigned long long)job.compared,
		       (unsigned long long)job.wrong, follows);
	result = result || job.wrong || job.compared == 0;
	close_job(&job);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
