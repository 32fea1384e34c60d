#include "runtime/network.h"

#include <stdbool.h>
#include <string.h>

#include "driver/commands.h"
#include "sqz/port.h"

#define DMA_ALIGN 64

struct sqz_network_config sqz_network_default_config(void)
{
	return (struct sqz_network_config){
		.layer_timeout_us = 1000000,
		.step_timeout_us = 1000000,
		.run_timeout_ns = 10000000000,
		.program_timeout_ns = 100000000000,
	};
}

/* ---- does the image fit the chip? ---- */

/* What the chip has less than the image was placed on, or NULL. */
static const char *node_lacks(const struct sqz_node_entry *chip,
			      const struct sqz_node_entry *image)
{
	if (chip->kind != image->kind)
		return "kind of node";
	if (chip->slots < image->slots)
		return "step slots";
	if (chip->arrays < image->arrays)
		return "arrays";
	if (chip->memory_kib < image->memory_kib)
		return "memory";
	return NULL;
}

static enum sqz_result check_nodes(const struct sqz_network *network,
				   struct sqz_failure *failure)
{
	const struct sqz_device *device = network->device;
	const struct sqz_image *image = network->image;

	if (image->network->mesh_width != device->caps.mesh_width ||
	    image->network->mesh_height != device->caps.mesh_height)
		return sqz_failure_set(failure, SQZ_EMESH, SQZ_NO_NODE, 0,
				       "size of the mesh");
	for (unsigned i = 0; i < device->caps.nodes; i++) {
		const char *lack =
		    node_lacks(&device->nodes[i], &image->nodes[i]);

		if (lack)
			return sqz_failure_set(failure, SQZ_EMESH, i,
					       device->nodes[i].window, lack);
	}
	return SQZ_SUCCESS;
}

/* Tensors lie in DRAM or in buffers; the image has the kinds of our chip. */
static enum sqz_result check_tensors(const struct sqz_network *network,
				     struct sqz_failure *failure)
{
	const struct sqz_image *image = network->image;

	for (uint32_t i = 0; i < image->network->tensors; i++) {
		uint32_t node = image->tensors[i].node;

		if (node != SQZ_TENSOR_IN_DRAM &&
		    !sqz_device_node(network->device, node, SQZ_NODE_BUFFER))
			return sqz_failure_set(failure, SQZ_EMESH, node, i,
					       "tensor outside the buffers");
	}
	return SQZ_SUCCESS;
}

static enum sqz_result allocate(struct sqz_network *network,
				struct sqz_failure *failure)
{
	const struct sqz_image_network *net = network->image->network;
	void *pool = sqz_dma_alloc(net->dram_pool_bytes, DMA_ALIGN);

	network->input_bytes = network->image->tensors[net->input_tensor].bytes;
	network->logits_bytes = net->classes * net->logit_bytes;
	network->input = sqz_dma_alloc(network->input_bytes, DMA_ALIGN);
	network->logits = sqz_dma_alloc(network->logits_bytes, DMA_ALIGN);
	network->values =
	    sqz_dma_alloc(net->classes * sizeof(int32_t), DMA_ALIGN);
	if (!pool || !network->input || !network->logits || !network->values)
		return sqz_failure_set(failure, SQZ_ENOMEM, SQZ_NO_NODE, 0,
				       "tensors");
	network->pool = sqz_dma_addr(pool);
	return SQZ_SUCCESS;
}

enum sqz_result sqz_network_open(struct sqz_network *network,
				 const struct sqz_device *device,
				 struct sqz_ring *ring,
				 const struct sqz_image *image,
				 const struct sqz_network_config *config,
				 struct sqz_failure *failure)
{
	*network = (struct sqz_network){
		.image = image,
		.device = device,
		.ring = ring,
		.config = *config,
	};

	enum sqz_result result = check_nodes(network, failure);

	if (result == SQZ_SUCCESS)
		result = check_tensors(network, failure);
	if (result == SQZ_SUCCESS)
		result = allocate(network, failure);
	return result;
}

uint64_t sqz_network_tensor(const struct sqz_network *network, uint32_t tensor)
{
	const struct sqz_image_tensor *entry = &network->image->tensors[tensor];

	if (entry->node == SQZ_TENSOR_IN_DRAM)
		return network->pool + entry->offset;
	return network->device->nodes[entry->node].window + entry->offset;
}

/* ---- chains of descriptors ---- */

/* Waits for what has been submitted, also when not all of it could be. */
static enum sqz_result finish(struct sqz_network *network,
			      struct sqz_request *request,
			      enum sqz_result submitted, uint64_t timeout_ns,
			      struct sqz_failure *failure)
{
	enum sqz_result result = submitted;

	if (submitted == SQZ_SUCCESS)
		result = sqz_request_wait(network->ring, request, timeout_ns);
	else
		sqz_request_cancel(network->ring, request);
	if (result != SQZ_SUCCESS)
		sqz_failure_set(failure, result, request->node,
				request->address, "");
	return result;
}

static enum sqz_result submit_step(struct sqz_network *network, uint32_t index,
				   struct sqz_request *request)
{
	const struct sqz_image *image = network->image;
	const struct sqz_image_step *step = &image->steps[index];
	struct sqz_desc desc =
	    sqz_program_desc(image->participants[index], (uint16_t)step->layer,
			     sqz_image_blob(image, step), step->bytes);

	desc.timeout_us = network->config.step_timeout_us;
	if (index == image->network->steps - 1)
		desc.flags = SQZ_DESC_F_IRQ | SQZ_DESC_F_FENCE;
	return sqz_ring_submit(network->ring, &desc, request);
}

