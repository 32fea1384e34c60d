/* Memory for data: DMA buffers, pools, buffer nodes. */
#include <string.h>

#include "driver/buffer.h"
#include "mock_machine.h"
#include "sqz/port.h"
#include "suite.h"

static void setup(void)
{
	struct mock_config mock = mock_default_config();

	mock_reset(&mock);
}

START_TEST(a_buffer_has_two_addresses)
{
	static const uint8_t zeros[100];
	struct sqz_buffer buffer;

	ck_assert_int_eq(sqz_buffer_alloc(&buffer, 100), SQZ_SUCCESS);
	ck_assert_uint_eq(buffer.bytes, 100);
	ck_assert_uint_eq(buffer.bus % 64, 0);
	ck_assert_ptr_eq(mock_memory(buffer.bus, 100), buffer.data);
	ck_assert_mem_eq(buffer.data, zeros, 100);
	ck_assert_int_eq(sqz_buffer_alloc(&buffer, 0), SQZ_EINVAL);
	ck_assert_ptr_null(buffer.data);
	ck_assert_int_eq(sqz_buffer_alloc(&buffer, MOCK_POOL_BYTES + 1),
			 SQZ_ENOMEM);
	ck_assert_ptr_null(buffer.data);
}
END_TEST

START_TEST(a_pool_allocates_once)
{
	struct sqz_buffer *taken[SQZ_POOL_MAX_BUFFERS];
	struct sqz_buffer_pool pool;
	struct sqz_buffer next;

	ck_assert_int_eq(sqz_buffer_pool_open(&pool, SQZ_POOL_MAX_BUFFERS, 100),
			 SQZ_SUCCESS);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < SQZ_POOL_MAX_BUFFERS; i++) {
			taken[i] = sqz_buffer_take(&pool);
			ck_assert_ptr_nonnull(taken[i]);
			memset(taken[i]->data, (int)i, 100);
		}
		ck_assert_uint_eq(sqz_buffer_pool_free(&pool), 0);
		ck_assert_ptr_null(sqz_buffer_take(&pool));
		for (unsigned i = 0; i < SQZ_POOL_MAX_BUFFERS; i++) {
			ck_assert_uint_eq(((uint8_t *)taken[i]->data)[99], i);
			ck_assert_int_eq(sqz_buffer_give(&pool, taken[i]),
					 SQZ_SUCCESS);
		}
	}
	ck_assert_uint_eq(sqz_buffer_pool_free(&pool), SQZ_POOL_MAX_BUFFERS);
	/* The next allocation lies right behind the last buffer. */
	ck_assert_int_eq(sqz_buffer_alloc(&next, 1), SQZ_SUCCESS);
	ck_assert_uint_eq(next.bus,
			  pool.buffers[SQZ_POOL_MAX_BUFFERS - 1].bus + 128);
}
END_TEST

START_TEST(what_is_not_taken_is_not_given)
{
	struct sqz_buffer_pool pool;
	struct sqz_buffer stranger = { 0 };
	struct sqz_buffer *mine;

	ck_assert_int_eq(sqz_buffer_pool_open(&pool, 2, 8), SQZ_SUCCESS);
	mine = sqz_buffer_take(&pool);
	ck_assert_int_eq(sqz_buffer_give(&pool, &stranger), SQZ_EINVAL);
	ck_assert_int_eq(sqz_buffer_give(&pool, NULL), SQZ_EINVAL);
	ck_assert_int_eq(sqz_buffer_give(&pool, &pool.buffers[1]), SQZ_EINVAL);
	ck_assert_int_eq(sqz_buffer_give(&pool, mine), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_buffer_give(&pool, mine), SQZ_EINVAL);
	ck_assert_uint_eq(sqz_buffer_pool_free(&pool), 2);
}
END_TEST

START_TEST(pools_that_cannot_be)
{
	struct sqz_buffer_pool pool;

	ck_assert_int_eq(sqz_buffer_pool_open(&pool, 0, 8), SQZ_EINVAL);
	ck_assert_int_eq(
	    sqz_buffer_pool_open(&pool, SQZ_POOL_MAX_BUFFERS + 1, 8),
	    SQZ_EINVAL);
	ck_assert_int_eq(sqz_buffer_pool_open(&pool, 1, 0), SQZ_EINVAL);
	ck_assert_int_eq(sqz_buffer_pool_open(&pool, 4, MOCK_POOL_BYTES / 2),
			 SQZ_ENOMEM);
	ck_assert_ptr_null(sqz_buffer_take(&pool));
}
END_TEST

START_TEST(memory_of_nodes)
{
	struct sqz_device device;
	uint64_t bus = 1;

	ck_assert_int_eq(sqz_device_probe(&device, SQZ_CONTROLLER_BASE),
			 SQZ_SUCCESS);
	ck_assert_int_eq(
	    sqz_device_memory(&device, MOCK_NODE_BUFFER1, 0x40, 16, &bus),
	    SQZ_SUCCESS);
	ck_assert_uint_eq(bus, MOCK_WINDOW(MOCK_NODE_BUFFER1) + 0x40);
	ck_assert_int_eq(sqz_device_memory(&device, MOCK_NODE_BUFFER1,
					   MOCK_BUFFER_BYTES, 0, &bus),
			 SQZ_SUCCESS);
	ck_assert_int_eq(sqz_device_memory(&device, MOCK_NODE_BUFFER1,
					   MOCK_BUFFER_BYTES - 15, 16, &bus),
			 SQZ_EINVAL);
	ck_assert_int_eq(
	    sqz_device_memory(&device, MOCK_NODE_BUFFER1, UINT64_MAX, 16, &bus),
	    SQZ_EINVAL);
	ck_assert_int_eq(
	    sqz_device_memory(&device, MOCK_NODE_TILE0, 0, 16, &bus),
	    SQZ_ENODE);
	ck_assert_int_eq(sqz_device_memory(&device, MOCK_NODES, 0, 16, &bus),
			 SQZ_ENODE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("buffer");
	TCase *tests = tcase_create("buffer");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_buffer_has_two_addresses);
	tcase_add_test(tests, a_pool_allocates_once);
	tcase_add_test(tests, what_is_not_taken_is_not_given);
	tcase_add_test(tests, pools_that_cannot_be);
	tcase_add_test(tests, memory_of_nodes);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
