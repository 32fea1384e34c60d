/*
 * Every computational, memory and atomic instruction on edge values; expected
 * results from make_insn_cases.py. Each runs three ways, because they are
 * different code: alone (a step), in a block, and as a neighbour of fusible
 * instructions.
 */
#include "models/cpu/rig.h"

#include "cpu/decode.h"
#include "suite.h"

#include <string.h>

struct computation {
	const char *text;
	uint32_t bits;
	uint64_t a, b, expected;
};

struct branch {
	const char *text;
	uint32_t bits;
	uint64_t a, b;
	int taken;
};

struct load {
	const char *text;
	uint32_t bits;
	uint64_t expected;
};

struct atomic {
	const char *text;
	uint32_t bits;
	uint64_t memory, operand, old, new;
};

struct compressed {
	const char *text;
	uint16_t bits;
	uint32_t full;
};

#include "insn_cases.inc"

#define COUNT(table) (sizeof(table) / sizeof(table[0]))

enum { A = 5, B = 6, RESULT = 7, FIRST = 28 };

static void set_operands(struct rig *r, uint64_t a, uint64_t b)
{
	sqz_cpu_set_pc(r->cpu, RIG_CODE);
	sqz_cpu_set_reg(r->cpu, A, a);
	sqz_cpu_set_reg(r->cpu, B, b);
	sqz_cpu_set_reg(r->cpu, RESULT, 0x5a5a);
}

static uint64_t result_of(const struct rig *r, uint32_t bits)
{
	unsigned rd = bits >> 7 & 31;

	ck_assert_uint_eq(rig_x(r, 0), 0);
	return rig_x(r, rd);
}

/* The same instruction with neighbours before and behind that make pairs. */
static void put_between(struct rig *r, uint32_t bits, uint32_t neighbour)
{
	RIG_PROGRAM(r, neighbour, bits, neighbour, RV_EBREAK);
}

