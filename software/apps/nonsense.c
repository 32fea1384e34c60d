/*
 * A guest that writes nonsense: random values to random registers, random
 * descriptors with doorbells, accesses of any size to any address. 10,000
 * accesses for each picture that the mailbox offers. The chip may refuse, fault
 * and interrupt as it likes; it must not hang, and after a reset of the
 * controller a ring must work again. The same numbers in each run.
 *
 * Left alone are the finisher, which would end the run, and the memory where
 * this program lies: no address below `scratch` in DRAM is ever used, not even
 * in two halves.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boot/exit_codes.h"
#include "boot/trap.h"
#include "driver/clint.h"
#include "driver/plic.h"
#include "driver/port_extra.h"
#include "driver/uart.h"
#include "runtime/image.h"
#include "sqz/memmap.h"
#include "sqz/port.h"
#include "sqz/regs.h"

#define ACCESSES_PER_PICTURE 10000u
#define SCRATCH_BYTES	     0x100000u
#define RINGS		     4u
#define RING_ENTRIES	     8u
#define RING_BYTES	     0x1000u /* in scratch; completions in the middle */
#define BLOB_BYTES	     0x8000u
#define BLOB_OFFSET	     (RINGS * RING_BYTES)
#define UART_MCR	     4u
#define LOAD_MISALIGNED	     4u
#define STORE_FAULT	     7u
#define WAIT_NS		     100000000u

/* Registers of the tables that are largest, and some behind them. */
#define REGISTERS 36u

static uint64_t state = 0x9e3779b97f4a7c15u;
static uint8_t *scratch;
static uint64_t accesses, traps, interrupts, descriptors;
static uint32_t nodes;
static struct sqz_image image;

/* xorshift64 */
static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

/* ---- traps ---- */

/* Accesses may fault; anything else is an error of this program. */
static bool skip(uintptr_t cause, uintptr_t mtval)
{
	(void)mtval;
	traps++;
	return cause >= LOAD_MISALIGNED && cause <= STORE_FAULT;
}

static void on_timer(void)
{
	interrupts++;
	sqz_io_clint_set_alarm(SQZ_CLINT_BASE, SQZ_CLINT_NEVER);
}

static void on_software(void)
{
	interrupts++;
	sqz_io_clint_set_software(SQZ_CLINT_BASE, 0);
}

/* Whoever interrupts is switched off, until something switches it on. */
static void on_external(void)
{
	unsigned source;

	interrupts++;
	while ((source = sqz_io_plic_claim(SQZ_PLIC_BASE)) != 0) {
		sqz_io_plic_complete(SQZ_PLIC_BASE, source);
		sqz_io_plic_disable(SQZ_PLIC_BASE, source);
	}
}

/* ---- addresses and values ---- */

/* Keeps off this program's own memory. */
static uint64_t harmless(uint64_t addr)
{
	uint64_t own = sqz_dma_addr(scratch);

	if (addr >= SQZ_DRAM_BASE - SCRATCH_BYTES && addr < own)
		return own + addr % SCRATCH_BYTES;
	return addr;
}

static uint64_t any_address(void)
{
	static const uint64_t bases[] = {
		0,
		SQZ_CLINT_BASE,
		SQZ_PLIC_BASE,
		SQZ_UART_BASE,
		SQZ_FLASH_BASE,
		SQZ_FLASH_BASE + SQZ_FLASH_MAX_BYTES - 64,
		SQZ_CONTROLLER_BASE,
		SQZ_CONTROLLER_BASE + SQZ_CONTROLLER_BYTES - 64,
		SQZ_MAILBOX_BASE,
		SQZ_COUNTERS_BASE,
		SQZ_DRAM_BASE + SQZ_DRAM_MAX_BYTES - 64,
		SQZ_WINDOW_BASE,
		0x200000000u,
		UINT64_MAX - 63,
	};
	uint64_t base = bases[draw(sizeof(bases) / sizeof(bases[0]))];

	switch (draw(4)) {
	case 0:
		return base + draw(0x2000);
	case 1:
		return harmless((uint64_t)draw(UINT32_MAX) << draw(32));
	default:
		return sqz_dma_addr(scratch) + draw(SCRATCH_BYTES);
	}
}

