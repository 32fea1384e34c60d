/* The mailbox. */
#include "ctrl/mailbox.h"
#include "ctrl_suites.h"
#include "node/regs_decode.h"

#include <string.h>

#define BASE	    0x80000000u
#define DRAM_BYTES  0x1000u
#define INPUT_BYTES 100u
#define COUNT	    3u
#define DELIVERY_PS 5000u

static struct {
	struct sqz_mailbox *mailbox;
	uint8_t dram[DRAM_BYTES];
	uint8_t input[INPUT_BYTES];
	sqz_ps now;
	sqz_ps wake;
	bool line;
	bool no_inputs;
	int inputs;
	int posts;
	uint32_t sequence;
	uint8_t logits[64];
	size_t logit_bytes;
} bench;

static const uint8_t *give_input(void *context, uint32_t index)
{
	(void)context;
	bench.inputs++;
	memset(bench.input, (int)index + 1, INPUT_BYTES);
	return bench.no_inputs ? NULL : bench.input;
}

static void take_logits(void *context, uint32_t sequence, const uint8_t *data,
			size_t bytes)
{
	(void)context;
	bench.posts++;
	bench.sequence = sequence;
	bench.logit_bytes = bytes;
	memcpy(bench.logits, data, bytes < 64 ? bytes : 64);
}

static void set_line(void *context, bool level)
{
	(void)context;
	ck_assert(level != bench.line);
	bench.line = level;
}

static void set_wake(void *context, sqz_ps time)
{
	(void)context;
	bench.wake = time;
}

static sqz_ps get_now(void *context)
{
	(void)context;
	return bench.now;
}

static const struct sqz_mailbox_config CONFIG = {
	.count = COUNT,
	.input_bytes = INPUT_BYTES,
	.image_addr = 0x120000040,
	.image_bytes = 4321,
	.in_flight = 3,
	.chain = true,
	.delivery_ps = DELIVERY_PS,
	.dram_base = BASE,
	.dram_bytes = DRAM_BYTES,
	.dram = bench.dram,
	.input = give_input,
	.logits = take_logits,
	.irq = set_line,
	.wake_at = set_wake,
	.now = get_now,
};

static void start(void)
{
	struct sqz_error err;

	memset(&bench, 0, sizeof(bench));
	bench.mailbox = sqz_mailbox_create(&CONFIG, &err);
	ck_assert_ptr_nonnull(bench.mailbox);
}

static void stop(void)
{
	sqz_mailbox_destroy(bench.mailbox);
}

static uint32_t get(uint32_t offset)
{
	uint64_t value = 0;

	ck_assert_int_eq(
	    sqz_mailbox_reg_access(bench.mailbox, offset, 4, false, &value),
	    SQZ_OK);
	return (uint32_t)value;
}

static void put(uint32_t offset, uint32_t value)
{
	uint64_t wide = value;

	ck_assert_int_eq(
	    sqz_mailbox_reg_access(bench.mailbox, offset, 4, true, &wide),
	    SQZ_OK);
}

static void ask_next(uint64_t addr)
{
	put(SQZ_MAILBOX_INPUT_ADDR_LO, (uint32_t)addr);
	put(SQZ_MAILBOX_INPUT_ADDR_HI, (uint32_t)(addr >> 32));
	put(SQZ_MAILBOX_CTRL, sqz_bits(SQZ_MAILBOX_CTRL_NEXT, 1));
}

static void deliver(void)
{
	bench.now = bench.wake;
	sqz_mailbox_wake(bench.mailbox);
}

