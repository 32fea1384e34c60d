/*
 * The state of the interpreter, shared by its files and nobody else.
 *
 * How it works. Code is decoded once into blocks: straight runs of at most
 * SQZ_BLOCK_INSNS instructions that end at a jump, a branch or anything that
 * may change what comes next. An instruction is a struct sqz_uop whose first
 * word is the address of its handler in sqz_cpu_execute(), so dispatch is one
 * indirect jump. Blocks know their successors and jump there without a search.
 *
 * Counting. Entering a block adds its whole cost to cycles and its whole length
 * to instret. Whoever must know the exact state in the middle (a bus access, a
 * trap, a CSR) calls sqz_cpu_sync(), which takes back what has not happened
 * yet. After that the block must not be touched again: a callback may have
 * flushed it. The engine then goes on by looking up cpu->pc.
 *
 * Leaving. The engine stops at the first block entry with cycles >= limit.
 * Setting limit to 0 is how interrupts, wfi and stop requests get through.
 */
#ifndef SQZ_MODELS_CPU_STATE_H
#define SQZ_MODELS_CPU_STATE_H

#include "decode.h"
#include "fuse.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the interpreter reads guest memory as the host's own words"
#endif

enum {
	SQZ_BLOCK_INSNS = 64,
	SQZ_X_SINK = 32, /* takes what is written to x0 */
	SQZ_JUMP_BITS = 12,
	SQZ_HASH_BITS = 14,
	SQZ_REGIONS = 128,
	SQZ_PMP = 16,
	SQZ_ARENA_BYTES = 8 << 20,
};

enum {
	SQZ_CAUSE_FETCH_FAULT = 1,
	SQZ_CAUSE_ILLEGAL = 2,
	SQZ_CAUSE_BREAKPOINT = 3,
	SQZ_CAUSE_LOAD_MISALIGNED = 4,
	SQZ_CAUSE_LOAD_FAULT = 5,
	SQZ_CAUSE_STORE_MISALIGNED = 6,
	SQZ_CAUSE_STORE_FAULT = 7,
	SQZ_CAUSE_ECALL_M = 11,
};

#define SQZ_MSTATUS_MIE	    0x8u
#define SQZ_MSTATUS_MPIE    0x80u
#define SQZ_MSTATUS_MPP	    0x1800u
#define SQZ_CAUSE_INTERRUPT (1ull << 63)

struct sqz_uop {
	const void *go; /* handler, a label in sqz_cpu_execute() */
	int32_t imm;	/* branches, jal, auipc: relative to the block's pc */
	uint8_t rd;	/* SQZ_X_SINK for x0 */
	uint8_t rs1, rs2;
	uint8_t half; /* half-words from the start of the block */
};

/* What only the slow paths need of an instruction. */
struct sqz_uop_info {
	uint8_t op; /* enum sqz_op */
	uint8_t bytes;
	uint16_t data_before;	/* bytes that loads and stores before it move */
	uint32_t cycles_before; /* cost of the instructions before it */
};

struct sqz_block {
	uint64_t pc, end_pc; /* end: the instruction after the last one */
	struct sqz_block *taken, *next; /* successors, NULL until known */
	struct sqz_block *bucket;	/* next in the hash bucket */
	uint32_t cycles, insns;		/* whole cost and length */
	uint32_t data_bytes;		/* of all its loads and stores */
	struct sqz_uop_info *info;	/* one per uop, as many as ops */
	struct sqz_uop ops[];
};

/* A counter that can be written and stopped: now - offset, or what it showed
 * when it was inhibited. */
struct sqz_counter {
	uint64_t offset, frozen;
	bool inhibited;
};

struct sqz_csrs {
	uint64_t mstatus, mie, mip, mtvec, mscratch, mepc, mcause, mtval;
	uint64_t pmpcfg[SQZ_PMP / 8], pmpaddr[SQZ_PMP];
	struct sqz_counter mcycle, minstret;
};

/* lr remembers what it read; sc succeeds while memory still holds it. */
struct sqz_reservation {
	bool valid;
	uint8_t size;
	uint64_t addr, value;
};

struct sqz_watchpoint {
	uint64_t addr, size;
	unsigned what; /* SQZ_CPU_R, W */
};

struct sqz_cpu {
	uint64_t x[SQZ_X_SINK + 1]; /* x[0] stays 0 */
	uint64_t limit;		    /* cycles at which the engine stops */
	/* The window: the largest region, accessed without a search. An access
	 * hits when addr - base < span; span is 7 short of the size, so that
	 * any operand fits. */
	uint64_t window_base, load_span, store_span;
	uint8_t *window_host;
	uint64_t pc, cycles, instret;
	uint64_t data_bytes; /* moved by loads and stores without the bus */
	struct sqz_block *jump[1 << SQZ_JUMP_BITS]; /* by pc, never NULL */

	struct sqz_cpu_config config;
	struct sqz_cpu_ops ops;
	struct sqz_csrs csr;
	struct sqz_reservation reservation;
	bool waiting; /* in wfi */
	bool trace_calls;
	bool resuming;		  /* the last run ended on a breakpoint */
	enum sqz_cpu_reason halt; /* SQZ_CPU_BUDGET: none */

	struct sqz_cpu_region regions[SQZ_REGIONS]; /* sorted by base */
	unsigned region_count;
	unsigned last_region; /* where the last search ended */
	uint16_t window_read_cycles, window_write_cycles;

