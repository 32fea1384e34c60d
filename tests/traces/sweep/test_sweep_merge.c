/* The merged table of an output folder that was written by hand, and what
 * columns and plots are refused. */
#include <ftw.h>

#include "traces/sweep/engine.h"
#include "traces/sweep/merge.h"
#include "traces/sweep/point.h"
#include "traces/sweep/report_read.h"

#include "../scratch.h"

#define SET "set = [\"network=n\", \"config=c\", \"run --count=3\"];\n"

static void put(const char *path, const char *text)
{
	struct sqz_error err;

	ck_assert_msg(!sqz_write_file(path, text, strlen(text), &err), "%s",
		      err.text);
}

static struct sqz_study read_study(const char *text)
{
	struct sqz_study study;
	struct sqz_error err;

	put(scratch("s.cfg"), text);
	ck_assert_msg(!sqz_study_read(scratch("s.cfg"), &study, &err), "%s",
		      err.text);
	return study;
}

/* A file of a point; its folder is made. */
static void put_point(const struct sqz_study *study, size_t index,
		      const char *name, const char *text)
{
	char path[SQZ_SWEEP_PATH];

	mkdir(scratch("points"), 0777);
	sqz_point_path(scratch_dir, &study->points[index], "", path);
	mkdir(path, 0777);
	sqz_point_path(scratch_dir, &study->points[index], name, path);
	put(path, text);
}

static void put_done(const struct sqz_study *study, size_t index,
		     const char *report)
{
	put_point(study, index, "report.json", report);
	put_point(study, index, "config.cfg", "noc = { vcs = 5; };");
	put_point(study, index, "state.json", "{\"state\": \"done\"}");
}

static void write_table(const struct sqz_study *study, size_t failed,
			size_t open)
{
	struct sqz_merged merged;
	struct sqz_error err;

	ck_assert_msg(!sqz_sweep_merge(study, scratch_dir, &merged, &err) &&
			  !sqz_sweep_write(&merged, scratch_dir, &err),
		      "%s", err.text);
	ck_assert_uint_eq(merged.failed, failed);
	ck_assert_uint_eq(merged.open, open);
	sqz_merged_free(&merged);
}

static void expect_file(const char *name, const char *wanted)
{
	struct sqz_bytes bytes = scratch_read(name);

	ck_assert_uint_eq(bytes.size, strlen(wanted));
	ck_assert_mem_eq(bytes.data, wanted, bytes.size);
	sqz_bytes_free(&bytes);
}

static const char TABLE[] =
    SET "title = \"A | B\"; text = \"Why.\"; plots = ();\n"
	"groups = ({ name = \"g\"; vary = ({ keys = [\"noc.vcs\"];\n"
	"values = [5, 6, 7, 8]; }); }, { name = \"h\"; points =\n"
	"({ name = \"p\"; set = [\"noc.vcs=6\"]; }); });\n"
	"columns = (\"network\", \"simulated_ps\", { name = \"time\"; unit = "
	"\"us\"; digits = 1; value = \"layers[*].ps / 1e6\"; });";

static struct sqz_study fill_table(void)
{
	struct sqz_study study = read_study(TABLE);

	put_done(&study, 0,
		 "{\"network\": \"a,b\", \"simulated_ps\": 4503599627370497,"
		 " \"layers\": [{\"name\": \"x\", \"ps\": 1250000}]}");
	put_done(&study, 1,
		 "{\"network\": \"c\", \"simulated_ps\": 0.5, \"layers\":"
		 " [{\"name\": \"y\", \"ps\": 2}, {\"name\": \"x\"}]}");
	put_point(&study, 2, "state.json",
		  "{\"state\": \"failed\", \"error\": \"sqz run: a | b\"}");
	return study;
}

START_TEST(csv)
{
	struct sqz_study study = fill_table();

	write_table(&study, 1, 1);
	expect_file("s.csv",
		    "point,group,name,noc.vcs,network,simulated_ps,time_us x,"
		    "time_us y,state,error\n"
		    "1,g,,5,\"a,b\",4503599627370497,1.2,,done,\n"
		    "2,g,,6,c,0.5,,0.0,done,\n"
		    "3,g,,7,,,,,failed,sqz run: a | b\n"
		    "4,g,,8,,,,,open,\n"
		    "5,h,p,,c,0.5,,0.0,done,\n");
	sqz_study_free(&study);
}
END_TEST

