#include "cmd_similarity.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval.h"
#include "host/file.h"
#include "onnx_import.h"
#include "ou_csv.h"
#include "ou_options.h"
#include "ou_table.h"
#include "prune.h"
#include "quant_options.h"
#include "reader/config_options.h"

#define DEFAULT_SHARES	  "0,0.3,0.5,0.7,0.9"
#define DEFAULT_CALIBRATE 16

enum option_key { OPTION_BY_LAYER = 256, OPTION_CSV };

struct settings {
	struct sqz_quant_options quant;
	struct sqz_ou_request request;
	struct sqz_config_options config;
	const char *network, *scheme, *shares, *csv;
	bool by_layer;
};

static const struct argp_option OPTIONS[] = {
	{ "scheme", 's', "NAME", 0,
	  "scheme of the weights, as for `sqz eval` (default: int8)", 0 },
	{ "shares", 'P', "LIST", 0,
	  "comma-separated shares of the weights that are pruned, P or P:rows "
	  "(default: " DEFAULT_SHARES ")",
	  0 },
	{ "by-layer", OPTION_BY_LAYER, 0, 0, "a table by layer, too", 0 },
	{ "csv", OPTION_CSV, "FILE", 0,
	  "write all figures, by layer and in total, as CSV", 0 },
	{ 0 }
};

