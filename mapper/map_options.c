#include "map_options.h"

#include <string.h>

#include "ou_options.h"

enum option_key {
	OPTION_QUIET = 256,
	OPTION_LAYOUT,
	OPTION_CELLS,
	OPTION_ORDER
};

static const struct argp_option OPTIONS[] = {
	{ "output", 'o', "FILE", 0,
	  "the image to be written (needed, but for reports and pictures "
	  "alone)",
	  0 },
	{ "scheme", 's', "NAME", 0,
	  "any that `sqz eval` knows, for all layers (default: sme2)", 0 },
	{ "sign", 'S', "pair|twos", 0,
	  "signs as differential pair or two's complement (default: pair; "
	  "operation units: twos)",
	  0 },
	{ "layout", OPTION_LAYOUT, "NAME", 0,
	  "full: whole arrays are read at once (default). By operation units: "
	  "ou (all columns), sre (all-zero rows skipped), duplicates, column "
	  "(equal columns of a row group stored once), or auto: the best of "
	  "these by layer. An image has one read mode",
	  0 },
	{ "cells", OPTION_CELLS, "BITS", 0,
	  "bits of a cell in whole arrays: 1, 2 or 4 (default: 1)", 0 },
	{ "order-rows", OPTION_ORDER, 0, 0,
	  "in whole arrays, rows of like magnitude into one array where that "
	  "empties planes or shortens passes, as many as a tile holds; takes a "
	  "list of rows",
	  0 },
	{ "quiet", OPTION_QUIET, 0, 0, "print no table", 0 },
	{ 0 }
};

static const char DOC[] =
    "Quantizes an ONNX network, slices it over crossbars, squeezes it, places "
    "it on a chip and writes the image that `sqz run` loads."
    "\v"
    "The scheme smeX is implemented from its public description; squeeze-out "
    "by X planes as it stands here is ours (docs/schemes.md).";

static void parse_layout(struct argp_state *state, const char *text)
{
	struct sqz_map_options *set = state->input;

	set->ou = strcmp(text, "full") != 0;
	set->request.layout = SQZ_LAYOUT_FULL; /* the plan chooses */
	if (!set->ou || strcmp(text, "auto") == 0)
		return;
	for (int i = SQZ_LAYOUT_OU; i < SQZ_LAYOUT_COUNT; i++)
		if (strcmp(text, sqz_layout_name((enum sqz_layout)i)) == 0)
			set->request.layout = (enum sqz_layout)i;
	if (set->request.layout == SQZ_LAYOUT_FULL)
		argp_error(state,
			   "--layout %s: must be full, ou, sre, duplicates, "
			   "column or auto, one for the whole image",
			   text);
}

static void check(struct argp_state *state, struct sqz_map_options *set)
{
	bool output = set->output || sqz_map_outputs_wanted(&set->outputs);

	if (!set->config.path ||
	    (!set->config.dump && (!set->network || !output)))
		argp_error(state, "NETWORK.onnx, --output (or --report, "
				  "--picture) and --config are needed");
	if (!set->sign)
		set->sign = set->ou ? "twos" : "pair";
	if (set->ou && strcmp(set->sign, "twos"))
		argp_error(state,
			   "--sign %s: operation units hold two's "
			   "complement",
			   set->sign);
	if (set->ou && set->order_rows)
		argp_error(state, "--order-rows: operation units have row "
				  "orders of their own");
	if (set->ou && set->cell_bits > 1)
		argp_error(state,
			   "--cells %u: operation units have cells of 1 bit",
			   set->cell_bits);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_map_options *set = state->input;

	switch (key) {
	case 'o':
		set->output = arg;
		break;
	case 's':
		set->scheme = arg;
		break;
	case 'S':
		set->sign = arg;
		if (strcmp(arg, "pair") && strcmp(arg, "twos"))
			argp_error(state, "--sign %s: must be pair or twos",
				   arg);
		break;
	case OPTION_LAYOUT:
		parse_layout(state, arg);
		break;
	case OPTION_CELLS:
		set->cell_bits =
		    (unsigned)sqz_argp_whole(state, "cells", arg, 1);
		if (set->cell_bits != 1 && set->cell_bits != 2 &&
		    set->cell_bits != 4)
			argp_error(state, "--cells %s: must be 1, 2 or 4", arg);
		break;
	case OPTION_ORDER:
		set->order_rows = true;
		break;
	case OPTION_QUIET:
		set->quiet = true;
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &set->config;
		state->child_inputs[1] = &set->request;
		state->child_inputs[2] = &set->outputs;
		state->child_inputs[3] = &set->quant;
		break;
	case ARGP_KEY_ARG:
		if (set->network)
			argp_error(state, "one network at a time");
		set->network = arg;
		break;
	case ARGP_KEY_END:
		check(state, set);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void sqz_map_options_parse(int argc, char **argv,
			   struct sqz_map_options *options)
{
	static const struct argp_child CHILDREN[] = {
		{ &sqz_config_argp, 0, "Hardware:", 1 },
		{ &sqz_ou_argp, 0, "Layouts:", 2 },
		{ &sqz_map_outputs_argp, 0, "Reports:", 3 },
		{ &sqz_quant_argp, 0, "Quantization:", 4 },
		{ 0 }
	};
	static const struct argp ARGP = { OPTIONS, parse,    "NETWORK.onnx",
					  DOC,	   CHILDREN, NULL,
					  NULL };

	*options = (struct sqz_map_options){ .scheme = "sme2", .cell_bits = 1 };
	sqz_quant_options_init(&options->quant);
	sqz_ou_options_init(&options->request);
	argv[0] = (char *)"sqz map";
	argp_err_exit_status = 1;
	argp_parse(&ARGP, argc, argv, 0, NULL, options);
}
