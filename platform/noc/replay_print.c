#include <inttypes.h>
#include <stdlib.h>

#include "noc/replay_report.h"
#include "traces/table.h"
#include "traces/trace.h"

#define PS_DIGITS 3 /* decimals of nanoseconds */
#define PS_PER_NS 1000u

/* "+12.3 %"; "-" if there is no such thing. */
static void put_change(struct sqz_table *table, uint64_t was, uint64_t is)
{
	char text[32] = "-";

	if (was)
		snprintf(text, sizeof(text), "%+.1f",
			 100 * ((double)is - (double)was) / (double)was);
	sqz_table_text(table, text);
}

static uint64_t mean(const struct histogram *latency)
{
	return latency->count ? latency->sum / latency->count : 0;
}

static void put_side(struct sqz_table *table, const struct histogram *latency)
{
	sqz_table_decimal(table, mean(latency), PS_DIGITS);
	sqz_table_decimal(table, histogram_percentile(latency, 50), PS_DIGITS);
	sqz_table_decimal(table, histogram_percentile(latency, 99), PS_DIGITS);
	sqz_table_decimal(table, latency->largest, PS_DIGITS);
}

static int print_latencies(const struct sqz_replay_report *report, FILE *out)
{
	static const char *const HEAD[] = {
		"latency in ns", "packets", "recorded", "50 %",
		"99 %",		 "slowest", "replayed", "50 %",
		"99 %",		 "slowest", "change %", NULL
	};
	struct sqz_table table;

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < report->causes->names.count; i++) {
		const struct histogram *ps = report->types[i].ps;
		if (!ps->count)
			continue;
		sqz_table_text(&table, report->causes->names.all[i]);
		sqz_table_uint(&table, ps->count);
		put_side(&table, &ps[SQZ_RECORDED]);
		put_side(&table, &ps[SQZ_REPLAYED]);
		put_change(&table, ps[SQZ_RECORDED].sum, ps[SQZ_REPLAYED].sum);
	}
	int failed = sqz_table_print(&table, 1, out);
	sqz_table_free(&table);
	return failed;
}

/* Its number where the trace tells no name. */
static void name_layer(const struct sqz_replay_report *report, size_t layer,
		       char *name, size_t size)
{
	const struct sqz_names *names = &report->causes->layers;

	if (layer < names->count && names->all[layer])
		snprintf(name, size, "%s", names->all[layer]);
	else
		snprintf(name, size, "%zu", layer);
}

static int print_layers(const struct sqz_replay_report *report, FILE *out)
{
	static const char *const HEAD[] = { "layer", "recorded ns",
					    "replayed ns", "change %", NULL };
	struct sqz_table table;
	char name[SQZ_TRACE_NAME_BYTES + 1];

	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < report->layer_count; i++) {
		const uint64_t *ps = report->layers[i].ps;
		if (!ps[SQZ_RECORDED])
			continue;
		name_layer(report, i, name, sizeof(name));
		sqz_table_text(&table, name);
		sqz_table_decimal(&table, ps[SQZ_RECORDED], PS_DIGITS);
		sqz_table_decimal(&table, ps[SQZ_REPLAYED], PS_DIGITS);
		put_change(&table, ps[SQZ_RECORDED], ps[SQZ_REPLAYED]);
	}
	int failed = sqz_table_print(&table, 1, out);
	sqz_table_free(&table);
	return failed;
}

/* ---- links ---- */

struct link {
	unsigned router, port;
	uint64_t flits;
};

static int busiest_first(const void *a, const void *b)
{
	const struct link *f = a, *g = b;

	if (f->flits != g->flits)
		return f->flits > g->flits ? -1 : 1;
	if (f->router != g->router)
		return f->router < g->router ? -1 : 1;
	return f->port < g->port ? -1 : 1;
}

static size_t find_links(const struct sqz_noc *noc, struct link *links)
{
	size_t count = 0;

	for (unsigned r = 0; r < sqz_noc_routers(noc); r++)
		for (unsigned p = 0; p < sqz_noc_ports(noc); p++) {
			uint64_t flits = sqz_noc_link_flits(noc, r, p);
			if (flits)
				links[count++] = (struct link){ r, p, flits };
		}
	qsort(links, count, sizeof(*links), busiest_first);
	return count;
}

static void put_link(struct sqz_table *table, const struct sqz_noc *noc,
		     const struct link *link)
{
	struct sqz_noc_stalls stalls =
	    sqz_noc_link_stalls(noc, link->router, link->port);
	unsigned columns = sqz_noc_columns(noc);
	uint64_t cycles = sqz_noc_cycle(noc);
	char name[64];

	snprintf(name, sizeof(name), "%s of router %u,%u",
		 sqz_noc_port_name(noc, link->port), link->router % columns,
		 link->router / columns);
	sqz_table_text(table, name);
	sqz_table_uint(table, link->flits);
	sqz_table_decimal(table,
			  (uint64_t)((unsigned __int128)link->flits * 10000 /
				     (cycles ? cycles : 1)),
			  2);
	sqz_table_uint(table, stalls.vc_busy);
	sqz_table_uint(table, stalls.no_credit);
	sqz_table_uint(table, stalls.lost);
}

