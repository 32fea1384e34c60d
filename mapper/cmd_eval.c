#include "cmd_eval.h"

#include "eval_table.h"
#include "onnx_import.h"

#include <argp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SCHEMES                                                        \
	"int8,sme0,sme1,sme2,sme3,int9,int7,int6,trunc1,trunc2,trunc3"
#define DEFAULT_DATASET	  "/usr/share/datasets/fashion-mnist"
#define DEFAULT_CALIBRATE 512

enum option_key {
	OPTION_PERCENTILE = 256,
	OPTION_RULE,
	OPTION_ARRAY,
	OPTION_MEAN,
	OPTION_DEVIATION,
	OPTION_CSV,
	OPTION_DUMP,
};

static const struct argp_option options[] = {
	{ "images", 'n', "N", 0, "first N test images (default: all)", 0 },
	{ "dataset", 'd', "DIR", 0,
	  "folder of the IDX files (default: " DEFAULT_DATASET ")", 0 },
	{ "calibrate", 'c', "N", 0,
	  "calibrate activations on the first N training images (default: 512)",
	  0 },
	{ "percentile", OPTION_PERCENTILE, "P", 0,
	  "activation ranges hold P % of the values (default: 100)", 0 },
	{ "per", 'p', "tensor|channel", 0,
	  "weight units per tensor or output channel (default: channel)", 0 },
	{ "rule", OPTION_RULE, "max|mse", 0,
	  "weight unit from the largest weight, or searched for the least "
	  "squared error (default: max)",
	  0 },
	{ "array", OPTION_ARRAY, "ROWSxCOLUMNS", 0,
	  "crossbar size (default: 128x128)", 0 },
	{ "schemes", 's', "LIST", 0,
	  "comma-separated intN, smeX, truncX (default: " DEFAULT_SCHEMES ")",
	  0 },
	{ "threads", 't', "N", 0, "worker threads (default: one a processor)",
	  0 },
	{ "mean", OPTION_MEAN, "M", 0,
	  "pixels become (pixel / 255 - M) / S (default: 0.2860)", 0 },
	{ "std", OPTION_DEVIATION, "S", 0, "see --mean (default: 0.3530)", 0 },
	{ "csv", OPTION_CSV, "FILE", 0, "write the table as CSV", 0 },
	{ "dump-logits", OPTION_DUMP, "FILE", 0,
	  "write label and integer logits of each image; one scheme only", 0 },
	{ 0 }
};

static const char doc[] =
    "Top-1 accuracy of an ONNX network on test images: in float, and as "
    "integer network under each scheme."
    "\v"
    "Schemes: intN is symmetric N-bit (N - 1 magnitude planes); smeX is the "
    "SME codebook (8, 3) squeezed by X planes, on 8 - X planes; truncX is 8 "
    "magnitude planes less the lowest X. smeX is to be compared with "
    "int(9-X) and truncX, which store as many planes.\n"
    "The column `arrays` counts crossbars with differential pairs; planes "
    "that are empty over a block are not stored.";

struct settings {
	const char *network, *dataset, *schemes, *csv, *dump;
	uint32_t images; /* 0: all */
	double percentile, mean, deviation;
	struct sqz_scheme scheme;
	uint32_t calibrate;
	unsigned threads;
};

static unsigned long whole(struct argp_state *state, const char *name,
			   const char *text, unsigned long least)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || text[0] == '-' || value < least ||
	    value > INT_MAX)
		argp_error(state, "--%s %s: must be a whole number from %lu",
			   name, text, least);
	return value;
}

static double real(struct argp_state *state, const char *name, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*end || end == text || !(value > -1e6 && value < 1e6))
		argp_error(state, "--%s %s: must be a number", name, text);
	return value;
}

/* True for the second of two words, an error for any other. */
static bool second_of(struct argp_state *state, const char *name,
		      const char *text, const char *first, const char *second)
{
	if (strcmp(text, first) && strcmp(text, second))
		argp_error(state, "--%s %s: must be %s or %s", name, text,
			   first, second);
	return !strcmp(text, second);
}

static void parse_array(struct argp_state *state, const char *text,
			struct sqz_scheme *scheme)
{
	char rest;

	if (sscanf(text, "%5ux%5u%c", &scheme->array_rows,
		   &scheme->array_columns, &rest) != 2 ||
	    !scheme->array_rows || !scheme->array_columns)
		argp_error(state, "--array %s: must be like 128x128", text);
}

