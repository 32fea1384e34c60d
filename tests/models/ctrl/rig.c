#include "rig.h"

#include <string.h>

struct rig rig;

/* ---- tiles ---- */

static void answer_register(struct fake_tile *tile, struct sqz_packet *packet)
{
	const struct sqz_node_env *env = harness_env(&rig.chip, tile->node);
	struct sqz_packet *answer =
	    sqz_packet_answer(env, packet, SQZ_PKT_REG_DATA);
	uint64_t offset = packet->addr % SQZ_TILE_WINDOW_BYTES;

	if (packet->chunk != 4 || offset >= 0x100) {
		answer->status = SQZ_ERR_ADDRESS;
		answer->addr = packet->addr;
	} else if (packet->type == SQZ_PKT_REG_READ) {
		answer->value = 0xa0000000 + offset;
	}
	env->release(env->context, packet);
	env->send(env->context, answer);
}

static bool tile_accept(void *core, struct sqz_packet *packet)
{
	struct fake_tile *tile = core;
	const struct sqz_node_env *env = harness_env(&rig.chip, tile->node);
	bool ignored =
	    packet->type == SQZ_PKT_ABORT ? tile->ignores_abort : tile->silent;

	ck_assert_int_lt(tile->count, 64);
	tile->seen_ps[tile->count] = rig.chip.now;
	tile->seen[tile->count++] = *packet;
	if (packet->type == SQZ_PKT_REG_READ ||
	    packet->type == SQZ_PKT_REG_WRITE) {
		answer_register(tile, packet);
	} else if (ignored) {
		env->release(env->context, packet);
	} else {
		packet->created_ps = rig.chip.now + tile->delay_ps;
		packet->status = packet->type == SQZ_PKT_ABORT
				     ? (uint32_t)SQZ_OK
				     : tile->status;
		sqz_packet_push(&tile->work, packet);
		env->wake_at(env->context, tile->work.first->created_ps);
	}
	return true;
}

/* A step of a chain that waits for its tokens looks again later, and is dropped
 * when its ring has been aborted. Takes the packet then. */
static bool is_put_off(struct fake_tile *tile, struct sqz_packet *packet)
{
	const struct sqz_node_env *env = harness_env(&rig.chip, tile->node);

	if (packet->type != SQZ_PKT_RUN || !packet->chain)
		return false;
	if (packet->epoch != rig_ring_read(packet->ring, SQZ_RING_EPOCH)) {
		env->release(env->context, packet);
		return true;
	}
	if (packet->layer > rig.chain_layers[packet->ring]) {
		packet->created_ps = rig.chip.now + tile->delay_ps;
		sqz_packet_push(&tile->work, packet);
		return true;
	}
	if (packet->status == SQZ_OK)
		rig.chain_layers[packet->ring] = packet->layer + 1u;
	return false;
}

static void tile_answer(struct fake_tile *tile, struct sqz_packet *packet)
{
	const struct sqz_node_env *env = harness_env(&rig.chip, tile->node);
	struct sqz_packet *answer =
	    sqz_packet_answer(env, packet, SQZ_PKT_DONE);

	answer->status = packet->status;
	if (packet->status != SQZ_OK)
		answer->addr = tile->fail_addr;
	answer->payload_bytes = SQZ_DONE_PAYLOAD_BYTES;
	env->release(env->context, packet);
	env->send(env->context, answer);
}

static void tile_wake(void *core)
{
	struct fake_tile *tile = core;
	const struct sqz_node_env *env = harness_env(&rig.chip, tile->node);

	while (tile->work.first &&
	       tile->work.first->created_ps <= rig.chip.now) {
		struct sqz_packet *packet = sqz_packet_pop(&tile->work);

		if (!is_put_off(tile, packet))
			tile_answer(tile, packet);
	}
	if (tile->work.first)
		env->wake_at(env->context, tile->work.first->created_ps);
}

