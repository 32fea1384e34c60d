#include "ou_options.h"

#include <string.h>

#include "parallel.h"
#include "quant_options.h"

enum option_key {
	OPTION_WINDOW = 768,
	OPTION_NO_COMPLEMENTS,
	OPTION_NO_REORDER,
	OPTION_OBJECTIVE,
	OPTION_PACK,
	OPTION_THREADS,
};

static const struct argp_option OPTIONS[] = {
	{ "objective", OPTION_OBJECTIVE, "WHAT", 0,
	  "what a layer is to have least of: crossbars, time or energy "
	  "(default: time). If `sqz map` reads whole arrays: a layer is "
	  "squeezed only if it then has no more of it (default: all are)",
	  0 },
	{ "window", OPTION_WINDOW, "N", 0,
	  "bit columns that may share (default: the best of 128, 512 and all "
	  "of a block)",
	  0 },
	{ "no-complements", OPTION_NO_COMPLEMENTS, 0, 0,
	  "do not take a column from its complement", 0 },
	{ "no-reorder", OPTION_NO_REORDER, 0, 0,
	  "keep the rows' order within a block", 0 },
	{ "pack", OPTION_PACK, 0, 0,
	  "as few arrays as hold the operation units (default: as many as "
	  "without sharing, so that layers get faster)",
	  0 },
	{ "threads", OPTION_THREADS, "N", 0,
	  "plan the operation units of N layers at a time (default: one a "
	  "processor)",
	  0 },
	{ 0 }
};

static enum sqz_ou_objective objective(struct argp_state *state,
				       const char *text)
{
	for (int i = 0; i < SQZ_OU_OBJECTIVES; i++)
		if (strcmp(text, sqz_ou_objective_name(
				     (enum sqz_ou_objective)i)) == 0)
			return (enum sqz_ou_objective)i;
	argp_error(state, "--objective %s: must be crossbars, time or energy",
		   text);
	return SQZ_OU_LEAST_TIME;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_ou_request *request = state->input;

	switch (key) {
	case OPTION_OBJECTIVE:
		request->objective = objective(state, arg);
		request->objective_given = true;
		break;
	case OPTION_WINDOW:
		request->window =
		    (uint32_t)sqz_argp_whole(state, "window", arg, 1);
		break;
	case OPTION_NO_COMPLEMENTS:
		request->complements = false;
		break;
	case OPTION_NO_REORDER:
		request->reorder = false;
		break;
	case OPTION_PACK:
		request->pack = true;
		break;
	case OPTION_THREADS:
		request->threads =
		    (unsigned)sqz_argp_whole(state, "threads", arg, 1);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp sqz_ou_argp = {
	OPTIONS, parse, NULL, NULL, NULL, NULL, NULL
};

void sqz_ou_options_init(struct sqz_ou_request *request)
{
	*request = sqz_ou_request_default;
	request->threads = sqz_processors();
}
