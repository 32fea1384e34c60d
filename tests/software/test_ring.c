/* Command rings: order, wrap-around, full rings, time-outs, lost interrupts. */
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

static void open_ring(const struct mock_config *mock, uint32_t entries)
{
	struct sqz_ring_config config = sqz_ring_default_config(1);

	mock_reset(mock);
	config.entries = entries;
	ck_assert_int_eq(sqz_device_probe(&device, SQZ_CONTROLLER_BASE),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_ring_open(&ring, &device, &config), SQZ_SUCCESS);
	source = sqz_dma_alloc(4096, 64);
	target = sqz_dma_alloc(4096, 64);
}

static void open_default(uint32_t entries)
{
	struct mock_config config = mock_default_config();

	open_ring(&config, entries);
}

static struct sqz_desc copy_byte(uint32_t index)
{
	return sqz_copy_desc(sqz_dma_addr(source) + index,
			     sqz_dma_addr(target) + index, 1);
}

static void submit_copies(struct sqz_request *request, uint32_t count)
{
	sqz_request_init(request);
	for (uint32_t i = 0; i < count; i++) {
		struct sqz_desc desc = copy_byte(i);

		source[i] = (uint8_t)(i + 1);
		desc.flags = SQZ_DESC_F_IRQ;
		ck_assert_int_eq(sqz_ring_submit(&ring, &desc, request),
				 SQZ_SUCCESS);
	}
}

static void plan(unsigned index, uint64_t delay_ns, uint32_t status)
{
	mock_plan(index, (struct mock_fate){
			     .delay_ns = delay_ns,
			     .status = status,
			     .node = status ? 4 : UINT32_MAX,
			     .address = status ? 0x100400010 : 0,
			 });
}

static void expect_healthy(void)
{
	ck_assert_uint_eq(mock_stats()->bad_accesses, 0);
	ck_assert_uint_eq(mock_stats()->overflows, 0);
	ck_assert_uint_eq(ring.in_flight, 0);
	ck_assert_uint_eq(ring.stats.strays, 0);
	/* Every interrupt has been acknowledged. */
	ck_assert_uint_eq(sqz_read32(SQZ_CONTROLLER_BASE + 0x10), 0);
}

START_TEST(executes_one)
{
	struct sqz_desc desc;

	open_default(8);
	source[0] = 42;
	desc = copy_byte(0);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, NULL), SQZ_SUCCESS);
	ck_assert_uint_eq(target[0], 42);
	ck_assert_uint_eq(ring.stats.interrupts, 1);
	ck_assert_uint_eq(ring.stats.lost_interrupts, 0);
	/* The addresses that arrived are bus addresses. */
	ck_assert_uint_ge(mock_job(0)->src, MOCK_POOL_BUS);
	ck_assert_uint_lt(mock_job(0)->dst, MOCK_POOL_BUS + MOCK_POOL_BYTES);
	expect_healthy();
}
END_TEST

START_TEST(refuses_bad_configurations)
{
	static const uint32_t entries[] = { 0, 1, 3, 512, 100 };
	struct sqz_ring_config config = sqz_ring_default_config(4);

	open_default(8);
	ck_assert_int_eq(sqz_ring_open(&ring, &device, &config), SQZ_EINVAL);
	config.index = 0;
	for (unsigned i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		config.entries = entries[i];
		ck_assert_int_eq(sqz_ring_open(&ring, &device, &config),
				 SQZ_EINVAL);
	}
}
END_TEST

START_TEST(needs_memory)
{
	struct mock_config mock = mock_default_config();
	struct sqz_ring_config config = sqz_ring_default_config(0);

	mock.pool_bytes = 2048; /* node table and little else */
	mock_reset(&mock);
	ck_assert_int_eq(sqz_device_probe(&device, SQZ_CONTROLLER_BASE),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_ring_open(&ring, &device, &config), SQZ_ENOMEM);
}
END_TEST

/* Many rounds, so that the phase bit turns over again and again, and with
 * batches that are no divisor of the ring. */
