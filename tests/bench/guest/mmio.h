/* A guest that does nothing but read one device register READS times. */
#ifndef BENCH_MMIO_H
#define BENCH_MMIO_H

#include "guest.h"

#define MMIO_READS 300000

#define MMIO_MAIN(address)                                                     \
	int main(void)                                                         \
	{                                                                      \
		volatile const uint32_t *reg =                                 \
		    (volatile const uint32_t *)(uintptr_t)(address);           \
                                                                               \
		for (int i = 0; i < MMIO_READS; i++)                           \
			(void)*reg;                                            \
		return 0;                                                      \
	}

#endif
