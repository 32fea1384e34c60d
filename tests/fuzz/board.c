#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/tile/layer.h"

#define DELAY_PS       1000u
#define ABORT_PS       1000000u
#define HOST_PS	       1000000u	  /* how often an answer is looked for */
#define HOST_TRIES     10000u	  /* then the host hangs */
#define REST_PS	       100000000u /* in which RESET must be over */
#define INPUT_BYTES    256u
#define PS_PER_TICK    100000u
#define EDRAM_BYTES    2048u
#define MAILBOX_INPUTS 3u

static void fail(const char *reason)
{
	fprintf(stderr, "board: %s\n", reason);
	abort();
}

static void *not_null(void *pointer, const char *what)
{
	if (!pointer)
		fail(what);
	return pointer;
}

/* ---- what the models call ---- */

static void plic_line(void *context, bool level)
{
	(void)context;
	(void)level;
}

static void ring_line(void *context, unsigned source, bool level)
{
	struct board *board = context;

	if (source >= SQZ_IRQ_SOURCES)
		fail("no such interrupt");
	sqz_plic_set(&board->plic, source, level);
}

static void host_done(void *context, enum sqz_status status, uint64_t value)
{
	struct board *board = context;

	if (board->host_answered)
		fail("a host access was answered twice");
	board->host_answered = true;
	board->host_status = status;
	board->host_value = value;
}

static const uint8_t *mailbox_input(void *context, uint32_t index)
{
	(void)index;
	return ((struct board *)context)->input;
}

static void mailbox_logits(void *context, uint32_t sequence,
			   const uint8_t *data, size_t bytes)
{
	volatile uint8_t sum = 0;

	(void)context;
	(void)sequence;
	for (size_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + data[i]);
}

static void mailbox_line(void *context, bool level)
{
	ring_line(context, SQZ_IRQ_MAILBOX, level);
}

static void mailbox_wake_at(void *context, sqz_ps time)
{
	((struct board *)context)->mailbox_wake = time;
}

static sqz_ps board_now(void *context)
{
	return ((struct board *)context)->chip.now;
}

static uint64_t ticks(void *context)
{
	return board_now(context) / PS_PER_TICK;
}

static uint64_t no_cycle(void *context)
{
	(void)context;
	return 0;
}

static void uart_byte(void *context, uint8_t byte)
{
	(void)context;
	(void)byte;
}

static void uart_line(void *context, bool level)
{
	ring_line(context, SQZ_IRQ_UART, level);
}

static void finish(void *context, enum sqz_finish what, unsigned code)
{
	(void)context;
	(void)what;
	(void)code;
}

/* ---- building ---- */

static void describe_nodes(struct board *board)
{
	struct sqz_node_entry *nodes = board->nodes;

	for (uint16_t i = 0; i < BOARD_NODES; i++) {
		nodes[i].x = i % 4;
		nodes[i].y = i / 4;
	}
	nodes[0].kind = SQZ_NODE_CONTROLLER;
	nodes[BOARD_FLASH].kind = SQZ_NODE_FLASH;
	nodes[BOARD_DRAM].kind = SQZ_NODE_DRAM;
	nodes[BOARD_BUFFER].kind = SQZ_NODE_BUFFER;
	nodes[BOARD_BUFFER].window = BOARD_BUFFER_BASE;
	nodes[BOARD_BUFFER].window_bytes = BOARD_BUFFER_WINDOW;
	for (unsigned i = BOARD_TILE; i < BOARD_TILE + BOARD_TILES; i++) {
		nodes[i].kind = SQZ_NODE_TILE;
		nodes[i].slots = BOARD_SLOTS;
		nodes[i].window =
		    BOARD_TILE_BASE + i * (uint64_t)SQZ_TILE_WINDOW_BYTES;
		nodes[i].window_bytes = SQZ_TILE_WINDOW_BYTES;
	}
}

