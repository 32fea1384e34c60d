/*
 * A scheme for each layer under an accuracy budget: as few crossbars as can be
 * while the drop against float is shown to stay below a limit.
 *
 * All on training images, by the integer reference, in three stages:
 *   1. Cost. Every layer in turn takes every candidate, all others the first
 *      one; the cost is the mean Kullback-Leibler divergence of the class
 *      probabilities from those of the network that has the first one
 *      everywhere. Costs of several layers are taken as additive.
 *   2. Order. Of each layer's candidates those on the lower convex hull of
 *      (crossbars saved, cost) stay; all layers' steps are sorted by cost per
 *      crossbar (frontier.h).
 *   3. Check. The largest number of steps, found by halving, after which the
 *      paired 95 % interval (paired.h) still shows the drop to be below the
 *      limit. Costs only order the steps; what decides is accuracy.
 * No randomness: same inputs, same choice.
 */
#ifndef SQZ_MAPPER_BUDGET_H
#define SQZ_MAPPER_BUDGET_H

#include "eval.h"
#include "frontier.h"
#include "paired.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_budget {
	const struct sqz_eval *eval; /* judges training images */
	const struct sqz_qnet *lowered;
	const struct sqz_scheme *candidates; /* the first is the start */
	uint32_t candidate_count;	     /* 1 or more */
	uint32_t probes;		     /* images for stage 1 */
	double max_drop;		     /* share of images */
	/* May be NULL. */
	void (*progress)(void *context, const char *stage, uint32_t done,
			 uint32_t of);
	void *context;
};

/* What became of one MVM layer. */
struct sqz_choice {
	uint32_t layer; /* of the network */
	uint32_t place; /* on its frontier: what it takes */
	uint32_t length;
	struct sqz_option *frontier; /* length entries */
};

struct sqz_budget_result {
	struct sqz_choice *choices;
	uint32_t count;
	uint32_t arrays, start_arrays; /* of the network */
	uint32_t images;
	struct sqz_paired paired; /* to float, on the training images */
	bool reached; /* false: even the start's drop is not shown to be small
		       * enough; the choice is the start */
};

/* 0, or -1 with err set. Free the result with sqz_budget_result_free(). */
int sqz_budget_search(const struct sqz_budget *budget,
		      struct sqz_budget_result *result, struct sqz_error *err);

void sqz_budget_result_free(struct sqz_budget_result *result);

/* schemes[layer_count of the network] by the choices; layers without weights
 * get the first candidate, which means nothing for them. */
void sqz_budget_schemes(const struct sqz_budget *budget,
			const struct sqz_budget_result *result,
			struct sqz_scheme *schemes);

#ifdef __cplusplus
}
#endif

#endif
