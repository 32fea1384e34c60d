/*
 * CLINT, PLIC, UART and finisher: registers, interrupt lines, refused accesses.
 */
#include "cpu/clint.h"
#include "cpu/finisher.h"
#include "cpu/plic.h"
#include "cpu/uart.h"
#include "suite.h"

#include <string.h>

/* Refused accesses: offset and size. */
struct refused {
	uint64_t offset;
	unsigned size;
};

#define COUNT(table) (sizeof(table) / sizeof(table[0]))

#define CHECK_REFUSED(name, device, list)                                      \
	for (size_t k_ = 0; k_ < COUNT(list); k_++) {                          \
		uint64_t v_;                                                   \
		ck_assert_int_eq(sqz_##name##_read(device, list[k_].offset,    \
						   list[k_].size, &v_),        \
				 -1);                                          \
		ck_assert_int_eq(sqz_##name##_write(device, list[k_].offset,   \
						    list[k_].size, 0),         \
				 -1);                                          \
	}

/* ---- CLINT ---- */

struct clint_bench {
	struct sqz_clint clint;
	uint64_t now;
	bool software, timer;
};

static uint64_t clint_time(void *ctx)
{
	return ((struct clint_bench *)ctx)->now;
}

static void clint_software(void *ctx, bool level)
{
	((struct clint_bench *)ctx)->software = level;
}

static void clint_timer(void *ctx, bool level)
{
	((struct clint_bench *)ctx)->timer = level;
}

static void clint_setup(struct clint_bench *b)
{
	struct sqz_clint_config config = { clint_time, clint_software,
					   clint_timer, b };

	*b = (struct clint_bench){ .software = true, .timer = true };
	sqz_clint_init(&b->clint, &config);
}

static uint64_t clint_get(struct clint_bench *b, uint64_t offset, unsigned size)
{
	uint64_t value = 0;

	ck_assert_int_eq(sqz_clint_read(&b->clint, offset, size, &value), 0);
	return value;
}

static void clint_put(struct clint_bench *b, uint64_t offset, unsigned size,
		      uint64_t value)
{
	ck_assert_int_eq(sqz_clint_write(&b->clint, offset, size, value), 0);
}

START_TEST(clint_software_interrupt)
{
	struct clint_bench b;

	clint_setup(&b);
	ck_assert(!b.software);
	clint_put(&b, 0, 4, 0xffffffff);
	ck_assert(b.software);
	ck_assert_uint_eq(clint_get(&b, 0, 4), 1);
	clint_put(&b, 0, 4, 2);
	ck_assert(!b.software);
}
END_TEST

START_TEST(clint_timer_interrupt)
{
	struct clint_bench b;

	clint_setup(&b);
	b.now = 1000;
	ck_assert(!b.timer);
	ck_assert_uint_eq(sqz_clint_deadline(&b.clint), UINT64_MAX);
	clint_put(&b, 0x4000, 8, 1500);
	ck_assert(!b.timer);
	ck_assert_uint_eq(sqz_clint_deadline(&b.clint), 1500);
	b.now = 1499;
	sqz_clint_update(&b.clint);
	ck_assert(!b.timer);
	b.now = 1500;
	sqz_clint_update(&b.clint);
	ck_assert(b.timer);
	ck_assert_uint_eq(sqz_clint_deadline(&b.clint), UINT64_MAX);
	clint_put(&b, 0x4000, 8, 1501);
	ck_assert(!b.timer);
	clint_put(&b, 0x4000, 8, 0);
	ck_assert(b.timer);
	sqz_clint_reset(&b.clint);
	ck_assert(!b.timer);
}
END_TEST

START_TEST(clint_halves)
{
	struct clint_bench b;

	clint_setup(&b);
	b.now = 0x1122334455667788;
	ck_assert_uint_eq(clint_get(&b, 0xbff8, 8), b.now);
	ck_assert_uint_eq(clint_get(&b, 0xbff8, 4), 0x55667788);
	ck_assert_uint_eq(clint_get(&b, 0xbffc, 4), 0x11223344);
	clint_put(&b, 0x4000, 4, 0x87654321);
	ck_assert_uint_eq(clint_get(&b, 0x4000, 8), 0xffffffff87654321);
	clint_put(&b, 0x4004, 4, 1);
	ck_assert_uint_eq(clint_get(&b, 0x4000, 8), 0x187654321);
	ck_assert_uint_eq(clint_get(&b, 0x4004, 4), 1);
}
END_TEST

