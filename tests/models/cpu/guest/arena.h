/*
 * Where random code may run and write: an area of c.ebreak far enough to both
 * sides of the code for every direct jump, and a scratch buffer.
 */
#ifndef ARENA_H
#define ARENA_H

#include "guest.h"
#include "sandbox.h"

#define ARENA_REACH   0x100000u /* a jal goes 1 MiB to both sides */
#define ARENA_PAD     0x1000u
#define ARENA_HALVES  ((2 * ARENA_REACH + 2 * ARENA_PAD) / 2)
#define ARENA_EBREAK  0x9002u
#define SCRATCH_BYTES 8192u

static uint16_t arena[ARENA_HALVES] __attribute__((aligned(8)));
static uint8_t scratch[SCRATCH_BYTES] __attribute__((aligned(8)));
static uint64_t random_state;

/* Where code starts. */
static inline uint16_t *arena_code(void)
{
	return &arena[ARENA_HALVES / 2];
}

static inline uint8_t *scratch_middle(void)
{
	return scratch + SCRATCH_BYTES / 2;
}

static inline void arena_init(void)
{
	for (unsigned k = 0; k < ARENA_HALVES; k++)
		arena[k] = ARENA_EBREAK;
}

static inline uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 0x2545f4914f6cdd1dull;
}

static inline uint32_t random_below(uint32_t limit)
{
	return (uint32_t)(random64() >> 33) % limit;
}

/* Values that sit on edges as often as not. */
static inline uint64_t random_value(void)
{
	static const uint64_t edges[] = { 0,
					  1,
					  2,
					  UINT64_MAX,
					  0x7fffffff,
					  0x80000000,
					  0xffffffff80000000,
					  0xffffffff,
					  0x100000000,
					  0x7fffffffffffffff,
					  0x8000000000000000 };
	uint32_t pick = random_below(4);

	if (pick == 0)
		return edges[random_below(sizeof(edges) / sizeof(edges[0]))];
	if (pick == 1)
		return (uint64_t)(int64_t)(int32_t)random64();
	return random64();
}

static inline void scratch_fill(void)
{
	for (unsigned k = 0; k < SCRATCH_BYTES; k += 8)
		*(uint64_t *)(scratch + k) = random64();
}

static inline uint64_t scratch_digest(uint64_t hash)
{
	for (unsigned k = 0; k < SCRATCH_BYTES; k += 8)
		hash = digest(hash, *(uint64_t *)(scratch + k));
	return hash;
}

/* Everything a run left behind but the scratch buffer. */
static inline uint64_t sandbox_digest(uint64_t hash, const struct sandbox *s)
{
	for (int k = 1; k < 32; k++)
		hash = digest(hash, s->x[k]);
	hash = digest(hash, s->mcause);
	hash = digest(hash, s->mepc);
	return digest(hash, s->mtval);
}

/* Puts one instruction (2 or 4 bytes) at the start and runs it. */
static inline void arena_run_one(struct sandbox *s, uint32_t bits)
{
	uint16_t *code = arena_code();

	code[0] = (uint16_t)bits;
	code[1] = (bits & 3) == 3 ? (uint16_t)(bits >> 16) : ARENA_EBREAK;
	__asm__ volatile("fence.i" ::: "memory");
	sandbox_run(s, code);
}

#endif
