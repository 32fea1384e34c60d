/*
 * Runs every image that the mailbox has, then prints what the network has
 * carried: each link with what held it up, each flow with its latencies.
 *
 *	link ROUTER PORT END FLITS VC_BUSY NO_CREDIT LOST
 *	flow SRC DST CLASS PACKETS BYTES LATENCY MAX
 *	bins OF_THE_FLOW_ABOVE ...
 *	totals CYCLES FLIT_HOPS
 */
#include <inttypes.h>
#include <stdio.h>

#include "apps/app.h"
#include "driver/counters.h"
#include "sqz/memmap.h"

static enum sqz_exit_code print_link(const struct sqz_counters *counters,
				     unsigned router, unsigned port)
{
	struct sqz_link_counters link;

	if (sqz_counters_link(counters, router, port, &link) != SQZ_SUCCESS)
		return SQZ_EXIT_TEST;
	if (link.exists && link.flits)
		printf("link %u %u %" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRIu64
		       " %" PRIu64 "\n",
		       router, port, link.end, link.flits, link.vc_busy,
		       link.no_credit, link.lost);
	return SQZ_EXIT_OK;
}

static void print_bins(const struct sqz_counters *counters)
{
	uint32_t bins[SQZ_COUNTERS_BINS];

	sqz_counters_latencies(counters, bins);
	printf("bins");
	for (unsigned i = 0; i < SQZ_COUNTERS_BINS; i++)
		printf(" %" PRIu32, bins[i]);
	printf("\n");
}

static enum sqz_exit_code print_flow(const struct sqz_counters *counters,
				     unsigned src, unsigned dst,
				     unsigned msg_class)
{
	struct sqz_flow_counters flow;

	if (sqz_counters_flow(counters, src, dst, msg_class, &flow) !=
	    SQZ_SUCCESS)
		return SQZ_EXIT_TEST;
	if (!flow.packets)
		return SQZ_EXIT_OK;
	printf("flow %u %u %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu32
	       "\n",
	       src, dst, msg_class, flow.packets, flow.bytes,
	       flow.latency_cycles, flow.max_latency_cycles);
	print_bins(counters);
	return SQZ_EXIT_OK;
}

static enum sqz_exit_code print_links(const struct sqz_counters *counters)
{
	enum sqz_exit_code code = SQZ_EXIT_OK;

	for (unsigned router = 0; router < counters->routers; router++)
		for (unsigned port = 0; port < counters->ports; port++)
			if (code == SQZ_EXIT_OK)
				code = print_link(counters, router, port);
	return code;
}

static enum sqz_exit_code print_flows(const struct sqz_counters *counters,
				      unsigned nodes)
{
	enum sqz_exit_code code = SQZ_EXIT_OK;
	unsigned classes = counters->classes;

	for (unsigned i = 0; i < nodes * nodes * classes; i++)
		if (code == SQZ_EXIT_OK)
			code = print_flow(counters, i / classes / nodes,
					  i / classes % nodes, i % classes);
	return code;
}

static enum sqz_exit_code print_all(unsigned nodes)
{
	struct sqz_counters counters;
	uint64_t cycles, flit_hops;

	if (sqz_counters_open(&counters, SQZ_COUNTERS_BASE) != SQZ_SUCCESS)
		return SQZ_EXIT_TEST;

	enum sqz_exit_code code = print_links(&counters);

	if (code == SQZ_EXIT_OK)
		code = print_flows(&counters, nodes);
	sqz_counters_totals(&counters, &cycles, &flit_hops);
	printf("totals %" PRIu64 " %" PRIu64 "\n", cycles, flit_hops);
	return code;
}

int main(void)
{
	static struct sqz_session session;
	enum sqz_exit_code code;

	code = sqz_app_start(&session);
	if (code == SQZ_EXIT_OK)
		code = sqz_app_program(&session);
	for (uint32_t i = 0; code == SQZ_EXIT_OK && i < session.mailbox.count;
	     i++)
		code = sqz_app_infer_next(&session);
	if (code == SQZ_EXIT_OK)
		code = print_all(session.device.caps.nodes);
	return code;
}
