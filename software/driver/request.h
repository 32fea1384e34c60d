/*
 * A request: descriptors on their way, and what became of them.
 *
 * It is the caller's memory: it counts the descriptors that were submitted for
 * it (ring.h) and are not complete yet, and keeps the first error. It must stay
 * where it is until it is done. Who wants to know when that is has the choice:
 *
 *   sqz_request_wait()     sleeps (`wfi`) between interrupts; time-out
 *   sqz_request_poll()     looks, and returns at once
 *   sqz_request_on_done()  a call-back, mostly from interrupt context
 *
 * The controller can abort a whole ring only: cancelling a request, or giving
 * it up after a time-out, ends everything else on its ring with SQZ_EABORTED.
 * What may have to be cancelled gets a ring of its own.
 */
#ifndef SQZ_DRIVER_REQUEST_H
#define SQZ_DRIVER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/result.h"
#include "sqz/desc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_ring;
struct sqz_request;

/*
 * Called once, when nothing of the request is pending any more, by whoever
 * found the last completion: the interrupt handler, or a function that waits or
 * polls. Interrupts are locked. It may initialize the request again and submit
 * as far as there is room (SQZ_EFULL at once if there is none); it must not
 * wait, cancel or execute.
 */
typedef void (*sqz_request_done)(struct sqz_request *request, void *arg);

struct sqz_request {
	uint32_t pending;	/* descriptors not complete yet */
	enum sqz_result result; /* the first error, else SQZ_SUCCESS */
	uint32_t node;		/* of that error, or SQZ_NO_NODE */
	uint64_t address;	/* of that error, or 0 */
	uint64_t completed_ns;	/* when the last descriptor completed */
	enum sqz_result reason; /* stands for SQZ_EABORTED, once given up */
	sqz_request_done done;	/* or NULL */
	void *arg;
};

void sqz_request_init(struct sqz_request *request);

/* After sqz_request_init(), before anything is submitted. More than one
 * descriptor: by sqz_ring_submit_all(), else the call-back may come between
 * two of them. */
void sqz_request_on_done(struct sqz_request *request, sqz_request_done done,
			 void *arg);

/* True when nothing is pending. Looks at the completions itself. */
bool sqz_request_poll(struct sqz_ring *ring, const struct sqz_request *request);

/*
 * Sleeps until the request is done; returns its result. After timeout_ns (0:
 * never) the ring is aborted: this request ends with SQZ_ETIMEDOUT, others on
 * the ring with SQZ_EABORTED, and the ring can be used again. SQZ_EIO if the
 * controller does not even answer the abort; then the ring is dead. SQZ_EINVAL
 * from a call-back.
 */
SQZ_MUST_CHECK enum sqz_result sqz_request_wait(struct sqz_ring *ring,
						struct sqz_request *request,
						uint64_t timeout_ns);

/* Aborts the ring now if the request is not done. Afterwards it is, with
 * SQZ_ECANCELED, or with the result that it had already, or SQZ_EIO. Returns
 * that; SQZ_EINVAL from a call-back, and nothing happens. */
enum sqz_result sqz_request_cancel(struct sqz_ring *ring,
				   struct sqz_request *request);

/* The same with another reason than SQZ_ECANCELED. */
enum sqz_result sqz_request_give_up(struct sqz_ring *ring,
				    struct sqz_request *request,
				    enum sqz_result reason);

/* Submits one descriptor and waits for it. *failure (if any) says where.
 * SQZ_EINVAL from a call-back. */
SQZ_MUST_CHECK enum sqz_result sqz_ring_execute(struct sqz_ring *ring,
						const struct sqz_desc *desc,
						uint64_t timeout_ns,
						struct sqz_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
