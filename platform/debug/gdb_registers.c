#include "debug/gdb_registers.h"

static const char *const GENERAL[] = {
	"zero", "ra", "sp", "gp", "tp",	 "t0",	"t1", "t2", "fp", "s1", "a0",
	"a1",	"a2", "a3", "a4", "a5",	 "a6",	"a7", "s2", "s3", "s4", "s5",
	"s6",	"s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", "pc"
};

static const struct sqz_gdb_csr CSRS[] = {
	{ "mstatus", 0x300 },	    { "misa", 0x301 },
	{ "mie", 0x304 },	    { "mtvec", 0x305 },
	{ "mcountinhibit", 0x320 }, { "mscratch", 0x340 },
	{ "mepc", 0x341 },	    { "mcause", 0x342 },
	{ "mtval", 0x343 },	    { "mip", 0x344 },
	{ "pmpcfg0", 0x3a0 },	    { "pmpcfg2", 0x3a2 },
	{ "pmpaddr0", 0x3b0 },	    { "pmpaddr1", 0x3b1 },
	{ "pmpaddr2", 0x3b2 },	    { "pmpaddr3", 0x3b3 },
	{ "pmpaddr4", 0x3b4 },	    { "pmpaddr5", 0x3b5 },
	{ "pmpaddr6", 0x3b6 },	    { "pmpaddr7", 0x3b7 },
	{ "pmpaddr8", 0x3b8 },	    { "pmpaddr9", 0x3b9 },
	{ "pmpaddr10", 0x3ba },	    { "pmpaddr11", 0x3bb },
	{ "pmpaddr12", 0x3bc },	    { "pmpaddr13", 0x3bd },
	{ "pmpaddr14", 0x3be },	    { "pmpaddr15", 0x3bf },
	{ "tselect", 0x7a0 },	    { "tdata1", 0x7a1 },
	{ "tdata2", 0x7a2 },	    { "tdata3", 0x7a3 },
	{ "mcycle", 0xb00 },	    { "minstret", 0xb02 },
	{ "cycle", 0xc00 },	    { "time", 0xc01 },
	{ "instret", 0xc02 },	    { "mvendorid", 0xf11 },
	{ "marchid", 0xf12 },	    { "mimpid", 0xf13 },
	{ "mhartid", 0xf14 },	    { "mconfigptr", 0xf15 },
};

const struct sqz_gdb_csr *sqz_gdb_csrs(size_t *count)
{
	*count = sizeof(CSRS) / sizeof(CSRS[0]);
	return CSRS;
}

static const char *type_of(unsigned number)
{
	switch (number) {
	case 1: /* ra */
	case SQZ_GDB_PC:
		return "code_ptr";
	case 2: /* sp, gp, tp, fp */
	case 3:
	case 4:
	case 8:
		return "data_ptr";
	default:
		return "int";
	}
}

static void describe(struct sqz_gdb_text *out, const char *name,
		     const char *type, unsigned number)
{
	sqz_gdb_text_printf(out,
			    "<reg name=\"%s\" bitsize=\"64\" type=\"%s\" "
			    "regnum=\"%u\"/>\n",
			    name, type, number);
}

void sqz_gdb_describe(struct sqz_gdb_text *out)
{
	size_t csrs;
	const struct sqz_gdb_csr *csr = sqz_gdb_csrs(&csrs);

	sqz_gdb_text_printf(out, "<?xml version=\"1.0\"?>\n"
				 "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
				 "<target version=\"1.0\">\n"
				 "<architecture>riscv:rv64</architecture>\n"
				 "<feature name=\"org.gnu.gdb.riscv.cpu\">\n");
	for (unsigned i = 0; i < SQZ_GDB_GENERAL; i++)
		describe(out, GENERAL[i], type_of(i), i);
	sqz_gdb_text_printf(out, "</feature>\n"
				 "<feature name=\"org.gnu.gdb.riscv.csr\">\n");
	for (size_t i = 0; i < csrs; i++)
		describe(out, csr[i].name, "int", SQZ_GDB_CSR0 + csr[i].number);
	sqz_gdb_text_printf(out, "</feature>\n</target>\n");
}