START_TEST(clint_mtime_can_be_written)
{
	struct clint_bench b;

	clint_setup(&b);
	b.now = 1000;
	clint_put(&b, 0x4000, 8, 500);
	ck_assert(b.timer);
	clint_put(&b, 0xbff8, 8, 100);
	ck_assert(!b.timer);
	b.now = 1010;
	ck_assert_uint_eq(clint_get(&b, 0xbff8, 8), 110);
	ck_assert_uint_eq(sqz_clint_mtime(&b.clint), 110);
	/* 390 ticks to go, by the clock outside */
	ck_assert_uint_eq(sqz_clint_deadline(&b.clint), 1400);
}
END_TEST

START_TEST(clint_refuses)
{
	static const struct refused list[] = {
		{ 0, 8 },      { 0, 1 },      { 4, 4 },	     { 0x4000, 2 },
		{ 0x4002, 4 }, { 0x4004, 8 }, { 0x4008, 4 }, { 0xbff0, 8 },
		{ 0xc000, 4 }, { 0xfff8, 8 }, { 0x8000, 4 }
	};
	struct clint_bench b;

	clint_setup(&b);
	CHECK_REFUSED(clint, &b.clint, list);
}
END_TEST

/* ---- PLIC ---- */

struct plic_bench {
	struct sqz_plic plic;
	bool irq;
};

static void plic_irq(void *ctx, bool level)
{
	((struct plic_bench *)ctx)->irq = level;
}

static void plic_setup(struct plic_bench *b)
{
	b->irq = true;
	sqz_plic_init(&b->plic, plic_irq, b);
	ck_assert(!b->irq);
}

static uint32_t plic_get(struct plic_bench *b, uint64_t offset)
{
	uint64_t value = 0;

	ck_assert_int_eq(sqz_plic_read(&b->plic, offset, 4, &value), 0);
	return (uint32_t)value;
}

static void plic_put(struct plic_bench *b, uint64_t offset, uint32_t value)
{
	ck_assert_int_eq(sqz_plic_write(&b->plic, offset, 4, value), 0);
}

enum {
	PENDING = 0x1000,
	ENABLE = 0x2000,
	THRESHOLD = 0x200000,
	CLAIM = 0x200004
};

START_TEST(plic_claims_and_completes)
{
	struct plic_bench b;

	plic_setup(&b);
	plic_put(&b, 4 * 10, 3);
	sqz_plic_set(&b.plic, 10, true);
	ck_assert(!b.irq); /* not enabled */
	ck_assert_uint_eq(plic_get(&b, PENDING), 1u << 10);
	plic_put(&b, ENABLE, 1u << 10);
	ck_assert(b.irq);
	ck_assert_uint_eq(sqz_plic_next(&b.plic), 10);
	ck_assert_uint_eq(plic_get(&b, CLAIM), 10);
	ck_assert_uint_eq(sqz_plic_next(&b.plic), 0);
	ck_assert(!b.irq); /* in service, though the wire is up */
	ck_assert_uint_eq(plic_get(&b, PENDING), 0);
	ck_assert_uint_eq(plic_get(&b, CLAIM), 0);
	plic_put(&b, CLAIM, 10);
	ck_assert(b.irq); /* the wire still is up */
	ck_assert_uint_eq(plic_get(&b, CLAIM), 10);
	sqz_plic_set(&b.plic, 10, false);
	plic_put(&b, CLAIM, 10);
	ck_assert(!b.irq);
	ck_assert_uint_eq(plic_get(&b, CLAIM), 0);
}
END_TEST

START_TEST(plic_late_fall_leaves_nothing)
{
	struct plic_bench b;

	plic_setup(&b);
	plic_put(&b, 4 * 40, 1);
	plic_put(&b, ENABLE + 4, 1u << 8);
	sqz_plic_set(&b.plic, 40, true);
	ck_assert(b.irq);
	sqz_plic_set(&b.plic, 40, false);
	ck_assert(!b.irq);
	ck_assert_uint_eq(plic_get(&b, CLAIM), 0);
}
END_TEST

START_TEST(plic_order)
{
	static const uint32_t expected[] = { 70, 5, 33, 127, 0 };
	struct plic_bench b;

	plic_setup(&b);
	plic_put(&b, 4 * 5, 2);
	plic_put(&b, 4 * 33, 2);
	plic_put(&b, 4 * 70, 7);
	plic_put(&b, 4 * 127, 1);
	for (uint64_t word = 0; word < 4; word++)
		plic_put(&b, ENABLE + 4 * word, 0xffffffff);
	for (unsigned id = 0; id < 130; id++) /* 0 and 128 are no sources */
		sqz_plic_set(&b.plic, id, true);
	ck_assert_uint_eq(plic_get(&b, PENDING), 0xfffffffe);
	ck_assert_uint_eq(plic_get(&b, ENABLE), 0xfffffffe);
	for (size_t k = 0; k < COUNT(expected); k++)
		ck_assert_uint_eq(plic_get(&b, CLAIM), expected[k]);
}
END_TEST

