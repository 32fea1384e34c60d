/* Why answers leave: the request, and what was in its way. */
#include "cause_check.h"
#include "harness.h"
#include "mem/memory_node.h"
#include "mem_suites.h"

#define ASKER	  1
#define MEMORY	  2
#define BASE	  0x100000000u
#define DELAY_PS  10
#define LATENCY	  500
#define INTRINSIC (4000 + LATENCY) /* of 64 bytes of one bank */

/* 4 banks of 64-byte lines, 16 bytes in 1 ns; DRAM with one bank open. */
static const struct sqz_memory_config CONFIGS[] = {
	{ .kind = SQZ_MEMORY_BUFFER,
	  .map = { BASE, 0x2000, 0, 1, 0 },
	  .window_bytes = 0x4000,
	  .queue_depth = 2,
	  .latency_ps = LATENCY,
	  .banks = { 4, 64, 16, 1000 } },
	{ .kind = SQZ_MEMORY_DRAM,
	  .map = { BASE, 0x2000, 0, 1, 0 },
	  .queue_depth = 8,
	  .dram = { 4, 1024, 64, 1000, 3000, 3000, 3000, 70000, 9000 } },
};

static struct harness chip;
static struct sqz_memory *memory;

static void start(const struct sqz_memory_config *config)
{
	struct sqz_error err;

	cause_check_reset();
	harness_init(&chip, DELAY_PS);
	harness_explain(&chip);
	memory = sqz_memory_create(config, harness_env(&chip, MEMORY), &err);
	ck_assert_msg(memory, "%s", err.text);
	harness_attach(&chip, MEMORY, &sqz_memory_ops, memory);
}

static void stop(void)
{
	sqz_memory_destroy(memory);
	harness_finish(&chip);
}

static uint64_t ask(uint64_t offset, uint32_t bytes)
{
	struct sqz_packet *packet =
	    harness_packet(&chip, ASKER, MEMORY, SQZ_PKT_READ);
	uint64_t id = packet->id;

	packet->addr = BASE + offset;
	packet->chunk = packet->stride = bytes;
	packet->count = 1;
	packet->payload_bytes = SQZ_READ_PAYLOAD_BYTES;
	harness_send(&chip, packet);
	return id;
}

/* Why the next answer left. */
static struct sqz_causes answer(void)
{
	struct sqz_packet *packet =
	    harness_take(&chip, ASKER, SQZ_PKT_READ_DATA);
	struct sqz_causes causes = packet->causes;

	harness_release(&chip, packet);
	return causes;
}

START_TEST(alone)
{
	struct sqz_causes causes;
	uint64_t id;

	start(&CONFIGS[0]);
	id = ask(0, 64);
	harness_run(&chip);
	causes = answer();
	ck_assert_uint_eq(causes.count, 1);
	ck_assert_uint_eq(causes.of[0].id, id);
	ck_assert_uint_eq(causes.of[0].delay_ps, INTRINSIC);
	ck_assert_uint_eq(causes.of[0].work, SQZ_WORK_MEMORY);
	stop();
}
END_TEST

START_TEST(one_bank)
{
	struct sqz_causes causes;
	uint64_t first, second;

	start(&CONFIGS[0]);
	first = ask(0, 64);
	second = ask(256, 64);
	harness_run(&chip);
	(void)answer();
	causes = answer();
	ck_assert_uint_eq(causes.count, 2);
	ck_assert_uint_eq(causes.of[0].id, second);
	ck_assert_uint_eq(causes.of[0].delay_ps, INTRINSIC);
	ck_assert_uint_eq(causes.of[1].id, first);
	ck_assert_uint_eq(causes.of[1].delay_ps, INTRINSIC + 4000);
	stop();
}
END_TEST

START_TEST(other_banks)
{
	start(&CONFIGS[0]);
	ask(0, 64);
	ask(64, 64);
	harness_run(&chip);
	(void)answer();
	ck_assert_uint_eq(answer().count, 1);
	stop();
}
END_TEST

/* Also with refused requests, and over refreshes. */
START_TEST(many)
{
	start(&CONFIGS[_i]);
	for (uint64_t i = 0; i < 400; i++) {
		ask(i * 1000 % 0x1f00 / 8 * 8, 8 + (uint32_t)(i % 31) * 8);
		harness_run_until(&chip, chip.now + i * i % 9000);
	}
	harness_run(&chip);
	for (int i = 0; i < 400; i++)
		ck_assert_uint_ge(answer().count, 1);
	ck_assert_uint_eq(cause_check.packets, 400);
	ck_assert_uint_eq(cause_check.early, 0);
	ck_assert_uint_gt(cause_check.marks, 0);
	stop();
}
END_TEST

TCase *sqz_memory_causes_tests(void)
{
	TCase *t = tcase_create("causes");

	tcase_add_test(t, alone);
	tcase_add_test(t, one_bank);
	tcase_add_test(t, other_banks);
	tcase_add_loop_test(t, many, 0, 2);
	return t;
}
