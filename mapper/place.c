#include "place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "chains.h"
#include "copies.h"
#include "place_moves.h"
#include "place_tensors.h"
#include "placer.h"
#include "rounds.h"
#include "runs.h"
#include "traffic.h"
#include "workers.h"

/* Two workers of one layer in one tile share its network port, eDRAM and vector
 * unit: worth going this many hops further. */
#define SAME_LAYER_HOPS 16
/* A tile that other layers use is taken only when it is this much closer. */
#define USED_TILE_HOPS 4
/* Two reducers of one layer in one place. */
#define SAME_REDUCER_HOPS 8

/* Routers, rounded for the mean of several DRAM controllers; `from` is a node
 * or SQZ_TENSOR_IN_DRAM. */
static uint32_t hops(const struct placer *placer, uint32_t from, uint32_t node)
{
	return (uint32_t)(sqz_tensor_hops(placer->chip, from, node) + 0.5);
}

static uint32_t tensor_node(const struct placer *placer, uint32_t tensor)
{
	return placer->placement->tensors[tensor].node;
}

uint32_t sqz_placer_target(const struct placer *placer,
			   const struct sqz_worker *worker)
{
	return tensor_node(placer, placer->net->layers[worker->layer].output);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Do the line buffers of the steps that may run in this tile at the same time
 * fit? Those of one layer get even shares among the tile's slots, or what they
 * need, one after the other; where layers overlap a step leaves the others what
 * they need (models/tile/tile.h). Slots that are added later only make shares
 * smaller. */
static bool lines_fit(const struct placer *placer, uint32_t node,
		      const struct sqz_worker *worker)
{
	const struct sqz_worker *workers = placer->placement->workers;
	uint32_t self = (uint32_t)(worker - workers);
	uint32_t first = placer->first_beside;
	uint64_t edram = (uint64_t)placer->config->tile.edram_kib * 1024;
	uint64_t share =
	    placer->all_beside ? 0 : edram / (placer->tiles[node].slots + 1);
	uint64_t taken =
	    larger(share, sqz_worker_line_bytes(placer->net, worker));

	for (uint32_t i = placer->tiles[node].last_worker; i;
	     i = workers[i - 1].below)
		if (placer->all_beside || (i > first && i <= self))
			taken +=
			    larger(share, sqz_worker_line_bytes(
					      placer->net, &workers[i - 1]));
	return taken <= edram;
}

static bool has_room(const struct placer *placer, uint32_t node,
		     const struct sqz_worker *worker)
{
	const struct tile_use *use = &placer->tiles[node];

	return placer->chip->entries[node].kind == SQZ_NODE_TILE &&
	       !use->closed && use->slots < placer->config->tile.slots &&
	       use->arrays + worker->arrays <= placer->config->tile.arrays &&
	       lines_fit(placer, node, worker);
}

static uint32_t tile_cost(const struct placer *placer, uint32_t node,
			  const struct sqz_worker *worker, uint32_t target)
{
	const struct sqz_qlayer *layer = &placer->net->layers[worker->layer];
	const struct tile_use *use = &placer->tiles[node];
	uint32_t cost = hops(placer, tensor_node(placer, layer->input), node) +
			hops(placer, target, node);

	if (use->slots)
		cost += USED_TILE_HOPS;
	if (use->last_layer == worker->layer + 1)
		cost += SAME_LAYER_HOPS * use->layer_workers;
	return cost;
}

/* Without regard to distance: fresh tiles in their order, then used ones. */
static uint32_t turn_cost(const struct placer *placer, uint32_t node)
{
	uint32_t used = placer->tiles[node].slots ? placer->chip->nodes : 0;

	return used + placer->order[node];
}

static void occupy(struct placer *placer, struct sqz_worker *worker)
{
	struct tile_use *use = &placer->tiles[worker->node];

	if (use->last_layer != worker->layer + 1) {
		use->last_layer = worker->layer + 1;
		use->layer_workers = 0;
		use->layer_reducers = 0;
	}
	worker->slot = use->slots++;
	worker->below = use->last_worker;
	use->last_worker = (uint32_t)(worker - placer->placement->workers) + 1;
	use->arrays += worker->arrays;
	use->layer_workers++;
}

static int no_tile(const struct placer *placer, const struct sqz_worker *worker,
		   struct sqz_error *err)
{
	uint64_t wanted = 0;
	uint64_t arrays = 0;

	for (uint32_t i = 0; i < placer->placement->worker_count; i++)
		wanted += placer->placement->workers[i].arrays;
	for (uint32_t node = 0; node < placer->chip->nodes; node++)
		arrays += placer->chip->entries[node].arrays;
	return sqz_fail(
	    err,
	    "layer %s: no tile has %u arrays, %llu bytes of eDRAM "
	    "and a slot left (the network wants %llu arrays, the "
	    "chip has %llu); a larger mesh, more arrays per tile, "
	    "more squeeze or rounds (place.rounds) would help",
	    placer->net->layers[worker->layer].name, worker->arrays,
	    (unsigned long long)sqz_worker_line_bytes(placer->net, worker),
	    (unsigned long long)wanted, (unsigned long long)arrays);
}

static bool by_distance(const struct placer *placer)
{
	return placer->config->place.policy == SQZ_PLACE_DISTANCE ||
	       placer->config->place.policy == SQZ_PLACE_TRAFFIC;
}

int sqz_placer_take_tile(struct placer *placer, struct sqz_worker *worker,
			 uint32_t target, struct sqz_error *err)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t node = 0; node < placer->chip->nodes; node++) {
		if (!has_room(placer, node, worker))
			continue;
		uint32_t cost = by_distance(placer)
				    ? tile_cost(placer, node, worker, target)
				    : turn_cost(placer, node);
		if (cost < best) {
			best = cost;
			worker->node = node;
		}
	}
	if (best == UINT32_MAX)
		return no_tile(placer, worker, err);
	occupy(placer, worker);
	return 0;
}

