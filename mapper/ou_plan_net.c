/* Plans of all layers, several at a time. */
#include "ou_plan.h"

#include <stdlib.h>

#include "parallel.h"

struct job {
	const struct sqz_config *config;
	const struct sqz_qnet *net;
	const struct sqz_blocks *blocks;
	const struct sqz_ou_request *request;
	struct sqz_ou_plan *plans;
};

/* Each plan depends on its layer alone. */
static int plan_layer(void *context, uint32_t i, struct sqz_error *err)
{
	const struct job *job = context;
	const struct sqz_qlayer *layer = &job->net->layers[i];
	const struct sqz_qtensor *out = &job->net->tensors[layer->output];

	if (layer->kind != SQZ_STEP_MVM)
		return 0;
	return sqz_ou_plan_layer(job->config, &job->blocks[i],
				 out->height * out->width, job->request,
				 &job->plans[i], err);
}

struct sqz_ou_plan *sqz_ou_plan_net(const struct sqz_config *config,
				    const struct sqz_qnet *net,
				    const struct sqz_blocks *blocks,
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
