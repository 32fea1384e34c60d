/*
 * A chip for controller tests: a 4 x 4 mesh with the controller at node 0,
 * flash, DRAM and a buffer (real cores), and tiles that do what the test tells
 * them (they answer every PROGRAM, RUN and ABORT with DONE after delay_ps; a
 * RUN of a chain not before the layer before it has been answered in its ring).
 */
#ifndef SQZ_TESTS_RIG_H
#define SQZ_TESTS_RIG_H

#include <check.h>

#include "ctrl/controller.h"
#include "harness.h"
#include "mem/memory_node.h"
#include "sqz/memmap.h"
#include "sqz/regs.h"

enum {
	FLASH = 1,
	DRAM = 2,
	BUFFER = 3,
	TILE = 4, /* the first of TILES */
	TILES = 8,
	NODES = 16,
	TILE_SLOTS = 4,
};

#define DELAY_PS      1000u /* of the network */
#define DECODE_PS     5000u
#define ABORT_PS      1000000u
#define DRAM_BYTES    0x10000u
#define FLASH_BYTES   0x1000u
#define BUFFER_BYTES  0x1000u
#define BUFFER_WINDOW 0x4000u
#define BUFFER_BASE   SQZ_WINDOW_BASE
#define TILE_BASE     0x110000000u
#define LIST_ADDR     (SQZ_DRAM_BASE + 0x8000u)
#define DATA_ADDR     (SQZ_DRAM_BASE + 0xc000u)

struct fake_tile {
	int node;
	bool silent; /* answers nothing but register accesses */
	bool ignores_abort;
	sqz_ps delay_ps;
	uint32_t status; /* of PROGRAM and RUN */
	uint64_t fail_addr;
	struct sqz_packet seen[64]; /* copies, in order of arrival */
	sqz_ps seen_ps[64];
	int count;
	struct sqz_packet_queue work; /* to be answered, at created_ps */
};

enum rig_event_kind { EVENT_BEGIN, EVENT_END, EVENT_POSTED };

struct rig_event {
	enum rig_event_kind kind;
	sqz_ps time;
	struct sqz_controller_event desc;
};

struct rig {
	struct harness chip;
	struct sqz_controller_config config;
	struct sqz_node_entry nodes[NODES];
	struct sqz_controller *ctl;
	struct sqz_memory *flash, *dram, *buffer;
	uint8_t *bytes; /* of DRAM */
	struct fake_tile tiles[TILES];
	bool lines[SQZ_IRQ_SOURCES];
	int line_changes;
	bool explain;	  /* why packets leave (cause_check.h) */
	bool acknowledge; /* clear IRQ_STATUS as soon as a line rises */
	uint32_t tails[SQZ_CONTROLLER_RINGS_MAX];
	struct rig_event events[256];
	int event_count;
	int doorbells;
	uint32_t chain_layers[SQZ_CONTROLLER_RINGS_MAX]; /* that are done */
	int host_answers;
	enum sqz_status host_status;
	uint64_t host_value;
};

extern struct rig rig;

/* rig_prepare() fills in rig.config; tests may change it before rig_build().
 * rig_start() does both. */
void rig_prepare(void);
void rig_build(void);
void rig_start(void);
void rig_stop(void);

struct fake_tile *rig_tile(int node);

/* Own registers; a fault fails the test. */
uint32_t rig_read(uint32_t offset);
void rig_write(uint32_t offset, uint32_t value);
uint32_t rig_ring_read(unsigned ring, uint32_t offset);
void rig_ring_write(unsigned ring, uint32_t offset, uint32_t value);

/* Descriptors of ring r lie at DRAM + r * 0x1000, completions 0x800 behind. */
void rig_open(unsigned ring, uint32_t entries);
void rig_enable(void);
uint64_t rig_desc_addr(unsigned ring, uint32_t index);
/* Writes a descriptor behind the others, without / with doorbell. */
void rig_put(unsigned ring, const struct sqz_desc *desc);
void rig_push(unsigned ring, const struct sqz_desc *desc);
struct sqz_completion rig_completion(unsigned ring, uint32_t index);

/* count participants at addr: tiles TILE, TILE + 1, ..., slot 0. */
void rig_list(uint64_t addr, uint32_t count);
struct sqz_desc rig_run(uint64_t cookie, uint32_t participants);
struct sqz_desc rig_program(uint64_t cookie, uint16_t node, uint16_t slot);
struct sqz_desc rig_copy(uint64_t cookie, uint64_t src, uint64_t dst,
			 uint32_t length);
struct sqz_desc rig_fence(uint64_t cookie);

/* Runs all events; then the completion must be there with this status. */
void rig_expect(unsigned ring, uint32_t index, uint64_t cookie,
		enum sqz_status status);

/* The n-th packet of this type that the tile has seen. */
const struct sqz_packet *rig_seen(int node, enum sqz_packet_type type, int n);
int rig_seen_count(int node, enum sqz_packet_type type);

/* Time of the event for this cookie; SQZ_NEVER if it has not happened. */
sqz_ps rig_time(enum rig_event_kind kind, uint64_t cookie);

#endif
