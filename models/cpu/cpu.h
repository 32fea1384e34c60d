/*
 * The virtual host CPU: an RV64IMAC + Zicsr + Zifencei machine-mode
 * interpreter.
 *
 * The shell around it (SystemC, a test, a bench) maps memory that the CPU may
 * access directly, answers everything else in bus callbacks, sets interrupt
 * levels, and calls sqz_cpu_run() for one slice of cycles after another.
 *
 * Time. The model is a constant number of cycles for each kind of instruction
 * (struct sqz_cpu_config) plus constant waits of the memory region; there is no
 * pipeline and no cache. Costs are summed per basic block, so a slice may end
 * up to one block (64 instructions) late, never early. mcycle and minstret are
 * exact wherever they can be observed.
 *
 * Callbacks. Before any callback the state is synced: pc, minstret and
 * sqz_cpu_cycles() describe the moment before the accessing instruction, which
 * has had no effect yet. A callback may switch coroutines, throw a C++
 * exception through sqz_cpu_run() (the instruction then counts as not executed
 * and is repeated by the next run), set interrupt levels, map and unmap memory,
 * flush code and request a stop. It must not call sqz_cpu_run(),
 * sqz_cpu_step(), sqz_cpu_reset() or sqz_cpu_set_pc() of the same CPU.
 *
 * What it does not do: S and U mode, floating point, vectors, PMP checks (the
 * registers only store), hardware triggers (tselect reads 1: none there),
 * misaligned atomics (they trap), coherent instruction fetch (fence.i or
 * sqz_cpu_flush_code() needed).
 *
 * The host must be little-endian.
 */
#ifndef SQZ_MODELS_CPU_CPU_H
#define SQZ_MODELS_CPU_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_cpu;

/* Kinds of instruction that the cost model tells apart. */
enum sqz_cpu_kind {
	SQZ_CPU_ALU,	/* integer arithmetic, lui, auipc, hints */
	SQZ_CPU_LOAD,	/* lb .. ld; region waits come on top */
	SQZ_CPU_STORE,	/* sb .. sd */
	SQZ_CPU_MUL,	/* mul, mulh*, mulw */
	SQZ_CPU_DIV,	/* div*, rem* */
	SQZ_CPU_BRANCH, /* conditional branch; taken_cycles when taken */
	SQZ_CPU_JUMP,	/* jal, jalr */
	SQZ_CPU_AMO,	/* lr, sc, amo* */
	SQZ_CPU_CSR,	/* csrr* */
	SQZ_CPU_SYSTEM, /* fence, fence.i, mret, wfi, ecall, ebreak */
	SQZ_CPU_KINDS
};

/* Answer of a bus callback. */
enum sqz_cpu_bus {
	SQZ_CPU_BUS_OK,
	SQZ_CPU_BUS_FAULT /* access fault: mcause 1, 5 or 7 with mtval */
};

enum sqz_cpu_call {
	SQZ_CPU_CALL,	/* jal or jalr that links ra: a function is entered */
	SQZ_CPU_RETURN, /* jalr x0, 0(ra) */
	SQZ_CPU_MRET	/* a trap handler returns */
};

/* What the CPU asks of its surroundings; every pointer but read and write may
 * be NULL. size is 1, 2, 4 or 8 bytes; addr need not be aligned. */
struct sqz_cpu_ops {
	enum sqz_cpu_bus (*read)(void *ctx, uint64_t addr, unsigned size,
				 uint64_t *value);
	enum sqz_cpu_bus (*write)(void *ctx, uint64_t addr, unsigned size,
				  uint64_t value);
	/* Instruction half-word outside executable regions. It is called ahead
	 * of execution while a block is decoded, and kept until code is
	 * flushed, so it must take no simulated time and change nothing here.
	 * NULL: fetching there is an instruction access fault. */
	enum sqz_cpu_bus (*fetch)(void *ctx, uint64_t addr, uint16_t *value);
	/* Is this memory, so that atomics outside the regions may be done by
	 * one read and one write? NULL or false: they are access faults. */
	bool (*is_memory)(void *ctx, uint64_t addr);
	/* The time CSR, in ticks of the platform's timebase. NULL: illegal. */
	uint64_t (*time)(void *ctx);
	/* Every trap and interrupt, after the CSRs are set. cause as mcause. */
	void (*trap)(void *ctx, uint64_t cause, uint64_t epc, uint64_t tval);
	/* Calls and returns of functions, after the jump; from is the address
	 * of the instruction, to its target. Costs nothing unless switched on
	 * by sqz_cpu_trace_calls(). */
	void (*call)(void *ctx, enum sqz_cpu_call what, uint64_t from,
		     uint64_t to);
};

