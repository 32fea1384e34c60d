#include "traces/sweep/cmd_sweep.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "traces/sweep/engine.h"
#include "traces/sweep/merge.h"
#include "traces/sweep/point.h"

#define MAX_JOBS	1024
#define MAX_SBATCH	64
#define STATUS_NO_STUDY 125
#define STATUS_STOPPED	130
#define MOST_FAILED	100 /* as an exit status */

enum {
	KEY_LIST = 256,
	KEY_ENGINE,
	KEY_NO_WAIT,
	KEY_COLLECT,
	KEY_POINT,
	KEY_SBATCH
};

static const struct argp_option OPTIONS[] = {
	{ "output", 'o', "FOLDER", 0,
	  "where results go (default: the study's name without its ending); "
	  "what is finished there is not run again",
	  0 },
	{ "jobs", 'j', "N", 0,
	  "points at a time (default: one for each processor; with Slurm as "
	  "many as it likes)",
	  0 },
	{ "list", KEY_LIST, 0, 0,
	  "print the points with their states and end; nothing is run", 0 },
	{ "collect", KEY_COLLECT, 0, 0,
	  "write table, plots and page of what there is; nothing is run", 0 },
	{ "point", KEY_POINT, "N", 0,
	  "run point N of the list alone, without table (a Slurm task does)",
	  0 },
	{ "engine", KEY_ENGINE, "local|slurm", 0,
	  "processes of this machine (default), or Slurm's job arrays", 0 },
	{ "no-wait", KEY_NO_WAIT, 0, 0,
	  "with Slurm: submit and end; --collect writes the table later", 0 },
	{ "sbatch", KEY_SBATCH, "OPTION", 0,
	  "with Slurm: one more option for sbatch, as --sbatch=--mem=4G; may "
	  "be repeated",
	  0 },
	{ 0 },
};

static const char DOC[] =
    "Runs a study: many maps, runs or evaluations that differ in settings, and "
    "one table of them all."
    "\v"
    "STUDY is a file as docs/study.md describes it. FOLDER/NAME.csv and .json "
    "are the table, .md a page with table and plots; FOLDER/points has a "
    "folder for each point with its report and log. Ctrl-C stops all runs; "
    "the same command goes on.\n"
    "Exit status: the number of points that failed (100: or more); 125 if the "
    "study could not take place; 130 if it was stopped.";

enum mode { MODE_RUN, MODE_LIST, MODE_COLLECT, MODE_POINT };

struct arguments {
	const char *study;
	const char *output;
	enum mode mode;
	bool slurm;
	size_t point; /* from 1 */
	const char *sbatch[MAX_SBATCH];
	struct sqz_engine_options engine;
};

/* ---- options ---- */

static unsigned long number(struct argp_state *state, const char *name,
			    const char *text, unsigned long most)
{
	char *end = NULL;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || *text == '-' || !value || value > most)
		argp_failure(state, argp_err_exit_status, 0,
			     "--%s %s: must be a whole number from 1 to %lu",
			     name, text, most);
	return value;
}

static void take_mode(struct argp_state *state, enum mode mode)
{
	struct arguments *set = state->input;

	if (set->mode != MODE_RUN)
		argp_failure(state, argp_err_exit_status, 0,
			     "one of --list, --collect and --point");
	set->mode = mode;
}

static void take_engine(struct argp_state *state, const char *name)
{
	struct arguments *set = state->input;

	set->slurm = !strcmp(name, "slurm");
	if (!set->slurm && strcmp(name, "local"))
		argp_failure(state, argp_err_exit_status, 0,
			     "--engine %s: must be local or slurm", name);
}

static void take_sbatch(struct argp_state *state, const char *option)
{
	struct arguments *set = state->input;

	if (set->engine.sbatch_count == MAX_SBATCH)
		argp_failure(state, argp_err_exit_status, 0,
			     "--sbatch: more than %d of them", MAX_SBATCH);
	set->sbatch[set->engine.sbatch_count++] = option;
}

