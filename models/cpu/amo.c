/*
 * lr, sc and the read-modify-write atomics. There is one hart, so nothing is
 * locked; aq and rl mean nothing here. Outside memory they are access faults.
 */
#include "state.h"

/* How one atomic reaches its operand: by host pointer, or (a page withdrawn
 * from direct access) by one bus read and one bus write. */
struct operand {
	uint64_t addr;
	unsigned size; /* 4 or 8 */
	uint8_t *host; /* NULL: over the bus */
};

static uint64_t sign_extend(uint64_t value, unsigned size)
{
	return size == 4 ? SQZ_SEXT32(value) : value;
}

static bool get(struct sqz_cpu *cpu, const struct operand *o, uint64_t *value)
{
	uint64_t raw = 0;

	if (o->host)
		memcpy(&raw, o->host, o->size);
	else if (cpu->ops.read(cpu->config.ctx, o->addr, o->size, &raw) !=
		 SQZ_CPU_BUS_OK)
		return false;
	*value = sign_extend(raw, o->size);
	return true;
}

static bool put(struct sqz_cpu *cpu, const struct operand *o, uint64_t value)
{
	if (!o->host)
		return cpu->ops.write(cpu->config.ctx, o->addr, o->size,
				      value) == SQZ_CPU_BUS_OK;
	memcpy(o->host, &value, o->size);
	return true;
}

static uint64_t combine(unsigned op, uint64_t m, uint64_t r)
{
	switch (op) {
#define COMBINE(name, kind, expression)                                        \
	case SQZ_OP_##name:                                                    \
		return expression;
		SQZ_OPS_AMO(COMBINE)
#undef COMBINE
	default:
		return 0;
	}
}

static bool load_reserved(struct sqz_cpu *cpu, const struct operand *o,
			  uint64_t *result)
{
	if (!get(cpu, o, result))
		return false;
	cpu->reservation = (struct sqz_reservation){ .valid = true,
						     .size = o->size,
						     .addr = o->addr,
						     .value = *result };
	return true;
}

static bool store_conditional(struct sqz_cpu *cpu, const struct operand *o,
			      uint64_t value, uint64_t *result)
{
	struct sqz_reservation *held = &cpu->reservation;
	bool match =
	    held->valid && held->addr == o->addr && held->size == o->size;
	uint64_t now;

	*result = 1;
	held->valid = false;
	if (!match)
		return true;
	if (!get(cpu, o, &now))
		return false;
	if (now != held->value)
		return true;
	*result = 0;
	return put(cpu, o, value);
}

static bool modify(struct sqz_cpu *cpu, unsigned op, const struct operand *o,
		   uint64_t value, uint64_t *result)
{
	return get(cpu, o, result) &&
	       put(cpu, o, combine(op, *result, sign_extend(value, o->size)));
}

static bool perform(struct sqz_cpu *cpu, unsigned op, const struct operand *o,
		    uint64_t value, uint64_t *result)
{
	switch (op) {
	case SQZ_OP_LR:
		return load_reserved(cpu, o, result);
	case SQZ_OP_SC:
		return store_conditional(cpu, o, value, result);
	default:
		return modify(cpu, op, o, value, result);
	}
}

/* Synced, at a place that is no region. False: it trapped. */
static bool over_bus(struct sqz_cpu *cpu, struct sqz_block *block,
		     const struct sqz_uop *uop, const struct operand *o)
{
	/* The block may be gone after a callback. */
	const struct sqz_uop_info info = block->info[uop - block->ops];
	uint32_t cost = sqz_uop_cost(block, uop);
	unsigned rd = uop->rd, op = info.op;
	uint64_t value = cpu->x[uop->rs2], result;

	if (!cpu->ops.is_memory ||
	    !cpu->ops.is_memory(cpu->config.ctx, o->addr) ||
	    !perform(cpu, op, o, value, &result)) {
		sqz_cpu_trap(cpu,
			     op == SQZ_OP_LR ? SQZ_CAUSE_LOAD_FAULT
					     : SQZ_CAUSE_STORE_FAULT,
			     o->addr);
		return false;
	}
	cpu->x[rd] = result;
	sqz_cpu_retire(cpu, cost, info.bytes);
	return true;
}

/* Touches a watchpoint: completes, in the region r or (NULL) over the bus, and
 * stops. */
static void watched_atomic(struct sqz_cpu *cpu, struct sqz_block *block,
			   const struct sqz_uop *uop, const struct operand *o,
			   const struct sqz_cpu_region *r)
{
	const struct sqz_uop_info *info = &block->info[uop - block->ops];
	uint32_t cost = sqz_uop_cost(block, uop);

	sqz_cpu_sync(cpu, block, uop);
	if (r) {
		cost += r->read_cycles;
		if (info->op != SQZ_OP_LR)
			cost += r->write_cycles;
		perform(cpu, info->op, o, cpu->x[uop->rs2], &cpu->x[uop->rd]);
		sqz_cpu_retire(cpu, cost, info->bytes);
	} else if (!over_bus(cpu, block, uop, o)) {
		return;
	}
	sqz_cpu_watch_stop(cpu);
}

bool sqz_cpu_atomic(struct sqz_cpu *cpu, struct sqz_block *block,
		    const struct sqz_uop *uop)
{
	unsigned op = block->info[uop - block->ops].op;
	struct operand o = { .addr = cpu->x[uop->rs1],
			     .size = (unsigned)uop->imm };
	const struct sqz_cpu_region *r = sqz_cpu_find_region(
	    cpu, o.addr, o.size,
	    op == SQZ_OP_LR ? SQZ_CPU_R : SQZ_CPU_R | SQZ_CPU_W);

	if (o.addr & (o.size - 1)) {
		sqz_cpu_sync(cpu, block, uop);
		sqz_cpu_trap(cpu,
			     op == SQZ_OP_LR ? SQZ_CAUSE_LOAD_MISALIGNED
					     : SQZ_CAUSE_STORE_MISALIGNED,
			     o.addr);
		return false;
	}
	if (r)
		o.host = r->host + (o.addr - r->base);
	if (cpu->watchpoint_count &&
	    sqz_cpu_watched(cpu, o.addr, o.size,
			    op == SQZ_OP_LR ? SQZ_CPU_R
					    : SQZ_CPU_R | SQZ_CPU_W)) {
		watched_atomic(cpu, block, uop, &o, r);
		return false;
	}
	if (!r) {
		sqz_cpu_sync(cpu, block, uop);
		over_bus(cpu, block, uop, &o);
		return false;
	}
	cpu->cycles += r->read_cycles;
	if (op != SQZ_OP_LR)
		cpu->cycles += r->write_cycles;
	perform(cpu, op, &o, cpu->x[uop->rs2], &cpu->x[uop->rd]);
	return true;
}
