#include "reference.h"

#include "host/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS	    15
#define LIMIT_BYTES (1u << 20)

/* Columns of the file. */
enum {
	PIPELINE,
	K,
	NUM_VCS,
	VC_BUF,
	PKT_FLITS,
	TRAFFIC,
	SIM_TYPE,
	OFFERED,
	STABLE,
	INJECTED,
	ACCEPTED,
	PKT_LATENCY,
	NET_LATENCY,
	HOPS,
	CYCLES
};

static int split(char *line, char *fields[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&line, ",");
		if (!fields[i])
			return -1;
	}
	return 0;
}

static int parse_row(char *line, struct reference_row *row)
{
	char *f[FIELDS];
	enum sqz_noc_pattern pattern;

	if (split(line, f) || strcmp(f[PIPELINE], "A") ||
	    sqz_noc_pattern_find(f[TRAFFIC], &pattern, NULL))
		return -1;
	*row = (struct reference_row){
		.k = (unsigned)atoi(f[K]),
		.vcs = (unsigned)atoi(f[NUM_VCS]),
		.vc_depth = (unsigned)atoi(f[VC_BUF]),
		.packet_flits = (unsigned)atoi(f[PKT_FLITS]),
		.pattern = pattern,
		.throughput = !strcmp(f[SIM_TYPE], "throughput"),
		.stable = atoi(f[STABLE]),
		.offered = atof(f[OFFERED]),
		.accepted = atof(f[ACCEPTED]),
		.packet_latency = atof(f[PKT_LATENCY]),
		.network_latency = atof(f[NET_LATENCY]),
		.hops = atof(f[HOPS]),
		.cycles = (uint64_t)atol(f[CYCLES]),
	};
	return 0;
}

static bool same_curve(const struct reference_row *a,
		       const struct reference_row *b)
{
	return a->k == b->k && a->vcs == b->vcs && a->vc_depth == b->vc_depth &&
	       a->packet_flits == b->packet_flits && a->pattern == b->pattern;
}

static void find_saturation(struct reference_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			if (rows[j].throughput &&
			    same_curve(&rows[i], &rows[j]))
				rows[i].saturation = rows[j].accepted;
}

int reference_read(const char *path, struct reference_row **rows, size_t *count,
		   struct sqz_error *err)
{
	struct sqz_bytes file;

	if (sqz_read_file(path, LIMIT_BYTES, &file, err))
		return -1;
	char *text = strndup((const char *)file.data, file.size);
	*rows = calloc(file.size / FIELDS + 1, sizeof(**rows));
	sqz_bytes_free(&file);
	if (!text || !*rows)
		return sqz_fail(err, "%s: out of memory", path);
	*count = 0;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n"));)
		*count += !parse_row(line, &(*rows)[*count]);
	free(text);
	find_saturation(*rows, *count);
	return 0;
}

static void add_result(struct sqz_noc_outcome *mean,
		       const struct sqz_noc_outcome *one, double weight)
{
	mean->packet_latency += one->packet_latency * weight;
	mean->network_latency += one->network_latency * weight;
	mean->hops += one->hops * weight;
	mean->offered += one->offered * weight;
	mean->accepted += one->accepted * weight;
	mean->packets += one->packets;
	mean->flit_traversals += one->flit_traversals;
	mean->cycles += one->cycles;
}

/* The load to offer: where sources kept up, what was accepted, which differs
 * from the nominal load by the noise of the reference's run. */
static double rate_to_offer(const struct reference_row *row)
{
	bool queueing = row->packet_latency > 2 * row->network_latency;

	return row->throughput || queueing || !row->stable ? row->offered
							   : row->accepted;
}

static double relative(double ours, double reference, double hop_noise)
{
	return (ours - hop_noise) / reference - 1;
}

int reference_compare(const struct reference_row *row,
		      const struct reference_length *length,
		      struct sqz_noc_outcome *mean,
		      struct reference_error *error, struct sqz_error *err)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_noc_load traffic = {
		.pattern = row->pattern,
		.hot_node = 5,
		.hot_share = 0.1,
		.rate = rate_to_offer(row),
		.sizes = { 1, { row->packet_flits }, { 1 } },
		.warmup_cycles = length->warmup_cycles,
		.measure_cycles = length->measure_cycles,
		.drain_cycles = row->throughput ? 0 : length->measure_cycles,
	};

	config.width = config.height = row->k;
	config.vcs = row->vcs;
	config.vc_depth = row->vc_depth;
	double squares = 0;
	*mean = (struct sqz_noc_outcome){ 0 };
	for (traffic.seed = 1; traffic.seed <= length->seeds; traffic.seed++) {
		struct sqz_noc_outcome one;
		if (sqz_noc_load_run(&config, &traffic, &one, NULL, err))
			return -1;
		add_result(mean, &one, 1.0 / length->seeds);
		squares += one.network_latency * one.network_latency;
	}
	double noise = 5 * (mean->hops - row->hops);
	error->packet_latency =
	    relative(mean->packet_latency, row->packet_latency, noise);
	error->network_latency =
	    relative(mean->network_latency, row->network_latency, noise);
	error->accepted = relative(mean->accepted, row->accepted, 0);
	double variance = squares / length->seeds -
			  mean->network_latency * mean->network_latency;
	error->network_sd = sqrt(fmax(variance, 0)) / row->network_latency;
	return 0;
}

struct reference_length reference_own_length(const struct reference_row *row,
					     unsigned seeds)
{
	uint64_t period = row->k >= 8 ? 1000 : 2500, cycles = row->cycles;
	uint64_t periods = cycles / period;

	return (struct reference_length){
		.seeds = seeds,
		.warmup_cycles = 3 * period,
		.measure_cycles = (periods > 6 ? periods - 3 : 3) * period,
	};
}
