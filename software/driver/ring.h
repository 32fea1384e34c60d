/*
 * A command ring and the requests on it.
 *
 * A request is the caller's memory: it counts the descriptors that were
 * submitted for it and are not complete yet, and keeps the first error. It must
 * stay where it is until it is done. Waiting for it sleeps (`wfi`) between
 * interrupts.
 *
 * The ring hands descriptors to the controller through DMA memory, rings the
 * doorbell behind a barrier, and finds completions by their phase bit, in
 * whatever order they come. Its interrupt handler acknowledges first and then
 * takes all fresh entries: one that comes later raises the interrupt anew. An
 * interrupt that never came is made good by a look at the entries every
 * `recheck_ns`.
 *
 * Interrupt handler and callers share a ring under sqz_irq_lock(). Nothing is
 * allocated after sqz_ring_open().
 */
#ifndef SQZ_DRIVER_RING_H
#define SQZ_DRIVER_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/device.h"
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

struct sqz_request {
	uint32_t pending;	/* descriptors not complete yet */
	enum sqz_result result; /* the first error, else SQZ_SUCCESS */
	uint32_t node;		/* of that error, or SQZ_NO_NODE */
	uint64_t address;	/* of that error, or 0 */
	uint64_t completed_ns;	/* when the last descriptor completed */
};

struct sqz_ring_stats {
	uint32_t submitted;	  /* descriptors */
	uint32_t completed;	  /* descriptors */
	uint32_t failed;	  /* of these, with an error status */
	uint32_t interrupts;	  /* taken */
	uint32_t lost_interrupts; /* completions found without one */
	uint32_t full_waits;	  /* submissions that had to wait for room */
	uint32_t aborts;
	uint32_t strays; /* completions that belong to no request */
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

	uint32_t tail;	    /* descriptors written, free running */
	uint32_t consumed;  /* completions taken, free running */
	uint32_t in_flight; /* slots in use */
	uint64_t serial;    /* makes cookies unique */
	bool dead;	    /* the controller did not answer an abort */
	struct sqz_ring_stats stats;

	struct sqz_ring_open_slot open[SQZ_RING_MAX_ENTRIES];
	uint16_t free_slots[SQZ_RING_MAX_ENTRIES]; /* a stack */
};

/* Sets the ring up. It must stay where it is. SQZ_EINVAL, SQZ_ENOMEM. */
SQZ_MUST_CHECK enum sqz_result
sqz_ring_open(struct sqz_ring *ring, const struct sqz_device *device,
	      const struct sqz_ring_config *config);

void sqz_request_init(struct sqz_request *request);

/* Puts a descriptor (its cookie is the ring's affair) into the ring for the
 * request. Waits for room if the ring is full, at most room_ns. The descriptor
 * that fills the ring always interrupts. SQZ_EFULL, SQZ_EIO. */
SQZ_MUST_CHECK enum sqz_result sqz_ring_submit(struct sqz_ring *ring,
					       const struct sqz_desc *desc,
					       struct sqz_request *request);

/* False: the next submission would wait. */
bool sqz_ring_has_room(const struct sqz_ring *ring);

/* True when nothing is pending. Looks at the completions itself. */
bool sqz_request_poll(struct sqz_ring *ring, const struct sqz_request *request);

/*
 * Sleeps until the request is done; returns its result. After timeout_ns (0:
 * never) the ring is aborted: this request ends with SQZ_ETIMEDOUT, others on
 * the ring with SQZ_EABORTED, and the ring can be used again. SQZ_EIO if the
 * controller does not even answer the abort; then the ring is dead.
 */
SQZ_MUST_CHECK enum sqz_result sqz_request_wait(struct sqz_ring *ring,
						struct sqz_request *request,
						uint64_t timeout_ns);

/* Aborts the ring now if the request is not done; afterwards it is, with
 * SQZ_ETIMEDOUT or with the error it had already. */
void sqz_request_cancel(struct sqz_ring *ring, struct sqz_request *request);

/* With interrupts locked: sleeps until an interrupt, the deadline (0: none) or
 * the first ring's recheck_ns; then sees to what came without an interrupt. */
void sqz_rings_sleep(struct sqz_ring *const rings[], unsigned count,
		     uint64_t deadline_ns);

/* Submits one descriptor and waits for it. *failure (if any) says where. */
SQZ_MUST_CHECK enum sqz_result sqz_ring_execute(struct sqz_ring *ring,
						const struct sqz_desc *desc,
						uint64_t timeout_ns,
						struct sqz_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
