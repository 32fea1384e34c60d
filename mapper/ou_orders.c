/* Row orders of a layer's blocks and windows. */
#include "ou_scan_internal.h"

#include <stdlib.h>

#include "row_order.h"

static int order_block(const struct sqz_ou_layer *layer, uint32_t block,
		       uint32_t cols, struct sqz_row_orderer *orderer,
		       struct sqz_ou_orders *orders)
{
	struct sqz_ou_window window = { .block =
					    &layer->blocks->blocks[block] };
	uint32_t rows;

	sqz_ou_planes_used(&window);
	for (uint32_t w = 0; w * cols < window.block->cols; w++) {
		size_t at = (size_t)block * orders->windows + w;

		window.col0 = w * cols;
		window.cols =
		    sqz_ou_smaller(cols, window.block->cols - window.col0);
		if (sqz_row_order(orderer, &window,
				  orders->rows + at * orders->room, &rows))
			return -1;
		orders->counts[at] = (uint16_t)rows;
	}
	return 0;
}

int sqz_ou_orders_make(const struct sqz_ou_layer *layer,
		       const struct sqz_ou_options *options,
		       struct sqz_ou_orders *orders, struct sqz_error *err)
{
	const struct sqz_row_swap units = {
		.ou_rows = layer->config->tile.ou_rows,
		.ou_columns = layer->config->tile.ou_columns,
		.complements = options->complements,
	};
	uint32_t cols = sqz_ou_window_cols(layer, options->window);
	uint32_t windows = (layer->max_cols + cols - 1) / cols;
	size_t count = (size_t)layer->blocks->count * windows;
	struct sqz_row_orderer *orderer = sqz_row_orderer_create(
	    layer->max_rows, cols * (layer->sign + 1), &units);

	*orders = (struct sqz_ou_orders){
		.windows = windows,
		.room = layer->max_rows,
		.counts = calloc(count + 1, sizeof(uint16_t)),
		.rows = calloc(count * layer->max_rows + 1, sizeof(uint16_t)),
	};
	bool ok = orderer && orders->counts && orders->rows;

	for (uint32_t b = 0; ok && b < layer->blocks->count; b++)
		ok = order_block(layer, b, cols, orderer, orders) == 0;
	sqz_row_orderer_free(orderer);
	if (ok)
		return 0;
	sqz_ou_orders_free(orders);
	return sqz_fail(err, "out of memory for row orders");
}

void sqz_ou_orders_free(struct sqz_ou_orders *orders)
{
	free(orders->counts);
	free(orders->rows);
	*orders = (struct sqz_ou_orders){ 0 };
}
