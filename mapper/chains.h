/*
 * Chains: which reducers write what a worker reads, and who reads what a
 * reducer writes (image.h, "Chains").
 *
 * A worker reads input rows and channels that its window reaches; a reducer
 * also reads residual and sums of the part before, at its own rows and columns.
 * What another round or nobody has written is there from the start.
 */
#ifndef SQZ_MAPPER_CHAINS_H
#define SQZ_MAPPER_CHAINS_H

#include "place.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills placement->producers and ->consumers. -1 with err set when memory is
 * exhausted. */
int sqz_place_chains(const struct sqz_qnet *net,
		     struct sqz_placement *placement, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
