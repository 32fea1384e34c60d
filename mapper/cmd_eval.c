#include "cmd_eval.h"

#include "analog_options.h"
#include "eval_budget.h"
#include "eval_table.h"
#include "layer_schemes.h"
#include "onnx_import.h"
#include "parallel.h"
#include "quant_options.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_SCHEMES                                                        \
	"int8,sme0,sme1,sme2,sme3,int9,int7,int6,trunc1,trunc2,trunc3"

#define LIMIT_POINTS 0.3

enum option_key {
	OPTION_ARRAY = 256,
	OPTION_CSV,
	OPTION_DUMP,
	OPTION_SPLIT,
	OPTION_AGAINST,
};

static const struct argp_option options[] = {
	{ "images", 'n', "N", 0, "first N images (default: all)", 0 },
	{ "split", OPTION_SPLIT, "test|train", 0,
	  "images of this split (default: test); decide on training images",
	  0 },
	{ "against", OPTION_AGAINST, "FILE.onnx", 0,
	  "differences are to the float network of this file (default: to "
	  "NETWORK.onnx itself)",
	  0 },
	{ "array", OPTION_ARRAY, "ROWSxCOLUMNS", 0,
	  "crossbar size (default: 128x128)", 0 },
	{ "schemes", 's', "LIST", 0,
	  "comma-separated schemes (default: " DEFAULT_SCHEMES
	  "; with a scheme for each layer: int8)",
	  0 },
	{ "threads", 't', "N", 0, "worker threads (default: one a processor)",
	  0 },
	{ "csv", OPTION_CSV, "FILE", 0, "write the table as CSV", 0 },
	{ "dump-logits", OPTION_DUMP, "FILE", 0,
	  "write label and integer logits of each image; one scheme only", 0 },
	{ 0 }
};

static const char doc[] =
    "Top-1 accuracy of an ONNX network on labelled images: in float, and as "
    "integer network under each scheme."
    "\v"
    "Schemes: intN is symmetric N-bit (N - 1 magnitude planes); smeX is the "
    "SME codebook (8, 3) squeezed by X planes, on 8 - X planes, smeN,S,X the "
    "codebook (N, S); potN has powers of two, apotN,T sums of T of them, on N "
    "planes; truncX is 8 magnitude planes less the lowest X. smeX is to be "
    "compared with int(9-X) and truncX, which store as many planes.\n"
    "Differences to float are paired by image: of n images, b were right "
    "before and c are right now; d = (c - b) / n, 95 % interval d +- 1.96 "
    "sqrt((b + c) / n - d^2) / sqrt(n). A drop below 0.3 points is `shown` if "
    "the lower end is above -0.3 points.\n"
    "--against compares with the float network of another file, as for a "
    "fine-tuned network with its equally fine-tuned float baseline.\n"
    "The column `arrays` counts crossbars with differential pairs; planes "
    "that are empty over a block are not stored.";

struct settings {
	struct sqz_quant_options quant;
	struct sqz_budget_options budget;
	struct sqz_analog_settings analog;
	const char *network, *against, *schemes, *csv, *dump;
	bool training;	 /* judge on the training split */
	uint32_t images; /* 0: all */
	unsigned threads;
};

static void parse_array(struct argp_state *state, const char *text,
			struct sqz_scheme *scheme)
{
	char rest;

