#include "traffic.h"

#include <math.h>
#include <string.h>

#define HOT_NODE  5
#define HOT_SHARE 0.1

struct run {
	const struct traffic *traffic;
	struct sqz_noc *noc;
	unsigned nodes, width;
	uint64_t random;
	uint64_t threshold;  /* a 32-bit number below it creates a packet */
	uint64_t first, end; /* measured cycles */
	uint64_t pending;    /* packets created in them, not yet arrived */
	uint64_t packets, created_flits, ejected_flits;
	uint64_t packet_sum, network_sum, hop_sum, checksum;
};

uint64_t traffic_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int traffic_pattern_named(const char *name)
{
	static const char *const names[] = { "uniform", "transpose",
					     "hotspot" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

static unsigned destination(struct run *run, unsigned src)
{
	uint64_t r = traffic_random(&run->random);
	unsigned any = (unsigned)((r >> 32) * run->nodes >> 32);

	switch (run->traffic->pattern) {
	case TRAFFIC_TRANSPOSE:
		return src % run->width * run->width + src / run->width;
	case TRAFFIC_HOTSPOT:
		return (uint32_t)r < HOT_SHARE * 0x1p32 ? HOT_NODE : any;
	default:
		return any;
	}
}

static bool is_measured(const struct run *run, uint64_t cycle)
{
	return cycle >= run->first && cycle < run->end;
}

static void packet_ejected(void *ctx, unsigned node,
			   const struct sqz_noc_packet *packet, uint64_t cycle)
{
	struct run *run = ctx;

	run->checksum = (run->checksum ^ cycle ^ (uint64_t)node << 40 ^
			 (uint64_t)packet->src << 52) *
			0x9e3779b97f4a7c15u;
	if (is_measured(run, cycle))
		run->ejected_flits += packet->flits;
	if (packet->created_cycle >= run->end)
		return;
	run->pending--;
	if (packet->injected_cycle < run->first)
		return;
	run->packets++;
	run->packet_sum += cycle - packet->created_cycle;
	run->network_sum += cycle - packet->injected_cycle;
	run->hop_sum += packet->hops;
}

static int create_packets(struct run *run, struct sqz_error *err)
{
	uint64_t r = 0, cycle = sqz_noc_cycle(run->noc);

	for (unsigned node = 0; node < run->nodes; node++) {
		/* Two 32-bit trials from each random number. */
		r = node & 1 ? r >> 32 : traffic_random(&run->random);
		if ((uint32_t)r >= run->threshold)
			continue;
		run->pending += cycle < run->end;
		if (is_measured(run, cycle))
			run->created_flits += run->traffic->packet_flits;
		if (sqz_noc_inject(run->noc, node, destination(run, node), 0,
				   run->traffic->packet_flits, NULL, err))
			return -1;
	}
	return 0;
}

static void summarize(const struct run *run, struct traffic_result *result)
{
	double n = run->packets ? (double)run->packets : NAN;
	double slots =
	    (double)run->traffic->measure_cycles * (double)run->nodes;

	*result = (struct traffic_result){
		.packet_latency = (double)run->packet_sum / n,
		.network_latency = (double)run->network_sum / n,
		.hops = (double)run->hop_sum / n,
		.offered = (double)run->created_flits / slots,
		.accepted = (double)run->ejected_flits / slots,
		.packets = run->packets,
		.checksum = run->checksum,
		.flit_hops = sqz_noc_flit_hops(run->noc),
		.cycles = sqz_noc_cycle(run->noc),
	};
}

static bool is_done(const struct run *run)
{
	uint64_t cycle = sqz_noc_cycle(run->noc);

	return cycle >= run->end &&
	       (!run->pending ||
		cycle >= run->end + run->traffic->drain_cycles);
}

int traffic_run(const struct sqz_noc_config *config,
		const struct traffic *traffic, struct traffic_result *result,
		struct sqz_error *err)
{
	struct sqz_noc *noc = sqz_noc_create(config, err);

	if (!noc)
		return -1;
	struct run run = {
		.traffic = traffic,
		.noc = noc,
		.nodes = sqz_noc_nodes(noc),
		.width = config->width,
		.random = traffic->seed,
		.threshold =
		    (uint64_t)(traffic->rate / traffic->packet_flits * 0x1p32),
		.first = traffic->warmup_cycles,
		.end = traffic->warmup_cycles + traffic->measure_cycles,
	};
	struct sqz_noc_sink sink = { .ctx = &run, .tail = packet_ejected };
	sqz_noc_set_sink(noc, &sink);
	int failed = 0;
	while (!failed && !is_done(&run))
		failed = create_packets(&run, err) || sqz_noc_step(noc, err);
	summarize(&run, result);
	sqz_noc_destroy(noc);
	return failed ? -1 : 0;
}
