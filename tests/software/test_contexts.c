/* Several images in flight: rings, tensors, chains, and failures that stay
 * where they are. */
#include "contexts_rig.h"

static const struct mock_fate HANGS = { .delay_ns = MOCK_NEVER };

static void setup(void)
{
	rig_prepare(3);
	rig_open();
}

START_TEST(contexts_have_rings_and_tensors_of_their_own)
{
	ck_assert_uint_eq(rig.network.context_count, 3);
	for (unsigned i = 0; i < 3; i++)
		rig_start(i, (uint8_t)(10 * i + 1), false);
	for (unsigned i = 0; i < 3; i++)
		rig_expect(i, (uint8_t)(10 * i + 1));
	for (unsigned i = 0; i < 3; i++) {
		const struct sqz_desc *run =
		    mock_job(rig_find(SQZ_DESC_RUN, i, 1, 0));

		ck_assert_uint_eq(run->src, MOCK_WINDOW(MOCK_NODE_BUFFER1) +
						0x240 + i * RIG_STRIDE);
		ck_assert_uint_eq(run->aux, MOCK_WINDOW(MOCK_NODE_BUFFER0) +
						0x100 + i * RIG_STRIDE);
		ck_assert_uint_eq(run->dst,
				  rig.network.pool + 0x80 + i * RIG_STRIDE);
		/* The controller knows a layer by its list. */
		ck_assert_uint_eq(
		    run->list, mock_job(rig_find(SQZ_DESC_RUN, 0, 1, 0))->list);
		ck_assert_uint_eq(run->flags, SQZ_DESC_F_FENCE);
	}
	ck_assert_uint_eq(mock_stats()->fetched, 15);
}
END_TEST

START_TEST(images_overlap)
{
	for (unsigned i = 0; i < 3; i++)
		rig_start(i, (uint8_t)i, false);
	for (unsigned i = 0; i < 3; i++)
		rig_expect(i, (uint8_t)i);
	ck_assert_uint_lt(mock_job_begin_ns(rig_find(SQZ_DESC_RUN, 2, 0, 0)),
			  mock_job_end_ns(rig_find(SQZ_DESC_RUN, 0, 2, 0)));
}
END_TEST

START_TEST(finished_in_any_order_and_used_again)
{
	for (unsigned i = 0; i < 20; i++) {
		rig_start(2, (uint8_t)(i + 1), false);
		rig_start(i % 2, (uint8_t)(i + 2), false);
		rig_expect(i % 2, (uint8_t)(i + 2));
		rig_expect(2, (uint8_t)(i + 1));
	}
}
END_TEST

START_TEST(is_done_does_not_sleep)
{
	struct sqz_context *context = &rig.network.contexts[1];
	unsigned sleeps;

	ck_assert(!sqz_context_is_done(context));
	rig_start(1, 9, false);
	sleeps = mock_stats()->sleeps;
	ck_assert(!sqz_context_is_done(context));
	mock_sleep(1000000);
	ck_assert(sqz_context_is_done(context));
	ck_assert_uint_eq(mock_stats()->sleeps, sleeps);
	rig_expect(1, 9);
	ck_assert(!sqz_context_is_done(context));
}
END_TEST

START_TEST(a_context_takes_one_image_at_a_time)
{
	struct sqz_context *context = &rig.network.contexts[1];

	ck_assert_int_eq(sqz_context_finish(context, &rig.failure), SQZ_EINVAL);
	rig_start(1, 9, false);
	ck_assert_int_eq(sqz_context_start(context, false), SQZ_EINVAL);
	rig_expect(1, 9);
	ck_assert_int_eq(sqz_context_finish(context, NULL), SQZ_EINVAL);
	rig_start(0, 9, false);
	ck_assert_int_eq(sqz_network_run(&rig.network, &rig.failure),
			 SQZ_EINVAL);
	ck_assert_int_eq(sqz_network_program(&rig.network, &rig.failure),
			 SQZ_EINVAL);
	rig_expect(0, 9);
}
END_TEST

/* ---- how many ---- */