static void tile_tx_ready(void *core, enum sqz_class msg_class)
{
	(void)core;
	(void)msg_class;
}

static const struct sqz_node_ops TILE_OPS = { tile_accept, tile_wake,
					      tile_tx_ready };

/* ---- the controller's surroundings ---- */

static void irq(void *context, unsigned source, bool level)
{
	(void)context;
	ck_assert_uint_lt(source, SQZ_IRQ_SOURCES);
	ck_assert_msg(rig.lines[source] != level, "no change of line %u",
		      source);
	rig.lines[source] = level;
	rig.line_changes++;
	if (level && rig.acknowledge)
		rig_write(SQZ_CONTROLLER_IRQ_STATUS, 0xffffffff);
}

static void host_done(void *context, enum sqz_status status, uint64_t value)
{
	(void)context;
	rig.host_answers++;
	rig.host_status = status;
	rig.host_value = value;
}

static void note(enum rig_event_kind kind,
		 const struct sqz_controller_event *event)
{
	if (rig.event_count < 256)
		rig.events[rig.event_count++] =
		    (struct rig_event){ kind, rig.chip.now, *event };
}

static void on_begin(void *context, const struct sqz_controller_event *event)
{
	(void)context;
	note(EVENT_BEGIN, event);
}

static void on_end(void *context, const struct sqz_controller_event *event)
{
	(void)context;
	note(EVENT_END, event);
}

static void on_posted(void *context, const struct sqz_controller_event *event)
{
	(void)context;
	note(EVENT_POSTED, event);
}

static void on_doorbell(void *context, uint16_t ring, uint32_t tail)
{
	(void)context;
	(void)ring;
	(void)tail;
	rig.doorbells++;
}

static void describe_nodes(void)
{
	for (uint16_t i = 0; i < NODES; i++) {
		rig.nodes[i].x = i % 4;
		rig.nodes[i].y = i / 4;
	}
	rig.nodes[0].kind = SQZ_NODE_CONTROLLER;
	rig.nodes[FLASH].kind = SQZ_NODE_FLASH;
	rig.nodes[DRAM].kind = SQZ_NODE_DRAM;
	rig.nodes[BUFFER].kind = SQZ_NODE_BUFFER;
	rig.nodes[BUFFER].window = BUFFER_BASE;
	rig.nodes[BUFFER].window_bytes = BUFFER_WINDOW;
	for (unsigned i = TILE; i < TILE + TILES; i++) {
		rig.nodes[i].kind = SQZ_NODE_TILE;
		rig.nodes[i].slots = TILE_SLOTS;
		rig.nodes[i].window =
		    TILE_BASE + i * (uint64_t)SQZ_TILE_WINDOW_BYTES;
		rig.nodes[i].window_bytes = SQZ_TILE_WINDOW_BYTES;
	}
}

static struct sqz_memory *add_memory(int node, enum sqz_memory_kind kind,
				     uint64_t base, uint64_t bytes,
				     uint64_t window)
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
	struct sqz_memory *memory =
	    sqz_memory_create(&config, harness_env(&rig.chip, node), NULL);

	ck_assert_ptr_nonnull(memory);
	harness_attach(&rig.chip, node, &sqz_memory_ops, memory);
	harness_range(&rig.chip, base, window ? window : bytes, node);
	return memory;
}

static void add_tiles(void)
{
	for (int i = 0; i < TILES; i++) {
		int node = TILE + i;

		rig.tiles[i].node = node;
		harness_attach(&rig.chip, node, &TILE_OPS, &rig.tiles[i]);
		harness_range(&rig.chip, rig.nodes[node].window,
			      SQZ_TILE_WINDOW_BYTES, node);
	}
}

