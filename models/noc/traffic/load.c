#include "noc/traffic/load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE_TOLERANCE 1e-9

struct run {
	const struct sqz_noc_load *load;
	struct sqz_noc_outcome *outcome;
	struct sqz_noc *noc;
	unsigned nodes, width, height;
	uint64_t random;
	double weights; /* of packet lengths, sum */
	/* A 32-bit number below it creates a packet, begins or ends a burst. */
	uint64_t create, begin_burst, end_burst;
	unsigned char *bursting; /* by node; NULL without bursts */
	uint64_t first, end;	 /* measured cycles */
	uint64_t pending;	 /* packets created before `end` */
	uint64_t created_flits, ejected_flits;
	uint64_t packet_sum, network_sum, hop_sum, flits, flit_hop_sum;
};

/* The next number of a splitmix64 sequence. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

struct sqz_noc_load sqz_noc_load_default(void)
{
	return (struct sqz_noc_load){
		.hot_node = 5,
		.hot_share = 0.1,
		.rate = 0.1,
		.sizes = { .count = 1, .flits = { 4 }, .weight = { 1 } },
		.seed = 1,
		.warmup_cycles = 10000,
		.measure_cycles = 100000,
		.drain_cycles = 100000,
	};
}

static double sum_weights(const struct sqz_noc_sizes *sizes)
{
	double weights = 0;

	for (unsigned i = 0; i < sizes->count; i++)
		weights += sizes->weight[i];
	return weights;
}

double sqz_noc_mean_flits(const struct sqz_noc_sizes *sizes)
{
	double flits = 0;

	for (unsigned i = 0; i < sizes->count; i++)
		flits += sizes->weight[i] * sizes->flits[i];
	return flits / sum_weights(sizes);
}

/* Share of the time in which a bursting node is on. */
static double share_on(const struct sqz_noc_bursts *bursts)
{
	return bursts->on > 0 ? bursts->on / (bursts->on + bursts->off) : 1;
}

double sqz_noc_load_max_rate(const struct sqz_noc_load *load)
{
	double most =
	    sqz_noc_mean_flits(&load->sizes) * share_on(&load->bursts);

	return most < 1 ? most : 1;
}

static double packet_probability(const struct sqz_noc_load *load)
{
	return load->rate / sqz_noc_mean_flits(&load->sizes) /
	       share_on(&load->bursts);
}

int sqz_noc_load_check(const struct sqz_noc_load *load, unsigned width,
		       unsigned height, struct sqz_error *err)
{
	if (!(load->rate >= 0 && load->rate <= 1 + RATE_TOLERANCE))
		return sqz_fail(err,
				"rate %g: must be 0 to 1 flits per node and "
				"cycle",
				load->rate);
	if (packet_probability(load) > 1 + RATE_TOLERANCE)
		return sqz_fail(err,
				"rate %g: bursts this short cannot carry it, "
				"the most is %g",
				load->rate, sqz_noc_load_max_rate(load));
	if (load->pattern == SQZ_NOC_HOTSPOT &&
	    load->hot_node >= width * height)
		return sqz_fail(err, "hot node %u: the mesh has nodes 0 to %u",
				load->hot_node, width * height - 1);
	return sqz_noc_pattern_check(load->pattern, width, height, err);
}

static unsigned destination(struct run *run, unsigned src)
{
	const struct sqz_noc_load *load = run->load;
	uint64_t r = next_random(&run->random);
	unsigned any = (unsigned)((r >> 32) * run->nodes >> 32);

	switch (load->pattern) {
	case SQZ_NOC_UNIFORM:
		return any;
	case SQZ_NOC_HOTSPOT:
		return (uint32_t)r < load->hot_share * 0x1p32 ? load->hot_node
							      : any;
	default:
		return sqz_noc_pattern_fixed(load->pattern, run->width,
					     run->height, src);
	}
}

static unsigned packet_flits(struct run *run)
{
	const struct sqz_noc_sizes *sizes = &run->load->sizes;

	if (sizes->count == 1)
		return sizes->flits[0];
	double left =
	    (double)(next_random(&run->random) >> 11) * 0x1p-53 * run->weights;
	unsigned i = 0;
	for (; i + 1 < sizes->count && left >= sizes->weight[i]; i++)
		left -= sizes->weight[i];
	return sizes->flits[i];
}

static bool is_measured(const struct run *run, uint64_t cycle)
{
	return cycle >= run->first && cycle < run->end;
}

static void packet_ejected(void *ctx, unsigned node,
			   const struct sqz_noc_packet *packet, uint64_t cycle)
{
	struct run *run = ctx;
	struct sqz_noc_outcome *outcome = run->outcome;

	outcome->checksum = (outcome->checksum ^ cycle ^ (uint64_t)node << 40 ^
			     (uint64_t)packet->src << 52) *
			    0x9e3779b97f4a7c15u;
	if (is_measured(run, cycle))
		run->ejected_flits += packet->flits;
	if (packet->created_cycle >= run->end)
		return;
	run->pending--;
	if (packet->injected_cycle < run->first)
		return;
	outcome->packets++;
	run->packet_sum += cycle - packet->created_cycle;
	run->network_sum += cycle - packet->injected_cycle;
	run->hop_sum += packet->hops;
	run->flits += packet->flits;
	run->flit_hop_sum += (uint64_t)packet->flits * packet->hops;
	sqz_histogram_add(&outcome->latency, cycle - packet->created_cycle);
}

