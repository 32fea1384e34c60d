#include "place_tensors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

/* Reading and writing in one buffer at a time costs as much as this many more
 * hops. */
#define SAME_BUFFER_HOPS 4

/* Layers from `from` to `to` need the tensor's bytes. */
struct life {
	int64_t from;
	int64_t to;
	uint64_t bytes;
};

struct shelf {
	const struct sqz_qnet *net;
	const struct sqz_chip *chip;
	bool apart; /* no two tensors share memory */
	struct sqz_placement *placement;
	uint32_t count; /* of tensors; the network's come first */
	struct life *lives;
	bool *placed;
	const double *costs; /* moving: [tensors][nodes] */
};

static uint64_t aligned(uint64_t bytes)
{
	return (bytes + SQZ_IMAGE_ALIGN - 1) / SQZ_IMAGE_ALIGN *
	       SQZ_IMAGE_ALIGN;
}

static uint64_t tensor_bytes(const struct sqz_qtensor *tensor)
{
	return (uint64_t)tensor->height * tensor->width * tensor->channels *
	       tensor->element_bytes;
}

static void extend(struct life *life, int64_t layer)
{
	if (layer > life->to)
		life->to = layer;
}

/* Sums live while their layer runs, part after part. */
static void find_scratch_lives(const struct shelf *shelf)
{
	const struct sqz_placement *placement = shelf->placement;
	uint32_t first = shelf->net->tensor_count;

	for (uint32_t t = first; t < shelf->count; t++) {
		struct sqz_qtensor tensor =
		    sqz_placement_tensor(shelf->net, placement, t);
		uint32_t layer = placement->scratch[t - first].layer;
		shelf->lives[t] =
		    (struct life){ layer, layer, tensor_bytes(&tensor) };
	}
}

/* Layers that overlap read and write at any time. */
static void live_forever(const struct shelf *shelf)
{
	for (uint32_t t = 0; t < shelf->count; t++) {
		shelf->lives[t].from = -1;
		shelf->lives[t].to = shelf->net->layer_count;
	}
}

static void find_lives(const struct sqz_qnet *net, struct life *lives)
{
	for (uint32_t t = 0; t < net->tensor_count; t++)
		lives[t] =
		    (struct life){ -1, -1, tensor_bytes(&net->tensors[t]) };
	for (uint32_t i = 0; i < net->layer_count; i++) {
		const struct sqz_qlayer *layer = &net->layers[i];
		if (lives[layer->output].from < 0)
			lives[layer->output].from = i;
		extend(&lives[layer->output], i);
		extend(&lives[layer->input], i);
		if (layer->residual != SQZ_NO_TENSOR)
			extend(&lives[layer->residual], i);
	}
	/* The logits are read after the last layer. */
	extend(&lives[net->output], net->layer_count);
}

static bool overlap(const struct life *a, const struct life *b)
{
	return a->from <= b->to && b->from <= a->to;
}

/* Moves `offset` behind every placed tensor of the node that it would touch
 * while both live; true if it moved. */
static bool push_behind(const struct shelf *shelf, uint32_t node,
			uint32_t tensor, uint64_t *offset)
{
	bool moved = false;

	for (uint32_t t = 0; t < shelf->count; t++) {
		const struct sqz_tensor_place *place =
		    &shelf->placement->tensors[t];
		if (!shelf->placed[t] || place->node != node ||
		    !overlap(&shelf->lives[t], &shelf->lives[tensor]))
			continue;
		uint64_t end = place->offset + shelf->lives[t].bytes;
		if (*offset < end &&
		    place->offset < *offset + shelf->lives[tensor].bytes) {
			*offset = aligned(end);
			moved = true;
		}
	}
	return moved;
}

/* First fit; the result may lie behind the node's memory. */
static uint64_t first_fit(const struct shelf *shelf, uint32_t node,
			  uint32_t tensor)
{
	uint64_t offset = 0;

	while (push_behind(shelf, node, tensor, &offset))
		;
	return offset;
}

