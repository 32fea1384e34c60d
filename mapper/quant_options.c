#include "quant_options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_DATASET	  "/usr/share/datasets/fashion-mnist"
#define DEFAULT_CALIBRATE 512

enum option_key {
	OPTION_PERCENTILE = 512,
	OPTION_RULE,
	OPTION_MEAN,
	OPTION_DEVIATION,
	OPTION_PRUNE,
	OPTION_LAYERS,
	OPTION_CORRECT_BIAS,
};

static const struct argp_option OPTIONS[] = {
	{ "dataset", 'd', "DIR", 0,
	  "folder of the IDX files (default: " DEFAULT_DATASET ")", 0 },
	{ "calibrate", 'c', "N", 0,
	  "calibrate activations on the first N training images (default: 512)",
	  0 },
	{ "percentile", OPTION_PERCENTILE, "P", 0,
	  "activation ranges hold P % of the values (default: 100)", 0 },
	{ "per", 'p', "tensor|channel", 0,
	  "weight units per tensor or output channel (default: channel)", 0 },
	{ "rule", OPTION_RULE, "max|mse|P", 0,
	  "weight unit from the largest weight, searched for the least "
	  "squared error, or so that P % of the weights are not cut off "
	  "(default: mse)",
	  0 },
	{ "correct-bias", OPTION_CORRECT_BIAS, 0, 0,
	  "take the mean shift that the weights' errors cause over the "
	  "calibration images out of the biases",
	  0 },
	{ "layers", OPTION_LAYERS, "FILE", 0,
	  "a scheme for each layer, as `sqz eval --save-layers` writes it", 0 },
	{ "prune", OPTION_PRUNE, "P[:rows]", 0,
	  "first set the share P of every layer's smallest weights to 0, or of "
	  "whole rows of its weight matrix (default: 0)",
	  0 },
	{ "mean", OPTION_MEAN, "M", 0,
	  "pixels become (pixel / 255 - M) / S (default: 0.2860)", 0 },
	{ "std", OPTION_DEVIATION, "S", 0, "see --mean (default: 0.3530)", 0 },
	{ 0 }
};

unsigned long sqz_argp_whole(struct argp_state *state, const char *name,
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

bool sqz_argp_second_of(struct argp_state *state, const char *name,
			const char *text, const char *first, const char *second)
{
	if (strcmp(text, first) && strcmp(text, second))
		argp_error(state, "--%s %s: must be %s or %s", name, text,
			   first, second);
	return !strcmp(text, second);
}

static void parse_rule(struct argp_state *state, const char *text,
		       struct sqz_scheme *scheme)
{
	if (!strcmp(text, "max")) {
		scheme->rule = SQZ_SCALE_MAX;
	} else if (!strcmp(text, "mse")) {
		scheme->rule = SQZ_SCALE_MSE;
	} else {
		scheme->rule = SQZ_SCALE_PERCENTILE;
		scheme->percentile = real(state, "rule", text);
		if (!(scheme->percentile >= 50 && scheme->percentile <= 100))
			argp_error(state,
				   "--rule %s: must be max, mse or a "
				   "percentile from 50 to 100",
				   text);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_quant_options *options = state->input;
	struct sqz_error err;

	switch (key) {
	case 'd':
		options->dataset = arg;
		break;
	case 'c':
		options->calibrate =
		    (uint32_t)sqz_argp_whole(state, "calibrate", arg, 1);
		break;
	case 'p':
		options->scheme.per_channel =
		    sqz_argp_second_of(state, "per", arg, "tensor", "channel");
		break;
	case OPTION_PERCENTILE:
		options->percentile = real(state, "percentile", arg);
		break;
	case OPTION_RULE:
		parse_rule(state, arg, &options->scheme);
		break;
	case OPTION_CORRECT_BIAS:
		options->scheme.correct_bias = true;
		break;
	case OPTION_LAYERS:
		options->layers = arg;
		break;
	case OPTION_PRUNE:
		if (sqz_prune_parse(arg, &options->prune, &err))
			argp_error(state, "--prune: %s", err.text);
		break;
	case OPTION_MEAN:
		options->normalization.mean = (float)real(state, "mean", arg);
		break;
	case OPTION_DEVIATION:
		options->normalization.deviation =
		    (float)real(state, "std", arg);
		if (!(options->normalization.deviation > 0))
			argp_error(state, "--std %s: must be positive", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp sqz_quant_argp = { OPTIONS, parse, NULL, NULL,
				     NULL,    NULL,  NULL };

void sqz_quant_options_init(struct sqz_quant_options *options)
{
	*options = (struct sqz_quant_options){
		.dataset = DEFAULT_DATASET,
		.calibrate = DEFAULT_CALIBRATE,
		.percentile = 100,
		.normalization = sqz_fashion_mnist_normalization,
		.scheme = sqz_scheme_default,
	};
}

static int read_first(const struct sqz_quant_options *options,
		      const char *split, uint32_t most,
		      struct sqz_dataset *dataset, struct sqz_error *err)
{
	char images[PATH_MAX];
	char labels[PATH_MAX];

	snprintf(images, sizeof(images), "%s/%s-images-idx3-ubyte.gz",
		 options->dataset, split);
	snprintf(labels, sizeof(labels), "%s/%s-labels-idx1-ubyte.gz",
		 options->dataset, split);
	return sqz_dataset_read_first(images, labels, most, dataset, err);
}

int sqz_read_split(const struct sqz_quant_options *options, const char *split,
		   struct sqz_dataset *dataset, struct sqz_error *err)
{
	return read_first(options, split, UINT32_MAX, dataset, err);
}

int sqz_read_calibration(const struct sqz_quant_options *options,
			 struct sqz_dataset *dataset, struct sqz_error *err)
{
	return read_first(options, "train", options->calibrate, dataset, err);
}
