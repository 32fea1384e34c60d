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
 * (rounds.h). Whoever waits for one context sees to all others, too: no context
 * needs a caller of its own. An inference that fails ends its context only.
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
	struct sqz_failure failure; /* DONE: result, place */
};

/* Enqueues an inference of context->input. chain: layers overlap. SQZ_EINVAL if
 * the context is not idle, or if the image was not made for chains. */
SQZ_MUST_CHECK enum sqz_result sqz_context_start(struct sqz_context *context,
						 bool chain);

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
