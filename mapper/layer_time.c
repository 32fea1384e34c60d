#include "layer_time.h"

#include "sqz/noc.h"

static const struct sqz_qlayer *layer_of(const struct sqz_pace *pace,
					 const struct sqz_worker *worker)
{
	return &pace->net->net.layers[worker->layer];
}

/* ---- arrays ---- */

uint32_t sqz_pass_cycles(const struct sqz_pace *pace,
			 const struct sqz_worker *worker)
{
	const struct sqz_blocks *blocks = &pace->net->blocks[worker->layer];
	uint32_t shift = 0;

	for (uint32_t i = 0; i < worker->block_count; i++) {
		uint32_t s = blocks->blocks[worker->first_block + i].max_shift;
		shift = s > shift ? s : shift;
	}
	return SQZ_INPUT_BITS + shift;
}

/* OUs of the worker's arrays, which have about the same work. */
static uint64_t ou_pass_ps(const struct sqz_pace *pace,
			   const struct sqz_worker *worker)
{
	const struct sqz_ou_plan *plan = &pace->net->ou[worker->layer];
	uint64_t busy = 0;

	for (uint32_t i = 0; i < worker->block_count; i++)
		busy += plan->blocks[worker->first_block + i].busy_ps;
	return worker->arrays ? busy / worker->arrays : 0;
}

/* Conversions of a block's array with the most bit lines. */
static uint64_t block_conversions(const struct sqz_pace *pace,
				  const struct sqz_weight_block *block)
{
	return block->cols + (block->cell_bits > 1 &&
			      sqz_block_digits(block, pace->form).offset >= 0);
}

/* One input cycle: the array's, or the conversions of its bit lines. */
static uint64_t input_cycle_ps(const struct sqz_pace *pace,
			       const struct sqz_worker *worker)
{
	const struct sqz_blocks *blocks = &pace->net->blocks[worker->layer];
	uint64_t cycle = pace->config->tile.array_cycle_ps;

	for (uint32_t i = 0; i < worker->block_count; i++) {
		uint64_t conversions =
		    block_conversions(
			pace, &blocks->blocks[worker->first_block + i]) *
		    pace->config->tile.adc_conversion_ps;
		cycle = conversions > cycle ? conversions : cycle;
	}
	return cycle;
}

uint64_t sqz_pass_ps(const struct sqz_pace *pace,
		     const struct sqz_worker *worker)
{
	if (layer_of(pace, worker)->kind != SQZ_STEP_MVM)
		return 0;
	return pace->net->ou ? ou_pass_ps(pace, worker)
			     : sqz_pass_cycles(pace, worker) *
				   input_cycle_ps(pace, worker);
}

/* ---- vector unit ---- */

/* A pooling takes every element of its window. */
static uint64_t vector_ps(const struct sqz_pace *pace,
			  const struct sqz_worker *worker)
{
	const struct sqz_qlayer *layer = layer_of(pace, worker);
	uint64_t lanes = pace->config->tile.vector_lanes;
	uint64_t elements = worker->n1 - worker->n0;

	if (layer->kind == SQZ_STEP_MAXPOOL || layer->kind == SQZ_STEP_AVGPOOL)
		elements *= (uint64_t)layer->kernel_h * layer->kernel_w;
	return (elements + lanes - 1) / lanes *
	       pace->config->tile.vector_cycle_ps;
}

/* ---- port ---- */

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

/* Reads of whole pixels that do not leave their row of the picture, as a tile
 * fetches them. */
static double input_bytes(const struct sqz_pace *pace,
			  const struct sqz_worker *worker)
{
	const struct sqz_qnet *net = &pace->net->net;
	const struct sqz_qlayer *layer = layer_of(pace, worker);
	const struct sqz_qtensor *in = &net->tensors[layer->input];
	const struct sqz_qtensor *out = &net->tensors[layer->output];
	struct sqz_rows rows = sqz_worker_input_rows(net, worker);
	uint32_t pixel = worker->fetch_c1 - worker->fetch_c0;
	uint32_t together = pace->config->tile.fetch_bytes / pixel;
	double row;

	if (together)
		row = in->width / together *
			  wire_bytes(pace->config, pixel * together) +
		      wire_bytes(pace->config, in->width % together * pixel);
	else
		row = in->width * wire_bytes(pace->config, pixel);
	return row * (rows.end - rows.first) /
	       ((double)(worker->y1 - worker->y0) * out->width);
}

struct sqz_wire sqz_wire_bytes(const struct sqz_pace *pace,
			       const struct sqz_worker *worker,
			       const struct sqz_run_entry *run)
{
	const struct sqz_qlayer *layer = layer_of(pace, worker);
	double outputs = worker->n1 - worker->n0;
	bool whole = run->partial_out == SQZ_NO_TENSOR;
	double sums = wire_bytes(pace->config, outputs * sizeof(int32_t));
	struct sqz_wire wire = {
		.input = input_bytes(pace, worker),
		.sums = sums,
		.output =
		    whole ? wire_bytes(pace->config, outputs * layer->out_bytes)
			  : sums,
	};

	if (run->partial_in != SQZ_NO_TENSOR)
		wire.partial = sums;
	if (layer->residual != SQZ_NO_TENSOR && whole)
		wire.residual = wire_bytes(pace->config, outputs);
	return wire;
}

double sqz_port_bytes(const struct sqz_pace *pace,
		      const struct sqz_worker *worker,
		      const struct sqz_run_entry *run, bool reducer)
{
	struct sqz_wire wire = sqz_wire_bytes(pace, worker, run);

	if (!reducer)
		return wire.input;
	return wire.input + worker->remote_workers * wire.sums + wire.partial +
	       wire.residual;
}

uint64_t sqz_position_ps(const struct sqz_pace *pace,
			 const struct sqz_worker *worker, bool reducer)
{
	const struct sqz_run_entry whole = { .partial_in = SQZ_NO_TENSOR,
					     .partial_out = SQZ_NO_TENSOR };
	double bytes = sqz_port_bytes(pace, worker, &whole, reducer);
	uint64_t port = (uint64_t)(bytes / pace->config->noc.flit_bytes *
				   (double)pace->config->noc.cycle_ps);
	uint64_t arrays = sqz_pass_ps(pace, worker);
	uint64_t vector = reducer ? vector_ps(pace, worker) : 0;
	uint64_t slowest = arrays > vector ? arrays : vector;

	return slowest > port ? slowest : port;
}
