#include "reference/image_rounds.h"

#include <stdbool.h>
#include <stdlib.h>

/* Rounds begin with 0 and go up one by one. */
static bool round_holds(const struct sqz_image_file *image, uint32_t index)
{
	const struct sqz_image_layer *layer = &image->layers[index];
	uint32_t last = sqz_image_rounds(image->network) - 1;

	if (index == image->network->layers - 1 && layer->round != last)
		return false;
	if (index == 0)
		return layer->round == 0;
	return layer->round >= layer[-1].round &&
	       layer->round - layer[-1].round <= 1;
}

static bool same_layer(const struct sqz_image_layer *a,
		       const struct sqz_image_layer *b)
{
	return a->kind == b->kind && a->input == b->input &&
	       a->parts == b->parts && a->positions == b->positions;
}

/* Parts stand side by side, from the first to the last. */
static bool part_holds(const struct sqz_image_file *image, uint32_t index)
{
	const struct sqz_image_layer *layer = &image->layers[index];
	bool is_last = index == image->network->layers - 1;

	if (!layer->parts)
		return layer->part == 0;
	if (layer->parts == 1 || layer->part >= layer->parts)
		return false;
	if (layer->part > 0 && (index == 0 || !same_layer(layer, layer - 1) ||
				layer[-1].part != layer->part - 1))
		return false;
	return layer->part == layer->parts - 1 ||
	       (!is_last && same_layer(layer, layer + 1) &&
		layer[1].part == layer->part + 1);
}

static bool same_shape(const struct sqz_image_tensor *a,
		       const struct sqz_image_tensor *b)
{
	return a->height == b->height && a->width == b->width &&
	       a->channels == b->channels;
}

/* Sums come from the part before. */
static bool partial_holds(const struct sqz_image_file *image, uint32_t index)
{
	const struct sqz_image_layer *layer = &image->layers[index];

	if (!layer->partial)
		return true;
	if (layer->partial > image->network->tensors || !layer->part ||
	    layer->kind != SQZ_STEP_MVM)
		return false;
	const struct sqz_image_tensor *sums =
	    &image->tensors[layer->partial - 1];
	return layer[-1].output == layer->partial - 1 &&
	       layer[-1].residual == SQZ_NO_TENSOR &&
	       sums->element_bytes == sizeof(int32_t) &&
	       same_shape(sums, &image->tensors[layer->output]);
}

static bool tiles_are_apart(const struct sqz_image_file *image,
			    uint32_t *last_round)
{
	uint32_t rounds = sqz_image_rounds(image->network);

	/* The round before the first one is the last one. */
	for (uint32_t i = 0; i < image->network->steps; i++) {
		const struct sqz_image_step *step = &image->steps[i];
		if (image->layers[step->layer].round == rounds - 1)
			last_round[step->node] = rounds;
	}
	for (uint32_t i = 0; i < image->network->steps; i++) {
		const struct sqz_image_step *step = &image->steps[i];
		uint32_t round = image->layers[step->layer].round;
		uint32_t before = round ? round : rounds;
		if (last_round[step->node] == before)
			return false;
		last_round[step->node] = round + 1;
	}
	return true;
}

/* last_round[node]: the last round that has a step there, plus 1. Steps stand
 * in the order of their rounds. */
static int check_overlap(const char *name, const struct sqz_image_file *image,
			 struct sqz_error *err)
{
	const struct sqz_image_network *network = image->network;
	size_t nodes = (size_t)network->mesh_width * network->mesh_height;

	if (!(network->flags & SQZ_IMAGE_F_OVERLAP))
		return 0;
	uint32_t *last_round = calloc(nodes, sizeof(*last_round));
	if (!last_round)
		return sqz_fail(err, "%s: out of memory", name);
	bool apart =
	    sqz_image_rounds(network) > 1 && tiles_are_apart(image, last_round);
	free(last_round);
	return apart ? 0
		     : sqz_fail(err,
				"%s: rounds that are to overlap share a tile",
				name);
}

int sqz_image_check_rounds(const char *name, const struct sqz_image_file *image,
			   struct sqz_error *err)
{
	static const struct {
		bool (*holds)(const struct sqz_image_file *image,
			      uint32_t index);
		const char *what;
	} checks[] = {
		{ round_holds, "is not in its round" },
		{ part_holds, "is not a part in its place" },
		{ partial_holds, "has no sums to start from" },
	};

	for (uint32_t i = 0; i < image->network->layers; i++)
		for (size_t k = 0; k < sizeof(checks) / sizeof(checks[0]); k++)
			if (!checks[k].holds(image, i))
				return sqz_fail(err, "%s: layer %u %s", name, i,
						checks[k].what);
	return check_overlap(name, image, err);
}
