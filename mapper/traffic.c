#include "traffic.h"

double sqz_tensor_hops(const struct sqz_chip *chip, uint32_t tensor_node,
		       uint32_t node)
{
	double hops = 0;

	if (tensor_node != SQZ_TENSOR_IN_DRAM)
		return sqz_chip_hops(chip, tensor_node, node);
	for (uint32_t i = 0; i < chip->dram_count; i++)
		hops += sqz_chip_hops(chip, chip->dram_nodes[i], node);
	return hops / chip->dram_count;
}

/* Bytes times routers of one output position of the worker. */
static double byte_hops(const struct sqz_pace *pace,
			const struct sqz_chip *chip,
			const struct sqz_placement *placement, uint32_t index)
{
	const struct sqz_worker *worker = &placement->workers[index];
	const struct sqz_run_entry *run = &placement->runs[worker->run];
	const struct sqz_qnet *net = &pace->net->net;
	const struct sqz_qlayer *layer = &net->layers[worker->layer];
	const struct sqz_tensor_place *tensors = placement->tensors;
	struct sqz_wire wire = sqz_wire_bytes(pace, worker, run);
	uint32_t node = worker->node;
	double sum = wire.input *
		     sqz_tensor_hops(chip, tensors[layer->input].node, node);

	if (worker->reducer != index)
		return sum + wire.sums *
				 sqz_chip_hops(
				     chip, node,
				     placement->workers[worker->reducer].node);
	if (wire.residual > 0)
		sum +=
		    wire.residual *
		    sqz_tensor_hops(chip, tensors[layer->residual].node, node);
	if (wire.partial > 0)
		sum +=
		    wire.partial *
		    sqz_tensor_hops(chip, tensors[run->partial_in].node, node);
	return sum + wire.output *
			 sqz_tensor_hops(chip,
					 tensors[sqz_run_output(net, run)].node,
					 node);
}

double sqz_flit_hops(const struct sqz_pace *pace, const struct sqz_chip *chip,
		     const struct sqz_placement *placement)
{
	double sum = 0;

	for (uint32_t i = 0; i < placement->worker_count; i++) {
		const struct sqz_worker *worker = &placement->workers[i];
		const struct sqz_qnet *net = &pace->net->net;
		uint32_t output = net->layers[worker->layer].output;
		double positions = (double)(worker->y1 - worker->y0) *
				   net->tensors[output].width;
		sum += positions * byte_hops(pace, chip, placement, i);
	}
	return sum / pace->config->noc.flit_bytes;
}
