#include "driver/clint.h"

#include "sqz/memmap.h"
#include "sqz/port.h"

#define CLINT_MSIP    0x0000
#define CLINT_TIMECMP 0x4000
#define CLINT_TIME    0xbff8
#define NS_PER_TICK   (1000000000u / SQZ_TIMEBASE_HZ)

uint64_t sqz_io_clint_time(uint64_t base)
{
	uint32_t high, low;

	/* The low half may carry into the high one between two reads. */
	do {
		high = sqz_read32(base + CLINT_TIME + 4);
		low = sqz_read32(base + CLINT_TIME);
	} while (high != sqz_read32(base + CLINT_TIME + 4));
	return (uint64_t)high << 32 | low;
}

void sqz_io_clint_set_alarm(uint64_t base, uint64_t ticks)
{
	/* Never an earlier time than the old or the new one in between. */
	sqz_write32(base + CLINT_TIMECMP + 4, UINT32_MAX);
	sqz_write32(base + CLINT_TIMECMP, (uint32_t)ticks);
	sqz_write32(base + CLINT_TIMECMP + 4, (uint32_t)(ticks >> 32));
}

void sqz_io_clint_set_software(uint64_t base, uint32_t pending)
{
	sqz_write32(base + CLINT_MSIP, pending);
}

uint64_t sqz_io_clint_ticks_to_ns(uint64_t ticks)
{
	return ticks * NS_PER_TICK;
}

uint64_t sqz_io_clint_ns_to_ticks(uint64_t ns)
{
	return ns / NS_PER_TICK + (ns % NS_PER_TICK != 0);
}
