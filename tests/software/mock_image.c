#include "mock_image.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

#include "mock_machine.h"

#define SECTIONS 9

struct builder {
	uint8_t *data;
	uint64_t next; /* offset of the next section */
	struct mock_image *image;
};

static void *add_section(struct builder *build, enum sqz_section_kind kind,
			 uint64_t bytes)
{
	struct sqz_image_section *entry =
	    &build->image->table[build->image->header->section_count++];
	void *data = build->data + build->next;

	*entry = (struct sqz_image_section){
		.kind = kind,
		.offset = build->next,
		.bytes = bytes,
	};
	memset(data, 0, bytes);
	build->next = (build->next + bytes + SQZ_IMAGE_ALIGN - 1) &
		      ~(uint64_t)(SQZ_IMAGE_ALIGN - 1);
	return data;
}

static void start(struct builder *build)
{
	struct mock_image *image = build->image;

	image->header = (void *)build->data;
	image->table = (void *)(build->data + sizeof(*image->header));
	memset(build->data, 0, 1024);
	memcpy(image->header->magic, "SQZIMAGE", 8);
	image->header->version_major = 1;
	build->next = 1024;
}

static void add_sections(struct builder *build, uint32_t logit_bytes)
{
	struct mock_image *image = build->image;

	image->network = add_section(build, SQZ_SECTION_NETWORK, 128);
	*image->network = (struct sqz_image_network){
		.name = "mock",
		.mesh_width = 3,
		.mesh_height = 2,
		.array_rows = 128,
		.array_columns = 128,
		.layers = MOCK_IMAGE_LAYERS,
		.tensors = MOCK_IMAGE_TENSORS,
		.steps = MOCK_IMAGE_STEPS,
		.input_tensor = 0,
		.output_tensor = 3,
		.classes = MOCK_IMAGE_CLASSES,
		.logit_bytes = logit_bytes,
		.logit_scale = 0.5f,
		.dram_pool_bytes = 4096,
	};
	image->nodes = add_section(build, SQZ_SECTION_NODES, MOCK_NODES * 32);
	image->tensors =
	    add_section(build, SQZ_SECTION_TENSORS, MOCK_IMAGE_TENSORS * 48);
	image->layers =
	    add_section(build, SQZ_SECTION_LAYERS, MOCK_IMAGE_LAYERS * 136);
	image->participants =
	    add_section(build, SQZ_SECTION_PARTICIPANTS, MOCK_IMAGE_STEPS * 4);
	image->steps =
	    add_section(build, SQZ_SECTION_STEPS, MOCK_IMAGE_STEPS * 32);
	image->program = add_section(build, SQZ_SECTION_PROGRAM,
				     MOCK_IMAGE_STEPS * MOCK_IMAGE_BLOB_BYTES);
	image->selftest =
	    add_section(build, SQZ_SECTION_SELFTEST,
			MOCK_IMAGE_INPUT_BYTES + MOCK_IMAGE_CLASSES * 4);
	image->reference = add_section(build, SQZ_SECTION_REFERENCE, 100);
}

static void fill_nodes(struct mock_image *image)
{
	static const uint8_t kinds[MOCK_NODES] = {
		SQZ_NODE_CONTROLLER, SQZ_NODE_FLASH, SQZ_NODE_TILE,
		SQZ_NODE_BUFFER,     SQZ_NODE_TILE,  SQZ_NODE_BUFFER,
	};

	for (int i = 0; i < MOCK_NODES; i++) {
		bool tile = kinds[i] == SQZ_NODE_TILE;

		image->nodes[i] = (struct sqz_node_entry){
			.kind = kinds[i],
			.slots = tile ? 2 : 0,
			.arrays = tile ? 16 : 0,
			.memory_kib = i == 0 ? 0 : 64,
		};
	}
}

static void fill_tensors(struct mock_image *image, uint32_t logit_bytes)
{
	static const struct sqz_image_tensor tensors[MOCK_IMAGE_TENSORS] = {
		{ .height = 8,
		  .width = 8,
		  .channels = 1,
		  .element_bytes = 1,
		  .node = MOCK_NODE_BUFFER0,
		  .offset = 0x100,
		  .bytes = 64 },
		{ .height = 4,
		  .width = 4,
		  .channels = 2,
		  .element_bytes = 1,
		  .node = MOCK_NODE_BUFFER1,
		  .offset = 0x240,
		  .bytes = 32 },
		{ .height = 4,
		  .width = 4,
		  .channels = 2,
		  .element_bytes = 1,
		  .node = SQZ_TENSOR_IN_DRAM,
		  .offset = 0x80,
		  .bytes = 32 },
		{ .height = 1,
		  .width = 1,
		  .channels = MOCK_IMAGE_CLASSES,
		  .node = MOCK_NODE_BUFFER0,
		  .offset = 0x400 },
	};

	memcpy(image->tensors, tensors, sizeof(tensors));
	image->tensors[3].element_bytes = logit_bytes;
	image->tensors[3].bytes = MOCK_IMAGE_CLASSES * logit_bytes;
}

