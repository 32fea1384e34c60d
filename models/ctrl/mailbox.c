#include "ctrl/mailbox.h"

#include <stdlib.h>
#include <string.h>

#include "node/regs_decode.h"

struct sqz_mailbox {
	struct sqz_mailbox_config config;
	struct sqz_reg_file regs;
	uint32_t next;		 /* index of the input to be handed over next */
	const uint8_t *pending;	 /* on its way, or NULL */
	uint64_t pending_offset; /* in DRAM */
	sqz_ps due_ps;
	uint64_t copied_bytes;
	bool line;
};

static void set_bits(struct sqz_mailbox *mailbox, uint32_t offset,
		     uint32_t bits, bool on)
{
	uint32_t old = sqz_reg_get(&mailbox->regs, offset);

	sqz_reg_set(&mailbox->regs, offset, on ? old | bits : old & ~bits);
}

static void set_status(struct sqz_mailbox *mailbox, uint32_t bits, bool on)
{
	set_bits(mailbox, SQZ_MAILBOX_STATUS, bits, on);
}

static void update_irq(struct sqz_mailbox *mailbox)
{
	bool line = (sqz_reg_get(&mailbox->regs, SQZ_MAILBOX_IRQ_STATUS) &
		     sqz_reg_get(&mailbox->regs, SQZ_MAILBOX_IRQ_ENABLE)) != 0;

	if (line == mailbox->line)
		return;
	mailbox->line = line;
	if (mailbox->config.irq)
		mailbox->config.irq(mailbox->config.context, line);
}

struct sqz_mailbox *sqz_mailbox_create(const struct sqz_mailbox_config *config,
				       struct sqz_error *err)
{
	if (config->input_bytes < 1 || !config->dram || !config->input ||
	    !config->logits || !config->wake_at || !config->now) {
		sqz_fail(err, "mailbox: incomplete configuration");
		return NULL;
	}
	if (config->in_flight > UINT16_MAX) {
		sqz_fail(err, "mailbox: %u images in flight are more than %u",
			 config->in_flight, UINT16_MAX);
		return NULL;
	}

	struct sqz_mailbox *mailbox = calloc(1, sizeof(*mailbox));

	if (!mailbox) {
		sqz_fail(err, "mailbox: out of memory");
		return NULL;
	}
	mailbox->config = *config;
	sqz_mailbox_reset(mailbox);
	return mailbox;
}

void sqz_mailbox_reset(struct sqz_mailbox *mailbox)
{
	const struct sqz_mailbox_config *config = &mailbox->config;

	mailbox->pending = NULL;
	mailbox->next = 0;
	sqz_reg_file_reset(&mailbox->regs, SQZ_BLOCK_MAILBOX);
	sqz_reg_set(&mailbox->regs, SQZ_MAILBOX_COUNT, config->count);
	sqz_reg_set(&mailbox->regs, SQZ_MAILBOX_INPUT_BYTES,
		    config->input_bytes);
	sqz_reg_set64(&mailbox->regs, SQZ_MAILBOX_IMAGE_LO, config->image_addr);
	sqz_reg_set(&mailbox->regs, SQZ_MAILBOX_IMAGE_BYTES,
		    config->image_bytes);
	sqz_reg_set(&mailbox->regs, SQZ_MAILBOX_EXECUTION,
		    sqz_bits(SQZ_MAILBOX_EXECUTION_IN_FLIGHT,
			     config->in_flight ? config->in_flight : 1) |
			sqz_bits(SQZ_MAILBOX_EXECUTION_CHAIN, config->chain));
	update_irq(mailbox);
}

void sqz_mailbox_destroy(struct sqz_mailbox *mailbox)
{
	free(mailbox);
}

uint64_t sqz_mailbox_input_addr(const struct sqz_mailbox *mailbox)
{
	return sqz_reg_get64(&mailbox->regs, SQZ_MAILBOX_INPUT_ADDR_LO);
}

