#include "traces/critical/costs.h"

#include "sqz/noc.h"

#include <stdlib.h>
#include <string.h>

const char *const path_resource_titles[PATH_RESOURCES] = {
	[PATH_ARRAY_READ] = "array read",
	[PATH_ADC] = "ADC",
	[PATH_PIPELINE] = "pipeline",
	[PATH_VECTOR] = "vector",
	[PATH_DRAM] = "DRAM",
	[PATH_BUFFER] = "buffer",
	[PATH_FLASH] = "flash",
	[PATH_HOPS] = "NoC hops",
	[PATH_FLITS] = "NoC flits",
	[PATH_NOC_WAIT] = "NoC wait",
	[PATH_PROGRAMMING] = "programming",
	[PATH_DRIVER] = "driver",
	[PATH_CONTROL] = "control",
};

const char *const path_resource_columns[PATH_RESOURCES] = {
	[PATH_ARRAY_READ] = "array_read",
	[PATH_ADC] = "adc",
	[PATH_PIPELINE] = "pipeline",
	[PATH_VECTOR] = "vector",
	[PATH_DRAM] = "dram",
	[PATH_BUFFER] = "buffer",
	[PATH_FLASH] = "flash",
	[PATH_HOPS] = "noc_hops",
	[PATH_FLITS] = "noc_flits",
	[PATH_NOC_WAIT] = "noc_wait",
	[PATH_PROGRAMMING] = "programming",
	[PATH_DRIVER] = "driver",
	[PATH_CONTROL] = "control",
};

/* Kinds of work whose resource depends on where it is done. */
enum { WORK_PASS = PATH_RESOURCES, WORK_MEMORY };

static const struct {
	const char *name;
	uint8_t resource;
} WORKS[] = {
	{ "pass", WORK_PASS },		 { "pipeline", PATH_PIPELINE },
	{ "vector", PATH_VECTOR },	 { "memory", WORK_MEMORY },
	{ "program", PATH_PROGRAMMING }, { "driver", PATH_DRIVER },
	{ "control", PATH_CONTROL },
};

/* ---- setting up ---- */

static int find_works(struct costs *costs, const char *path,
		      struct sqz_error *err)
{
	const struct sqz_names *names = &costs->causes->works;
	size_t known = sizeof(WORKS) / sizeof(*WORKS);

	costs->resources = malloc(names->count + 1);
	if (!costs->resources)
		return sqz_fail(err, "%s: out of memory", path);
	for (size_t i = 0; i < names->count; i++) {
		size_t w = 0;
		while (w < known && strcmp(names->all[i], WORKS[w].name))
			w++;
		if (w == known)
			return sqz_fail(err, "%s: unknown kind of work '%s'",
					path, names->all[i]);
		costs->resources[i] = WORKS[w].resource;
	}
	return 0;
}

/* A mark belongs to the layer of what it follows. */
static uint16_t layer_of(const struct costs *costs,
			 const struct sqz_event *event)
{
	const struct sqz_cause_graph *causes = costs->causes;
	uint16_t layer = event->layer;

	for (unsigned i = 0;
	     i < event->causes && event->is_mark && layer == SQZ_NO_LAYER; i++)
		layer =
		    costs->layers[causes->causes[event->first_cause + i].event];
	return layer;
}

static int find_layers(struct costs *costs, const char *path,
		       struct sqz_error *err)
{
	const struct sqz_cause_graph *causes = costs->causes;

	costs->layers = malloc((causes->count + 1) * sizeof(*costs->layers));
	if (!costs->layers)
		return sqz_fail(err, "%s: out of memory", path);
	for (size_t i = 0; i < causes->count; i++) {
		uint32_t at = causes->order[i];
		costs->layers[at] = layer_of(costs, &causes->events[at]);
	}
	return 0;
}

static int check_nodes(const struct costs *costs, const char *path,
		       struct sqz_error *err)
{
	const struct sqz_cause_graph *causes = costs->causes;

	for (size_t i = 0; i < causes->count; i++) {
		const struct sqz_event *event = &causes->events[i];
		uint32_t highest =
		    event->node > event->dst ? event->node : event->dst;
		if (highest >= costs->chip.nodes)
			return sqz_fail(err, "%s: node %u is not on the chip",
					path, highest);
	}
	return 0;
}

int costs_init(struct costs *costs, const char *path,
	       const struct sqz_cause_graph *causes, const struct runs *runs,
	       struct sqz_error *err)
{
	char *text = sqz_causes_configuration(causes);

