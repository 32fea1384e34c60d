#include "on_tile.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/tile/harness.h"
#include "tile/step.h"

#define ADC_BITS 16 /* lossless for any cell */

static struct sqz_tile_config tile_config(const struct sqz_config *config)
{
	struct sqz_tile_config tile = harness_config();

	tile.arrays = (uint32_t)config->tile.arrays;
	tile.array_rows = (uint32_t)config->tile.array_rows;
	tile.array_columns = (uint32_t)config->tile.array_columns;
	tile.ou_rows = (uint32_t)config->tile.ou_rows;
	tile.ou_columns = (uint32_t)config->tile.ou_columns;
	tile.edram_bytes = (uint32_t)config->tile.edram_kib * 1024;
	tile.adc_bits = ADC_BITS;
	tile.nodes = (uint32_t)(config->noc.width * config->noc.height);
	return tile;
}

static void run_layer(struct harness *h, const struct sqz_image_file *image,
		      uint32_t index, const uint64_t *tensors)
{
	const struct sqz_image_layer *layer = &image->layers[index];
	const struct sqz_image_step *step =
	    &image->steps[layer->first_participant];
	const uint8_t *program = image->sections[SQZ_SECTION_PROGRAM].data;
	const struct harness_run run = {
		.run = 1,
		.in = tensors[layer->input],
		.out = tensors[layer->output],
		.residual = layer->residual == SQZ_NO_TENSOR
				? 0
				: tensors[layer->residual],
		.partial = layer->partial ? tensors[layer->partial - 1] : 0,
		.layer = 1,
	};

	ck_assert_uint_eq(layer->participants, 1);
	ck_assert_uint_eq(
	    harness_program(h, 0, 0, program + step->offset, step->bytes),
	    SQZ_OK);
	h->done_count = 0;
	harness_start(h, &run);
	harness_drain(h);
	ck_assert_uint_eq(h->done_count, 1);
	ck_assert_uint_eq(h->dones[0].status, SQZ_OK);
}

void on_tile_run(const struct sqz_image_file *image,
		 const struct sqz_config *config, const uint8_t *input,
		 uint8_t **outputs)
{
	const struct harness_options options = harness_options(1);
	const struct sqz_tile_config tile = tile_config(config);
	struct harness *h = harness_create(&options, &tile, NULL);
	uint64_t tensors[image->network->tensors];

	for (uint32_t t = 0; t < image->network->tensors; t++)
		tensors[t] = harness_alloc(h, image->tensors[t].bytes);
	uint32_t in = image->network->input_tensor;
	memcpy(harness_at(h, tensors[in]), input, image->tensors[in].bytes);
	for (uint32_t i = 0; i < image->network->layers; i++)
		run_layer(h, image, i, tensors);
	for (uint32_t t = 0; t < image->network->tensors; t++) {
		outputs[t] = malloc(image->tensors[t].bytes);
		memcpy(outputs[t], harness_at(h, tensors[t]),
		       image->tensors[t].bytes);
	}
	harness_destroy(h);
}

void on_tile_add_writes(const struct sqz_image_file *image,
			const struct sqz_config *config, uint32_t step,
			struct sqz_writes *sum)
{
	const struct sqz_tile_config tile = tile_config(config);
	const struct sqz_step_limits limits = {
		tile.arrays,	 tile.array_rows,  tile.array_columns,
		tile.adc_bits,	 tile.edram_bytes, tile.ou_rows,
		tile.ou_columns, tile.nodes,
	};
	const uint8_t *program = image->sections[SQZ_SECTION_PROGRAM].data;
	struct sqz_step *loaded;

	ck_assert_uint_eq(sqz_step_load(&limits,
					program + image->steps[step].offset,
					image->steps[step].bytes, &loaded),
			  SQZ_OK);
	sum->steps++;
	sum->arrays += loaded->array_count;
	sum->rows += loaded->costs.row_writes;
	sum->cells += loaded->costs.cell_writes;
	sqz_step_free(loaded);
}
