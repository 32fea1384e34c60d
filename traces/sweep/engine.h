/* How the points of a study get run. */
#ifndef SQZ_SWEEP_ENGINE_H
#define SQZ_SWEEP_ENGINE_H

#include <stdbool.h>
#include <stdio.h>

#include "traces/sweep/study.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An engine was told to stop (SIGINT, SIGTERM, SIGHUP). */
#define SQZ_ENGINE_STOPPED 1

struct sqz_engine_options {
	const char *output; /* absolute */
	unsigned jobs;	    /* at a time; 0: as many as the engine likes */
	bool no_wait;	    /* Slurm: only submit */
	const char *const *sbatch; /* more options for it */
	size_t sbatch_count;
};

/* Runs all points that are not done in processes of this machine. 0 if none is
 * left (some may have failed), SQZ_ENGINE_STOPPED, or -1 with err set. */
int sqz_engine_local(const struct sqz_study *study,
		     const struct sqz_engine_options *options,
		     struct sqz_error *err);

/* The same by Slurm's job arrays. */
int sqz_engine_slurm(const struct sqz_study *study,
		     const struct sqz_engine_options *options,
		     struct sqz_error *err);

/* ---- signals ---- */

/* Holds back what an engine waits for: the end of a child, and the signals to
 * stop. */
struct sqz_signals {
	void *old; /* the mask before */
};

int sqz_signals_hold(struct sqz_signals *signals, struct sqz_error *err);
void sqz_signals_release(struct sqz_signals *signals);

/* Waits for at most a second; true: stop. */
bool sqz_signals_wait(void);

/* ---- progress ---- */

/* A line on a terminal's standard error. */
struct sqz_sweep_progress {
	bool on;
	size_t todo;
	size_t done;
	size_t failed;
	double begin_s;
};

void sqz_sweep_progress_begin(struct sqz_sweep_progress *progress, size_t todo);
void sqz_sweep_progress_show(const struct sqz_sweep_progress *progress,
			     size_t running);
void sqz_sweep_progress_end(const struct sqz_sweep_progress *progress);

/* The line's text after elapsed_s seconds. */
void sqz_sweep_progress_text(const struct sqz_sweep_progress *progress,
			     size_t running, double elapsed_s, char *text,
			     size_t size);

#ifdef __cplusplus
}
#endif

#endif
