/* A child process that does not outlive us. */
#ifndef SQZ_SWEEP_PROCESS_H
#define SQZ_SWEEP_PROCESS_H

#include <sys/types.h>

#include "traces/sweep/commands.h"

#ifdef __cplusplus
extern "C" {
#endif

/* To be called first in a child: it is killed when its parent ends. */
void sqz_process_follow(pid_t parent);

/* How a program is run. */
struct sqz_process {
	const char *folder; /* where */
	const char *log;    /* file that what it prints is added to */
	const char *output; /* file for standard output, or NULL: log */
	int also_good;	    /* exit status that is as good as 0 */
};

/* Runs this program with the words as arguments. Returns its exit status, or -1
 * with err set: one line, from its last words if it ended with a status that is
 * not good. */
int sqz_process_run(const struct sqz_words *words,
		    const struct sqz_process *how, struct sqz_error *err);

/* Runs another program and takes the beginning of what it prints, ends of
 * lines at its end cut off. Returns its exit status, or -1 with err set if it
 * cannot be started. */
int sqz_process_capture(const struct sqz_words *words, char *text, size_t size,
			struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