/* Layer 1 has two participants and takes the input as its residual. */
static void fill_layers(struct mock_image *image)
{
	static const struct sqz_image_layer layers[MOCK_IMAGE_LAYERS] = {
		{ .name = "first",
		  .kind = SQZ_STEP_MVM,
		  .input = 0,
		  .output = 1,
		  .residual = SQZ_NO_TENSOR,
		  .first_participant = 0,
		  .participants = 1,
		  .crossbars = 7 },
		{ .name = "second",
		  .kind = SQZ_STEP_ADD,
		  .input = 1,
		  .output = 2,
		  .residual = 0,
		  .first_participant = 1,
		  .participants = 2,
		  .crossbars = 9 },
		{ .name = "third",
		  .kind = SQZ_STEP_MVM,
		  .input = 2,
		  .output = 3,
		  .residual = SQZ_NO_TENSOR,
		  .first_participant = 3,
		  .participants = 1 },
	};
	static const uint32_t layer_of[MOCK_IMAGE_STEPS] = { 0, 1, 1, 2 };

	memcpy(image->layers, layers, sizeof(layers));
	for (uint32_t i = 0; i < MOCK_IMAGE_STEPS; i++) {
		image->participants[i] = (struct sqz_participant){
			.node = i % 2 ? MOCK_NODE_TILE1 : MOCK_NODE_TILE0,
			.slot = (uint16_t)(i / 2),
		};
		image->steps[i] = (struct sqz_image_step){
			.layer = layer_of[i],
			.node = image->participants[i].node,
			.slot = image->participants[i].slot,
			.offset = (uint64_t)i * MOCK_IMAGE_BLOB_BYTES,
			.bytes = 192 + i * 4,
		};
	}
}

static void fill_selftest(struct mock_image *image)
{
	static const int32_t logits[MOCK_IMAGE_CLASSES] = { 10, 3, 200, 7, 0 };

	for (int i = 0; i < MOCK_IMAGE_INPUT_BYTES; i++)
		image->selftest[i] = (uint8_t)(i * 3 + 1);
	memcpy(image->selftest + MOCK_IMAGE_INPUT_BYTES, logits,
	       sizeof(logits));
}

void mock_image_seal(struct mock_image *image)
{
	uint8_t *data = (uint8_t *)image->header;
	uint32_t sections = image->header->section_count;

	for (uint32_t i = 0; i < sections && i < SECTIONS; i++) {
		struct sqz_image_section *entry = &image->table[i];

		if (entry->bytes <= MOCK_FLASH_BYTES &&
		    entry->offset <= MOCK_FLASH_BYTES - entry->bytes)
			entry->crc32 = (uint32_t)crc32(0, data + entry->offset,
						       (uInt)entry->bytes);
	}
	if (sections <= SECTIONS)
		image->header->table_crc32 =
		    (uint32_t)crc32(0, (const Bytef *)image->table,
				    (uInt)(sections * sizeof(*image->table)));
	image->header->header_crc32 = (uint32_t)crc32(
	    0, data, offsetof(struct sqz_image_header, header_crc32));
}

void mock_image_build(struct mock_image *image, uint32_t logit_bytes)
{
	struct builder build = {
		.data = mock_memory(SQZ_FLASH_BASE, MOCK_FLASH_BYTES),
		.image = image,
	};

	start(&build);
	add_sections(&build, logit_bytes);
	fill_nodes(image);
	fill_tensors(image, logit_bytes);
	fill_layers(image);
	fill_selftest(image);
	image->header->file_bytes = build.next;
	image->place = (struct sqz_image_place){
		.data = build.data,
		.bus = SQZ_FLASH_BASE,
		.bytes = MOCK_FLASH_BYTES,
	};
	mock_image_seal(image);
}

struct sqz_image_section *mock_image_section(struct mock_image *image,
					     enum sqz_section_kind kind)
{
	struct sqz_image_section *entry = image->table;

	while (entry->kind != (uint32_t)kind)
		entry++;
	return entry;
}