START_TEST(image_and_chip_limit_the_contexts)
{
	static const struct {
		uint32_t wanted, of_image, count;
	} cases[] = { { 0, 0, 1 }, { 1, 0, 1 }, { 2, 0, 1 }, { 1, 3, 1 },
		      { 2, 3, 2 }, { 9, 3, 3 }, { 9, 9, 4 }, { 99, 14, 4 } };

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		rig_prepare(cases[i].of_image ? cases[i].of_image : 1);
		rig.mock.network->contexts = cases[i].of_image;
		rig.config.contexts = cases[i].wanted;
		rig_open();
		ck_assert_uint_eq(rig.network.context_count, cases[i].count);
	}
}
END_TEST

START_TEST(no_memory_for_contexts)
{
	rig_prepare(3);
	/* All of the pool but for two contexts. */
	rig.mock.network->dram_pool_bytes = MOCK_POOL_BYTES - 0x10000;
	ck_assert_int_eq(rig_try(256), SQZ_ENOMEM);
	rig_prepare(3);
	rig.mock.network->dram_pool_bytes = MOCK_POOL_BYTES - 0x10000;
	rig.config.contexts = 1;
	ck_assert_int_eq(rig_try(256), SQZ_SUCCESS);
}
END_TEST

/* ---- chains ---- */

START_TEST(layers_of_a_chain)
{
	static const uint8_t flags[5] = {
		SQZ_DESC_F_FENCE,
		SQZ_DESC_F_FENCE | SQZ_DESC_F_CHAIN,
		SQZ_DESC_F_CHAIN,
		SQZ_DESC_F_CHAIN,
		SQZ_DESC_F_FENCE | SQZ_DESC_F_IRQ,
	};

	rig_prepare(2);
	rig.mock.network->flags = SQZ_IMAGE_F_CHAINS;
	rig_open();
	rig_start(1, 5, true);
	ck_assert_int_eq(
	    sqz_context_finish(&rig.network.contexts[1], &rig.failure),
	    SQZ_SUCCESS);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_uint_eq(mock_job(i)->flags, flags[i]);
	/* The mock does not wait for tokens: all start together. */
	ck_assert_uint_lt(mock_job_begin_ns(3), mock_job_end_ns(1));
	ck_assert_uint_ge(mock_job_begin_ns(1), mock_job_end_ns(0));
	ck_assert_uint_ge(mock_job_begin_ns(4), mock_job_end_ns(3));
}
END_TEST

START_TEST(an_image_without_chains)
{
	ck_assert_int_eq(sqz_context_start(&rig.network.contexts[0], true),
			 SQZ_EINVAL);
	ck_assert_uint_eq(mock_stats()->fetched, 0);
	rig_start(0, 5, false);
	rig_expect(0, 5);
}
END_TEST

/* ---- failures ---- */

/* Context 1 has the jobs 5 to 9. */
START_TEST(an_error_ends_its_context_only)
{
	mock_plan(7, (struct mock_fate){ .delay_ns = 1000,
					 .status = SQZ_ERR_SLOT,
					 .node = MOCK_NODE_TILE1,
					 .address = 0x1234 });
	rig_start_all(3);
	rig_expect(2, 3);
	rig_expect(0, 1);
	rig_expect_error(1, SQZ_ESLOT);
	ck_assert_uint_eq(rig.failure.node, MOCK_NODE_TILE1);
	ck_assert_uint_eq(rig.failure.address, 0x1234);
	rig_start(1, 8, false);
	rig_expect(1, 8);
}
END_TEST

START_TEST(a_time_out_of_the_controller)
{
	mock_plan(7, HANGS);
	rig_start_all(3);
	rig_expect(0, 1);
	rig_expect(2, 3);
	rig_expect_error(1, SQZ_ETIMEDOUT);
	ck_assert_uint_eq(mock_stats()->aborts, 0);
}
END_TEST

