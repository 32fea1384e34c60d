/*
 * From instruction bits to operation and operands.
 */
#ifndef SQZ_MODELS_CPU_DECODE_H
#define SQZ_MODELS_CPU_DECODE_H

#include "ops.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_insn {
	enum sqz_op op; /* SQZ_OP_ILLEGAL: no such instruction */
	uint8_t rd, rs1, rs2;
	uint8_t bytes; /* 2 or 4 */
	/* Sign-extended immediate. Shifts: the amount. CSR: number in bits
	 * 0..11, 5-bit immediate in rs1. Atomics: operand size in bytes.
	 * Illegal: the bits, as mtval wants them. */
	int32_t imm;
};

/* A 16-bit instruction of the C extension as its 32-bit equivalent; 0 (which
 * is illegal) if there is none. */
uint32_t sqz_cpu_expand(uint16_t bits);

/* bits: a whole 32-bit instruction, or a 16-bit one in the low half. */
struct sqz_insn sqz_cpu_decode(uint32_t bits);

#ifdef __cplusplus
}
#endif

#endif