START_TEST(plic_threshold)
{
	struct plic_bench b;

	plic_setup(&b);
	plic_put(&b, 4 * 7, 4);
	plic_put(&b, ENABLE, 1u << 7);
	sqz_plic_set(&b.plic, 7, true);
	plic_put(&b, THRESHOLD, 4);
	ck_assert(!b.irq);
	plic_put(&b, THRESHOLD, 3);
	ck_assert(b.irq);
	plic_put(&b, THRESHOLD, 0xffffffff);
	ck_assert_uint_eq(plic_get(&b, THRESHOLD), 7);
	ck_assert(!b.irq);
	/* does not hold back a claim */
	ck_assert_uint_eq(plic_get(&b, CLAIM), 7);
}
END_TEST

START_TEST(plic_registers)
{
	struct plic_bench b;

	plic_setup(&b);
	plic_put(&b, 4 * 3, 0xffffffff);
	ck_assert_uint_eq(plic_get(&b, 4 * 3), 7);
	plic_put(&b, 0, 7);
	ck_assert_uint_eq(plic_get(&b, 0), 0);
	plic_put(&b, PENDING, 0xffffffff);
	ck_assert_uint_eq(plic_get(&b, PENDING), 0);
	/* completing what is not enabled or not there is ignored */
	sqz_plic_set(&b.plic, 3, true);
	plic_put(&b, ENABLE, 1u << 3);
	ck_assert_uint_eq(plic_get(&b, CLAIM), 3);
	plic_put(&b, ENABLE, 0);
	plic_put(&b, CLAIM, 3);
	plic_put(&b, CLAIM, 1000);
	plic_put(&b, ENABLE, 1u << 3);
	ck_assert(!b.irq);
	plic_put(&b, CLAIM, 3);
	ck_assert(b.irq);
	sqz_plic_reset(&b.plic);
	ck_assert(!b.irq);
	ck_assert_uint_eq(plic_get(&b, PENDING), 1u << 3);
}
END_TEST

START_TEST(plic_refuses)
{
	static const struct refused list[] = { { 0, 1 },	{ 0, 8 },
					       { 2, 4 },	{ 4 * 128, 4 },
					       { 0x1010, 4 },	{ 0x2010, 4 },
					       { 0x2080, 4 },	{ 0x200008, 4 },
					       { 0x201000, 4 }, { 0x200000, 8 },
					       { 0x200006, 4 } };
	struct plic_bench b;

	plic_setup(&b);
	CHECK_REFUSED(plic, &b.plic, list);
}
END_TEST

/* ---- UART ---- */

struct uart_bench {
	struct sqz_uart uart;
	char sent[64];
	unsigned count;
	bool irq;
};

static void uart_transmit(void *ctx, uint8_t byte)
{
	struct uart_bench *b = ctx;

	ck_assert_uint_lt(b->count, sizeof(b->sent));
	b->sent[b->count++] = (char)byte;
}

static void uart_irq(void *ctx, bool level)
{
	((struct uart_bench *)ctx)->irq = level;
}

static void uart_setup(struct uart_bench *b)
{
	memset(b, 0, sizeof(*b));
	sqz_uart_init(&b->uart,
		      &(struct sqz_uart_config){ uart_transmit, uart_irq, b });
}

static uint8_t uart_get(struct uart_bench *b, uint64_t offset)
{
	uint64_t value = 0;

	ck_assert_int_eq(sqz_uart_read(&b->uart, offset, 1, &value), 0);
	return (uint8_t)value;
}

static void uart_put(struct uart_bench *b, uint64_t offset, uint8_t value)
{
	ck_assert_int_eq(sqz_uart_write(&b->uart, offset, 1, value), 0);
}

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH };

START_TEST(uart_sends)
{
	struct uart_bench b;

	uart_setup(&b);
	ck_assert_uint_eq(uart_get(&b, LSR), 0x60);
	uart_put(&b, DATA, 'o');
	uart_put(&b, DATA, 'k');
	ck_assert_str_eq(b.sent, "ok");
	ck_assert_uint_eq(uart_get(&b, LSR), 0x60);
	ck_assert(!b.irq);
}
END_TEST

