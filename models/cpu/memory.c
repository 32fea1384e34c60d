/*
 * Guest memory: the table of regions, and every access that misses the window
 * (another region, the bus, an access across a border).
 */
#include "state.h"

/* ---- the table ---- */

/* The window is the largest readable region; it takes part in the cost of each
 * load and store, so decoded blocks become stale when it changes. With
 * watchpoints it stays the same, at the same cost, but no access hits it. */
void sqz_cpu_choose_window(struct sqz_cpu *cpu)
{
	static const struct sqz_cpu_region none;
	const struct sqz_cpu_region *best = &none;

	for (unsigned k = 0; k < cpu->region_count; k++) {
		const struct sqz_cpu_region *r = &cpu->regions[k];

		if ((r->flags & SQZ_CPU_R) && r->size > best->size)
			best = r;
	}
	cpu->window_base = best->base;
	cpu->window_host = best->host;
	cpu->load_span = best->size > 7 ? best->size - 7 : 0;
	cpu->store_span = best->flags & SQZ_CPU_W ? cpu->load_span : 0;
	cpu->window_read_cycles = best->read_cycles;
	cpu->window_write_cycles = best->write_cycles;
	if (cpu->watchpoint_count)
		cpu->load_span = cpu->store_span = 0;
	cpu->last_region = 0;
}

static uint64_t last_byte(const struct sqz_cpu_region *r)
{
	return r->base + (r->size - 1);
}

/* The part of r from first to last, both inclusive. */
static struct sqz_cpu_region piece(const struct sqz_cpu_region *r,
				   uint64_t first, uint64_t last)
{
	struct sqz_cpu_region part = *r;

	part.base = first;
	part.size = last - first + 1;
	part.host = r->host + (first - r->base);
	return part;
}

static bool joins(const struct sqz_cpu_region *a,
		  const struct sqz_cpu_region *b)
{
	return last_byte(a) + 1 == b->base && a->host + a->size == b->host &&
	       a->flags == b->flags && a->read_cycles == b->read_cycles &&
	       a->write_cycles == b->write_cycles &&
	       a->fetch_cycles == b->fetch_cycles;
}

struct table {
	struct sqz_cpu_region rows[SQZ_REGIONS + 2];
	unsigned count;
};

/* Appends in order of address; pieces of one memory become one row. */
static void append(struct table *t, struct sqz_cpu_region r)
{
	if (t->count && joins(&t->rows[t->count - 1], &r))
		t->rows[t->count - 1].size += r.size;
	else if (t->count < SQZ_REGIONS + 2)
		t->rows[t->count++] = r;
}

/* Rebuilds the table with first..last cut out and, if not NULL, `in` put
 * there. */
static int replace(struct sqz_cpu *cpu, uint64_t first, uint64_t last,
		   const struct sqz_cpu_region *in)
{
	struct table t = { .count = 0 };

	for (unsigned k = 0; k < cpu->region_count; k++) {
		const struct sqz_cpu_region *r = &cpu->regions[k];
		bool before = r->base<first, after = last_byte(r)> last;

		if (before)
			append(&t, piece(r, r->base,
					 last_byte(r) < first ? last_byte(r)
							      : first - 1));
		if (in && after) {
			append(&t, *in);
			in = NULL;
		}
		if (after)
			append(&t, piece(r, r->base > last ? r->base : last + 1,
					 last_byte(r)));
	}
	if (in)
		append(&t, *in);
	if (t.count > SQZ_REGIONS)
		return -1;
	memcpy(cpu->regions, t.rows, t.count * sizeof(t.rows[0]));
	cpu->region_count = t.count;
	sqz_cpu_choose_window(cpu);
	sqz_cpu_flush_code(cpu);
	return 0;
}

int sqz_cpu_map(struct sqz_cpu *cpu, const struct sqz_cpu_region *region)
{
	if (region->size < 16 || !region->host ||
	    region->base + (region->size - 1) < region->base)
		return -1;
	return replace(cpu, region->base, last_byte(region), region);
}

