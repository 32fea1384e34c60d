/*
 * Native mode: what a program that was compiled for the build machine and the
 * platform that runs it hand each other.
 *
 * The program is a shared object with one symbol, sqz_native_program. The
 * platform calls its run() once; the program touches the machine only through
 * the functions it is given, which take the simulated time that the machine
 * needs to answer. What it computes in between takes none.
 */
#ifndef SQZ_NATIVE_H
#define SQZ_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_NATIVE_VERSION 1
#define SQZ_NATIVE_SYMBOL  "sqz_native_program"

struct sqz_native_host {
	void *ctx; /* first argument of all functions */
	/* One access of a bus address; size 1, 2, 4 or 8 bytes. False: access
	 * fault; the platform has said so. Does not return from the write that
	 * ends the run (finisher). */
	bool (*read)(void *ctx, uint64_t addr, unsigned size, uint64_t *value);
	bool (*write)(void *ctx, uint64_t addr, unsigned size, uint64_t value);
	/* DRAM or flash behind a bus address, NULL if not all of bytes is. */
	void *(*memory)(void *ctx, uint64_t addr, uint64_t bytes,
			bool writable);
	/* The level of the interrupt controller's output. */
	bool (*interrupt)(void *ctx);
	/* Nanoseconds since the start; a look costs as much as a register. */
	uint64_t (*time_ns)(void *ctx);
	/* Until that level is up, or deadline_ns is reached (0: none). */
	void (*sleep)(void *ctx, uint64_t deadline_ns);
};

struct sqz_native_program {
	uint32_t version; /* SQZ_NATIVE_VERSION */
	void (*run)(const struct sqz_native_host *host);
};

#ifdef __cplusplus
}
#endif

#endif
