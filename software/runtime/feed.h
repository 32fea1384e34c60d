/*
 * Descriptors on their way into a ring: as many as fit at a time, the others as
 * room comes. Nothing here waits.
 */
#ifndef SQZ_RUNTIME_FEED_H
#define SQZ_RUNTIME_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/ring.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The index-th descriptor; asked for once each, in order. */
typedef struct sqz_desc (*sqz_feed_make)(void *owner, uint32_t index);

struct sqz_feed {
	struct sqz_ring *ring;
	sqz_feed_make make;
	void *owner;
	uint32_t next; /* to be submitted */
	uint32_t end;
	struct sqz_request request;
};

/* Submits nothing yet. The feed stays where it is until it is done; the last
 * descriptor interrupts, which must not complete before the others. */
void sqz_feed_start(struct sqz_feed *feed, struct sqz_ring *ring,
		    sqz_feed_make make, void *owner, uint32_t count);

/* Takes completions and fills the ring. After an error nothing more is
 * submitted. */
void sqz_feed_pump(struct sqz_feed *feed);

/* All is complete, or there was an error and nothing is open. */
bool sqz_feed_is_done(const struct sqz_feed *feed);

/* Aborts the ring if the feed is not done; it is afterwards, with
 * SQZ_ETIMEDOUT or with the error it had already. */
void sqz_feed_cancel(struct sqz_feed *feed);

#ifdef __cplusplus
}
#endif

#endif