static struct sqz_memory *add_memory(struct board *board, int node,
				     enum sqz_memory_kind kind, uint64_t base,
				     uint64_t bytes, uint64_t window)
{
	const struct sqz_memory_config config = {
		.kind = kind,
		.map = { base, bytes, 0, 1, 0 },
		.window_bytes = window,
		.queue_depth = 8,
		.latency_ps = 2000,
		.banks = { 4, 64, 64, 1000 },
		.dram = { 4, 1024, 64, 1000, 3000, 3000, 3000, 0, 0 },
	};
	struct sqz_memory *memory = not_null(
	    sqz_memory_create(&config, harness_env(&board->chip, node), NULL),
	    "no memory node");

	harness_attach(&board->chip, node, &sqz_memory_ops, memory);
	harness_range(&board->chip, base, window ? window : bytes, node);
	return memory;
}

static void add_memories(struct board *board)
{
	board->flash = add_memory(board, BOARD_FLASH, SQZ_MEMORY_FLASH,
				  SQZ_FLASH_BASE, BOARD_FLASH_BYTES, 0);
	board->dram = add_memory(board, BOARD_DRAM, SQZ_MEMORY_DRAM,
				 SQZ_DRAM_BASE, BOARD_DRAM_BYTES, 0);
	board->buffer = add_memory(board, BOARD_BUFFER, SQZ_MEMORY_BUFFER,
				   BOARD_BUFFER_BASE, BOARD_BUFFER_BYTES,
				   BOARD_BUFFER_WINDOW);
	board->bytes = sqz_memory_data(board->dram);
}

static struct sqz_tile_config tile_config(const struct board *board, int node)
{
	return (struct sqz_tile_config){
		.window = board->nodes[node].window,
		.nodes = BOARD_NODES,
		.arrays = 32,
		.array_rows = 32,
		.array_columns = 16,
		.adc_bits = 6,
		.ou_rows = 8,
		.ou_columns = 8,
		.index_positions = 1,
		.slots = BOARD_SLOTS,
		.edram_bytes = EDRAM_BYTES,
		.layers = 4,
		.array_cycle_ps = 10000,
		.ou_cycle_ps = 1000,
		.adc_conversion_ps = 100,
		.pipeline_ps = 30000,
		.vector_cycle_ps = 1000,
		.row_write_ps = 5000,
		.slowdown = 1,
		.vector_lanes = 4,
		.fetch_bytes = 256,
		.fetch_outstanding = 4,
		.config_fetch_outstanding = 4,
		.write_outstanding = 4,
		.psum_window = 4,
		.positions_per_packet = 1,
		.max_payload_bytes = 256,
	};
}

static void add_tiles(struct board *board)
{
	for (int i = 0; i < BOARD_TILES; i++) {
		int node = BOARD_TILE + i;
		const struct sqz_tile_config config = tile_config(board, node);

		board->tiles[i] = not_null(
		    sqz_tile_create(&config, harness_env(&board->chip, node),
				    NULL, NULL),
		    "no tile");
		harness_attach(&board->chip, node, &sqz_tile_ops,
			       board->tiles[i]);
		harness_range(&board->chip, config.window,
			      SQZ_TILE_WINDOW_BYTES, node);
	}
}

static void add_controller(struct board *board)
{
	const struct sqz_controller_config config = {
		.rings = BOARD_RINGS,
		.in_flight = 8,
		.mesh_width = 4,
		.mesh_height = 4,
		.nodes = board->nodes,
		.node_count = BOARD_NODES,
		.decode_ps = 5000,
		.copy_bytes = 256,
		.copy_outstanding = 4,
		.abort_timeout_ps = ABORT_PS,
		.context = board,
		.irq = ring_line,
		.host_done = host_done,
	};

	board->controller = not_null(
	    sqz_controller_create(&config, harness_env(&board->chip, 0), NULL),
	    "no controller");
	harness_attach(&board->chip, 0, &sqz_controller_ops, board->controller);
}

