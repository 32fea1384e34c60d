#include "reference/image_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "reference/image_rounds.h"

/* Nothing the mapper writes comes near. */
#define MAX_FILE_BYTES ((size_t)4 << 30)

static const char *const SECTION_NAMES[SQZ_SECTION_COUNT] = {
	[SQZ_SECTION_NETWORK] = "NETWORK",
	[SQZ_SECTION_NODES] = "NODES",
	[SQZ_SECTION_TENSORS] = "TENSORS",
	[SQZ_SECTION_LAYERS] = "LAYERS",
	[SQZ_SECTION_PARTICIPANTS] = "PARTICIPANTS",
	[SQZ_SECTION_STEPS] = "STEPS",
	[SQZ_SECTION_PROGRAM] = "PROGRAM",
	[SQZ_SECTION_INPUT] = "INPUT",
	[SQZ_SECTION_SELFTEST] = "SELFTEST",
	[SQZ_SECTION_REFERENCE] = "REFERENCE",
};

const char *sqz_section_name(uint32_t kind)
{
	if (kind >= SQZ_SECTION_COUNT || !SECTION_NAMES[kind])
		return "unknown";
	return SECTION_NAMES[kind];
}

static uint32_t crc_of(const void *data, size_t bytes)
{
	return (uint32_t)crc32_z(0, data, bytes);
}

static int check_header(const char *name, const struct sqz_bytes *file,
			struct sqz_error *err)
{
	const struct sqz_image_header *header = (const void *)file->data;

	if (file->size < sizeof(*header))
		return sqz_fail(err, "%s: cut short: %zu bytes are no header",
				name, file->size);
	if (memcmp(header->magic, SQZ_IMAGE_MAGIC, sizeof(header->magic)) != 0)
		return sqz_fail(err, "%s: not a .sqz image (wrong magic)",
				name);
	if (crc_of(header, offsetof(struct sqz_image_header, header_crc32)) !=
	    header->header_crc32)
		return sqz_fail(err, "%s: header: CRC-32 does not match", name);
	if (header->version_major != SQZ_IMAGE_VERSION_MAJOR)
		return sqz_fail(err, "%s: version %u.%u, this program reads %u",
				name, header->version_major,
				header->version_minor, SQZ_IMAGE_VERSION_MAJOR);
	if (header->file_bytes != file->size)
		return sqz_fail(err,
				"%s: cut short or padded: %zu bytes, header "
				"says %llu",
				name, file->size,
				(unsigned long long)header->file_bytes);
	return 0;
}

static int check_table(const char *name, const struct sqz_bytes *file,
		       struct sqz_error *err)
{
	const struct sqz_image_header *header = (const void *)file->data;
	size_t table = header->section_count * sizeof(struct sqz_image_section);

	if (header->section_count > SQZ_IMAGE_MAX_SECTIONS ||
	    sizeof(*header) + table > file->size)
		return sqz_fail(err,
				"%s: section table: %u sections do not fit",
				name, header->section_count);
	if (crc_of(header + 1, table) != header->table_crc32)
		return sqz_fail(err, "%s: section table: CRC-32 does not match",
				name);
	return 0;
}

static int take_section(const char *name, struct sqz_image_file *image,
			const struct sqz_image_section *section,
			struct sqz_error *err)
{
	const struct sqz_bytes *file = &image->file;
	const char *kind = sqz_section_name(section->kind);

	/* Kinds that a later minor version adds. */
	if (section->kind >= SQZ_SECTION_COUNT)
		return 0;
	if (section->kind == 0)
		return sqz_fail(err, "%s: section of kind 0", name);
	if (section->offset % SQZ_IMAGE_ALIGN || section->offset > file->size ||
	    section->bytes > file->size - section->offset)
		return sqz_fail(err, "%s: section %s: lies outside the file",
				name, kind);
	const uint8_t *data = file->data + section->offset;
	if (crc_of(data, section->bytes) != section->crc32)
		return sqz_fail(err, "%s: section %s: CRC-32 does not match",
				name, kind);
	struct sqz_section_view *view = &image->sections[section->kind];
	if (view->data)
		return sqz_fail(err, "%s: section %s: stands there twice", name,
				kind);
	*view = (struct sqz_section_view){ data, section->bytes };
	return 0;
}

