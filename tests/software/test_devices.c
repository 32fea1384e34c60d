/* UART, CLINT, PLIC, finisher, result texts: against scripted registers. */
#include <string.h>

#include "driver/clint.h"
#include "driver/finisher.h"
#include "driver/plic.h"
#include "driver/result.h"
#include "driver/uart.h"
#include "mock_machine.h"
#include "suite.h"

#define BASE 0x10000000u

static void setup(void)
{
	struct mock_config config = mock_default_config();

	mock_reset(&config);
}

/* The writes since the reset, in order. */
static void expect_writes(const struct mock_write *expected, unsigned count)
{
	const struct mock_write *writes;

	ck_assert_uint_eq(mock_writes(&writes), count);
	for (unsigned i = 0; i < count; i++) {
		ck_assert_uint_eq(writes[i].addr, expected[i].addr);
		ck_assert_uint_eq(writes[i].value, expected[i].value);
	}
}

#define EXPECT_WRITES(...)                                                     \
	do {                                                                   \
		const struct mock_write list[] = { __VA_ARGS__ };              \
		expect_writes(list, sizeof(list) / sizeof(*list));             \
	} while (0)

START_TEST(uart_waits_for_room)
{
	/* busy, busy, then empty */
	static const uint32_t lsr[] = { 0, 0x01, 0x20 };

	mock_script(BASE + 5, lsr, 3);
	sqz_io_uart_put(BASE, 'x');
	EXPECT_WRITES({ BASE, 'x' });
}
END_TEST

START_TEST(uart_sends_carriage_return)
{
	static const uint32_t lsr[] = { 0x60 };

	mock_script(BASE + 5, lsr, 1);
	sqz_io_uart_put(BASE, '\n');
	EXPECT_WRITES({ BASE, '\r' }, { BASE, '\n' });
}
END_TEST

START_TEST(uart_receives)
{
	static const uint32_t lsr[] = { 0x60, 0x61 };
	static const uint32_t data[] = { 0x80 };

	mock_script(BASE + 5, lsr, 2);
	mock_script(BASE, data, 1);
	ck_assert_int_eq(sqz_io_uart_get(BASE), -1);
	ck_assert_int_eq(sqz_io_uart_get(BASE), 0x80);
}
END_TEST

START_TEST(uart_sets_up_and_interrupts)
{
	/* FIFO bits are set in both; transmitter, then none */
	static const uint32_t iir[] = { 0xc2, 0xc1 };

	mock_script(BASE + 2, iir, 2);
	sqz_io_uart_init(BASE);
	sqz_io_uart_enable_tx_irq(BASE, true);
	ck_assert(sqz_io_uart_take_tx_irq(BASE));
	ck_assert(!sqz_io_uart_take_tx_irq(BASE));
	sqz_io_uart_enable_tx_irq(BASE, false);
	EXPECT_WRITES({ BASE + 1, 0 }, { BASE + 3, 3 }, { BASE + 2, 1 },
		      { BASE + 1, 2 }, { BASE + 1, 0 });
}
END_TEST

START_TEST(clint_time_survives_a_carry)
{
	/* The low half wraps between the first two reads. */
	static const uint32_t high[] = { 1, 2, 2, 2 };
	static const uint32_t low[] = { 0, 5 };

	mock_script(SQZ_CLINT_BASE + 0xbffc, high, 4);
	mock_script(SQZ_CLINT_BASE + 0xbff8, low, 2);
	ck_assert_uint_eq(sqz_io_clint_time(SQZ_CLINT_BASE), 0x200000005u);
}
END_TEST

START_TEST(clint_alarm_is_never_early)
{
	sqz_io_clint_set_alarm(SQZ_CLINT_BASE, 0x300000004u);
	sqz_io_clint_set_software(SQZ_CLINT_BASE, 1);
	EXPECT_WRITES({ SQZ_CLINT_BASE + 0x4004, UINT32_MAX },
		      { SQZ_CLINT_BASE + 0x4000, 4 },
		      { SQZ_CLINT_BASE + 0x4004, 3 }, { SQZ_CLINT_BASE, 1 });
}
END_TEST

START_TEST(clint_converts_ticks)
{
	ck_assert_uint_eq(sqz_io_clint_ticks_to_ns(7), 700);
	ck_assert_uint_eq(sqz_io_clint_ns_to_ticks(700), 7);
	ck_assert_uint_eq(sqz_io_clint_ns_to_ticks(701), 8);
	ck_assert_uint_eq(sqz_io_clint_ns_to_ticks(UINT64_MAX),
			  184467440737095517u);
}
END_TEST

START_TEST(plic_enables_by_bit)
{
	static const uint32_t word1[] = { 0x80000000, 0x80000100 };

	mock_script(SQZ_PLIC_BASE + 0x2004, word1, 2);
	sqz_io_plic_enable(SQZ_PLIC_BASE, 40);
	sqz_io_plic_disable(SQZ_PLIC_BASE, 40);
	EXPECT_WRITES({ SQZ_PLIC_BASE + 160, 1 },
		      { SQZ_PLIC_BASE + 0x2004, 0x80000100 },
		      { SQZ_PLIC_BASE + 0x2004, 0x80000000 });
}
END_TEST

