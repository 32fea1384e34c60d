/* Study files: what is read, expanded and refused, and what a key is of. */
#include "traces/sweep/study.h"

#include "../scratch.h"

#define BASE "set = [\"network=n.onnx\", \"config=c.cfg\"];\n"

static void put(const char *name, const char *text)
{
	struct sqz_error err;

	ck_assert_msg(!sqz_write_file(scratch(name), text, strlen(text), &err),
		      "%s", err.text);
}

static struct sqz_study read_study(const char *text)
{
	struct sqz_study study;
	struct sqz_error err;

	put("s.cfg", text);
	ck_assert_msg(!sqz_study_read(scratch("s.cfg"), &study, &err), "%s",
		      err.text);
	return study;
}

/* Groups and settings of all points, a line each. */
static void expect_points(const char *text, const char *wanted)
{
	struct sqz_study study = read_study(text);
	char told[4096] = "", one[1024];

	for (size_t i = 0; i < study.count; i++) {
		sqz_study_describe(&study.points[i], one, sizeof(one));
		strcat(told, study.points[i].group);
		strcat(strcat(strcat(told, ": "), one), "\n");
	}
	ck_assert_str_eq(told, wanted);
	sqz_study_free(&study);
}

START_TEST(one_point)
{
	struct sqz_study study = read_study(BASE);

	ck_assert_uint_eq(study.count, 1);
	ck_assert_int_eq(study.kind, SQZ_STUDY_RUN);
	ck_assert_str_eq(study.name, "s");
	ck_assert_str_eq(sqz_study_get(&study.points[0], "network"), "n.onnx");
	ck_assert_ptr_null(sqz_study_get(&study.points[0], "noc.vcs"));
	sqz_study_free(&study);
}
END_TEST

START_TEST(product)
{
	expect_points(
	    BASE "vary = ({ keys = [\"noc.vcs\"]; values = [5, 6]; },\n"
		 "{ keys = [\"map --scheme\"]; values = [\"sme2\", \"int8\"]; "
		 "});",
	    ": noc.vcs=5 map --scheme=sme2\n"
	    ": noc.vcs=5 map --scheme=int8\n"
	    ": noc.vcs=6 map --scheme=sme2\n"
	    ": noc.vcs=6 map --scheme=int8\n");
}
END_TEST

START_TEST(zip)
{
	expect_points(BASE "vary = ({ keys = [\"noc.width\", \"noc.height\"];\n"
			   "values = (4, (8, 16)); });",
		      ": noc.width=4 noc.height=4\n"
		      ": noc.width=8 noc.height=16\n");
}
END_TEST

START_TEST(ranges)
{
	expect_points(BASE "vary = ({ keys = [\"a.b\"];\n"
			   "values = { from = 1; to = 9; factor = 2; }; });",
		      ": a.b=1\n: a.b=2\n: a.b=4\n: a.b=8\n");
	expect_points(BASE
		      "vary = ({ keys = [\"a.b\"];\n"
		      "values = { from = 0.1; to = 0.3; step = 0.1; }; });",
		      ": a.b=0.1\n: a.b=0.2\n: a.b=0.3\n");
}
END_TEST

START_TEST(values)
{
	expect_points(BASE "vary = ({ keys = [\"a.b\"];\n"
			   "values = (0x10, 0.0078, true, \"x y\", -3L); });",
		      ": a.b=16\n: a.b=0.0078\n: a.b=true\n: a.b=x y\n"
		      ": a.b=-3\n");
}
END_TEST

START_TEST(groups_and_names)
{
	struct sqz_study study = read_study(
	    BASE "groups = ({ name = \"one\"; set = [\"a.b=1\"]; },\n"
		 "{ name = \"two\"; set = [\"a.b=2\"];\n"
		 "points = ({ name = \"p\"; }, { name = \"q\"; "
		 "set = [\"a.b=3\", \"a.b=4\"]; });\n"
		 "vary = ({ keys = [\"c.d\"]; values = [7, 8]; }); });");
	char text[64];

	ck_assert_uint_eq(study.count, 5);
	ck_assert_str_eq(study.points[0].group, "one");
	ck_assert_str_eq(sqz_study_get(&study.points[0], "a.b"), "1");
	ck_assert_str_eq(sqz_study_get(&study.points[1], "a.b"), "2");
	ck_assert_str_eq(sqz_study_get(&study.points[4], "a.b"), "4");
	ck_assert_str_eq(sqz_study_get(&study.points[4], "c.d"), "8");
	sqz_study_describe(&study.points[4], text, sizeof(text));
	ck_assert_str_eq(text, "q c.d=8");
	sqz_study_free(&study);
}
END_TEST

