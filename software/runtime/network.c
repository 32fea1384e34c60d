#include "runtime/network.h"

#include <string.h>

#include "runtime/fit.h"
#include "sqz/port.h"

#define DMA_ALIGN 64

struct sqz_network_config sqz_network_default_config(void)
{
	return (struct sqz_network_config){
		.contexts = 1,
		.layer_timeout_us = 1000000,
		.step_timeout_us = 1000000,
		.run_timeout_ns = 10000000000,
		.program_timeout_ns = 100000000000,
	};
}

/* ---- memory and rings ---- */

/* As many as are wanted, as the image has tensors for, and as there are rings;
 * one of them programs. */
static uint32_t count_contexts(const struct sqz_network *network)
{
	const struct sqz_image_network *net = network->image->network;
	uint32_t limits[] = {
		sqz_image_contexts(net),
		network->device->caps.rings - sqz_image_programs_ahead(net),
		SQZ_NETWORK_MAX_CONTEXTS,
	};
	uint32_t count = network->config.contexts;

	for (unsigned i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (limits[i] < count)
			count = limits[i];
	return count ? count : 1;
}

/* One ring after the other, beginning behind the caller's. */
static struct sqz_ring *open_ring(struct sqz_network *network)
{
	struct sqz_ring *ring = &network->rings[network->ring_count];
	unsigned first = network->contexts[0].ring->config.index;
	struct sqz_ring_config config = network->contexts[0].ring->config;

	network->ring_count++;
	config.index =
	    (first + network->ring_count) % network->device->caps.rings;
	if (sqz_ring_open(ring, network->device, &config) != SQZ_SUCCESS)
		return NULL;
	return ring;
}

static bool open_context(struct sqz_network *network, uint32_t index)
{
	const struct sqz_image_network *net = network->image->network;
	struct sqz_context *context = &network->contexts[index];

	context->network = network;
	context->index = index;
	context->input = sqz_dma_alloc(network->input_bytes, DMA_ALIGN);
	context->logits = sqz_dma_alloc(network->logits_bytes, DMA_ALIGN);
	context->values =
	    sqz_dma_alloc(net->classes * sizeof(int32_t), DMA_ALIGN);
	if (!context->ring)
		context->ring = open_ring(network);
	return context->input && context->logits && context->values &&
	       context->ring;
}

static bool allocate(struct sqz_network *network)
{
	const struct sqz_image_network *net = network->image->network;
	void *pool = sqz_dma_alloc(net->dram_pool_bytes, DMA_ALIGN);
	struct sqz_ring *ring = NULL;

	if (!pool)
		return false;
	network->pool = sqz_dma_addr(pool);
	network->input_bytes = network->image->tensors[net->input_tensor].bytes;
	network->logits_bytes = net->classes * net->logit_bytes;
	network->context_count = count_contexts(network);
	for (uint32_t i = 0; i < network->context_count; i++)
		if (!open_context(network, i))
			return false;
	/* With one ring nothing is programmed ahead. */
	if (sqz_image_programs_ahead(net) && network->device->caps.rings > 1) {
		ring = open_ring(network);
		if (!ring)
			return false;
	}
	sqz_rounds_open(network, ring);
	return true;
}

enum sqz_result sqz_network_open(struct sqz_network *network,
				 const struct sqz_device *device,
				 struct sqz_ring *ring,
				 const struct sqz_image *image,
				 const struct sqz_network_config *config,
				 struct sqz_failure *failure)
{
	memset(network, 0, sizeof(*network));
	network->image = image;
	network->device = device;
	network->config = *config;
	network->more = true;
	network->contexts[0].ring = ring;

	enum sqz_result result = sqz_image_check_fit(image, device, failure);

	if (result == SQZ_SUCCESS && !allocate(network))
		result = sqz_failure_set(failure, SQZ_ENOMEM, SQZ_NO_NODE, 0,
					 "tensors");
	return result;
}

/* ---- one image ---- */

enum sqz_result sqz_network_program(struct sqz_network *network,
				    struct sqz_failure *failure)
{
	return sqz_rounds_program(network, failure);
}

/* Its input, tensors and logits belong to whoever has started it. */
static enum sqz_result claim_context(const struct sqz_network *network,
				     struct sqz_failure *failure)
{
	if (network->contexts[0].state == SQZ_CONTEXT_IDLE)
		return SQZ_SUCCESS;
	return sqz_failure_set(failure, SQZ_EINVAL, SQZ_NO_NODE, 0,
			       "context 0 is in use");
}

enum sqz_result sqz_network_run_layer(struct sqz_network *network,
				      uint32_t layer,
				      struct sqz_failure *failure)
{
	struct sqz_context *context = &network->contexts[0];

	if (layer >= network->image->network->layers)
		return sqz_failure_set(failure, SQZ_EINVAL, SQZ_NO_NODE, layer,
				       "layer");

	enum sqz_result result = claim_context(network, failure);

	if (result != SQZ_SUCCESS)
		return result;

	struct sqz_desc desc = sqz_context_run_desc(context, layer);

	desc.flags = SQZ_DESC_F_FENCE;
	return sqz_ring_execute(context->ring, &desc,
				network->config.run_timeout_ns, failure);
}

enum sqz_result sqz_network_run(struct sqz_network *network,
				struct sqz_failure *failure)
{
	struct sqz_context *context = &network->contexts[0];
	enum sqz_result result = claim_context(network, failure);

	if (result == SQZ_SUCCESS)
		result = sqz_context_start(context, false);
	if (result == SQZ_SUCCESS)
		result = sqz_context_finish(context, failure);
	return result;
}

/* ---- statistics ---- */

static void add_context(struct sqz_context_stats *sum,
			const struct sqz_context_stats *part)
{
	sum->started += part->started;
	sum->completed += part->completed;
	sum->failed += part->failed;
	sum->busy_ns += part->busy_ns;
}

static void add_ring(struct sqz_ring_stats *sum, const struct sqz_ring *ring)
{
	const struct sqz_ring_stats *part = &ring->stats;

	sum->submitted += part->submitted;
	sum->completed += part->completed;
	sum->failed += part->failed;
	sum->interrupts += part->interrupts;
	sum->lost_interrupts += part->lost_interrupts;
	sum->full_waits += part->full_waits;
	sum->aborts += part->aborts;
	sum->strays += part->strays;
	sum->callbacks += part->callbacks;
	if (part->peak > sum->peak)
		sum->peak = part->peak;
}

void sqz_network_get_stats(const struct sqz_network *network,
			   struct sqz_network_stats *stats)
{
	uintptr_t state = sqz_irq_lock();

	*stats = (struct sqz_network_stats){
		.rounds_programmed = network->rounds.programmed,
		.chip_errors = network->device->errors,
	};
	for (uint32_t i = 0; i < network->context_count; i++)
		add_context(&stats->inferences, &network->contexts[i].stats);
	add_ring(&stats->rings, network->contexts[0].ring);
	for (uint32_t i = 0; i < network->ring_count; i++)
		add_ring(&stats->rings, &network->rings[i]);
	sqz_irq_unlock(state);
}

/* ---- self-test ---- */

static enum sqz_result compare_logits(const struct sqz_network *network,
				      const uint8_t *expected,
				      struct sqz_failure *failure)
{
	for (uint32_t i = 0; i < network->image->network->classes; i++) {
		int32_t value;

		memcpy(&value, expected + i * sizeof(value), sizeof(value));
		if (network->contexts[0].values[i] != value)
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

	enum sqz_result result = claim_context(network, failure);

	if (result != SQZ_SUCCESS)
		return result;
	memcpy(network->contexts[0].input, test, network->input_bytes);
	result = sqz_network_run(network, failure);
	if (result == SQZ_SUCCESS)
		result = compare_logits(network, test + network->input_bytes,
					failure);
	return result;
}
