#include "harness.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mapper/fast_assert.h"
#include "sqz/image.h"

/* -- queue -- */

static void post(struct harness *h, sqz_ps time, uint16_t node,
		 struct sqz_packet *packet)
{
	FAST_ASSERT(h->event_count, <, 4096);
	h->events[h->event_count++] =
	    (struct harness_event){ time, ++h->order, node, packet };
}

static uint32_t earliest(const struct harness *h)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < h->event_count; i++) {
		const struct harness_event *a = &h->events[i];
		const struct harness_event *b = &h->events[best];

		if (a->time < b->time ||
		    (a->time == b->time && a->order < b->order))
			best = i;
	}
	return best;
}

/* -- what a tile sees -- */

static sqz_ps env_now(void *context)
{
	return ((struct harness_node *)context)->harness->now;
}

static struct sqz_packet *env_alloc(void *context)
{
	struct harness_node *node = context;

	return sqz_packet_pool_alloc(node->harness->pool, node->number);
}

static void env_release(void *context, struct sqz_packet *packet)
{
	sqz_packet_pool_release(((struct harness_node *)context)->harness->pool,
				packet);
}

static bool env_can_send(void *context, enum sqz_class msg_class)
{
	struct harness_node *node = context;

	return node->on_their_way[msg_class] <
	       node->harness->options.send_limit;
}

static void env_send(void *context, struct sqz_packet *packet)
{
	struct harness_node *node = context;
	struct harness *h = node->harness;

	packet->msg_class =
	    (uint8_t)sqz_packet_class((enum sqz_packet_type)packet->type);
	FAST_ASSERT(env_can_send(context, packet->msg_class), ==, true);
	FAST_ASSERT(packet->payload_bytes, <=, SQZ_PACKET_MAX_PAYLOAD);
	node->on_their_way[packet->msg_class]++;
	h->sent[packet->type]++;
	if (h->hooks.sent)
		h->hooks.sent(h->hooks.context, packet);
	h->payload[packet->type] += packet->payload_bytes;
	if (packet->payload_bytes > h->largest_payload)
		h->largest_payload = packet->payload_bytes;
	post(h, h->now + h->options.link_ps, packet->dst, packet);
}

static void env_rx_ready(void *context, enum sqz_class msg_class)
{
	struct harness_node *node = context;

	FAST_ASSERT(msg_class, ==, SQZ_CLASS_REQUEST);
	if (node->refused)
		post(node->harness, node->harness->now, node->number,
		     node->refused);
	node->refused = NULL;
}

static void env_wake_at(void *context, sqz_ps time)
{
	struct harness_node *node = context;
	struct harness *h = node->harness;

	node->wake = 0;
	if (time == SQZ_NEVER)
		return;
	FAST_ASSERT(time, >=, h->now);
	post(h, time, node->number, NULL);
	node->wake = h->order;
}

static int env_route(void *context, uint64_t addr, uint64_t *contiguous)
{
	struct harness *h = ((struct harness_node *)context)->harness;
	uint64_t offset = addr - HARNESS_MEMORY_BASE;
	uint32_t granule = h->options.interleave_bytes;

	if (addr < HARNESS_MEMORY_BASE || offset >= HARNESS_MEMORY_BYTES)
		return -1;
	*contiguous = granule - offset % granule;
	return 1 + (int)(offset / granule % 2);
}

/* -- memory and controller -- */

void harness_forget_reads(struct harness *h)
{
	h->read_begin = UINT64_MAX;
	h->read_end = 0;
}

static void note_read(struct harness *h, uint64_t addr, uint32_t bytes)
{
	if (addr < h->read_begin)
		h->read_begin = addr;
	if (addr + bytes > h->read_end)
		h->read_end = addr + bytes;
}

static void answer_read(struct harness *h, const struct sqz_packet *q,
			struct sqz_packet *a)
{
	uint64_t contiguous = 0;

	a->payload_bytes = 0;
	FAST_ASSERT(q->chunk * q->count, <=, SQZ_PACKET_MAX_PAYLOAD);
	for (uint32_t i = 0; i < q->count; i++) {
		uint64_t addr = q->addr + (uint64_t)i * q->stride;

		/* Asked of the right node, and not across its border. */
		FAST_ASSERT(env_route(&h->nodes[q->dst], addr, &contiguous), ==,
			    q->dst);
		FAST_ASSERT(q->chunk, <=, contiguous);
		note_read(h, addr, q->chunk);
		memcpy(a->data + a->payload_bytes, harness_at(h, addr),
		       q->chunk);
		a->payload_bytes += q->chunk;
	}
}

