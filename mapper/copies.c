#include "copies.h"

#include <stdlib.h>
#include <string.h>

#include "layer_time.h"
#include "workers.h"

/* A layer while copies are handed out. */
struct share {
	uint64_t position_ps;
	uint32_t height, width; /* of its output */
	uint32_t arrays, slots; /* of one copy */
	uint32_t largest;	/* worker's arrays */
	uint32_t copies;
	bool done;
};

struct choice {
	uint32_t layer;
	uint32_t copies; /* that it has from here on */
};

struct copier {
	struct placer *placer;
	struct sqz_placement *placement;
	uint32_t layers;
	struct sqz_worker *base; /* one copy of each layer, not placed */
	uint32_t *base_first;	 /* layers + 1 entries */
	struct share *shares;
	uint32_t *order;	/* of placing */
	uint64_t arrays, slots; /* left on the chip */
	struct choice *choices;
	uint32_t choice_count, choice_room;
};

/* ---- what one copy is ---- */

/* Workers of a group stand side by side and name its first one, as when they
 * had been cut. */
static void unplace(struct copier *copier)
{
	uint32_t group = 0;

	for (uint32_t i = 0; i < copier->base_first[copier->layers]; i++) {
		struct sqz_worker *worker = &copier->base[i];
		uint32_t reducer = copier->placement->workers[i].reducer;
		if (i && reducer != copier->placement->workers[i - 1].reducer)
			group = i;
		worker->reducer = group;
		worker->remote_workers = 0;
	}
}

static int take_base(struct copier *copier, struct sqz_error *err)
{
	const struct sqz_placement *placement = copier->placement;
	size_t workers = placement->worker_count * sizeof(struct sqz_worker);
	size_t firsts = (copier->layers + 1) * sizeof(uint32_t);

	copier->base = malloc(workers);
	copier->base_first = malloc(firsts);
	copier->shares = calloc(copier->layers, sizeof(*copier->shares));
	copier->order = calloc(copier->layers, sizeof(*copier->order));
	if (!copier->base || !copier->base_first || !copier->shares ||
	    !copier->order)
		return sqz_fail(err, "out of memory while placing copies");
	memcpy(copier->base, placement->workers, workers);
	memcpy(copier->base_first, placement->first_worker, firsts);
	unplace(copier);
	return 0;
}

static void measure(struct copier *copier, const struct sqz_pace *pace)
{
	const struct sqz_placement *placement = copier->placement;
	const struct sqz_chip *chip = copier->placer->chip;

	for (uint32_t node = 0; node < chip->nodes; node++) {
		copier->arrays += chip->entries[node].arrays;
		if (chip->entries[node].kind == SQZ_NODE_TILE)
			copier->slots += copier->placer->config->tile.slots;
	}
	for (uint32_t i = 0; i < placement->worker_count; i++) {
		const struct sqz_worker *worker = &placement->workers[i];
		struct share *share = &copier->shares[worker->layer];
		uint64_t ps =
		    sqz_position_ps(pace, worker, worker->reducer == i);
		if (ps > share->position_ps)
			share->position_ps = ps;
		share->arrays += worker->arrays;
		if (worker->arrays > share->largest)
			share->largest = worker->arrays;
		share->slots++;
		copier->arrays -= worker->arrays;
		copier->slots--;
	}
	for (uint32_t i = 0; i < copier->layers; i++) {
		const struct sqz_qnet *net = copier->placer->net;
		const struct sqz_qtensor *out =
		    &net->tensors[net->layers[i].output];
		copier->shares[i].height = out->height;
		copier->shares[i].width = out->width;
		copier->shares[i].copies = 1;
	}
}

/* ---- choosing ---- */

static uint32_t most_rows(const struct share *share)
{
	return (share->height + share->copies - 1) / share->copies;
}

static uint64_t time_ps(const struct share *share)
{
	return share->position_ps * most_rows(share) * share->width;
}

static struct share *slowest(const struct copier *copier)
{
	struct share *slowest = NULL;

	for (uint32_t i = 0; i < copier->layers; i++) {
		struct share *share = &copier->shares[i];
		if (!share->done &&
		    (!slowest || time_ps(share) > time_ps(slowest)))
			slowest = share;
	}
	return slowest;
}

/* The fewest copies that have fewer rows; 0 if it has one row a copy. */
static uint32_t next_copies(const struct share *share)
{
	uint32_t rows = most_rows(share) - 1;

	return rows ? (share->height + rows - 1) / rows : 0;
}

static bool may_have(const struct copier *copier, const struct share *share,
		     uint32_t copies)
{
	uint64_t more = copies - share->copies;

	return copies && copies <= copier->placer->config->place.copies &&
	       more * share->arrays <= copier->arrays &&
	       more * share->slots <= copier->slots;
}