enum sqz_result sqz_network_program(struct sqz_network *network,
				    struct sqz_failure *failure)
{
	enum sqz_result result = SQZ_SUCCESS;
	struct sqz_request request;

	sqz_request_init(&request);
	for (uint32_t i = 0; i < network->image->network->steps; i++) {
		result = submit_step(network, i, &request);
		if (result != SQZ_SUCCESS)
			break;
	}
	return finish(network, &request, result,
		      network->config.program_timeout_ns, failure);
}

struct sqz_desc sqz_network_run_desc(const struct sqz_network *network,
				     uint32_t layer)
{
	const struct sqz_image_layer *entry = &network->image->layers[layer];
	bool residual = entry->residual != SQZ_NO_TENSOR;
	const struct sqz_run_tensors tensors = {
		.input = sqz_network_tensor(network, entry->input),
		.output = sqz_network_tensor(network, entry->output),
		.residual =
		    residual ? sqz_network_tensor(network, entry->residual) : 0,
	};
	struct sqz_desc desc = sqz_run_desc(
	    (uint16_t)layer, &tensors,
	    sqz_image_participants(network->image, entry), entry->participants);

	desc.flags = SQZ_DESC_F_FENCE;
	desc.timeout_us = network->config.layer_timeout_us;
	return desc;
}

enum sqz_result sqz_network_run_layer(struct sqz_network *network,
				      uint32_t layer,
				      struct sqz_failure *failure)
{
	if (layer >= network->image->network->layers)
		return sqz_failure_set(failure, SQZ_EINVAL, SQZ_NO_NODE, layer,
				       "layer");

	struct sqz_desc desc = sqz_network_run_desc(network, layer);

	return sqz_ring_execute(network->ring, &desc,
				network->config.run_timeout_ns, failure);
}

static enum sqz_result submit_copy(struct sqz_network *network, uint64_t from,
				   uint64_t to, uint32_t bytes, uint8_t flags,
				   struct sqz_request *request)
{
	struct sqz_desc desc = sqz_copy_desc(from, to, bytes);

	desc.flags = SQZ_DESC_F_FENCE | flags;
	desc.timeout_us = network->config.layer_timeout_us;
	return sqz_ring_submit(network->ring, &desc, request);
}

static enum sqz_result submit_input(struct sqz_network *network,
				    struct sqz_request *request)
{
	uint32_t tensor = network->image->network->input_tensor;

	return submit_copy(network, sqz_dma_addr(network->input),
			   sqz_network_tensor(network, tensor),
			   network->input_bytes, 0, request);
}

static enum sqz_result submit_layers(struct sqz_network *network,
				     struct sqz_request *request)
{
	enum sqz_result result = SQZ_SUCCESS;

	for (uint32_t i = 0; i < network->image->network->layers; i++) {
		struct sqz_desc desc = sqz_network_run_desc(network, i);

		result = sqz_ring_submit(network->ring, &desc, request);
		if (result != SQZ_SUCCESS)
			break;
	}
	return result;
}

static enum sqz_result submit_logits(struct sqz_network *network,
				     struct sqz_request *request)
{
	uint32_t tensor = network->image->network->output_tensor;

	return submit_copy(network, sqz_network_tensor(network, tensor),
			   sqz_dma_addr(network->logits), network->logits_bytes,
			   SQZ_DESC_F_IRQ, request);
}

static void read_values(struct sqz_network *network)
{
	const struct sqz_image_network *net = network->image->network;
	const uint8_t *narrow = network->logits;
	const int32_t *wide = network->logits;

	/* The controller wrote them before the completion that we have seen. */
	sqz_barrier();
	for (uint32_t i = 0; i < net->classes; i++)
		network->values[i] =
		    net->logit_bytes == 1 ? narrow[i] : wide[i];
}

static enum sqz_result submit_inference(struct sqz_network *network,
					struct sqz_request *request)
{
	enum sqz_result result = submit_input(network, request);

	if (result == SQZ_SUCCESS)
		result = submit_layers(network, request);
	if (result == SQZ_SUCCESS)
		result = submit_logits(network, request);
	return result;
}

enum sqz_result sqz_network_run(struct sqz_network *network,
				struct sqz_failure *failure)
{
	struct sqz_request request;

	sqz_request_init(&request);

	enum sqz_result result = submit_inference(network, &request);

	result = finish(network, &request, result,
			network->config.run_timeout_ns, failure);
	if (result == SQZ_SUCCESS)
		read_values(network);
	return result;
}

/* ---- self-test ---- */

static enum sqz_result compare_logits(const struct sqz_network *network,
				      const uint8_t *expected,
				      struct sqz_failure *failure)
{
	for (uint32_t i = 0; i < network->image->network->classes; i++) {
		int32_t value;

		memcpy(&value, expected + i * sizeof(value), sizeof(value));
		if (network->values[i] != value)
			return sqz_failure_set(failure, SQZ_EWRONG, SQZ_NO_NODE,
					       i, "logit");
	}
	return SQZ_SUCCESS;
}

enum sqz_result sqz_network_selftest(struct sqz_network *network,
				     struct sqz_failure *failure)
{
	const uint8_t *test =
	    network->image->sections[SQZ_SECTION_SELFTEST].data;

	if (!test)
		return SQZ_SUCCESS;
	memcpy(network->input, test, network->input_bytes);

	enum sqz_result result = sqz_network_run(network, failure);

	if (result == SQZ_SUCCESS)
		result = compare_logits(network, test + network->input_bytes,
					failure);
	return result;
}
