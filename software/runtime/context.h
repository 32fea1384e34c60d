/*
 * One image on its way through the network: a context.
 *
 * A context has a command ring, tensors, an input and a logits buffer of its
 * own, so that several images are in flight side by side:
 *
 *   fill context->input
 *   sqz_context_start()    enqueues the inference and returns
 *   sqz_context_finish()   sleeps until it is over; then values are there
 *
 * Contexts wait for each other in the controller, layer by layer, not here. An
 * image in rounds waits here until its next round has been programmed
 * (rounds.h). Instead of sleeping in sqz_context_finish() a caller may look
 * (sqz_context_is_done()) or be called back (sqz_context_on_done()). Whoever
 * waits for one context sees to all others, too: no context needs a caller of
 * its own. An inference that fails ends its context only.
 *
 * The network has them: network->contexts.
 */
#ifndef SQZ_RUNTIME_CONTEXT_H
#define SQZ_RUNTIME_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/result.h"
#include "driver/ring.h"
#include "runtime/feed.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_network;

enum sqz_context_state {
	SQZ_CONTEXT_IDLE,
	SQZ_CONTEXT_WAITS, /* for `round` to be programmed */
	SQZ_CONTEXT_RUNS,  /* `round` */
	SQZ_CONTEXT_DONE,  /* result is there */
};

struct sqz_context;

/*
 * Called when an inference is over, from an interrupt or from whoever waits,
 * with interrupts locked. sqz_context_finish() does not sleep in it, and
 * sqz_context_start() may follow; nothing else may wait. One that starts again
 * after every error does so for ever if the error is there to stay.
 */
typedef void (*sqz_context_done)(struct sqz_context *context, void *arg);

struct sqz_context_stats {
	uint32_t started;
	uint32_t completed;
	uint32_t failed;
	uint64_t busy_ns; /* of their rounds, from first to last descriptor */
};

struct sqz_context {
	struct sqz_network *network;
	uint32_t index;
	struct sqz_ring *ring;

	uint8_t *input;	 /* quantized input, in DMA memory */
	void *logits;	 /* as the chip gives them, in DMA memory */
	int32_t *values; /* the logits after an inference, one per class */

	enum sqz_context_state state;
	bool chain;
	uint32_t round;
	uint32_t first_layer; /* of the round */
	uint32_t layers;
	struct sqz_feed feed;
	uint64_t deadline_ns;
	uint64_t start_ns;	    /* of the round */
	struct sqz_failure failure; /* DONE: result, place */

	sqz_context_done done; /* or NULL */
	void *arg;
	bool announce; /* done, but not called back yet */

	struct sqz_context_stats stats;
};

/* Enqueues an inference of context->input. chain: layers overlap. SQZ_EINVAL if
 * the context is not idle, or if the image was not made for chains. */
SQZ_MUST_CHECK enum sqz_result sqz_context_start(struct sqz_context *context,
						 bool chain);

/* From now on inferences of the context call back; NULL: no more. Completions
 * then move all of the network's inferences on by interrupts alone. The
 * driver's own time-out is noticed only when somebody looks or waits. */
void sqz_context_on_done(struct sqz_context *context, sqz_context_done done,
			 void *arg);

/* True when finish() would not sleep. */
bool sqz_context_is_done(struct sqz_context *context);

/* Ends the inference: context->logits and values. SQZ_EINVAL if there is none;
 * errors of the chip; SQZ_ETIMEDOUT. The context is idle afterwards. */
SQZ_MUST_CHECK enum sqz_result sqz_context_finish(struct sqz_context *context,
						  struct sqz_failure *failure);

/* Bus address of the context's tensor. */
uint64_t sqz_context_tensor(const struct sqz_context *context, uint32_t tensor);

/* The RUN descriptor of a layer, with its time-out, without flags. */
struct sqz_desc sqz_context_run_desc(const struct sqz_context *context,
				     uint32_t layer);

#ifdef __cplusplus
}
#endif

#endif
