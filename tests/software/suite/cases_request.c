/* Rings and requests: waiting, looking, call-backs, cancelling, time-outs. */
#include <string.h>

#include "driver_cases.h"
#include "sqz/port.h"

#define BYTES	   4096u
#define SECOND	   1000000000ull
#define NOWHERE	   0x18000000u /* no bus address of anything */
#define SHORT_RING 2

/* Memory at both ends of copies. */
static struct copies {
	struct sqz_buffer from;
	struct sqz_buffer to;
	uint64_t node; /* bus address in a buffer node */
} mem;

static bool prepare(struct sqz_session *chip)
{
	if (sqz_buffer_alloc(&mem.from, BYTES) != SQZ_SUCCESS ||
	    sqz_buffer_alloc(&mem.to, BYTES) != SQZ_SUCCESS ||
	    sqz_device_memory(&chip->device, cases_buffer_node(chip, 0), 0,
			      BYTES, &mem.node) != SQZ_SUCCESS)
		return false;
	for (unsigned i = 0; i < BYTES; i++)
		((uint8_t *)mem.from.data)[i] = (uint8_t)(i * 7 + 3);
	return true;
}

static struct sqz_desc copy_in(uint32_t bytes)
{
	return sqz_copy_desc(mem.from.bus, mem.node, bytes);
}

static struct sqz_desc copy_out(uint32_t bytes)
{
	struct sqz_desc desc = sqz_copy_desc(mem.node, mem.to.bus, bytes);

	desc.flags = SQZ_DESC_F_FENCE;
	return desc;
}

static bool arrived(uint32_t bytes)
{
	sqz_barrier();
	return !memcmp(mem.from.data, mem.to.data, bytes);
}

static const char *copies_there_and_back(struct sqz_session *chip)
{
	struct sqz_desc in, out;
	struct sqz_failure why;

	EXPECT(prepare(chip));
	in = copy_in(BYTES);
	out = copy_out(BYTES);
	EXPECT(sqz_ring_execute(&chip->ring, &in, SECOND, &why) == SQZ_SUCCESS);
	EXPECT(!arrived(BYTES));
	EXPECT(sqz_ring_execute(&chip->ring, &out, SECOND, &why) ==
	       SQZ_SUCCESS);
	EXPECT(arrived(BYTES));
	EXPECT(chip->ring.stats.interrupts == 2);
	return NULL;
}

static const char *errors_name_the_address(struct sqz_session *chip)
{
	struct sqz_failure why = { 0 };
	struct sqz_desc desc;

	EXPECT(prepare(chip));
	desc = sqz_copy_desc(mem.from.bus, NOWHERE, 64);
	EXPECT(sqz_ring_execute(&chip->ring, &desc, SECOND, &why) ==
	       SQZ_EADDRESS);
	EXPECT(why.address == NOWHERE);
	desc = copy_in(64);
	desc.type = 99;
	EXPECT(sqz_ring_execute(&chip->ring, &desc, SECOND, &why) == SQZ_EDESC);
	EXPECT(chip->ring.stats.failed == 2);
	desc = copy_in(64);
	EXPECT(sqz_ring_execute(&chip->ring, &desc, SECOND, &why) ==
	       SQZ_SUCCESS);
	return NULL;
}

static const char *polling(struct sqz_session *chip)
{
	struct sqz_desc descs[2];
	struct sqz_request request;
	uint64_t end = sqz_time_ns() + SECOND;

	EXPECT(prepare(chip));
	descs[0] = copy_in(256);
	descs[1] = copy_out(256);
	sqz_request_init(&request);
	EXPECT(sqz_ring_submit_all(&chip->ring, descs, 2, &request) ==
	       SQZ_SUCCESS);
	while (!sqz_request_poll(&chip->ring, &request))
		EXPECT(sqz_time_ns() < end);
	EXPECT(request.result == SQZ_SUCCESS && arrived(256));
	EXPECT(request.completed_ns > 0);
	return NULL;
}

struct call {
	volatile unsigned count;
	enum sqz_result result;
	enum sqz_result inside;
	struct sqz_ring *ring;
	unsigned more;
};

