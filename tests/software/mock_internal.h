/* Shared by the mock's files only. */
#ifndef SQZ_TESTS_MOCK_INTERNAL_H
#define SQZ_TESTS_MOCK_INTERNAL_H

#include "mock_machine.h"

struct mock_job_state {
	struct sqz_desc desc;
	struct mock_fate fate;
	unsigned ring;
	uint32_t sequence; /* in its ring */
	bool started;
	bool done;
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t due_ns;
	bool timed_out; /* due_ns is the descriptor's time-out */
};

struct mock_ring_state {
	uint32_t regs[64]; /* by offset / 4 */
};

struct mock_state {
	struct mock_config config;
	struct mock_stats stats;
	uint64_t now_ns;

	/* memory */
	size_t pool_used;

	/* interrupts */
	bool locked;
	bool handling;
	uint64_t pending[2];
	struct {
		void (*handler)(void *arg);
		void *arg;
	} irqs[SQZ_IRQ_SOURCES];

	/* controller */
	uint32_t irq_status;
	uint32_t irq_enable;
	bool enabled;
	uint32_t error_code;
	uint32_t error_node;
	uint64_t error_address;
	struct sqz_node_entry nodes[MOCK_NODES];
	struct mock_ring_state rings[MOCK_RINGS];
	struct mock_job_state jobs[MOCK_MAX_JOBS];
	unsigned first_open; /* all jobs before it are done */
	struct mock_fate fates[MOCK_MAX_JOBS];
	void (*run_hook)(const struct sqz_desc *desc);

	uint32_t counter_regs[32];

	/* mailbox */
	uint32_t mailbox_regs[32];
	uint64_t mailbox_due_ns;

	/* plain registers */
	struct {
		uint64_t addr;
		const uint32_t *values;
		unsigned count, next;
	} scripts[32];
	unsigned script_count;
	struct mock_write writes[256];
	unsigned write_count;
	char log[256];
};

extern struct mock_state mock;

/* ---- mock_controller.c ---- */
void mock_controller_reset(void);
uint32_t mock_controller_read(uint32_t offset);
void mock_controller_write(uint32_t offset, uint32_t value);
/* When something happens next, and the happening of all that is due. */
uint64_t mock_controller_next_ns(void);
void mock_controller_run_due(void);

/* ---- mock_counters.c ---- */
void mock_counters_reset(void);
uint32_t mock_counters_read(uint32_t offset);
void mock_counters_write(uint32_t offset, uint32_t value);

/* ---- mock_mailbox.c ---- */
void mock_mailbox_reset(void);
uint32_t mock_mailbox_read(uint32_t offset);
void mock_mailbox_write(uint32_t offset, uint32_t value);
uint64_t mock_mailbox_next_ns(void);
void mock_mailbox_run_due(void);

#endif
