#include "noise_pictures.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/file.h"
#include "random.h"

static void put_be32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void write_file(const char *folder, const char *name, const void *data,
		       size_t size)
{
	struct sqz_error err;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	ck_assert_msg(sqz_write_file(path, data, size, &err) == 0, "%s",
		      err.text);
}

void noise_pictures(const char *folder, uint32_t size)
{
	size_t bytes = 16 + (size_t)NOISE_PICTURES * size * size;
	uint8_t *images = malloc(bytes);
	uint8_t labels[8 + NOISE_PICTURES] = { 0 };
	uint64_t state = 3;

	put_be32(images, 0x803);
	put_be32(images + 4, NOISE_PICTURES);
	put_be32(images + 8, size);
	put_be32(images + 12, size);
	for (size_t i = 16; i < bytes; i++)
		images[i] = (uint8_t)next_random(&state);
	put_be32(labels, 0x801);
	put_be32(labels + 4, NOISE_PICTURES);
	mkdir(folder, 0700);
	write_file(folder, "train-images-idx3-ubyte.gz", images, bytes);
	write_file(folder, "train-labels-idx1-ubyte.gz", labels,
		   sizeof(labels));
	free(images);
}
