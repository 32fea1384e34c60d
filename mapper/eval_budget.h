/* `sqz eval --max-drop`: options of the search under a budget, and its run. */
#ifndef SQZ_MAPPER_EVAL_BUDGET_H
#define SQZ_MAPPER_EVAL_BUDGET_H

#include <argp.h>

#include "eval.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_budget_options {
	double max_drop;	/* points; 0: no search */
	const char *candidates; /* list of schemes, the first is the start */
	uint32_t images;	/* of the training split */
	uint32_t probes;
	const char *save; /* file for the choice, or NULL */
};

void sqz_budget_options_init(struct sqz_budget_options *options);

/* Its input is a struct sqz_budget_options. */
extern const struct argp sqz_budget_argp;

/* Searches with `eval` but on its training images, prints the table to stdout,
 * writes the choice. *schemes gets one for each layer; free(). */
int sqz_eval_budget(const struct sqz_budget_options *options,
		    const struct sqz_eval *eval, const struct sqz_qnet *lowered,
		    const struct sqz_scheme *base, struct sqz_scheme **schemes,
		    struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
