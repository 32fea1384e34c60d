/* Requests that call back: from interrupts, from whoever looks, once, and in
 * order; several descriptors at once; cancelling; priorities and statistics. */
#include <string.h>

#include "driver/sqz_driver.h"
#include "mock_machine.h"
#include "sqz/port.h"
#include "suite.h"

#define US 1000ull
#define MS 1000000ull

static struct sqz_device device;
static struct sqz_ring ring;
static uint8_t *source, *target;

/* What a call-back saw. */
struct call {
	unsigned count;
	uint32_t pending;
	enum sqz_result result;
	enum sqz_result inside; /* of what it tried itself */
	struct sqz_request *next;
};

static void setup(void)
{
	struct mock_config mock = mock_default_config();
	struct sqz_ring_config config = sqz_ring_default_config(1);

	mock_reset(&mock);
	config.entries = 4;
	ck_assert_int_eq(sqz_device_probe(&device, SQZ_CONTROLLER_BASE),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_ring_open(&ring, &device, &config), SQZ_SUCCESS);
	source = sqz_dma_alloc(64, 64);
	target = sqz_dma_alloc(64, 64);
	memset(source, 7, 64);
}

static struct sqz_desc copy_byte(uint32_t index)
{
	return sqz_copy_desc(sqz_dma_addr(source) + index,
			     sqz_dma_addr(target) + index, 1);
}

static void count_call(struct sqz_request *request, void *arg)
{
	struct call *call = arg;

	call->count++;
	call->pending = request->pending;
	call->result = request->result;
}

/* Submits `count` copies, the n-th of which takes delays_us[n]. */
static void start(struct sqz_request *request, struct call *call,
		  const unsigned *delays_us, unsigned count)
{
	unsigned first = mock_stats()->fetched;
	struct sqz_desc descs[8];

	for (unsigned i = 0; i < count; i++) {
		uint64_t ns = delays_us[i] ? delays_us[i] * US : MOCK_NEVER;

		mock_plan(first + i, (struct mock_fate){ .delay_ns = ns });
		descs[i] = copy_byte(i);
	}
	*call = (struct call){ 0 };
	sqz_request_init(request);
	sqz_request_on_done(request, count_call, call);
	ck_assert_int_eq(sqz_ring_submit_all(&ring, descs, count, request),
			 SQZ_SUCCESS);
}

START_TEST(calls_back_from_the_interrupt)
{
	static const unsigned delays[] = { 30, 10, 20 };
	struct sqz_request request;
	struct call call;

	start(&request, &call, delays, 3);
	ck_assert_uint_eq(call.count, 0);
	mock_sleep(29 * US);
	ck_assert_uint_eq(call.count, 0);
	mock_sleep(5 * US);
	ck_assert_uint_eq(call.count, 1);
	ck_assert_uint_eq(call.pending, 0);
	ck_assert_int_eq(call.result, SQZ_SUCCESS);
	ck_assert_uint_eq(target[0] + target[1] + target[2], 21);
	ck_assert_uint_eq(ring.stats.callbacks, 1);
	/* They may finish in any order: each one interrupts. */
	ck_assert_uint_eq(ring.stats.interrupts, 3);
}
END_TEST

/* One interrupt is enough when the last one comes last. */
START_TEST(a_fence_at_the_end_interrupts_once)
{
	struct sqz_desc descs[] = { copy_byte(0), copy_byte(1),
				    sqz_fence_desc() };
	struct sqz_request request;
	struct call call = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		sqz_request_init(&request);
		sqz_request_on_done(&request, count_call, &call);
		ck_assert_int_eq(sqz_ring_submit_all(&ring, descs, 3, &request),
				 SQZ_SUCCESS);
		mock_sleep(10 * US);
		ck_assert_uint_eq(call.count, i + 1);
		ck_assert_uint_eq(ring.stats.interrupts, i + 1);
		descs[2] = copy_byte(2);
		descs[2].flags = SQZ_DESC_F_FENCE;
	}
}
END_TEST

START_TEST(calls_back_whoever_looks)
{
	static const unsigned delays[] = { 5 };
	struct sqz_request request;
	struct call call;

	start(&request, &call, delays, 1);
	uintptr_t state = sqz_irq_lock();
	mock_sleep(10 * US);
	ck_assert_uint_eq(call.count, 0);
	ck_assert(sqz_request_poll(&ring, &request));
	ck_assert_uint_eq(call.count, 1);
	sqz_irq_unlock(state);
	/* The interrupt that came meanwhile finds nothing. */
	ck_assert_uint_eq(call.count, 1);
	start(&request, &call, delays, 1);
	ck_assert(!sqz_request_poll(&ring, &request));
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	ck_assert_uint_eq(call.count, 1);
}
END_TEST