static int take_sections(const char *name, struct sqz_image_file *image,
			 struct sqz_error *err)
{
	const struct sqz_image_header *header = (const void *)image->file.data;
	const struct sqz_image_section *table = (const void *)(header + 1);

	for (uint32_t i = 0; i < header->section_count; i++)
		if (take_section(name, image, &table[i], err))
			return -1;
	for (uint32_t kind = 1; kind < SQZ_SECTION_COUNT; kind++)
		if (!image->sections[kind].data)
			return sqz_fail(err, "%s: section %s is missing", name,
					sqz_section_name(kind));
	return 0;
}

/* Every section of records must hold exactly as many as NETWORK says. */
static int check_sizes(const char *name, const struct sqz_image_file *image,
		       struct sqz_error *err)
{
	const struct sqz_image_network *network = image->network;
	const uint64_t nodes =
	    (uint64_t)network->mesh_width * network->mesh_height;
	const struct {
		uint32_t kind;
		uint64_t bytes;
	} wanted[] = {
		{ SQZ_SECTION_NODES, nodes * sizeof(struct sqz_node_entry) },
		{ SQZ_SECTION_TENSORS, (uint64_t)network->tensors *
					   sizeof(struct sqz_image_tensor) },
		{ SQZ_SECTION_LAYERS,
		  (uint64_t)network->layers * sizeof(struct sqz_image_layer) },
		{ SQZ_SECTION_PARTICIPANTS,
		  (uint64_t)network->steps * sizeof(struct sqz_participant) },
		{ SQZ_SECTION_STEPS,
		  (uint64_t)network->steps * sizeof(struct sqz_image_step) },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (image->sections[wanted[i].kind].bytes != wanted[i].bytes)
			return sqz_fail(
			    err,
			    "%s: section %s: %zu bytes, NETWORK wants %llu",
			    name, sqz_section_name(wanted[i].kind),
			    image->sections[wanted[i].kind].bytes,
			    (unsigned long long)wanted[i].bytes);
	return 0;
}

/* Right as long as it fits 32 bits, larger than that otherwise. */
static uint64_t tensor_bytes(const struct sqz_image_tensor *tensor)
{
	uint64_t bytes = tensor->element_bytes;
	const uint32_t sizes[] = { tensor->height, tensor->width,
				   tensor->channels };

	for (int i = 0; i < 3 && bytes <= UINT32_MAX; i++)
		bytes *= sizes[i];
	return bytes;
}

/* All contexts' tensors fit `room`, and none lies on another. */
static bool contexts_hold(const struct sqz_image_file *image,
			  const struct sqz_image_tensor *tensor, uint64_t room)
{
	uint32_t contexts = image->network->contexts;

	if (tensor->offset > room || tensor->bytes > room - tensor->offset)
		return false;
	room -= tensor->offset + tensor->bytes;
	return contexts <= 1 || (tensor->stride >= tensor->bytes &&
				 tensor->stride <= room / (contexts - 1));
}

static bool tensor_holds(const struct sqz_image_file *image,
			 const struct sqz_image_tensor *tensor)
{
	const struct sqz_image_network *network = image->network;
	uint32_t nodes = network->mesh_width * network->mesh_height;

	if (tensor->element_bytes != 1 && tensor->element_bytes != 4)
		return false;
	if (!tensor->bytes || tensor_bytes(tensor) != tensor->bytes)
		return false;
	uint64_t room = network->dram_pool_bytes;
	if (tensor->node != SQZ_TENSOR_IN_DRAM) {
		if (tensor->node >= nodes ||
		    image->nodes[tensor->node].kind != SQZ_NODE_BUFFER)
			return false;
		room = (uint64_t)image->nodes[tensor->node].memory_kib * 1024;
	}
	return contexts_hold(image, tensor, room);
}

/* The layer's run of steps must be its own. */
static bool steps_belong(const struct sqz_image_file *image, uint32_t index)
{
	const struct sqz_image_layer *layer = &image->layers[index];

	for (uint32_t i = 0; i < layer->participants; i++)
		if (image->steps[layer->first_participant + i].layer != index)
			return false;
	return true;
}

static bool layer_holds(const struct sqz_image_file *image, uint32_t index)
{
	const struct sqz_image_network *network = image->network;
	const struct sqz_image_layer *layer = &image->layers[index];

	return layer->kind > 0 && layer->kind < SQZ_STEP_KINDS &&
	       layer->name[SQZ_NAME_BYTES - 1] == '\0' &&
	       layer->input < network->tensors &&
	       layer->output < network->tensors &&
	       (layer->residual < network->tensors ||
		layer->residual == SQZ_NO_TENSOR) &&
	       layer->participants > 0 &&
	       (layer->copies <= 1 ||
		layer->participants % layer->copies == 0) &&
	       layer->first_participant <= network->steps &&
	       layer->participants <=
		   network->steps - layer->first_participant &&
	       steps_belong(image, index);
}

static bool step_holds(const struct sqz_image_file *image, uint32_t index)
{
	const struct sqz_image_step *step = &image->steps[index];
	const struct sqz_participant *who = &image->participants[index];
	const struct sqz_image_network *network = image->network;
	size_t program = image->sections[SQZ_SECTION_PROGRAM].bytes;
	uint32_t nodes = network->mesh_width * network->mesh_height;

	return step->layer < network->layers && step->node < nodes &&
	       image->nodes[step->node].kind == SQZ_NODE_TILE &&
	       step->slot < image->nodes[step->node].slots &&
	       who->node == step->node && who->slot == step->slot &&
	       step->offset % SQZ_IMAGE_ALIGN == 0 && step->offset <= program &&
	       step->bytes >= sizeof(struct sqz_step_header) &&
	       step->bytes <= program - step->offset;
}

static int check_records(const char *name, const struct sqz_image_file *image,
			 struct sqz_error *err)
{
	const struct sqz_image_network *network = image->network;

