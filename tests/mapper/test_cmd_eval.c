/* `sqz eval` as a user runs it, on a few images. */
#include "cmd_eval.h"
#include "command.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NETWORK "configs/networks/lenet5.onnx"
#define OTHER	"configs/networks/resnet8.onnx"
#define DATASET "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"

static int run_eval(char *const *words)
{
	return run_verb(sqz_cmd_eval, words);
}

#define RUN(...) run_eval((char *[]){ "eval", __VA_ARGS__, NULL })

START_TEST(table_csv_and_logits_agree)
{
	ck_assert_int_eq(RUN(NETWORK, "-n", "300", "-s", "sme2", "--csv",
			     path_of("csv"), "--dump-logits",
			     path_of("logits")),
			 0);
	char *csv = text_of("csv", 0);
	double float_top1, top1, difference;
	double low, high;
	unsigned planes, arrays, lost, gained;
	ck_assert_int_eq(
	    sscanf(csv,
		   "scheme,planes,arrays,top1_percent,difference_points,"
		   "low_points,high_points,lost,gained,drop_below_0.3\n"
		   "float,,,%lf,,,,,,\nsme2,%u,%u,%lf,%lf,%lf,%lf,%u,%u,",
		   &float_top1, &planes, &arrays, &top1, &difference, &low,
		   &high, &lost, &gained),
	    9);
	ck_assert_double_eq_tol(difference, 100 * ((double)gained - lost) / 300,
				0.006);
	ck_assert_double_lt(low, difference);
	ck_assert_double_gt(high, difference);
	/* 300 images cannot show so little. */
	ck_assert_ptr_nonnull(strstr(csv, ",not shown\n"));
	ck_assert_uint_eq(planes, 6);
	ck_assert_uint_le(arrays, 9 * 2 * 6);
	ck_assert_double_ge(float_top1, 85);
	ck_assert_double_eq_tol(top1 - float_top1, difference, 0.011);
	int images = 0, right = 0;
	char *line = text_of("logits", 0), *next;
	for (; (next = strchr(line, '\n')); line = next + 1, images++) {
		long label = strtol(line, &line, 10), best = 0;
		long most = strtol(line, &line, 10);

		for (long i = 1; i < 10; i++) {
			long value = strtol(line, &line, 10);

			if (value > most) {
				most = value;
				best = i;
			}
		}
		ck_assert_ptr_eq(line, next);
		right += best == label;
	}
	ck_assert_int_eq(images, 300);
	ck_assert_double_eq_tol(100.0 * right / images, top1, 0.006);
	char *table = text_of("out", 0);
	ck_assert_ptr_nonnull(strstr(table, "300 test images"));
	ck_assert_ptr_nonnull(strstr(table, "\nsme2 "));
	/* Quiet where nobody watches. */
	ck_assert_str_eq(text_of("err", 0), "");
}
END_TEST

START_TEST(threads_and_processor_change_nothing)
{
	setenv("SQZ_CPU", _i & 1 ? "baseline" : "best", 1);
	ck_assert_int_eq(RUN(NETWORK, "-n", "101", "-s", "sme3", "-t",
			     _i & 2 ? "1" : "3", "--dump-logits",
			     path_of(_i ? "other" : "first")),
			 0);
	if (_i)
		ck_assert_str_eq(text_of("other", 0), text_of("first", 1));
}
END_TEST

START_TEST(either_split_can_be_judged)
{
	double test, training;

	ck_assert_int_eq(
	    RUN(NETWORK, "-n", "200", "-s", "int8", "--csv", path_of("csv")),
	    0);
	sscanf(strstr(text_of("csv", 0), "float"), "float,,,%lf", &test);
	ck_assert_int_eq(RUN(NETWORK, "-n", "200", "-s", "int8", "--split",
			     "train", "--csv", path_of("csv")),
			 0);
	sscanf(strstr(text_of("csv", 0), "float"), "float,,,%lf", &training);
	ck_assert(test != training);
	ck_assert_ptr_nonnull(strstr(text_of("out", 0), "200 training images"));
}
END_TEST

START_TEST(commas_belong_to_schemes)
{
	ck_assert_int_eq(
	    RUN(NETWORK, "-n", "20", "-s", "sme8,3,2,int7,apot6,2,pot5,sme6,2",
		"--correct-bias", "--rule", "99.9", "--csv", path_of("csv")),
	    0);
	char *csv = text_of("csv", 0);
	static const char *const starts[] = { "\n\"sme8,3,2\",6,", "\nint7,6,",
					      "\n\"apot6,2\",6,", "\npot5,5,",
					      "\n\"sme6,2\",6," };
	for (int i = 0; i < 5; i++)
		ck_assert_msg((csv = strstr(csv, starts[i])) != NULL, "%s",
			      starts[i]);
	ck_assert_ptr_nonnull(
	    strstr(text_of("out", 0), "by percentile, biases corrected"));
}
END_TEST