static void add_mailbox(struct board *board)
{
	const struct sqz_mailbox_config config = {
		.count = MAILBOX_INPUTS,
		.input_bytes = INPUT_BYTES,
		.image_addr = SQZ_FLASH_BASE,
		.image_bytes = BOARD_FLASH_BYTES,
		.in_flight = 1,
		.delivery_ps = 10000,
		.dram_base = SQZ_DRAM_BASE,
		.dram_bytes = BOARD_DRAM_BYTES,
		.dram = board->bytes,
		.context = board,
		.input = mailbox_input,
		.logits = mailbox_logits,
		.irq = mailbox_line,
		.wake_at = mailbox_wake_at,
		.now = board_now,
	};

	board->input = not_null(calloc(INPUT_BYTES, 1), "no memory");
	board->mailbox_wake = SQZ_NEVER;
	board->mailbox =
	    not_null(sqz_mailbox_create(&config, NULL), "no mailbox");
}

/* A network that carries nothing: it is there to be counted. */
static void add_counters(struct board *board)
{
	const struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_counter_regs_config regs = { .cycle = no_cycle };
	struct sqz_error err;

	board->noc = not_null(sqz_noc_create(&config, &err), "no network");
	board->flows =
	    not_null(sqz_noc_flows_create(config.classes), "no flows");
	regs.noc = board->noc;
	regs.flows = board->flows;
	board->counters =
	    not_null(sqz_counter_regs_create(&regs, &err), "no counters");
}

static void add_devices(struct board *board)
{
	const struct sqz_clint_config clint = { ticks, plic_line, plic_line,
						board };
	const struct sqz_uart_config uart = { uart_byte, uart_line, board };

	sqz_clint_init(&board->clint, &clint);
	sqz_plic_init(&board->plic, plic_line, board);
	sqz_uart_init(&board->uart, &uart);
	board->finisher = (struct sqz_finisher){ finish, board };
}

/* ---- the guest's memory ---- */

static void write_register(struct board *board, uint64_t offset, uint32_t value)
{
	uint64_t wide = value;

	if (board_access(board, SQZ_CONTROLLER_BASE + offset, 4, true, &wide))
		fail("a register of the controller faults");
}

static void open_ring(struct board *board, unsigned ring)
{
	uint64_t base = SQZ_RING_OFFSET + ring * SQZ_RING_STRIDE;
	uint32_t memory = SQZ_DRAM_BASE + ring * 0x400;

	write_register(board, base + SQZ_RING_BASE_LO, memory);
	write_register(board, base + SQZ_RING_CBASE_LO, memory + 0x200);
	write_register(board, base + SQZ_RING_SIZE, BOARD_RING_ENTRIES);
}

static void put_blob(struct board *board, const struct layer *layer,
		     const struct layer_part *part, unsigned index)
{
	struct layer_blob blob = layer_blob(layer, part);

	if (blob.size > BOARD_BLOB_BYTES)
		fail("the blob is too large");
	memcpy(board->bytes + BOARD_BLOBS + index * BOARD_BLOB_BYTES,
	       blob.bytes, blob.size);
	layer_blob_free(&blob);
}

/* A convolution on two tiles: a worker, and the reducer with a worker of its
 * own. */
static void put_layer(struct board *board)
{
	static struct layer layer;
	const struct layer_shape shape = { .in_h = 4,
					   .in_w = 4,
					   .in_c = 4,
					   .out_c = 8,
					   .kernel = 3,
					   .stride = 1,
					   .dilation = 1,
					   .pad = 1 };
	const struct layer_part reducer = {
		.k1 = 18,
		.remote_workers = 1,
		.workers = { { BOARD_TILE + 1, 0 } },
	};
	const struct layer_part worker = {
		.k0 = 18,
		.k1 = 36,
		.worker_only = true,
		.reducer_node = BOARD_TILE,
	};
	const struct sqz_participant list[] = { { BOARD_TILE, 0 },
						{ BOARD_TILE + 1, 0 } };

	layer_random(&layer, SQZ_STEP_MVM, &shape, 2, 1);
	put_blob(board, &layer, &reducer, 0);
	put_blob(board, &layer, &worker, 1);
	memcpy(board->bytes + BOARD_LIST, list, sizeof(list));
	layer_random_bytes(board->bytes + BOARD_INPUT, layer_in_bytes(&layer),
			   2);
}

