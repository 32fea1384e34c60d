#include "driver/ring.h"

#include <stddef.h>

#include "driver/ring_private.h"
#include "sqz/memmap.h"
#include "sqz/port.h"

#define COOKIE_SLOT_BITS 16
#define COOKIE_SLOT_MASK ((1u << COOKIE_SLOT_BITS) - 1)

struct sqz_ring_config sqz_ring_default_config(unsigned index)
{
	return (struct sqz_ring_config){
		.index = index,
		.entries = 64,
		.recheck_ns = 10000000,
		.room_ns = 1000000000,
		.abort_ns = 100000000,
	};
}

/* ---- completions ---- */

/* The first error counts; but an error that aborted its ring may be posted
 * behind what it aborted. */
static void note_error(struct sqz_request *request, enum sqz_result result,
		       uint32_t node, uint64_t address)
{
	if (request->result != SQZ_SUCCESS &&
	    (request->result != SQZ_EABORTED || result == SQZ_EABORTED))
		return;
	request->result = result;
	request->node = node;
	request->address = address;
}

static void end_request(struct sqz_ring *ring, struct sqz_request *request)
{
	request->completed_ns = sqz_time_ns();
	if (request->result == SQZ_EABORTED && request->reason != SQZ_SUCCESS)
		request->result = request->reason;
	if (!request->done)
		return;
	ring->stats.callbacks++;
	ring->calling++;
	request->done(request, request->arg);
	ring->calling--;
}

void sqz_ring_finish_one(struct sqz_ring *ring, struct sqz_request *request,
			 enum sqz_result result, uint32_t node,
			 uint64_t address)
{
	if (result != SQZ_SUCCESS)
		note_error(request, result, node, address);
	request->pending--;
	if (request->pending == 0)
		end_request(ring, request);
}

static struct sqz_request *release_slot(struct sqz_ring *ring, uint64_t cookie)
{
	uint32_t slot = cookie & COOKIE_SLOT_MASK;

	if (slot >= ring->config.entries || !ring->open[slot].request ||
	    ring->open[slot].cookie != cookie)
		return NULL;

	struct sqz_request *request = ring->open[slot].request;

	ring->open[slot].request = NULL;
	ring->in_flight--;
	ring->free_slots[ring->config.entries - 1 - ring->in_flight] =
	    (uint16_t)slot;
	return request;
}

static void complete(struct sqz_ring *ring, const struct sqz_completion *entry)
{
	struct sqz_request *request = release_slot(ring, entry->cookie);
	enum sqz_result result = sqz_result_of_status(entry->status);

	if (!request) {
		ring->stats.strays++;
		return;
	}
	ring->stats.completed++;
	ring->stats.failed += result != SQZ_SUCCESS;
	sqz_ring_finish_one(ring, request, result, entry->node, entry->address);
}

/* The phase bit is 1 in the first round and turns over each round. */
static bool entry_is_fresh(const struct sqz_ring *ring)
{
	uint32_t entries = ring->config.entries;
	uint32_t expected = ~(ring->consumed / entries) & 1;

	return (ring->completions[ring->consumed & (entries - 1)].phase & 1) ==
	       expected;
}

/* An entry is out of the ring before anybody hears of it: a call-back may look
 * for completions itself. */
uint32_t sqz_ring_take_completions(struct sqz_ring *ring)
{
	uint32_t before = ring->consumed;

	while (!ring->dead && entry_is_fresh(ring)) {
		uint32_t index = ring->consumed & (ring->config.entries - 1);

		/* The phase has been read before the rest of the entry. */
		sqz_barrier();

		struct sqz_completion entry = ring->completions[index];

		ring->consumed++;
		complete(ring, &entry);
	}
	if (ring->consumed != before)
		sqz_io_controller_ring_consumed(ring->base, ring->config.index,
						ring->consumed);
	return ring->consumed - before;
}

static void handle_irq(void *arg)
{
	struct sqz_ring *ring = arg;

	sqz_io_controller_ring_ack_irq(ring->base, ring->config.index);
	ring->stats.interrupts++;
	sqz_ring_take_completions(ring);
	if (ring->hook)
		ring->hook(ring->hook_arg);
}

static uint32_t interrupts_of(struct sqz_ring *const rings[], unsigned count)
{
	uint32_t interrupts = 0;

	for (unsigned i = 0; i < count; i++)
		interrupts += rings[i]->stats.interrupts;
	return interrupts;
}

void sqz_rings_sleep(struct sqz_ring *const rings[], unsigned count,
		     uint64_t deadline_ns)
{
	uint64_t recheck = sqz_time_ns() + rings[0]->config.recheck_ns;
	uint32_t interrupts = interrupts_of(rings, count);

	if (deadline_ns == 0 || deadline_ns > recheck)
		deadline_ns = recheck;
	sqz_wait_irq(deadline_ns);
	if (interrupts_of(rings, count) != interrupts)
		return;
	for (unsigned i = 0; i < count; i++)
		rings[i]->stats.lost_interrupts +=
		    sqz_ring_take_completions(rings[i]);
}

/* ---- set-up and submission ---- */

static bool config_is_valid(const struct sqz_device *device,
			    const struct sqz_ring_config *config)
{
	uint32_t entries = config->entries;

	return config->index < device->caps.rings && entries >= 2 &&
	       entries <= SQZ_RING_MAX_ENTRIES &&
	       (entries & (entries - 1)) == 0;
}

static void start(struct sqz_ring *ring)
{
	const struct sqz_ring_setup setup = {
		.descriptors = sqz_dma_addr(ring->descriptors),
		.completions = sqz_dma_addr((const void *)ring->completions),
		.entries = ring->config.entries,
		.priority = ring->config.priority,
	};

	sqz_io_controller_ring_start(ring->base, ring->config.index, &setup);
}