void rig_prepare(void)
{
	memset(&rig, 0, sizeof(rig));
	describe_nodes();
	rig.config = (struct sqz_controller_config){
		.rings = 4,
		.in_flight = 8,
		.mesh_width = 4,
		.mesh_height = 4,
		.nodes = rig.nodes,
		.node_count = NODES,
		.decode_ps = DECODE_PS,
		.copy_bytes = 256,
		.copy_outstanding = 4,
		.abort_timeout_ps = ABORT_PS,
		.irq = irq,
		.host_done = host_done,
		.observer = { NULL, on_doorbell, on_begin, on_end, on_posted },
	};
}

void rig_build(void)
{
	struct sqz_error err;

	harness_init(&rig.chip, DELAY_PS);
	if (rig.explain)
		harness_explain(&rig.chip);
	rig.flash =
	    add_memory(FLASH, SQZ_MEMORY_FLASH, SQZ_FLASH_BASE, FLASH_BYTES, 0);
	rig.dram =
	    add_memory(DRAM, SQZ_MEMORY_DRAM, SQZ_DRAM_BASE, DRAM_BYTES, 0);
	rig.buffer = add_memory(BUFFER, SQZ_MEMORY_BUFFER, BUFFER_BASE,
				BUFFER_BYTES, BUFFER_WINDOW);
	rig.bytes = sqz_memory_data(rig.dram);
	add_tiles();
	rig.ctl =
	    sqz_controller_create(&rig.config, harness_env(&rig.chip, 0), &err);
	ck_assert_msg(rig.ctl, "%s", err.text);
	harness_attach(&rig.chip, 0, &sqz_controller_ops, rig.ctl);
}

void rig_start(void)
{
	rig_prepare();
	rig_build();
}

void rig_stop(void)
{
	struct sqz_packet *packet;

	for (int i = 0; i < TILES; i++)
		while ((packet = sqz_packet_pop(&rig.tiles[i].work)))
			harness_release(&rig.chip, packet);
	sqz_controller_destroy(rig.ctl);
	sqz_memory_destroy(rig.flash);
	sqz_memory_destroy(rig.dram);
	sqz_memory_destroy(rig.buffer);
	harness_finish(&rig.chip);
}

struct fake_tile *rig_tile(int node)
{
	return &rig.tiles[node - TILE];
}

/* ---- registers and rings ---- */

uint32_t rig_read(uint32_t offset)
{
	uint64_t value = 0;

	ck_assert_int_eq(
	    sqz_controller_reg_access(rig.ctl, offset, 4, false, &value),
	    SQZ_OK);
	return (uint32_t)value;
}

void rig_write(uint32_t offset, uint32_t value)
{
	uint64_t wide = value;

	ck_assert_int_eq(
	    sqz_controller_reg_access(rig.ctl, offset, 4, true, &wide), SQZ_OK);
}

uint32_t rig_ring_read(unsigned ring, uint32_t offset)
{
	return rig_read(SQZ_RING_OFFSET + ring * SQZ_RING_STRIDE + offset);
}

void rig_ring_write(unsigned ring, uint32_t offset, uint32_t value)
{
	rig_write(SQZ_RING_OFFSET + ring * SQZ_RING_STRIDE + offset, value);
}

void rig_open(unsigned ring, uint32_t entries)
{
	rig_ring_write(ring, SQZ_RING_BASE_LO, SQZ_DRAM_BASE + ring * 0x1000);
	rig_ring_write(ring, SQZ_RING_CBASE_LO,
		       SQZ_DRAM_BASE + ring * 0x1000 + 0x800);
	rig_ring_write(ring, SQZ_RING_SIZE, entries);
}

void rig_enable(void)
{
	rig_write(SQZ_CONTROLLER_CTRL, sqz_bits(SQZ_CONTROLLER_CTRL_ENABLE, 1));
}

uint64_t rig_desc_addr(unsigned ring, uint32_t index)
{
	return SQZ_DRAM_BASE + ring * 0x1000 +
	       index % rig_ring_read(ring, SQZ_RING_SIZE) * SQZ_DESC_BYTES;
}