START_TEST(computes)
{
	static const uint32_t
	    neighbours[] = { RV_NOP, RV_ADDI(FIRST, FIRST, 1),
			     0x01de0e33 /* add x28,x28,x29 */,
			     0x002e1e13 /* slli x28,x28,2 */ };
	struct rig *r = rig_create();

	for (size_t k = 0; k < COUNT(computations); k++) {
		const struct computation *c = &computations[k];

		set_operands(r, c->a, c->b);
		RIG_PROGRAM(r, c->bits, RV_EBREAK);
		sqz_cpu_step(r->cpu);
		ck_assert_msg(result_of(r, c->bits) == c->expected,
			      "%s: 0x%lx, 0x%lx", c->text, c->a, c->b);
		ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 4);
		set_operands(r, c->a, c->b);
		put_between(r, c->bits, neighbours[k % 4]);
		r->traps = 0;
		rig_run(r);
		ck_assert_msg(result_of(r, c->bits) == c->expected,
			      "%s in a block: 0x%lx, 0x%lx", c->text, c->a,
			      c->b);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(branches_where_it_should)
{
	struct rig *r = rig_create();

	for (size_t k = 0; k < COUNT(branches); k++) {
		const struct branch *c = &branches[k];
		uint64_t expected = RIG_CODE + (c->taken ? 16 : 4);

		set_operands(r, c->a, c->b);
		RIG_PROGRAM(r, c->bits);
		sqz_cpu_step(r->cpu);
		ck_assert_msg(sqz_cpu_get_pc(r->cpu) == expected,
			      "%s: 0x%lx, 0x%lx", c->text, c->a, c->b);
		/* behind an addi, which fuses; the operand is its result */
		set_operands(r, c->a - 1, c->b);
		RIG_PROGRAM(r, RV_ADDI(A, A, 1), c->bits, RV_EBREAK, 0, 0,
			    RV_EBREAK);
		r->traps = 0;
		rig_run(r);
		ck_assert_msg(r->trap[0].epc == expected + 4,
			      "addi, %s: 0x%lx, 0x%lx", c->text, c->a, c->b);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(loads_extend)
{
	struct rig *r = rig_create();

	for (size_t k = 0; k < COUNT(loads); k++) {
		const struct load *c = &loads[k];

		rig_store(r, RIG_DATA, 0xf1e2d3c4b5a69788);
		rig_store(r, RIG_DATA + 8, 0);
		set_operands(r, RIG_DATA + 8, 0);
		RIG_PROGRAM(r, c->bits, RV_EBREAK);
		sqz_cpu_step(r->cpu);
		ck_assert_msg(rig_x(r, RESULT) == c->expected, "%s: 0x%lx",
			      c->text, rig_x(r, RESULT));
	}
	rig_destroy(r);
}
END_TEST

/* A load that also is its own base, and pairs of loads and stores. */
START_TEST(memory_pairs)
{
	struct rig *r = rig_create();

	rig_store(r, RIG_DATA, RIG_DATA + 8);
	rig_store(r, RIG_DATA + 8, 0x1122334455667788);
	set_operands(r, RIG_DATA, 0);
	RIG_PROGRAM(r, RV_LD(A, 0, A), RV_LD(B, 0, A), RV_SD(B, 8, A),
		    RV_SD(A, 16, A), RV_SB(B, 24, A), RV_SB(B, 25, A),
		    RV_LW(10, 8, A), RV_SW(10, 32, A), RV_EBREAK);
	rig_run(r);
	ck_assert_uint_eq(rig_x(r, B), 0x1122334455667788);
	ck_assert_uint_eq(rig_load(r, RIG_DATA + 16), 0x1122334455667788);
	ck_assert_uint_eq(rig_load(r, RIG_DATA + 24), RIG_DATA + 8);
	ck_assert_uint_eq(rig_load(r, RIG_DATA + 32), 0x8888);
	ck_assert_uint_eq(rig_load(r, RIG_DATA + 40), 0x55667788);
	rig_destroy(r);
}
END_TEST

START_TEST(stores_only_their_bytes)
{
	static const uint64_t mask[] = { 0xff, 0xffff, 0xffffffff, UINT64_MAX };
	struct rig *r = rig_create();

	for (uint32_t funct3 = 0; funct3 < 4; funct3++) {
		rig_store(r, RIG_DATA, UINT64_MAX);
		set_operands(r, RIG_DATA + 2048, 0x0102030405060708);
		RIG_PROGRAM(r, rv_s(funct3, B, A, -2048), RV_EBREAK);
		sqz_cpu_step(r->cpu);
		ck_assert_uint_eq(rig_load(r, RIG_DATA),
				  (0x0102030405060708 & mask[funct3]) |
				      ~mask[funct3]);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(misaligned_in_memory)
{
	struct rig *r = rig_create();

	for (unsigned at = 1; at < 8; at++) {
		set_operands(r, RIG_DATA + at, 0x8182838485868788);
		RIG_PROGRAM(r, RV_SD(B, 0, A), RV_LD(RESULT, 0, A),
			    RV_LW(10, 1, A), RV_EBREAK);
		rig_run(r);
		ck_assert_uint_eq(rig_x(r, RESULT), 0x8182838485868788);
		ck_assert_uint_eq(rig_x(r, 10), 0xffffffff84858687);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(atomics_modify)
{
	struct rig *r = rig_create();

	for (size_t k = 0; k < COUNT(atomics); k++) {
		const struct atomic *c = &atomics[k];

		rig_store(r, RIG_DATA, c->memory);
		set_operands(r, RIG_DATA, c->operand);
		RIG_PROGRAM(r, c->bits, RV_EBREAK);
		sqz_cpu_step(r->cpu);
		ck_assert_msg(rig_x(r, RESULT) == c->old &&
				  rig_load(r, RIG_DATA) == c->new,
			      "%s: 0x%lx, 0x%lx", c->text, c->memory,
			      c->operand);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(reservations)
{
	/* What stands between lr and sc, and whether sc then succeeds. */
	static const struct {
		uint32_t lr, between, sc;
		uint64_t failed;
	} cases[] = {
		{ RV_LR_W(7, A), RV_NOP, RV_SC_W(10, B, A), 0 },
		{ RV_LR_D(7, A), RV_NOP, RV_SC_D(10, B, A), 0 },
		{ RV_NOP, RV_NOP, RV_SC_W(10, B, A), 1 },
		{ RV_LR_W(7, A), RV_NOP, RV_SC_D(10, B, A), 1 },
		{ RV_LR_W(7, A), RV_ADDI(A, A, 8), RV_SC_W(10, B, A), 1 },
		{ RV_LR_W(7, A), RV_SW(B, 0, A), RV_SC_W(10, B, A), 1 },
		{ RV_LR_W(7, A), RV_SC_W(11, B, A), RV_SC_W(10, B, A), 1 },
		{ RV_LR_W(7, A), RV_SW(B, 8, A), RV_SC_W(10, B, A), 0 },
	};
	struct rig *r = rig_create();

	for (size_t k = 0; k < COUNT(cases); k++) {
		rig_store(r, RIG_DATA, 0xaaaaaaaa80000000);
		set_operands(r, RIG_DATA, 0x77);
		RIG_PROGRAM(r, cases[k].lr, cases[k].between, cases[k].sc,
			    RV_EBREAK);
		rig_run(r);
		ck_assert_msg(rig_x(r, 10) == cases[k].failed, "case %zu", k);
		if (cases[k].lr == RV_LR_W(7, A))
			ck_assert_uint_eq(rig_x(r, 7), 0xffffffff80000000);
		if (k == 2 || k == 3)
			ck_assert_uint_eq(rig_load(r, RIG_DATA),
					  0xaaaaaaaa80000000);
		if (k == 0)
			ck_assert_uint_eq(rig_load(r, RIG_DATA),
					  0xaaaaaaaa00000077);
	}
	rig_destroy(r);
}
END_TEST

START_TEST(a_trap_ends_the_reservation)
{
	struct rig *r = rig_create();

	set_operands(r, RIG_DATA, 1);
	RIG_PROGRAM(r, RV_LR_W(7, A), RV_ECALL, RV_SC_W(10, B, A), RV_EBREAK);
	rig_put(r, RIG_HANDLER - RIG_CODE,
		(uint32_t[]){ RV_CSRRS(11, CSR_MEPC, 0), RV_ADDI(11, 11, 4),
			      RV_CSRRW(0, CSR_MEPC, 11), RV_MRET },
		4);
	for (int k = 0; k < 7; k++)
		sqz_cpu_step(r->cpu);
	ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + 12);
	ck_assert_uint_eq(rig_x(r, 10), 1);
	rig_destroy(r);
}
END_TEST

START_TEST(expands)
{
	for (size_t k = 0; k < COUNT(compressed); k++)
		ck_assert_msg(sqz_cpu_expand(compressed[k].bits) ==
				  compressed[k].full,
			      "%s: 0x%08x", compressed[k].text,
			      sqz_cpu_expand(compressed[k].bits));
}
END_TEST

START_TEST(reserved_words_are_illegal)
{
	static const struct {
		const char *text;
		uint32_t bits;
	} words[] = {
		{ "zero", 0x0000 },
		{ "c.addi4spn 0", 0x0004 },
		{ "c.fld", 0x2000 },
		{ "reserved quadrant 0", 0x8000 },
		{ "c.fsd", 0xa000 },
		{ "c.addiw x0", 0x2005 },
		{ "c.lui 0", 0x6281 },
		{ "c.addi16sp 0", 0x6101 },
		{ "reserved 100", 0x9c41 },
		{ "reserved 101", 0x9c61 },
		{ "c.fldsp", 0x2002 },
		{ "c.lwsp x0", 0x4002 },
		{ "c.ldsp x0", 0x6002 },
		{ "c.jr x0", 0x8002 },
		{ "c.fsdsp", 0xa002 },
		{ "all ones", 0xffffffff },
		{ "slli with bit 26", 0x04029393 },
		{ "slliw with bit 25", 0x0202939b },
		{ "add with funct7 2", 0x046283b3 },
		{ "mulhw", 0x026293bb },
		{ "ldu", 0x0002f383 },
		{ "sq", 0x0062c023 },
		{ "lr.w with rs2", 0x1062a3af },
		{ "amo.h", 0x006293af },
		{ "branch 2", 0x0062a463 },
		{ "jalr 1", 0x000293e7 },
		{ "csr funct3 4", 0x3002c073 },
		{ "sret", 0x10200073 },
		{ "uret", 0x00200073 },
		{ "sfence.vma", 0x12000073 },
		{ "dret", 0x7b200073 },
		{ "flw", 0x0002a387 },
		{ "fadd.s", 0x00628053 },
		{ "48-bit", 0x0000001f },
	};

	for (size_t k = 0; k < COUNT(words); k++) {
		struct sqz_insn i = sqz_cpu_decode(words[k].bits);

		ck_assert_msg(i.op == SQZ_OP_ILLEGAL, "%s", words[k].text);
		ck_assert_uint_eq((uint32_t)i.imm, words[k].bits);
	}
}
END_TEST

START_TEST(hints_do_nothing)
{
	static const uint32_t hints[] = {
		0x0005 /* c.nop 1 */,
		0x4005 /* c.li x0 */,
		0x6005 /* c.lui x0 */,
		0x0006 /* c.slli x0 */,
		0x8016 /* c.mv x0 */,
		0x9016 /* c.add x0 */,
		0x0100000f /* pause */,
		0x00100013 /* addi x0 */,
		0x8330000f /* fence.tso */
	};
	struct rig *r = rig_create();

	for (size_t k = 0; k < COUNT(hints); k++) {
		unsigned bytes = (hints[k] & 3) == 3 ? 4 : 2;

		set_operands(r, 1, 2);
		RIG_PROGRAM(r, hints[k]);
		sqz_cpu_step(r->cpu);
		ck_assert_uint_eq(sqz_cpu_get_pc(r->cpu), RIG_CODE + bytes);
		ck_assert_uint_eq(rig_x(r, 0), 0);
	}
	rig_destroy(r);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cpu instructions");
	TCase *t = tcase_create("instructions");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, computes);
	tcase_add_test(t, branches_where_it_should);
	tcase_add_test(t, loads_extend);
	tcase_add_test(t, memory_pairs);
	tcase_add_test(t, stores_only_their_bytes);
	tcase_add_test(t, misaligned_in_memory);
	tcase_add_test(t, atomics_modify);
	tcase_add_test(t, reservations);
	tcase_add_test(t, a_trap_ends_the_reservation);
	tcase_add_test(t, expands);
	tcase_add_test(t, reserved_words_are_illegal);
	tcase_add_test(t, hints_do_nothing);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return sqz_suite_main(suite());
}
