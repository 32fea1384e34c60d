/* Inputs to start from, made by the tests' own builders. */
#ifndef SQZ_TESTS_FUZZ_SEEDS_H
#define SQZ_TESTS_FUZZ_SEEDS_H

#include <stddef.h>

/* Writes folder/harness/name; the program ends if it cannot. */
void seeds_write(const char *folder, const char *harness, const char *name,
		 const void *data, size_t size);

void seeds_config(const char *folder);
void seeds_elf(const char *folder);
void seeds_gdb(const char *folder);
void seeds_image(const char *folder);
void seeds_mmio(const char *folder);
void seeds_onnx(const char *folder);
void seeds_trace(const char *folder);

#endif
