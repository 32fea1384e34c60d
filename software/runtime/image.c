/*
 * First the frame (header, section table, bounds, CRCs), then the contents
 * (image_contents.c).
 */
#include "runtime/image.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "driver/port_extra.h"
#include "runtime/crc32.h"
#include "runtime/image_contents.h"

struct opening {
	struct sqz_image *image;
	struct sqz_failure *failure;
	struct sqz_crc32 crc;
};

static const char *const section_names[SQZ_SECTION_COUNT] = {
	[SQZ_SECTION_NETWORK] = "section NETWORK",
	[SQZ_SECTION_NODES] = "section NODES",
	[SQZ_SECTION_TENSORS] = "section TENSORS",
	[SQZ_SECTION_LAYERS] = "section LAYERS",
	[SQZ_SECTION_PARTICIPANTS] = "section PARTICIPANTS",
	[SQZ_SECTION_STEPS] = "section STEPS",
	[SQZ_SECTION_PROGRAM] = "section PROGRAM",
	[SQZ_SECTION_INPUT] = "section INPUT",
	[SQZ_SECTION_SELFTEST] = "section SELFTEST",
	[SQZ_SECTION_REFERENCE] = "section REFERENCE",
};

static enum sqz_result refuse(struct opening *open, enum sqz_result result,
			      uint64_t address, const char *detail)
{
	return sqz_failure_set(open->failure, result, SQZ_NO_NODE, address,
			       detail);
}

static const uint8_t *at(const struct sqz_image *image, uint64_t offset)
{
	return (const uint8_t *)image->place.data + offset;
}

static enum sqz_result check_header(struct opening *open)
{
	const struct sqz_image_place *place = &open->image->place;
	const struct sqz_image_header *header = place->data;

	if ((uintptr_t)place->data % SQZ_IMAGE_ALIGN != 0 ||
	    place->bus % SQZ_IMAGE_ALIGN != 0)
		return refuse(open, SQZ_EIMAGE, place->bus, "not aligned");
	if (place->bytes < sizeof(*header))
		return refuse(open, SQZ_EIMAGE, place->bytes, "too short");
	if (memcmp(header->magic, SQZ_IMAGE_MAGIC, sizeof(header->magic)) != 0)
		return refuse(open, SQZ_EIMAGE, 0, "no .sqz image");
	if (header->version_major != SQZ_IMAGE_VERSION_MAJOR)
		return refuse(open, SQZ_EVERSION, 0, "image");
	if (sqz_crc32(&open->crc, header,
		      offsetof(struct sqz_image_header, header_crc32)) !=
	    header->header_crc32)
		return refuse(open, SQZ_ECRC, 0, "header");
	if (header->file_bytes > place->bytes)
		return refuse(open, SQZ_EIMAGE, place->bytes, "cut short");
	return SQZ_SUCCESS;
}

static enum sqz_result check_table(struct opening *open)
{
	const struct sqz_image_header *header = open->image->place.data;
	uint64_t bytes =
	    header->section_count * sizeof(struct sqz_image_section);

	if (header->section_count == 0 ||
	    header->section_count > SQZ_IMAGE_MAX_SECTIONS ||
	    header->file_bytes < sizeof(*header) + bytes)
		return refuse(open, SQZ_EIMAGE, 0, "section count");
	if (sqz_crc32(&open->crc, header + 1, bytes) != header->table_crc32)
		return refuse(open, SQZ_ECRC, 0, "section table");
	return SQZ_SUCCESS;
}

static bool section_is_inside(const struct sqz_image_header *header,
			      const struct sqz_image_section *section)
{
	return section->offset % SQZ_IMAGE_ALIGN == 0 &&
	       section->offset <= header->file_bytes &&
	       section->bytes <= header->file_bytes - section->offset;
}

