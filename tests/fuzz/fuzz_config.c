/*
 * Hardware configurations, and the chips they describe. What follows a byte 0
 * are overrides, one a line.
 */
#include "fuzz.h"
#include "reader/chip.h"

#include <stdbool.h>
#include <string.h>

#define MOST_OVERRIDES 8

/* libconfig 1.5 leaks strings that it has read, whole or in part, when a syntax
 * error follows. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

struct input {
	const uint8_t *text;
	size_t size;
	char lines[1024];
	const char *overrides[MOST_OVERRIDES];
	int override_count;
};

static void split_overrides(struct input *input)
{
	char *rest = NULL;

	for (char *line = strtok_r(input->lines, "\n", &rest);
	     line && input->override_count < MOST_OVERRIDES;
	     line = strtok_r(NULL, "\n", &rest))
		input->overrides[input->override_count++] = line;
}

static void split(struct input *input, const uint8_t *data, size_t size)
{
	const uint8_t *zero = memchr(data, 0, size);

	input->text = data;
	input->size = zero ? (size_t)(zero - data) : size;
	if (!zero)
		return;
	size_t rest = size - input->size - 1;
	if (rest >= sizeof(input->lines))
		rest = sizeof(input->lines) - 1;
	memcpy(input->lines, zero + 1, rest);
	split_overrides(input);
}

/* libconfig would open any file of this machine. */
static int includes_files(const struct input *input)
{
	return memmem(input->text, input->size, "@include", 8) != NULL;
}

/* Tiles and buffers answer their windows. */
static void check_window(const struct sqz_chip *chip, uint32_t node)
{
	const struct sqz_node_entry *entry = &chip->entries[node];
	bool has_window =
	    entry->kind == SQZ_NODE_TILE || entry->kind == SQZ_NODE_BUFFER;

	if (has_window &&
	    sqz_chip_route(chip, entry->window, NULL) != (int)node)
		__builtin_trap();
}

static void use(const struct sqz_config *config, FILE *out)
{
	struct sqz_chip chip;
	struct sqz_error err;

	sqz_config_dump(config, out);
	if (sqz_chip_build(config, &chip, &err))
		return;
	for (uint32_t i = 0; i < chip.nodes; i++)
		check_window(&chip, i);
	sqz_chip_free(&chip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sqz_config config;
	struct input input = { 0 };
	struct sqz_error err;

	split(&input, data, size);
	if (includes_files(&input))
		return 0;
	struct fuzz_file file = fuzz_file_open(input.text, input.size);
	FILE *out = fopen("/dev/null", "w");
	if (out && sqz_config_load(&config, file.path, input.overrides,
				   input.override_count, &err) == 0)
		use(&config, out);
	if (out)
		fclose(out);
	sqz_config_load_network(&config, file.path, input.overrides,
				input.override_count, &err);
	fuzz_file_close(&file);
	return 0;
}
