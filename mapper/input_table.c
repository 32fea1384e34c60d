#include "input_table.h"

#include "requant.h"

#include <stdlib.h>
#include <string.h>

#define RAW_VALUES 256

void sqz_input_tables(const struct sqz_qnet *net,
		      const struct sqz_normalization *normalization,
		      uint8_t *tables)
{
	const struct sqz_qtensor *input = &net->tensors[net->input];

	for (uint32_t raw = 0; raw < RAW_VALUES; raw++) {
		double real = (raw / 255.0 - normalization->mean) /
			      normalization->deviation;

		tables[raw] = (uint8_t)sqz_round_clamp(
		    real / input->scale + input->zero_point, 0, 255);
	}
	for (uint32_t c = 1; c < input->channels; c++)
		memcpy(tables + (size_t)c * RAW_VALUES, tables, RAW_VALUES);
}

int sqz_input_quantize(const struct sqz_qnet *net, const uint8_t *tables,
		       const struct sqz_dataset *dataset, uint32_t first,
		       uint32_t count, uint8_t *out, struct sqz_error *err)
{
	const struct sqz_qtensor *input = &net->tensors[net->input];
	struct sqz_shape shape = { .channels = input->channels,
				   .height = input->height,
				   .width = input->width };
	size_t pixels = (size_t)shape.height * shape.width;
	uint8_t *raw = malloc(pixels * shape.channels);
	int result = 0;

	if (!raw)
		return sqz_fail(err, "out of memory for an image");
	for (uint32_t i = 0; result == 0 && i < count; i++) {
		result = sqz_dataset_raw(dataset, first + i, &shape, raw, err);
		for (size_t k = 0; result == 0 && k < pixels * shape.channels;
		     k++) {
			size_t c = k % shape.channels;

			*out++ = tables[c * RAW_VALUES +
					raw[c * pixels + k / shape.channels]];
		}
	}
	free(raw);
	return result;
}
