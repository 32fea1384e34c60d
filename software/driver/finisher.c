#include "driver/finisher.h"

#include "sqz/port.h"

#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u

void sqz_io_finisher_exit(uint64_t base, int code)
{
	uint32_t low = (uint32_t)code & 0xffff;

	if (code == 0)
		sqz_write32(base, FINISHER_PASS);
	else
		sqz_write32(base, (low ? low : 1) << 16 | FINISHER_FAIL);
}
