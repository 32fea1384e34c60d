#include "map_table.h"

#include <string.h>

#include "squeeze.h"
#include "traffic.h"

#define WARN_SHARE 0.6

static struct sqz_pace pace_of(const struct sqz_image_source *source)
{
	return (struct sqz_pace){ source->net, source->form, source->config };
}

/* The slowest worker's time for one position, in network cycles. */
static double position_cycles(const struct sqz_image_source *source,
			      uint32_t layer)
{
	const struct sqz_placement *placement = source->placement;
	const struct sqz_pace pace = pace_of(source);
	uint64_t slowest = source->config->noc.cycle_ps;

	if (source->net->net.layers[layer].kind != SQZ_STEP_MVM)
		return 1;
	for (uint32_t i = placement->first_worker[layer];
	     i < placement->first_worker[layer + 1]; i++) {
		uint64_t ps = sqz_pass_ps(&pace, &placement->workers[i]);
		slowest = ps > slowest ? ps : slowest;
	}
	return (double)slowest / (double)source->config->noc.cycle_ps;
}

/* What all of an entry's steps in one tile receive for each position. */
static double node_bytes(const struct sqz_image_source *source,
			 const struct sqz_run_entry *run, uint32_t node)
{
	const struct sqz_worker *workers = source->placement->workers;
	const struct sqz_pace pace = pace_of(source);
	uint32_t end = run->first_worker + run->worker_count;
	double bytes = 0;

	for (uint32_t i = run->first_worker; i < end; i++)
		if (workers[i].node == node)
			bytes += sqz_port_bytes(&pace, &workers[i], run,
						workers[i].reducer == i);
	return bytes;
}

/* Parts of a layer run one after the other. */
struct sqz_port_load sqz_layer_port_load(const struct sqz_image_source *source,
					 uint32_t layer)
{
	const struct sqz_placement *placement = source->placement;
	struct sqz_port_load load = { 0 };

	for (uint32_t i = placement->first_worker[layer];
	     i < placement->first_worker[layer + 1]; i++) {
		const struct sqz_worker *worker = &placement->workers[i];
		double bytes = node_bytes(source, &placement->runs[worker->run],
					  worker->node);
		if (bytes > load.bytes_per_position)
			load = (struct sqz_port_load){ worker->node, bytes, 0 };
	}
	load.share = load.bytes_per_position / (source->config->noc.flit_bytes *
						position_cycles(source, layer));
	return load;
}

static uint32_t layer_crossbars(const struct sqz_image_source *source,
				uint32_t layer)
{
	uint32_t arrays = 0;

	for (uint32_t i = source->placement->first_worker[layer];
	     i < source->placement->first_worker[layer + 1]; i++)
		arrays += source->placement->workers[i].arrays;
	return arrays;
}

static uint32_t layer_cycles(const struct sqz_image_source *source,
			     uint32_t layer)
{
	const struct sqz_pace pace = pace_of(source);
	uint32_t most = 0;

	for (uint32_t i = source->placement->first_worker[layer];
	     i < source->placement->first_worker[layer + 1]; i++) {
		uint32_t c =
		    sqz_pass_cycles(&pace, &source->placement->workers[i]);
		most = c > most ? c : most;
	}
	return most;
}

/* The same copies with all planes, or all bit columns. */
static uint32_t layer_unsqueezed(const struct sqz_image_source *source,
				 uint32_t layer)
{
	const struct sqz_blocks *blocks = &source->net->blocks[layer];

	if (source->net->net.layers[layer].kind != SQZ_STEP_MVM)
		return 0;
	uint32_t arrays =
	    source->net->ou
		? sqz_ou_dense_arrays(&source->net->ou[layer], 0, blocks->count)
		: sqz_layer_dense_arrays(blocks, source->form);
	return arrays * sqz_layer_copies(source->placement, layer);
}

