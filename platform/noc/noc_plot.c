/* Pictures of a sweep over loads. */
#include "noc/noc_output.h"

#include <math.h>

#include "traces/gnuplot.h"

#define MAX_NAME 4096

static void print_title(const struct sqz_noc_results *results, FILE *out)
{
	fputs("set title '", out);
	sqz_noc_print_subject(results, out);
	fputs("'\n", out);
}

/* ---- latency-load curve ---- */

/* The curve goes up without end: what is far above its begin is cut off. */
#define TOP_OF_CURVE 8

static void latency_script(const void *context, FILE *out)
{
	const struct sqz_noc_results *results = context;

	print_title(results, out);
	fputs("$curve << END\n", out);
	for (unsigned i = 0; i < results->sweep->count; i++) {
		const struct sqz_noc_point *p = &results->sweep->points[i];
		if (!p->mean.packets)
			continue;
		fprintf(out, "%g %g %g %u %g\n", p->mean.offered,
			p->mean.packet_latency, p->mean.network_latency,
			sqz_histogram_quantile(&p->mean.latency, 0.99),
			p->mean.accepted);
	}
	fprintf(out,
		"END\n"
		"set key left top\n"
		"set xlabel 'offered flits per node and cycle'\n"
		"set ylabel 'cycles'\n"
		"set y2label 'accepted flits per node and cycle'\n"
		"set ytics nomirror\nset y2tics\nset y2range [0:*]\n"
		"set yrange [0:%g]\nset xrange [0:*]\nset grid\n"
		"plot $curve using 1:2 with linespoints title 'packet latency',"
		" '' using 1:3 with linespoints title 'network latency',"
		" '' using 1:4 with linespoints title 'p99 of packets',"
		" '' using 1:5 axes x1y2 with lines dashtype 2 "
		"title 'accepted'\n",
		TOP_OF_CURVE * results->sweep->points[0].mean.network_latency);
}

/* ---- heat map of the links ---- */

/* An arrow from router to router, beside the one that comes back. */
static void print_link(const struct sqz_noc_results *results,
		       const struct sqz_noc_point *point, unsigned link,
		       FILE *out)
{
	static const double arrows[SQZ_NOC_LOCAL][4] = {
		[SQZ_NOC_EAST] = { 0.2, 0.08, 0.6, 0 },
		[SQZ_NOC_WEST] = { -0.2, -0.08, -0.6, 0 },
		[SQZ_NOC_SOUTH] = { -0.08, 0.2, 0, 0.6 },
		[SQZ_NOC_NORTH] = { 0.08, -0.2, 0, -0.6 },
	};
	unsigned ports = sqz_noc_ports(results->noc);
	unsigned router = link / ports, port = link % ports;
	unsigned columns = sqz_noc_columns(results->noc);

	if (port >= SQZ_NOC_LOCAL ||
	    sqz_noc_link_end(results->noc, router, port) < 0)
		return;
	const double *a = arrows[port];
	fprintf(out, "%g %g %g %g %g\n", router % columns + a[0],
		router / columns + a[1], a[2], a[3],
		100 * sqz_noc_link_use(results, point, link));
}

/* Routers as squares, by what their nodes take out of the network. */
static void print_router(const struct sqz_noc_results *results,
			 const struct sqz_noc_point *point, unsigned router,
			 unsigned columns, FILE *out)
{
	unsigned ports = sqz_noc_ports(results->noc);
	double use = 0;

	for (unsigned p = SQZ_NOC_LOCAL; p < ports; p++)
		use += sqz_noc_link_use(results, point, router * ports + p) /
		       (ports - SQZ_NOC_LOCAL);
	fprintf(out, "%u %u %g\n", router % columns, router / columns,
		100 * use);
}

static void links_script(const void *context, FILE *out)
{
	const struct sqz_noc_results *results = context;
	const struct sqz_noc_point *point =
	    sqz_noc_sweep_settled(results->sweep);
	unsigned routers = sqz_noc_routers(results->noc);
	unsigned columns = sqz_noc_columns(results->noc);

	print_title(results, out);
	fputs("$links << END\n", out);
	for (unsigned i = 0; i < results->sweep->links; i++)
		print_link(results, point, i, out);
	fputs("END\n$routers << END\n", out);
	for (unsigned r = 0; r < routers; r++)
		print_router(results, point, r, columns, out);
	fprintf(out,
		"END\n"
		"set xrange [-0.5:%g]\nset yrange [%g:-0.5]\n"
		"set size ratio -1\nset xtics 1\nset ytics 1\n"
		"set xlabel 'x'\nset ylabel 'y'\n"
		"set cblabel 'use of links (squares: ejection) at load %g, %%'"
		"\n"
		"set cbrange [0:*]\nunset key\n"
		"set palette defined (0 '#dddddd', 1 '#3366cc', 2 '#cc3311')\n"
		"plot $routers using 1:2:3 with points pointtype 5 pointsize 2 "
		"linecolor palette, "
		"$links using 1:2:3:4:5 with vectors filled linewidth 2 "
		"linecolor palette\n",
		columns - 0.5, routers / columns - 0.5, point->rate);
}

/* ---- files ---- */

static int draw(const struct sqz_noc_results *results, const char *prefix,
		const char *what, sqz_gnuplot_script script,
		struct sqz_error *err)
{
	char name[MAX_NAME];

	snprintf(name, sizeof(name), "%s-%s.png", prefix, what);
	return sqz_gnuplot(name, 900, 700, script, results, err);
}

int sqz_noc_plot(const struct sqz_noc_results *results, const char *prefix,
		 struct sqz_error *err)
{
	return draw(results, prefix, "latency", latency_script, err) ||
		       draw(results, prefix, "links", links_script, err)
		   ? -1
		   : 0;
}
