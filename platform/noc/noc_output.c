#include "noc/noc_output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/file.h"
#include "noc/noc_settings.h"

double sqz_noc_link_use(const struct sqz_noc_results *results,
			const struct sqz_noc_point *point, unsigned link)
{
	return (double)point->link_flits[link] / results->options->seeds /
	       (double)results->options->load.measure_cycles;
}

static double busiest_link(const struct sqz_noc_results *results,
			   const struct sqz_noc_point *point)
{
	double most = 0;

	for (unsigned i = 0; i < results->sweep->links; i++)
		most = fmax(most, sqz_noc_link_use(results, point, i));
	return most;
}

static uint32_t quantile(const struct sqz_noc_point *point, double share)
{
	return sqz_histogram_quantile(&point->mean.latency, share);
}

/* ---- table ---- */

void sqz_noc_print_subject(const struct sqz_noc_results *results, FILE *out)
{
	static const char *const topologies[] = { "mesh", "torus",
						  "concentrated mesh" };
	const struct sqz_noc_config *c = sqz_noc_settings(results->noc);
	const struct sqz_noc_options *o = results->options;

	fprintf(out, "%s on a %u x %u %s, %u VC%s of %u flits",
		o->trace ? "packets of a run"
			 : sqz_noc_pattern_name(o->load.pattern),
		c->width, c->height, topologies[c->topology], c->vcs,
		c->vcs > 1 ? "s" : "", c->vc_depth);
	if (!o->trace)
		fprintf(out, ", packets of %g flits",
			sqz_noc_mean_flits(&o->load.sizes));
}

static void print_heading(const struct sqz_noc_results *results, FILE *out)
{
	unsigned seeds = results->options->seeds;

	sqz_noc_print_subject(results, out);
	if (results->options->trace)
		fprintf(
		    out, ", %llu cycles\n\n",
		    (unsigned long long)results->options->load.measure_cycles);
	else
		fprintf(out, ", %u seed%s\n\n", seeds, seeds > 1 ? "s" : "");
}

void sqz_noc_print_table(const struct sqz_noc_results *results, FILE *out)
{
	print_heading(results, out);
	fputs(" offered  accepted  packet lat.  network lat.     p50     p99  "
	      "routers  pJ/flit  busiest link\n",
	      out);
	for (unsigned i = 0; i < results->sweep->count; i++) {
		const struct sqz_noc_point *p = &results->sweep->points[i];
		fprintf(out,
			"%8.4f  %8.4f  %11.2f  %12.2f  %6u  %6u  %7.3f  "
			"%7.2f  %11.1f%%%s\n",
			p->mean.offered, p->mean.accepted,
			p->mean.packet_latency, p->mean.network_latency,
			quantile(p, 0.5), quantile(p, 0.99), p->mean.hops,
			sqz_noc_flit_pj(results->config, p->mean.flit_hops),
			100 * busiest_link(results, p),
			p->saturated ? "  saturated" : "");
	}
}

static double percent(double ours, double reference)
{
	return 100 * (ours / reference - 1);
}

void sqz_noc_print_fidelity(const struct sqz_noc_results *flits,
			    const struct sqz_noc_sweep *packets, FILE *out)
{
	unsigned count = flits->sweep->count;

	print_heading(flits, out);
	fputs("          network latency            packet latency      "
	      "accepted\n"
	      " offered    flits  packets   error    flits  packets   error    "
	      "flits  packets   error\n",
	      out);
	for (unsigned i = 0; i < count && i < packets->count; i++) {
		const struct sqz_noc_point *point = &flits->sweep->points[i];
		const struct sqz_noc_outcome *a = &point->mean;
		const struct sqz_noc_outcome *b = &packets->points[i].mean;
		fprintf(out,
			"%8.4f %8.2f %8.2f %+6.1f%% %8.2f %8.2f %+6.1f%% "
			"%8.4f %8.4f %+6.1f%%%s\n",
			a->offered, a->network_latency, b->network_latency,
			percent(b->network_latency, a->network_latency),
			a->packet_latency, b->packet_latency,
			percent(b->packet_latency, a->packet_latency),
			a->accepted, b->accepted,
			percent(b->accepted, a->accepted),
			point->saturated ? "  saturated" : "");
	}
}

void sqz_noc_print_saturation(const struct sqz_noc_saturation *found, FILE *out)
{
	if (!(found->at.mean.packet_latency > 0) || found->at.rate <= 0)
		return;
	fprintf(out,
		"\nSaturation: load %.3f (accepted %.4f), where packets take "
		"%.1f cycles, at most 3 x the %.1f of an empty network.\n",
		found->at.rate, found->at.mean.accepted,
		found->at.mean.packet_latency, found->zero_load_latency);
}

/* ---- files ---- */

/* A number that may not be there. */
static void csv_number(FILE *out, double value)
{
	if (isnan(value))
		fputc(',', out);
	else
		fprintf(out, ",%.6g", value);
}

static void csv_row(const struct sqz_noc_results *results,
		    const struct sqz_noc_point *p, FILE *out)
{
	fprintf(out, "%.6g", p->rate);
	csv_number(out, p->mean.offered);
	csv_number(out, p->mean.accepted);
	csv_number(out, p->mean.packet_latency);
	csv_number(out, p->mean.network_latency);
	fprintf(out, ",%u,%u,%d", quantile(p, 0.5), quantile(p, 0.99),
		p->saturated);
	csv_number(out, p->mean.hops);
	fprintf(out, ",%llu,%llu,%u", (unsigned long long)p->mean.packets,
		(unsigned long long)p->mean.unfinished,
		results->options->seeds);
	csv_number(out, sqz_noc_flit_pj(results->config, p->mean.flit_hops));
	csv_number(out, busiest_link(results, p));
	fputc('\n', out);
}

static void csv_links(const struct sqz_noc_results *results, FILE *out)
{
	const struct sqz_noc_point *point =
	    sqz_noc_sweep_settled(results->sweep);
	unsigned ports = sqz_noc_ports(results->noc);

	fputs("router,port,to,flits,use\n", out);
	for (unsigned i = 0; i < results->sweep->links; i++) {
		int end = sqz_noc_link_end(results->noc, i / ports, i % ports);
		if (end < 0)
			continue;
		fprintf(out, "%u,%s,%d,%llu,%.6g\n", i / ports,
			sqz_noc_port_name(results->noc, i % ports), end,
			(unsigned long long)point->link_flits[i],
			sqz_noc_link_use(results, point, i));
	}
}

static void csv_table(const struct sqz_noc_results *results, FILE *out)
{
	fputs("rate,offered_flits,accepted_flits,packet_latency,"
	      "network_latency,p50,p99,saturated,hops_routers,packets,"
	      "unfinished,seeds,energy_pj_per_flit,max_link_use\n",
	      out);
	for (unsigned i = 0; i < results->sweep->count; i++)
		csv_row(results, &results->sweep->points[i], out);
}

static int write_by(const struct sqz_noc_results *results,
		    void (*print)(const struct sqz_noc_results *, FILE *),
		    const char *path, struct sqz_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return sqz_fail(err, "%s: out of memory", path);
	print(results, out);
	int failed = fclose(out) ? sqz_fail(err, "%s: out of memory", path)
				 : sqz_write_file(path, text, size, err);
	free(text);
	return failed;
}

int sqz_noc_write_csv(const struct sqz_noc_results *results, const char *path,
		      struct sqz_error *err)
{
	return write_by(results, csv_table, path, err);
}

int sqz_noc_write_links(const struct sqz_noc_results *results, const char *path,
			struct sqz_error *err)
{
	return write_by(results, csv_links, path, err);
}
