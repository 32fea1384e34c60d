/* Device, node table, data buffers, results, counters, image. */
#include <string.h>

#include "driver_cases.h"
#include "sqz/memmap.h"
#include "sqz/port.h"

uint32_t cases_buffer_node(const struct sqz_session *chip, unsigned n)
{
	for (uint32_t i = 0; i < chip->device.caps.nodes; i++)
		if (sqz_device_node(&chip->device, i, SQZ_NODE_BUFFER) &&
		    n-- == 0)
			return i;
	return UINT32_MAX;
}

static const char *node_table(struct sqz_session *chip)
{
	const struct sqz_device *device = &chip->device;
	struct sqz_device_summary all;

	sqz_device_summarize(device, &all);
	EXPECT(all.tiles > 0 && all.buffers > 0 && all.arrays > 0);
	EXPECT(device->caps.nodes ==
	       device->caps.mesh_width * device->caps.mesh_height);
	for (uint32_t i = 0; i < device->caps.nodes; i++) {
		const struct sqz_node_entry *node = &device->nodes[i];

		EXPECT(node->x == i % device->caps.mesh_width);
		EXPECT(node->y == i / device->caps.mesh_width);
		EXPECT(sqz_device_node(device, i, node->kind) == node);
		EXPECT(!sqz_device_node(device, i, SQZ_NODE_FLASH + 1));
	}
	EXPECT(!sqz_device_node(device, device->caps.nodes, SQZ_NODE_TILE));
	EXPECT(device->errors == 0);
	return NULL;
}

static const char *no_device(struct sqz_session *chip)
{
	static struct sqz_device other;
	struct sqz_counters counters;

	(void)chip;
	EXPECT(sqz_device_probe(&other, SQZ_MAILBOX_BASE) == SQZ_ENODEV);
	EXPECT(sqz_counters_open(&counters, SQZ_MAILBOX_BASE) == SQZ_ENODEV);
	EXPECT(sqz_counters_open(&counters, SQZ_COUNTERS_BASE) == SQZ_SUCCESS);
	return NULL;
}

static const char *memory_of_nodes(struct sqz_session *chip)
{
	uint32_t node = cases_buffer_node(chip, 0);
	uint64_t bytes = chip->device.nodes[node].memory_kib * UINT64_C(1024);
	uint64_t bus;

	EXPECT(sqz_device_memory(&chip->device, node, bytes - 8, 8, &bus) ==
	       SQZ_SUCCESS);
	EXPECT(bus == chip->device.nodes[node].window + bytes - 8);
	EXPECT(sqz_device_memory(&chip->device, node, bytes - 8, 9, &bus) ==
	       SQZ_EINVAL);
	EXPECT(sqz_device_memory(&chip->device, chip->device.caps.nodes, 0, 1,
				 &bus) == SQZ_ENODE);
	return NULL;
}

static const char *pools(struct sqz_session *chip)
{
	static struct sqz_buffer_pool pool;
	struct sqz_buffer *first, *second;

	(void)chip;
	EXPECT(sqz_buffer_pool_open(&pool, 2, 100) == SQZ_SUCCESS);
	first = sqz_buffer_take(&pool);
	second = sqz_buffer_take(&pool);
	EXPECT(first && second && first->bus != second->bus);
	EXPECT(sqz_dma_addr(first->data) == first->bus);
	EXPECT(!sqz_buffer_take(&pool));
	EXPECT(sqz_buffer_give(&pool, first) == SQZ_SUCCESS);
	EXPECT(sqz_buffer_give(&pool, first) == SQZ_EINVAL);
	EXPECT(sqz_buffer_take(&pool) == first);
	EXPECT(sqz_buffer_pool_free(&pool) == 0);
	return NULL;
}

static const char *memory_ends(struct sqz_session *chip)
{
	struct sqz_buffer buffer;

	(void)chip;
	EXPECT(sqz_buffer_alloc(&buffer, 0) == SQZ_EINVAL);
	EXPECT(sqz_buffer_alloc(&buffer, UINT32_MAX) == SQZ_ENOMEM);
	EXPECT(sqz_buffer_alloc(&buffer, 1) == SQZ_SUCCESS);
	return NULL;
}

static const char *results(struct sqz_session *chip)
{
	(void)chip;
	EXPECT(!strcmp(sqz_strerror(SQZ_ETIMEDOUT), "timed out"));
	EXPECT(!strcmp(sqz_result_name(SQZ_ECANCELED), "SQZ_ECANCELED"));
	EXPECT(sqz_result_of_status(SQZ_ERR_NODE) == SQZ_ENODE);
	EXPECT(sqz_result_of_status(SQZ_STATUS_COUNT) == SQZ_EIO);
	return NULL;
}

static const char *time_goes_on(struct sqz_session *chip)
{
	uint64_t start = sqz_time_ns();
	uintptr_t state = sqz_irq_lock();

	(void)chip;
	while (sqz_time_ns() < start + 50000)
		sqz_wait_irq(start + 50000);
	sqz_irq_unlock(state);
	EXPECT(sqz_time_ns() >= start + 50000);
	EXPECT(sqz_time_ns() < start + 1000000);
	return NULL;
}

/* A copy of the image with one byte turned, or cut off. */
static const char *damaged_images(struct sqz_session *chip)
{
	static struct sqz_image image;
	struct sqz_image_place place = chip->image.place;
	const struct sqz_image_span *layers =
	    &chip->image.sections[SQZ_SECTION_LAYERS];
	uint8_t *copy = sqz_dma_alloc(place.bytes, SQZ_IMAGE_ALIGN);
	struct sqz_failure why;

	EXPECT(copy);
	memcpy(copy, place.data, place.bytes);
	place.data = copy;
	place.bus = sqz_dma_addr(copy);
	EXPECT(sqz_image_open(&image, &place, &why) == SQZ_SUCCESS);
	copy[layers->offset] ^= 1;
	EXPECT(sqz_image_open(&image, &place, &why) == SQZ_ECRC);
	EXPECT(why.address == layers->offset);
	copy[layers->offset] ^= 1;
	place.bytes = layers->offset;
	EXPECT(sqz_image_open(&image, &place, &why) == SQZ_EIMAGE);
	place.bytes = 3;
	EXPECT(sqz_image_open(&image, &place, &why) == SQZ_EIMAGE);
	return NULL;
}

static const struct driver_case cases[] = {
	{ "node table", node_table },
	{ "no device there", no_device },
	{ "memory of nodes", memory_of_nodes },
	{ "pools of buffers", pools },
	{ "the end of memory", memory_ends },
	{ "results", results },
	{ "time goes on", time_goes_on },
	{ "damaged images", damaged_images },
};

const struct driver_cases device_cases = { cases, CASES_COUNT(cases) };
