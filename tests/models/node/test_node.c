/* Packets, their pool and queues. */
#include "node/answer.h"
#include "node/pool.h"
#include "node_suites.h"
#include "suite.h"

#include <stdbool.h>

START_TEST(ids_count_up_and_packets_come_zeroed)
{
	struct sqz_packet_pool *pool = sqz_packet_pool_create();
	struct sqz_packet *first = sqz_packet_pool_alloc(pool, 3);

	ck_assert_uint_eq(first->id, 1);
	ck_assert_uint_eq(first->src, 3);
	first->value = 99;
	first->data[SQZ_PACKET_MAX_PAYLOAD - 1] = 1;
	sqz_packet_pool_release(pool, first);

	struct sqz_packet *second = sqz_packet_pool_alloc(pool, 4);

	ck_assert_ptr_eq(second, first);
	ck_assert_uint_eq(second->id, 2);
	ck_assert_uint_eq(second->src, 4);
	ck_assert_uint_eq(second->value, 0);
	ck_assert_uint_eq(second->data[SQZ_PACKET_MAX_PAYLOAD - 1], 0);
	sqz_packet_pool_destroy(pool);
}
END_TEST

START_TEST(a_pool_grows_only_beyond_its_peak)
{
	struct sqz_packet_pool *pool = sqz_packet_pool_create();
	static struct sqz_packet *first[500];

	for (int i = 0; i < 500; i++)
		first[i] = sqz_packet_pool_alloc(pool, 0);
	ck_assert_uint_eq(sqz_packet_pool_in_use(pool), 500);
	for (int i = 0; i < 500; i++)
		sqz_packet_pool_release(pool, first[i]);
	ck_assert_uint_eq(sqz_packet_pool_in_use(pool), 0);

	/* The same packets come back, the last released first. */
	for (int i = 499; i >= 0; i--)
		ck_assert_ptr_eq(sqz_packet_pool_alloc(pool, 0), first[i]);
	sqz_packet_pool_destroy(pool);
}
END_TEST

START_TEST(a_double_release_ends_the_process)
{
	struct sqz_packet_pool *pool = sqz_packet_pool_create();
	struct sqz_packet *packet = sqz_packet_pool_alloc(pool, 0);

	sqz_packet_pool_release(pool, packet);
	sqz_packet_pool_release(pool, packet);
}
END_TEST

START_TEST(queues_keep_order)
{
	struct sqz_packet packets[3] = { { .id = 1 },
					 { .id = 2 },
					 { .id = 3 } };
	struct sqz_packet_queue queue = { 0 };

	ck_assert_ptr_null(sqz_packet_pop(&queue));
	sqz_packet_push(&queue, &packets[0]);
	sqz_packet_push(&queue, &packets[1]);
	ck_assert_ptr_eq(sqz_packet_pop(&queue), &packets[0]);
	sqz_packet_push(&queue, &packets[2]);
	ck_assert_uint_eq(queue.length, 2);
	ck_assert_ptr_eq(sqz_packet_pop(&queue), &packets[1]);
	ck_assert_ptr_eq(sqz_packet_pop(&queue), &packets[2]);
	ck_assert_ptr_null(sqz_packet_pop(&queue));
	ck_assert_uint_eq(queue.length, 0);
}
END_TEST

static struct sqz_packet *alloc_on_node_9(void *context)
{
	return sqz_packet_pool_alloc(context, 9);
}

START_TEST(an_answer_carries_the_handles_of_the_question)
{
	struct sqz_packet_pool *pool = sqz_packet_pool_create();
	struct sqz_node_env env = { .context = pool, .alloc = alloc_on_node_9 };
	struct sqz_packet *question = sqz_packet_pool_alloc(pool, 5);

	question->tag = 1;
	question->ring = 2;
	question->epoch = 3;
	question->desc = 4;
	question->slot = 6;
	question->layer = 7;
	question->run = 8;
	question->addr = 0x1234;

	const struct sqz_packet *answer =
	    sqz_packet_answer(&env, question, SQZ_PKT_DONE);

	ck_assert_uint_eq(answer->type, SQZ_PKT_DONE);
	ck_assert_uint_eq(answer->src, 9);
	ck_assert_uint_eq(answer->dst, 5);
	ck_assert_uint_eq(answer->cause, question->id);
	ck_assert_uint_eq(answer->tag, 1);
	ck_assert_uint_eq(answer->ring, 2);
	ck_assert_uint_eq(answer->epoch, 3);
	ck_assert_uint_eq(answer->desc, 4);
	ck_assert_uint_eq(answer->slot, 6);
	ck_assert_uint_eq(answer->layer, 7);
	ck_assert_uint_eq(answer->run, 8);
	ck_assert_uint_eq(answer->addr, 0);
	ck_assert_uint_eq(answer->status, SQZ_OK);
	sqz_packet_pool_destroy(pool);
}
END_TEST

START_TEST(classes_order_answers_before_questions)
{
	for (int type = SQZ_PKT_READ; type < SQZ_PKT_TYPES; type++) {
		ck_assert_uint_lt(sqz_packet_class(type), SQZ_CLASSES);
		ck_assert_ptr_nonnull(sqz_packet_type_name(type));
	}
	ck_assert_int_lt(sqz_packet_class(SQZ_PKT_READ_DATA),
			 sqz_packet_class(SQZ_PKT_READ));
	ck_assert_int_lt(sqz_packet_class(SQZ_PKT_WRITE_ACK),
			 sqz_packet_class(SQZ_PKT_WRITE));
	ck_assert_int_lt(sqz_packet_class(SQZ_PKT_REG_DATA),
			 sqz_packet_class(SQZ_PKT_REG_READ));
	ck_assert_int_lt(sqz_packet_class(SQZ_PKT_GRANT),
			 sqz_packet_class(SQZ_PKT_PSUM));
}
END_TEST

START_TEST(flits_count_the_header)
{
	struct sqz_packet packet = { .payload_bytes = 0 };

	ck_assert_uint_eq(sqz_packet_flits(&packet, 16), 1);
	packet.payload_bytes = 1;
	ck_assert_uint_eq(sqz_packet_flits(&packet, 16), 2);
	packet.payload_bytes = SQZ_PACKET_MAX_PAYLOAD;
	ck_assert_uint_eq(sqz_packet_flits(&packet, 16), 65);
	ck_assert_uint_eq(sqz_packet_flits(&packet, 8), 130);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("node");
	TCase *tcase = tcase_create("packets");

	tcase_add_test(tcase, ids_count_up_and_packets_come_zeroed);
	tcase_add_test(tcase, a_pool_grows_only_beyond_its_peak);
	tcase_add_test_raise_signal(tcase, a_double_release_ends_the_process,
				    6);
	tcase_add_test(tcase, queues_keep_order);
	tcase_add_test(tcase, an_answer_carries_the_handles_of_the_question);
	tcase_add_test(tcase, classes_order_answers_before_questions);
	tcase_add_test(tcase, flits_count_the_header);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, sqz_regs_tests());
	return sqz_suite_main(suite);
}
