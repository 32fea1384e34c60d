/*
 * The operations of the interpreter, each written down once: name, cost kind,
 * and for the regular ones the C expression. decode.c makes them from
 * encodings, exec.c makes handlers of them, block.c takes their costs.
 *
 * In the expressions a and b are the values of rs1 and rs2 (uint64_t), i is the
 * sign-extended immediate as uint64_t. All arithmetic is unsigned and wraps.
 */
#ifndef SQZ_MODELS_CPU_OPS_H
#define SQZ_MODELS_CPU_OPS_H

#include "cpu.h"

/* Sign extension of the low 32 bits: the result of every *W operation. */
#define SQZ_SEXT32(v) ((uint64_t)(int64_t)(int32_t)(uint32_t)(v))

/* rd = f(rs1, rs2) */
#define SQZ_OPS_REG(X)                                                         \
	X(ADD, ALU, a + b)                                                     \
	X(SUB, ALU, a - b)                                                     \
	X(SLL, ALU, a << (b & 63))                                             \
	X(SLT, ALU, (int64_t)a < (int64_t)b)                                   \
	X(SLTU, ALU, a < b)                                                    \
	X(XOR, ALU, a ^ b)                                                     \
	X(SRL, ALU, a >> (b & 63))                                             \
	X(SRA, ALU, (uint64_t)((int64_t)a >> (b & 63)))                        \
	X(OR, ALU, a | b)                                                      \
	X(AND, ALU, a &b)                                                      \
	X(ADDW, ALU, SQZ_SEXT32(a + b))                                        \
	X(SUBW, ALU, SQZ_SEXT32(a - b))                                        \
	X(SLLW, ALU, SQZ_SEXT32((uint32_t)a << (b & 31)))                      \
	X(SRLW, ALU, SQZ_SEXT32((uint32_t)a >> (b & 31)))                      \
	X(SRAW, ALU, (uint64_t)(int64_t)((int32_t)a >> (b & 31)))              \
	X(MUL, MUL, a *b)                                                      \
	X(MULH, MUL, sqz_mulh(a, b))                                           \
	X(MULHSU, MUL, sqz_mulhsu(a, b))                                       \
	X(MULHU, MUL, sqz_mulhu(a, b))                                         \
	X(MULW, MUL, SQZ_SEXT32(a *b))                                         \
	X(DIV, DIV, sqz_div(a, b))                                             \
	X(DIVU, DIV, b ? a / b : UINT64_MAX)                                   \
	X(REM, DIV, sqz_rem(a, b))                                             \
	X(REMU, DIV, b ? a % b : a)                                            \
	X(DIVW, DIV, sqz_divw(a, b))                                           \
	X(DIVUW, DIV, sqz_divuw(a, b))                                         \
	X(REMW, DIV, sqz_remw(a, b))                                           \
	X(REMUW, DIV, sqz_remuw(a, b))

/* rd = f(rs1, immediate) */
#define SQZ_OPS_IMM(X)                                                         \
	X(ADDI, ALU, a + i)                                                    \
	X(SLLI, ALU, a << i)                                                   \
	X(SLTI, ALU, (int64_t)a < (int64_t)i)                                  \
	X(SLTIU, ALU, a < i)                                                   \
	X(XORI, ALU, a ^ i)                                                    \
	X(SRLI, ALU, a >> i)                                                   \
	X(SRAI, ALU, (uint64_t)((int64_t)a >> i))                              \
	X(ORI, ALU, a | i)                                                     \
	X(ANDI, ALU, a &i)                                                     \
	X(ADDIW, ALU, SQZ_SEXT32(a + i))                                       \
	X(SLLIW, ALU, SQZ_SEXT32((uint32_t)a << i))                            \
	X(SRLIW, ALU, SQZ_SEXT32((uint32_t)a >> i))                            \
	X(SRAIW, ALU, (uint64_t)(int64_t)((int32_t)a >> i))

/* rd = memory[rs1 + imm] as the type says */
#define SQZ_OPS_LOAD(X)                                                        \
	X(LB, LOAD, int8_t)                                                    \
	X(LH, LOAD, int16_t)                                                   \
	X(LW, LOAD, int32_t)                                                   \
	X(LD, LOAD, int64_t)                                                   \
	X(LBU, LOAD, uint8_t)                                                  \
	X(LHU, LOAD, uint16_t)                                                 \
	X(LWU, LOAD, uint32_t)

/* memory[rs1 + imm] = rs2 */
#define SQZ_OPS_STORE(X)                                                       \
	X(SB, STORE, uint8_t)                                                  \
	X(SH, STORE, uint16_t)                                                 \
	X(SW, STORE, uint32_t)                                                 \
	X(SD, STORE, uint64_t)

/* if (f(rs1, rs2)) pc += imm */
#define SQZ_OPS_BRANCH(X)                                                      \
	X(BEQ, BRANCH, a == b)                                                 \
	X(BNE, BRANCH, a != b)                                                 \
	X(BLT, BRANCH, (int64_t)a < (int64_t)b)                                \
	X(BGE, BRANCH, (int64_t)a >= (int64_t)b)                               \
	X(BLTU, BRANCH, a < b)                                                 \
	X(BGEU, BRANCH, a >= b)

