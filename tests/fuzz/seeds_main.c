/* fuzz_seeds FOLDER: fills FOLDER/HARNESS with inputs, the same ones each
 * time. Runs in the source folder: configurations are read from there. */
#include "seeds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/file.h"

static void make_folder(const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST) {
		perror(path);
		exit(EXIT_FAILURE);
	}
}

void seeds_write(const char *folder, const char *harness, const char *name,
		 const void *data, size_t size)
{
	char path[4096];
	struct sqz_error err;

	snprintf(path, sizeof(path), "%s/%s", folder, harness);
	make_folder(path);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, harness, name);
	if (sqz_write_file(path, data, size, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	static void (*const makers[])(const char *folder) = {
		seeds_config, seeds_elf,  seeds_gdb,   seeds_image,
		seeds_mmio,   seeds_onnx, seeds_trace,
	};

	if (argc != 2) {
		fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
		return EXIT_FAILURE;
	}
	make_folder(argv[1]);
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		makers[i](argv[1]);
	return EXIT_SUCCESS;
}
