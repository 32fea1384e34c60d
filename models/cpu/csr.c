/*
 * Control and status registers.
 *
 * Plain ones are rows of a table: where the value lives, which bits can be
 * written, which are always set. The counters, the PMP registers and the time
 * have functions of their own. Everything else does not exist.
 */
#include "state.h"

#define MISA_RV64IMAC                                                          \
	(2ull << 62 | 1 << ('I' - 'A') | 1 << ('M' - 'A') | 1 << ('A' - 'A') | \
	 1 << ('C' - 'A'))
#define MIE_BITS                                                               \
	(1u << SQZ_CPU_IRQ_MSI | 1u << SQZ_CPU_IRQ_MTI | 1u << SQZ_CPU_IRQ_MEI)
#define NOWHERE SIZE_MAX

struct row {
	uint16_t csr;
	size_t offset;	   /* in struct sqz_cpu, or NOWHERE: reads as fixed */
	uint64_t writable; /* bits a write changes */
	uint64_t fixed;	   /* bits that always read 1 */
};

#define FIELD(name) offsetof(struct sqz_cpu, csr.name)

static const struct row rows[] = {
	{ 0x300, FIELD(mstatus), SQZ_MSTATUS_MIE | SQZ_MSTATUS_MPIE,
	  SQZ_MSTATUS_MPP },
	{ 0x301, NOWHERE, 0, MISA_RV64IMAC },
	{ 0x304, FIELD(mie), MIE_BITS, 0 },
	{ 0x305, FIELD(mtvec), ~2ull, 0 }, /* see set_plain() */
	{ 0x340, FIELD(mscratch), ~0ull, 0 },
	{ 0x341, FIELD(mepc), ~1ull, 0 },
	{ 0x342, FIELD(mcause), ~0ull, 0 },
	{ 0x343, FIELD(mtval), ~0ull, 0 },
	{ 0x344, FIELD(mip), 0, 0 },
	/* Triggers: tselect does not take a 0, so there are none. */
	{ 0x7a0, NOWHERE, 0, 1 },
	{ 0x7a1, NOWHERE, 0, 0 },
	{ 0x7a2, NOWHERE, 0, 0 },
	{ 0x7a3, NOWHERE, 0, 0 },
	{ 0xf11, NOWHERE, 0, 0 }, /* mvendorid */
	{ 0xf12, NOWHERE, 0, 0 }, /* marchid */
	{ 0xf13, NOWHERE, 0, 1 }, /* mimpid */
	{ 0xf14, offsetof(struct sqz_cpu, config.hart_id), 0, 0 },
	{ 0xf15, NOWHERE, 0, 0 }, /* mconfigptr */
};

enum {
	CSR_MTVEC = 0x305,
	CSR_MCOUNTINHIBIT = 0x320,
	CSR_MHPMEVENT3 = 0x323,
	CSR_PMPCFG0 = 0x3a0,
	CSR_PMPADDR0 = 0x3b0,
	CSR_MCYCLE = 0xb00,
	CSR_MINSTRET = 0xb02,
	CSR_MHPMCOUNTER3 = 0xb03,
	CSR_CYCLE = 0xc00,
	CSR_TIME = 0xc01,
	CSR_INSTRET = 0xc02,
	CSR_HPMCOUNTER3 = 0xc03,
	HPM_COUNTERS = 29, /* 3..31: exist, count nothing, read 0 */
	INHIBIT_CYCLE = 1,
	INHIBIT_INSTRET = 4,
};

static const struct row *find_row(unsigned csr)
{
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
		if (rows[k].csr == csr)
			return &rows[k];
	return NULL;
}

static bool is_hpm(unsigned csr)
{
	return csr - CSR_MHPMEVENT3 < HPM_COUNTERS ||
	       csr - CSR_MHPMCOUNTER3 < HPM_COUNTERS ||
	       csr - CSR_HPMCOUNTER3 < HPM_COUNTERS;
}

/* ---- counters ---- */

static uint64_t counter_get(const struct sqz_counter *c, uint64_t now)
{
	return c->inhibited ? c->frozen : now - c->offset;
}

static void counter_set(struct sqz_counter *c, uint64_t now, uint64_t value)
{
	c->frozen = value;
	c->offset = now - value;
}

static void counter_inhibit(struct sqz_counter *c, uint64_t now, bool inhibit)
{
	counter_set(c, now, counter_get(c, now));
	c->inhibited = inhibit;
}

/* ---- PMP: stored, never checked ---- */

