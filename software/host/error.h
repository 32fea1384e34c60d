/*
 * One clear line for the user: how every host-side library reports a failure.
 *
 * A function that can fail takes a `struct sqz_error *`, writes one line
 * (file, place and reason, no newline) by sqz_fail() and returns -1 (or NULL).
 * The caller passes it on unchanged; main prints it once and exits non-zero.
 */
#ifndef SQZ_HOST_ERROR_H
#define SQZ_HOST_ERROR_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_error {
	char text[512];
};

/* Writes the message and returns -1, so that `return sqz_fail(...)` reads well.
 * err may be NULL. */
int sqz_fail(struct sqz_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
