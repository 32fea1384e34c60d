#include "workers.h"

#include <stdbool.h>
#include <stdlib.h>

#define KIB 1024u

/* The line buffer may take half of the eDRAM: residuals and results need room,
 * too, and fetching ahead wants more than the least. */
static uint64_t line_limit_bytes(const struct sqz_config *config)
{
	return (uint64_t)config->tile.edram_kib * KIB / 2;
}

static uint64_t window_pixels(const struct sqz_qnet *net,
			      const struct sqz_qlayer *layer)
{
	const struct sqz_qtensor *in = &net->tensors[layer->input];
	uint64_t rows = (uint64_t)(layer->kernel_h - 1) * layer->dilation_y;
	uint64_t columns =
	    (uint64_t)(layer->kernel_w - 1) * layer->dilation_x + 1;
	uint64_t pixels = rows * in->width + columns;
	uint64_t all = (uint64_t)in->height * in->width;

	return pixels < all ? pixels : all;
}

uint64_t sqz_worker_line_bytes(const struct sqz_qnet *net,
			       const struct sqz_worker *worker)
{
	const struct sqz_qlayer *layer = &net->layers[worker->layer];

	return window_pixels(net, layer) *
	       (worker->fetch_c1 - worker->fetch_c0);
}

static struct sqz_worker *append(struct sqz_placement *placement)
{
	if (placement->worker_count == placement->worker_room) {
		uint32_t room = placement->worker_room * 2 + 16;
		struct sqz_worker *grown =
		    realloc(placement->workers, room * sizeof(*grown));
		if (!grown)
			return NULL;
		placement->workers = grown;
		placement->worker_room = room;
	}
	struct sqz_worker *worker =
	    &placement->workers[placement->worker_count++];
	*worker = (struct sqz_worker){ 0 };
	return worker;
}

/* A run of blocks of one layer, and what it would take. */
struct run {
	uint32_t first, count;
	uint32_t k0, k1, n0, n1;
	uint32_t arrays;
};

struct cutter {
	const struct sqz_qnet *net;
	const struct sqz_qlayer *layer;
	uint32_t layer_index;
	const struct sqz_blocks *blocks;
	enum sqz_sign_form form;
	const struct sqz_config *config;
	struct sqz_placement *placement;
};

static struct run run_of(const struct cutter *cut, uint32_t first,
			 uint32_t count)
{
	struct run run = { first, count, UINT32_MAX, 0, UINT32_MAX, 0, 0 };

	for (uint32_t i = first; i < first + count; i++) {
		const struct sqz_weight_block *b = &cut->blocks->blocks[i];
		run.k0 = b->row0 < run.k0 ? b->row0 : run.k0;
		run.n0 = b->col0 < run.n0 ? b->col0 : run.n0;
		run.k1 =
		    b->row0 + b->rows > run.k1 ? b->row0 + b->rows : run.k1;
		run.n1 =
		    b->col0 + b->cols > run.n1 ? b->col0 + b->cols : run.n1;
		run.arrays += sqz_block_array_count(b, cut->form);
	}
	return run;
}

static void fill_worker(const struct cutter *cut, const struct run *run,
			struct sqz_worker *worker)
{
	uint32_t area = cut->layer->kernel_h * cut->layer->kernel_w;

	*worker = (struct sqz_worker){
		.layer = cut->layer_index,
		.first_block = run->first,
		.block_count = run->count,
		.k0 = run->k0,
		.k1 = run->k1,
		.n0 = run->n0,
		.n1 = run->n1,
		.fetch_c0 = run->k0 / area,
		.fetch_c1 = (run->k1 + area - 1) / area,
		.arrays = run->arrays,
	};
}

static bool fits_tile(const struct cutter *cut, const struct run *run)
{
	struct sqz_worker worker;

	fill_worker(cut, run, &worker);
	return run->arrays <= cut->config->tile.arrays &&
	       sqz_worker_line_bytes(cut->net, &worker) <=
		   line_limit_bytes(cut->config);
}

/* Blocks from `first` on that hold the same columns. */
static uint32_t column_blocks(const struct cutter *cut, uint32_t first)
{
	const struct sqz_weight_block *blocks = cut->blocks->blocks;
	uint32_t end = first + 1;

	while (end < cut->blocks->count &&
	       blocks[end].col0 == blocks[first].col0)
		end++;
	return end - first;
}

