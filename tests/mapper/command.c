#include "command.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/file.h"

#define MAX_WORDS 24

char command_folder[] = "/tmp/sqz_test_XXXXXX";

static struct sqz_error err;

void command_folder_make(void)
{
	ck_assert_ptr_nonnull(mkdtemp(command_folder));
}

void command_folder_remove(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", command_folder);
	ck_assert_int_eq(system(command), 0);
}

char *path_of(const char *name)
{
	static char paths[8][96];
	static int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", command_folder, name);
	return path;
}

void write_file(const char *name, const void *data, size_t size)
{
	ck_assert_msg(sqz_write_file(path_of(name), data, size, &err) == 0,
		      "%s", err.text);
}

bool exists(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

char *text_of(const char *name, int slot)
{
	static char texts[2][1 << 18];
	struct sqz_bytes bytes;

	if (sqz_read_file(path_of(name), sizeof(texts[0]) - 1, &bytes, &err))
		ck_abort_msg("%s", err.text);
	memcpy(texts[slot], bytes.data, bytes.size);
	texts[slot][bytes.size] = 0;
	sqz_bytes_free(&bytes);
	return texts[slot];
}

int run_verb(int (*verb)(int argc, char **argv), char *const *words)
{
	char *argv[MAX_WORDS];
	int argc = 0;

	/* argp sorts its arguments. */
	while ((argv[argc] = words[argc]))
		argc++;
	fflush(stdout);
	int out = open(path_of("out"), O_CREAT | O_TRUNC | O_WRONLY, 0600);
	int errors = open(path_of("err"), O_CREAT | O_TRUNC | O_WRONLY, 0600);
	dup2(out, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	close(out);
	close(errors);
	int status = verb(argc, argv);
	fflush(stdout);
	return status;
}
