/*
 * Fused pairs: two neighbouring instructions executed by one handler.
 *
 * A pair saves one dispatch, and where the second instruction uses the result
 * of the first (RS1, RS2: as that operand) it takes it from a host register
 * instead of reading back what was stored a moment ago, which is the longer
 * part of the time in dependent chains. ANY makes no assumption.
 *
 * Both uops stay as they are, only the first one's handler differs; so a pair
 * can be left in the middle (a load that misses the window, a trap) and the
 * second goes on by itself.
 *
 * The list is what compiled code executes most: address and access, access and
 * pointer step, multiply and add, shift and add, and anything before a branch.
 * Columns: group and operation of both (ops.h), dependence.
 */
#ifndef SQZ_MODELS_CPU_FUSE_H
#define SQZ_MODELS_CPU_FUSE_H

#include "ops.h"

enum sqz_dependence { SQZ_DEP_ANY, SQZ_DEP_RS1, SQZ_DEP_RS2 };

/* clang-format off */
#define SQZ_FUSED_ARITHMETIC(X) \
	X(IMM, ADDI, IMM, ADDI, ANY) \
	X(IMM, ADDI, IMM, ADDI, RS1) \
	X(IMM, ADDI, REG, ADD, ANY) \
	X(IMM, ADDI, REG, MULW, ANY) \
	X(IMM, ADDI, REG, XOR, ANY) \
	X(IMM, SLLI, REG, ADD, RS1) \
	X(IMM, SLLI, REG, ADD, RS2) \
	X(IMM, SLLI, IMM, SRLI, RS1) \
	X(IMM, SLLI, IMM, SRAI, RS1) \
	X(IMM, ANDI, IMM, SLLI, RS1) \
	X(IMM, SRLIW, IMM, ADDI, ANY) \
	X(IMM, SRLIW, REG, XOR, RS1) \
	X(IMM, SRLIW, REG, XOR, RS2) \
	X(REG, XOR, IMM, ANDI, RS1) \
	X(REG, XOR, IMM, ADDIW, RS1) \
	X(REG, ADD, REG, ADD, ANY) \
	X(REG, ADD, REG, ADD, RS1) \
	X(REG, ADD, IMM, ADDI, ANY) \
	X(REG, SLT, REG, SLT, ANY) \
	X(REG, SLT, REG, SUBW, RS1) \
	X(REG, SLT, REG, SUBW, RS2) \
	X(REG, MUL, REG, ADD, RS1) \
	X(REG, MUL, REG, ADD, RS2) \
	X(REG, MULW, REG, ADDW, RS1) \
	X(REG, MULW, REG, ADDW, RS2)

#define SQZ_FUSED_MEMORY(X) \
	X(LOAD, LB, LOAD, LB, ANY) \
	X(LOAD, LBU, LOAD, LBU, ANY) \
	X(LOAD, LW, LOAD, LW, ANY) \
	X(LOAD, LD, LOAD, LD, ANY) \
	X(STORE, SB, STORE, SB, ANY) \
	X(STORE, SW, STORE, SW, ANY) \
	X(STORE, SD, STORE, SD, ANY) \
	X(LOAD, LBU, STORE, SB, RS2) \
	X(LOAD, LW, STORE, SW, RS2) \
	X(LOAD, LD, STORE, SD, RS2) \
	X(REG, ADD, LOAD, LB, RS1) \
	X(REG, ADD, LOAD, LBU, RS1) \
	X(REG, ADD, LOAD, LH, RS1) \
	X(REG, ADD, LOAD, LW, RS1) \
	X(REG, ADD, LOAD, LD, RS1) \
	X(REG, ADD, STORE, SB, RS1) \
	X(REG, ADD, STORE, SW, RS1) \
	X(REG, ADD, STORE, SD, RS1) \
	X(IMM, ADDI, LOAD, LW, ANY) \
	X(IMM, ADDI, LOAD, LD, ANY) \
	X(IMM, ADDI, STORE, SB, ANY) \
	X(IMM, ADDI, STORE, SW, ANY) \
	X(IMM, ADDI, STORE, SD, ANY) \
	X(LOAD, LB, IMM, ADDI, ANY) \
	X(LOAD, LBU, IMM, ADDI, ANY) \
	X(LOAD, LW, IMM, ADDI, ANY) \
	X(LOAD, LD, IMM, ADDI, ANY) \
	X(STORE, SB, IMM, ADDI, ANY) \
	X(STORE, SW, IMM, ADDI, ANY) \
	X(STORE, SD, IMM, ADDI, ANY) \
	X(LOAD, LBU, IMM, SRLIW, ANY) \
	X(LOAD, LBU, REG, XOR, RS1) \
	X(LOAD, LBU, REG, XOR, RS2) \
	X(LOAD, LW, REG, XOR, RS1) \
	X(LOAD, LW, REG, XOR, RS2) \
	X(LOAD, LW, REG, ADDW, RS1) \
	X(LOAD, LW, REG, ADDW, RS2) \
	X(LOAD, LD, REG, ADD, RS1) \
	X(LOAD, LD, REG, ADD, RS2) \
	X(LOAD, LW, REG, SLT, ANY)

#define SQZ_FUSED_BRANCH(X) \
	X(IMM, ADDI, BRANCH, BEQ, ANY) \
	X(IMM, ADDI, BRANCH, BNE, ANY) \
	X(IMM, ADDI, BRANCH, BNE, RS1) \
	X(IMM, ADDI, BRANCH, BLT, ANY) \
	X(IMM, ADDI, BRANCH, BGE, ANY) \
	X(IMM, ADDI, BRANCH, BLTU, ANY) \
	X(IMM, ADDI, BRANCH, BGEU, ANY) \
	X(IMM, ADDIW, BRANCH, BEQ, ANY) \
	X(IMM, ADDIW, BRANCH, BNE, ANY) \
	X(IMM, ADDIW, BRANCH, BNE, RS1) \
	X(IMM, ANDI, BRANCH, BEQ, RS1) \
	X(IMM, ANDI, BRANCH, BNE, RS1) \
	X(REG, ADD, BRANCH, BEQ, ANY) \
	X(REG, ADD, BRANCH, BNE, ANY) \
	X(REG, ADDW, BRANCH, BNE, ANY) \
	X(LOAD, LBU, BRANCH, BEQ, RS1) \
	X(LOAD, LBU, BRANCH, BNE, RS1) \
	X(LOAD, LW, BRANCH, BEQ, RS1) \
	X(LOAD, LW, BRANCH, BNE, RS1) \
	X(LOAD, LW, BRANCH, BLT, ANY) \
	X(LOAD, LW, BRANCH, BGE, ANY) \
	X(LOAD, LD, BRANCH, BEQ, RS1) \
	X(LOAD, LD, BRANCH, BNE, RS1) \
	X(STORE, SB, BRANCH, BNE, ANY) \
	X(STORE, SW, BRANCH, BNE, ANY) \
	X(STORE, SD, BRANCH, BNE, ANY) \
	X(STORE, SD, BRANCH, BGE, ANY)
/* clang-format on */

#define SQZ_FUSED(X)                                                           \
	SQZ_FUSED_ARITHMETIC(X)                                                \
	SQZ_FUSED_MEMORY(X)                                                    \
	SQZ_FUSED_BRANCH(X)

/* One row of the engine's list. */
struct sqz_fusion {
	uint8_t first, second; /* enum sqz_op */
	uint8_t dependence;    /* enum sqz_dependence */
	const void *go;
};

#endif