static uint32_t any_number(void)
{
	switch (draw(6)) {
	case 0:
		return draw(2) ? 0 : UINT32_MAX;
	case 1:
		return draw(20);
	case 2:
		return (uint32_t)1 << draw(32);
	case 3:
		return draw(UINT32_MAX);
	default:
		return (uint32_t)any_address();
	}
}

/* It may become the low half of an address. */
static uint32_t any_value(void)
{
	return (uint32_t)harmless(any_number());
}

/* The window of any node: registers at its beginning or in its middle. */
static uint64_t node_base(void)
{
	uint64_t entry = SQZ_CONTROLLER_BASE + SQZ_NODE_TABLE_OFFSET +
			 draw(nodes) * SQZ_NODE_ENTRY_BYTES;
	struct sqz_node_entry node = {
		.window =
		    sqz_read64(entry + offsetof(struct sqz_node_entry, window)),
		.window_bytes = sqz_read64(
		    entry + offsetof(struct sqz_node_entry, window_bytes)),
	};

	accesses += 2;
	if (node.window < SQZ_WINDOW_BASE)
		return SQZ_WINDOW_BASE;
	return node.window + draw(2) * node.window_bytes / 2;
}

static uint64_t register_base(void)
{
	static const uint64_t bases[] = {
		SQZ_CONTROLLER_BASE,	 SQZ_MAILBOX_BASE,
		SQZ_COUNTERS_BASE,	 SQZ_CLINT_BASE,
		SQZ_CLINT_BASE + 0x4000, SQZ_PLIC_BASE,
		SQZ_PLIC_BASE + 0x2000,	 SQZ_PLIC_BASE + 0x200000,
	};

	switch (draw(3)) {
	case 0:
		return SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET +
		       draw(RINGS + 1) * SQZ_RING_STRIDE;
	case 1:
		return node_base();
	default:
		return bases[draw(sizeof(bases) / sizeof(bases[0]))];
	}
}

/* ---- what the guest does ---- */

static void touch(uint64_t addr, unsigned size, bool is_write)
{
	uint64_t value = any_value();

	accesses++;
	if (addr - SQZ_FINISHER_BASE < SQZ_FINISHER_BYTES)
		return;
	if (is_write && size == 1)
		sqz_write8(addr, (uint8_t)value);
	else if (is_write && size == 4)
		sqz_write32(addr, (uint32_t)value);
	else if (is_write)
		sqz_write64(addr, value);
	else if (size == 1)
		(void)sqz_read8(addr);
	else if (size == 4)
		(void)sqz_read32(addr);
	else
		(void)sqz_read64(addr);
}

static void touch_register(void)
{
	touch(register_base() + 4 * draw(REGISTERS), 4, draw(2));
}

static void touch_uart(void)
{
	touch(SQZ_UART_BASE + draw(8), 1, draw(2));
}

static void touch_anything(void)
{
	static const uint8_t sizes[] = { 1, 4, 4, 8 };

	touch(any_address(), sizes[draw(4)], draw(2));
}

static uint64_t ring_memory(unsigned ring)
{
	return sqz_dma_addr(scratch) + ring * RING_BYTES;
}

static void write_ring(unsigned ring, uint32_t offset, uint64_t value)
{
	accesses++;
	sqz_write32(SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET +
			ring * SQZ_RING_STRIDE + offset,
		    (uint32_t)value);
}

static uint32_t read_ring(unsigned ring, uint32_t offset)
{
	accesses++;
	return sqz_read32(SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET +
			  ring * SQZ_RING_STRIDE + offset);
}

static void write_controller(uint32_t offset, uint32_t value)
{
	accesses++;
	sqz_write32(SQZ_CONTROLLER_BASE + offset, value);
}

