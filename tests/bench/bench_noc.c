/*
 * Holds the mesh against every BookSim2 curve and measures its speed.
 *
 *	bench_noc --speed | [FILE [SEEDS [CYCLES]]]
 *
 * FILE defaults to ../shared/noc_ref/booksim_mesh.csv, 5 seeds x 100000
 * cycles. compare.h has the rules. A point outside is run once more, as often
 * and exactly as long as says how much single runs of the reference scatter.
 */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Runs as short as the reference's need many seeds. */
#define OWN_LENGTH_SEEDS 40

/* By how many standard deviations of a single run the reference may differ to
 * be called one of ours. */
#define SCATTER 2.5

static void print_row(const struct reference_row *row,
		      const struct comparison *c)
{
	printf("%ux%u %u VC x %u %u-flit %-9s %.2f %s %3.0f%%", row->k, row->k,
	       row->vcs, row->vc_depth, row->packet_flits,
	       sqz_noc_pattern_name(row->pattern), row->offered,
	       row->throughput ? "sat" : "   ",
	       100 * row->accepted / row->saturation);
	printf("  accepted %.4f ref %.4f %+6.2f%%", c->mean.accepted,
	       row->accepted, 100 * c->error.accepted);
	if (row->stable && !row->throughput)
		printf("  net %8.3f ref %8.3f %+6.2f%%  pkt %8.3f ref %8.3f "
		       "%+6.2f%%",
		       c->mean.network_latency, row->network_latency,
		       100 * c->error.network_latency, c->mean.packet_latency,
		       row->packet_latency, 100 * c->error.packet_latency);
}

static bool scatters(double error, double sd)
{
	return fabs(error) <= SCATTER * sd;
}

/* Whether the reference's run could be one of ours of the same length. */
static int compare_lengths(const struct reference_row *row, bool *same,
			   struct sqz_error *err)
{
	struct reference_length own = { .seeds = OWN_LENGTH_SEEDS };
	struct comparison c;

	if (find_own_length(row, &own, err) ||
	    compare_point(row, &own, 1, &c, err))
		return -1;
	if (row->throughput)
		*same = scatters(c.error.accepted, c.sd.accepted);
	else
		*same =
		    scatters(c.error.network_latency, c.sd.network_latency) &&
		    scatters(c.error.packet_latency, c.sd.packet_latency);
	printf("    %u runs of %llu cycles: accepted %+.2f +- %.2f%%, net "
	       "%+.2f +- %.2f%%, pkt %+.2f +- %.2f%%: %s\n",
	       OWN_LENGTH_SEEDS, (unsigned long long)own.measure_cycles,
	       100 * c.error.accepted, 100 * c.sd.accepted,
	       100 * c.error.network_latency, 100 * c.sd.network_latency,
	       100 * c.error.packet_latency, 100 * c.sd.packet_latency,
	       *same ? "the reference is one of them" : "DIFFERS");
	return 0;
}

struct count {
	size_t points, by_load, outside, differ;
};

static int compare_row(const struct reference_row *row,
		       const struct reference_length *length,
		       struct count *count, struct sqz_error *err)
{
	static const char *const names[] = { "", "  inside by load",
					     "  OUTSIDE" };
	struct comparison c;
	enum verdict verdict;
	bool same = true;

	if (compare_point(row, length, 1, &c, err))
		return -1;
	print_row(row, &c);
	fflush(stdout);
	if (judge_point(row, length, &c, &verdict, err))
		return -1;
	puts(names[verdict]);
	count->points++;
	count->by_load += verdict == INSIDE_BY_LOAD;
	count->outside += verdict == OUTSIDE;
	if (verdict == OUTSIDE && compare_lengths(row, &same, err))
		return -1;
	count->differ += !same;
	return 0;
}

static int compare_all(const char *path, const struct reference_length *length,
		       struct sqz_error *err)
{
	struct reference_row *rows;
	struct count count = { 0 };
	size_t all;
	int failed = 0;

	if (reference_read(path, &rows, &all, err))
		return -1;
	for (size_t i = 0; i < all && !failed; i++)
		failed = compare_row(&rows[i], length, &count, err);
	printf("%zu points: %zu inside by load, %zu outside; %zu of these "
	       "differ from runs as long as the reference's\n",
	       count.points, count.by_load, count.outside, count.differ);
	free(rows);
	return failed;
}

/* 8x8, 4 VCs of 8 flits, packets of 4, uniform; traffic generation counts. */
static int measure_speed(double rate, struct sqz_error *err)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_noc_load traffic = { .pattern = SQZ_NOC_UNIFORM,
					.rate = rate,
					.sizes = { 1, { 4 }, { 1 } },
					.seed = 1,
					.warmup_cycles = 1000,
					.measure_cycles = 200000 };
	struct sqz_noc_outcome result;

	config.width = config.height = 8;
	clock_t start = clock();
	if (sqz_noc_load_run(&config, &traffic, &result, NULL, err))
		return -1;
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	printf("8x8, load %.1f: %.1f M flit-hops/CPU s, %.0f cycles/CPU s\n",
	       rate, (double)result.flit_traversals / seconds / 1e6,
	       (double)result.cycles / seconds);
	return 0;
}

static int measure_both_speeds(struct sqz_error *err)
{
	return measure_speed(0.1, err) || measure_speed(0.3, err) ? -1 : 0;
}

static int compare_as_told(int argc, char **argv, struct sqz_error *err)
{
	const char *path = argc > 1 ? argv[1] : REFERENCE_FILE;
	int seeds = argc > 2 ? atoi(argv[2]) : 5;
	long cycles = argc > 3 ? atol(argv[3]) : 100000;
	struct reference_length length = {
		.seeds = (unsigned)seeds,
		.warmup_cycles = (uint64_t)cycles / 10,
		.measure_cycles = (uint64_t)cycles,
	};

	if (argc > 4 || seeds < 1 || cycles < 100)
		return sqz_fail(err, "usage: bench_noc --speed | [FILE "
				     "[SEEDS [CYCLES]]]");
	return compare_all(path, &length, err);
}

int main(int argc, char **argv)
{
	bool speed_only = argc == 2 && !strcmp(argv[1], "--speed");
	struct sqz_error err;

	if (measure_both_speeds(&err) ||
	    (!speed_only && compare_as_told(argc, argv, &err))) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