/* The call-back comes when all are submitted, even if the first ones are done
 * long before; the ring has room for 4. */
START_TEST(more_than_the_ring_holds)
{
	static const unsigned delays[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct sqz_request request;
	struct call call;

	start(&request, &call, delays, 8);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	ck_assert_uint_eq(call.count, 1);
	ck_assert_uint_gt(ring.stats.full_waits, 0);
	ck_assert_uint_eq(ring.stats.peak, 4);
	ck_assert_mem_eq(target, source, 8);
}
END_TEST

/* A chain of requests, each started by the one before. */
static void start_next(struct sqz_request *request, void *arg)
{
	struct call *call = arg;
	struct sqz_desc desc = copy_byte(call->count);

	if (++call->count == 6)
		return;
	sqz_request_init(request);
	sqz_request_on_done(request, start_next, call);
	desc.flags = SQZ_DESC_F_IRQ;
	call->inside = sqz_ring_submit(&ring, &desc, request);
}

START_TEST(a_call_back_may_submit)
{
	struct sqz_desc desc = copy_byte(0);
	struct sqz_request request;
	struct call call = { 0 };

	sqz_request_init(&request);
	sqz_request_on_done(&request, start_next, &call);
	desc.flags = SQZ_DESC_F_IRQ;
	ck_assert_int_eq(sqz_ring_submit(&ring, &desc, &request), SQZ_SUCCESS);
	mock_sleep(100 * US);
	ck_assert_uint_eq(call.count, 6);
	ck_assert_int_eq(call.inside, SQZ_SUCCESS);
	ck_assert_uint_eq(ring.in_flight, 0);
	ck_assert_uint_eq(mock_stats()->overflows, 0);
	ck_assert_uint_eq(ring.stats.strays, 0);
}
END_TEST

static void try_to_wait(struct sqz_request *request, void *arg)
{
	struct call *call = arg;
	struct sqz_desc desc = copy_byte(0);
	struct sqz_failure failure;

	call->count++;
	ck_assert_int_eq(sqz_request_wait(&ring, request, MS), SQZ_EINVAL);
	ck_assert_int_eq(sqz_request_cancel(&ring, call->next), SQZ_EINVAL);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, &failure),
			 SQZ_EINVAL);
	ck_assert_str_eq(failure.detail, "from a call-back");
	/* 3 of 4 entries are taken by the others. */
	ck_assert_int_eq(sqz_ring_submit(&ring, &desc, call->next),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_ring_submit(&ring, &desc, call->next), SQZ_EFULL);
}

START_TEST(a_call_back_may_not_wait)
{
	static const unsigned never[] = { 0, 0, 0 };
	struct sqz_desc desc = copy_byte(0);
	struct sqz_request request, others;
	struct call call, unused;

	start(&others, &unused, never, 3);
	call = (struct call){ .next = &others };
	sqz_request_init(&request);
	sqz_request_on_done(&request, try_to_wait, &call);
	desc.flags = SQZ_DESC_F_IRQ;
	ck_assert_int_eq(sqz_ring_submit(&ring, &desc, &request), SQZ_SUCCESS);
	mock_sleep(10 * US);
	ck_assert_uint_eq(call.count, 1);
	ck_assert_uint_eq(ring.stats.full_waits, 0);
	ck_assert_uint_eq(ring.stats.aborts, 0);
}
END_TEST

START_TEST(cancelling)
{
	static const unsigned delays[] = { 1, 0 };
	struct sqz_request request, other;
	struct call call, of_other;

	start(&request, &call, delays, 2);
	start(&other, &of_other, delays + 1, 1);
	ck_assert_int_eq(sqz_request_cancel(&ring, &request), SQZ_ECANCELED);
	ck_assert_uint_eq(call.count, 1);
	ck_assert_int_eq(call.result, SQZ_ECANCELED);
	/* The controller aborts a whole ring. */
	ck_assert_uint_eq(of_other.count, 1);
	ck_assert_int_eq(of_other.result, SQZ_EABORTED);
	ck_assert_int_eq(sqz_request_cancel(&ring, &request), SQZ_ECANCELED);
	ck_assert_uint_eq(ring.stats.aborts, 1);
	start(&request, &call, delays, 1);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_request_cancel(&ring, &request), SQZ_SUCCESS);
}
END_TEST

