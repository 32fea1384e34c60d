/* A directory of its own for each test, and small file helpers. */
#ifndef SQZ_TESTS_TRACES_SCRATCH_H
#define SQZ_TESTS_TRACES_SCRATCH_H

#include "host/file.h"
#include "suite.h"
#include "traces/trace.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_dir[64];

static void scratch_setup(void)
{
	strcpy(scratch_dir, "/tmp/sqz-traces-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch_dir));
}

/* The path of a file in the directory; two may be held at a time. */
static const char *scratch(const char *name)
{
	static char paths[2][400];
	static int next;

	next = !next;
	snprintf(paths[next], sizeof(paths[next]), "%s/%s", scratch_dir, name);
	return paths[next];
}

static inline void scratch_teardown(void)
{
	DIR *dir = opendir(scratch_dir);

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			unlink(scratch(entry->d_name));
	if (dir)
		closedir(dir);
	rmdir(scratch_dir);
}

static inline int scratch_exists(const char *name)
{
	return access(scratch(name), F_OK) == 0;
}

static inline struct sqz_bytes scratch_read(const char *name)
{
	struct sqz_bytes bytes;
	struct sqz_error err;

	ck_assert_msg(sqz_read_file(scratch(name), 1u << 30, &bytes, &err) == 0,
		      "%s", err.text);
	return bytes;
}

/* A trace into a file of the scratch folder; 0 chunk_bytes: the default. */
static inline struct sqz_trace *scratch_trace(const char *name,
					      enum sqz_trace_level level,
					      uint32_t chunk_bytes)
{
	const struct sqz_trace_options options = { .level = level,
						   .chunk_bytes = chunk_bytes };
	struct sqz_error err;
	struct sqz_trace *trace = sqz_trace_open(scratch(name), &options, &err);

	ck_assert_msg(trace != NULL, "%s", err.text);
	return trace;
}

static inline void scratch_trace_close(struct sqz_trace *trace)
{
	struct sqz_error err;

	ck_assert_msg(sqz_trace_close(trace, NULL, &err) == 0, "%s", err.text);
}

#endif
