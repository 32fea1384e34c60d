/* The port layer on the mock, and its memory, time and interrupts. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver/port_extra.h"
#include "mock_internal.h"
#include "sqz/port.h"

struct mock_state mock;

static _Alignas(4096) uint8_t pool[MOCK_POOL_BYTES];
static _Alignas(4096) uint8_t flash[MOCK_FLASH_BYTES];
static _Alignas(4096) uint8_t buffers[MOCK_NODES][MOCK_BUFFER_BYTES];

#define ACCESS_NS 20

/* ---- memory ---- */

static void *inside(uint64_t bus, uint64_t bytes, uint64_t base, uint64_t size,
		    uint8_t *memory)
{
	if (bus < base || bus - base > size || bytes > size - (bus - base))
		return NULL;
	return memory + (bus - base);
}

void *mock_memory(uint64_t bus, uint64_t bytes)
{
	void *found = inside(bus, bytes, MOCK_POOL_BUS, MOCK_POOL_BYTES, pool);

	if (!found)
		found =
		    inside(bus, bytes, SQZ_FLASH_BASE, MOCK_FLASH_BYTES, flash);
	for (int i = 0; i < MOCK_NODES && !found; i++) {
		if (mock.nodes[i].kind == SQZ_NODE_BUFFER)
			found = inside(bus, bytes, MOCK_WINDOW(i),
				       MOCK_BUFFER_BYTES, buffers[i]);
	}
	return found;
}

void *sqz_dma_alloc(size_t bytes, size_t align)
{
	size_t start = (mock.pool_used + align - 1) & ~(align - 1);

	if (start > mock.config.pool_bytes ||
	    bytes > mock.config.pool_bytes - start)
		return NULL;
	mock.pool_used = start + bytes;
	return memset(pool + start, 0, bytes);
}

uint64_t sqz_dma_addr(const void *pointer)
{
	return MOCK_POOL_BUS + (uint64_t)((const uint8_t *)pointer - pool);
}

const void *sqz_bus_map(uint64_t addr, uint64_t bytes)
{
	return mock_memory(addr, bytes);
}

/* ---- time ---- */

static uint64_t next_event_ns(void)
{
	uint64_t controller = mock_controller_next_ns();
	uint64_t mailbox = mock_mailbox_next_ns();

	return controller < mailbox ? controller : mailbox;
}

static void advance(uint64_t until_ns)
{
	while (next_event_ns() <= until_ns) {
		if (next_event_ns() > mock.now_ns)
			mock.now_ns = next_event_ns();
		mock_controller_run_due();
		mock_mailbox_run_due();
	}
	if (until_ns > mock.now_ns)
		mock.now_ns = until_ns;
}

uint64_t mock_now_ns(void)
{
	return mock.now_ns;
}

void mock_sleep(uint64_t ns)
{
	advance(mock.now_ns + ns);
}

uint64_t sqz_time_ns(void)
{
	advance(mock.now_ns + ACCESS_NS);
	return mock.now_ns;
}

/* ---- interrupts ---- */

static bool any_pending(void)
{
	return mock.pending[0] || mock.pending[1];
}

static void deliver(void)
{
	if (mock.handling)
		return;
	mock.handling = true;
	for (unsigned i = 0; i < SQZ_IRQ_SOURCES; i++) {
		uint64_t bit = 1ull << i % 64;

		if (!(mock.pending[i / 64] & bit) || !mock.irqs[i].handler)
			continue;
		mock.pending[i / 64] &= ~bit;
		mock.irqs[i].handler(mock.irqs[i].arg);
	}
	mock.handling = false;
}

void mock_raise(unsigned source)
{
	mock.pending[source / 64] |= 1ull << source % 64;
	if (!mock.locked)
		deliver();
}

uintptr_t sqz_irq_lock(void)
{
	uintptr_t was_unlocked = !mock.locked;

	mock.locked = true;
	return was_unlocked;
}

void sqz_irq_unlock(uintptr_t state)
{
	if (!state)
		return;
	mock.locked = false;
	deliver();
}

int sqz_irq_attach(unsigned source, void (*handler)(void *arg), void *arg)
{
	if (source == 0 || source >= SQZ_IRQ_SOURCES)
		return -1;
	mock.irqs[source].handler = handler;
	mock.irqs[source].arg = arg;
	return 0;
}

/* Sleeping for ever with nothing to come would be a lost wake-up: the day after
 * tomorrow comes instead, and the test sees what it was waiting for missing. */
void sqz_wait_irq(uint64_t deadline_ns)
{
	const uint64_t too_late = mock.now_ns + 100000000000000ull;
	uint64_t end = deadline_ns ? deadline_ns : too_late;

	mock.stats.sleeps++;
	while (!any_pending() && mock.now_ns < end) {
		uint64_t next = next_event_ns();

		advance(next < end ? next : end);
	}
	deliver();
}