int sqz_cpu_unmap(struct sqz_cpu *cpu, uint64_t base, uint64_t size)
{
	if (size == 0 || base + (size - 1) < base)
		return -1;
	return replace(cpu, base, base + (size - 1), NULL);
}

static bool holds(const struct sqz_cpu_region *r, uint64_t addr, uint64_t size)
{
	return addr - r->base < r->size && r->size - (addr - r->base) >= size;
}

const struct sqz_cpu_region *sqz_cpu_find_region(struct sqz_cpu *cpu,
						 uint64_t addr, uint64_t size,
						 unsigned flags)
{
	unsigned k = cpu->last_region;

	if (k >= cpu->region_count || !holds(&cpu->regions[k], addr, size)) {
		for (k = 0; k < cpu->region_count; k++)
			if (holds(&cpu->regions[k], addr, size))
				break;
		if (k == cpu->region_count)
			return NULL;
		cpu->last_region = k;
	}
	return (cpu->regions[k].flags & flags) == flags ? &cpu->regions[k]
							: NULL;
}

/* ---- accesses ---- */

/* One load or store instruction, apart from the block it stands in. */
struct access {
	uint64_t addr;
	uint64_t value; /* stores: what to write; loads: what was read */
	unsigned size;
	unsigned flag; /* SQZ_CPU_R or SQZ_CPU_W */
	unsigned fault;
	uint32_t cost; /* without the window's wait */
	uint8_t bytes;
};

static enum sqz_cpu_bus bus_access(struct sqz_cpu *cpu, struct access *a)
{
	if (a->flag == SQZ_CPU_R)
		return cpu->ops.read(cpu->config.ctx, a->addr, a->size,
				     &a->value);
	return cpu->ops.write(cpu->config.ctx, a->addr, a->size, a->value);
}

static void region_access(const struct sqz_cpu_region *r, struct access *a)
{
	uint8_t *host = r->host + (a->addr - r->base);

	if (a->flag == SQZ_CPU_R)
		memcpy(&a->value, host, a->size);
	else
		memcpy(host, &a->value, a->size);
}

/* An access that only partly lies in a region goes byte by byte, in ascending
 * order; a bus fault leaves the bytes before it done. */
static enum sqz_cpu_bus split_access(struct sqz_cpu *cpu, struct access *a)
{
	uint64_t value = 0;

	for (unsigned k = 0; k < a->size; k++) {
		struct access byte = *a;
		const struct sqz_cpu_region *r;

		byte.addr = a->addr + k;
		byte.size = 1;
		byte.value = a->flag == SQZ_CPU_R ? 0 : a->value >> (8 * k);
		r = sqz_cpu_find_region(cpu, byte.addr, 1, a->flag);
		if (r)
			region_access(r, &byte);
		else if (bus_access(cpu, &byte) != SQZ_CPU_BUS_OK)
			return SQZ_CPU_BUS_FAULT;
		value |= (byte.value & 0xff) << (8 * k);
	}
	a->value = value;
	return SQZ_CPU_BUS_OK;
}

static bool touches_region(struct sqz_cpu *cpu, const struct access *a)
{
	return sqz_cpu_find_region(cpu, a->addr, 1, a->flag) ||
	       sqz_cpu_find_region(cpu, a->addr + a->size - 1, 1, a->flag);
}

/* The access is not in one region: sync and let the bus answer. True if the
 * instruction has completed, false if it trapped. */
static bool outside(struct sqz_cpu *cpu, const struct sqz_block *block,
		    const struct sqz_uop *uop, struct access *a)
{
	enum sqz_cpu_bus answer;

	sqz_cpu_sync(cpu, block, uop);
	if (touches_region(cpu, a))
		answer = split_access(cpu, a);
	else
		answer = bus_access(cpu, a);
	if (answer != SQZ_CPU_BUS_OK) {
		sqz_cpu_trap(cpu, a->fault, a->addr);
		return false;
	}
	sqz_cpu_retire(cpu, a->cost, a->bytes);
	return true;
}

/* The access touches a watchpoint: complete it and stop after it. True if it
 * did not trap. In the region r, or (NULL) outside. */
