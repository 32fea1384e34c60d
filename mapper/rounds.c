#include "rounds.h"

#include <stdlib.h>
#include <string.h>

#include "runs.h"
#include "workers.h"

#define NO_BREAK UINT32_MAX

struct packer {
	struct placer *placer;
	const struct sqz_quantized *net;
	enum sqz_sign_form form;
	uint32_t round;
	bool started; /* the round has an entry */
	/* A layer that begins a round although it would fit the one before. */
	uint32_t break_layer;
	struct tile_use *kept; /* of all nodes: to go back to */
};

/* ---- rounds ---- */

static void open_round(struct packer *packer)
{
	struct placer *placer = packer->placer;
	bool halves = placer->config->place.rounds == SQZ_ROUNDS_DOUBLE;
	uint32_t tile = 0;

	packer->started = false;
	for (uint32_t node = 0; node < placer->chip->nodes; node++) {
		bool is_tile =
		    placer->chip->entries[node].kind == SQZ_NODE_TILE;
		placer->tiles[node] = (struct tile_use){
			.closed =
			    halves && is_tile && tile % 2 != packer->round % 2,
		};
		tile += is_tile;
	}
}

static void next_round(struct packer *packer)
{
	packer->round++;
	open_round(packer);
}

static void keep(struct packer *packer)
{
	memcpy(packer->kept, packer->placer->tiles,
	       packer->placer->chip->nodes * sizeof(*packer->kept));
}

static void go_back(struct packer *packer)
{
	memcpy(packer->placer->tiles, packer->kept,
	       packer->placer->chip->nodes * sizeof(*packer->kept));
}

static struct sqz_run_entry *add_run(struct packer *packer, uint32_t first,
				     uint32_t end, struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;

	packer->started = true;
	return sqz_add_run(placement, placement->workers[first].layer, first,
			   end, packer->round, err);
}

/* ---- whole layers ---- */

static int cut(const struct packer *packer, uint32_t layer, uint32_t arrays,
	       struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;
	struct sqz_config limited = *packer->placer->config;

	limited.tile.arrays = arrays;
	placement->worker_count = placement->first_worker[layer];
	return sqz_cut_layer(packer->net, layer, packer->form, &limited,
			     placement, err);
}

/* True if the workers find room side by side; else nothing has changed. */
static bool place(struct packer *packer, uint32_t first, uint32_t end)
{
	keep(packer);
	if (sqz_placer_place(packer->placer, first, end, NULL) == 0)
		return true;
	go_back(packer);
	return false;
}

/* 1: all of the layer is in this round, in workers as large as possible; 0: no;
 * -1: no tile could hold it. */
static int place_whole(struct packer *packer, uint32_t layer,
		       struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;
	uint32_t first = placement->first_worker[layer];
	uint32_t arrays = packer->placer->config->tile.arrays;

	if (cut(packer, layer, arrays, err))
		return -1;
	packer->placer->first_beside = first;
	do {
		if (place(packer, first, placement->worker_count))
			return add_run(packer, first, placement->worker_count,
				       err)
				   ? 1
				   : -1;
		arrays /= 2;
	} while (arrays && cut(packer, layer, arrays, NULL) == 0);
	return 0;
}

/* ---- parts ---- */

/* A cut layer while its workers are handed out. */
struct parts {
	uint32_t start;	  /* first worker of the part that is open */
	uint32_t at;	  /* first one without a tile */
	uint32_t end;	  /* of the layer's */
	uint32_t scratch; /* tensor of sums, or SQZ_NO_TENSOR */
};

static uint32_t range_end(const struct packer *packer,
			  const struct parts *parts)
{
	const struct sqz_worker *workers = packer->placer->placement->workers;
	uint32_t end = parts->at;

	while (end < parts->end && workers[end].reducer == parts->at)
		end++;
	return end;
}

static int need_scratch(struct packer *packer, struct parts *parts,
			struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;
	uint32_t count = placement->scratch_count;

	if (parts->scratch != SQZ_NO_TENSOR)
		return 0;
	struct sqz_scratch *grown =
	    realloc(placement->scratch, (count + 1) * sizeof(*grown));
	if (!grown)
		return sqz_fail(err, "out of memory for tensors of sums");
	placement->scratch = grown;
	grown[count].layer = placement->workers[parts->at].layer;
	parts->scratch = packer->net->net.tensor_count + count;
	placement->scratch_count++;
	return 0;
}

/* Workers from `at` on, below `end`, that find room one by one; *err says why
 * not even one does. */
static uint32_t take_rows(struct packer *packer, uint32_t at, uint32_t end,
			  struct sqz_error *err)
{
	struct placer *placer = packer->placer;
	struct sqz_worker *workers = placer->placement->workers;
	uint32_t target = sqz_placer_target(placer, &workers[at]);
	uint32_t next = at;

	placer->first_beside = at;
	for (;
	     next < end && sqz_placer_take_tile(placer, &workers[next], target,
						next == at ? err : NULL) == 0;
	     next++)
		target = workers[at].node;
	if (next > at)
		sqz_placer_choose_reducer(placer, at, next);
	return next;
}

/* One column range that no round holds: along K, a round for each piece. */
static int place_rows(struct packer *packer, struct parts *parts,
		      struct sqz_error *err)
{
	uint32_t first = parts->at;
	uint32_t end = range_end(packer, parts);

