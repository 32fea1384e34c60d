/*
 * .sqz images as the driver reads them in place. What sqz_image_open() lets
 * pass is followed to the end. CRCs are made right first.
 */
#include "driver/port_extra.h"
#include "fuzz.h"
#include "mapper/image_seal.h"
#include "runtime/image.h"
#include "sqz/port.h"

#include <stdlib.h>
#include <string.h>

#define BUS 0x20000000u

/* ---- what opening needs of a port ---- */

const void *sqz_bus_map(uint64_t addr, uint64_t bytes)
{
	(void)addr;
	(void)bytes;
	return NULL;
}

void sqz_log(const char *format, ...)
{
	(void)format;
}

/* ---- following ---- */

/* Keeps what is read from being optimized away. */
static volatile uint8_t sink;

static void touch(const void *from, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes; i++)
		sink = ((const uint8_t *)from)[i];
}

static void follow_step(const struct sqz_image *image, uint32_t index)
{
	const struct sqz_image_step *step = &image->steps[index];
	uint64_t blob = sqz_image_blob(image, step) - BUS;

	touch(&image->participants[index], sizeof(struct sqz_participant));
	touch((const uint8_t *)image->place.data + blob, step->bytes);
}

static void follow_layer(const struct sqz_image *image, uint32_t index)
{
	const struct sqz_image_layer *layer = &image->layers[index];
	uint64_t list = sqz_image_participants(image, layer) - BUS;

	touch(layer->name, strlen(layer->name));
	touch(&image->tensors[layer->input], sizeof(struct sqz_image_tensor));
	touch(&image->tensors[layer->output], sizeof(struct sqz_image_tensor));
	if (layer->residual != SQZ_NO_TENSOR)
		touch(&image->tensors[layer->residual],
		      sizeof(struct sqz_image_tensor));
	touch((const uint8_t *)image->place.data + list,
	      (uint64_t)layer->participants * sizeof(struct sqz_participant));
}

static void follow(const struct sqz_image *image)
{
	const struct sqz_image_network *net = image->network;

	touch(image->nodes, (uint64_t)net->mesh_width * net->mesh_height *
				sizeof(struct sqz_node_entry));
	for (uint32_t i = 0; i < net->layers; i++)
		follow_layer(image, i);
	for (uint32_t i = 0; i < net->steps; i++)
		follow_step(image, i);
	for (uint32_t i = 0; i < SQZ_SECTION_COUNT; i++)
		touch(image->sections[i].data, image->sections[i].bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The flash is at least one header long. */
	if (size < sizeof(struct sqz_image_header))
		return 0;
	size_t room = (size + SQZ_IMAGE_ALIGN - 1) & ~(SQZ_IMAGE_ALIGN - 1ull);
	uint8_t *flash = aligned_alloc(SQZ_IMAGE_ALIGN, room);
	if (!flash)
		return 0;
	/* Unaligned to its end: nothing may be read behind it. */
	memset(flash, 0, room);
	memcpy(flash, data, size);
	image_seal(flash, size);

	const struct sqz_image_place place = { flash, BUS, room };
	struct sqz_image image;
	struct sqz_failure failure;
	if (sqz_image_open(&image, &place, &failure) == SQZ_SUCCESS)
		follow(&image);
	free(flash);
	return 0;
}