static void check(struct argp_state *state, const struct arguments *set)
{
	if (!set->study)
		argp_error(state, "STUDY is missing");
	if (!set->slurm && (set->engine.no_wait || set->engine.sbatch_count))
		argp_failure(state, argp_err_exit_status, 0,
			     "--no-wait and --sbatch go with --engine slurm");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *set = state->input;

	switch (key) {
	case 'o':
		set->output = arg;
		return 0;
	case 'j':
		set->engine.jobs =
		    (unsigned)number(state, "jobs", arg, MAX_JOBS);
		return 0;
	case KEY_LIST:
		take_mode(state, MODE_LIST);
		return 0;
	case KEY_COLLECT:
		take_mode(state, MODE_COLLECT);
		return 0;
	case KEY_POINT:
		take_mode(state, MODE_POINT);
		set->point = number(state, "point", arg, SQZ_STUDY_POINTS);
		return 0;
	case KEY_ENGINE:
		take_engine(state, arg);
		return 0;
	case KEY_NO_WAIT:
		set->engine.no_wait = true;
		return 0;
	case KEY_SBATCH:
		take_sbatch(state, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (set->study)
			return ARGP_ERR_UNKNOWN;
		set->study = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, set);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- folders ---- */

/* The output folder, made if it is missing, as an absolute path of the
 * caller's. */
static char *open_output(const struct arguments *set,
			 const struct sqz_study *study, struct sqz_error *err)
{
	const char *name = set->output ? set->output : study->name;

	if (set->mode != MODE_LIST && mkdir(name, 0777) && errno != EEXIST) {
		sqz_fail(err, "%s: cannot create: %s", name, strerror(errno));
		return NULL;
	}
	char *path = realpath(name, NULL);
	if (!path && set->mode == MODE_LIST)
		path = strdup(name); /* nothing is there yet */
	if (!path || strlen(path) > SQZ_SWEEP_PATH / 2) {
		sqz_fail(err, "%.300s: cannot be the output folder", name);
		free(path);
		return NULL;
	}
	return path;
}

/* ---- modes ---- */

static int list(const struct sqz_study *study, const char *output)
{
	static const char *const STATES[] = { "open", "done", "failed" };
	static const char *const HEAD[] = { "point", "state",	 "key",
					    "group", "settings", NULL };
	struct sqz_table table;
	char text[1024];

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < study->count; i++) {
		const struct sqz_study_point *point = &study->points[i];
		sqz_table_uint(&table, i + 1);
		sqz_table_text(&table,
			       STATES[sqz_point_state(output, point, NULL)]);
		sqz_table_text(&table, point->key);
		sqz_table_text(&table, point->group);
		sqz_study_describe(point, text, sizeof(text));
		sqz_table_text(&table, text);
	}
	int failed = sqz_table_print(&table, table.columns, stdout);
	sqz_table_free(&table);
	return failed ? STATUS_NO_STUDY : 0;
}

static void print_failed(const struct sqz_merged *merged)
{
	char text[1024];

	for (size_t i = 0; i < merged->study->count; i++) {
		const struct sqz_study_point *point = &merged->study->points[i];
		const char *why = json_string_value(json_object_get(
		    json_array_get(merged->points, i), "error"));
		if (!why)
			continue;
		sqz_study_describe(point, text, sizeof(text));
		fprintf(stderr, "point %zu (%s%s%s): %s\n", i + 1, point->group,
			point->group[0] && text[0] ? " " : "", text, why);
	}
}

/* A column that no report knows is probably misspelt. */
static void print_empty(const struct sqz_merged *merged)
{
	for (size_t c = 0; c < json_array_size(merged->cells); c++) {
		size_t given = 0;
		for (size_t i = 0; i < merged->study->count; i++) {
			const json_t *value = sqz_merged_value(merged, c, i);
			given += value && !json_is_null(value);
		}
		if (!given &&
		    merged->failed + merged->open < merged->study->count)
			fprintf(stderr, "column %s: in no report\n",
				json_string_value(json_array_get(
				    json_array_get(merged->cells, c), 2)));
	}
}

static int collect(const struct sqz_study *study, const char *output,
		   struct sqz_error *err)
{
	struct sqz_merged merged;
	int status = -1;

	if (!sqz_sweep_merge(study, output, &merged, err) &&
	    !sqz_sweep_write(&merged, output, err)) {
		print_failed(&merged);
		print_empty(&merged);
		printf("%zu points: %zu done, %zu failed, %zu open\n",
		       study->count, study->count - merged.failed - merged.open,
		       merged.failed, merged.open);
		status = merged.failed < MOST_FAILED ? (int)merged.failed
						     : MOST_FAILED;
	}
	sqz_merged_free(&merged);
	return status;
}

static int run_point(const struct sqz_study *study, size_t point,
		     const char *output, struct sqz_error *err)
{
	if (point > study->count)
		return sqz_fail(err, "--point %zu: there are %zu", point,
				study->count);
	int result = sqz_point_run(study, point - 1, output, err);
	if (result == 1) {
		struct sqz_error why = { "" };
		sqz_point_state(output, &study->points[point - 1], &why);
		fprintf(stderr, "point %zu: %s\n", point, why.text);
	}
	return result;
}

static int run_all(struct arguments *set, const struct sqz_study *study,
		   struct sqz_error *err)
{
	int result = set->slurm ? sqz_engine_slurm(study, &set->engine, err)
				: sqz_engine_local(study, &set->engine, err);

	if (result == SQZ_ENGINE_STOPPED)
		return STATUS_STOPPED;
	if (result || set->engine.no_wait)
		return result;
	return collect(study, set->engine.output, err);
}

/* What can be wrong with the study is to be known before anything runs. */
static int check_study(const struct sqz_study *study, struct sqz_error *err)
{
	json_t *columns = sqz_sweep_columns(study, err);
	int failed = !columns || sqz_sweep_check_plots(study, columns, err);

	json_decref(columns);
	return failed ? -1 : 0;
}

static int sweep(struct arguments *set, struct sqz_study *study,
		 struct sqz_error *err)
{
	if (sqz_study_read(set->study, study, err) || check_study(study, err))
		return -1;
	char *output = open_output(set, study, err);
	int status = -1;
	if (!output)
		return -1;
	set->engine.output = output;
	set->engine.sbatch = set->sbatch;
	if (set->mode == MODE_LIST)
		status = list(study, output);
	else if (set->mode == MODE_COLLECT)
		status = collect(study, output, err);
	else if (set->mode == MODE_POINT)
		status = run_point(study, set->point, output, err);
	else
		status = run_all(set, study, err);
	free(output);
	return status;
}

int sqz_cmd_sweep(int argc, char **argv)
{
	static const struct argp ARGP = { OPTIONS, parse, "STUDY", DOC,
					  NULL,	   NULL,  NULL };
	struct arguments set = { .mode = MODE_RUN };
	struct sqz_study study;
	struct sqz_error err;
	char *name = argv[0];

	argv[0] = (char *)"sqz sweep";
	argp_err_exit_status = STATUS_NO_STUDY;
	argp_parse(&ARGP, argc, argv, 0, NULL, &set);
	argv[0] = name;
	int status = sweep(&set, &study, &err);
	sqz_study_free(&study);
	if (status >= 0)
		return status;
	fprintf(stderr, "sqz sweep: %s\n", err.text);
	return STATUS_NO_STUDY;
}
