#include "image_seal.h"

#include <zlib.h>

static struct sqz_image_section *table_of(uint8_t *image)
{
	return (struct sqz_image_section *)(image +
					    sizeof(struct sqz_image_header));
}

struct sqz_image_section *image_section(uint8_t *image,
					enum sqz_section_kind kind)
{
	const struct sqz_image_header *header = (const void *)image;
	struct sqz_image_section *table = table_of(image);

	for (uint32_t i = 0; i < header->section_count; i++)
		if (table[i].kind == kind)
			return &table[i];
	return NULL;
}

void *image_data(uint8_t *image, enum sqz_section_kind kind)
{
	return image + image_section(image, kind)->offset;
}

static uint32_t crc_of(const uint8_t *data, size_t bytes)
{
	return (uint32_t)crc32(crc32(0, NULL, 0), data, (uInt)bytes);
}

void image_seal(uint8_t *image, size_t bytes)
{
	struct sqz_image_header *header = (void *)image;
	struct sqz_image_section *table = table_of(image);
	uint64_t room = bytes - sizeof(*header);

	if (header->section_count <= room / sizeof(*table)) {
		for (uint32_t i = 0; i < header->section_count; i++)
			if (table[i].offset <= bytes &&
			    table[i].bytes <= bytes - table[i].offset)
				table[i].crc32 = crc_of(image + table[i].offset,
							table[i].bytes);
		header->table_crc32 =
		    crc_of((const uint8_t *)table,
			   header->section_count * sizeof(*table));
	}
	header->header_crc32 =
	    crc_of(image, offsetof(struct sqz_image_header, header_crc32));
}
