/*
 * ELF loader: 64-bit little-endian RISC-V executables.
 *
 * Everything in the file is checked before it is used. Segments go to their
 * physical addresses (as QEMU does), so initialized data lands where start-up
 * code copies it from.
 */
#ifndef SQZ_MODELS_CPU_ELF_H
#define SQZ_MODELS_CPU_ELF_H

#include "host/error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A function of the program, for traces and messages. */
struct sqz_elf_function {
	uint64_t addr;
	uint64_t size; /* bytes; 0 when the assembler did not say */
	const char *name;
};

struct sqz_elf {
	uint64_t entry;
	struct sqz_elf_function *functions; /* by address, then name */
	size_t function_count;
	char *names; /* storage of the names */
};

/* Where segments go. data NULL: size zero bytes. Returns -1 when addr .. addr +
 * size - 1 is not all memory. */
struct sqz_elf_target {
	int (*copy)(void *ctx, uint64_t addr, const void *data, uint64_t size);
	void *ctx;
};

/* Loads the file at path. 0, or -1 with err set; segments copied before the
 * error was found stay copied. Free with sqz_elf_free(). */
int sqz_elf_load(const char *path, const struct sqz_elf_target *target,
		 struct sqz_elf *elf, struct sqz_error *err);

/* The same from memory; name stands in messages. */
int sqz_elf_parse(const char *name, const uint8_t *data, size_t size,
		  const struct sqz_elf_target *target, struct sqz_elf *elf,
		  struct sqz_error *err);

/* The function that addr lies in, or NULL. One without a size reaches to the
 * next function. */
const struct sqz_elf_function *sqz_elf_find(const struct sqz_elf *elf,
					    uint64_t addr);

void sqz_elf_free(struct sqz_elf *elf);

#ifdef __cplusplus
}
#endif

#endif
