/*
 * Slurm: the points that are not done as job arrays, a task for each, which is
 * this program with --point. The output folder must be one that all machines
 * see under the same name, and so must this program.
 */
#include "traces/sweep/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "traces/sweep/point.h"
#include "traces/sweep/process.h"

/* Slurm's own limit (MaxArraySize) is 1001 unless it is configured. */
#define MAX_ARRAY 1000

/* Seconds between questions to the scheduler. */
#define ASK_EVERY_S 5

struct cluster {
	const struct sqz_study *study;
	const struct sqz_engine_options *options;
	char *study_path; /* absolute */
	char program[SQZ_SWEEP_PATH];
	size_t *points; /* submitted, in order */
	size_t count;
	char *jobs; /* ids, with commas */
};

/* ---- submitting ---- */

/* In single quotes for the shell. Memory of the caller. */
static char *shell_quoted(const char *text)
{
	char *quoted = malloc(4 * strlen(text) + 3), *to = quoted;

	if (!quoted)
		return NULL;
	*to++ = '\'';
	for (; *text; text++) {
		if (*text != '\'')
			*to++ = *text;
		else
			to = stpcpy(to, "'\\''");
	}
	strcpy(to, "'");
	return quoted;
}

/* A task's place in the array is its point's distance from the first. */
static void add_task(struct sqz_words *words, const struct cluster *cluster,
		     size_t first)
{
	char *program = shell_quoted(cluster->program);
	char *study = shell_quoted(cluster->study_path);
	char *output = shell_quoted(cluster->options->output);

	if (program && study && output)
		sqz_words_add(words,
			      "--wrap=exec %s sweep %s --output %s --point "
			      "$((SLURM_ARRAY_TASK_ID + %zu))",
			      program, study, output,
			      cluster->points[first] + 1);
	else
		words->failed = true;
	free(program);
	free(study);
	free(output);
}

static void add_array(struct sqz_words *words, const struct cluster *cluster,
		      size_t first, size_t count)
{
	char text[8 * MAX_ARRAY], *to = text;

	for (size_t i = first; i < first + count; i++)
		to += sprintf(to, "%s%zu", i > first ? "," : "",
			      cluster->points[i] - cluster->points[first]);
	if (cluster->options->jobs)
		sqz_words_add(words, "--array=%s%%%u", text,
			      cluster->options->jobs);
	else
		sqz_words_add(words, "--array=%s", text);
}

static int keep_job(struct cluster *cluster, char *id, struct sqz_error *err)
{
	char *jobs = NULL;

	id[strcspn(id, ";")] = '\0'; /* the cluster's name may follow */
	if (asprintf(&jobs, "%s%s%s", cluster->jobs ? cluster->jobs : "",
		     cluster->jobs ? "," : "", id) < 0)
		return sqz_fail(err, "out of memory for Slurm's jobs");
	free(cluster->jobs);
	cluster->jobs = jobs;
	return 0;
}

static int submit_array(struct cluster *cluster, size_t first, size_t count,
			struct sqz_error *err)
{
	const struct sqz_engine_options *options = cluster->options;
	struct sqz_words words = { 0 };
	char text[256];

	sqz_words_add(&words, "sbatch");
	sqz_words_add(&words, "--parsable");
	sqz_words_add(&words, "--job-name=sqz-%s", cluster->study->name);
	sqz_words_add(&words, "--output=%s/slurm-%%A_%%a.log", options->output);
	add_array(&words, cluster, first, count);
	for (size_t i = 0; i < options->sbatch_count; i++)
		sqz_words_add(&words, "%s", options->sbatch[i]);
	add_task(&words, cluster, first);
	int status = sqz_process_capture(&words, text, sizeof(text), err);
	sqz_words_free(&words);
	if (status > 0)
		return sqz_fail(err, "sbatch: %s", text);
	return status ? -1 : keep_job(cluster, text, err);
}

static int submit(struct cluster *cluster, struct sqz_error *err)
{
	for (size_t first = 0, count; first < cluster->count; first += count) {
		for (count = 1; first + count < cluster->count; count++)
			if (cluster->points[first + count] -
				cluster->points[first] >=
			    MAX_ARRAY)
				break;
		if (submit_array(cluster, first, count, err))
			return -1;
	}
	return 0;
}

/* ---- waiting ---- */

static void cancel(const struct cluster *cluster)
{
	struct sqz_words words = { 0 };
	char *jobs = strdup(cluster->jobs ? cluster->jobs : ""), *rest = jobs;
	char text[256];

	sqz_words_add(&words, "scancel");
	for (char *id; (id = strsep(&rest, ","));)
		if (*id)
			sqz_words_add(&words, "%s", id);
	if (words.count > 1)
		sqz_process_capture(&words, text, sizeof(text), NULL);
	sqz_words_free(&words);
	free(jobs);
}

