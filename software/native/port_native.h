/* The native port's own entries, for console.c. */
#ifndef SQZ_NATIVE_PORT_NATIVE_H
#define SQZ_NATIVE_PORT_NATIVE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Ends the run with this code: through the finisher. */
void sqz_native_exit(int code) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
