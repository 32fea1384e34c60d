/*
 * Which scheme a layer should take next when crossbars have to be saved: the
 * lower convex hull of (crossbars saved, accuracy's cost), and the order of all
 * layers' steps along their hulls.
 */
#ifndef SQZ_MAPPER_FRONTIER_H
#define SQZ_MAPPER_FRONTIER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_option {
	uint32_t candidate; /* of the list of schemes */
	uint32_t arrays;
	double cost; /* any additive measure, 0 or more */
};

/* Keeps options[0], the start, and those that save crossbars at the least cost,
 * each step dearer per crossbar than the one before. Returns how many stay, in
 * front, by falling crossbars. */
uint32_t sqz_frontier_build(struct sqz_option *options, uint32_t count);

struct sqz_move {
	uint32_t layer;	  /* index into the frontiers */
	uint32_t to;	  /* place on its frontier, from 1 */
	double per_array; /* cost of a crossbar saved */
};

/* All steps of all layers' frontiers, the cheapest per crossbar first; of equal
 * ones the earlier layer's. options[layer] has lengths[layer] entries; `moves`
 * takes the sum of lengths less one each. Returns how many. */
uint32_t sqz_frontier_moves(struct sqz_option *const *options,
			    const uint32_t *lengths, uint32_t layers,
			    struct sqz_move *moves);

#ifdef __cplusplus
}
#endif

#endif
