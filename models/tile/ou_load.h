/* Operation units from a step's blob, which is untrusted: every table, count
 * and range is checked. */
#ifndef SQZ_MODELS_OU_LOAD_H
#define SQZ_MODELS_OU_LOAD_H

#include "tile/blob.h"
#include "tile/step.h"

/* The blocks and inputs of `step` are there already. NULL if the blob does not
 * hold together, or with *oom set if memory is exhausted. */
struct sqz_ou *sqz_ou_load(const struct sqz_blob *blob,
			   const struct sqz_step *step,
			   const struct sqz_step_limits *limits, bool *oom);

/* Adds what a position costs. */
void sqz_ou_costs(const struct sqz_ou *ou, uint32_t input_bits,
		  struct sqz_step_costs *costs);

#endif