START_TEST(uart_receives)
{
	struct uart_bench b;

	uart_setup(&b);
	uart_put(&b, IER, 1);
	ck_assert(!b.irq);
	ck_assert_uint_eq(uart_get(&b, IIR), 1);
	ck_assert(sqz_uart_receive(&b.uart, 'a'));
	ck_assert(sqz_uart_receive(&b.uart, 'b'));
	ck_assert(b.irq);
	ck_assert_uint_eq(uart_get(&b, IIR), 4);
	ck_assert_uint_eq(uart_get(&b, LSR), 0x61);
	ck_assert_uint_eq(uart_get(&b, DATA), 'a');
	ck_assert(b.irq);
	ck_assert_uint_eq(uart_get(&b, DATA), 'b');
	ck_assert(!b.irq);
	ck_assert_uint_eq(uart_get(&b, LSR), 0x60);
	ck_assert_uint_eq(uart_get(&b, DATA), 0);
}
END_TEST

START_TEST(uart_fifo)
{
	struct uart_bench b;

	uart_setup(&b);
	uart_put(&b, IIR, 0x81); /* FIFO on, trigger at 8 */
	uart_put(&b, IER, 1);
	ck_assert_uint_eq(uart_get(&b, IIR), 0xc1);
	for (int k = 0; k < 7; k++)
		sqz_uart_receive(&b.uart, (uint8_t)k);
	ck_assert(b.irq);
	ck_assert_uint_eq(uart_get(&b, IIR), 0xcc);
	sqz_uart_receive(&b.uart, 7);
	ck_assert_uint_eq(uart_get(&b, IIR), 0xc4);
	uart_put(&b, IIR, 0x83); /* clear the receiver */
	ck_assert(!b.irq);
	ck_assert_uint_eq(uart_get(&b, LSR), 0x60);
	sqz_uart_receive(&b.uart, 1);
	uart_put(&b, IIR, 0); /* FIFO off empties it */
	ck_assert_uint_eq(uart_get(&b, IIR), 1);
}
END_TEST

START_TEST(uart_overrun)
{
	struct uart_bench b;

	uart_setup(&b);
	uart_put(&b, IER, 4);
	for (unsigned k = 0; k < SQZ_UART_QUEUE; k++)
		ck_assert(sqz_uart_receive(&b.uart, (uint8_t)k));
	ck_assert(!b.irq);
	ck_assert(!sqz_uart_receive(&b.uart, 0));
	ck_assert(b.irq);
	ck_assert_uint_eq(uart_get(&b, IIR), 6);
	ck_assert_uint_eq(uart_get(&b, LSR), 0x63);
	ck_assert(!b.irq);
	ck_assert_uint_eq(uart_get(&b, LSR), 0x61);
	for (unsigned k = 0; k < SQZ_UART_QUEUE; k++)
		ck_assert_uint_eq(uart_get(&b, DATA), (uint8_t)k);
}
END_TEST

START_TEST(uart_transmitter_interrupt)
{
	struct uart_bench b;

	uart_setup(&b);
	uart_put(&b, IER, 2);
	ck_assert(b.irq); /* empty already */
	ck_assert_uint_eq(uart_get(&b, IIR), 2);
	ck_assert(!b.irq); /* reading the cause takes it back */
	ck_assert_uint_eq(uart_get(&b, IIR), 1);
	uart_put(&b, DATA, 'x');
	ck_assert(b.irq);
	uart_put(&b, IER, 0);
	ck_assert(!b.irq);
	/* a received byte is more urgent, and does not take it back */
	uart_put(&b, IER, 3);
	sqz_uart_receive(&b.uart, 'y');
	ck_assert_uint_eq(uart_get(&b, IIR), 4);
	uart_get(&b, DATA);
	ck_assert_uint_eq(uart_get(&b, IIR), 2);
}
END_TEST

START_TEST(uart_divisor_and_scratch)
{
	struct uart_bench b;

	uart_setup(&b);
	uart_put(&b, LCR, 0x83);
	uart_put(&b, DATA, 0x34);
	uart_put(&b, IER, 0x12);
	ck_assert_uint_eq(uart_get(&b, DATA), 0x34);
	ck_assert_uint_eq(uart_get(&b, IER), 0x12);
	ck_assert_uint_eq(b.count, 0);
	uart_put(&b, LCR, 0x03);
	ck_assert_uint_eq(uart_get(&b, IER), 0);
	ck_assert_uint_eq(uart_get(&b, LCR), 0x03);
	uart_put(&b, SCRATCH, 0xa5);
	ck_assert_uint_eq(uart_get(&b, SCRATCH), 0xa5);
	uart_put(&b, IER, 0xff);
	ck_assert_uint_eq(uart_get(&b, IER), 0x0f);
	uart_put(&b, LSR, 0);
	uart_put(&b, MSR, 0);
	ck_assert_uint_eq(uart_get(&b, MSR), 0xb0);
	sqz_uart_reset(&b.uart);
	ck_assert_uint_eq(uart_get(&b, SCRATCH), 0);
}
END_TEST