enum sqz_result sqz_ring_open(struct sqz_ring *ring,
			      const struct sqz_device *device,
			      const struct sqz_ring_config *config)
{
	if (!config_is_valid(device, config))
		return SQZ_EINVAL;
	*ring = (struct sqz_ring){ .config = *config, .base = device->base };
	for (uint32_t i = 0; i < config->entries; i++)
		ring->free_slots[i] = (uint16_t)i;

	ring->descriptors =
	    sqz_dma_alloc(config->entries * sizeof(struct sqz_desc), 64);
	ring->completions =
	    sqz_dma_alloc(config->entries * sizeof(struct sqz_completion), 64);
	if (!ring->descriptors || !ring->completions)
		return SQZ_ENOMEM;
	if (sqz_irq_attach(SQZ_IRQ_RING0 + config->index, handle_irq, ring))
		return SQZ_EINVAL;
	start(ring);
	return SQZ_SUCCESS;
}

/* As many descriptors are open as there are completion entries at most, so
 * that the completion ring never overflows; then there is room for descriptors
 * as well, because what is complete has been fetched. */
static enum sqz_result wait_for_room(struct sqz_ring *ring)
{
	uint64_t deadline = sqz_time_ns() + ring->config.room_ns;

	if (ring->in_flight < ring->config.entries)
		return SQZ_SUCCESS;
	if (ring->calling)
		return SQZ_EFULL;
	ring->stats.full_waits++;
	while (ring->in_flight == ring->config.entries) {
		if (sqz_time_ns() >= deadline)
			return SQZ_EFULL;
		sqz_rings_sleep(&ring, 1, deadline);
	}
	return SQZ_SUCCESS;
}

bool sqz_ring_has_room(const struct sqz_ring *ring)
{
	return ring->dead || ring->in_flight < ring->config.entries;
}

static uint64_t claim_slot(struct sqz_ring *ring, struct sqz_request *request)
{
	uint32_t top = ring->config.entries - 1 - ring->in_flight;
	uint16_t slot = ring->free_slots[top];
	uint64_t cookie = ++ring->serial << COOKIE_SLOT_BITS | slot;

	ring->open[slot] = (struct sqz_ring_open_slot){ request, cookie };
	ring->in_flight++;
	if (ring->in_flight > ring->stats.peak)
		ring->stats.peak = ring->in_flight;
	request->pending++;
	return cookie;
}

static void enqueue(struct sqz_ring *ring, const struct sqz_desc *desc,
		    struct sqz_request *request)
{
	uint32_t index = ring->tail & (ring->config.entries - 1);
	struct sqz_desc *to = &ring->descriptors[index];

	*to = *desc;
	to->cookie = claim_slot(ring, request);
	/* Whoever waits for room must be woken up. */
	if (ring->in_flight == ring->config.entries)
		to->flags |= SQZ_DESC_F_IRQ;
	ring->tail++;
	ring->stats.submitted++;
	sqz_barrier();
	sqz_io_controller_ring_doorbell(ring->base, ring->config.index,
					ring->tail);
}

enum sqz_result sqz_ring_submit(struct sqz_ring *ring,
				const struct sqz_desc *desc,
				struct sqz_request *request)
{
	uintptr_t state = sqz_irq_lock();
	enum sqz_result result = ring->dead ? SQZ_EIO : wait_for_room(ring);

	if (result == SQZ_SUCCESS)
		enqueue(ring, desc, request);
	sqz_irq_unlock(state);
	return result;
}

/* The last one is the last to complete: its interrupt is enough. */
static bool ends_in_order(const struct sqz_desc *last)
{
	return last->type == SQZ_DESC_FENCE ||
	       (last->flags & SQZ_DESC_F_FENCE) != 0;
}

enum sqz_result sqz_ring_submit_all(struct sqz_ring *ring,
				    const struct sqz_desc *descs,
				    uint32_t count, struct sqz_request *request)
{
	enum sqz_result result = SQZ_SUCCESS;

	if (count == 0)
		return SQZ_EINVAL;

	bool in_order = ends_in_order(&descs[count - 1]);
	uintptr_t state = sqz_irq_lock();

	/* Not done before all of them are in. */
	request->pending++;
	for (uint32_t i = 0; i < count && result == SQZ_SUCCESS; i++) {
		struct sqz_desc desc = descs[i];

		if (!in_order || i == count - 1)
			desc.flags |= SQZ_DESC_F_IRQ;
		result = sqz_ring_submit(ring, &desc, request);
	}
	sqz_ring_finish_one(ring, request, result, SQZ_NO_NODE, 0);
	sqz_irq_unlock(state);
	return result;
}

/* ---- settings, statistics ---- */

void sqz_ring_set_priority(struct sqz_ring *ring, uint32_t priority)
{
	ring->config.priority = priority;
	sqz_io_controller_ring_priority(ring->base, ring->config.index,
					priority);
}

void sqz_ring_set_hook(struct sqz_ring *ring, void (*hook)(void *arg),
		       void *arg)
{
	uintptr_t state = sqz_irq_lock();

	ring->hook = hook;
	ring->hook_arg = arg;
	sqz_irq_unlock(state);
}

void sqz_ring_get_stats(const struct sqz_ring *ring,
			struct sqz_ring_stats *stats)
{
	uintptr_t state = sqz_irq_lock();

	*stats = ring->stats;
	sqz_irq_unlock(state);
}

void sqz_ring_clear_stats(struct sqz_ring *ring)
{
	uintptr_t state = sqz_irq_lock();

	ring->stats = (struct sqz_ring_stats){ .peak = ring->in_flight };
	sqz_irq_unlock(state);
}
