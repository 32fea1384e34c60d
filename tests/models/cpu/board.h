/*
 * QEMU's virt board less everything but CPU, DRAM, CLINT, PLIC, UART and
 * finisher: what tests and bench programs run on. Time is the CPU's cycles.
 */
#ifndef SQZ_TESTS_MODELS_CPU_BOARD_H
#define SQZ_TESTS_MODELS_CPU_BOARD_H

#include "cpu/clint.h"
#include "cpu/cpu.h"
#include "cpu/elf.h"
#include "cpu/finisher.h"
#include "cpu/plic.h"
#include "cpu/uart.h"

enum { BOARD_RAM_BYTES = 64 << 20, BOARD_OUTPUT_BYTES = 1 << 20 };

#define BOARD_RAM 0x80000000u

struct board {
	struct sqz_cpu *cpu;
	struct sqz_clint clint;
	struct sqz_plic plic;
	struct sqz_uart uart;
	struct sqz_finisher finisher;
	uint8_t *ram;
	char *output; /* of the UART, terminated */
	size_t output_size;
	bool finished;
	int exit_code; /* as QEMU's exit status */
};

/* NULL when memory is short. clock_ps sets the ratio to the 10 MHz timebase. */
struct board *board_create(uint64_t clock_ps);
void board_destroy(struct board *board);

/* Loads an ELF file and points the CPU at its entry. */
int board_load(struct board *board, const char *path, struct sqz_error *err);

/* Runs in slices of slice_cycles until the finisher, a lost CPU, or
 * max_instructions. True if the guest finished. */
bool board_run(struct board *board, uint64_t slice_cycles,
	       uint64_t max_instructions);

#endif
