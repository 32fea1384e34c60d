#include "traces/sweep/point.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/file.h"
#include "traces/sweep/process.h"

/* `sqz run` when a logit differs from the reference: a result, too. */
#define RUN_DIFFERS 3

void sqz_point_path(const char *output, const struct sqz_study_point *point,
		    const char *name, char path[SQZ_SWEEP_PATH])
{
	snprintf(path, SQZ_SWEEP_PATH, "%s/points/%s/%s", output, point->key,
		 name);
}

void sqz_point_image(const char *output, const struct sqz_study_point *point,
		     char path[SQZ_SWEEP_PATH])
{
	snprintf(path, SQZ_SWEEP_PATH, "%s/images/%s.sqz", output,
		 point->image);
}

/* ---- state ---- */

enum sqz_point_state sqz_point_state(const char *output,
				     const struct sqz_study_point *point,
				     struct sqz_error *why)
{
	char path[SQZ_SWEEP_PATH];

	sqz_point_path(output, point, "state.json", path);
	json_t *state = json_load_file(path, 0, NULL);
	const char *name = json_string_value(json_object_get(state, "state"));
	const char *line = json_string_value(json_object_get(state, "error"));
	enum sqz_point_state result = SQZ_POINT_OPEN;
	if (name && !strcmp(name, "done"))
		result = SQZ_POINT_DONE;
	else if (name && line)
		result = SQZ_POINT_FAILED;
	if (line)
		sqz_fail(why, "%s", line);
	json_decref(state);
	return result;
}

/* state: stolen. */
static int note(const char *output, const struct sqz_study_point *point,
		json_t *state, struct sqz_error *err)
{
	char path[SQZ_SWEEP_PATH];
	char *text = json_dumps(state, JSON_INDENT(1));

	json_decref(state);
	if (!text)
		return sqz_fail(err, "out of memory for the state of a point");
	sqz_point_path(output, point, "state.json", path);
	int failed = sqz_write_file(path, text, strlen(text), err);
	free(text);
	return failed;
}

/* Lines of programs may be anything; JSON wants UTF-8. */
static json_t *text_json(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_string("failed; see its log");
}

/* ---- files ---- */

static int make_folder(const char *path, struct sqz_error *err)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		return sqz_fail(err, "%s: %s", path, strerror(errno));
	return 0;
}

static int make_folders(const char *output, const struct sqz_study_point *point,
			struct sqz_error *err)
{
	char path[SQZ_SWEEP_PATH];

	snprintf(path, sizeof(path), "%s/points", output);
	if (make_folder(path, err))
		return -1;
	snprintf(path, sizeof(path), "%s/images", output);
	if (make_folder(path, err))
		return -1;
	snprintf(path, sizeof(path), "%s/points/%s", output, point->key);
	return make_folder(path, err);
}

int sqz_point_fail(const char *output, const struct sqz_study_point *point,
		   const char *why, struct sqz_error *err)
{
	if (make_folders(output, point, err))
		return -1;
	return note(
	    output, point,
	    json_pack("{s:s, s:o}", "state", "failed", "error", text_json(why)),
	    err);
}

/* The descriptor that holds the lock until it is closed, or -1. */
static int take_lock(const char *path, struct sqz_error *err)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (file < 0)
		return sqz_fail(err, "%s: %s", path, strerror(errno));
	while (flock(file, LOCK_EX))
		if (errno != EINTR) {
			close(file);
			return sqz_fail(err, "%s: %s", path, strerror(errno));
		}
	return file;
}

/* ---- running ---- */

struct work {
	const struct sqz_study *study;
	const struct sqz_study_point *point;
	const char *output;
	char log[SQZ_SWEEP_PATH];
};

/* Takes the words. output: for what it prints, or NULL. */
static int call(const struct work *work, struct sqz_words *words,
		const char *output, int also_good, struct sqz_error *err)
{
	const struct sqz_process how = { work->study->folder, work->log, output,
					 also_good };
	int status = sqz_process_run(words, &how, err);

	sqz_words_free(words);
	return status;
}