static int create_packet(struct run *run, unsigned node, struct sqz_error *err)
{
	uint64_t cycle = sqz_noc_cycle(run->noc);
	unsigned flits = packet_flits(run);

	run->pending += cycle < run->end;
	if (is_measured(run, cycle))
		run->created_flits += flits;
	return sqz_noc_inject(run->noc, node, destination(run, node), 0, flits,
			      NULL, err);
}

static int create_packets(struct run *run, struct sqz_error *err)
{
	uint64_t r = 0;

	for (unsigned node = 0; node < run->nodes; node++) {
		/* Two 32-bit trials from each random number. */
		r = node & 1 ? r >> 32 : next_random(&run->random);
		if ((uint32_t)r < run->create && create_packet(run, node, err))
			return -1;
	}
	return 0;
}

static int create_bursts(struct run *run, struct sqz_error *err)
{
	for (unsigned node = 0; node < run->nodes; node++) {
		uint64_t r = next_random(&run->random);
		if (run->bursting[node])
			run->bursting[node] = (uint32_t)r >= run->end_burst;
		else
			run->bursting[node] = (uint32_t)r < run->begin_burst;
		if (run->bursting[node] && r >> 32 < run->create &&
		    create_packet(run, node, err))
			return -1;
	}
	return 0;
}

static bool is_done(const struct run *run)
{
	uint64_t cycle = sqz_noc_cycle(run->noc);

	return cycle >= run->end &&
	       (!run->pending || cycle >= run->end + run->load->drain_cycles);
}

/* Adds or takes away what the links have carried so far. */
static void count_links(const struct run *run, uint64_t *link_flits, bool begin)
{
	unsigned ports = sqz_noc_ports(run->noc);
	unsigned links = sqz_noc_routers(run->noc) * ports;

	for (unsigned i = 0; i < links && link_flits; i++) {
		uint64_t flits =
		    sqz_noc_link_flits(run->noc, i / ports, i % ports);
		link_flits[i] = begin ? flits : flits - link_flits[i];
	}
}

static int run_cycles(struct run *run, uint64_t *link_flits,
		      struct sqz_error *err)
{
	while (!is_done(run)) {
		uint64_t cycle = sqz_noc_cycle(run->noc);
		if (cycle == run->first || cycle == run->end)
			count_links(run, link_flits, cycle == run->first);
		if (run->bursting ? create_bursts(run, err)
				  : create_packets(run, err))
			return -1;
		if (sqz_noc_step(run->noc, err))
			return -1;
	}
	if (sqz_noc_cycle(run->noc) == run->end)
		count_links(run, link_flits, false);
	return 0;
}

static void summarize(const struct run *run)
{
	struct sqz_noc_outcome *outcome = run->outcome;
	double n = outcome->packets ? (double)outcome->packets : NAN;
	double slots = (double)run->load->measure_cycles * (double)run->nodes;

	outcome->packet_latency = (double)run->packet_sum / n;
	outcome->network_latency = (double)run->network_sum / n;
	outcome->hops = (double)run->hop_sum / n;
	outcome->flit_hops =
	    (double)run->flit_hop_sum / (run->flits ? (double)run->flits : NAN);
	outcome->offered = (double)run->created_flits / slots;
	outcome->accepted = (double)run->ejected_flits / slots;
	outcome->unfinished = run->pending;
	outcome->flit_traversals = sqz_noc_flit_hops(run->noc);
	outcome->cycles = sqz_noc_cycle(run->noc);
}

static int start(struct run *run, struct sqz_error *err)
{
	const struct sqz_noc_bursts *bursts = &run->load->bursts;

	run->weights = sum_weights(&run->load->sizes);
	run->create = (uint64_t)(packet_probability(run->load) * 0x1p32);
	if (!(bursts->on > 0))
		return 0;
	run->begin_burst = (uint64_t)(bursts->on * 0x1p32);
	run->end_burst = (uint64_t)(bursts->off * 0x1p32);
	run->bursting = calloc(run->nodes, 1);
	return run->bursting ? 0 : sqz_fail(err, "noc: out of memory");
}

int sqz_noc_load_run(const struct sqz_noc_config *config,
		     const struct sqz_noc_load *load,
		     struct sqz_noc_outcome *outcome, uint64_t *link_flits,
		     struct sqz_error *err)
{
	if (sqz_noc_load_check(load, config->width, config->height, err))
		return -1;
	struct sqz_noc *noc = sqz_noc_create(config, err);
	if (!noc)
		return -1;
	struct run run = {
		.load = load,
		.outcome = outcome,
		.noc = noc,
		.nodes = sqz_noc_nodes(noc),
		.width = config->width,
		.height = config->height,
		.random = load->seed,
		.first = load->warmup_cycles,
		.end = load->warmup_cycles + load->measure_cycles,
	};
	struct sqz_noc_sink sink = { .ctx = &run, .tail = packet_ejected };
	sqz_noc_set_sink(noc, &sink);
	memset(outcome, 0, sizeof(*outcome));
	int failed = start(&run, err) || run_cycles(&run, link_flits, err);
	summarize(&run);
	free(run.bursting);
	sqz_noc_destroy(noc);
	return failed ? -1 : 0;
}
