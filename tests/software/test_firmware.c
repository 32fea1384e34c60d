/* The firmware's self-tests on our own CPU and board devices: the same output
 * as in QEMU (qemu.sh). */
#include <regex.h>
#include <string.h>

#include "models/cpu/board.h"
#include "suite.h"

static struct board *board;

static void setup(void)
{
	board = board_create(1000);
	ck_assert_ptr_nonnull(board);
}

static void teardown(void)
{
	board_destroy(board);
}

static void run(const char *elf, int exit_code)
{
	struct sqz_error err;

	ck_assert_int_eq(board_load(board, elf, &err), 0);
	ck_assert(board_run(board, 10000, 100000000));
	ck_assert_int_eq(board->exit_code, exit_code);
}

/* Each line of the file is a regular expression for a line of output. */
static void expect_output(const char *path)
{
	char pattern[256], *line, *rest = board->output;
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	while (fgets(pattern, sizeof(pattern), file)) {
		regex_t regex;

		pattern[strcspn(pattern, "\n")] = 0;
		line = strsep(&rest, "\n");
		ck_assert_ptr_nonnull(line);
		line[strcspn(line, "\r")] = 0;
		ck_assert_int_eq(regcomp(&regex, pattern, REG_NOSUB), 0);
		ck_assert_msg(regexec(&regex, line, 0, NULL, 0) == 0,
			      "'%s' is not '%s'", line, pattern);
		regfree(&regex);
	}
	fclose(file);
	ck_assert_str_eq(rest ? rest : "", "");
}

START_TEST(board_self_test)
{
	run(SQZ_FIRMWARE "/board.elf", 0);
	expect_output("tests/software/expected/board.txt");
}
END_TEST

START_TEST(trap_line)
{
	run(SQZ_FIRMWARE "/fault.elf", 32);
	expect_output("tests/software/expected/fault.txt");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("firmware");
	TCase *tests = tcase_create("firmware");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, board_self_test);
	tcase_add_test(tests, trap_line);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
