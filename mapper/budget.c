#include "budget.h"

#include <math.h>
#include <stdlib.h>

static void show(const struct sqz_budget *budget, const char *stage,
		 uint32_t done, uint32_t of)
{
	if (budget->progress)
		budget->progress(budget->context, stage, done, of);
}

/* ---- stage 1: costs ---- */

/* Class probabilities of all probes under the start. */
struct probe {
	struct sqz_eval eval;
	double *start; /* probes x classes, logarithms */
	double *log;   /* classes */
};

/* log[k] = logarithm of the probability of class k. */
static void log_softmax(const struct sqz_qnet *net, const int32_t *logits,
			size_t classes, double *log_probability)
{
	const struct sqz_qtensor *out = &net->tensors[net->output];
	double most = -INFINITY, sum = 0;

	for (size_t k = 0; k < classes; k++) {
		log_probability[k] =
		    ((double)logits[k] - out->zero_point) * out->scale;
		most = fmax(most, log_probability[k]);
	}
	for (size_t k = 0; k < classes; k++)
		sum += exp(log_probability[k] - most);
	for (size_t k = 0; k < classes; k++)
		log_probability[k] -= most + log(sum);
}

static double divergence(const struct sqz_qnet *net, const struct probe *probe,
			 const struct sqz_eval_result *run)
{
	size_t classes = run->logit_count;
	double sum = 0;

	for (uint32_t i = 0; i < probe->eval.images; i++) {
		const double *start = probe->start + i * classes;

		log_softmax(net, run->logits + i * classes, classes,
			    probe->log);
		for (size_t k = 0; k < classes; k++)
			sum += exp(start[k]) * (start[k] - probe->log[k]);
	}
	/* Rounding may leave less than nothing. */
	return fmax(0, sum / probe->eval.images);
}

static int probe_start(const struct sqz_budget *budget,
		       const struct sqz_quantized *net, struct probe *probe,
		       struct sqz_error *err)
{
	struct sqz_eval_result run;

	probe->eval = *budget->eval;
	probe->eval.progress = NULL;
	if (budget->probes < probe->eval.images)
		probe->eval.images = budget->probes;
	if (sqz_eval_quantized(&probe->eval, net, &run, err))
		return -1;
	size_t classes = run.logit_count;
	probe->log = malloc(classes * sizeof(*probe->log));
	probe->start =
	    malloc(probe->eval.images * classes * sizeof(*probe->start));
	bool ok = probe->log && probe->start;
	for (uint32_t i = 0; ok && i < probe->eval.images; i++)
		log_softmax(&net->net, run.logits + i * classes, classes,
			    probe->start + i * classes);
	sqz_eval_result_free(&run);
	return ok ? 0 : sqz_fail(err, "out of memory for probes");
}

/* The network with one layer's scheme changed. */
static int try_option(const struct sqz_budget *budget,
		      const struct probe *probe, uint32_t layer,
		      uint32_t candidate, struct sqz_quantized *net,
		      struct sqz_option *option, struct sqz_error *err)
{
	struct sqz_eval_result run;

	option->candidate = candidate;
	if (sqz_requantize_layer(budget->eval->graph, budget->lowered,
				 &budget->candidates[candidate], layer, net,
				 err))
		return -1;
	option->arrays = sqz_eval_layer_arrays(net, layer);
	if (candidate == 0)
		return 0;
	if (sqz_eval_quantized(&probe->eval, net, &run, err))
		return -1;
	option->cost = divergence(&net->net, probe, &run);
	sqz_eval_result_free(&run);
	return 0;
}

static int fill_choice(const struct sqz_budget *budget,
		       const struct probe *probe, uint32_t layer,
		       struct sqz_quantized *net, struct sqz_choice *choice,
		       struct sqz_error *err)
{
	uint32_t count = budget->candidate_count;

	choice->layer = layer;
	choice->frontier = calloc(count, sizeof(*choice->frontier));
	if (!choice->frontier)
		return sqz_fail(err, "out of memory for candidates");
	/* The first one comes last, so that the layer is as it was. */
	for (uint32_t i = count; i-- > 0;)
		if (try_option(budget, probe, layer, i, net,
			       &choice->frontier[i], err))
			return -1;
	choice->length = sqz_frontier_build(choice->frontier, count);
	return 0;
}

static int find_costs(const struct sqz_budget *budget,
		      struct sqz_quantized *net, struct probe *probe,
		      struct sqz_budget_result *result, struct sqz_error *err)
{
	uint32_t layers = 0;

	for (uint32_t i = 0; i < net->net.layer_count; i++)
		layers += net->net.layers[i].kind == SQZ_STEP_MVM;
	result->choices = calloc(layers, sizeof(*result->choices));
	if (!result->choices)
		return sqz_fail(err, "out of memory for %u layers", layers);
	if (probe_start(budget, net, probe, err))
		return -1;
	for (uint32_t i = 0; i < net->net.layer_count; i++) {
		if (net->net.layers[i].kind != SQZ_STEP_MVM)
			continue;
		show(budget, "costs of layers", result->count, layers);
		if (fill_choice(budget, probe, i, net,
				&result->choices[result->count++], err))
			return -1;
	}
	return 0;
}

/* ---- stages 2 and 3: steps ---- */

