#include "map_table.h"

#include <string.h>

#include "squeeze.h"
#include "sqz/noc.h"

#define WARN_SHARE 0.6

static double flit_bytes(const struct sqz_config *config, double payload)
{
	double flit = config->noc.flit_bytes;
	double bytes = SQZ_PACKET_HEADER_BYTES + payload;
	double flits = bytes / flit;

	if (flits > (double)(uint64_t)flits)
		flits = (double)(uint64_t)flits + 1;
	return flits * flit;
}

/* Bytes on the wire of `payload` bytes in packets as large as allowed. */
static double wire_bytes(const struct sqz_config *config, double payload)
{
	double most = config->noc.max_payload_bytes;
	double bytes = 0;

	for (; payload > most; payload -= most)
		bytes += flit_bytes(config, most);
	return bytes + (payload > 0 ? flit_bytes(config, payload) : 0);
}

/* Input bytes that arrive at a worker for each output position: reads of whole
 * pixels that do not leave their row of the picture, as a tile fetches them. */
static double input_bytes(const struct sqz_image_source *source,
			  const struct sqz_worker *worker)
{
	const struct sqz_qnet *net = &source->net->net;
	const struct sqz_qlayer *layer = &net->layers[worker->layer];
	const struct sqz_qtensor *in = &net->tensors[layer->input];
	uint32_t pixel = worker->fetch_c1 - worker->fetch_c0;
	uint32_t together = source->config->tile.fetch_bytes / pixel;
	double row;

	if (together)
		row = in->width / together *
			  wire_bytes(source->config, pixel * together) +
		      wire_bytes(source->config, in->width % together * pixel);
	else
		row = in->width * wire_bytes(source->config, pixel);
	return row * in->height / sqz_qlayer_positions(net, layer);
}

/* Partial sums that arrive at a reducer for each position. */
static double psum_bytes(const struct sqz_image_source *source,
			 const struct sqz_worker *worker)
{
	double outputs = worker->n1 - worker->n0;

	return worker->remote_workers *
	       wire_bytes(source->config, outputs * sizeof(int32_t));
}

/* Residual and sums of the part before, as far as a reducer reads them. */
static double operand_bytes(const struct sqz_image_source *source,
			    const struct sqz_run_entry *run,
			    const struct sqz_worker *worker, uint32_t index)
{
	const struct sqz_qlayer *layer = &source->net->net.layers[run->layer];
	double outputs = worker->n1 - worker->n0;
	double bytes = 0;

	if (worker->reducer != index)
		return 0;
	if (layer->residual != SQZ_NO_TENSOR &&
	    run->partial_out == SQZ_NO_TENSOR)
		bytes += wire_bytes(source->config, outputs);
	if (run->partial_in != SQZ_NO_TENSOR)
		bytes += wire_bytes(source->config, outputs * sizeof(int32_t));
	return bytes;
}

static uint32_t pass_cycles(const struct sqz_image_source *source,
			    const struct sqz_worker *worker)
{
	const struct sqz_blocks *blocks = &source->net->blocks[worker->layer];
	uint32_t shift = 0;

	for (uint32_t i = 0; i < worker->block_count; i++) {
		uint32_t s = blocks->blocks[worker->first_block + i].max_shift;
		shift = s > shift ? s : shift;
	}
	return SQZ_INPUT_BITS + shift;
}

/* OUs of the worker's arrays, which have about the same work. */
static uint64_t ou_pass_ps(const struct sqz_image_source *source,
			   const struct sqz_worker *worker)
{
	const struct sqz_ou_plan *plan = &source->net->ou[worker->layer];
	uint64_t busy = 0;

	for (uint32_t i = 0; i < worker->block_count; i++)
		busy += plan->blocks[worker->first_block + i].busy_ps;
	return worker->arrays ? busy / worker->arrays : 0;
}

/* Conversions of a block's array with the most bit lines. */
static uint64_t block_conversions(const struct sqz_image_source *source,
				  const struct sqz_weight_block *block)
{
	return block->cols +
	       (block->cell_bits > 1 &&
		sqz_block_digits(block, source->form).offset >= 0);
}

