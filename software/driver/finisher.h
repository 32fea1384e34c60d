/* The test finisher: a write ends the run with an exit code. */
#ifndef SQZ_DRIVER_FINISHER_H
#define SQZ_DRIVER_FINISHER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* code 0: success; else the low 16 bits of code become the exit code (1 if
 * they are 0). */
void sqz_io_finisher_exit(uint64_t base, int code);

#ifdef __cplusplus
}
#endif

#endif