	const void *const *labels;	  /* handler of each enum sqz_op */
	const struct sqz_fusion *fusions; /* ends with go NULL */
	struct sqz_block *hash[1 << SQZ_HASH_BITS];
	uint8_t *arena;
	size_t arena_used;
	uint64_t generation; /* flushes so far */
	struct sqz_block *step_block;
	struct sqz_block *nowhere; /* fills jump[]: pc matches nothing */

	uint64_t breakpoints[SQZ_CPU_BREAKPOINTS];
	unsigned breakpoint_count;
	struct sqz_watchpoint watchpoints[SQZ_CPU_WATCHPOINTS];
	unsigned watchpoint_count;
	struct sqz_watchpoint watch_hit; /* of the last one: addr touched */
};

/* Cost of one instruction of the block. */
static inline uint32_t sqz_uop_cost(const struct sqz_block *block,
				    const struct sqz_uop *uop)
{
	size_t index = (size_t)(uop - block->ops);
	uint32_t after = index + 1 < block->insns
			     ? block->info[index + 1].cycles_before
			     : block->cycles;

	return after - block->info[index].cycles_before;
}

/* Completes the instruction at cpu->pc of a synced state. */
static inline void sqz_cpu_retire(struct sqz_cpu *cpu, uint32_t cycles,
				  unsigned bytes)
{
	cpu->pc += bytes;
	cpu->cycles += cycles;
	cpu->instret++;
}

/* ---- exec.c ---- */

/* Runs from block on until limit; NULL only fills in cpu->labels and
 * cpu->fusions. */
void sqz_cpu_execute(struct sqz_cpu *cpu, struct sqz_block *block);

/* ---- block.c ---- */

int sqz_cpu_blocks_init(struct sqz_cpu *cpu);

/* The block at pc, decoded if necessary. Never NULL: what cannot be fetched is
 * a block that traps. May flush (see generation). */
struct sqz_block *sqz_cpu_find_block(struct sqz_cpu *cpu, uint64_t pc);

/* One instruction at pc as a block of its own, regardless of breakpoints. */
struct sqz_block *sqz_cpu_one_block(struct sqz_cpu *cpu, uint64_t pc);

/* ---- fuse.c ---- */

/* Gives pairs of instructions in a finished block their common handlers. */
void sqz_cpu_fuse(const struct sqz_cpu *cpu, struct sqz_block *block);

static inline unsigned sqz_cpu_jump_slot(uint64_t pc)
{
	return (unsigned)(pc >> 1) & ((1u << SQZ_JUMP_BITS) - 1);
}

/* Bytes that a load or store moves; 0 for any other operation. */
unsigned sqz_cpu_operand_bytes(unsigned op);

/* ---- memory.c, amo.c: the ways of access that exec.c does not do inline ----
 *
 * cycles and instret in *cpu count the whole block. True: done, go on with the
 * next uop. False: the state is synced, go on at cpu->pc. */
bool sqz_cpu_load(struct sqz_cpu *cpu, struct sqz_block *block,
		  const struct sqz_uop *uop);
bool sqz_cpu_store(struct sqz_cpu *cpu, struct sqz_block *block,
		   const struct sqz_uop *uop);
bool sqz_cpu_atomic(struct sqz_cpu *cpu, struct sqz_block *block,
		    const struct sqz_uop *uop);

/* The region with all these flags that holds the whole access, or NULL. */
const struct sqz_cpu_region *sqz_cpu_find_region(struct sqz_cpu *cpu,
						 uint64_t addr, uint64_t size,
						 unsigned flags);

/* ---- watch.c ----
 *
 * While there are watchpoints the window is closed (spans of 0), so that every
 * load and store comes to memory.c, which asks here. */

/* Does this access touch a watchpoint? Notes which. */
bool sqz_cpu_watched(struct sqz_cpu *cpu, uint64_t addr, uint64_t size,
		     unsigned what);

/* The instruction that did has completed: ends the run. */
void sqz_cpu_watch_stop(struct sqz_cpu *cpu);

/* Opens or closes the window, as watchpoints demand. */
void sqz_cpu_choose_window(struct sqz_cpu *cpu);

/* ---- system.c: uops after which nothing is as before; always synced ---- */

void sqz_cpu_system(struct sqz_cpu *cpu, struct sqz_block *block,
		    const struct sqz_uop *uop);

/* ---- csr.c ---- */

/* -1: no such CSR. */
int sqz_cpu_csr_get(const struct sqz_cpu *cpu, unsigned csr, uint64_t *value);

/* retiring: how many instructions will have retired when the write takes effect
 * (1 from a CSR instruction, 0 from a debugger). -1: none, or read-only. */
int sqz_cpu_csr_set(struct sqz_cpu *cpu, unsigned csr, uint64_t value,
		    unsigned retiring);

/* ---- trap.c ---- */

/* Takes back what of the block has not happened yet: pc, cycles and instret
 * become those before uop. */
void sqz_cpu_sync(struct sqz_cpu *cpu, const struct sqz_block *block,
		  const struct sqz_uop *uop);

/* Enters the handler for the instruction at cpu->pc; the state is synced. */
void sqz_cpu_trap(struct sqz_cpu *cpu, unsigned cause, uint64_t tval);

/* Enters the handler of the most urgent interrupt, if one is to be taken. */
bool sqz_cpu_take_interrupt(struct sqz_cpu *cpu);

/* After any change of mip, mie or mstatus: makes the engine stop if there is an
 * interrupt to take. */
void sqz_cpu_update_interrupts(struct sqz_cpu *cpu);

#endif
