#include "compare.h"

#include <math.h>

/* Runs that tell how long a run takes. */
#define PROBES 4

static void add_outcome(struct sqz_noc_outcome *mean,
			const struct sqz_noc_outcome *one, double weight)
{
	mean->packet_latency += one->packet_latency * weight;
	mean->network_latency += one->network_latency * weight;
	mean->hops += one->hops * weight;
	mean->offered += one->offered * weight;
	mean->accepted += one->accepted * weight;
}

/* The load to offer: where sources kept up, what was accepted, which differs
 * from the nominal load by the noise of the reference's run. */
static double rate_to_offer(const struct reference_row *row)
{
	bool queueing = row->packet_latency > 2 * row->network_latency;

	return row->throughput || queueing || !row->stable ? row->offered
							   : row->accepted;
}

static struct comparison_error error_of(const struct reference_row *row,
					const struct sqz_noc_outcome *o)
{
	double noise = 5 * (o->hops - row->hops);

	return (struct comparison_error){
		(o->packet_latency - noise) / row->packet_latency - 1,
		(o->network_latency - noise) / row->network_latency - 1,
		o->accepted / row->accepted - 1,
	};
}

static void add_squares(struct comparison_error *sum,
			const struct comparison_error *one)
{
	sum->packet_latency += one->packet_latency * one->packet_latency;
	sum->network_latency += one->network_latency * one->network_latency;
	sum->accepted += one->accepted * one->accepted;
}

static double deviation(double squares, double mean, unsigned count)
{
	if (count < 2)
		return 0;
	return sqrt(fmax(squares - count * mean * mean, 0) / (count - 1));
}

int compare_point(const struct reference_row *row,
		  const struct reference_length *length, double factor,
		  struct comparison *comparison, struct sqz_error *err)
{
	struct sqz_noc_config config = sqz_noc_config_default();
	struct sqz_noc_load load = sqz_noc_load_default();
	struct comparison_error squares = { 0 };
	unsigned n = length->seeds;

	config.width = config.height = row->k;
	config.vcs = row->vcs;
	config.vc_depth = row->vc_depth;
	load.pattern = row->pattern;
	load.rate = fmin(rate_to_offer(row) * factor, 1);
	load.sizes.flits[0] = row->packet_flits;
	load.warmup_cycles = length->warmup_cycles;
	load.measure_cycles = length->measure_cycles;
	load.drain_cycles = row->throughput ? 0 : 2 * length->measure_cycles;
	*comparison = (struct comparison){ 0 };
	for (load.seed = 1; load.seed <= n; load.seed++) {
		struct sqz_noc_outcome one;
		if (sqz_noc_load_run(&config, &load, &one, NULL, err))
			return -1;
		struct comparison_error error = error_of(row, &one);
		add_outcome(&comparison->mean, &one, 1.0 / n);
		comparison->cycles += (double)one.cycles / n;
		add_squares(&squares, &error);
	}
	struct comparison_error e = error_of(row, &comparison->mean);
	comparison->error = e;
	comparison->sd = (struct comparison_error){
		deviation(squares.packet_latency, e.packet_latency, n),
		deviation(squares.network_latency, e.network_latency, n),
		deviation(squares.accepted, e.accepted, n),
	};
	return 0;
}

int find_own_length(const struct reference_row *row,
		    struct reference_length *length, struct sqz_error *err)
{
	uint64_t period = row->k >= 8 ? 1000 : 2500;
	uint64_t periods = row->cycles / period;
	struct reference_length own = {
		.seeds = PROBES,
		.warmup_cycles = 3 * period,
		.measure_cycles = (periods > 6 ? periods - 3 : 3) * period,
	};

	for (; own.measure_cycles > 3 * period; own.measure_cycles -= period) {
		struct comparison c;
		if (compare_point(row, &own, 1, &c, err))
			return -1;
		if (c.cycles < (double)(row->cycles + period / 2))
			break;
	}
	length->warmup_cycles = own.warmup_cycles;
	length->measure_cycles = own.measure_cycles;
	return 0;
}

/* Whether the reference's packet latency lies between ours at loads 2 % below
 * and 2 % above. */
static int equal_nearby(const struct reference_row *row,
			const struct reference_length *length, bool *equal,
			struct sqz_error *err)
{
	struct comparison below, above;

	if (compare_point(row, length, 0.98, &below, err) ||
	    compare_point(row, length, 1.02, &above, err))
		return -1;
	*equal =
	    below.error.packet_latency <= 0 && above.error.packet_latency >= 0;
	return 0;
}

int judge_point(const struct reference_row *row,
		const struct reference_length *length,
		const struct comparison *comparison, enum verdict *verdict,
		struct sqz_error *err)
{
	const struct comparison_error *error = &comparison->error;
	double share = row->accepted / row->saturation;
	double network = share <= 0.7 ? 0.03 : share <= 0.9 ? 0.08 : INFINITY;
	double packet = share <= 0.7 ? 0.03 : 0.08;
	bool equal = true;

	*verdict = INSIDE;
	if (row->throughput)
		*verdict = fabs(error->accepted) > 0.05 ? OUTSIDE : INSIDE;
	else if (row->stable && fabs(error->network_latency) > network)
		*verdict = OUTSIDE;
	else if (row->stable && fabs(error->packet_latency) > packet) {
		if (share > 0.7 && equal_nearby(row, length, &equal, err))
			return -1;
		*verdict = share > 0.7 && equal ? INSIDE_BY_LOAD : OUTSIDE;
	}
	return 0;
}