struct steps {
	struct sqz_move *moves;
	uint32_t count;
	uint8_t *float_right;
	struct sqz_scheme *schemes;
};

static int make_steps(const struct sqz_budget *budget,
		      const struct sqz_budget_result *result,
		      struct steps *steps, struct sqz_error *err)
{
	uint32_t layers = result->count, most = 1;
	struct sqz_option **options = calloc(layers, sizeof(*options));
	uint32_t *lengths = calloc(layers, sizeof(*lengths));

	for (uint32_t i = 0; options && lengths && i < layers; i++) {
		options[i] = result->choices[i].frontier;
		lengths[i] = result->choices[i].length;
		most += lengths[i];
	}
	steps->moves = calloc(most, sizeof(*steps->moves));
	steps->float_right = malloc(budget->eval->images);
	steps->schemes =
	    calloc(budget->lowered->layer_count, sizeof(*steps->schemes));
	bool ok = options && lengths && steps->moves && steps->float_right &&
		  steps->schemes;
	if (ok)
		steps->count =
		    sqz_frontier_moves(options, lengths, layers, steps->moves);
	free(options);
	free(lengths);
	return ok ? 0 : sqz_fail(err, "out of memory for a search");
}

static void steps_free(struct steps *steps)
{
	free(steps->moves);
	free(steps->float_right);
	free(steps->schemes);
}

static void take_steps(const struct steps *steps, uint32_t count,
		       struct sqz_budget_result *result)
{
	for (uint32_t i = 0; i < result->count; i++)
		result->choices[i].place = 0;
	for (uint32_t i = 0; i < count; i++)
		result->choices[steps->moves[i].layer].place =
		    steps->moves[i].to;
}

void sqz_budget_schemes(const struct sqz_budget *budget,
			const struct sqz_budget_result *result,
			struct sqz_scheme *schemes)
{
	for (uint32_t i = 0; i < budget->lowered->layer_count; i++)
		schemes[i] = budget->candidates[0];
	for (uint32_t i = 0; i < result->count; i++) {
		const struct sqz_choice *choice = &result->choices[i];
		const struct sqz_option *option =
		    &choice->frontier[choice->place];

		schemes[choice->layer] = budget->candidates[option->candidate];
	}
}

/* Accuracy after the first `count` steps; *passes if it is good enough. */
static int check_steps(const struct sqz_budget *budget, struct steps *steps,
		       uint32_t count, struct sqz_budget_result *result,
		       bool *passes, struct sqz_error *err)
{
	struct sqz_eval_result run;

	take_steps(steps, count, result);
	sqz_budget_schemes(budget, result, steps->schemes);
	if (sqz_eval_each(budget->eval, budget->lowered, steps->schemes, &run,
			  err))
		return -1;
	result->paired = sqz_paired_compare(steps->float_right, run.right,
					    budget->eval->images);
	result->arrays = run.arrays;
	*passes = sqz_paired_drop_below(&result->paired, budget->max_drop);
	sqz_eval_result_free(&run);
	return 0;
}

/* Halves between `good` steps, which pass, and `bad`, which do not. */
static int halve(const struct sqz_budget *budget, struct steps *steps,
		 struct sqz_budget_result *result, struct sqz_error *err)
{
	struct sqz_budget_result best = *result;
	uint32_t good = 0, bad = steps->count + 1, tried = 1;

	while (bad - good > 1) {
		/* All steps first: they may be affordable. */
		uint32_t middle = tried == 1 ? steps->count : (good + bad) / 2;
		bool passes;

		show(budget, "accuracy checks", tried++, 0);
		if (check_steps(budget, steps, middle, result, &passes, err))
			return -1;
		if (passes) {
			good = middle;
			best = *result;
		} else {
			bad = middle;
		}
	}
	*result = best;
	take_steps(steps, good, result);
	return 0;
}

static int choose(const struct sqz_budget *budget, struct steps *steps,
		  struct sqz_budget_result *result, struct sqz_error *err)
{
	if (make_steps(budget, result, steps, err) ||
	    sqz_eval_float(budget->eval, steps->float_right, err) ||
	    check_steps(budget, steps, 0, result, &result->reached, err))
		return -1;
	result->start_arrays = result->arrays;
	result->images = budget->eval->images;
	return result->reached ? halve(budget, steps, result, err) : 0;
}

int sqz_budget_search(const struct sqz_budget *budget,
		      struct sqz_budget_result *result, struct sqz_error *err)
{
	struct sqz_quantized start;
	struct probe probe = { 0 };
	struct steps steps = { 0 };

	*result = (struct sqz_budget_result){ 0 };
	if (sqz_quantize(budget->eval->graph, budget->lowered,
			 &budget->candidates[0], &start, err))
		return -1;
	int status = find_costs(budget, &start, &probe, result, err);
	free(probe.start);
	free(probe.log);
	sqz_quantized_free(&start);
	if (status == 0)
		status = choose(budget, &steps, result, err);
	steps_free(&steps);
	if (status)
		sqz_budget_result_free(result);
	return status;
}

void sqz_budget_result_free(struct sqz_budget_result *result)
{
	for (uint32_t i = 0; i < result->count; i++)
		free(result->choices[i].frontier);
	free(result->choices);
	*result = (struct sqz_budget_result){ 0 };
}
