/*
 * Every 16-bit instruction word once, legal or not: registers, memory and trap
 * CSRs afterwards go into one digest for each 1024 words.
 */
#include "arena.h"

/* Registers point into scratch for loads and stores, into the arena for jumps,
 * and hold odd values for arithmetic. */
static void set_registers(struct sandbox *s, uint32_t bits)
{
	uint32_t quadrant = bits & 3, funct3 = bits >> 13;
	int memory = (quadrant == 0 && funct3 != 0) ||
		     (quadrant == 2 && funct3 != 0 && funct3 != 4);
	int jump = quadrant == 2 && funct3 == 4 && (bits & 0x7c) == 0;

	for (int k = 1; k < 32; k++) {
		s->x[k] = random_value();
		if (memory)
			s->x[k] = (uint64_t)scratch_middle() + k;
		if (jump)
			s->x[k] = (uint64_t)arena_code() + 16 + 2 * k + k % 2;
	}
	if (quadrant == 1 && funct3 >= 6 && (bits & 0x80))
		s->x[8 + (bits >> 7 & 7)] =
		    0; /* a branch that compares equal */
}

/* c.j, c.beqz and c.bnez to themselves would run for ever. */
static int loops(uint32_t bits)
{
	return bits == 0xa001 || (bits & 0xdc7f) == 0xc001;
}

int main(void)
{
	static struct sandbox s;
	uint64_t hash = 1;

	arena_init();
	random_state = 20240607;
	scratch_fill();
	for (uint32_t bits = 0; bits < 0x10000; bits++) {
		if ((bits & 3) != 3 && !loops(bits)) {
			set_registers(&s, bits);
			arena_run_one(&s, bits);
			hash = sandbox_digest(hash, &s);
		}
		if ((bits & 1023) == 1023) {
			hash = scratch_digest(hash);
			put_line("words", bits);
			put_line("digest", hash);
			hash = 1;
		}
	}
	return 0;
}