static void count_call(struct sqz_request *request, void *arg)
{
	struct call *call = arg;

	call->count++;
	call->result = request->result;
}

/* Sleeps until so many calls have come; false after a second. */
static bool wait_for_calls(const struct call *call, unsigned count)
{
	uint64_t end = sqz_time_ns() + SECOND;
	uintptr_t state = sqz_irq_lock();

	while (call->count < count && sqz_time_ns() < end)
		sqz_wait_irq(end);
	sqz_irq_unlock(state);
	return call->count == count;
}

static const char *call_backs(struct sqz_session *chip)
{
	struct sqz_desc descs[3];
	struct sqz_request request;
	struct call call = { 0 };

	EXPECT(prepare(chip));
	descs[0] = copy_in(64);
	descs[1] = copy_out(64);
	descs[2] = sqz_fence_desc();
	sqz_request_init(&request);
	sqz_request_on_done(&request, count_call, &call);
	EXPECT(sqz_ring_submit_all(&chip->ring, descs, 3, &request) ==
	       SQZ_SUCCESS);
	EXPECT(wait_for_calls(&call, 1));
	EXPECT(call.result == SQZ_SUCCESS && arrived(64));
	EXPECT(chip->ring.stats.interrupts == 1);
	EXPECT(chip->ring.stats.callbacks == 1);
	return NULL;
}

static void start_next(struct sqz_request *request, void *arg)
{
	struct call *call = arg;
	struct sqz_desc desc = copy_in(16);

	call->count++;
	if (call->more-- == 0)
		return;
	call->inside = sqz_request_wait(call->ring, request, 1);
	desc.flags = SQZ_DESC_F_IRQ;
	sqz_request_init(request);
	sqz_request_on_done(request, start_next, call);
	call->result = sqz_ring_submit(call->ring, &desc, request);
}

static const char *call_backs_start_the_next(struct sqz_session *chip)
{
	struct sqz_request request;
	struct call call = { .ring = &chip->ring, .more = 20 };
	struct sqz_desc desc = sqz_fence_desc();

	EXPECT(prepare(chip));
	sqz_request_init(&request);
	sqz_request_on_done(&request, start_next, &call);
	EXPECT(sqz_ring_submit_all(&chip->ring, &desc, 1, &request) ==
	       SQZ_SUCCESS);
	EXPECT(wait_for_calls(&call, 21));
	EXPECT(call.result == SQZ_SUCCESS);
	/* Nobody waits in a call-back. */
	EXPECT(call.inside == SQZ_EINVAL);
	EXPECT(chip->ring.stats.strays == 0 && chip->ring.in_flight == 0);
	return NULL;
}

/* Too little time for a copy of 4 KiB: the ring is aborted, and usable. */
static const char *time_outs(struct sqz_session *chip)
{
	struct sqz_request request;
	struct sqz_desc desc;
	struct call call = { 0 };

	EXPECT(prepare(chip));
	desc = copy_in(BYTES);
	sqz_request_init(&request);
	sqz_request_on_done(&request, count_call, &call);
	EXPECT(sqz_ring_submit_all(&chip->ring, &desc, 1, &request) ==
	       SQZ_SUCCESS);
	EXPECT(sqz_request_wait(&chip->ring, &request, 1) == SQZ_ETIMEDOUT);
	EXPECT(call.count == 1 && call.result == SQZ_ETIMEDOUT);
	EXPECT(chip->ring.stats.aborts == 1);
	EXPECT(sqz_ring_execute(&chip->ring, &desc, SECOND, NULL) ==
	       SQZ_SUCCESS);
	return NULL;
}

