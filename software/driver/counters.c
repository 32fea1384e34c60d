#include "driver/counters.h"

#include "sqz/memmap.h"
#include "sqz/port.h"
#include "sqz/regs.h"

#define COUNTERS_VERSION_MAJOR 1

static uint32_t get(const struct sqz_counters *counters, unsigned offset)
{
	return sqz_read32(counters->base + offset);
}

static void put(const struct sqz_counters *counters, unsigned offset,
		uint32_t value)
{
	sqz_write32(counters->base + offset, value);
}

/* The block holds a copy: its halves belong together. */
static uint64_t get64(const struct sqz_counters *counters, unsigned low)
{
	uint64_t high = get(counters, low + 4);

	return high << 32 | get(counters, low);
}

enum sqz_result sqz_counters_open(struct sqz_counters *counters, uint64_t base)
{
	*counters = (struct sqz_counters){ .base = base };
	if (get(counters, SQZ_COUNTERS_ID) != SQZ_ID_COUNTERS)
		return SQZ_ENODEV;
	if (get(counters, SQZ_COUNTERS_VERSION) >> 16 != COUNTERS_VERSION_MAJOR)
		return SQZ_EVERSION;

	uint32_t caps = get(counters, SQZ_COUNTERS_CAPS);

	counters->routers = sqz_field(caps, SQZ_COUNTERS_CAPS_ROUTERS);
	counters->ports = sqz_field(caps, SQZ_COUNTERS_CAPS_PORTS);
	counters->classes = sqz_field(caps, SQZ_COUNTERS_CAPS_CLASSES);
	return SQZ_SUCCESS;
}

void sqz_counters_totals(const struct sqz_counters *counters, uint64_t *cycles,
			 uint64_t *flit_hops)
{
	put(counters, SQZ_COUNTERS_CTRL, sqz_bits(SQZ_COUNTERS_CTRL_TOTALS, 1));
	*cycles = get64(counters, SQZ_COUNTERS_CYCLES_LO);
	*flit_hops = get64(counters, SQZ_COUNTERS_FLIT_HOPS_LO);
}

enum sqz_result sqz_counters_link(const struct sqz_counters *counters,
				  unsigned router, unsigned port,
				  struct sqz_link_counters *link)
{
	if (router >= counters->routers || port >= counters->ports)
		return SQZ_EINVAL;
	put(counters, SQZ_COUNTERS_LINK,
	    sqz_bits(SQZ_COUNTERS_LINK_ROUTER, router) |
		sqz_bits(SQZ_COUNTERS_LINK_PORT, port));

	uint32_t end = get(counters, SQZ_COUNTERS_LINK_END);

	*link = (struct sqz_link_counters){
		.exists = end != UINT32_MAX,
		.end = end,
		.flits = get64(counters, SQZ_COUNTERS_LINK_FLITS_LO),
		.vc_busy = get64(counters, SQZ_COUNTERS_LINK_VC_BUSY_LO),
		.no_credit = get64(counters, SQZ_COUNTERS_LINK_NO_CREDIT_LO),
		.lost = get64(counters, SQZ_COUNTERS_LINK_LOST_LO),
	};
	return SQZ_SUCCESS;
}

enum sqz_result sqz_counters_flow(const struct sqz_counters *counters,
				  unsigned src, unsigned dst,
				  unsigned msg_class,
				  struct sqz_flow_counters *flow)
{
	if (src >> SQZ_COUNTERS_FLOW_SRC_WIDTH ||
	    dst >> SQZ_COUNTERS_FLOW_DST_WIDTH ||
	    msg_class >= counters->classes)
		return SQZ_EINVAL;
	put(counters, SQZ_COUNTERS_FLOW,
	    sqz_bits(SQZ_COUNTERS_FLOW_SRC, src) |
		sqz_bits(SQZ_COUNTERS_FLOW_DST, dst) |
		sqz_bits(SQZ_COUNTERS_FLOW_CLASS, msg_class));
	*flow = (struct sqz_flow_counters){
		.packets = get64(counters, SQZ_COUNTERS_FLOW_PACKETS_LO),
		.bytes = get64(counters, SQZ_COUNTERS_FLOW_BYTES_LO),
		.latency_cycles = get64(counters, SQZ_COUNTERS_FLOW_LATENCY_LO),
		.max_latency_cycles = get(counters, SQZ_COUNTERS_FLOW_MAX),
	};
	return SQZ_SUCCESS;
}

void sqz_counters_latencies(const struct sqz_counters *counters,
			    uint32_t bins[SQZ_COUNTERS_BINS])
{
	for (unsigned i = 0; i < SQZ_COUNTERS_BINS; i++) {
		put(counters, SQZ_COUNTERS_FLOW_BIN, i);
		bins[i] = get(counters, SQZ_COUNTERS_FLOW_BIN_PACKETS);
	}
}
