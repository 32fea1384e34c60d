#include "harness.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cause_check.h"

static void add_event(struct harness *harness, sqz_ps time, int node,
		      struct sqz_packet *packet)
{
	size_t at = harness->event_count;

	if (at == harness->event_room) {
		harness->event_room = 2 * harness->event_room + 64;
		harness->events =
		    realloc(harness->events,
			    harness->event_room * sizeof(*harness->events));
		ck_assert_ptr_nonnull(harness->events);
	}
	for (; at > 0 && harness->events[at - 1].time > time; at--)
		harness->events[at] = harness->events[at - 1];
	harness->events[at] = (struct harness_event){
		.time = time,
		.number = ++harness->numbers,
		.node = node,
		.packet = packet,
	};
	harness->event_count++;
}

static sqz_ps env_now(void *context)
{
	return ((struct harness_node *)context)->harness->now;
}

static int index_of(const struct harness_node *node)
{
	return (int)(node - node->harness->nodes);
}

static struct sqz_packet *env_alloc(void *context)
{
	struct harness_node *node = context;

	return sqz_packet_pool_alloc(node->harness->pool,
				     (uint16_t)index_of(node));
}

static void env_release(void *context, struct sqz_packet *packet)
{
	struct harness_node *node = context;

	sqz_packet_pool_release(node->harness->pool, packet);
}

static bool env_can_send(void *context, enum sqz_class msg_class)
{
	return !((struct harness_node *)context)->blocked[msg_class];
}

static void env_send(void *context, struct sqz_packet *packet)
{
	struct harness_node *node = context;

	packet->msg_class = (uint8_t)sqz_packet_class(packet->type);
	ck_assert_msg(!node->blocked[packet->msg_class],
		      "sent while can_send() says no");
	ck_assert_uint_lt(packet->dst, HARNESS_NODES);
	ck_assert_uint_eq(packet->src, index_of(node));
	ck_assert_uint_le(packet->payload_bytes, SQZ_PACKET_MAX_PAYLOAD);
	if (node->harness->explains)
		cause_check_sent(packet, node->harness->now);
	add_event(node->harness, node->harness->now + node->harness->delay_ps,
		  packet->dst, packet);
}

static void env_wake_at(void *context, sqz_ps time)
{
	struct harness_node *node = context;

	node->wake_number = 0;
	if (time == SQZ_NEVER)
		return;
	ck_assert_uint_ge(time, node->harness->now);
	add_event(node->harness, time, index_of(node), NULL);
	node->wake_number = node->harness->numbers;
}

/* Refused packets come again as an event of their own. */
static void env_rx_ready(void *context, enum sqz_class msg_class)
{
	struct harness_node *node = context;
	struct sqz_packet *packet;
	struct sqz_packet_queue again = node->waiting[msg_class];

	node->waiting[msg_class] = (struct sqz_packet_queue){ 0 };
	while ((packet = sqz_packet_pop(&again)))
		add_event(node->harness, node->harness->now, index_of(node),
			  packet);
}

static int env_route(void *context, uint64_t addr, uint64_t *contiguous_bytes)
{
	const struct harness *harness =
	    ((struct harness_node *)context)->harness;

	for (size_t i = 0; i < harness->range_count; i++) {
		const struct harness_range *range = &harness->ranges[i];

		if (addr - range->base < range->bytes) {
			*contiguous_bytes = range->base + range->bytes - addr;
			return range->node;
		}
	}
	return -1;
}

void harness_init(struct harness *harness, sqz_ps delay_ps)
{
	memset(harness, 0, sizeof(*harness));
	harness->delay_ps = delay_ps;
	harness->pool = sqz_packet_pool_create();
	for (int i = 0; i < HARNESS_NODES; i++) {
		struct harness_node *node = &harness->nodes[i];

		node->harness = harness;
		node->env = (struct sqz_node_env){
			.context = node,
			.now = env_now,
			.alloc = env_alloc,
			.release = env_release,
			.can_send = env_can_send,
			.send = env_send,
			.rx_ready = env_rx_ready,
			.wake_at = env_wake_at,
			.route = env_route,
		};
	}
}

static uint64_t env_mark(void *context, const struct sqz_causes *causes)
{
	struct harness_node *node = context;

	return cause_check_mark(node->harness->pool, (uint16_t)index_of(node),
				causes);
}