/* One input cycle: the array's, or the conversions of its bit lines. */
static uint64_t input_cycle_ps(const struct sqz_image_source *source,
			       const struct sqz_worker *worker)
{
	const struct sqz_blocks *blocks = &source->net->blocks[worker->layer];
	uint64_t cycle = source->config->tile.array_cycle_ps;

	for (uint32_t i = 0; i < worker->block_count; i++) {
		uint64_t conversions =
		    block_conversions(
			source, &blocks->blocks[worker->first_block + i]) *
		    source->config->tile.adc_conversion_ps;
		cycle = conversions > cycle ? conversions : cycle;
	}
	return cycle;
}

/* The slowest worker's time for one position, in network cycles. */
static double position_cycles(const struct sqz_image_source *source,
			      uint32_t layer)
{
	const struct sqz_placement *placement = source->placement;
	uint64_t slowest = source->config->noc.cycle_ps;

	if (source->net->net.layers[layer].kind != SQZ_STEP_MVM)
		return 1;
	for (uint32_t i = placement->first_worker[layer];
	     i < placement->first_worker[layer + 1]; i++) {
		const struct sqz_worker *worker = &placement->workers[i];
		uint64_t ps = source->net->ou
				  ? ou_pass_ps(source, worker)
				  : pass_cycles(source, worker) *
					input_cycle_ps(source, worker);
		slowest = ps > slowest ? ps : slowest;
	}
	return (double)slowest / (double)source->config->noc.cycle_ps;
}

/* What all of an entry's steps in one tile receive for each position. */
static double node_bytes(const struct sqz_image_source *source,
			 const struct sqz_run_entry *run, uint32_t node)
{
	const struct sqz_worker *workers = source->placement->workers;
	uint32_t end = run->first_worker + run->worker_count;
	double bytes = 0;

	for (uint32_t i = run->first_worker; i < end; i++)
		if (workers[i].node == node)
			bytes += input_bytes(source, &workers[i]) +
				 psum_bytes(source, &workers[i]) +
				 operand_bytes(source, run, &workers[i], i);
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
	uint32_t most = 0;

	for (uint32_t i = source->placement->first_worker[layer];
	     i < source->placement->first_worker[layer + 1]; i++) {
		uint32_t c =
		    pass_cycles(source, &source->placement->workers[i]);
		most = c > most ? c : most;
	}
	return most;
}

/* The same layer with all its planes, or all its bit columns. */
static uint32_t layer_unsqueezed(const struct sqz_image_source *source,
				 uint32_t layer)
{
	const struct sqz_blocks *blocks = &source->net->blocks[layer];

	if (source->net->net.layers[layer].kind != SQZ_STEP_MVM)
		return 0;
	if (source->net->ou)
		return sqz_ou_dense_arrays(&source->net->ou[layer], 0,
					   blocks->count);
	return sqz_layer_dense_arrays(blocks, source->form);
}

static void print_row(const struct sqz_image_source *source, uint32_t index,
		      FILE *out)
{
	const struct sqz_qlayer *layer = &source->net->net.layers[index];
	bool mvm = layer->kind == SQZ_STEP_MVM;
	struct sqz_port_load load = sqz_layer_port_load(source, index);
	uint32_t steps = source->placement->first_worker[index + 1] -
			 source->placement->first_worker[index];

	fprintf(out, "%-20.20s %-8s %10llu %9u %9u %6u %6u", layer->name,
		sqz_step_kind_name(layer->kind),
		(unsigned long long)layer->macs, layer_crossbars(source, index),
		layer_unsqueezed(source, index), steps,
		mvm ? layer_cycles(source, index) : 0);
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

void sqz_map_table(const struct sqz_image_source *source, FILE *out, FILE *warn)
{
	const struct sqz_qnet *net = &source->net->net;
	uint32_t crossbars = 0;
	uint32_t dense = 0;

	fprintf(out, "%-20s %-8s %10s %9s %9s %6s %6s %10s %8s\n", "layer",
		"kind", "MACs", "crossbars", "unsqueezed", "steps", "cycles",
		"port B/pos", "port");
	for (uint32_t i = 0; i < net->layer_count; i++) {
		print_row(source, i, out);
		crossbars += layer_crossbars(source, i);
		dense += layer_unsqueezed(source, i);
	}
	fprintf(out, "%u crossbars (%u unsqueezed) on %u tiles of %u arrays\n",
		crossbars, dense, source->placement->tiles_used,
		source->config->tile.arrays);
	warn_of_adc(source, warn);
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