	if (need_scratch(packer, parts, err))
		return -1;
	while (parts->at < end) {
		uint32_t start = parts->at;
		parts->at = take_rows(packer, start, end, err);
		if (parts->at == start)
			return -1;
		struct sqz_run_entry *run =
		    add_run(packer, start, parts->at, err);
		if (!run)
			return -1;
		if (start > first)
			run->partial_in = parts->scratch;
		if (parts->at < end) {
			run->partial_out = parts->scratch;
			next_round(packer);
		}
	}
	parts->start = parts->at;
	return 0;
}

/* The column ranges that have found room become an entry. */
static int close_part(struct packer *packer, struct parts *parts,
		      struct sqz_error *err)
{
	if (parts->start == parts->at)
		return 0;
	if (!add_run(packer, parts->start, parts->at, err))
		return -1;
	parts->start = parts->at;
	return 0;
}

/* The next column range, or the end of a round. */
static int place_next_range(struct packer *packer, struct parts *parts,
			    struct sqz_error *err)
{
	uint32_t end = range_end(packer, parts);

	packer->placer->first_beside = parts->start;
	if (place(packer, parts->at, end)) {
		parts->at = end;
		return 0;
	}
	if (close_part(packer, parts, err))
		return -1;
	if (!packer->started)
		return place_rows(packer, parts, err);
	next_round(packer);
	return 0;
}

static void number_parts(struct sqz_placement *placement, uint32_t first_run)
{
	uint32_t parts = placement->run_count - first_run;

	for (uint32_t i = 0; i < parts && parts > 1; i++) {
		placement->runs[first_run + i].part = i;
		placement->runs[first_run + i].parts = parts;
	}
}

static int place_parts(struct packer *packer, uint32_t layer,
		       struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;
	uint32_t first = placement->first_worker[layer];
	uint32_t first_run = placement->run_count;

	if (cut(packer, layer, packer->placer->config->tile.arrays, err))
		return -1;
	struct parts parts = { first, first, placement->worker_count,
			       SQZ_NO_TENSOR };
	while (parts.at < parts.end)
		if (place_next_range(packer, &parts, err))
			return -1;
	if (close_part(packer, &parts, err))
		return -1;
	number_parts(placement, first_run);
	return 0;
}

/* ---- the network ---- */

static int pack_layer(struct packer *packer, uint32_t layer,
		      struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;

	placement->first_worker[layer] = placement->worker_count;
	if (layer == packer->break_layer && packer->started)
		next_round(packer);
	bool fresh = !packer->started;
	int placed = place_whole(packer, layer, err);
	if (!placed && !fresh) {
		next_round(packer);
		placed = place_whole(packer, layer, err);
	}
	if (!placed)
		placed = place_parts(packer, layer, err);
	return placed < 0 ? -1 : 0;
}

static int pack(struct packer *packer, uint32_t break_layer,
		struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;
	uint32_t layers = packer->net->net.layer_count;

	placement->worker_count = 0;
	placement->run_count = 0;
	placement->scratch_count = 0;
	packer->break_layer = break_layer;
	packer->round = 0;
	open_round(packer);
	for (uint32_t i = 0; i < layers; i++)
		if (pack_layer(packer, i, err))
			return -1;
	placement->first_worker[layers] = placement->worker_count;
	placement->rounds = packer->round + 1;
	return 0;
}

/* The last layer below `below` that stands in one round with the one before
 * it; 0 if there is none. */
static uint32_t find_break(const struct sqz_placement *placement,
			   uint32_t below)
{
	for (uint32_t i = placement->run_count - 1; i > 0; i--) {
		const struct sqz_run_entry *run = &placement->runs[i];
		if (run->layer < below && run->layer != run[-1].layer &&
		    run->round == run[-1].round)
			return run->layer;
	}
	return 0;
}

/* One more round somewhere, as late as possible, so that their number is even.
 * If that cannot be done they do not overlap. */
static int pack_evenly(struct packer *packer, struct sqz_error *err)
{
	struct sqz_placement *placement = packer->placer->placement;
	uint32_t below = packer->net->net.layer_count;

	if (placement->rounds == 1)
		return 0;
	while (placement->rounds % 2 &&
	       (below = find_break(placement, below)) != 0)
		if (pack(packer, below, err))
			return -1;
	placement->rounds_overlap = placement->rounds % 2 == 0;
	return placement->rounds_overlap ? 0 : pack(packer, NO_BREAK, err);
}

static uint32_t count_tiles(const struct sqz_chip *chip)
{
	uint32_t tiles = 0;

	for (uint32_t node = 0; node < chip->nodes; node++)
		tiles += chip->entries[node].kind == SQZ_NODE_TILE;
	return tiles;
}

int sqz_place_in_rounds(struct placer *placer, const struct sqz_quantized *net,
			enum sqz_sign_form form, struct sqz_error *err)
{
	bool halves = placer->config->place.rounds == SQZ_ROUNDS_DOUBLE;
	struct packer packer = {
		.placer = placer,
		.net = net,
		.form = form,
		.kept = calloc(placer->chip->nodes, sizeof(*packer.kept)),
	};

	if (!packer.kept)
		return sqz_fail(err, "out of memory while placing");
	int result;
	if (halves && count_tiles(placer->chip) < 2)
		result = sqz_fail(err, "place.rounds = double needs two tiles; "
				       "the chip has one");
	else
		result = pack(&packer, NO_BREAK, err);
	if (!result && halves)
		result = pack_evenly(&packer, err);
	free(packer.kept);
	return result;
}
