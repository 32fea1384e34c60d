/*
 * Life of a CPU, the loop around the engine, and the debugger's accessors.
 */
#include "state.h"

#include <stdlib.h>

void sqz_cpu_config_default(struct sqz_cpu_config *config)
{
	*config = (struct sqz_cpu_config){
		.reset_pc = 0x80000000,
		.clock_ps = 1000,
		.cycles = { [SQZ_CPU_ALU] = 1,
			    [SQZ_CPU_LOAD] = 2,
			    [SQZ_CPU_STORE] = 1,
			    [SQZ_CPU_MUL] = 3,
			    [SQZ_CPU_DIV] = 20,
			    [SQZ_CPU_BRANCH] = 1,
			    [SQZ_CPU_JUMP] = 2,
			    [SQZ_CPU_AMO] = 6,
			    [SQZ_CPU_CSR] = 2,
			    [SQZ_CPU_SYSTEM] = 1 },
		.taken_cycles = 1,
		.trap_cycles = 4,
	};
}

static bool valid(const struct sqz_cpu_config *config)
{
	/* A cost of 0 would let a loop run without using its budget. */
	for (int k = 0; k < SQZ_CPU_KINDS; k++)
		if (config->cycles[k] == 0)
			return false;
	return config->trap_cycles && config->ops && config->ops->read &&
	       config->ops->write;
}

struct sqz_cpu *sqz_cpu_create(const struct sqz_cpu_config *config)
{
	struct sqz_cpu *cpu;

	if (!valid(config))
		return NULL;
	cpu = calloc(1, sizeof(*cpu));
	if (!cpu)
		return NULL;
	cpu->config = *config;
	cpu->ops = *config->ops;
	cpu->config.ops = &cpu->ops;
	if (sqz_cpu_blocks_init(cpu) < 0) {
		sqz_cpu_destroy(cpu);
		return NULL;
	}
	sqz_cpu_reset(cpu);
	return cpu;
}

void sqz_cpu_destroy(struct sqz_cpu *cpu)
{
	if (!cpu)
		return;
	free(cpu->arena);
	free(cpu->step_block);
	free(cpu->nowhere);
	free(cpu);
}

void sqz_cpu_reset(struct sqz_cpu *cpu)
{
	uint64_t mip = cpu->csr.mip;

	memset(cpu->x, 0, sizeof(cpu->x));
	memset(&cpu->csr, 0, sizeof(cpu->csr));
	cpu->csr.mip = mip;
	cpu->csr.mcycle.offset = cpu->cycles;
	cpu->csr.minstret.offset = cpu->instret;
	cpu->reservation.valid = false;
	cpu->waiting = false;
	cpu->resuming = false;
	cpu->halt = SQZ_CPU_BUDGET;
	cpu->limit = 0;
	cpu->pc = cpu->config.reset_pc & ~1ull;
	sqz_cpu_flush_code(cpu);
}

const struct sqz_cpu_config *sqz_cpu_get_config(const struct sqz_cpu *cpu)
{
	return &cpu->config;
}

/* ---- running ---- */

static struct sqz_cpu_result result(struct sqz_cpu *cpu, uint64_t start,
				    enum sqz_cpu_reason reason)
{
	cpu->halt = SQZ_CPU_BUDGET;
	cpu->resuming = reason == SQZ_CPU_BREAKPOINT;
	return (struct sqz_cpu_result){ reason, cpu->cycles - start };
}

/* wfi: true while there is nothing to wake up for. */
static bool asleep(struct sqz_cpu *cpu)
{
	if (cpu->waiting && sqz_cpu_irq_pending(cpu))
		cpu->waiting = false;
	return cpu->waiting;
}

static void execute_one(struct sqz_cpu *cpu)
{
	cpu->limit = cpu->cycles + 1;
	sqz_cpu_execute(cpu, sqz_cpu_one_block(cpu, cpu->pc));
}

/* One turn: an interrupt is entered, or the engine runs until something makes
 * it stop. */