static uint32_t reducer_cost(const struct placer *placer, uint32_t first,
			     uint32_t end, uint32_t candidate)
{
	const struct sqz_worker *workers = placer->placement->workers;
	const struct sqz_qlayer *layer =
	    &placer->net->layers[workers[first].layer];
	uint32_t node = workers[candidate].node;
	uint32_t cost = hops(placer, tensor_node(placer, layer->output), node);

	for (uint32_t i = first; i < end; i++)
		cost += sqz_chip_hops(placer->chip, workers[i].node, node);
	return cost + SAME_REDUCER_HOPS * placer->tiles[node].layer_reducers;
}

void sqz_placer_choose_reducer(struct placer *placer, uint32_t first,
			       uint32_t end)
{
	struct sqz_worker *workers = placer->placement->workers;
	uint32_t best = first;

	for (uint32_t i = first + 1; i < end; i++)
		if (reducer_cost(placer, first, end, i) <
		    reducer_cost(placer, first, end, best))
			best = i;
	for (uint32_t i = first; i < end; i++)
		workers[i].reducer = best;
	workers[best].remote_workers = end - first - 1;
	placer->tiles[workers[best].node].layer_reducers++;
}

int sqz_placer_place(struct placer *placer, uint32_t first, uint32_t end,
		     struct sqz_error *err)
{
	struct sqz_worker *workers = placer->placement->workers;

	while (first < end) {
		uint32_t group = first;
		uint32_t target = sqz_placer_target(placer, &workers[first]);
		for (; first < end && workers[first].reducer == group;
		     first++) {
			if (sqz_placer_take_tile(placer, &workers[first],
						 target, err))
				return -1;
			target = workers[group].node;
		}
		sqz_placer_choose_reducer(placer, group, first);
	}
	return 0;
}

static int cut_layers(const struct sqz_quantized *net, enum sqz_sign_form form,
		      const struct sqz_config *config,
		      struct sqz_placement *placement, struct sqz_error *err)
{
	for (uint32_t i = 0; i < net->net.layer_count; i++) {
		placement->first_worker[i] = placement->worker_count;
		if (sqz_cut_layer(net, i, form, config, placement, err))
			return -1;
	}
	placement->first_worker[net->net.layer_count] = placement->worker_count;
	return 0;
}

int sqz_placer_place_layers(struct placer *placer, const uint32_t *order,
			    struct sqz_error *err)
{
	const uint32_t *first = placer->placement->first_worker;

	memset(placer->tiles, 0, placer->chip->nodes * sizeof(*placer->tiles));
	for (uint32_t i = 0; i < placer->net->layer_count; i++) {
		uint32_t layer = order ? order[i] : i;
		placer->first_beside = first[layer];
		if (sqz_placer_place(placer, first[layer], first[layer + 1],
				     err))
			return -1;
	}
	return 0;
}

/* Every layer at once, in one round. */
static int add_whole_layers(struct placer *placer, struct sqz_error *err)
{
	struct sqz_placement *placement = placer->placement;

	placement->rounds = 1;
	for (uint32_t i = 0; i < placer->net->layer_count; i++) {
		struct sqz_run_entry *run =
		    sqz_add_run(placement, i, placement->first_worker[i],
				placement->first_worker[i + 1], 0, err);
		if (!run)
			return -1;
		run->copies = sqz_layer_copies(placement, i);
	}
	return 0;
}

/* One attempt, with workers of at most `arrays` arrays. *cut tells whether the
 * layers could be cut like that. */
