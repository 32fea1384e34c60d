/*
 * Instructions after which nothing is as before: CSR accesses, fences, trap
 * entry and return, wfi; and the pseudo uops of block.c. They run rarely, so
 * they always sync and leave the block.
 */
#include "state.h"

/* ---- CSR ---- */

struct csr_insn {
	unsigned op, csr, rd;
	uint64_t operand;
	bool reads, writes;
};

static struct csr_insn csr_insn(const struct sqz_cpu *cpu, unsigned op,
				const struct sqz_uop *uop)
{
	bool immediate = op >= SQZ_OP_CSRRWI;
	bool swap = op == SQZ_OP_CSRRW || op == SQZ_OP_CSRRWI;

	return (struct csr_insn){
		.op = op,
		.csr = (unsigned)uop->imm,
		.rd = uop->rd,
		.operand = immediate ? uop->rs1 : cpu->x[uop->rs1],
		/* csrrw to x0 does not read; setting or clearing by x0 or 0
		 * does not write, so that read-only CSRs can be read. */
		.reads = !swap || uop->rd != SQZ_X_SINK,
		.writes = swap || uop->rs1 != 0,
	};
}

static uint64_t csr_result(unsigned op, uint64_t old, uint64_t operand)
{
	switch (op) {
	case SQZ_OP_CSRRS:
	case SQZ_OP_CSRRSI:
		return old | operand;
	case SQZ_OP_CSRRC:
	case SQZ_OP_CSRRCI:
		return old & ~operand;
	default:
		return operand;
	}
}

/* -1: illegal. */
static int csr_access(struct sqz_cpu *cpu, const struct csr_insn *insn)
{
	uint64_t old = 0;

	if (insn->reads && sqz_cpu_csr_get(cpu, insn->csr, &old) < 0)
		return -1;
	if (insn->writes &&
	    sqz_cpu_csr_set(cpu, insn->csr,
			    csr_result(insn->op, old, insn->operand), 1) < 0)
		return -1;
	cpu->x[insn->rd] = old;
	return 0;
}

/* The instruction's own bits, for mtval. */
static uint64_t csr_bits(const struct csr_insn *insn, unsigned rs1)
{
	unsigned funct3 = insn->op < SQZ_OP_CSRRWI
			      ? 1 + insn->op - SQZ_OP_CSRRW
			      : 5 + insn->op - SQZ_OP_CSRRWI;
	unsigned rd = insn->rd == SQZ_X_SINK ? 0 : insn->rd;

	return (uint64_t)insn->csr << 20 | rs1 << 15 | funct3 << 12 | rd << 7 |
	       0x73;
}

static void run_csr(struct sqz_cpu *cpu, unsigned op, const struct sqz_uop *uop,
		    uint32_t cost)
{
	struct csr_insn insn = csr_insn(cpu, op, uop);
	uint64_t bits = csr_bits(&insn, uop->rs1);

	if (csr_access(cpu, &insn) < 0)
		sqz_cpu_trap(cpu, SQZ_CAUSE_ILLEGAL, bits);
	else
		sqz_cpu_retire(cpu, cost, 4);
}

/* ---- the others ---- */

static void run_mret(struct sqz_cpu *cpu, uint32_t cost)
{
	struct sqz_csrs *csr = &cpu->csr;
	uint64_t from = cpu->pc;

	sqz_cpu_retire(cpu, cost, 4);
	cpu->pc = csr->mepc;
	csr->mstatus &= ~(uint64_t)SQZ_MSTATUS_MIE;
	if (csr->mstatus & SQZ_MSTATUS_MPIE)
		csr->mstatus |= SQZ_MSTATUS_MIE;
	csr->mstatus |= SQZ_MSTATUS_MPIE;
	sqz_cpu_update_interrupts(cpu);
	if (cpu->trace_calls && cpu->ops.call)
		cpu->ops.call(cpu->config.ctx, SQZ_CPU_MRET, from, cpu->pc);
}

static void run_wfi(struct sqz_cpu *cpu, uint32_t cost)
{
	sqz_cpu_retire(cpu, cost, 4);
	if (sqz_cpu_irq_pending(cpu))
		return;
	cpu->waiting = true;
	cpu->limit = 0;
}

static void run_stop(struct sqz_cpu *cpu)
{
	cpu->halt = SQZ_CPU_BREAKPOINT;
	cpu->limit = 0;
}

/* jal and jalr while calls are traced. */
static void run_jump(struct sqz_cpu *cpu, const struct sqz_block *block,
		     const struct sqz_uop *uop)
{
	const struct sqz_uop_info *info = &block->info[uop - block->ops];
	bool direct = info->op == SQZ_OP_TRACE_JAL;
	bool call = uop->rd == 1;
	bool back = !direct && uop->rd == SQZ_X_SINK && uop->rs1 == 1;
	uint64_t from = cpu->pc;
	uint64_t to =
	    (direct ? block->pc : cpu->x[uop->rs1]) + (uint64_t)uop->imm;

	cpu->x[uop->rd] = from + info->bytes;
	sqz_cpu_retire(cpu, sqz_uop_cost(block, uop), info->bytes);
	cpu->pc = to & ~1ull;
	if (call || back)
		cpu->ops.call(cpu->config.ctx,
			      call ? SQZ_CPU_CALL : SQZ_CPU_RETURN, from,
			      cpu->pc);
}

void sqz_cpu_system(struct sqz_cpu *cpu, struct sqz_block *block,
		    const struct sqz_uop *uop)
{
	const struct sqz_uop_info *info = &block->info[uop - block->ops];
	uint32_t cost = sqz_uop_cost(block, uop);

	sqz_cpu_sync(cpu, block, uop);
	switch (info->op) {
	case SQZ_OP_FENCE_I:
		sqz_cpu_retire(cpu, cost, 4);
		sqz_cpu_flush_code(cpu);
		break;
	case SQZ_OP_ECALL:
		sqz_cpu_trap(cpu, SQZ_CAUSE_ECALL_M, 0);
		break;
	case SQZ_OP_EBREAK:
		sqz_cpu_trap(cpu, SQZ_CAUSE_BREAKPOINT, 0);
		break;
	case SQZ_OP_MRET:
		run_mret(cpu, cost);
		break;
	case SQZ_OP_WFI:
		run_wfi(cpu, cost);
		break;
	case SQZ_OP_ILLEGAL:
		sqz_cpu_trap(cpu, SQZ_CAUSE_ILLEGAL, (uint32_t)uop->imm);
		break;
	case SQZ_OP_FAULT: /* imm: which half of the instruction it was */
		sqz_cpu_trap(cpu, SQZ_CAUSE_FETCH_FAULT,
			     cpu->pc + (uint64_t)uop->imm);
		break;
	case SQZ_OP_STOP:
		run_stop(cpu);
		break;
	case SQZ_OP_TRACE_JAL:
	case SQZ_OP_TRACE_JALR:
		run_jump(cpu, block, uop);
		break;
	default:
		run_csr(cpu, info->op, uop, cost);
		break;
	}
}