	*costs = (struct costs){ .causes = causes, .runs = runs };
	int failed =
	    !text ? sqz_fail(err, "%s: out of memory", path)
		  : sqz_config_parse(&costs->config, path, text, NULL, 0, err);
	free(text);
	failed = failed || sqz_chip_build(&costs->config, &costs->chip, err);
	if (failed)
		return -1;
	if (!check_nodes(costs, path, err) && !find_works(costs, path, err) &&
	    !find_layers(costs, path, err))
		return 0;
	costs_free(costs);
	return -1;
}

void costs_free(struct costs *costs)
{
	sqz_chip_free(&costs->chip);
	free(costs->resources);
	free(costs->layers);
	costs->resources = NULL;
	costs->layers = NULL;
}

/* ---- delays ---- */

static enum path_resource memory_of(const struct costs *costs, uint16_t node)
{
	switch (costs->chip.entries[node].kind) {
	case SQZ_NODE_DRAM:
		return PATH_DRAM;
	case SQZ_NODE_FLASH:
		return PATH_FLASH;
	default:
		return PATH_BUFFER;
	}
}

static const struct pass_times *pass_of(const struct costs *costs,
					uint32_t event, uint64_t delay_ps)
{
	uint32_t width = costs->chip.width;
	uint16_t node = costs->causes->events[event].node;

	return runs_pass(costs->runs, node % width, node / width,
			 costs->layers[event], delay_ps);
}

/* A delay named after passes or the pipeline may be both: so many passes, then
 * the pipeline, then the vector unit. */
struct pass_delay {
	const struct pass_times *pass; /* NULL: not known */
	uint64_t passes_ps;
	uint64_t pipeline_ps;
	uint64_t vector_ps;
};

static struct pass_delay split_delay(const struct costs *costs, uint32_t event,
				     uint64_t delay_ps, bool has_passes)
{
	uint64_t pipeline_ps = costs->config.tile.pipeline_ps;
	struct pass_delay split = { .pass = pass_of(costs, event, delay_ps) };

	if (!split.pass || (!has_passes && delay_ps < pipeline_ps)) {
		split.passes_ps = has_passes ? delay_ps : 0;
		split.pipeline_ps = delay_ps - split.passes_ps;
		return split;
	}
	if (delay_ps >= pipeline_ps &&
	    (!has_passes || delay_ps % split.pass->pass_ps)) {
		split.pass = pass_of(costs, event, delay_ps - pipeline_ps);
		split.pipeline_ps = pipeline_ps;
	}
	split.vector_ps = (delay_ps - split.pipeline_ps) % split.pass->pass_ps;
	split.passes_ps = delay_ps - split.pipeline_ps - split.vector_ps;
	return split;
}

/* ps * of / whole, to the nearest. */
static uint64_t part_of(uint64_t ps, uint64_t of, uint64_t whole)
{
	return (uint64_t)(((unsigned __int128)ps * of + whole / 2) / whole);
}

/* Takes up to so much of what is left. */
static uint64_t take(uint64_t *left, uint64_t wanted)
{
	uint64_t taken = wanted < *left ? wanted : *left;

	*left -= taken;
	return taken;
}

/* Of a delay that is cut, what was last is left. */
static void add_passes(const struct costs *costs, uint32_t event,
		       const struct sqz_cause_edge *cause, uint64_t left_ps,
		       uint64_t *ps)
{
	const struct pass_delay split =
	    split_delay(costs, event, cause->delay_ps,
			costs->resources[cause->work] == WORK_PASS);

	ps[PATH_VECTOR] += take(&left_ps, split.vector_ps);
	ps[PATH_PIPELINE] += take(&left_ps, split.pipeline_ps);
	uint64_t reads = left_ps;
	if (split.pass && split.pass->read_ps < split.pass->pass_ps)
		reads =
		    part_of(left_ps, split.pass->read_ps, split.pass->pass_ps);
	ps[PATH_ARRAY_READ] += reads;
	ps[PATH_ADC] += left_ps - reads;
}

void costs_of_delay(const struct costs *costs, uint32_t event,
		    const struct sqz_cause_edge *cause, uint64_t delay_ps,
		    uint64_t *ps)
{
	uint8_t resource = costs->resources[cause->work];

	if (resource == WORK_MEMORY)
		resource = memory_of(costs, costs->causes->events[event].node);
	if (resource == WORK_PASS || resource == PATH_PIPELINE)
		add_passes(costs, event, cause, delay_ps, ps);
	else
		ps[resource] += delay_ps;
}

/* ---- ways ---- */

