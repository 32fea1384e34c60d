#include "eval_budget.h"

#include "budget_table.h"
#include "layer_schemes.h"
#include "quant_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Plain integers and SME squeezed by up to 3 at equal planes, 8 down to 3. */
#define DEFAULT_CANDIDATES                                                     \
	"int9,int8,int7,int6,int5,sme8,4,1,sme8,3,1,sme8,4,2,sme8,3,2,"        \
	"sme8,4,3,sme8,3,3,sme7,3,3,int4,sme6,3,3"
#define DEFAULT_IMAGES 10000
#define DEFAULT_PROBES 256

enum option_key {
	OPTION_MAX_DROP = 768,
	OPTION_CANDIDATES,
	OPTION_IMAGES,
	OPTION_PROBES,
	OPTION_SAVE,
};

static const struct argp_option OPTIONS[] = {
	{ "max-drop", OPTION_MAX_DROP, "POINTS", 0,
	  "choose a scheme for each layer: fewest crossbars with a drop shown "
	  "to be below POINTS on training images",
	  0 },
	{ "candidates", OPTION_CANDIDATES, "LIST", 0,
	  "schemes to choose from, the first is the start "
	  "(default: " DEFAULT_CANDIDATES ")",
	  0 },
	{ "search-images", OPTION_IMAGES, "N", 0,
	  "judge choices by the first N training images (default: 10000)", 0 },
	{ "probes", OPTION_PROBES, "N", 0,
	  "measure layers' costs by the first N of them (default: 256)", 0 },
	{ "save-layers", OPTION_SAVE, "FILE", 0,
	  "write the choice for --layers of `sqz eval` and `sqz map`", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sqz_budget_options *options = state->input;
	char *end;

	switch (key) {
	case OPTION_MAX_DROP:
		options->max_drop = strtod(arg, &end);
		if (*end || !(options->max_drop > 0 && options->max_drop < 100))
			argp_error(state,
				   "--max-drop %s: must be points above 0",
				   arg);
		break;
	case OPTION_CANDIDATES:
		options->candidates = arg;
		break;
	case OPTION_IMAGES:
		options->images =
		    (uint32_t)sqz_argp_whole(state, "search-images", arg, 1);
		break;
	case OPTION_PROBES:
		options->probes =
		    (uint32_t)sqz_argp_whole(state, "probes", arg, 1);
		break;
	case OPTION_SAVE:
		options->save = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp sqz_budget_argp = { OPTIONS, parse, NULL, NULL,
				      NULL,    NULL,  NULL };

void sqz_budget_options_init(struct sqz_budget_options *options)
{
	*options = (struct sqz_budget_options){
		.candidates = DEFAULT_CANDIDATES,
		.images = DEFAULT_IMAGES,
		.probes = DEFAULT_PROBES,
	};
}

static void show_progress(void *context, const char *stage, uint32_t done,
			  uint32_t of)
{
	(void)context;
	if (of)
		fprintf(stderr, "\r%s: %u of %u\033[K", stage, done, of);
	else
		fprintf(stderr, "\r%s: %u\033[K", stage, done);
}

static int save_choice(const char *path, const struct sqz_budget *budget,
		       const struct sqz_scheme_list *candidates,
		       const struct sqz_budget_result *result,
		       struct sqz_error *err)
{
	const char **names =
	    calloc(budget->lowered->layer_count, sizeof(*names));
	int status = -1;

	if (!names)
		return sqz_fail(err, "%s: out of memory", path);
	for (uint32_t i = 0; i < result->count; i++) {
		const struct sqz_choice *choice = &result->choices[i];

		names[choice->layer] =
		    candidates
			->names[choice->frontier[choice->place].candidate];
	}
	status = sqz_layer_schemes_write(path, budget->lowered, names, err);
	free(names);
	return status;
}

/* Hands the choice over: table, file, schemes. */
static int finish(const struct sqz_budget_options *options,
		  const struct sqz_budget *budget,
		  const struct sqz_scheme_list *candidates,
		  const struct sqz_budget_result *result,
		  struct sqz_scheme **schemes, struct sqz_error *err)
{
	sqz_budget_table(budget, candidates, result, stdout);
	if (options->save &&
	    save_choice(options->save, budget, candidates, result, err))
		return -1;
	*schemes = calloc(budget->lowered->layer_count, sizeof(**schemes));
	if (!*schemes)
		return sqz_fail(err, "out of memory for the choice");
	sqz_budget_schemes(budget, result, *schemes);
	return 0;
}

int sqz_eval_budget(const struct sqz_budget_options *options,
		    const struct sqz_eval *eval, const struct sqz_qnet *lowered,
		    const struct sqz_scheme *base, struct sqz_scheme **schemes,
		    struct sqz_error *err)
{
	struct sqz_eval training = *eval;
	struct sqz_scheme_list candidates;
	struct sqz_budget_result result;

	training.judged = eval->training;
	training.progress = NULL;
	training.images = options->images < eval->training->count
			      ? options->images
			      : eval->training->count;
	int status =
	    sqz_scheme_list_read(options->candidates, base, &candidates, err);
	if (status == 0) {
		struct sqz_budget budget = {
			.eval = &training,
			.lowered = lowered,
			.candidates = candidates.schemes,
			.candidate_count = candidates.count,
			.probes = options->probes,
			.max_drop = options->max_drop / 100,
		};

		if (isatty(STDERR_FILENO))
			budget.progress = show_progress;
		status = sqz_budget_search(&budget, &result, err);
		if (budget.progress)
			fprintf(stderr, "\r\033[K");
		if (status == 0) {
			status = finish(options, &budget, &candidates, &result,
					schemes, err);
			sqz_budget_result_free(&result);
		}
	}
	sqz_scheme_list_free(&candidates);
	return status;
}
