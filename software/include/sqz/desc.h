/*
 * What driver and controller hand each other in memory: descriptors,
 * completions, participant lists, and the node table's entries. Little-endian.
 */
#ifndef SQZ_DESC_H
#define SQZ_DESC_H

#include <stdint.h>

enum sqz_desc_type {
	SQZ_DESC_PROGRAM = 1, /* one step's blob from src into node, slot */
	SQZ_DESC_RUN = 2,     /* one layer: every participant runs its step */
	SQZ_DESC_COPY = 3,    /* length bytes from src to dst */
	SQZ_DESC_FENCE = 4,   /* completes when all earlier ones have */
};

enum sqz_desc_flags {
	SQZ_DESC_F_IRQ = 1 << 0,   /* raise the ring's interrupt at the end */
	SQZ_DESC_F_FENCE = 1 << 1, /* start when all earlier ones are done */
	/* RUN: its inputs may still be in the making by earlier RUNs of the
	 * ring: steps wait for the tokens of their producers, and send tokens
	 * to their consumers (image.h). All RUNs of a chain carry the flag. */
	SQZ_DESC_F_CHAIN = 1 << 2,
};

/* Descriptors of one ring start in order; they finish in any order unless a
 * fence stands between them. A RUN also waits, with all that is behind it in
 * its ring, while a RUN of another ring with the same participant list is open.
 */
struct sqz_desc {
	uint8_t type;	     /* enum sqz_desc_type */
	uint8_t flags;	     /* enum sqz_desc_flags */
	uint16_t node;	     /* PROGRAM: the tile */
	uint16_t slot;	     /* PROGRAM: its step slot */
	uint16_t layer;	     /* RUN, PROGRAM: layer index, for reports */
	uint64_t cookie;     /* comes back in the completion */
	uint64_t src;	     /* PROGRAM, COPY: source; RUN: input tensor */
	uint64_t dst;	     /* COPY: destination; RUN: output tensor */
	uint64_t aux;	     /* RUN: residual tensor, 0 if none */
	uint64_t list;	     /* RUN: bus address of the participant list */
	uint32_t length;     /* PROGRAM, COPY: bytes; RUN: list entries */
	uint32_t timeout_us; /* 0: none */
	uint64_t partial;    /* RUN: tensor of partial sums, else 0 */
};

#define SQZ_DESC_BYTES 64

/* Who takes part in a RUN: 4 bytes an entry, as in the image. */
struct sqz_participant {
	uint16_t node;
	uint16_t slot;
};

enum sqz_status {
	SQZ_OK = 0,
	SQZ_ERR_DESC = 1,     /* malformed descriptor */
	SQZ_ERR_NODE = 2,     /* no such node, or of the wrong kind */
	SQZ_ERR_ADDRESS = 3,  /* bus address that nothing answers */
	SQZ_ERR_SLOT = 4,     /* slot out of range, empty or busy */
	SQZ_ERR_STEP = 5,     /* the step's blob does not hold together */
	SQZ_ERR_CAPACITY = 6, /* more arrays or eDRAM than the tile has */
	SQZ_ERR_TIMEOUT = 7,  /* not complete within timeout_us */
	SQZ_ERR_ABORTED = 8,  /* by ABORT or RESET */
	SQZ_ERR_OVERFLOW = 9, /* completion ring full */
	SQZ_STATUS_COUNT
};

/* The phase bit is 1 in the first round through the completion ring and turns
 * over each round, so that the driver sees a fresh entry without a register. */
struct sqz_completion {
	uint64_t cookie;
	uint32_t status;   /* enum sqz_status */
	uint32_t phase;	   /* bit 0 */
	uint64_t address;  /* of the failure, else 0 */
	uint32_t node;	   /* of the failure, else 0xffffffff */
	uint32_t sequence; /* index of the descriptor in its ring */
};

#define SQZ_COMPLETION_BYTES 32

enum sqz_node_kind {
	SQZ_NODE_NONE = 0,
	SQZ_NODE_CONTROLLER = 1,
	SQZ_NODE_TILE = 2,
	SQZ_NODE_BUFFER = 3,
	SQZ_NODE_DRAM = 4,
	SQZ_NODE_FLASH = 5,
};

/* One entry of the controller's node table; entry i describes node i, which
 * stands at x = i % width, y = i / width. */
struct sqz_node_entry {
	uint8_t kind; /* enum sqz_node_kind */
	uint8_t adc_bits;
	uint16_t slots; /* tile: step slots */
	uint16_t x;
	uint16_t y;
	uint64_t window; /* bus address, 0 if none */
	uint64_t window_bytes;
	uint32_t arrays;     /* tile: crossbar arrays */
	uint32_t memory_kib; /* tile: eDRAM; buffer, DRAM, flash: memory */
};

#define SQZ_NODE_ENTRY_BYTES 32

#ifdef __cplusplus
static_assert(sizeof(struct sqz_desc) == SQZ_DESC_BYTES, "descriptor");
static_assert(sizeof(struct sqz_completion) == SQZ_COMPLETION_BYTES, "entry");
static_assert(sizeof(struct sqz_node_entry) == SQZ_NODE_ENTRY_BYTES, "entry");
#else
_Static_assert(sizeof(struct sqz_desc) == SQZ_DESC_BYTES, "descriptor");
_Static_assert(sizeof(struct sqz_completion) == SQZ_COMPLETION_BYTES, "entry");
_Static_assert(sizeof(struct sqz_node_entry) == SQZ_NODE_ENTRY_BYTES, "entry");
#endif

#endif