	for (uint32_t i = 0; i < network->tensors; i++)
		if (!tensor_holds(image, &image->tensors[i]))
			return sqz_fail(err,
					"%s: tensor %u does not hold "
					"together",
					name, i);
	for (uint32_t i = 0; i < network->layers; i++)
		if (!layer_holds(image, i))
			return sqz_fail(err,
					"%s: layer %u does not hold "
					"together",
					name, i);
	for (uint32_t i = 0; i < network->steps; i++)
		if (!step_holds(image, i))
			return sqz_fail(err,
					"%s: step %u does not hold "
					"together",
					name, i);
	return 0;
}

static int check_input(const char *name, const struct sqz_image_file *image,
		       struct sqz_error *err)
{
	const struct sqz_section_view *view =
	    &image->sections[SQZ_SECTION_INPUT];
	const struct sqz_image_input *input = image->input;
	const struct sqz_image_tensor *tensor =
	    &image->tensors[image->network->input_tensor];

	if (view->bytes < sizeof(*input) ||
	    view->bytes != sizeof(*input) + (uint64_t)input->channels * 256)
		return sqz_fail(err, "%s: section INPUT: wrong size", name);
	if (input->height != tensor->height || input->width != tensor->width ||
	    input->channels != tensor->channels || input->raw_height == 0 ||
	    input->raw_width == 0 || input->raw_channels == 0 ||
	    input->channels % input->raw_channels ||
	    input->raw_height > input->height ||
	    input->raw_width > input->width)
		return sqz_fail(err,
				"%s: section INPUT: %ux%ux%u pictures do not "
				"fit the input tensor",
				name, input->raw_height, input->raw_width,
				input->raw_channels);
	return 0;
}

static int check_network(const char *name, const struct sqz_image_file *image,
			 struct sqz_error *err)
{
	const struct sqz_image_network *network = image->network;