static void turn(struct sqz_cpu *cpu, uint64_t end)
{
	if (cpu->resuming) { /* past the breakpoint, before anything else */
		cpu->resuming = false;
		execute_one(cpu);
	} else if (!sqz_cpu_take_interrupt(cpu)) {
		cpu->limit = end;
		sqz_cpu_execute(cpu, sqz_cpu_find_block(cpu, cpu->pc));
	}
}

struct sqz_cpu_result sqz_cpu_run(struct sqz_cpu *cpu, uint64_t max_cycles)
{
	uint64_t start = cpu->cycles;
	uint64_t end =
	    max_cycles < UINT64_MAX - start ? start + max_cycles : UINT64_MAX;

	for (;;) {
		if (cpu->halt != SQZ_CPU_BUDGET)
			return result(cpu, start, cpu->halt);
		if (asleep(cpu))
			return result(cpu, start, SQZ_CPU_WFI);
		if (cpu->cycles >= end)
			return result(cpu, start, SQZ_CPU_BUDGET);
		turn(cpu, end);
	}
}

struct sqz_cpu_result sqz_cpu_step(struct sqz_cpu *cpu)
{
	uint64_t start = cpu->cycles;

	if (asleep(cpu))
		return result(cpu, start, SQZ_CPU_WFI);
	if (!sqz_cpu_take_interrupt(cpu))
		execute_one(cpu);
	return result(cpu, start, cpu->halt);
}

struct sqz_cpu_result sqz_cpu_step_masked(struct sqz_cpu *cpu)
{
	uint64_t start = cpu->cycles;

	if (asleep(cpu))
		return result(cpu, start, SQZ_CPU_WFI);
	execute_one(cpu);
	return result(cpu, start, cpu->halt);
}

void sqz_cpu_stop(struct sqz_cpu *cpu)
{
	cpu->halt = SQZ_CPU_STOPPED;
	cpu->limit = 0;
}

void sqz_cpu_add_cycles(struct sqz_cpu *cpu, uint64_t cycles)
{
	cpu->cycles += cycles;
}

uint64_t sqz_cpu_cycles(const struct sqz_cpu *cpu)
{
	return cpu->cycles;
}

uint64_t sqz_cpu_instret(const struct sqz_cpu *cpu)
{
	return cpu->instret;
}

uint64_t sqz_cpu_data_bytes(const struct sqz_cpu *cpu)
{
	return cpu->data_bytes;
}

/* ---- debugger ---- */

uint64_t sqz_cpu_get_reg(const struct sqz_cpu *cpu, unsigned reg)
{
	return cpu->x[reg & 31];
}

void sqz_cpu_set_reg(struct sqz_cpu *cpu, unsigned reg, uint64_t value)
{
	if (reg & 31)
		cpu->x[reg & 31] = value;
}

uint64_t sqz_cpu_get_pc(const struct sqz_cpu *cpu)
{
	return cpu->pc;
}

void sqz_cpu_set_pc(struct sqz_cpu *cpu, uint64_t pc)
{
	cpu->pc = pc & ~1ull;
	cpu->waiting = false;
	cpu->resuming = false;
}

int sqz_cpu_add_breakpoint(struct sqz_cpu *cpu, uint64_t addr)
{
	if (cpu->breakpoint_count == SQZ_CPU_BREAKPOINTS)
		return -1;
	cpu->breakpoints[cpu->breakpoint_count++] = addr;
	sqz_cpu_flush_code(cpu);
	return 0;
}

int sqz_cpu_remove_breakpoint(struct sqz_cpu *cpu, uint64_t addr)
{
	for (unsigned k = 0; k < cpu->breakpoint_count; k++) {
		if (cpu->breakpoints[k] != addr)
			continue;
		cpu->breakpoints[k] = cpu->breakpoints[--cpu->breakpoint_count];
		sqz_cpu_flush_code(cpu);
		return 0;
	}
	return -1;
}

void sqz_cpu_trace_calls(struct sqz_cpu *cpu, bool on)
{
	if (cpu->trace_calls == on)
		return;
	cpu->trace_calls = on;
	sqz_cpu_flush_code(cpu);
}
