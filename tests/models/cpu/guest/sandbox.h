/*
 * Runs code that may do anything up to the next trap: all registers are loaded
 * from x[], the code starts, and whatever trap comes first (code normally ends
 * in ebreak) saves the registers and the trap's CSRs and returns here.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdint.h>

struct sandbox {
	uint64_t x[32]; /* in and out; x[0] is not used */
	uint64_t mcause, mepc, mtval;
	uint64_t host[16]; /* the caller's registers, kept by sandbox.S */
};

void sandbox_run(struct sandbox *sandbox, const void *code);

#endif