void board_create(struct board *board)
{
	memset(board, 0, sizeof(*board));
	harness_init(&board->chip, DELAY_PS);
	describe_nodes(board);
	add_devices(board);
	add_memories(board);
	add_tiles(board);
	add_controller(board);
	add_mailbox(board);
	add_counters(board);
	put_layer(board);
	for (unsigned ring = 0; ring < BOARD_RINGS; ring++)
		open_ring(board, ring);
	write_register(board, SQZ_CONTROLLER_CTRL,
		       sqz_bits(SQZ_CONTROLLER_CTRL_ENABLE, 1));
}

/* ---- time ---- */

static void run_until(struct board *board, sqz_ps time)
{
	while (board->mailbox_wake <= time) {
		if (board->mailbox_wake > board->chip.now)
			harness_run_until(&board->chip, board->mailbox_wake);
		board->mailbox_wake = SQZ_NEVER;
		sqz_mailbox_wake(board->mailbox);
	}
	harness_run_until(&board->chip, time);
}

void board_advance(struct board *board, sqz_ps time)
{
	run_until(board, board->chip.now + time);
	sqz_clint_update(&board->clint);
}

/* ---- accesses ---- */

static int access_window(struct board *board, uint64_t addr, unsigned size,
			 bool is_write, uint64_t *value)
{
	board->host_answered = false;
	if (!sqz_controller_host_access(board->controller, addr, size, is_write,
					*value))
		fail("a host access is still under way");
	for (unsigned i = 0; !board->host_answered; i++) {
		if (i == HOST_TRIES)
			fail("a host access is not answered");
		board_advance(board, HOST_PS);
	}
	if (board->host_status != SQZ_OK)
		return -1;
	if (!is_write)
		*value = board->host_value;
	return 0;
}

static int access_clint(struct board *board, uint64_t offset, unsigned size,
			bool is_write, uint64_t *value)
{
	if (is_write)
		return sqz_clint_write(&board->clint, offset, size, *value);
	return sqz_clint_read(&board->clint, offset, size, value);
}

static int access_plic(struct board *board, uint64_t offset, unsigned size,
		       bool is_write, uint64_t *value)
{
	if (is_write)
		return sqz_plic_write(&board->plic, offset, size, *value);
	return sqz_plic_read(&board->plic, offset, size, value);
}

static int access_uart(struct board *board, uint64_t offset, unsigned size,
		       bool is_write, uint64_t *value)
{
	if (is_write)
		return sqz_uart_write(&board->uart, offset, size, *value);
	return sqz_uart_read(&board->uart, offset, size, value);
}

static int access_finisher(struct board *board, uint64_t offset, unsigned size,
			   bool is_write, uint64_t *value)
{
	if (is_write)
		return sqz_finisher_write(&board->finisher, offset, size,
					  *value);
	return sqz_finisher_read(&board->finisher, offset, size, value);
}

static int access_controller(struct board *board, uint64_t offset,
			     unsigned size, bool is_write, uint64_t *value)
{
	char name[64];

	if (sqz_controller_reg_access(board->controller, offset, size, is_write,
				      value) == SQZ_OK)
		return 0;
	if (!sqz_controller_fault(board->controller, offset, size, is_write,
				  name, sizeof(name)))
		fail("a fault without a reason");
	return -1;
}