START_TEST(a_time_out_of_the_driver)
{
	rig.network.config.layer_timeout_us = 0;
	rig.network.config.run_timeout_ns = 500000;
	mock_plan(7, HANGS);
	rig_start_all(3);
	/* Whoever is waited for: the hanging one is seen to. */
	rig_expect(2, 3);
	rig_expect(0, 1);
	ck_assert_uint_eq(mock_stats()->aborts, 0);
	rig_expect_error(1, SQZ_ETIMEDOUT);
	ck_assert_uint_eq(mock_stats()->aborts, 1);
	rig_start(1, 8, false);
	rig_expect(1, 8);
}
END_TEST

START_TEST(a_ring_that_dies)
{
	mock_ignore_aborts();
	rig.network.config.layer_timeout_us = 0;
	rig.network.config.run_timeout_ns = 500000;
	mock_plan(5, HANGS);
	for (unsigned i = 0; i < 2; i++)
		rig_start(i, (uint8_t)(i + 1), false);
	rig_expect_error(1, SQZ_EIO);
	rig_expect(0, 1);
	rig_start(1, 3, false);
	rig_expect_error(1, SQZ_EIO);
}
END_TEST

START_TEST(an_interrupt_gets_lost)
{
	mock_plan(
	    4, (struct mock_fate){ .delay_ns = 1000, .drop_interrupt = true });
	rig_start(0, 7, false);
	rig_expect(0, 7);
	ck_assert_uint_gt(rig.ring.stats.lost_interrupts, 0);
}
END_TEST

/* ---- short rings ---- */

START_TEST(rings_shorter_than_an_inference)
{
	rig_prepare(3);
	ck_assert_int_eq(rig_try(2), SQZ_SUCCESS);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 3; i++)
			rig_start(i, (uint8_t)(round + 10 * i), false);
		rig_expect(1, (uint8_t)(round + 10));
		rig_expect(2, (uint8_t)(round + 20));
		rig_expect(0, (uint8_t)round);
	}
	ck_assert_uint_eq(mock_stats()->overflows, 0);
	/* Woken up, not by looking every 10 ms. */
	ck_assert_uint_lt(mock_now_ns(), 1000000);
}
END_TEST

/* ---- call-backs ---- */

struct feedback {
	unsigned calls;
	unsigned to_come; /* inferences */
	enum sqz_result last;
	uint8_t value; /* logit 0 */
};

static void note_done(struct sqz_context *context, void *arg)
{
	struct feedback *feedback = arg;

	feedback->calls++;
	feedback->last = sqz_context_finish(context, &rig.failure);
	feedback->value = (uint8_t)context->values[0];
	if (feedback->to_come == 0)
		return;
	feedback->to_come--;
	context->input[0]++;
	ck_assert_int_eq(sqz_context_start(context, false), SQZ_SUCCESS);
}

/* Nobody waits or looks: interrupts alone bring images through, also if the
 * ring is shorter than an inference. */
START_TEST(call_backs_keep_images_coming)
{
	struct feedback feedback[2] = { { .to_come = 4 }, { .to_come = 1 } };
	struct sqz_network_stats stats;

	rig_prepare(2);
	ck_assert_int_eq(rig_try(2), SQZ_SUCCESS);
	for (unsigned i = 0; i < 2; i++) {
		sqz_context_on_done(&rig.network.contexts[i], note_done,
				    &feedback[i]);
		rig_start(i, (uint8_t)(10 * i), false);
	}
	mock_sleep(1000000);
	ck_assert_uint_eq(feedback[0].calls, 5);
	ck_assert_uint_eq(feedback[0].value, 3 * 4);
	ck_assert_uint_eq(feedback[1].calls, 2);
	ck_assert_uint_eq(feedback[1].value, 3 * 11);
	ck_assert_uint_eq(mock_stats()->sleeps, 0);
	sqz_network_get_stats(&rig.network, &stats);
	ck_assert_uint_eq(stats.inferences.started, 7);
	ck_assert_uint_eq(stats.inferences.completed, 7);
	ck_assert_uint_eq(stats.inferences.failed, 0);
	ck_assert_uint_gt(stats.inferences.busy_ns, 7 * 5000);
	ck_assert_uint_eq(stats.rings.completed, 7 * 5);
	ck_assert_uint_eq(stats.rings.peak, 2);
	ck_assert_uint_eq(stats.rings.lost_interrupts, 0);
}
END_TEST

