#include "noc/counter_regs.h"

#include <stdlib.h>

#include "node/regs_decode.h"

struct sqz_counter_regs {
	struct sqz_counter_regs_config config;
	struct sqz_reg_file file;
	struct sqz_noc_flow flow; /* copy of the one shown */
};

static uint32_t saturated(uint64_t value)
{
	return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

struct sqz_counter_regs *
sqz_counter_regs_create(const struct sqz_counter_regs_config *config,
			struct sqz_error *err)
{
	struct sqz_counter_regs *regs = calloc(1, sizeof(*regs));
	const struct sqz_noc *noc = config->noc;

	if (!regs) {
		sqz_fail(err, "noc: out of memory for the counters' registers");
		return NULL;
	}
	regs->config = *config;
	sqz_reg_file_reset(&regs->file, SQZ_BLOCK_COUNTERS);
	sqz_reg_set(&regs->file, SQZ_COUNTERS_CAPS,
		    sqz_bits(SQZ_COUNTERS_CAPS_ROUTERS, sqz_noc_routers(noc)) |
			sqz_bits(SQZ_COUNTERS_CAPS_PORTS, sqz_noc_ports(noc)) |
			sqz_bits(SQZ_COUNTERS_CAPS_CLASSES,
				 sqz_noc_settings(noc)->classes));
	return regs;
}

void sqz_counter_regs_destroy(struct sqz_counter_regs *regs)
{
	free(regs);
}

static void copy_link(struct sqz_counter_regs *regs, uint32_t link)
{
	const struct sqz_noc *noc = regs->config.noc;
	unsigned router = sqz_field(link, SQZ_COUNTERS_LINK_ROUTER);
	unsigned port = sqz_field(link, SQZ_COUNTERS_LINK_PORT);
	struct sqz_reg_file *file = &regs->file;
	struct sqz_noc_stalls stalls = { 0, 0, 0 };
	uint64_t flits = 0;
	int end = -1;

	if (router < sqz_noc_routers(noc) && port < sqz_noc_ports(noc))
		end = sqz_noc_link_end(noc, router, port);
	if (end >= 0) {
		flits = sqz_noc_link_flits(noc, router, port);
		stalls = sqz_noc_link_stalls(noc, router, port);
	}
	sqz_reg_set(file, SQZ_COUNTERS_LINK_END, (uint32_t)end);
	sqz_reg_set64(file, SQZ_COUNTERS_LINK_FLITS_LO, flits);
	sqz_reg_set64(file, SQZ_COUNTERS_LINK_VC_BUSY_LO, stalls.vc_busy);
	sqz_reg_set64(file, SQZ_COUNTERS_LINK_NO_CREDIT_LO, stalls.no_credit);
	sqz_reg_set64(file, SQZ_COUNTERS_LINK_LOST_LO, stalls.lost);
}

static void show_bin(struct sqz_counter_regs *regs)
{
	uint32_t bin = sqz_reg_get(&regs->file, SQZ_COUNTERS_FLOW_BIN);
	uint64_t packets =
	    bin < SQZ_NOC_LATENCY_BINS ? regs->flow.bins[bin] : 0;

	sqz_reg_set(&regs->file, SQZ_COUNTERS_FLOW_BIN_PACKETS,
		    saturated(packets));
}

static void copy_flow(struct sqz_counter_regs *regs, uint32_t flow)
{
	const struct sqz_noc_flow *found = sqz_noc_flows_find(
	    regs->config.flows, sqz_field(flow, SQZ_COUNTERS_FLOW_SRC),
	    sqz_field(flow, SQZ_COUNTERS_FLOW_DST),
	    sqz_field(flow, SQZ_COUNTERS_FLOW_CLASS));
	struct sqz_reg_file *file = &regs->file;

	regs->flow = found ? *found : (struct sqz_noc_flow){ 0 };
	sqz_reg_set64(file, SQZ_COUNTERS_FLOW_PACKETS_LO, regs->flow.packets);
	sqz_reg_set64(file, SQZ_COUNTERS_FLOW_BYTES_LO, regs->flow.bytes);
	sqz_reg_set64(file, SQZ_COUNTERS_FLOW_LATENCY_LO,
		      regs->flow.latency_cycles);
	sqz_reg_set(file, SQZ_COUNTERS_FLOW_MAX,
		    saturated(regs->flow.max_latency_cycles));
	show_bin(regs);
}

static void control(struct sqz_counter_regs *regs, uint32_t value)
{
	const struct sqz_counter_regs_config *c = &regs->config;

	sqz_reg_set(&regs->file, SQZ_COUNTERS_CTRL, 0);
	if (!sqz_field(value, SQZ_COUNTERS_CTRL_TOTALS))
		return;
	sqz_reg_set64(&regs->file, SQZ_COUNTERS_CYCLES_LO,
		      c->cycle(c->context));
	sqz_reg_set64(&regs->file, SQZ_COUNTERS_FLIT_HOPS_LO,
		      sqz_noc_flit_hops(c->noc));
}

enum sqz_status sqz_counter_regs_access(struct sqz_counter_regs *regs,
					uint64_t offset, uint32_t size_bytes,
					bool is_write, uint64_t *value)
{
	bool busy = sqz_noc_flits_in_network(regs->config.noc) > 0;

	sqz_reg_set(&regs->file, SQZ_COUNTERS_STATUS,
		    sqz_bits(SQZ_COUNTERS_STATUS_BUSY, busy));

	enum sqz_status status = sqz_reg_file_access(
	    &regs->file, offset, size_bytes, is_write, value);

	if (status != SQZ_OK || !is_write)
		return status;
	if (offset == SQZ_COUNTERS_CTRL)
		control(regs, (uint32_t)*value);
	else if (offset == SQZ_COUNTERS_LINK)
		copy_link(regs, (uint32_t)*value);
	else if (offset == SQZ_COUNTERS_FLOW)
		copy_flow(regs, (uint32_t)*value);
	else if (offset == SQZ_COUNTERS_FLOW_BIN)
		show_bin(regs);
	return status;
}
