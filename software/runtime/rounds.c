#include "runtime/rounds.h"

#include "driver/commands.h"
#include "driver/device.h"
#include "runtime/network.h"
#include "sqz/port.h"

void sqz_rounds_open(struct sqz_network *network, struct sqz_ring *ring)
{
	const struct sqz_image_network *net = network->image->network;

	network->rounds = (struct sqz_rounds){
		.count = sqz_image_rounds(net),
		.overlap = ring != NULL,
		.present = SQZ_NO_ROUND,
		.ahead = SQZ_NO_ROUND,
	};
	/* Programming is the caller's affair. */
	if (network->rounds.count == 1)
		network->rounds.present = 0;
	network->rounds.last = network->rounds.count - 1;
	network->program_ring = ring ? ring : network->contexts[0].ring;
}

/* ---- programming ---- */

static bool step_is_of_round(const struct sqz_image *image, uint32_t step,
			     uint32_t round)
{
	return image->layers[image->steps[step].layer].round == round;
}

static uint32_t steps_of_round(const struct sqz_image *image, uint32_t round)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < image->network->steps; i++)
		count += step_is_of_round(image, i, round);
	return count;
}

static struct sqz_desc make_desc(void *owner, uint32_t index)
{
	struct sqz_network *network = owner;
	struct sqz_rounds *rounds = &network->rounds;
	const struct sqz_image *image = network->image;

	while (!step_is_of_round(image, rounds->step, rounds->ahead))
		rounds->step++;

	const struct sqz_image_step *step = &image->steps[rounds->step];
	struct sqz_desc desc = sqz_program_desc(
	    image->participants[rounds->step], (uint16_t)step->layer,
	    sqz_image_blob(image, step), step->bytes);

	rounds->step++;
	desc.timeout_us = network->config.step_timeout_us;
	if (index == rounds->feed.end - 1)
		desc.flags = SQZ_DESC_F_FENCE;
	return desc;
}

/* A slot keeps its arrays until it is programmed again; those of an earlier
 * round could leave too few for this one. The tiles are idle. */
static void reset_tiles(const struct sqz_network *network, uint32_t round)
{
	const struct sqz_image *image = network->image;
	uint64_t done[SQZ_DEVICE_MAX_NODES / 64] = { 0 };

	for (uint32_t i = 0; i < image->network->steps; i++) {
		uint32_t node = image->steps[i].node;

		if (!step_is_of_round(image, i, round) ||
		    (done[node / 64] >> node % 64 & 1))
			continue;
		done[node / 64] |= (uint64_t)1 << node % 64;
		sqz_device_reset_tile(network->device, node);
	}
}

static void start_programming(struct sqz_network *network, uint32_t round)
{
	struct sqz_rounds *rounds = &network->rounds;

	if (rounds->count > 1)
		reset_tiles(network, round);
	rounds->ahead = round;
	rounds->under_way = true;
	rounds->step = 0;
	rounds->deadline_ns =
	    sqz_time_ns() + network->config.program_timeout_ns;
	sqz_feed_start(&rounds->feed, network->program_ring, make_desc, network,
		       steps_of_round(network->image, round));
	sqz_feed_pump(&rounds->feed);
}

/* Whoever waits for it has waited in vain. */
static void fail_waiting(struct sqz_network *network, uint32_t round)
{
	const struct sqz_request *request = &network->rounds.feed.request;
	const struct sqz_failure failure = {
		.result = request->result,
		.node = request->node,
		.address = request->address,
		.detail = "programming",
	};

	for (uint32_t i = 0; i < network->context_count; i++) {
		struct sqz_context *context = &network->contexts[i];

		if (context->state == SQZ_CONTEXT_WAITS &&
		    context->round == round)
			sqz_context_end(context, &failure);
	}
}

static bool pump_programming(struct sqz_network *network)
{
	struct sqz_rounds *rounds = &network->rounds;

	if (!rounds->under_way)
		return false;
	sqz_feed_pump(&rounds->feed);
	if (!rounds->in_irq && sqz_time_ns() >= rounds->deadline_ns)
		sqz_feed_cancel(&rounds->feed);
	if (!sqz_feed_is_done(&rounds->feed))
		return false;
	rounds->under_way = false;
	if (rounds->feed.request.result == SQZ_SUCCESS) {
		rounds->programmed++;
		return true;
	}
	fail_waiting(network, rounds->ahead);
	rounds->ahead = SQZ_NO_ROUND;
	rounds->ahead_failed = true;
	return true;
}

/* ---- which round is next ---- */

static bool is_wanted(const struct sqz_network *network, uint32_t round)
{
	for (uint32_t i = 0; i < network->context_count; i++)
		if (network->contexts[i].state == SQZ_CONTEXT_WAITS &&
		    network->contexts[i].round == round)
			return true;
	return false;
}

static bool any_runs(const struct sqz_network *network)
{
	for (uint32_t i = 0; i < network->context_count; i++)
		if (network->contexts[i].state == SQZ_CONTEXT_RUNS)
			return true;
	return false;
}

/* What has been programmed already, else the first one behind the last present
 * round; of those that somebody waits for. */
static uint32_t next_wanted(const struct sqz_network *network)
{
	const struct sqz_rounds *rounds = &network->rounds;

	if (rounds->ahead != SQZ_NO_ROUND && is_wanted(network, rounds->ahead))
		return rounds->ahead;
	for (uint32_t i = 1; i <= rounds->count; i++)
		if (is_wanted(network, (rounds->last + i) % rounds->count))
			return (rounds->last + i) % rounds->count;
	return SQZ_NO_ROUND;
}

