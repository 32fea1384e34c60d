#include "driver/plic.h"

#include "sqz/memmap.h"
#include "sqz/port.h"

#define PLIC_PRIORITY  0x000000
#define PLIC_ENABLE    0x002000
#define PLIC_THRESHOLD 0x200000
#define PLIC_CLAIM     0x200004

static uint64_t enable_word(uint64_t base, unsigned source)
{
	return base + PLIC_ENABLE + source / 32 * 4;
}

void sqz_io_plic_init(uint64_t base)
{
	for (unsigned source = 0; source < SQZ_IRQ_SOURCES; source += 32)
		sqz_write32(enable_word(base, source), 0);
	sqz_write32(base + PLIC_THRESHOLD, 0);
}

void sqz_io_plic_enable(uint64_t base, unsigned source)
{
	uint64_t word = enable_word(base, source);

	sqz_write32(base + PLIC_PRIORITY + source * 4, 1);
	sqz_write32(word, sqz_read32(word) | 1u << source % 32);
}

void sqz_io_plic_disable(uint64_t base, unsigned source)
{
	uint64_t word = enable_word(base, source);

	sqz_write32(word, sqz_read32(word) & ~(1u << source % 32));
}

unsigned sqz_io_plic_claim(uint64_t base)
{
	return sqz_read32(base + PLIC_CLAIM);
}

void sqz_io_plic_complete(uint64_t base, unsigned source)
{
	sqz_write32(base + PLIC_CLAIM, source);
}