static int access_mailbox(struct board *board, uint64_t offset, unsigned size,
			  bool is_write, uint64_t *value)
{
	return sqz_mailbox_reg_access(board->mailbox, offset, size, is_write,
				      value) == SQZ_OK
		   ? 0
		   : -1;
}

static int access_counters(struct board *board, uint64_t offset, unsigned size,
			   bool is_write, uint64_t *value)
{
	return sqz_counter_regs_access(board->counters, offset, size, is_write,
				       value) == SQZ_OK
		   ? 0
		   : -1;
}

struct region {
	uint64_t base, bytes;
	int (*access)(struct board *board, uint64_t offset, unsigned size,
		      bool is_write, uint64_t *value);
};

static const struct region REGIONS[] = {
	{ SQZ_FINISHER_BASE, SQZ_FINISHER_BYTES, access_finisher },
	{ SQZ_CLINT_BASE, SQZ_CLINT_BYTES, access_clint },
	{ SQZ_PLIC_BASE, SQZ_PLIC_BYTES, access_plic },
	{ SQZ_UART_BASE, SQZ_UART_BYTES, access_uart },
	{ SQZ_CONTROLLER_BASE, SQZ_CONTROLLER_BYTES, access_controller },
	{ SQZ_MAILBOX_BASE, SQZ_MAILBOX_BYTES, access_mailbox },
	{ SQZ_COUNTERS_BASE, SQZ_COUNTERS_BYTES, access_counters },
};

/* The CPU itself refuses what is not aligned. */
int board_access(struct board *board, uint64_t addr, unsigned size,
		 bool is_write, uint64_t *value)
{
	int result = -1;

	if (addr % size == 0 && addr >= SQZ_WINDOW_BASE)
		result = access_window(board, addr, size, is_write, value);
	for (size_t i = 0; i < sizeof(REGIONS) / sizeof(REGIONS[0]); i++)
		if (addr % size == 0 &&
		    addr - REGIONS[i].base < REGIONS[i].bytes)
			result =
			    REGIONS[i].access(board, addr - REGIONS[i].base,
					      size, is_write, value);
	board->accesses++;
	board->faults += result < 0;
	return result;
}

void board_push(struct board *board, unsigned ring, const struct sqz_desc *desc)
{
	uint64_t base =
	    SQZ_CONTROLLER_BASE + SQZ_RING_OFFSET + ring * SQZ_RING_STRIDE;
	uint64_t tail = 0;

	board_access(board, base + SQZ_RING_TAIL, 4, false, &tail);
	memcpy(board->bytes + ring * 0x400 +
		   tail % BOARD_RING_ENTRIES * SQZ_DESC_BYTES,
	       desc, sizeof(*desc));
	tail++;
	board_access(board, base + SQZ_RING_TAIL, 4, true, &tail);
}

/* ---- the end ---- */

static void come_to_rest(struct board *board)
{
	uint64_t status = 0;

	write_register(board, SQZ_CONTROLLER_CTRL,
		       sqz_bits(SQZ_CONTROLLER_CTRL_RESET, 1));
	run_until(board, board->chip.now + REST_PS);
	board_access(board, SQZ_CONTROLLER_BASE + SQZ_CONTROLLER_STATUS, 4,
		     false, &status);
	if (sqz_field(status, SQZ_CONTROLLER_STATUS_BUSY))
		fail("the controller is busy after RESET");
}

void board_destroy(struct board *board)
{
	come_to_rest(board);
	sqz_controller_destroy(board->controller);
	for (int i = 0; i < BOARD_TILES; i++)
		sqz_tile_destroy(board->tiles[i]);
	sqz_memory_destroy(board->flash);
	sqz_memory_destroy(board->dram);
	sqz_memory_destroy(board->buffer);
	harness_finish(&board->chip);
	sqz_mailbox_destroy(board->mailbox);
	free(board->input);
	sqz_counter_regs_destroy(board->counters);
	sqz_noc_flows_destroy(board->flows);
	sqz_noc_destroy(board->noc);
}
