/* Internal to the placement: its list of run entries. */
#ifndef SQZ_MAPPER_RUNS_H
#define SQZ_MAPPER_RUNS_H

#include "place.h"

/* Appends an entry of the layer that owns the workers first_worker .. end - 1,
 * without partial sums. NULL with err set when memory is exhausted. */
struct sqz_run_entry *sqz_add_run(struct sqz_placement *placement,
				  uint32_t layer, uint32_t first_worker,
				  uint32_t end, uint32_t round,
				  struct sqz_error *err);

#endif