/* Groups count images of their own; columns may lie beside the study. */
START_TEST(parts)
{
	put("inner.cfg", "columns = (\"a\");");
	struct sqz_study study = read_study(
	    "@include \"inner.cfg\"\nwarm_images = 1;"
	    "set = [\"network=n\", \"config=c\", \"run --count=8\"];"
	    "groups = ({ name = \"a\"; }, { name = \"b\"; warm_images = 4; }, "
	    "{ name = \"c\"; });");

	ck_assert_uint_eq(study.points[0].warm_images, 1);
	ck_assert_uint_eq(study.points[1].warm_images, 4);
	ck_assert_str_ne(study.points[1].key, study.points[0].key);
	ck_assert_str_eq(study.points[1].image, study.points[0].image);
	ck_assert_str_eq(study.points[2].key, study.points[0].key);
	ck_assert_str_eq(json_string_value(json_array_get(
			     json_object_get(study.root, "columns"), 0)),
			 "a");
	sqz_study_free(&study);
}
END_TEST

static const struct {
	const char *text;
	const char *reason;
} REFUSED[] = {
	{ "", "network is missing" },
	{ "set = [\"network=n\"];", "config is missing" },
	{ "kind = \"noc\"; " BASE, "sqz noc takes no network" },
	{ "kind = \"eval\"; " BASE, "sqz eval knows no configuration" },
	{ "kind = \"walk\"; " BASE, "kind: must be" },
	{ "kind = 3; " BASE, "kind: must be" },
	{ BASE "sets = [];", "study: sets is unknown" },
	{ BASE "set = [];", "s.cfg:2: duplicate" },
	{ "x = ", "s.cfg:1: syntax error" },
	{ "set = \"a\";", "set: must be a list" },
	{ "set = [1];", "set: must be a list of texts" },
	{ "set = [\"noc.vcs\"];", "noc.vcs: must be \"KEY=VALUE\"" },
	{ "set = [\"vcs=3\"];", "vcs: wants network, config" },
	{ "set = [\"map scheme=3\"];", "map scheme: wants network, config" },
	{ "set = [\"noc --rate=1\"];", "of kind run has no noc" },
	{ "set = [\"run --report=x\"];", "run --report: not for studies" },
	{ "set = [\"run --rep=x\"];", "run --rep: not for studies" },
	{ "set = [\"map --output=x\"];", "map --output: not for studies" },
	{ BASE "warm_images = 0;", "warm_images: must be" },
	{ BASE "warm_images = 2;", "must be above warm_images" },
	{ "kind = \"map\"; warm_images = 2; " BASE, "only of runs" },
	{ "warm_images = 1; groups = ({ name = \"g\"; warm_images = 2.5; "
	  "});" BASE,
	  "warm_images: must be" },
	{ "warm_images = 1; groups = ({ name = \"g\"; warm_images = 4; "
	  "set = [\"run --count=4\"]; });" BASE,
	  "must be above warm_images" },
	{ BASE "groups = ({ name = \"g\"; warm_images = 4; });",
	  "g: warm_images: the study has none" },
	{ "@include \"broken.cfg\"\n" BASE, "broken.cfg:1: syntax error" },
	{ BASE "groups = ({});", "groups: each wants a name" },
	{ BASE "groups = ({ name = \"g\"; size = 1; });", "size is unknown" },
	{ BASE "groups = (1);", "must be a group" },
	{ BASE "groups = ();", "no points" },
	{ BASE "groups = (); vary = ();", "belong into the groups" },
	{ BASE "points = ({ set = []; });", "each wants a name" },
	{ BASE "vary = ({ keys = [\"a.b\"]; });", "wants lists" },
	{ BASE "vary = ({ keys = []; values = [1]; });", "wants lists" },
	{ BASE "vary = ({ keys = [1]; values = [1]; });", "must be texts" },
	{ BASE "vary = ({ keys = [\"a.b\"]; values = ((1, 2)); });",
	  "a.b: no value" },
	{ BASE "vary = ({ keys = [\"a.b\"]; values = { from = 1; to = 3; }; "
	       "});",
	  "a range has" },
	{ BASE "vary = ({ keys = [\"a.b\"]; values = { from = 0; to = 3; "
	       "factor = 2; }; });",
	  "a range has" },
	{ BASE "vary = ({ keys = [\"a.b\"]; values = { from = 0; to = 3; "
	       "step = 1e-9; }; });",
	  "more than 10000" },
};

START_TEST(refused)
{
	struct sqz_study study;
	struct sqz_error err = { "no error" };

	put("s.cfg", REFUSED[_i].text);
	put("broken.cfg", "x = ?;");
	ck_assert_int_eq(sqz_study_read(scratch("s.cfg"), &study, &err), -1);
	ck_assert_msg(strstr(err.text, REFUSED[_i].reason) != NULL,
		      "%s\nnot in: %s", REFUSED[_i].reason, err.text);
	ck_assert_msg(strstr(err.text, ".cfg") != NULL, "%s", err.text);
	sqz_study_free(&study);
}
END_TEST