static enum sqz_result take_section(struct opening *open,
				    const struct sqz_image_section *section)
{
	const struct sqz_image_header *header = open->image->place.data;
	struct sqz_image_span *span = &open->image->sections[section->kind];
	const char *name = section_names[section->kind];

	if (!section_is_inside(header, section))
		return refuse(open, SQZ_EIMAGE, section->offset, name);
	const uint8_t *data = at(open->image, section->offset);
	if (span->data)
		return refuse(open, SQZ_EIMAGE, section->offset,
			      "a section occurs twice");
	if (section->kind != SQZ_SECTION_REFERENCE &&
	    sqz_crc32(&open->crc, data, section->bytes) != section->crc32)
		return refuse(open, SQZ_ECRC, section->offset, name);
	*span =
	    (struct sqz_image_span){ data, section->offset, section->bytes };
	return SQZ_SUCCESS;
}

/* Sections of unknown kinds belong to a later minor version. */
static enum sqz_result take_sections(struct opening *open)
{
	const struct sqz_image_header *header = open->image->place.data;
	const struct sqz_image_section *section =
	    (const void *)at(open->image, sizeof(*header));
	enum sqz_result result = SQZ_SUCCESS;

	for (uint32_t i = 0; i < header->section_count; i++, section++) {
		if (section->kind == 0 || section->kind >= SQZ_SECTION_COUNT)
			continue;
		result = take_section(open, section);
		if (result != SQZ_SUCCESS)
			break;
	}
	return result;
}

static enum sqz_result check_present(struct opening *open)
{
	for (unsigned kind = 1; kind <= SQZ_SECTION_PROGRAM; kind++) {
		if (!open->image->sections[kind].data)
			return refuse(open, SQZ_EIMAGE, 0, section_names[kind]);
	}
	return SQZ_SUCCESS;
}

static void name_sections(struct sqz_image *image)
{
	const struct sqz_image_span *sections = image->sections;

	image->network = sections[SQZ_SECTION_NETWORK].data;
	image->nodes = sections[SQZ_SECTION_NODES].data;
	image->tensors = sections[SQZ_SECTION_TENSORS].data;
	image->layers = sections[SQZ_SECTION_LAYERS].data;
	image->participants = sections[SQZ_SECTION_PARTICIPANTS].data;
	image->steps = sections[SQZ_SECTION_STEPS].data;
}

static enum sqz_result check_contents(struct opening *open)
{
	name_sections(open->image);
	return sqz_image_check_contents(open->image, open->failure);
}

enum sqz_result sqz_image_open(struct sqz_image *image,
			       const struct sqz_image_place *place,
			       struct sqz_failure *failure)
{
	static enum sqz_result (*const stages[])(struct opening *) = {
		check_header,  check_table,    take_sections,
		check_present, check_contents,
	};
	struct opening open = { .image = image, .failure = failure };
	enum sqz_result result = SQZ_SUCCESS;

	*image = (struct sqz_image){ .place = *place };
	sqz_crc32_init(&open.crc);
	for (unsigned i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
		result = stages[i](&open);
		if (result != SQZ_SUCCESS)
			break;
	}
	return result;
}

enum sqz_result sqz_image_find(uint64_t bus, uint64_t bytes,
			       struct sqz_image_place *place)
{
	*place = (struct sqz_image_place){
		.data = sqz_bus_map(bus, bytes),
		.bus = bus,
		.bytes = bytes,
	};
	return place->data ? SQZ_SUCCESS : SQZ_EIMAGE;
}

uint64_t sqz_image_blob(const struct sqz_image *image,
			const struct sqz_image_step *step)
{
	return image->place.bus + image->sections[SQZ_SECTION_PROGRAM].offset +
	       step->offset;
}

uint64_t sqz_image_participants(const struct sqz_image *image,
				const struct sqz_image_layer *layer)
{
	uint64_t first =
	    (uint64_t)layer->first_participant * sizeof(struct sqz_participant);

	return image->place.bus +
	       image->sections[SQZ_SECTION_PARTICIPANTS].offset + first;
}
