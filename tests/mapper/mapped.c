#include "mapped.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "input_table.h"

#define MAX_OVERRIDES 16

static struct sqz_error err;

void mapped_chip(struct mapped *map, const char *overrides)
{
	char *text = strdup(overrides ? overrides : "");
	const char *list[MAX_OVERRIDES];
	int count = 0;
	char *rest = NULL;

	for (char *word = strtok_r(text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		list[count++] = word;
	if (sqz_config_load(&map->config, "configs/default.cfg", list, count,
			    &err) ||
	    sqz_chip_build(&map->config, &map->chip, &err))
		ck_abort_msg("%s", err.text);
	free(text);
}

static void fit_planes(struct sqz_qlayer *layer, unsigned planes)
{
	for (size_t i = 0; i < layer->weight_count; i++)
		while (abs(layer->weights[i]) >> planes)
			layer->weights[i] /= 2;
}

/* Row k is divided by a power of two of its own. */
static void vary_rows(struct sqz_qlayer *layer, uint32_t group_rows)
{
	for (size_t i = 0; i < layer->weight_count; i++)
		layer->weights[i] /= (int16_t)(1 << i % group_rows * 7 % 5);
}

void mapped_slice(struct mapped *map, unsigned planes, unsigned x)
{
	struct sqz_qnet *net = &map->net.net;

	map->net.blocks = calloc(net->layer_count, sizeof(*map->net.blocks));
	for (uint32_t i = 0; i < net->layer_count; i++) {
		struct sqz_qlayer *layer = &net->layers[i];
		if (layer->kind != SQZ_STEP_MVM)
			continue;
		const struct sqz_block_shape shape = {
			.groups = layer->groups,
			.group_rows = sqz_qlayer_group_rows(net, layer),
			.out_channels = sqz_qlayer_out_channels(net, layer),
			.array_rows = map->config.tile.array_rows,
			.array_columns = map->config.tile.array_columns,
			.cell_bits = map->cell_bits,
		};
		fit_planes(layer, planes);
		if (map->order_blocks)
			vary_rows(layer, shape.group_rows);
		if (sqz_blocks_slice(&shape, layer->weights, planes,
				     &map->net.blocks[i], &err))
			ck_abort_msg("%s", err.text);
		if (map->order_blocks &&
		    sqz_blocks_order(&map->net.blocks[i], map->order_blocks,
				     &err))
			ck_abort_msg("%s", err.text);
		sqz_blocks_squeeze(&map->net.blocks[i], x);
		sqz_blocks_store(&map->net.blocks[i], &shape, layer->weights);
	}
}

void mapped_place(struct mapped *map)
{
	if (sqz_place(&map->net, map->form, &map->config, &map->chip,
		      &map->placement, &err))
		ck_abort_msg("%s", err.text);
}

void mapped_all_kinds(struct mapped *map, uint64_t seed, const char *overrides)
{
	*map = (struct mapped){ .form = seed % 2 ? SQZ_SIGN_DIFFERENTIAL
						 : SQZ_SIGN_TWOS_COMPLEMENT };
	random_net_all_kinds(&map->net.net, seed);
	mapped_chip(map, overrides);
	mapped_slice(map, 8, (unsigned)(seed % 4));
	mapped_place(map);
}

void mapped_image(struct mapped *map, struct sqz_bytes *image)
{
	const struct sqz_qnet *net = &map->net.net;
	const struct sqz_qtensor *in = &net->tensors[net->input];
	size_t pixels = (size_t)in->height * in->width;
	uint8_t *raw = malloc(pixels);

	for (size_t i = 0; i < pixels; i++)
		raw[i] = (uint8_t)(i * 37);
	free(map->tables);
	map->tables = malloc((size_t)in->channels * 256);
	sqz_input_tables(net, &sqz_fashion_mnist_normalization, map->tables);
	const struct sqz_image_source source = {
		.name = "all kinds",
		.net = &map->net,
		.placement = &map->placement,
		.form = map->form,
		.config = &map->config,
		.chip = &map->chip,
		.raw_height = in->height,
		.raw_width = in->width,
		.tables = map->tables,
		.selftest = raw,
	};
	if (sqz_image_build(&source, image, &err))
		ck_abort_msg("%s", err.text);
	free(raw);
}

void mapped_free(struct mapped *map)
{
	free(map->tables);
	sqz_placement_free(&map->placement);
	sqz_quantized_free(&map->net);
	sqz_chip_free(&map->chip);
	*map = (struct mapped){ 0 };
}
