/*
 * One point of a study, and what is known of it: OUTPUT/points/KEY holds
 * config.cfg, report.json (or .csv), warm.json, log, and at last state.json.
 *
 * All functions take absolute output folders.
 */
#ifndef SQZ_SWEEP_POINT_H
#define SQZ_SWEEP_POINT_H

#include "traces/sweep/study.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_SWEEP_PATH 4096

enum sqz_point_state {
	SQZ_POINT_OPEN, /* not run to its end */
	SQZ_POINT_DONE,
	SQZ_POINT_FAILED
};

/* OUTPUT/points/KEY/NAME, or the same with images/KEY.sqz. */
void sqz_point_path(const char *output, const struct sqz_study_point *point,
		    const char *name, char path[SQZ_SWEEP_PATH]);
void sqz_point_image(const char *output, const struct sqz_study_point *point,
		     char path[SQZ_SWEEP_PATH]);

/* why: the error line of a failed point; may be NULL. */
enum sqz_point_state sqz_point_state(const char *output,
				     const struct sqz_study_point *point,
				     struct sqz_error *why);

/* Notes that it failed, begun or not. -1 with err set if that cannot be
 * written. */
int sqz_point_fail(const char *output, const struct sqz_study_point *point,
		   const char *why, struct sqz_error *err);

/* Runs it, with what it needs, in child processes, unless it is done. Several
 * processes may: one runs, the others wait. 0 if it is done, 1 if it failed,
 * -1 with err set if neither can be noted. */
int sqz_point_run(const struct sqz_study *study, size_t index,
		  const char *output, struct sqz_error *err);

/* The report of a point that is done, made ready for columns: CSV as
 * {"rows": [...]}, without the warm images if the study has some, "config"
 * being all settings of a run. NULL with err set. */
json_t *sqz_point_report(const struct sqz_study *study, size_t index,
			 const char *output, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
