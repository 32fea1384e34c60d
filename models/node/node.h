/*
 * The seam between a node's C core and what carries it.
 *
 * A core (tile, buffer, DRAM, flash, controller) is a state machine driven by
 * three calls (struct sqz_node_ops) and reaches the rest of the chip through
 * struct sqz_node_env. The SystemC shells implement the env with TLM sockets
 * and events; unit tests with a queue. Cores hold no time of their own: they
 * ask env->now and are called again at the time they named with wake_at.
 *
 * Rules. A packet given to send() belongs to the env from then on; one accepted
 * belongs to the core, which sends it on or releases it. send() may be called
 * only while can_send() says yes; tx_ready() comes when that changes from no to
 * yes. A core that refuses a packet calls rx_ready() for the class later; until
 * then the network holds it and everything behind it in that class.
 */
#ifndef SQZ_MODELS_NODE_H
#define SQZ_MODELS_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "node/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_node_env {
	void *context;
	sqz_ps (*now)(void *context);
	/* A zeroed packet with id and src set. Never NULL. */
	struct sqz_packet *(*alloc)(void *context);
	void (*release)(void *context, struct sqz_packet *packet);
	bool (*can_send)(void *context, enum sqz_class msg_class);
	/* Sets msg_class from the type and queues the packet. */
	void (*send)(void *context, struct sqz_packet *packet);
	void (*rx_ready)(void *context, enum sqz_class msg_class);
	/* ops->wake is called at this absolute time (>= now), once. A later
	 * call replaces an earlier one; SQZ_NEVER cancels. */
	void (*wake_at)(void *context, sqz_ps time);
	/* Which node answers a bus address; -1 if none. *contiguous_bytes: how
	 * many bytes from there on are the same node's. */
	int (*route)(void *context, uint64_t addr, uint64_t *contiguous_bytes);
	/* A mark for these causes: returns its id. NULL: nobody listens, and
	 * causes need not be found out. */
	uint64_t (*mark)(void *context, const struct sqz_causes *causes);
};

/* Does anybody want to know why packets leave? */
static inline bool sqz_causes_wanted(const struct sqz_node_env *env)
{
	return env->mark != NULL;
}

struct sqz_node_ops {
	/* A packet has arrived. False: cannot take it now. */
	bool (*accept)(void *core, struct sqz_packet *packet);
	void (*wake)(void *core);
	void (*tx_ready)(void *core, enum sqz_class msg_class);
};

#ifdef __cplusplus
}
#endif

#endif
