/* Nodes as the network sees them: injection queues, and who refuses what. */
#include "noc/replay_state.h"

static struct port *port_of(struct replay_state *state, uint32_t node,
			    enum sqz_class msg_class)
{
	return &state->ports[(size_t)node * SQZ_CLASSES + msg_class];
}

/* ---- in ---- */

static bool takes(struct replay_state *state, uint32_t node,
		  enum sqz_class msg_class)
{
	const struct port *port = port_of(state, node, msg_class);
	uint32_t depth = state->depths[node];

	if (depth &&
	    (msg_class == SQZ_CLASS_REQUEST || msg_class == SQZ_CLASS_RESULT))
		return port->held < depth;
	return depth || msg_class != SQZ_CLASS_REQUEST ||
	       port_of(state, node, SQZ_CLASS_RESPONSE)->waiting == NO_EVENT;
}

static void accept(struct replay_state *state, uint32_t node,
		   enum sqz_class msg_class, uint32_t event)
{
	port_of(state, node, msg_class)->held++;
	replay_tell(state, &state->after_arrival, event);
	replay_tell_answer(state, event);
}

/* False: it stands at the door now. */
static bool offer(struct replay_state *state, uint32_t node,
		  enum sqz_class msg_class, uint32_t event)
{
	state->out->arrived_ps[event] = state->now_ps;
	if (takes(state, node, msg_class)) {
		accept(state, node, msg_class, event);
		return true;
	}
	port_of(state, node, msg_class)->refused = event;
	sqz_noc_sink_ready(state->noc, node, msg_class, false);
	return false;
}

static void arrive(struct replay_state *state, uint32_t event)
{
	uint32_t node = state->places[state->causes->events[event].dst];
	enum sqz_class msg_class = sqz_packet_class(replay_type(state, event));
	struct port *port = port_of(state, node, msg_class);

	if (port->refused == NO_EVENT) {
		offer(state, node, msg_class, event);
		return;
	}
	state->next[event] = NO_EVENT;
	if (port->behind == NO_EVENT)
		port->behind = event;
	else
		state->next[port->behind_last] = event;
	port->behind_last = event;
}

/* The packet at the door comes in, then those behind it. */
static void let_in(struct replay_state *state, uint32_t node,
		   enum sqz_class msg_class)
{
	struct port *port = port_of(state, node, msg_class);
	uint32_t event = port->refused;

	port->refused = NO_EVENT;
	accept(state, node, msg_class, event);
	while (port->refused == NO_EVENT && port->behind != NO_EVENT) {
		event = port->behind;
		port->behind = state->next[event];
		offer(state, node, msg_class, event);
	}
	if (port->refused == NO_EVENT)
		sqz_noc_sink_ready(state->noc, node, msg_class, true);
}

static void reopen(struct replay_state *state, uint32_t node,
		   enum sqz_class msg_class)
{
	if (port_of(state, node, msg_class)->refused != NO_EVENT &&
	    takes(state, node, msg_class))
		let_in(state, node, msg_class);
}

bool replay_let_in(struct replay_state *state)
{
	uint32_t first = NO_EVENT, door = 0;

	for (uint32_t i = 0; i < state->nodes * SQZ_CLASSES; i++)
		if (state->ports[i].refused < first) {
			first = state->ports[i].refused;
			door = i;
		}
	if (first != NO_EVENT)
		let_in(state, door / SQZ_CLASSES,
		       (enum sqz_class)(door % SQZ_CLASSES));
	return first != NO_EVENT;
}

/* An answer leaves: a memory can take the next request of that class. */
static void answered(struct replay_state *state, uint32_t node,
		     enum sqz_packet_type type)
{
	enum sqz_class asked =
	    type == SQZ_PKT_WRITE_ACK ? SQZ_CLASS_RESULT : SQZ_CLASS_REQUEST;

	if (sqz_packet_class(type) != SQZ_CLASS_RESPONSE)
		return;
	struct port *port = port_of(state, node, asked);
	if (port->held)
		port->held--;
	reopen(state, node, asked);
}

/* ---- out ---- */

static void inject(struct replay_state *state, uint32_t index)
{
	const struct sqz_event *event = &state->causes->events[index];
	const struct sqz_replay_settings *settings = state->settings;
	enum sqz_packet_type type = replay_type(state, index);
	uint32_t node = state->places[event->node];
	uint32_t bytes = SQZ_PACKET_HEADER_BYTES + event->payload_bytes;
	struct sqz_noc *noc = state->noc;
	uint64_t cycle =
	    (state->now_ps + settings->cycle_ps - 1) / settings->cycle_ps;

	if (sqz_noc_idle(noc) && cycle > sqz_noc_cycle(noc))
		sqz_noc_skip(noc, cycle - sqz_noc_cycle(noc));
	state->out->ps[index] = state->now_ps;
	state->happened++;
	if (sqz_noc_inject(
		noc, node, state->places[event->dst], sqz_packet_class(type),
		(bytes + settings->flit_bytes - 1) / settings->flit_bytes,
		(void *)(uintptr_t)index, state->err))
		state->failed = true;
	port_of(state, node, sqz_packet_class(type))->queued++;
	replay_tell(state, &state->after, index);
	answered(state, node, type);
}

/* Into the list of those that wait for room, as recorded. */
static void wait_for_room(struct replay_state *state, struct port *port,
			  uint32_t event)
{
	uint32_t *at = &port->waiting;

	while (*at != NO_EVENT && *at < event)
		at = &state->next[*at];
	state->next[event] = *at;
	*at = event;
}

void replay_send(struct replay_state *state, uint32_t event)
{
	struct port *port =
	    port_of(state, state->places[state->causes->events[event].node],
		    sqz_packet_class(replay_type(state, event)));

	if (port->queued < state->settings->queue_packets)
		inject(state, event);
	else
		wait_for_room(state, port, event);
}

static void use_room(struct replay_state *state, uint32_t number)
{
	struct port *port = &state->ports[number];

	while (port->waiting != NO_EVENT &&
	       port->queued < state->settings->queue_packets) {
		uint32_t event = port->waiting;
		port->waiting = state->next[event];
		inject(state, event);
	}
	if (number % SQZ_CLASSES == SQZ_CLASS_RESPONSE)
		reopen(state, number / SQZ_CLASSES, SQZ_CLASS_REQUEST);
}

/* ---- the engine's calls ---- */

static void left(void *context, unsigned node, unsigned msg_class)
{
	struct replay_state *state = context;
	uint32_t number = node * SQZ_CLASSES + msg_class;

	/* Only what leaves a full queue is told, and once a cycle. */
	if (state->ports[number].queued-- == state->settings->queue_packets)
		state->freed[state->freed_count++] = number;
}

static void tail(void *context, unsigned node,
		 const struct sqz_noc_packet *packet, uint64_t cycle)
{
	struct replay_state *state = context;

	(void)node;
	(void)cycle;
	if (state->settings->arrived)
		state->settings->arrived(state->settings->context, packet);
	state->arrivals[state->arrival_count++] =
	    (uint32_t)(uintptr_t)packet->cookie;
}

void replay_sinks(struct replay_state *state)
{
	const struct sqz_noc_sink sink = { state, NULL, tail, left };

	sqz_noc_set_sink(state->noc, &sink);
}

void replay_after_cycle(struct replay_state *state)
{
	for (size_t i = 0; i < state->freed_count; i++)
		use_room(state, state->freed[i]);
	state->freed_count = 0;
	for (size_t i = 0; i < state->arrival_count; i++)
		arrive(state, state->arrivals[i]);
	state->arrival_count = 0;
}
