/*
 * What is programmed when. Private to the runtime; users see network.h.
 *
 * One round's steps are in the tiles: the present one. A context runs a round
 * when it is the present one. When no context runs the present round or waits
 * for it any more, the next one that some context waits for is programmed: so
 * all contexts run round r before round r + 1 is programmed, and a context that
 * is started later joins at round 0.
 *
 * If the image allows it (SQZ_IMAGE_F_OVERLAP) the round behind the present one
 * is programmed ahead, on a ring of its own, while the present one runs; after
 * the last round that is round 0, unless no image is to follow
 * (network->more). It becomes the present round without a wait. If that fails
 * it is programmed once more when a context waits for it.
 *
 * A round's tiles are reset before it is programmed: slots that it does not use
 * would keep arrays of an earlier one.
 *
 * An image of one round is programmed by sqz_network_program() only.
 */
#ifndef SQZ_RUNTIME_ROUNDS_H
#define SQZ_RUNTIME_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/result.h"
#include "driver/ring.h"
#include "runtime/feed.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_NO_ROUND UINT32_MAX

struct sqz_network;
struct sqz_context;

struct sqz_rounds {
	uint32_t count;
	bool overlap;
	uint32_t present; /* programmed and in use; or SQZ_NO_ROUND */
	uint32_t last;	  /* that was present */
	uint32_t ahead;	  /* programmed, or under way; or SQZ_NO_ROUND */
	bool under_way;
	bool ahead_failed; /* not again before the present round changes */
	uint32_t step;	   /* where the search for its steps goes on */
	struct sqz_feed feed;
	uint64_t deadline_ns;
	uint64_t programmed; /* rounds, since the network was opened */
	bool pumping;	     /* whoever comes in between leaves it at that */
	bool in_irq;	     /* ... and must not wait */
};

/* ring: for programming ahead; NULL if there is none. */
void sqz_rounds_open(struct sqz_network *network, struct sqz_ring *ring);

/* Does all that can be done without waiting. */
void sqz_rounds_pump(struct sqz_network *network);

/* From now on interrupts of the network's rings do so, too. */
void sqz_rounds_by_interrupts(struct sqz_network *network);

/* With interrupts locked: sleeps until something may have happened. */
void sqz_rounds_sleep(struct sqz_network *network);

/* Programs round 0 and waits for it. SQZ_EINVAL while images are in flight. */
SQZ_MUST_CHECK enum sqz_result sqz_rounds_program(struct sqz_network *network,
						  struct sqz_failure *failure);

/* ---- context.c, for rounds.c ---- */

/* The context's round is the present one: enqueues it. */
void sqz_context_run_round(struct sqz_context *context);
/* True: the context has changed its state. */
bool sqz_context_pump(struct sqz_context *context);
/* The inference is over; failure->result may be SQZ_SUCCESS. */
void sqz_context_end(struct sqz_context *context,
		     const struct sqz_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