START_TEST(wraps_around)
{
	static const uint32_t sizes[] = { 2, 4, 8 };
	struct sqz_request request;

	open_default(sizes[_i]);
	for (int round = 0; round < 200; round++) {
		uint32_t count = 1 + (uint32_t)round % sizes[_i];

		memset(target, 0, 16);
		submit_copies(&request, count);
		ck_assert_int_eq(sqz_request_wait(&ring, &request, MS),
				 SQZ_SUCCESS);
		ck_assert_mem_eq(target, source, count);
	}
	ck_assert_uint_eq(ring.stats.submitted, ring.stats.completed);
	ck_assert_uint_gt(ring.consumed / sizes[_i], 50);
	expect_healthy();
}
END_TEST

START_TEST(completes_in_any_order)
{
	static const uint64_t delays[] = { 9, 2, 7, 1, 8, 3 };
	struct sqz_request requests[6];

	open_default(8);
	for (unsigned i = 0; i < 6; i++) {
		struct sqz_desc desc = copy_byte(i);

		plan(i, delays[i] * 10 * US, i == 2 ? SQZ_ERR_SLOT : SQZ_OK);
		sqz_request_init(&requests[i]);
		desc.flags = SQZ_DESC_F_IRQ;
		ck_assert_int_eq(sqz_ring_submit(&ring, &desc, &requests[i]),
				 SQZ_SUCCESS);
	}
	/* The last one is done while the first is not. */
	ck_assert_int_eq(sqz_request_wait(&ring, &requests[5], MS),
			 SQZ_SUCCESS);
	ck_assert(!sqz_request_poll(&ring, &requests[0]));
	ck_assert(sqz_request_poll(&ring, &requests[3]));
	ck_assert_int_eq(sqz_request_wait(&ring, &requests[0], MS),
			 SQZ_SUCCESS);
	ck_assert_uint_lt(requests[3].completed_ns, requests[1].completed_ns);
	ck_assert_uint_lt(requests[4].completed_ns, requests[0].completed_ns);
	ck_assert_int_eq(requests[2].result, SQZ_ESLOT);
	ck_assert_int_eq(requests[1].result, SQZ_SUCCESS);
	expect_healthy();
}
END_TEST

/* Slots come back in another order than they were taken. */
START_TEST(recycles_slots_after_disorder)
{
	struct sqz_request request;

	open_default(8);
	for (unsigned i = 0; i < 400; i++)
		plan(i, (1 + i * 7 % 11) * US, SQZ_OK);
	for (int round = 0; round < 80; round++) {
		memset(target, 0, 8);
		submit_copies(&request, 5);
		ck_assert_int_eq(sqz_request_wait(&ring, &request, MS),
				 SQZ_SUCCESS);
		ck_assert_mem_eq(target, source, 5);
	}
	expect_healthy();
}
END_TEST

START_TEST(waits_when_full)
{
	struct sqz_request request;

	open_default(4);
	submit_copies(&request, 50);
	ck_assert_uint_gt(ring.stats.full_waits, 0);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	ck_assert_mem_eq(target, source, 50);
	expect_healthy();
}
END_TEST

/* Nobody asked for an interrupt, and still the ring does not get stuck: the
 * descriptor that fills it interrupts. */
START_TEST(quiet_descriptors_fill_the_ring)
{
	struct sqz_request request;

	open_default(4);
	sqz_request_init(&request);
	for (uint32_t i = 0; i < 40; i++) {
		struct sqz_desc desc = copy_byte(i);

		ck_assert_int_eq(sqz_ring_submit(&ring, &desc, &request),
				 SQZ_SUCCESS);
	}
	ck_assert_uint_lt(mock_now_ns(), 5 * MS);
	ck_assert_uint_gt(ring.stats.interrupts, 0);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, 100 * MS),
			 SQZ_SUCCESS);
	expect_healthy();
}
END_TEST

START_TEST(gives_up_on_a_full_ring)
{
	struct sqz_request request, extra;
	struct sqz_desc desc;

	open_default(2);
	plan(0, MOCK_NEVER, SQZ_OK);
	plan(1, MOCK_NEVER, SQZ_OK);
	submit_copies(&request, 2);
	desc = copy_byte(2);
	sqz_request_init(&extra);
	ck_assert_int_eq(sqz_ring_submit(&ring, &desc, &extra), SQZ_EFULL);
	ck_assert_uint_eq(extra.pending, 0);
	ck_assert_uint_ge(mock_now_ns(), 1000 * MS);
	ck_assert_int_eq(sqz_request_cancel(&ring, &request), SQZ_ECANCELED);
	ck_assert_int_eq(request.result, SQZ_ECANCELED);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, NULL), SQZ_SUCCESS);
	expect_healthy();
}
END_TEST

