/*
 * The accelerator as a whole: is it there, what does it consist of.
 */
#ifndef SQZ_DRIVER_DEVICE_H
#define SQZ_DRIVER_DEVICE_H

#include <stdint.h>

#include "driver/controller.h"
#include "driver/result.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_DEVICE_MAX_NODES 4096

struct sqz_device {
	uint64_t base; /* bus address of the controller */
	struct sqz_controller_caps caps;
	struct sqz_node_entry
	    *nodes; /* copy of the table, caps.nodes entries */
	struct sqz_controller_error last_error; /* the controller's latest */
	uint32_t errors;			/* error interrupts so far */
};

/*
 * Looks for an accelerator whose controller is at `base`. The ID comes first:
 * nothing else is touched unless it is ours. Copies the node table to DMA
 * memory and restarts the controller. The device must stay where it is: the
 * interrupt handler refers to it.
 *
 * SQZ_ENODEV, SQZ_EVERSION, SQZ_EIO (the table makes no sense), SQZ_ENOMEM.
 */
SQZ_MUST_CHECK enum sqz_result sqz_device_probe(struct sqz_device *device,
						uint64_t base);

/* Node `node` of the chip if it is of this kind, else NULL. */
const struct sqz_node_entry *sqz_device_node(const struct sqz_device *device,
					     uint32_t node,
					     enum sqz_node_kind kind);

/* Drops the steps of a tile of this device, and whatever runs there. */
void sqz_device_reset_tile(const struct sqz_device *device, uint32_t node);

struct sqz_device_summary {
	unsigned tiles;
	unsigned buffers;
	unsigned drams;
	uint64_t arrays; /* of all tiles */
};

void sqz_device_summarize(const struct sqz_device *device,
			  struct sqz_device_summary *summary);

#ifdef __cplusplus
}
#endif

#endif
