#include "runtime/context.h"

#include <stddef.h>

#include "driver/commands.h"
#include "runtime/network.h"
#include "runtime/rounds.h"
#include "sqz/port.h"

uint64_t sqz_context_tensor(const struct sqz_context *context, uint32_t tensor)
{
	const struct sqz_network *network = context->network;
	const struct sqz_image_tensor *entry = &network->image->tensors[tensor];
	uint64_t offset = entry->offset + context->index * entry->stride;

	if (entry->node == SQZ_TENSOR_IN_DRAM)
		return network->pool + offset;
	return network->device->nodes[entry->node].window + offset;
}

/* ---- the descriptors of a round ---- */

struct sqz_desc sqz_context_run_desc(const struct sqz_context *context,
				     uint32_t layer)
{
	const struct sqz_network *network = context->network;
	const struct sqz_image_layer *entry = &network->image->layers[layer];
	struct sqz_run_tensors tensors = {
		.input = sqz_context_tensor(context, entry->input),
		.output = sqz_context_tensor(context, entry->output),
	};

	if (entry->residual != SQZ_NO_TENSOR)
		tensors.residual = sqz_context_tensor(context, entry->residual);
	if (entry->partial)
		tensors.partial =
		    sqz_context_tensor(context, entry->partial - 1);

	struct sqz_desc desc = sqz_run_desc(
	    (uint16_t)layer, &tensors,
	    sqz_image_participants(network->image, entry), entry->participants);

	desc.timeout_us = network->config.layer_timeout_us;
	return desc;
}

static struct sqz_desc copy_desc(const struct sqz_context *context,
				 uint64_t from, uint64_t to, uint32_t bytes)
{
	struct sqz_desc desc = sqz_copy_desc(from, to, bytes);

	desc.flags = SQZ_DESC_F_FENCE;
	desc.timeout_us = context->network->config.layer_timeout_us;
	return desc;
}

static struct sqz_desc input_desc(const struct sqz_context *context)
{
	const struct sqz_network *network = context->network;
	uint32_t tensor = network->image->network->input_tensor;

	return copy_desc(context, sqz_dma_addr(context->input),
			 sqz_context_tensor(context, tensor),
			 network->input_bytes);
}

static struct sqz_desc logits_desc(const struct sqz_context *context)
{
	const struct sqz_network *network = context->network;
	uint32_t tensor = network->image->network->output_tensor;

	return copy_desc(context, sqz_context_tensor(context, tensor),
			 sqz_dma_addr(context->logits), network->logits_bytes);
}

/* Layers of a chain follow the first one, which waits for the input. */
static uint8_t layer_flags(const struct sqz_context *context, uint32_t index)
{
	uint8_t flags = 0;

	if (context->chain)
		flags |= SQZ_DESC_F_CHAIN;
	if (!context->chain || index == 0)
		flags |= SQZ_DESC_F_FENCE;
	return flags;
}

/* The end of a round waits for all of it. */
static struct sqz_desc end_desc(const struct sqz_context *context)
{
	if (context->round + 1 == context->network->rounds.count)
		return logits_desc(context);
	return sqz_fence_desc();
}

static struct sqz_desc make_desc(void *owner, uint32_t index)
{
	const struct sqz_context *context = owner;
	struct sqz_desc desc;

	if (context->round == 0 && index-- == 0)
		return input_desc(context);
	if (index == context->layers)
		return end_desc(context);
	desc = sqz_context_run_desc(context, context->first_layer + index);
	desc.flags = layer_flags(context, index);
	return desc;
}

/* ---- states ---- */

static void find_layers(struct sqz_context *context)
{
	const struct sqz_image *image = context->network->image;
	uint32_t count = image->network->layers;
	uint32_t first = 0;
	uint32_t end;

	while (first < count && image->layers[first].round < context->round)
		first++;
	end = first;
	while (end < count && image->layers[end].round == context->round)
		end++;
	context->first_layer = first;
	context->layers = end - first;
}

