#include "image_layers.h"

#include <stdio.h>

/* The blocks of a run entry's workers, which follow each other. */
struct range {
	uint32_t first, end;
};

static struct range blocks_of(const struct sqz_placement *placement,
			      const struct sqz_run_entry *run)
{
	const struct sqz_worker *workers =
	    &placement->workers[run->first_worker];
	struct range range = { workers[0].first_block, 0 };

	for (uint32_t i = 0; i < run->worker_count; i++) {
		uint32_t end = workers[i].first_block + workers[i].block_count;
		if (workers[i].first_block < range.first)
			range.first = workers[i].first_block;
		if (end > range.end)
			range.end = end;
	}
	return range;
}

static struct sqz_blocks slice_of(const struct sqz_blocks *blocks,
				  struct range range)
{
	struct sqz_blocks slice = *blocks;

	slice.blocks += range.first;
	slice.count = range.end - range.first;
	return slice;
}

uint32_t sqz_layer_dense_arrays(const struct sqz_blocks *blocks,
				enum sqz_sign_form form)
{
	struct sqz_blocks dense = *blocks;

	dense.squeeze = 0;
	return sqz_blocks_dense_arrays(&dense, form);
}

static uint32_t stored_planes(const struct sqz_blocks *blocks)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < blocks->count; i++) {
		uint32_t planes =
		    (uint32_t)__builtin_popcount(blocks->blocks[i].stored);
		most = planes > most ? planes : most;
	}
	return most;
}

static uint32_t largest_shift(const struct sqz_blocks *blocks)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < blocks->count; i++)
		if (blocks->blocks[i].max_shift > most)
			most = blocks->blocks[i].max_shift;
	return most;
}

/* Weights that the first `count` blocks hold: no zeros beside the groups. */
static uint64_t weights_in(const struct sqz_qnet *net,
			   const struct sqz_qlayer *layer,
			   const struct sqz_blocks *blocks, uint32_t count)
{
	uint32_t rows = sqz_qlayer_group_rows(net, layer);
	uint32_t columns = sqz_qlayer_out_channels(net, layer) / layer->groups;
	uint64_t weights = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct sqz_weight_block *b = &blocks->blocks[i];
		for (uint32_t r = 0; r < b->rows; r++) {
			uint32_t from = sqz_block_row(b, r) / rows * columns;
			uint32_t to = from + columns;
			from = from > b->col0 ? from : b->col0;
			to = to < b->col0 + b->cols ? to : b->col0 + b->cols;
			weights += to > from ? to - from : 0;
		}
	}
	return weights;
}

/* By weights, so that the parts of a layer add up to all of it. */
static uint64_t share_of_macs(const struct sqz_image_source *source,
			      const struct sqz_run_entry *run,
			      struct range range)
{
	const struct sqz_qnet *net = &source->net->net;
	const struct sqz_qlayer *layer = &net->layers[run->layer];
	const struct sqz_blocks *blocks = &source->net->blocks[run->layer];
	uint64_t all = weights_in(net, layer, blocks, blocks->count);
	uint64_t before = weights_in(net, layer, blocks, range.first);
	uint64_t end = weights_in(net, layer, blocks, range.end);

	return layer->macs / all * (end - before) +
	       layer->macs % all * end / all - layer->macs % all * before / all;
}

/* OUs and index bits of a layer, as its blobs have them. */
static void describe_ou(const struct sqz_ou_plan *plan,
			const struct sqz_blocks *blocks,
			const struct sqz_image_step *steps,
			const uint8_t *program, struct sqz_image_layer *layer)
{
	layer->layout = plan->options.layout;
	layer->window = sqz_ou_window_bits(plan, blocks);
	for (uint32_t i = 0; i < layer->participants; i++) {
		const uint8_t *blob =
		    program + steps[layer->first_participant + i].offset;
		const struct sqz_step_header *h = (const void *)blob;
		const struct sqz_ou_array *arrays =
		    (const void *)(blob + h->arrays_offset);

		for (uint32_t a = 0; a < h->array_count; a++) {
			layer->ous += arrays[a].ous;
			layer->index_bits += arrays[a].index_bits;
		}
	}
}

static void describe_weights(const struct sqz_image_source *source,
			     const struct sqz_run_entry *run,
			     struct sqz_image_layer *layer)
{
	struct range range = blocks_of(source->placement, run);
	struct sqz_blocks blocks =
	    slice_of(&source->net->blocks[run->layer], range);

	layer->input_cycles = SQZ_INPUT_BITS + largest_shift(&blocks);
	layer->planes = stored_planes(&blocks);
	if (run->parts)
		layer->macs = share_of_macs(source, run, range);
	if (source->net->ou)
		layer->crossbars_dense = sqz_ou_dense_arrays(
		    &source->net->ou[run->layer], range.first, blocks.count);
	else
		layer->crossbars_dense =
		    sqz_layer_dense_arrays(&blocks, source->form);
	layer->crossbars_dense *= run->copies;
}

static void describe_place(const struct sqz_placement *placement,
			   const struct sqz_run_entry *run,
			   struct sqz_image_layer *layer)
{
	layer->first_participant = run->first_worker;
	layer->participants = run->worker_count;
	layer->round = run->round;
	layer->part = (uint16_t)run->part;
	layer->parts = (uint16_t)run->parts;
	layer->copies = run->copies > 1 ? run->copies : 0;
	if (run->partial_in != SQZ_NO_TENSOR)
		layer->partial = run->partial_in + 1;
	for (uint32_t i = 0; i < run->worker_count; i++)
		layer->crossbars +=
		    placement->workers[run->first_worker + i].arrays;
}

void sqz_image_describe_run(const struct sqz_image_source *source,
			    const struct sqz_image_step *steps,
			    const uint8_t *program, uint32_t index,
			    struct sqz_image_layer *layer)
{
	const struct sqz_placement *placement = source->placement;
	const struct sqz_run_entry *run = &placement->runs[index];
	const struct sqz_qnet *net = &source->net->net;
	const struct sqz_qlayer *from = &net->layers[run->layer];

	snprintf(layer->name, sizeof(layer->name), "%s", from->name);
	layer->kind = from->kind;
	layer->input = from->input;
	layer->output = sqz_run_output(net, run);
	layer->residual = from->residual;
	if (run->partial_out != SQZ_NO_TENSOR)
		layer->residual = SQZ_NO_TENSOR;
	layer->positions = sqz_qlayer_positions(net, from);
	layer->macs = from->macs;
	describe_place(placement, run, layer);
	if (from->kind != SQZ_STEP_MVM)
		return;
	describe_weights(source, run, layer);
	if (source->net->ou)
		describe_ou(&source->net->ou[run->layer],
			    &source->net->blocks[run->layer], steps, program,
			    layer);
}