/* Whether the scheduler still knows of a task that waits or runs: 1, 0, or -1
 * if it does not answer. It refuses ids that it has forgotten. */
static int is_busy(const struct cluster *cluster)
{
	struct sqz_words words = { 0 };
	char text[256];

	sqz_words_add(&words, "squeue");
	sqz_words_add(&words, "--noheader");
	sqz_words_add(&words, "--jobs=%s", cluster->jobs);
	sqz_words_add(&words, "--format=%%i");
	int status = sqz_process_capture(&words, text, sizeof(text), NULL);
	sqz_words_free(&words);
	if (status && strstr(text, "Invalid job id"))
		return 0;
	return status ? -1 : text[0] != '\0';
}

static void count_points(const struct cluster *cluster,
			 struct sqz_sweep_progress *progress)
{
	progress->done = progress->failed = 0;
	for (size_t i = 0; i < cluster->count; i++) {
		enum sqz_point_state state = sqz_point_state(
		    cluster->options->output,
		    &cluster->study->points[cluster->points[i]], NULL);
		progress->done += state != SQZ_POINT_OPEN;
		progress->failed += state == SQZ_POINT_FAILED;
	}
}

/* Tasks that ended without a word: killed, or never begun. */
static int fail_open(const struct cluster *cluster, struct sqz_error *err)
{
	for (size_t i = 0; i < cluster->count; i++) {
		const struct sqz_study_point *point =
		    &cluster->study->points[cluster->points[i]];
		if (sqz_point_state(cluster->options->output, point, NULL) ==
			SQZ_POINT_OPEN &&
		    sqz_point_fail(cluster->options->output, point,
				   "Slurm ended the task; its log is "
				   "slurm-*.log",
				   err))
			return -1;
	}
	return 0;
}

static int wait_for(const struct cluster *cluster, struct sqz_error *err)
{
	struct sqz_sweep_progress progress;
	struct sqz_signals signals;
	int result = 0, idle = 0;

	if (sqz_signals_hold(&signals, err))
		return -1;
	sqz_sweep_progress_begin(&progress, cluster->count);
	for (unsigned second = 0; !result; second++) {
		count_points(cluster, &progress);
		/* Twice: a state may take a while to be seen from here. */
		if (progress.done == cluster->count || idle > 1)
			break;
		sqz_sweep_progress_show(&progress,
					cluster->count - progress.done);
		if (second % ASK_EVERY_S == ASK_EVERY_S - 1)
			idle = is_busy(cluster) ? 0 : idle + 1;
		if (sqz_signals_wait())
			result = SQZ_ENGINE_STOPPED;
	}
	sqz_sweep_progress_end(&progress);
	if (result)
		cancel(cluster);
	sqz_signals_release(&signals);
	return result ? result : fail_open(cluster, err);
}

/* ---- all ---- */

/* What failed before is to be seen as open until its task has ended. */
static void list_points(struct cluster *cluster)
{
	const struct sqz_study *study = cluster->study;
	char path[SQZ_SWEEP_PATH];

	for (size_t i = 0; i < study->count; i++) {
		const struct sqz_study_point *point = &study->points[i];
		enum sqz_point_state state =
		    sqz_point_state(cluster->options->output, point, NULL);
		if (point->first != i || state == SQZ_POINT_DONE)
			continue;
		sqz_point_path(cluster->options->output, point, "state.json",
			       path);
		if (state == SQZ_POINT_FAILED)
			unlink(path);
		cluster->points[cluster->count++] = i;
	}
}

static int find_files(struct cluster *cluster, struct sqz_error *err)
{
	ssize_t length = readlink("/proc/self/exe", cluster->program,
				  sizeof(cluster->program) - 1);

	cluster->study_path = realpath(cluster->study->path, NULL);
	cluster->points =
	    calloc(cluster->study->count, sizeof(*cluster->points));
	if (length <= 0 || !cluster->study_path || !cluster->points)
		return sqz_fail(err, "%s: %s", cluster->study->path,
				strerror(errno));
	cluster->program[length] = '\0';
	return 0;
}

static int run(struct cluster *cluster, struct sqz_error *err)
{
	if (find_files(cluster, err))
		return -1;
	list_points(cluster);
	if (submit(cluster, err)) {
		cancel(cluster);
		return -1;
	}
	if (!cluster->count || !cluster->options->no_wait)
		return cluster->count ? wait_for(cluster, err) : 0;
	printf("%zu points submitted as %s\n", cluster->count, cluster->jobs);
	return 0;
}

int sqz_engine_slurm(const struct sqz_study *study,
		     const struct sqz_engine_options *options,
		     struct sqz_error *err)
{
	struct cluster cluster = { .study = study, .options = options };
	int result = run(&cluster, err);

	free(cluster.study_path);
	free(cluster.points);
	free(cluster.jobs);
	return result;
}