static void enter_round(struct sqz_rounds *rounds, uint32_t round)
{
	rounds->present = round;
	rounds->last = round;
	rounds->ahead = SQZ_NO_ROUND;
	rounds->ahead_failed = false;
}

/* The present round has run: the next one takes its place, or is programmed
 * into it. */
static bool change_round(struct sqz_network *network)
{
	struct sqz_rounds *rounds = &network->rounds;
	uint32_t next = next_wanted(network);

	if (next == SQZ_NO_ROUND || next == rounds->present ||
	    rounds->under_way || any_runs(network))
		return false;
	rounds->present = SQZ_NO_ROUND;
	if (rounds->ahead == next)
		enter_round(rounds, next);
	else
		start_programming(network, next);
	return true;
}

/* While the present round runs, its successor is programmed, if an image will
 * need it. */
static bool program_ahead(struct sqz_network *network)
{
	struct sqz_rounds *rounds = &network->rounds;
	uint32_t next = rounds->present + 1;

	if (!rounds->overlap || rounds->count == 1 || rounds->under_way ||
	    rounds->ahead_failed || rounds->ahead != SQZ_NO_ROUND ||
	    !any_runs(network) ||
	    (next == rounds->count && !network->more && !is_wanted(network, 0)))
		return false;
	start_programming(network, next % rounds->count);
	return true;
}

static bool pump_contexts(struct sqz_network *network)
{
	bool moved = false;

	for (uint32_t i = 0; i < network->context_count; i++) {
		struct sqz_context *context = &network->contexts[i];

		moved |= sqz_context_pump(context);
		if (context->state == SQZ_CONTEXT_WAITS &&
		    context->round == network->rounds.present) {
			sqz_context_run_round(context);
			moved = true;
		}
	}
	return moved;
}

/* Calls back for what is done; a call-back may start the next inference. */
static bool announce(struct sqz_network *network)
{
	bool any = false;

	for (uint32_t i = 0; i < network->context_count; i++) {
		struct sqz_context *context = &network->contexts[i];

		if (!context->announce)
			continue;
		context->announce = false;
		any = true;
		context->done(context, context->arg);
	}
	return any;
}

static void pump_once(struct sqz_network *network)
{
	while (pump_contexts(network) | pump_programming(network) |
	       change_round(network) | program_ahead(network))
		;
}

void sqz_rounds_pump(struct sqz_network *network)
{
	uintptr_t state = sqz_irq_lock();
	struct sqz_rounds *rounds = &network->rounds;

	if (!rounds->pumping) {
		rounds->pumping = true;
		do
			pump_once(network);
		while (announce(network));
		rounds->pumping = false;
	}
	sqz_irq_unlock(state);
}

static void pump_by_interrupt(void *arg)
{
	struct sqz_network *network = arg;

	if (network->rounds.pumping)
		return;
	network->rounds.in_irq = true;
	sqz_rounds_pump(network);
	network->rounds.in_irq = false;
}

void sqz_rounds_by_interrupts(struct sqz_network *network)
{
	for (uint32_t i = 0; i < network->context_count; i++)
		sqz_ring_set_hook(network->contexts[i].ring, pump_by_interrupt,
				  network);
	sqz_ring_set_hook(network->program_ring, pump_by_interrupt, network);
}

/* ---- waiting ---- */

static uint64_t first_deadline_ns(const struct sqz_network *network)
{
	uint64_t first = UINT64_MAX;

	if (network->rounds.under_way)
		first = network->rounds.deadline_ns;
	for (uint32_t i = 0; i < network->context_count; i++)
		if (network->contexts[i].state == SQZ_CONTEXT_RUNS &&
		    network->contexts[i].deadline_ns < first)
			first = network->contexts[i].deadline_ns;
	return first;
}

void sqz_rounds_sleep(struct sqz_network *network)
{
	struct sqz_ring *rings[SQZ_NETWORK_MAX_CONTEXTS + 1];
	unsigned count = 0;

	for (uint32_t i = 0; i < network->context_count; i++)
		rings[count++] = network->contexts[i].ring;
	if (network->program_ring != rings[0])
		rings[count++] = network->program_ring;
	sqz_rings_sleep(rings, count, first_deadline_ns(network));
}

enum sqz_result sqz_rounds_program(struct sqz_network *network,
				   struct sqz_failure *failure)
{
	struct sqz_rounds *rounds = &network->rounds;
	const struct sqz_request *request = &rounds->feed.request;
	uintptr_t state;

	if (rounds->under_way || any_runs(network) ||
	    next_wanted(network) != SQZ_NO_ROUND)
		return sqz_failure_set(
		    failure, SQZ_EINVAL, SQZ_NO_NODE, 0,
		    "programming while images are in flight");
	state = sqz_irq_lock();
	rounds->present = SQZ_NO_ROUND;
	rounds->pumping = true;
	start_programming(network, 0);
	while (!pump_programming(network))
		sqz_rounds_sleep(network);
	rounds->pumping = false;
	sqz_irq_unlock(state);
	rounds->ahead = SQZ_NO_ROUND;
	if (request->result != SQZ_SUCCESS)
		return sqz_failure_set(failure, request->result, request->node,
				       request->address, "");
	enter_round(rounds, 0);
	return SQZ_SUCCESS;
}
