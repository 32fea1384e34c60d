/*
 * The host CPU's registers as GDB numbers them: 0..31 x0..x31, 32 pc, 65 + n
 * CSR n; and the target description that names them.
 */
#ifndef SQZ_PLATFORM_GDB_REGISTERS_H
#define SQZ_PLATFORM_GDB_REGISTERS_H

#include "debug/gdb_text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SQZ_GDB_PC = 32, SQZ_GDB_GENERAL = 33, SQZ_GDB_CSR0 = 65 };

struct sqz_gdb_csr {
	const char *name;
	uint16_t number;
};

/* The CSRs that the description lists. */
const struct sqz_gdb_csr *sqz_gdb_csrs(size_t *count);

/* target.xml */
void sqz_gdb_describe(struct sqz_gdb_text *out);

#ifdef __cplusplus
}
#endif

#endif
