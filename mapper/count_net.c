#include "count_net.h"

struct sqz_layer_view sqz_layer_view(const struct sqz_qnet *net,
				     const struct sqz_blocks *blocks,
				     uint32_t index)
{
	const struct sqz_qlayer *layer = &net->layers[index];

	return (struct sqz_layer_view){
		.shape = {
			.groups = layer->groups,
			.group_rows = sqz_qlayer_group_rows(net, layer),
			.out_channels = sqz_qlayer_out_channels(net, layer),
		},
		.positions = sqz_qlayer_positions(net, layer),
		.weights = layer->weights,
		.blocks = blocks ? &blocks[index] : NULL,
	};
}

uint64_t sqz_layer_weights(const struct sqz_qnet *net, uint32_t index)
{
	const struct sqz_qlayer *layer = &net->layers[index];

	return (uint64_t)sqz_qlayer_group_rows(net, layer) *
	       sqz_qlayer_out_channels(net, layer);
}

/* The layer's own planes and squeeze instead of the design's. */
static struct sqz_design fit_design(const struct sqz_design *design,
				    const struct sqz_blocks *blocks)
{
	struct sqz_design fit = *design;

	if (!blocks || design->cells.slicing != SQZ_SLICED)
		return fit;
	fit.squeeze = blocks->squeeze;
	fit.cells.planes = blocks->planes - blocks->squeeze;
	/* Cut-off planes are still below the stored ones. */
	if (!sqz_design_needs_weights(&fit))
		fit.cells.planes -= blocks->truncate;
	return fit;
}

int sqz_count_net_layer(const struct sqz_qnet *net,
			const struct sqz_blocks *blocks,
			const struct sqz_design *design, uint32_t index,
			struct sqz_count *count, struct sqz_error *err)
{
	struct sqz_layer_view view = sqz_layer_view(net, blocks, index);
	struct sqz_design fit = fit_design(design, view.blocks);
	struct sqz_error reason;

	if (sqz_count_layer(&view, &fit, count, &reason))
		return sqz_fail(err, "layer %.80s: %.300s",
				net->layers[index].name, reason.text);
	return 0;
}

int sqz_count_network(const struct sqz_qnet *net,
		      const struct sqz_blocks *blocks,
		      const struct sqz_design *design, struct sqz_count *counts,
		      struct sqz_error *err)
{
	for (uint32_t i = 0; i < net->layer_count; i++) {
		counts[i] = (struct sqz_count){ 0 };
		if (net->layers[i].kind == SQZ_STEP_MVM &&
		    sqz_count_net_layer(net, blocks, design, i, &counts[i],
					err))
			return -1;
	}
	return 0;
}

struct sqz_count sqz_count_total(const struct sqz_qnet *net,
				 const struct sqz_count *counts)
{
	struct sqz_count total = { 0 };

	for (uint32_t i = 0; i < net->layer_count; i++)
		sqz_count_add(&total, &counts[i],
			      sqz_qlayer_positions(net, &net->layers[i]));
	return total;
}
