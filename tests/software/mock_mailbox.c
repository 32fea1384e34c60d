/* The mailbox on the mock. Image i consists of bytes i + 1. */
#include <string.h>

#include "mock_internal.h"

enum {
	REG_ID = 0x00,
	REG_VERSION = 0x04,
	REG_CTRL = 0x08,
	REG_STATUS = 0x0c,
	REG_IRQ_STATUS = 0x10,
	REG_IRQ_ENABLE = 0x14,
	REG_COUNT = 0x1c,
	REG_SEQUENCE = 0x20,
	REG_INPUT_BYTES = 0x24,
	REG_INPUT_LO = 0x28,
	REG_INPUT_HI = 0x2c,
	REG_LOGITS_LO = 0x30,
	REG_LOGITS_HI = 0x34,
	REG_LOGITS_BYTES = 0x38,
	REG_POST = 0x3c,
	REG_IMAGE_LO = 0x40,
	REG_IMAGE_BYTES = 0x48,
	REG_EXECUTION = 0x4c,
};

#define STATUS_READY 1u
#define STATUS_EMPTY 2u
#define STATUS_ERROR 4u
#define INPUT_BYTES  64

static uint32_t *reg(uint32_t offset)
{
	return &mock.mailbox_regs[offset / 4];
}

void mock_mailbox_reset(void)
{
	*reg(REG_ID) = mock.config.mailbox_id;
	*reg(REG_VERSION) = mock.config.mailbox_version;
	*reg(REG_COUNT) = mock.config.mailbox_count;
	*reg(REG_SEQUENCE) = UINT32_MAX;
	*reg(REG_INPUT_BYTES) = INPUT_BYTES;
	*reg(REG_IMAGE_LO) = SQZ_FLASH_BASE;
	*reg(REG_IMAGE_BYTES) = mock.config.image_bytes;
	*reg(REG_EXECUTION) = mock.config.execution;
	mock.mailbox_due_ns = MOCK_NEVER;
}

static void next(void)
{
	*reg(REG_STATUS) &= ~STATUS_READY;
	if (mock.config.mailbox_error)
		*reg(REG_STATUS) |= STATUS_ERROR;
	else if (*reg(REG_SEQUENCE) + 1 >= *reg(REG_COUNT))
		*reg(REG_STATUS) |= STATUS_EMPTY;
	else if (mock.config.mailbox_delay_ns != MOCK_NEVER)
		mock.mailbox_due_ns =
		    mock.now_ns + mock.config.mailbox_delay_ns;
}

static void post(uint32_t sequence)
{
	if (mock.config.mailbox_error) {
		*reg(REG_STATUS) |= STATUS_ERROR;
		return;
	}
	mock.stats.posted++;
	mock.stats.posted_sequence = sequence;
	mock.stats.posted_address =
	    (uint64_t)*reg(REG_LOGITS_HI) << 32 | *reg(REG_LOGITS_LO);
	mock.stats.posted_bytes = *reg(REG_LOGITS_BYTES);
}

uint64_t mock_mailbox_next_ns(void)
{
	return mock.mailbox_due_ns;
}

void mock_mailbox_run_due(void)
{
	uint64_t bus = (uint64_t)*reg(REG_INPUT_HI) << 32 | *reg(REG_INPUT_LO);
	void *to = mock_memory(bus, INPUT_BYTES);

	if (mock.mailbox_due_ns > mock.now_ns)
		return;
	mock.mailbox_due_ns = MOCK_NEVER;
	++*reg(REG_SEQUENCE);
	memset(to, (int)*reg(REG_SEQUENCE) + 1, INPUT_BYTES);
	*reg(REG_STATUS) |= STATUS_READY;
	*reg(REG_IRQ_STATUS) |= 1;
	if (*reg(REG_IRQ_ENABLE) & 1)
		mock_raise(SQZ_IRQ_MAILBOX);
}

uint32_t mock_mailbox_read(uint32_t offset)
{
	return *reg(offset);
}

void mock_mailbox_write(uint32_t offset, uint32_t value)
{
	if (offset == REG_CTRL && (value & 1))
		next();
	else if (offset == REG_POST)
		post(value);
	else if (offset == REG_IRQ_STATUS) {
		mock.stats.mailbox_irqs_acknowledged++;
		*reg(REG_IRQ_STATUS) &= ~value;
	} else
		*reg(offset) = value;
}
