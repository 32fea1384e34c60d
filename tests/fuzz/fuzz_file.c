#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct fuzz_file fuzz_file_open(const uint8_t *data, size_t size)
{
	struct fuzz_file file = { .fd = memfd_create("input", 0) };

	if (file.fd < 0 || write(file.fd, data, size) != (ssize_t)size) {
		perror("memfd");
		exit(EXIT_FAILURE);
	}
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

void fuzz_file_close(const struct fuzz_file *file)
{
	close(file->fd);
}
