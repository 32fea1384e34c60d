/*
 * A CPU with 64 KiB of memory and a bus that records and answers as told: what
 * the unit tests of the interpreter stand on. Code starts at RIG_CODE, the trap
 * handler lies at RIG_HANDLER and is c.ebreak there (with mtvec set, the CPU is
 * lost when it gets so far, which ends a run).
 */
#ifndef SQZ_TESTS_MODELS_CPU_RIG_H
#define SQZ_TESTS_MODELS_CPU_RIG_H

#include "cpu/cpu.h"
#include "models/cpu/rv.h"

#define RIG_RAM	    0x80000000u
#define RIG_CODE    RIG_RAM
#define RIG_DATA    (RIG_RAM + 0x4000u)
#define RIG_HANDLER (RIG_RAM + 0x8000u)
#define RIG_DEVICE  0x10000000u /* a bus answer, but no memory */

enum { RIG_RAM_BYTES = 0x10000, RIG_LOG = 64 };

struct rig_access {
	bool write;
	uint64_t addr, value;
	unsigned size;
	uint64_t pc, instret, cycles; /* as seen by the callback */
};

struct rig_call {
	enum sqz_cpu_call what;
	uint64_t from, to;
};

struct rig {
	struct sqz_cpu *cpu;
	struct sqz_cpu_config config;
	uint8_t ram[RIG_RAM_BYTES] __attribute__((aligned(8)));

	struct rig_access access[RIG_LOG];
	unsigned accesses;
	uint64_t answer;		  /* what bus reads return */
	bool fault;			  /* the bus refuses */
	bool memory;			  /* is_memory() says so */
	uint16_t (*fetch)(uint64_t addr); /* NULL: refuse */
	void (*on_access)(struct rig *rig);

	uint64_t time;
	struct {
		uint64_t cause, epc, tval;
	} trap[RIG_LOG];
	unsigned traps;
	struct rig_call call[RIG_LOG];
	unsigned calls;
};

/* All costs 1 and no memory waits, so that cycles count instructions. */
struct rig *rig_create(void);
/* The default cost model instead. */
struct rig *rig_create_with_costs(void);
void rig_destroy(struct rig *rig);

/* Puts instruction words at RIG_CODE + offset. */
void rig_put(struct rig *rig, uint32_t offset, const uint32_t *words,
	     unsigned count);
#define RIG_PROGRAM(rig, ...)                                                  \
	rig_put(rig, 0, (const uint32_t[]){ __VA_ARGS__ },                     \
		sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

/* Runs until the handler is reached (SQZ_CPU_LOST there), at most 10000
 * cycles. */
struct sqz_cpu_result rig_run(struct rig *rig);

uint64_t rig_csr(const struct rig *rig, unsigned csr);
uint64_t rig_x(const struct rig *rig, unsigned reg);
uint64_t rig_load(const struct rig *rig, uint64_t addr);
void rig_store(struct rig *rig, uint64_t addr, uint64_t value);

#endif
