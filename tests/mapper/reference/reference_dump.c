/*
 * Helper of the tests: the integer network and what the reference makes of
 * some test images, to stdout: uint64 bytes of the REFERENCE section, the
 * section, then for each image its quantized input and every layer's output.
 *
 *	reference_dump NETWORK.onnx SCHEME DATASET_FOLDER FIRST COUNT
 *
 * Weight units are by the largest weight, per channel.
 */
#include "eval.h"
#include "input_table.h"
#include "onnx_import.h"
#include "quant_options.h"
#include "reference/reference.h"
#include "reference_write.h"

#include <stdio.h>
#include <stdlib.h>

struct job {
	struct sqz_graph graph;
	struct sqz_dataset training, test;
	struct sqz_qnet lowered;
	struct sqz_quantized quantized;
	struct sqz_bytes section;
};

static int make(char **argv, struct job *job, struct sqz_error *err)
{
	struct sqz_quant_options options;

	sqz_quant_options_init(&options);
	options.dataset = argv[3];
	options.scheme.rule = SQZ_SCALE_MAX;
	if (sqz_scheme_parse(argv[2], &options.scheme, err) ||
	    sqz_onnx_import(argv[1], &job->graph, err) ||
	    sqz_read_split(&options, "train", &job->training, err) ||
	    sqz_read_split(&options, "t10k", &job->test, err))
		return -1;
	struct sqz_eval eval = { .graph = &job->graph,
				 .training = &job->training,
				 .judged = &job->test,
				 .normalization = options.normalization,
				 .calibrate = 100,
				 .percentile = 100 };
	if (sqz_eval_lower(&eval, &job->lowered, err) ||
	    sqz_quantize(&job->graph, &job->lowered, &options.scheme,
			 &job->quantized, err))
		return -1;
	return sqz_reference_write(&job->quantized.net, &job->section, err);
}

static void put_layer(void *context, const struct sqz_reference_view *view)
{
	(void)context;
	fwrite(view->values, view->element_bytes,
	       (size_t)view->height * view->width * view->channels, stdout);
}

static int dump(const struct job *job, uint32_t first, uint32_t count,
		struct sqz_error *err)
{
	struct sqz_reference *reference =
	    sqz_reference_read(job->section.data, job->section.size, err);
	if (!reference)
		return -1;
	size_t bytes = sqz_reference_input_bytes(reference);
	uint8_t *input = malloc(bytes);
	uint8_t tables[3 * 256];
	uint64_t size = job->section.size;
	int result = 0;

	sqz_input_tables(&job->quantized.net, &sqz_fashion_mnist_normalization,
			 tables);
	fwrite(&size, sizeof(size), 1, stdout);
	fwrite(job->section.data, size, 1, stdout);
	for (uint32_t i = first; !result && i < first + count; i++) {
		result = sqz_input_quantize(&job->quantized.net, tables,
					    &job->test, i, 1, input, err);
		fwrite(input, bytes, 1, stdout);
		if (!result)
			result = sqz_reference_trace(reference, input,
						     put_layer, NULL, err);
	}
	free(input);
	sqz_reference_free(reference);
	return result;
}

int main(int argc, char **argv)
{
	struct job job = { 0 };
	struct sqz_error err;

	if (argc != 6)
		return EXIT_FAILURE;
	int result = make(argv, &job, &err);
	if (!result)
		result = dump(&job, (uint32_t)strtoul(argv[4], NULL, 10),
			      (uint32_t)strtoul(argv[5], NULL, 10), &err);
	if (result)
		fprintf(stderr, "%s\n", err.text);
	sqz_bytes_free(&job.section);
	sqz_quantized_free(&job.quantized);
	sqz_qnet_free(&job.lowered);
	sqz_dataset_free(&job.training);
	sqz_dataset_free(&job.test);
	sqz_graph_free(&job.graph);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
