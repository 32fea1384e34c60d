/*
 * Holds the mesh against every BookSim2 curve and measures its speed.
 *
 *	bench_noc --speed | [FILE [SEEDS [CYCLES]]]
 *
 * FILE defaults to ../shared/noc_ref/booksim_mesh.csv, 5 seeds x 100000
 * cycles. Network latency should be within 3 % up to 70 % of saturation and
 * 8 % up to 90 %, saturation within 5 %: rows outside are marked.
 */
#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Runs as short as the reference's need many seeds. */
#define OWN_LENGTH_SEEDS 30

/* Allowed error of the network latency at a share of the saturation load. */
static double allowed(const struct reference_row *row)
{
	double load = row->accepted / row->saturation;

	return load <= 0.7 ? 0.03 : load <= 0.9 ? 0.08 : INFINITY;
}

static bool is_outside(const struct reference_row *row,
		       const struct reference_error *error)
{
	if (row->throughput)
		return fabs(error->accepted) > 0.05;
	return row->stable && fabs(error->network_latency) > allowed(row);
}

static void print_row(const struct reference_row *row,
		      const struct sqz_noc_outcome *mean,
		      const struct reference_error *error)
{
	printf("%ux%u %u VC x %u %u-flit %-9s %.2f %s %3.0f%%", row->k, row->k,
	       row->vcs, row->vc_depth, row->packet_flits,
	       sqz_noc_pattern_name(row->pattern), row->offered,
	       row->throughput ? "sat" : "   ",
	       100 * row->accepted / row->saturation);
	printf("  accepted %.4f ref %.4f %+6.2f%%", mean->accepted,
	       row->accepted, 100 * error->accepted);
	if (row->stable && !row->throughput)
		printf("  net %8.3f ref %8.3f %+6.2f%%  pkt %8.3f ref %8.3f "
		       "%+6.2f%%",
		       mean->network_latency, row->network_latency,
		       100 * error->network_latency, mean->packet_latency,
		       row->packet_latency, 100 * error->packet_latency);
	puts(is_outside(row, error) ? "  OUTSIDE" : "");
	fflush(stdout);
}

/* Runs and prints one point; a point outside once more, exactly as long as the
 * reference ran. Adds to outside[0] and outside[1]. */
static int compare_row(const struct reference_row *row,
		       const struct reference_length *length, size_t *outside,
		       struct sqz_error *err)
{
	struct reference_length own =
	    reference_own_length(row, OWN_LENGTH_SEEDS);
	struct sqz_noc_outcome mean;
	struct reference_error error;

	if (reference_compare(row, length, &mean, &error, err))
		return -1;
	print_row(row, &mean, &error);
	if (!is_outside(row, &error))
		return 0;
	outside[0]++;
	if (reference_compare(row, &own, &mean, &error, err))
		return -1;
	printf("  as long as the reference, %u seeds, single runs scatter by "
	       "%.1f %%:\n  ",
	       OWN_LENGTH_SEEDS, 100 * error.network_sd);
	print_row(row, &mean, &error);
	outside[1] += fabs(error.network_latency) > 2 * error.network_sd;
	return 0;
}

static int compare_all(const char *path, const struct reference_length *length,
		       struct sqz_error *err)
{
	struct reference_row *rows;
	size_t count, outside[2] = { 0, 0 };
	int failed = 0;

	if (reference_read(path, &rows, &count, err))
		return -1;
	for (size_t i = 0; i < count && !failed; i++)
		failed = compare_row(&rows[i], length, outside, err);
	printf("%zu of %zu points outside; %zu of these more than 2 standard "
	       "deviations from runs as short as the reference's\n",
	       outside[0], count, outside[1]);
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

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : REFERENCE_FILE;
	int seeds = argc > 2 ? atoi(argv[2]) : 5;
	long cycles = argc > 3 ? atol(argv[3]) : 100000;

	struct sqz_error err;
	bool speed_only = argc == 2 && !strcmp(argv[1], "--speed");

	if (argc > 4 || seeds < 1 || cycles < 100) {
		fprintf(stderr, "usage: bench_noc --speed | [FILE [SEEDS "
				"[CYCLES]]]\n");
		return EXIT_FAILURE;
	}
	struct reference_length length = {
		.seeds = (unsigned)seeds,
		.warmup_cycles = (uint64_t)cycles / 10,
		.measure_cycles = (uint64_t)cycles,
	};
	if (measure_speed(0.1, &err) || measure_speed(0.3, &err) ||
	    (!speed_only && compare_all(path, &length, &err))) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