static const char *cancelling(struct sqz_session *chip)
{
	struct sqz_request request, other;
	struct sqz_desc desc;
	struct call call = { 0 };

	EXPECT(prepare(chip));
	desc = copy_in(BYTES);
	sqz_request_init(&request);
	sqz_request_init(&other);
	sqz_request_on_done(&other, count_call, &call);
	EXPECT(sqz_ring_submit_all(&chip->ring, &desc, 1, &request) ==
	       SQZ_SUCCESS);
	EXPECT(sqz_ring_submit_all(&chip->ring, &desc, 1, &other) ==
	       SQZ_SUCCESS);
	EXPECT(sqz_request_cancel(&chip->ring, &request) == SQZ_ECANCELED);
	EXPECT(wait_for_calls(&call, 1));
	EXPECT(call.result == SQZ_EABORTED);
	EXPECT(sqz_ring_execute(&chip->ring, &desc, SECOND, NULL) ==
	       SQZ_SUCCESS);
	EXPECT(sqz_request_cancel(&chip->ring, &request) == SQZ_ECANCELED);
	EXPECT(chip->ring.stats.aborts == 1);
	return NULL;
}

static const char *short_rings(struct sqz_session *chip)
{
	static struct sqz_ring ring;
	struct sqz_ring_config config = sqz_ring_default_config(1);
	struct sqz_desc descs[10];
	struct sqz_request request;

	EXPECT(prepare(chip));
	config.entries = SHORT_RING;
	EXPECT(sqz_ring_open(&ring, &chip->device, &config) == SQZ_SUCCESS);
	for (unsigned i = 0; i < 10; i++)
		descs[i] = sqz_copy_desc(mem.from.bus + i, mem.to.bus + i, 1);
	sqz_request_init(&request);
	EXPECT(sqz_ring_submit_all(&ring, descs, 10, &request) == SQZ_SUCCESS);
	EXPECT(sqz_request_wait(&ring, &request, SECOND) == SQZ_SUCCESS);
	EXPECT(arrived(10));
	EXPECT(ring.stats.full_waits > 0 && ring.stats.peak == SHORT_RING);
	EXPECT(ring.stats.lost_interrupts == 0);
	config.entries = 3;
	EXPECT(sqz_ring_open(&ring, &chip->device, &config) == SQZ_EINVAL);
	return NULL;
}

/* Several at a time, of different priority: all come through. */
static const char *several_rings(struct sqz_session *chip)
{
	static struct sqz_ring rings[2];
	struct sqz_request requests[2];
	struct sqz_ring_stats stats;

	EXPECT(prepare(chip));
	for (unsigned i = 0; i < 2; i++) {
		struct sqz_ring_config config = sqz_ring_default_config(i + 1);

		config.priority = 1 + i;
		EXPECT(sqz_ring_open(&rings[i], &chip->device, &config) ==
		       SQZ_SUCCESS);
		sqz_request_init(&requests[i]);
	}
	sqz_ring_set_priority(&rings[1], 0);
	for (unsigned i = 0; i < 16; i++) {
		struct sqz_desc desc = sqz_copy_desc(mem.from.bus + 64 * i,
						     mem.to.bus + 64 * i, 64);

		EXPECT(sqz_ring_submit_all(&rings[i % 2], &desc, 1,
					   &requests[i % 2]) == SQZ_SUCCESS);
	}
	for (unsigned i = 0; i < 2; i++)
		EXPECT(sqz_request_wait(&rings[i], &requests[i], SECOND) ==
		       SQZ_SUCCESS);
	EXPECT(arrived(16 * 64));
	sqz_ring_get_stats(&rings[1], &stats);
	EXPECT(stats.submitted == 8 && stats.completed == 8);
	sqz_ring_clear_stats(&rings[1]);
	EXPECT(rings[1].stats.submitted == 0);
	EXPECT(chip->ring.stats.submitted == 0);
	return NULL;
}

static const struct driver_case cases[] = {
	{ "copies there and back", copies_there_and_back },
	{ "errors name the address", errors_name_the_address },
	{ "polling", polling },
	{ "call-backs", call_backs },
	{ "call-backs start the next", call_backs_start_the_next },
	{ "time-outs", time_outs },
	{ "cancelling", cancelling },
	{ "short rings", short_rings },
	{ "several rings", several_rings },
};

const struct driver_cases request_cases = { cases, CASES_COUNT(cases) };
