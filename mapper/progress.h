/*
 * What a command is doing, on a terminal only: one line that is overwritten.
 */
#ifndef SQZ_MAPPER_PROGRESS_H
#define SQZ_MAPPER_PROGRESS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_progress {
	bool on;
};

/* On if standard error is a terminal and the user does not want it quiet. */
void sqz_progress_init(struct sqz_progress *progress, bool quiet);

void sqz_progress_step(const struct sqz_progress *progress, const char *what);

/* Takes the line away. */
void sqz_progress_end(const struct sqz_progress *progress);

#ifdef __cplusplus
}
#endif

#endif