START_TEST(driver_time_out_and_recovery)
{
	struct sqz_request hangs, other;
	struct sqz_desc desc;

	open_default(8);
	plan(1, MOCK_NEVER, SQZ_OK);
	plan(3, MOCK_NEVER, SQZ_OK);
	submit_copies(&hangs, 3);
	submit_copies(&other, 1);
	ck_assert_int_eq(sqz_request_wait(&ring, &hangs, 200 * US),
			 SQZ_ETIMEDOUT);
	ck_assert_uint_ge(mock_now_ns(), 200 * US);
	ck_assert_uint_lt(mock_now_ns(), MS);
	ck_assert_uint_eq(mock_stats()->aborts, 1);
	ck_assert_uint_eq(ring.stats.aborts, 1);
	/* The rest of the ring went with it. */
	ck_assert_int_eq(sqz_request_wait(&ring, &other, MS), SQZ_EABORTED);
	expect_healthy();

	/* And it can be used again. */
	desc = copy_byte(9);
	source[9] = 99;
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, NULL), SQZ_SUCCESS);
	ck_assert_uint_eq(target[9], 99);
}
END_TEST

START_TEST(descriptor_time_out)
{
	struct sqz_failure failure;
	struct sqz_desc desc;

	open_default(8);
	plan(0, MOCK_NEVER, SQZ_OK);
	desc = copy_byte(0);
	desc.timeout_us = 50;
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, 0, &failure),
			 SQZ_ETIMEDOUT);
	ck_assert_int_eq(failure.result, SQZ_ETIMEDOUT);
	ck_assert_uint_eq(failure.node, SQZ_NO_NODE);
	ck_assert_uint_eq(mock_stats()->aborts, 0);
	desc.timeout_us = 0;
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, 0, NULL), SQZ_SUCCESS);
	expect_healthy();
}
END_TEST

/* The controller ignores the abort: the ring is given up, nobody hangs, and a
 * completion that comes much later finds nothing of ours. */
START_TEST(dead_controller)
{
	struct mock_config config = mock_default_config();
	struct sqz_request request;
	struct sqz_desc desc;

	config.answers_aborts = false;
	open_ring(&config, 8);
	plan(1, 1000 * MS, SQZ_OK);
	submit_copies(&request, 2);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_EIO);
	ck_assert_uint_eq(request.pending, 0);
	ck_assert(ring.dead);
	desc = copy_byte(0);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, NULL), SQZ_EIO);
	ck_assert_uint_lt(mock_now_ns(), 200 * MS);
	/* switched off */
	ck_assert_uint_eq(sqz_read32(SQZ_CONTROLLER_BASE + 0x1100 + 8), 0);
}
END_TEST

START_TEST(errors_reach_their_request)
{
	struct sqz_failure failure;
	struct sqz_desc desc;

	open_default(8);
	for (uint32_t status = 1; status <= SQZ_STATUS_COUNT; status++) {
		plan(status - 1, US, status);
		desc = copy_byte(0);
		ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, &failure),
				 sqz_result_of_status(status));
		ck_assert_uint_eq(failure.node, 4);
		ck_assert_uint_eq(failure.address, 0x100400010);
	}
	ck_assert_uint_eq(ring.stats.failed, SQZ_STATUS_COUNT);
	expect_healthy();
}
END_TEST

START_TEST(the_first_error_stays)
{
	struct sqz_request request;

	open_default(8);
	plan(0, 30 * US, SQZ_ERR_SLOT);
	plan(1, 10 * US, SQZ_OK);
	plan(2, 20 * US, SQZ_ERR_STEP);
	submit_copies(&request, 3);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_ESTEP);
	expect_healthy();
}
END_TEST

/* What an error aborted may be posted before the error itself. */
START_TEST(the_cause_beats_what_it_aborted)
{
	struct sqz_request request;

	open_default(8);
	plan(0, 10 * US, SQZ_ERR_ABORTED);
	plan(1, 20 * US, SQZ_ERR_SLOT);
	plan(2, 30 * US, SQZ_ERR_ABORTED);
	submit_copies(&request, 3);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_ESLOT);
	expect_healthy();
}
END_TEST

