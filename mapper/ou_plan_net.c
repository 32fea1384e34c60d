/* Plans of all layers, several at a time. */
#include "ou_plan.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "parallel.h"

struct job {
	const struct sqz_config *config;
	const struct sqz_qnet *net;
	struct sqz_blocks *blocks;
	const struct sqz_ou_request *request;
	struct sqz_ou_plan *plans;
	atomic_uint done; /* layers */
};

static double score(const struct sqz_ou_plan *plan, enum sqz_layout layout,
		    enum sqz_ou_objective objective)
{
	return sqz_ou_score(plan->config, &plan->costs[layout], plan->positions,
			    objective);
}

/* Less of the objective; but neither may take more energy than the better of
 * both ways to skip rows. */
static bool is_better(const struct sqz_ou_plan *a, const struct sqz_ou_plan *b,
		      enum sqz_ou_objective objective)
{
	double limit = fmin(score(a, SQZ_LAYOUT_SRE, SQZ_OU_LEAST_ENERGY),
			    score(b, SQZ_LAYOUT_SRE, SQZ_OU_LEAST_ENERGY));

	if (score(b, b->options.layout, SQZ_OU_LEAST_ENERGY) > limit)
		return true;
	return score(a, a->options.layout, SQZ_OU_LEAST_ENERGY) <= limit &&
	       score(a, a->options.layout, objective) <
		   score(b, b->options.layout, objective);
}

/* Plans the same weights in all planes and takes them if they are better. */
static int try_unsqueezed(struct job *job, uint32_t layer,
			  struct sqz_error *err)
{
	struct sqz_ou_plan *plan = &job->plans[layer];
	struct sqz_ou_plan other;
	struct sqz_blocks blocks;

	if (sqz_blocks_unsqueeze(&job->blocks[layer], &blocks, err))
		return -1;
	if (sqz_ou_plan_layer(job->config, &blocks, plan->positions,
			      job->request, &other, err)) {
		sqz_blocks_free(&blocks);
		return -1;
	}
	if (is_better(&other, plan, job->request->objective)) {
		const struct sqz_ou_plan plan_before = *plan;
		const struct sqz_blocks blocks_before = job->blocks[layer];

		*plan = other;
		job->blocks[layer] = blocks;
		plan->unsqueezed = true;
		other = plan_before;
		blocks = blocks_before;
	}
	plan->compared = true;
	plan->rejected = other.costs[other.options.layout];
	sqz_ou_plan_free(&other);
	sqz_blocks_free(&blocks);
	return 0;
}

static int plan_weights(struct job *job, uint32_t layer, struct sqz_error *err)
{
	if (sqz_ou_plan_layer(
		job->config, &job->blocks[layer],
		sqz_qlayer_positions(job->net, &job->net->layers[layer]),
		job->request, &job->plans[layer], err))
		return -1;
	if (job->request->layout != SQZ_LAYOUT_FULL ||
	    !job->blocks[layer].squeeze)
		return 0;
	return try_unsqueezed(job, layer, err);
}

static void report_progress(struct job *job)
{
	char text[64];

	if (!job->request->progress)
		return;
	snprintf(text, sizeof(text), "layouts: %u of %u layers planned",
		 atomic_fetch_add(&job->done, 1) + 1, job->net->layer_count);
	sqz_progress_step(job->request->progress, text);
}

/* Each plan depends on its layer alone. */
static int plan_layer(void *context, uint32_t i, struct sqz_error *err)
{
	struct job *job = context;

	if (job->net->layers[i].kind == SQZ_STEP_MVM &&
	    plan_weights(job, i, err))
		return -1;
	report_progress(job);
	return 0;
}

struct sqz_ou_plan *sqz_ou_plan_net(const struct sqz_config *config,
				    const struct sqz_qnet *net,
				    struct sqz_blocks *blocks,
				    const struct sqz_ou_request *request,
				    struct sqz_error *err)
{
	struct job job = {
		.config = config,
		.net = net,
		.blocks = blocks,
		.request = request,
		.plans =
		    calloc(net->layer_count + 1, sizeof(struct sqz_ou_plan)),
	};

	if (!job.plans) {
		sqz_fail(err, "out of memory for plans");
		return NULL;
	}
	if (sqz_ou_places(config) == 0) {
		sqz_fail(err,
			 "an operation unit of %u x %u does not fit an array "
			 "of %u x %u",
			 config->tile.ou_rows, config->tile.ou_columns,
			 config->tile.array_rows, config->tile.array_columns);
	} else if (sqz_parallel(net->layer_count, request->threads, plan_layer,
				&job, err) == 0) {
		return job.plans;
	}
	for (uint32_t i = 0; i < net->layer_count; i++)
		sqz_ou_plan_free(&job.plans[i]);
	free(job.plans);
	return NULL;
}
