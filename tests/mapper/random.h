/* A small generator for tests: same numbers everywhere. */
#ifndef SQZ_TESTS_MAPPER_RANDOM_H
#define SQZ_TESTS_MAPPER_RANDOM_H

#include <stdint.h>

/* xorshift64*; the state must not be 0. */
static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

/* low .. high, both included */
static inline int random_between(uint64_t *state, int low, int high)
{
	uint64_t span = (uint64_t)((int64_t)high - low + 1);

	return (int)(low + (int64_t)((next_random(state) >> 33) % span));
}

#endif
