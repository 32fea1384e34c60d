#include "layer_schemes.h"

#include "host/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT_BYTES ((size_t)16 << 20)

struct reader {
	const char *path;
	unsigned line;
	const struct sqz_qnet *net;
	struct sqz_scheme *schemes;
	bool *seen; /* by layer */
};

static int bad_line(const struct reader *reader, const char *reason,
		    struct sqz_error *err)
{
	return sqz_fail(err, "%s:%u: %s", reader->path, reader->line, reason);
}

/* Cuts the next word off at a blank. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	size_t length = strcspn(word, " \t");

	*rest = word + length;
	if (**rest)
		*(*rest)++ = 0;
	return word;
}

static int read_line(struct reader *reader, char *line, struct sqz_error *err)
{
	char *rest = line, *end;
	char *number = next_word(&rest);
	char *scheme = next_word(&rest);
	unsigned long layer = strtoul(number, &end, 10);
	struct sqz_error reason;

	if (*end || number == end || layer >= reader->net->layer_count)
		return bad_line(reader, "no such layer", err);
	const struct sqz_qlayer *named = &reader->net->layers[layer];
	if (named->kind != SQZ_STEP_MVM)
		return bad_line(reader, "this layer has no weights", err);
	if (strcmp(named->name, rest + strspn(rest, " \t")))
		return bad_line(reader, "the layer has another name", err);
	if (reader->seen[layer])
		return bad_line(reader, "this layer has a scheme already", err);
	if (sqz_scheme_parse(scheme, &reader->schemes[layer], &reason))
		return bad_line(reader, reason.text, err);
	reader->seen[layer] = true;
	return 0;
}

static int read_lines(struct reader *reader, char *text, struct sqz_error *err)
{
	char *position;

	for (char *line = text; line; line = position) {
		position = strchr(line, '\n');
		if (position)
			*position++ = 0;
		reader->line++;
		if (*line && *line != '#' && read_line(reader, line, err))
			return -1;
	}
	for (uint32_t i = 0; i < reader->net->layer_count; i++)
		if (reader->net->layers[i].kind == SQZ_STEP_MVM &&
		    !reader->seen[i])
			return sqz_fail(err, "%s: layer %u (%s) is missing",
					reader->path, i,
					reader->net->layers[i].name);
	return 0;
}

static int read_text(struct reader *reader, struct sqz_error *err)
{
	struct sqz_bytes bytes;
	int result = -1;

	if (sqz_read_file(reader->path, FILE_LIMIT_BYTES, &bytes, err))
		return -1;
	char *text = calloc(bytes.size + 1, 1);
	if (text) {
		memcpy(text, bytes.data, bytes.size);
		result = read_lines(reader, text, err);
	} else {
		sqz_fail(err, "%s: out of memory", reader->path);
	}
	free(text);
	sqz_bytes_free(&bytes);
	return result;
}

int sqz_layer_schemes_read(const char *path, const struct sqz_qnet *net,
			   const struct sqz_scheme *base,
			   struct sqz_scheme **schemes, struct sqz_error *err)
{
	uint32_t count = net->layer_count;
	struct reader reader = {
		.path = path,
		.net = net,
		.schemes = calloc(count, sizeof(**schemes)),
		.seen = calloc(count, sizeof(bool)),
	};
	int result = -1;

	for (uint32_t i = 0; reader.schemes && i < count; i++)
		reader.schemes[i] = *base;
	if (!reader.schemes || !reader.seen)
		sqz_fail(err, "%s: out of memory", path);
	else
		result = read_text(&reader, err);
	free(reader.seen);
	if (result)
		free(reader.schemes);
	else
		*schemes = reader.schemes;
	return result;
}

int sqz_layer_schemes_write(const char *path, const struct sqz_qnet *net,
			    const char *const *names, struct sqz_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return sqz_fail(err, "%s: out of memory", path);
	fprintf(file, "# layer scheme name\n");
	for (uint32_t i = 0; i < net->layer_count; i++)
		if (net->layers[i].kind == SQZ_STEP_MVM)
			fprintf(file, "%u %s %s\n", i, names[i],
				net->layers[i].name);
	int result = fclose(file) ? sqz_fail(err, "%s: out of memory", path)
				  : sqz_write_file(path, text, size, err);
	free(text);
	return result;
}