/* How far `node` is from the tensor that the layer reads. */
static uint32_t buffer_cost(const struct shelf *shelf, uint32_t node,
			    uint32_t source)
{
	return (uint32_t)(sqz_tensor_hops(shelf->chip, source, node) + 0.5) +
	       (source == node ? SAME_BUFFER_HOPS : 0);
}

static void place_one(struct shelf *shelf, uint32_t tensor, uint32_t source)
{
	struct sqz_tensor_place *place = &shelf->placement->tensors[tensor];
	uint64_t bytes = shelf->lives[tensor].bytes;
	uint32_t best = UINT32_MAX;

	for (uint32_t node = 0; node < shelf->chip->nodes; node++) {
		if (shelf->chip->entries[node].kind != SQZ_NODE_BUFFER)
			continue;
		uint64_t offset = first_fit(shelf, node, tensor);
		uint32_t cost = buffer_cost(shelf, node, source);
		if (offset + bytes <= shelf->placement->buffer_share &&
		    cost < best) {
			best = cost;
			*place = (struct sqz_tensor_place){ node, offset };
		}
	}
	if (best == UINT32_MAX) {
		place->node = SQZ_TENSOR_IN_DRAM;
		place->offset = first_fit(shelf, SQZ_TENSOR_IN_DRAM, tensor);
		if (place->offset + bytes > shelf->placement->dram_share)
			shelf->placement->dram_share = place->offset + bytes;
	}
	shelf->placed[tensor] = true;
}

static void place_all(struct shelf *shelf)
{
	const struct sqz_qnet *net = shelf->net;

	place_one(shelf, net->input, 0);
	for (uint32_t i = 0; i < net->layer_count; i++) {
		const struct sqz_qlayer *layer = &net->layers[i];
		/* Several copies write one tensor. */
		if (shelf->placed[layer->output])
			continue;
		place_one(shelf, layer->output,
			  shelf->placement->tensors[layer->input].node);
	}
}

uint64_t sqz_tensor_stride(const struct sqz_placement *placement,
			   uint32_t tensor)
{
	if (placement->contexts == 1)
		return 0;
	return placement->tensors[tensor].node == SQZ_TENSOR_IN_DRAM
		   ? aligned(placement->dram_share)
		   : placement->buffer_share;
}

static int fill_pool(const struct shelf *shelf, struct sqz_error *err)
{
	struct sqz_placement *placement = shelf->placement;

	placement->dram_pool_bytes =
	    aligned(placement->dram_share) * (placement->contexts - 1) +
	    placement->dram_share;
	if (shelf->placement->dram_pool_bytes <= shelf->chip->dram_bytes)
		return 0;
	return sqz_fail(
	    err,
	    "feature maps that find no room in buffers take %llu bytes of "
	    "DRAM; the chip has %llu",
	    (unsigned long long)shelf->placement->dram_pool_bytes,
	    (unsigned long long)shelf->chip->dram_bytes);
}

static void place_scratch(struct shelf *shelf)
{
	const struct sqz_placement *placement = shelf->placement;
	uint32_t first = shelf->net->tensor_count;

	for (uint32_t t = 0; t < first; t++)
		shelf->placed[t] = true;
	for (uint32_t t = first; t < shelf->count; t++) {
		uint32_t layer = placement->scratch[t - first].layer;
		uint32_t output = shelf->net->layers[layer].output;
		place_one(shelf, t, placement->tensors[output].node);
	}
}

/* What layers add that would read and write in one buffer. */
static double same_buffer_cost(const struct shelf *shelf, uint32_t tensor,
			       uint32_t node)
{
	const struct sqz_tensor_place *tensors = shelf->placement->tensors;
	double bytes = 0;

	for (uint32_t i = 0; i < shelf->net->layer_count; i++) {
		const struct sqz_qlayer *layer = &shelf->net->layers[i];
		if ((layer->input == tensor &&
		     tensors[layer->output].node == node) ||
		    (layer->output == tensor &&
		     tensors[layer->input].node == node))
			bytes += (double)shelf->lives[layer->output].bytes;
	}
	return bytes * SAME_BUFFER_HOPS;
}

