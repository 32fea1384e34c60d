#include "map_command.h"

#include <check.h>
#include <string.h>

#include "cmd_map.h"
#include "noise_pictures.h"

void map_folder_make(void)
{
	command_folder_make();
	noise_pictures(command_folder, 28);
}

int run_map(char *const *words)
{
	return run_verb(sqz_cmd_map, words);
}

void check_one_line(int status, const char *reason)
{
	char *text = text_of("err", 0);
	char *end = strchr(text, '\n');

	ck_assert_int_eq(status, 1);
	if (strncmp(text, "sqz map: ", 9) || !end || end[1] != '\0')
		ck_abort_msg("not one line: %s", text);
	if (!strstr(text, reason))
		ck_abort_msg("\"%s\", not \"%s\"", text, reason);
}