START_TEST(page)
{
	struct sqz_study study = fill_table();

	write_table(&study, 1, 1);
	expect_file(
	    "s.md",
	    "# A | B\n\nWhy.\n\n"
	    "5 points of `sqz run`: 3 done, 1 failed, 1 open.\n\n"
	    "## Table\n\n"
	    "| group | settings | network | simulated_ps | time_us x | "
	    "time_us y |\n"
	    "|---|---|---|---:|---:|---:|\n"
	    "| g | noc.vcs=5 | a,b | 4503599627370497 | 1.2 |  |\n"
	    "| g | noc.vcs=6 | c | 0.5 |  | 0.0 |\n"
	    "| g | noc.vcs=7 | failed |  |  |  |\n"
	    "| g | noc.vcs=8 | open |  |  |  |\n"
	    "| h | p | c | 0.5 |  | 0.0 |\n\n"
	    "## Failed\n\n| point | error |\n|---:|---|\n"
	    "| 3 | sqz run: a \\| b |\n\n"
	    "## Columns\n\n| column | from the report |\n|---|---|\n"
	    "| network | `network` |\n| simulated_ps | `simulated_ps` |\n"
	    "| time_us | `layers[*].ps / 1e6` |\n");
	sqz_study_free(&study);
}
END_TEST

START_TEST(json)
{
	struct sqz_study study = fill_table();

	write_table(&study, 1, 1);
	json_t *root = json_load_file(scratch("s.json"), 0, NULL);
	json_t *points = json_object_get(root, "points");
	json_t *columns = json_object_get(root, "columns");
	ck_assert_uint_eq(json_array_size(points), 5);
	ck_assert_uint_eq(json_array_size(columns), 3);
	json_t *first = json_object_get(json_array_get(points, 0), "values");
	ck_assert(json_number_value(json_object_get(first, "simulated_ps")) ==
		  4503599627370497.0);
	ck_assert(json_number_value(json_object_get(
		      json_object_get(first, "time"), "x")) == 1.25);
	ck_assert_str_eq(json_string_value(json_object_get(
			     json_array_get(columns, 1), "unit")),
			 "ps");
	json_decref(root);
	sqz_study_free(&study);
}
END_TEST

/* A report that was damaged afterwards fails its point. */
START_TEST(damaged)
{
	struct sqz_study study = fill_table();

	put_point(&study, 0, "report.json", "{\"network\": ");
	put_point(&study, 2, "state.json", "{\"st");
	write_table(&study, 1, 2);
	sqz_study_free(&study);
}
END_TEST

/* ---- reports ---- */

START_TEST(warm)
{
	struct sqz_study study = read_study(
	    SET "warm_images = 1; vary = ({ keys = [\"noc.vcs\"]; "
		"values = [5]; }); plots = (); columns = (\"noc.bytes\", "
		"\"max(links[*].flits)\", \"config.noc.vcs\", "
		"\"sum(images[*].time_ps)\", "
		"\"all.noc.bytes\", { name = \"late\"; "
		"value = \"warm.noc.bytes + columns.late\"; }, "
		"{ name = \"more\"; value = \"warm.noc.bytes + "
		"all.images[-1].time_ps\"; }, { name = \"twice\"; "
		"value = \"2 * columns.more\"; });");

	put_point(&study, 0, "warm.json",
		  "{\"noc\": {\"bytes\": 10}, \"links\": [{\"flits\": 90}, "
		  "{\"flits\": 1}], \"images\": [{\"time_ps\": 7}]}");
	put_done(&study, 0,
		 "{\"noc\": {\"bytes\": 31}, \"links\": [{\"flits\": 92}, "
		 "{\"flits\": 9}], \"images\": [{\"time_ps\": 7}, "
		 "{\"time_ps\": 5}, {\"time_ps\": 6}]}");
	write_table(&study, 0, 0);
	expect_file(
	    "s.csv",
	    "point,group,name,noc.vcs,noc.bytes,max(links[*].flits),"
	    "config.noc.vcs,"
	    "sum(images[*].time_ps),all.noc.bytes,late,more,twice,state,"
	    "error\n"
	    "1,,,5,10.5,4,5,5.5,31,,16,32,done,\n");
	sqz_study_free(&study);
}
END_TEST