uint64_t sqz_mailbox_copied_bytes(const struct sqz_mailbox *mailbox)
{
	return mailbox->copied_bytes;
}

/* The range a pair of address registers names; false if not all in DRAM. */
static bool find_in_dram(const struct sqz_mailbox *mailbox, uint32_t low_offset,
			 uint64_t bytes, uint64_t *offset)
{
	uint64_t addr = sqz_reg_get64(&mailbox->regs, low_offset);

	*offset = addr - mailbox->config.dram_base;
	return addr >= mailbox->config.dram_base &&
	       *offset <= mailbox->config.dram_bytes &&
	       bytes <= mailbox->config.dram_bytes - *offset;
}

static void next(struct sqz_mailbox *mailbox)
{
	const struct sqz_mailbox_config *config = &mailbox->config;
	uint32_t error = sqz_bits(SQZ_MAILBOX_STATUS_ERROR, 1);

	if (mailbox->pending)
		return;
	set_status(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_READY, 1), false);
	if (mailbox->next == config->count) {
		set_status(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_EMPTY, 1),
			   true);
		return;
	}
	if (find_in_dram(mailbox, SQZ_MAILBOX_INPUT_ADDR_LO,
			 config->input_bytes, &mailbox->pending_offset))
		mailbox->pending =
		    config->input(config->context, mailbox->next);
	set_status(mailbox, error, !mailbox->pending);
	if (!mailbox->pending)
		return;
	mailbox->due_ps = config->now(config->context) + config->delivery_ps;
	config->wake_at(config->context, mailbox->due_ps);
}

void sqz_mailbox_wake(struct sqz_mailbox *mailbox)
{
	const struct sqz_mailbox_config *config = &mailbox->config;

	if (!mailbox->pending || config->now(config->context) < mailbox->due_ps)
		return;
	memcpy(config->dram + mailbox->pending_offset, mailbox->pending,
	       config->input_bytes);
	mailbox->pending = NULL;
	mailbox->copied_bytes += config->input_bytes;
	sqz_reg_set(&mailbox->regs, SQZ_MAILBOX_SEQUENCE, mailbox->next++);
	set_status(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_READY, 1), true);
	set_bits(mailbox, SQZ_MAILBOX_IRQ_STATUS,
		 sqz_bits(SQZ_MAILBOX_IRQ_STATUS_READY, 1), true);
	update_irq(mailbox);
}

static void post(struct sqz_mailbox *mailbox, uint32_t sequence)
{
	const struct sqz_mailbox_config *config = &mailbox->config;
	uint32_t bytes = sqz_reg_get(&mailbox->regs, SQZ_MAILBOX_LOGITS_BYTES);
	uint64_t offset;
	bool valid =
	    bytes >= 1 && bytes <= SQZ_MAILBOX_LOGITS_MAX &&
	    find_in_dram(mailbox, SQZ_MAILBOX_LOGITS_ADDR_LO, bytes, &offset);

	set_status(mailbox, sqz_bits(SQZ_MAILBOX_STATUS_ERROR, 1), !valid);
	if (!valid)
		return;
	mailbox->copied_bytes += bytes;
	config->logits(config->context, sequence, config->dram + offset, bytes);
}

enum sqz_status sqz_mailbox_reg_access(struct sqz_mailbox *mailbox,
				       uint64_t offset, uint32_t size_bytes,
				       bool is_write, uint64_t *value)
{
	enum sqz_status status = sqz_reg_file_access(
	    &mailbox->regs, offset, size_bytes, is_write, value);

	if (status != SQZ_OK || !is_write)
		return status;
	if (offset == SQZ_MAILBOX_CTRL) {
		sqz_reg_set(&mailbox->regs, SQZ_MAILBOX_CTRL, 0);
		if (sqz_field(*value, SQZ_MAILBOX_CTRL_NEXT))
			next(mailbox);
	} else if (offset == SQZ_MAILBOX_POST) {
		post(mailbox, (uint32_t)*value);
	}
	update_irq(mailbox);
	return status;
}
