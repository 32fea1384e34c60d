/* `sqz map` as a user runs it, for tests: on four pictures of noise. */
#ifndef SQZ_TESTS_MAP_COMMAND_H
#define SQZ_TESTS_MAP_COMMAND_H

#include "command.h"

/* Makes the folder, with the pictures in it. */
void map_folder_make(void);

int run_map(char *const *words);

/* It ended with status 1, and said so in one line. */
void check_one_line(int status, const char *reason);

#endif