static uint64_t *pmp_register(struct sqz_cpu *cpu, unsigned csr)
{
	if (csr == CSR_PMPCFG0 || csr == CSR_PMPCFG0 + 2)
		return &cpu->csr.pmpcfg[(csr - CSR_PMPCFG0) / 2];
	if (csr - CSR_PMPADDR0 < SQZ_PMP)
		return &cpu->csr.pmpaddr[csr - CSR_PMPADDR0];
	return NULL;
}

static uint64_t pmp_mask(unsigned csr)
{
	return csr >= CSR_PMPADDR0 ? (1ull << 54) - 1 : 0x9f9f9f9f9f9f9f9full;
}

/* ---- reading ---- */

static int get_time(const struct sqz_cpu *cpu, uint64_t *value)
{
	if (!cpu->ops.time)
		return -1;
	*value = cpu->ops.time(cpu->config.ctx);
	return 0;
}

static int get_plain(const struct sqz_cpu *cpu, unsigned csr, uint64_t *value)
{
	const struct row *row = find_row(csr);
	const uint64_t *pmp = pmp_register((struct sqz_cpu *)cpu, csr);

	*value = 0;
	if (pmp)
		*value = *pmp;
	else if (row && row->offset != NOWHERE)
		memcpy(value, (const uint8_t *)cpu + row->offset,
		       sizeof(*value));
	if (row)
		*value |= row->fixed;
	return row || pmp || is_hpm(csr) ? 0 : -1;
}

int sqz_cpu_csr_get(const struct sqz_cpu *cpu, unsigned csr, uint64_t *value)
{
	switch (csr) {
	case CSR_MCYCLE:
	case CSR_CYCLE:
		*value = counter_get(&cpu->csr.mcycle, cpu->cycles);
		return 0;
	case CSR_MINSTRET:
	case CSR_INSTRET:
		*value = counter_get(&cpu->csr.minstret, cpu->instret);
		return 0;
	case CSR_MCOUNTINHIBIT:
		*value = (cpu->csr.mcycle.inhibited ? INHIBIT_CYCLE : 0) |
			 (cpu->csr.minstret.inhibited ? INHIBIT_INSTRET : 0);
		return 0;
	case CSR_TIME:
		return get_time(cpu, value);
	default:
		return get_plain(cpu, csr, value);
	}
}

/* ---- writing ---- */

static int set_plain(struct sqz_cpu *cpu, unsigned csr, uint64_t value)
{
	const struct row *row = find_row(csr);
	uint64_t *pmp = pmp_register(cpu, csr);
	uint64_t old;

	if (pmp) {
		*pmp = value & pmp_mask(csr);
		return 0;
	}
	if (!row || row->offset == NOWHERE)
		return row || is_hpm(csr) ? 0 : -1;
	/* Modes 2 and 3 are reserved: mtvec keeps what it holds. */
	if (csr == CSR_MTVEC && (value & 2))
		return 0;
	memcpy(&old, (uint8_t *)cpu + row->offset, sizeof(old));
	value = (old & ~row->writable) | (value & row->writable);
	memcpy((uint8_t *)cpu + row->offset, &value, sizeof(value));
	sqz_cpu_update_interrupts(cpu);
	return 0;
}

int sqz_cpu_csr_set(struct sqz_cpu *cpu, unsigned csr, uint64_t value,
		    unsigned retiring)
{
	uint64_t instret = cpu->instret + retiring;

	if (csr >> 10 == 3) /* read-only by its number */
		return -1;
	switch (csr) {
	case CSR_MCYCLE:
		counter_set(&cpu->csr.mcycle, cpu->cycles, value);
		return 0;
	case CSR_MINSTRET:
		counter_set(&cpu->csr.minstret, instret, value);
		return 0;
	case CSR_MCOUNTINHIBIT:
		counter_inhibit(&cpu->csr.mcycle, cpu->cycles,
				value & INHIBIT_CYCLE);
		counter_inhibit(&cpu->csr.minstret, instret,
				value & INHIBIT_INSTRET);
		return 0;
	default:
		return set_plain(cpu, csr, value);
	}
}

int sqz_cpu_read_csr(const struct sqz_cpu *cpu, unsigned csr, uint64_t *value)
{
	return sqz_cpu_csr_get(cpu, csr, value);
}

int sqz_cpu_write_csr(struct sqz_cpu *cpu, unsigned csr, uint64_t value)
{
	return sqz_cpu_csr_set(cpu, csr, value, 0);
}