/* Images that are in flight already may hold up this one. */
static uint64_t time_limit_ns(const struct sqz_context *context)
{
	const struct sqz_network *network = context->network;
	uint64_t limit = network->config.run_timeout_ns;

	for (uint32_t i = 0; i < network->context_count; i++)
		if (network->contexts[i].state == SQZ_CONTEXT_RUNS)
			limit += network->config.run_timeout_ns;
	return limit;
}

void sqz_context_run_round(struct sqz_context *context)
{
	find_layers(context);
	context->start_ns = sqz_time_ns();
	context->deadline_ns = context->start_ns + time_limit_ns(context);
	context->state = SQZ_CONTEXT_RUNS;
	sqz_feed_start(&context->feed, context->ring, make_desc, context,
		       context->layers + (context->round == 0) + 1);
	sqz_feed_pump(&context->feed);
}

void sqz_context_end(struct sqz_context *context,
		     const struct sqz_failure *failure)
{
	context->state = SQZ_CONTEXT_DONE;
	context->failure = *failure;
	context->announce = context->done != NULL;
	context->stats.completed += failure->result == SQZ_SUCCESS;
	context->stats.failed += failure->result != SQZ_SUCCESS;
}

static void end_round(struct sqz_context *context)
{
	const struct sqz_request *request = &context->feed.request;
	struct sqz_failure failure = {
		.result = request->result,
		.node = request->node,
		.address = request->address,
		.detail = "",
	};

	context->stats.busy_ns += request->completed_ns - context->start_ns;
	if (request->result != SQZ_SUCCESS ||
	    ++context->round == context->network->rounds.count)
		sqz_context_end(context, &failure);
	else
		context->state = SQZ_CONTEXT_WAITS;
}

bool sqz_context_pump(struct sqz_context *context)
{
	if (context->state != SQZ_CONTEXT_RUNS)
		return false;
	sqz_feed_pump(&context->feed);
	if (!context->network->rounds.in_irq &&
	    sqz_time_ns() >= context->deadline_ns)
		sqz_feed_cancel(&context->feed);
	if (!sqz_feed_is_done(&context->feed))
		return false;
	end_round(context);
	return true;
}

enum sqz_result sqz_context_start(struct sqz_context *context, bool chain)
{
	struct sqz_network *network = context->network;

	if (context->state != SQZ_CONTEXT_IDLE ||
	    (chain && !(network->image->network->flags & SQZ_IMAGE_F_CHAINS)))
		return SQZ_EINVAL;
	context->chain = chain;
	context->round = 0;
	context->state = SQZ_CONTEXT_WAITS;
	context->stats.started++;
	sqz_rounds_pump(network);
	return SQZ_SUCCESS;
}

void sqz_context_on_done(struct sqz_context *context, sqz_context_done done,
			 void *arg)
{
	uintptr_t state = sqz_irq_lock();

	context->done = done;
	context->arg = arg;
	context->announce = false;
	sqz_rounds_by_interrupts(context->network);
	sqz_irq_unlock(state);
}

bool sqz_context_is_done(struct sqz_context *context)
{
	sqz_rounds_pump(context->network);
	return context->state == SQZ_CONTEXT_DONE;
}

static void read_values(struct sqz_context *context)
{
	const struct sqz_image_network *net = context->network->image->network;
	const uint8_t *narrow = context->logits;
	const int32_t *wide = context->logits;

	/* The controller wrote them before the completion that we have seen. */
	sqz_barrier();
	for (uint32_t i = 0; i < net->classes; i++)
		context->values[i] =
		    net->logit_bytes == 1 ? narrow[i] : wide[i];
}

enum sqz_result sqz_context_finish(struct sqz_context *context,
				   struct sqz_failure *failure)
{
	if (context->state == SQZ_CONTEXT_IDLE)
		return sqz_failure_set(failure, SQZ_EINVAL, SQZ_NO_NODE, 0,
				       "context without an inference");

	/* No interrupt comes between the look and the sleep. */
	uintptr_t state = sqz_irq_lock();

	while (!sqz_context_is_done(context))
		sqz_rounds_sleep(context->network);
	sqz_irq_unlock(state);
	context->state = SQZ_CONTEXT_IDLE;
	if (context->failure.result == SQZ_SUCCESS)
		read_values(context);
	else if (failure)
		*failure = context->failure;
	return context->failure.result;
}
