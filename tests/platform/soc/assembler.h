/* A few RV64 instructions, for guests of some lines. Branch targets are indices
 * of instructions, all of which have 32 bits. */
#ifndef SQZ_TESTS_ASSEMBLER_H
#define SQZ_TESTS_ASSEMBLER_H

#include <cstddef>
#include <cstdint>
#include <vector>

enum reg : uint32_t {
	ZERO = 0,
	RA = 1,
	T0 = 5,
	T1 = 6,
	T2 = 7,
	A0 = 10,
	A1,
	A2,
	A3,
	A4,
	A5,
	S2 = 18,
	S3,
	S4
};

enum csr : uint32_t {
	MSTATUS = 0x300,
	MIE = 0x304,
	MTVEC = 0x305,
	MEPC = 0x341,
	MCAUSE = 0x342,
	MTVAL = 0x343,
	MIP = 0x344,
	MCYCLE = 0xb00,
	TIME = 0xc01
};

class assembler
{
      public:
	std::vector<uint32_t> words;

	size_t here() const
	{
		return words.size();
	}
	void nop(size_t count = 1)
	{
		while (count--)
			addi(ZERO, ZERO, 0);
	}
	/* Any constant; as many instructions as it takes, all of them ALU. */
	void li(reg rd, uint64_t value)
	{
		const int64_t v = (int64_t)value;
		const int64_t low = (int64_t)(value << 52) >> 52;

		if (v == low) {
			addi(rd, ZERO, (int)low);
		} else if (v == (int32_t)v) {
			lui(rd, (uint32_t)((v - low) >> 12) & 0xfffff);
			i(0x1b, 0, rd, rd, (int)low); /* addiw */
		} else {
			li(rd, (uint64_t)((v - low) >> 12));
			slli(rd, rd, 12);
			addi(rd, rd, (int)low);
		}
	}
	/* Emits one instruction again, in the place of an earlier one. */
	template <class EMIT> void patch(size_t at, EMIT emit)
	{
		const std::vector<uint32_t> whole = words;

		words.resize(at);
		emit();
		const uint32_t word = words.back();
		words = whole;
		words[at] = word;
	}
	void lui(reg rd, uint32_t imm20)
	{
		words.push_back(imm20 << 12 | rd << 7 | 0x37);
	}
	void addi(reg rd, reg rs, int imm)
	{
		i(0x13, 0, rd, rs, imm);
	}
	void slli(reg rd, reg rs, int by)
	{
		i(0x13, 1, rd, rs, by);
	}
	void srli(reg rd, reg rs, int by)
	{
		i(0x13, 5, rd, rs, by);
	}
	void add(reg rd, reg a, reg b)
	{
		words.push_back(b << 20 | a << 15 | rd << 7 | 0x33);
	}
	void lbu(reg rd, reg base, int offset = 0)
	{
		i(0x03, 4, rd, base, offset);
	}
	void lw(reg rd, reg base, int offset = 0)
	{
		i(0x03, 2, rd, base, offset);
	}
	void ld(reg rd, reg base, int offset = 0)
	{
		i(0x03, 3, rd, base, offset);
	}
	void sb(reg value, reg base, int offset = 0)
	{
		s(0, value, base, offset);
	}
	void sw(reg value, reg base, int offset = 0)
	{
		s(2, value, base, offset);
	}
	void sd(reg value, reg base, int offset = 0)
	{
		s(3, value, base, offset);
	}
	void amoadd_w(reg rd, reg value, reg base)
	{
		words.push_back(value << 20 | base << 15 | 2 << 12 | rd << 7 |
				0x2f);
	}
	void csrr(reg rd, csr number)
	{
		i(0x73, 2, rd, ZERO, (int)number);
	}
	void csrw(csr number, reg rs)
	{
		i(0x73, 1, ZERO, rs, (int)number);
	}
	void csrs(csr number, reg rs)
	{
		i(0x73, 2, ZERO, rs, (int)number);
	}
	void beq(reg a, reg b, size_t target)
	{
		branch(0, a, b, target);
	}
	void bne(reg a, reg b, size_t target)
	{
		branch(1, a, b, target);
	}
	void j(size_t target)
	{
		const uint32_t d = distance(target);

		words.push_back((d >> 20 & 1) << 31 | (d >> 1 & 0x3ff) << 21 |
				(d >> 11 & 1) << 20 | (d >> 12 & 0xff) << 12 |
				0x6f);
	}
	void jr(reg rs)
	{
		i(0x67, 0, ZERO, rs, 0);
	}
	void mret()
	{
		words.push_back(0x30200073);
	}
	void wfi()
	{
		words.push_back(0x10500073);
	}

      private:
	void i(uint32_t opcode, uint32_t funct3, reg rd, reg rs, int imm)
	{
		words.push_back((uint32_t)imm << 20 | rs << 15 | funct3 << 12 |
				rd << 7 | opcode);
	}
	void s(uint32_t funct3, reg value, reg base, int imm)
	{
		const uint32_t o = (uint32_t)imm;

		words.push_back((o >> 5 & 0x7f) << 25 | value << 20 |
				base << 15 | funct3 << 12 | (o & 0x1f) << 7 |
				0x23);
	}
	uint32_t distance(size_t target) const
	{
		return (uint32_t)(4 * ((int64_t)target - (int64_t)here()));
	}
	void branch(uint32_t funct3, reg a, reg b, size_t target)
	{
		const uint32_t d = distance(target);

		words.push_back((d >> 12 & 1) << 31 | (d >> 5 & 0x3f) << 25 |
				b << 20 | a << 15 | funct3 << 12 |
				(d >> 1 & 0xf) << 8 | (d >> 11 & 1) << 7 |
				0x63);
	}
};

#endif