/* How the network is quantized. */
static error_t parse_scheme_option(int key, char *arg, struct argp_state *state)
{
	struct settings *set = state->input;
	struct sqz_scheme *scheme = &set->scheme;

	switch (key) {
	case 'c':
		set->calibrate = (uint32_t)whole(state, "calibrate", arg, 1);
		break;
	case 'p':
		scheme->per_channel =
		    second_of(state, "per", arg, "tensor", "channel");
		break;
	case OPTION_PERCENTILE:
		set->percentile = real(state, "percentile", arg);
		break;
	case OPTION_RULE:
		scheme->rule = second_of(state, "rule", arg, "max", "mse")
				   ? SQZ_SCALE_MSE
				   : SQZ_SCALE_MAX;
		break;
	case OPTION_ARRAY:
		parse_array(state, arg, scheme);
		break;
	case OPTION_MEAN:
		set->mean = real(state, "mean", arg);
		break;
	case OPTION_DEVIATION:
		set->deviation = real(state, "std", arg);
		if (!(set->deviation > 0))
			argp_error(state, "--std %s: must be positive", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct settings *set = state->input;

	switch (key) {
	case 'n':
		set->images = (uint32_t)whole(state, "images", arg, 1);
		break;
	case 'd':
		set->dataset = arg;
		break;
	case 's':
		set->schemes = arg;
		break;
	case 't':
		set->threads = (unsigned)whole(state, "threads", arg, 1);
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
		return parse_scheme_option(key, arg, state);
	}
	return 0;
}

static const struct argp argp = { .options = options,
				  .parser = parse_option,
				  .args_doc = "NETWORK.onnx",
				  .doc = doc };

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

static int evaluate(const struct settings *set, struct sqz_eval *eval,
		    struct sqz_eval_table *table, struct sqz_error *err)
{
	struct progress progress = { "float", eval->images };
	struct sqz_qnet lowered;
	int result = 0;

	eval->context = &progress;
	if (isatty(STDERR_FILENO))
		eval->progress = show_progress;
	if (sqz_eval_lower(eval, &lowered, err))
		return -1;
	if (sqz_eval_float(eval, &table->float_top1, err))
		result = -1;
	for (size_t i = 0; result == 0 && i < table->count; i++) {
		struct sqz_eval_row *row = &table->rows[i];

		progress.pass = row->name;
		result = sqz_eval_scheme(eval, &lowered, &row->scheme,
					 &row->result, err);
	}
	sqz_qnet_free(&lowered);
	if (result)
		return -1;
	sqz_eval_table_print(table, eval->images);
	if (set->csv && sqz_eval_table_csv(table, set->csv, err))
		return -1;
	return set->dump ? sqz_eval_table_logits(table, eval, set->dump, err)
			 : 0;
}

static int read_split(const struct settings *set, const char *split,
		      struct sqz_dataset *dataset, struct sqz_error *err)
{
	char images[PATH_MAX], labels[PATH_MAX];

	snprintf(images, sizeof(images), "%s/%s-images-idx3-ubyte.gz",
		 set->dataset, split);
	snprintf(labels, sizeof(labels), "%s/%s-labels-idx1-ubyte.gz",
		 set->dataset, split);
	return sqz_dataset_read(images, labels, dataset, err);
}

static int run(const struct settings *set, struct sqz_eval_table *table,
	       struct sqz_error *err)
{
	struct sqz_graph graph = { 0 };
	struct sqz_dataset training = { 0 }, test = { 0 };
	struct sqz_eval eval = {
		.graph = &graph,
		.training = &training,
		.test = &test,
		.normalization = { (float)set->mean, (float)set->deviation },
		.percentile = set->percentile,
		.threads = set->threads,
	};
	int result = -1;

	if (sqz_eval_table_schemes(table, set->schemes, &set->scheme, err))
		return -1;
	if (set->dump && table->count != 1)
		return sqz_fail(err, "--dump-logits takes one scheme, not %zu",
				table->count);
	if (sqz_onnx_import(set->network, &graph, err) == 0 &&
	    read_split(set, "train", &training, err) == 0 &&
	    read_split(set, "t10k", &test, err) == 0) {
		eval.images = set->images && set->images < test.count
				  ? set->images
				  : test.count;
		eval.calibrate = set->calibrate < training.count
				     ? set->calibrate
				     : training.count;
		result = evaluate(set, &eval, table, err);
	}
	sqz_dataset_free(&training);
	sqz_dataset_free(&test);
	sqz_graph_free(&graph);
	return result;
}

int sqz_cmd_eval(int argc, char **argv)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct settings set = {
		.dataset = DEFAULT_DATASET,
		.schemes = DEFAULT_SCHEMES,
		.percentile = 100,
		.mean = sqz_fashion_mnist_normalization.mean,
		.deviation = sqz_fashion_mnist_normalization.deviation,
		.scheme = sqz_scheme_default,
		.calibrate = DEFAULT_CALIBRATE,
		.threads = processors > 0 ? (unsigned)processors : 1,
	};
	struct sqz_eval_table table = { 0 };
	struct sqz_error err;

	argp_parse(&argp, argc, argv, 0, NULL, &set);
	table.network = set.network;
	int result = run(&set, &table, &err);
	sqz_eval_table_free(&table);
	if (result)
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
	return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
