/*
 * What all harnesses share. A harness is one function that takes any bytes and
 * must come back without a crash, a leak, or much memory or time; what it calls
 * may refuse the bytes. libFuzzer calls it in a build with -DSQZ_FUZZ=ON,
 * run_corpus.c in all others.
 */
#ifndef SQZ_TESTS_FUZZ_H
#define SQZ_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory for readers that take a path; which name it has does not
 * change from call to call. The program ends if there is no memory. */
struct fuzz_file {
	int fd;
	char path[32];
};

struct fuzz_file fuzz_file_open(const uint8_t *data, size_t size);
void fuzz_file_close(const struct fuzz_file *file);

#endif