static uint64_t hops_ps(const struct costs *costs,
			const struct sqz_event *event)
{
	uint64_t routers = sqz_chip_hops(&costs->chip, event->node, event->dst);
	uint64_t router = costs->config.noc.routing_delay +
			  costs->config.noc.vc_alloc_delay +
			  costs->config.noc.sw_alloc_delay + 1 +
			  costs->config.noc.link_cycles;

	/* The law of models/noc/noc.h. */
	return (routers * router + 3 - costs->config.noc.link_cycles) *
	       costs->config.noc.cycle_ps;
}

static uint64_t flits_ps(const struct costs *costs,
			 const struct sqz_event *event)
{
	uint64_t bytes = SQZ_PACKET_HEADER_BYTES + event->payload_bytes;

	return (bytes - 1) / costs->config.noc.flit_bytes *
	       costs->config.noc.cycle_ps;
}

/* What a packet waited for that the node refused at first: memories do so while
 * their queue is full, so that it is their work that takes long. */
static enum path_resource refuser_of(const struct costs *costs, uint16_t node)
{
	switch (costs->chip.entries[node].kind) {
	case SQZ_NODE_DRAM:
	case SQZ_NODE_FLASH:
	case SQZ_NODE_BUFFER:
		return memory_of(costs, node);
	default:
		return PATH_NOC_WAIT;
	}
}

void costs_of_way(const struct costs *costs, uint32_t event, uint64_t way_ps,
		  uint64_t *ps)
{
	const struct sqz_event *packet = &costs->causes->events[event];
	uint64_t refused_ps = packet->accepted_ps - packet->arrived_ps;
	uint64_t stood_ps = take(&way_ps, refused_ps);

	ps[refuser_of(costs, packet->dst)] += stood_ps;
	ps[PATH_HOPS] += take(&way_ps, hops_ps(costs, packet));
	ps[PATH_FLITS] += take(&way_ps, flits_ps(costs, packet));
	ps[PATH_NOC_WAIT] += way_ps;
}

/* ---- if some took less ---- */

uint64_t faster_ps(const struct faster *faster, enum path_resource resource,
		   uint64_t ps)
{
	if (!(faster->resources >> resource & 1))
		return ps;
	return part_of(ps, 100 - faster->percent, 100);
}

/* Each input bit takes the longer of the two; what is above both (arrays in
 * units take turns in what is longer) stays. */
static uint64_t faster_pass(const struct faster *faster,
			    const struct pass_times *pass)
{
	uint64_t longer =
	    pass->read_ps > pass->adc_ps ? pass->read_ps : pass->adc_ps;
	uint64_t read_ps = faster_ps(faster, PATH_ARRAY_READ, pass->read_ps);
	uint64_t convert_ps = faster_ps(faster, PATH_ADC, pass->adc_ps);
	uint64_t rest = pass->pass_ps > longer ? pass->pass_ps - longer : 0;

	return (read_ps > convert_ps ? read_ps : convert_ps) + rest;
}

static uint64_t faster_passes(const struct faster *faster, uint32_t event,
			      uint64_t delay_ps, bool has_passes)
{
	const struct pass_delay split =
	    split_delay(faster->costs, event, delay_ps, has_passes);
	uint64_t passes_ps =
	    split.pass
		? part_of(split.passes_ps, faster_pass(faster, split.pass),
			  split.pass->pass_ps)
		: faster_ps(faster, PATH_ARRAY_READ, split.passes_ps);

	return passes_ps + faster_ps(faster, PATH_PIPELINE, split.pipeline_ps) +
	       faster_ps(faster, PATH_VECTOR, split.vector_ps);
}

uint64_t faster_delay(const struct faster *faster, uint32_t event,
		      const struct sqz_cause_edge *cause)
{
	const struct costs *costs = faster->costs;
	uint8_t resource = costs->resources[cause->work];
	uint64_t delay_ps = cause->delay_ps;

	if (resource == WORK_MEMORY)
		resource = memory_of(costs, costs->causes->events[event].node);
	if (resource == WORK_PASS || resource == PATH_PIPELINE)
		return faster_passes(faster, event, delay_ps,
				     resource == WORK_PASS);
	return faster_ps(faster, (enum path_resource)resource, delay_ps);
}

uint64_t faster_way(const struct faster *faster, uint32_t event)
{
	const struct sqz_event *packet = &faster->costs->causes->events[event];
	uint64_t ps[PATH_RESOURCES] = { 0 };
	uint64_t way_ps = 0;

	costs_of_way(faster->costs, event, packet->accepted_ps - packet->ps,
		     ps);
	for (unsigned i = 0; i < PATH_RESOURCES; i++)
		way_ps += faster_ps(faster, (enum path_resource)i, ps[i]);
	return way_ps;
}
