/*
 * One row for each instruction: the bits that tell it apart, its operation, and
 * the format of its operands. The rows are searched in order; decoding happens
 * once per instruction and block, so this need not be fast.
 */
#include "decode.h"

enum format { R, I, SHIFT, S, B, U, J, CSR, AMO, NONE };

struct row {
	uint32_t mask, match;
	uint8_t op, format;
};

#define OPCODE 0x7fu
#define FUNCT3 0x707fu
#define FUNCT6 0xfc00707fu /* 64-bit shifts: 6-bit amount */
#define FUNCT7 0xfe00707fu
#define FUNCT5 0xf800707fu /* atomics: aq and rl are ignored */
#define WHOLE  0xffffffffu

/* clang-format off */
#define F3(opcode, funct3) FUNCT3, (funct3) << 12 | (opcode)
#define F6(opcode, funct3, funct6) \
	FUNCT6, (uint32_t)(funct6) << 26 | (funct3) << 12 | (opcode)
#define F7(opcode, funct3, funct7) \
	FUNCT7, (uint32_t)(funct7) << 25 | (funct3) << 12 | (opcode)
#define ATOMIC(funct5, name) \
	{ FUNCT5, (uint32_t)(funct5) << 27 | 2 << 12 | 0x2f, SQZ_OP_##name, AMO }, \
	{ FUNCT5, (uint32_t)(funct5) << 27 | 3 << 12 | 0x2f, SQZ_OP_##name, AMO }

static const struct row rows[] = {
	{ OPCODE, 0x37, SQZ_OP_LUI, U },
	{ OPCODE, 0x17, SQZ_OP_AUIPC, U },
	{ OPCODE, 0x6f, SQZ_OP_JAL, J },
	{ F3(0x67, 0), SQZ_OP_JALR, I },

	{ F3(0x63, 0), SQZ_OP_BEQ, B },
	{ F3(0x63, 1), SQZ_OP_BNE, B },
	{ F3(0x63, 4), SQZ_OP_BLT, B },
	{ F3(0x63, 5), SQZ_OP_BGE, B },
	{ F3(0x63, 6), SQZ_OP_BLTU, B },
	{ F3(0x63, 7), SQZ_OP_BGEU, B },

	{ F3(0x03, 0), SQZ_OP_LB, I },
	{ F3(0x03, 1), SQZ_OP_LH, I },
	{ F3(0x03, 2), SQZ_OP_LW, I },
	{ F3(0x03, 3), SQZ_OP_LD, I },
	{ F3(0x03, 4), SQZ_OP_LBU, I },
	{ F3(0x03, 5), SQZ_OP_LHU, I },
	{ F3(0x03, 6), SQZ_OP_LWU, I },
	{ F3(0x23, 0), SQZ_OP_SB, S },
	{ F3(0x23, 1), SQZ_OP_SH, S },
	{ F3(0x23, 2), SQZ_OP_SW, S },
	{ F3(0x23, 3), SQZ_OP_SD, S },

	{ F3(0x13, 0), SQZ_OP_ADDI, I },
	{ F3(0x13, 2), SQZ_OP_SLTI, I },
	{ F3(0x13, 3), SQZ_OP_SLTIU, I },
	{ F3(0x13, 4), SQZ_OP_XORI, I },
	{ F3(0x13, 6), SQZ_OP_ORI, I },
	{ F3(0x13, 7), SQZ_OP_ANDI, I },
	{ F6(0x13, 1, 0x00), SQZ_OP_SLLI, SHIFT },
	{ F6(0x13, 5, 0x00), SQZ_OP_SRLI, SHIFT },
	{ F6(0x13, 5, 0x10), SQZ_OP_SRAI, SHIFT },
	{ F3(0x1b, 0), SQZ_OP_ADDIW, I },
	{ F7(0x1b, 1, 0x00), SQZ_OP_SLLIW, SHIFT },
	{ F7(0x1b, 5, 0x00), SQZ_OP_SRLIW, SHIFT },
	{ F7(0x1b, 5, 0x20), SQZ_OP_SRAIW, SHIFT },

	{ F7(0x33, 0, 0x00), SQZ_OP_ADD, R },
	{ F7(0x33, 0, 0x20), SQZ_OP_SUB, R },
	{ F7(0x33, 1, 0x00), SQZ_OP_SLL, R },
	{ F7(0x33, 2, 0x00), SQZ_OP_SLT, R },
	{ F7(0x33, 3, 0x00), SQZ_OP_SLTU, R },
	{ F7(0x33, 4, 0x00), SQZ_OP_XOR, R },
	{ F7(0x33, 5, 0x00), SQZ_OP_SRL, R },
	{ F7(0x33, 5, 0x20), SQZ_OP_SRA, R },
	{ F7(0x33, 6, 0x00), SQZ_OP_OR, R },
	{ F7(0x33, 7, 0x00), SQZ_OP_AND, R },
	{ F7(0x3b, 0, 0x00), SQZ_OP_ADDW, R },
	{ F7(0x3b, 0, 0x20), SQZ_OP_SUBW, R },
	{ F7(0x3b, 1, 0x00), SQZ_OP_SLLW, R },
	{ F7(0x3b, 5, 0x00), SQZ_OP_SRLW, R },
	{ F7(0x3b, 5, 0x20), SQZ_OP_SRAW, R },

	{ F7(0x33, 0, 0x01), SQZ_OP_MUL, R },
	{ F7(0x33, 1, 0x01), SQZ_OP_MULH, R },
	{ F7(0x33, 2, 0x01), SQZ_OP_MULHSU, R },
	{ F7(0x33, 3, 0x01), SQZ_OP_MULHU, R },
	{ F7(0x33, 4, 0x01), SQZ_OP_DIV, R },
	{ F7(0x33, 5, 0x01), SQZ_OP_DIVU, R },
	{ F7(0x33, 6, 0x01), SQZ_OP_REM, R },
	{ F7(0x33, 7, 0x01), SQZ_OP_REMU, R },
	{ F7(0x3b, 0, 0x01), SQZ_OP_MULW, R },
	{ F7(0x3b, 4, 0x01), SQZ_OP_DIVW, R },
	{ F7(0x3b, 5, 0x01), SQZ_OP_DIVUW, R },
	{ F7(0x3b, 6, 0x01), SQZ_OP_REMW, R },
	{ F7(0x3b, 7, 0x01), SQZ_OP_REMUW, R },

	/* lr has no rs2: its field must be 0 */
	{ 0xf9f0707f, 2u << 27 | 2 << 12 | 0x2f, SQZ_OP_LR, AMO },
	{ 0xf9f0707f, 2u << 27 | 3 << 12 | 0x2f, SQZ_OP_LR, AMO },
	ATOMIC(0x03, SC),
	ATOMIC(0x01, AMOSWAP),
	ATOMIC(0x00, AMOADD),
	ATOMIC(0x04, AMOXOR),
	ATOMIC(0x0c, AMOAND),
	ATOMIC(0x08, AMOOR),
	ATOMIC(0x10, AMOMIN),
	ATOMIC(0x14, AMOMAX),
	ATOMIC(0x18, AMOMINU),
	ATOMIC(0x1c, AMOMAXU),

	{ F3(0x0f, 0), SQZ_OP_FENCE, NONE },
	{ F3(0x0f, 1), SQZ_OP_FENCE_I, NONE },
	{ WHOLE, 0x00000073, SQZ_OP_ECALL, NONE },
	{ WHOLE, 0x00100073, SQZ_OP_EBREAK, NONE },
	{ WHOLE, 0x30200073, SQZ_OP_MRET, NONE },
	{ WHOLE, 0x10500073, SQZ_OP_WFI, NONE },
	{ F3(0x73, 1), SQZ_OP_CSRRW, CSR },
	{ F3(0x73, 2), SQZ_OP_CSRRS, CSR },
	{ F3(0x73, 3), SQZ_OP_CSRRC, CSR },
	{ F3(0x73, 5), SQZ_OP_CSRRWI, CSR },
	{ F3(0x73, 6), SQZ_OP_CSRRSI, CSR },
	{ F3(0x73, 7), SQZ_OP_CSRRCI, CSR },
};
/* clang-format on */

/* Bits hi..lo of v, placed with the lowest at position `at`. */
static uint32_t take(uint32_t v, int hi, int lo, int at)
{
	return ((v >> lo) & ((1u << (hi - lo + 1)) - 1)) << at;
}

/* The sign bit 31 spread over everything from position `at` up. */
static uint32_t sign(uint32_t v, int at)
{
	return v >> 31 ? ~0u << at : 0;
}

static uint32_t immediate(enum format format, uint32_t v)
{
	switch (format) {
	case I:
		return sign(v, 11) | take(v, 30, 20, 0);
	case SHIFT:
		return take(v, 25, 20, 0);
	case S:
		return sign(v, 11) | take(v, 30, 25, 5) | take(v, 11, 7, 0);
	case B:
		return sign(v, 12) | take(v, 7, 7, 11) | take(v, 30, 25, 5) |
		       take(v, 11, 8, 1);
	case U:
		return v & ~0xfffu;
	case J:
		return sign(v, 20) | take(v, 19, 12, 12) | take(v, 20, 20, 11) |
		       take(v, 30, 21, 1);
	case CSR:
		return take(v, 31, 20, 0);
	case AMO:
		return v & 0x1000 ? 8 : 4;
	case R:
	case NONE:
		break;
	}
	return 0;
}

static const struct row *find(uint32_t bits)
{
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
		if ((bits & rows[k].mask) == rows[k].match)
			return &rows[k];
	return NULL;
}

struct sqz_insn sqz_cpu_decode(uint32_t bits)
{
	bool whole = (bits & 3) == 3;
	uint32_t full = whole ? bits : sqz_cpu_expand((uint16_t)bits);
	const struct row *row = find(full);
	struct sqz_insn insn = { .op = SQZ_OP_ILLEGAL,
				 .bytes = whole ? 4 : 2,
				 .imm =
				     (int32_t)(whole ? bits : (uint16_t)bits) };

	if (!row)
		return insn;
	insn.op = row->op;
	insn.rd = take(full, 11, 7, 0);
	insn.rs1 = take(full, 19, 15, 0);
	insn.rs2 = take(full, 24, 20, 0);
	insn.imm = (int32_t)immediate(row->format, full);
	return insn;
}
