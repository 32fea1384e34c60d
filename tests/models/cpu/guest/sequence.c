/*
 * Random programs of valid instructions: straight runs, forward branches, short
 * loops, loads, stores and atomics, 32-bit and compressed ones mixed. Each is
 * written into memory and run once; its registers and memory go into a digest.
 *
 * x2, x8, x29, x30 point into scratch and stay; x31 counts loops.
 */
#include "arena.h"

static uint16_t *out;

static void emit16(uint32_t bits)
{
	*out++ = (uint16_t)bits;
}

static void emit32(uint32_t bits)
{
	emit16(bits);
	emit16(bits >> 16);
}

static int reserved(uint32_t reg)
{
	return reg == 2 || reg == 8 || reg >= 29;
}

static uint32_t any_register(void)
{
	return random_below(29);
}

static uint32_t target_register(void)
{
	uint32_t reg;

	do
		reg = any_register();
	while (reserved(reg));
	return reg;
}

static uint32_t base_register(void)
{
	static const uint8_t base[4] = { 2, 8, 29, 30 };

	return base[random_below(4)];
}

static void emit_op(void)
{
	static const uint32_t funct[] = {
		/* funct7 << 25 | funct3 << 12 | opcode */
		0x00000033, 0x40000033, 0x00001033, 0x00002033, 0x00003033,
		0x00004033, 0x00005033, 0x40005033, 0x00006033, 0x00007033,
		0x0000003b, 0x4000003b, 0x0000103b, 0x0000503b, 0x4000503b,
		0x02000033, 0x02001033, 0x02002033, 0x02003033, 0x02004033,
		0x02005033, 0x02006033, 0x02007033, 0x0200003b, 0x0200403b,
		0x0200503b, 0x0200603b, 0x0200703b
	};

	emit32(funct[random_below(sizeof(funct) / sizeof(funct[0]))] |
	       target_register() << 7 | any_register() << 15 |
	       any_register() << 20);
}

static void emit_op_immediate(void)
{
	static const uint32_t plain[] = { 0x13,	  0x2013, 0x3013, 0x4013,
					  0x6013, 0x7013, 0x1b };
	static const uint32_t shift[] = { 0x1013,     0x5013,	  0x40005013,
					  0x0000101b, 0x0000501b, 0x4000501b };
	uint32_t regs = target_register() << 7 | any_register() << 15;

	if (random_below(3)) {
		emit32(plain[random_below(7)] | regs |
		       random_below(4096) << 20);
		return;
	}
	uint32_t which = random_below(6);
	emit32(shift[which] | regs | random_below(which < 3 ? 64 : 32) << 20);
}

static void emit_upper(void)
{
	emit32((random_below(2) ? 0x37 : 0x17) | target_register() << 7 |
	       ((uint32_t)random64() & 0xfffff000));
}

static void emit_load(void)
{
	emit32(0x03 | random_below(7) << 12 | target_register() << 7 |
	       base_register() << 15 | random_below(4096) << 20);
}

static void emit_store(void)
{
	uint32_t offset = random_below(4096);

	emit32(0x23 | random_below(4) << 12 | any_register() << 20 |
	       base_register() << 15 | (offset >> 5) << 25 |
	       (offset & 31) << 7);
}

static void emit_atomic(void)
{
	static const uint8_t funct5[] = { 0, 1, 4, 8, 12, 16, 20, 24, 28 };
	uint32_t width = 2 + random_below(2);
	uint32_t regs = base_register() << 15 | width << 12;

	if (random_below(4)) {
		emit32(0x2f | (uint32_t)funct5[random_below(9)] << 27 | regs |
		       target_register() << 7 | any_register() << 20);
		return;
	}
	emit32(0x2f | 2u << 27 | regs | target_register() << 7);
	if (random_below(2))
		emit_op();
	emit32(0x2f | 3u << 27 | regs | target_register() << 7 |
	       any_register() << 20);
}

