/*
 * A trace in other formats:
 *  - CSV: one line for each slice (when it ends), instant and counter value, in
 *    the order of the file;
 *  - Chrome: JSON in the Trace Event format, for chrome://tracing, Speedscope
 *    and the like: a thread for each track, flows as arrows;
 *  - VCD, for GTKWave: for each track of slices how many are open and the name
 *    of the innermost one (a string, as GTKWave has them), counters as 64-bit
 *    values, instants as events; 1 ns a step.
 * CSV and Chrome stream; VCD must be in order of time, and keeps 80 bytes for
 * each slice.
 */
#ifndef SQZ_TRACES_EXPORT_H
#define SQZ_TRACES_EXPORT_H

#include "traces/reader.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -1 if the trace cannot be read; whether all could be written, ferror(file)
 * tells. A file that was cut gives what is before the cut. */
int sqz_export_csv(const char *path, FILE *file, struct sqz_error *err);
int sqz_export_chrome(const char *path, FILE *file, struct sqz_error *err);
int sqz_export_vcd(const char *path, FILE *file, struct sqz_error *err);

#ifdef __cplusplus
}
#endif

#endif
