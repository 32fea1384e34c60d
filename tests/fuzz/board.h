/*
 * A small chip without SystemC, for the MMIO harness: all devices of the bus,
 * controller, memories and tiles (their real cores) on a network that delivers
 * every packet after the same delay. Two tiles hold a layer's steps; tensors,
 * lists and rings lie at known places of DRAM.
 */
#ifndef SQZ_TESTS_FUZZ_BOARD_H
#define SQZ_TESTS_FUZZ_BOARD_H

#include "cpu/clint.h"
#include "cpu/finisher.h"
#include "cpu/plic.h"
#include "cpu/uart.h"
#include "ctrl/controller.h"
#include "ctrl/mailbox.h"
#include "harness.h"
#include "mem/memory_node.h"
#include "noc/counter_regs.h"
#include "sqz/memmap.h"
#include "sqz/regs.h"
#include "tile/tile.h"

enum {
	BOARD_FLASH = 1,
	BOARD_DRAM = 2,
	BOARD_BUFFER = 3,
	BOARD_TILE = 4, /* the first of BOARD_TILES */
	BOARD_TILES = 4,
	BOARD_NODES = 16,
	BOARD_SLOTS = 2,
	BOARD_RINGS = 4,
	BOARD_RING_ENTRIES = 8,
};

#define BOARD_FLASH_BYTES   0x1000u
#define BOARD_BUFFER_BYTES  0x1000u
#define BOARD_BUFFER_WINDOW 0x4000u
#define BOARD_BUFFER_BASE   SQZ_WINDOW_BASE
#define BOARD_TILE_BASE	    0x110000000u

/* Offsets in DRAM. Ring r's descriptors are at r * 0x400, its completions 0x200
 * behind them. */
#define BOARD_DRAM_BYTES 0x10000u
#define BOARD_LIST	 0x2000u /* the two steps */
#define BOARD_INPUT	 0x2400u
#define BOARD_OUTPUT	 0x3000u
#define BOARD_BLOBS	 0x4000u /* of the two steps, BOARD_BLOB_BYTES each */
#define BOARD_BLOB_BYTES 0x4000u

struct board {
	struct harness chip;
	struct sqz_node_entry nodes[BOARD_NODES];
	struct sqz_controller *controller;
	struct sqz_memory *flash, *dram, *buffer;
	struct sqz_tile *tiles[BOARD_TILES];
	struct sqz_mailbox *mailbox;
	struct sqz_noc *noc;
	struct sqz_noc_flows *flows;
	struct sqz_counter_regs *counters;
	struct sqz_clint clint;
	struct sqz_plic plic;
	struct sqz_uart uart;
	struct sqz_finisher finisher;
	uint8_t *bytes; /* of DRAM */
	uint8_t *input; /* the mailbox's */
	sqz_ps mailbox_wake;
	bool host_answered;
	enum sqz_status host_status;
	uint64_t host_value;
	uint64_t accesses, faults;
};

/* A chip after reset, rings set up and the steps' blobs in DRAM. The program
 * ends if something is out of order. */
void board_create(struct board *board);

/* Lets what is under way end, destroys the chip, and ends the program if a
 * packet was lost or if the controller does not come to rest after RESET. */
void board_destroy(struct board *board);

/* One access of the guest: 0, or -1: it faults. */
int board_access(struct board *board, uint64_t addr, unsigned size,
		 bool is_write, uint64_t *value);

void board_advance(struct board *board, sqz_ps time);

/* Puts a descriptor behind the last one of a ring and rings the doorbell. */
void board_push(struct board *board, unsigned ring,
		const struct sqz_desc *desc);

#endif
