/*
 * In the place of libFuzzer, where there is none: runs every file of the
 * folders, then copies of them with a few bytes changed, always the same ones.
 *
 *	fuzz_NAME [-changes=N] FOLDER...
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"

#define LARGEST_BYTES (1u << 20)
#define INPUTS	      4096

struct corpus {
	struct sqz_bytes inputs[INPUTS];
	unsigned count;
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void read_one(struct corpus *corpus, const char *path)
{
	struct sqz_error err;

	if (corpus->count == INPUTS ||
	    sqz_read_file(path, LARGEST_BYTES, &corpus->inputs[corpus->count],
			  &err)) {
		fprintf(stderr, "%s: cannot be taken as an input\n", path);
		exit(EXIT_FAILURE);
	}
	corpus->count++;
}

static void read_folder(struct corpus *corpus, const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_visible, by_name);

	if (count < 0) {
		perror(folder);
		exit(EXIT_FAILURE);
	}
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder,
			 entries[i]->d_name);
		read_one(corpus, path);
		free(entries[i]);
	}
	free(entries);
}

/* xorshift64 */
static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32) % below;
}

static void run_changed(const struct sqz_bytes *input, uint64_t *state)
{
	/* Of its own size, so that a read past the end is seen. */
	size_t size = draw(state, 8) ? input->size
				     : draw(state, (uint32_t)input->size + 1);
	uint8_t *copy = malloc(size + !size);

	if (!copy)
		abort();
	memcpy(copy, input->data, size);
	for (uint32_t i = 1 + draw(state, 4); size && i > 0; i--) {
		uint8_t *byte = copy + draw(state, (uint32_t)size);

		*byte = draw(state, 2) ? (uint8_t)draw(state, 256)
				       : *byte ^ (1u << draw(state, 8));
	}
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

int main(int argc, char **argv)
{
	static struct corpus corpus;
	uint64_t state = 0x9e3779b97f4a7c15u;
	unsigned changes = 1000;

	for (int i = 1; i < argc; i++)
		if (sscanf(argv[i], "-changes=%u", &changes) != 1)
			read_folder(&corpus, argv[i]);
	if (corpus.count == 0) {
		fprintf(stderr, "no input\n");
		return EXIT_FAILURE;
	}
	for (unsigned i = 0; i < corpus.count; i++)
		LLVMFuzzerTestOneInput(corpus.inputs[i].data,
				       corpus.inputs[i].size);
	for (unsigned i = 0; i < changes; i++)
		run_changed(&corpus.inputs[draw(&state, corpus.count)], &state);
	printf("no libFuzzer in this build: %u inputs and %u changed copies\n",
	       corpus.count, changes);
	for (unsigned i = 0; i < corpus.count; i++)
		sqz_bytes_free(&corpus.inputs[i]);
	return EXIT_SUCCESS;
}
