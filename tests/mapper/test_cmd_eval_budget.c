/* `sqz eval --max-drop` and --layers as a user runs them. */
#include "cmd_eval.h"
#include "command.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NETWORK "configs/networks/lenet5.onnx"
#define DATASET "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"

static int run_eval(char *const *words)
{
	return run_verb(sqz_cmd_eval, words);
}

#define SEARCH(drop, ...)                                                      \
	run_eval((char *[]){ "eval", NETWORK, "-n", "150", "-s", "int8",       \
			     "--search-images", "200", "--probes", "20",       \
			     "--candidates", "int8,int6,int4", "--max-drop",   \
			     drop, __VA_ARGS__, NULL })

static int count_of(const char *text, const char *word)
{
	int count = 0;

	while ((text = strstr(text, word))) {
		count++;
		text += strlen(word);
	}
	return count;
}

/* Crossbars in the row that begins so. */
static unsigned arrays_of(const char *csv, const char *start)
{
	unsigned arrays;
	const char *row = strstr(csv, start);

	ck_assert_ptr_nonnull(row);
	ck_assert_int_eq(sscanf(row + strlen(start), ",%*[^,],%u", &arrays) ==
				 1 ||
			     sscanf(row + strlen(start), ",,%u", &arrays) == 1,
			 1);
	return arrays;
}

START_TEST(any_drop_takes_the_smallest)
{
	ck_assert_int_eq(SEARCH("90", "--save-layers", path_of("layers"),
				"--csv", path_of("csv")),
			 0);
	/* 5 layers, 3 planes each of 7: 3 / 7 of the crossbars. */
	ck_assert_int_eq(count_of(text_of("layers", 0), " int4 /"), 5);
	unsigned plain = arrays_of(text_of("csv", 0), "\nint8");
	ck_assert_uint_eq(7 * arrays_of(text_of("csv", 0), "\nbudget"),
			  3 * plain);
	ck_assert_int_eq(count_of(text_of("out", 0), "nothing saves more"), 5);
}
END_TEST

START_TEST(no_drop_stays_at_the_start)
{
	ck_assert_int_eq(SEARCH("0.001", "--save-layers", path_of("layers")),
			 0);
	ck_assert_int_eq(count_of(text_of("layers", 0), " int8 /"), 5);
	ck_assert_ptr_nonnull(
	    strstr(text_of("out", 0), "not even int8 everywhere"));
}
END_TEST

/* In between: the same choice every time, and the file stands for it. */
START_TEST(choice_is_repeated_and_reread)
{
	ck_assert_int_eq(SEARCH("2", "--save-layers", path_of("layers"),
				"--dump-logits", path_of("x")),
			 EXIT_FAILURE); /* two rows */
	ck_assert_int_eq(SEARCH("2", "--save-layers", path_of("layers"),
				"--csv", path_of("csv")),
			 0);
	char *first = text_of("layers", 0);
	ck_assert_int_eq(
	    SEARCH("2", "--save-layers", path_of("other"), "-t", "1"), 0);
	ck_assert_str_eq(first, text_of("other", 1));
	ck_assert_int_gt(
	    count_of(first, " int6 /") + count_of(first, " int4 /"), 0);
	ck_assert_int_eq(run_eval((char *[]){ "eval", NETWORK, "-n", "150",
					      "--layers", path_of("layers"),
					      "--csv", path_of("csv2"), NULL }),
			 0);
	char *searched = strstr(text_of("csv", 0), "\nbudget,");
	char *reread = strstr(text_of("csv2", 1), "\nlayers,");
	ck_assert_str_eq(searched + strlen("\nbudget,"),
			 reread + strlen("\nlayers,"));
}
END_TEST

START_TEST(mistakes_are_one_clear_line)
{
	static const struct {
		char *arguments[16];
		const char *word;
	} cases[] = {
		{ { "eval", NETWORK, "--layers", "missing" }, "missing" },
		{ { "eval", NETWORK, "--max-drop", "1", "--candidates",
		    "int8,foo" },
		  "foo" },
		{ { "eval", NETWORK, "--max-drop", "9", "--search-images", "20",
		    "--probes", "4", "--candidates", "int8,int4",
		    "--save-layers", "/nowhere/x" },
		  "/nowhere/x" },
	};

	ck_assert_int_eq(run_eval(cases[_i].arguments), EXIT_FAILURE);
	char *message = text_of("err", 0);
	ck_assert_msg(strstr(message, cases[_i].word) != NULL, "%s", message);
	ck_assert_ptr_eq(strchr(message, '\n'), message + strlen(message) - 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cmd_eval_budget");
	TCase *tcase = tcase_create("cmd_eval_budget");

	if (access(DATASET, R_OK)) {
		printf("SKIP: no %s\n", DATASET);
		return SQZ_TEST_SKIPPED;
	}
	tcase_add_unchecked_fixture(tcase, command_folder_make,
				    command_folder_remove);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, any_drop_takes_the_smallest);
	tcase_add_test(tcase, no_drop_stays_at_the_start);
	tcase_add_test(tcase, choice_is_repeated_and_reread);
	tcase_add_loop_test(tcase, mistakes_are_one_clear_line, 0, 3);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
