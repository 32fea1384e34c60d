#include <stdlib.h>

#include "report.h"

#define ROWS 10 /* busiest links and largest flows that are printed */

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void print_classes(const struct sqz_run_result *result, FILE *out)
{
	const struct sqz_network_result *network = result->network;

	fprintf(out, "%-24s %10s %10s %8s %8s %8s\n", "latency in cycles",
		"packets", "mean", "p50", "p99", "max");
	for (unsigned c = 0; c < SQZ_CLASSES; c++) {
		const struct sqz_class_latency *l = &network->latency[c];
		fprintf(out, "%-24s %10llu %10.1f %8u %8u %8llu\n",
			sqz_class_name(c), (unsigned long long)l->packets,
			share(l->sum, l->packets), l->p50, l->p99,
			(unsigned long long)l->max);
	}
}

/* Pointers to the items in order; to be freed. NULL if memory ran out. */
static const void **sorted(const void *items, size_t count, size_t size,
			   int (*compare)(const void *, const void *))
{
	const void **order = calloc(count + 1, sizeof(*order));

	if (!order)
		return NULL;
	for (size_t i = 0; i < count; i++)
		order[i] = (const char *)items + i * size;
	qsort(order, count, sizeof(*order), compare);
	return order;
}

/* ---- links ---- */

/* Most flits first. */
static int compare_links(const void *a, const void *b)
{
	const struct sqz_link_result *f = *(const struct sqz_link_result **)a;
	const struct sqz_link_result *g = *(const struct sqz_link_result **)b;

	if (f->flits != g->flits)
		return f->flits > g->flits ? -1 : 1;
	return (f > g) - (f < g);
}

static void print_stalls(const char *name, uint64_t flits, double use,
			 const struct sqz_noc_stalls *stalls, FILE *out)
{
	fprintf(out, "%-24s %10llu %9.2f%% %10llu %10llu %10llu\n", name,
		(unsigned long long)flits, 100 * use,
		(unsigned long long)stalls->vc_busy,
		(unsigned long long)stalls->no_credit,
		(unsigned long long)stalls->lost);
}

static void print_link(const struct sqz_network_result *network,
		       const struct sqz_link_result *link, FILE *out)
{
	char name[64];

	snprintf(name, sizeof(name), "router %u,%u %s", link->x, link->y,
		 link->port);
	print_stalls(name, link->flits, share(link->flits, network->cycles),
		     &link->stalls, out);
}

static void print_all_links(const struct sqz_network_result *network, FILE *out)
{
	struct sqz_noc_stalls stalls = sqz_network_stalls(network);
	uint64_t flits = 0;

	for (size_t i = 0; i < network->link_count; i++)
		flits += network->links[i].flits;
	print_stalls("all links", flits,
		     share(flits, network->cycles * network->link_count),
		     &stalls, out);
}

static void print_links(const struct sqz_network_result *network, FILE *out)
{
	const void **order = sorted(network->links, network->link_count,
				    sizeof(*network->links), compare_links);

	if (!order)
		return;
	fprintf(out, "%-24s %10s %10s %10s %10s %10s\n", "waits in cycles",
		"flits", "use", "VC busy", "no credit", "lost");
	for (size_t i = 0; i < network->link_count && i < ROWS; i++)
		print_link(network, order[i], out);
	print_all_links(network, out);
	free(order);
}

/* ---- flows ---- */

/* Most bytes first. */
static int compare_flows(const void *a, const void *b)
{
	const struct sqz_noc_flow *f = *(const struct sqz_noc_flow **)a;
	const struct sqz_noc_flow *g = *(const struct sqz_noc_flow **)b;

	if (f->bytes != g->bytes)
		return f->bytes > g->bytes ? -1 : 1;
	return (f > g) - (f < g);
}

static void print_flow(const struct sqz_noc_flow *flow, FILE *out)
{
	char name[64];

	snprintf(name, sizeof(name), "%u to %u %s", flow->src, flow->dst,
		 sqz_class_name(flow->msg_class));
	fprintf(out, "%-24s %10llu %10.1f %10.1f %10llu\n", name,
		(unsigned long long)flow->packets, (double)flow->bytes / 1024,
		share(flow->latency_cycles, flow->packets),
		(unsigned long long)flow->max_latency_cycles);
}

static void print_flows(const struct sqz_network_result *network, FILE *out)
{
	const void **order = sorted(network->flows, network->flow_count,
				    sizeof(*network->flows), compare_flows);

	if (!order)
		return;
	fprintf(out, "%-24s %10s %10s %10s %10s\n", "largest flows", "packets",
		"KiB", "mean lat.", "max lat.");
	for (size_t i = 0; i < network->flow_count && i < ROWS; i++)
		print_flow(order[i], out);
	fprintf(out, "%zu flows in all\n", network->flow_count);
	free(order);
}

void sqz_report_noc_table(const struct sqz_run_result *result, FILE *out)
{
	print_classes(result, out);
	fputc('\n', out);
	print_links(result->network, out);
	fputc('\n', out);
	print_flows(result->network, out);
}
