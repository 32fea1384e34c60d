/*
 * The mailbox: hands test inputs to the guest and takes its logits. It is the
 * test bench's hand, not a part of the chip: it reaches DRAM by a pointer.
 *
 * NEXT takes the next input from the callback and puts it at INPUT_ADDR after
 * delivery_ps; then READY and, if enabled, the interrupt. A NEXT after the last
 * input sets EMPTY. INPUT_ADDR outside DRAM sets ERROR and uses no input up.
 * NEXT is ignored while an input is on its way. READY falls with NEXT.
 *
 * POST hands LOGITS_BYTES at LOGITS_ADDR to the callback at once; a range
 * outside DRAM, or of no or more than SQZ_MAILBOX_LOGITS_MAX bytes, sets ERROR
 * instead. NEXT and POST clear ERROR when they succeed.
 */
#ifndef SQZ_MODELS_MAILBOX_H
#define SQZ_MODELS_MAILBOX_H

#include <stddef.h>

#include "host/error.h"
#include "node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SQZ_MAILBOX_LOGITS_MAX (1u << 20)

struct sqz_mailbox_config {
	uint32_t count;	      /* inputs in all */
	uint32_t input_bytes; /* of each, >= 1 */
	uint64_t image_addr;  /* of the .sqz image, 0: none */
	uint32_t image_bytes;
	uint32_t in_flight; /* EXECUTION: 0 (as 1) to 0xffff */
	bool chain;	    /* the same */
	sqz_ps delivery_ps;
	uint64_t dram_base; /* bus address of dram[0] */
	uint64_t dram_bytes;
	uint8_t *dram;
	void *context; /* of the functions below */
	/* The input with this index (0 to count - 1), input_bytes long; stays
	 * valid until the next call. NULL: it cannot be had (ERROR). */
	const uint8_t *(*input)(void *context, uint32_t index);
	void (*logits)(void *context, uint32_t sequence, const uint8_t *data,
		       size_t bytes);
	/* The level of PLIC source SQZ_IRQ_MAILBOX has changed. */
	void (*irq)(void *context, bool level);
	/* Call sqz_mailbox_wake at this time; later calls replace it. */
	void (*wake_at)(void *context, sqz_ps time);
	sqz_ps (*now)(void *context);
};

struct sqz_mailbox;

/* NULL, with err set, if the configuration is out of range. */
struct sqz_mailbox *sqz_mailbox_create(const struct sqz_mailbox_config *config,
				       struct sqz_error *err);
void sqz_mailbox_destroy(struct sqz_mailbox *mailbox);

/* As after its creation: the inputs come again from the first one on. */
void sqz_mailbox_reset(struct sqz_mailbox *mailbox);

/* An access of the host; offset from SQZ_MAILBOX_BASE. SQZ_OK, or
 * SQZ_ERR_ADDRESS: it faults, *value untouched. */
enum sqz_status sqz_mailbox_reg_access(struct sqz_mailbox *mailbox,
				       uint64_t offset, uint32_t size_bytes,
				       bool is_write, uint64_t *value);

void sqz_mailbox_wake(struct sqz_mailbox *mailbox);

/* Where the next input goes, or the last one went. */
uint64_t sqz_mailbox_input_addr(const struct sqz_mailbox *mailbox);

/* Bytes of inputs put into DRAM and of logits taken, for the reports. */
uint64_t sqz_mailbox_copied_bytes(const struct sqz_mailbox *mailbox);

#ifdef __cplusplus
}
#endif

#endif
