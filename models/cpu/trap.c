/*
 * Entry into trap handlers, and the exact state that it needs.
 */
#include "state.h"

void sqz_cpu_sync(struct sqz_cpu *cpu, const struct sqz_block *block,
		  const struct sqz_uop *uop)
{
	unsigned index = (unsigned)(uop - block->ops);

	cpu->pc = block->pc + 2ull * uop->half;
	cpu->cycles -= block->cycles - block->info[index].cycles_before;
	cpu->instret -= block->insns - index;
	cpu->data_bytes -= block->data_bytes - block->info[index].data_before;
}

static uint64_t handler(const struct sqz_csrs *csr, uint64_t cause)
{
	uint64_t base = csr->mtvec & ~3ull;
	bool vectored = csr->mtvec & 1;

	if (vectored && (cause & SQZ_CAUSE_INTERRUPT))
		base += 4 * (cause & ~SQZ_CAUSE_INTERRUPT);
	return base;
}

static void enter(struct sqz_cpu *cpu, uint64_t cause, uint64_t tval)
{
	struct sqz_csrs *csr = &cpu->csr;
	uint64_t epc = cpu->pc;

	csr->mepc = epc;
	csr->mcause = cause;
	csr->mtval = tval;
	csr->mstatus &= ~(uint64_t)SQZ_MSTATUS_MPIE;
	if (csr->mstatus & SQZ_MSTATUS_MIE)
		csr->mstatus |= SQZ_MSTATUS_MPIE;
	csr->mstatus &= ~(uint64_t)SQZ_MSTATUS_MIE;
	cpu->pc = handler(csr, cause);
	cpu->cycles += cpu->config.trap_cycles;
	cpu->reservation.valid = false;
	if (cpu->ops.trap)
		cpu->ops.trap(cpu->config.ctx, cause, epc, tval);
}

void sqz_cpu_trap(struct sqz_cpu *cpu, unsigned cause, uint64_t tval)
{
	/* A handler whose first instruction traps would trap for ever. */
	if (cpu->pc == handler(&cpu->csr, cause)) {
		cpu->halt = SQZ_CPU_LOST;
		cpu->limit = 0;
	}
	enter(cpu, cause, tval);
}

static bool may_interrupt(const struct sqz_cpu *cpu)
{
	return (cpu->csr.mip & cpu->csr.mie) &&
	       (cpu->csr.mstatus & SQZ_MSTATUS_MIE);
}

bool sqz_cpu_take_interrupt(struct sqz_cpu *cpu)
{
	static const uint8_t order[] = { SQZ_CPU_IRQ_MEI, SQZ_CPU_IRQ_MSI,
					 SQZ_CPU_IRQ_MTI };

	if (!may_interrupt(cpu))
		return false;
	for (unsigned k = 0; k < sizeof(order); k++) {
		if (!(cpu->csr.mip & cpu->csr.mie & (1u << order[k])))
			continue;
		enter(cpu, SQZ_CAUSE_INTERRUPT | order[k], 0);
		return true;
	}
	return false;
}

void sqz_cpu_update_interrupts(struct sqz_cpu *cpu)
{
	if (may_interrupt(cpu))
		cpu->limit = 0;
}

void sqz_cpu_set_irq(struct sqz_cpu *cpu, unsigned irq, bool level)
{
	uint64_t bit = 1ull << irq;

	if (irq != SQZ_CPU_IRQ_MSI && irq != SQZ_CPU_IRQ_MTI &&
	    irq != SQZ_CPU_IRQ_MEI)
		return;
	cpu->csr.mip = level ? cpu->csr.mip | bit : cpu->csr.mip & ~bit;
	sqz_cpu_update_interrupts(cpu);
}

bool sqz_cpu_irq_due(const struct sqz_cpu *cpu)
{
	return may_interrupt(cpu);
}

bool sqz_cpu_irq_pending(const struct sqz_cpu *cpu)
{
	return cpu->csr.mip & cpu->csr.mie;
}