static void move_one(struct shelf *shelf, uint32_t tensor)
{
	struct sqz_tensor_place best = { SQZ_TENSOR_IN_DRAM, 0 };
	double least = 0;

	shelf->placed[tensor] = false;
	for (uint32_t node = 0; node < shelf->chip->nodes; node++) {
		if (shelf->chip->entries[node].kind != SQZ_NODE_BUFFER)
			continue;
		uint64_t offset = first_fit(shelf, node, tensor);
		double cost =
		    shelf->costs[(size_t)tensor * shelf->chip->nodes + node] +
		    same_buffer_cost(shelf, tensor, node);
		if (offset + shelf->lives[tensor].bytes >
		    shelf->placement->buffer_share)
			continue;
		if (best.node == SQZ_TENSOR_IN_DRAM || cost < least) {
			best = (struct sqz_tensor_place){ node, offset };
			least = cost;
		}
	}
	if (best.node == SQZ_TENSOR_IN_DRAM)
		best.offset = first_fit(shelf, best.node, tensor);
	shelf->placement->tensors[tensor] = best;
	shelf->placed[tensor] = true;
}

static void move_all(struct shelf *shelf)
{
	struct sqz_placement *placement = shelf->placement;

	for (uint32_t t = 0; t < shelf->count; t++)
		shelf->placed[t] = true;
	for (uint32_t t = 0; t < shelf->count; t++)
		move_one(shelf, t);
	placement->dram_share = 0;
	for (uint32_t t = 0; t < shelf->count; t++) {
		uint64_t end =
		    placement->tensors[t].offset + shelf->lives[t].bytes;
		if (placement->tensors[t].node == SQZ_TENSOR_IN_DRAM &&
		    end > placement->dram_share)
			placement->dram_share = end;
	}
}

/* Lives of `count` tensors, then what `place` does. */
static int with_shelf(const struct placer *placer, uint32_t count,
		      const double *costs, void (*place)(struct shelf *shelf),
		      struct sqz_error *err)
{
	struct sqz_placement *placement = placer->placement;
	struct shelf shelf = {
		.net = placer->net,
		.chip = placer->chip,
		.apart = placer->config->place.chains,
		.placement = placement,
		.count = count,
		.costs = costs,
		.lives = calloc(count, sizeof(struct life)),
		.placed = calloc(count, sizeof(bool)),
	};
	struct sqz_tensor_place *grown =
	    realloc(placement->tensors, count * sizeof(*grown));
	int result = 0;

	if (grown && !placement->tensors)
		memset(grown, 0, count * sizeof(*grown));
	if (grown)
		placement->tensors = grown;
	if (shelf.lives && shelf.placed && grown) {
		find_lives(shelf.net, shelf.lives);
		find_scratch_lives(&shelf);
		if (shelf.apart)
			live_forever(&shelf);
		place(&shelf);
		result = fill_pool(&shelf, err);
	} else {
		result = sqz_fail(err, "out of memory while placing %u tensors",
				  count);
	}
	free(shelf.lives);
	free(shelf.placed);
	return result;
}

int sqz_place_tensors(const struct placer *placer, struct sqz_error *err)
{
	struct sqz_placement *placement = placer->placement;

	placement->contexts = placer->config->place.contexts;
	placement->buffer_share = placer->chip->buffer_bytes /
				  placement->contexts / SQZ_IMAGE_ALIGN *
				  SQZ_IMAGE_ALIGN;
	return with_shelf(placer, placer->net->tensor_count, NULL, place_all,
			  err);
}

int sqz_place_scratch(const struct placer *placer, struct sqz_error *err)
{
	uint32_t count = placer->placement->scratch_count;

	if (!count)
		return 0;
	return with_shelf(placer, placer->net->tensor_count + count, NULL,
			  place_scratch, err);
}

int sqz_move_tensors(const struct placer *placer, const double *costs,
		     struct sqz_error *err)
{
	return with_shelf(placer, placer->net->tensor_count, costs, move_all,
			  err);
}
