/*
 * Helper of the tests: what the mapper stores of a network's weights, to
 * stdout. For each convolution or fully connected layer: uint32 output
 * channels, uint32 weights of a channel, the channels' units as doubles, the
 * weights as int16.
 *
 *	stored_weights NETWORK.onnx SCHEME [PRUNE]
 */
#include "eval.h"
#include "onnx_import.h"
#include "quant_options.h"

#include <stdio.h>
#include <stdlib.h>

struct job {
	struct sqz_graph graph;
	struct sqz_dataset training;
	struct sqz_qnet lowered;
	struct sqz_quantized quantized;
};

static int make(char **argv, struct job *job, struct sqz_error *err)
{
	struct sqz_quant_options options;

	sqz_quant_options_init(&options);
	if (sqz_scheme_parse(argv[2], &options.scheme, err) ||
	    (argv[3] && sqz_prune_parse(argv[3], &options.prune, err)) ||
	    sqz_onnx_import(argv[1], &job->graph, err) ||
	    sqz_prune_graph(&job->graph, &options.prune, err) ||
	    sqz_read_split(&options, "train", &job->training, err))
		return -1;
	struct sqz_eval eval = { .graph = &job->graph,
				 .training = &job->training,
				 .judged = &job->training,
				 .normalization = options.normalization,
				 .calibrate = 16,
				 .percentile = 100 };
	if (sqz_eval_lower(&eval, &job->lowered, err))
		return -1;
	return sqz_quantize(&job->graph, &job->lowered, &options.scheme,
			    &job->quantized, err);
}

static void put_layer(const struct sqz_qnet *net,
		      const struct sqz_qlayer *layer)
{
	uint32_t shape[2] = { sqz_qlayer_out_channels(net, layer),
			      sqz_qlayer_group_rows(net, layer) };

	fwrite(shape, sizeof(shape), 1, stdout);
	fwrite(layer->weight_scale, sizeof(*layer->weight_scale), shape[0],
	       stdout);
	fwrite(layer->weights, sizeof(*layer->weights), layer->weight_count,
	       stdout);
}

int main(int argc, char **argv)
{
	struct job job = { 0 };
	struct sqz_error err;

	if (argc < 3 || argc > 4)
		return EXIT_FAILURE;
	int result = make(argv, &job, &err);
	if (result)
		fprintf(stderr, "%s\n", err.text);
	for (uint32_t i = 0; !result && i < job.quantized.net.layer_count; i++)
		if (job.quantized.net.layers[i].kind == SQZ_STEP_MVM)
			put_layer(&job.quantized.net,
				  &job.quantized.net.layers[i]);
	sqz_quantized_free(&job.quantized);
	sqz_qnet_free(&job.lowered);
	sqz_dataset_free(&job.training);
	sqz_graph_free(&job.graph);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