/* Probed and opened again, as after a warm start: everything begins anew. */
START_TEST(a_second_start)
{
	struct sqz_ring_config config = sqz_ring_default_config(1);
	struct sqz_request request;
	struct sqz_desc desc;

	open_default(4);
	submit_copies(&request, 3);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	config.entries = 4;
	ck_assert_int_eq(sqz_device_probe(&device, SQZ_CONTROLLER_BASE),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_ring_open(&ring, &device, &config), SQZ_SUCCESS);
	desc = copy_byte(0);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, NULL), SQZ_SUCCESS);
	ck_assert_uint_eq(ring.stats.interrupts, 1);
	expect_healthy();
}
END_TEST

START_TEST(bad_address_is_reported)
{
	struct sqz_failure failure;
	struct sqz_desc desc;

	open_default(8);
	desc = sqz_copy_desc(0x1234, sqz_dma_addr(target), 4);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, &failure),
			 SQZ_EADDRESS);
	ck_assert_uint_eq(failure.address, 0x1234);
	expect_healthy();
}
END_TEST

/* Without the interrupt the completion is found at the next look. */
START_TEST(lost_interrupt)
{
	struct sqz_desc desc;

	open_default(8);
	mock_plan(0, (struct mock_fate){ .delay_ns = US,
					 .node = UINT32_MAX,
					 .drop_interrupt = true });
	desc = copy_byte(0);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, 0, NULL), SQZ_SUCCESS);
	ck_assert_uint_eq(ring.stats.interrupts, 0);
	ck_assert_uint_eq(ring.stats.lost_interrupts, 1);
	ck_assert_uint_ge(mock_now_ns(), 10 * MS);
	ck_assert_uint_lt(mock_now_ns(), 11 * MS);
	expect_healthy();
}
END_TEST

/* Also when the driver's own time-out is shorter than that. */
START_TEST(lost_interrupt_is_no_time_out)
{
	struct sqz_desc desc;

	open_default(8);
	mock_plan(0, (struct mock_fate){ .delay_ns = US,
					 .node = UINT32_MAX,
					 .drop_interrupt = true });
	desc = copy_byte(0);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, 100 * US, NULL),
			 SQZ_SUCCESS);
	ck_assert_uint_eq(mock_stats()->aborts, 0);
	expect_healthy();
}
END_TEST

/* The completion has been found by polling; then its interrupt comes. */
START_TEST(late_interrupt)
{
	struct sqz_request request;

	open_default(8);
	mock_plan(0, (struct mock_fate){ .delay_ns = US,
					 .node = UINT32_MAX,
					 .drop_interrupt = true });
	submit_copies(&request, 1);
	mock_sleep(5 * US);
	ck_assert(sqz_request_poll(&ring, &request));
	mock_raise(SQZ_IRQ_RING0 + 1);
	ck_assert_uint_eq(ring.stats.interrupts, 1);
	ck_assert_uint_eq(ring.stats.completed, 1);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	expect_healthy();
}
END_TEST

/* The interrupt comes while the driver does something else. */
START_TEST(completion_before_the_wait)
{
	struct sqz_request request;

	open_default(8);
	submit_copies(&request, 3);
	mock_sleep(MS);
	ck_assert_uint_eq(request.pending, 0);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, 1), SQZ_SUCCESS);
	ck_assert_uint_eq(mock_stats()->sleeps, 0);
	expect_healthy();
}
END_TEST

START_TEST(stray_completions_are_counted)
{
	static const uint64_t cookies[] = { 0, 0x10000, 0xffff, 12345678 };
	struct sqz_request request;
	struct sqz_desc desc;

	open_default(8);
	submit_copies(&request, 1);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	for (unsigned i = 0; i < 4; i++)
		mock_stray_completion(1, cookies[i]);
	ck_assert_uint_eq(ring.stats.strays, 4);

	/* The right slot, but of an earlier descriptor. */
	plan(1, 100 * US, SQZ_OK);
	submit_copies(&request, 1);
	for (uint64_t slot = 0; slot < 8; slot++)
		mock_stray_completion(1, slot);
	ck_assert_uint_eq(ring.stats.strays, 12);
	ck_assert_uint_eq(request.pending, 1);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	desc = copy_byte(1);
	ck_assert_int_eq(sqz_ring_execute(&ring, &desc, MS, NULL), SQZ_SUCCESS);
	ck_assert_uint_eq(ring.in_flight, 0);
}
END_TEST