/* Whoever waits for one image calls back for the other. */
START_TEST(waiting_calls_back_for_others)
{
	struct feedback feedback = { 0 };

	rig_prepare(2);
	rig_open();
	sqz_context_on_done(&rig.network.contexts[1], note_done, &feedback);
	mock_plan(0, (struct mock_fate){ .delay_ns = 1000000 });
	rig_start(0, 1, false);
	rig_start(1, 2, false);
	rig_expect(0, 1);
	ck_assert_uint_eq(feedback.calls, 1);
	ck_assert_uint_eq(feedback.value, 6);
	sqz_context_on_done(&rig.network.contexts[1], NULL, NULL);
	rig_start(1, 3, false);
	rig_expect(1, 3);
	ck_assert_uint_eq(feedback.calls, 1);
}
END_TEST

START_TEST(errors_call_back)
{
	struct feedback feedback = { 0 };
	struct sqz_network_stats stats;

	rig_prepare(1);
	rig_open();
	sqz_context_on_done(&rig.network.contexts[0], note_done, &feedback);
	mock_plan(2, (struct mock_fate){ .delay_ns = 10,
					 .status = SQZ_ERR_SLOT,
					 .node = MOCK_NODE_TILE1 });
	rig_start(0, 1, false);
	mock_sleep(1000000);
	ck_assert_uint_eq(feedback.calls, 1);
	ck_assert_int_eq(feedback.last, SQZ_ESLOT);
	ck_assert_uint_eq(rig.failure.node, MOCK_NODE_TILE1);
	sqz_network_get_stats(&rig.network, &stats);
	ck_assert_uint_eq(stats.inferences.failed, 1);
	ck_assert_uint_eq(stats.rings.failed, 1);
}
END_TEST

/* An interrupt never waits: the driver's time-out is noticed by whoever looks,
 * and calls back then. */
START_TEST(a_time_out_calls_back_whoever_looks)
{
	struct feedback feedback = { 0 };

	rig_prepare(2);
	rig.config.run_timeout_ns = 50000;
	rig.config.layer_timeout_us = 0;
	rig_open();
	sqz_context_on_done(&rig.network.contexts[0], note_done, &feedback);
	mock_plan(0, (struct mock_fate){ .delay_ns = MOCK_NEVER });
	rig_start(0, 1, false);
	mock_sleep(1000000);
	rig_start(1, 2, false);
	mock_sleep(1000000);
	ck_assert_uint_le(feedback.calls, 1);
	rig_expect(1, 2);
	ck_assert(!sqz_context_is_done(&rig.network.contexts[0]));
	ck_assert_uint_eq(feedback.calls, 1);
	ck_assert_int_eq(feedback.last, SQZ_ETIMEDOUT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("contexts");
	TCase *tests = tcase_create("contexts");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, contexts_have_rings_and_tensors_of_their_own);
	tcase_add_test(tests, images_overlap);
	tcase_add_test(tests, finished_in_any_order_and_used_again);
	tcase_add_test(tests, is_done_does_not_sleep);
	tcase_add_test(tests, a_context_takes_one_image_at_a_time);
	tcase_add_test(tests, image_and_chip_limit_the_contexts);
	tcase_add_test(tests, no_memory_for_contexts);
	tcase_add_test(tests, layers_of_a_chain);
	tcase_add_test(tests, an_image_without_chains);
	tcase_add_test(tests, an_error_ends_its_context_only);
	tcase_add_test(tests, a_time_out_of_the_controller);
	tcase_add_test(tests, a_time_out_of_the_driver);
	tcase_add_test(tests, a_ring_that_dies);
	tcase_add_test(tests, an_interrupt_gets_lost);
	tcase_add_test(tests, rings_shorter_than_an_inference);
	tcase_add_test(tests, call_backs_keep_images_coming);
	tcase_add_test(tests, waiting_calls_back_for_others);
	tcase_add_test(tests, errors_call_back);
	tcase_add_test(tests, a_time_out_calls_back_whoever_looks);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