void harness_explain(struct harness *harness)
{
	harness->explains = true;
	for (int i = 0; i < HARNESS_NODES; i++)
		harness->nodes[i].env.mark = env_mark;
}

static size_t packets_held(const struct harness *harness)
{
	size_t held = 0;

	for (int i = 0; i < HARNESS_NODES; i++) {
		held += harness->nodes[i].inbox.length;
		for (int k = 0; k < SQZ_CLASSES; k++)
			held += harness->nodes[i].waiting[k].length;
	}
	for (size_t i = 0; i < harness->event_count; i++)
		held += harness->events[i].packet != NULL;
	return held;
}

void harness_finish(struct harness *harness)
{
	ck_assert_uint_eq(sqz_packet_pool_in_use(harness->pool),
			  packets_held(harness));
	sqz_packet_pool_destroy(harness->pool);
	free(harness->events);
}

const struct sqz_node_env *harness_env(struct harness *harness, int node)
{
	return &harness->nodes[node].env;
}

void harness_attach(struct harness *harness, int node,
		    const struct sqz_node_ops *ops, void *core)
{
	harness->nodes[node].ops = ops;
	harness->nodes[node].core = core;
}

void harness_range(struct harness *harness, uint64_t base, uint64_t bytes,
		   int node)
{
	ck_assert_uint_lt(harness->range_count, HARNESS_RANGES);
	harness->ranges[harness->range_count++] =
	    (struct harness_range){ base, bytes, node };
}

struct sqz_packet *harness_packet(struct harness *harness, int src, int dst,
				  enum sqz_packet_type type)
{
	struct sqz_packet *packet =
	    sqz_packet_pool_alloc(harness->pool, (uint16_t)src);

	packet->dst = (uint16_t)dst;
	packet->type = (uint8_t)type;
	return packet;
}

void harness_send(struct harness *harness, struct sqz_packet *packet)
{
	env_send(&harness->nodes[packet->src], packet);
}

static void arrive(struct harness *harness, struct harness_node *node,
		   struct sqz_packet *packet)
{
	if (harness->explains)
		cause_check_taken(packet, harness->now);
	if (node->ops) {
		/* Behind a refused packet of its class it waits as well. */
		struct sqz_packet_queue *waiting =
		    &node->waiting[packet->msg_class];

		if (waiting->length > 0 ||
		    !node->ops->accept(node->core, packet))
			sqz_packet_push(waiting, packet);
		return;
	}
	sqz_packet_push(&node->inbox, packet);
	if (harness->on_arrival)
		harness->on_arrival(harness, index_of(node), packet);
}

static void run_event(struct harness *harness)
{
	struct harness_event event = harness->events[0];
	struct harness_node *node = &harness->nodes[event.node];

	harness->event_count--;
	memmove(harness->events, harness->events + 1,
		harness->event_count * sizeof(event));
	harness->now = event.time;
	if (event.packet) {
		arrive(harness, node, event.packet);
	} else if (event.number == node->wake_number) {
		node->wake_number = 0;
		node->ops->wake(node->core);
	}
}

void harness_run_until(struct harness *harness, sqz_ps time)
{
	for (int i = 0; i < 1000000; i++) {
		if (harness->event_count == 0 ||
		    harness->events[0].time > time) {
			harness->now = time;
			return;
		}
		run_event(harness);
	}
	ck_abort_msg("events without end");
}

void harness_run(struct harness *harness)
{
	for (int i = 0; i < 1000000; i++) {
		if (harness->event_count == 0)
			return;
		run_event(harness);
	}
	ck_abort_msg("events without end");
}

struct sqz_packet *harness_take(struct harness *harness, int node,
				enum sqz_packet_type type)
{
	struct sqz_packet *packet = sqz_packet_pop(&harness->nodes[node].inbox);

	ck_assert_msg(packet, "nothing arrived at node %d", node);
	ck_assert_str_eq(sqz_packet_type_name(packet->type),
			 sqz_packet_type_name(type));
	return packet;
}

void harness_release(struct harness *harness, struct sqz_packet *packet)
{
	sqz_packet_pool_release(harness->pool, packet);
}

void harness_block(struct harness *harness, int node, enum sqz_class msg_class,
		   bool blocked)
{
	bool opens = harness->nodes[node].blocked[msg_class] && !blocked;

	harness->nodes[node].blocked[msg_class] = blocked;
	if (opens && harness->nodes[node].ops)
		harness->nodes[node].ops->tx_ready(harness->nodes[node].core,
						   msg_class);
}
