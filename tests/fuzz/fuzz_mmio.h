/* What the MMIO harness and the maker of its inputs agree on. */
#ifndef SQZ_TESTS_FUZZ_MMIO_H
#define SQZ_TESTS_FUZZ_MMIO_H

#include "sqz/desc.h"

/* Followed by what each takes; see fuzz_mmio.c. */
enum fuzz_mmio_action {
	FUZZ_MMIO_WRITE,  /* window, register, 4 bytes */
	FUZZ_MMIO_READ,	  /* window, register */
	FUZZ_MMIO_ANY,	  /* how, 5 bytes address, 8 bytes value */
	FUZZ_MMIO_MEMORY, /* 2 bytes offset in DRAM, 4 bytes */
	FUZZ_MMIO_BLOB,	  /* which, word, 4 bytes */
	FUZZ_MMIO_TIME,	  /* 2 bytes: ns */
	FUZZ_MMIO_PUSH,	  /* ring, descriptor */
	FUZZ_MMIO_GOOD,	  /* ring and kind, byte, change */
	FUZZ_MMIO_ACTIONS
};

/* Right descriptors: PROGRAM of the two steps, RUN, COPY. */
struct sqz_desc fuzz_mmio_desc(unsigned number);

#endif