START_TEST(every_mailbox_register)
{
	const struct sqz_reg_block *block = sqz_reg_block(SQZ_BLOCK_MAILBOX);
	uint64_t value = 0;

	for (size_t i = 0; i < block->reg_count; i++) {
		const struct sqz_reg_info *reg = &block->regs[i];
		uint32_t expected = reg->reset;

		if (reg->offset == SQZ_MAILBOX_COUNT)
			expected = COUNT;
		if (reg->offset == SQZ_MAILBOX_INPUT_BYTES)
			expected = INPUT_BYTES;
		if (reg->offset == SQZ_MAILBOX_IMAGE_LO)
			expected = 0x20000040;
		if (reg->offset == SQZ_MAILBOX_IMAGE_HI)
			expected = 1;
		if (reg->offset == SQZ_MAILBOX_IMAGE_BYTES)
			expected = 4321;
		if (reg->offset == SQZ_MAILBOX_EXECUTION)
			expected = 1u << 16 | 3;
		if (reg->access != SQZ_ACCESS_WO)
			ck_assert_uint_eq(get(reg->offset), expected);
		ck_assert_int_eq(sqz_mailbox_reg_access(bench.mailbox,
							reg->offset, 8, true,
							&value),
				 SQZ_ERR_ADDRESS);
		ck_assert_int_eq(
		    sqz_mailbox_reg_access(bench.mailbox, reg->offset, 4, true,
					   &value),
		    reg->access == SQZ_ACCESS_RO ? SQZ_ERR_ADDRESS : SQZ_OK);
	}
	ck_assert_int_eq(
	    sqz_mailbox_reg_access(bench.mailbox, 0x50, 4, false, &value),
	    SQZ_ERR_ADDRESS);
}
END_TEST

START_TEST(inputs_come_one_after_the_other)
{
	put(SQZ_MAILBOX_IRQ_ENABLE, 1);
	for (uint32_t i = 0; i < COUNT; i++) {
		bench.now = 1000000 * i;
		ask_next(BASE + 0x100 * i);
		ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS), 0);
		ck_assert_uint_eq(get(SQZ_MAILBOX_CTRL), 0);
		ck_assert_uint_eq(bench.wake, bench.now + DELIVERY_PS);
		ck_assert_uint_eq(bench.dram[0x100 * i], 0);
		ck_assert(!bench.line);
		deliver();
		ck_assert_uint_eq(bench.dram[0x100 * i], i + 1);
		ck_assert_uint_eq(bench.dram[0x100 * i + 99], i + 1);
		ck_assert_uint_eq(bench.dram[0x100 * i + 100], 0);
		ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS), 1);
		ck_assert_uint_eq(get(SQZ_MAILBOX_SEQUENCE), i);
		ck_assert(bench.line);
		put(SQZ_MAILBOX_IRQ_STATUS, 1);
		ck_assert(!bench.line);
	}
	ask_next(BASE);
	ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS),
			  sqz_bits(SQZ_MAILBOX_STATUS_EMPTY, 1));
	ck_assert_uint_eq(get(SQZ_MAILBOX_SEQUENCE), COUNT - 1);
	ck_assert_int_eq(bench.inputs, COUNT);
	ck_assert_uint_eq(sqz_mailbox_copied_bytes(bench.mailbox),
			  COUNT * INPUT_BYTES);
}
END_TEST

START_TEST(a_wrong_address_is_an_error_and_costs_no_input)
{
	static const uint64_t BAD[] = { 0,
					BASE - 1,
					BASE + DRAM_BYTES - INPUT_BYTES + 1,
					BASE + DRAM_BYTES,
					UINT64_MAX,
					BASE + (1ull << 32) };

	for (int i = 0; i < 6; i++) {
		ask_next(BAD[i]);
		ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS),
				  sqz_bits(SQZ_MAILBOX_STATUS_ERROR, 1));
	}
	ck_assert_int_eq(bench.inputs, 0);
	ask_next(BASE + DRAM_BYTES - INPUT_BYTES);
	deliver();
	ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS), 1);
	ck_assert_uint_eq(get(SQZ_MAILBOX_SEQUENCE), 0);
	ck_assert_uint_eq(bench.dram[DRAM_BYTES - 1], 1);
}
END_TEST

START_TEST(next_while_one_is_on_its_way_is_ignored)
{
	ask_next(BASE);
	bench.now += 1000;
	ask_next(BASE + 0x200);
	ck_assert_uint_eq(bench.wake, DELIVERY_PS);
	sqz_mailbox_wake(bench.mailbox); /* too early */
	ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS), 0);
	deliver();
	ck_assert_uint_eq(bench.dram[0], 1);
	ck_assert_uint_eq(bench.dram[0x200], 0);
	sqz_mailbox_wake(bench.mailbox); /* once more: nothing */
	ck_assert_uint_eq(get(SQZ_MAILBOX_SEQUENCE), 0);
	ck_assert_int_eq(bench.inputs, 1);
}
END_TEST

