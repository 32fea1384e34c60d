/*
 * `sqz map` as a user runs it, for tests: on four pictures of noise, with all
 * files in a folder of the test's own.
 */
#ifndef SQZ_TESTS_MAP_COMMAND_H
#define SQZ_TESTS_MAP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* The folder; map_folder_make() first. */
extern char map_folder[];

void map_folder_make(void);
void map_folder_remove(void);

/* A file in it; good for the next 8 calls. */
char *path_of(const char *name);
void write_file(const char *name, const void *data, size_t size);
bool exists(const char *name);

/* The file as text, until the next call with this slot, 0 or 1. */
char *text_of(const char *name, int slot);

/* Runs the command in the test's process; its output is in "out" and "err".
 * Words end with NULL. Returns the exit status. */
int run_map(char *const *words);

/* It ended with status 1, and said so in one line. */
void check_one_line(int status, const char *reason);

#endif