struct sqz_cpu_config {
	uint64_t hart_id;
	uint64_t reset_pc;
	uint64_t clock_ps;		/* period; only kept for the shell */
	uint16_t cycles[SQZ_CPU_KINDS]; /* cost of each kind, 1..65535 */
	uint16_t taken_cycles;		/* extra for a taken branch, 0.. */
	uint16_t trap_cycles;		/* entry into a trap handler, 1.. */
	const struct sqz_cpu_ops *ops;	/* copied */
	void *ctx;			/* passed to every callback */
};

/* A simple in-order core: 1 cycle each, load 2, mul 3, div 20, amo 6, jump 2,
 * csr 2, taken branch +1, trap 4; 1 GHz, hart 0, reset at 0x80000000. */
void sqz_cpu_config_default(struct sqz_cpu_config *config);

/* NULL when memory is short, ops lacks read or write, or a cost is 0. */
struct sqz_cpu *sqz_cpu_create(const struct sqz_cpu_config *config);
void sqz_cpu_destroy(struct sqz_cpu *cpu);

/* Registers, CSRs and counters as after power-on; mappings, interrupt levels
 * and breakpoints stay. */
void sqz_cpu_reset(struct sqz_cpu *cpu);

const struct sqz_cpu_config *sqz_cpu_get_config(const struct sqz_cpu *cpu);

/* ---- memory ---- */

enum { SQZ_CPU_R = 1, SQZ_CPU_W = 2, SQZ_CPU_X = 4 };

struct sqz_cpu_region {
	uint64_t base;
	uint64_t size;	/* bytes, at least 16 */
	uint8_t *host;	/* bytes of base, owned by the caller */
	unsigned flags; /* SQZ_CPU_R | W | X; what lacks goes to the bus */
	uint16_t read_cycles; /* added to every load */
	uint16_t write_cycles;
	uint16_t fetch_cycles; /* added to every instruction */
};

/* Lets the CPU access the region directly. Whatever was mapped there before is
 * replaced. -1 when the region is empty, wraps, or the table is full. Adjacent
 * pieces of one memory join again, so a page can come and go. */
int sqz_cpu_map(struct sqz_cpu *cpu, const struct sqz_cpu_region *region);

/* Withdraws direct access to base .. base + size - 1; pieces of regions at both
 * sides stay. -1 when the table is full. */
int sqz_cpu_unmap(struct sqz_cpu *cpu, uint64_t base, uint64_t size);

/* Forgets decoded instructions: after code was changed from outside. */
void sqz_cpu_flush_code(struct sqz_cpu *cpu);

/* ---- running ---- */

enum sqz_cpu_reason {
	SQZ_CPU_BUDGET,	    /* max_cycles are used up */
	SQZ_CPU_WFI,	    /* waiting: no enabled interrupt is pending */
	SQZ_CPU_STOPPED,    /* sqz_cpu_stop() */
	SQZ_CPU_BREAKPOINT, /* pc stands on a breakpoint */
	SQZ_CPU_WATCHPOINT, /* the instruction before pc touched one */
	SQZ_CPU_LOST /* the trap handler's first instruction traps to itself */
};

struct sqz_cpu_result {
	enum sqz_cpu_reason reason;
	uint64_t cycles; /* used by this call, waits included */
};

/* Runs for at least max_cycles unless another reason comes first. */
struct sqz_cpu_result sqz_cpu_run(struct sqz_cpu *cpu, uint64_t max_cycles);

