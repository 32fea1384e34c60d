/* Plans of all layers, several at a time. */
#include "ou_plan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MAX_THREADS 64

struct shared {
	const struct sqz_config *config;
	const struct sqz_qnet *net;
	const struct sqz_blocks *blocks;
	const struct sqz_ou_request *request;
	struct sqz_ou_plan *plans;
	atomic_uint next;
};

struct worker {
	struct shared *shared;
	struct sqz_error err;
	int result;
};

/* Each plan depends on its layer alone, so the order does not matter. */
static void *work(void *context)
{
	struct worker *worker = context;
	struct shared *s = worker->shared;

	for (;;) {
		uint32_t i = atomic_fetch_add(&s->next, 1);

		if (i >= s->net->layer_count)
			return NULL;
		if (s->net->layers[i].kind != SQZ_STEP_MVM)
			continue;
		const struct sqz_qtensor *out =
		    &s->net->tensors[s->net->layers[i].output];

		if (sqz_ou_plan_layer(s->config, &s->blocks[i],
				      out->height * out->width, s->request,
				      &s->plans[i], &worker->err)) {
			worker->result = -1;
			return NULL;
		}
	}
}

static int run_workers(struct shared *shared, struct sqz_error *err)
{
	struct worker workers[MAX_THREADS];
	pthread_t threads[MAX_THREADS];
	unsigned count = shared->request->threads;
	unsigned started = 1;
	int result = 0;

	if (count > MAX_THREADS)
		count = MAX_THREADS;
	for (unsigned i = 0; i < MAX_THREADS; i++)
		workers[i] = (struct worker){ .shared = shared };
	while (started < count && pthread_create(&threads[started], NULL, work,
						 &workers[started]) == 0)
		started++;
	work(&workers[0]);
	for (unsigned i = 0; i < started; i++) {
		if (i)
			pthread_join(threads[i], NULL);
		if (workers[i].result && !result) {
			*err = workers[i].err;
			result = -1;
		}
	}
	return result;
}

struct sqz_ou_plan *sqz_ou_plan_net(const struct sqz_config *config,
				    const struct sqz_qnet *net,
				    const struct sqz_blocks *blocks,
				    const struct sqz_ou_request *request,
				    struct sqz_error *err)
{
	struct shared shared = {
		.config = config,
		.net = net,
		.blocks = blocks,
		.request = request,
		.plans =
		    calloc(net->layer_count + 1, sizeof(struct sqz_ou_plan)),
	};

	if (!shared.plans) {
		sqz_fail(err, "out of memory for plans");
		return NULL;
	}
	if (sqz_ou_places(config) == 0) {
		sqz_fail(err,
			 "an operation unit of %u x %u does not fit an array "
			 "of %u x %u",
			 config->tile.ou_rows, config->tile.ou_columns,
			 config->tile.array_rows, config->tile.array_columns);
	} else if (run_workers(&shared, err) == 0) {
		return shared.plans;
	}
	for (uint32_t i = 0; i < net->layer_count; i++)
		sqz_ou_plan_free(&shared.plans[i]);
	free(shared.plans);
	return NULL;
}