static const char DOC[] =
    "Counts operation units, time, energy and index of an ONNX network under "
    "every operation-unit layout, for a list of pruned shares."
    "\v"
    "Columns are factors over sre (skipping all-zero rows): operation units; "
    "time on as many arrays, with tile.sa_ports; time with as many accumulate "
    "ports as there is use for (free); energy under each ADC law. index: bits "
    "of the table for each bit of the weights; index %: its part of the "
    "energy. `column` is sharing in every layer, `chosen` by layer the best of "
    "all layouts. --pack changes nothing here. docs/schemes.md.";

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct settings *set = state->input;

	switch (key) {
	case 's':
		set->scheme = arg;
		break;
	case 'P':
		set->shares = arg;
		break;
	case OPTION_BY_LAYER:
		set->by_layer = true;
		break;
	case OPTION_CSV:
		set->csv = arg;
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &set->config;
		state->child_inputs[1] = &set->request;
		state->child_inputs[2] = &set->quant;
		break;
	case ARGP_KEY_ARG:
		if (set->network)
			argp_error(state, "one network at a time");
		set->network = arg;
		break;
	case ARGP_KEY_END:
		if (!set->config.path || (!set->network && !set->config.dump))
			argp_error(state,
				   "NETWORK.onnx and --config are needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

struct job {
	const struct settings *set;
	struct sqz_progress progress;
	FILE *csv; /* or NULL */
	struct sqz_scheme scheme;
	struct sqz_config config;
	struct sqz_dataset training;
};

static int quantize(const struct job *job, const struct sqz_graph *graph,
		    struct sqz_quantized *net, struct sqz_error *err)
{
	const struct sqz_eval eval = {
		.graph = graph,
		.training = &job->training,
		.normalization = job->set->quant.normalization,
		.calibrate = job->set->quant.calibrate < job->training.count
				 ? job->set->quant.calibrate
				 : job->training.count,
		.percentile = job->set->quant.percentile,
		.input_means = job->scheme.correct_bias,
	};
	struct sqz_qnet lowered;

	if (sqz_eval_lower(&eval, &lowered, err))
		return -1;
	int result = sqz_quantize(graph, &lowered, &job->scheme, net, err);

	sqz_qnet_free(&lowered);
	return result;
}

static void report(const struct job *job, const struct sqz_quantized *net,
		   double share, bool head)
{
	const char *slash = strrchr(job->set->network, '/');

	if (job->set->by_layer)
		sqz_ou_layer_table(net, stdout);
	sqz_ou_total_table(net, share, head || job->set->by_layer, stdout);
	if (job->csv)
		sqz_ou_csv_net(net, slash ? slash + 1 : job->set->network,
			       share, job->csv);
}

/* The float weights are not needed any more once they are quantized. */
static int quantize_file(const struct job *job, const struct sqz_prune *prune,
			 struct sqz_quantized *net, struct sqz_error *err)
{
	struct sqz_graph graph = { 0 };
	int result = -1;

	if (sqz_onnx_import(job->set->network, &graph, err) == 0 &&
	    sqz_prune_graph(&graph, prune, err) == 0)
		result = quantize(job, &graph, net, err);
	sqz_graph_free(&graph);
	return result;
}

static int count_share(const struct job *job, const char *text, bool head,
		       struct sqz_error *err)
{
	struct sqz_quantized net = { 0 };
	struct sqz_prune prune = job->set->quant.prune;
	struct sqz_ou_request request = job->set->request;

	request.progress = &job->progress;
	if (sqz_prune_parse(text, &prune, err) ||
	    quantize_file(job, &prune, &net, err))
		return -1;
	net.ou =
	    sqz_ou_plan_net(&job->config, &net.net, net.blocks, &request, err);
	sqz_progress_end(&job->progress);
	if (net.ou)
		report(job, &net, prune.share, head);
	int result = net.ou ? 0 : -1;

	sqz_quantized_free(&net);
	return result;
}

static int count_shares(const struct job *job, struct sqz_error *err)
{
	char *list = strdup(job->set->shares);
	char *rest = NULL;
	bool head = true;
	int result = list ? 0 : sqz_fail(err, "out of memory");

	for (char *text = list ? strtok_r(list, ",", &rest) : NULL;
	     text && !result; text = strtok_r(NULL, ",", &rest)) {
		result = count_share(job, text, head, err);
		head = false;
	}
	free(list);
	return result;
}

static int count_to_csv(struct job *job, struct sqz_error *err)
{
	const char *path = job->set->csv;
	char *text = NULL;
	size_t size = 0;

	job->csv = open_memstream(&text, &size);
	if (!job->csv)
		return sqz_fail(err, "%s: out of memory", path);
	sqz_ou_csv_head(job->csv);
	int result = count_shares(job, err);

	if (fclose(job->csv) && !result)
		result = sqz_fail(err, "%s: out of memory", path);
	if (!result)
		result = sqz_write_file(path, text, size, err);
	free(text);
	return result;
}

static int run(const struct settings *set, struct sqz_error *err)
{
	struct job job = { .set = set, .scheme = set->quant.scheme };

	sqz_progress_init(&job.progress, false);
	/* Heaps of the threads would keep what one network after the other
	 * took. */
	mallopt(M_ARENA_MAX, 1);
	if (sqz_scheme_parse(set->scheme, &job.scheme, err) ||
	    sqz_config_load(&job.config, set->config.path,
			    set->config.overrides, set->config.override_count,
			    err))
		return -1;
	if (set->config.dump) {
		sqz_config_dump(&job.config, stdout);
		return 0;
	}
	if (sqz_read_calibration(&set->quant, &job.training, err))
		return -1;
	job.scheme.array_rows = job.config.tile.array_rows;
	job.scheme.array_columns = job.config.tile.array_columns;
	int result =
	    set->csv ? count_to_csv(&job, err) : count_shares(&job, err);

	sqz_dataset_free(&job.training);
	return result;
}

int sqz_cmd_similarity(int argc, char **argv)
{
	static const struct argp_child CHILDREN[] = {
		{ &sqz_config_argp, 0, "Hardware:", 1 },
		{ &sqz_ou_argp, 0, "Layouts:", 2 },
		{ &sqz_quant_argp, 0, "Quantization:", 3 },
		{ 0 }
	};
	static const struct argp ARGP = { OPTIONS, parse,    "NETWORK.onnx",
					  DOC,	   CHILDREN, NULL,
					  NULL };
	struct settings set = { .scheme = "int8", .shares = DEFAULT_SHARES };
	struct sqz_error err = { "" };

	sqz_quant_options_init(&set.quant);
	sqz_ou_options_init(&set.request);
	/* Weights hardly depend on it: only as a bound on their units. */
	set.quant.calibrate = DEFAULT_CALIBRATE;
	argv[0] = (char *)"sqz similarity";
	argp_err_exit_status = 1;
	argp_parse(&ARGP, argc, argv, 0, NULL, &set);
	if (run(&set, &err)) {
		fprintf(stderr, "sqz similarity: %s\n", err.text);
		return 1;
	}
	return 0;
}