START_TEST(plic_claims_and_completes)
{
	static const uint32_t claims[] = { 41, 0 };

	mock_script(SQZ_PLIC_BASE + 0x200004, claims, 2);
	sqz_io_plic_init(SQZ_PLIC_BASE);
	ck_assert_uint_eq(sqz_io_plic_claim(SQZ_PLIC_BASE), 41);
	ck_assert_uint_eq(sqz_io_plic_claim(SQZ_PLIC_BASE), 0);
	sqz_io_plic_complete(SQZ_PLIC_BASE, 41);
	EXPECT_WRITES(
	    { SQZ_PLIC_BASE + 0x2000, 0 }, { SQZ_PLIC_BASE + 0x2004, 0 },
	    { SQZ_PLIC_BASE + 0x2008, 0 }, { SQZ_PLIC_BASE + 0x200000, 0 },
	    { SQZ_PLIC_BASE + 0x200004, 41 });
}
END_TEST

START_TEST(finisher_codes)
{
	static const struct {
		int code;
		int value;
	} cases[] = {
		{ 0, 0x5555 },	      { 1, 0x13333 },	 { 32, 0x203333 },
		{ 0x10000, 0x13333 }, { 255, 0xff3333 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sqz_io_finisher_exit(SQZ_FINISHER_BASE, cases[i].code);
		ck_assert_int_eq(mock_stats()->finisher_value, cases[i].value);
	}
}
END_TEST

START_TEST(every_result_has_a_text)
{
	for (int code = -9; code <= 0; code++)
		ck_assert_str_ne(sqz_strerror((enum sqz_result)code),
				 "unknown error");
	for (int code = SQZ_ECANCELED; code <= SQZ_ENODEV; code++)
		ck_assert_str_ne(sqz_strerror((enum sqz_result)code),
				 "unknown error");
	ck_assert_str_eq(sqz_strerror((enum sqz_result) - 10), "unknown error");
	ck_assert_str_eq(sqz_strerror((enum sqz_result)1), "unknown error");
	ck_assert_str_eq(sqz_strerror(SQZ_ETIMEDOUT), "timed out");
	ck_assert_str_eq(sqz_result_name(SQZ_ETIMEDOUT), "SQZ_ETIMEDOUT");
	ck_assert_str_eq(sqz_result_name(SQZ_SUCCESS), "SQZ_SUCCESS");
	ck_assert_str_eq(sqz_result_name((enum sqz_result) - 10), "?");
}
END_TEST

START_TEST(status_becomes_result)
{
	ck_assert_int_eq(sqz_result_of_status(0), SQZ_SUCCESS);
	ck_assert_int_eq(sqz_result_of_status(7), SQZ_ETIMEDOUT);
	ck_assert_int_eq(sqz_result_of_status(10), SQZ_EIO);
	ck_assert_int_eq(sqz_result_of_status(UINT32_MAX), SQZ_EIO);
}
END_TEST

START_TEST(failure_lines)
{
	struct sqz_failure failure;

	sqz_failure_set(&failure, SQZ_ESTEP, 12, 0x120000040, "");
	sqz_failure_log(&failure, "programming");
	ck_assert_str_eq(mock_log(),
			 "error: programming: step does not hold together, "
			 "node 12, 0x120000040");
	sqz_failure_set(&failure, SQZ_ECRC, SQZ_NO_NODE, 0x400,
			"section STEPS");
	sqz_failure_log(&failure, "image");
	ck_assert_str_eq(mock_log(), "error: image: CRC of the image is wrong "
				     "(section STEPS), 0x400");
	sqz_failure_set(&failure, SQZ_EFULL, SQZ_NO_NODE, 0, "");
	sqz_failure_log(&failure, "x");
	ck_assert_str_eq(mock_log(), "error: x: ring full for too long");
	ck_assert_int_eq(sqz_failure_set(NULL, SQZ_EIO, 1, 2, ""), SQZ_EIO);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("devices");
	TCase *tests = tcase_create("devices");

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, uart_waits_for_room);
	tcase_add_test(tests, uart_sends_carriage_return);
	tcase_add_test(tests, uart_receives);
	tcase_add_test(tests, uart_sets_up_and_interrupts);
	tcase_add_test(tests, clint_time_survives_a_carry);
	tcase_add_test(tests, clint_alarm_is_never_early);
	tcase_add_test(tests, clint_converts_ticks);
	tcase_add_test(tests, plic_enables_by_bit);
	tcase_add_test(tests, plic_claims_and_completes);
	tcase_add_test(tests, finisher_codes);
	tcase_add_test(tests, every_result_has_a_text);
	tcase_add_test(tests, status_becomes_result);
	tcase_add_test(tests, failure_lines);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
