/* The CLINT's timer: mtime and hart 0's mtimecmp, in ticks of
 * SQZ_TIMEBASE_HZ. `base` is its bus address. */
#ifndef SQZ_DRIVER_CLINT_H
#define SQZ_DRIVER_CLINT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_CLINT_NEVER UINT64_MAX

uint64_t sqz_io_clint_time(uint64_t base);
/* The timer interrupt is pending from this time on. */
void sqz_io_clint_set_alarm(uint64_t base, uint64_t ticks);
/* Hart 0's software interrupt. */
void sqz_io_clint_set_software(uint64_t base, uint32_t pending);

uint64_t sqz_io_clint_ticks_to_ns(uint64_t ticks);
/* Rounded up: an alarm is never early. */
uint64_t sqz_io_clint_ns_to_ticks(uint64_t ns);

#ifdef __cplusplus
}
#endif

#endif
