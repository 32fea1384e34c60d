/*
 * The local engine: a process for each point, in a process group of its own
 * that is killed as a whole. Points that share an image wait until one of them
 * has made it, while others use the processor.
 */
#include "traces/sweep/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "traces/sweep/point.h"
#include "traces/sweep/process.h"

struct worker {
	pid_t process;
	size_t point;
};

struct engine {
	const struct sqz_study *study;
	const char *output;
	struct sqz_signals signals;
	struct sqz_sweep_progress progress;
	size_t *waiting; /* points, in order */
	size_t waiting_count;
	struct worker *workers;
	unsigned jobs;
	unsigned running;
};

/* ---- what is next ---- */

static bool shares_image(const struct engine *engine, size_t point)
{
	for (unsigned w = 0; w < engine->running; w++)
		if (!strcmp(
			engine->study->points[engine->workers[w].point].image,
			engine->study->points[point].image))
			return true;
	return false;
}

/* Not while another one makes the image that it wants. */
static bool is_ready(const struct engine *engine, size_t point)
{
	char image[SQZ_SWEEP_PATH];

	if (engine->study->kind != SQZ_STUDY_RUN ||
	    !shares_image(engine, point))
		return true;
	sqz_point_image(engine->output, &engine->study->points[point], image);
	return access(image, F_OK) == 0;
}

/* The place in `waiting`, or -1. */
static long next_ready(const struct engine *engine)
{
	for (size_t i = 0; i < engine->waiting_count; i++)
		if (is_ready(engine, engine->waiting[i]))
			return (long)i;
	return -1;
}

/* ---- processes ---- */

_Noreturn static void work(struct engine *engine, size_t point, pid_t parent)
{
	struct sqz_error err;

	setpgid(0, 0);
	sqz_process_follow(parent);
	sqz_signals_release(&engine->signals);
	int result = sqz_point_run(engine->study, point, engine->output, &err);
	if (result < 0)
		fprintf(stderr, "sqz sweep: %s\n", err.text);
	_exit(result ? 1 : 0);
}

static int start(struct engine *engine, size_t place, struct sqz_error *err)
{
	size_t point = engine->waiting[place];
	pid_t parent = getpid();

	fflush(NULL);
	pid_t child = fork();
	if (child < 0)
		return sqz_fail(err, "cannot start a process: %s",
				strerror(errno));
	if (!child)
		work(engine, point, parent);
	/* Here as well as there: whoever comes first. */
	setpgid(child, child);
	engine->workers[engine->running++] = (struct worker){ child, point };
	engine->waiting_count--;
	memmove(engine->waiting + place, engine->waiting + place + 1,
		(engine->waiting_count - place) * sizeof(*engine->waiting));
	return 0;
}

/* A process that could not note how its point ended has failed, too. */
static int account(struct engine *engine, size_t index, int status,
		   struct sqz_error *err)
{
	const struct sqz_study_point *point = &engine->study->points[index];
	struct sqz_error why;

	engine->progress.done++;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	engine->progress.failed++;
	if (sqz_point_state(engine->output, point, NULL) != SQZ_POINT_OPEN)
		return 0;
	sqz_fail(&why,
		 WIFSIGNALED(status) ? "ended by signal %d"
				     : "ended with status %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return sqz_point_fail(engine->output, point, why.text, err);
}

static int reap(struct engine *engine, struct sqz_error *err)
{
	unsigned left = 0;
	int failed = 0;

	for (unsigned w = 0; w < engine->running; w++) {
		struct worker worker = engine->workers[w];
		int status = 0;
		if (waitpid(worker.process, &status, WNOHANG) == 0)
			engine->workers[left++] = worker;
		else if (account(engine, worker.point, status, err))
			failed = -1;
	}
	engine->running = left;
	return failed;
}

static void kill_all(struct engine *engine)
{
	for (unsigned w = 0; w < engine->running; w++)
		kill(-engine->workers[w].process, SIGKILL);
	for (unsigned w = 0; w < engine->running; w++)
		waitpid(engine->workers[w].process, NULL, 0);
	engine->running = 0;
}

/* ---- all ---- */

static int start_ready(struct engine *engine, struct sqz_error *err)
{
	long place;

	while (engine->running < engine->jobs &&
	       (place = next_ready(engine)) >= 0)
		if (start(engine, (size_t)place, err))
			return -1;
	return 0;
}

static int run(struct engine *engine, struct sqz_error *err)
{
	while (engine->waiting_count || engine->running) {
		if (start_ready(engine, err))
			return -1;
		sqz_sweep_progress_show(&engine->progress, engine->running);
		if (sqz_signals_wait())
			return SQZ_ENGINE_STOPPED;
		if (reap(engine, err))
			return -1;
	}
	return 0;
}

/* Points that are the same run once. */
static void list_waiting(struct engine *engine)
{
	const struct sqz_study *study = engine->study;

	for (size_t i = 0; i < study->count; i++)
		if (study->points[i].first == i &&
		    sqz_point_state(engine->output, &study->points[i], NULL) !=
			SQZ_POINT_DONE)
			engine->waiting[engine->waiting_count++] = i;
}

static unsigned processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? (unsigned)count : 1;
}

int sqz_engine_local(const struct sqz_study *study,
		     const struct sqz_engine_options *options,
		     struct sqz_error *err)
{
	struct engine engine = { .study = study, .output = options->output };
	int result = -1;

	engine.jobs = options->jobs ? options->jobs : processors();
	engine.waiting = calloc(study->count, sizeof(*engine.waiting));
	engine.workers = calloc(engine.jobs, sizeof(*engine.workers));
	if (!engine.waiting || !engine.workers)
		sqz_fail(err, "out of memory for %zu points", study->count);
	else if (!sqz_signals_hold(&engine.signals, err)) {
		list_waiting(&engine);
		sqz_sweep_progress_begin(&engine.progress,
					 engine.waiting_count);
		result = run(&engine, err);
		sqz_sweep_progress_end(&engine.progress);
		kill_all(&engine);
		sqz_signals_release(&engine.signals);
	}
	free(engine.waiting);
	free(engine.workers);
	return result;
}
