/*
 * A few tiles around one memory, without a network-on-chip.
 *
 * Node 0 is the controller (it only collects), nodes 1 and 2 the memory
 * (interleaved), tiles from node 3 on. Every packet takes link_ps; the memory
 * answers memory_ps later, plus up to jitter_ps, so that answers overtake each
 * other. Of each class a node may have send_limit packets on their way.
 */
#ifndef SQZ_TESTS_TILE_HARNESS_H
#define SQZ_TESTS_TILE_HARNESS_H

#include "node/pool.h"
#include "tile/tile.h"

#define HARNESS_MEMORY_BASE  0x80000000u
#define HARNESS_MEMORY_BYTES (4u << 20)
#define HARNESS_TILE0	     3
#define HARNESS_TILES	     5
#define HARNESS_NODES	     (HARNESS_TILE0 + HARNESS_TILES)
#define HARNESS_WINDOW(tile) (0x100000000u + (uint64_t)(tile)*0x100000)
#define HARNESS_DONES	     64

/* Looks on; either may be NULL. With context NULL they get the harness. */
struct harness_hooks {
	void *context;
	void (*sent)(void *context, const struct sqz_packet *packet);
	void (*arrived)(void *context, const struct sqz_packet *packet);
};

struct harness_options {
	sqz_ps link_ps;
	sqz_ps memory_ps;
	sqz_ps jitter_ps;
	uint32_t send_limit;
	uint32_t interleave_bytes;
	uint32_t tiles;
	uint32_t slow_tile; /* its passes take `slowdown` times longer */
	uint32_t slowdown;
	/* The env's; NULL: nobody wants to know why packets leave. */
	uint64_t (*mark)(void *context, const struct sqz_causes *causes);
	struct harness_hooks hooks;
};

struct harness;

struct harness_node {
	struct harness *harness;
	uint16_t number;
	uint32_t on_their_way[SQZ_CLASSES];
	struct sqz_tile *tile;
	struct sqz_packet *refused; /* the one that stands before the tile */
	uint64_t wake;		    /* event that counts; older ones are void */
};

struct harness_event {
	sqz_ps time;
	uint64_t order;
	uint16_t node;
	struct sqz_packet *packet; /* NULL: wake */
};

struct harness {
	struct harness_options options;
	struct harness_hooks hooks;
	struct sqz_packet_pool *pool;
	struct harness_node nodes[HARNESS_NODES];
	struct harness_event events[4096];
	uint32_t event_count;
	uint64_t order;
	sqz_ps now;
	uint64_t random;
	uint8_t *memory;
	uint64_t allocated;
	/* What came to the controller, released already. */
	struct sqz_packet dones[HARNESS_DONES];
	uint32_t done_count;
	struct sqz_packet last; /* REG_DATA or IRQ */
	uint32_t irq_count;
	uint32_t lost; /* packets to nodes that do not know them */
	/* What passed. */
	uint32_t sent[SQZ_PKT_TYPES];
	uint64_t payload[SQZ_PKT_TYPES];
	uint32_t largest_payload;
	/* What tiles have read since this was emptied. */
	uint64_t read_begin, read_end;
	bool hold_reads;	     /* the memory does not answer now */
	struct sqz_packet *held[64]; /* what it has not answered */
	uint32_t held_count;
};

/* A tile's configuration with small round figures: 10 ns array cycle, 100 ps
 * conversion, 30 ns pipeline, 1 ns vector cycle of 4 lanes. */
struct sqz_tile_config harness_config(void);
struct harness_options harness_options(uint32_t tiles);

struct harness *harness_create(const struct harness_options *options,
			       const struct sqz_tile_config *config,
			       const struct sqz_tile_observer *observer);
void harness_destroy(struct harness *h);

/* Bus address of fresh zeroed memory, at a multiple of 64. */
uint64_t harness_alloc(struct harness *h, uint64_t bytes);
uint8_t *harness_at(struct harness *h, uint64_t addr);
uint64_t harness_put(struct harness *h, const void *data, uint64_t bytes);

/* Packets from the controller; `tile` counts from 0. */
struct sqz_packet *harness_packet(struct harness *h, enum sqz_packet_type type,
				  uint32_t tile);
void harness_send(struct harness *h, struct sqz_packet *packet);

/* Runs until nothing is left to do, or until the time (exclusive). */
void harness_drain(struct harness *h);
void harness_drain_until(struct harness *h, sqz_ps time);
/* Empties read_begin..read_end. */
void harness_forget_reads(struct harness *h);
/* Lets the memory answer what it held back. */
void harness_release_reads(struct harness *h);

/* PROGRAM a blob (0 bytes: its own size) and wait; its status. */
uint32_t harness_program(struct harness *h, uint32_t tile, uint32_t slot,
			 const void *blob, uint32_t bytes);

struct harness_run {
	uint32_t tile, slot, run;
	uint64_t in, out, residual, partial;
	uint16_t ring, epoch, layer;
	bool chain;
};

void harness_start(struct harness *h, const struct harness_run *run);

/* Register access; *value in and out. */
uint32_t harness_register(struct harness *h, uint32_t tile, uint64_t offset,
			  uint32_t size, bool is_write, uint64_t *value);

#endif
