#include "place_moves.h"

#include <stdlib.h>
#include <string.h>

#include "place_tensors.h"

#define MOST_TURNS 8
#define LEAST_GAIN 0.01

/* What a tile's steps exchange with a tensor or with another tile's steps. */
struct pull {
	uint32_t to; /* tensor, or contents */
	bool tensor;
	double bytes;
};

/* Contents are numbered by the node where they stood at first. */
struct mover {
	struct placer *placer;
	const struct sqz_pace *pace;
	uint32_t nodes;
	uint16_t *hops;	   /* [nodes][nodes] */
	double *dram_hops; /* [nodes] */
	uint32_t *where;   /* node of each contents */
	struct pull *pulls;
	uint32_t *first; /* nodes + 1: pulls of each contents */
	double *costs;	 /* [tensors][nodes] */
};

/* ---- who pulls whom ---- */

static double image_positions(const struct mover *mover,
			      const struct sqz_worker *worker)
{
	const struct sqz_qnet *net = mover->placer->net;

	return (double)(worker->y1 - worker->y0) *
	       net->tensors[net->layers[worker->layer].output].width;
}

/* The ways of one worker's data; returns how many. */
static uint32_t worker_pulls(const struct mover *mover, uint32_t index,
			     struct pull pulls[3])
{
	const struct sqz_placement *placement = mover->placer->placement;
	const struct sqz_worker *worker = &placement->workers[index];
	const struct sqz_qlayer *layer =
	    &mover->placer->net->layers[worker->layer];
	struct sqz_wire wire =
	    sqz_wire_bytes(mover->pace, worker, &placement->runs[worker->run]);
	double positions = image_positions(mover, worker);
	uint32_t count = 0;

	pulls[count++] =
	    (struct pull){ layer->input, true, wire.input * positions };
	if (worker->reducer != index) {
		uint32_t node = placement->workers[worker->reducer].node;
		pulls[count++] =
		    (struct pull){ node, false, wire.sums * positions };
		return count;
	}
	pulls[count++] =
	    (struct pull){ layer->output, true, wire.output * positions };
	if (layer->residual != SQZ_NO_TENSOR)
		pulls[count++] = (struct pull){ layer->residual, true,
						wire.residual * positions };
	return count;
}

static void count_pull(struct mover *mover, uint32_t contents, struct pull pull)
{
	(void)pull;
	mover->first[contents + 1]++;
}

static void add_pull(struct mover *mover, uint32_t contents, struct pull pull)
{
	struct pull *list = &mover->pulls[mover->first[contents]];
	struct pull *end = &mover->pulls[mover->first[contents + 1]];

	for (; list < end && list->bytes > 0; list++)
		if (list->to == pull.to && list->tensor == pull.tensor)
			break;
	pull.bytes += list->bytes;
	*list = pull;
}

/* Every pull at both of its ends, but within one tile. */
static void for_pulls(struct mover *mover,
		      void (*take)(struct mover *mover, uint32_t contents,
				   struct pull pull))
{
	const struct sqz_placement *placement = mover->placer->placement;
	struct pull pulls[3];

	for (uint32_t i = 0; i < placement->worker_count; i++) {
		uint32_t node = placement->workers[i].node;
		uint32_t count = worker_pulls(mover, i, pulls);
		for (uint32_t k = 0; k < count; k++) {
			const struct pull back = { node, false,
						   pulls[k].bytes };
			if (!pulls[k].tensor && pulls[k].to == node)
				continue;
			take(mover, node, pulls[k]);
			if (!pulls[k].tensor)
				take(mover, pulls[k].to, back);
		}
	}
}

/* Room for all of them, then the lists. */
static void gather_pulls(struct mover *mover)
{
	memset(mover->first, 0, (mover->nodes + 1) * sizeof(*mover->first));
	for_pulls(mover, count_pull);
	for (uint32_t n = 0; n < mover->nodes; n++)
		mover->first[n + 1] += mover->first[n];
	memset(mover->pulls, 0,
	       mover->first[mover->nodes] * sizeof(*mover->pulls));
	for_pulls(mover, add_pull);
}