static void answer(struct harness *h, struct sqz_packet *q)
{
	struct sqz_packet *a = sqz_packet_pool_alloc(h->pool, q->dst);
	uint64_t contiguous = 0;
	sqz_ps delay = h->options.memory_ps;

	a->dst = q->src;
	a->tag = q->tag;
	a->cause = q->id;
	a->type =
	    q->type == SQZ_PKT_READ ? SQZ_PKT_READ_DATA : SQZ_PKT_WRITE_ACK;
	if (q->type == SQZ_PKT_READ) {
		answer_read(h, q, a);
	} else {
		FAST_ASSERT(env_route(&h->nodes[q->dst], q->addr, &contiguous),
			    ==, q->dst);
		FAST_ASSERT(q->payload_bytes, <=, contiguous);
		memcpy(harness_at(h, q->addr), q->data, q->payload_bytes);
	}
	if (h->options.jitter_ps) {
		h->random = h->random * 6364136223846793005u + 1;
		delay += (h->random >> 33) % h->options.jitter_ps;
	}
	sqz_packet_pool_release(h->pool, q);
	post(h, h->now + delay + h->options.link_ps, a->dst, a);
}

static void collect(struct harness *h, struct sqz_packet *packet)
{
	if (packet->type == SQZ_PKT_DONE) {
		FAST_ASSERT(h->done_count, <, HARNESS_DONES);
		h->dones[h->done_count++] = *packet;
	} else {
		h->irq_count += packet->type == SQZ_PKT_IRQ;
		h->last = *packet;
	}
	sqz_packet_pool_release(h->pool, packet);
}

static void arrive(struct harness *h, uint16_t number,
		   struct sqz_packet *packet)
{
	struct harness_node *node =
	    &h->nodes[number % (HARNESS_TILE0 + HARNESS_TILES)];
	bool is_read = packet->type == SQZ_PKT_READ;

	if (h->hooks.arrived)
		h->hooks.arrived(h->hooks.context, packet);
	if (number >= HARNESS_TILE0 + h->options.tiles ||
	    (number && number < HARNESS_TILE0 && !is_read &&
	     packet->type != SQZ_PKT_WRITE)) {
		h->lost++;
		sqz_packet_pool_release(h->pool, packet);
	} else if (number == 0) {
		collect(h, packet);
	} else if (number < HARNESS_TILE0) {
		if (h->hold_reads && is_read)
			h->held[h->held_count++] = packet;
		else
			answer(h, packet);
	} else if (!sqz_tile_ops.accept(node->tile, packet)) {
		FAST_ASSERT(node->refused == NULL, ==, true);
		node->refused = packet;
	}
}

/* -- time -- */

static void run_event(struct harness *h, const struct harness_event *event)
{
	struct harness_node *node =
	    &h->nodes[event->node % (HARNESS_TILE0 + HARNESS_TILES)];
	struct harness_node *from;
	enum sqz_class msg_class;

	if (!event->packet) {
		if (node->wake == event->order)
			sqz_tile_ops.wake(node->tile);
		return;
	}
	from = &h->nodes[event->packet->src];
	msg_class = (enum sqz_class)event->packet->msg_class;
	if (from->tile && from->on_their_way[msg_class])
		from->on_their_way[msg_class]--;
	arrive(h, event->node, event->packet);
	if (from->tile)
		sqz_tile_ops.tx_ready(from->tile, msg_class);
}

void harness_drain_until(struct harness *h, sqz_ps time)
{
	while (h->event_count) {
		uint32_t first = earliest(h);
		struct harness_event event = h->events[first];

		if (event.time >= time)
			break;
		h->events[first] = h->events[--h->event_count];
		FAST_ASSERT(event.time, >=, h->now);
		h->now = event.time;
		run_event(h, &event);
	}
	if (time != SQZ_NEVER)
		h->now = time;
}

void harness_drain(struct harness *h)
{
	harness_drain_until(h, SQZ_NEVER);
}

void harness_release_reads(struct harness *h)
{
	h->hold_reads = false;
	for (uint32_t i = 0; i < h->held_count; i++)
		answer(h, h->held[i]);
	h->held_count = 0;
}

/* -- life -- */

struct sqz_tile_config harness_config(void)
{
	return (struct sqz_tile_config){
		.arrays = 64,
		.array_rows = 32,
		.array_columns = 16,
		.adc_bits = 8,
		.ou_rows = 8,
		.ou_columns = 8,
		.nodes = HARNESS_NODES,
		.sa_ports = 1,
		.index_positions = 1,
		.slots = 4,
		.edram_bytes = 4096,
		.layers = 4,
		.array_cycle_ps = 10000,
		.adc_conversion_ps = 100,
		.pipeline_ps = 30000,
		.vector_cycle_ps = 1000,
		.row_write_ps = 50000,
		.slowdown = 1,
		.vector_lanes = 4,
		.fetch_bytes = 64,
		.fetch_outstanding = 4,
		.config_fetch_outstanding = 2,
		.write_outstanding = 4,
		.psum_window = 4,
		.positions_per_packet = 1,
		.max_payload_bytes = 64,
	};
}

struct harness_options harness_options(uint32_t tiles)
{
	return (struct harness_options){
		.link_ps = 5000,
		.memory_ps = 10000,
		.send_limit = 4,
		.interleave_bytes = 256,
		.tiles = tiles,
		.slow_tile = UINT32_MAX,
		.slowdown = 1,
	};
}

