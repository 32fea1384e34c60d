/*
 * Self-test of console, timer, software interrupt and PLIC. Prints the same
 * lines on the virtual chip and in QEMU; ends with SQZ_EXIT_TEST if anything
 * is not as it should be.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "boot/exit_codes.h"
#include "boot/trap.h"
#include "driver/clint.h"
#include "driver/uart.h"
#include "sqz/memmap.h"
#include "sqz/port.h"

#define TICKS	 5
#define PERIOD	 1000	  /* timebase ticks: 100 us */
#define PATIENCE 50000000 /* ns */

static unsigned timer_ticks;
static unsigned software_interrupts;
static unsigned uart_interrupts;
static unsigned uart_causes;

static void handle_timer(void)
{
	uint64_t next = sqz_io_clint_time(SQZ_CLINT_BASE) + PERIOD;

	timer_ticks++;
	sqz_io_clint_set_alarm(SQZ_CLINT_BASE,
			       timer_ticks < TICKS ? next : SQZ_CLINT_NEVER);
}

static void handle_software(void)
{
	sqz_io_clint_set_software(SQZ_CLINT_BASE, 0);
	software_interrupts++;
}

/* An empty transmitter interrupts again and again: once is enough. */
static void handle_uart(void *arg)
{
	(void)arg;
	uart_causes += sqz_io_uart_take_tx_irq(SQZ_UART_BASE);
	sqz_io_uart_enable_tx_irq(SQZ_UART_BASE, false);
	uart_interrupts++;
}

/* Sleeps until the counter says `wanted`. Interrupts are locked between the
 * look and the sleep, so that none is missed. */
static bool wait_for(const unsigned *counter, unsigned wanted)
{
	uint64_t deadline = sqz_time_ns() + PATIENCE;
	uintptr_t state = sqz_irq_lock();

	while (*counter < wanted && sqz_time_ns() < deadline)
		sqz_wait_irq(deadline);
	sqz_irq_unlock(state);
	return *counter == wanted;
}

static bool test_timer(void)
{
	uint64_t start = sqz_io_clint_time(SQZ_CLINT_BASE);

	sqz_io_clint_set_alarm(SQZ_CLINT_BASE, start + PERIOD);
	sqz_trap_attach(SQZ_INTERRUPT_TIMER, handle_timer);
	while (*(volatile unsigned *)&timer_ticks < TICKS) {
		if (sqz_io_clint_time(SQZ_CLINT_BASE) - start > 1000 * PERIOD)
			return false;
		sqz_csr_wait();
	}
	sqz_csr_disable_interrupt(SQZ_INTERRUPT_TIMER);
	return sqz_io_clint_time(SQZ_CLINT_BASE) - start >= TICKS * PERIOD;
}

static bool test_software(void)
{
	sqz_trap_attach(SQZ_INTERRUPT_SOFTWARE, handle_software);
	sqz_io_clint_set_software(SQZ_CLINT_BASE, 1);
	return wait_for(&software_interrupts, 1);
}

static bool test_uart(void)
{
	if (sqz_irq_attach(SQZ_IRQ_UART, handle_uart, NULL) != 0)
		return false;
	sqz_io_uart_enable_tx_irq(SQZ_UART_BASE, true);
	return wait_for(&uart_interrupts, 1) && uart_causes == 1;
}

static bool test_sleep(void)
{
	uint64_t deadline = sqz_time_ns() + 200000;
	uintptr_t state = sqz_irq_lock();

	while (sqz_time_ns() < deadline)
		sqz_wait_irq(deadline);
	sqz_irq_unlock(state);
	return sqz_time_ns() >= deadline;
}

/* errno lives in thread-local storage, which start-up has to set up. */
static bool test_errno(void)
{
	errno = 0;
	return strtol("99999999999999999999", NULL, 10) == LONG_MAX &&
	       errno == ERANGE;
}

int main(void)
{
	static const struct {
		const char *name;
		bool (*run)(void);
	} tests[] = {
		{ "errno of the C library", test_errno },
		{ "timer: 5 interrupts", test_timer },
		{ "software interrupt", test_software },
		{ "uart interrupt through the PLIC", test_uart },
		{ "sleep until a deadline", test_sleep },
	};
	bool passed = true;

	for (unsigned i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		bool good = tests[i].run();

		printf("%s: %s\n", tests[i].name, good ? "ok" : "FAILED");
		passed = passed && good;
	}
	printf("board %s\n", passed ? "ok" : "FAILED");
	return passed ? SQZ_EXIT_OK : SQZ_EXIT_TEST;
}
