/*
 * Blocks: found by pc, decoded on first use, kept until something flushes all
 * of them (fence.i, a change of mappings or breakpoints, a full arena).
 * Flushing one by one would need links back to every predecessor; whole flushes
 * are rare and decoding again costs little.
 */
#include "state.h"

#include <stdlib.h>

/* A block with one uop more than instructions, for END and its like. */
static size_t block_bytes(unsigned uops)
{
	return sizeof(struct sqz_block) +
	       uops * (sizeof(struct sqz_uop) + sizeof(struct sqz_uop_info));
}

enum { MOST_UOPS = SQZ_BLOCK_INSNS + 1 };

/* ---- fetching ---- */

static bool fetch_half(struct sqz_cpu *cpu, uint64_t pc, uint16_t *half)
{
	const struct sqz_cpu_region *r =
	    sqz_cpu_find_region(cpu, pc, 2, SQZ_CPU_X);

	if (r) {
		memcpy(half, r->host + (pc - r->base), 2);
		return true;
	}
	return cpu->ops.fetch &&
	       cpu->ops.fetch(cpu->config.ctx, pc, half) == SQZ_CPU_BUS_OK;
}

/* True: *bits is a whole instruction. False: *missing is the offset of the
 * half-word that cannot be read. */
static bool fetch(struct sqz_cpu *cpu, uint64_t pc, uint32_t *bits,
		  unsigned *missing)
{
	uint16_t low, high = 0;

	*missing = 0;
	if (!fetch_half(cpu, pc, &low))
		return false;
	if ((low & 3) == 3) {
		*missing = 2;
		if (!fetch_half(cpu, pc + 2, &high))
			return false;
	}
	*bits = (uint32_t)high << 16 | low;
	return true;
}

static uint32_t fetch_cycles(struct sqz_cpu *cpu, uint64_t pc)
{
	const struct sqz_cpu_region *r =
	    sqz_cpu_find_region(cpu, pc, 2, SQZ_CPU_X);

	return r ? r->fetch_cycles : 0;
}

/* ---- building ---- */

static const uint8_t kinds[SQZ_OP_COUNT] = {
#define KIND(name, kind, ...) [SQZ_OP_##name] = SQZ_CPU_##kind,
	SQZ_OPS_ALL(KIND)
#undef KIND
};

/* Ends a block: whatever follows may be somewhere else, or decoded anew. */
static bool ends_block(enum sqz_op op)
{
	switch (op) {
#define CASE(name, ...) case SQZ_OP_##name:
		SQZ_OPS_BRANCH(CASE)
#undef CASE
	case SQZ_OP_JAL:
	case SQZ_OP_JALR:
	case SQZ_OP_FENCE_I:
	case SQZ_OP_ECALL:
	case SQZ_OP_EBREAK:
	case SQZ_OP_MRET:
	case SQZ_OP_WFI:
	case SQZ_OP_CSRRW:
	case SQZ_OP_CSRRS:
	case SQZ_OP_CSRRC:
	case SQZ_OP_CSRRWI:
	case SQZ_OP_CSRRSI:
	case SQZ_OP_CSRRCI:
	case SQZ_OP_ILLEGAL:
	case SQZ_OP_END:
	case SQZ_OP_FAULT:
	case SQZ_OP_STOP:
		return true;
	default:
		return false;
	}
}

static bool relative(enum sqz_op op)
{
	return op == SQZ_OP_JAL || op == SQZ_OP_AUIPC ||
	       (op >= SQZ_OP_BEQ && op <= SQZ_OP_BGEU);
}

static enum sqz_op traced(const struct sqz_cpu *cpu, enum sqz_op op)
{
	if (!cpu->trace_calls || !cpu->ops.call)
		return op;
	return op == SQZ_OP_JAL	   ? SQZ_OP_TRACE_JAL
	       : op == SQZ_OP_JALR ? SQZ_OP_TRACE_JALR
				   : op;
}

/* A block under construction. */
struct build {
	struct sqz_block *block;
	struct sqz_uop_info info[MOST_UOPS];
	unsigned uops;
	uint32_t cycles, data_bytes;
};

static uint32_t cost(struct sqz_cpu *cpu, enum sqz_op op, uint64_t pc)
{
	enum sqz_cpu_kind kind = kinds[op];
	uint32_t cycles = cpu->config.cycles[kind] + fetch_cycles(cpu, pc);

	if (kind == SQZ_CPU_LOAD)
		cycles += cpu->window_read_cycles;
	if (kind == SQZ_CPU_STORE)
		cycles += cpu->window_write_cycles;
	return cycles;
}