START_TEST(uart_loops_back)
{
	struct uart_bench b;

	uart_setup(&b);
	uart_put(&b, MCR, 0xff);
	ck_assert_uint_eq(uart_get(&b, MCR), 0x1f);
	ck_assert_uint_eq(uart_get(&b, MSR), 0xf0);
	uart_put(&b, MCR, 0x12); /* RTS comes back as CTS */
	ck_assert_uint_eq(uart_get(&b, MSR), 0x10);
	uart_put(&b, DATA, 'z');
	ck_assert_uint_eq(b.count, 0);
	ck_assert_uint_eq(uart_get(&b, DATA), 'z');
}
END_TEST

START_TEST(uart_refuses)
{
	static const struct refused list[] = {
		{ 0, 2 }, { 0, 4 }, { 0, 8 }, { 8, 1 }, { 4, 4 }
	};
	struct uart_bench b;

	uart_setup(&b);
	CHECK_REFUSED(uart, &b.uart, list);
}
END_TEST

/* ---- finisher ---- */

struct finish {
	int what;
	unsigned code, count;
};

static void on_finish(void *ctx, enum sqz_finish what, unsigned code)
{
	struct finish *f = ctx;

	f->what = what;
	f->code = code;
	f->count++;
}

START_TEST(finisher_says_how)
{
	static const struct {
		uint32_t value;
		int what;
		unsigned code;
	} cases[] = { { 0x5555, SQZ_FINISH_PASS, 0 },
		      { 0x7777, SQZ_FINISH_RESET, 0 },
		      { 0x00033333, SQZ_FINISH_FAIL, 3 },
		      { 0xffff3333, SQZ_FINISH_FAIL, 0xffff },
		      { 0x12345555, SQZ_FINISH_PASS, 0 } };
	static const uint32_t ignored[] = { 0, 1, 0x5554, 0x33330000 };
	struct finish f = { 0 };
	struct sqz_finisher finisher = { on_finish, &f };
	uint64_t value;

	for (size_t k = 0; k < COUNT(cases); k++) {
		ck_assert_int_eq(
		    sqz_finisher_write(&finisher, 0, 4, cases[k].value), 0);
		ck_assert_int_eq(f.what, cases[k].what);
		ck_assert_uint_eq(f.code, cases[k].code);
	}
	ck_assert_uint_eq(f.count, COUNT(cases));
	for (size_t k = 0; k < COUNT(ignored); k++)
		ck_assert_int_eq(
		    sqz_finisher_write(&finisher, 0, 4, ignored[k]), 0);
	ck_assert_uint_eq(f.count, COUNT(cases));
	ck_assert_int_eq(sqz_finisher_read(&finisher, 0, 4, &value), 0);
	ck_assert_uint_eq(value, 0);
	static const struct refused list[] = { { 0, 8 }, { 0, 2 }, { 4, 4 } };
	CHECK_REFUSED(finisher, &finisher, list);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("board devices");
	TCase *t = tcase_create("devices");

	tcase_add_test(t, clint_software_interrupt);
	tcase_add_test(t, clint_timer_interrupt);
	tcase_add_test(t, clint_halves);
	tcase_add_test(t, clint_mtime_can_be_written);
	tcase_add_test(t, clint_refuses);
	tcase_add_test(t, plic_claims_and_completes);
	tcase_add_test(t, plic_late_fall_leaves_nothing);
	tcase_add_test(t, plic_order);
	tcase_add_test(t, plic_threshold);
	tcase_add_test(t, plic_registers);
	tcase_add_test(t, plic_refuses);
	tcase_add_test(t, uart_sends);
	tcase_add_test(t, uart_receives);
	tcase_add_test(t, uart_fifo);
	tcase_add_test(t, uart_overrun);
	tcase_add_test(t, uart_transmitter_interrupt);
	tcase_add_test(t, uart_divisor_and_scratch);
	tcase_add_test(t, uart_loops_back);
	tcase_add_test(t, uart_refuses);
	tcase_add_test(t, finisher_says_how);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return sqz_suite_main(suite());
}
