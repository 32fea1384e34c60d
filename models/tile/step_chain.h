/* Who makes what a step reads, and who reads what it writes: the part of step.c
 * that loads the two lists. */
#ifndef SQZ_MODELS_STEP_CHAIN_H
#define SQZ_MODELS_STEP_CHAIN_H

#include "tile/blob.h"
#include "tile/step.h"

/* Sets tokens, token_row0 and consumers; header, window, reads and reducer must
 * be set. False if the lists do not hold together, or with *oom set if memory
 * is exhausted. sqz_step_free() frees. */
bool sqz_step_load_chain(const struct sqz_blob *blob, struct sqz_step *step,
			 bool *oom);

#endif
