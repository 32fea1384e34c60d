/*
 * The C extension: every 16-bit instruction stands for a 32-bit one, so it is
 * rewritten here and decoded once, in decode.c. HINTs become instructions that
 * write x0; reserved encodings and the floating-point ones expand to 0.
 */
#include "decode.h"

enum { ZERO = 0, RA = 1, SP = 2 };

/* Bits hi..lo of v, placed with the lowest at position `at`. */
static uint32_t take(uint32_t v, int hi, int lo, int at)
{
	return ((v >> lo) & ((1u << (hi - lo + 1)) - 1)) << at;
}

static uint32_t sign_extend(uint32_t v, int bits)
{
	uint32_t sign = 1u << (bits - 1);

	return (v ^ sign) - sign;
}

/* The full register field, and the two 3-bit ones that mean x8..x15. */
static uint32_t reg_rd(uint32_t c)
{
	return take(c, 11, 7, 0);
}

static uint32_t reg_rs2(uint32_t c)
{
	return take(c, 6, 2, 0);
}

static uint32_t reg_high(uint32_t c)
{
	return 8 + take(c, 9, 7, 0);
}

static uint32_t reg_low(uint32_t c)
{
	return 8 + take(c, 4, 2, 0);
}

/* ---- 32-bit formats ---- */

static uint32_t make_i(uint32_t opcode, uint32_t funct3, uint32_t rd,
		       uint32_t rs1, uint32_t imm)
{
	return (imm & 0xfff) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 |
	       opcode;
}

static uint32_t make_r(uint32_t opcode, uint32_t funct3, uint32_t funct7,
		       uint32_t rd, uint32_t rs1, uint32_t rs2)
{
	return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 |
	       opcode;
}

static uint32_t make_s(uint32_t funct3, uint32_t rs1, uint32_t rs2,
		       uint32_t imm)
{
	return take(imm, 11, 5, 25) | rs2 << 20 | rs1 << 15 | funct3 << 12 |
	       take(imm, 4, 0, 7) | 0x23;
}

static uint32_t make_b(uint32_t funct3, uint32_t rs1, uint32_t imm)
{
	return take(imm, 12, 12, 31) | take(imm, 10, 5, 25) | rs1 << 15 |
	       funct3 << 12 | take(imm, 4, 1, 8) | take(imm, 11, 11, 7) | 0x63;
}

static uint32_t make_j(uint32_t rd, uint32_t imm)
{
	return take(imm, 20, 20, 31) | take(imm, 10, 1, 21) |
	       take(imm, 11, 11, 20) | take(imm, 19, 12, 12) | rd << 7 | 0x6f;
}

static uint32_t addi(uint32_t rd, uint32_t rs1, uint32_t imm)
{
	return make_i(0x13, 0, rd, rs1, imm);
}

/* ---- immediates ---- */

static uint32_t imm6(uint32_t c)
{
	return sign_extend(take(c, 12, 12, 5) | take(c, 6, 2, 0), 6);
}

static uint32_t shamt(uint32_t c)
{
	return take(c, 12, 12, 5) | take(c, 6, 2, 0);
}

static uint32_t offset_w(uint32_t c) /* c.lw, c.sw */
{
	return take(c, 5, 5, 6) | take(c, 12, 10, 3) | take(c, 6, 6, 2);
}

static uint32_t offset_d(uint32_t c) /* c.ld, c.sd */
{
	return take(c, 6, 5, 6) | take(c, 12, 10, 3);
}

static uint32_t offset_j(uint32_t c)
{
	uint32_t v = take(c, 12, 12, 11) | take(c, 11, 11, 4) |
		     take(c, 10, 9, 8) | take(c, 8, 8, 10) | take(c, 7, 7, 6) |
		     take(c, 6, 6, 7) | take(c, 5, 3, 1) | take(c, 2, 2, 5);

	return sign_extend(v, 12);
}

static uint32_t offset_b(uint32_t c)
{
	uint32_t v = take(c, 12, 12, 8) | take(c, 11, 10, 3) |
		     take(c, 6, 5, 6) | take(c, 4, 3, 1) | take(c, 2, 2, 5);

	return sign_extend(v, 9);
}

/* ---- the three quadrants ---- */

static uint32_t expand_addi4spn(uint32_t c)
{
	uint32_t imm = take(c, 12, 11, 4) | take(c, 10, 7, 6) |
		       take(c, 6, 6, 2) | take(c, 5, 5, 3);

	return imm ? addi(reg_low(c), SP, imm) : 0;
}

static uint32_t expand_quadrant0(uint32_t c)
{
	switch (c >> 13) {
	case 0:
		return expand_addi4spn(c);
	case 2: /* c.lw */
		return make_i(0x03, 2, reg_low(c), reg_high(c), offset_w(c));
	case 3: /* c.ld */
		return make_i(0x03, 3, reg_low(c), reg_high(c), offset_d(c));
	case 6: /* c.sw */
		return make_s(2, reg_high(c), reg_low(c), offset_w(c));
	case 7: /* c.sd */
		return make_s(3, reg_high(c), reg_low(c), offset_d(c));
	default: /* c.fld, reserved, c.fsd */
		return 0;
	}
}