void sqz_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

/* ---- registers ---- */

static uint32_t read_plain(uint64_t addr)
{
	for (unsigned i = 0; i < mock.script_count; i++) {
		if (mock.scripts[i].addr != addr)
			continue;
		unsigned at = mock.scripts[i].next;

		if (at < mock.scripts[i].count - 1)
			mock.scripts[i].next++;
		return mock.scripts[i].values[at];
	}
	return 0;
}

static void write_plain(uint64_t addr, uint32_t value)
{
	if (addr == SQZ_FINISHER_BASE)
		mock.stats.finisher_value = (int)value;
	if (mock.write_count < sizeof(mock.writes) / sizeof(*mock.writes))
		mock.writes[mock.write_count++] =
		    (struct mock_write){ addr, value };
}

static bool is_in(uint64_t addr, uint64_t base, uint64_t bytes)
{
	return addr >= base && addr < base + bytes;
}

uint32_t sqz_read32(uint64_t addr)
{
	advance(mock.now_ns + ACCESS_NS);
	mock.stats.bad_accesses += addr % 4 != 0;
	if (is_in(addr, SQZ_CONTROLLER_BASE, SQZ_CONTROLLER_BYTES))
		return mock_controller_read(
		    (uint32_t)(addr - SQZ_CONTROLLER_BASE));
	if (is_in(addr, SQZ_MAILBOX_BASE, SQZ_MAILBOX_BYTES))
		return mock_mailbox_read((uint32_t)(addr - SQZ_MAILBOX_BASE));
	if (is_in(addr, SQZ_COUNTERS_BASE, SQZ_COUNTERS_BYTES))
		return mock_counters_read((uint32_t)(addr - SQZ_COUNTERS_BASE));
	return read_plain(addr);
}

void sqz_write32(uint64_t addr, uint32_t value)
{
	advance(mock.now_ns + ACCESS_NS);
	mock.stats.bad_accesses += addr % 4 != 0;
	if (is_in(addr, SQZ_CONTROLLER_BASE, SQZ_CONTROLLER_BYTES))
		mock_controller_write((uint32_t)(addr - SQZ_CONTROLLER_BASE),
				      value);
	else if (is_in(addr, SQZ_MAILBOX_BASE, SQZ_MAILBOX_BYTES))
		mock_mailbox_write((uint32_t)(addr - SQZ_MAILBOX_BASE), value);
	else if (is_in(addr, SQZ_COUNTERS_BASE, SQZ_COUNTERS_BYTES))
		mock_counters_write((uint32_t)(addr - SQZ_COUNTERS_BASE),
				    value);
	else
		write_plain(addr, value);
}

uint8_t sqz_read8(uint64_t addr)
{
	return (uint8_t)read_plain(addr);
}

void sqz_write8(uint64_t addr, uint8_t value)
{
	write_plain(addr, value);
}

void mock_script(uint64_t addr, const uint32_t *values, unsigned count)
{
	mock.scripts[mock.script_count].addr = addr;
	mock.scripts[mock.script_count].values = values;
	mock.scripts[mock.script_count++].count = count;
}

unsigned mock_writes(const struct mock_write **writes)
{
	*writes = mock.writes;
	return mock.write_count;
}

/* ---- the rest ---- */

void sqz_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(mock.log, sizeof(mock.log), format, args);
	va_end(args);
}

const char *mock_log(void)
{
	return mock.log;
}

const struct mock_stats *mock_stats(void)
{
	return &mock.stats;
}

struct mock_config mock_default_config(void)
{
	return (struct mock_config){
		.controller_id = 0x53515a43,
		.controller_version = 0x00010000,
		.caps_desc_bytes = SQZ_DESC_BYTES,
		.mesh_width = 3,
		.node_count = MOCK_NODES,
		.in_flight = 8,
		.answers_aborts = true,
		.counters_id = 0x53515a4e,
		.counters_version = 0x00010000,
		.mailbox_id = 0x53515a4d,
		.mailbox_version = 0x00010000,
		.mailbox_count = 2,
		.mailbox_delay_ns = 2000,
		.image_bytes = MOCK_FLASH_BYTES,
		.execution = 1,
		.pool_bytes = MOCK_POOL_BYTES,
	};
}

void mock_reset(const struct mock_config *config)
{
	memset(&mock, 0, sizeof(mock));
	memset(pool, 0xa5, sizeof(pool));
	memset(flash, 0xff, sizeof(flash));
	memset(buffers, 0xa5, sizeof(buffers));
	mock.config = *config;
	mock.stats.finisher_value = -1;
	mock_controller_reset();
	mock_counters_reset();
	mock_mailbox_reset();
}
