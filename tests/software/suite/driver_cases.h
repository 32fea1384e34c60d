/*
 * The driver's test-suite: one source for three machines. run_mock.c runs it
 * with Check against the mock machine, run_guest.c as a program on the virtual
 * chip, compiled for RISC-V or for `--host native`.
 *
 * A case gets a freshly opened session and uses nothing but the public API, so
 * it holds on every chip that has a network and 3 rings. What needs a machine
 * that misbehaves (lost interrupts, dead controllers, hung descriptors) is
 * tested on the mock alone, in tests/software/test_*.c.
 */
#ifndef SQZ_TESTS_DRIVER_CASES_H
#define SQZ_TESTS_DRIVER_CASES_H

#include "driver/sqz_driver.h"
#include "runtime/session.h"

struct driver_case {
	const char *name;
	/* NULL, or what was expected in vain. */
	const char *(*run)(struct sqz_session *chip);
};

struct driver_cases {
	const struct driver_case *cases;
	unsigned count;
};

extern const struct driver_cases device_cases;
extern const struct driver_cases request_cases;
extern const struct driver_cases network_cases;

#define CASES_TEXT(line)  #line
#define CASES_PLACE(line) CASES_TEXT(line)

/* In a case: ends it unless the condition holds. */
#define EXPECT(condition)                                                      \
	do {                                                                   \
		if (!(condition))                                              \
			return "line " CASES_PLACE(__LINE__) ": " #condition;  \
	} while (0)

#define CASES_COUNT(list) (sizeof(list) / sizeof(*(list)))

/* The n-th buffer node, UINT32_MAX if there are not so many. */
uint32_t cases_buffer_node(const struct sqz_session *chip, unsigned n);

#endif