static void emit_compressed(void)
{
	uint32_t rd = target_register(), rs = any_register();
	uint32_t low = 9 + random_below(7), low2 = 8 + random_below(8);
	uint32_t imm = random_below(32) << 2 | random_below(2) << 12;

	if (rs == 0 || rd == 0)
		rs = rd = 10;
	switch (random_below(12)) {
	case 0: /* c.addi */
		emit16(0x0001 | rd << 7 | imm);
		break;
	case 1: /* c.addiw */
		emit16(0x2001 | rd << 7 | imm);
		break;
	case 2: /* c.li */
		emit16(0x4001 | rd << 7 | imm);
		break;
	case 3: /* c.lui */
		emit16(0x6001 | rd << 7 | imm | 4);
		break;
	case 4: /* c.srli, c.srai, c.andi */
		emit16(0x8001 | random_below(3) << 10 | (low - 8) << 7 | imm);
		break;
	case 5: /* c.sub, c.xor, c.or, c.and */
		emit16(0x8c01 | random_below(4) << 5 | (low - 8) << 7 |
		       (low2 - 8) << 2);
		break;
	case 6: /* c.subw, c.addw */
		emit16(0x9c01 | random_below(2) << 5 | (low - 8) << 7 |
		       (low2 - 8) << 2);
		break;
	case 7: /* c.slli */
		emit16(0x0002 | rd << 7 | imm);
		break;
	case 8: /* c.mv, c.add */
		emit16(0x8002 | random_below(2) << 12 | rd << 7 | rs << 2);
		break;
	case 9: /* c.lw, c.ld from x8 */
		emit16(0x4000 | random_below(2) << 13 | (low - 8) << 2 |
		       random_below(8) << 10 | random_below(4) << 5);
		break;
	case 10: /* c.sw, c.sd to x8 */
		emit16(0xc000 | random_below(2) << 13 | (low2 - 8) << 2 |
		       random_below(8) << 10 | random_below(4) << 5);
		break;
	default: /* c.addi4spn */
		emit16(0x0000 | (low - 8) << 2 | (1 + random_below(255)) << 5);
		break;
	}
}

static void emit_plain(void)
{
	static void (*const emit[])(
	    void) = { emit_op,		 emit_op,	  emit_op_immediate,
		      emit_op_immediate, emit_load,	  emit_store,
		      emit_compressed,	 emit_compressed, emit_upper };

	emit[random_below(sizeof(emit) / sizeof(emit[0]))]();
}

static uint32_t branch(uint32_t funct3, uint32_t rs1, uint32_t rs2,
		       int32_t offset)
{
	uint32_t o = (uint32_t)offset;

	return 0x63 | funct3 << 12 | rs1 << 15 | rs2 << 20 |
	       (o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | (o >> 1 & 15) << 8 |
	       (o >> 11 & 1) << 7;
}

/* A branch over a few instructions. */
static void emit_branch(void)
{
	static const uint8_t funct3[] = { 0, 1, 4, 5, 6, 7 };
	uint16_t *at = out;
	uint32_t rs1 = any_register(), rs2 = any_register();

	out += 2;
	for (uint32_t n = random_below(5); n; n--)
		emit_plain();
	uint32_t bits =
	    branch(funct3[random_below(6)], rs1, rs2, 2 * (int32_t)(out - at));
	at[0] = (uint16_t)bits;
	at[1] = (uint16_t)(bits >> 16);
}

/* A body that runs a few times: addi x31, x0, n; ...; addi x31, x31, -1; bnez
 * x31. */
static void emit_loop(void)
{
	emit32(0x00000f93 | (1 + random_below(6)) << 20);
	uint16_t *start = out;
	for (uint32_t n = 1 + random_below(12); n; n--)
		random_below(4) ? emit_plain() : emit_branch();
	emit32(0xffff8f93);
	emit32(branch(1, 31, 0, 2 * (int32_t)(start - out)));
}

static void emit_any(void)
{
	switch (random_below(10)) {
	case 0:
		emit_loop();
		break;
	case 1:
		emit_branch();
		break;
	case 2:
		emit_atomic();
		break;
	default:
		emit_plain();
		break;
	}
}

static void run_program(struct sandbox *s)
{
	out = arena_code();
	for (uint32_t n = 1 + random_below(80); n; n--)
		emit_any();
	emit16(ARENA_EBREAK);
	for (int k = 1; k < 32; k++)
		s->x[k] = random_value();
	s->x[2] = s->x[8] = s->x[29] = (uint64_t)scratch_middle();
	s->x[30] = (uint64_t)scratch_middle() - 24;
	__asm__ volatile("fence.i" ::: "memory");
	sandbox_run(s, arena_code());
}

int main(void)
{
	static struct sandbox s;

	arena_init();
	random_state = 0x9e3779b97f4a7c15ull;
	scratch_fill();
	for (int group = 0; group < 40; group++) {
		uint64_t hash = 1;

		for (int n = 0; n < 50; n++) {
			run_program(&s);
			hash = sandbox_digest(hash, &s);
		}
		put_line("programs", scratch_digest(hash));
	}
	return 0;
}