void rig_put(unsigned ring, const struct sqz_desc *desc)
{
	uint64_t addr = rig_desc_addr(ring, rig.tails[ring]++);

	memcpy(rig.bytes + (addr - SQZ_DRAM_BASE), desc, sizeof(*desc));
}

void rig_push(unsigned ring, const struct sqz_desc *desc)
{
	rig_put(ring, desc);
	rig_ring_write(ring, SQZ_RING_TAIL, rig.tails[ring]);
}

struct sqz_completion rig_completion(unsigned ring, uint32_t index)
{
	struct sqz_completion entry;
	uint32_t place = index % rig_ring_read(ring, SQZ_RING_SIZE);

	memcpy(&entry, rig.bytes + ring * 0x1000 + 0x800 + place * 32,
	       sizeof(entry));
	return entry;
}

void rig_list(uint64_t addr, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct sqz_participant one = {
			.node = (uint16_t)(TILE + i % TILES),
			.slot = (uint16_t)(i / TILES),
		};

		memcpy(rig.bytes + (addr - SQZ_DRAM_BASE) + 4 * i, &one, 4);
	}
}

struct sqz_desc rig_run(uint64_t cookie, uint32_t participants)
{
	return (struct sqz_desc){ .type = SQZ_DESC_RUN,
				  .layer = 3,
				  .cookie = cookie,
				  .src = 0x1111,
				  .dst = 0x2222,
				  .aux = 0x3333,
				  .list = LIST_ADDR,
				  .length = participants };
}

struct sqz_desc rig_program(uint64_t cookie, uint16_t node, uint16_t slot)
{
	return (struct sqz_desc){ .type = SQZ_DESC_PROGRAM,
				  .node = node,
				  .slot = slot,
				  .layer = 5,
				  .cookie = cookie,
				  .src = SQZ_FLASH_BASE,
				  .length = 0x123 };
}

struct sqz_desc rig_copy(uint64_t cookie, uint64_t src, uint64_t dst,
			 uint32_t length)
{
	return (struct sqz_desc){ .type = SQZ_DESC_COPY,
				  .cookie = cookie,
				  .src = src,
				  .dst = dst,
				  .length = length };
}

struct sqz_desc rig_fence(uint64_t cookie)
{
	return (struct sqz_desc){ .type = SQZ_DESC_FENCE, .cookie = cookie };
}

void rig_expect(unsigned ring, uint32_t index, uint64_t cookie,
		enum sqz_status status)
{
	harness_run(&rig.chip);
	ck_assert_uint_gt(rig_ring_read(ring, SQZ_RING_CTAIL), index);

	struct sqz_completion entry = rig_completion(ring, index);

	ck_assert_uint_eq(entry.cookie, cookie);
	ck_assert_uint_eq(entry.status, status);
	ck_assert_uint_eq(entry.phase,
			  index / rig_ring_read(ring, SQZ_RING_SIZE) % 2 == 0);
}

const struct sqz_packet *rig_seen(int node, enum sqz_packet_type type, int n)
{
	const struct fake_tile *tile = rig_tile(node);

	for (int i = 0; i < tile->count; i++)
		if (tile->seen[i].type == type && n-- == 0)
			return &tile->seen[i];
	ck_abort_msg("node %d has not seen such a packet", node);
}

int rig_seen_count(int node, enum sqz_packet_type type)
{
	const struct fake_tile *tile = rig_tile(node);
	int count = 0;

	for (int i = 0; i < tile->count; i++)
		count += tile->seen[i].type == type;
	return count;
}

sqz_ps rig_time(enum rig_event_kind kind, uint64_t cookie)
{
	for (int i = 0; i < rig.event_count; i++)
		if (rig.events[i].kind == kind &&
		    rig.events[i].desc.cookie == cookie)
			return rig.events[i].time;
	return SQZ_NEVER;
}
