/*
 * The mailbox: test images in, logit vectors out. `base` is its bus address.
 *
 * One image at a time: ask, wait for the interrupt, use the buffer.
 */
#ifndef SQZ_DRIVER_MAILBOX_H
#define SQZ_DRIVER_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqz_mailbox {
	uint64_t base;
	uint32_t count;	      /* images to be run */
	uint32_t input_bytes; /* of one quantized input */
	uint64_t image;	      /* bus address of the .sqz image, 0: none */
	uint32_t image_bytes;
	uint32_t in_flight;  /* images to be run at a time, at least 1 */
	bool chain;	     /* their layers are to overlap */
	uint32_t interrupts; /* taken so far */
};

/* Reads the ID first. The mailbox must stay where it is: the interrupt handler
 * refers to it. SQZ_ENODEV, SQZ_EVERSION. */
SQZ_MUST_CHECK enum sqz_result sqz_mailbox_open(struct sqz_mailbox *mailbox,
						uint64_t base);

/* Has the next image put at the bus address (in DRAM, input_bytes of it) and
 * sleeps until it is there; *sequence says which one it is. SQZ_EEMPTY,
 * SQZ_EADDRESS, SQZ_ETIMEDOUT. */
SQZ_MUST_CHECK enum sqz_result sqz_mailbox_next(struct sqz_mailbox *mailbox,
						uint64_t buffer,
						uint64_t timeout_ns,
						uint32_t *sequence);

/* Hands over the logits of image `sequence`. SQZ_EADDRESS. */
SQZ_MUST_CHECK enum sqz_result sqz_mailbox_post(struct sqz_mailbox *mailbox,
						uint32_t sequence,
						uint64_t logits,
						uint32_t bytes);

#ifdef __cplusplus
}
#endif

#endif