static int make_image(const struct work *work, struct sqz_error *err)
{
	char image[SQZ_SWEEP_PATH], lock[SQZ_SWEEP_PATH + 8];
	struct sqz_words words;
	int failed = 0;

	sqz_point_image(work->output, work->point, image);
	snprintf(lock, sizeof(lock), "%s.lock", image);
	int file = take_lock(lock, err);
	if (file < 0)
		return -1;
	if (access(image, F_OK)) {
		sqz_words_map(&words, work->point, image, NULL);
		failed = call(work, &words, NULL, 0, err);
	}
	close(file);
	return failed;
}

/* Status 3 may also be the firmware's own. */
static int check_exit(const char *report, struct sqz_error *err)
{
	json_t *root = json_load_file(report, 0, NULL);
	json_t *code =
	    json_object_get(json_object_get(root, "host"), "exit_code");
	json_int_t value = code ? json_integer_value(code) : -1;

	json_decref(root);
	if (value)
		return sqz_fail(err, "sqz run: the firmware ended with %lld",
				(long long)value);
	return 0;
}

static int run_chip(const struct work *work, const char *name, uint32_t count,
		    struct sqz_error *err)
{
	char image[SQZ_SWEEP_PATH], report[SQZ_SWEEP_PATH];
	struct sqz_words words;

	sqz_point_image(work->output, work->point, image);
	sqz_point_path(work->output, work->point, name, report);
	sqz_words_run(&words, work->point, image, report, count);
	int status = call(work, &words, NULL, RUN_DIFFERS, err);
	return status == RUN_DIFFERS ? check_exit(report, err) : status;
}

/* All settings as they are in force. First, so that a wrong one gives the same
 * line whether the image is there or is yet to be made. */
static int check_settings(const struct work *work, struct sqz_error *err)
{
	char config[SQZ_SWEEP_PATH];
	struct sqz_words words;

	sqz_point_path(work->output, work->point, "config.cfg", config);
	sqz_words_check(&words, work->point);
	return call(work, &words, config, 0, err);
}

static int run_image(const struct work *work, struct sqz_error *err)
{
	uint32_t warm = work->point->warm_images;

	if (check_settings(work, err) || make_image(work, err) ||
	    (warm && run_chip(work, "warm.json", warm, err)))
		return -1;
	return run_chip(work, "report.json", 0, err);
}

static int run_map(const struct work *work, struct sqz_error *err)
{
	char report[SQZ_SWEEP_PATH];
	struct sqz_words words;

	sqz_point_path(work->output, work->point, "report.json", report);
	sqz_words_map(&words, work->point, NULL, report);
	return call(work, &words, NULL, 0, err);
}

static int run_csv(const struct work *work, struct sqz_error *err)
{
	char report[SQZ_SWEEP_PATH];
	struct sqz_words words;

	sqz_point_path(work->output, work->point, "report.csv", report);
	if (work->study->kind == SQZ_STUDY_NOC)
		sqz_words_noc(&words, work->point, report);
	else
		sqz_words_eval(&words, work->point, report);
	return call(work, &words, NULL, 0, err);
}

static int run(const struct work *work, struct sqz_error *err)
{
	switch (work->study->kind) {
	case SQZ_STUDY_MAP:
		return run_map(work, err);
	case SQZ_STUDY_RUN:
		return run_image(work, err);
	default:
		return run_csv(work, err);
	}
}

static int run_locked(struct work *work, struct sqz_error *err)
{
	struct sqz_error why;

	if (sqz_point_state(work->output, work->point, NULL) == SQZ_POINT_DONE)
		return 0;
	sqz_point_path(work->output, work->point, "log", work->log);
	unlink(work->log);
	if (run(work, &why))
		return sqz_point_fail(work->output, work->point, why.text, err)
			   ? -1
			   : 1;
	return note(work->output, work->point,
		    json_pack("{s:s}", "state", "done"), err);
}

int sqz_point_run(const struct sqz_study *study, size_t index,
		  const char *output, struct sqz_error *err)
{
	struct work work = { .study = study,
			     .point = &study->points[index],
			     .output = output };
	char path[SQZ_SWEEP_PATH];

	if (make_folders(output, work.point, err))
		return -1;
	sqz_point_path(output, work.point, "lock", path);
	int lock = take_lock(path, err);
	if (lock < 0)
		return -1;
	int result = run_locked(&work, err);
	close(lock);
	return result;
}
