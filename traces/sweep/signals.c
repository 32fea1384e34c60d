#include "traces/sweep/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void waited_for(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int sqz_signals_hold(struct sqz_signals *signals, struct sqz_error *err)
{
	sigset_t set;

	waited_for(&set);
	signals->old = malloc(sizeof(sigset_t));
	if (!signals->old || sigprocmask(SIG_BLOCK, &set, signals->old)) {
		free(signals->old);
		return sqz_fail(err, "signals: %s", strerror(errno));
	}
	return 0;
}

void sqz_signals_release(struct sqz_signals *signals)
{
	sigprocmask(SIG_SETMASK, signals->old, NULL);
	free(signals->old);
	signals->old = NULL;
}

bool sqz_signals_wait(void)
{
	static const struct timespec SECOND = { .tv_sec = 1 };
	sigset_t set;

	waited_for(&set);
	int got = sigtimedwait(&set, NULL, &SECOND);
	return got == SIGINT || got == SIGTERM || got == SIGHUP;
}