START_TEST(an_input_that_cannot_be_had_is_an_error)
{
	bench.no_inputs = true;
	ask_next(BASE);
	ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS),
			  sqz_bits(SQZ_MAILBOX_STATUS_ERROR, 1));
}
END_TEST

START_TEST(post_hands_over_the_logits)
{
	memcpy(bench.dram + 0x40, "logits!", 8);
	put(SQZ_MAILBOX_LOGITS_ADDR_LO, BASE + 0x40);
	put(SQZ_MAILBOX_LOGITS_BYTES, 8);
	put(SQZ_MAILBOX_POST, 42);
	ck_assert_int_eq(bench.posts, 1);
	ck_assert_uint_eq(bench.sequence, 42);
	ck_assert_uint_eq(bench.logit_bytes, 8);
	ck_assert_str_eq((const char *)bench.logits, "logits!");
	ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS), 0);
}
END_TEST

START_TEST(bad_posts_are_errors)
{
	static const struct {
		uint64_t addr;
		uint32_t bytes;
	} BAD[] = {
		{ BASE, 0 },	      { BASE, SQZ_MAILBOX_LOGITS_MAX + 1 },
		{ BASE, 0xffffffff }, { BASE + DRAM_BYTES - 7, 8 },
		{ BASE - 8, 8 },      { UINT64_MAX - 3, 8 },
	};

	for (int i = 0; i < 6; i++) {
		put(SQZ_MAILBOX_LOGITS_ADDR_LO, (uint32_t)BAD[i].addr);
		put(SQZ_MAILBOX_LOGITS_ADDR_HI, (uint32_t)(BAD[i].addr >> 32));
		put(SQZ_MAILBOX_LOGITS_BYTES, BAD[i].bytes);
		put(SQZ_MAILBOX_POST, 0);
		ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS),
				  sqz_bits(SQZ_MAILBOX_STATUS_ERROR, 1));
	}
	ck_assert_int_eq(bench.posts, 0);
	/* The next good one clears it. */
	put(SQZ_MAILBOX_LOGITS_ADDR_LO, BASE);
	put(SQZ_MAILBOX_LOGITS_ADDR_HI, 0);
	put(SQZ_MAILBOX_LOGITS_BYTES, 10);
	put(SQZ_MAILBOX_POST, 0);
	ck_assert_uint_eq(get(SQZ_MAILBOX_STATUS), 0);
	ck_assert_int_eq(bench.posts, 1);
}
END_TEST

START_TEST(one_image_at_a_time_is_the_least)
{
	struct sqz_mailbox_config none = CONFIG;
	struct sqz_error err = { "" };

	none.in_flight = 0;
	none.chain = false;
	sqz_mailbox_destroy(bench.mailbox);
	bench.mailbox = sqz_mailbox_create(&none, &err);
	ck_assert_ptr_nonnull(bench.mailbox);
	ck_assert_uint_eq(get(SQZ_MAILBOX_EXECUTION), 1);
}
END_TEST

START_TEST(incomplete_configurations_are_refused)
{
	struct sqz_mailbox_config bad[4] = { CONFIG, CONFIG, CONFIG, CONFIG };
	struct sqz_error err = { "" };

	bad[0].input_bytes = 0;
	bad[1].dram = NULL;
	bad[2].input = NULL;
	bad[3].in_flight = 0x10000;
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_null(sqz_mailbox_create(&bad[i], &err));
	ck_assert_str_ne(err.text, "");
}
END_TEST

TCase *sqz_mailbox_tests(void)
{
	TCase *tcase = tcase_create("mailbox");

	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, every_mailbox_register);
	tcase_add_test(tcase, inputs_come_one_after_the_other);
	tcase_add_test(tcase, a_wrong_address_is_an_error_and_costs_no_input);
	tcase_add_test(tcase, next_while_one_is_on_its_way_is_ignored);
	tcase_add_test(tcase, an_input_that_cannot_be_had_is_an_error);
	tcase_add_test(tcase, post_hands_over_the_logits);
	tcase_add_test(tcase, bad_posts_are_errors);
	tcase_add_test(tcase, one_image_at_a_time_is_the_least);
	tcase_add_test(tcase, incomplete_configurations_are_refused);
	return tcase;
}
