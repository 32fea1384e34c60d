#include "ou_scan_internal.h"

#include <stdlib.h>

struct sqz_ou_layer sqz_ou_layer_of(const struct sqz_config *config,
				    const struct sqz_blocks *blocks,
				    uint32_t positions)
{
	struct sqz_ou_layer layer = {
		.config = config,
		.blocks = blocks,
		.lowest = blocks->truncate,
		.sign = blocks->planes - blocks->squeeze,
		.positions = positions,
	};

	for (uint32_t i = 0; i < blocks->count; i++) {
		layer.max_cols =
		    sqz_ou_larger(layer.max_cols, blocks->blocks[i].cols);
		layer.max_rows =
		    sqz_ou_larger(layer.max_rows, blocks->blocks[i].rows);
	}
	return layer;
}

static uint32_t layer_planes(const struct sqz_ou_layer *layer)
{
	return layer->sign + 1 - layer->lowest;
}

uint32_t sqz_ou_window_cols(const struct sqz_ou_layer *layer, uint32_t window)
{
	uint32_t cols = window / layer_planes(layer);

	if (window == 0 || cols > layer->max_cols)
		return sqz_ou_larger(layer->max_cols, 1);
	return sqz_ou_larger(cols, 1);
}

struct sqz_ou_scanner *sqz_ou_scanner_create(const struct sqz_ou_layer *layer)
{
	struct sqz_ou_scanner *s = calloc(1, sizeof(*s));
	uint32_t ou_rows = layer->config->tile.ou_rows;
	uint32_t groups = (layer->max_rows + ou_rows - 1) / ou_rows;
	size_t columns = (size_t)layer->max_cols * (layer->sign + 1) + 1;

	if (!s)
		return NULL;
	s->layer = layer;
	s->maker = sqz_ou_maker_create(ou_rows, layer->config->tile.ou_columns,
				       (uint32_t)columns);
	s->plain = sqz_ou_maker_create(ou_rows, layer->config->tile.ou_columns,
				       (uint32_t)columns);
	s->patterns = calloc(columns, sizeof(*s->patterns));
	s->rows = calloc(layer->max_rows + 1, sizeof(*s->rows));
	s->taken = calloc(columns, sizeof(*s->taken));
	s->natural = calloc(layer->max_rows + 1, sizeof(*s->natural));
	s->whole = calloc(columns * (groups + 1), sizeof(*s->whole));
	s->sorted = calloc(columns, sizeof(*s->sorted));
	s->representative = calloc(columns, sizeof(*s->representative));
	if (!s->maker || !s->plain || !s->patterns || !s->natural || !s->rows ||
	    !s->taken || !s->whole || !s->sorted || !s->representative) {
		sqz_ou_scanner_free(s);
		return NULL;
	}
	for (uint32_t r = 0; r < layer->max_rows; r++)
		s->natural[r] = (uint16_t)r;
	return s;
}

void sqz_ou_scanner_free(struct sqz_ou_scanner *s)
{
	if (!s)
		return;
	sqz_ou_maker_free(s->maker);
	sqz_ou_maker_free(s->plain);
	free(s->patterns);
	free(s->rows);
	free(s->taken);
	free(s->natural);
	free(s->whole);
	free(s->sorted);
	free(s->representative);
	free(s);
}

static uint32_t group_cycles(const struct sqz_weight_block *block,
			     const uint16_t *rows, uint32_t count)
{
	uint32_t shift = 0;

	for (uint32_t i = 0; i < count; i++)
		shift = sqz_ou_larger(shift, block->shifts[rows[i]]);
	return SQZ_INPUT_BITS + shift;
}

void sqz_ou_pass_rows(struct sqz_ou_pass *pass, const uint16_t *rows,
		      uint32_t count, uint32_t at)
{
	pass->item.rows = rows + at;
	pass->item.row_count =
	    sqz_ou_smaller(count - at, pass->config->tile.ou_rows);
	pass->item.cycles =
	    group_cycles(pass->block, rows + at, pass->item.row_count);
	sqz_ou_patterns(&pass->window, pass->item.rows, pass->item.row_count,
			pass->s->patterns);
}

void sqz_ou_pass_visit(struct sqz_ou_pass *pass)
{
	uint32_t bits = pass->item.index_bits;

	pass->item.window = &pass->window;
	if (pass->item.draft.columns) {
		pass->item.index_bits += pass->shift_bits;
		pass->shift_bits = 0;
	}
	pass->visitor(pass->context, &pass->item);
	pass->item.index_bits = bits;
}

static void scan_window(struct sqz_ou_pass *pass,
			const struct sqz_ou_orders *orders, size_t at)
{
	pass->item.listed = pass->options->reorder;
	if (pass->options->layout == SQZ_LAYOUT_DUPLICATES)
		sqz_ou_pass_duplicates(pass);
	else if (pass->options->reorder)
		sqz_ou_pass_shared(pass, orders->rows + at * orders->room,
				   orders->counts[at]);
	else
		sqz_ou_pass_shared(pass, pass->s->natural, pass->block->rows);
}

static void scan_windows(struct sqz_ou_pass *pass,
			 const struct sqz_ou_orders *orders)
{
	uint32_t cols =
	    sqz_ou_window_cols(pass->s->layer, pass->options->window);

	sqz_ou_planes_used(&pass->window);
	for (uint32_t w = 0; w * cols < pass->block->cols; w++) {
		size_t at =
		    orders ? (size_t)pass->item.block * orders->windows + w : 0;

		pass->window.col0 = w * cols;
		pass->window.cols =
		    sqz_ou_smaller(cols, pass->block->cols - pass->window.col0);
		scan_window(pass, orders, at);
	}
}

void sqz_ou_scan_block(struct sqz_ou_scanner *scanner,
		       const struct sqz_ou_options *options,
		       const struct sqz_ou_orders *orders, uint32_t block,
		       sqz_ou_visit visitor, void *context)
{
	struct sqz_ou_pass pass = {
		.s = scanner,
		.options = options,
		.config = scanner->layer->config,
		.block = &scanner->layer->blocks->blocks[block],
		.item = { .block = block },
		.visitor = visitor,
		.context = context,
	};
	uint32_t squeeze = scanner->layer->blocks->squeeze;

	pass.shift_bits = pass.block->rows * sqz_bits_for(squeeze + 1);
	pass.window.block = pass.block;
	if (options->layout == SQZ_LAYOUT_OU ||
	    options->layout == SQZ_LAYOUT_SRE)
		sqz_ou_pass_sets(&pass);
	else
		scan_windows(&pass, options->reorder ? orders : NULL);
}