START_TEST(pruning_has_a_line_of_its_own)
{
	double before, whole, pruned, difference;

	ck_assert_int_eq(
	    RUN(NETWORK, "-n", "200", "-s", "int8", "--csv", path_of("csv")),
	    0);
	ck_assert_ptr_null(strstr(text_of("csv", 0), "pruned"));
	ck_assert_int_eq(
	    sscanf(strstr(text_of("csv", 0), "float"), "float,,,%lf", &before),
	    1);
	ck_assert_int_eq(RUN(NETWORK, "-n", "200", "-s", "int8", "--prune",
			     "0.95", "--csv", path_of("csv")),
			 0);
	ck_assert_int_eq(sscanf(strstr(text_of("csv", 0), "float"),
				"float,,,%lf,,,,,,\npruned,,,%lf,%lf,", &whole,
				&pruned, &difference),
			 3);
	ck_assert_double_eq(whole, before);
	ck_assert_double_le(pruned, whole - 10);
	ck_assert_double_eq_tol(pruned - whole, difference, 0.011);
}
END_TEST

START_TEST(another_file_may_be_the_baseline)
{
	double other, own, top1, difference;
	unsigned lost, gained;

	ck_assert_int_eq(
	    RUN(OTHER, "-n", "200", "-s", "int8", "--csv", path_of("csv")), 0);
	ck_assert_int_eq(
	    sscanf(strstr(text_of("csv", 0), "float"), "float,,,%lf", &other),
	    1);
	ck_assert_int_eq(RUN(NETWORK, "-n", "200", "-s", "int8", "--against",
			     OTHER, "--csv", path_of("csv")),
			 0);
	ck_assert_int_eq(sscanf(strstr(text_of("csv", 0), "against"),
				"against,,,%lf,,,,,,\nfloat,,,%lf,%lf,%*f,%*f,"
				"%u,%u",
				&top1, &own, &difference, &lost, &gained),
			 5);
	ck_assert_double_eq(top1, other);
	ck_assert_double_ne(own, other);
	ck_assert_double_eq_tol(own - other, difference, 0.011);
	/* Two networks err on different images: paired by image, not copied. */
	ck_assert_uint_gt(lost, 0);
	ck_assert_uint_gt(gained, 0);
	ck_assert_ptr_nonnull(strstr(text_of("out", 0), "\nagainst "));
}
END_TEST

static void refused(int status, const char *word)
{
	ck_assert_int_eq(status, EXIT_FAILURE);
	char *message = text_of("err", 0);
	ck_assert_msg(strstr(message, word) != NULL, "%s", message);
	/* One line. */
	ck_assert_ptr_eq(strchr(message, '\n'), message + strlen(message) - 1);
}

START_TEST(mistakes_are_one_clear_line)
{
	static const struct {
		char *arguments[8];
		const char *word;
	} cases[] = {
		{ { "eval", "missing.onnx" }, "missing.onnx" },
		{ { "eval", NETWORK, "-s", "sme9" }, "sme9" },
		{ { "eval", NETWORK, "-s", "," }, "no schemes" },
		{ { "eval", NETWORK, "-d", "/nowhere" }, "/nowhere" },
		{ { "eval", NETWORK, "--dump-logits", "x" }, "one scheme" },
		{ { "eval", NETWORK, "--percentile", "7" }, "percentile" },
		{ { "eval", "configs/networks/train.py" }, "train.py" },
		{ { "eval", NETWORK, "--against", "none.onnx" }, "none.onnx" },
	};

	refused(run_eval(cases[_i].arguments), cases[_i].word);
}
END_TEST

START_TEST(bad_options_show_the_usage)
{
	static char *const cases[][4] = {
		{ "eval" },
		{ "eval", NETWORK, NETWORK },
		{ "eval", NETWORK, "--per=layer" },
		{ "eval", NETWORK, "--images=0" },
		{ "eval", NETWORK, "--array=128" },
		{ "eval", NETWORK, "--prune=1.5" },
	};

	/* argp ends the process. */
	run_eval(cases[_i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cmd_eval");
	TCase *tcase = tcase_create("cmd_eval");

	if (access(DATASET, R_OK)) {
		printf("SKIP: no %s\n", DATASET);
		return SQZ_TEST_SKIPPED;
	}
	tcase_add_unchecked_fixture(tcase, command_folder_make,
				    command_folder_remove);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, table_csv_and_logits_agree);
	tcase_add_test(tcase, either_split_can_be_judged);
	tcase_add_test(tcase, commas_belong_to_schemes);
	tcase_add_test(tcase, pruning_has_a_line_of_its_own);
	tcase_add_test(tcase, another_file_may_be_the_baseline);
	tcase_add_loop_test(tcase, threads_and_processor_change_nothing, 0, 4);
	tcase_add_loop_test(tcase, mistakes_are_one_clear_line, 0, 8);
	tcase_add_loop_exit_test(tcase, bad_options_show_the_usage, 1, 0, 6);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