START_TEST(missing_file)
{
	struct sqz_study study;
	struct sqz_error err;

	ck_assert_int_eq(sqz_study_read(scratch("no.cfg"), &study, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "no.cfg: cannot read"));
	sqz_study_free(&study);
}
END_TEST

START_TEST(too_many_points)
{
	static const char ENTRY[] = "{ keys = [\"a.b\"]; "
				    "values = { from = 1; to = 1000; "
				    "step = 1; }; }";
	char text[1024];
	struct sqz_study study;
	struct sqz_error err;

	snprintf(text, sizeof(text), BASE "vary = (%s, %s);", ENTRY, ENTRY);
	put("s.cfg", text);
	ck_assert_int_eq(sqz_study_read(scratch("s.cfg"), &study, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "more than 100000 points"));
	sqz_study_free(&study);
}
END_TEST

/* ---- keys ---- */

struct keys {
	char point[SQZ_STUDY_KEY];
	char image[SQZ_STUDY_KEY];
};

static struct keys keys_of(const char *text)
{
	struct sqz_study study = read_study(text);
	struct keys keys;

	memcpy(keys.point, study.points[0].key, sizeof(keys.point));
	memcpy(keys.image, study.points[0].image, sizeof(keys.image));
	sqz_study_free(&study);
	return keys;
}

static void expect_keys(const char *a, const char *b, bool same_point,
			bool same_image)
{
	struct keys x = keys_of(a), y = keys_of(b);

	ck_assert_msg(!strcmp(x.point, y.point) == same_point, "%s %s", a, b);
	ck_assert_msg(!strcmp(x.image, y.image) == same_image, "%s %s", a, b);
}

#define SET(more) "set = [\"network=n\", \"config=c\"" more "];"

START_TEST(settings_in_keys)
{
	expect_keys(SET(), SET(), true, true);
	expect_keys(SET(), SET(",\"tile.arrays=8\""), false, false);
	expect_keys(SET(), SET(",\"noc.vcs=8\""), false, true);
	expect_keys(SET(), SET(",\"cpu.cycle_ns=8\""), false, true);
	expect_keys(SET(), SET(",\"run --count=8\""), false, true);
	expect_keys(SET(), SET(",\"map --scheme=x\""), false, false);
	expect_keys(SET(",\"a.b=1\", \"c.d=2\""), SET(",\"c.d=2\", \"a.b=1\""),
		    true, true);
	expect_keys(SET(",\"a.b=1\", \"c.d=2\""), SET(",\"c.d=1\", \"a.b=2\""),
		    false, false);
	expect_keys("columns = (); title = \"x\";" SET(), SET(), true, true);
	expect_keys(SET(",\"run --count=8\""),
		    "warm_images = 1; " SET(",\"run --count=8\""), false, true);
	expect_keys("kind = \"map\";" SET(), SET(), false, true);
}
END_TEST

START_TEST(files_in_keys)
{
	put("n", "network");
	put("c", "config");
	struct keys before = keys_of(SET());
	put("c", "config 2");
	struct keys after = keys_of(SET());
	ck_assert_str_ne(before.point, after.point);
	ck_assert_str_ne(before.image, after.image);
	put("c", "config");
	after = keys_of(SET());
	ck_assert_str_eq(before.point, after.point);
	put("n", "networK");
	after = keys_of(SET());
	ck_assert_str_ne(before.image, after.image);
	/* Files of options, too. */
	put("p", "pictures");
	before = keys_of(SET(",\"run --images=p\""));
	put("p", "pictures 2");
	after = keys_of(SET(",\"run --images=p\""));
	ck_assert_str_ne(before.point, after.point);
	ck_assert_str_eq(before.image, after.image);
}
END_TEST

START_TEST(same_points)
{
	struct sqz_study study = read_study(
	    BASE "groups = ({ name = \"a\"; vary = ({ keys = [\"noc.vcs\"]; "
		 "values = [5, 6, 5]; }); }, { name = \"b\"; "
		 "set = [\"noc.vcs=6\"]; });");

	ck_assert_uint_eq(study.points[0].first, 0);
	ck_assert_uint_eq(study.points[1].first, 1);
	ck_assert_uint_eq(study.points[2].first, 0);
	ck_assert_uint_eq(study.points[3].first, 1);
	sqz_study_free(&study);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sweep: studies");
	TCase *tests = tcase_create("all");

	tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
	tcase_add_test(tests, one_point);
	tcase_add_test(tests, product);
	tcase_add_test(tests, zip);
	tcase_add_test(tests, ranges);
	tcase_add_test(tests, values);
	tcase_add_test(tests, groups_and_names);
	tcase_add_test(tests, parts);
	tcase_add_loop_test(tests, refused, 0,
			    sizeof(REFUSED) / sizeof(*REFUSED));
	tcase_add_test(tests, missing_file);
	tcase_add_test(tests, too_many_points);
	tcase_add_test(tests, settings_in_keys);
	tcase_add_test(tests, files_in_keys);
	tcase_add_test(tests, same_points);
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
