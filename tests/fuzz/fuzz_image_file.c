/*
 * .sqz images as mapper and platform read them, REFERENCE included. CRCs are
 * made right first: else hardly any change would come past them.
 */
#include "fuzz.h"
#include "mapper/image_seal.h"
#include "reference/image_file.h"
#include "reference/network.h"

#include <stdlib.h>
#include <string.h>

/* Inference of more than that would only take time. */
#define MOST_MACS (1u << 20)

static uint64_t macs_of(const struct sqz_reference *network)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < network->layer_count; i++) {
		const struct ref_layer *layer = &network->layers[i];
		uint64_t window = (uint64_t)layer->info.kernel_h *
				  layer->info.kernel_w * layer->in.channels;

		sum += ref_elements(&layer->in) + ref_elements(&layer->out);
		sum += window > MOST_MACS ? window
					  : ref_elements(&layer->out) * window;
		sum += (uint64_t)layer->map_height * layer->map_width;
		if (sum > MOST_MACS)
			break;
	}
	return sum;
}

static void infer(const struct sqz_reference *network)
{
	size_t bytes = sqz_reference_input_bytes(network);
	size_t logits = sqz_reference_logits(network);
	uint8_t *input = calloc(bytes, 1);
	int32_t *output = calloc(logits, sizeof(*output));
	struct sqz_error err;

	if (input && output)
		(void)sqz_reference_run(network, input, 1, 1, output, &err);
	free(input);
	free(output);
}

static void use(const struct sqz_image_file *image)
{
	const struct sqz_section_view *section =
	    &image->sections[SQZ_SECTION_REFERENCE];
	struct sqz_error err;
	struct sqz_reference *network =
	    sqz_reference_read(section->data, section->bytes, &err);

	if (network && macs_of(network) <= MOST_MACS)
		infer(network);
	sqz_reference_free(network);
}

static void convert(const struct sqz_image_file *image)
{
	const struct sqz_image_input *in = image->input;
	uint64_t raw =
	    (uint64_t)in->raw_height * in->raw_width * in->raw_channels;
	uint64_t whole = (uint64_t)in->height * in->width * in->channels;

	if (raw > MOST_MACS || whole > MOST_MACS)
		return;
	uint8_t *from = calloc(raw, 1);
	uint8_t *to = malloc(whole);
	if (from && to)
		sqz_image_convert_input(image, from, to);
	free(from);
	free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sqz_bytes bytes = { malloc(size + !size), size };
	struct sqz_image_file image;
	struct sqz_error err;

	if (!bytes.data)
		return 0;
	memcpy(bytes.data, data, size);
	if (size >= sizeof(struct sqz_image_header))
		image_seal(bytes.data, size);
	if (sqz_image_file_parse("input", bytes, &image, &err))
		return 0;
	convert(&image);
	use(&image);
	sqz_image_file_close(&image);
	return 0;
}
