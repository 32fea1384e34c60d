#include "cpu/plic.h"

#include <string.h>

enum {
	PRIORITY = 0x0,
	PENDING = 0x1000,
	ENABLE = 0x2000,
	THRESHOLD = 0x200000,
	CLAIM = 0x200004,
	HIGHEST_PRIORITY = 7
};

static bool get_bit(const uint32_t *words, unsigned id)
{
	return words[id / 32] >> (id % 32) & 1;
}

static void set_bit(uint32_t *words, unsigned id, bool value)
{
	uint32_t bit = 1u << (id % 32);

	words[id / 32] = value ? words[id / 32] | bit : words[id / 32] & ~bit;
}

/* A source is pending while its wire is up and nobody serves it. */
static uint32_t pending(const struct sqz_plic *plic, unsigned word)
{
	return plic->level[word] & ~plic->claimed[word];
}

/* The enabled pending source of the highest priority, the lowest id among
 * equals; 0: none. */
unsigned sqz_plic_next(const struct sqz_plic *plic)
{
	unsigned found = 0;

	for (unsigned word = 0; word < SQZ_PLIC_WORDS; word++) {
		uint32_t left = pending(plic, word) & plic->enable[word];

		for (; left; left &= left - 1) {
			unsigned id = 32 * word + (unsigned)__builtin_ctz(left);

			if (plic->priority[id] > plic->priority[found])
				found = id;
		}
	}
	return found;
}

static void update(struct sqz_plic *plic)
{
	unsigned id = sqz_plic_next(plic);

	plic->irq(plic->ctx, id && plic->priority[id] > plic->threshold);
}

void sqz_plic_init(struct sqz_plic *plic, void (*irq)(void *ctx, bool level),
		   void *ctx)
{
	*plic = (struct sqz_plic){ .irq = irq, .ctx = ctx };
	update(plic);
}

void sqz_plic_reset(struct sqz_plic *plic)
{
	memset(plic->priority, 0, sizeof(plic->priority));
	memset(plic->claimed, 0, sizeof(plic->claimed));
	memset(plic->enable, 0, sizeof(plic->enable));
	plic->threshold = 0;
	update(plic);
}

void sqz_plic_set(struct sqz_plic *plic, unsigned source, bool level)
{
	if (source == 0 || source >= SQZ_PLIC_SOURCES)
		return;
	set_bit(plic->level, source, level);
	update(plic);
}

static uint32_t claim(struct sqz_plic *plic)
{
	unsigned id = sqz_plic_next(plic);

	if (id)
		set_bit(plic->claimed, id, true);
	update(plic);
	return id;
}

/* A completion for a source that is not enabled is ignored. */
static void complete(struct sqz_plic *plic, uint64_t id)
{
	if (id < SQZ_PLIC_SOURCES && get_bit(plic->enable, (unsigned)id))
		set_bit(plic->claimed, (unsigned)id, false);
}

int sqz_plic_read(struct sqz_plic *plic, uint64_t offset, unsigned size,
		  uint64_t *value)
{
	if (size != 4 || offset % 4)
		return -1;
	if (offset < PRIORITY + 4 * SQZ_PLIC_SOURCES)
		*value = plic->priority[(offset - PRIORITY) / 4];
	else if (offset - PENDING < 4 * SQZ_PLIC_WORDS)
		*value = pending(plic, (unsigned)(offset - PENDING) / 4);
	else if (offset - ENABLE < 4 * SQZ_PLIC_WORDS)
		*value = plic->enable[(offset - ENABLE) / 4];
	else if (offset == THRESHOLD)
		*value = plic->threshold;
	else if (offset == CLAIM)
		*value = claim(plic);
	else
		return -1;
	return 0;
}

static void set_priority(struct sqz_plic *plic, unsigned id, uint64_t value)
{
	if (id) /* there is no source 0 */
		plic->priority[id] = value & HIGHEST_PRIORITY;
}

static void set_enable(struct sqz_plic *plic, unsigned word, uint64_t value)
{
	plic->enable[word] = (uint32_t)value & (word ? ~0u : ~1u);
}

int sqz_plic_write(struct sqz_plic *plic, uint64_t offset, unsigned size,
		   uint64_t value)
{
	if (size != 4 || offset % 4)
		return -1;
	if (offset < PRIORITY + 4 * SQZ_PLIC_SOURCES)
		set_priority(plic, (unsigned)(offset - PRIORITY) / 4, value);
	else if (offset - ENABLE < 4 * SQZ_PLIC_WORDS)
		set_enable(plic, (unsigned)(offset - ENABLE) / 4, value);
	else if (offset == THRESHOLD)
		plic->threshold = value & HIGHEST_PRIORITY;
	else if (offset == CLAIM)
		complete(plic, value);
	else if (offset - PENDING >= 4 * SQZ_PLIC_WORDS)
		return -1; /* writes to the pending bits are ignored */
	update(plic);
	return 0;
}
