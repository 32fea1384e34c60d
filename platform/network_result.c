#include "network_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *sqz_class_name(unsigned msg_class)
{
	static const char *const NAMES[SQZ_CLASSES] = {
		[SQZ_CLASS_GRANT] = "grant",
		[SQZ_CLASS_RESPONSE] = "response",
		[SQZ_CLASS_RESULT] = "result",
		[SQZ_CLASS_PSUM] = "partial_sum",
		[SQZ_CLASS_REQUEST] = "request",
	};

	return NAMES[msg_class];
}

static void copy_links(const struct sqz_noc *noc,
		       struct sqz_network_result *result)
{
	unsigned ports = sqz_noc_ports(noc), columns = sqz_noc_columns(noc);

	for (unsigned i = 0; i < sqz_noc_routers(noc) * ports; i++) {
		unsigned router = i / ports, port = i % ports;
		int end = sqz_noc_link_end(noc, router, port);
		if (end < 0)
			continue;
		struct sqz_link_result *link =
		    &result->links[result->link_count++];
		*link = (struct sqz_link_result){
			.router = router,
			.x = router % columns,
			.y = router / columns,
			.end = (unsigned)end,
			.flits = sqz_noc_link_flits(noc, router, port),
			.stalls = sqz_noc_link_stalls(noc, router, port),
		};
		snprintf(link->port, sizeof(link->port), "%s",
			 sqz_noc_port_name(noc, port));
	}
}

static int compare_flows(const void *a, const void *b)
{
	const struct sqz_noc_flow *f = a, *g = b;

	if (f->src != g->src)
		return f->src < g->src ? -1 : 1;
	if (f->dst != g->dst)
		return f->dst < g->dst ? -1 : 1;
	return (f->msg_class > g->msg_class) - (f->msg_class < g->msg_class);
}

static void sum_latencies(const struct sqz_noc_flows *flows,
			  struct sqz_network_result *result)
{
	for (size_t i = 0; i < result->flow_count; i++) {
		const struct sqz_noc_flow *flow = &result->flows[i];
		struct sqz_class_latency *sum =
		    &result->latency[flow->msg_class];
		sum->packets += flow->packets;
		sum->sum += flow->latency_cycles;
		if (flow->max_latency_cycles > sum->max)
			sum->max = flow->max_latency_cycles;
	}
	for (unsigned c = 0; c < SQZ_CLASSES; c++) {
		const struct sqz_histogram *histogram =
		    sqz_noc_flows_latencies(flows, c);
		result->latency[c].p50 = sqz_histogram_quantile(histogram, 0.5);
		result->latency[c].p99 =
		    sqz_histogram_quantile(histogram, 0.99);
	}
}

static struct sqz_wait_result wait_result(const struct sqz_noc *noc,
					  const struct sqz_noc_wait *wait)
{
	struct sqz_wait_result result = {
		.router = wait->router,
		.x = wait->router % sqz_noc_columns(noc),
		.y = wait->router / sqz_noc_columns(noc),
		.vc = wait->vc,
		.has_packet = wait->src < sqz_noc_nodes(noc),
		.src = wait->src,
		.dst = wait->dst,
	};

	snprintf(result.port, sizeof(result.port), "%s",
		 sqz_noc_port_name(noc, wait->port));
	return result;
}

static int copy_waits(const struct sqz_noc *noc,
		      struct sqz_network_result *result, struct sqz_error *err)
{
	unsigned count = sqz_noc_find_deadlock(noc, NULL, 0);
	struct sqz_noc_wait *waits = calloc(count + 1, sizeof(*waits));

	result->waits = calloc(count + 1, sizeof(*result->waits));
	if (!waits || !result->waits) {
		free(waits);
		sqz_network_free(result);
		return sqz_fail(err, "out of memory for the network's report");
	}
	result->wait_count = sqz_noc_find_deadlock(noc, waits, count);
	for (unsigned i = 0; i < count; i++)
		result->waits[i] = wait_result(noc, &waits[i]);
	free(waits);
	return 0;
}

int sqz_network_collect(const struct sqz_noc *noc,
			const struct sqz_noc_flows *flows, uint64_t cycles,
			struct sqz_network_result *result,
			struct sqz_error *err)
{
	size_t links = (size_t)sqz_noc_routers(noc) * sqz_noc_ports(noc);
	size_t count;
	const struct sqz_noc_flow *all = sqz_noc_flows_all(flows, &count);

	*result = (struct sqz_network_result){ .cycles = cycles };
	result->links = calloc(links, sizeof(*result->links));
	result->flows = calloc(count + 1, sizeof(*result->flows));
	if (!result->links || !result->flows) {
		sqz_network_free(result);
		return sqz_fail(err, "out of memory for the network's report");
	}
	copy_links(noc, result);
	memcpy(result->flows, all, count * sizeof(*all));
	result->flow_count = count;
	qsort(result->flows, count, sizeof(*all), compare_flows);
	sum_latencies(flows, result);
	return copy_waits(noc, result, err);
}

void sqz_network_free(struct sqz_network_result *result)
{
	free(result->links);
	free(result->flows);
	free(result->waits);
	*result = (struct sqz_network_result){ 0 };
}

struct sqz_noc_stalls
sqz_network_stalls(const struct sqz_network_result *result)
{
	struct sqz_noc_stalls sum = { 0, 0, 0 };

	for (size_t i = 0; i < result->link_count; i++) {
		const struct sqz_noc_stalls *s = &result->links[i].stalls;
		sum.vc_busy += s->vc_busy;
		sum.no_credit += s->no_credit;
		sum.lost += s->lost;
	}
	return sum;
}
