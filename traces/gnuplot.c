#include "traces/gnuplot.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define MAX_NAME 4096

void sqz_gnuplot_text(const char *text, FILE *out)
{
	fputc('\'', out);
	for (; *text; text++)
		fprintf(out, *text == '\'' ? "''" : "%c", *text);
	fputc('\'', out);
}

/* A script with its data goes into gnuplot's standard input. */
static int draw(const char *path, const char *part, unsigned width,
		unsigned height, sqz_gnuplot_script script, const void *context,
		struct sqz_error *err)
{
	fflush(stdout);
	FILE *out = popen("gnuplot", "w");
	if (!out)
		return sqz_fail(err, "%s: cannot run gnuplot: %s", path,
				strerror(errno));
	fprintf(out, "set terminal pngcairo size %u,%u\nset output ", width,
		height);
	sqz_gnuplot_text(part, out);
	fputc('\n', out);
	script(context, out);
	if (pclose(out)) {
		remove(part);
		return sqz_fail(err,
				"%s: gnuplot failed; is the package "
				"gnuplot-nox installed?",
				path);
	}
	if (rename(part, path))
		return sqz_fail(err, "%s: %s", path, strerror(errno));
	return 0;
}

int sqz_gnuplot(const char *path, unsigned width, unsigned height,
		sqz_gnuplot_script script, const void *context,
		struct sqz_error *err)
{
	char part[MAX_NAME + 8];
	/* Without gnuplot the pipe has no reader: its status tells. */
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);

	snprintf(part, sizeof(part), "%s.part", path);
	int failed = draw(path, part, width, height, script, context, err);
	signal(SIGPIPE, old);
	return failed;
}