static int attempt(struct placer *placer, const struct sqz_quantized *net,
		   enum sqz_sign_form form, uint32_t arrays, bool *cut,
		   struct sqz_error *err)
{
	struct sqz_config limited = *placer->config;

	limited.tile.arrays = arrays;
	placer->placement->worker_count = 0;
	*cut = cut_layers(net, form, &limited, placer->placement, err) == 0;
	return *cut ? sqz_placer_place_layers(placer, NULL, err) : -1;
}

/* Large workers leave corners of tiles empty: if they do not fit the chip,
 * smaller ones may. The first failure is the one to report. */
static int place_at_once(struct placer *placer, const struct sqz_quantized *net,
			 enum sqz_sign_form form, struct sqz_error *err)
{
	uint32_t arrays = placer->config->tile.arrays;
	bool cut;
	int result = attempt(placer, net, form, arrays, &cut, err);

	while (result && cut && (arrays /= 2) > 0)
		result = attempt(placer, net, form, arrays, &cut, NULL);
	if (!result && placer->config->place.copies > 1)
		result = sqz_place_copies(placer, net, form, err);
	return result ? -1 : add_whole_layers(placer, err);
}

static int place_workers(struct placer *placer, const struct sqz_quantized *net,
			 enum sqz_sign_form form, struct sqz_error *err)
{
	int result = place_at_once(placer, net, form, err);

	if (result && placer->config->place.rounds != SQZ_ROUNDS_OFF)
		result = sqz_place_in_rounds(placer, net, form, err);
	return result;
}

/* Rounds keep their tiles: what is programmed when depends on them. */
static int place_nearer(struct placer *placer, const struct sqz_quantized *net,
			enum sqz_sign_form form, struct sqz_error *err)
{
	const struct sqz_pace pace = { net, form, placer->config };

	if (placer->config->place.policy != SQZ_PLACE_TRAFFIC ||
	    placer->placement->rounds > 1)
		return 0;
	return sqz_place_moves(placer, &pace, err);
}

static void count_tiles(struct placer *placer)
{
	struct sqz_placement *placement = placer->placement;

	memset(placer->tiles, 0, placer->chip->nodes * sizeof(*placer->tiles));
	for (uint32_t i = 0; i < placement->worker_count; i++)
		if (!placer->tiles[placement->workers[i].node].slots++)
			placement->tiles_used++;
}

/* splitmix64 */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Node by node, or shuffled. */
static void fill_order(struct placer *placer)
{
	uint64_t state = placer->config->place.seed;
	uint32_t *order = placer->order;

	for (uint32_t i = 0; i < placer->chip->nodes; i++)
		order[i] = i;
	if (placer->config->place.policy != SQZ_PLACE_SCATTERED)
		return;
	for (uint32_t i = placer->chip->nodes - 1; i > 0; i--) {
		uint32_t k = (uint32_t)(draw(&state) % (i + 1));
		uint32_t kept = order[i];
		order[i] = order[k];
		order[k] = kept;
	}
}

int sqz_place(const struct sqz_quantized *net, enum sqz_sign_form form,
	      const struct sqz_config *config, const struct sqz_chip *chip,
	      struct sqz_placement *placement, struct sqz_error *err)
{
	struct placer placer = {
		.net = &net->net,
		.chip = chip,
		.config = config,
		.placement = placement,
		.all_beside =
		    config->place.contexts > 1 || config->place.chains,
		.tiles = calloc(chip->nodes, sizeof(struct tile_use)),
		.order = calloc(chip->nodes, sizeof(uint32_t)),
	};
	int result = -1;

	*placement = (struct sqz_placement){ 0 };
	placement->first_worker =
	    calloc(net->net.layer_count + 1, sizeof(uint32_t));
	if (!placer.tiles || !placer.order || !placement->first_worker) {
		sqz_fail(err, "out of memory while placing");
	} else if (sqz_place_tensors(&placer, err) == 0) {
		fill_order(&placer);
		result = place_workers(&placer, net, form, err);
		if (!result)
			result = sqz_place_scratch(&placer, err);
		if (!result)
			result = place_nearer(&placer, net, form, err);
		if (!result && config->place.chains)
			result = sqz_place_chains(&net->net, placement, err);
		count_tiles(&placer);
	}
	free(placer.tiles);
	free(placer.order);
	if (result)
		sqz_placement_free(placement);
	return result;
}

void sqz_placement_free(struct sqz_placement *placement)
{
	free(placement->workers);
	free(placement->first_worker);
	free(placement->runs);
	free(placement->tensors);
	free(placement->scratch);
	free(placement->producers.links);
	free(placement->producers.first);
	free(placement->consumers.links);
	free(placement->consumers.first);
	*placement = (struct sqz_placement){ 0 };
}