static void open_ring(unsigned ring)
{
	uint64_t memory = ring_memory(ring);

	write_ring(ring, SQZ_RING_SIZE, 0);
	write_ring(ring, SQZ_RING_ABORT, 1);
	write_ring(ring, SQZ_RING_BASE_LO, memory);
	write_ring(ring, SQZ_RING_BASE_HI, memory >> 32);
	write_ring(ring, SQZ_RING_CBASE_LO, memory + RING_BYTES / 2);
	write_ring(ring, SQZ_RING_CBASE_HI, memory >> 32);
	write_ring(ring, SQZ_RING_SIZE, RING_ENTRIES);
	write_controller(SQZ_CONTROLLER_CTRL,
			 sqz_bits(SQZ_CONTROLLER_CTRL_ENABLE, 1));
}

static void open_any_ring(void)
{
	open_ring(draw(RINGS));
	write_controller(SQZ_CONTROLLER_IRQ_ENABLE, UINT32_MAX);
	sqz_io_plic_init(SQZ_PLIC_BASE);
	for (unsigned i = 0; i < 8; i++)
		sqz_io_plic_enable(SQZ_PLIC_BASE,
				   1 + draw(SQZ_IRQ_SOURCES - 1));
}

/* A step of the image into its tile: as it is, or with a word changed. */
static void make_program(struct sqz_desc *desc)
{
	uint32_t index = draw(image.network->steps);
	const struct sqz_image_step *step = &image.steps[index];
	const uint8_t *blob = (const uint8_t *)image.place.data +
			      (sqz_image_blob(&image, step) - image.place.bus);
	uint8_t *copy = scratch + BLOB_OFFSET + draw(4) * BLOB_BYTES;
	uint32_t value = any_value();

	desc->type = SQZ_DESC_PROGRAM;
	desc->node = (uint16_t)step->node;
	desc->slot = (uint16_t)step->slot;
	desc->src = sqz_image_blob(&image, step);
	desc->length = step->bytes;
	if (step->bytes > BLOB_BYTES || draw(2))
		return;
	memcpy(copy, blob, step->bytes);
	memcpy(copy + draw(draw(4) ? 128 : step->bytes - 4), &value,
	       sizeof(value));
	desc->src = sqz_dma_addr(copy);
}

static void make_run(struct sqz_desc *desc)
{
	const struct sqz_image_layer *layer =
	    &image.layers[draw(image.network->layers)];

	desc->type = SQZ_DESC_RUN;
	desc->list = sqz_image_participants(&image, layer);
	desc->length = layer->participants;
	desc->src = any_address();
	desc->dst = harmless(any_address());
	desc->aux = layer->residual == SQZ_NO_TENSOR ? 0 : any_address();
	desc->layer = (uint16_t)draw(image.network->layers + 1);
}

static void make_copy(struct sqz_desc *desc)
{
	desc->type = SQZ_DESC_COPY;
	desc->src = any_address();
	desc->dst = harmless(any_address());
	desc->length = draw(4) ? draw(0x1000) : any_value();
}

static struct sqz_desc any_desc(void)
{
	struct sqz_desc desc = { .cookie = descriptors };

	switch (draw(4)) {
	case 0:
		make_program(&desc);
		break;
	case 1:
		make_run(&desc);
		break;
	case 2:
		make_copy(&desc);
		break;
	default:
		desc.type = SQZ_DESC_FENCE;
	}
	desc.flags = (uint8_t)(draw(10) ? draw(8) : draw(256));
	desc.timeout_us = draw(2) ? draw(100) : 0;
	if (draw(8) == 0)
		desc.type = (uint8_t)draw(256);
	if (draw(8) == 0)
		desc.length = any_value();
	if (draw(8) == 0)
		desc.node = (uint16_t)draw(2 * nodes);
	return desc;
}

static void push(unsigned ring, const struct sqz_desc *desc)
{
	uint32_t tail = read_ring(ring, SQZ_RING_TAIL);

	memcpy(scratch + ring * RING_BYTES +
		   tail % RING_ENTRIES * SQZ_DESC_BYTES,
	       desc, sizeof(*desc));
	sqz_barrier();
	write_ring(ring, SQZ_RING_TAIL, tail + 1);
	write_ring(ring, SQZ_RING_CHEAD, read_ring(ring, SQZ_RING_CTAIL));
	descriptors++;
}