	if (sscanf(text, "%5ux%5u%c", &scheme->array_rows,
		   &scheme->array_columns, &rest) != 2 ||
	    !scheme->array_rows || !scheme->array_columns)
		argp_error(state, "--array %s: must be like 128x128", text);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct settings *set = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &set->quant;
		state->child_inputs[1] = &set->budget;
		state->child_inputs[2] = &set->analog;
		break;
	case 'n':
		set->images = (uint32_t)sqz_argp_whole(state, "images", arg, 1);
		break;
	case 's':
		set->schemes = arg;
		break;
	case 't':
		set->threads =
		    (unsigned)sqz_argp_whole(state, "threads", arg, 1);
		break;
	case OPTION_ARRAY:
		parse_array(state, arg, &set->quant.scheme);
		break;
	case OPTION_SPLIT:
		set->training =
		    sqz_argp_second_of(state, "split", arg, "test", "train");
		break;
	case OPTION_AGAINST:
		set->against = arg;
		break;
	case OPTION_CSV:
		set->csv = arg;
		break;
	case OPTION_DUMP:
		set->dump = arg;
		break;
	case ARGP_KEY_ARG:
		if (set->network)
			argp_error(state, "one network at a time");
		set->network = arg;
		break;
	case ARGP_KEY_END:
		if (!set->network)
			argp_error(state, "which network?");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {
	{ &sqz_quant_argp, 0, "Quantization:", 1 },
	{ &sqz_budget_argp, 0, "Search for a scheme for each layer:", 2 },
	{ &sqz_analog_argp, 0,
	  "Crossbars as they are (any of these: bit-serial, each bit line "
	  "through the ADC):",
	  3 },
	{ 0 }
};

static const struct argp argp = { .options = options,
				  .parser = parse_option,
				  .args_doc = "NETWORK.onnx",
				  .doc = doc,
				  .children = children };

/* ---- the run ---- */

struct progress {
	const char *pass;
	uint32_t images;
};

static void show_progress(void *context, uint32_t done)
{
	const struct progress *progress = context;

	fprintf(stderr, "\r%-8s %u/%u images\033[K", progress->pass, done,
		progress->images);
	if (done == progress->images)
		fprintf(stderr, "\r\033[K");
}

static int float_answers(const struct sqz_eval *eval, uint8_t **right,
			 struct sqz_error *err)
{
	*right = malloc(eval->images);
	if (!*right)
		return sqz_fail(err, "out of memory for %u images",
				eval->images);
	return sqz_eval_float(eval, *right, err);
}

/* The float network of another file. */
static int other_answers(const struct settings *set,
			 const struct sqz_eval *eval, uint8_t **right,
			 struct sqz_error *err)
{
	struct sqz_graph graph = { 0 };
	struct sqz_eval other = *eval;

	if (sqz_onnx_import(set->against, &graph, err))
		return -1;
	other.graph = &graph;
	int result = float_answers(&other, right, err);
	sqz_graph_free(&graph);
	return result;
}

/* In float: what the rest is compared with, and the network itself where that
 * is another file's, or is pruned. */
static int evaluate_float(const struct settings *set,
			  const struct sqz_eval *eval, struct sqz_graph *graph,
			  struct sqz_eval_table *table, struct sqz_error *err)
{
	bool pruned = set->quant.prune.share > 0;

	table->base_name = set->against ? "against" : "float";
	table->own_name = pruned ? "pruned" : "float";
	if (set->against ? other_answers(set, eval, &table->base_right, err)
			 : float_answers(eval, &table->base_right, err))
		return -1;
	if (pruned && sqz_prune_graph(graph, &set->quant.prune, err))
		return -1;
	return pruned || set->against
		   ? float_answers(eval, &table->own_right, err)
		   : 0;
}

/* Rows of a scheme for each layer: from a search, from a file. */
static int add_layers(const struct settings *set, const struct sqz_eval *eval,
		      const struct sqz_qnet *lowered,
		      struct sqz_eval_table *table, struct sqz_error *err)
{
	const struct sqz_scheme *base = &set->quant.scheme;
	struct sqz_scheme *layers;