START_TEST(cancel_of_a_done_request_is_nothing)
{
	struct sqz_request request;

	open_default(8);
	submit_copies(&request, 1);
	ck_assert_int_eq(sqz_request_wait(&ring, &request, MS), SQZ_SUCCESS);
	sqz_request_cancel(&ring, &request);
	ck_assert_int_eq(request.result, SQZ_SUCCESS);
	ck_assert_uint_eq(mock_stats()->aborts, 0);
}
END_TEST

/* A fence holds back what comes after it until all before it is done. */
START_TEST(fences_keep_order)
{
	struct sqz_request before, after;
	struct sqz_desc desc = sqz_fence_desc();

	open_default(8);
	plan(0, 300 * US, SQZ_OK);
	submit_copies(&before, 1);
	sqz_request_init(&after);
	desc.flags = SQZ_DESC_F_IRQ;
	ck_assert_int_eq(sqz_ring_submit(&ring, &desc, &after), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_request_wait(&ring, &after, MS), SQZ_SUCCESS);
	ck_assert_uint_eq(before.pending, 0);
	ck_assert_uint_ge(after.completed_ns, before.completed_ns);
	expect_healthy();
}
END_TEST

START_TEST(two_rings_do_not_mix)
{
	static struct sqz_ring second;
	struct sqz_ring_config config = sqz_ring_default_config(3);
	struct sqz_request first_request, request;
	struct sqz_desc desc;

	open_default(8);
	config.entries = 2;
	config.priority = 1;
	ck_assert_int_eq(sqz_ring_open(&second, &device, &config), SQZ_SUCCESS);
	plan(0, MOCK_NEVER, SQZ_OK);
	submit_copies(&first_request, 1);
	sqz_request_init(&request);
	desc = copy_byte(5);
	source[5] = 55;
	ck_assert_int_eq(sqz_ring_execute(&second, &desc, MS, NULL),
			 SQZ_SUCCESS);
	ck_assert_uint_eq(target[5], 55);
	ck_assert_uint_eq(first_request.pending, 1);
	ck_assert_uint_eq(second.stats.interrupts, 1);
	ck_assert_uint_eq(ring.stats.interrupts, 0);
	sqz_request_cancel(&ring, &first_request);
	expect_healthy();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ring");
	TCase *tests = tcase_create("ring");

	tcase_add_test(tests, executes_one);
	tcase_add_test(tests, refuses_bad_configurations);
	tcase_add_test(tests, needs_memory);
	tcase_add_loop_test(tests, wraps_around, 0, 3);
	tcase_add_test(tests, completes_in_any_order);
	tcase_add_test(tests, recycles_slots_after_disorder);
	tcase_add_test(tests, waits_when_full);
	tcase_add_test(tests, quiet_descriptors_fill_the_ring);
	tcase_add_test(tests, gives_up_on_a_full_ring);
	tcase_add_test(tests, driver_time_out_and_recovery);
	tcase_add_test(tests, descriptor_time_out);
	tcase_add_test(tests, dead_controller);
	tcase_add_test(tests, errors_reach_their_request);
	tcase_add_test(tests, the_first_error_stays);
	tcase_add_test(tests, the_cause_beats_what_it_aborted);
	tcase_add_test(tests, a_second_start);
	tcase_add_test(tests, bad_address_is_reported);
	tcase_add_test(tests, lost_interrupt);
	tcase_add_test(tests, lost_interrupt_is_no_time_out);
	tcase_add_test(tests, late_interrupt);
	tcase_add_test(tests, completion_before_the_wait);
	tcase_add_test(tests, stray_completions_are_counted);
	tcase_add_test(tests, cancel_of_a_done_request_is_nothing);
	tcase_add_test(tests, fences_keep_order);
	tcase_add_test(tests, two_rings_do_not_mix);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