static void push_any(void)
{
	struct sqz_desc desc = any_desc();

	push(draw(RINGS), &desc);
}

/* Lets the chip work. */
static void pause(void)
{
	for (volatile uint32_t i = draw(2000); i > 0; i--)
		;
}

static void act(void)
{
	static void (*const actions[])(void) = {
		touch_register, touch_register, touch_register, touch_register,
		touch_register, touch_register, touch_register, touch_register,
		touch_register, touch_uart,	touch_anything, touch_anything,
		push_any,	push_any,	push_any,	open_any_ring,
	};

	if (draw(256) == 0)
		pause();
	actions[draw(sizeof(actions) / sizeof(actions[0]))]();
}

/* ---- before and after ---- */

static enum sqz_exit_code prepare(uint64_t *count)
{
	struct sqz_image_place place;
	struct sqz_failure failure;
	uint64_t addr =
	    sqz_read32(SQZ_MAILBOX_BASE + SQZ_MAILBOX_IMAGE_LO) |
	    (uint64_t)sqz_read32(SQZ_MAILBOX_BASE + SQZ_MAILBOX_IMAGE_HI) << 32;
	uint32_t bytes = sqz_read32(SQZ_MAILBOX_BASE + SQZ_MAILBOX_IMAGE_BYTES);

	*count = sqz_read32(SQZ_MAILBOX_BASE + SQZ_MAILBOX_COUNT);
	nodes = sqz_read32(SQZ_CONTROLLER_BASE + SQZ_CONTROLLER_NODES);
	scratch = sqz_dma_alloc(SCRATCH_BYTES, SCRATCH_BYTES);
	if (!scratch || sqz_image_find(addr, bytes, &place) != SQZ_SUCCESS ||
	    sqz_image_open(&image, &place, &failure) != SQZ_SUCCESS)
		return SQZ_EXIT_IMAGE;
	sqz_trap_attach_exception(skip);
	sqz_trap_attach(SQZ_INTERRUPT_TIMER, on_timer);
	sqz_trap_attach(SQZ_INTERRUPT_SOFTWARE, on_software);
	sqz_trap_attach(SQZ_INTERRUPT_EXTERNAL, on_external);
	for (unsigned ring = 0; ring < RINGS; ring++)
		open_ring(ring);
	return SQZ_EXIT_OK;
}

/* After RESET: a fence goes through. */
static bool ring_works(void)
{
	const struct sqz_desc fence = { .type = SQZ_DESC_FENCE };
	uint64_t start;

	write_controller(SQZ_CONTROLLER_CTRL,
			 sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1));
	start = sqz_time_ns();
	open_ring(0);
	push(0, &fence);
	while (read_ring(0, SQZ_RING_CTAIL) == 0)
		if (sqz_time_ns() - start > WAIT_NS)
			return false;
	return read_ring(0, SQZ_RING_STATUS) == 0;
}

/* The console as it was. */
static void restore_uart(void)
{
	sqz_write8(SQZ_UART_BASE + UART_MCR, 0);
	sqz_io_uart_init(SQZ_UART_BASE);
	printf("\n");
}

int main(void)
{
	uint64_t count;
	enum sqz_exit_code code = prepare(&count);

	if (code != SQZ_EXIT_OK)
		return code;
	while (accesses < count * ACCESSES_PER_PICTURE)
		act();
	sqz_csr_mask_interrupts();
	bool works = ring_works();
	restore_uart();
	printf("nonsense: %" PRIu64 " accesses, %" PRIu64
	       " descriptors, %" PRIu64 " faults, %" PRIu64 " interrupts\n",
	       accesses, descriptors, traps, interrupts);
	printf("ring after reset: %s\n", works ? "ok" : "stuck");
	return works ? SQZ_EXIT_OK : SQZ_EXIT_TEST;
}
