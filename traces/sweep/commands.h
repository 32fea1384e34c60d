/* The command lines by which a point is run. */
#ifndef SQZ_SWEEP_COMMANDS_H
#define SQZ_SWEEP_COMMANDS_H

#include "traces/sweep/study.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Arguments for execv(): NULL behind the last. */
struct sqz_words {
	char **items;
	size_t count;
	size_t room;
	bool failed; /* memory ran out */
};

void sqz_words_add(struct sqz_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sqz_words_free(struct sqz_words *words);

/* `sqz run` of nothing: checks options and configuration, and prints it. */
void sqz_words_check(struct sqz_words *words,
		     const struct sqz_study_point *point);

/* `sqz map`; one of image and report is NULL. */
void sqz_words_map(struct sqz_words *words, const struct sqz_study_point *point,
		   const char *image, const char *report);

/* `sqz run`; count 0: as the point says. */
void sqz_words_run(struct sqz_words *words, const struct sqz_study_point *point,
		   const char *image, const char *report, uint32_t count);

/* `sqz noc` or `sqz eval` in one process at a time. */
void sqz_words_noc(struct sqz_words *words, const struct sqz_study_point *point,
		   const char *csv);
void sqz_words_eval(struct sqz_words *words,
		    const struct sqz_study_point *point, const char *csv);

#ifdef __cplusplus
}
#endif

#endif