/* ---- tensors ---- */

static int move_tensors(struct mover *mover, struct sqz_error *err)
{
	const struct sqz_placement *placement = mover->placer->placement;
	uint32_t tensors = mover->placer->net->tensor_count;
	uint32_t nodes = mover->nodes;
	struct pull pulls[3];

	memset(mover->costs, 0,
	       (size_t)tensors * nodes * sizeof(*mover->costs));
	for (uint32_t i = 0; i < placement->worker_count; i++) {
		const uint16_t *hops =
		    &mover->hops[(size_t)placement->workers[i].node * nodes];
		uint32_t count = worker_pulls(mover, i, pulls);
		for (uint32_t k = 0; k < count; k++) {
			double *costs =
			    &mover->costs[(size_t)pulls[k].to * nodes];
			for (uint32_t n = 0; n < nodes && pulls[k].tensor; n++)
				costs[n] += pulls[k].bytes * hops[n];
		}
	}
	return sqz_move_tensors(mover->placer, mover->costs, err);
}

/* ---- tiles ---- */

/* Cost of the contents `self` at `node` when `other` stands at `swapped`. */
static double cost_at(const struct mover *mover, uint32_t self, uint32_t node,
		      uint32_t other, uint32_t swapped)
{
	const struct sqz_tensor_place *tensors =
	    mover->placer->placement->tensors;
	const uint16_t *hops = &mover->hops[(size_t)node * mover->nodes];
	double cost = 0;

	for (uint32_t i = mover->first[self]; i < mover->first[self + 1]; i++) {
		const struct pull *pull = &mover->pulls[i];
		if (!pull->tensor)
			cost +=
			    pull->bytes *
			    hops[pull->to == other ? swapped
						   : mover->where[pull->to]];
		else if (tensors[pull->to].node == SQZ_TENSOR_IN_DRAM)
			cost += pull->bytes * mover->dram_hops[node];
		else
			cost += pull->bytes * hops[tensors[pull->to].node];
	}
	return cost;
}

static double swap_gain(const struct mover *mover, uint32_t a, uint32_t b)
{
	uint32_t at = mover->where[a];
	uint32_t bt = mover->where[b];

	return cost_at(mover, a, at, b, bt) + cost_at(mover, b, bt, a, at) -
	       cost_at(mover, a, bt, b, at) - cost_at(mover, b, at, a, bt);
}

static bool is_tile(const struct mover *mover, uint32_t node)
{
	return mover->placer->chip->entries[node].kind == SQZ_NODE_TILE;
}

/* Each tile's contents change places with those that gain most. */
static void swap_tiles(struct mover *mover)
{
	for (uint32_t a = 0; a < mover->nodes; a++) {
		double most = 0;
		uint32_t best = a;
		if (!is_tile(mover, a) ||
		    mover->first[a] == mover->first[a + 1])
			continue;
		for (uint32_t b = 0; b < mover->nodes; b++) {
			if (b == a || !is_tile(mover, b))
				continue;
			double gain = swap_gain(mover, a, b);
			if (gain > most) {
				most = gain;
				best = b;
			}
		}
		uint32_t at = mover->where[a];
		mover->where[a] = mover->where[best];
		mover->where[best] = at;
	}
}

static void move_tiles(struct mover *mover)
{
	struct sqz_placement *placement = mover->placer->placement;

	for (uint32_t n = 0; n < mover->nodes; n++)
		mover->where[n] = n;
	gather_pulls(mover);
	swap_tiles(mover);
	for (uint32_t i = 0; i < placement->worker_count; i++)
		placement->workers[i].node =
		    mover->where[placement->workers[i].node];
}

/* ---- turns ---- */