static void put(struct sqz_cpu *cpu, struct build *b,
		const struct sqz_insn *insn)
{
	struct sqz_block *block = b->block;
	unsigned half = (unsigned)(block->end_pc - block->pc) / 2;
	enum sqz_op op = traced(cpu, insn->op);

	block->ops[b->uops] = (struct sqz_uop){
		.go = cpu->labels[op],
		.imm = insn->imm + (relative(insn->op) ? 2 * (int)half : 0),
		.rd = insn->rd ? insn->rd : SQZ_X_SINK,
		.rs1 = insn->rs1,
		.rs2 = insn->rs2,
		.half = (uint8_t)half,
	};
	b->info[b->uops] =
	    (struct sqz_uop_info){ .op = op,
				   .bytes = insn->bytes,
				   .data_before = (uint16_t)b->data_bytes,
				   .cycles_before = b->cycles };
	b->uops++;
	if (!insn->bytes) /* a pseudo uop: no instruction */
		return;
	b->cycles += cost(cpu, op, block->end_pc);
	b->data_bytes += sqz_cpu_operand_bytes(op);
	block->end_pc += insn->bytes;
	block->insns++;
}

static bool is_breakpoint(const struct sqz_cpu *cpu, uint64_t pc)
{
	for (unsigned k = 0; k < cpu->breakpoint_count; k++)
		if (cpu->breakpoints[k] == pc)
			return true;
	return false;
}

/* What stands at the current end of the block. */
static struct sqz_insn next_insn(struct sqz_cpu *cpu, const struct build *b,
				 unsigned most, bool breakpoints)
{
	struct sqz_insn end = { .op = SQZ_OP_END };
	uint64_t pc = b->block->end_pc;
	unsigned missing;
	uint32_t bits;

	if (b->uops == most)
		return end;
	if (breakpoints && is_breakpoint(cpu, pc)) {
		end.op = b->uops ? SQZ_OP_END : SQZ_OP_STOP;
		return end;
	}
	if (fetch(cpu, pc, &bits, &missing))
		return sqz_cpu_decode(bits);
	/* Only if execution really gets there. */
	end.op = b->uops ? SQZ_OP_END : SQZ_OP_FAULT;
	end.imm = (int32_t)missing;
	return end;
}

/* Decodes at most `most` instructions from pc on into block. */
static void build(struct sqz_cpu *cpu, struct sqz_block *block, uint64_t pc,
		  unsigned most, bool breakpoints)
{
	struct build b = { .block = block };
	struct sqz_insn insn;

	*block = (struct sqz_block){ .pc = pc, .end_pc = pc };
	do {
		insn = next_insn(cpu, &b, most, breakpoints);
		put(cpu, &b, &insn);
	} while (!ends_block(insn.op));
	block->cycles = b.cycles;
	block->data_bytes = b.data_bytes;
	block->info = (struct sqz_uop_info *)&block->ops[b.uops];
	memcpy(block->info, b.info, b.uops * sizeof(b.info[0]));
	sqz_cpu_fuse(cpu, block);
}

/* ---- the store ---- */

static unsigned hash_slot(uint64_t pc)
{
	return (unsigned)((pc * 0x9e3779b97f4a7c15ull) >> (64 - SQZ_HASH_BITS));
}

void sqz_cpu_flush_code(struct sqz_cpu *cpu)
{
	for (unsigned k = 0; k < 1u << SQZ_JUMP_BITS; k++)
		cpu->jump[k] = cpu->nowhere;
	memset(cpu->hash, 0, sizeof(cpu->hash));
	cpu->arena_used = 0;
	cpu->generation++;
}

struct sqz_block *sqz_cpu_find_block(struct sqz_cpu *cpu, uint64_t pc)
{
	unsigned slot = hash_slot(pc);
	struct sqz_block *block = cpu->hash[slot];

	while (block && block->pc != pc)
		block = block->bucket;
	if (!block) {
		if (cpu->arena_used + block_bytes(MOST_UOPS) > SQZ_ARENA_BYTES)
			sqz_cpu_flush_code(cpu);
		block = (struct sqz_block *)(cpu->arena + cpu->arena_used);
		build(cpu, block, pc, SQZ_BLOCK_INSNS, true);
		cpu->arena_used +=
		    (block_bytes(block->insns + 1) + 15) & ~(size_t)15;
		block->bucket = cpu->hash[slot];
		cpu->hash[slot] = block;
	}
	cpu->jump[sqz_cpu_jump_slot(pc)] = block;
	return block;
}

struct sqz_block *sqz_cpu_one_block(struct sqz_cpu *cpu, uint64_t pc)
{
	build(cpu, cpu->step_block, pc, 1, false);
	return cpu->step_block;
}

int sqz_cpu_blocks_init(struct sqz_cpu *cpu)
{
	cpu->arena = malloc(SQZ_ARENA_BYTES);
	cpu->step_block = calloc(1, block_bytes(MOST_UOPS));
	cpu->nowhere = calloc(1, block_bytes(1));
	if (!cpu->arena || !cpu->step_block || !cpu->nowhere)
		return -1;
	cpu->nowhere->pc = 1; /* odd: no pc is */
	sqz_cpu_execute(cpu, NULL);
	sqz_cpu_flush_code(cpu);
	return 0;
}