static bool watched_access(struct sqz_cpu *cpu, const struct sqz_block *block,
			   const struct sqz_uop *uop, struct access *a,
			   const struct sqz_cpu_region *r)
{
	bool done = true;

	if (r) {
		sqz_cpu_sync(cpu, block, uop);
		region_access(r, a);
		cpu->data_bytes += a->size;
		sqz_cpu_retire(cpu,
			       a->cost + (a->flag == SQZ_CPU_R
					      ? r->read_cycles
					      : r->write_cycles),
			       a->bytes);
	} else {
		done = outside(cpu, block, uop, a);
	}
	if (done)
		sqz_cpu_watch_stop(cpu);
	return done;
}

static bool is_watched(struct sqz_cpu *cpu, const struct access *a)
{
	return cpu->watchpoint_count &&
	       sqz_cpu_watched(cpu, a->addr, a->size, a->flag);
}

static uint64_t extend(unsigned op, uint64_t value)
{
	switch (op) {
#define EXTEND(name, kind, type)                                               \
	case SQZ_OP_##name:                                                    \
		return (uint64_t)(type)value;
		SQZ_OPS_LOAD(EXTEND)
#undef EXTEND
	default:
		return value;
	}
}

unsigned sqz_cpu_operand_bytes(unsigned op)
{
	switch (op) {
#define SIZE(name, kind, type)                                                 \
	case SQZ_OP_##name:                                                    \
		return sizeof(type);
		SQZ_OPS_LOAD(SIZE)
		SQZ_OPS_STORE(SIZE)
#undef SIZE
	default:
		return 0;
	}
}

bool sqz_cpu_load(struct sqz_cpu *cpu, struct sqz_block *block,
		  const struct sqz_uop *uop)
{
	const struct sqz_uop_info *info = &block->info[uop - block->ops];
	const uint8_t op = info->op, rd = uop->rd;
	struct access a = { .addr = cpu->x[uop->rs1] + (uint64_t)uop->imm,
			    .size = sqz_cpu_operand_bytes(op),
			    .flag = SQZ_CPU_R,
			    .fault = SQZ_CAUSE_LOAD_FAULT,
			    .cost = sqz_uop_cost(block, uop) -
				    cpu->window_read_cycles,
			    .bytes = info->bytes };
	const struct sqz_cpu_region *r =
	    sqz_cpu_find_region(cpu, a.addr, a.size, SQZ_CPU_R);

	if (is_watched(cpu, &a)) {
		if (watched_access(cpu, block, uop, &a, r))
			cpu->x[rd] = extend(op, a.value);
		return false;
	}
	if (r) {
		region_access(r, &a);
		cpu->cycles += r->read_cycles;
		cpu->cycles -= cpu->window_read_cycles;
	} else if (!outside(cpu, block, uop, &a)) {
		return false;
	}
	cpu->x[rd] = extend(op, a.value);
	return r != NULL;
}

bool sqz_cpu_store(struct sqz_cpu *cpu, struct sqz_block *block,
		   const struct sqz_uop *uop)
{
	const struct sqz_uop_info *info = &block->info[uop - block->ops];
	struct access a = { .addr = cpu->x[uop->rs1] + (uint64_t)uop->imm,
			    .value = cpu->x[uop->rs2],
			    .size = sqz_cpu_operand_bytes(info->op),
			    .flag = SQZ_CPU_W,
			    .fault = SQZ_CAUSE_STORE_FAULT,
			    .cost = sqz_uop_cost(block, uop) -
				    cpu->window_write_cycles,
			    .bytes = info->bytes };
	const struct sqz_cpu_region *r =
	    sqz_cpu_find_region(cpu, a.addr, a.size, SQZ_CPU_W);

	if (is_watched(cpu, &a)) {
		watched_access(cpu, block, uop, &a, r);
		return false;
	}
	if (!r) {
		outside(cpu, block, uop, &a);
		return false;
	}
	region_access(r, &a);
	cpu->cycles += r->write_cycles;
	cpu->cycles -= cpu->window_write_cycles;
	return true;
}
