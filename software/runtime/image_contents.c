#include "runtime/image_contents.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* How many entries a section must have, and how long each is. */
struct section_rule {
	enum sqz_section_kind kind;
	uint32_t entry_bytes;
	uint64_t entries;
	const char *name;
};

static bool counts_are_right(const struct sqz_image *image,
			     struct sqz_failure *failure)
{
	const struct sqz_image_network *net = image->network;
	uint64_t nodes = (uint64_t)net->mesh_width * net->mesh_height;
	const struct section_rule rules[] = {
		{ SQZ_SECTION_NODES, SQZ_NODE_ENTRY_BYTES, nodes,
		  "node count" },
		{ SQZ_SECTION_TENSORS, sizeof(struct sqz_image_tensor),
		  net->tensors, "tensor count" },
		{ SQZ_SECTION_LAYERS, sizeof(struct sqz_image_layer),
		  net->layers, "layer count" },
		{ SQZ_SECTION_PARTICIPANTS, sizeof(struct sqz_participant),
		  net->steps, "participant count" },
		{ SQZ_SECTION_STEPS, sizeof(struct sqz_image_step), net->steps,
		  "step count" },
	};

	for (unsigned i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		uint64_t bytes = image->sections[rules[i].kind].bytes;

		if (bytes % rules[i].entry_bytes == 0 &&
		    bytes / rules[i].entry_bytes == rules[i].entries)
			continue;
		sqz_failure_set(failure, SQZ_EIMAGE, SQZ_NO_NODE, bytes,
				rules[i].name);
		return false;
	}
	return true;
}

static bool ends_with_zero(const char *name)
{
	return memchr(name, 0, SQZ_NAME_BYTES) != NULL;
}

/* height * width * channels * element_bytes, or 0 if it passes 32 bits. */
static uint64_t tensor_bytes(const struct sqz_image_tensor *tensor)
{
	const uint32_t factors[] = { tensor->height, tensor->width,
				     tensor->channels, tensor->element_bytes };
	uint64_t bytes = 1;

	for (int i = 0; i < 4; i++) {
		bytes *= factors[i];
		if (bytes == 0 || bytes > UINT32_MAX)
			return 0;
	}
	return bytes;
}

/* Those of all contexts. limit: bytes of the memory. */
static bool lies_inside(const struct sqz_image *image,
			const struct sqz_image_tensor *tensor, uint64_t limit)
{
	uint64_t others = sqz_image_contexts(image->network) - 1;

	if (tensor->offset > limit || tensor->bytes > limit - tensor->offset)
		return false;
	return others == 0 ||
	       (tensor->stride >= tensor->bytes &&
		tensor->stride <=
		    (limit - tensor->offset - tensor->bytes) / others);
}

static bool tensor_is_valid(const struct sqz_image *image, uint32_t index)
{
	const struct sqz_image_tensor *tensor = &image->tensors[index];
	const struct sqz_image_network *net = image->network;
	uint64_t limit = net->dram_pool_bytes;

	if (tensor->node != SQZ_TENSOR_IN_DRAM) {
		if (tensor->node >= net->mesh_width * net->mesh_height)
			return false;
		limit = (uint64_t)image->nodes[tensor->node].memory_kib << 10;
	}
	return tensor->bytes != 0 && tensor->bytes == tensor_bytes(tensor) &&
	       lies_inside(image, tensor, limit);
}

/* Rounds follow each other in the order of execution. */
static bool round_is_valid(const struct sqz_image *image, uint32_t index)
{
	uint32_t round = image->layers[index].round;

	return round < sqz_image_rounds(image->network) &&
	       (index == 0 || image->layers[index - 1].round <= round);
}

/* Sums to start from: as the output, but int32. */
static bool partial_is_valid(const struct sqz_image *image,
			     const struct sqz_image_layer *layer)
{
	const struct sqz_image_tensor *output = &image->tensors[layer->output];
	const struct sqz_image_tensor *sums;

	if (layer->partial == 0)
		return true;
	if (layer->partial > image->network->tensors)
		return false;
	sums = &image->tensors[layer->partial - 1];
	return sums->element_bytes == 4 && sums->height == output->height &&
	       sums->width == output->width &&
	       sums->channels == output->channels;
}

static bool part_is_valid(const struct sqz_image_layer *layer)
{
	return layer->part < layer->parts ||
	       (layer->part == 0 && layer->parts == 0);
}

