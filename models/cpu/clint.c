#include "cpu/clint.h"

#include <stddef.h>

enum { MSIP = 0x0, MTIMECMP = 0x4000, MTIME = 0xbff8 };

void sqz_clint_init(struct sqz_clint *clint,
		    const struct sqz_clint_config *config)
{
	*clint = (struct sqz_clint){ .config = *config };
	sqz_clint_reset(clint);
}

void sqz_clint_reset(struct sqz_clint *clint)
{
	clint->mtimecmp = UINT64_MAX;
	clint->offset = 0;
	clint->msip = false;
	sqz_clint_update(clint);
}

uint64_t sqz_clint_mtime(const struct sqz_clint *clint)
{
	return clint->config.time(clint->config.ctx) + clint->offset;
}

void sqz_clint_update(struct sqz_clint *clint)
{
	clint->config.software_irq(clint->config.ctx, clint->msip);
	clint->config.timer_irq(clint->config.ctx,
				sqz_clint_mtime(clint) >= clint->mtimecmp);
}

uint64_t sqz_clint_deadline(const struct sqz_clint *clint)
{
	uint64_t now = clint->config.time(clint->config.ctx);
	uint64_t mtime = now + clint->offset;
	uint64_t left = clint->mtimecmp - mtime;

	if (mtime >= clint->mtimecmp || now + left < now)
		return UINT64_MAX;
	return now + left;
}

/* Does an access of this size at offset hit the 64-bit register at base? */
static bool hits(uint64_t base, uint64_t offset, unsigned size)
{
	return (size == 8 && offset == base) ||
	       (size == 4 && (offset == base || offset == base + 4));
}

static uint64_t part(uint64_t whole, uint64_t offset, unsigned size)
{
	return size == 8 ? whole : (uint32_t)(whole >> (8 * (offset & 4)));
}

static uint64_t merge(uint64_t whole, uint64_t offset, unsigned size,
		      uint64_t value)
{
	uint64_t shift = 8 * (offset & 4), mask = 0xffffffffull << shift;

	if (size == 8)
		return value;
	return (whole & ~mask) | (value << shift & mask);
}

int sqz_clint_read(struct sqz_clint *clint, uint64_t offset, unsigned size,
		   uint64_t *value)
{
	if (offset == MSIP && size == 4)
		*value = clint->msip;
	else if (hits(MTIMECMP, offset, size))
		*value = part(clint->mtimecmp, offset, size);
	else if (hits(MTIME, offset, size))
		*value = part(sqz_clint_mtime(clint), offset, size);
	else
		return -1;
	return 0;
}

int sqz_clint_write(struct sqz_clint *clint, uint64_t offset, unsigned size,
		    uint64_t value)
{
	uint64_t mtime = sqz_clint_mtime(clint);

	if (offset == MSIP && size == 4)
		clint->msip = value & 1;
	else if (hits(MTIMECMP, offset, size))
		clint->mtimecmp = merge(clint->mtimecmp, offset, size, value);
	else if (hits(MTIME, offset, size))
		clint->offset += merge(mtime, offset, size, value) - mtime;
	else
		return -1;
	sqz_clint_update(clint);
	return 0;
}
