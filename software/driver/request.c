#include "driver/request.h"

#include <stddef.h>

#include "driver/ring_private.h"
#include "sqz/port.h"

void sqz_request_init(struct sqz_request *request)
{
	*request = (struct sqz_request){ .node = SQZ_NO_NODE };
}

void sqz_request_on_done(struct sqz_request *request, sqz_request_done done,
			 void *arg)
{
	request->done = done;
	request->arg = arg;
}

bool sqz_request_poll(struct sqz_ring *ring, const struct sqz_request *request)
{
	uintptr_t state = sqz_irq_lock();

	sqz_ring_take_completions(ring);

	bool done = request->pending == 0;

	sqz_irq_unlock(state);
	return done;
}

/* The controller does not answer: nothing in the ring will ever complete. */
static void bury(struct sqz_ring *ring)
{
	ring->dead = true;
	sqz_io_controller_ring_stop(ring->base, ring->config.index);
	ring->in_flight = 0;
	for (uint32_t i = 0; i < ring->config.entries; i++) {
		struct sqz_request *request = ring->open[i].request;

		ring->open[i].request = NULL;
		if (request)
			sqz_ring_finish_one(ring, request, SQZ_EIO, SQZ_NO_NODE,
					    0);
	}
}

static void wait_until(struct sqz_ring *ring, const struct sqz_request *request,
		       uint64_t deadline_ns)
{
	while (request->pending > 0) {
		if (deadline_ns && sqz_time_ns() >= deadline_ns)
			return;
		sqz_rings_sleep(&ring, 1, deadline_ns);
	}
}

static void give_up(struct sqz_ring *ring, struct sqz_request *request,
		    enum sqz_result reason)
{
	ring->stats.aborts++;
	request->reason = reason;
	sqz_io_controller_ring_abort(ring->base, ring->config.index);
	wait_until(ring, request, sqz_time_ns() + ring->config.abort_ns);
	if (request->pending > 0)
		bury(ring);
}

enum sqz_result sqz_request_wait(struct sqz_ring *ring,
				 struct sqz_request *request,
				 uint64_t timeout_ns)
{
	if (ring->calling)
		return SQZ_EINVAL;

	uintptr_t state = sqz_irq_lock();

	wait_until(ring, request, timeout_ns ? sqz_time_ns() + timeout_ns : 0);
	if (request->pending > 0)
		give_up(ring, request, SQZ_ETIMEDOUT);
	sqz_irq_unlock(state);
	return request->result;
}

enum sqz_result sqz_request_give_up(struct sqz_ring *ring,
				    struct sqz_request *request,
				    enum sqz_result reason)
{
	if (ring->calling)
		return SQZ_EINVAL;

	uintptr_t state = sqz_irq_lock();

	if (request->pending > 0)
		give_up(ring, request, reason);
	sqz_irq_unlock(state);
	return request->result;
}

enum sqz_result sqz_request_cancel(struct sqz_ring *ring,
				   struct sqz_request *request)
{
	return sqz_request_give_up(ring, request, SQZ_ECANCELED);
}

enum sqz_result sqz_ring_execute(struct sqz_ring *ring,
				 const struct sqz_desc *desc,
				 uint64_t timeout_ns,
				 struct sqz_failure *failure)
{
	struct sqz_desc copy = *desc;
	struct sqz_request request;

	if (ring->calling)
		return sqz_failure_set(failure, SQZ_EINVAL, SQZ_NO_NODE, 0,
				       "from a call-back");
	sqz_request_init(&request);
	copy.flags |= SQZ_DESC_F_IRQ;

	enum sqz_result result = sqz_ring_submit(ring, &copy, &request);

	if (result == SQZ_SUCCESS)
		result = sqz_request_wait(ring, &request, timeout_ns);
	if (result != SQZ_SUCCESS)
		sqz_failure_set(failure, result, request.node, request.address,
				"");
	return result;
}