static int print_links(const struct sqz_replay_report *report, uint64_t top,
		       FILE *out)
{
	static const char *const HEAD[] = { "link",    "flits",	    "use %",
					    "VC busy", "no credit", "lost",
					    NULL };
	const struct sqz_noc *noc = report->replay->noc;
	struct link *links = calloc(
	    (size_t)sqz_noc_routers(noc) * sqz_noc_ports(noc), sizeof(*links));
	struct sqz_table table;

	if (!links)
		return -1;
	size_t count = find_links(noc, links);
	sqz_table_init(&table, HEAD);
	for (size_t i = 0; i < count && i < top; i++)
		put_link(&table, noc, &links[i]);
	int failed = sqz_table_print(&table, 1, out);
	sqz_table_free(&table);
	free(links);
	return failed;
}

/* ---- the whole ---- */

static void print_verdict(const struct sqz_replay_report *report, FILE *out)
{
	const struct sqz_cause_graph *causes = report->causes;

	if (!report->different)
		fprintf(out,
			"latencies of all %" PRIu64
			" packets are those of the run",
			report->packets);
	else
		fprintf(out,
			"latencies of %" PRIu64 " of %" PRIu64
			" packets differ, first that of packet %" PRIu64,
			report->different, report->packets,
			causes->events[report->first].id);
	fprintf(out, "; %" PRIu64 " are sent at another time\n", report->moved);
}

static void print_time(const char *what, uint64_t was_ps, uint64_t is_ps,
		       FILE *out)
{
	fprintf(out,
		"%s: recorded %" PRIu64 ".%03u ns, replayed %" PRIu64
		".%03u ns, %+.2f %%\n",
		what, was_ps / PS_PER_NS, (unsigned)(was_ps % PS_PER_NS),
		is_ps / PS_PER_NS, (unsigned)(is_ps % PS_PER_NS),
		was_ps ? 100 * ((double)is_ps - (double)was_ps) / (double)was_ps
		       : 0);
}

/* Before the first RUN lie boot and programming. */
static uint64_t runs_ps(const struct sqz_replay_report *report, int side)
{
	uint64_t end_ps = side == SQZ_RECORDED ? report->causes->end_ps
					       : report->replay->end_ps;

	return end_ps - report->first_run_ps[side];
}

static void print_end(const struct sqz_replay_report *report, FILE *out)
{
	fprintf(out, "network: %s\n",
		report->changed ? "changed" : "as in the run");
	print_time("end of the run", report->causes->end_ps,
		   report->replay->end_ps, out);
	print_time("from the first RUN on", runs_ps(report, SQZ_RECORDED),
		   runs_ps(report, SQZ_REPLAYED), out);
}

int sqz_replay_print(const struct sqz_replay_report *report, uint64_t top,
		     FILE *out)
{
	print_end(report, out);
	print_verdict(report, out);
	putc('\n', out);
	if (print_latencies(report, out))
		return -1;
	putc('\n', out);
	if (print_layers(report, out))
		return -1;
	putc('\n', out);
	return print_links(report, top, out);
}

/* A table of one shape: what, which, recorded and replayed. */
static void put_row(struct sqz_table *table, const char *what,
		    const char *which, uint64_t count, uint64_t was,
		    uint64_t is)
{
	sqz_table_text(table, what);
	sqz_table_text(table, which);
	sqz_table_uint(table, count);
	sqz_table_uint(table, was);
	sqz_table_uint(table, is);
}

static void put_types(const struct sqz_replay_report *report,
		      struct sqz_table *table)
{
	for (size_t i = 0; i < report->causes->names.count; i++) {
		const struct histogram *ps = report->types[i].ps;
		const char *name = report->causes->names.all[i];
		if (!ps->count)
			continue;
		put_row(table, "latency sum", name, ps->count,
			ps[SQZ_RECORDED].sum, ps[SQZ_REPLAYED].sum);
		put_row(table, "latency 99 %", name, ps->count,
			histogram_percentile(&ps[SQZ_RECORDED], 99),
			histogram_percentile(&ps[SQZ_REPLAYED], 99));
		put_row(table, "latency largest", name, ps->count,
			ps[SQZ_RECORDED].largest, ps[SQZ_REPLAYED].largest);
	}
}

int sqz_replay_csv(const struct sqz_replay_report *report, FILE *out)
{
	static const char *const HEAD[] = { "what",	   "of",
					    "packets",	   "recorded_ps",
					    "replayed_ps", NULL };
	struct sqz_table table;
	char name[SQZ_TRACE_NAME_BYTES + 1];

	sqz_table_init(&table, HEAD);
	put_row(&table, "end", "", report->packets, report->causes->end_ps,
		report->replay->end_ps);
	put_row(&table, "from the first RUN on", "", 0,
		runs_ps(report, SQZ_RECORDED), runs_ps(report, SQZ_REPLAYED));
	put_types(report, &table);
	for (size_t i = 0; i < report->layer_count; i++) {
		const uint64_t *ps = report->layers[i].ps;
		name_layer(report, i, name, sizeof(name));
		if (ps[SQZ_RECORDED])
			put_row(&table, "layer", name, 0, ps[SQZ_RECORDED],
				ps[SQZ_REPLAYED]);
	}
	int failed = sqz_table_csv(&table, out);
	sqz_table_free(&table);
	return failed;
}
