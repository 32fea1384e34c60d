/*
 * A network on the accelerator: an opened image, a device, rings.
 *
 *   sqz_network_open()     checks that the image fits the chip, gets memory
 *   sqz_network_program()  writes the steps of the first round into the tiles
 *   sqz_network_run()      one image: input buffer -> layers -> logits buffer
 *
 * Input and logits lie in DRAM; COPY descriptors bring them to and from the
 * tensors' nodes. Run like this, each layer is behind a fence. Several images
 * in flight, and layers that overlap: context.h. A network that the chip cannot
 * hold at once is programmed in rounds, by the functions that run it; nobody
 * needs to care (rounds.h says what happens when).
 */
#ifndef SQZ_RUNTIME_NETWORK_H
#define SQZ_RUNTIME_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/device.h"
#include "driver/result.h"
#include "driver/ring.h"
#include "runtime/context.h"
#include "runtime/image.h"
#include "runtime/rounds.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A chip has 16 rings at most. */
#define SQZ_NETWORK_MAX_CONTEXTS 16

struct sqz_network_config {
	uint32_t contexts;	   /* images in flight at most; 0: 1 */
	uint32_t layer_timeout_us; /* of each RUN and COPY, in the controller */
	uint32_t step_timeout_us;  /* of each PROGRAM */
	/* In the driver: of an image's layers in one round, as often as other
	 * images run at that moment; of programming a round. */
	uint64_t run_timeout_ns;
	uint64_t program_timeout_ns;
};

/* 1 context, 1 s a descriptor, 10 s an image, 100 s for programming. */
struct sqz_network_config sqz_network_default_config(void);

struct sqz_network {
	const struct sqz_image *image;
	const struct sqz_device *device;
	struct sqz_network_config config;
	uint64_t pool; /* bus address of the tensors that live in DRAM */
	uint32_t input_bytes;
	uint32_t logits_bytes;

	/* As many as config.contexts, the image's tensors and the chip's rings
	 * allow, at least one. */
	struct sqz_context contexts[SQZ_NETWORK_MAX_CONTEXTS];
	uint32_t context_count;

	struct sqz_rounds rounds;
	bool more; /* images will follow those that have been started; the
		    * caller may say no, which saves programming ahead */

	struct sqz_ring *program_ring;
	/* Opened here: of all contexts but the first, and for programming. */
	struct sqz_ring rings[SQZ_NETWORK_MAX_CONTEXTS];
	uint32_t ring_count;
};

/* The image is not copied: it stays where it is, as do ring and network. ring
 * is that of the first context; further contexts, and programming ahead, take
 * the chip's rings behind it, with the same configuration. SQZ_EMESH (failure
 * names the node), SQZ_ENOMEM. */
SQZ_MUST_CHECK enum sqz_result
sqz_network_open(struct sqz_network *network, const struct sqz_device *device,
		 struct sqz_ring *ring, const struct sqz_image *image,
		 const struct sqz_network_config *config,
		 struct sqz_failure *failure);

/* Programs every step of the first round, which may be the only one. */
SQZ_MUST_CHECK enum sqz_result sqz_network_program(struct sqz_network *network,
						   struct sqz_failure *failure);

/* Runs one layer of context 0 on whatever its input tensor holds; its round has
 * to be programmed. SQZ_EINVAL, also while the context has an inference. */
SQZ_MUST_CHECK enum sqz_result
sqz_network_run_layer(struct sqz_network *network, uint32_t layer,
		      struct sqz_failure *failure);

/* Context 0: input to logits and values, layer by layer. SQZ_EINVAL while it
 * has an inference. */
SQZ_MUST_CHECK enum sqz_result sqz_network_run(struct sqz_network *network,
					       struct sqz_failure *failure);

/* What the network's contexts and rings have done since it was opened. */
struct sqz_network_stats {
	struct sqz_context_stats inferences; /* of all contexts */
	uint64_t rounds_programmed;
	struct sqz_ring_stats rings; /* sums; peak: the largest of them */
	uint32_t chip_errors;	     /* error interrupts of the controller */
};

void sqz_network_get_stats(const struct sqz_network *network,
			   struct sqz_network_stats *stats);

/* Runs the image's self-test input and compares the logits. SQZ_SUCCESS also
 * if the image has none; SQZ_EWRONG. Overwrites context 0's input and logits;
 * SQZ_EINVAL while it has an inference, which is left alone. */
SQZ_MUST_CHECK enum sqz_result
sqz_network_selftest(struct sqz_network *network, struct sqz_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
