/*
 * A machine for the driver's unit tests: memory, time, interrupts, a
 * controller that executes descriptors, a mailbox, and register files without
 * a life of their own for the other devices.
 *
 * The DMA pool lies at another bus address than its pointers, so that a driver
 * that casts one to the other fails at once. Time stands still but for a little
 * with each access, and jumps to the next event while the driver sleeps. All
 * state is in one place because the port's functions have no argument for it;
 * mock_reset() brings it back to the start.
 */
#ifndef SQZ_TESTS_MOCK_MACHINE_H
#define SQZ_TESTS_MOCK_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqz/desc.h"
#include "sqz/memmap.h"

#define MOCK_POOL_BUS	  0x90000000ull
#define MOCK_POOL_BYTES	  0x100000u
#define MOCK_FLASH_BYTES  0x40000u
#define MOCK_BUFFER_BYTES 0x10000u
#define MOCK_RINGS	  4
#define MOCK_MAX_JOBS	  4096
#define MOCK_NEVER	  UINT64_MAX

/* The chip: 3 x 2 nodes. */
enum mock_nodes {
	MOCK_NODE_CONTROLLER = 0,
	MOCK_NODE_FLASH = 1,
	MOCK_NODE_TILE0 = 2,
	MOCK_NODE_BUFFER0 = 3,
	MOCK_NODE_TILE1 = 4,
	MOCK_NODE_BUFFER1 = 5,
	MOCK_NODES = 6
};
#define MOCK_WINDOW(node) (SQZ_WINDOW_BASE + (uint64_t)(node)*0x100000u)

struct mock_config {
	uint32_t controller_id;
	uint32_t controller_version;
	uint32_t caps_desc_bytes;
	uint32_t mesh_width;
	uint32_t node_count;
	uint32_t in_flight;  /* descriptors that the controller fetches ahead */
	bool answers_aborts; /* completes what is open */
	uint32_t counters_id;
	uint32_t counters_version;
	uint32_t mailbox_id;
	uint32_t mailbox_version;
	uint32_t mailbox_count;
	uint64_t mailbox_delay_ns; /* from NEXT to READY; MOCK_NEVER */
	bool mailbox_error;	   /* every NEXT and POST fails */
	uint32_t image_bytes;
	uint32_t execution; /* the mailbox's EXECUTION */
	size_t pool_bytes;
};

struct mock_config mock_default_config(void);
void mock_reset(const struct mock_config *config);

/* What becomes of one descriptor. */
struct mock_fate {
	uint64_t delay_ns; /* MOCK_NEVER: it hangs */
	uint32_t status;
	uint32_t node;
	uint64_t address;
	bool drop_interrupt;
};

/* Sets the fate of the index-th descriptor fetched since the reset (from 0).
 * Without one: success after 1 us. */
void mock_plan(unsigned index, struct mock_fate fate);

/* From now on the controller does not answer aborts. */
void mock_ignore_aborts(void);

/* Called when a RUN has succeeded. */
void mock_on_run(void (*hook)(const struct sqz_desc *desc));

struct mock_stats {
	unsigned fetched;
	unsigned completed;
	unsigned aborts;
	unsigned posted; /* logit vectors */
	uint32_t posted_sequence;
	uint64_t posted_address;
	uint32_t posted_bytes;
	unsigned bad_accesses;
	unsigned overflows; /* completion ring full: a driver bug */
	unsigned sleeps;
	int finisher_value; /* last value written, -1: none */
	uint32_t mailbox_irqs_acknowledged;
};

const struct mock_stats *mock_stats(void);
/* The index-th descriptor fetched, as the controller read it. */
const struct sqz_desc *mock_job(unsigned index);
/* Its ring, and when it began and was over (MOCK_NEVER: not yet). */
unsigned mock_job_ring(unsigned index);
uint64_t mock_job_begin_ns(unsigned index);
uint64_t mock_job_end_ns(unsigned index);

/* The memory behind a bus address: pool, flash, buffers. NULL if there is
 * none. */
void *mock_memory(uint64_t bus, uint64_t bytes);

uint64_t mock_now_ns(void);
/* Lets time pass, as if the driver did something else. */
void mock_sleep(uint64_t ns);
/* Raises an interrupt as a device would. */
void mock_raise(unsigned source);
/* Posts a completion that belongs to nothing on a ring. */
void mock_stray_completion(unsigned ring, uint64_t cookie);
/* The controller found an error on its own. */
void mock_controller_error(uint32_t status, uint32_t node, uint64_t address);

/* Register files of UART, CLINT, PLIC: reads of addr give values one by one,
 * then the last one for ever. */
void mock_script(uint64_t addr, const uint32_t *values, unsigned count);

struct mock_write {
	uint64_t addr;
	uint32_t value;
};
/* Writes to such registers since the reset. */
unsigned mock_writes(const struct mock_write **writes);
/* The last line that the driver logged, "" if none. */
const char *mock_log(void);

#endif