static int add_worker(const struct cutter *cut, const struct run *run,
		      uint32_t reducer, struct sqz_error *err)
{
	struct sqz_worker *worker = append(cut->placement);

	if (!worker)
		return sqz_fail(err, "layer %s: out of memory",
				cut->layer->name);
	fill_worker(cut, run, worker);
	worker->reducer = reducer;
	return 0;
}

/* Largest run from `first` on, below `end`, that fits a tile and is not longer
 * than `most` blocks; 0 if not even one block does. */
static uint32_t longest_run(const struct cutter *cut, uint32_t first,
			    uint32_t end, uint32_t most)
{
	uint32_t count = 0;

	while (first + count < end && count < most) {
		struct run run = run_of(cut, first, count + 1);
		if (!fits_tile(cut, &run))
			break;
		count++;
	}
	return count;
}

static uint32_t runs_needed(const struct cutter *cut, uint32_t first,
			    uint32_t end, uint32_t most)
{
	uint32_t runs = 0;

	while (first < end) {
		uint32_t count = longest_run(cut, first, end, most);
		if (!count)
			return 0;
		first += count;
		runs++;
	}
	return runs;
}

/* Cuts one column range along K into as few workers as possible, and these into
 * parts as equal as possible. */
static int split_columns(const struct cutter *cut, uint32_t first,
			 uint32_t count, struct sqz_error *err)
{
	uint32_t end = first + count;
	uint32_t runs = runs_needed(cut, first, end, count);

	if (!runs)
		return sqz_fail(err,
				"layer %s: one block of its weights needs more "
				"arrays or eDRAM than a tile has",
				cut->layer->name);
	uint32_t most = (count + runs - 1) / runs;
	uint32_t reducer = cut->placement->worker_count;
	while (first < end) {
		uint32_t length = longest_run(cut, first, end, most);
		struct run run = run_of(cut, first, length);
		if (add_worker(cut, &run, reducer, err))
			return -1;
		first += length;
	}
	return 0;
}

static int cut_matrix(const struct cutter *cut, struct sqz_error *err)
{
	uint32_t at = 0;

	while (at < cut->blocks->count) {
		uint32_t count = column_blocks(cut, at);
		struct run run = run_of(cut, at, count);
		if (!fits_tile(cut, &run)) {
			if (split_columns(cut, at, count, err))
				return -1;
			at += count;
			continue;
		}
		/* More column ranges, as long as the tile takes them whole. */
		while (at + count < cut->blocks->count) {
			uint32_t more = column_blocks(cut, at + count);
			struct run wider = run_of(cut, at, count + more);
			if (!fits_tile(cut, &wider))
				break;
			run = wider;
			count += more;
		}
		if (add_worker(cut, &run, cut->placement->worker_count, err))
			return -1;
		at += count;
	}
	return 0;
}

/* Pooling and add: channels are cut only where the eDRAM wants it. */
static int cut_channels(const struct cutter *cut, struct sqz_error *err)
{
	uint32_t channels = cut->net->tensors[cut->layer->output].channels;
	uint64_t pixels = window_pixels(cut->net, cut->layer);
	uint64_t most = line_limit_bytes(cut->config) / pixels;

	if (!most)
		return sqz_fail(err,
				"layer %s: one channel's window needs more "
				"eDRAM than a tile has",
				cut->layer->name);
	for (uint32_t c = 0; c < channels;) {
		uint32_t end =
		    channels - c < most ? channels : c + (uint32_t)most;
		struct run run = { 0, 0, 0, 0, c, end, 0 };
		uint32_t self = cut->placement->worker_count;
		if (add_worker(cut, &run, self, err))
			return -1;
		cut->placement->workers[self].fetch_c0 = c;
		cut->placement->workers[self].fetch_c1 = end;
		c = end;
	}
	return 0;
}

int sqz_cut_layer(const struct sqz_quantized *net, uint32_t layer,
		  enum sqz_sign_form form, const struct sqz_config *config,
		  struct sqz_placement *placement, struct sqz_error *err)
{
	const struct cutter cut = {
		.net = &net->net,
		.layer = &net->net.layers[layer],
		.layer_index = layer,
		.blocks = &net->blocks[layer],
		.form = form,
		.config = config,
		.placement = placement,
	};

	if (cut.layer->kind == SQZ_STEP_MVM)
		return cut_matrix(&cut, err);
	return cut_channels(&cut, err);
}
