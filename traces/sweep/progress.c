#include "traces/sweep/engine.h"

#include <time.h>
#include <unistd.h>

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void sqz_sweep_progress_begin(struct sqz_sweep_progress *progress, size_t todo)
{
	*progress = (struct sqz_sweep_progress){
		.on = isatty(STDERR_FILENO) == 1,
		.todo = todo,
		.begin_s = now_s(),
	};
}

/* "2 h 05 min", "3 min", "20 s". */
static int print_time(double seconds, char *text, size_t size)
{
	unsigned long whole = (unsigned long)(seconds + 0.5);

	if (whole >= 3600)
		return snprintf(text, size, "%lu h %02lu min", whole / 3600,
				whole % 3600 / 60);
	if (whole >= 120)
		return snprintf(text, size, "%lu min", (whole + 30) / 60);
	return snprintf(text, size, "%lu s", whole);
}

void sqz_sweep_progress_text(const struct sqz_sweep_progress *progress,
			     size_t running, double elapsed_s, char *text,
			     size_t size)
{
	char left[64] = "", failed[32] = "";

	if (progress->failed)
		snprintf(failed, sizeof(failed), ", %zu failed",
			 progress->failed);
	if (progress->done && progress->done < progress->todo) {
		double rest = (double)(progress->todo - progress->done);
		int used = snprintf(left, sizeof(left), ", ");
		print_time(elapsed_s / (double)progress->done * rest,
			   left + used, sizeof(left) - (size_t)used);
	}
	snprintf(text, size, "%zu of %zu points%s, %zu running%s%s",
		 progress->done, progress->todo, failed, running, left,
		 left[0] ? " left" : "");
}

void sqz_sweep_progress_show(const struct sqz_sweep_progress *progress,
			     size_t running)
{
	char text[160];

	if (!progress->on)
		return;
	sqz_sweep_progress_text(progress, running, now_s() - progress->begin_s,
				text, sizeof(text));
	fprintf(stderr, "\r%s\033[K", text);
}

void sqz_sweep_progress_end(const struct sqz_sweep_progress *progress)
{
	if (progress->on)
		fprintf(stderr, "\r\033[K");
}
