/*
 * A chip for unit tests: nodes joined by a network that delivers every packet
 * after the same delay, in order, and one queue of events ordered by time, then
 * by insertion. Time stands still inside of calls.
 */
#ifndef SQZ_TESTS_HARNESS_H
#define SQZ_TESTS_HARNESS_H

#include "node/answer.h"
#include "node/pool.h"

#define HARNESS_NODES  16
#define HARNESS_RANGES 16

struct harness;

/* A node without a core: the test looks at what arrived, or answers at once
 * from here. Owns nothing: the packet stays in the node's inbox. */
typedef void (*harness_arrival)(struct harness *harness, int node,
				const struct sqz_packet *packet);

struct harness_event {
	sqz_ps time;
	uint64_t number;
	int node;
	struct sqz_packet *packet; /* arrives; NULL: wake */
};

struct harness_node {
	struct harness *harness;
	struct sqz_node_env env;
	const struct sqz_node_ops *ops; /* NULL: inbox */
	void *core;
	struct sqz_packet_queue inbox;
	struct sqz_packet_queue waiting[SQZ_CLASSES]; /* refused */
	bool blocked[SQZ_CLASSES];		      /* can_send() */
	uint64_t wake_number; /* of the wake event that counts */
};

struct harness_range {
	uint64_t base;
	uint64_t bytes;
	int node;
};

struct harness {
	sqz_ps now;
	sqz_ps delay_ps;
	struct sqz_packet_pool *pool;
	struct harness_node nodes[HARNESS_NODES];
	struct harness_range ranges[HARNESS_RANGES];
	size_t range_count;
	struct harness_event *events;
	size_t event_count;
	size_t event_room;
	uint64_t numbers;
	harness_arrival on_arrival; /* may be NULL */
	bool explains;
	void *user; /* the test's */
};

void harness_init(struct harness *harness, sqz_ps delay_ps);

/* Fails the test if a packet is lost: every packet must be in an inbox or have
 * been released. Cores are destroyed before. */
void harness_finish(struct harness *harness);

/* Nodes that are created from now on say why packets leave, and it is checked
 * (cause_check.h). */
void harness_explain(struct harness *harness);

const struct sqz_node_env *harness_env(struct harness *harness, int node);
void harness_attach(struct harness *harness, int node,
		    const struct sqz_node_ops *ops, void *core);
void harness_range(struct harness *harness, uint64_t base, uint64_t bytes,
		   int node);

/* A packet from src to dst; fill it, then send it. */
struct sqz_packet *harness_packet(struct harness *harness, int src, int dst,
				  enum sqz_packet_type type);
void harness_send(struct harness *harness, struct sqz_packet *packet);

/* Runs events up to and including this time, which becomes now. */
void harness_run_until(struct harness *harness, sqz_ps time);
/* Runs until nothing is left to do; fails the test after a million events. */
void harness_run(struct harness *harness);

/* The oldest packet in a node's inbox, which must be there, of this type. The
 * test releases it. */
struct sqz_packet *harness_take(struct harness *harness, int node,
				enum sqz_packet_type type);
void harness_release(struct harness *harness, struct sqz_packet *packet);

/* Stops and restarts a node's sending in a class. */
void harness_block(struct harness *harness, int node, enum sqz_class msg_class,
		   bool blocked);

#endif