	if (set->budget.max_drop > 0) {
		if (sqz_eval_budget(&set->budget, eval, lowered, base, &layers,
				    err))
			return -1;
		sqz_eval_table_layers(table, "budget", layers);
	} else if (set->quant.layers) {
		if (sqz_layer_schemes_read(set->quant.layers, lowered, base,
					   &layers, err))
			return -1;
		sqz_eval_table_layers(table, "layers", layers);
	}
	return 0;
}

static int evaluate_rows(const struct sqz_eval *eval,
			 const struct sqz_qnet *lowered,
			 struct progress *progress,
			 struct sqz_eval_table *table, struct sqz_error *err)
{
	for (size_t i = 0; i < table->count; i++) {
		struct sqz_eval_row *row = &table->rows[i];

		progress->pass = row->name;
		if (row->layers ? sqz_eval_each(eval, lowered, row->layers,
						&row->result, err)
				: sqz_eval_scheme(eval, lowered, &row->scheme,
						  &row->result, err))
			return -1;
	}
	return 0;
}

static int evaluate(const struct settings *set, struct sqz_eval *eval,
		    struct sqz_graph *graph, struct sqz_eval_table *table,
		    struct sqz_error *err)
{
	struct progress progress = { "float", eval->images };
	struct sqz_qnet lowered;

	eval->context = &progress;
	if (isatty(STDERR_FILENO))
		eval->progress = show_progress;
	if (evaluate_float(set, eval, graph, table, err) ||
	    sqz_eval_lower(eval, &lowered, err))
		return -1;
	int result = add_layers(set, eval, &lowered, table, err);
	if (result == 0)
		result = evaluate_rows(eval, &lowered, &progress, table, err);
	sqz_qnet_free(&lowered);
	if (result)
		return -1;
	sqz_eval_table_print(table);
	if (set->csv && sqz_eval_table_csv(table, set->csv, err))
		return -1;
	return set->dump ? sqz_eval_table_logits(table, eval, set->dump, err)
			 : 0;
}

static int run(const struct settings *set, struct sqz_eval_table *table,
	       struct sqz_error *err)
{
	struct sqz_graph graph = { 0 };
	struct sqz_dataset training = { 0 }, test = { 0 };
	const struct sqz_dataset *judged = set->training ? &training : &test;
	struct sqz_eval eval = {
		.graph = &graph,
		.training = &training,
		.judged = judged,
		.normalization = set->quant.normalization,
		.percentile = set->quant.percentile,
		.input_means = set->quant.scheme.correct_bias,
		.threads = set->threads,
	};
	struct sqz_analog_options analog;
	bool layers = set->budget.max_drop > 0 || set->quant.layers;
	const char *schemes = set->schemes ? set->schemes
			      : layers	   ? "int8"
					   : DEFAULT_SCHEMES;
	int result = -1;

	if (sqz_eval_table_schemes(table, schemes, &set->quant.scheme, err))
		return -1;
	if (set->dump && (table->count != 1 || layers))
		return sqz_fail(err, "--dump-logits takes one scheme, not %zu",
				table->count + layers);
	if (sqz_analog_settle(&set->analog, set->quant.scheme.array_rows,
			      &analog))
		eval.analog = &analog;
	if (sqz_onnx_import(set->network, &graph, err) == 0 &&
	    sqz_read_split(&set->quant, "train", &training, err) == 0 &&
	    (set->training ||
	     sqz_read_split(&set->quant, "t10k", &test, err) == 0)) {
		eval.images = set->images && set->images < judged->count
				  ? set->images
				  : judged->count;
		table->images = eval.images;
		eval.calibrate = set->quant.calibrate < training.count
				     ? set->quant.calibrate
				     : training.count;
		result = evaluate(set, &eval, &graph, table, err);
	}
	sqz_dataset_free(&training);
	sqz_dataset_free(&test);
	sqz_graph_free(&graph);
	return result;
}

int sqz_cmd_eval(int argc, char **argv)
{
	struct settings set = {
		.threads = sqz_processors(),
	};
	struct sqz_eval_table table = { .limit = LIMIT_POINTS };
	struct sqz_error err;

	sqz_quant_options_init(&set.quant);
	sqz_budget_options_init(&set.budget);
	sqz_analog_settings_init(&set.analog);
	argv[0] = (char *)"sqz eval";
	argp_err_exit_status = 1;
	argp_parse(&argp, argc, argv, 0, NULL, &set);
	table.network = set.network;
	table.split = set.training ? "training" : "test";
	int result = run(&set, &table, &err);
	sqz_eval_table_free(&table);
	if (result)
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
