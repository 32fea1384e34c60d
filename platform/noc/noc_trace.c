#include "noc/noc_trace.h"

#include <stdlib.h>

static int load(const struct sqz_noc_options *options,
		struct sqz_config *config, struct sqz_noc_trace *trace,
		struct sqz_error *err)
{
	const struct sqz_config_options *o = &options->config;

	if (!o->path)
		return sqz_replay_recorded(options->trace, &trace->causes,
					   o->overrides, o->override_count,
					   config, err);
	return sqz_config_load_network(config, o->path, o->overrides,
				       o->override_count, err);
}

int sqz_noc_trace_open(const struct sqz_noc_options *options,
		       struct sqz_config *config, struct sqz_noc_trace *trace,
		       struct sqz_error *err)
{
	if (sqz_causes_read(options->trace, &trace->causes, err))
		return -1;
	if (!load(options, config, trace, err) &&
	    !sqz_replay_settings_on(options->trace, &trace->causes, config,
				    &trace->settings, err))
		return 0;
	sqz_causes_free(&trace->causes);
	return -1;
}

void sqz_noc_trace_close(struct sqz_noc_trace *trace)
{
	sqz_replay_settings_free(&trace->settings);
	sqz_causes_free(&trace->causes);
}

/* Sums of a run; the outcome takes the means. */
struct sums {
	struct sqz_noc_outcome *outcome;
	uint64_t packet, network, hops, flits, flit_hops;
	uint64_t first_cycle, last_cycle;
};

static void add_packet(void *context, const struct sqz_noc_packet *packet)
{
	struct sums *sums = context;
	uint64_t latency = packet->tail_cycle - packet->created_cycle;

	if (!sums->outcome->packets++ ||
	    packet->created_cycle < sums->first_cycle)
		sums->first_cycle = packet->created_cycle;
	sums->last_cycle = packet->tail_cycle;
	sums->packet += latency;
	sums->network += packet->tail_cycle - packet->injected_cycle;
	sums->hops += packet->hops;
	sums->flits += packet->flits;
	sums->flit_hops += (uint64_t)packet->flits * packet->hops;
	sqz_histogram_add(&sums->outcome->latency, latency);
}

static void summarize(const struct sums *sums, unsigned nodes)
{
	struct sqz_noc_outcome *outcome = sums->outcome;
	double packets = (double)outcome->packets;
	double flits = (double)sums->flits;

	outcome->cycles = sums->last_cycle + 1 - sums->first_cycle;
	outcome->packet_latency = (double)sums->packet / packets;
	outcome->network_latency = (double)sums->network / packets;
	outcome->hops = (double)sums->hops / packets;
	outcome->flit_hops = (double)sums->flit_hops / flits;
	outcome->offered = flits / (double)outcome->cycles / nodes;
	outcome->accepted = outcome->offered;
	outcome->flit_traversals = sums->flit_hops;
}

static int count_links(const struct sqz_noc *noc, struct sqz_noc_sweep *sweep,
		       struct sqz_error *err)
{
	unsigned ports = sqz_noc_ports(noc);
	struct sqz_noc_point *point = calloc(1, sizeof(*point));

	sweep->links = sqz_noc_routers(noc) * ports;
	sweep->points = point;
	if (!point)
		return sqz_fail(err, "out of memory");
	sweep->count = 1;
	point->link_flits = calloc(sweep->links, sizeof(*point->link_flits));
	if (!point->link_flits)
		return sqz_fail(err, "out of memory");
	for (unsigned i = 0; i < sweep->links; i++)
		point->link_flits[i] =
		    sqz_noc_link_flits(noc, i / ports, i % ports);
	return 0;
}

int sqz_noc_trace_run(struct sqz_noc_trace *trace, struct sqz_noc_sweep *sweep,
		      uint64_t *cycles, struct sqz_error *err)
{
	struct sqz_noc_outcome *outcome = calloc(1, sizeof(*outcome));
	struct sums sums = { .outcome = outcome };
	struct sqz_replay replay;

	*sweep = (struct sqz_noc_sweep){ .points = NULL };
	if (!outcome)
		return sqz_fail(err, "out of memory");
	trace->settings.arrived = add_packet;
	trace->settings.context = &sums;
	int failed =
	    sqz_replay_run(&trace->causes, &trace->settings, &replay, err);
	if (!failed) {
		summarize(&sums, sqz_noc_nodes(replay.noc));
		*cycles = outcome->cycles;
		failed = count_links(replay.noc, sweep, err);
		sqz_replay_free(&replay);
	}
	if (!failed) {
		sweep->points->mean = *outcome;
		sweep->points->rate = outcome->offered;
	}
	free(outcome);
	return failed;
}
