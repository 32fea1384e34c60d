/*
 * A network on the accelerator: an opened image, a device, a ring.
 *
 *   sqz_network_open()     checks that the image fits the chip, gets memory
 *   sqz_network_program()  writes all steps into the tiles
 *   sqz_network_run()      input buffer -> layers -> logits buffer
 *
 * Input and logits lie in DRAM; COPY descriptors bring them to and from the
 * tensors' nodes. An inference is one chain of descriptors, each behind a
 * fence, and one interrupt at its end.
 */
#ifndef SQZ_RUNTIME_NETWORK_H
#define SQZ_RUNTIME_NETWORK_H

#include <stdint.h>

#include "driver/device.h"
#include "driver/result.h"
#include "driver/ring.h"
#include "runtime/image.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_network_config {
	uint32_t layer_timeout_us; /* of each RUN and COPY, in the controller */
	uint32_t step_timeout_us;  /* of each PROGRAM */
	uint64_t run_timeout_ns;   /* of an inference, in the driver */
	uint64_t program_timeout_ns; /* of programming everything */
};

/* 1 s a descriptor, 10 s an inference, 100 s for programming. */
struct sqz_network_config sqz_network_default_config(void);

struct sqz_network {
	const struct sqz_image *image;
	const struct sqz_device *device;
	struct sqz_ring *ring;
	struct sqz_network_config config;
	uint64_t pool; /* bus address of the tensors that live in DRAM */

	uint8_t *input; /* quantized input, in DMA memory */
	uint32_t input_bytes;
	void *logits; /* as the chip gives them, in DMA memory */
	uint32_t logits_bytes;
	int32_t *values; /* the logits after a run, one per class */
};

/* The image is not copied: it stays where it is. SQZ_EMESH (failure names the
 * node), SQZ_ENOMEM. */
SQZ_MUST_CHECK enum sqz_result
sqz_network_open(struct sqz_network *network, const struct sqz_device *device,
		 struct sqz_ring *ring, const struct sqz_image *image,
		 const struct sqz_network_config *config,
		 struct sqz_failure *failure);

/* Bus address of a tensor. */
uint64_t sqz_network_tensor(const struct sqz_network *network, uint32_t tensor);

/* Programs every step of the image. */
SQZ_MUST_CHECK enum sqz_result sqz_network_program(struct sqz_network *network,
						   struct sqz_failure *failure);

/* The RUN descriptor of a layer, behind a fence and with its time-out. */
struct sqz_desc sqz_network_run_desc(const struct sqz_network *network,
				     uint32_t layer);

/* Runs one layer on whatever its input tensor holds. SQZ_EINVAL. */
SQZ_MUST_CHECK enum sqz_result
sqz_network_run_layer(struct sqz_network *network, uint32_t layer,
		      struct sqz_failure *failure);

/* network->input to network->logits and values. */
SQZ_MUST_CHECK enum sqz_result sqz_network_run(struct sqz_network *network,
					       struct sqz_failure *failure);

/* Runs the image's self-test input and compares the logits. SQZ_SUCCESS also
 * if the image has none; SQZ_EWRONG. Overwrites input and logits. */
SQZ_MUST_CHECK enum sqz_result
sqz_network_selftest(struct sqz_network *network, struct sqz_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
