#include "models/cpu/rig.h"

#include "suite.h"

#include <string.h>

static void record(struct rig *r, bool write, uint64_t addr, unsigned size,
		   uint64_t value)
{
	ck_assert_uint_lt(r->accesses, RIG_LOG);
	r->access[r->accesses++] =
	    (struct rig_access){ .write = write,
				 .addr = addr,
				 .size = size,
				 .value = value,
				 .pc = sqz_cpu_get_pc(r->cpu),
				 .instret = sqz_cpu_instret(r->cpu),
				 .cycles = sqz_cpu_cycles(r->cpu) };
	if (r->on_access)
		r->on_access(r);
}

static enum sqz_cpu_bus bus_read(void *ctx, uint64_t addr, unsigned size,
				 uint64_t *value)
{
	struct rig *r = ctx;

	record(r, false, addr, size, 0);
	*value = r->answer;
	return r->fault ? SQZ_CPU_BUS_FAULT : SQZ_CPU_BUS_OK;
}

static enum sqz_cpu_bus bus_write(void *ctx, uint64_t addr, unsigned size,
				  uint64_t value)
{
	struct rig *r = ctx;

	record(r, true, addr, size, value);
	return r->fault ? SQZ_CPU_BUS_FAULT : SQZ_CPU_BUS_OK;
}

static enum sqz_cpu_bus bus_fetch(void *ctx, uint64_t addr, uint16_t *value)
{
	struct rig *r = ctx;

	if (!r->fetch)
		return SQZ_CPU_BUS_FAULT;
	*value = r->fetch(addr);
	return SQZ_CPU_BUS_OK;
}

static bool is_memory(void *ctx, uint64_t addr)
{
	(void)addr;
	return ((struct rig *)ctx)->memory;
}

static uint64_t time_csr(void *ctx)
{
	return ((struct rig *)ctx)->time;
}

static void on_trap(void *ctx, uint64_t cause, uint64_t epc, uint64_t tval)
{
	struct rig *r = ctx;

	ck_assert_uint_lt(r->traps, RIG_LOG);
	r->trap[r->traps].cause = cause;
	r->trap[r->traps].epc = epc;
	r->trap[r->traps++].tval = tval;
}

static void on_call(void *ctx, enum sqz_cpu_call what, uint64_t from,
		    uint64_t to)
{
	struct rig *r = ctx;

	ck_assert_uint_lt(r->calls, RIG_LOG);
	r->call[r->calls++] = (struct rig_call){ what, from, to };
}

static struct rig *create(bool costs)
{
	static const struct sqz_cpu_ops ops = { .read = bus_read,
						.write = bus_write,
						.fetch = bus_fetch,
						.is_memory = is_memory,
						.time = time_csr,
						.trap = on_trap,
						.call = on_call };
	struct rig *r = calloc(1, sizeof(*r));

	ck_assert_ptr_nonnull(r);
	sqz_cpu_config_default(&r->config);
	for (int k = 0; !costs && k < SQZ_CPU_KINDS; k++)
		r->config.cycles[k] = 1;
	if (!costs) {
		r->config.taken_cycles = 0;
		r->config.trap_cycles = 1;
	}
	r->config.ops = &ops;
	r->config.ctx = r;
	r->cpu = sqz_cpu_create(&r->config);
	ck_assert_ptr_nonnull(r->cpu);
	ck_assert_int_eq(
	    sqz_cpu_map(r->cpu, &(struct sqz_cpu_region){ .base = RIG_RAM,
							  .size = RIG_RAM_BYTES,
							  .host = r->ram,
							  .flags = SQZ_CPU_R |
								   SQZ_CPU_W |
								   SQZ_CPU_X }),
	    0);
	rig_put(r, RIG_HANDLER - RIG_CODE, (uint32_t[]){ RV_C_EBREAK }, 1);
	sqz_cpu_write_csr(r->cpu, CSR_MTVEC, RIG_HANDLER);
	return r;
}

struct rig *rig_create(void)
{
	return create(false);
}

struct rig *rig_create_with_costs(void)
{
	return create(true);
}

void rig_destroy(struct rig *r)
{
	sqz_cpu_destroy(r->cpu);
	free(r);
}

void rig_put(struct rig *r, uint32_t offset, const uint32_t *words,
	     unsigned count)
{
	memcpy(r->ram + offset, words, 4 * (size_t)count);
	sqz_cpu_flush_code(r->cpu);
}

struct sqz_cpu_result rig_run(struct rig *r)
{
	return sqz_cpu_run(r->cpu, 10000);
}

uint64_t rig_csr(const struct rig *r, unsigned csr)
{
	uint64_t value = 0;

	ck_assert_int_eq(sqz_cpu_read_csr(r->cpu, csr, &value), 0);
	return value;
}

uint64_t rig_x(const struct rig *r, unsigned reg)
{
	return sqz_cpu_get_reg(r->cpu, reg);
}

uint64_t rig_load(const struct rig *r, uint64_t addr)
{
	uint64_t value;

	memcpy(&value, r->ram + (addr - RIG_RAM), 8);
	return value;
}

void rig_store(struct rig *r, uint64_t addr, uint64_t value)
{
	memcpy(r->ram + (addr - RIG_RAM), &value, 8);
}