static void create_tile(struct harness *h, uint32_t index,
			const struct sqz_tile_config *config,
			const struct sqz_tile_observer *observer)
{
	struct harness_node *node = &h->nodes[HARNESS_TILE0 + index];
	struct sqz_tile_config own = *config;
	const struct sqz_node_env env = {
		node,	      env_now,	       env_alloc,    env_release,
		env_can_send, env_send,	       env_rx_ready, env_wake_at,
		env_route,    h->options.mark,
	};
	struct sqz_error err;

	own.window = HARNESS_WINDOW(index);
	if (index == h->options.slow_tile)
		own.slowdown = h->options.slowdown;
	node->tile = sqz_tile_create(&own, &env, observer, &err);
	ck_assert_ptr_nonnull(node->tile);
}

struct harness *harness_create(const struct harness_options *options,
			       const struct sqz_tile_config *config,
			       const struct sqz_tile_observer *observer)
{
	struct harness *h = calloc(1, sizeof(*h));

	ck_assert_ptr_nonnull(h);
	h->options = *options;
	h->hooks = options->hooks;
	if (!h->hooks.context)
		h->hooks.context = h;
	h->pool = sqz_packet_pool_create();
	h->memory = calloc(HARNESS_MEMORY_BYTES, 1);
	h->random = 1;
	ck_assert_ptr_nonnull(h->memory);
	for (uint16_t n = 0; n < HARNESS_TILE0 + HARNESS_TILES; n++) {
		h->nodes[n].harness = h;
		h->nodes[n].number = n;
	}
	for (uint32_t i = 0; i < options->tiles; i++)
		create_tile(h, i, config, observer);
	return h;
}

void harness_destroy(struct harness *h)
{
	for (uint32_t i = 0; i < h->options.tiles; i++)
		sqz_tile_destroy(h->nodes[HARNESS_TILE0 + i].tile);
	sqz_packet_pool_destroy(h->pool);
	free(h->memory);
	free(h);
}

uint64_t harness_alloc(struct harness *h, uint64_t bytes)
{
	uint64_t addr = HARNESS_MEMORY_BASE + h->allocated;

	h->allocated += (bytes + 63) / 64 * 64;
	ck_assert_uint_le(h->allocated, HARNESS_MEMORY_BYTES);
	return addr;
}

uint8_t *harness_at(struct harness *h, uint64_t addr)
{
	return h->memory + (addr - HARNESS_MEMORY_BASE);
}

uint64_t harness_put(struct harness *h, const void *data, uint64_t bytes)
{
	uint64_t addr = harness_alloc(h, bytes);

	memcpy(harness_at(h, addr), data, bytes);
	return addr;
}

/* -- the controller's packets -- */

struct sqz_packet *harness_packet(struct harness *h, enum sqz_packet_type type,
				  uint32_t tile)
{
	struct sqz_packet *packet = sqz_packet_pool_alloc(h->pool, 0);

	packet->type = (uint8_t)type;
	packet->dst = (uint16_t)(HARNESS_TILE0 + tile);
	return packet;
}

void harness_send(struct harness *h, struct sqz_packet *packet)
{
	packet->msg_class =
	    (uint8_t)sqz_packet_class((enum sqz_packet_type)packet->type);
	post(h, h->now + h->options.link_ps, packet->dst, packet);
}

uint32_t harness_program(struct harness *h, uint32_t tile, uint32_t slot,
			 const void *blob, uint32_t bytes)
{
	struct sqz_packet *packet = harness_packet(h, SQZ_PKT_PROGRAM, tile);
	struct sqz_step_header header;

	memcpy(&header, blob, sizeof(header));
	packet->slot = (uint16_t)slot;
	packet->chunk = bytes ? bytes : header.bytes;
	packet->addr = harness_put(h, blob, packet->chunk);
	packet->layer = 1;
	h->done_count = 0;
	harness_send(h, packet);
	harness_drain(h);
	ck_assert_uint_eq(h->done_count, 1);
	return h->dones[0].status;
}

void harness_start(struct harness *h, const struct harness_run *run)
{
	struct sqz_packet *packet = harness_packet(h, SQZ_PKT_RUN, run->tile);

	packet->slot = (uint16_t)run->slot;
	packet->run = run->run;
	packet->addr = run->in;
	packet->dst_addr = run->out;
	packet->aux_addr = run->residual;
	packet->partial_addr = run->partial;
	packet->chain = run->chain;
	packet->ring = run->ring;
	packet->epoch = run->epoch;
	packet->layer = run->layer;
	packet->desc = (uint16_t)(run->run & 7);
	harness_send(h, packet);
}

uint32_t harness_register(struct harness *h, uint32_t tile, uint64_t offset,
			  uint32_t size, bool is_write, uint64_t *value)
{
	struct sqz_packet *packet = harness_packet(
	    h, is_write ? SQZ_PKT_REG_WRITE : SQZ_PKT_REG_READ, tile);

	packet->addr = HARNESS_WINDOW(tile) + offset;
	packet->chunk = size;
	packet->value = *value;
	h->last.type = SQZ_PKT_NONE;
	harness_send(h, packet);
	harness_drain(h);
	ck_assert_int_eq(h->last.type, SQZ_PKT_REG_DATA);
	*value = h->last.value;
	return h->last.status;
}
