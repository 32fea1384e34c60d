/* Pictures by gnuplot (package gnuplot-nox). */
#ifndef SQZ_TRACES_GNUPLOT_H
#define SQZ_TRACES_GNUPLOT_H

#include <stdio.h>

#include "host/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes commands with their data after the terminal and output are set. */
typedef void (*sqz_gnuplot_script)(const void *context, FILE *out);

/* A PNG of this size in pixels; it appears complete or not at all. 0, or -1
 * with err set. */
int sqz_gnuplot(const char *path, unsigned width, unsigned height,
		sqz_gnuplot_script script, const void *context,
		struct sqz_error *err);

/* The text in single quotes, as gnuplot wants it. */
void sqz_gnuplot_text(const char *text, FILE *out);

#ifdef __cplusplus
}
#endif

#endif
