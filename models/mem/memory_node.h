/*
 * A memory as a node of the network: buffer, DRAM controller or flash.
 *
 * READ (strided, at most SQZ_PACKET_MAX_PAYLOAD bytes in all) is answered by
 * READ_DATA, WRITE by WRITE_ACK, REG_READ and REG_WRITE (1, 2, 4 or 8 bytes,
 * naturally aligned) by REG_DATA. A buffer also answers REG_* to its registers,
 * which start in the middle of its window; they take 32-bit accesses only.
 * Outside of the memory, malformed, or a write to flash: the answer carries
 * SQZ_ERR_ADDRESS and the address that failed, and nothing is written.
 * PROGRAM, RUN and ABORT are answered by DONE with SQZ_ERR_NODE. Whatever else
 * arrives is dropped and counted.
 *
 * Time: a request reserves banks (banks.h, dram.h) when it arrives and is
 * answered latency_ps after its last byte has moved. Data are read or written
 * at that moment, in the order in which requests finish. At most queue_depth
 * requests and as many writes are held; beyond that they are refused until one
 * has been answered. An answer that the network does not take yet keeps its
 * place in the queue.
 */
#ifndef SQZ_MODELS_MEMORY_NODE_H
#define SQZ_MODELS_MEMORY_NODE_H

#include "host/error.h"
#include "mem/dram.h"
#include "mem/memory_map.h"
#include "node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sqz_memory_kind {
	SQZ_MEMORY_BUFFER, /* banks, registers */
	SQZ_MEMORY_DRAM,   /* dram */
	SQZ_MEMORY_FLASH,  /* banks, read only */
};

#define SQZ_MEMORY_QUEUE_MAX 256

struct sqz_memory_observer {
	void *context;
	/* A bank's work for the packet (see struct sqz_bank_listener). */
	void (*bank_used)(void *context, const struct sqz_bank_use *use,
			  const struct sqz_packet *packet);
	/* The packet's answer leaves now; it arrived at arrived_ps. */
	void (*served)(void *context, const struct sqz_packet *packet,
		       sqz_ps arrived_ps, uint32_t status);
};

struct sqz_memory_config {
	enum sqz_memory_kind kind;
	struct sqz_memory_map map;
	uint64_t window_bytes; /* buffer: of its window, >= 2 * map.bytes */
	uint8_t *storage;      /* map.bytes bytes, shared; NULL: its own */
	uint32_t queue_depth;  /* 1 to SQZ_MEMORY_QUEUE_MAX */
	sqz_ps latency_ps;
	struct sqz_banks_config banks;	     /* BUFFER, FLASH */
	struct sqz_dram_config dram;	     /* DRAM */
	struct sqz_memory_observer observer; /* functions NULL: free */
};

struct sqz_memory_counters {
	uint64_t reads; /* requests answered without error */
	uint64_t writes;
	uint64_t read_bytes;
	uint64_t written_bytes;
	uint64_t errors;    /* answered with an error */
	uint64_t dropped;   /* packets that are none of a memory's business */
	uint64_t refused;   /* times that a queue was full */
	sqz_ps busy_ps;	    /* sum over banks; DRAM: of the data bus */
	uint64_t conflicts; /* banks: accesses that waited for another request;
			       DRAM: row conflicts */
	sqz_ps conflict_wait_ps; /* banks only */
	uint64_t row_hits;	 /* DRAM only, as all below */
	uint64_t row_misses;
	uint64_t refreshes;
};

struct sqz_memory;

/* env is kept, not copied. NULL, with err set, if the configuration is out of
 * range or there is no memory. */
struct sqz_memory *sqz_memory_create(const struct sqz_memory_config *config,
				     const struct sqz_node_env *env,
				     struct sqz_error *err);

/* Also releases the packets it holds. memory may be NULL. */
void sqz_memory_destroy(struct sqz_memory *memory);

/* The core is the struct sqz_memory. */
extern const struct sqz_node_ops sqz_memory_ops;

struct sqz_memory_counters sqz_memory_counters(const struct sqz_memory *memory);

/* A look at a buffer's register without an access: offset from its first.
 * SQZ_OK or SQZ_ERR_ADDRESS. */
enum sqz_status sqz_memory_look(struct sqz_memory *memory, uint64_t offset,
				uint64_t *value);

/* The data, map.bytes bytes; byte 0 is at bus address map.base. */
uint8_t *sqz_memory_data(struct sqz_memory *memory);

#ifdef __cplusplus
}
#endif

#endif
