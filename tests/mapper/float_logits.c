/*
 * Helper of the tests: logits of the float engine on Fashion-MNIST's test
 * images, one line of text per image, %.9g (exact for floats).
 *
 *	float_logits NETWORK.onnx DATASET_FOLDER FIRST COUNT THREADS
 *
 * The accuracy goes to stderr.
 */
#include "dataset.h"
#include "float_engine.h"
#include "onnx_import.h"

#include <stdio.h>
#include <stdlib.h>

struct job {
	struct sqz_graph graph;
	struct sqz_dataset dataset;
	uint32_t first, count;
	unsigned threads;
	float *images, *logits;
};

static int load(char **argv, struct job *job, struct sqz_error *err)
{
	char images[4096];
	char labels[4096];

	snprintf(images, sizeof(images), "%s/t10k-images-idx3-ubyte.gz",
		 argv[2]);
	snprintf(labels, sizeof(labels), "%s/t10k-labels-idx1-ubyte.gz",
		 argv[2]);
	job->first = (uint32_t)strtoul(argv[3], NULL, 10);
	job->count = (uint32_t)strtoul(argv[4], NULL, 10);
	job->threads = (unsigned)strtoul(argv[5], NULL, 10);
	if (sqz_onnx_import(argv[1], &job->graph, err) ||
	    sqz_dataset_read(images, labels, &job->dataset, err))
		return -1;
	return 0;
}

static int run(struct job *job, struct sqz_error *err)
{
	const struct sqz_graph *graph = &job->graph;
	const struct sqz_shape *in = &graph->tensors[graph->input].shape;
	const struct sqz_shape *out = &graph->tensors[graph->output].shape;
	struct sqz_float_options options = { .threads = job->threads };

	job->images =
	    malloc(job->count * sqz_shape_elements(in) * sizeof(float));
	job->logits =
	    malloc(job->count * sqz_shape_elements(out) * sizeof(float));
	if (!job->images || !job->logits)
		return sqz_fail(err, "out of memory");
	if (sqz_dataset_input(&job->dataset, job->first, job->count, in,
			      &sqz_fashion_mnist_normalization, job->images,
			      err))
		return -1;
	return sqz_float_run(graph, job->images, job->count, job->logits,
			     &options, err);
}

static void print(const struct job *job)
{
	size_t classes =
	    sqz_shape_elements(&job->graph.tensors[job->graph.output].shape);
	uint32_t right = 0;

	for (uint32_t i = 0; i < job->count; i++) {
		const float *logits = job->logits + i * classes;

		for (size_t k = 0; k < classes; k++)
			printf("%.9g%c", (double)logits[k],
			       k + 1 < classes ? ' ' : '\n');
		right += sqz_float_top1(logits, classes) ==
			 job->dataset.labels[job->first + i];
	}
	fprintf(stderr, "top-1 %.2f %% of %u\n", 100.0 * right / job->count,
		job->count);
}

int main(int argc, char **argv)
{
	struct job job = { 0 };
	struct sqz_error err;

	if (argc != 6) {
		fprintf(stderr, "usage: float_logits NETWORK DATASET_FOLDER "
				"FIRST COUNT THREADS\n");
		return EXIT_FAILURE;
	}
	int result = load(argv, &job, &err) || run(&job, &err);

	if (result)
		fprintf(stderr, "%s\n", err.text);
	else
		print(&job);
	free(job.images);
	free(job.logits);
	sqz_dataset_free(&job.dataset);
	sqz_graph_free(&job.graph);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
