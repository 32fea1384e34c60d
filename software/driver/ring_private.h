/* Between ring.c and request.c; interrupts are locked in all of it. */
#ifndef SQZ_DRIVER_RING_PRIVATE_H
#define SQZ_DRIVER_RING_PRIVATE_H

#include "driver/ring.h"

/* Takes all fresh completions; returns how many. */
uint32_t sqz_ring_take_completions(struct sqz_ring *ring);

/* One that was pending is over. The request may be another one afterwards: its
 * call-back has been. */
void sqz_ring_finish_one(struct sqz_ring *ring, struct sqz_request *request,
			 enum sqz_result result, uint32_t node,
			 uint64_t address);

#endif
