#include "workers.h"

#include <stdbool.h>
#include <stdlib.h>

#define KIB 1024u

static uint64_t edram_bytes(const struct sqz_config *config)
{
	return (uint64_t)config->tile.edram_kib * KIB;
}

/* A line buffer should take half of the eDRAM at most: fetching ahead wants
 * more than the least, and the tile may hold other steps of the layer. */
static uint64_t line_limit_bytes(const struct sqz_config *config)
{
	return edram_bytes(config) / 2;
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

static uint32_t clip(int64_t row, uint32_t rows)
{
	if (row < 0)
		return 0;
	return row < rows ? (uint32_t)row : rows;
}

struct sqz_rows sqz_worker_input_rows(const struct sqz_qnet *net,
				      const struct sqz_worker *worker)
{
	const struct sqz_qlayer *layer = &net->layers[worker->layer];
	uint32_t height = net->tensors[layer->input].height;
	int64_t first = (int64_t)worker->y0 * layer->stride_y - layer->pad_top;
	int64_t last = (int64_t)(worker->y1 - 1) * layer->stride_y -
		       layer->pad_top +
		       (int64_t)(layer->kernel_h - 1) * layer->dilation_y;

	return (struct sqz_rows){ clip(first, height), clip(last + 1, height) };
}

uint64_t sqz_worker_line_bytes(const struct sqz_qnet *net,
			       const struct sqz_worker *worker)
{
	const struct sqz_qlayer *layer = &net->layers[worker->layer];

	return window_pixels(net, layer) *
	       (worker->fetch_c1 - worker->fetch_c0);
}

struct sqz_worker *sqz_add_worker(struct sqz_placement *placement)
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
	const struct sqz_ou_plan *ou; /* or NULL */
	enum sqz_sign_form form;
	const struct sqz_config *config;
	struct sqz_placement *placement;
};

