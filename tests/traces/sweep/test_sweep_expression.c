/* Columns' expressions over a report of our own making. */
#include "traces/sweep/expression.h"

#include <string.h>

#include "suite.h"

static const char REPORT[] =
    "{\"time_ps\": 3000000, \"network\": \"lenet\", \"exact\": true,"
    " \"noc\": {\"flits\": 40, \"zero\": 0, \"bytes_2\": 12},"
    " \"layers\": ["
    "  {\"name\": \"conv\", \"ps\": 10, \"index\": 7, \"bins\": [1, 2]},"
    "  {\"name\": \"fc\", \"ps\": 30, \"index\": 8, \"bins\": [5]},"
    "  {\"name\": \"fc\", \"index\": 9, \"bins\": []}],"
    " \"plain\": [2, 4, 9], \"none\": []}";

/* The value as compact JSON, or the error. */
static const struct {
	const char *text;
	const char *value;
} CASES[] = {
	{ "time_ps", "3000000.0" },
	{ "time_ps / 1e6", "3.0" },
	{ "network", "\"lenet\"" },
	{ "exact", "1.0" },
	{ "noc.bytes_2", "12.0" },
	{ " noc . flits + 2 * 3 ", "46.0" },
	{ "(noc.flits + 2) * 3", "126.0" },
	{ "10 - 4 - 3", "3.0" },
	{ "100 / 5 / 2", "10.0" },
	{ "-noc.flits - -1", "-39.0" },
	{ "plain[1]", "4.0" },
	{ "plain[3]", "null" },
	{ "plain[-1] + 10 * plain[ -3 ]", "29.0" },
	{ "plain[-4]", "null" },
	{ "none[-1]", "null" },
	{ "layers[-2].ps", "30.0" },
	{ "layers[0].ps", "10.0" },
	{ "layers[name=fc].ps", "30.0" },
	{ "layers[index=8].ps", "30.0" },
	{ "layers[name=none].ps", "null" },
	{ "plain[*]", "{\"0\":2.0,\"1\":4.0,\"2\":9.0}" },
	{ "plain[*] * 2", "{\"0\":4.0,\"1\":8.0,\"2\":18.0}" },
	{ "layers[*].ps", "{\"conv\":10.0,\"fc\":30.0}" },
	{ "layers[*].index", "{\"conv\":7.0,\"fc\":8.0,\"fc#2\":9.0}" },
	{ "layers[*].ps / layers[*].index",
	  "{\"conv\":1.4285714285714286,\"fc\":3.75}" },
	{ "layers[*].bins[*]", "{\"conv/0\":1.0,\"conv/1\":2.0,\"fc/0\":5.0}" },
	{ "sum(layers[*].ps)", "40.0" },
	{ "mean(plain[*])", "5.0" },
	{ "min(plain[*]) + max(plain[*])", "11.0" },
	{ "count(layers[*].index)", "3.0" },
	{ "sum(none[*])", "null" },
	{ "count(none[*])", "0.0" },
	{ "none[*]", "{}" },
	{ "sum(time_ps)", "3000000.0" },
	{ "noc.flits / noc.zero", "null" },
	{ "missing.all.of[3].it + 1", "null" },
	{ "network + 1", "null" },
	{ "noc", "null" },
	{ "", "\"\": wants a value at \"\"" },
	{ "1 +", "\"1 +\": wants a value at \"\"" },
	{ "1 2", "\"1 2\": wants an operation at \"2\"" },
	{ "(1", "\"(1\": wants ) at \"\"" },
	{ "noc.", "\"noc.\": wants a name at \"\"" },
	{ "plain[", "\"plain[\": wants *, a number or NAME=TEXT at \"\"" },
	{ "plain[-]",
	  "\"plain[-]\": wants *, a number or NAME=TEXT at \"-]\"" },
	{ "plain[1", "\"plain[1\": wants ] at \"\"" },
	{ "root(2)", "\"root(2)\": wants sum, mean, min, max or count at "
		     "\"2)\"" },
};

START_TEST(cases)
{
	json_t *report = json_loads(REPORT, 0, NULL);
	struct sqz_error err = { "no error" };
	json_t *value = sqz_expression_value(CASES[_i].text, report, &err);
	char *text =
	    value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	ck_assert_ptr_nonnull(report);
	ck_assert_str_eq(text ? text : err.text, CASES[_i].value);
	free(text);
	json_decref(value);
	json_decref(report);
}
END_TEST

/* Input from outside must not exhaust the stack. */
START_TEST(depth)
{
	static const char OPEN[] = "(-";
	char text[20001] = "";
	struct sqz_error err;

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = OPEN[_i];
	ck_assert_ptr_null(sqz_expression_value(text, NULL, &err));
	ck_assert_ptr_nonnull(strstr(err.text, text + 20000 - 100));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sweep: expressions");
	TCase *tests = tcase_create("all");

	tcase_add_loop_test(tests, cases, 0, sizeof(CASES) / sizeof(*CASES));
	tcase_add_loop_test(tests, depth, 0, 2);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
