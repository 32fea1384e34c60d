/* Loads from an address that nothing answers, here and in QEMU: the trap
 * handler must print cause, pc and address, and end with SQZ_EXIT_TRAP. */
#include <inttypes.h>
#include <stdio.h>

#include "sqz/port.h"

#define UNMAPPED 0x18000000u

int main(void)
{
	printf("loading from 0x%08x\n", UNMAPPED);
	printf("got 0x%08" PRIx32 "\n", sqz_read32(UNMAPPED));
	return 0;
}
