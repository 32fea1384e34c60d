/* Internal to the placement: the state of placing, and its steps. */
#ifndef SQZ_MAPPER_PLACER_H
#define SQZ_MAPPER_PLACER_H

#include "place.h"

struct tile_use {
	uint32_t arrays;
	uint32_t slots;
	uint32_t last_layer; /* that has a worker here, plus 1 */
	uint32_t layer_workers;
	uint32_t layer_reducers;
	bool closed;	      /* belongs to other rounds */
	uint32_t last_worker; /* placed here, plus 1; then by `below` */
};

struct placer {
	const struct sqz_qnet *net;
	const struct sqz_chip *chip;
	const struct sqz_config *config;
	struct sqz_placement *placement;
	struct tile_use *tiles; /* by node */
	uint32_t *order; /* by node: when its turn comes; not by distance */
	uint32_t first_beside; /* workers from here on run side by side */
	bool all_beside; /* so do all others of the round: layers overlap */
};

/* The node that the results of the worker's layer go to, or SQZ_TENSOR_IN_DRAM.
 */
uint32_t sqz_placer_target(const struct placer *placer,
			   const struct sqz_worker *worker);

/* A tile and slot for the worker; target: where its results go. -1 with err set
 * if no tile has room. */
int sqz_placer_take_tile(struct placer *placer, struct sqz_worker *worker,
			 uint32_t target, struct sqz_error *err);

/* The workers first..end hold the same columns: one of them reduces. */
void sqz_placer_choose_reducer(struct placer *placer, uint32_t first,
			       uint32_t end);

/* Both for the workers first..end, whole column ranges of one layer. */
int sqz_placer_place(struct placer *placer, uint32_t first, uint32_t end,
		     struct sqz_error *err);

/* Places all workers that the layers have been cut into, on empty tiles; order:
 * of the layers, NULL: as they stand. */
int sqz_placer_place_layers(struct placer *placer, const uint32_t *order,
			    struct sqz_error *err);

#endif