/* Executes exactly one instruction, or enters one pending interrupt. Ignores
 * breakpoints. SQZ_CPU_BUDGET when done. */
struct sqz_cpu_result sqz_cpu_step(struct sqz_cpu *cpu);

/* The same, but leaves interrupts pending. */
struct sqz_cpu_result sqz_cpu_step_masked(struct sqz_cpu *cpu);

/* Makes the run return at the next block, from a callback at once after the
 * instruction. Outside a run it holds for the next one. */
void sqz_cpu_stop(struct sqz_cpu *cpu);

/* Stall or idle cycles: a bus access, or the time spent in wfi. */
void sqz_cpu_add_cycles(struct sqz_cpu *cpu, uint64_t cycles);

/* Cycles since creation; not affected by guest writes to mcycle. */
uint64_t sqz_cpu_cycles(const struct sqz_cpu *cpu);

/* Instructions retired since creation. */
uint64_t sqz_cpu_instret(const struct sqz_cpu *cpu);

/* Bytes that loads and stores have moved directly, not over the bus; atomics
 * are not counted. */
uint64_t sqz_cpu_data_bytes(const struct sqz_cpu *cpu);

/* ---- interrupts ---- */

enum { SQZ_CPU_IRQ_MSI = 3, SQZ_CPU_IRQ_MTI = 7, SQZ_CPU_IRQ_MEI = 11 };

/* Sets the level of one interrupt input; at any time. */
void sqz_cpu_set_irq(struct sqz_cpu *cpu, unsigned irq, bool level);

/* Is an enabled interrupt (mie) pending, so that wfi would fall through? */
bool sqz_cpu_irq_pending(const struct sqz_cpu *cpu);

/* ... and would it be taken before the next instruction (mstatus.MIE)? */
bool sqz_cpu_irq_due(const struct sqz_cpu *cpu);

/* ---- debugger, monitor, tests ---- */

uint64_t sqz_cpu_get_reg(const struct sqz_cpu *cpu, unsigned reg);
void sqz_cpu_set_reg(struct sqz_cpu *cpu, unsigned reg, uint64_t value);
uint64_t sqz_cpu_get_pc(const struct sqz_cpu *cpu);
void sqz_cpu_set_pc(struct sqz_cpu *cpu, uint64_t pc);

/* -1 when there is no such CSR, or it cannot be written. */
int sqz_cpu_read_csr(const struct sqz_cpu *cpu, unsigned csr, uint64_t *value);
int sqz_cpu_write_csr(struct sqz_cpu *cpu, unsigned csr, uint64_t value);

/* Stops before the instruction at addr is executed. At most
 * SQZ_CPU_BREAKPOINTS; -1 when full or (remove) not there. */
enum { SQZ_CPU_BREAKPOINTS = 64 };
int sqz_cpu_add_breakpoint(struct sqz_cpu *cpu, uint64_t addr);
int sqz_cpu_remove_breakpoint(struct sqz_cpu *cpu, uint64_t addr);

/* Stops after an instruction that touched one of the size bytes from addr on:
 * what is a set of SQZ_CPU_R (loads) and SQZ_CPU_W (stores); atomics are both.
 * Fetches and accesses of other masters do not count. Costs no simulated time;
 * while there are any, loads and stores take longer to simulate. -1: full or
 * empty, or (remove) not there. */
enum { SQZ_CPU_WATCHPOINTS = 32 };
int sqz_cpu_add_watchpoint(struct sqz_cpu *cpu, uint64_t addr, uint64_t size,
			   unsigned what);
int sqz_cpu_remove_watchpoint(struct sqz_cpu *cpu, uint64_t addr, uint64_t size,
			      unsigned what);

/* Of the last SQZ_CPU_WATCHPOINT: its first touched byte, and what
 * (SQZ_CPU_R, W) the watchpoint waited for. */
uint64_t sqz_cpu_watch_hit(const struct sqz_cpu *cpu, unsigned *what);

/* Switches the call callback on or off. */
void sqz_cpu_trace_calls(struct sqz_cpu *cpu, bool on);

#ifdef __cplusplus
}
#endif

#endif