START_TEST(csv_report)
{
	char text[] = "rate,\"a \"\"b\"\", c\",name\n0.25,,x1\n\n1e3,2,\"y,z\"";
	json_t *report = sqz_report_of_csv(text);
	char *told = json_dumps(report, JSON_COMPACT);

	ck_assert_str_eq(
	    told, "{\"rows\":[{\"rate\":0.25,\"a \\\"b\\\", c\":null,"
		  "\"name\":\"x1\"},{\"rate\":1000.0,\"a \\\"b\\\", c\":2.0,"
		  "\"name\":\"y,z\"}]}");
	free(told);
	json_decref(report);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
	const char *text;
	const char *reason;
} REFUSED[] = {
	{ "columns = 1;", "columns: must be a list" },
	{ "columns = (1);", "columns: each is a path" },
	{ "columns = ({ name = \"x\"; });", "columns: each is a path" },
	{ "columns = (\"a +\");", "wants a value" },
	{ "columns = (\"a\", \"a\");", "two are called a" },
	{ "plots = 1;", "plots: must be a list" },
	{ "plots = ({ y = \"time\"; });", "each wants a name" },
	{ "plots = ({ name = \"a b\"; y = \"time\"; });", "each wants a name" },
	{ "plots = ({ name = \"a\"; y = \"tide\"; });", "no column tide" },
	{ "plots = ({ name = \"a\"; });", "y wants a column" },
	{ "plots = ({ name = \"a\"; y = [\"time\", \"tide\"]; });",
	  "no column tide" },
	{ "plots = ({ name = \"a\"; y = \"time\"; z = 1; });", "z is unknown" },
	{ "plots = ({ name = \"a\"; y = \"time\"; groups = 1; });",
	  "groups: must be a list" },
	{ "plots = ({ name = \"a\"; y = \"time\"; where = [\"a\"]; });",
	  "must be KEY=VALUE" },
};

START_TEST(refused)
{
	char text[512];
	struct sqz_error err = { "no error" };

	snprintf(text, sizeof(text), SET "%s", REFUSED[_i].text);
	struct sqz_study study = read_study(text);
	json_t *columns = sqz_sweep_columns(&study, &err);
	ck_assert(!columns || sqz_sweep_check_plots(&study, columns, &err));
	ck_assert_msg(strstr(err.text, REFUSED[_i].reason) != NULL,
		      "%s\nnot in: %s", REFUSED[_i].reason, err.text);
	json_decref(columns);
	sqz_study_free(&study);
}
END_TEST

START_TEST(accepted)
{
	static const char *const TEXTS[] = {
		"", "warm_images = 1;",
		"plots = ({ name = \"a\"; y = \"time_us\"; x = \"noc.vcs\"; });"
	};
	char text[512];
	struct sqz_error err;

	snprintf(text, sizeof(text), SET "%s", TEXTS[_i]);
	struct sqz_study study = read_study(text);
	json_t *columns = sqz_sweep_columns(&study, &err);
	ck_assert_msg(columns && !sqz_sweep_check_plots(&study, columns, &err),
		      "%s", err.text);
	json_decref(columns);
	sqz_study_free(&study);
}
END_TEST

/* ---- progress ---- */

static const struct {
	size_t done, failed;
	double elapsed_s;
	const char *text;
} TIMES[] = {
	{ 0, 0, 50, "0 of 10 points, 2 running" },
	{ 5, 0, 50, "5 of 10 points, 2 running, 50 s left" },
	{ 1, 1, 30, "1 of 10 points, 1 failed, 2 running, 5 min left" },
	{ 1, 0, 900, "1 of 10 points, 2 running, 2 h 15 min left" },
	{ 10, 0, 900, "10 of 10 points, 2 running" },
};

START_TEST(progress)
{
	struct sqz_sweep_progress progress = { .todo = 10,
					       .done = TIMES[_i].done,
					       .failed = TIMES[_i].failed };
	char text[160];

	sqz_sweep_progress_text(&progress, 2, TIMES[_i].elapsed_s, text,
				sizeof(text));
	ck_assert_str_eq(text, TIMES[_i].text);
}
END_TEST

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *place)
{
	(void)status, (void)type, (void)place;
	return remove(path);
}

static void teardown(void)
{
	nftw(scratch_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

int main(void)
{
	Suite *suite = suite_create("sweep: merged table");
	TCase *tests = tcase_create("all");

	tcase_add_checked_fixture(tests, scratch_setup, teardown);
	tcase_add_test(tests, csv);
	tcase_add_test(tests, page);
	tcase_add_test(tests, json);
	tcase_add_test(tests, damaged);
	tcase_add_test(tests, warm);
	tcase_add_test(tests, csv_report);
	tcase_add_loop_test(tests, refused, 0, (int)COUNT(REFUSED));
	tcase_add_loop_test(tests, accepted, 0, 3);
	tcase_add_loop_test(tests, progress, 0, (int)COUNT(TIMES));
	suite_add_tcase(suite, tests);
	return sqz_suite_main(suite);
}
