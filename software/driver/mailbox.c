#include "driver/mailbox.h"

#include "sqz/memmap.h"
#include "sqz/port.h"
#include "sqz/regs.h"

#define MAILBOX_VERSION_MAJOR 1

static uint32_t get(const struct sqz_mailbox *mailbox, unsigned offset)
{
	return sqz_read32(mailbox->base + offset);
}

static void put(const struct sqz_mailbox *mailbox, unsigned offset,
		uint32_t value)
{
	sqz_write32(mailbox->base + offset, value);
}

static bool status_is(const struct sqz_mailbox *mailbox, uint32_t bits)
{
	return (get(mailbox, SQZ_MAILBOX_STATUS) & bits) != 0;
}

static void handle_irq(void *arg)
{
	struct sqz_mailbox *mailbox = arg;

	put(mailbox, SQZ_MAILBOX_IRQ_STATUS,
	    sqz_bits(SQZ_MAILBOX_IRQ_STATUS_READY, 1));
	mailbox->interrupts++;
}

static void read_setup(struct sqz_mailbox *mailbox)
{
	uint64_t high = get(mailbox, SQZ_MAILBOX_IMAGE_HI);
	uint32_t execution = get(mailbox, SQZ_MAILBOX_EXECUTION);

	mailbox->count = get(mailbox, SQZ_MAILBOX_COUNT);
	mailbox->input_bytes = get(mailbox, SQZ_MAILBOX_INPUT_BYTES);
	mailbox->image = high << 32 | get(mailbox, SQZ_MAILBOX_IMAGE_LO);
	mailbox->image_bytes = get(mailbox, SQZ_MAILBOX_IMAGE_BYTES);
	mailbox->in_flight =
	    sqz_field(execution, SQZ_MAILBOX_EXECUTION_IN_FLIGHT);
	mailbox->chain = sqz_field(execution, SQZ_MAILBOX_EXECUTION_CHAIN);
}

enum sqz_result sqz_mailbox_open(struct sqz_mailbox *mailbox, uint64_t base)
{
	*mailbox = (struct sqz_mailbox){ .base = base };
	if (get(mailbox, SQZ_MAILBOX_ID) != SQZ_ID_MAILBOX)
		return SQZ_ENODEV;
	if (get(mailbox, SQZ_MAILBOX_VERSION) >> 16 != MAILBOX_VERSION_MAJOR)
		return SQZ_EVERSION;
	read_setup(mailbox);
	if (sqz_irq_attach(SQZ_IRQ_MAILBOX, handle_irq, mailbox) != 0)
		return SQZ_EINVAL;
	put(mailbox, SQZ_MAILBOX_IRQ_ENABLE,
	    sqz_bits(SQZ_MAILBOX_IRQ_STATUS_READY, 1));
	return SQZ_SUCCESS;
}

static void request_image(struct sqz_mailbox *mailbox, uint64_t buffer)
{
	put(mailbox, SQZ_MAILBOX_INPUT_ADDR_LO, (uint32_t)buffer);
	put(mailbox, SQZ_MAILBOX_INPUT_ADDR_HI, (uint32_t)(buffer >> 32));
	sqz_barrier();
	put(mailbox, SQZ_MAILBOX_CTRL, sqz_bits(SQZ_MAILBOX_CTRL_NEXT, 1));
}

/* Interrupts are locked: none comes between the look and the sleep. */
static enum sqz_result wait_ready(struct sqz_mailbox *mailbox,
				  uint64_t deadline_ns)
{
	while (!status_is(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_READY, 1))) {
		if (status_is(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_ERROR, 1)))
			return SQZ_EADDRESS;
		if (status_is(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_EMPTY, 1)))
			return SQZ_EEMPTY;
		if (sqz_time_ns() >= deadline_ns)
			return SQZ_ETIMEDOUT;
		sqz_wait_irq(deadline_ns);
	}
	return SQZ_SUCCESS;
}

enum sqz_result sqz_mailbox_next(struct sqz_mailbox *mailbox, uint64_t buffer,
				 uint64_t timeout_ns, uint32_t *sequence)
{
	uintptr_t state = sqz_irq_lock();

	request_image(mailbox, buffer);
	enum sqz_result result =
	    wait_ready(mailbox, sqz_time_ns() + timeout_ns);
	sqz_irq_unlock(state);
	sqz_barrier();
	*sequence = get(mailbox, SQZ_MAILBOX_SEQUENCE);
	return result;
}

enum sqz_result sqz_mailbox_post(struct sqz_mailbox *mailbox, uint32_t sequence,
				 uint64_t logits, uint32_t bytes)
{
	put(mailbox, SQZ_MAILBOX_LOGITS_ADDR_LO, (uint32_t)logits);
	put(mailbox, SQZ_MAILBOX_LOGITS_ADDR_HI, (uint32_t)(logits >> 32));
	put(mailbox, SQZ_MAILBOX_LOGITS_BYTES, bytes);
	sqz_barrier();
	put(mailbox, SQZ_MAILBOX_POST, sequence);
	if (status_is(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_ERROR, 1)))
		return SQZ_EADDRESS;
	return SQZ_SUCCESS;
}
