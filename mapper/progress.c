#include "progress.h"

#include <stdio.h>
#include <unistd.h>

void sqz_progress_init(struct sqz_progress *progress, bool quiet)
{
	progress->on = !quiet && isatty(STDERR_FILENO);
}

void sqz_progress_step(const struct sqz_progress *progress, const char *what)
{
	if (progress->on)
		fprintf(stderr, "\r%s ...\033[K", what);
}

void sqz_progress_end(const struct sqz_progress *progress)
{
	if (progress->on)
		fprintf(stderr, "\r\033[K");
}