	if (network->input_tensor >= network->tensors ||
	    network->output_tensor >= network->tensors || !network->layers ||
	    network->layers > UINT16_MAX || network->read_mode > SQZ_READ_OU ||
	    network->name[SQZ_NAME_BYTES - 1] != '\0')
		return sqz_fail(err,
				"%s: section NETWORK does not hold "
				"together",
				name);
	if (check_records(name, image, err) ||
	    sqz_image_check_rounds(name, image, err) ||
	    check_input(name, image, err))
		return -1;
	const struct sqz_image_tensor *in =
	    &image->tensors[network->input_tensor];
	const struct sqz_image_tensor *out =
	    &image->tensors[network->output_tensor];
	if (in->element_bytes != 1 ||
	    out->element_bytes != network->logit_bytes ||
	    out->bytes != (uint64_t)network->classes * network->logit_bytes ||
	    image->sections[SQZ_SECTION_SELFTEST].bytes !=
		(uint64_t)in->bytes + (uint64_t)network->classes * 4)
		return sqz_fail(err,
				"%s: input, logits and self-test do not "
				"fit each other",
				name);
	return 0;
}

static void set_views(struct sqz_image_file *image)
{
	const struct sqz_section_view *sections = image->sections;

	image->nodes = (const void *)sections[SQZ_SECTION_NODES].data;
	image->tensors = (const void *)sections[SQZ_SECTION_TENSORS].data;
	image->layers = (const void *)sections[SQZ_SECTION_LAYERS].data;
	image->participants =
	    (const void *)sections[SQZ_SECTION_PARTICIPANTS].data;
	image->steps = (const void *)sections[SQZ_SECTION_STEPS].data;
	image->input = (const void *)sections[SQZ_SECTION_INPUT].data;
	image->input_tables = (const uint8_t *)(image->input + 1);
	image->selftest_input = sections[SQZ_SECTION_SELFTEST].data;
}

static int parse(const char *name, struct sqz_image_file *image,
		 struct sqz_error *err)
{
	if (check_header(name, &image->file, err) ||
	    check_table(name, &image->file, err) ||
	    take_sections(name, image, err))
		return -1;
	const struct sqz_section_view *network =
	    &image->sections[SQZ_SECTION_NETWORK];
	if (network->bytes != sizeof(*image->network))
		return sqz_fail(err, "%s: section NETWORK: wrong size", name);
	image->network = (const void *)network->data;
	/* Keeps the number of nodes in 32 bits. */
	if (image->network->mesh_width > UINT16_MAX ||
	    image->network->mesh_height > UINT16_MAX)
		return sqz_fail(err, "%s: section NETWORK: a mesh of %u x %u",
				name, image->network->mesh_width,
				image->network->mesh_height);
	if (check_sizes(name, image, err))
		return -1;
	set_views(image);
	if (check_network(name, image, err))
		return -1;
	image->selftest_logits =
	    image->selftest_input +
	    image->tensors[image->network->input_tensor].bytes;
	return 0;
}

int sqz_image_file_parse(const char *name, struct sqz_bytes bytes,
			 struct sqz_image_file *image, struct sqz_error *err)
{
	*image = (struct sqz_image_file){ .file = bytes };
	if (parse(name, image, err) == 0)
		return 0;
	sqz_image_file_close(image);
	return -1;
}

int sqz_image_file_open(const char *path, struct sqz_image_file *image,
			struct sqz_error *err)
{
	struct sqz_bytes bytes;

	*image = (struct sqz_image_file){ 0 };
	if (sqz_read_file(path, MAX_FILE_BYTES, &bytes, err))
		return -1;
	return sqz_image_file_parse(path, bytes, image, err);
}

void sqz_image_file_close(struct sqz_image_file *image)
{
	sqz_bytes_free(&image->file);
	*image = (struct sqz_image_file){ 0 };
}

void sqz_image_convert_input(const struct sqz_image_file *image,
			     const uint8_t *raw, uint8_t *tensor)
{
	const struct sqz_image_input *in = image->input;
	uint32_t top = (in->height - in->raw_height) / 2;
	uint32_t left = (in->width - in->raw_width) / 2;

	for (uint32_t y = 0; y < in->height; y++)
		for (uint32_t x = 0; x < in->width; x++)
			for (uint32_t c = 0; c < in->channels; c++) {
				uint32_t ry = y - top;
				uint32_t rx = x - left;
				uint32_t rc = c % in->raw_channels;
				uint8_t pixel = 0;
				if (ry < in->raw_height && rx < in->raw_width)
					pixel = raw[(ry * in->raw_width + rx) *
							in->raw_channels +
						    rc];
				*tensor++ =
				    image->input_tables[c * 256 + pixel];
			}
}