/* What the call-back sees is the final result, of a time-out as well. */
START_TEST(time_outs_call_back)
{
	static const unsigned never[] = { 0 };
	struct sqz_request request;
	struct call call;

	start(&request, &call, never, 1);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, 50 * US),
			 SQZ_ETIMEDOUT);
	ck_assert_uint_eq(call.count, 1);
	ck_assert_int_eq(call.result, SQZ_ETIMEDOUT);
	mock_ignore_aborts();
	start(&request, &call, never, 1);
	ck_assert_int_eq(sqz_request_cancel(&ring, &request), SQZ_EIO);
	ck_assert_uint_eq(call.count, 1);
	ck_assert_int_eq(call.result, SQZ_EIO);
	ck_assert_uint_eq(ring.in_flight, 0);
}
END_TEST

/* A dead ring takes nothing: the call-back comes all the same, once. */
START_TEST(submitting_to_a_dead_ring)
{
	static const unsigned never[] = { 0 };
	struct sqz_desc descs[] = { copy_byte(0), copy_byte(1) };
	struct sqz_request request;
	struct call call;

	mock_ignore_aborts();
	start(&request, &call, never, 1);
	ck_assert_int_eq(sqz_request_cancel(&ring, &request), SQZ_EIO);
	sqz_request_init(&request);
	call.count = 0;
	sqz_request_on_done(&request, count_call, &call);
	ck_assert_int_eq(sqz_ring_submit_all(&ring, descs, 2, &request),
			 SQZ_EIO);
	ck_assert_uint_eq(call.count, 1);
	ck_assert_int_eq(call.result, SQZ_EIO);
	ck_assert_int_eq(sqz_ring_submit_all(&ring, descs, 0, &request),
			 SQZ_EINVAL);
}
END_TEST

static void count_hook(void *arg)
{
	++*(unsigned *)arg;
}

START_TEST(a_hook_after_interrupts)
{
	static const unsigned delays[] = { 1, 20 };
	struct sqz_request request;
	struct call call;
	unsigned hooks = 0;

	sqz_ring_set_hook(&ring, count_hook, &hooks);
	start(&request, &call, delays, 2);
	mock_sleep(10 * US);
	ck_assert_uint_eq(hooks, 1);
	ck_assert_uint_eq(call.count, 0);
	sqz_ring_set_hook(&ring, NULL, NULL);
	mock_sleep(20 * US);
	ck_assert_uint_eq(hooks, 1);
	ck_assert_uint_eq(call.count, 1);
}
END_TEST

START_TEST(statistics)
{
	static const unsigned delays[] = { 1, 2 };
	struct sqz_request request;
	struct sqz_ring_stats stats;
	struct call call;

	start(&request, &call, delays, 2);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	sqz_ring_get_stats(&ring, &stats);
	ck_assert_uint_eq(stats.submitted, 2);
	ck_assert_uint_eq(stats.completed, 2);
	ck_assert_uint_eq(stats.peak, 2);
	ck_assert_uint_eq(stats.callbacks, 1);
	sqz_ring_clear_stats(&ring);
	sqz_ring_get_stats(&ring, &stats);
	ck_assert_uint_eq(stats.submitted + stats.completed + stats.peak, 0);
}
END_TEST

START_TEST(priorities)
{
	const uint64_t reg =
	    SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET + SQZ_RING_STRIDE + 0x14;

	ck_assert_uint_eq(sqz_read32(reg), 0);
	sqz_ring_set_priority(&ring, 3);
	ck_assert_uint_eq(sqz_read32(reg), 3);
	ck_assert_uint_eq(ring.config.priority, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("request");
	TCase *tests = tcase_create("request");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, calls_back_from_the_interrupt);
	tcase_add_test(tests, a_fence_at_the_end_interrupts_once);
	tcase_add_test(tests, calls_back_whoever_looks);
	tcase_add_test(tests, more_than_the_ring_holds);
	tcase_add_test(tests, a_call_back_may_submit);
	tcase_add_test(tests, a_call_back_may_not_wait);
	tcase_add_test(tests, cancelling);
	tcase_add_test(tests, time_outs_call_back);
	tcase_add_test(tests, submitting_to_a_dead_ring);
	tcase_add_test(tests, a_hook_after_interrupts);
	tcase_add_test(tests, statistics);
	tcase_add_test(tests, priorities);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
