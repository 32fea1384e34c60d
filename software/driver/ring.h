/*
 * A command ring, and putting descriptors into it. What becomes of them is the
 * affair of requests: request.h.
 *
 * The ring hands descriptors to the controller through DMA memory, rings the
 * doorbell behind a barrier, and finds completions by their phase bit, in
 * whatever order they come. Its interrupt handler acknowledges first and then
 * takes all fresh entries: one that comes later raises the interrupt anew. An
 * interrupt that never came is made good by a look at the entries every
 * `recheck_ns`.
 *
 * Interrupt handler and callers share a ring under sqz_irq_lock(). Nothing is
 * allocated after sqz_ring_open(). Rings do not know each other: the controller
 * serves the one with the lowest priority number first.
 */
#ifndef SQZ_DRIVER_RING_H
#define SQZ_DRIVER_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/device.h"
#include "driver/request.h"
#include "driver/result.h"
#include "sqz/desc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_RING_MAX_ENTRIES 256

struct sqz_ring_config {
	unsigned index;	     /* which of the controller's rings */
	uint32_t entries;    /* a power of two, 2..SQZ_RING_MAX_ENTRIES */
	uint32_t priority;   /* 0 is served first */
	uint64_t recheck_ns; /* sleep at most so long without a look */
	uint64_t room_ns;    /* wait at most so long for room in the ring */
	uint64_t abort_ns;   /* give the controller so long for an abort */
};

/* 64 entries, priority 0, 10 ms, 1 s, 100 ms. */
struct sqz_ring_config sqz_ring_default_config(unsigned index);

struct sqz_ring_stats {
	uint32_t submitted;	  /* descriptors */
	uint32_t completed;	  /* descriptors */
	uint32_t failed;	  /* of these, with an error status */
	uint32_t interrupts;	  /* taken */
	uint32_t lost_interrupts; /* completions found without one */
	uint32_t full_waits;	  /* submissions that had to wait for room */
	uint32_t aborts;
	uint32_t strays;    /* completions that belong to no request */
	uint32_t callbacks; /* of requests that were done */
	uint32_t peak;	    /* most descriptors that were open at a time */
};

/* A descriptor on its way. */
struct sqz_ring_open_slot {
	struct sqz_request *request; /* NULL: free */
	uint64_t cookie;
};

struct sqz_ring {
	struct sqz_ring_config config;
	uint64_t base; /* of the controller */
	struct sqz_desc *descriptors;
	volatile struct sqz_completion *completions;

	uint32_t tail;		 /* descriptors written, free running */
	uint32_t consumed;	 /* completions taken, free running */
	uint32_t in_flight;	 /* slots in use */
	uint64_t serial;	 /* makes cookies unique */
	bool dead;		 /* the controller did not answer an abort */
	uint32_t calling;	 /* call-backs that have not returned */
	void (*hook)(void *arg); /* after each interrupt; or NULL */
	void *hook_arg;
	struct sqz_ring_stats stats;

	struct sqz_ring_open_slot open[SQZ_RING_MAX_ENTRIES];
	uint16_t free_slots[SQZ_RING_MAX_ENTRIES]; /* a stack */
};

/* Sets the ring up. It must stay where it is. SQZ_EINVAL, SQZ_ENOMEM. */
SQZ_MUST_CHECK enum sqz_result
sqz_ring_open(struct sqz_ring *ring, const struct sqz_device *device,
	      const struct sqz_ring_config *config);

/* Puts a descriptor (its cookie is the ring's affair) into the ring for the
 * request. Waits for room if the ring is full, at most room_ns. The descriptor
 * that fills the ring always interrupts. SQZ_EFULL, SQZ_EIO. */
SQZ_MUST_CHECK enum sqz_result sqz_ring_submit(struct sqz_ring *ring,
					       const struct sqz_desc *desc,
					       struct sqz_request *request);

/*
 * Puts all of them in for the request, whose call-back (if any) comes once,
 * when the last of them is complete. They interrupt as far as that needs it. On
 * an error the request ends with it, too, as soon as what was submitted before
 * is complete.
 */
SQZ_MUST_CHECK enum sqz_result sqz_ring_submit_all(struct sqz_ring *ring,
						   const struct sqz_desc *descs,
						   uint32_t count,
						   struct sqz_request *request);

/* From the next descriptor on that the controller chooses. 0 is first. */
void sqz_ring_set_priority(struct sqz_ring *ring, uint32_t priority);

/* Calls hook(arg) at the end of each of the ring's interrupts, after the
 * call-backs of requests; NULL: no more. It must not wait. */
void sqz_ring_set_hook(struct sqz_ring *ring, void (*hook)(void *arg),
		       void *arg);

/* All of one moment; and from 0 again. */
void sqz_ring_get_stats(const struct sqz_ring *ring,
			struct sqz_ring_stats *stats);
void sqz_ring_clear_stats(struct sqz_ring *ring);

/* False: the next submission would wait. */
bool sqz_ring_has_room(const struct sqz_ring *ring);

/* With interrupts locked: sleeps until an interrupt, the deadline (0: none) or
 * the first ring's recheck_ns; then sees to what came without an interrupt. */
void sqz_rings_sleep(struct sqz_ring *const rings[], unsigned count,
		     uint64_t deadline_ns);

#ifdef __cplusplus
}
#endif

#endif