static struct run run_of(const struct cutter *cut, uint32_t first,
			 uint32_t count)
{
	struct run run = { first, count, UINT32_MAX, 0, UINT32_MAX, 0, 0 };
	uint64_t ous = 0;
	uint64_t dense = 0;

	for (uint32_t i = first; i < first + count; i++) {
		const struct sqz_weight_block *b = &cut->blocks->blocks[i];
		run.k0 = b->row0 < run.k0 ? b->row0 : run.k0;
		run.n0 = b->col0 < run.n0 ? b->col0 : run.n0;
		uint32_t end = b->row0 + (b->order ? b->span : b->rows);
		run.k1 = end > run.k1 ? end : run.k1;
		run.n1 =
		    b->col0 + b->cols > run.n1 ? b->col0 + b->cols : run.n1;
		if (cut->ou) {
			ous += cut->ou->blocks[i].ous;
			dense += cut->ou->blocks[i].dense_ous;
		} else {
			run.arrays += sqz_block_array_count(b, cut->form);
		}
	}
	if (cut->ou)
		run.arrays = sqz_ou_arrays(cut->ou, ous, dense);
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

static uint64_t run_line_bytes(const struct cutter *cut, const struct run *run)
{
	struct sqz_worker worker;

	fill_worker(cut, run, &worker);
	return sqz_worker_line_bytes(cut->net, &worker);
}

static bool fits(const struct cutter *cut, const struct run *run,
		 uint64_t limit_bytes)
{
	return run->arrays <= cut->config->tile.arrays &&
	       run_line_bytes(cut, run) <= limit_bytes;
}

static int add_worker(const struct cutter *cut, const struct run *run,
		      uint32_t reducer, struct sqz_error *err)
{
	struct sqz_worker *worker = sqz_add_worker(cut->placement);

	if (!worker)
		return sqz_fail(err, "layer %s: out of memory",
				cut->layer->name);
	fill_worker(cut, run, worker);
	worker->reducer = reducer;
	worker->y1 = cut->net->tensors[cut->layer->output].height;
	return 0;
}

/* What a range of blocks is cut at: unit i holds blocks starts[i] to
 * starts[i + 1]. Units are whole column ranges, or the single blocks of one;
 * blocks that share out their rows stay together. */
struct units {
	uint32_t *starts;
	uint32_t count;
	bool shared; /* all pieces hold the same columns: the first reduces */
};

static struct run piece(const struct cutter *cut, const struct units *units,
			uint32_t first, uint32_t length)
{
	uint32_t at = units->starts[first];

	return run_of(cut, at, units->starts[first + length] - at);
}

/* Units from `first` on, below `end`, that fit one tile; 0 if not even one
 * does. A single block may fill the eDRAM: it cannot be cut. */
static uint32_t longest_piece(const struct cutter *cut,
			      const struct units *units, uint32_t first,
			      uint32_t end)
{
	uint32_t length = 0;

	while (first + length < end) {
		struct run run = piece(cut, units, first, length + 1);
		uint64_t limit = units->shared && length == 0
				     ? edram_bytes(cut->config)
				     : line_limit_bytes(cut->config);
		if (!fits(cut, &run, limit))
			break;
		length++;
	}
	return length;
}

/* The fewest pieces that hold the units; 0 if one unit fits no tile, which is
 * then in *misfit. */
static uint32_t pieces_needed(const struct cutter *cut,
			      const struct units *units, uint32_t first,
			      uint32_t end, uint32_t *misfit)
{
	uint32_t pieces = 0;

	while (first < end) {
		uint32_t length = longest_piece(cut, units, first, end);
		*misfit = first;
		if (!length)
			return 0;
		first += length;
		pieces++;
	}
	return pieces;
}

/* Length of the next of `left` pieces: as near to an equal share as the tile
 * and the pieces behind it allow. */
static uint32_t even_length(const struct cutter *cut, const struct units *units,
			    uint32_t first, uint32_t end, uint32_t left)
{
	uint32_t most = longest_piece(cut, units, first, end);
	uint32_t length = (end - first + left - 1) / left;
	uint32_t ignored;

	while (length < most && pieces_needed(cut, units, first + length, end,
					      &ignored) > left - 1)
		length++;
	return length < most ? length : most;
}

/* Units first..end into as few workers as possible, these as equal as possible.
 */
static int cut_evenly(const struct cutter *cut, const struct units *units,
		      uint32_t first, uint32_t end, struct sqz_error *err)
{
	uint32_t misfit = 0;
	uint32_t left = pieces_needed(cut, units, first, end, &misfit);
	uint32_t reducer = cut->placement->worker_count;

	if (!left) {
		struct run run = piece(cut, units, misfit, 1);
		return sqz_fail(err,
				"layer %s: %s%u rows of its weights take %u "
				"arrays and %llu bytes of eDRAM; a tile has %u "
				"and %llu",
				cut->layer->name,
				cut->ou ? "the operation units of " : "",
				run.k1 - run.k0, run.arrays,
				(unsigned long long)run_line_bytes(cut, &run),
				cut->config->tile.arrays,
				(unsigned long long)edram_bytes(cut->config));
	}
	for (; first < end; left--) {
		uint32_t length = even_length(cut, units, first, end, left);
		struct run run = piece(cut, units, first, length);
		if (!units->shared)
			reducer = cut->placement->worker_count;
		if (add_worker(cut, &run, reducer, err))
			return -1;
		first += length;
	}
	return 0;
}

static bool whole_fits(const struct cutter *cut, const struct units *units,
		       uint32_t unit)
{
	struct run run = piece(cut, units, unit, 1);

	return fits(cut, &run, line_limit_bytes(cut->config));
}

/* True if the block holds rows of the same chunk as the one before it. */
static bool shares_rows(const struct cutter *cut, uint32_t block)
{
	const struct sqz_weight_block *b = &cut->blocks->blocks[block];

	return b->order && b[-1].order && b[-1].row0 == b->row0;
}

/* One column range along K. */
static int split_range(const struct cutter *cut, const struct units *ranges,
		       uint32_t range, struct sqz_error *err)
{
	uint32_t first = ranges->starts[range];
	uint32_t count = ranges->starts[range + 1] - first;
	struct units blocks = {
		.starts = calloc((size_t)count + 1, sizeof(uint32_t)),
		.shared = true,
	};

	if (!blocks.starts)
		return sqz_fail(err, "layer %s: out of memory",
				cut->layer->name);
	for (uint32_t i = first; i < first + count; i++)
		if (i == first || !shares_rows(cut, i))
			blocks.starts[blocks.count++] = i;
	blocks.starts[blocks.count] = first + count;
	int result = cut_evenly(cut, &blocks, 0, blocks.count, err);
	free(blocks.starts);
	return result;
}

static int cut_ranges(const struct cutter *cut, const struct units *ranges,
		      struct sqz_error *err)
{
	for (uint32_t at = 0; at < ranges->count;) {
		uint32_t end = at;
		while (end < ranges->count && whole_fits(cut, ranges, end))
			end++;
		int result = end > at ? cut_evenly(cut, ranges, at, end, err)
				      : split_range(cut, ranges, end++, err);
		if (result)
			return -1;
		at = end;
	}
	return 0;
}

static int cut_matrix(const struct cutter *cut, struct sqz_error *err)
{
	const struct sqz_weight_block *blocks = cut->blocks->blocks;
	uint32_t count = cut->blocks->count;
	struct units ranges = {
		.starts = calloc((size_t)count + 1, sizeof(uint32_t)),
	};

	if (!ranges.starts)
		return sqz_fail(err, "layer %s: out of memory",
				cut->layer->name);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || blocks[i].col0 != blocks[i - 1].col0)
			ranges.starts[ranges.count++] = i;
	ranges.starts[ranges.count] = count;
	int result = cut_ranges(cut, &ranges, err);
	free(ranges.starts);
	return result;
}

