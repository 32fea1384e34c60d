/*
 * A verb of `sqz` as a user runs it, for tests, with all files in a folder of
 * the test's own.
 */
#ifndef SQZ_TESTS_COMMAND_H
#define SQZ_TESTS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* The folder; command_folder_make() first. */
extern char command_folder[];

void command_folder_make(void);
void command_folder_remove(void);

/* A file in it; good for the next 8 calls. */
char *path_of(const char *name);
void write_file(const char *name, const void *data, size_t size);
bool exists(const char *name);

/* The file as text, until the next call with this slot, 0 or 1. */
char *text_of(const char *name, int slot);

/* Runs the verb in the test's process (Check gives every test one of its own);
 * its output is in "out" and "err". Words end with NULL. Returns the exit
 * status. */
int run_verb(int (*verb)(int argc, char **argv), char *const *words);

#endif