static void print_row(const struct sqz_image_source *source, uint32_t index,
		      FILE *out)
{
	const struct sqz_qlayer *layer = &source->net->net.layers[index];
	bool mvm = layer->kind == SQZ_STEP_MVM;
	struct sqz_port_load load = sqz_layer_port_load(source, index);
	uint32_t steps = source->placement->first_worker[index + 1] -
			 source->placement->first_worker[index];

	fprintf(out, "%-20.20s %-8s %10llu %6u %9u %9u %6u %6u", layer->name,
		sqz_step_kind_name(layer->kind),
		(unsigned long long)layer->macs,
		sqz_layer_copies(source->placement, index),
		layer_crossbars(source, index), layer_unsqueezed(source, index),
		steps, mvm ? layer_cycles(source, index) : 0);
	fprintf(out, " %10.1f", load.bytes_per_position);
	if (mvm)
		fprintf(out, " %6.1f %%\n", 100 * load.share);
	else
		fprintf(out, " %8s\n", "-");
}

/* Bits of an ADC that is exact for whole arrays and any inputs. */
static unsigned exact_adc_bits(const struct sqz_image_source *source)
{
	const struct sqz_quantized *net = source->net;
	uint32_t most = 0;

	for (uint32_t i = 0; i < net->net.layer_count; i++)
		for (uint32_t b = 0; b < net->blocks[i].count; b++) {
			const struct sqz_weight_block *block =
			    &net->blocks[i].blocks[b];
			uint32_t sum =
			    block->rows * ((1u << block->cell_bits) - 1);
			most = sum > most ? sum : most;
		}
	return sqz_bit_length(most);
}

static void warn_of_adc(const struct sqz_image_source *source, FILE *warn)
{
	unsigned bits = source->net->ou ? 0 : exact_adc_bits(source);

	if (bits > source->config->tile.adc_bits)
		fprintf(warn,
			"warning: sums of the cells take up to %u bits, "
			"tile.adc_bits is %u: results may not be exact\n",
			bits, source->config->tile.adc_bits);
}

/* Settings that a network in rounds, or an odd number of rounds, does without.
 */
static void warn_of_rounds(const struct sqz_image_source *source, FILE *warn)
{
	const struct sqz_placement *placement = source->placement;

	if (placement->rounds == 1)
		return;
	if (source->config->place.rounds == SQZ_ROUNDS_DOUBLE &&
	    !placement->rounds_overlap)
		fprintf(warn,
			"warning: place.rounds = double: %u rounds are an odd "
			"number, so none is programmed while another runs\n",
			placement->rounds);
	if (source->config->place.copies > 1)
		fprintf(warn, "warning: place.copies: no layer of a network in "
			      "rounds is stored several times\n");
	if (source->config->place.policy == SQZ_PLACE_TRAFFIC)
		fprintf(warn, "warning: place.policy = traffic: rounds keep "
			      "their tiles, as by distance\n");
}

void sqz_map_table(const struct sqz_image_source *source, FILE *out, FILE *warn)
{
	const struct sqz_qnet *net = &source->net->net;
	uint32_t crossbars = 0;
	uint32_t dense = 0;

	fprintf(out, "crossbars, unsqueezed and steps: of all copies\n");
	fprintf(out, "%-20s %-8s %10s %6s %9s %9s %6s %6s %10s %8s\n", "layer",
		"kind", "MACs", "copies", "crossbars", "unsqueezed", "steps",
		"cycles", "port B/pos", "port");
	for (uint32_t i = 0; i < net->layer_count; i++) {
		print_row(source, i, out);
		crossbars += layer_crossbars(source, i);
		dense += layer_unsqueezed(source, i);
	}
	fprintf(out, "%u crossbars (%u unsqueezed) on %u tiles of %u arrays\n",
		crossbars, dense, source->placement->tiles_used,
		source->config->tile.arrays);
	const struct sqz_pace pace = pace_of(source);
	fprintf(out, "%.0f flits x routers an image, by the placement\n",
		sqz_flit_hops(&pace, source->chip, source->placement));
	warn_of_adc(source, warn);
	warn_of_rounds(source, warn);
	for (uint32_t i = 0; i < net->layer_count; i++) {
		struct sqz_port_load load = sqz_layer_port_load(source, i);
		if (net->layers[i].kind == SQZ_STEP_MVM &&
		    load.share > WARN_SHARE)
			fprintf(warn,
				"warning: layer %s: the ejection port of node "
				"%u takes %.1f B per position, %.0f %% of its "
				"bandwidth\n",
				net->layers[i].name, load.node,
				load.bytes_per_position, 100 * load.share);
	}
}