/* Channels of a vector step that one tile takes; 0 if none. */
static uint32_t channels_of_tile(const struct cutter *cut, uint32_t channels)
{
	uint64_t pixels = window_pixels(cut->net, cut->layer);
	uint64_t most = line_limit_bytes(cut->config) / pixels;

	if (!most && pixels <= edram_bytes(cut->config))
		most = 1;
	return most < channels ? (uint32_t)most : channels;
}

/* Vector steps: channels are cut only where the eDRAM wants it. */
static int cut_channels(const struct cutter *cut, struct sqz_error *err)
{
	uint32_t channels = sqz_qlayer_written(cut->net, cut->layer);
	uint32_t first = cut->layer->first_channel;
	uint32_t most = channels_of_tile(cut, channels);

	if (!most)
		return sqz_fail(
		    err,
		    "layer %s: one channel's window takes %llu "
		    "bytes of eDRAM; a tile has %llu",
		    cut->layer->name,
		    (unsigned long long)window_pixels(cut->net, cut->layer),
		    (unsigned long long)edram_bytes(cut->config));
	uint32_t parts = (channels + most - 1) / most;
	for (uint32_t i = 0; i < parts; i++) {
		uint32_t c0 = (uint32_t)((uint64_t)channels * i / parts);
		uint32_t c1 = (uint32_t)((uint64_t)channels * (i + 1) / parts);
		struct run run = { .n0 = first + c0, .n1 = first + c1 };
		uint32_t self = cut->placement->worker_count;
		if (add_worker(cut, &run, self, err))
			return -1;
		cut->placement->workers[self].fetch_c0 = c0;
		cut->placement->workers[self].fetch_c1 = c1;
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
		.ou = net->ou ? &net->ou[layer] : NULL,
		.form = form,
		.config = config,
		.placement = placement,
	};

	if (cut.layer->kind == SQZ_STEP_MVM)
		return cut_matrix(&cut, err);
	return cut_channels(&cut, err);
}