/* A placement to go back to: nodes of workers, places of tensors. */
struct kept {
	uint32_t *nodes;
	struct sqz_tensor_place *tensors;
	uint64_t dram_share, dram_pool_bytes;
};

static void keep(const struct mover *mover, struct kept *kept)
{
	const struct sqz_placement *placement = mover->placer->placement;

	for (uint32_t i = 0; i < placement->worker_count; i++)
		kept->nodes[i] = placement->workers[i].node;
	memcpy(kept->tensors, placement->tensors,
	       mover->placer->net->tensor_count * sizeof(*kept->tensors));
	kept->dram_share = placement->dram_share;
	kept->dram_pool_bytes = placement->dram_pool_bytes;
}

static void go_back(struct mover *mover, const struct kept *kept)
{
	struct sqz_placement *placement = mover->placer->placement;

	for (uint32_t i = 0; i < placement->worker_count; i++)
		placement->workers[i].node = kept->nodes[i];
	memcpy(placement->tensors, kept->tensors,
	       mover->placer->net->tensor_count * sizeof(*kept->tensors));
	placement->dram_share = kept->dram_share;
	placement->dram_pool_bytes = kept->dram_pool_bytes;
}

static int take_turns(struct mover *mover, struct kept *kept,
		      struct sqz_error *err)
{
	const struct placer *placer = mover->placer;
	double before =
	    sqz_flit_hops(mover->pace, placer->chip, placer->placement);

	for (int turn = 0; turn < MOST_TURNS; turn++) {
		keep(mover, kept);
		if (move_tensors(mover, err))
			return -1;
		move_tiles(mover);
		double after =
		    sqz_flit_hops(mover->pace, placer->chip, placer->placement);
		/* Buffers that are kept apart cost ways, too. */
		if (after > before)
			go_back(mover, kept);
		if (after > before * (1 - LEAST_GAIN))
			break;
		before = after;
	}
	return 0;
}

static void measure_ways(struct mover *mover)
{
	const struct sqz_chip *chip = mover->placer->chip;

	for (uint32_t a = 0; a < mover->nodes; a++) {
		mover->dram_hops[a] =
		    sqz_tensor_hops(chip, SQZ_TENSOR_IN_DRAM, a);
		for (uint32_t b = 0; b < mover->nodes; b++)
			mover->hops[(size_t)a * mover->nodes + b] =
			    (uint16_t)sqz_chip_hops(chip, a, b);
	}
}

int sqz_place_moves(struct placer *placer, const struct sqz_pace *pace,
		    struct sqz_error *err)
{
	size_t nodes = placer->chip->nodes;
	size_t workers = placer->placement->worker_count;
	struct mover mover = {
		.placer = placer,
		.pace = pace,
		.nodes = placer->chip->nodes,
		.hops = malloc(nodes * nodes * sizeof(uint16_t)),
		.dram_hops = malloc(nodes * sizeof(double)),
		.where = malloc(nodes * sizeof(uint32_t)),
		.pulls = malloc(workers * 4 * sizeof(struct pull)),
		.first = malloc((nodes + 1) * sizeof(uint32_t)),
		.costs =
		    malloc(placer->net->tensor_count * nodes * sizeof(double)),
	};
	struct kept kept = {
		.nodes = malloc(workers * sizeof(uint32_t)),
		.tensors = malloc(placer->net->tensor_count *
				  sizeof(struct sqz_tensor_place)),
	};
	int result = -1;

	if (kept.nodes && kept.tensors && mover.hops && mover.dram_hops &&
	    mover.where && mover.pulls && mover.first && mover.costs) {
		measure_ways(&mover);
		result = take_turns(&mover, &kept, err);
	} else {
		sqz_fail(err, "out of memory while placing");
	}
	free(mover.hops);
	free(mover.dram_hops);
	free(mover.where);
	free(mover.pulls);
	free(mover.first);
	free(mover.costs);
	free(kept.nodes);
	free(kept.tensors);
	return result;
}