static uint32_t expand_lui(uint32_t c)
{
	uint32_t rd = reg_rd(c);

	if (imm6(c) == 0)
		return 0;
	if (rd == SP) {
		uint32_t imm = take(c, 12, 12, 9) | take(c, 4, 3, 7) |
			       take(c, 5, 5, 6) | take(c, 2, 2, 5) |
			       take(c, 6, 6, 4);
		return addi(SP, SP, sign_extend(imm, 10));
	}
	return imm6(c) << 12 | rd << 7 | 0x37;
}

static uint32_t expand_register_pair(uint32_t c)
{
	/* funct3 and funct7 of c.sub, c.xor, c.or, c.and, c.subw, c.addw */
	static const uint8_t funct[6][2] = {
		{ 0, 0x20 }, { 4, 0 }, { 6, 0 }, { 7, 0 }, { 0, 0x20 }, { 0, 0 }
	};
	uint32_t which = take(c, 12, 12, 2) | take(c, 6, 5, 0);

	if (which > 5)
		return 0;
	return make_r(which < 4 ? 0x33 : 0x3b, funct[which][0], funct[which][1],
		      reg_high(c), reg_high(c), reg_low(c));
}

static uint32_t expand_alu(uint32_t c)
{
	uint32_t rd = reg_high(c);

	switch (take(c, 11, 10, 0)) {
	case 0: /* c.srli */
		return make_i(0x13, 5, rd, rd, shamt(c));
	case 1: /* c.srai */
		return make_i(0x13, 5, rd, rd, shamt(c) | 0x400);
	case 2: /* c.andi */
		return make_i(0x13, 7, rd, rd, imm6(c));
	default:
		return expand_register_pair(c);
	}
}

static uint32_t expand_quadrant1(uint32_t c)
{
	uint32_t rd = reg_rd(c);

	switch (c >> 13) {
	case 0: /* c.addi */
		return addi(rd, rd, imm6(c));
	case 1: /* c.addiw */
		return rd ? make_i(0x1b, 0, rd, rd, imm6(c)) : 0;
	case 2: /* c.li */
		return addi(rd, ZERO, imm6(c));
	case 3: /* c.lui, c.addi16sp */
		return expand_lui(c);
	case 4:
		return expand_alu(c);
	case 5: /* c.j */
		return make_j(ZERO, offset_j(c));
	case 6: /* c.beqz */
		return make_b(0, reg_high(c), offset_b(c));
	default: /* c.bnez */
		return make_b(1, reg_high(c), offset_b(c));
	}
}

static uint32_t expand_jump_or_move(uint32_t c)
{
	uint32_t rd = reg_rd(c), rs2 = reg_rs2(c);
	int link = (c >> 12) & 1;

	if (rs2) /* c.mv, c.add */
		return make_r(0x33, 0, 0, rd, link ? rd : ZERO, rs2);
	if (rd) /* c.jr, c.jalr */
		return make_i(0x67, 0, link ? RA : ZERO, rd, 0);
	return link ? 0x00100073 : 0; /* c.ebreak, reserved */
}

static uint32_t expand_quadrant2(uint32_t c)
{
	uint32_t rd = reg_rd(c);

	switch (c >> 13) {
	case 0: /* c.slli */
		return make_i(0x13, 1, rd, rd, shamt(c));
	case 2: /* c.lwsp */
		return rd ? make_i(0x03, 2, rd, SP,
				   take(c, 3, 2, 6) | take(c, 12, 12, 5) |
				       take(c, 6, 4, 2))
			  : 0;
	case 3: /* c.ldsp */
		return rd ? make_i(0x03, 3, rd, SP,
				   take(c, 4, 2, 6) | take(c, 12, 12, 5) |
				       take(c, 6, 5, 3))
			  : 0;
	case 4:
		return expand_jump_or_move(c);
	case 6: /* c.swsp */
		return make_s(2, SP, reg_rs2(c),
			      take(c, 8, 7, 6) | take(c, 12, 9, 2));
	case 7: /* c.sdsp */
		return make_s(3, SP, reg_rs2(c),
			      take(c, 9, 7, 6) | take(c, 12, 10, 3));
	default: /* c.fldsp, c.fsdsp */
		return 0;
	}
}

uint32_t sqz_cpu_expand(uint16_t bits)
{
	switch (bits & 3) {
	case 0:
		return expand_quadrant0(bits);
	case 1:
		return expand_quadrant1(bits);
	case 2:
		return expand_quadrant2(bits);
	default:
		return 0;
	}
}
