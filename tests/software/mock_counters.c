/* The network's counters on the mock: 6 routers with 5 ports, 3 classes. What a
 * link or flow has counted follows from its name. */
#include "mock_internal.h"

enum {
	REG_ID = 0x00,
	REG_VERSION = 0x04,
	REG_CTRL = 0x08,
	REG_CAPS = 0x18,
	REG_LINK = 0x1c,
	REG_LINK_END = 0x20,
	REG_LINK_COUNTS = 0x24,
	REG_FLOW = 0x44,
	REG_FLOW_COUNTS = 0x48,
	REG_FLOW_MAX = 0x60,
	REG_FLOW_BIN = 0x64,
	REG_FLOW_BIN_PACKETS = 0x68,
	REG_TOTALS = 0x6c,
};

static uint32_t *reg(uint32_t offset)
{
	return &mock.counter_regs[offset / 4];
}

void mock_counters_reset(void)
{
	*reg(REG_ID) = mock.config.counters_id;
	*reg(REG_VERSION) = mock.config.counters_version;
	*reg(REG_CAPS) = 6 | 5 << 16 | 3 << 24;
}

uint32_t mock_counters_read(uint32_t offset)
{
	return *reg(offset);
}

/* Pairs from `offset` on: the k-th is number * 2^32 + number + k. */
static void show(uint32_t offset, unsigned pairs, uint32_t number)
{
	for (unsigned k = 0; k < pairs; k++) {
		*reg(offset + 8 * k) = number + k;
		*reg(offset + 8 * k + 4) = number;
	}
}

void mock_counters_write(uint32_t offset, uint32_t value)
{
	*reg(offset) = value;
	switch (offset) {
	case REG_LINK:
		/* Port 1 leads nowhere. */
		*reg(REG_LINK_END) =
		    value >> 16 == 1 ? UINT32_MAX : (value & 0xffff) + 1;
		show(REG_LINK_COUNTS, 4, value);
		break;
	case REG_FLOW:
		show(REG_FLOW_COUNTS, 3, value);
		*reg(REG_FLOW_MAX) = value + 3;
		break;
	case REG_FLOW_BIN:
		*reg(REG_FLOW_BIN_PACKETS) = *reg(REG_FLOW) + value;
		break;
	case REG_CTRL:
		if (value & 1)
			show(REG_TOTALS, 2, 100);
		break;
	default:
		mock.stats.bad_accesses++;
		break;
	}
}
