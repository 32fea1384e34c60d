/*
 * The engine: one handler for each operation, reached by computed goto.
 *
 * All of it is one function so that the program counter within the block (uop),
 * the block, the two counters and the memory window live in registers. The
 * handlers are made from the tables of ops.h by the macros below; a macro body
 * is what elsewhere would be a small function.
 *
 * Locals that mirror *cpu: cycles, instret (block totals, see state.h) and the
 * window. SAVE() and LOAD_BACK() stand around every call that may use or change
 * them.
 */
#include "state.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Operands of a uop. */
#define A(u)	   (x[(u)->rs1])
#define B(u)	   (x[(u)->rs2])
#define I(u)	   ((uint64_t)(int64_t)(u)->imm)

#define DISPATCH() goto * uop->go

#define NEXT()                                                                 \
	do {                                                                   \
		uop++;                                                         \
		DISPATCH();                                                    \
	} while (0)

#define SAVE()                                                                 \
	do {                                                                   \
		cpu->cycles = cycles;                                          \
		cpu->instret = instret;                                        \
	} while (0)

#define LOAD_BACK()                                                            \
	do {                                                                   \
		cycles = cpu->cycles;                                          \
		instret = cpu->instret;                                        \
		base = cpu->window_base;                                       \
		load_span = cpu->load_span;                                    \
		store_span = cpu->store_span;                                  \
		host = cpu->window_host;                                       \
	} while (0)

/* Enters block, or stops in front of it. */
#define ENTER()                                                                \
	do {                                                                   \
		if (unlikely(cycles >= cpu->limit))                            \
			goto pause;                                            \
		cycles += block->cycles;                                       \
		instret += block->insns;                                       \
		cpu->data_bytes += block->data_bytes;                          \
		uop = block->ops;                                              \
		DISPATCH();                                                    \
	} while (0)

/* Goes on to a successor that is always the same, through its link. */
#define FOLLOW(link, target)                                                   \
	do {                                                                   \
		if (likely(block->link != NULL)) {                             \
			block = block->link;                                   \
			ENTER();                                               \
		}                                                              \
		pc = (target);                                                 \
		successor = &block->link;                                      \
		goto find_and_link;                                            \
	} while (0)

/* The expressions of ops.h as functions, and the types of memory operands. */
#define FUNCTION_REG(name, kind, expression)                                   \
	static inline uint64_t do_##name(uint64_t a, uint64_t b)               \
	{                                                                      \
		return (expression);                                           \
	}
#define FUNCTION_IMM(name, kind, expression)                                   \
	static inline uint64_t do_##name(uint64_t a, uint64_t i)               \
	{                                                                      \
		return (expression);                                           \
	}
#define FUNCTION_BRANCH(name, kind, expression)                                \
	static inline bool do_##name(uint64_t a, uint64_t b)                   \
	{                                                                      \
		return (expression);                                           \
	}
#define FUNCTION_LOAD(name, kind, type)                                        \
	static inline uint64_t do_##name(const uint8_t *at)                    \
	{                                                                      \
		type value;                                                    \
		memcpy(&value, at, sizeof(value));                             \
		return (uint64_t)value;                                        \
	}
#define FUNCTION_STORE(name, kind, type)                                       \
	static inline void do_##name(uint8_t *at, uint64_t data)               \
	{                                                                      \
		type value = (type)data;                                       \
		memcpy(at, &value, sizeof(value));                             \
	}
SQZ_OPS_REG(FUNCTION_REG)
SQZ_OPS_IMM(FUNCTION_IMM)
SQZ_OPS_LOAD(FUNCTION_LOAD)
SQZ_OPS_STORE(FUNCTION_STORE)
SQZ_OPS_BRANCH(FUNCTION_BRANCH)

/* ---- bodies: operation `name` with a and b as the values of rs1 and rs2. They
 * leave the result in v. ---- */

#define BODY_REG(name, a, b)                                                   \
	do {                                                                   \
		v = do_##name(a, b);                                           \
		x[uop->rd] = v;                                                \
	} while (0)

#define BODY_IMM(name, a, b)                                                   \
	do {                                                                   \
		v = do_##name(a, I(uop));                                      \
		x[uop->rd] = v;                                                \
	} while (0)

#define BODY_LOAD(name, a, b)                                                  \
	do {                                                                   \
		uint64_t offset = (a) + I(uop) - base;                         \
		if (unlikely(offset >= load_span))                             \
			goto slow_load;                                        \
		v = do_##name(host + offset);                                  \
		x[uop->rd] = v;                                                \
	} while (0)

#define BODY_STORE(name, a, b)                                                 \
	do {                                                                   \
		uint64_t offset = (a) + I(uop) - base;                         \
		if (unlikely(offset >= store_span))                            \
			goto slow_store;                                       \
		do_##name(host + offset, b);                                   \
	} while (0)

#define BODY_BRANCH(name, a, b)                                                \
	do {                                                                   \
		if (do_##name(a, b)) {                                         \
			cycles += taken_cycles;                                \
			FOLLOW(taken, block->pc + I(uop));                     \
		}                                                              \
		FOLLOW(next, block->end_pc);                                   \
	} while (0)

/* ---- handlers ---- */