static int add_choice(struct copier *copier, uint32_t layer, uint32_t copies,
		      struct sqz_error *err)
{
	if (copier->choice_count == copier->choice_room) {
		uint32_t room = copier->choice_room * 2 + 64;
		struct choice *grown =
		    realloc(copier->choices, room * sizeof(*grown));
		if (!grown)
			return sqz_fail(err,
					"out of memory while placing copies");
		copier->choices = grown;
		copier->choice_room = room;
	}
	copier->choices[copier->choice_count++] =
	    (struct choice){ layer, copies };
	return 0;
}

static int choose(struct copier *copier, struct sqz_error *err)
{
	struct share *share;

	while ((share = slowest(copier)) != NULL) {
		uint32_t copies = next_copies(share);
		if (!may_have(copier, share, copies)) {
			share->done = true;
			continue;
		}
		uint64_t more = copies - share->copies;
		copier->arrays -= more * share->arrays;
		copier->slots -= more * share->slots;
		share->copies = copies;
		if (add_choice(copier, (uint32_t)(share - copier->shares),
			       copies, err))
			return -1;
	}
	return 0;
}

/* ---- placing ---- */

/* Layers of large workers first: small ones fill what these leave. */
static void fill_order(struct copier *copier)
{
	for (uint32_t i = 0; i < copier->layers; i++) {
		uint32_t at = i;
		for (; at > 0 && copier->shares[copier->order[at - 1]].largest <
				     copier->shares[i].largest;
		     at--)
			copier->order[at] = copier->order[at - 1];
		copier->order[at] = i;
	}
}

static int add_copy(struct copier *copier, uint32_t layer, uint32_t copy,
		    struct sqz_error *err)
{
	const struct share *share = &copier->shares[layer];
	uint32_t first = copier->base_first[layer];
	uint32_t start = copier->placement->worker_count;

	for (uint32_t i = first; i < copier->base_first[layer + 1]; i++) {
		struct sqz_worker *worker = sqz_add_worker(copier->placement);
		if (!worker)
			return sqz_fail(err,
					"out of memory while placing copies");
		*worker = copier->base[i];
		worker->reducer = copier->base[i].reducer - first + start;
		worker->y0 =
		    (uint32_t)((uint64_t)share->height * copy / share->copies);
		worker->y1 = (uint32_t)((uint64_t)share->height * (copy + 1) /
					share->copies);
	}
	return 0;
}

/* The workers of all layers with the first `count` choices. */
static int fill_workers(struct copier *copier, uint32_t count,
			struct sqz_error *err)
{
	struct sqz_placement *placement = copier->placement;

	placement->worker_count = 0;
	for (uint32_t i = 0; i < copier->layers; i++)
		copier->shares[i].copies = 1;
	for (uint32_t i = 0; i < count; i++)
		copier->shares[copier->choices[i].layer].copies =
		    copier->choices[i].copies;
	for (uint32_t i = 0; i < copier->layers; i++) {
		placement->first_worker[i] = placement->worker_count;
		for (uint32_t c = 0; c < copier->shares[i].copies; c++)
			if (add_copy(copier, i, c, err))
				return -1;
	}
	placement->first_worker[copier->layers] = placement->worker_count;
	return 0;
}

/* Halves the range between choices that found room and such that did not. */
static int place_choices(struct copier *copier, struct sqz_error *err)
{
	uint32_t fits = 0;
	uint32_t fails = copier->choice_count + 1;
	uint32_t tried = copier->choice_count;

	while (fits + 1 < fails) {
		if (fill_workers(copier, tried, err))
			return -1;
		if (sqz_placer_place_layers(copier->placer, copier->order,
					    NULL) == 0)
			fits = tried;
		else
			fails = tried;
		tried = fits + (fails - fits) / 2;
	}
	if (fill_workers(copier, fits, err))
		return -1;
	return sqz_placer_place_layers(copier->placer,
				       fits ? copier->order : NULL, err);
}

int sqz_place_copies(struct placer *placer, const struct sqz_quantized *net,
		     enum sqz_sign_form form, struct sqz_error *err)
{
	const struct sqz_pace pace = { net, form, placer->config };
	struct copier copier = {
		.placer = placer,
		.placement = placer->placement,
		.layers = net->net.layer_count,
	};
	int result = take_base(&copier, err);

	if (!result) {
		measure(&copier, &pace);
		fill_order(&copier);
		result = choose(&copier, err);
	}
	if (!result && copier.choice_count)
		result = place_choices(&copier, err);
	free(copier.base);
	free(copier.base_first);
	free(copier.shares);
	free(copier.order);
	free(copier.choices);
	return result;
}

uint32_t sqz_layer_copies(const struct sqz_placement *placement, uint32_t layer)
{
	const struct sqz_worker *first =
	    &placement->workers[placement->first_worker[layer]];
	uint32_t copies = 0;

	for (uint32_t i = placement->first_worker[layer];
	     i < placement->first_worker[layer + 1]; i++)
		copies += placement->workers[i].k0 == first->k0 &&
			  placement->workers[i].n0 == first->n0;
	return copies;
}
