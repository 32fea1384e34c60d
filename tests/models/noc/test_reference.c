/* Latency and throughput against BookSim2: a few points kept here, and a
 * subset of the file of reference curves where it is at hand. */
#include "compare.h"
#include "suite.h"

#include <math.h>
#include <unistd.h>

/*
 * Measured with BookSim2 (commit 28f4329), k x k mesh, XY, uniform traffic,
 * pipeline 1-1-1-1, links and credits 1 cycle, seed 1: rows of the file of
 * reference curves, with the saturation throughput of their curve.
 */
static const struct reference_row points[] = {
	{ .k = 4,
	  .vcs = 1,
	  .vc_depth = 4,
	  .packet_flits = 4,
	  .stable = true,
	  .offered = 0.15,
	  .accepted = 0.148508,
	  .packet_latency = 26.4059,
	  .network_latency = 25.2008,
	  .hops = 3.48845,
	  .saturation = 0.2874 },
	{ .k = 4,
	  .vcs = 1,
	  .vc_depth = 8,
	  .packet_flits = 1,
	  .stable = true,
	  .offered = 0.15,
	  .accepted = 0.148225,
	  .packet_latency = 22.1132,
	  .network_latency = 22.1132,
	  .hops = 3.49052,
	  .saturation = 0.270558 },
	{ .k = 4,
	  .vcs = 4,
	  .vc_depth = 4,
	  .packet_flits = 4,
	  .stable = true,
	  .offered = 0.4,
	  .accepted = 0.393608,
	  .packet_latency = 27.5365,
	  .network_latency = 26.5002,
	  .hops = 3.50157,
	  .saturation = 0.701133 },
	{ .k = 4,
	  .vcs = 4,
	  .vc_depth = 4,
	  .packet_flits = 4,
	  .throughput = true,
	  .stable = true,
	  .offered = 1.0,
	  .accepted = 0.701133,
	  .packet_latency = 3347.55,
	  .network_latency = 52.3656,
	  .hops = 3.52054,
	  .saturation = 0.701133 },
	{ .k = 8,
	  .vcs = 4,
	  .vc_depth = 8,
	  .packet_flits = 4,
	  .stable = true,
	  .offered = 0.1,
	  .accepted = 0.0988333,
	  .packet_latency = 37.118,
	  .network_latency = 36.9565,
	  .hops = 6.18885,
	  .saturation = 0.397984 },
	{ .k = 8,
	  .vcs = 1,
	  .vc_depth = 4,
	  .packet_flits = 1,
	  .stable = true,
	  .offered = 0.05,
	  .accepted = 0.0498437,
	  .packet_latency = 34.5883,
	  .network_latency = 34.5881,
	  .hops = 6.23387,
	  .saturation = 0.126677 },
};

static const struct reference_length length = { .seeds = 3,
						.warmup_cycles = 1000,
						.measure_cycles = 12000 };

static void check_point(const struct reference_row *row)
{
	struct comparison c;
	struct sqz_error err;

	ck_assert_msg(!compare_point(row, &length, 1, &c, &err), "%s",
		      err.text);
	if (row->throughput) {
		ck_assert_msg(fabs(c.error.accepted) < 0.05,
			      "%ux%u %u VCs x %u: accepts %g, reference %g",
			      row->k, row->k, row->vcs, row->vc_depth,
			      c.mean.accepted, row->accepted);
		return;
	}
	ck_assert_msg(fabs(c.error.network_latency) < 0.03 &&
			  fabs(c.error.packet_latency) < 0.03,
		      "%ux%u %u VCs x %u, %u-flit %s, load %g: %g and %g "
		      "cycles, reference %g and %g",
		      row->k, row->k, row->vcs, row->vc_depth,
		      row->packet_flits, sqz_noc_pattern_name(row->pattern),
		      row->offered, c.mean.network_latency,
		      c.mean.packet_latency, row->network_latency,
		      row->packet_latency);
	ck_assert_msg(fabs(c.error.accepted) < 0.03, "accepts %g, reference %g",
		      c.mean.accepted, row->accepted);
}

START_TEST(points_kept_here)
{
	check_point(&points[_i]);
}
END_TEST

/* A transpose's hot links fill long before the other nodes offer what its
 * throughput row accepts: near that, runs as short as these scatter too much.
 */
static bool is_calm(const struct reference_row *row)
{
	double zero_load = 5 * row->hops + 2 + row->packet_flits - 1;

	return row->accepted < 0.7 * row->saturation &&
	       (row->pattern != SQZ_NOC_TRANSPOSE ||
		row->packet_latency < 1.15 * zero_load);
}

/* Low and middle loads and the throughput of every 4 x 4 curve, some of the
 * others. */
static bool in_subset(const struct reference_row *row)
{
	if (row->throughput)
		return row->k == 4 || row->vcs == 1;
	return (row->k == 4 || row->offered == 0.1) && row->stable &&
	       is_calm(row);
}

START_TEST(subset_of_the_curves)
{
	struct reference_row *rows;
	struct sqz_error err;
	size_t count, checked = 0;

	ck_assert_msg(!reference_read(REFERENCE_FILE, &rows, &count, &err),
		      "%s", err.text);
	for (size_t i = 0; i < count; i++)
		if (in_subset(&rows[i])) {
			check_point(&rows[i]);
			checked++;
		}
	free(rows);
	ck_assert_uint_gt(checked, 180);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("noc against BookSim2");
	TCase *tcase = tcase_create("curves");

	tcase_set_timeout(tcase, 280);
	tcase_add_loop_test(tcase, points_kept_here, 0,
			    sizeof(points) / sizeof(points[0]));
	if (access(REFERENCE_FILE, R_OK) == 0)
		tcase_add_test(tcase, subset_of_the_curves);
	else
		printf("left out: subset_of_the_curves, no %s\n",
		       REFERENCE_FILE);
	suite_add_tcase(suite, tcase);
	return sqz_suite_main(suite);
}