/* Atomics run out of line (amo.c). There m is the old value of memory and r
 * that of rs2, both sign-extended from the operand size. */
#define SQZ_OPS_AMO(X)                                                         \
	X(LR, AMO, m)                                                          \
	X(SC, AMO, r)                                                          \
	X(AMOSWAP, AMO, r)                                                     \
	X(AMOADD, AMO, m + r)                                                  \
	X(AMOXOR, AMO, m ^ r)                                                  \
	X(AMOAND, AMO, m &r)                                                   \
	X(AMOOR, AMO, m | r)                                                   \
	X(AMOMIN, AMO, (int64_t)m < (int64_t)r ? m : r)                        \
	X(AMOMAX, AMO, (int64_t)m > (int64_t)r ? m : r)                        \
	X(AMOMINU, AMO, m < r ? m : r)                                         \
	X(AMOMAXU, AMO, m > r ? m : r)

/* Everything with a handler of its own. The last group is not made by the
 * decoder but by block.c: END closes a block that ran into its length limit,
 * FAULT is an instruction that cannot be fetched, STOP a breakpoint, and the
 * TRACE forms replace jumps while calls are traced. */
#define SQZ_OPS_OTHER(X)                                                       \
	X(LUI, ALU)                                                            \
	X(AUIPC, ALU)                                                          \
	X(JAL, JUMP)                                                           \
	X(JALR, JUMP)                                                          \
	X(FENCE, SYSTEM)                                                       \
	X(FENCE_I, SYSTEM)                                                     \
	X(ECALL, SYSTEM)                                                       \
	X(EBREAK, SYSTEM)                                                      \
	X(MRET, SYSTEM)                                                        \
	X(WFI, SYSTEM)                                                         \
	X(CSRRW, CSR)                                                          \
	X(CSRRS, CSR)                                                          \
	X(CSRRC, CSR)                                                          \
	X(CSRRWI, CSR)                                                         \
	X(CSRRSI, CSR)                                                         \
	X(CSRRCI, CSR)                                                         \
	X(ILLEGAL, SYSTEM)                                                     \
	X(END, ALU)                                                            \
	X(FAULT, SYSTEM)                                                       \
	X(STOP, SYSTEM)                                                        \
	X(TRACE_JAL, JUMP)                                                     \
	X(TRACE_JALR, JUMP)

#define SQZ_OPS_ALL(X)                                                         \
	SQZ_OPS_REG(X)                                                         \
	SQZ_OPS_IMM(X)                                                         \
	SQZ_OPS_LOAD(X)                                                        \
	SQZ_OPS_STORE(X)                                                       \
	SQZ_OPS_BRANCH(X)                                                      \
	SQZ_OPS_AMO(X)                                                         \
	SQZ_OPS_OTHER(X)

#define SQZ_OP_ENUM(name, ...) SQZ_OP_##name,
enum sqz_op { SQZ_OPS_ALL(SQZ_OP_ENUM) SQZ_OP_COUNT };
#undef SQZ_OP_ENUM

/* Multiplication and division with the results RISC-V defines for zero and
 * overflow. */
static inline uint64_t sqz_mulh(uint64_t a, uint64_t b)
{
	__extension__ typedef __int128 wide;

	return (uint64_t)(((wide)(int64_t)a * (int64_t)b) >> 64);
}

static inline uint64_t sqz_mulhu(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;

	return (uint64_t)(((wide)a * b) >> 64);
}

static inline uint64_t sqz_mulhsu(uint64_t a, uint64_t b)
{
	return sqz_mulhu(a, b) - ((int64_t)a < 0 ? b : 0);
}

static inline uint64_t sqz_div(uint64_t a, uint64_t b)
{
	if (b == 0)
		return UINT64_MAX;
	if (b == UINT64_MAX)
		return 0 - a;
	return (uint64_t)((int64_t)a / (int64_t)b);
}

static inline uint64_t sqz_rem(uint64_t a, uint64_t b)
{
	if (b == 0)
		return a;
	if (b == UINT64_MAX)
		return 0;
	return (uint64_t)((int64_t)a % (int64_t)b);
}

static inline uint64_t sqz_divw(uint64_t a, uint64_t b)
{
	return SQZ_SEXT32(sqz_div(SQZ_SEXT32(a), SQZ_SEXT32(b)));
}

static inline uint64_t sqz_remw(uint64_t a, uint64_t b)
{
	return SQZ_SEXT32(sqz_rem(SQZ_SEXT32(a), SQZ_SEXT32(b)));
}

static inline uint64_t sqz_divuw(uint64_t a, uint64_t b)
{
	return (uint32_t)b ? SQZ_SEXT32((uint32_t)a / (uint32_t)b) : UINT64_MAX;
}

static inline uint64_t sqz_remuw(uint64_t a, uint64_t b)
{
	return SQZ_SEXT32((uint32_t)b ? (uint32_t)a % (uint32_t)b
				      : (uint32_t)a);
}

#endif