static bool layer_is_valid(const struct sqz_image *image, uint32_t index)
{
	const struct sqz_image_layer *layer = &image->layers[index];
	const struct sqz_image_network *net = image->network;

	return ends_with_zero(layer->name) && layer->kind != 0 &&
	       layer->kind < SQZ_STEP_KINDS && layer->input < net->tensors &&
	       layer->output < net->tensors &&
	       (layer->residual == SQZ_NO_TENSOR ||
		layer->residual < net->tensors) &&
	       layer->participants > 0 &&
	       layer->first_participant <= net->steps &&
	       layer->participants <= net->steps - layer->first_participant &&
	       round_is_valid(image, index) && part_is_valid(layer) &&
	       partial_is_valid(image, layer);
}

static bool blob_is_valid(const struct sqz_image *image,
			  const struct sqz_image_step *step)
{
	uint64_t bytes = image->sections[SQZ_SECTION_PROGRAM].bytes;

	return step->offset % SQZ_IMAGE_ALIGN == 0 && step->offset <= bytes &&
	       step->bytes <= bytes - step->offset &&
	       step->bytes >= sizeof(struct sqz_step_header);
}

static bool step_is_valid(const struct sqz_image *image, uint32_t index)
{
	const struct sqz_image_step *step = &image->steps[index];
	const struct sqz_participant *where = &image->participants[index];
	const struct sqz_image_network *net = image->network;

	return where->node == step->node && where->slot == step->slot &&
	       step->node < net->mesh_width * net->mesh_height &&
	       image->nodes[step->node].kind == SQZ_NODE_TILE &&
	       step->slot < image->nodes[step->node].slots &&
	       step->layer < net->layers && blob_is_valid(image, step);
}

static bool network_is_valid(const struct sqz_image *image)
{
	const struct sqz_image_network *net = image->network;

	if (image->sections[SQZ_SECTION_NETWORK].bytes != sizeof(*net))
		return false;
	return ends_with_zero(net->name) && net->rounds <= net->layers &&
	       net->contexts <= UINT16_MAX && net->mesh_width > 0 &&
	       net->mesh_width <= UINT16_MAX && net->mesh_height > 0 &&
	       net->mesh_height <= UINT16_MAX && net->layers > 0 &&
	       net->layers <= UINT16_MAX && net->input_tensor < net->tensors &&
	       net->output_tensor < net->tensors && net->classes > 0 &&
	       (net->logit_bytes == 1 || net->logit_bytes == 4);
}

static bool logits_fit(const struct sqz_image *image)
{
	const struct sqz_image_network *net = image->network;

	return image->tensors[net->output_tensor].bytes ==
	       (uint64_t)net->classes * net->logit_bytes;
}

static bool selftest_is_valid(const struct sqz_image *image)
{
	const struct sqz_image_network *net = image->network;
	uint64_t input = image->tensors[net->input_tensor].bytes;
	uint64_t least = input + (uint64_t)net->classes * sizeof(int32_t);

	return !image->sections[SQZ_SECTION_SELFTEST].data ||
	       image->sections[SQZ_SECTION_SELFTEST].bytes >= least;
}

enum sqz_result sqz_image_check_contents(const struct sqz_image *image,
					 struct sqz_failure *failure)
{
	const struct sqz_image_network *net = image->network;

	if (!network_is_valid(image))
		return sqz_failure_set(failure, SQZ_EIMAGE, SQZ_NO_NODE, 0,
				       "network");
	if (!counts_are_right(image, failure))
		return SQZ_EIMAGE;

	const struct {
		uint32_t count;
		bool (*is_valid)(const struct sqz_image *image, uint32_t index);
		const char *name;
	} checks[] = {
		{ net->tensors, tensor_is_valid, "tensor" },
		{ net->layers, layer_is_valid, "layer" },
		{ net->steps, step_is_valid, "step" },
	};

	for (unsigned k = 0; k < sizeof(checks) / sizeof(*checks); k++) {
		for (uint32_t i = 0; i < checks[k].count; i++) {
			if (!checks[k].is_valid(image, i))
				return sqz_failure_set(failure, SQZ_EIMAGE,
						       SQZ_NO_NODE, i,
						       checks[k].name);
		}
	}
	if (!logits_fit(image) || !selftest_is_valid(image))
		return sqz_failure_set(failure, SQZ_EIMAGE, SQZ_NO_NODE, 0,
				       "logits or self-test");
	return SQZ_SUCCESS;
}