#define ONE(group, name)                                                       \
	L_##name:                                                              \
	{                                                                      \
		BODY_##group(name, A(uop), B(uop));                            \
		NEXT();                                                        \
	}
#define ONE_REG(name, ...)    ONE(REG, name)
#define ONE_IMM(name, ...)    ONE(IMM, name)
#define ONE_LOAD(name, ...)   ONE(LOAD, name)
#define ONE_STORE(name, ...)  ONE(STORE, name)
#define ONE_BRANCH(name, ...) ONE(BRANCH, name)

/* The operands of a pair's second instruction. */
#define SECOND_ANY(group, name) BODY_##group(name, A(uop), B(uop))
#define SECOND_RS1(group, name) BODY_##group(name, v, B(uop))
#define SECOND_RS2(group, name) BODY_##group(name, A(uop), v)

#define PAIR(group1, first, group2, second, dependence)                        \
	L_##first##_##second##_##dependence:                                   \
	{                                                                      \
		BODY_##group1(first, A(uop), B(uop));                          \
		uop++;                                                         \
		SECOND_##dependence(group2, second);                           \
		NEXT();                                                        \
	}

#define LABEL(name, ...)	[SQZ_OP_##name] = &&L_##name,
#define LABEL_ATOMIC(name, ...) [SQZ_OP_##name] = &&L_ATOMIC,
#define LABEL_PAIR(group1, first, group2, second, dependence)                  \
	{ SQZ_OP_##first, SQZ_OP_##second, SQZ_DEP_##dependence,               \
	  &&L_##first##_##second##_##dependence },

void sqz_cpu_execute(struct sqz_cpu *cpu, struct sqz_block *block)
{
	static const void *const labels[SQZ_OP_COUNT] = {
		SQZ_OPS_REG(LABEL) SQZ_OPS_IMM(LABEL) SQZ_OPS_LOAD(LABEL)
		    SQZ_OPS_STORE(LABEL) SQZ_OPS_BRANCH(LABEL)
			SQZ_OPS_AMO(LABEL_ATOMIC) SQZ_OPS_OTHER(LABEL)
	};
	static const struct sqz_fusion fusions[] = { SQZ_FUSED(LABEL_PAIR){
	    0, 0, 0, NULL } };
	uint64_t *const x = cpu->x;
	const uint64_t taken_cycles = cpu->config.taken_cycles;
	uint64_t cycles, instret, base, load_span, store_span, pc, v;
	uint8_t *host;
	const struct sqz_uop *uop;
	struct sqz_block **successor;
	uint64_t generation;

	if (!block) {
		cpu->labels = labels;
		cpu->fusions = fusions;
		return;
	}
	LOAD_BACK();
	ENTER();

	SQZ_OPS_REG(ONE_REG)
	SQZ_OPS_IMM(ONE_IMM)
	SQZ_OPS_LOAD(ONE_LOAD)
	SQZ_OPS_STORE(ONE_STORE)
	SQZ_OPS_BRANCH(ONE_BRANCH)
	SQZ_FUSED(PAIR)

L_LUI:
	x[uop->rd] = I(uop);
	NEXT();

L_AUIPC:
	x[uop->rd] = block->pc + I(uop);
	NEXT();

L_FENCE:
	NEXT();

L_JAL:
	x[uop->rd] = block->end_pc;
	FOLLOW(taken, block->pc + I(uop));

L_JALR:
	pc = (A(uop) + I(uop)) & ~1ull;
	x[uop->rd] = block->end_pc;
	goto find;

L_END:
	FOLLOW(next, block->end_pc);

L_ATOMIC:
	SAVE();
	if (!sqz_cpu_atomic(cpu, block, uop))
		goto leave;
	LOAD_BACK();
	NEXT();

slow_load:
	SAVE();
	if (!sqz_cpu_load(cpu, block, uop))
		goto leave;
	LOAD_BACK();
	NEXT();

slow_store:
	SAVE();
	if (!sqz_cpu_store(cpu, block, uop))
		goto leave;
	LOAD_BACK();
	NEXT();

L_FENCE_I:
L_ECALL:
L_EBREAK:
L_MRET:
L_WFI:
L_CSRRW:
L_CSRRS:
L_CSRRC:
L_CSRRWI:
L_CSRRSI:
L_CSRRCI:
L_ILLEGAL:
L_FAULT:
L_STOP:
L_TRACE_JAL:
L_TRACE_JALR:
	SAVE();
	sqz_cpu_system(cpu, block, uop);

leave: /* synced; block and uop may be gone */
	LOAD_BACK();
	pc = cpu->pc;

find:
	block = cpu->jump[sqz_cpu_jump_slot(pc)];
	if (likely(block->pc == pc))
		ENTER();
	if (cycles >= cpu->limit)
		goto pause_at_pc;
	SAVE();
	cpu->pc = pc;
	block = sqz_cpu_find_block(cpu, pc);
	ENTER();

find_and_link:
	if (cycles >= cpu->limit)
		goto pause_at_pc;
	SAVE();
	cpu->pc = pc;
	generation = cpu->generation;
	block = sqz_cpu_find_block(cpu, pc);
	if (cpu->generation == generation)
		*successor = block;
	ENTER();

pause:
	pc = block->pc;
pause_at_pc:
	SAVE();
	cpu->pc = pc;
}
